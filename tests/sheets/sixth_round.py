"""Twenty harder sheets written before the engine was tried on them: the sixth round.

Run by hand from the root: `python -m tests.sheets.sixth_round`. It adds them to `own.json`.
"""

import json

from tests.sheets import make_files
from tests.sheets.fifth_round import CODE, LONG, said
from tests.sheets.make_files import HERE, clinic, long_rows, save, title, truth
from tests.sheets.make_files import wide_rows as wide

REFUSED = "refused"  # not read yet; never to be read as something else
NOT_YET = ("quarters", "range-weeks")


def visits():
    stages = {
        "half-year": ("Start", "6 months", "1.5 years"),
        "quarters": ("Q0", "Q1 (13 wks)", "Q2 (26 wks)"),
        "year-on-year": ("Baseline", "1 year on", "2 years on"),
        "fortnights": ("Baseline", "Fortnight 3", "Fortnight 6"),
        "range-weeks": ("Wk 0", "Weeks 5-6", "Weeks 11-12"),
    }
    weeks = {"half-year": (0, 26, 78), "quarters": (0, 13, 26), "year-on-year": (0, 52, 104)}
    for name, seen in stages.items():
        when = weeks.get(name, (0, 6, 12))
        rows = [[*CODE, *seen], *wide(title, title, weeks=when)]
        save(
            f"h-{name}.csv",
            rows,
            f"visits {', '.join(seen)}",
            REFUSED if name in NOT_YET else truth(when),
        )
    rows = [[*CODE, "Baseline", "Target", "Week 6", "Week 12"]]
    rows += [[*r[:5], 0, *r[5:]] for r in wide(title, title)]
    save("h-target-column.csv", rows, "a column of the level aimed at", truth())
    rows = [[*CODE, "Baseline", "Week 6", "Week 12", "Best", "Gain"]]
    rows += [[*r, max(r[4:]), r[6] - r[4]] for r in wide(title, title)]
    save("h-best-and-gain.xlsx", rows, "columns of the best level and the gain", truth())
    rows = [[*CODE, "OT 0", "OT 6", "OT 12", "Parent 0", "Parent 6", "Parent 12"]]
    rows += [[*r, *(0, 0, 1)] for r in wide(title, title)]
    save("h-two-raters-wide.csv", rows, "two raters side by side", REFUSED)


def levels():
    turned = {-2: 5, -1: 4, 0: 3, 1: 2, 2: 1}
    words = {5: "much less", 4: "less", 3: "as expected", 2: "more", 1: "much more"}
    rows = [LONG, *long_rows(title, title, level=lambda v: f"{turned[v]} - {words[turned[v]]}")]
    save("h-turned-steps.csv", rows, "1 - much more ... 5 - much less", truth())
    letters = {-2: "A", -1: "B", 0: "C", 1: "D", 2: "E"}
    save("h-letters.csv", [LONG, *long_rows(title, title, level=letters.get)],
         "levels A to E", REFUSED)  # fmt: skip
    stars = {-2: "*", -1: "**", 0: "***", 1: "****", 2: "*****"}
    save("h-stars.csv", [LONG, *long_rows(title, title, level=stars.get)],
         "levels in stars", REFUSED)  # fmt: skip
    fr = said("french")
    spelt = {-2: "moins 2", -1: "moins 1", 0: "zéro", 1: "plus 1", 2: "plus 2"}
    head = ["Enfant", "But n°", "Domaine", "Modalité", "Semaine", "Cotation"]
    save("h-french-spelt.txt", [head, *long_rows(fr, fr, level=spelt.get)],
         "French, moins 2", truth(), by=";", encoding="cp1252")  # fmt: skip


def layout():
    rows = []
    for child, kind, _, goals in clinic():
        rows += [
            [f"Child: {child}", f"Therapy: {title(kind)}"],
            ["Goal", "Area", "Wk 0", "Wk 6", "Wk 12"],
        ]
        rows += [[j, title(area), *seen] for j, (area, seen) in enumerate(goals, 1)]
        rows.append([])
    save("h-blocks-down.xlsx", rows, "a small table for each child, one below another", REFUSED)
    es = said("spanish")
    each = {}
    for row in wide(es, es):
        each.setdefault(row[3], [["Niño", "Objetivo", "Área", "Antes", "6 sem", "12 sem"]])
        each[row[3]].append([*row[:3], *row[4:]])
    save("h-sheet-a-format-es.xlsx", None, "Spanish, a sheet a format", truth(), sheets=each)
    rows = [["", *[f"{r[0]}/{r[1]}" for r in wide()]]]
    named = ("Area", "Therapy", "Week 0", "Week 6", "Week 12")
    rows += [[name, *[r[i] for r in wide(title, title)]] for i, name in enumerate(named, 2)]
    save("h-turned-sheet.csv", rows, "goals in columns, headings down the side", REFUSED)
    rows = [["Child", "Area", "Individual", "", "", "Group", "", "", "Combined", "", ""]]
    rows.append(["", "", *["Wk 0", "Wk 6", "Wk 12"] * 3])
    for child, area, kind, *seen in [[r[0], *r[2:]] for r in wide(str, title)]:
        cells = [["", "", ""], ["", "", ""], ["", "", ""]]
        cells[("individual", "group", "combined").index(kind)] = seen
        rows.append([child, area, *cells[0], *cells[1], *cells[2]])
    save("h-format-above.xlsx", rows, "levels under the format's heading", REFUSED)
    rows = [["Child and goal", "Area", "Format", "Wk 0", "Wk 6", "Wk 12"]]
    rows += [[f"{r[0]} - {r[1]}", *r[2:]] for r in wide(title, title)]
    save("h-child-with-goal.csv", rows, "child and goal in one cell", REFUSED)
    rows = [["Combined?", *CODE[:3], "Group?", "Wk 0", "Wk 6", "Wk 12"]]
    for r in wide():
        rows.append([r[3] == "combined", *r[:2], title(r[2]), r[3] != "individual", *r[4:]])
    save("h-combined-flag.csv", rows, "True and False for Combined and Group", truth())
    rows = [["Code", "Goal", "Area and format", "Wk 0", "Wk 6", "Wk 12"]]
    rows += [[*r[:2], f"{r[2]} / {r[3]}", *r[4:]] for r in wide(title, title)]
    save("h-area-with-format.csv", rows, "area and format in one cell", REFUSED)
    rows = [["Código", "Meta", "Área", "Grupo/Individual", "Visita", "GAS"]]
    seen = {"0": "1ª visita", "6": "2ª visita", "12": "3ª visita"}
    rows += [[*r[:4], seen[r[4]], r[5]] for r in long_rows(es, es)]
    save("h-ordinal-visits.csv", rows, "Spanish, 1ª visita", truth())


def main():
    known = json.loads((HERE / "own.json").read_text(encoding="utf-8"))
    kept = [case for case in known if not case["file"].startswith("own/h-")]
    make_files.CASES[:] = []
    for part in (visits, levels, layout):
        part()
    text = json.dumps(kept + make_files.CASES, indent=1) + "\n"
    (HERE / "own.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
