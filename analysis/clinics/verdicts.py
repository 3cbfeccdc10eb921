"""What may be said of several clinics together: the gates of a network, labels, one error.

In: pooled questions. Out: published rows. Decisions: the labels, levels and margin are those of a
clinic's own report; a pair needs three clinics that compared it themselves; "ahead" needs a
difference that is settled with all else that is asked, that is found by weighting too, and of which
half is left without any one clinic; an answer is suggestive where one clinic has more than half of
the weight, where clinics differ much, or where most of the weight comes from clinics whose own
reports ask for care.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.clinics.given import ATTAINED, MAIN, WITHIN
from analysis.clinics.pooled import PAIR_IDS, Pooled, PooledRow
from analysis.clinics.rows import PooledPair, Question, QuestionId, Weakness, Why
from analysis.decisions.error_rate import (
    NOT_ASKED,
    Difference,
    Settled,
    Side,
    find_level,
    settle_family,
)
from analysis.decisions.labels import Label, agrees, decide_label, narrower
from analysis.disclosure.fields import PAIR_NAMES, FormatId, PairId, Week, one_of
from analysis.disclosure.rules import leaves_out_zero, show_estimate, show_in_fives
from analysis.models.multiplicity import adjust_shaffer
from analysis.models.results import student_quantile
from analysis.network_choices import NetworkChoices
from analysis.settings import Settings
from analysis.vocabulary import (
    AHEAD,
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NOT_COMPARABLE,
    RULES_OUT,
)

FORMATS_OF: Mapping[PairId, tuple[FormatId, FormatId]] = {
    id: (this, than) for id, this, than in PAIR_NAMES.values()
}
DECIMALS = {MAIN: 2, WITHIN: 2, ATTAINED: 0}


@dataclass(frozen=True)
class Judged:
    """What may be said of one pair: its label, what keeps it back, what weakens it."""

    label: Label
    why: Why | None = None
    weak: tuple[Weakness, ...] = ()


def judge_questions(
    pooled: Mapping[str, Pooled], settings: Settings, choices: NetworkChoices, last_week: Week
) -> tuple[Question, ...]:
    """Give every question of a network with what may be said of it.

    Args:
        pooled: by question, see `given.QUESTIONS`; the main one is there.
        settings: margin, levels and shares of the error, as in a clinic's report.
        choices: the gates of a network.
        last_week: the last week compared, whose share attained is asked.
    """
    judged = {id: judge_pairs(pooled[id], id, settings, choices) for id in pooled}
    sides = tuple(_side(judged[MAIN][id]) for id in PAIR_IDS)
    asked = {
        WITHIN: tuple(_difference(pooled, judged, WITHIN, id) for id in PAIR_IDS),
        f"week.{last_week}": tuple(_difference(pooled, judged, ATTAINED, id) for id in PAIR_IDS),
    }
    settled = settle_family(sides, asked, settings)
    names = {WITHIN: WITHIN, ATTAINED: f"week.{last_week}"}
    return tuple(
        _publish_question(
            id,
            pooled[id],
            judged[id],
            settled if id in names else None,
            names.get(id, ""),
            settings,
        )
        for id in pooled
    )


def judge_pairs(
    pooled: Pooled, question: str, settings: Settings, choices: NetworkChoices
) -> dict[PairId, Judged]:
    """Give what may be said of each pair of one question, before the family of all is asked.

    Args:
        pooled: the question, pooled.
        question: one of `given.QUESTIONS`.
        settings: as in a clinic's report.
        choices: the gates of a network.
    """
    open_pairs = [
        id for id in PAIR_IDS if id in pooled.rows and pooled.n_direct[id] >= choices.fewest_clinics
    ]
    p_values = [pooled.rows[id].p_value if id in open_pairs else math.nan for id in PAIR_IDS]
    adjusted = dict(zip(PAIR_IDS, adjust_shaffer(p_values).tolist(), strict=True))
    found: dict[PairId, Judged] = {}
    for id in PAIR_IDS:
        if id not in open_pairs:
            why: Why = "few_clinics" if pooled.n_direct[id] else "never_met"
            found[id] = Judged(Label(NOT_COMPARABLE), why)
            continue
        row = pooled.rows[id]
        weak = _find_weaknesses(
            row, pooled.spread if question != ATTAINED else 0.0, settings, choices
        )
        if question == ATTAINED:
            found[id] = Judged(Label(CANNOT_TELL), None, weak)
        else:
            level = math.inf
            if question == MAIN:
                level = find_level(row.p_value, adjusted[id], len(open_pairs) == 1, settings)
            found[id] = _judge(row, level, weak, settings, choices)
    return found


def _judge(
    row: PooledRow,
    level: float,
    weak: tuple[Weakness, ...],
    settings: Settings,
    choices: NetworkChoices,
) -> Judged:
    label, why = decide_label(row.estimate, row.std_error, row.df, settings), None
    half = float(student_quantile(settings.confidence, row.df)) * row.std_error
    asked = {"estimate": row.estimate, "conf_low": row.estimate - half}
    asked["conf_high"] = row.estimate + half
    reason: Why | None = why
    if half > settings.precision_multiple * settings.margin:
        label, reason = Label(CANNOT_TELL), "too_wide"
    elif label.name in AHEAD and row.p_value >= level:
        label, reason = Label(RULES_OUT, label.ahead), "not_settled"
    elif (
        label.name in AHEAD
        and math.isfinite(row.weighted)
        and not agrees(asked, {"estimate": row.weighted}, settings)
    ):
        label, reason = Label(DEPENDS, label.ahead), "other_adjustment"
    elif label.name in AHEAD and _rests_on_one(row, choices):
        label, reason = Label(DEPENDS, label.ahead), "rests_on_one"
    if weak and label.name == FASTER_IMPORTANT:
        label = Label(FASTER_SIZE_UNCERTAIN, label.ahead)
    return Judged(label, reason, weak)


def _rests_on_one(row: PooledRow, choices: NetworkChoices) -> bool:
    """Tell whether less than half of the difference is left without some clinic."""
    return any(
        not math.copysign(1, row.estimate) * mean >= choices.kept_share * abs(row.estimate)
        for mean in row.without
    )


def _find_weaknesses(
    row: PooledRow, spread: float, settings: Settings, choices: NetworkChoices
) -> tuple[Weakness, ...]:
    found: list[Weakness] = []
    if row.shares.max() > choices.largest_weight:
        found.append("one_clinic")
    if spread > choices.spread_margins * settings.margin:
        found.append("clinics_differ")
    if row.lean > choices.lean_weight:
        found.append("clinics_lean")
    return tuple(found)


def _side(judged: Judged) -> Side:
    if judged.label.name == NOT_COMPARABLE:
        return None
    return judged.label.ahead if judged.label.name in AHEAD else ""


def _difference(
    pooled: Mapping[str, Pooled],
    judged: Mapping[str, Mapping[PairId, Judged]],
    question: str,
    id: PairId,
) -> Difference:
    if question not in pooled or judged[question][id].label.name == NOT_COMPARABLE:
        return NOT_ASKED
    row = pooled[question].rows[id]
    return Difference(row.p_value, row.estimate > 0)


def _publish_question(
    id: str,
    pooled: Pooled,
    judged: Mapping[PairId, Judged],
    settled: Settled | None,
    name: str,
    settings: Settings,
) -> Question:
    pairs = tuple(
        _publish_pair(
            pair,
            pooled,
            judged[pair],
            None if settled is None else settled.holds(name, k),
            settings,
            id,
        )
        for k, pair in enumerate(PAIR_IDS)
    )
    shown = any(pair.shown for pair in pairs)
    return Question(
        id=one_of(QuestionId, id),
        pairs=pairs,
        spread=show_estimate(pooled.spread) if shown else None,
        n_clinics=pooled.n_clinics,
    )


def _publish_pair(
    id: PairId,
    pooled: Pooled,
    judged: Judged,
    holds: bool | None,
    settings: Settings,
    question: str,
) -> PooledPair:
    this, than = FORMATS_OF[id]
    label, why, n_direct = judged.label, judged.why, pooled.n_direct[id]
    if label.name == NOT_COMPARABLE:
        return PooledPair(
            id=id, this=this, than=than, label=label.name, why=why, n_clinics=n_direct
        )
    row, decimals = pooled.rows[id], DECIMALS[question]
    half = float(student_quantile(settings.confidence, row.df)) * row.std_error
    narrow = half * narrower(row.df, settings)
    low, high = row.estimate - half, row.estimate + half
    printed = [show_estimate(end, decimals) for end in (low, high)]
    settled = label.name in AHEAD if holds is None else holds and leaves_out_zero(*printed)
    if holds is not None and label.name in AHEAD and not holds:
        label, why = Label(RULES_OUT, label.ahead), "not_settled"
    others = row.without if n_direct > 3 and all(map(math.isfinite, row.without)) else None
    return PooledPair(
        id=id,
        this=this,
        than=than,
        label=label.name,
        ahead={"this": this, "than": than}.get(label.ahead),
        certainty="suggestive" if judged.weak else "clear",
        why=why,
        weak=judged.weak,
        shown=True,
        settled=settled,
        n_clinics=n_direct,
        estimate=show_estimate(row.estimate, decimals),
        conf_low=printed[0],
        conf_high=printed[1],
        narrow_low=show_estimate(row.estimate - narrow, decimals),
        narrow_high=show_estimate(row.estimate + narrow, decimals),
        df=row.df,
        p_value=show_estimate(row.p_value, 3),
        next_low=show_estimate(row.next_low, decimals),
        next_high=show_estimate(row.next_high, decimals),
        equal_estimate=show_estimate(row.equal_estimate, decimals),
        equal_low=show_estimate(row.equal_low, decimals),
        equal_high=show_estimate(row.equal_high, decimals),
        without_low=None if others is None else show_estimate(others.min(), decimals),
        without_high=None if others is None else show_estimate(others.max(), decimals),
        largest_share=show_in_fives(float(row.shares.max())),
    )
