"""The files to double-click: they set up once, say so, and open the app."""

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAKE = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
  "-c "*) exit {old} ;;
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"pip install"*) exit {offline} ;;
esac
"""


def run_start(folder, *, old=0, offline=0):
    """Double-click `start.command` in a folder, with a Python that only notes what it is asked."""
    folder.mkdir(exist_ok=True)
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("dirname", "mkdir", "cp", "touch"):
        if not (tools / name).exists():
            (tools / name).symlink_to(shutil.which(name))
    python = tools / "python3"
    python.write_text(FAKE.format(log=folder / "asked.txt", old=old, offline=offline), "utf-8")
    python.chmod(0o755)
    shutil.copy(ROOT / "start.command", folder)
    if not (folder / "requirements.lock").exists():
        (folder / "requirements.lock").touch()
    done = subprocess.run(
        [shutil.which("sh"), str(folder / "start.command")],
        capture_output=True,
        text=True,
        cwd="/",
        input="\n",
        env={"PATH": str(tools)},
        check=False,
    )
    asked = folder / "asked.txt"
    return done, asked.read_text("utf-8").splitlines() if asked.exists() else []


def test_the_first_start_says_how_long_it_takes_and_the_next_one_asks_for_nothing(tmp_path):
    folder = tmp_path / "our clinic"
    done, asked = run_start(folder)
    assert done.returncode == 0, done.stderr
    assert "about 1 GB, some minutes, once" in done.stdout
    assert asked[-1] == "-m analysis.app"
    assert any("--require-hashes" in line for line in asked)
    before = len(asked)
    done, asked = run_start(folder)
    assert done.stdout == ""
    assert asked[before:] == ["-m analysis.app"]


def test_an_old_python_and_a_computer_without_a_network_are_answered_in_words(tmp_path):
    done, asked = run_start(tmp_path / "old", old=1)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stdout
    assert "-m analysis.app" not in asked
    done, asked = run_start(tmp_path / "offline", offline=1)
    assert done.returncode == 1
    assert "online" in done.stdout
    assert "-m analysis.app" not in asked
    assert not (tmp_path / "offline" / ".venv" / "ready").exists()


def test_the_windows_file_has_its_line_ends_and_does_the_same_steps():
    content = (ROOT / "start.bat").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")
    lines = content.decode("ascii").splitlines()
    labels = {line[1:] for line in lines if line.startswith(":")}
    assert {line.split("goto ")[1] for line in lines if "goto " in line} <= labels
    unix = (ROOT / "start.command").read_text("utf-8")
    for step in ("--require-hashes", "--no-deps --editable .", "-m analysis.app", "about 1 GB"):
        assert step in content.decode("ascii")
        assert step in unix


@pytest.mark.parametrize("name", ["start.command", "start.desktop"])
def test_what_is_double_clicked_may_be_run(name):
    assert os.access(ROOT / name, os.X_OK)


def test_the_desktop_file_opens_the_file_beside_it_wherever_that_is(tmp_path):
    read = configparser.RawConfigParser()
    read.optionxform = str
    read.read(ROOT / "start.desktop", "utf-8")
    entry = read["Desktop Entry"]
    assert entry["Type"] == "Application"
    folder = tmp_path / "our clinic"
    folder.mkdir()
    (folder / "start.command").write_text("echo opened", "utf-8")
    words = entry["Exec"].replace("%%", "%").replace("%k", f"'{folder / 'start.desktop'}'")
    done = subprocess.run(words, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout == "opened\n"
