"""Terms of the start: coarse, and never of few children."""

from collections import Counter
from datetime import date

from analysis.prepare.terms import name_terms
from analysis.records.schema import TERMS
from analysis.settings import Settings


def starts(*days):
    """Give this many children for each (first day, how many)."""
    return {f"C{day}-{i}": day for day, n in days for i in range(n)}


def test_a_term_is_a_third_of_a_year():
    found = name_terms(starts((date(2023, 4, 30), 20), (date(2023, 5, 1), 20)))
    assert Counter(found.values()) == {"2023_1": 20, "2023_2": 20}
    assert set(found.values()) <= set(TERMS)


def test_a_rare_term_joins_its_smaller_neighbour():
    days = starts((date(2022, 1, 5), 30), (date(2022, 6, 5), 3), (date(2022, 10, 5), 12))
    assert Counter(name_terms(days).values()) == {"2022_1": 30, "2022_3": 15}


def test_no_term_is_told_of_fewer_children_than_the_smallest_cell():
    days = starts(*[(date(2015 + k // 3, 1 + 4 * (k % 3), 9), 1 + k % 5) for k in range(24)])
    assert min(Counter(name_terms(days).values()).values()) >= Settings().smallest_cell


def test_few_children_have_one_term_and_a_day_outside_all_terms_none():
    assert set(name_terms(starts((date(2020, 1, 1), 2), (date(2024, 1, 1), 3))).values()) == {
        "2024_1"
    }
    assert name_terms({"C1": date(1999, 1, 1)}) == {}
