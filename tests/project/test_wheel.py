"""A wheel built from this copy, installed where nothing of it is, does what a clone does."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from analysis.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DATE = {"SOURCE_DATE_EPOCH": "1700000000"}
pytestmark = pytest.mark.slow


def run(command, folder, **more):
    places = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=places | more, capture_output=True, text=True, check=False
    )


def build(folder):
    done = run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], ROOT, **DATE)
    assert done.returncode == 0, done.stderr
    return {path.suffix: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The command of a fresh environment that holds the wheel; what it needs is shared."""
    place = tmp_path_factory.mktemp("fresh") / "env"
    made = run([sys.executable, "-m", "venv", "--without-pip", str(place)], ROOT)
    assert made.returncode == 0, made.stderr
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index"]
    put = run([*pip, "--no-deps", "--quiet", str(built[".whl"])], ROOT)
    assert put.returncode == 0, put.stderr
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(run(asked, ROOT).stdout.strip())
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python.with_name("therapy-formats"), packages


def test_two_builds_are_the_same_bytes(built, tmp_path):
    again = build(tmp_path / "again")
    assert {suffix: path.read_bytes() for suffix, path in again.items()} == {
        suffix: path.read_bytes() for suffix, path in built.items()
    }


def test_the_wheel_holds_every_file_of_the_package_the_sample_and_the_notebooks(built):
    with zipfile.ZipFile(built[".whl"]) as wheel:
        held = set(wheel.namelist())
    folders = {"analysis": "analysis", "data/sample": "analysis/sample"}
    folders |= {"notebooks": "analysis/notebooks"}
    tracked = run(["git", "ls-files", *folders], ROOT).stdout.split()
    wanted = {
        path.replace(folder, inside, 1)
        for path in tracked
        for folder, inside in folders.items()
        if path.startswith(f"{folder}/")
    }
    assert wanted
    assert wanted - held == set()


def test_every_command_runs_from_another_folder(installed, tmp_path):
    command, packages = installed
    where = run(
        [str(command.with_name("python")), "-c", "import analysis; print(analysis)"], tmp_path
    )
    assert str(packages) in where.stdout
    for name in COMMANDS:
        told = run([str(command), name, "--help"], tmp_path)
        assert told.returncode == 0, (name, told.stderr)
        assert "--help" in told.stdout, name


def test_the_sample_is_reported_checked_and_verified_from_the_wheel(installed, tmp_path):
    command, packages = installed
    report = run([str(command), "report"], tmp_path)
    assert report.returncode == 0, report.stderr
    assert "These are the invented sample records." in report.stdout
    assert (tmp_path / "summary.pdf").read_bytes().startswith(b"%PDF")
    assert run([str(command), "verify", "summary.pdf"], tmp_path).returncode == 0
    assert (
        run([str(command), "check", str(packages / "analysis" / "sample")], tmp_path).returncode
        == 0
    )
    templates = {"JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter")}  # shared too
    ran = run([str(command), "notebooks", "3"], tmp_path, **templates)
    assert ran.returncode == 0, ran.stderr
    assert list((tmp_path / "output").glob("3-*.html"))
