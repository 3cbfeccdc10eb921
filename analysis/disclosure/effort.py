"""How far, at what effort? Through the door: end level, gain for time, home practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.comparison.home_practice import MARK_MINUTES_A_WEEK, MORE_MINUTES
from analysis.decisions import labels
from analysis.decisions.other_pairs import decide_other
from analysis.disclosure.comparisons import (
    Row,
    blocking_gate,
    publish_other_means,
    publish_other_pairs,
    shown_main,
)
from analysis.disclosure.rules import (
    HOUR_STEP,
    MINUTE_STEP,
    SESSION_STEP,
    enough,
    may_show_model,
    show_count,
    show_estimate,
    show_mean,
    show_share,
)
from analysis.words import effort as words
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

MEAN_STEPS = {"sessions": SESSION_STEP, "hours": HOUR_STEP}
HELD_BACK = "Too few children in a format to print this."
NOT_COMPARED = "The formats could not be compared."


def publish_effort(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give how far children came and what it took.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    return {
        "kinds": book.say(words.say_faster_is_not_further()),
        "end_level": _publish_end(study, book),
        **_publish_time(study, book),
        "home_practice": _publish_practice(study, book),
    }


def _publish_end(study: Study, book: SentenceBook) -> dict[str, object]:
    comparison, settings = study.effort.further, study.settings
    table = study.cohort.table[study.cohort.table["at_end"].to_numpy(dtype=bool)]
    decisions = decide_other(comparison, table, settings, study.findings.decisions)
    pairs = publish_other_pairs(comparison, decisions, settings)
    for pair, decision in zip(pairs, decisions, strict=True):
        gate = blocking_gate(decision, settings)
        pair["sentence"] = book.say(words.say_end_pair(settings.horizon_weeks, pair, gate))
        for name in ("label", "ahead", "narrow_low", "narrow_high"):
            pair.pop(name)  # the margin is one of rates, and this is a level
    return {
        "title": comparison.title,
        "pairs": pairs,
        "rates": publish_other_means(comparison, pairs, settings),
        "withheld": comparison.withheld or None,
    }


def _publish_time(study: Study, book: SentenceBook) -> dict[str, object]:
    effort = study.effort
    formats, pairs = _formats_with_time(study), _pairs_with_time(study)
    means = [
        {
            "format": row.format,
            "measure": row.measure,
            **_show_numbers(row, row.n_children, study),
        }
        for row in effort.means.itertuples()
        if row.format in formats
    ]
    differences = [
        {
            "this": row.this,
            "than": row.than,
            "measure": row.measure,
            **_show_numbers(row, row.n_children, study),
        }
        for row in effort.differences.itertuples()
        if (row.this, row.than) in pairs
    ]
    net = [
        {
            "this": row.this,
            "than": row.than,
            "hours_per_level": row.hours_per_level,
            **{n: show_estimate(getattr(row, n), 0) for n in _NUMBERS},
        }
        for row in effort.net_benefit.itertuples()
        if (row.this, row.than) in pairs
    ]
    withheld, sentences = None, []
    if not means:
        reason = effort.withheld or (HELD_BACK if shown_main(study) else NOT_COMPARED)
        withheld = book.say(words.say_effort_withheld(reason))
    else:
        sentences = [book.say(sentence) for sentence in _say_time(means, net)]
    return {
        "means": means,
        "differences": differences,
        "net_benefit": net,
        "sentences": sentences,
        "withheld": withheld,
    }


_NUMBERS = ("estimate", "conf_low", "conf_high")


def _say_time(means: list[Row], net: list[Row]) -> list[object]:
    by_format = {
        f: {m["measure"]: m for m in means if m["format"] == f}
        for f in dict.fromkeys(m["format"] for m in means)
    }
    time = [
        {"format": f, "sessions": m["sessions"]["estimate"], "hours": m["hours"]["estimate"]}
        for f, m in by_format.items()
    ]
    answer = [words.say_time(time)]
    for measure in ("per_session", "per_hour"):
        answer.append(words.say_gain_for(measure, [m[measure] for m in by_format.values()]))
    for this, than in dict.fromkeys((row["this"], row["than"]) for row in net):
        answer.append(words.say_net([r for r in net if (r["this"], r["than"]) == (this, than)]))
    return answer


def _show_numbers(row: object, n_children: int, study: Study) -> Row:
    show = {n: getattr(row, n) for n in _NUMBERS}
    if row.measure in MEAN_STEPS:
        step = MEAN_STEPS[row.measure]
        return {n: show_mean(value, n_children, study.settings, step) for n, value in show.items()}
    return {n: show_estimate(value) for n, value in show.items()}


def _pairs_with_time(study: Study) -> set[tuple[str, str]]:
    formats = _formats_with_time(study)
    return {
        (d.this, d.than)
        for d in study.findings.decisions
        if d.label != labels.NOT_COMPARABLE and {d.this, d.than} <= set(formats)
    }


def _formats_with_time(study: Study) -> tuple[str, ...]:
    """Give the formats whose time may be shown: all behind the estimate must pass."""
    means = study.effort.means
    sizes = means.groupby("format", observed=True)["n_children"].first() if len(means) else {}
    n_columns = len(sizes) + len(study.covariates.centred.columns)
    if len(means) == 0 or not may_show_model(sizes, n_columns, study.settings):
        return ()
    return tuple(f for f in shown_main(study) if f in sizes.index)


def _publish_practice(study: Study, book: SentenceBook) -> dict[str, object]:
    practice, settings = study.practice, study.settings
    row, n_usual = practice.table.iloc[0], practice.usual["child_id"].nunique()
    n_children = int(row["n_children"])
    n_columns = n_children + int(practice.intervals["window"].nunique())
    shown = (
        not practice.withheld
        and row["std_error"] > 0
        and row["df"] >= settings.compare_df
        and may_show_model([n_children], 0, settings)
        and len(practice.intervals) - n_columns > settings.smallest_cell
    )
    published: Row = {
        "shown": bool(shown),
        **{n: show_estimate(row[n]) if shown else None for n in _NUMBERS},
        "n_children": show_count(n_children, settings) if shown else None,
        "more_minutes": MORE_MINUTES,
        "mark_minutes": show_mean(MARK_MINUTES_A_WEEK, settings.smallest_cell, settings),
        "usual_minutes": None,
    }
    if shown:
        sentence = words.say_practice(published, MORE_MINUTES)
    else:
        sentence = words.say_practice_withheld(practice.withheld or HELD_BACK)
    published["sentence"] = book.say(sentence)
    if n_usual:
        share = None
        if enough(n_usual, settings):
            minutes = practice.usual["minutes"]
            usual = show_mean(float(minutes.mean()), n_usual, settings, MINUTE_STEP)
            published["usual_minutes"] = usual
            at_mark = int((minutes >= MARK_MINUTES_A_WEEK).sum())
            percent, word = show_share(at_mark, n_usual, settings)
            share = word if percent is None else f"{percent}%"
        said = words.say_usual_practice(published["usual_minutes"], share, MARK_MINUTES_A_WEEK)
        published["usual"] = book.say(said)
    return published
