"""The browser is given the token by a private page, and what a killed run left is removed."""

import os
import re
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BROWSER = """#!/bin/sh
echo "$1" > "{home}/opened.txt"
"""


def start(home):
    """Start the app with a browser that only notes what it is asked to open."""
    home.mkdir(exist_ok=True)
    (home / "opened.txt").unlink(missing_ok=True)
    browser = home / "browser"
    browser.write_text(BROWSER.format(home=home), "utf-8")
    browser.chmod(0o755)
    environment = os.environ | {"BROWSER": str(browser), "XDG_DATA_HOME": str(home / "data")}
    with (home / "screen.txt").open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "analysis.app"], env=environment, stdout=told, stderr=told
        )
    wait_for(lambda: (home / "opened.txt").exists() and (home / "opened.txt").read_text())
    return process, Path((home / "opened.txt").read_text("utf-8").strip().removeprefix("file://"))


def wait_for(happened):
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def address_in(page):
    return re.search(r"url=(http[^\"]+)", page.read_text("utf-8"))[1]


def test_the_page_with_the_token_is_private_and_gone_once_used(tmp_path):
    process, page = start(tmp_path / "home")
    try:
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
        address = address_in(page)
        token = address.split("token=")[1]
        command = Path(f"/proc/{process.pid}/cmdline")
        assert not command.exists() or token.encode() not in command.read_bytes()
        wait_for(lambda: (tmp_path / "home" / "screen.txt").read_text("utf-8"))
        assert token not in (tmp_path / "home" / "screen.txt").read_text("utf-8")
        with urllib.request.urlopen(address) as answer:
            assert b"Choose your records" in answer.read()
        assert not page.exists()
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_what_a_killed_run_left_opens_nothing_and_goes_with_the_next_run(tmp_path):
    process, page = start(tmp_path / "home")
    process.kill()
    process.wait(timeout=30)
    left = address_in(page)
    process, page = start(tmp_path / "home")
    try:
        assert address_in(page) != left
        assert [one.name for one in page.parent.iterdir()] == [page.name]
    finally:
        process.terminate()
        process.wait(timeout=30)
