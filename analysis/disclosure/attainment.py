"""How soon? Through the door: goals at the expected level, of 100, by week 12 and 24."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.decisions.other_pairs import decide_other
from analysis.disclosure.comparisons import (
    Row,
    blocking_gate,
    may_show_comparison,
    publish_other_means,
    publish_other_pairs,
)
from analysis.disclosure.rules import round_half_up
from analysis.words import attainment as words
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

OF = 100
HAZARD_COLUMNS = 9
HELD_BACK = "Too few children in a format to print this."


def publish_soon(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give shares of goals attained by week, as natural frequencies of 100.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    shares, pairs, sentences = [], [], []
    for week in study.attainment.by_week:
        own_shares, own_pairs = _publish_week(week, study, book)
        shares += own_shares
        pairs += own_pairs
        if own_shares:
            sentences.append(book.say(words.say_shares(week, own_shares)))
    withheld = None
    if not shares:
        withheld = book.say(words.say_soon_withheld(study.attainment.withheld or HELD_BACK))
        pairs = []
    method = book.say(words.say_soon_method(study.settings.review_weeks))
    return {
        "of": OF,
        "weeks": sorted({row["week"] for row in shares}),
        "shares": shares,
        "pairs": pairs,
        "sentences": [*sentences, method] if sentences else [],
        "withheld": withheld,
    }


def _publish_week(week: int, study: Study, book: SentenceBook) -> tuple[list[Row], list[Row]]:
    comparison, settings = study.attainment.by_week[week], study.settings
    if comparison.withheld or not may_show_comparison(comparison, settings, _columns(study)):
        return [], []
    decisions = decide_other(comparison, study.cohort.table, settings, study.findings.decisions)
    found = publish_other_pairs(comparison, decisions, settings, n_more_columns=_columns(study))
    means = publish_other_means(comparison, found, settings, _columns(study))
    shares = [
        {
            "week": week,
            "format": row["format"],
            "of_100": _of_100(row["estimate"]),
            "low": _of_100(row["conf_low"]),
            "high": _of_100(row["conf_high"]),
        }
        for row in means
        if row["shown"]
    ]
    pairs = []
    for row, decision in zip(found, decisions, strict=True):
        pair = {
            "week": week,
            "id": row["id"],
            "this": row["this"],
            "than": row["than"],
            "shown": row["shown"],
            "difference": _of_100(row["estimate"]),
            "low": _of_100(row["conf_low"]),
            "high": _of_100(row["conf_high"]),
        }
        gate = blocking_gate(decision, settings)
        pair["sentence"] = book.say(words.say_share_pair(week, pair, gate))
        pairs.append(pair)
    return shares, pairs


def _columns(study: Study) -> int:
    return HAZARD_COLUMNS + len(study.covariates.centred.columns)


def _of_100(value: object) -> int | None:
    return None if value is None else int(round_half_up(OF * float(value)))
