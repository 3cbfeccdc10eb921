"""The gate for identifiers: what it must catch, what it must let through, what it never says."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.prepare.keys import LETTERS, CodeBook
from analysis.records.headings import ALL_NAMES, plain_name
from analysis.records.privacy.code_shapes import is_random
from analysis.records.privacy.identifiers import (
    FEW_IDS,
    find_identifiers,
    judge_column,
    show_heading,
    show_sheet,
)
from analysis.records.privacy.shapes import is_date, is_phone, person_words
from analysis.records.text import TextTable, clean_text, column_from_cells

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


PARTS = ("development", "held_out", "third", "fifth")
WORDY = ("sixth", "seventh")
MOST_FALSE_ALARMS_IN_WORDS = 0.07


def lines_of(name):
    return (HELD_OUT / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def labelled(name):
    """(schema column or "", what it is, values) for each line of a list of columns."""
    for line in lines_of(name):
        head, *values = line.split(" ¦ ")
        column, _, label = head.partition(": ")
        yield column.strip("-"), label, values


def missed_and_refused(name):
    missed, refused = [], []
    for column, label, values in labelled(name):
        found = judge_column(column or label, values, column)[0]
        (refused if found else missed).append(f"{column}: {label}")
    return missed, refused


def test_the_lists_are_as_long_as_was_promised():
    assert sum(len(lines_of(f"identifier_kinds_{part}")) for part in PARTS) >= 800
    assert sum(len(lines_of(f"innocent_{part}")) for part in PARTS) >= 1200
    for part in PARTS:
        assert all(
            name in FEW_IDS or len(values) >= 5
            for name, _, values in labelled(f"identifier_kinds_{part}")
        )
    for part in PARTS[:-1]:
        assert all(len(values) >= 6 for *_, values in labelled(f"identifier_kinds_{part}"))


@pytest.mark.parametrize("part", [*PARTS, *WORDY])
def test_at_least_98_of_100_kinds_are_caught_in_columns_of_codes(part):
    missed, refused = missed_and_refused(f"identifier_kinds_{part}")
    assert len(missed) <= (1 - LEAST_RECALL) * (len(missed) + len(refused)), missed


@pytest.mark.parametrize("part", [*PARTS[:-1], "fourth"])
def test_at_most_one_innocent_column_in_a_hundred_is_refused(part):
    let_through, refused = missed_and_refused(f"innocent_{part}")
    assert len(refused) <= MOST_FALSE_ALARMS * (len(let_through) + len(refused)), refused


@pytest.mark.parametrize("part", ["fifth", *WORDY])
def test_columns_written_in_everyday_words_are_seldom_refused(part):
    let_through, refused = missed_and_refused(f"innocent_{part}")
    assert len(refused) <= MOST_FALSE_ALARMS_IN_WORDS * (len(let_through) + len(refused)), refused


@pytest.mark.parametrize("part", PARTS)
def test_a_heading_or_a_sheet_named_after_a_person_is_masked(part):
    lines = lines_of(f"headings_personal_{part}")
    assert [line for line in lines if show_heading(line, 3) != "C"] == []
    assert [line for line in lines if show_sheet(line, 4) != "sheet 4"] == []


@pytest.mark.parametrize("part", PARTS)
def test_a_plain_heading_is_shown(part):
    lines = lines_of(f"headings_plain_{part}")
    masked = [line for line in lines if show_heading(line, 500) == "SF"]
    assert len(masked) <= MOST_FALSE_ALARMS * len(lines), masked


def test_no_value_of_a_column_of_codes_is_told():
    for part in PARTS:
        for name, label, values in labelled(f"identifier_kinds_{part}"):
            column = column_from_cells(name, 2, values)
            table = TextTable("export.csv", "", (column,), np.arange(len(values)) + 2, {})
            for problem in find_identifiers(table, [name]):
                told = str(problem)
                offer = "with random codes." if name else "analysis.prepare"
                assert offer in told
                assert not [value for value in values if len(value) > 4 and value in told], label


# Each rule twice: a column it is there for, and the nearest column of codes it must let through.
N = range(1, 25)
INITIALS = [
    "AB",
    "CD",
    "EF",
    "GH",
    "IJ",
    "KL",
    "MN",
    "OP",
    "QR",
    "ST",
    "UV",
    "WX",
    "YZ",
    "AC",
    "BD",
    "EG",
    "FI",
    "HK",
    "JM",
    "LO",
    "NQ",
    "PS",
    "RU",
    "TW",
]
LONG_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RULES = {
    "few kinds of letters": (
        "child_id",
        [f"{pair}{i:03d}" for i, pair in zip(N, INITIALS, strict=True)],
        [f"{'AB' if i < 13 else 'CD'}{i:03d}" for i in N],
    ),
    "long numbers run": (
        "child_id",
        [f"H{700_000 + 7919 * i}" for i in N],
        [f"H{700_000 + i}" for i in N],
    ),
    "bare numbers of four digits run": (
        "child_id",
        [f"{2000 + 257 * i}" for i in N],
        [f"{2000 + i}" for i in N],
    ),
    "no years": ("child_id", [f"{2002 + i % 20}" for i in N], [f"{2101 + i}" for i in N]),
    "no weeks of a year": (
        "child_id",
        [f"2024-W{2 * i:02d}" for i in N],
        [f"2024-{2 * i:03d}" for i in N],
    ),
    "no day and month": (
        "child_id",
        [f"C{i:02d}{i % 12 + 1:02d}" for i in N],
        [f"C{i:02d}{i % 12 + 41:02d}" for i in N],
    ),
    "no days counted from 1900": (
        "child_id",
        [f"{44_000 + 3 * i}" for i in N],
        [f"{44_000 + i}" for i in N],
    ),
    "parts count from one": (
        "goal_id",
        [f"{i}-{i * 7 % 12 + 1}" for i in N],
        [f"{i}-{j}" for i in N for j in (1, 2)],
    ),
    "no more than two loose parts": (
        "child_id",
        [f"{i * 37 % 100}-{i * 53 % 100}-{i * 71 % 100}" for i in N],
        [f"TF-{i // 12}-{i % 12 + 1}" for i in N],
    ),
    "no hashes": (
        "goal_id",
        [f"{0x9E3779B97F4A7C15F39CC0605CEDC835 * i % 16**32:032x}" for i in N],
        [f"{0x9E3779B97F4A4C159F39CC0605CEDC83 + i * 16**20:032x}" for i in range(3)],
    ),
    "no photos": ("goal_id", [f"IMG_{1000 + 311 * i}" for i in N], [f"IMG_{i}" for i in N]),
    "no postcodes behind a country": (
        "child_id",
        [f"CH-{1000 + 311 * i}" for i in N],
        [f"KH-{1000 + 311 * i}" for i in N],
    ),
    "words for groups, not persons": (
        "group_id",
        ["Thorne1", "Delgado2", "Okeke1", "Farrell1"],
        ["blue1", "Owls2", "Tue-pm-1", "G4"],
    ),
    "groups may be called after things": (
        "group_id",
        ["thorne1", "delgado2", "rockets1", "okeke3"],
        ["trains1", "rockets1", "boats2"],
    ),
    "one odd name among codes": (
        "child_id",
        [*(f"C{i:03d}" for i in N), "thornedale7"],
        [*(f"C{i:03d}" for i in N), "test7"],
    ),
    "signs at random places": (
        "child_id",
        [f"{a}{b}{i % 10}{i * 7 % 10}{b}{a}" for i, (a, b) in zip(N, INITIALS, strict=True)],
        [
            "7k3m9q",
            "ab47xz",
            "93hdk2",
            "q1w8e5",
            "zzt4p9",
            "4b6n8v",
            "x9c2z1",
            "m5n7b3",
            "k2j4h6",
            "p0o9i8",
        ],
    ),
    "groups in words only when all are listed": (
        "group_id",
        ["Dolphins", "Otters", "Thornedale"],
        ["Dolphins", "Otters", "Sharks"],
    ),
    "most words are no surnames": (
        "therapist_id",
        ["Green", "White", "Brown"],
        ["Green", "Red", "Yellow"],
    ),
    "single letters run": (
        "therapist_id",
        ["Therapist J", "Therapist M", "Therapist S"],
        ["Therapist A", "Therapist B", "Therapist C"],
    ),
    "one letter a text": ("therapist_id", ["A. B.", "B. C."], ["OT-A", "OT-B"]),
    "bare pairs of letters are initials": (
        "group_id",
        ["Mo", "Di", "Fr"],
        ["Mo 1", "Di 1", "Fr 2"],
    ),
    "no day of a month": ("group_id", ["Start 4 Sept", "Start 11 Sept"], ["Autumn 4", "Autumn 11"]),
    "no weekday with day and month": ("group_id", ["Mon 5/3", "Tue 9/4"], ["Mon 9:30", "Tue 9:30"]),
    "no plates": ("group_id", ["AB12 CDE", "XY70 ZZA"], ["AB12", "AB70"]),
    "flowers only behind a word for a class": (
        "group_id",
        ["さくら", "ゆり"],
        ["さくら組", "ゆり組"],
    ),
    "names in scripts without capitals": (
        "child_id",
        [f"{name}{i}" for i, name in enumerate(["አበበ", "ሰላም", "ዳዊት", "ብሩክ", "ማህሌት"] * 4, 1)],
        [f"儿童{i}" for i in N],
    ),
    "blocks count from one": (
        "child_id",
        [f"{year}{i * 37 % 990:03d}" for year in (22, 23, 24) for i in range(3, 15)],
        [f"{year}{i:03d}" for year in (22, 23, 24) for i in range(1, 13)],
    ),
    "letters run without gaps": (
        "child_id",
        list("ABCEGHIJKLMORSTVW"),
        list("ABCDEFGHIJKLMNOPQ"),
    ),
    "a letter behind a number that runs": (
        "child_id",
        [f"{i * 37 % 990:03d}{pair[0]}" for i, pair in zip(N, INITIALS, strict=True)],
        [f"{i:03d}{pair[0]}" for i, pair in zip(N, INITIALS, strict=True)],
    ),
    "long random signs, no hash": (
        "child_id",
        [f"{0x9E3779B97F4A7C15 * i % 16**10:010x}" for i in N],
        ["".join(LONG_SIGNS[(i * 17 + j * (j + i) * 7) % 32] for j in range(10)) for i in N],
    ),
    "codes of prepare only by its letters": (
        "child_id",
        [f"M{100_003 + 37_199 * i}" for i in N],
        [f"C{100_003 + 37_199 * i}" for i in N],
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_fires_where_it_must_and_not_beside_it(rule):
    name, identifiers, codes = RULES[rule]
    assert judge_column(name, identifiers, name)[0]
    assert judge_column(name, codes, name)[0] == ""


@pytest.mark.parametrize("name", LETTERS)
def test_codes_made_by_prepare_are_codes(name):
    for n in (1, 2, 3, 9, 60, 400):
        book = CodeBook()
        codes = [book.code(name, f"identity {i}") for i in range(n)]
        assert judge_column(name, codes, name) == ("", None)


def test_random_codes_are_seldom_taken_for_something_else():
    random = np.random.default_rng(20261127)
    signs = np.array(list("0123456789abcdefghijklmnopqrstuvwxyz"))
    columns = [
        ["".join(row) for row in random.choice(signs, (n, width))]
        for n in (6, 20, 80)
        for width in (6, 7, 8)
        for _ in range(60)
    ]
    assert sum(is_random(column) for column in columns) >= 0.99 * len(columns)


CELLS = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"[A-Za-z0-9./#_-]{1,14}", fullmatch=True),
    st.from_regex(r"[A-C²½٣Ⅷ]{0,3}[-./]?\d{1,9}([-./]\d{1,4}){0,3}", fullmatch=True),
)


def test_a_birthday_behind_letters_is_a_date_in_any_column():
    days = [
        f"{pair}{i:02d}{i % 12 + 1:02d}20{i % 9 + 10}" for i, pair in zip(N, INITIALS, strict=True)
    ]
    assert judge_column("code", days)[0] == "date"
    assert (
        judge_column("code", [f"{pair}9{i:07d}" for i, pair in zip(N, INITIALS, strict=True)])[0]
        != "date"
    )


@given(st.lists(CELLS, min_size=1, max_size=30), st.sampled_from(sorted(LETTERS)))
def test_any_column_and_any_heading_gets_an_answer(cells, name):
    kind, hits = judge_column(name, cells, name)
    assert (hits is None) == (kind == "")
    for cell in cells:
        assert show_heading(cell, 28) == "AB" or len(clean_text(cell)) <= 40
        assert show_sheet(cell, 2)


@pytest.mark.parametrize("text", ["a" * 200, "name " * 60, "Baseline: " * 40 + "x"])
def test_long_text_without_a_digit_is_judged_at_once(text):
    assert not is_date(text)
    assert is_date("Week of: 12/03/2024")
