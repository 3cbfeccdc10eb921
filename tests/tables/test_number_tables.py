"""The table people take along: every published number once, held back where it is, never run."""

import csv
import io
import zipfile

import openpyxl
import pytest
from example_summaries import example_summary
from msgspec import inspect
from msgspec.structs import replace
from small_clinics import balanced_clinic, invented_records, sample_study

from analysis.disclosure.release import protect
from analysis.disclosure.summary import Summary
from analysis.study import run_study
from analysis.tables.catalogue import QUANTITIES, SECTIONS
from analysis.tables.files import HEADINGS, READ_ME, SHEET, table_bytes
from analysis.tables.layout import HIDDEN
from analysis.tables.marks import ENDINGS, table_mark
from analysis.tables.numbers import ENDS, NARROW, TOTAL, WIDER, list_numbers
from analysis.wording import FORMAT_NAMES
from analysis.words.tell import tell

# Numbers that name a row, or stand in summary.json alone: the choices made beforehand.
NAMING = {
    *("progress.by_week.week", "progress.levels.week", "progress.levels.order"),
    *("soon.of", "soon.weeks", "soon.shares.week", "soon.pairs.week"),
    *("depends.traits.low", "depends.traits.high", "depends.traits.predicted.rating"),
    *("effort.net_benefit.hours_per_level", "certainty.settings.value"),
    *("sensitivity.dropout.cells.percent_this", "sensitivity.dropout.cells.percent_than"),
}
COMPANIONS = {end for ends in (*ENDS.values(), NARROW, WIDER) for end in ends}
IN_A_GATE = ("gate.have", "gate.need")


@pytest.fixture(scope="module")
def summaries():
    tiny = run_study(balanced_clinic({"individual": 6, "group": 6}))
    two = run_study(invented_records(3, n_children=150, absent_formats=("combined",)))
    studies = {"sample": sample_study(), "tiny": tiny, "two formats": two}
    return {name: tell(protect(study)) for name, study in studies.items()}


def numeric_fields(kind, path=""):
    """Give the path of every field of a summary that can hold a number, by its types."""
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from numeric_fields(one, path)
    elif isinstance(kind, inspect.CollectionType):
        yield from numeric_fields(kind.item_type, path)
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from numeric_fields(field.type, f"{path}.{field.encode_name}")
    elif isinstance(kind, inspect.IntType | inspect.FloatType):
        yield path.removeprefix(".")


def test_every_number_a_summary_can_hold_is_in_the_catalogue_or_belongs_to_one_that_is():
    paths = set(numeric_fields(inspect.type_info(Summary)))
    paths = {path for path in paths if path.partition(".")[0] in SECTIONS}
    assert len(paths) > 100
    unknown = set()
    for path in paths:
        above, _, name = path.rpartition(".")
        known = above if name in (*FORMAT_NAMES, TOTAL) else path
        if known not in QUANTITIES and name not in COMPANIONS and path not in NAMING:
            unknown.add(path)
    assert {path for path in unknown if not path.endswith(IN_A_GATE)} == set()
    assert {key for key in QUANTITIES if key not in paths} <= {
        path.rpartition(".")[0] for path in paths
    }


@pytest.mark.parametrize("clinic", ["sample", "tiny", "two formats"])
def test_every_row_says_what_it_is_and_none_stands_twice(summaries, clinic):
    rows = list_numbers(summaries[clinic])
    assert len({(row.id, row.range) for row in rows}) == len(rows) > 20
    for row in rows:
        assert row.section in SECTIONS.values()
        assert row.quantity
        assert row.unit
        assert row.value is not None
        assert (row.low is None) or row.range
        assert "None" not in f"{row.about}{row.quantity}{row.unit}"


def test_a_pair_has_its_numbers_ranges_children_and_the_sentence_of_the_report(summaries):
    summary = summaries["sample"]
    for pair in summary.answer.pairs:
        rows = [
            row for row in list_numbers(summary) if row.id == f"answer.pairs.{pair.id}.estimate"
        ]
        assert [(row.value, row.low, row.high) for row in rows] == [
            (pair.estimate, pair.conf_low, pair.conf_high),
            (pair.estimate, pair.narrow_low, pair.narrow_high),
            (pair.estimate, pair.wide_low, pair.wide_high),
        ]
        assert {row.sentence for row in rows} == {summary.texts[f"pair.{pair.id}"]}
        counts = [summary.counted(name).n_children for name in (pair.this, pair.than)]
        assert {row.children for row in rows} == {f"{counts[0]} and {counts[1]}"}


def test_what_is_held_back_says_so_and_nothing_hangs_on_it(summaries):
    rows = {row.id: row for row in list_numbers(summaries["tiny"])}
    pair = rows["answer.pairs.group-individual.estimate"]
    assert (pair.value, pair.low, pair.high, pair.range) == (HIDDEN, None, None, "")
    assert "answer.pairs.group-individual.p_value" not in rows
    assert rows["answer.counts.group.n_children"].value == HIDDEN
    answers = ("answer.pairs", "answer.rates", "effort.means", "soon", "depends", "sensitivity.un")
    held = [row.value for id, row in rows.items() if id.startswith(answers)]
    assert set(held) == {HIDDEN}


def test_a_format_the_records_do_not_have_has_no_rows(summaries):
    rows = list_numbers(summaries["two formats"])
    assert any(row.id.startswith("answer.rates.group") for row in rows)
    about = [row.id for row in rows if "ombined" in row.about and "gates" not in row.id]
    assert [id for id in about if not id.startswith("claims")] == []


def read_back(content, ending):
    if ending == ".csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content))[SHEET]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_holds_the_same_rows_and_the_same_bytes_every_time(summaries, ending):
    summary = summaries["sample"]
    content = table_bytes(summary, f"results{ending}")
    assert content == table_bytes(summary, f"RESULTS{ending.upper()}")
    assert content.startswith(table_mark(f"results{ending}"))
    head, *rows = read_back(content, ending)
    assert tuple(head) == HEADINGS
    wanted = list_numbers(summary)
    assert [row[1] for row in rows] == [row.id for row in wanted]
    assert [float(row[5]) for row, own in zip(rows, wanted, strict=True) if own.range] == [
        own.value for own in wanted if own.range
    ]


def test_a_workbook_says_how_to_read_it_and_does_not_say_when_it_was_made(summaries):
    content = table_bytes(summaries["sample"], "r.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    told = {row[0].value: row[1].value for row in book[READ_ME].iter_rows()}
    assert told["always"] == summaries["sample"].texts["always"]
    assert "invented" in told
    assert str(summaries["sample"].smallest_cell) in told["not shown"]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {info.date_time[0] for info in packed.infolist()} == {1987}
        assert b"1987-06-05" in packed.read("docProps/core.xml")


@pytest.mark.parametrize("begin", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_text_is_ever_run_as_a_formula(begin):
    summary = example_summary()
    first = replace(summary.sentences[0], text=f"{begin} said", numbers=("answer.pairs",))
    planted = replace(summary, sentences=(first, *summary.sentences[1:]))
    for row in read_back(table_bytes(planted, "r.csv"), ".csv")[1:]:
        assert not row[-1].startswith(("=", "+", "-", "@", "\t"))
    assert f"'{begin} said" in {row[-1] for row in read_back(table_bytes(planted, "r.csv"), ".csv")}
    sheet = openpyxl.load_workbook(io.BytesIO(table_bytes(planted, "r.xlsx")))[SHEET]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(str(cell.value).strip() == f"{begin} said".strip() for cell in cells)
