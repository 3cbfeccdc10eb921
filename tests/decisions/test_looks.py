"""One error for a chain: what each look spends, what it may use, and over many chains."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.comparison.newcomers import Newcomers
from analysis.decisions.looks import place_look, settle_newcomers, share_children
from analysis.measures.earlier import Earlier, PastLook
from analysis.records.schema import FORMATS
from analysis.settings import Settings

S = Settings()
CHAINS, LOOKS = 20_000, 12


def children(n, start=0):
    return frozenset(f"C{i:04d}" for i in range(start, start + n))


def table_of(n):
    rows = [(code, f) for f in FORMATS for code in sorted(f"{f}{c}" for c in children(n))]
    return pd.DataFrame(
        {
            "child_id": [code for code, _ in rows],
            "format": pd.Categorical([f for _, f in rows], list(FORMATS)),
        }
    )


def after(looks, n, left=None, **changes):
    """Give what is known after looks at a clinic that had n children of each format last."""
    own = {f: frozenset(f"{f}{c}" for c in children(n)) for f in FORMATS}
    ever = frozenset().union(*own.values())
    left = 1 - sum(look.spent for look in looks) if left is None else left
    counts = dict.fromkeys(FORMATS, n)
    return replace(Earlier(tuple(looks), left, None, len(ever), ever, counts, own), **changes)


def chain(sizes, settings=S):
    looks = [place_look(None, table_of(sizes[0]), settings)]
    for before, now in itertools.pairwise(sizes):
        looks.append(place_look(after(looks, before), table_of(now), settings))
    return looks


def test_the_first_report_of_a_chain_has_nearly_all_of_the_error():
    look = place_look(None, table_of(40), S)
    assert look == PastLook(number=1, share=S.first_look_share, spent=S.first_look_share)
    assert Settings().error_rate == pytest.approx(0.05 * S.first_look_share)
    assert replace(S, look_share=0.1).error_rate == pytest.approx(0.005)


def test_a_chain_never_spends_more_than_the_whole_however_long():
    looks = chain([40 + 10 * k for k in range(60)])
    assert [look.number for look in looks] == list(range(1, 61))
    assert all(look.spent > 0 for look in looks)
    assert sum(look.spent for look in looks) < 1
    shares = [look.share for look in looks]
    assert shares == sorted(shares, reverse=True)
    assert all(look.share > look.spent for look in looks[1:])


def test_what_a_chain_has_spent_follows_from_how_much_it_grew_not_from_how_often_it_was_looked():
    often, once = chain([40, 44, 50, 56, 64, 80]), chain([40, 80])
    spent = [sum(look.spent for look in looks) for looks in (often, once)]
    assert spent[0] == pytest.approx(spent[1])
    wanted = 1 - (1 - S.first_look_share) * 2**-S.look_fading
    assert spent[1] == pytest.approx(wanted)


def test_records_that_did_not_change_are_not_looked_at_anew():
    (first,) = chain([40])
    again = after([first], 40, repeats=first)
    assert place_look(again, table_of(40), S) is first


def test_records_that_changed_without_new_children_still_cost_something():
    (first,) = chain([40])
    look = place_look(after([first], 40), table_of(40), S)
    least = 1 - (1 + S.least_growth) ** -S.look_fading
    assert look.spent == pytest.approx((1 - first.spent) * least)
    assert look.overlap == pytest.approx(S.look_overlap)


def test_children_in_both_reports_make_their_tests_go_together():
    (first,) = chain([40])
    now = {f: frozenset(f"{f}{c}" for c in children(90)) for f in FORMATS}
    assert share_children(after([first], 40), now) == pytest.approx(math.sqrt(40 / 90))
    others = {f: frozenset(f"{f}X{c}" for c in children(90)) for f in FORMATS}
    assert share_children(after([first], 40), others) == 0
    fresh = dict(now, combined=frozenset())
    assert share_children(after([first], 40), fresh) == pytest.approx(math.sqrt(40 / 90))


@pytest.mark.parametrize(
    ("name", "value"),
    [("first_look_share", 0.5), ("look_fading", 4.0), ("look_overlap", 0.5), ("least_growth", 0.5)],
)
def test_every_choice_about_looks_changes_what_a_later_report_may_use(name, value):
    shares = [chain([40, 50, 60], s)[-1].share for s in (S, replace(S, **{name: value}))]
    assert shares[0] != pytest.approx(shares[1], rel=0.02)


def test_over_many_chains_a_false_difference_is_ever_stated_at_the_rate_of_one_report():
    sizes = np.array([40 + 10 * k for k in range(LOOKS)])
    levels = np.array([look.share for look in chain(list(sizes))]) * (1 - S.confidence)
    rng = np.random.default_rng(8)
    steps = np.sqrt(np.diff(sizes, prepend=0))
    sums = (rng.standard_normal((CHAINS, 2, LOOKS)) * steps).cumsum(2)
    tests = (sums[:, 0] - sums[:, 1]) / np.sqrt(2 * sizes)
    ever = (np.abs(tests) > stats.norm.isf(levels / 2)).any(1).mean()
    alone = (np.abs(tests) > stats.norm.isf(0.025)).any(1).mean()
    assert alone > 0.12
    assert 0.042 < ever < 0.051


def rows_of(**p_values):
    return Newcomers({name: {"p_value": p} for name, p in p_values.items()})


def test_new_children_are_a_family_of_their_own_with_weights():
    just = 0.05 * S.newcomers_together
    assert settle_newcomers(None, S) is None
    assert settle_newcomers(rows_of(all=0.049), S).settled == {"all"}
    three = {"individual": 0.9, "group": 0.9, "combined": 0.9}
    assert settle_newcomers(rows_of(all=just * 0.99, **three), S).settled == {"all"}
    assert settle_newcomers(rows_of(all=just * 1.01, **three), S).settled == frozenset()
    one = (0.05 - just) / 3
    found = settle_newcomers(rows_of(all=0.9, **(three | {"group": one * 0.99})), S)
    assert found.settled == {"group"}
    later = replace(S, look_share=0.01)  # not what the chain has left: a family of its own
    assert settle_newcomers(rows_of(all=0.049), later).settled == {"all"}
    other = replace(S, newcomers_together=0.5)
    assert settle_newcomers(rows_of(all=0.02, **three), other).settled == {"all"}
