"""Everyday sheets are read by following what is printed, or named for what they are."""

import json
import re
from pathlib import Path

import pytest

from tests.sheets.path import run, walk

SHEETS = Path(__file__).parents[1] / "sheets"
FIRST = json.loads((SHEETS / "first_use.json").read_text(encoding="utf-8"))
OWN = json.loads((SHEETS / "own.json").read_text(encoding="utf-8"))
NAMES = re.compile(r"\b(emma|noah|mia|liam|ava|leo|zoe|max|smith|shoelaces|10001)\b", re.I)
SAID = {
    "t_scores": "T-scores",
    "copm": "COPM",
    "other_measure": "another measure",
    "pivot": "pivot table",
    "sideways": "lies on its side",
    "levels_in_notes": "session notes",
    "spss": "SPSS",
    "pdf": "PDF",
    "not_a_workbook": "a document",
}


@pytest.mark.slow
@pytest.mark.parametrize("case", FIRST + OWN, ids=[case["file"] for case in FIRST + OWN])
def test_a_sheet_is_read_as_it_is_by_following_the_messages(case, tmp_path):
    found = walk(SHEETS / case["file"], tmp_path)
    assert not any(NAMES.search(told) for told in found.said)
    if case["expected"] == "refused":
        assert not found.read
        return
    if isinstance(case["expected"], str):
        assert not found.read
        assert len(found.said) == 1
        assert SAID[case["expected"]] in found.said[0]
        return
    assert found.read, found.said[-1]
    assert found.assignments <= 1
    assert found.goals == case["expected"]


def test_of_the_sheets_first_tried_all_but_six_are_read():
    assert len(FIRST) == 35
    named = [case["file"] for case in FIRST if isinstance(case["expected"], str)]
    assert len(named) == 6


def test_a_child_and_format_above_the_goals_are_no_sheet_on_its_side(tmp_path):
    """Two cells a line above a table are what a form has, not headings down the side."""
    path = tmp_path / "form.csv"
    lines = ["Child,C01,,,", "Format,Group,,,", "Therapist,T1,,,", ",,,,", "Goal,Area,W0,W6,W12"]
    lines += [f"{i},Motor,-2,-1,{i % 3 - 1}" for i in range(1, 9)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, told = run(["analysis.check", str(path)])
    assert "lies on its side" not in told
