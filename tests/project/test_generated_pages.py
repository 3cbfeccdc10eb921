"""The pages in docs/ that `make docs` writes are those of the code."""

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = runpy.run_path(str(ROOT / "docs" / "make_pages.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_gives(name):
    kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert kept == PAGES[name](), "run `make docs`"


def test_the_schema_lets_no_unknown_field_pass():
    definitions = json.loads(PAGES["summary.schema.json"]())["$defs"]
    closed = {name: part.get("additionalProperties") for name, part in definitions.items()}
    assert closed["Summary"] is False
    assert set(closed.values()) == {False}


def test_the_page_of_choices_has_a_row_for_each_of_them():
    rows = [line for line in PAGES["settings.md"]().splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    assert all(line.count(" | ") == 2 and len(line.split(" | ")[2]) > 10 for line in rows)
