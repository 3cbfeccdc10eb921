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
    CASES.append({"file": f"{OWN.name}/{name}", "shape": shape, "expected": expected, **more})


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
    for row in long_rows():
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
        "l-french.txt",
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
    for i, (_, kind, _, goals) in enumerate(clinic()):
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


def second_round():
    """Shapes written after the first were read, before any of these was tried."""
    people = [["Client", "Type of therapy", "Age"]] + [
        [child, title(kind), months // 12] for child, kind, months, _ in clinic()
    ]
    scores = [["Client", "Goal", "Area", "Baseline", "6 weeks", "12 weeks"]] + [
        [row[0], row[1], row[2], *row[4:]] for row in wide_rows(title, title)
    ]
    save(
        "x-children-and-goals.xlsx",
        None,
        "a sheet of children, a sheet of goals",
        truth(),
        sheets={"Clients": people, "GAS goals": scores},
    )
    by_format = {"Individual": [], "Group": [], "Combined": []}
    for row in wide_rows(title, title):
        by_format[row[3]].append([row[0], row[1], row[2], *row[4:]])
    head = ["Child", "Goal", "Area", "Baseline", "6 weeks", "12 weeks"]
    save(
        "x-sheet-a-format.xlsx",
        None,
        "a sheet for each format",
        truth(),
        sheets={name: [head, *rows] for name, rows in by_format.items()},
    )
    visits = {}
    for k, name in enumerate(("Baseline", "6 weeks", "12 weeks")):
        visits[name] = [["Child", "Goal", "Area", "Therapy", "GAS"]] + [
            [*row[:4], row[4 + k]] for row in wide_rows(title, title)
        ]
    save("x-sheet-a-visit.xlsx", None, "a sheet for each visit", truth(), sheets=visits)
    head = [
        "Child",
        "Therapy",
        "Area 1",
        "Pre 1",
        "Mid 1",
        "Post 1",
        "Area 2",
        "Pre 2",
        "Mid 2",
        "Post 2",
    ]
    rows = []
    for child, kind, _, goals in clinic():
        row = [child, title(kind)]
        for area, reached in goals:
            row += [title(area), *reached]
        rows.append(row)
    save("x-pre1-post1.xlsx", [head, *rows], "a row a child, Pre 1, Post 1", truth())
    rows = [
        [
            *row[:3],
            "Y" if row[3] != "group" else "N",
            "Y" if row[3] != "individual" else "N",
            *row[4:],
        ]
        for row in wide_rows(domain=title)
    ]
    head = ["Child ID", "Goal", "Area", "Individual", "Group", "Baseline", "6 weeks", "12 weeks"]
    save("x-two-ticks.csv", [head, *rows], "a yes and no for each format", truth())
    head = ["Child", "Goal", "Area", "Therapy", "Initial", "6/52", "12/52"]
    save("x-of-52.csv", [head, *wide_rows(title, title)], "weeks as 6/52", truth())
    head = ["Child", "Goal", "Area", "Therapy", "Sep 2023", "Dec 2023", "Mar 2024"]
    save(
        "x-month-names.xlsx",
        [head, *wide_rows(title, title, weeks=(0, 13, 26))],
        "months as headings",
        truth((0, 13, 26)),
    )
    rows = []
    for child, kind, _, goals in clinic():
        for k in range(len(WEEKS)):
            rows.append(
                [child, title(kind), f"Review {k}" if k else "Baseline", *(g[1][k] for g in goals)]
            )
    areas = {child: [g[0] for g in goals] for child, _, _, goals in clinic()}
    rows = [
        [*row[:3], title(areas[row[0]][0]), row[3], title(areas[row[0]][1]), row[4]] for row in rows
    ]
    head = [
        "Child",
        "Service",
        "Occasion",
        "Goal A area",
        "Goal A score",
        "Goal B area",
        "Goal B score",
    ]
    save("x-row-a-visit.csv", [head, *rows], "a row a child and visit, two goals beside", truth())
    stamp = date(2024, 3, 4)
    rows = [
        [
            f"{(stamp + timedelta(days=7 * int(r[4]))).strftime('%m/%d/%Y')} 14:03:11",
            r[0],
            r[1],
            r[2],
            r[3],
            r[5],
        ]
        for r in long_rows(title, title)
    ]
    head = [
        "Timestamp",
        "Child code",
        "Goal code",
        "What area is the goal about?",
        "How was therapy given?",
        "GAS rating (-2 to +2)",
    ]
    save("x-form.csv", [head, *rows], "answers of an online form", truth())
    head = [
        "KIND-NR.",
        "ZIEL-NR.",
        "BEREICH",
        "SETTING",
        "BEGINN",
        "NACH 6 WOCHEN",
        "NACH 12 WOCHEN",
    ]
    de = dict(
        zip(
            (*DOMAINS, *FORMATS),
            (
                "Selbstversorgung",
                "Motorik",
                "Sensorik",
                "Sozial",
                "Emotional",
                "Kommunikation",
                "Einzeltherapie",
                "Gruppentherapie",
                "Einzel und Gruppe",
            ),
            strict=True,
        )
    )
    save(
        "x-german-capitals.txt",
        [head, *wide_rows(de.get, de.get)],
        "German, wide, in capitals",
        truth(),
        by=";",
        encoding="cp1252",
    )
    rows = [[*row[:4], *row[4:], row[6] - row[4]] for row in wide_rows(title, title)]
    head = [
        "Child",
        "Goal",
        "Area",
        "Therapy",
        "GAS Baseline",
        "GAS Week 6",
        "GAS Week 12",
        "Change",
    ]
    save("x-change-column.xlsx", [head, *rows], "wide, with a column of change", truth())
    rows = [[*row[:4], *row[4:], 38.5, 50.0] for row in wide_rows(title, title)]
    head = [
        "Child",
        "Goal",
        "Area",
        "Therapy",
        "Baseline",
        "6 weeks",
        "12 weeks",
        "T-score baseline",
        "T-score 12 weeks",
    ]
    save("x-with-t-scores.xlsx", [head, *rows], "levels with T-scores beside", truth())
    text = {
        -2: "Level 1: much less than expected",
        -1: "Level 2: less than expected",
        0: "Level 3: expected",
        1: "Level 4: more than expected",
        2: "Level 5: much more than expected",
    }
    head = ["Child ID", "Goal ID", "Goal domain", "Therapy format", "Week", "Outcome"]
    save("x-level-and-phrase.csv", [head, *long_rows(level=text.get)], "Level 1: phrase", truth())
    rows = [
        [
            f"{row[0]}",
            row[1],
            row[2],
            row[3],
            f"week {row[4]}",
            row[5],
            f"{5 + int(row[0][1:]) % 4} yrs {row[4]} mths"[:6],
        ]
        for row in long_rows()
    ]
    head = [
        "Participant",
        "Target",
        "Focus",
        "Mode of delivery",
        "Assessment",
        "GAS level achieved",
        "Age (yrs)",
    ]
    save("x-near-headings.csv", [head, *rows], "headings of its own", truth())
    rows = [
        [r[0], r[1], r[2], r[3], f"T{WEEKS.index(int(r[4]))}", r[5]]
        for r in long_rows(title, title)
    ]
    head = ["SubjID", "GoalNum", "GoalDomain", "TxArm", "VisitName", "GASscore"]
    save("x-camel.csv", [head, *rows], "CamelCase headings", truth())


def third_round():
    """Shapes written last, to see how those fare that nobody had in mind."""
    head = [
        "Service user",
        "Objective",
        "Occupational area",
        "Intervention",
        "GAS (pre)",
        "GAS (interim)",
        "GAS (post)",
    ]
    save(
        "y-pre-interim-post.xlsx",
        [head, *wide_rows(title, title)],
        "pre, interim, post in brackets",
        truth(),
    )
    head = ["Code", "Goal", "Goal type", "Group or 1:1", "Time 1", "Time 2", "Time 3"]
    forms = {"individual": "1:1", "group": "Group", "combined": "Both"}
    save("y-time-1.csv", [head, *wide_rows(forms.get, title)], "Time 1, Time 2, Time 3", truth())
    it = dict(
        zip(
            (*DOMAINS, *FORMATS),
            (
                "Autonomia",
                "Motorio",
                "Sensoriale",
                "Sociale",
                "Emotivo",
                "Comunicazione",
                "Individuale",
                "Gruppo",
                "Misto",
            ),
            strict=True,
        )
    )
    head = ["Codice bambino", "Obiettivo", "Area", "Modalità", "Settimana", "Punteggio GAS"]
    save("y-italian.csv", [head, *long_rows(it.get, it.get)], "Italian", truth(), by=";")
    sv = dict(
        zip(
            (*DOMAINS, *FORMATS),
            (
                "Egenvård",
                "Motorik",
                "Sensorik",
                "Social",
                "Emotionell",
                "Kommunikation",
                "Individuell",
                "Grupp",
                "Kombinerad",
            ),
            strict=True,
        )
    )
    head = ["Barn", "Mål", "Område", "Behandlingsform", "Start", "6 veckor", "12 veckor"]
    save("y-swedish.xlsx", [head, *wide_rows(sv.get, sv.get)], "Swedish, wide", truth())
    rows = [
        [*row[:6], {"C01": "parent"}.get(row[0], "therapist")] for row in long_rows(title, title)
    ]
    head = ["Child no.", "Goal ID", "Area", "Therapy mode", "Wk no", "Level", "Scored by"]
    save("y-rater.csv", [head, *rows], "a rater in own words", truth())
    rows = [[*row[:5], f"{row[5]}.0"] for row in long_rows()]
    rows = [[str(int(r[0][1:])), r[1].replace("C", ""), *r[2:]] for r in rows]
    head = ["ID", "Goal_ID", "Domain", "Format", "Week", "GAS_Score"]
    save("y-numbers-as-ids.csv", [head, *rows], "numbers as ids, levels 0.0", truth())
    rows = [["", *row] for row in wide_rows(title, title)]
    lines = [
        ["", "Therapy outcomes", "", "", "", "", "", ""],
        ["", "Prepared for the board", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["", "Child", "Goal #", "Area", "Therapy", "Intake", "Wk6", "Wk12"],
    ]
    save("y-shifted.xlsx", [*lines, *rows], "begins in column B under two titles", truth())
    rows = []
    for child, kind, _, goals in clinic():
        for j, (area, reached) in enumerate(goals, 1):
            for when, level in zip(WEEKS, reached, strict=True):
                rows.append(
                    [
                        child if not when and j == 1 else "",
                        j if not when else "",
                        title(area) if not when else "",
                        title(kind) if not when and j == 1 else "",
                        when,
                        level,
                    ]
                )
    head = ["Child", "Goal", "Area", "Therapy", "Week", "GAS"]
    save("y-outline.xlsx", [head, *rows], "an outline: child and goal once, reviews below", truth())
    text = {-2: "Much less", -1: "Less", 0: "As expected", 1: "More", 2: "Much more"}
    head = ["child_id", "goal_id", "domain", "format", "week", "attainment"]
    save("y-short-words.csv", [head, *long_rows(level=text.get)], "much less, less, more", truth())
    rows = [[r[0], r[3], r[1], r[2], *r[4:]] for r in wide_rows(title, title)]
    head = ["Kid", "Group/Individual", "Goal no", "Focus area", "Sept", "Nov", "Jan"]
    save("y-months-bare.csv", [head, *rows], "bare months as headings", truth((0, 9, 17)))


def first_use():
    """Those of the 34 sheets of the first trial of which only the description was kept."""
    global OWN
    CASES.clear()
    OWN = HERE / "first_use"
    head = ["child_id", "goal_id", "domain", "format", "week", "attainment"]
    rows = long_rows()
    save("00-six-columns.csv", [head, *rows], "the six columns", truth(), before="1")
    grouped = [
        [*row, "" if row[3] == "individual" else f"R{1 + int(row[0][1:]) % 3}"] for row in rows
    ]
    save(
        "22-with-group.csv",
        [[*head, "group_id"], *grouped],
        "the same and group_id",
        truth(),
        before="1",
    )
    ages = [[*row, f"{4 + int(row[0][1:]) % 5},5"] for row in rows]
    save(
        "12b-semicolons.txt",
        [[*head, "age_years"], *ages],
        "semicolons, decimal commas, cp1252",
        truth(),
        by=";",
        encoding="cp1252",
        before="1",
    )
    save(
        "20-unicode-text.txt",
        [head, *rows],
        "Excel's Unicode text",
        truth(),
        by="\t",
        encoding="utf-16",
        before="1",
    )
    signs = {-2: "\u22122", -1: "\u22121", 0: "0", 1: "+1", 2: "+2"}
    save(
        "27-signs.csv",
        [head, *long_rows(level=signs.get)],
        "typographic minus, +1",
        truth(),
        before="1",
    )
    save(
        "29-one-to-five.csv",
        [head, *long_rows(level=lambda value: str(value + 3))],
        "levels 1 to 5",
        truth(),
        before="2",
    )
    near = ["Client ID", "Goal no", "Area", "Group", "Week", "GAS"]
    save("30-near-headings.csv", [near, *rows], "near headings", truth(), before="2")
    spelt = {
        "individual": ("Ind", "1:1", "1-1"),
        "group": ("Grp", "group (4)", "G"),
        "combined": ("Both", "1-1 & group", "Combo"),
    }
    many = [[*row[:3], spelt[row[3]][int(row[0][1:]) % 3], *row[4:]] for row in rows]
    save("09-formats.csv", [head, *many], "nine ways to write three formats", truth(), before="2")
    extra = [[*row, "ok"] for row in rows]
    untidy = [["GAS 2024"], [], [*head, "Notes"], *extra, ["Total", "", "", "", "", "", ""]]
    save(
        "26-title-and-total.xlsx",
        untidy,
        "title, blank line, extra column, total",
        truth(),
        before="2",
    )
    children = clinic()
    gone = [list(row) for row in rows]
    for i in (2, 11, 20):
        gone[i][5] = "n/a"
        child, goal = divmod(i // 3, 2)
        children[child][3][goal][1][2] = ""
    save("28-n-a.csv", [head, *gone], "n/a for missing", truth(children=children), before="2")
    each = {}
    for child, kind, _, goals in clinic():
        lines = [
            ["GAS record"],
            ["Code", child],
            ["Therapy", title(kind)],
            [],
            ["Goal", "Area", "Start", "6 wk", "12 wk"],
        ]
        each[child] = lines + [
            [j, title(area), *reached] for j, (area, reached) in enumerate(goals, 1)
        ]
    save(
        "05-sheet-a-child.xlsx",
        None,
        "a sheet for each child",
        truth(),
        sheets=each,
        before="never",
    )
    (OWN / "31-report.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    CASES.append(
        {"file": "first_use/31-report.pdf", "shape": "PDF", "expected": "pdf", "before": "named"}
    )
    import zipfile

    with zipfile.ZipFile(OWN / "32-letter.docx", "w") as archive:
        archive.writestr(zipfile.ZipInfo("word/document.xml"), "<w:document/>")
    CASES.append(
        {
            "file": "first_use/32-letter.docx",
            "shape": "Word",
            "expected": "not_a_workbook",
            "before": "named",
        }
    )


KEPT = {
    "01-wide.xlsx": ("a row a goal; Baseline, 6, 12 weeks", "never"),
    "01d-communication-row-taken-as-headings.csv": ("the same, an area Communication", "never"),
    "02-row-per-child.xlsx": ("a row a child", "never"),
    "03-tscores.xlsx": ("T-scores only", "t_scores"),
    "04-emr-notes.csv": ("levels in session notes", "levels_in_notes"),
    "06-redcap.csv": ("REDCap longitudinal", "never"),
    "07-merged.xlsx": ("two rows of headings, child once", "never"),
    "08-words.csv": ("levels in words", "never"),
    "08b-words-classic.csv": ("levels in the method's words", "never"),
    "09b-three.csv": ("Ind, Grp, Both", "never"),
    "10-copm.xlsx": ("COPM", "copm"),
    "11-ages.csv": ("ages 4;6", "2, ages lost"),
    "12-gsheets-comma.csv": ("decimal commas in a comma file", "never"),
    "13-libreoffice.ods": ("LibreOffice (.ods)", "2"),
    "14-spss.sav": ("SPSS", "spss"),
    "15-old-excel.xls": ("old Excel (.xls)", "2"),
    "16-names-dates.xlsx": ("names and dates", "3"),
    "17-week-text.csv": ("Wk 6", "never"),
    "18-timepoints.xlsx": ("T1 (baseline), T2", "never"),
    "19-german.csv": ("German", "never"),
    "21-prepost.xlsx": ("Pre and Post", "never"),
    "25-own-domains.csv": ("own words for areas", "never"),
}


def keep_first_use():
    """Note what the sheets that were handed over must be read as: kept once, read by eye."""
    kept = HERE / "first_use.json"
    known = {case["file"]: case for case in json.loads(kept.read_text())} if kept.exists() else {}
    for name, (shape, before) in KEPT.items():
        entry = known.get(f"first_use/{name}", {"expected": []})
        named = before.isidentifier() and before != "never"
        expected = before if named else entry["expected"]
        before = "never" if named else before
        CASES.append(
            {"file": f"first_use/{name}", "shape": shape, "expected": expected, "before": before}
        )
    CASES.sort(key=lambda case: case["file"])
    kept.write_text(json.dumps(CASES, indent=1) + "\n")


def main():
    OWN.mkdir(exist_ok=True)
    for part in (
        wide,
        blocks,
        sheets,
        redcap,
        languages,
        levels,
        untidy,
        named,
        second_round,
        third_round,
    ):
        part()
    (HERE / "own.json").write_text(json.dumps(CASES, indent=1) + "\n")
    first_use()
    keep_first_use()


if __name__ == "__main__":
    main()
