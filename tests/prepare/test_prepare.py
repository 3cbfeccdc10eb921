"""A raw export becomes coded records: nobody named, nothing lost, the same codes next month."""

import csv
import json
import random
import stat
import sys
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from analysis.errors import AnalysisError, RecordsError, WriteError
from analysis.prepare.__main__ import main
from analysis.prepare.dates import read_dates
from analysis.prepare.keys import CodeBook
from analysis.prepare.making import prepare_records
from analysis.records.checking.values import Faults
from analysis.records.load import read_records
from analysis.records.mapping import Mapping
from analysis.records.text import TextTable, column_from_cells

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
PEOPLE = ["O'Hara, Niamh", "Mahmood, Tariq", "Sato, Yuki", "Núñez, Inés", "Lee, Sam"]
SECRETS = ["Hara", "Mahmood", "Sato", "Núñez", "coat", "laces", "Doe", "2016", "Tired", "Riverside"]
MAPPING = {
    "columns": {
        "Client name": "child_id",
        "DOB": "birth_date",
        "Therapy began": "start_date",
        "Therapy": "format",
        "Group": "group_id",
        "Seen by": "therapist_id",
        "Goal": "goal_id",
        "Area": "domain",
    },
    "dates": {"order": "day_first"},
    "reviews": [
        {"level": "Baseline", "week": 0},
        {"level": "Score 1", "date": "Reviewed 1"},
        {"level": "Score 2", "date": "Reviewed 2"},
    ],
}
HEAD = [
    *MAPPING["columns"],
    "Baseline",
    "Reviewed 1",
    "Score 1",
    "Reviewed 2",
    "Score 2",
    "School",
    "Notes",
]


def wide_rows(people=PEOPLE, first=date(2024, 2, 5)):
    rows = []
    for i, person in enumerate(people):
        start = first + timedelta(days=3 * i)
        therapy = ("1:1", "group", "both")[i % 3]
        for goal in ("puts on a coat\nalone", "ties laces"):
            reviews = [start + timedelta(weeks=6, days=2), start + timedelta(weeks=12)]
            rows.append(
                [
                    person,
                    f"{10 + i:02d}/03/2016",
                    f"{start:%d/%m/%Y}",
                    therapy,
                    "" if i % 3 == 0 else "Tuesday club",
                    "Jane Doe",
                    goal,
                    "self care" if "coat" in goal else "motor",
                    "-2",
                    f"{reviews[0]:%d/%m/%Y}",
                    "-1",
                    f"{reviews[1]:%d/%m/%Y}",
                    "0",
                    "Riverside Primary",
                    'Tired, "very" today.\nMum late.',
                ]
            )
    return rows


def write_csv(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def content(folder):
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}


def test_a_wide_sheet_becomes_records_that_are_read_and_name_nobody(tmp_path):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    prepared = prepare_records(raw, tmp_path / "coded", mapping=MAPPING)
    records = read_records(tmp_path / "coded")
    assert records.digest == prepared.records.digest
    assert (records.n_children, len(records.goals), len(records.reviews)) == (5, 10, 30)
    assert sorted(records.reviews["week"].unique()) == [0, 6, 12]
    assert set(records.episodes["age_years"]) <= {7.5, 8.0}
    assert set(records.episodes["start_term"]) == {"2024_1"}
    assert records.episodes["therapist_id"].nunique() == records.episodes["group_id"].nunique() == 1
    everything = "".join(content(tmp_path / "coded").values()) + prepared.tell() + repr(prepared)
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "raw.csv: School" in prepared.dropped
    assert "raw.csv: Notes" in prepared.dropped


def test_files_are_private_and_no_key_is_kept_unless_asked_for(tmp_path):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    prepare_records(raw, tmp_path / "coded", mapping=MAPPING)
    assert {file.name for file in tmp_path.iterdir()} == {"raw.csv", "coded"}
    for file in (tmp_path / "coded").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "coded").stat().st_mode) == 0o700
    prepare_records(raw, tmp_path / "again", mapping=MAPPING, key=tmp_path / "key.json")
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    assert "Mahmood".casefold() in (tmp_path / "key.json").read_text(encoding="utf-8")


def test_next_months_export_with_the_same_key_keeps_codes_and_weeks(tmp_path):
    key = tmp_path / "key.json"
    raw = write_csv(tmp_path / "march.csv", wide_rows(PEOPLE[:3]))
    first = prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=key)
    raw = write_csv(tmp_path / "april.csv", wide_rows())
    second = prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=key)
    assert second.n_known > 0
    assert set(first.records.goals["goal_id"]) < set(second.records.goals["goal_id"])
    merged = second.records.reviews.merge(first.records.reviews, how="inner")
    assert len(merged) == len(first.records.reviews)


def test_without_a_start_date_the_first_review_is_week_0_and_the_key_remembers_it(tmp_path):
    head = ["Client name", "Goal", "Area", "Therapy", "Reviewed", "Score"]
    mapping = {
        "columns": {
            "Client name": "child_id",
            "Goal": "goal_id",
            "Area": "domain",
            "Therapy": "format",
            "Reviewed": "date",
            "Score": "attainment",
        }
    }
    key = tmp_path / "key.json"
    rows = [["Lee, Sam", "ties laces", "motor", "group", "2024-03-04", "-2"]]
    prepare_records(
        write_csv(tmp_path / "a.csv", rows, head), tmp_path / "one", mapping=mapping, key=key
    )
    later = [["lee,  SAM", "Ties laces", "motor", "group", "2024-04-16", "-1"]]
    second = prepare_records(
        write_csv(tmp_path / "b.csv", later, head), tmp_path / "two", mapping=mapping, key=key
    )
    assert list(second.records.reviews["week"]) == [6]


def test_codes_are_random_and_tell_nothing_of_the_name_or_the_order(tmp_path):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    one = prepare_records(raw, tmp_path / "one", mapping=MAPPING).records.episodes["child_id"]
    two = prepare_records(raw, tmp_path / "two", mapping=MAPPING).records.episodes["child_id"]
    assert not set(one) & set(two)
    assert list(one) == sorted(one)
    book = CodeBook()
    codes = [book.code("child_id", f"person {i}") for i in range(3000)]
    assert len(set(codes)) == 3000
    assert book.code("child_id", " Person   7 ") == codes[7]
    assert book.code("child_id", " ") == ""


def test_several_tables_share_codes_and_starts(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    write_csv(
        folder / "clients.csv",
        [
            ["7781", "Tariq Mahmood", "2016-11-02", "2024-02-19", "group"],
            ["7790", "Yuki Sato", "2017-01-30", "2024-02-26", "individual"],
        ],
        ["Client no", "Name", "DOB", "Start", "Therapy"],
    )
    write_csv(
        folder / "goals.csv",
        [["g1", "7781", "motor", "2024-02-20"], ["g2", "7790", "social", "2024-02-26"]],
        ["Goal no", "Client no", "Domain", "Set on"],
    )
    write_csv(
        folder / "reviews.csv",
        [["g1", "2024-02-20", "-2"], ["g1", "2024-04-01", "0"], ["g2", "2024-02-26", "-2"]],
        ["Goal no", "When", "GAS"],
    )
    write_csv(
        folder / "sessions.csv",
        [["7781", "2024-02-26", "group", "45"], ["7790", "2024-03-04", "individual", "30"]],
        ["Client no", "Date", "Delivered", "Minutes"],
    )
    mapping = {
        "tables": {"clients.csv": "episodes"},
        "columns": {
            "Client no": "child_id",
            "DOB": "birth_date",
            "Start": "start_date",
            "Therapy": "format",
            "Goal no": "goal_id",
            "Set on": "set_date",
            "When": "date",
            "GAS": "attainment",
            "Date": "date",
        },
    }
    records = prepare_records(folder, tmp_path / "coded", mapping=mapping).records
    assert sorted(records.reviews["week"]) == [0, 0, 6]
    assert sorted(records.sessions["week"]) == [1, 1]
    assert set(records.sessions["child_id"]) == set(records.episodes["child_id"])
    assert "Name" not in "".join(content(tmp_path / "coded").values())


def test_an_unmapped_export_is_answered_with_a_mapping_to_paste(tmp_path):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    with pytest.raises(RecordsError) as caught:
        prepare_records(raw, tmp_path / "coded")
    told = str(caught.value)
    for line in (
        '"Client name" = "child_id"',
        '"DOB" = "birth_date"',
        '"Seen by" = "therapist_id"',
    ):
        assert line in told
    assert not (tmp_path / "coded").exists()
    assert not any(secret in told for secret in SECRETS)


def test_faults_of_a_raw_export_have_places_and_write_nothing(tmp_path):
    rows = wide_rows()
    rows[0][2] = "soon"
    rows[3][10] = "7"
    rows[4][3] = "therapy"
    raw = write_csv(tmp_path / "raw.csv", rows)
    with pytest.raises(RecordsError) as caught:
        prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=tmp_path / "key.json")
    codes = sorted(problem.code for problem in caught.value.problems)
    assert codes == ["not_a_date", "out_of_range", "unknown_label"]
    assert all(problem.places for problem in caught.value.problems)
    assert {file.name for file in tmp_path.iterdir()} == {"raw.csv"}
    assert not any(secret in str(caught.value) for secret in SECRETS)


def test_the_key_never_lies_among_the_coded_records(tmp_path):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    with pytest.raises(AnalysisError, match="somewhere else"):
        prepare_records(raw, tmp_path / "c", mapping=MAPPING, key=tmp_path / "c" / "key.json")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(AnalysisError, match="not a key file"):
        prepare_records(raw, tmp_path / "c", mapping=MAPPING, key=tmp_path / "other.json")


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    with pytest.raises(WriteError, match="other files"):
        prepare_records(raw, tmp_path, mapping=MAPPING)
    assert {file.name for file in tmp_path.iterdir()} == {"raw.csv"}


def test_a_workbook_with_date_cells_is_prepared(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Client", "Goal", "Domain", "Format", "Reviewed", "Attainment"])
    for day, level in ((date(2024, 1, 8), -2), (date(2024, 2, 20), 1)):
        book.active.append(["Ines Nunez", "rides a bike", "motor", "group", day, level])
    book.save(tmp_path / "raw.xlsx")
    mapping = {"columns": {"Client": "child_id", "Goal": "goal_id", "Reviewed": "date"}}
    records = prepare_records(tmp_path / "raw.xlsx", tmp_path / "coded", mapping=mapping).records
    assert list(records.reviews["week"]) == [0, 6]


def column_of(cells):
    column = column_from_cells("when", 1, cells)
    return TextTable("a.csv", "", (column,), _lines(len(cells)), {}), column


def _lines(n):
    import numpy as np

    return np.arange(2, n + 2)


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["03/04/2024", "25/04/2024"], date(2024, 4, 3)),
        (["03/04/2024", "04/25/2024"], date(2024, 3, 4)),
        (["2024-04-03"], date(2024, 4, 3)),
        (["3 April 2024"], date(2024, 4, 3)),
        (["3. April 24"], date(2024, 4, 3)),
        (["20240403"], date(2024, 4, 3)),
        (["45385"], date(2024, 4, 3)),
        (["2024年4月3日"], date(2024, 4, 3)),
        (["2024-04-03 14:30"], date(2024, 4, 3)),
    ],
)
def test_dates_are_read_in_many_forms(cells, first):
    table, column = column_of(cells)
    faults = Faults()
    assert read_dates(table, column, "when", Mapping(), faults)[0] == first
    assert faults.problems == []


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["03/04/2024", "05/06/2024"], "unclear_dates"),
        (["13/04/2024", "04/13/2024"], "unclear_dates"),
        (["April 2024"], "not_a_date"),
        (["31/02/2024", "30/01/2024"], "not_a_date"),
        (["1824-04-03"], "not_a_date"),
    ],
)
def test_dates_that_could_mean_two_days_are_refused(cells, code):
    table, column = column_of(cells)
    faults = Faults()
    read_dates(table, column, "when", Mapping(), faults)
    assert [problem.code for problem in faults.problems] == [code]


DAYS_AFTER_12 = ["26/06/2024", "27/11/2024", "14/05/2024", "23/07/2024"]


@pytest.mark.parametrize(
    "stored",
    [
        ["2024-04-09", "2024-05-03", "2024-11-02"],
        ["45391", "45415", "45598"],
        ["09-Apr-24", "03-May-24", "02-Nov-24"],
        ["20240409", "20240503", "20241102"],
    ],
)
@pytest.mark.parametrize("declared", [None, True])
@pytest.mark.parametrize("month_first", [False, True])
def test_dates_turned_round_by_a_spreadsheet_are_refused(stored, declared, month_first):
    written = [f"{t[3:5]}/{t[:2]}/{t[6:]}" if month_first else t for t in DAYS_AFTER_12]
    table, column = column_of([*stored, *written])
    faults = Faults()
    mapping = Mapping(day_first=declared and not month_first)
    read_dates(table, column, "when", mapping, faults)
    turned = [problem for problem in faults.problems if problem.code == "turned_dates"]
    assert [problem.n_places for problem in turned] == [len(stored)]


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-04-29", "2024-05-03", "2024-11-02", *DAYS_AFTER_12],
        ["2024-04-09", "2024-05-03", "2024-11-02", *DAYS_AFTER_12, "03/05/2024"],
        ["2024-04-09", "2024-05-03", "2024-11-02"],
        ["2024-04-09", "26/06/2024"],
    ],
)
def test_dates_in_two_forms_that_are_right_are_read(cells):
    table, column = column_of(cells)
    faults = Faults()
    assert None not in read_dates(table, column, "when", Mapping(), faults)
    assert faults.problems == []


@pytest.mark.parametrize(
    ("text", "middle"),
    [
        ("2016", date(2016, 7, 1)),
        ("2016-03", date(2016, 3, 15)),
        ("03/2016", date(2016, 3, 15)),
        ("2016-03-14", date(2016, 3, 14)),
    ],
)
def test_of_a_birth_date_the_year_is_enough_and_counted(text, middle):
    table, column = column_of([text, text])
    faults = Faults()
    assert read_dates(table, column, "born", Mapping(), faults, year_is_enough=True)[0] == middle
    assert sum(faults.mended.values()) == (0 if text.count("-") == 2 else 2)
    strict = Faults()
    read_dates(table, column, "when", Mapping(), strict)
    assert bool(strict.problems) == (text.count("-") != 2)


LOINC = "http://loinc.org"
SCALING = "http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling"
ANSWERS = ["LA34484-8", "LA34483-0", "LA34481-4", "LA34480-6", "LA34479-8"]


def bundle(part="progressText", answer="LA34481-4", code="107332-9", status="final"):
    scaling = [
        {
            "url": SCALING,
            "extension": [
                {"url": "level", "valueCoding": {"system": LOINC, "code": level}},
                {"url": part, "valueString": "Puts on a coat"},
            ],
        }
        for level in ANSWERS
    ]
    goal = {
        "resourceType": "Goal",
        "id": "goal-1",
        "extension": scaling,
        "subject": {"reference": "Patient/pat-1"},
        "startDate": "2024-02-05",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://hl7.org/fhir/us/pco/CodeSystem/pco-goal-domains",
                        "code": "social-functioning",
                    }
                ]
            }
        ],
    }

    def rating(number, day, what, value):
        return {
            "resourceType": "Observation",
            "id": f"obs-{number}",
            "status": status,
            "code": {"coding": [{"system": LOINC, "code": what}]},
            "subject": {"reference": "Patient/pat-1"},
            "focus": [{"reference": "urn:uuid:goal-1" if number else "Goal/goal-1"}],
            "effectiveDateTime": f"{day}T10:00:00Z",
            "performer": [{"reference": "RelatedPerson/mum"}],
            "valueCodeableConcept": {"coding": [{"system": LOINC, "code": value}]},
        }

    patient = {
        "resourceType": "Patient",
        "id": "pat-1",
        "name": [{"family": "Mahmood"}],
        "birthDate": "2016-03-14",
    }
    weight = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
    }
    resources = [
        patient,
        goal,
        rating(0, "2024-02-05", "112296-9", "LA34484-8"),
        rating(1, "2024-03-20", code, answer),
        weight,
    ]
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


@pytest.fixture
def formats(tmp_path):
    (tmp_path / "formats.csv").write_text("child_id,format\npat-1,group\n")
    return tmp_path / "formats.csv"


SOCIAL = {"labels": {"domain": {"social-functioning": "social"}}}


def prepare_bundle(tmp_path, content, formats, out="coded"):
    (tmp_path / "bundle.json").write_text(json.dumps(content))
    return prepare_records(
        tmp_path / "bundle.json", tmp_path / out, mapping=SOCIAL, fhir=True, formats=formats
    )


@pytest.mark.parametrize("part", ["progressText", "text"])
def test_a_fhir_bundle_becomes_coded_records(tmp_path, formats, part):
    prepared = prepare_bundle(tmp_path, bundle(part), formats)
    reviews = prepared.records.reviews
    assert list(reviews["week"]) == [0, 6]
    assert list(reviews["attainment"]) == [-2, 0]
    assert list(reviews["rater"]) == ["caregiver", "caregiver"]
    assert list(prepared.records.goals["domain"]) == ["social"]
    assert list(prepared.records.episodes["age_years"]) == [7.5]
    everything = "".join(content(tmp_path / "coded").values()) + prepared.tell()
    assert not any(word in everything for word in ("Mahmood", "coat", "pat-1", "goal-1", "2016"))
    assert any("about other things" in note for note in prepared.records.notes)


@pytest.mark.parametrize("code", ["112296-9", "107332-9", "107333-7", "107334-5", "107331-1"])
@pytest.mark.parametrize(("answer", "level"), list(zip(ANSWERS, range(-2, 3), strict=True)))
def test_every_known_code_and_answer_is_read(tmp_path, formats, code, answer, level):
    prepared = prepare_bundle(tmp_path, bundle(code=code, answer=answer), formats)
    assert list(prepared.records.reviews["attainment"]) == [-2, level]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"answer": "LA6113-0"}, "unknown_answer"),
        ({"code": "99999-9"}, "unknown_code"),
        ({"part": "wording"}, "unknown_part"),
    ],
)
def test_a_code_that_is_not_known_stops_the_reading(tmp_path, formats, change, code):
    with pytest.raises(RecordsError) as caught:
        prepare_bundle(tmp_path, bundle(**change), formats)
    assert {problem.code for problem in caught.value.problems} == {code}
    assert all(problem.places for problem in caught.value.problems)


def test_fhir_without_a_table_of_formats_says_why_one_is_needed(tmp_path):
    with pytest.raises(RecordsError, match="hold no therapy format"):
        prepare_bundle(tmp_path, bundle(), None)


def test_ratings_entered_in_error_are_left_out_and_counted(tmp_path, formats):
    with pytest.raises(RecordsError, match="no rating of a scaled goal"):
        prepare_bundle(tmp_path, bundle(status="entered-in-error"), formats)


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": '
        '"Goal", "extension": 4}}]}',
        "[" * 100_000,
    ],
)
def test_json_that_is_no_bundle_is_refused(tmp_path, formats, damaged):
    (tmp_path / "bundle.json").write_text(damaged)
    with pytest.raises(RecordsError):
        prepare_records(
            tmp_path / "bundle.json", tmp_path / "out", fhir=True, formats=formats, mapping=SOCIAL
        )


def test_the_door_says_what_was_done_and_leaves_with_the_right_code(tmp_path, capsys):
    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    mapping = tmp_path / "declared.toml"
    mapping.write_text(
        "[columns]\n"
        + "\n".join(f'"{a}" = "{b}"' for a, b in MAPPING["columns"].items())
        + '\n[dates]\norder = "day_first"\n[[reviews]]\nlevel = "Baseline"\nweek = 0\n'
        '[[reviews]]\nlevel = "Score 1"\ndate = "Reviewed 1"\n'
    )
    arguments = [str(raw), "--out", str(tmp_path / "coded")]
    assert main(arguments) == 4
    assert "nothing was guessed" in capsys.readouterr().err
    assert main([*arguments, "--mapping", str(mapping)]) == 0
    told = capsys.readouterr().out
    assert "treat as personal data" in told
    assert "No key was kept" in told
    assert not any(secret in told for secret in SECRETS)
    assert main([str(raw), "--out", str(mapping)]) == 5


def test_the_sample_given_names_and_dates_and_prepared_again_is_the_same_clinic(tmp_path):
    sample = read_records(SAMPLE)
    chance = random.Random(5)
    starts = {
        child: date(2023, 1, 2) + timedelta(days=chance.randrange(400))
        for child in sample.episodes["child_id"]
    }
    person = {child: f"Family{i:03d} Child".replace("0", "o") for i, child in enumerate(starts)}
    raw = tmp_path / "raw"
    raw.mkdir()
    goals, reviews = sample.goals, sample.reviews
    owner = dict(zip(goals["goal_id"], goals["child_id"], strict=True))

    def days(children, weeks):
        return [
            ""
            if week != week
            else f"{starts[c] + timedelta(days=7 * int(week) + chance.randrange(7)):%d %B %Y}"
            for c, week in zip(children, weeks, strict=True)
        ]

    sample.episodes.assign(
        episode_id=None,
        child_id=sample.episodes["child_id"].map(person),
        start_date=[f"{starts[c]:%d %B %Y}" for c in sample.episodes["child_id"]],
        end_date=days(sample.episodes["child_id"], sample.episodes["end_week"]),
    ).drop(columns=["episode_id", "end_week"]).to_csv(raw / "episodes.csv", index=False)
    goals.assign(child_id=goals["child_id"].map(person)).drop(columns="episode_id").to_csv(
        raw / "goals.csv", index=False
    )
    reviews.assign(date=days([owner[g] for g in reviews["goal_id"]], reviews["week"])).drop(
        columns="week"
    ).to_csv(raw / "reviews.csv", index=False)
    mapping = {"columns": {name: name for name in ("start_date", "end_date", "date")}}
    made = prepare_records(raw, tmp_path / "coded", mapping=mapping).records
    for table, columns in (
        ("episodes", ["format", "age_years", "severity", "end_week", "end_reason"]),
        ("goals", ["domain", "set_week", "importance"]),
        ("reviews", ["week", "attainment", "rater"]),
    ):
        before = getattr(sample, table)[columns].astype(str).value_counts()
        after = getattr(made, table)[columns].astype(str).value_counts()
        assert before.sort_index().equals(after.sort_index())
    children = made.goals.groupby("child_id").size().value_counts()
    assert children.equals(sample.goals.groupby("child_id").size().value_counts())


def test_preparing_needs_no_statistics(tmp_path):
    import subprocess

    raw = write_csv(tmp_path / "raw.csv", wide_rows())
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\nfrom analysis.prepare.making import prepare_records\n"
            "from pathlib import Path\n"
            f"prepare_records(Path({str(raw)!r}), Path({str(tmp_path / 'c')!r}), "
            f"mapping={MAPPING!r})\n"
            "print(sorted({'scipy', 'statsmodels', 'matplotlib'} & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
