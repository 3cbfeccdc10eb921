"""Twelve hostile labels: the file is refused, or the report is made and nothing acts."""

import io

import pytest
from growing_clinics import tables_of, write_tables
from pypdf import PdfReader

from analysis.disclosure.release import protect
from analysis.errors import EXIT_FAULTY_RECORDS, EXIT_PRIVACY, EXIT_WRITTEN, RecordsError
from analysis.records.load import read_records, records_from_tables
from analysis.records.privacy.codes import CODE_PATTERN
from analysis.report import __main__ as command
from analysis.report.document import render_pdf
from analysis.study import run_study
from analysis.words.tell import tell

HOSTILE = {
    "spreadsheet call": '=HYPERLINK("http://x1")',
    "spreadsheet plus": "+1+cmd|' /C calc'!A1",
    "spreadsheet minus": "-2+3+cmd1",
    "spreadsheet at": "@SUM(1+1)*9",
    "TeX": r"$\frac{1}{$ \input{/etc/passwd} 1",
    "Typst": '#read("/etc/passwd") *1* #pagebreak()',
    "HTML": "<script>alert(1)</script>",
    "NUL": "A\x001",
    "right to left": "\u202eG1",
    "400 characters": "G1" * 200,
    "newline": "G1\nG2",
    "template": "{{7*7}}${7*7}1",
}
COLUMNS = ("child_id", "site")


def poisoned(column, label):
    tables = {name: frame.astype(object) for name, frame in tables_of(24, 31).items()}
    for frame in tables.values():
        if column in frame:
            first = frame[column].dropna().iloc[0] if frame[column].notna().any() else None
            frame.loc[frame[column] == first, column] = label
    return tables


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_label_is_refused_unquoted_or_kept_off_the_page(label, tmp_path, capsys):
    for column in COLUMNS:
        folder = write_tables(tmp_path / column, poisoned(column, label))
        output = tmp_path / f"{column}.pdf"
        code = command.main([str(folder), "--output", str(output)])
        said = capsys.readouterr()
        assert code in (EXIT_WRITTEN, EXIT_PRIVACY, EXIT_FAULTY_RECORDS)
        assert "Traceback" not in said.err
        assert label not in said.out + said.err
        assert output.is_file() == (code == EXIT_WRITTEN)


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_heading_is_left_out_unquoted_and_changes_nothing(label, tmp_path):
    tables = {name: frame.astype(object) for name, frame in tables_of(24, 31).items()}
    tables["episodes"][label] = 1
    folder = write_tables(tmp_path / "records", tables)
    told, found = [], records_from_tables(tables_of(24, 31)).digest
    try:
        records = read_records(folder)
    except RecordsError as error:
        told.append(str(error))
    else:
        told += records.notes
        found = records.digest
    assert found == records_from_tables(tables_of(24, 31)).digest
    assert told
    assert not any(label in line for line in told)


def test_a_report_runs_nothing_and_links_nowhere():
    summary = tell(protect(run_study(records_from_tables(tables_of(24, 31)))))
    reader = PdfReader(io.BytesIO(render_pdf(summary)))
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
    assert list(reader.attachments) == ["summary.json"]
    annotations = [a for page in reader.pages for a in page.get("/Annots", [])]
    assert annotations == []


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_label_passes_for_a_code_so_that_coded_tables_are_inert(label):
    assert CODE_PATTERN.match(label) is None
    assert CODE_PATTERN.match("C07-2") is not None
    for sign in "=+@(|!$<{":
        assert CODE_PATTERN.match(f"{sign}C1") is None
