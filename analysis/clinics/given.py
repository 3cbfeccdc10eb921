"""What one clinic brings to an answer of several: its differences, how exact they are, its terms.

In: a clinic's published summary. Out: `Given`. Decisions: a report carries nothing for this beyond
what it prints; a standard error is worked out from the printed range, with degrees of freedom in
the middle of the printed step, or none where they are not printed (then the largest error that the
range allows); a pair that the clinic does not show brings nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.disclosure.fields import FormatId, PairId, Trait
from analysis.disclosure.rows import Interval, Measure
from analysis.disclosure.rules import DF_STEPS
from analysis.disclosure.summary import Summary
from analysis.models.results import student_quantile

MAIN, WITHIN, ATTAINED = "main", "within", "attained"
QUESTIONS = (MAIN, WITHIN, ATTAINED)
SUGGESTIVE = "suggestive"
# Half of the last printed digit: what a printed range of no width may be wide.
LEAST_ERROR = {MAIN: 0.005, WITHIN: 0.005, ATTAINED: 0.5}


@dataclass(frozen=True)
class Brought:
    """One difference that a clinic brings.

    Attributes:
        estimate: first format minus second.
        std_error: its standard error.
        lean: whether the clinic's report asks to lean on it lightly.
        weighted: the same asked by weighting; NaN where that is not printed.
    """

    estimate: float
    std_error: float
    lean: bool = False
    weighted: float = math.nan


@dataclass(frozen=True, eq=False)
class Given:
    """What one clinic brings.

    Attributes:
        name: what the person at the keyboard calls it; for messages only.
        margin, smallest_cell, measure: the terms of its report.
        choices: every other choice of its method, by name.
        version: of the program that wrote it; "" where that is not said.
        names: by what it is known again: its records, its ledger; keyed or "" .
        invented: whether it was made up.
        adjusted_for: traits adjusted for.
        counts: children compared in each format, as printed.
        brought: by question and pair.
    """

    name: str
    margin: float
    smallest_cell: int
    measure: Measure
    choices: Mapping[str, float | tuple[float, ...]]
    version: str
    names: Mapping[str, str]
    invented: bool
    adjusted_for: tuple[Trait, ...]
    counts: Mapping[FormatId, int | None]
    brought: Mapping[str, Mapping[PairId, Brought]] = field(default_factory=dict)


def take_report(summary: Summary, name: str) -> Given:
    """Give what a clinic's published summary brings.

    Args:
        summary: the summary.
        name: what the person at the keyboard calls it.
    """
    main = {
        pair.id: Brought(
            _known(pair.estimate),
            read_error(pair, summary.measure.confidence, pair.df, MAIN),
            pair.certainty == SUGGESTIVE,
            math.nan if pair.weighted is None else pair.weighted,
        )
        for pair in summary.answer.pairs
        if pair.shown and pair.estimate is not None
    }
    return Given(
        name=name,
        margin=summary.margin,
        smallest_cell=summary.smallest_cell,
        measure=summary.measure,
        choices={row.name: row.value for row in summary.method.settings},
        version=next(
            (row.value or "" for row in summary.method.versions if row.name == PROGRAM), ""
        ),
        names={"records": summary.records.id, "ledger": summary.ledger, "report": summary.report},
        invented=summary.invented,
        adjusted_for=summary.cohort.adjusted_for,
        counts={row.format: row.n_children for row in summary.answer.counts if row.format != "all"},
        brought={MAIN: main, WITHIN: _take_within(summary), ATTAINED: _take_attained(summary)},
    )


PROGRAM = "therapy-formats"


def _take_within(summary: Summary) -> dict[PairId, Brought]:
    if summary.subgroups is None:
        return {}
    level = summary.measure.confidence
    return {
        pair.id: Brought(_known(pair.estimate), read_error(pair, level, None, WITHIN))
        for pair in summary.subgroups.within_child.pairs
        if pair.shown and pair.estimate is not None
    }


def _take_attained(summary: Summary) -> dict[PairId, Brought]:
    if summary.attainment is None or not summary.attainment.weeks:
        return {}
    found, last = {}, summary.measure.horizon_weeks
    for pair in summary.attainment.pairs:
        if pair.shown and pair.difference is not None and pair.week == last:
            row = Interval(estimate=pair.difference, conf_low=pair.low, conf_high=pair.high)
            error = read_error(row, summary.measure.confidence, None, ATTAINED)
            found[pair.id] = Brought(float(pair.difference), error)
    return found


def read_error(row: Interval, confidence: float, df: float | None, question: str) -> float:
    """Give the standard error that a printed range was made of.

    Args:
        row: estimate and interval as printed.
        confidence: level of the interval.
        df: degrees of freedom as printed, the lower end of their step; None where they are not.
        question: one of `QUESTIONS`, whose last printed digit is known.
    """
    half = (_known(row.conf_high) - _known(row.conf_low)) / 2
    quantile = float(student_quantile(confidence, middle_df(df)))
    return max(half, LEAST_ERROR[question]) / quantile


def middle_df(df: float | None) -> float:
    """Give the middle of the step that printed degrees of freedom are the lower end of."""
    if df is None or df >= DF_STEPS[-1]:
        return math.inf
    above = min(step for step in DF_STEPS if step > df)
    return (df + above) / 2


def _known(value: float | None) -> float:
    if value is None:
        raise ValueError("A pair that is shown has all of its numbers.")
    return float(value)


def sum_counts(given: Sequence[Given], name: FormatId) -> tuple[int | None, int]:
    """Give the children of a format over the clinics that print them, and how many clinics do."""
    known = [n for one in given if (n := one.counts.get(name)) is not None]
    return (sum(known) if known else None), len(known)
