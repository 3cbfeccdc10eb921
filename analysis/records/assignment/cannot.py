"""Sheets that hold no goal attainment: named for what they are, with what to export instead.

In: tables as text. Out: one `Problem`, or None when goals could be in them.
Decisions: T-scores, COPM and 0-10 ratings are other measures and are never read as levels
(Kiresuk & Sherman 1968 for T: a sum over goals, from which no goal's level can be had back).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from analysis.errors import Problem
from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.profile import Profile
from analysis.records.assignment.words import CERTAIN, plain_words
from analysis.records.schema import FLAT_REQUIRED
from analysis.records.text import TextTable

T_SCORE = re.compile(r"(?:^|_)t_?(?:score|wert|scores|punkte|waarde)(?:_|$)|(?:^|_)gas_t(?:_|$)")
PIVOT = re.compile(
    r"^(?:row_labels|column_labels|zeilenbeschriftungen|etiquettes_de_lignes|grand_total)$|"
    r"^(?:sum|count|average|mean|max|min)_of_"
)
FEWEST_SIDEWAYS = 3
COPM = re.compile(r"(?:^|_)copm(?:_|$)")
NOTE_LEVEL = re.compile(r"\b(?:gas|level|goal)\b[^.\d]{0,20}[:=]?\s*[-+\u2212]?[0-2]\b", re.I)
LEVELS_NEEDED = (
    "Export the level of each goal at each review (-2 to +2), with the week or date of the review."
)


def name_what_it_is(tables: Iterable[TextTable]) -> Problem | None:
    """Give the reason why no goal levels can be had from these tables, if there is one."""
    for table in tables:
        profiles = [Profile(column, table.n_rows) for column in table.columns]
        found = [(plain_words(one.column.heading), one) for one in profiles]
        told = _judge(found, table.titles)
        if told:
            code, fault, mend = told
            return Problem(fault, mend, file=table.file, code=code)
    return None


def _judge(
    found: list[tuple[str, Profile]], titles: tuple[tuple[str, ...], ...]
) -> tuple[str, str, str] | None:
    headings = [plain for plain, _ in found]
    if _is_sideways(found, titles):
        return (
            "sideways",
            "the sheet lies on its side: its headings stand under each other in the first column, "
            "and each goal or review is a column.",
            "Copy it in the spreadsheet, and paste it with Paste Special, Transpose.",
        )
    if sum(bool(PIVOT.search(plain)) for plain in headings) >= 1 and len(headings) > 1:
        return (
            "pivot",
            "this is a pivot table: sums or counts over children, in which no goal can be seen.",
            "Give the list that the pivot table was made from.",
        )
    t_scores = [one for plain, one in found if T_SCORE.search(plain) and one.numeric >= 0.7]
    levels = [one for plain, one in found if one.sure_levels and not T_SCORE.search(plain)]
    if t_scores and not levels:
        return (
            "t_scores",
            "these are GAS T-scores. A T-score sums all goals of a child, so that the level of "
            "each goal cannot be worked out from it, and its size depends on how many goals "
            "there are.",
            LEVELS_NEEDED,
        )
    words = "_".join(headings)
    performed = [one for plain, one in found if "performance" in plain and one.numeric >= 0.5]
    satisfied = [one for plain, one in found if "satisfaction" in plain and one.numeric >= 0.5]
    if (COPM.search(words) or (performed and satisfied)) and not levels:
        return (
            "copm",
            "these are COPM ratings (performance and satisfaction, 1 to 10), which are another "
            "measure than goal attainment and are not read as levels.",
            f"If goal attainment scaling was done too: {LEVELS_NEEDED[0].lower()}"
            f"{LEVELS_NEEDED[1:]}",
        )
    return None


def _is_sideways(found: list[tuple[str, Profile]], titles: tuple[tuple[str, ...], ...]) -> bool:
    """Tell whether headings stand under each other, and next to none beside each other."""
    if not found:
        return False
    first, *others = [one.column.heading for _, one in found]
    down = [first, *(title[0] for title in titles if len(title) > 2), *found[0][1].texts]
    return len(_needed(down)) >= FEWEST_SIDEWAYS and len(_needed(others)) <= 1


def _needed(headings: Iterable[str]) -> set[str]:
    """Give the columns without which nothing is read that headings stand for."""
    means = [mean for heading in headings for mean in heading_means(heading)]
    return {name for name, certainty in means if certainty == CERTAIN and name in FLAT_REQUIRED}


def name_measure(profiles: Iterable[Profile]) -> tuple[str, str, str] | None:
    """Name other numbers that stand where levels would, when no column holds levels.

    Args:
        profiles: the columns that mean nothing yet.
    """
    for one in profiles:
        plain = plain_words(one.column.heading)
        notes = sum(bool(NOTE_LEVEL.search(text)) for text in one.texts)
        if one.prose >= 0.5 and notes and notes * 3 >= len(one.texts):
            return (
                "levels_in_notes",
                "these are session notes with levels inside the text. What a number in a note "
                "is about cannot be told safely, so that they are not read.",
                "Export a table with one row a goal and review: the goal's code, the week and the "
                "level, each in a column of its own.",
            )
    for one in profiles:
        plain = plain_words(one.column.heading)
        numbers = one.numbers
        about = re.search(r"goal|score|rating|progress|achiev|level|attain|outcome|pre|post", plain)
        if not about or one.numeric < 0.9 or len(numbers) < 4 or min(numbers) < 0:
            continue
        percent = max(numbers) > 10 and max(numbers) <= 100 and len(numbers) > 4
        if percent or (5 < max(numbers) <= 10):
            scale = "percentages or points up to 100" if percent else "ratings of 0 to 10"
            return (
                "other_measure",
                f"the goals are scored in {scale}. That is another measure than goal attainment "
                "on five levels, and no rule turns one into the other.",
                LEVELS_NEEDED,
            )
    percents = [one for one in profiles if one.share(lambda text: text.endswith("%")) > 0.5]
    if percents:
        return (
            "other_measure",
            "the goals are scored in per cent, which is another measure than goal attainment on "
            "five levels.",
            LEVELS_NEEDED,
        )
    return None
