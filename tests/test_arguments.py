"""What is typed after a command: help that begins with what it does, faults in one sentence."""

import importlib
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = (
    *("analysis.app.__main__", "analysis.audit.__main__", "analysis.check"),
    *("analysis.notebook.__main__", "analysis.prepare.__main__", "analysis.report.__main__"),
    *("analysis.selfcheck.__main__", "analysis.simulation.clinic", "analysis.template"),
    "analysis.verify",
)


def help_of(name, capsys):
    command = importlib.import_module(name)
    with pytest.raises(SystemExit) as left:
        command.main(["--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_begins_with_what_the_command_does(name, capsys):
    told = help_of(name, capsys)
    first = told.split("\n\n")[0]
    assert first[0].isupper()
    assert " ".join(first.split()).endswith((".", "from raw exports"))
    assert "usage: " not in first
    assert told.split("\n\n")[1].startswith(f"usage: python -m {name.removesuffix('.__main__')}")
    assert told.count(first.split("\n")[0]) == 1
    assert "--help" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_argument_is_answered_in_one_line(name, capsys):
    command = importlib.import_module(name)
    with pytest.raises(SystemExit) as left:
        command.main(["--nothing-of-this-name"])
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("--help` says what it takes).")


@pytest.mark.parametrize("target", ["report", "notebooks"])
def test_make_takes_names_with_blanks(target, tmp_path):
    noted = tmp_path / "noted.txt"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nfor one in "$@"; do echo "$one" >> "{noted}"; done\n', "utf-8")
    python.chmod(0o755)
    given = {"RECORDS": "our goals.csv", "OUT": "our report.pdf"}
    given |= {"FIGURES": "our pictures", "TABLES": "our results.xlsx"}
    words = [f"{name}={value}" for name, value in given.items()]
    done = subprocess.run(
        ["make", "--old-file=.venv/ready", target, f"PY={python}", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MAKEFLAGS": ""},
    )
    assert done.returncode == 0, done.stderr
    asked = noted.read_text("utf-8").splitlines()
    wanted = list(given.values()) if target == "report" else ["our goals.csv"]
    assert set(wanted) <= set(asked)


def test_setting_up_says_once_how_much_and_how_long():
    told = "about 1 GB, some minutes, once"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    rule = makefile.partition(".venv/ready: ")[2].partition("\n\n")[0]
    assert rule.index(told) < rule.index("-m pip install")
    assert all(line.startswith("\t@") for line in rule.splitlines()[1:])
    for name in ("start.command", "start.bat"):
        assert told in (ROOT / name).read_text("utf-8")
