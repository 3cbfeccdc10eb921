"""Seven claims about the formats, held against these records.

In: what was asked beside the main question, and the decisions made of it. Out: one `Claim` for
each, in a fixed order. Decisions: the claims, their estimands and their rules were written down
before any records were seen; a claim of "more" is supported when the interval says so, by the same
labels as the main answer and within the error of the whole report (`error_rate`), not supported
when a difference that matters in its favour is ruled out, and otherwise nobody can tell
(METHODS.md, "The claims ledger").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from analysis.comparison.home_practice import HomePractice
from analysis.comparison.rater_agreement import RaterAgreement
from analysis.comparison.result import Comparison, PairOfFormats
from analysis.comparison.subgroups import Subgroups
from analysis.decisions.decide import Decision
from analysis.decisions.error_rate import Settled
from analysis.decisions.favoured import find_doubted
from analysis.decisions.gates import Gate
from analysis.decisions.labels import Label, decide_label, printed_interval
from analysis.settings import Settings
from analysis.vocabulary import (
    AHEAD,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    NOT_SUPPORTED,
    RULES_OUT,
    SUPPORTED,
    UNTESTED,
    UNTOLD,
    ClaimId,
    ClaimReason,
    ClaimVerdict,
    Reason,
    Unit,
)

CLAIMED = ("group", "individual")
COMBINED = (("combined", "individual"), ("combined", "group"))
CLAIM_UNITS: Mapping[ClaimId, Unit] = MappingProxyType(
    {
        "H1": "rate",
        "H2": "rate",
        "H3": "rate",
        "H4": "rate",
        "H5": "rate",
        "H6": "rate",
        "H7": "levels",
    }
)


@dataclass(frozen=True)
class ClaimNumber:
    """The number behind a claim, and where it comes from.

    Attributes:
        estimate, std_error, df: in the claim's own direction: above zero speaks for it.
        n_children: children behind it, for each format compared.
        comparison: the comparison it was read from, for disclosure control; None elsewhere.
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
        unit: unit of the number.
        verdict: one of `vocabulary.ClaimVerdict`.
        reason: why, as an id.
        tested: the number (for H5 the weakest of its four); None when not tested.
        about: formats and kind of goal the number is about, for H5; "" elsewhere.
        gate: the gate that stands in the way, if one does.
        suggestive: whether the pair's own certainty is only suggestive.
    """

    id: ClaimId
    unit: Unit
    verdict: ClaimVerdict
    reason: Reason | ClaimReason
    tested: ClaimNumber | None = None
    about: str = ""
    gate: Gate | None = None
    suggestive: bool = False


def judge_claims(
    subgroups: Subgroups,
    home_practice: HomePractice,
    raters: RaterAgreement,
    main: Sequence[Decision],
    beside: Mapping[str, Sequence[Decision]],
    settled: Settled,
    settings: Settings,
) -> tuple[Claim, ...]:
    """Answer every claim.

    Args:
        subgroups: progress by kind of goal and by trait.
        home_practice: progress and practice at home.
        raters: ratings by caregivers and teachers.
        main: the study's decisions of the main pairs, for their certainty.
        beside: by kind of goal and by planned trait, the decisions of its pairs.
        settled: what may be stated of practice and of raters.
        settings: margin, levels of confidence, and the ratings a trait is read at.
    """
    kinds, traits = subgroups.kinds.kinds, subgroups.traits
    between = settings.high_rating - settings.low_rating
    skill = _Asked(kinds["skill"], beside["skill"], -1.0)
    social = _Asked(kinds["social"], beside["social"], 1.0)
    attention = _Asked(traits["attention"].comparison, beside["attention"], between)
    comfort = _Asked(traits["peer_comfort"].comparison, beside["peer_comfort"], between)
    return (
        _more("H1", skill, main, settings),
        _more("H2", social, main, settings),
        _more("H3", attention, main, settings),
        _more("H4", comfort, main, settings),
        _not_behind(skill, social, main, settings),
        _goes_with(home_practice, settled.holds("practice"), settings),
        _carries_over(raters, settled.holds("raters"), settings),
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """A comparison, what may be said of its pairs, and the claim's direction and size."""

    comparison: Comparison
    decisions: Sequence[Decision]
    sign: float

    def gate(self, pair: PairOfFormats) -> Gate | None:
        """Give the gate that withholds a pair, if one does."""
        return self.decide(pair).blocked_by

    def decide(self, pair: PairOfFormats) -> Decision:
        """Give what was decided of a pair."""
        return next(d for d in self.decisions if (d.this, d.than) == pair)


def weigh_claim(label: Label) -> tuple[ClaimVerdict, Reason | ClaimReason]:
    """Give verdict and reason for a claim that "this" is ahead, from the label of its interval.

    Args:
        label: of the number turned into the claim's direction.
    """
    if label.name == NOT_COMPARABLE:
        return UNTESTED, "few_behind"
    if label.name in AHEAD:
        return (SUPPORTED, "ahead") if label.ahead == "this" else (NOT_SUPPORTED, "reversed")
    if label.name == NO_IMPORTANT_DIFFERENCE:
        return NOT_SUPPORTED, "no_important_difference"
    if label.name == RULES_OUT and label.ahead == "than":
        return NOT_SUPPORTED, "ruled_out"
    return UNTOLD, "too_wide"


def _claim(
    id: ClaimId,
    verdict: ClaimVerdict,
    reason: Reason | ClaimReason,
    tested: ClaimNumber | None = None,
    *,
    about: str = "",
    gate: Gate | None = None,
    suggestive: bool = False,
) -> Claim:
    return Claim(id, CLAIM_UNITS[id], verdict, reason, tested, about, gate, suggestive)


def _suggestive(main: Sequence[Decision], *pairs: PairOfFormats) -> bool:
    return any(d.certainty == "suggestive" for d in main if (d.this, d.than) in pairs)


def _read(comparison: Comparison, pair: PairOfFormats, sign: float) -> ClaimNumber:
    """Read a pair's number in the claim's direction."""
    row, n = comparison.pair(*pair), comparison.means["n_children"]
    return ClaimNumber(
        sign * row["estimate"],
        abs(sign) * row["std_error"],
        row["df"],
        {f: int(n[f]) for f in n.index if n[f]},
        comparison,
    )


def _more(id: ClaimId, asked: _Asked, main: Sequence[Decision], settings: Settings) -> Claim:
    """Test that a difference between group and individual has the claimed sign."""
    blocked = asked.gate(CLAIMED)
    if asked.comparison.withheld:
        return _claim(id, UNTESTED, asked.comparison.withheld)
    if blocked:
        return _claim(id, UNTESTED, "gate", gate=blocked)
    tested = _read(asked.comparison, CLAIMED, asked.sign)
    decided = asked.decide(CLAIMED)
    doubted = find_doubted(decided.favoured, CLAIMED if asked.sign > 0 else CLAIMED[::-1])
    label = decide_label(tested.estimate, tested.std_error, tested.df, settings, doubted)
    if label.name in AHEAD and not decided.settled:
        label = Label(RULES_OUT, label.ahead)
        verdict, reason = weigh_claim(label)
        reason = "not_settled" if verdict == UNTOLD else reason
    else:
        verdict, reason = weigh_claim(label)
    if verdict == UNTOLD and decided.favoured:
        reason = "favoured"
    return _claim(id, verdict, reason, tested, suggestive=_suggestive(main, CLAIMED))


def _not_behind(
    skill: _Asked, social: _Asked, main: Sequence[Decision], settings: Settings
) -> Claim:
    """Test that combined therapy is importantly behind neither single format on either kind."""
    parts: dict[tuple[str, str], ClaimNumber] = {}
    settled = set()
    for kind, asked in (("skill", skill), ("social", social)):
        if asked.comparison.withheld:
            return _claim("H5", UNTESTED, asked.comparison.withheld)
        for pair in COMBINED:
            blocked = asked.gate(pair)
            if blocked:
                return _claim("H5", UNTESTED, "gate", gate=blocked)
            parts[kind, pair[1]] = _read(asked.comparison, pair, 1.0)
            if asked.decide(pair).settled:
                settled.add((kind, pair[1]))
    wide = {key: _wide(part, settings) for key, part in parts.items()}
    doubted = any(d.this in d.favoured for d in main if (d.this, d.than) in COMBINED)
    level = min(_narrow(part, settings)[0] for part in parts.values()) > -settings.margin
    close = level and not doubted
    behind = [key for key in parts if key in settled and wide[key][1] < 0]
    weakest = min(parts if close else behind or parts, key=lambda key: wide[key][0])
    verdict: ClaimVerdict
    reason: ClaimReason
    if close:
        verdict, reason = SUPPORTED, "not_behind"
    elif behind:
        verdict, reason = NOT_SUPPORTED, "behind"
    else:
        verdict, reason = UNTOLD, "favoured" if level else "too_wide"
    suggestive = _suggestive(main, *COMBINED)
    about = ".".join(weakest)
    return _claim("H5", verdict, reason, parts[weakest], about=about, suggestive=suggestive)


def _wide(tested: ClaimNumber, settings: Settings) -> tuple[float, float]:
    """Give a number's interval as it is printed."""
    return printed_interval(tested.estimate, tested.std_error, tested.df, settings.confidence)


def _narrow(tested: ClaimNumber, settings: Settings) -> tuple[float, float]:
    """Give the narrower interval, by which something is ruled out, as it is printed."""
    level = settings.similarity_confidence
    return printed_interval(tested.estimate, tested.std_error, tested.df, level)


def _goes_with(practice: HomePractice, settled: bool, settings: Settings) -> Claim:
    """Test that more practice goes with more progress within a child."""
    if practice.withheld:
        return _claim("H6", UNTESTED, practice.withheld)
    tested = _one_row(practice.table, settings)
    if tested is None:
        return _claim("H6", UNTESTED, "few_behind")
    if _wide(tested, settings)[0] > 0:
        if settled:
            return _claim("H6", SUPPORTED, "goes_with", tested)
        return _claim("H6", UNTOLD, "not_settled", tested)
    if _narrow(tested, settings)[1] < settings.margin:
        return _claim("H6", NOT_SUPPORTED, "ruled_out", tested)
    return _claim("H6", UNTOLD, "too_wide", tested)


def _carries_over(raters: RaterAgreement, settled: bool, settings: Settings) -> Claim:
    """Test that caregivers and teachers do not rate importantly lower."""
    if raters.withheld:
        return _claim("H7", UNTESTED, raters.withheld)
    tested = _one_row(raters.table, settings)
    if tested is None:
        return _claim("H7", UNTESTED, "few_behind")
    if _narrow(tested, settings)[0] > -settings.rater_margin:
        return _claim("H7", SUPPORTED, "not_lower", tested)
    if _wide(tested, settings)[1] < 0 and settled:
        return _claim("H7", NOT_SUPPORTED, "lower", tested)
    return _claim("H7", UNTOLD, "too_wide", tested)


def _one_row(table: pd.DataFrame, settings: Settings) -> ClaimNumber | None:
    row = table.iloc[0]
    if not row["std_error"] > 0 or not row["df"] >= settings.compare_df:
        return None
    n = {"all": int(row["n_children"])}
    return ClaimNumber(row["estimate"], row["std_error"], row["df"], n)
