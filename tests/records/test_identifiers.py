"""The gate for identifiers: what it must catch, what it must let through, what it never says."""

import re
from pathlib import Path

import numpy as np
import pytest

from analysis.records.headings import ALL_NAMES, plain_name
from analysis.records.privacy.identifiers import find_identifiers, judge_column, show_heading
from analysis.records.privacy.shapes import is_date, is_phone, person_words
from analysis.records.text import TextTable, column_from_cells

HELD_OUT = Path(__file__).parents[1] / "held_out"
LEAST_RECALL = 0.98
MOST_FALSE_ALARMS = 0.01


def columns(*names):
    for name in names:
        for line in (HELD_OUT / name).read_text(encoding="utf-8").splitlines():
            heading, *values = (cell.strip() for cell in line.split("¦"))
            yield heading, values


def kind(heading, values):
    name = plain_name(heading) if plain_name(heading) in ALL_NAMES else ""
    return judge_column(heading, values, name)[0]


def test_at_least_98_of_100_identifier_columns_are_caught():
    held_out = list(columns("identifier_columns.txt", "second_identifier_columns.txt"))
    assert len(held_out) >= 100
    missed = [heading for heading, values in held_out if not kind(heading, values)]
    assert len(missed) <= (1 - LEAST_RECALL) * len(held_out), missed


def test_at_most_one_in_a_hundred_clean_columns_raises_an_alarm():
    held_out = list(columns("clean_columns.txt", "second_clean_columns.txt"))
    assert len(held_out) >= 200
    alarms = [(heading, kind(heading, values)) for heading, values in held_out]
    raised = [alarm for alarm in alarms if alarm[1]]
    assert len(raised) <= MOST_FALSE_ALARMS * len(held_out), raised


def test_an_identifier_is_caught_when_each_child_has_many_rows():
    for heading, values in columns("identifier_columns.txt"):
        cells = [value for value in values for _ in range(12)]
        table = TextTable(
            "x.csv", "", (column_from_cells(heading, 1, cells),), np.arange(len(cells)) + 2, {}
        )
        assert bool(find_identifiers(table, [""])) == bool(kind(heading, values))


def test_a_problem_says_heading_kind_and_count_and_no_value():
    for heading, values in columns("identifier_columns.txt", "second_identifier_columns.txt"):
        column = column_from_cells(heading, 4, values)
        table = TextTable("export.csv", "", (column,), np.arange(len(values)) + 2, {})
        for problem in find_identifiers(table, [""]):
            told = str(problem)
            assert show_heading(heading, 4) in told
            assert "row" in told
            for value in values:
                assert len(value) < 6 or value not in told


DATES = """
2024-03-05 | 5/3/24 | 05.03.2024 | 5 March 2024 | March 5th, 2024 | 20240305 | 5. März 2024
2024年3月5日 | 2024-03-05 09:15 | 5-Mar-24 | Tue 5 March 2024 | w/c 05/03/2024
"""
NO_DATES = "3/5 | Mar-05 | 2024 | 1.5 | 12:30 | C-2024-1 | 10-12 | 99 | 2023/24"


@pytest.mark.parametrize("text", [text.strip() for text in re.split(r"[|\n]", DATES.strip())])
def test_a_full_date_is_known_in_many_forms(text):
    assert is_date(text)


@pytest.mark.parametrize("text", NO_DATES.split(" | "))
def test_what_is_no_full_date_is_not_taken_for_one(text):
    assert not is_date(text)


@pytest.mark.parametrize("text", ["12", "12.5", "120443", "1:3", "2-6", "30-45"])
def test_a_measurement_is_no_telephone_number(text):
    assert not is_phone(text)


@pytest.mark.parametrize("text", ["Fine motor skills", "Verbal prompt", "Not established", "GP"])
def test_words_of_a_clinic_are_no_person(text):
    assert person_words(text) < 2


def test_a_heading_that_could_be_a_child_is_shown_as_its_letter():
    assert show_heading("Client #", 3) == "Client #"
    assert show_heading("Harriet Blackwood", 3) == "C"
    assert show_heading("C0412", 28) == "AB"
    assert show_heading("2016-02-29", 1) == "A"
