"""Pictures and tables beside the report: from the same summary, in one act, over nothing else."""

import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from example_summaries import example_summary
from small_clinics import sample_study

from analysis.disclosure.release import protect
from analysis.errors import EXIT_CANNOT_WRITE, EXIT_USAGE, WriteError
from analysis.report import __main__ as command
from analysis.report.document import render_pdf
from analysis.report.files_of_pictures import (
    INDEX,
    INDEX_MARK,
    NAME,
    PNG_MARK,
    SVG_MARK,
    plan_pictures,
)
from analysis.report.pictures import give_title, picture_files
from analysis.report.sections import draw_sections, view_sections
from analysis.report.take_along import plan_take_along
from analysis.words.tell import tell
from analysis.writing import Output, recover_files, write_files

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def summary():
    return tell(protect(sample_study()))


@pytest.fixture(scope="module")
def files(summary):
    return picture_files(summary)


@pytest.mark.slow
def test_every_picture_of_the_report_is_there_as_svg_and_png(summary, files):
    drawn = draw_sections(summary, view_sections(summary))
    assert len(drawn) > 12
    assert set(files) == {INDEX} | {f"{name}.{kind}" for name in drawn for kind in ("svg", "png")}
    for name, content in files.items():
        mark = {"svg": SVG_MARK, "png": PNG_MARK, "html": INDEX_MARK}[name.rpartition(".")[2]]
        assert content.startswith(mark)
        assert NAME.fullmatch(name) or name == INDEX


@pytest.mark.slow
def test_a_picture_says_in_itself_and_in_the_list_what_it_shows(summary, files):
    page = files[INDEX].decode()
    for name, picture in draw_sections(summary, view_sections(summary)).items():
        root = ElementTree.fromstring(files[f"{name}.svg"])
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title.text == give_title(name)
        assert description.text == picture.alt
        assert root.get("role") == "img"
        assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
        assert not list(root.iter(f"{SVG}text"))
        assert f'src="{name}.svg"' in page
        assert title.text in page.replace("&#x27;", "'")
    assert summary.texts["always"] in page
    assert not re.search(r"https?://|<script", page)


@pytest.mark.slow
def test_the_same_summary_gives_the_same_pictures(summary, files):
    assert picture_files(summary) == files


def test_a_title_claims_nothing():
    for name in ("contrasts", "icons-24", "kinds"):
        assert not re.search(r"\b(better|faster|ahead|behind|no difference)\b", give_title(name))
    assert give_title("icons-24").endswith("week 24")


def test_a_picture_this_report_does_not_have_is_replaced_by_one_that_says_so():
    closed = example_summary()
    held = picture_files(closed, frozenset({"yardsticks"}))
    root = ElementTree.fromstring(held["yardsticks.svg"])
    assert "does not have this picture" in root.find(f"{SVG}desc").text
    assert "yardsticks.svg" not in picture_files(closed)


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path):
    ours, other = tmp_path / "ours", tmp_path / "other"
    assert plan_pictures(ours) == frozenset()
    ours.mkdir()
    assert plan_pictures(ours) == frozenset()
    (ours / INDEX).write_bytes(INDEX_MARK)
    (ours / "contrasts.svg").write_bytes(SVG_MARK)
    assert plan_pictures(ours) == {"contrasts"}
    other.mkdir()
    (other / "contrasts.png").write_bytes(PNG_MARK)
    for name in ("holiday.png", "contrasts-two.svg"):
        (ours / name).write_bytes(PNG_MARK)
        with pytest.raises(WriteError, match="holds other things"):
            plan_pictures(ours)
        (ours / name).unlink()
    with pytest.raises(WriteError, match="holds other things"):
        plan_pictures(other)
    with pytest.raises(WriteError, match="not a folder"):
        plan_pictures(other / "contrasts.png")
    with pytest.raises(WriteError, match="does not exist"):
        plan_pictures(tmp_path / "nowhere" / "pictures")


def test_a_table_never_replaces_another_workbook(tmp_path, capsys):
    records = tmp_path / "goals.xlsx"
    records.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00 a workbook of somebody's own")
    arguments = ["--output", str(tmp_path / "s.pdf"), "--tables", str(records)]
    assert command.main(arguments) == EXIT_CANNOT_WRITE
    assert "was not written by this program" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["goals.xlsx"]


def test_another_ending_is_refused_in_one_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        command.main(["--tables", "results.docx"])
    assert left.value.code == EXIT_USAGE
    assert capsys.readouterr().err.startswith("--tables: give a name that ends in .xlsx or .csv")


@pytest.mark.slow
def test_the_command_writes_all_of_it_and_writes_it_again(tmp_path, capsys, summary, files):
    folder = tmp_path / "our pictures"
    arguments = ["--output", str(tmp_path / "our report.pdf"), "--figures", str(folder)]
    arguments += ["--tables", str(tmp_path / "results.xlsx")]
    assert command.main(arguments) == 0
    said = capsys.readouterr().out
    assert f"{folder} ({len(files) // 2} pictures" in said
    assert said.count("Written: ") == 4
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in folder.iterdir()} == set(files)
    assert (tmp_path / "our report.pdf").read_bytes() == render_pdf(summary)
    assert {stat.S_IMODE(path.stat().st_mode) for path in first} == {0o600}
    (folder / "icons-6.svg").write_bytes(SVG_MARK)
    assert command.main(arguments) == 0
    assert b"does not have this picture" in (folder / "icons-6.svg").read_bytes()
    assert {path: path.read_bytes() for path in first if path.name != INDEX} == {
        path: content for path, content in first.items() if path.name != INDEX
    }


@pytest.mark.slow
def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path, capsys, monkeypatch, summary):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / INDEX).write_bytes(INDEX_MARK)
    planned = plan_take_along(str(folder), None)
    (folder / "contrasts.png").write_bytes(b"not a picture of ours")
    made = planned.make(summary)
    monkeypatch.setattr(command, "plan_take_along", lambda *_: planned)
    assert len(made) > 20
    assert command.main(["--output", str(tmp_path / "s.pdf")]) == EXIT_CANNOT_WRITE
    assert "was not written by this program" in capsys.readouterr().err
    assert not (tmp_path / "s.pdf").exists()
    assert (folder / INDEX).read_bytes() == INDEX_MARK


KILLED = """
import os, sys
from pathlib import Path
from analysis.writing import Output, files, write_files

last, *names = int(sys.argv[1]), *map(Path, sys.argv[2:])
calls, real = [], os.replace

def replace(source, target):
    if len(calls) == last:
        os._exit(9)
    calls.append(target)
    real(source, target)

files.os.replace = replace
write_files([Output(path, b"%PDF-new", b"%PDF-") for path in names])
"""
N_MOVES = 5  # two companions aside, then three files into their places


@pytest.mark.slow
@pytest.mark.parametrize("last", range(N_MOVES + 1))
def test_killed_anywhere_no_picture_of_one_run_stands_beside_the_report_of_another(tmp_path, last):
    (tmp_path / "pictures").mkdir()
    paths = [tmp_path / name for name in ("s.pdf", "s.json", "pictures/index.html")]
    for path in paths:
        path.write_bytes(b"%PDF-old")
    arguments = [sys.executable, "-c", KILLED, str(last), *map(str, paths)]
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert done.returncode == (9 if last < N_MOVES else 0), done.stderr
    report, *beside = [path.read_bytes() if path.exists() else None for path in paths]
    assert {found for found in beside if found is not None} <= {report}
    outputs = [Output(path, b"%PDF-next", b"%PDF-") for path in paths]
    recover_files(outputs)
    report, *beside = [path.read_bytes() for path in paths]
    assert set(beside) == {report}
    write_files(outputs)
    assert {path.read_bytes() for path in paths} == {b"%PDF-next"}
    left = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(paths)
