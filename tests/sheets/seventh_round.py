"""Thirty everyday sheets written before the engine was tried on them: the seventh round.

Run by hand from the root: `python -m tests.sheets.seventh_round`. It adds them to `own.json`.
"""

import json
from datetime import date, timedelta

from tests.sheets import make_files
from tests.sheets.make_files import DOMAINS, FORMATS, HERE, WEEKS, clinic, long_rows, save, truth
from tests.sheets.make_files import title as cap
from tests.sheets.make_files import wide_rows as wide

PREFIX = "own/v-"


def spelt(*words):
    """Give a translation of the six domains and three formats into a clinic's own words."""
    return dict(zip((*DOMAINS, *FORMATS), words, strict=True)).get


FRENCH = spelt(
    *("soins personnels", "motricité", "sensoriel", "social", "émotionnel", "communication"),
    *("individuel", "groupe", "mixte"),
)
ITALIAN = spelt(
    *("cura di sé", "motorio", "sensoriale", "sociale", "emotivo", "comunicazione"),
    *("individuale", "gruppo", "combinato"),
)
GERMAN = spelt(
    *("Selbstversorgung", "Motorik", "Sensorik", "Sozial", "Emotional", "Kommunikation"),
    *("Einzel", "Gruppe", "Einzel+Gruppe"),
)
POLISH = spelt(
    *("samoobsługa", "motoryka", "sensoryka", "społeczny", "emocjonalny", "komunikacja"),
    *("indywidualna", "grupowa", "łączona"),
)
NORWEGIAN = spelt(
    *("egenomsorg", "motorikk", "sansing", "sosial", "emosjonell", "kommunikasjon"),
    *("individuell", "gruppe", "kombinert"),
)
SHORT = spelt("ADL", "Motor", "Sensory", "Social", "Emotional", "Comms", "1:1", "GRP", "1:1 + GRP")
PLAIN = spelt(
    *("Self-care", "Motor skills", "Sensory processing", "Social skills", "Emotional regulation"),
    *("Communication", "Individual sessions", "Group sessions", "Both"),
)


def long_sheets():
    """Write sheets of one row a review."""
    head = ["Child code", "Goal code", "Goal area", "Therapy mode", "Review week", "GAS level"]
    save("v-plain-words.csv", [head, *long_rows(PLAIN, PLAIN)], "plain words", truth())
    save("v-adl.csv", [head, *long_rows(SHORT, SHORT)], "ADL, GRP, 1:1 + GRP", truth())
    french = ["Enfant", "Objectif", "Domaine", "Modalité", "Semaine", "Score GAS"]
    save(
        "v-french-semicolons.csv",
        [french, *long_rows(FRENCH, FRENCH)],
        "French, semicolons, cp1252",
        truth(),
        by=";",
        encoding="cp1252",
    )
    italian = ["Codice bambino", "Obiettivo", "Area", "Tipo di terapia", "Settimana", "Punteggio"]
    save("v-italian.csv", [italian, *long_rows(ITALIAN, ITALIAN)], "Italian, Punteggio", truth())
    german = ["Kind-Nr.", "Ziel-Nr.", "Zielbereich", "Setting", "Woche", "Zielerreichung"]
    save(
        "v-german-setting.csv",
        [german, *long_rows(GERMAN, GERMAN)],
        "German, Setting, Einzel+Gruppe",
        truth(),
        by=";",
        encoding="utf-16",
    )
    polish = ["Dziecko", "Cel", "Obszar", "Forma terapii", "Tydzień", "Poziom"]
    save("v-polish.csv", [polish, *long_rows(POLISH, POLISH)], "Polish", truth())
    norwegian = ["Barn-ID", "Mål-ID", "Område", "Behandlingsform", "Uke", "GAS-skår"]
    save("v-norwegian.csv", [norwegian, *long_rows(NORWEGIAN, NORWEGIAN)], "Norwegian", truth())
    save(
        "v-one-to-five-words.csv",
        [
            ["ID", "Goal", "Domain", "Intervention", "Time point (weeks)", "Rating (1-5)"],
            *long_rows(cap, cap, level=lambda value: value + 3),
        ],
        "1 to 5 said in the heading",
        truth(),
    )
    save(
        "v-week-words.csv",
        [
            ["Participant", "Goal no.", "Domain", "Arm", "Visit", "Score"],
            *long_rows(
                cap, cap, week=lambda week: "Baseline" if not week else f"Week {week} review"
            ),
        ],
        "Arm; Week 6 review",
        truth(),
    )
    save(
        "v-fully-achieved.csv",
        [
            ["Child", "Goal", "Area", "Format", "Weeks since start", "Outcome"],
            *long_rows(
                cap,
                cap,
                level={
                    -2: "No change (-2)",
                    -1: "Partially achieved (-1)",
                    0: "Achieved (0)",
                    1: "Exceeded (+1)",
                    2: "Far exceeded (+2)",
                }.get,
            ),
        ],
        "Exceeded, far exceeded",
        truth(),
    )
    rows = [["Child", "Goal", "Area", "Format", "Review date", "Level"]]
    for child, goal, area, form, week, level in long_rows():
        day = date(2024, 1, 8) + timedelta(weeks=int(week), days=7 * int(child[1:]))
        rows.append([child, goal, cap(area), cap(form), f"{day:%d.%m.%Y}", level])
    save("v-german-dates.csv", rows, "review dates 08.01.2024", truth())
    rows = [["child", "goal", "domain", "therapist", "format", "wk", "level", "notes", "initials"]]
    rows += [[*r[:3], f"T{int(r[0][1:]) % 3 + 1}", *r[3:], "", ""] for r in long_rows()]
    save("v-empty-columns.csv", rows, "columns without content", truth())
    rows = [["Child", "Goal", "Area", "Individual", "Group", "Week", "Level"]]
    for child, goal, area, form, week, level in long_rows():
        marks = ["x" if form in (one, "combined") else "" for one in ("individual", "group")]
        rows.append([child, goal, cap(area), *marks, week, level])
    save("v-crosses.csv", rows, "a cross under Individual, Group or both", truth())
    rows = [["Child", "Goal", "Area", "Individual sessions", "Group sessions", "Week", "Level"]]
    for child, goal, area, form, week, level in long_rows():
        counts = [12 if form in (one, "combined") else 0 for one in ("individual", "group")]
        rows.append([child, goal, cap(area), *counts, week, level])
    save("v-session-counts.csv", rows, "numbers of individual and group sessions", truth())


def wide_sheets():
    """Write sheets of one row a goal, or one row a child."""
    head = ["Child", "Goal", "Area", "Format"]
    for name, visits, what in (
        ("entry-exit", ("Entry", "6/52", "12/52"), "entry, 6/52, 12/52"),
        ("gas-w", ("GAS_W0", "GAS_W6", "GAS_W12"), "GAS_W0, GAS_W6"),
        ("weeks-brackets", ("Score (wk 0)", "Score (wk 6)", "Score (wk 12)"), "Score (wk 6)"),
        ("at-weeks", ("At start", "At 6 weeks", "At 12 weeks"), "at start, at 6 weeks"),
        ("review-n", ("Kick-off (w0)", "Review 1 (w6)", "Review 2 (w12)"), "Review 1 (w6)"),
        ("t0", ("T0 (0 wks)", "T1 (6 wks)", "T2 (12 wks)"), "T0 (0 wks), T1 (6 wks)"),
        ("month", ("Intake", "6-week", "12-week"), "intake, 6-week"),
    ):
        save(f"v-{name}.csv", [[*head, *visits], *wide(cap, cap)], what, truth())
    german = ["Kind", "Ziel", "Bereich", "Therapieform", "Beginn", "nach 6 Wochen"]
    save(
        "v-german-nach.xlsx",
        [[*german, "nach 12 Wochen"], *wide(GERMAN, GERMAN)],
        "nach 6 Wochen",
        truth(),
    )
    rows = [["", "", "", "", "GAS level", "", ""], [*head, "Week 0", "Week 6", "Week 12"]]
    save("v-banner.xlsx", [*rows, *wide(cap, cap)], "a banner over the visits", truth())
    rows = [[*head, "Week 0", "Week 6", "Week 12", "Change", "Achieved?"]]
    rows += [[*r, r[-1] - r[-3], "Yes" if r[-1] >= 0 else "No"] for r in wide(cap, cap)]
    rows += [["Mean", "", "", "", *("=AVERAGE(E2:E17)",) * 3, "", ""]]
    save("v-mean-row.csv", rows, "a row of means, change and achieved", truth())
    rows = [["Child", "Age", "Format", "G1 area", "G1 wk0", "G1 wk6", "G1 wk12"]]
    rows[0] += ["G2 area", "G2 wk0", "G2 wk6", "G2 wk12"]
    for child, form, age, goals in clinic():
        cells = [part for area, levels in goals for part in (cap(area), *levels)]
        rows.append([child, f"{age // 12}y {age % 12}m", cap(form), *cells])
    save("v-g1-wk6.csv", rows, "G1 wk6, ages 5y 3m", truth())
    rows = [["Child", "Goal", "Area", "Format", "Week 0", "Week 6", "Week 12"]]
    last = ""
    for row in wide(cap, cap):
        rows.append([row[0] if row[0] != last else "", *row[1:3], row[3], *row[4:]])
        last = row[0]
    save("v-child-once-wide.xlsx", rows, "the child once, wide", truth())
    sheets = {}
    for child, form, _, goals in clinic():
        content = [["Child", child], ["Format", cap(form)], [], ["Goal", "Area", "W0", "W6", "W12"]]
        content += [[j, cap(area), *levels] for j, (area, levels) in enumerate(goals, 1)]
        sheets[child] = content
    save("v-form-a-child.xlsx", None, "a form on a sheet for each child", truth(), sheets=sheets)
    transposed = [list(row) for row in zip(*[[*head, *WEEKS], *wide(cap, cap)], strict=True)]
    save("v-transposed.csv", transposed, "a column a goal", "sideways")
    rows = [["record_id", "redcap_event_name", "format", "goal1_domain", "goal1_gas"]]
    rows[0] += ["goal2_domain", "goal2_gas"]
    for child, form, _, goals in clinic():
        for k, week in enumerate(WEEKS):
            cells = [x for area, levels in goals for x in (area if not k else "", levels[k])]
            rows.append([child, f"week_{week}_arm_1", form if not k else "", *cells])
    save("v-redcap-goals.csv", rows, "REDCap events, goal1_gas", truth())
    rows = [["Child", "Goal", "Area", "Format", "0", "6", "12"]]
    rows += [[*r[:4], *(f"{x:+d}" if x else "0" for x in r[4:])] for r in wide(cap, cap)]
    save("v-signed.tsv", rows, "bare weeks, signed levels, tabs", truth(), by="\t")


def mended_later():
    """Write the two of nineteen later sheets that were not read at the first look."""
    head = ["pid", "gid", "dom", "fmt", "wk", "gas"]
    save("v-short-names.csv", [head, *long_rows()], "pid, gid, dom, fmt", truth())
    rows = [["Goal attainment, OT service"], ["Printed 12/03/2024"], []]
    rows += [
        ["Child", "Goal", "Area", "Format", "W0", "W6", "W12"],
        *wide(cap, cap),
        [],
        ["n =", 16],
    ]
    save("v-count-below.xlsx", rows, "n = 16 below the table", truth())


def main():
    known = json.loads((HERE / "own.json").read_text(encoding="utf-8"))
    kept = [case for case in known if not case["file"].startswith(PREFIX)]
    make_files.CASES[:] = []
    long_sheets()
    wide_sheets()
    mended_later()
    text = json.dumps(kept + make_files.CASES, indent=1) + "\n"
    (HERE / "own.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
