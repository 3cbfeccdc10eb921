"""Fifteen everyday sheets written before the engine was tried on them: the fourth round.

Run by hand from the root: `python -m tests.sheets.fourth_round`. It adds them to `own.json`.
"""

import json

from tests.sheets import make_files
from tests.sheets.make_files import DOMAINS, FORMATS, HERE, clinic, long_rows, save, title, truth
from tests.sheets.make_files import wide_rows as wide

# The six domains and the three formats.
PORTUGUESE = (
    *("autocuidado", "motor", "sensorial", "social", "emocional", "comunicação"),
    *("individual", "grupo", "combinado"),
)
DANISH = (
    *("egenomsorg", "motorik", "sansning", "social", "følelser", "kommunikation"),
    *("individuel", "gruppe", "kombineret"),
)


def main():
    known = json.loads((HERE / "own.json").read_text(encoding="utf-8"))
    kept = [case for case in known if not case["file"].startswith("own/z-")]
    make_files.CASES[:] = []
    head = ["Client ID", "Goal #", "Domain", "Service type"]
    save(
        "z-eval-reeval.csv",
        [[*head, "Initial eval", "Re-eval (6 weeks)", "Discharge (12 weeks)"], *wide(title, title)],
        "initial eval, re-eval, discharge",
        truth(),
    )
    save(
        "z-semicolon-windows.csv",
        [["Child", "Goal", "Area", "Format", "Week no.", "Score"], *long_rows(title, title)],
        "semicolons, Week no., Score",
        truth(),
        by=";",
        encoding="cp1252",
    )
    save(
        "z-signed-brackets.csv",
        [
            ["Pupil code", "Target no.", "Target area", "Delivery", "Week", "Level"],
            *long_rows(title, title, level=lambda value: f"({value:+d})" if value else "(0)"),
        ],
        "levels in brackets (+1)",
        truth(),
    )
    es = dict(zip((*DOMAINS, *FORMATS), PORTUGUESE, strict=True))
    save(
        "z-portuguese.csv",
        [
            ["Criança", "Objetivo", "Área", "Formato", "Semana", "Nível"],
            *long_rows(es.get, es.get),
        ],
        "Portuguese",
        truth(),
    )
    rows = [["", *head[:1], *head[1:], "Baseline", "Midpoint", "Final"]]
    rows += [[i, *row] for i, row in enumerate(wide(title, title), 1)]
    save("z-numbered-lines.xlsx", rows, "a column of line numbers, midpoint", truth())
    lines = [["Child", "Goal", "Area", "Therapy", "Measure", "0", "6", "12"]]
    for child, kind, _, goals in clinic():
        for j, (area, levels) in enumerate(goals, 1):
            lines.append([child, j, title(area), title(kind), "GAS", *levels])
    save("z-constant-measure.csv", lines, "a column that always says GAS", truth())
    rows = [["child", "goal", "domain", "format", "event", "gas"]]
    names = {"0": "baseline_arm_1", "6": "week_6_arm_1", "12": "week_12_arm_1"}
    rows += [[r[0], r[1], r[2], r[3], names[r[4]], r[5]] for r in long_rows()]
    save("z-arms.csv", rows, "events with arms", truth())
    blocks = [["Child", "Format"]]
    for j in (1, 2):
        blocks[0] += [f"Goal {j} domain", *(f"Goal {j} wk{w}" for w in (0, 6, 12))]
    for child, kind, _, goals in clinic():
        cells = [part for area, levels in goals for part in (title(area), *levels)]
        blocks.append([child, title(kind), *cells])
    save("z-goal-blocks-wk.csv", blocks, "a row a child, Goal 1 wk6", truth())
    save(
        "z-much-more.csv",
        [
            ["Child ID", "Goal ID", "Life area", "Therapy type", "Week", "Outcome"],
            *long_rows(
                title,
                title,
                level=lambda value: {
                    -2: "Much less than expected (-2)",
                    -1: "Less than expected (-1)",
                    0: "Expected (0)",
                    1: "More than expected (+1)",
                    2: "Much more than expected (+2)",
                }[value],
            ),
        ],
        "words with the level in brackets",
        truth(),
    )
    save(
        "z-fraction-weeks.csv",
        [
            ["Patient no", "Goal no", "Goal category", "Group/Individual", "Wks", "GAS rating"],
            *long_rows(
                {"individual": "Individual", "group": "Group", "combined": "Mixed"}.get,
                title,
                week=lambda value: f"{value} weeks",
            ),
        ],
        "Wks, Mixed, 6 weeks",
        truth(),
    )
    save(
        "z-tabs-quoted.tsv",
        [["Child", "Goal", "Goal domain", "Setting", "Week", "GAS"], *long_rows(title, title)],
        "tabs, Setting",
        truth(),
        by="\t",
    )
    spelt = {"individual": "One to one", "group": "Small group", "combined": "Group + one to one"}
    save(
        "z-small-group.xlsx",
        [
            ["Code", "Goal", "Skill area", "Session type", "Start", "Week 6", "Week 12"],
            *wide(spelt.get, title),
        ],
        "One to one, Small group",
        truth(),
    )
    rows = [["Centre data 2024", "", "", "", "", "", ""], ["Printed for the team"], []]
    rows += [["Code", "Goal", "Domain", "Format", "Pre", "6 weeks post", "12 weeks post"]]
    save("z-weeks-post.xlsx", [*rows, *wide(title, title)], "titles; 6 weeks post", truth())
    nl = dict(zip((*DOMAINS, *FORMATS), DANISH, strict=True))
    save(
        "z-danish.csv",
        [["Barn", "Mål", "Område", "Format", "Uge", "Niveau"], *long_rows(nl.get, nl.get)],
        "Danish",
        truth(),
    )
    rows = [["child_id", "goal_id", "domain", "format", "week", "attainment", "attainment_text"]]
    rows += [[*row, "progress seen"] for row in long_rows()]
    save("z-level-and-remark.csv", rows, "a remark beside the level", truth())
    text = json.dumps(kept + make_files.CASES, indent=1) + "\n"
    (HERE / "own.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
