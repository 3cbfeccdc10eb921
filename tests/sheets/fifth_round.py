"""Forty everyday sheets written before the engine was tried on them: the fifth round.

Run by hand from the root: `python -m tests.sheets.fifth_round`. It adds them to `own.json`.
"""

import json
from datetime import date, timedelta

from tests.sheets import make_files
from tests.sheets.make_files import DOMAINS, FORMATS, HERE, clinic, long_rows, save, title, truth
from tests.sheets.make_files import wide_rows as wide

CODE = ["Code", "Goal", "Area", "Format"]
LONG = [*CODE, "Week", "Level"]
WORDS = {
    "german": "Selbstversorgung Motorik Sensorik Sozial Emotional Kommunikation "
    "Einzel Gruppe Kombiniert",
    "french": "Autonomie Motricité Sensoriel Social Émotionnel Communication "
    "Individuel Groupe Mixte",
    "spanish": "Autocuidado Motor Sensorial Social Emocional Comunicación "
    "Individual Grupal Combinado",
    "dutch": "Zelfzorg Motoriek Sensorisch Sociaal Emotioneel Communicatie "
    "Individueel Groep Gecombineerd",
    "italian": "Autonomia Motorio Sensoriale Sociale Emotivo Comunicazione "
    "Individuale Gruppo Combinata",
    "norwegian": "Egenomsorg Motorikk Sansing Sosialt Følelser Kommunikasjon "
    "Individuell Gruppe Kombinert",
}


def said(language):
    """Give the words of one language for the six areas and the three formats."""
    return dict(zip((*DOMAINS, *FORMATS), WORDS[language].split(), strict=True)).get


def languages():
    de, fr, es, nl, it, no = map(said, WORDS)
    head = ["Klient", "Ziel-Nr.", "Zielbereich", "Setting"]
    save("f-german-wide.txt", [[*head, "Beginn", "nach 6 Wochen", "nach 12 Wochen"], *wide(de, de)],
         "German, wide, semicolons", truth(), by=";", encoding="cp1252")  # fmt: skip
    head = ["Code patient", "N° objectif", "Domaine", "Type de séance"]
    rows = [[*head, "Départ", "6 semaines", "12 semaines"], *wide(fr, fr)]
    save("f-french-wide.xlsx", rows, "French, wide", truth())
    head = ["Código", "Objetivo", "Área", "Modalidad", "Inicial", "Semana 6", "Semana 12"]
    save("f-spanish-inicial.txt", [head, *wide(es, es)], "Spanish, wide, cp1252", truth(),
         encoding="cp1252")  # fmt: skip
    head = ["Cliëntcode", "Doelnummer", "Domein", "Behandelvorm", "Weeknummer", "GAS-score"]
    save("f-dutch-long.csv", [head, *long_rows(nl, nl)], "Dutch, long", truth(), by=";")
    head = ["Codice", "Obiettivo", "Ambito", "Modalità", "Iniziale", "6 settimane", "12 settimane"]
    save("f-italian-wide.xlsx", [head, *wide(it, it)], "Italian, wide", truth())
    head = ["Barn", "Mål nr", "Område", "Behandlingsform", "Uke", "Skår"]
    save("f-norwegian.txt", [head, *long_rows(no, no)], "Norwegian", truth(), encoding="utf-16",
         by="\t")  # fmt: skip


def visits():
    counted = [f"Assessment {i} (wk {w})" for i, w in ((1, 0), (2, 6), (3, 12))]
    at = [f"Score at {when}" for when in ("baseline", "6 weeks", "12 weeks")]
    for name, shape, seen in (
        ("assessment", "Assessment 1 (wk 0)", counted),
        ("at-weeks", "Score at 6 weeks", at),
        ("w-under", "GAS_w0", ["GAS_w0", "GAS_w6", "GAS_w12"]),
        ("admission", "Admission, Week 6 review", ["Admission", "Week 6 review", "Week 12 review"]),
        ("level-bl", "BL, 6wk, 12wk", ["BL", "6wk", "12wk"]),
        ("gas-plus", "t0 / t0+6w", ["t0", "t0 + 6w", "t0 + 12w"]),
    ):  # fmt: skip
        save(f"f-{name}.csv", [[*CODE, *seen], *wide(title, title)], shape, truth())
    top = ["Client", "", "Goal", "", "GAS", "", ""]
    low = ["ID", "Therapy", "No.", "Area", "Initial", "6 weeks", "12 weeks"]
    rows = [[r[0], r[3], r[1], r[2], *r[4:]] for r in wide(title, title)]
    save("f-two-heads.xlsx", [top, low, *rows], "two rows of headings, Client over ID", truth())
    months = truth((0, 13, 26, 52))
    head = [*CODE, "Baseline", "3 mo", "6 mo", "1 year"]
    rows = wide(title, title, weeks=(0, 13, 26, 52))
    save("f-one-year.xlsx", [head, *rows], "3 mo, 6 mo, 1 year", months)
    shown = [[*CODE, "Start", "Start date", "Review 6 wks", "Review 12 wks", "Comments"]]
    shown += [[*r[:5], "", *r[5:], "keep going"] for r in wide(title, title)]
    save("f-comments.csv", shown, "an empty date column, comments", truth())


def levels():
    marks = {-2: "1 - much less", -1: "2 - less", 0: "3 - as expected",
             1: "4 - more", 2: "5 - much more"}  # fmt: skip
    rows = [LONG, *long_rows(title, title, level=marks.get)]
    save("f-one-to-five-words.csv", rows, "1 - much less ... 5 - much more", truth())
    letters = {-2: "no change", -1: "some progress", 0: "goal met", 1: "exceeded",
               2: "far exceeded"}  # fmt: skip
    starts = {-2: "Minus 2", -1: "Minus 1", 0: "Zero", 1: "Plus 1", 2: "Plus 2"}
    save("f-spelt-out.csv", [LONG, *long_rows(title, title, level=starts.get)],
         "Minus 2, Plus 1", truth())  # fmt: skip
    save("f-progress-words.csv", [LONG, *long_rows(title, title, level=letters.get)],
         "goal met, exceeded: asked about", truth())  # fmt: skip
    rows = [LONG, *long_rows(title, title, level=lambda v: f"{v},0")]
    save("f-decimal-comma.csv", rows, "levels 1,0 with semicolons", truth(), by=";")
    rows = [LONG, *long_rows(title, title, level=lambda v: f"GAS {v:+d}" if v else "GAS 0")]
    save("f-gas-before.csv", rows, "GAS +1 in the cell", truth())
    rows = [LONG, *long_rows(title, title, level=lambda v: v + 2)]
    save("f-zero-to-four.xlsx", rows, "levels 0 to 4, long", truth())
    de = {-2: "viel weniger als erwartet", -1: "weniger als erwartet", 0: "wie erwartet",
          1: "mehr als erwartet", 2: "viel mehr als erwartet"}  # fmt: skip
    rows = [["Kind", "Ziel", "Bereich", "Therapieform", "Woche", "Zielerreichung"]]
    rows += long_rows(said("german"), said("german"), level=de.get)
    save("f-german-words.csv", rows, "German, levels in words", truth(), by=";")


def forms():
    both = {"individual": ("8", "0"), "group": ("0", "8"), "combined": ("4", "4")}
    head = [
        "Code",
        "Goal",
        "Area",
        "Individual sessions",
        "Group sessions",
        "Wk 0",
        "Wk 6",
        "Wk 12",
    ]
    rows = [[*r[:3], *both[r[3]], *r[4:]] for r in wide(str, title)]
    save("f-session-counts.csv", [head, *rows], "numbers of sessions give the format", truth())
    yes = {"individual": ("Yes", "No"), "group": ("No", "Yes"), "combined": ("Yes", "Yes")}
    head = ["Code", "Goal", "Area", "Individual", "Group", "Wk 0", "Wk 6", "Wk 12"]
    save("f-yes-no.csv", [head, *([*r[:3], *yes[r[3]], *r[4:]] for r in wide(str, title))],
         "Individual Yes/No, Group Yes/No", truth())  # fmt: skip
    for name, three in (
        ("ot-forms", ("1:1 OT", "Group OT", "1:1 + Group OT")),
        ("short-forms", ("I", "G", "C")),
        ("session-forms", ("Individual sessions", "Group sessions", "Both")),
        ("therapy-forms", ("Solo", "In a group", "Group and solo")),
    ):
        spelt = dict(zip(FORMATS, three, strict=True)).get
        save(f"f-{name}.csv", [LONG, *long_rows(spelt, title)], f"formats {', '.join(three)}",
             truth())  # fmt: skip


def layout():
    each = {}
    for i, (child, kind, months, goals) in enumerate(clinic()):
        rows = each.setdefault(f"Therapist {i % 2 + 1}", [[*CODE, "Age", "Start", "Wk 6", "Wk 12"]])
        for j, (area, levels) in enumerate(goals, 1):
            rows.append(
                [child, j, title(area), title(kind), f"{months // 12};{months % 12}", *levels]
            )
    save("f-sheet-a-therapist.xlsx", None, "a sheet a therapist", truth(), sheets=each)
    blocks = [["Child", "Therapy"]]
    for j in (1, 2):
        blocks[0] += [
            f"{part} {j}" for part in ("Goal area", "Before", "After 6 weeks", "After 12 weeks")
        ]
    for child, kind, _, goals in clinic():
        cells = [part for area, seen in goals for part in (title(area), *seen)]
        blocks.append([child, title(kind), *cells])
    save("f-numbered-blocks.csv", blocks, "a row a child, Goal area 1", truth())
    rows, last = [], None
    for row in wide(title, title):
        rows.append(["" if row[0] == last else row[0], row[1], row[2],
                     "" if row[0] == last else row[3], *row[4:]])  # fmt: skip
        last = row[0]
    head = [*CODE, "Pre", "Week 6", "Week 12"]
    note = [["Occupational therapy, goal register"], ["Year 2024/25"], []]
    foot = [[], ["Mean", "", "", "", "-1.5", "-0.8", "-0.2"], ["n = 16"]]
    save("f-all-at-once.xlsx", [*note, head, *rows, *foot], "titles, filled down, means", truth())
    rows = [[i, *r] for i, r in enumerate(long_rows(title, title))]
    save("f-pandas-index.csv", [["Unnamed: 0", *LONG], *rows], "an unnamed index column", truth())
    rows = [[*LONG, "Blue", "xx1"], *long_rows(title, title, extra=("yes", "7"))]
    save("f-no-meaning.csv", rows, "two columns that mean nothing", truth())
    rows = [["Age (y.m)", *LONG]]
    ages = {child: f"{m // 12}y {m % 12}m" for child, _, m, _ in clinic()}
    rows += [[ages[r[0]], *r] for r in long_rows(title, title)]
    save("f-ages-ym.csv", rows, "ages 5y 3m", truth())


def exports():
    event = {"0": "Baseline (Arm 1: OT)", "6": "6 week review (Arm 1: OT)",
             "12": "12 week review (Arm 1: OT)"}  # fmt: skip
    head = ["Record ID", "Event Name", "Repeat Instrument", "Repeat Instance"]
    rows = [[*head, "Therapy format", "Goal area", "GAS level"]]
    rows += [
        [r[0], event[r[4]], "Goals", r[1][-1], r[3], r[2], r[5]] for r in long_rows(title, title)
    ]
    save("f-redcap-label.csv", rows, "REDCap labels, events and repeats", truth())
    rows = [
        [
            "record_id",
            "redcap_event_name",
            "format",
            *(f"goal{j}_{p}" for j in (1, 2) for p in ("domain", "gas")),
        ]
    ]
    names = ("baseline_arm_1", "week_6_arm_1", "week_12_arm_1")
    for child, kind, _, goals in clinic():
        for k, name in enumerate(names):
            row = [child, name, kind]
            for area, seen in goals:
                row += [area, seen[k]]
            rows.append(row)
    save("f-redcap-wide.csv", rows, "REDCap events, goal1_gas goal2_gas", truth())
    rows = [["Code", "Goal", "Area", "Format", "Review date", "Level"]]
    for i, r in enumerate(long_rows(title, title)):
        day = date(2024, 1, 8) + timedelta(weeks=int(r[4]), days=7 * (i // 6))
        rows.append([*r[:4], day.strftime("%d.%m.%Y"), r[5]])
    save("f-dates-dotted.csv", rows, "dates 08.01.2024 for weeks", truth())
    head = ["Ref", "Outcome area", "Intervention", "Goal ref", "Timepoint", "GAS"]
    rows = [[r[0], r[2], r[3], r[1], {"0": "Initial", "6": "6-week", "12": "12-week"}[r[4]], r[5]]
            for r in long_rows(title, title)]  # fmt: skip
    save("f-timepoint-words.csv", [head, *rows], "Timepoint: Initial, 6-week", truth())
    rows = [
        [*r[:4], r[4], "Parent" if i % 2 else "OT", r[5]]
        for i, r in enumerate(long_rows(title, title))
    ]
    save(
        "f-rated-by.csv",
        [[*CODE, "Week", "Rated by", "Level"], *rows],
        "Rated by OT, Parent",
        truth(),
    )
    rows = [[*CODE, "T-score start", "T-score end"]]
    rows += [[*r[:4], 30 + i, 40 + i] for i, r in enumerate(wide(title, title))]
    save("f-two-t-scores.csv", rows, "T-scores at start and end", "t_scores")


def main():
    known = json.loads((HERE / "own.json").read_text(encoding="utf-8"))
    kept = [case for case in known if not case["file"].startswith("own/f-")]
    make_files.CASES[:] = []
    for part in (languages, visits, levels, forms, layout, exports):
        part()
    text = json.dumps(kept + make_files.CASES, indent=1) + "\n"
    (HERE / "own.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
