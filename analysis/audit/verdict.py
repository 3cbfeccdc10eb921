"""Hold what came of many invented clinics against their truth and the bars.

In: a scenario, its truth and its outcomes. Out: one row of numbers, each with its Monte-Carlo
error, and a verdict for each bar. Decisions: a bar is missed when the value lies outside it by more
than two Monte-Carlo errors, so that luck is not blamed on the study and a short audit cannot pass
what a long one would fail.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from analysis.audit.scenarios import EVERYWHERE, MEASURES, Bar, Scenario
from analysis.audit.statements import is_false
from analysis.audit.trial import Outcome
from analysis.comparison.result import PAIRS
from analysis.settings import Settings
from analysis.simulation.truth import pair_name
from analysis.vocabulary import (
    AHEAD,
    FASTER_IMPORTANT,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
)

NUMBERS: tuple[Literal["estimate", "conf_low", "conf_high"], ...] = (
    "estimate",
    "conf_low",
    "conf_high",
)
ERRORS_OF_DOUBT = 2.0
SAME = 1e-9
# The truth itself is known to about this much; a difference this near the margin is the margin.
TRUTH_DOUBT = 0.005
EVERY = tuple(range(len(PAIRS)))


@dataclass(frozen=True)
class Measured:
    """One number of the audit.

    Attributes:
        value: NaN when nothing could be counted.
        error: its Monte-Carlo standard error.
        bar: smallest and largest value allowed; None where there is no limit.
    """

    value: float
    error: float
    bar: Bar = (None, None)

    @property
    def verdict(self) -> str:
        """Say "met", "missed", "open" (outside, but by luck perhaps), or "" without a bar."""
        low, high = self.bar
        if low is None and high is None:
            return ""
        if math.isnan(self.value):
            return "missed"
        outside = max(
            -math.inf if low is None else low - self.value,
            -math.inf if high is None else self.value - high,
        )
        if outside <= 0:
            return "met"
        return "missed" if outside > ERRORS_OF_DOUBT * self.error else "open"


@dataclass(frozen=True)
class Verdict:
    """What came of one scenario.

    Attributes:
        scenario: what was tried.
        n_clinics: how many clinics were invented, `n_refused` of them refused by the reader.
        measured: measure -> number, in the order of `MEASURES`.
        said: label -> share of all pairs of all clinics given it.
    """

    scenario: Scenario
    n_clinics: int
    n_refused: int
    measured: Mapping[str, Measured]
    said: Mapping[str, float]

    @property
    def missed(self) -> tuple[str, ...]:
        """The measures whose bar was missed."""
        return tuple(name for name, found in self.measured.items() if found.verdict == "missed")


def judge_scenario(
    scenario: Scenario, truth: Mapping[str, Any], outcomes: Sequence[Outcome]
) -> Verdict:
    """Count what the clinics of one scenario found and were told.

    Args:
        scenario: what the clinics were like.
        truth: what `true_contrasts` says of its design.
        outcomes: what `try_clinic` gave, in any order.
    """
    outcomes = sorted(outcomes, key=lambda outcome: outcome["number"])
    studied = [outcome for outcome in outcomes if not outcome["refused"]]
    population = truth["could_have_had_any"]
    main = _true_differences(population["rate"])
    found = _intervals(studied, "pairs") | {"truth": main}
    within = _intervals(studied, "within")
    within["truth"] = _true_differences(population["social_minus_skill"])
    attained = _intervals(studied, "attained")
    attained["truth"] = _true_differences(truth["everyone"]["attained_by_week_24"])
    said = _read_labels(studied, main, Settings().margin)
    naive = np.array([_floats(o["naive_rows"]) for o in studied]).reshape(-1, len(PAIRS))
    ever = np.array([_floats(o["naive_ever"]) for o in studied]).reshape(-1, len(PAIRS))
    numbers = {
        "compared": _share(said["comparable"]),
        "bias": _largest_bias(found["estimate"], main),
        "coverage": _share(_covers(found)),
        "false_difference": _share(_excludes_zero(found)),
        "half_width": _mean((found["conf_high"] - found["conf_low"]) / 2),
        "said_faster": _mean(said["faster"].any(axis=1).astype(float)),
        "false_faster": _share(said["false_faster"]),
        "any_false": _any_false(scenario, truth, studied),
        "false_similar": _share(said["false_similar"]),
        "false_sentence": _share(said["false_sentence"]),
        "faults": (float(np.mean([bool(o["faults"]) for o in studied] or [False])), 0.0),
        "clear": _share(said["clear"]),
        "within_bias": _largest_bias(within["estimate"], within["truth"]),
        "within_coverage": _share(_covers(within)),
        "attained_bias": _largest_bias(attained["estimate"], attained["truth"]),
        "attained_coverage": _share(_covers(attained)),
        "naive_rows": _mean((naive < 1 - Settings().confidence).any(axis=1).astype(float)),
        "naive_ever": _largest_bias(ever, main),
        "main_coverage_worst": _worst_pair(_covers(found)),
        "shown_coverage": _share(np.where(said["comparable"] == 1, _covers(found), math.nan)),
        "unnamed": _unnamed(scenario, said["faster"], studied),
    }
    bars = EVERYWHERE | scenario.bars
    return Verdict(
        scenario,
        len(outcomes),
        len(outcomes) - len(studied),
        {name: Measured(*numbers[name], bars.get(name, (None, None))) for name in MEASURES},
        {
            label: float(np.mean(said["label"] == label)) if len(studied) else math.nan
            for label in get_args(Label)
        },
    )


def _any_false(
    scenario: Scenario, truth: Mapping[str, Any], studied: Sequence[Outcome]
) -> tuple[float, float]:
    """Give the share of whole reports with a difference that is not there, and its error."""
    read = [outcome["statements"] for outcome in studied if "statements" in outcome]
    if not read:
        return math.nan, math.nan
    found = [any(is_false(said, truth, scenario.design) for said in stated) for stated in read]
    share, error = _mean(np.array(found, dtype=float))
    return share, max(error, 1 / (len(read) + 1))


def _true_differences(measure: Mapping[str, Mapping[str, float]]) -> np.ndarray:
    return np.array([measure["differences"].get(pair_name(*pair), math.nan) for pair in PAIRS])


def _floats(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _intervals(
    studied: Sequence[Outcome], what: Literal["pairs", "within", "attained"]
) -> dict[str, np.ndarray]:
    """Give (n_clinics, n_pairs) arrays of estimates and limits, NaN where not compared."""
    return {
        name: np.array([_floats([row[name] for row in o[what]]) for o in studied]).reshape(
            -1, len(PAIRS)
        )
        for name in NUMBERS
    }


def _read_labels(
    studied: Sequence[Outcome], truth: np.ndarray, margin: float
) -> dict[str, np.ndarray]:
    """Hold each published label against the truth; NaN where nothing was said."""
    shape = (len(studied), len(PAIRS))
    label = np.array([[p["label"] for p in o["pairs"]] for o in studied], dtype=object)
    label = label.reshape(shape)
    ahead = np.array([[p["ahead"] or "" for p in o["pairs"]] for o in studied], dtype=object)
    certainty = np.array(
        [[p["certainty"] or "" for p in o["pairs"]] for o in studied], dtype=object
    )
    this = np.array([pair[0] for pair in PAIRS], dtype=object)
    for_ahead = np.where(ahead.reshape(shape) == this, truth, -truth)
    faster = np.isin(label, AHEAD)
    similar = label == NO_IMPORTANT_DIFFERENCE
    comparable = label != NOT_COMPARABLE
    exists = np.broadcast_to(np.isfinite(truth), shape)
    nothing = np.broadcast_to(np.abs(truth) < SAME, shape)
    apart = np.broadcast_to(np.abs(truth) >= margin - TRUTH_DOUBT, shape)
    false_sentence = (
        (faster & (for_ahead < SAME))
        | ((label == FASTER_IMPORTANT) & (for_ahead <= margin + TRUTH_DOUBT))
        | (similar & apart)
        | ((label == RULES_OUT) & (for_ahead <= -margin))
        | (comparable & ~exists)
    )

    def among(what: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return np.where(rows, what.astype(float), math.nan)

    return {
        "label": label,
        "faster": faster,
        "comparable": among(comparable, exists),
        "false_faster": among(faster, nothing),
        "false_similar": among(similar, apart),
        "false_sentence": among(false_sentence, np.full(shape, True)),
        "clear": among(certainty.reshape(shape) == "clear", comparable & exists),
    }


def _unnamed(
    scenario: Scenario, faster: np.ndarray, studied: Sequence[Outcome]
) -> tuple[float, float]:
    """Give the share of clinics told that a format is faster, and not what is odd about them."""
    if not scenario.reasons:
        return math.nan, math.nan
    named = np.array(
        [[bool(scenario.reasons & set(p.get("rules", ()))) for p in o["pairs"]] for o in studied],
        dtype=bool,
    ).reshape(faster.shape)
    return _mean((faster & ~named).any(axis=1).astype(float))


def _covers(found: Mapping[str, np.ndarray]) -> np.ndarray:
    inside = (found["conf_low"] <= found["truth"]) & (found["truth"] <= found["conf_high"])
    return np.where(np.isfinite(found["conf_low"]), inside, math.nan)


def _excludes_zero(found: Mapping[str, np.ndarray]) -> np.ndarray:
    excludes = (found["conf_low"] > 0) | (found["conf_high"] < 0)
    return np.where(np.isfinite(found["conf_low"]), excludes, math.nan)


def _share(indicator: np.ndarray) -> tuple[float, float]:
    """Give the share over all pairs and its error, a clinic's pairs counted as one draw."""
    counted = np.isfinite(indicator)
    n = counted.sum()
    if n == 0:
        return math.nan, math.nan
    share = float(np.nansum(indicator) / n)
    residual = np.where(counted, indicator - share, 0.0).sum(axis=1)
    # A share of exactly 0 or 1 has no spread; one clinic in n + 1 bounds what was not seen.
    least = 1 / (n + 1)
    return share, max(float(np.sqrt((residual**2).sum()) / n), least)


def _mean(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return math.nan, math.nan
    return float(known.mean()), float(known.std() / np.sqrt(len(known)))


def _by_pair(values: np.ndarray) -> list[tuple[float, float]]:
    return [pair for pair in (_mean(values[:, k]) for k in EVERY) if not math.isnan(pair[0])]


def _largest_bias(estimate: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Give the largest absolute bias of the pairs, and that pair's error."""
    return max(
        ((abs(mean), error) for mean, error in _by_pair(estimate - truth)),
        default=(math.nan, math.nan),
    )


def _worst_pair(covers: np.ndarray) -> tuple[float, float]:
    return min(_by_pair(covers), default=(math.nan, math.nan))
