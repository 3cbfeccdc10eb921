"""The sentences of page 2: how goals moved, as the children came.

In: a published summary. Out: `Sentence`s and the names of bands of levels.
"""

from __future__ import annotations

from analysis.disclosure.summary import ProgressPart, Sentence, Summary
from analysis.wording import FORMAT_NAMES, MINUS, listing
from analysis.words.phrases import say, spell_mean

BAND_TITLES = {
    "-2": f"{MINUS}2",
    "-1": f"{MINUS}1",
    "0": "0",
    "+1": "+1",
    "+2": "+2",
    "below": "Below the expected level",
    "at": "At the expected level",
    "above": "Above the expected level",
    "at_or_above": "At the expected level or above",
}


def tell_progress(summary: Summary) -> list[Sentence]:
    """Say how the mean level moved, and what levels and T-scores are for.

    The spread of levels is told where the shares of goals attained are not shown.
    """
    progress = summary.progress
    levels = [] if shares_shown(summary) else [_say_levels(progress)]
    return [_say_course(summary), *levels, _say_t_scores(progress)]


def shares_shown(summary: Summary) -> bool:
    """Whether it is shown how many of 100 goals reach the expected level by the last week asked."""
    soon = summary.attainment
    return soon is not None and any(row.of_100 is not None for row in soon.shares)


def _say_course(summary: Summary) -> Sentence:
    key, by_week = "progress.course", summary.progress.by_week
    if not by_week:
        text = "Too few children in a format to print how levels moved from week to week."
        return say(key, "course.held_back", text)
    parts = []
    for therapy_format in dict.fromkeys(row.format for row in by_week):
        own = [spell_mean(row) for row in by_week if row.format == therapy_format]
        parts.append(f"from {own[0]} to {own[-1]} in {FORMAT_NAMES[therapy_format]}")
    text = (
        f"Between week {by_week[0].week} and week {max(row.week for row in by_week)} the mean "
        f"level moved {listing(parts)}. These are the children as they came."
    )
    if len(parts) > 1:
        text = (
            f"{text.removesuffix('.')}: nothing is allowed for here, so the lines do not compare "
            "the formats."
        )
    return say(key, "course", text, ("progress.by_week",))


def _say_levels(progress: ProgressPart) -> Sentence:
    key = "progress.levels"
    if progress.levels:
        text = (
            "Shares of goals at each level, as the children came; a goal closed as attained keeps "
            "its level."
        )
        return say(key, "levels", text, (key,))
    text = "Too few children at some levels to print how goals are spread over them."
    return say(key, "levels.held_back", text)


def _say_t_scores(progress: ProgressPart) -> Sentence:
    key = "progress.t_scores"
    if progress.t_scores:
        text = (
            "T-scores are given for readers who know them. They grow with the number of goals, so "
            "the comparison never uses them."
        )
        return say(key, "t_scores", text, (key,))
    return say(key, "t_scores.held_back", "Too few children in a format to print T-scores.")
