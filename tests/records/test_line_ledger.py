"""The ledger adds up on every file, and no damage to a file ends in a traceback.

Bounded here; whole on demand:
    RECORDS_FILES=2000 RECORDS_MUTANTS=5000 python -m pytest tests/records/test_line_ledger.py -s
"""

import csv
import io
import json
import os
import random
import time
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import RecordsError
from analysis.records.load import read_records

N_FILES = int(os.environ.get("RECORDS_FILES", "150"))
N_MUTANTS = int(os.environ.get("RECORDS_MUTANTS", "250"))
MOST_SECONDS = 5.0
MOST_MEGABYTES = 500
CORPUS = Path(__file__).parents[1] / "bad_records"
HEAD = ["child_id", "goal_id", "domain", "format", "week", "attainment"]
FORMATS = ("individual", "group", "combined")
KINDS = ("review", "blank", "commas", "repeat", "early", "no_level", "header")


@st.composite
def exports(draw):
    """Give the bytes of a flat export and, counted while writing, what each line is."""
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    heading_case = draw(st.sampled_from([str.lower, str.upper, str.title]))
    n_titles = draw(st.integers(0, 3))
    counts = dict.fromkeys(("title", "used", *KINDS), 0)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)
    head = [heading_case(name) for name in HEAD]
    for _ in range(n_titles):
        writer.writerow(["Goal export"])
    counts["title"] = n_titles
    writer.writerow(head)
    used = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=25))):
        child = number % 4
        row = [f"C{child}", f"G{child}", "motor", FORMATS[child % 3], str(number), "-1"]
        if kind == "blank":
            stream.write(end)
        elif kind == "commas":
            stream.write(delimiter * 5 + end)
        elif kind == "header":
            writer.writerow(head)
        elif kind == "repeat":
            if not used:
                used.append(row)
                counts["used"] += 1
                counts[kind] -= 1
            writer.writerow(used[-1])
        else:
            if kind == "early":
                row[4] = f"-{number + 1}"
            elif kind == "no_level":
                row[5] = ""
            else:
                used.append(row)
                counts["used"] += 1
            writer.writerow(row)
        counts[kind] += kind != "review"
    text = stream.getvalue()
    if draw(st.booleans()) and not text.endswith(end * 2):
        text = text[: -len(end)]
    n_lines = n_titles + 1 + sum(counts[kind] for kind in KINDS) + counts["used"]
    return text.encode(encoding), counts, n_lines


def answer(path):
    try:
        return read_records(path), None
    except RecordsError as error:
        return None, error


REASONS = {
    "title": "title lines above the header",
    "header_row": "header",
    "used": "used",
    "early": "left out: before the start",
    "no_level": "left out: no level given",
    "repeat": "left out: same row twice",
    "header": "left out: header repeated",
}


@settings(
    max_examples=N_FILES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(export=exports())
def test_every_line_of_every_file_is_counted_once_and_rightly(export, tmp_path):
    data, counts, n_lines = export
    path = tmp_path / "export.csv"
    path.write_bytes(data)
    records, error = answer(path)
    if error:
        assert {problem.code for problem in error.problems} == {"no_rows"}
        assert counts["used"] + counts["early"] + counts["no_level"] == 0
        return
    ledger = records.ledger.set_index("what")["n_lines"]
    assert ledger.sum() == n_lines
    assert len(records.reviews) == counts["used"] == ledger.get("used", 0)
    expected = {**counts, "header_row": 1}
    for kind, reason in REASONS.items():
        assert ledger.get(reason, 0) == expected[kind], kind
    assert ledger.get("blank", 0) == counts["blank"] + counts["commas"]


def seeds():
    """Give bytes worth damaging: one small good file of every kind, and some of the corpus."""
    rows = [
        [f"C{c}", f"G{c}", "motor", FORMATS[c % 3], str(6 * w), str(-2 + w)]
        for c in range(12)
        for w in range(3)
    ]
    frame = pd.DataFrame(rows, columns=HEAD)
    workbook, parquet = io.BytesIO(), io.BytesIO()
    frame.to_excel(workbook, index=False)
    frame.to_parquet(parquet)
    plain = frame.to_csv(index=False)
    good = [
        ("plain.csv", plain.encode()),
        ("semicolon.csv", frame.to_csv(index=False, sep=";").encode("utf-16")),
        ("book.xlsx", workbook.getvalue()),
        ("table.parquet", parquet.getvalue()),
    ]
    faulty = []
    for case in json.loads((CORPUS / "cases.json").read_text(encoding="utf-8")):
        path = CORPUS / case["file"]
        if path.is_file() and path.stat().st_size < 20_000:
            faulty.append((case["file"], path.read_bytes()))
    return good, faulty


def damage(data, chance):
    """Flip, cut or double some of the bytes."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if not data:
            return b""
        start = chance.randrange(len(data))
        length = chance.randint(1, max(1, min(200, len(data) // 4)))
        how = chance.randrange(5)
        if how == 0:
            data[start] = chance.randrange(256)
        elif how == 1:
            del data[start : start + length]
        elif how == 2:
            data[start:start] = data[start : start + length]
        elif how == 3:
            data = data[:start]
        else:
            data[start] = chance.choice(b'",;\t\r\n\x00-')
    return bytes(data)


@pytest.mark.slow
def test_a_damaged_file_is_read_or_refused_and_never_breaks_the_reader(tmp_path):
    chance = random.Random(20)
    good, faulty = seeds()
    n_refused = slowest = 0
    tracemalloc.start()
    for number in range(N_MUTANTS):
        name, data = chance.choice(faulty if number % 3 == 0 else good)
        path = tmp_path / name
        path.write_bytes(damage(data, chance))
        start = time.perf_counter()
        records, error = answer(path)
        if error:
            n_refused += 1
            assert error.problems
            assert "Nothing was analysed" in str(error)
        else:
            assert (records.ledger["n_lines"] > 0).all()
        slowest = max(slowest, time.perf_counter() - start)
        path.unlink()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"{N_MUTANTS} damaged files: {n_refused} refused, slowest {slowest:.2f} s, {peak:.0f} MB")
    assert slowest < MOST_SECONDS
    assert peak < MOST_MEGABYTES
    assert n_refused > N_MUTANTS / 3
