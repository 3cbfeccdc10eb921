"""README.md: its commands, its smallest file and its links are those that work."""

import re
import subprocess
import tomllib
from pathlib import Path

from analysis.check import check_records
from analysis.disclosure.release import protect
from analysis.records.schema import FLAT_REQUIRED
from analysis.settings import SMALLEST_CELL_ALLOWED, Settings
from analysis.study import run_study

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_PICTURE_BYTES = 300_000


def test_the_page_opens_with_the_two_commands():
    first = PAGE.split("```")[1]
    commands = [line.split("#")[0].strip() for line in first.strip().splitlines()]
    assert commands == ["make report", "make test"]
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"make ([\w-]+)", PAGE):
        assert f"\n{command}:" in targets


def smallest_file():
    block = next(b for b in PAGE.split("```") if b.strip().startswith("child_id,"))
    return "\n".join(line.strip() for line in block.strip().splitlines()) + "\n"


def test_the_smallest_file_on_the_page_is_read_and_reported(tmp_path):
    path = tmp_path / "my-records.csv"
    path.write_text(smallest_file(), encoding="utf-8")
    assert tuple(smallest_file().splitlines()[0].split(",")) == (*FLAT_REQUIRED, "group_id")
    readiness = check_records(path)
    assert readiness.records.n_children == 2
    summary = protect(run_study(path))
    assert {pair.label for pair in summary.answer.pairs} == {"not_comparable"}


def test_modules_that_the_page_runs_exist():
    for module in re.findall(r"python -m (analysis[\w.]*)", PAGE):
        place = ROOT / Path(*module.split("."))
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()


def test_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE) + re.findall(r'src="([^"]+)"', PAGE):
        assert (ROOT / link).exists(), link


def test_numbers_on_the_page_are_those_of_the_settings():
    settings = Settings()
    words = " ".join(PAGE.split())
    assert f"Below {settings.compare_children} children in a format" in words
    assert f"fewer than {settings.smallest_cell} children" in words
    assert settings.smallest_cell > SMALLEST_CELL_ALLOWED
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Python {project['requires-python'].removeprefix('>=')} or newer" in words


def test_the_picture_is_small_and_described():
    pictures = re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]+)"', PAGE)
    assert len(pictures) == 1
    path, alt = pictures[0]
    assert (ROOT / path).stat().st_size < MOST_PICTURE_BYTES
    assert len(alt) > 40


def test_names_with_blanks_reach_the_report_whole():
    asked = ["make", "--dry-run", "report", "RECORDS=My goals.csv", "OUT=our report.pdf"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT)
    assert 'analysis.report "My goals.csv" --output "our report.pdf"' in done.stdout
