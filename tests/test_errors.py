"""Entry points answer in a sentence and an exit code, whatever their surroundings lack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import errors
from analysis.errors import name_lack, run_entry_point

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


def in_shell(command, folder=ROOT):
    """Run a line of shell in which PY is this Python; give its exit code, output and errors."""
    done = subprocess.run(
        ["sh", "-c", command.replace("PY", sys.executable)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=ENVIRONMENT,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("streams", "code", "said"),
    [
        ("", 0, ""),
        (">&-", errors.EXIT_CANNOT_WRITE, "could not be shown"),
        (">/dev/full", errors.EXIT_CANNOT_WRITE, "No space left"),
        ("2>&-", 0, ""),
        (">&- 2>&-", errors.EXIT_CANNOT_WRITE, ""),
        ("<&- >&- 2>&-", errors.EXIT_CANNOT_WRITE, ""),
        ("<&-", 0, ""),
    ],
)
def test_closed_and_full_streams_are_survived(streams, code, said):
    found, _, told = in_shell(f"PY -m analysis.check {SAMPLE} {streams}")
    assert found == code
    assert said in told
    assert told.count("\n") == bool(said)


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_a_refusal_keeps_its_code_when_it_cannot_be_told(streams):
    assert in_shell(f"PY -m analysis.check nowhere {streams}")[0] == errors.EXIT_FAULTY_RECORDS


def test_a_reader_who_leaves_early_is_no_fault():
    code, told, complaint = in_shell(f"PY -m analysis.check {SAMPLE} | head -n 1; exit ${{?}}")
    assert (code, complaint) == (0, "")
    assert told.count("\n") == 1


@pytest.mark.parametrize("command", ["check", "prepare --out coded"])
def test_a_working_folder_that_is_gone_is_said_so(tmp_path, command):
    (tmp_path / "gone").mkdir()
    line = f"cd gone && rmdir ../gone && PY -m analysis.{command} {SAMPLE}"
    code, _, told = in_shell(line, tmp_path)
    assert code == errors.EXIT_USAGE
    assert told.startswith("The folder you are working in is gone")
    assert told.count("\n") == 1


@pytest.mark.parametrize("handles", [5, 6, 7, 8, 9, 10, 12, 16])
def test_few_file_handles_are_enough_or_said_to_be_too_few(handles):
    code, told, complaint = in_shell(f"ulimit -n {handles}; PY -m analysis.check {SAMPLE}")
    assert code in (0, errors.EXIT_CANNOT_WRITE, errors.EXIT_FAULTY_RECORDS)
    assert bool(told) == (code == 0)
    assert bool(complaint) == (code != 0)


def test_what_the_computer_lacks_is_found_behind_other_errors():
    hidden = ImportError("libx.so: cannot open shared object file: Error 24")
    assert "ulimit" in name_lack(hidden)
    outer = ValueError("x")
    outer.__cause__ = OSError(24, "Too many open files")
    assert "ulimit" in name_lack(outer)
    assert "memory" in name_lack(MemoryError())
    assert name_lack(ValueError("line 240")) == ""


def test_a_fault_of_this_software_is_still_named_as_one(capsys):
    def work():
        raise ValueError("Mary Smith")

    assert run_entry_point(work) == errors.EXIT_OUR_BUG
    told = capsys.readouterr().err
    assert "Something in this program went wrong (ValueError" in told
    assert "Mary" not in told


def test_a_stop_and_a_lack_have_codes_of_their_own(capsys):
    def stop():
        raise KeyboardInterrupt

    def lack():
        raise OSError(24, "Too many open files")

    assert run_entry_point(stop) == errors.EXIT_STOPPED
    assert run_entry_point(lack) == errors.EXIT_CANNOT_WRITE
    assert capsys.readouterr().err.count("\n") == 2
