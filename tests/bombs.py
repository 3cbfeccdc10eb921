"""Small files that cost much: how each is made, and the code of its refusal.

Used by `tests/records/test_bombs.py` and `benchmarks/bombs.py`; everything is made when asked for.
"""

import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as arrow
from other_books import labelled, old_excel, open_document, record, row
from pyarrow import parquet

ROOT = Path(__file__).resolve().parents[1]
HEAD = ("child_id", "goal_id", "domain", "format", "week", "attainment")
ROW = "C1,G1,motor,group,0,-2"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MEASURED = """
import json, re, resource, sys, time
from analysis.errors import AnalysisError
from analysis.records.load import read_records
start = time.process_time()
try:
    read_records(sys.argv[1])
    codes = []
except AnalysisError as error:
    codes = [problem.code for problem in error.problems]
seconds = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
try:  # on Linux ru_maxrss begins with what the parent had
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
except OSError:
    pass
print(json.dumps([codes, seconds, peak]))
"""


def measure(path, checkout=ROOT, seconds=300):
    """Read a file in a process of its own; give codes, processor seconds and peak megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=checkout,
        timeout=seconds,
        env={**os.environ, "PYTHONPATH": str(checkout), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-500:]
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def repeated(text, n):
    """Give a column that says one text `n` times and takes a few bytes."""
    codes = arrow.array(np.zeros(n, dtype=np.int32))
    return arrow.DictionaryArray.from_arrays(codes, arrow.array([text]))


def write_table(path, columns, **choices):
    parquet.write_table(arrow.table(columns), path, compression="zstd", **choices)


def many_rows(path):
    write_table(path, {"child_id": repeated("C1", 20_000_000)})


def many_cells(path):
    names = (*HEAD, "episode_id", "site", "rater")
    write_table(path, {name: repeated("C1", 4_000_000) for name in names})


def repeated_page(path):
    write_table(path, {"child_id": repeated("x" * 50_000, 100_000)})


def packed_texts(path):
    write_table(path, {"child_id": ["x" * 1_000_000] * 230}, use_dictionary=False)


def shared_prefixes(path):
    write_table(
        path,
        {"child_id": ["x" * 30_000] * 1_000},
        use_dictionary=False,
        column_encoding={"child_id": "DELTA_BYTE_ARRAY"},
    )


def fixed_width(path):
    kind = arrow.binary(20_000)
    table = arrow.table({"child_id": arrow.array([b"x" * 20_000] * 11_000, kind)})
    parquet.write_table(table, path, compression="zstd")


def lying_footer(path):
    """A footer that counts fewer values than the pages hold."""
    write_table(path, {"child_id": repeated("C1", 20_000)}, write_statistics=False)
    data = path.read_bytes()
    # 20,000 as Thrift writes it (zigzag, seven bits a byte); the first stands in the page.
    told, less = b"\xc0\xb8\x02", b"\xd0\x8c\x01"
    at = data.rfind(told)
    while at > len(data) - 400:
        data = data[:at] + less + data[at + 3 :]
        at = data.rfind(told, 0, at)
    path.write_bytes(data)


def workbook(path, sheets=("",), shared="", extra=0):
    """Write a workbook of given sheets, with enough noise in it to pass as well packed."""
    noise = np.random.default_rng(1)

    def padded(text):
        letters = noise.integers(97, 123, size=len(text) // 50).astype(np.uint8).tobytes()
        return text.encode() + b"<!--" + letters + b"-->"

    listed = "".join(
        f'<sheet name="Sheet{i}" sheetId="{i}" r:id="rId{i}"/>' for i in range(1, len(sheets) + 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="x" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}">{targets}</Relationships>',
        )
        for i, rows in enumerate(sheets, 1):
            body = padded(f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')
            archive.writestr(f"xl/worksheets/sheet{i}.xml", body)
        if shared:
            archive.writestr("xl/sharedStrings.xml", padded(f'<sst xmlns="{MAIN}">{shared}</sst>'))
        for i in range(extra):
            archive.writestr(f"a{i}", b"")


def empty_cells(path):
    workbook(path, [("<row>" + "<c/>" * 10_000 + "</row>") * 1_700])


def filled_cells(path):
    workbook(path, [("<row>" + "<c><v>1</v></c>" * 6 + "</row>") * 700_000])


def nested_tags(path):
    workbook(path, ["<a>" * 8_000_000 + "</a>" * 8_000_000])


def long_text(path):
    workbook(path, [f'<row><c t="inlineStr"><is><t>{"x" * 60_000_000}</t></is></c></row>'])


def shared_texts(path):
    workbook(path, ["<row/>"], "<si/>" * 14_000_000)


def attributes(path):
    one = "<c " + " ".join(f'a{i}=""' for i in range(500)) + "/>"
    workbook(path, ["<row>" + one * 15_000 + "</row>"])


def gaps(path):
    cell = '<c t="str"><v>child_id</v></c>'
    rows = f'<row r="1">{cell}</row><row r="1048576">{cell}</row>'
    workbook(path, [rows] * 100)


def wide_rows(path):
    head = "<row>" + "".join(f'<c t="str"><v>{name}</v></c>' for name in HEAD) + "</row>"
    workbook(path, [head + '<row><c r="XFD1"><v>1</v></c></row>' * 200_000])


def entries(path):
    workbook(path, ["<row/>"], extra=20_000)


def number_format(path):
    code = "[" * 3_000_000
    workbook(path, [""])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="{code}"/>'
            f"</numFmts><!--{np.random.default_rng(2).bytes(60_000).hex()}--></styleSheet>",
        )


def one_line(path):
    path.write_text(",".join(HEAD) + "\n" + ROW + "," * 20_000_000 + "\n")


def many_headings(path):
    headings = ",".join(f"heading number {i} " + "lorem ipsum " * 14 for i in range(16_000))
    path.write_text(headings + "\n" + ",".join("1" * 16_000) + "\n")


def short_headings(path):
    path.write_text(",".join(f"h{i}" for i in range(16_000)) + "\n" + ",".join("1" * 16_000) + "\n")


def long_heading(path):
    path.write_text(",".join(HEAD) + "," + "word " * 600 + "\n" + ROW + ",1\n")


def long_cell(path):
    path.write_text(",".join(HEAD) + ",note\n" + ROW + "," + "word " * 10_000 + "\n")


def stray_commas(path):
    path.write_text(",".join(HEAD) + "\n" + (ROW + "," * 400_000 + "\n") * 100)


def wide_commas(path):
    path.write_text(",".join(HEAD) + "\n" + (ROW + "," * 16_000 + "\n") * 3_000)


def distinct_codes(path, n=1_900_000):
    rows = (f"C{i},G{i},motor,group,0,-2" for i in range(n))
    path.write_text(",".join(HEAD) + "\n" + "\n".join(rows) + "\n")


def distinct_prose(path, n=300_000):
    words = ("quick", "brown", "fox", "jumps", "over", "garden", "lemon", "tree", "and", "houses")
    rows = (
        f"C{i % 999},G{i % 999},motor,group,{i // 999},-2,{words[i % 10]} {words[i % 7]} went to "
        f"{words[i % 5]} number {i} again"
        for i in range(n)
    )
    path.write_text(",".join(HEAD) + ",remark\n" + "\n".join(rows) + "\n")


# What it is, how it is made, the name's ending, and the code it is refused with.
def repeated_rows(path):
    many = row("child_id", 1, more='table:number-rows-repeated="1000000"')
    open_document(path, *[many] * 100)


def repeated_cells(path):
    one = '<table:table-cell office:value-type="float" office:value="1" '
    wide = f'<table:table-row>{one}table:number-columns-repeated="16384"/></table:table-row>'
    open_document(
        path,
        wide.replace(
            "<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">', 1
        )
        + wide * 3_000,
    )


def many_open_cells(path):
    noise = np.random.default_rng(1).integers(97, 123, size=2_000_000).astype(np.uint8)
    cells = ("<table:table-row>" + "<table:table-cell/>" * 10_000 + "</table:table-row>") * 500
    open_document(path, cells + f"<!--{noise.tobytes().decode()}-->")


def old_gaps(path):
    body = labelled((0, 0), "child_id") + labelled((65_535, 255), "x")
    old_excel(path, [("A", 0, body), *[("B", 0, 0)] * 3_000])


def old_numbers(path):
    packed = struct.pack("<HI", 0, 6) * 250
    rows = b"".join(
        record(0xBD, struct.pack("<HH", line, 0) + packed + b"\xf9\0") for line in range(4_000)
    )
    old_excel(path, [("A", 0, rows), *[("B", 0, 0)] * 100])


BOMBS = {
    "20 million rows in one column": (many_rows, ".parquet", "too_large"),
    "36 million cells": (many_cells, ".parquet", "swells"),
    "one text of 50 kB, 100,000 times": (repeated_page, ".parquet", "long_cell"),
    "texts of 1 MB, packed": (packed_texts, ".parquet", "swells"),
    "texts by shared beginnings": (shared_prefixes, ".parquet", "packing"),
    "values of 20 kB each": (fixed_width, ".parquet", "swells"),
    "a footer that counts less than the pages": (lying_footer, ".parquet", "damaged_parquet"),
    "17 million empty cells": (empty_cells, ".xlsx", "too_large"),
    "4.2 million filled cells": (filled_cells, ".xlsx", "too_large"),
    "8 million tags inside each other": (nested_tags, ".xlsx", "damaged_workbook"),
    "a cell of 60 MB": (long_text, ".xlsx", "long_cell"),
    "14 million shared texts": (shared_texts, ".xlsx", "too_large"),
    "7.5 million attributes": (attributes, ".xlsx", "empty"),
    "100 sheets with a million blank rows": (gaps, ".xlsx", "too_large"),
    "200,000 rows to column XFD": (wide_rows, ".xlsx", "too_large"),
    "20,000 parts": (entries, ".xlsx", "zip_bomb"),
    "a number format of 3 MB": (number_format, ".xlsx", "empty"),
    "a million rows by one word, 100 sheets": (repeated_rows, ".ods", "too_large"),
    "a million rows to column XFD by one word": (repeated_cells, ".ods", "too_large"),
    "5 million cells": (many_open_cells, ".ods", "too_large"),
    "3,000 sheets at one place, cells at the corners": (old_gaps, ".xls", "too_large"),
    "a million packed numbers in 100 sheets": (old_numbers, ".xls", "too_large"),
    "a line of 20 million commas": (one_line, ".csv", "long_line"),
    "16,000 headings, 3 MB": (many_headings, ".csv", "long_line"),
    "16,000 short headings": (short_headings, ".csv", "too_many_columns"),
    "a heading of 3,000 signs": (long_heading, ".csv", "long_heading"),
    "a cell of 50,000 signs": (long_cell, ".csv", "long_cell"),
    "100 lines of 400,000 commas": (stray_commas, ".csv", "too_wide"),
    "3,000 lines of 16,000 commas": (wide_commas, ".csv", "ragged"),
    "1.9 million different codes": (distinct_codes, ".csv", "too_many_codes"),
    "300,000 different remarks": (distinct_prose, ".csv", "identifier_text"),
}
