"""One family, one error: which differences a report may state.

In: the decisions of the main pairs, and the p-value of every other difference that a sentence
could state. Out: `Settled`, the differences that may be stated. Decisions: all of them together
state a false one in at most `Settings.error_rate` of reports in which nothing differs, whatever
their dependence: a Bonferroni graph with fixed shares (Bretz, Maurer, Brannath & Posch 2009,
Statistics in Medicine 28:586, 10.1002/sim.3495; Bretz, Maurer & Maca 2014 give the sharing among
families). The main pairs have nearly all of the error; a pair that is not settled there is settled
nowhere else; what is left is shared by fixed weights, and what is settled passes its share on
(METHODS.md, "One family, one error").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, stdtr

from analysis.comparison.result import PAIRS, Comparison, Row
from analysis.settings import Settings

Key = tuple[str, int]
Side = Literal["this", "than", ""] | None
SAME = 1e-9
WITHIN = "within"
KINDS = ("skill", "social")
TRAITS = ("attention", "peer_comfort")
REST = (WITHIN, *TRAITS, "practice", "raters", "hours", "areas")


@dataclass(frozen=True)
class Difference:
    """A difference that a sentence could state.

    Attributes:
        p_value: two-sided; NaN when there is none.
        above: whether the estimate lies above zero.
    """

    p_value: float
    above: bool

    @property
    def known(self) -> bool:
        """Whether it can be stated at all."""
        return math.isfinite(self.p_value)

    def towards(self, above: bool) -> float:
        """Give the one-sided p-value of a difference in a direction known beforehand."""
        return self.p_value / 2 if self.known and self.above == above else 1.0


NOT_ASKED = Difference(math.nan, above=False)
Questions = Mapping[str, Sequence[Difference]]


@dataclass(frozen=True)
class Settled:
    """Which differences may be stated: (question, place of the pair or row)."""

    keys: frozenset[Key] = frozenset()

    def holds(self, question: str, place: int = 0) -> bool:
        """Tell whether a difference may be stated."""
        return (question, place) in self.keys


def find_level(p_value: float, p_adjusted: float, alone: bool, settings: Settings) -> float:
    """Give the p-value below which a main pair is settled.

    Shaffer's rule at the main pairs' share of the error; once one pair is settled, of the other
    two one at most can be alike, and both are asked at `Settings.next_share` of it.

    Args:
        p_value: of the pair.
        p_adjusted: the same, adjusted by `adjust_shaffer`.
        alone: whether it is the only pair there is.
        settings: the error of the report and its shares.
    """
    level = settings.error_rate * settings.main_share
    if alone or not p_value > 0:
        return level if alone else level / len(PAIRS)
    times = min(max(p_adjusted / p_value, 1.0), float(len(PAIRS)))
    if times > len(PAIRS) - SAME:
        return level / len(PAIRS)
    return min(level / times, level * settings.next_share)


def is_settled(row: Row, primary: Comparison, settings: Settings) -> bool:
    """Tell whether the difference of a main pair is beyond chance, beside all that is compared.

    Args:
        row: the pair in the main comparison.
        primary: the main comparison.
        settings: the error of the report and its shares.
    """
    alone = int(np.isfinite(primary.by_pair["p_value"]).sum()) == 1
    return bool(row["p_value"] < find_level(row["p_value"], row["p_adjusted"], alone, settings))


def ask_pairs(comparison: Comparison, withheld: Sequence[bool]) -> tuple[Difference, ...]:
    """Give what a comparison tests, one for each pair.

    Args:
        comparison: any comparison beside the main one.
        withheld: whether each pair is withheld, and so not tested.
    """
    rows = [comparison.pair(*pair) for pair in PAIRS]
    return tuple(
        NOT_ASKED if away else Difference(float(row["p_value"]), bool(row["estimate"] > 0))
        for row, away in zip(rows, withheld, strict=True)
    )


def ask_number(estimate: float, std_error: float, df: float) -> Difference:
    """Give what a number tests that is held against zero.

    Args:
        estimate: the number.
        std_error: its standard error.
        df: its degrees of freedom.
    """
    if not (math.isfinite(estimate) and std_error > 0 and df > 0):
        return NOT_ASKED
    return Difference(float(2 * stdtr(df, -abs(estimate) / std_error)), estimate > 0)


def ask_interval(estimate: float, low: float, high: float, quantile: float) -> Difference:
    """Give what an interval tests that was not made of a standard error.

    The distance to the end nearer zero stands for the quantile times the standard error.

    Args:
        estimate: the number.
        low: lower end of its interval.
        high: upper end.
        quantile: of the normal distribution, at the interval's level of confidence.
    """
    half = estimate - low if estimate > 0 else high - estimate
    if not half > 0:
        return NOT_ASKED
    return Difference(float(2 * ndtr(-quantile * abs(estimate) / half)), estimate > 0)


def settle_family(main: Sequence[Side], asked: Questions, settings: Settings) -> Settled:
    """Decide which differences beside the main ones may be stated.

    Args:
        main: for each main pair "this" or "than" where that format is ahead, "" where neither
            is, None where the pair is not compared.
        asked: by question, what is tested: "within", "skill", "social", "end", "week.12",
            "week.24", the planned traits and "hours" have one for each pair of `PAIRS`;
            "practice" and "raters" have one; "areas" one for each area of the pair told about.
            A question that was not asked is left out.
        settings: the error of the whole report and how it is shared.
    """
    compared = [k for k, side in enumerate(main) if side is not None]
    ahead = [k for k in compared if main[k]]
    of_main = settings.error_rate * settings.main_share if compared else 0.0
    rest, each = settings.error_rate - of_main, 0.0
    if ahead and len(ahead) == len(compared):
        # Nothing is left for the main pairs to state: half goes to the rest, half to these pairs.
        each, rest = of_main / 2 / len(ahead), rest + of_main / 2
    elif ahead:
        # Of the pairs left one at most can be alike, and keeps its share.
        each = of_main * (1 - settings.next_share) / (len(compared) - 1)
    keys: set[Key] = set()
    for k in ahead:
        keys |= _follow_pair(k, main[k] == "this", asked, each)
    return Settled(frozenset(keys | _settle_rest(asked, rest, settings)))


def _follow_pair(k: int, above: bool, asked: Questions, level: float) -> set[Key]:
    """Settle what else is asked of a pair that is ahead, in the same direction only.

    Half of the level goes down a fixed order, one after the other, until one is not settled; half
    to the kinds of goal.
    """
    weeks = sorted((q for q in asked if q.startswith("week.")), key=lambda q: -int(q[5:]))
    found: set[Key] = set()
    for question in (*weeks[:1], "end", *weeks[1:]):
        tested = _at(asked, question, k)
        if not tested.known:
            continue
        if tested.towards(above) >= level / 2:
            break
        found.add((question, k))
    return found | _settle_kinds(k, dict.fromkeys(KINDS, above), asked, level / 2)


def _settle_kinds(k: int, above: Mapping[str, bool], asked: Questions, level: float) -> set[Key]:
    """Settle the kinds of goal of a pair, each in its direction, by Holm's rule."""
    p_values = {(kind, k): _at(asked, kind, k).towards(above[kind]) for kind in KINDS}
    return settle_weighted(p_values, dict.fromkeys(p_values, 1.0), level)[0]


def _settle_rest(asked: Questions, level: float, settings: Settings) -> set[Key]:
    """Settle what does not follow a main pair: Holm's rule with fixed weights."""
    weights: dict[Key, float] = {}
    for question, share in zip(REST, settings.rest_shares, strict=True):
        places = _places(question, asked)
        weights |= {(question, k): share / len(places) for k in places}
    p_values = {key: _p_value(asked, *key) for key in weights}
    found, kept = settle_weighted(p_values, weights, level, keep=WITHIN)
    for question, k in [key for key in found if key[0] in TRAITS]:
        # Of the other two pairs one at most can be alike.
        level = kept[question, k]
        found |= {(question, j) for j in range(len(PAIRS)) if _p_value(asked, question, j) < level}
    for _, k in [key for key in found if key[0] == WITHIN]:
        found |= _follow_within(k, asked, kept[WITHIN, k] / 2)
    return found


def _follow_within(k: int, asked: Questions, level: float) -> set[Key]:
    """Settle the other pairs and the kinds of goal once a child against itself is settled.

    Of the other two pairs one at most can be alike.
    """
    others = [j for j in range(len(PAIRS)) if j != k]
    found = {(WITHIN, j) for j in others if _p_value(asked, WITHIN, j) < level}
    social_above = _at(asked, WITHIN, k).above
    above = {"social": social_above, "skill": not social_above}
    return found | _settle_kinds(k, above, asked, level)


def settle_weighted(
    p_values: Mapping[Key, float], weights: Mapping[Key, float], level: float, keep: str = ""
) -> tuple[set[Key], dict[Key, float]]:
    """Settle by Holm's rule with weights: what is settled passes its share on.

    The complete graph of Bretz et al. 2009, each share going to the others by their weights.

    Args:
        p_values: by key.
        weights: by key, above zero.
        level: the error they share.
        keep: a question whose share, once settled, stays with what follows from it.

    Returns:
        The keys settled, and the level at which each was.
    """
    left, found, at = dict(weights), set[Key](), dict[Key, float]()
    while left:
        total = sum(left.values())
        own = {key: level * weight / total for key, weight in left.items()}
        settled = next((key for key in left if p_values[key] < own[key]), None)
        if settled is None:
            break
        found.add(settled)
        at[settled] = own[settled]
        if settled[0] == keep:
            level -= own[settled]
        del left[settled]
    return found, at


def _places(question: str, asked: Questions) -> list[int]:
    """Give which places of a question share its weight: one pair only for traits and kinds."""
    known = [k for k, tested in enumerate(asked.get(question, ())) if tested.known]
    return known if question in ("hours", "areas") else known[:1]


def _at(asked: Questions, question: str, k: int) -> Difference:
    found: Iterable[Difference] = asked.get(question, ())
    return next((tested for j, tested in enumerate(found) if j == k), NOT_ASKED)


def _p_value(asked: Questions, question: str, k: int) -> float:
    tested = _at(asked, question, k)
    return tested.p_value if tested.known else 1.0
