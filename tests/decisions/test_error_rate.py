"""One family, one error: what may be stated, by its rules and over many draws."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.decisions.error_rate import (
    NOT_ASKED,
    REST,
    Difference,
    ask_interval,
    ask_number,
    find_level,
    settle_family,
    settle_weighted,
)
from analysis.models.multiplicity import adjust_shaffer
from analysis.settings import Settings

S = Settings()
MAIN = S.error_rate * S.main_share
REST_LEVEL = S.error_rate - MAIN
CERTAIN = Difference(1e-12, above=True)
NOTHING = Difference(0.9, above=True)
PAIRWISE = ("end", "week.12", "week.24", "skill", "social")


def everything(tested):
    asked = dict.fromkeys((*REST, *PAIRWISE), (tested,) * 3)
    return asked | {"practice": (tested,), "raters": (tested,)}


def test_the_shares_of_the_error_add_up_and_the_main_pairs_have_nearly_all():
    assert S.main_share == pytest.approx(0.9)
    assert sum(S.rest_shares) == pytest.approx(1.0)
    assert len(S.rest_shares) == len(REST)


def test_a_pair_that_is_not_settled_on_page_1_is_settled_on_no_other():
    asked = dict.fromkeys(("end", "week.12", "week.24"), (CERTAIN,) * 3)
    assert settle_family(("", "", ""), asked, S).keys == frozenset()
    assert settle_family((None, None, None), asked, S).keys == frozenset()
    found = settle_family(("this", "", ""), asked, S)
    assert found.keys == {("end", 0), ("week.12", 0), ("week.24", 0)}


def test_what_lies_the_other_way_than_page_1_is_not_settled():
    against = {
        name: (Difference(1e-12, above=False),) * 3 for name in ("end", "week.12", "week.24")
    }
    assert not settle_family(("this", "", ""), against, S).keys
    assert len(settle_family(("than", "", ""), against, S).keys) == 3


def test_a_fixed_order_stops_at_the_first_that_is_not_settled():
    asked = {"week.24": (NOTHING,) * 3, "end": (CERTAIN,) * 3, "week.12": (CERTAIN,) * 3}
    assert not settle_family(("this", "this", ""), asked, S).keys
    asked["week.24"] = (NOT_ASKED,) * 3  # what is not asked does not stand in the way
    assert ("end", 0) in settle_family(("this", "this", ""), asked, S).keys


def test_the_rest_has_what_the_main_pairs_leave_and_all_where_none_is_compared():
    just = Difference(REST_LEVEL * 0.99, above=True)
    alone = {"within": (just, NOT_ASKED, NOT_ASKED)}
    assert settle_family(("", "", ""), alone, S).holds("within")
    loose = {"within": (Difference(REST_LEVEL * 1.01, above=True), NOT_ASKED, NOT_ASKED)}
    assert not settle_family(("", "", ""), loose, S).holds("within")
    assert settle_family((None, None, None), loose, S).holds("within")
    assert settle_family(("this", None, None), loose, S).holds("within")  # passed on


def test_kinds_of_goal_may_part_once_a_child_against_itself_is_settled():
    asked = {
        "within": (CERTAIN, NOTHING, NOTHING),
        "social": (CERTAIN,) * 3,
        "skill": (Difference(1e-12, above=False),) * 3,
    }
    found = settle_family(("", "", ""), asked, S).keys
    assert {("social", 0), ("skill", 0)} <= found
    assert not {("social", 1), ("skill", 2)} & found
    apart = asked | {"within": (NOTHING,) * 3}
    assert not settle_family(("", "", ""), apart, S).keys


def test_holm_with_equal_weights_is_holm():
    p_values = {("a", k): p for k, p in enumerate((0.012, 0.001, 0.3, 0.02))}
    found, at = settle_weighted(p_values, dict.fromkeys(p_values, 1.0), 0.05)
    assert found == {("a", 0), ("a", 1), ("a", 3)}
    assert max(at.values()) == pytest.approx(0.05 / 2)
    assert settle_weighted(p_values, dict.fromkeys(p_values, 1.0), 0.03)[0] == {("a", 1)}


def test_a_share_that_is_kept_is_not_passed_on():
    p_values = {("keep", 0): 1e-9, ("other", 0): 0.03}
    weights = dict.fromkeys(p_values, 1.0)
    assert settle_weighted(p_values, weights, 0.05)[0] == set(p_values)
    assert settle_weighted(p_values, weights, 0.05, keep="keep")[0] == {("keep", 0)}


@pytest.mark.parametrize(
    "p_values", [(0.001, 0.02, 0.5), (0.014, 0.029, 0.031), (0.016, 0.02, 0.9)]
)
def test_the_main_pairs_are_settled_by_shaffer_at_their_share(p_values):
    adjusted = adjust_shaffer(p_values)
    settled = [p < find_level(p, a, False, S) for p, a in zip(p_values, adjusted, strict=True)]
    first = min(p_values) * 3 < MAIN
    by_hand = [first and (p == min(p_values) or p < MAIN * S.next_share) for p in p_values]
    assert settled == by_hand
    assert find_level(0.044, 0.044, True, S) == MAIN


def test_a_number_and_its_interval_test_the_same():
    half = stats.norm.ppf(0.975) * 0.1
    made = ask_interval(0.25, 0.25 - half, 0.25 + half, stats.norm.ppf(0.975))
    assert made.p_value == pytest.approx(ask_number(0.25, 0.1, 1e9).p_value, rel=1e-6)
    assert made.p_value == pytest.approx(2 * stats.norm.sf(2.5))
    assert math.isnan(ask_number(0.2, 0.0, 10.0).p_value)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
@pytest.mark.parametrize("apart", [0.0, 8.0])
def test_any_false_statement_stays_below_the_error_whatever_the_dependence(correlation, apart):
    """Nothing differs, or one format is ahead by far and all else is alike."""
    rng, n = np.random.default_rng(5), 1500
    names = ("within", "skill", "social", "end", "week.24", "week.12", "attention", "hours")
    means = rng.standard_normal((n, 3))
    z = np.stack([means[:, b] - means[:, a] for a, b in ((0, 1), (0, 2), (1, 2))], axis=1)
    z = z / math.sqrt(2) + np.array([apart, 0.0, -apart])
    noise = math.sqrt(1 - correlation) * rng.standard_normal((n, len(names), 3))
    noise += math.sqrt(correlation) * rng.standard_normal((n, 1, 3))
    p_main, p_rest = (2 * stats.norm.sf(abs(values)) for values in (z, noise))
    wrong = 0
    for p, sign, rest, above in zip(p_main, z > 0, p_rest, noise > 0, strict=True):
        adjusted = adjust_shaffer(p)
        ahead = [p[k] < find_level(p[k], adjusted[k], False, S) for k in range(3)]
        sides = ["" if not a else "this" if sign[k] else "than" for k, a in enumerate(ahead)]
        asked = {
            name: tuple(Difference(*found) for found in zip(rest[k], above[k], strict=True))
            for k, name in enumerate(names)
        }
        false_main = ahead[1] if apart else any(ahead)
        wrong += bool(false_main or settle_family(sides, asked, S).keys)
    assert wrong / n < S.error_rate + 3 * math.sqrt(S.error_rate / n)


def test_silence_everywhere_is_no_solution():
    found = settle_family(("this", "than", "this"), everything(CERTAIN), S)
    assert {question for question, _ in found.keys} == {*REST, *PAIRWISE}
