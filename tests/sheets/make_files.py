"""Writes everyday sheets of goal records, and beside them what each must be read as.

Run by hand: `python tests/sheets/make_files.py`. All of `own/` tells of one invented clinic (eight
children, two goals each) in another shape, so that what is right is known: `own.json` holds for
each file the goals it must be read as, or the code of the reason why it cannot be read.
"""

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

HERE = Path(__file__).parent
OWN = HERE / "own"
WEEKS = (0, 6, 12)
FORMATS = ("individual", "group", "combined")
DOMAINS = ("self_care", "motor", "sensory", "social", "emotional", "communication")
CASES = []


def clinic(weeks=WEEKS):
    """Give the invented clinic: child, format, age in months, goals as (domain, levels)."""
    dice = random.Random(11)
    children = []
    for i in range(8):
        goals = []
        for j in range(2):
            start = dice.choice((-2, -2, -1))
            levels = [start]
            for _ in weeks[1:]:
                levels.append(min(2, levels[-1] + dice.choice((0, 1, 1))))
            goals.append((DOMAINS[(2 * i + j) % 6], levels))
        children.append((f"C{i + 1:02d}", FORMATS[i % 3], 12 * (4 + i) + 3 * (i % 4), goals))
    return children


def truth(weeks=WEEKS, children=None):
    """Give what must come out: for each goal its format, domain and (week, level) pairs."""
    return sorted(
        [form, domain, [list(pair) for pair in zip(weeks, levels, strict=True) if pair[1] != ""]]
        for _, form, _, goals in (clinic(weeks) if children is None else children)
        for domain, levels in goals
    )


def save(name, rows, shape, expected, sheets=None, by=",", encoding="utf-8", **more):
    """Write one file and note what it must be read as (a list) or be named (a code)."""
    path = OWN / name
    if name.endswith(".xlsx"):
        book = Workbook()
        book.remove(book.active)
        for title, content in (sheets or {"Sheet1": rows}).items():
            sheet = book.create_sheet(title)
            for row in content:
                sheet.append([None if cell == "" else cell for cell in row])
        book.save(path)
    else:
        with path.open("w", newline="", encoding=encoding) as stream:
            csv.writer(stream, delimiter=by).writerows(rows)
    CASES.append({"file": f"own/{name}", "shape": shape, "expected": expected, **more})


def long_rows(form=str, domain=str, level=str, week=str, extra=()):
    rows = []
    for child, kind, _, goals in clinic():
        for j, (area, levels) in enumerate(goals, 1):
            for when, reached in zip(WEEKS, levels, strict=True):
                rows.append(
                    [
                        child,
                        f"{child}-{j}",
                        domain(area),
                        form(kind),
                        week(when),
                        level(reached),
                        *extra,
                    ]
                )
    return rows


def wide_rows(form=str, domain=str, level=lambda value: value, weeks=WEEKS):
    return [
        [child, j, domain(area), form(kind), *map(level, levels)]
        for child, kind, _, goals in clinic(weeks)
        for j, (area, levels) in enumerate(goals, 1)
    ]


def title(text):
    return text.replace("_", " ").capitalize()


def wide():
    rows = wide_rows(title, title)
    head = ["Client code", "Goal no.", "Goal area", "Therapy format"]
    save("w-t0-t1-t2.xlsx", [[*head, "T0", "T1", "T2"], *rows], "visits T0, T1, T2", truth())
    named = ["Initial GAS", "Mid GAS", "Final GAS"]
    save("w-initial-mid-final.csv", [[*head, *named], *rows], "Initial, Mid, Final", truth())
    save("w-week-numbers.csv", [[*head, 0, 6, 12], *rows], "headings are weeks", truth())
    two = [
        ["Pupil", "Goal", "Area", "Therapy", "GAS rating", "", ""],
        ["", "", "", "", "Baseline", "Wk 6", "Wk 12"],
    ]
    save("w-two-rows.csv", [*two, *rows], "two rows of headings", truth(), by=";")
    six = truth((0, 13, 26))
    head = ["Student ID", "Target", "Domain", "Treatment type"]
    months = [
        [*head, "Baseline score", "3 months score", "6 months score"],
        *wide_rows(weeks=(0, 13, 26)),
    ]
    save("w-months.xlsx", months, "visits in months", six)
    five = [[*head, "Week 0", "Week 6", "Week 12"], *wide_rows(level=lambda value: value + 3)]
    save("w-one-to-five.csv", five, "wide, levels 1 to 5", truth())
    rows = [[row[0], *row[2:]] for row in wide_rows(title, title)]
    head = ["Child", "Area of need", "Type of therapy", "Start", "6/52", "12 weeks"]
    head[4] = "6 weeks"
    save("w-no-goal-number.csv", [head, *rows], "wide, no number of the goal", truth())


def blocks():
    rows, two = [], []
    for child, kind, months, goals in clinic():
        row = [child, kind, months // 12]
        for area, levels in goals:
            row += [title(area), *levels]
        rows.append(row)
    parts = ["domain", "baseline", "wk6", "wk12"]
    head = ["id", "therapy_type", "age", *(f"g{j}_{part}" for j in (1, 2) for part in parts)]
    save("b-g1-g2.csv", [head, *rows], "a row a child, g1_ and g2_", truth())
    top = ["", "", "", "Goal 1", "", "", "", "Goal 2", "", "", ""]
    two = ["Patient", "Therapy", "Age (years)", *["Area", "Pre", "6 wks", "12 wks"] * 2]
    save("b-two-rows.xlsx", [top, two, *rows], "a row a child, two rows of headings", truth())


def sheets():
    each, terms = {}, {"Autumn term": [], "Spring term": []}
    head = ["Goal", "Area", "Baseline", "6 weeks", "12 weeks"]
    for child, kind, months, goals in clinic():
        lines = [["Child:", child], ["Therapy:", title(kind)], ["Age:", months / 12], [], head]
        lines += [[j, title(area), *levels] for j, (area, levels) in enumerate(goals, 1)]
        each[child] = lines
    save("s-child.xlsx", None, "a sheet for each child", truth(), sheets=each)
    by_ot = {"OT 1": [], "OT 2": [], "OT 3": []}
    for i, row in enumerate(long_rows()):
        by_ot[f"OT {int(row[0][1:]) % 3 + 1}"].append(row)
    head = ["Child ID", "Goal ID", "Domain", "Format", "Week", "Level"]
    book = {name: [head, *rows] for name, rows in by_ot.items()}
    book["Notes"] = [["Please fill in every week"]]
    save("s-therapist.xlsx", None, "a sheet for each therapist", truth(), sheets=book)
    head = ["Child", "Goal", "Area", "Format", "Start of term", "End of term"]
    ends = (0, 12)
    for i, row in enumerate(wide_rows(title, title, weeks=ends)):
        terms["Autumn term" if i < 8 else "Spring term"].append(row)
    book = {name: [head, *rows] for name, rows in terms.items()}
    save("s-term.xlsx", None, "a sheet for each term", truth(ends), sheets=book)


def redcap():
    head = [
        "Record ID",
        "Event Name",
        "Repeat Instrument",
        "Repeat Instance",
        "Therapy format",
        "Age at start (years)",
        "Goal area",
        "GAS level",
    ]
    rows = []
    for i, (_, kind, months, goals) in enumerate(clinic(), 1):
        rows.append([i, "Baseline", "", "", title(kind), months // 12, "", ""])
        for k, when in enumerate(WEEKS):
            event = "Baseline" if not when else f"Week {when}"
            rows += [
                [i, event, "Goal", j, "", "", title(area), levels[k]]
                for j, (area, levels) in enumerate(goals, 1)
            ]
    save("r-labels-repeating.csv", [head, *rows], "REDCap labels, a repeating instrument", truth())
    head = [
        "record_id",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "therapy_format",
        "age_years",
        "goal_number",
        "goal_domain",
        "review_week",
        "gas_level",
    ]
    rows = []
    for i, (_, kind, months, goals) in enumerate(clinic(), 1):
        rows.append([i, "", "", kind, months // 12, "", "", "", ""])
        k = 0
        for j, (area, levels) in enumerate(goals, 1):
            for when, reached in zip(WEEKS, levels, strict=True):
                k += 1
                rows.append([i, "goal_review", k, "", "", j, area, when, reached])
    save("r-raw-repeating.csv", [head, *rows], "REDCap raw, a repeating instrument", truth())


def languages():
    fr = {
        "self_care": "Soins personnels",
        "motor": "Motricité",
        "sensory": "Sensoriel",
        "social": "Social",
        "emotional": "Émotionnel",
        "communication": "Communication",
        "individual": "Individuel",
        "group": "Groupe",
        "combined": "Mixte",
    }
    head = ["Enfant", "Objectif", "Domaine", "Modalité", "Semaine", "Score GAS"]
    save(
        "l-french.csv",
        [head, *long_rows(fr.get, fr.get)],
        "French",
        truth(),
        by=";",
        encoding="cp1252",
    )
    es = {
        "self_care": "Autocuidado",
        "motor": "Motricidad",
        "sensory": "Sensorial",
        "social": "Social",
        "emotional": "Emocional",
        "communication": "Comunicación",
        "individual": "Individual",
        "group": "Grupal",
        "combined": "Ambos",
    }
    head = ["Niño", "Objetivo", "Área", "Modalidad", "Inicio", "6 semanas", "12 semanas"]
    save("l-spanish-wide.xlsx", [head, *wide_rows(es.get, es.get)], "Spanish, wide", truth())
    nl = {
        "self_care": "Zelfzorg",
        "motor": "Motoriek",
        "sensory": "Sensoriek",
        "social": "Sociaal",
        "emotional": "Emotioneel",
        "communication": "Communicatie",
        "individual": "individueel",
        "group": "groep",
        "combined": "gecombineerd",
    }
    head = ["Cliënt", "Doel", "Domein", "Therapievorm", "Week", "GAS-score"]
    save("l-dutch.csv", [head, *long_rows(nl.get, nl.get)], "Dutch", truth(), by=";")


def levels():
    head = ["child_id", "goal_id", "domain", "format", "week", "attainment"]
    words = {
        -2: "-2 (baseline)",
        -1: "-1 some progress",
        0: "0 = expected",
        1: "+1",
        2: "+2 much more",
    }
    save("v-number-and-words.csv", [head, *long_rows(level=words.get)], "number and words", truth())
    words = {
        -2: "Not achieved",
        -1: "Partially achieved",
        0: "Achieved",
        1: "Exceeded",
        2: "Far exceeded",
    }
    save("v-achieved.csv", [head, *long_rows(level=words.get)], "achieved, partially", truth())
    four = long_rows(level=lambda value: str(value + 2))
    save(
        "v-zero-to-four.csv",
        [["Child", "Goal", "Area", "Therapy", "Week", "Score"], *four],
        "0 to 4",
        truth(),
    )
    rows = long_rows()
    children = clinic()
    for i in (2, 11, 20):
        rows[i][5] = ("n/a", "DNA", "not seen")[i % 3]
        child, goal = divmod(i // 3, 2)
        children[child][3][goal][1][2] = ""
    save("v-missing-words.csv", [head, *rows], "words for missing", truth(children=children))
    own = dict(
        zip(
            DOMAINS,
            (
                "Dressing",
                "Handwriting",
                "Self-regulation",
                "Playing with peers",
                "Coping",
                "Talking",
            ),
            strict=True,
        )
    )
    forms = {"individual": "1-1", "group": "Grp", "combined": "1-1 & group"}
    rows = long_rows(forms.get, own.get)
    ages = {child: f"{months // 12}y {months % 12}m" for child, _, months, _ in children}
    rows = [[*row, ages[row[0]]] for row in rows]
    head = ["Client ID", "Goal ID", "Goal type", "Mode", "Wk", "GAS", "Age"]
    save("v-own-words.csv", [head, *rows], "own areas, 1-1, ages 5y 3m", truth())
    rows = long_rows(week=lambda week: str(7 * week))
    head = ["Child ID", "Goal ID", "Domain", "Format", "Days since start", "GAS"]
    save("v-days.csv", [head, *rows], "days since the start", truth())


def untidy():
    rows = [
        ["Sunny Lane OT, goals 2024"],
        [],
        ["Child", "Therapy", "Goal", "Area", "Start", "Week 6", "Week 12"],
    ]
    for child, kind, _, goals in clinic():
        for j, (area, levels) in enumerate(goals, 1):
            first = j == 1
            rows.append(
                [child if first else "", title(kind) if first else "", j, title(area), *levels]
            )
    rows += [[], ["Mean", "", "", "", -1.6, -0.9, -0.2], ["* scored by the treating OT"]]
    save("u-once-and-footer.xlsx", rows, "child once, totals and a note below", truth())
    start = date(2024, 1, 8)
    rows = []
    for i, (child, kind, months, goals) in enumerate(clinic()):
        for j, (area, levels) in enumerate(goals, 1):
            row = [
                f"{('Emma', 'Noah', 'Mia', 'Liam', 'Ava', 'Leo', 'Zoe', 'Max')[i]} Smith",
                f"Asks for help in class {i}{j}",
                title(area),
                title(kind),
            ]
            for when, reached in zip(WEEKS, levels, strict=True):
                row += [(start + timedelta(days=7 * (when + i))).strftime("%d/%m/%Y"), reached]
            rows.append(row)
    head = [
        "Name",
        "Goal",
        "Area",
        "Therapy",
        "Date set",
        "GAS at start",
        "Review 1 date",
        "Review 1 GAS",
        "Review 2 date",
        "Review 2 GAS",
    ]
    head[4] = "Start date"
    save("d-names-wide-dates.csv", [head, *rows], "names, a date for each visit", truth())
    rows = [
        [
            row[0],
            row[1],
            row[2],
            row[3],
            (start + timedelta(days=7 * int(row[4]))).isoformat(),
            row[5],
        ]
        for row in long_rows()
    ]
    head = ["Child code", "Goal code", "Area", "Format", "Review date", "GAS score"]
    save("d-codes-dates.csv", [head, *rows], "codes and review dates", truth())


def named():
    rows = [
        [child, title(kind), 20 + 10 * i, 30 + 10 * i]
        for i, (child, kind, _, _) in enumerate(clinic())
    ]
    save(
        "n-percent.csv",
        [["Child", "Therapy", "Goal progress start %", "Goal progress end %"], *rows],
        "per cent",
        "other_measure",
    )
    rows = [
        [child, title(area), kind, when, 2 + 2 * k + j]
        for child, kind, _, goals in clinic()
        for j, (area, _) in enumerate(goals)
        for k, when in enumerate((0, 6, 12, 18))
    ]
    save(
        "n-zero-to-ten.xlsx",
        [["Child", "Area", "Therapy", "Week", "Goal rating (0-10)"], *rows],
        "ratings of 0 to 10",
        "other_measure",
    )
    rows = [[kind, 12, -0.4, 6] for kind in FORMATS] + [["Grand Total", 36, -0.2, 18]]
    save(
        "n-pivot.xlsx",
        [["Row Labels", "Count of Goal", "Average of GAS", "Sum of Week"], *rows],
        "pivot",
        "pivot",
    )
    rows = [
        [child, title(kind), 31.4 + i, 50.2 + i] for i, (child, kind, _, _) in enumerate(clinic())
    ]
    save(
        "n-t-scores.csv",
        [["Child ID", "Format", "T-score baseline", "T-score final"], *rows],
        "T-scores",
        "t_scores",
    )


def main():
    OWN.mkdir(exist_ok=True)
    for part in (wide, blocks, sheets, redcap, languages, levels, untidy, named):
        part()
    (HERE / "own.json").write_text(json.dumps(CASES, indent=1) + "\n")


if __name__ == "__main__":
    main()
