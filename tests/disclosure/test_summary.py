"""The published type: no free text before words are told, and nothing else is read back."""

import math
from typing import get_args

import msgspec
import numpy as np
import pytest
from attacker import read_json
from growing_clinics import published_of
from msgspec.structs import replace
from small_clinics import sample_study

from analysis import vocabulary
from analysis.disclosure import fields
from analysis.disclosure.release import protect
from analysis.disclosure.summary import (
    check_summary,
    parse_summary,
    spell_summary,
)
from analysis.errors import AnalysisError

PLACES_OF_TEXT = {
    ("records", "id"),
    ("ledger",),
    ("report",),
    ("seal",),
    ("certainty", "versions", "name"),
    ("certainty", "versions", "value"),
}


def names_of(*modules):
    """Give every name of the fixed lists of some modules."""
    found = set()
    for module in modules:
        for kind in vars(module).values():
            found |= {name for name in get_args(kind) if isinstance(name, str)}
    return found


def texts_in(value, path=()):
    """Give every text of a JSON with the keys that lead to it."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from texts_in(part, (*path, key))
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part, path)
    elif isinstance(value, str):
        yield path, value


@pytest.fixture(scope="module")
def summary():
    return protect(sample_study())


def changed(summary, path, value):
    """Give a summary's JSON with the value at a path (keys and places) changed."""
    told = read_json(summary)
    *before, last = path
    part = told
    for key in before:
        part = part[key]
    part[last] = value
    return msgspec.json.encode(told)


def test_a_summary_holds_no_text_that_is_not_of_a_fixed_list(summary):
    lists = names_of(vocabulary, fields) | {"all", "mean", "percent", "start", "latest"}
    lists |= {"records", "goal", "baseline", "reviews", "low", "middle", "high", "skill", "social"}
    lists |= {"gain", "sessions", "hours", "per_session", "per_hour", "therapy group", "child"}
    lists |= {"energy", "motivation", "start_level", "tells_nothing"}
    lists |= {"-2", "-1", "0", "+1", "+2", "below", "at", "above", "at_or_above"}
    lists |= set(sample_study().analyses) | {row.name for row in summary.method.settings}
    lists |= {part for row in sample_study().sensitivity.sample_size.to_record for part in row}
    lists |= {f"{kind}.{f}" for kind in ("skill", "social") for f in fields.FORMAT_IDS}
    texts = list(texts_in(read_json(summary)))
    free = [(p, t) for p, t in texts if p not in PLACES_OF_TEXT and t not in lists]
    assert free == []
    assert len(texts) > 500
    assert read_json(summary)["sentences"] == []


def test_a_summary_comes_back_from_its_file_the_same_bytes(summary):
    content = spell_summary(summary)
    assert parse_summary(content) == summary
    assert spell_summary(parse_summary(content)) == content
    assert content.startswith(b'{\n "version": 5,\n')


FAULTS = (
    (("answer", "pairs", 0, "estimate"), "0.1"),
    (("answer", "pairs", 0, "estimate"), 1e12),
    (("answer", "pairs", 0, "label"), "best"),
    (("answer", "pairs", 0, "surname"), 1),
    (("answer", "counts", 0, "n_children"), -5),
    (("answer", "counts", 0, "n_children"), 12.5),
    (("answer", "counts", 0, "n_children"), True),
    (("answer", "pairs"), {}),
    (("who", "at_start", 0, "individual"), "Anna"),
    (("certainty", "settings", 0, "name"), "Anna Smith"),
    (("certainty", "versions", 0, "value"), "<script>"),
    (("ledger",), "not a digest"),
    (("ledger",), {"salt": "0f", "groups": []}),
    (("records", "digest"), "0f"),
    (("effort",), 3),
    (("formats", 0), "home"),
    (("version",), 6),
)


@pytest.mark.parametrize(("path", "value"), FAULTS, ids=lambda part: str(part)[:40])
def test_a_file_that_is_not_what_is_written_is_refused_without_quoting_it(summary, path, value):
    content = changed(summary, path, value)
    with pytest.raises(AnalysisError) as refused:
        parse_summary(content)
    told = str(refused.value)
    assert "last report" in told
    assert f"$.{path[0]}" in told or path == ("version",)
    assert not any(name in told for name in ("Anna", "surname", "script", "best", "home"))


HOSTILE = {
    "nothing": b"",
    "no JSON": b"%PDF-1.7",
    "no object": b"[1, 2]",
    "NaN": b'{"version": 5, "invented": true, "margin": NaN}',
    "too large a number": b'{"version": 5, "margin": 1e999}',
    "a huge whole number": b'{"version": 5, "smallest_cell": ' + b"9" * 5000 + b"}",
    "nested deeply": b'{"version": 5, "records": ' + b"[" * 100_000,
    "nested deeply in an unknown field": b'{"version": 5, "x": ' + b'{"a":' * 100_000,
    "a lone surrogate": b'{"version": 5, "records": {"id": "\\ud800"}}',
    "not UTF-8": b'{"version": 5, "records": {"id": "\xff\xfe"}}',
    "one long text": b'{"version": 5, "records": {"id": "' + b"a" * 5_000_000 + b'"}}',
    "cut off": b'{"version": 5, "invented": tr',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(content):
    with pytest.raises(AnalysisError, match="last report"):
        parse_summary(content)


def test_a_summary_of_version_two_is_refused_by_its_version():
    with pytest.raises(AnalysisError, match="version 2, these 5"):
        parse_summary(b'{\n "version": 2,\n "title": "Individual, group or combined therapy"\n}\n')


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e12, np.float64(0.5), "0.5"])
def test_a_number_that_is_none_is_never_written(value):
    summary = published_of(100, 11)
    first, *others = summary.answer.rates
    rates = (replace(first, estimate=value), *others)
    wrong = replace(summary, answer=replace(summary.answer, rates=rates))
    for refuse in (check_summary, spell_summary):
        with pytest.raises((msgspec.ValidationError, TypeError)):
            refuse(wrong)
