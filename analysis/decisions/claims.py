"""Seven claims about the formats, held against these records.

In: the study's stages. Out: one `Claim` for each, in a fixed order. Decisions taken here: the
claims, their estimands and their rules were written down before any records were seen; a
claim of "more" is supported when the 95% interval says so and by the same labels as the main
answer, not supported when a difference that matters in its favour is ruled out, and otherwise
nobody can tell (METHODS.md, "The claims ledger").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.comparison.home_practice import Practice
from analysis.comparison.rater_agreement import CarryOver
from analysis.comparison.result import RATE_UNIT, Comparison
from analysis.comparison.subgroup_traits import LEVELS
from analysis.comparison.subgroups import Depends
from analysis.decisions.decide import Decision, Findings
from analysis.decisions.gates import Gate
from analysis.decisions.labels import (
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
    decide_label,
    narrower,
)
from analysis.decisions.other_pairs import decide_other
from analysis.models.results import student_quantile
from analysis.settings import Settings

SUPPORTED = "supported"
NOT_SUPPORTED = "not supported"
CANNOT_TELL = "cannot tell"
CANNOT_TEST = "cannot be tested"
Pair = tuple[str, str]
VERDICTS = (SUPPORTED, NOT_SUPPORTED, CANNOT_TELL, CANNOT_TEST)

AHEAD = (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN)
CLAIMED = ("group", "individual")
COMBINED = (("combined", "individual"), ("combined", "group"))
BETWEEN = LEVELS["high"] - LEVELS["low"]
TOO_FEW = "too few children stand behind it"


@dataclass(frozen=True)
class ClaimNumber:
    """The number behind a claim, and where it comes from.

    Attributes:
        estimate, std_error, df: in the claim's own direction: above zero speaks for it.
        n_children: children behind it, for each format compared.
        comparison: the comparison it was read from, for the disclosure door; None elsewhere.
    """

    estimate: float
    std_error: float
    df: float
    n_children: Mapping[str, int]
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Claim:
    """One claim and its answer.

    Attributes:
        id: "H1" to "H7".
        text: the claim.
        estimand: what was estimated to test it.
        unit: unit of the number.
        verdict: one of `VERDICTS`.
        reason: why, as a short stable name; for a claim that cannot be tested, a clause.
        tested: the number (for H5 the weakest of its four); None when not tested.
        about: formats and kind of goal the number is about, for H5; "" elsewhere.
        gate: the gate that stands in the way, if one does.
        suggestive: whether the pair's own certainty is only suggestive.
    """

    id: str
    text: str
    estimand: str
    unit: str
    verdict: str
    reason: str
    tested: ClaimNumber | None = None
    about: str = ""
    gate: Gate | None = None
    suggestive: bool = False


CLAIMS = {
    "H1": (
        "Skill goals (self-care, motor, sensory) move further in individual than in group therapy.",
        "Difference in the rate of skill goals, individual minus group, traits allowed for",
        RATE_UNIT,
    ),
    "H2": (
        "Social goals (social, emotional, communication) move further in group than in individual "
        "therapy.",
        "Difference in the rate of social goals, group minus individual, traits allowed for",
        RATE_UNIT,
    ),
    "H3": (
        "The lower a child's attention, the more individual therapy is ahead of group therapy.",
        "Shift of the difference group minus individual from a rating of 2 to one of 4 in "
        "attention",
        RATE_UNIT,
    ),
    "H4": (
        "The more comfortable a child is with other children, the more group therapy is ahead of "
        "individual therapy.",
        "Shift of the difference group minus individual from a rating of 2 to one of 4 in comfort "
        "with other children",
        RATE_UNIT,
    ),
    "H5": (
        "Combined therapy is not importantly behind the better single format, on skill goals or on "
        "social goals.",
        "Difference in rate, combined minus each single format, for each kind of goal; the lowest "
        "of the four",
        RATE_UNIT,
    ),
    "H6": (
        "Home practice goes with faster progress.",
        "Difference in the rate between a child's own intervals, for half an hour of practice a "
        "week more",
        RATE_UNIT,
    ),
    "H7": (
        "Gains carry over: caregivers and teachers see the levels that therapists see.",
        "Difference in level between ratings by caregivers or teachers and by therapists, same "
        "goal, same time",
        "levels",
    ),
}


def judge_claims(
    table: pd.DataFrame,
    depends: Depends,
    practice: Practice,
    carry_over: CarryOver,
    findings: Findings,
    settings: Settings,
) -> tuple[Claim, ...]:
    """Answer every claim.

    Args:
        table: `Cohort.table`.
        depends: progress by kind of goal and by trait.
        practice: progress and practice at home.
        carry_over: ratings by caregivers and teachers.
        findings: the study's decisions, for its gates.
        settings: margin and levels of confidence.
    """
    kinds, traits = depends.kinds.kinds, depends.traits
    asked = {
        "H1": _Asked(kinds["skill"], table[table["n_skill"] > 0], -1.0),
        "H2": _Asked(kinds["social"], table[table["n_social"] > 0], 1.0),
    }
    for id, trait in (("H3", "attention"), ("H4", "peer_comfort")):
        rated = table[table[trait].notna()]
        asked[id] = _Asked(traits[trait].comparison, rated, BETWEEN)
    return (
        *(_more(id, question, findings, settings) for id, question in asked.items()),
        _not_behind(asked["H1"], asked["H2"], findings, settings),
        _goes_with(practice, settings),
        _carries_over(carry_over, settings),
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """A comparison, the rows of the cohort it was made of, and the claim's direction and size."""

    comparison: Comparison
    table: pd.DataFrame
    sign: float


def weigh_claim(label: Label) -> tuple[str, str]:
    """Give verdict and reason for a claim that "this" is ahead, from the label of its interval.

    Args:
        label: of the number turned into the claim's direction.
    """
    if label.name == NOT_COMPARABLE:
        return CANNOT_TEST, TOO_FEW
    if label.name in AHEAD:
        return (SUPPORTED, "ahead") if label.ahead == "this" else (NOT_SUPPORTED, "reversed")
    if label.name == NO_IMPORTANT_DIFFERENCE:
        return NOT_SUPPORTED, "no_important_difference"
    if label.name == RULES_OUT and label.ahead == "than":
        return NOT_SUPPORTED, "ruled_out"
    return CANNOT_TELL, "too_wide"


def _claim(
    id: str, verdict: str, reason: str, tested: ClaimNumber | None = None, **more: object
) -> Claim:
    return Claim(id, *CLAIMS[id], verdict, reason, tested, **more)


def _decide(asked: _Asked, findings: Findings, settings: Settings) -> dict[Pair, Decision]:
    """Decide what may be said of each pair, by the gates of the question itself."""
    decisions = decide_other(asked.comparison, asked.table, settings, findings.decisions)
    return {(d.this, d.than): d for d in decisions}


def _suggestive(findings: Findings, *pairs: Pair) -> bool:
    return any(d.certainty == "suggestive" for d in findings.decisions if (d.this, d.than) in pairs)


def _read(comparison: Comparison, pair: Pair, sign: float) -> ClaimNumber:
    """Read a pair's number in the claim's direction."""
    row, n = comparison.pair(*pair), comparison.means["n_children"]
    return ClaimNumber(
        sign * row["estimate"],
        abs(sign) * row["std_error"],
        row["df"],
        {f: int(n[f]) for f in n.index if n[f]},
        comparison,
    )


def _more(id: str, asked: _Asked, findings: Findings, settings: Settings) -> Claim:
    """Test that a difference between group and individual has the claimed sign."""
    blocked = _decide(asked, findings, settings)[CLAIMED].blocked_by
    if asked.comparison.withheld:
        return _claim(id, CANNOT_TEST, asked.comparison.withheld)
    if blocked:
        return _claim(id, CANNOT_TEST, "gate", gate=blocked)
    tested = _read(asked.comparison, CLAIMED, asked.sign)
    label = decide_label(tested.estimate, tested.std_error, tested.df, settings)
    verdict, reason = weigh_claim(label)
    return _claim(id, verdict, reason, tested, suggestive=_suggestive(findings, CLAIMED))


def _not_behind(skill: _Asked, social: _Asked, findings: Findings, settings: Settings) -> Claim:
    """Test that combined therapy is importantly behind neither single format on either kind."""
    parts: dict[tuple[str, str], ClaimNumber] = {}
    for kind, asked in (("skill", skill), ("social", social)):
        if asked.comparison.withheld:
            return _claim("H5", CANNOT_TEST, asked.comparison.withheld)
        decisions = _decide(asked, findings, settings)
        for pair in COMBINED:
            if decisions[pair].blocked_by:
                return _claim("H5", CANNOT_TEST, "gate", gate=decisions[pair].blocked_by)
            parts[kind, pair[1]] = _read(asked.comparison, pair, 1.0)
    half = {key: _half(part, settings) for key, part in parts.items()}
    low = {key: part.estimate - half[key] for key, part in parts.items()}
    narrow = [
        part.estimate - half[key] * narrower(part.df, settings) for key, part in parts.items()
    ]
    behind = [key for key, part in parts.items() if part.estimate + half[key] < 0]
    weakest = min(behind or parts, key=low.__getitem__)
    if behind:
        verdict, reason = NOT_SUPPORTED, "behind"
    elif min(narrow) > -settings.margin:
        verdict, reason = SUPPORTED, "not_behind"
    else:
        verdict, reason = CANNOT_TELL, "too_wide"
    suggestive = _suggestive(findings, *COMBINED)
    about = ".".join(weakest)
    return _claim("H5", verdict, reason, parts[weakest], about=about, suggestive=suggestive)


def _half(tested: ClaimNumber, settings: Settings) -> float:
    return float(student_quantile(settings.confidence, tested.df)) * tested.std_error


def _goes_with(practice: Practice, settings: Settings) -> Claim:
    """Test that more practice goes with more progress within a child."""
    if practice.withheld:
        return _claim("H6", CANNOT_TEST, practice.withheld)
    tested = _one_row(practice.table, settings)
    if tested is None:
        return _claim("H6", CANNOT_TEST, TOO_FEW)
    half = _half(tested, settings)
    if tested.estimate - half > 0:
        return _claim("H6", SUPPORTED, "goes_with", tested)
    if tested.estimate + half * narrower(tested.df, settings) < settings.margin:
        return _claim("H6", NOT_SUPPORTED, "ruled_out", tested)
    return _claim("H6", CANNOT_TELL, "too_wide", tested)


def _carries_over(carry_over: CarryOver, settings: Settings) -> Claim:
    """Test that caregivers and teachers do not rate importantly lower."""
    if carry_over.withheld:
        return _claim("H7", CANNOT_TEST, carry_over.withheld)
    tested = _one_row(carry_over.table, settings)
    if tested is None:
        return _claim("H7", CANNOT_TEST, TOO_FEW)
    half = _half(tested, settings)
    if tested.estimate - half * narrower(tested.df, settings) > -settings.margin:
        return _claim("H7", SUPPORTED, "not_lower", tested)
    if tested.estimate + half < 0:
        return _claim("H7", NOT_SUPPORTED, "lower", tested)
    return _claim("H7", CANNOT_TELL, "too_wide", tested)


def _one_row(table: pd.DataFrame, settings: Settings) -> ClaimNumber | None:
    row = table.iloc[0]
    if not row["std_error"] > 0 or not row["df"] >= settings.compare_df:
        return None
    n = {"all": int(row["n_children"])}
    return ClaimNumber(row["estimate"], row["std_error"], row["df"], n)
