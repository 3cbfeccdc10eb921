"""The report's command: one command, honest exit codes, nothing quoted, nothing lost."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import errors
from analysis.disclosure.summary import SUMMARY_VERSION, parse_summary
from analysis.errors import EXIT_STOPPED
from analysis.report import __main__ as command

BAD_ROWS = "child_id,goal_id,domain,format,week,attainment\nC1,G1,motor,group,0,7\n"
NAMED_ROWS = "name,goal_id,domain,format,week,attainment\nMia Okafor,G1,motor,group,0,-2\n"
SLOW_IMPORTS = ("statsmodels", "matplotlib", "typst")


@pytest.fixture(scope="module")
def sample_report(tmp_path_factory):
    """The sample's report, written once by the command itself."""
    folder = tmp_path_factory.mktemp("report")
    done = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "analysis.report"),
            *("--text", "--output", str(folder / "summary.pdf")),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return folder, done


@pytest.mark.slow
def test_the_sample_report_is_written_with_its_numbers_and_words_beside_it(sample_report):
    folder, done = sample_report
    assert done.returncode == errors.EXIT_WRITTEN, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "summary.json",
        "summary.pdf",
        "summary.txt",
    ]
    assert (folder / "summary.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((folder / "summary.json").read_bytes())["version"] == SUMMARY_VERSION
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.slow
def test_the_closing_lines_give_the_answer_and_the_place(sample_report):
    folder, done = sample_report
    summary = parse_summary((folder / "summary.json").read_bytes())
    said = " ".join(done.stdout.split())
    for sentence in summary.quote("headline", "always", "pair"):
        assert sentence.replace("\N{MINUS SIGN}", "-") in said
    assert done.stdout.isascii()
    assert f"Written: {folder / 'summary.pdf'}" in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_the_same_records_give_the_same_bytes_again(sample_report, tmp_path, capsys):
    folder, _ = sample_report
    assert command.main(["--output", str(tmp_path / "summary.pdf"), "--text"]) == 0
    capsys.readouterr()
    for name in ("summary.pdf", "summary.json", "summary.txt"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_faulty_file_is_refused_before_anything_slow_is_imported(tmp_path):
    (tmp_path / "flat.csv").write_text(BAD_ROWS)
    code = (
        "import sys\n"
        "from analysis.report.__main__ import main\n"
        "code = main(['flat.csv'])\n"
        f"print([name for name in {SLOW_IMPORTS!r} if name in sys.modules])\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == errors.EXIT_FAULTY_RECORDS
    assert done.stdout.strip() == "[]"
    assert "Traceback" not in done.stderr
    assert "Nothing was analysed" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["flat.csv"]


def test_a_name_is_refused_without_being_quoted(tmp_path, capsys):
    (tmp_path / "flat.csv").write_text(NAMED_ROWS)
    code = command.main([str(tmp_path / "flat.csv"), "--output", str(tmp_path / "s.pdf")])
    said = capsys.readouterr()
    assert code == errors.EXIT_PRIVACY
    assert "Mia" not in said.out + said.err
    assert "Okafor" not in said.out + said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output", "summary.docx"],
        ["--margin", "wide"],
        ["--margin", "nan"],
        ["--margin", "1e-300"],
        ["--margin", "0,3,4"],
        ["--smallest-cell", "9" * 5000],
        ["--smallest-cell", "11.5"],
        ["--no-such"],
        ["--\udc80"],
        ["--paper", "a3"],
        ["one", "two"],
    ],
)
def test_a_wrong_command_is_usage(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == errors.EXIT_USAGE
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "usage:" not in said
    assert "--help" in said


def test_a_decimal_comma_is_understood():
    assert command._read_arguments(["--margin", "0,3"]).margin == 0.3


@pytest.mark.parametrize("choice", [["--margin", "-1"], ["--smallest-cell", "3"]])
def test_a_choice_out_of_bounds_is_usage_in_a_sentence(choice, tmp_path, capsys):
    code = command.main([*choice, "--output", str(tmp_path / "s.pdf")])
    assert code == errors.EXIT_USAGE
    assert "must be" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_reading(tmp_path, capsys, monkeypatch):
    import analysis.records.load

    monkeypatch.setattr(analysis.records.load, "read_records", _never)
    (tmp_path / "summary.json").write_text('{"mine": 1}')
    for output in ("summary.pdf", "missing/summary.pdf"):
        code = command.main(["--output", str(tmp_path / output)])
        assert code == errors.EXIT_CANNOT_WRITE
    assert (tmp_path / "summary.json").read_text() == '{"mine": 1}'
    assert "was not written by this program" in capsys.readouterr().err


def _never(*_args, **_kwargs):
    raise AssertionError("this must not be reached")


def test_records_in_the_place_of_the_report_are_never_overwritten(tmp_path, capsys):
    records = tmp_path / "records.pdf"
    records.write_bytes(b"%PDF-" + BAD_ROWS.encode())
    assert command.main([str(records), "--output", str(records)]) == errors.EXIT_CANNOT_WRITE
    assert records.read_bytes() == b"%PDF-" + BAD_ROWS.encode()
    assert "holds the records" in capsys.readouterr().err


def test_a_fault_of_this_software_names_its_place_and_quotes_nothing(tmp_path, capsys, monkeypatch):
    import analysis.study

    def fail(*_args, **_named):
        raise ValueError("cannot convert 'Mia Okafor'")

    monkeypatch.setattr(analysis.study, "run_study", fail)
    code = command.main(["--output", str(tmp_path / "s.pdf")])
    said = capsys.readouterr()
    assert code == errors.EXIT_OUR_BUG
    assert "ValueError" in said.err
    assert f"{Path('analysis', 'report', '__main__.py')}, line" in said.err
    assert "Mia" not in said.out + said.err
    assert list(tmp_path.iterdir()) == []


def test_stopping_by_hand_says_so_and_leaves_nothing(tmp_path, capsys, monkeypatch):
    import analysis.study

    def stop(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(analysis.study, "run_study", stop)
    assert command.main(["--output", str(tmp_path / "s.pdf")]) == EXIT_STOPPED
    assert "Stopped" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_stages_are_shown_to_a_person_only(capsys, monkeypatch):
    class Terminal:
        def __init__(self, stream):
            self.stream = stream

        def isatty(self):
            return True

        def __getattr__(self, name):
            return getattr(self.stream, name)

    with command._show_stages() as start:
        start(0)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys, "stderr", Terminal(sys.stderr))
    with command._show_stages() as start:
        start(0)
    assert command.STAGES[0] in capsys.readouterr().err


@pytest.mark.slow
def test_the_margin_and_the_smallest_cell_reach_the_page(tmp_path, capsys):
    arguments = ["--margin", "0.4", "--smallest-cell", "15", "--paper", "letter", "--text"]
    assert command.main([*arguments, "--output", str(tmp_path / "s.pdf")]) == 0
    capsys.readouterr()
    text = " ".join((tmp_path / "s.txt").read_text().split())
    assert "Smallest difference that matters: 0.40 levels each 12 weeks." in text
    assert "Nothing is printed about fewer than 15 children." in text
