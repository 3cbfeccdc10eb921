"""Tables beside the answer: how goals moved, does it depend, how soon, at what effort.

In: a `Summary`. Out: a `Table`, one function for each. Decisions: a section that the study was not
asked has a table that says so.
"""

from __future__ import annotations

from analysis.disclosure.rows import AttainedShare, EffortMean, WeekMean
from analysis.disclosure.summary import Summary
from analysis.tables.layout import (
    HIDDEN,
    Table,
    name_format,
    name_pair,
    put_in_table,
    spell_count,
    spell_estimate,
    spell_formats,
    spell_number,
    spell_range,
    spell_signed,
)
from analysis.wording import TRAIT_NAMES, number, sentence_case
from analysis.words.claims import CLAIMS
from analysis.words.credibility import CARD_TITLES, fill_cards
from analysis.words.phrases import every, range_name, spell_mean, spell_unit

MEASURES = {
    "gain": "Gain to the last review, levels",
    "sessions": "Sessions attended",
    "hours": "Therapist hours",
    "per_session": "Gain for 10 sessions, levels",
    "per_hour": "Gain for 10 therapist hours, levels",
}
WHOLE = ("sessions", "hours")


def tabulate_progress(summary: Summary) -> Table:
    """Tabulate the mean level by week in each format."""
    found = summary.progress.by_week
    rows = [
        {"Week": str(week)}
        | spell_formats({row.format: _spell_mean(row) for row in found if row.week == week})
        for week in dict.fromkeys(row.week for row in found)
    ]
    return put_in_table(
        summary,
        "progress",
        rows,
        "Mean level by week, as the children came",
        "Level from −2 to +2 (children reviewed); nothing is allowed for here",
    )


def _spell_mean(row: WeekMean) -> str:
    if row.mean is None:
        return HIDDEN
    return f"{spell_mean(row)} ({spell_count(row.n_children)})"


def tabulate_t_scores(summary: Summary) -> Table:
    """Tabulate T-scores at the start and at the latest review."""
    rows = [
        {
            "Format": name_format(row.format),
            "When": "at the start" if row.when == "start" else "latest review",
            "Mean": spell_number(row.mean, 0),
            "Standard deviation": spell_number(row.sd, 0),
            "Children": spell_count(row.n_children),
        }
        for row in summary.progress.t_scores
    ]
    return put_in_table(
        summary,
        "t-scores",
        rows,
        "T-scores, for readers who know them",
        "Kiresuk-Sherman T; grows with the number of goals, so formats are never compared by it",
    )


def tabulate_within_child(summary: Summary) -> Table:
    """Tabulate the test of each child against itself."""
    rows = None
    if summary.subgroups is not None:
        rows = [
            {
                "Formats": name_pair(pair),
                "Social less skill": spell_signed(pair.estimate),
                range_name(summary): spell_range(pair),
            }
            for pair in summary.subgroups.within_child.pairs
        ]
    return put_in_table(
        summary,
        "within-child",
        rows,
        "Each child against itself",
        "How much further social goals moved than the same child's skill goals, levels "
        f"{every(summary)}, first format minus second",
    )


def tabulate_credibility(summary: Summary) -> Table:
    """Tabulate how credible each dependence is."""
    rows = None
    if summary.subgroups is not None:
        rows = [
            {
                "It depends on": CARD_TITLES[card.id],
                "Credibility": card.rating or "nothing to rate",
                "Why": summary.texts[f"depends.credibility.{card.id}"],
            }
            for card in fill_cards(summary)
        ]
    return put_in_table(
        summary,
        "credibility",
        rows,
        "How credible is it that the answer depends on something?",
        "After ICEMAN; never above moderate, because children were not assigned at random",
    )


def tabulate_soon(summary: Summary) -> Table:
    """Tabulate how many of 100 goals were reached by each week."""
    part, rows = summary.attainment, None
    if part is not None:
        rows = [
            {"By week": str(week)}
            | spell_formats(
                {row.format: _spell_share(row) for row in part.shares if row.week == week}
            )
            for week in part.weeks
        ]
    return put_in_table(
        summary,
        "soon",
        rows,
        "How soon goals reach the expected level",
        f"Of 100 goals of children like these ({range_name(summary)})",
    )


def _spell_share(row: AttainedShare) -> str:
    if row.of_100 is None:
        return HIDDEN
    return f"{row.of_100} ({row.low} to {row.high})"


def tabulate_effort(summary: Summary) -> Table:
    """Tabulate what each format gained and what it took."""
    rows = None
    if summary.effort is not None:
        found = summary.effort.means
        rows = [
            {"For each child": MEASURES[measure]}
            | spell_formats(
                {row.format: _spell_effort(row) for row in found if row.measure == measure}
            )
            for measure in dict.fromkeys(row.measure for row in found)
        ]
    return put_in_table(
        summary,
        "effort",
        rows,
        "What was gained, and what it took",
        f"Means for each child, children made alike ({range_name(summary)})",
    )


def _spell_effort(row: EffortMean) -> str:
    if row.estimate is None:
        return HIDDEN
    decimals = 0 if row.measure in WHOLE else 2
    return f"{number(row.estimate, decimals)} ({spell_range(row, decimals)})"


def tabulate_claims(summary: Summary) -> Table:
    """Tabulate the claims held against these records."""
    rows = None
    if summary.claims is not None:
        rows = [
            {
                "Claim": CLAIMS[row.id],
                "Answer": sentence_case(row.verdict),
                "Difference": "–" if row.estimate is None else spell_estimate(row),
                "Unit": spell_unit(summary, row.unit),
            }
            for row in summary.claims.rows
        ]
    return put_in_table(
        summary,
        "claims",
        rows,
        "Seven claims, held against these records",
        f"In each claim's own direction ({range_name(summary)})",
    )


def tabulate_unrecorded(summary: Summary) -> Table:
    """Tabulate how strong something unrecorded would have to be."""
    rows = None
    if summary.sensitivity is not None:
        rows = [
            {
                "Formats": name_pair(row),
                "Yardstick": "–" if row.trait is None else TRAIT_NAMES[row.trait],
                "Times as strong": spell_number(row.times, 1),
                "Robustness value": spell_number(row.robustness),
            }
            for row in summary.sensitivity.unrecorded
        ]
    return put_in_table(
        summary,
        "unrecorded",
        rows,
        "How strong would something unrecorded have to be?",
        "As many times as the recorded trait that matters most, to change what is said; and the "
        "share of what is unexplained that would bring the difference to zero (robustness value)",
    )
