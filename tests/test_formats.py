"""One table of the therapy formats: everything that names, draws or groups them agrees with it."""

import re

import pytest

from analysis import formats, wording
from analysis.formats import FORMATS, GROUPED_CODES, GROUPED_FORMATS, THERAPY_FORMATS, is_grouped
from analysis.records import schema


def test_three_formats_stand_in_the_schemas_order():
    assert FORMATS == ("individual", "group", "combined")
    assert schema.FORMATS == FORMATS
    assert schema.EPISODES.column("format").choices == FORMATS
    assert schema.SESSIONS.column("delivered").choices == FORMATS[:2]


def test_children_of_group_and_combined_meet_in_therapy_groups():
    assert GROUPED_FORMATS == ("group", "combined")
    assert [FORMATS[code] for code in GROUPED_CODES] == list(GROUPED_FORMATS)
    assert {label: is_grouped(label) for label in FORMATS} == {
        "individual": False,
        "group": True,
        "combined": True,
    }


def test_a_format_that_is_not_in_the_table_is_no_format():
    with pytest.raises(KeyError):
        is_grouped("online")


def test_wording_says_what_the_table_says():
    assert wording.FORMAT_NAMES == formats.FORMAT_NAMES
    assert wording.FORMAT_TITLES == formats.FORMAT_TITLES


def test_no_two_formats_look_or_sound_alike():
    for attribute in ("id", "name", "title", "colour", "mark"):
        assert len({getattr(one, attribute) for one in THERAPY_FORMATS}) == len(THERAPY_FORMATS)
    assert all(re.fullmatch(r"#[0-9A-F]{6}", one.colour) for one in THERAPY_FORMATS)
