"""Small files that cost much are refused cheaply; large honest ones are read."""

import io
import random
import zipfile

import numpy as np
import pandas as pd
import pyarrow as arrow
import pytest
from bombs import BOMBS, HEAD, MAIN, ROW, measure, workbook
from pyarrow import parquet

from analysis.errors import RecordsError
from analysis.records.load import read_records
from analysis.records.privacy.identifiers import find_identifiers
from analysis.records.reading import limits, parquet_pages, parts
from analysis.records.reading.limits import check_variety, first_values
from analysis.records.reading.parquet import read_parquet
from analysis.records.reading.parquet_pages import read_footer, read_pages
from analysis.records.text import TextTable, column_from_cells

MOST_SECONDS, MOST_MEGABYTES = 10, 1_000
N_MUTANTS = 1_500


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_ten_seconds_and_a_gigabyte(name, tmp_path):
    make, ending, code = BOMBS[name]
    make(tmp_path / f"bomb{ending}")
    codes, seconds, megabytes = measure(tmp_path / f"bomb{ending}")
    assert codes == [code]
    assert seconds < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


def refusal(path):
    with pytest.raises(RecordsError) as caught:
        read_records(path)
    return str(caught.value)


def test_a_long_cell_is_named_by_its_place(tmp_path):
    text = ",".join(HEAD) + ",minutes\n" + f"{ROW},5\n" * 3 + ROW + "," + "9" * 40_000 + "\n"
    (tmp_path / "a.csv").write_text(text)
    told = refusal(tmp_path / "a.csv")
    assert 'column "minutes", line 5: a cell holds more than 32,767 signs' in told


def test_a_row_that_is_too_wide_is_named_by_its_line(tmp_path):
    text = ",".join(HEAD) + "\n" + f"{ROW}\n" * 3 + ROW + "," * 16_380 + "\n"
    (tmp_path / "a.csv").write_text(text)
    assert "line 5: a row has more than 16,384 cells" in refusal(tmp_path / "a.csv")


def rows(n_children=30):
    for child in range(n_children):
        label = ("individual", "group", "combined")[child % 3]
        for week, level in ((0, -2), (12, 0)):
            yield [f"C{child}", f"G{child}", "motor", label, str(week), str(level)]


def lines(n_children=30, more=""):
    return [",".join(HEAD) + more, *(",".join(row) + more for row in rows(n_children))]


def test_commas_to_the_last_column_of_a_spreadsheet_are_blank_columns(tmp_path):
    (tmp_path / "a.csv").write_text("\n".join(lines(more="," * 16_378)))
    assert len(read_records(tmp_path / "a.csv").reviews) == 60


def test_long_headings_and_long_notes_below_the_limits_are_read(tmp_path):
    head, *rest = lines()
    text = "\n".join([f"{head},{'how many ' * 200}", *(f"{line},3" for line in rest)])
    (tmp_path / "a.csv").write_text(text)
    assert len(read_records(tmp_path / "a.csv").reviews) == 60
    wide = "\n".join(
        [f"{head},{','.join(f'item {i} done' for i in range(990))}"]
        + [f"{line},{','.join('1' * 990)}" for line in rest]
    )
    (tmp_path / "a.csv").write_text(wide)
    assert len(read_records(tmp_path / "a.csv").reviews) == 60


def test_lines_far_longer_than_a_piece_are_read_whole(tmp_path, monkeypatch):
    from analysis.records.reading import delimited

    monkeypatch.setattr(delimited, "SIGNS_AT_ONCE", 7)
    monkeypatch.setattr(delimited, "LONG_LINE", 30)
    (tmp_path / "a.csv").write_text("\n".join(lines()))
    records = read_records(tmp_path / "a.csv")
    assert len(records.reviews) == 60
    assert list(records.ledger["n_lines"]) == [1, 60]


def test_a_workbook_may_be_in_utf16_and_have_gaps_and_many_styled_cells(tmp_path):
    cells = "".join(
        "<row>" + "".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) + "</row>"
        for row in (HEAD, *rows())
    )
    empty = '<row r="90000"><c s="1"/></row><row r="90001"><c t="str"><v> </v></c></row>'
    workbook(tmp_path / "a.xlsx", [cells + empty])
    assert len(read_records(tmp_path / "a.xlsx").reviews) == 60
    stream = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if "sheet1" in part:
                text = f'<?xml version="1.0" encoding="UTF-16"?>{content.decode()}'
                content = text.encode("utf-16")
            new.writestr(part, content)
    (tmp_path / "b.xlsx").write_bytes(stream.getvalue())
    assert len(read_records(tmp_path / "b.xlsx").reviews) == 60


def test_the_budget_of_steps_covers_two_hundred_thousand_reviews():
    row = '<row r="250000" spans="1:6">' + '<c r="A250000" s="12" t="s"><v>250000</v></c>' * 6
    closing, following, width = 1, 2, 1
    steps = row.count("<") + row.count('="') // 4 + closing + following + width
    assert 200_000 * steps < parts.MOST_STEPS


def packed(table, **choices):
    stream = io.BytesIO()
    parquet.write_table(table, stream, **choices)
    return stream.getvalue()


def texts(data):
    table, problems = read_parquet(data, "a.parquet")
    assert problems == []
    return {c.heading: [c.values[code] for code in c.codes] for c in table.columns}


MIXED = arrow.table(
    {
        "child_id": ["C1", None, "C2", "C1"],
        "week": [1, None, 3, 4],
        "share": [1.0, 2.5, None, 0.1],
        "blinded": [True, None, False, True],
        "label": arrow.array(["a", "b", None, "a"]).dictionary_encode(),
        "when": arrow.array([0, None, 1, 2], arrow.date32()),
    }
)


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"data_page_version": "2.0"},
        {"use_dictionary": False},
        {"row_group_size": 1},
        {"compression": "zstd", "data_page_size": 1},
        {"write_page_index": True, "write_page_checksum": True},
        {"use_dictionary": False, "column_encoding": {"week": "DELTA_BINARY_PACKED"}},
        {"use_dictionary": False, "column_encoding": {"child_id": "DELTA_LENGTH_BYTE_ARRAY"}},
        {"store_schema": False, "version": "1.0"},
    ],
)
def test_parquet_is_read_however_it_was_packed(choices):
    read = texts(packed(MIXED, **choices))
    assert read["child_id"] == ["C1", "", "C2", "C1"]
    assert read["week"] == ["1", "", "3", "4"]
    assert read["share"] == ["1", "2.5", "", "0.1"]
    assert read["blinded"] == ["1", "", "0", "1"]
    assert read["label"] == ["a", "b", "", "a"]
    assert read["when"] == ["1970-01-01", "", "1970-01-02", "1970-01-03"]


def test_texts_of_told_lengths_beside_a_dictionary_are_refused(monkeypatch):
    def pages(_data, _chunk):
        return [parquet_pages.Page(9, 3, encoding) for encoding in (8, 6)]

    data = packed(arrow.table({"child_id": ["C1"] * 6}))
    assert texts(data)["child_id"] == ["C1"] * 6
    monkeypatch.setattr("analysis.records.reading.parquet.read_pages", pages)
    assert [problem.code for problem in read_parquet(data, "a.parquet")[1]] == ["packing"]


def test_an_empty_table_and_an_empty_group_of_rows_are_read():
    assert texts(packed(MIXED.slice(0, 0)))["week"] == []
    stream = io.BytesIO()
    with parquet.ParquetWriter(stream, MIXED.schema) as writer:
        for part in (MIXED, MIXED.slice(0, 0), MIXED):
            writer.write_table(part)
    assert texts(stream.getvalue())["week"] == ["1", "", "3", "4"] * 2


def test_well_packed_honest_parquet_is_read(tmp_path):
    n = 600_000
    goal = np.arange(n) // 3
    frame = pd.DataFrame(
        {
            "child_id": pd.Categorical.from_codes(goal // 4, [f"C{i}" for i in range(n // 12)]),
            "goal_id": pd.Categorical.from_codes(goal, [f"G{i}" for i in range(n // 3)]),
            "domain": pd.Categorical(["motor"] * n),
            "format": pd.Categorical.from_codes(goal // 4 % 2, ["group", "individual"]),
            "week": np.arange(n) % 3 * 6,
            "attainment": np.arange(n) % 3 - 2,
        }
    )
    frame.to_parquet(tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < n * 6 / 2
    assert len(read_records(tmp_path / "a.parquet").reviews) == n


@pytest.mark.parametrize(
    "column",
    [
        arrow.array([2**31 - 1], arrow.date32()),
        arrow.array([-(2**31)], arrow.date32()),
        arrow.array([2**62], arrow.date64()),
        arrow.array([2**62], arrow.timestamp("us")),
        arrow.array([2**62], arrow.duration("ms")),
        arrow.array([1], arrow.timestamp("us", tz="No/where")),
    ],
    ids=str,
)
def test_dates_and_durations_that_do_not_exist_are_a_sentence(column):
    table, problems = read_parquet(packed(arrow.table({"week": column})), "a.parquet")
    assert table is None
    assert [problem.code for problem in problems] == ["no_such_date"]
    assert problems[0].column == "week"


def test_footer_and_pages_are_read_as_the_library_reads_them():
    data = packed(MIXED, row_group_size=3, compression="zstd")
    footer = read_footer(data)
    known = parquet.ParquetFile(arrow.BufferReader(data)).metadata
    assert footer.n_rows == known.num_rows == 4
    assert [n for n, _ in footer.groups] == [3, 1]
    for group, (_, chunks) in enumerate(footer.groups):
        for position, chunk in enumerate(chunks):
            about = known.row_group(group).column(position)
            assert chunk.length == about.total_compressed_size
            pages = list(read_pages(data, chunk))
            assert sum(page.n_values for page in pages) == about.num_values
            headers = about.total_uncompressed_size - sum(page.unpacked for page in pages)
            assert 0 < headers < 120 * len(pages)


def test_damaged_parquet_is_read_or_refused_and_never_ends_the_process():
    chance = random.Random(3)
    originals = [
        packed(MIXED),
        packed(MIXED, use_dictionary=False, data_page_version="2.0"),
        packed(MIXED, row_group_size=1, compression="zstd"),
    ]
    seen = set()
    for _ in range(N_MUTANTS):
        data = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.choice([0, 127, 255, chance.randrange(256)])
        _, problems = read_parquet(bytes(data), "a.parquet")
        seen |= {problem.code for problem in problems} or {"read"}
    assert {"read", "damaged_parquet"} <= seen


@pytest.mark.parametrize(
    "header",
    [
        b"\x15\x00\x15\x00\x15\x00\x05\x02\x00",
        b"\x1b" * 40,
        b"\x1c" * 40,
        b"\x18\xff\xff\xff\xff\x0f",
        b"\x16" + b"\xff" * 12,
        b"",
    ],
)
def test_headers_of_pages_that_make_no_sense_are_refused(header):
    with pytest.raises((ValueError, IndexError)):
        list(read_pages(header, parquet_pages.Chunk(0, max(len(header), 1), 1)))


def table_of(**cells):
    columns = tuple(
        column_from_cells(name, i, values) for i, (name, values) in enumerate(cells.items(), 1)
    )
    n = len(columns[0].codes)
    return TextTable("a.csv", "", columns, np.arange(n), {})


def test_more_codes_or_values_than_a_clinic_has_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CODES", 30)
    monkeypatch.setattr(limits, "MOST_VALUES", 10)
    cells = {
        "child_id": [f"C{i}" for i in range(16)],
        "goal_id": [f"G{i}" for i in range(16)],
        "minutes": [str(i) for i in range(16)],
        "other": [str(i) for i in range(16)],
    }
    found = check_variety(table_of(**cells), ["child_id", "goal_id", "minutes", ""])
    assert [(problem.code, problem.column) for problem in found] == [
        ("too_many_codes", "goal_id"),
        ("too_many_values", "minutes"),
    ]
    fewer = table_of(**{name: values[:10] for name, values in cells.items()})
    assert check_variety(fewer, ["child_id", "goal_id", "minutes", ""]) == []


def test_every_code_is_searched_for_identifiers_and_enough_of_everything_else(monkeypatch):
    monkeypatch.setattr(limits, "MOST_SEARCHED", 40)
    monkeypatch.setattr(limits, "LEAST_SEARCHED", 10)
    codes = [f"C{i}" for i in range(99)]
    mails = [f"family{i}@example.org" for i in range(99)]
    names = ["child_id", ""]
    late = table_of(child_id=[*codes, "ann@example.org"], note=["1"] * 100)
    assert [p.column for p in find_identifiers(first_values(late, names), names)] == ["child_id"]
    both = table_of(child_id=[*codes, "C99"], note=[*mails, ""])
    assert [p.column for p in find_identifiers(first_values(both, names), names)] == ["note"]
    few = table_of(child_id=codes[:9], note=mails[:9])
    assert first_values(few, names).columns == few.columns


def test_the_namespace_of_a_sheet_may_have_any_prefix(tmp_path):
    inside = "".join(
        "<x:row>" + "".join(f'<x:c t="str"><x:v>{cell}</x:v></x:c>' for cell in row) + "</x:row>"
        for row in (HEAD, *rows())
    )
    workbook(
        tmp_path / "a.xlsx",
        [f'</sheetData><x:sheetData xmlns:x="{MAIN}">{inside}</x:sheetData><sheetData>'],
    )
    assert len(read_records(tmp_path / "a.xlsx").reviews) == 60
