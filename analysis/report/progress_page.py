"""Page 2: how goals moved, as the children came, and what to talk over.

In: a told `Summary`. Out: its display strings (a `View`), its pictures, and its blocks of plain
text. Decisions: nothing is judged or computed here; goals of 100 at the expected level are shown
where they may be, else the spread of levels as recorded, else the reason in one line.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.disclosure.rows import TScore
from analysis.disclosure.summary import Summary
from analysis.figures.attainment import draw_icons
from analysis.figures.levels import draw_levels
from analysis.figures.progress import draw_progress
from analysis.figures.style import Picture
from analysis.report.spelling import FORMAT_HEADS, NOT_SHOWN, View, bullets, head, spell_count
from analysis.wording import number
from analysis.words import alt_text
from analysis.words.discussion import list_discussion
from analysis.words.phrases import compares, present_formats, range_name, spell_rough
from analysis.words.progress import shares_shown

TEXT_CM = 17.4
TITLE = "How goals moved, and what to talk over"
TALK = "What to talk over"


def view_progress(summary: Summary) -> View:
    """Give how goals moved, as the children came, and the questions for the meeting."""
    shown, soon = shares_shown(summary), summary.attainment
    course = summary.quote("progress.course") if compares(summary) else []
    shares = summary.quote(f"soon.shares.{max(soon.weeks)}") if shown and soon else []
    why = ("soon.withheld", "soon.not_asked") if len(present_formats(summary)) > 1 else ()
    reason = [] if shown else summary.quote("progress.levels", *why)
    return {
        "title": TITLE,
        "course": course,
        "by_shares": shown,
        "reading": _say_reading(summary),
        "shares": [*shares, *reason],
        "t_scores": _spell_t_scores(summary),
        "talk": TALK,
        "discussion": list(list_discussion(summary)),
    }


def draw_course(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of how goals moved, empty ones included."""
    soon = summary.attainment
    pictures = {"progress": draw_progress(summary, width_cm=TEXT_CM, plot_cm=4.6)}
    if shares_shown(summary) and soon:
        return {**pictures, "icons": draw_icons(summary, week=max(soon.weeks), width_cm=TEXT_CM)}
    return {**pictures, "levels": draw_levels(summary, width_cm=TEXT_CM, row_cm=1.3)}


def write_progress(view: View, summary: Summary) -> Iterable[str]:
    """Give how goals moved, and the questions for the meeting, as blocks of plain text."""
    yield from head(view["title"])
    yield from view["course"]
    if summary.progress.by_week:
        yield alt_text.describe_progress(summary)
    yield from view["shares"]
    if summary.progress.levels and not view["by_shares"]:
        yield alt_text.describe_levels(summary)
    yield view["t_scores"]
    yield f"{view['talk']}:"
    yield bullets(view["discussion"])


def _say_reading(summary: Summary) -> str:
    ranged = any(row.conf_low is not None for row in summary.progress.by_week)
    bars = f"Bars: {range_name(summary)} of the mean. " if ranged else ""
    return f"{bars}Level 0 is what family and therapist expected when the goal was set."


def _spell_t_scores(summary: Summary) -> str:
    """Give what T-scores are for, and each format's own at the start and at the latest review."""
    parts = []
    for name in summary.formats:
        mine = {row.when: row for row in summary.progress.t_scores if row.format == name}
        if mine:
            start, latest = _spell_mean(mine.get("start")), _spell_mean(mine.get("latest"))
            n = spell_count(max(row.n_children or 0 for row in mine.values()) or None)
            parts.append(f"{FORMAT_HEADS[name]} from {start} to {latest} ({n} children)")
    text = summary.texts["progress.t_scores"]
    if not parts:
        return text
    return f"{text} From the start to the latest review: {'; '.join(parts)}."


def _spell_mean(row: TScore | None) -> str:
    if row is None or row.mean is None:
        return NOT_SHOWN
    mean = spell_rough(row.mean) if row.rough else number(row.mean, 0)
    return mean if row.sd is None else f"{mean} (SD {number(row.sd, 0)})"
