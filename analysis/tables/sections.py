"""Tables beside the answer: how goals moved, does it depend, how soon, at what effort.

In: the published summary (`Published.summary`). Out: a `Table`, one function for each.
"""

from __future__ import annotations

from analysis.tables.layout import (
    Summary,
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
    spell_text,
)
from analysis.wording import TRAIT_NAMES, number, sentence_case


def tabulate_progress(summary: Summary) -> Table:
    """Tabulate the mean level by week in each format."""
    found = summary.progress.by_week
    rows = []
    for week in dict.fromkeys(row.week for row in found):
        cells = {row.format: row for row in found if row.week == week}
        spelt = {
            name: f"{number(cell.mean, 1)} ({spell_count(cell.n_children)})"
            for name, cell in cells.items()
        }
        rows.append({"Week": str(week)} | spell_formats(spelt, spell_text))
    return put_in_table(
        summary,
        "progress",
        rows,
        "Mean level by week, as the children came",
        "Level from −2 to +2 (children reviewed); nothing is allowed for here",
    )


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
    rows = [
        {
            "Formats": name_pair(pair),
            "Social less skill": spell_signed(pair.estimate),
            "95% range": spell_range(pair),
        }
        for pair in summary.subgroups.within_child.pairs
    ]
    return put_in_table(
        summary,
        "within-child",
        rows,
        "Each child against itself",
        "How much further social goals moved than the same child's skill goals, levels every 12 "
        "weeks, first format minus second",
    )


def tabulate_credibility(summary: Summary) -> Table:
    """Tabulate how credible each dependence is."""
    rows = [
        {
            "It depends on": card.title,
            "Credibility": card.rating or "nothing to rate",
            "Why": card.sentence,
        }
        for card in summary.subgroups.credibility
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
    rows = []
    for week in summary.attainment.weeks:
        cells = {
            row.format: f"{row['of_100']} ({row.low} to {row.high})"
            for row in summary.attainment.shares
            if row.week == week and row.of_100 is not None
        }
        rows.append({"By week": str(week)} | spell_formats(cells, spell_text))
    return put_in_table(
        summary,
        "soon",
        rows,
        "How soon goals reach the expected level",
        "Of 100 goals of children like these (95% range)",
    )


MEASURES = {
    "gain": "Gain to the last review, levels",
    "sessions": "Sessions attended",
    "hours": "Therapist hours",
    "per_session": "Gain for 10 sessions, levels",
    "per_hour": "Gain for 10 therapist hours, levels",
}


def tabulate_effort(summary: Summary) -> Table:
    """Tabulate what each format gained and what it took."""
    rows = []
    found = summary.effort.means
    for measure in dict.fromkeys(row.measure for row in found):
        decimals = 0 if measure in ("sessions", "hours") else 2
        cells = {
            row.format: f"{number(row.estimate, decimals)} ({spell_range(row, decimals)})"
            for row in found
            if row.measure == measure and row.estimate is not None
        }
        title = MEASURES.get(measure, sentence_case(measure.replace("_", " ")))
        rows.append({"For each child": title} | spell_formats(cells, spell_text))
    return put_in_table(
        summary,
        "effort",
        rows,
        "What was gained, and what it took",
        "Means for each child, children made alike (95% range)",
    )


def tabulate_claims(summary: Summary) -> Table:
    """Tabulate the claims held against these records."""
    rows = [
        {
            "Claim": row.claim,
            "Answer": sentence_case(row.verdict),
            "Difference": spell_estimate(row) if row.estimate is not None else "–",
            "Unit": row.unit,
        }
        for row in summary.claims.rows
    ]
    return put_in_table(
        summary,
        "claims",
        rows,
        "Seven claims, held against these records",
        "In each claim's own direction (95% range)",
    )


def tabulate_unrecorded(summary: Summary) -> Table:
    """Tabulate how strong something unrecorded would have to be."""
    rows = [
        {
            "Formats": name_pair(row),
            "Yardstick": TRAIT_NAMES.get(row.trait, row.trait) or "–",
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
        "As strong as how many of the recorded trait that matters most; and as a share of what is "
        "unexplained (robustness value)",
    )
