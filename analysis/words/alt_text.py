"""Say in words what each picture shows, for those who do not see it.

In: a published summary with its sentences. Out: one text for each picture. Decision: findings are
quoted from the summary's own sentences; numbers are only read out as a list, never judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.disclosure.rows import Counts, EffortMean, FormatRate, Interval
from analysis.disclosure.sensitivity_rows import Benchmark, Unrecorded
from analysis.disclosure.summary import Summary
from analysis.wording import (
    FORMAT_TITLES,
    TRAIT_NAMES,
    interval,
    listing,
    number,
    sentence_case,
    signed,
)
from analysis.words.analyses import give_title
from analysis.words.answer import title_pair
from analysis.words.cohort import FLOW_TITLES, TRAIT_TITLES
from analysis.words.phrases import (
    ends,
    every,
    find_settings,
    known,
    present_formats,
    present_pairs,
    range_name,
    spell_mean,
    spell_unit,
    weeks_compared,
)
from analysis.words.progress import BAND_TITLES
from analysis.words.reasons import give_clause
from analysis.words.subgroups import DOMAIN_TITLES


def describe_contrasts(summary: Summary) -> str:
    """Say what the picture of the three contrasts shows."""
    parts = [
        f"{FORMAT_TITLES[pair.this]} compared with {pair.than}: {title_pair(pair)}. "
        f"{summary.texts[f'pair.{pair.id}']}"
        for pair in present_pairs(summary, summary.answer.pairs)
    ]
    first = f"Difference in progress over {weeks_compared(summary)} for each pair of formats"
    return _join(f"{first}, with the range that its sentence names.", parts)


def describe_rates(summary: Summary) -> str:
    """Say what the picture of adjusted rates shows."""
    parts = [
        f"{FORMAT_TITLES[rate.format]}: {_spell(summary, rate)}."
        for rate in summary.answer.rates
        if rate.shown
    ]
    first = "Progress in each format in attainment levels "
    return _join(f"{first}{_each(summary)}, children made alike.", parts)


def describe_needed(summary: Summary) -> str:
    """Say how far the records have come towards a comparison."""
    parts = []
    for row in summary.answer.counts:
        if row.format in present_formats(summary):
            words = f"{reached(summary, row, 'n_children')[1]} children"
            if row.format != "individual":
                words += f", therapy groups {reached(summary, row, 'n_groups')[1]}"
            parts.append(f"{FORMAT_TITLES[row.format]}: {words}.")
    return _join("How far these records are from a comparison.", parts)


def reached(summary: Summary, row: Counts, what: str) -> tuple[float, str]:
    """Give how many there are (a bound where the number is held back), and that in words.

    Args:
        summary: a published summary.
        row: one format's counts.
        what: "n_children" or "n_groups".
    """
    of_children = what == "n_children"
    needed = summary.answer.needed
    need = needed.n_children if of_children else needed.n_groups
    have = row.n_children if of_children else row.n_groups
    if have is not None and have < need:
        return have, f"{have} of {need}"
    if have is not None:
        failed = {gate.rule for gate in summary.method.gates if gate.format == row.format}
        rounded_up = of_children and "few_children" in failed
        return have, f"just under {need}" if rounded_up else f"{have}, enough"
    if of_children:
        return summary.smallest_cell, f"fewer than {summary.smallest_cell} of {need}"
    return 0, "not shown" if row.n_children is None else "not recorded"


def describe_flow(summary: Summary) -> str:
    """Say what the flow of children shows."""
    parts = []
    for row in summary.cohort.flow:
        title = FLOW_TITLES[row.id]
        if not row.shown:
            if row.total is not None:
                parts.append(f"{title}: {row.total:,.0f} in all formats together.")
            continue
        cells = {"individual": row.individual, "group": row.group, "combined": row.combined}
        numbers = [f"{name} {_or_hidden(cells[name])}" for name in summary.formats]
        parts.append(f"{title}: {listing(numbers)}.")
    return _join("How many children were followed, step by step.", parts)


def describe_balance(summary: Summary) -> str:
    """Say what the love plot shows."""
    parts = [
        f"{TRAIT_TITLES[row.trait]}: {number(known(row.before), 1)} before"
        + ("." if row.after is None else f", at most {number(row.after)} after.")
        for row in summary.cohort.balance
    ]
    return _join(
        "Largest difference between formats at the start, in standard deviations, before and after "
        "weighting.",
        parts,
    )


def describe_overlap(summary: Summary) -> str:
    """Say what the picture of overlap shows."""
    parts = [
        f"{FORMAT_TITLES[row.format]}: {row.n_children} children, which count as "
        f"{row.n_effective} once weighted to be alike."
        for row in summary.cohort.overlap
        if row.n_children is not None and row.n_effective is not None
    ]
    return _join("How far the formats hold children who could have had the others.", parts)


def describe_progress(summary: Summary) -> str:
    """Say what the picture of mean level by week shows."""
    parts = []
    for name in summary.formats:
        mine = [
            f"{spell_mean(row)} at week {row.week}"
            for row in summary.progress.by_week
            if row.format == name and row.mean is not None
        ]
        if mine:
            parts.append(f"{FORMAT_TITLES[name]}: {listing(mine)}.")
    return _join("Mean attainment level at each review, as recorded.", parts)


def describe_levels(summary: Summary) -> str:
    """Say what the picture of the spread of levels shows."""
    rows = [row for row in summary.progress.levels if row.percent is not None]
    parts = []
    for week in sorted({row.week for row in rows}):
        for name in summary.formats:
            mine = [row for row in rows if row.week == week and row.format == name]
            if mine:
                spread = [f"{row.percent}% {_band(row.band)}" for row in mine if row.percent]
                parts.append(f"Week {week}, {name}: {listing(spread)}.")
    return _join("Share of goals at each attainment level.", parts)


def describe_analyses(summary: Summary) -> str:
    """Say what the picture of the other analyses shows."""
    parts = []
    for row in summary.method.analyses:
        title = give_title(summary, row.id)
        found = [
            f"{pair.this} compared with {pair.than} {signed(pair.estimate)} "
            f"({interval(*ends(pair))})"
            for pair in row.pairs
            if pair.estimate is not None
        ]
        if found:
            parts.append(f"{title}, in {spell_unit(summary, row.unit)}: {listing(found)}.")
        elif row.withheld:
            parts.append(f"{title}: {give_clause(row.withheld)}.")
    agreement = summary.texts["certainty.agreement"]
    return _join(f"The same question asked in other ways. {agreement}", parts)


def describe_kinds(summary: Summary) -> str:
    """Say what the picture of social against skill goals shows."""
    part = summary.subgroups
    parts = [
        f"{FORMAT_TITLES[row.format]}: {_spell(summary, row)}."
        for row in (part.within_child.rates if part else ())
        if row.shown
    ]
    return _join(
        "How much further the same children's social goals moved than their skill goals, levels "
        f"{_each(summary)}, in each format.",
        parts,
    )


def describe_traits(summary: Summary) -> str:
    """Say what the picture of predicted rates by trait shows."""
    part = summary.subgroups
    parts = [
        f"{TRAIT_TITLES[trait.id]} rated {row.rating:g}, {row.format}: {_spell(summary, row)}."
        for trait in (part.traits if part else ())
        for row in trait.predicted
    ]
    first = f"Predicted progress, levels {_each(summary)}, by a trait of the child."
    return _join(first, parts)


def describe_domains(summary: Summary) -> str:
    """Say what the picture of areas of life shows."""
    part = summary.subgroups
    parts = [
        f"{DOMAIN_TITLES[row.domain].capitalize()} goals, {row.this} compared with {row.than}: "
        f"{_spell(summary, row)}, {number(known(row.raw_estimate))} before it was drawn towards "
        "the mean."
        for row in (part.domains.rows if part else ())
    ]
    first = f"Difference between formats in each area of life, levels {_each(summary)}."
    return _join(first, parts)


def describe_icons(summary: Summary, week: int) -> str:
    """Say what the icon arrays of goals at the expected level show."""
    part = summary.attainment
    parts = [
        f"{FORMAT_TITLES[row.format]}: {row.of_100} of 100 ({range_name(summary)} "
        f"{interval(known(row.low), known(row.high), 0)})."
        for row in (part.shares if part else ())
        if row.week == week
    ]
    return _join(f"Goals at the expected level at some review by week {week}.", parts)


def describe_effort(summary: Summary) -> str:
    """Say what the picture of rate, end level and gain for time shows."""
    titles, parts = measure_titles(summary), []
    for measure, rows in effort_rows(summary).items():
        spelt = "; ".join(f"{FORMAT_TITLES[row.format]} {_spell(summary, row)}" for row in rows)
        parts.append(f"{titles[measure]}: {spelt}.")
    return _join("Faster, further, and for a therapist's time, in each format.", parts)


def measure_titles(summary: Summary) -> dict[str, str]:
    """Give the titles of what the picture of effort draws, by the keys of `effort_rows`."""
    return {
        "rate": f"Faster: {every(summary)}",
        "end_level": "Further: end level",
        "per_session": "For 10 sessions",
        "per_hour": "For 10 therapist hours",
    }


def effort_rows(summary: Summary) -> Mapping[str, Sequence[FormatRate | EffortMean]]:
    """Give what the picture of effort draws: measure -> rows of formats that may be shown."""
    part = summary.effort
    means = part.means if part else ()
    end_rates = part.end_level.rates if part else ()
    found: dict[str, Sequence[FormatRate | EffortMean]] = {
        "rate": [row for row in summary.answer.rates if row.shown],
        "end_level": [row for row in end_rates if row.shown],
        "per_session": [row for row in means if row.measure == "per_session"],
        "per_hour": [row for row in means if row.measure == "per_hour"],
    }
    return {measure: rows for measure, rows in found.items() if rows}


def describe_dropout(summary: Summary) -> str:
    """Say what the grids of assumptions about children who left show."""
    rows = summary.sensitivity.dropout if summary.sensitivity else ()
    less = [f"{100 * delta:g}%" for delta in find_settings(summary, "dropout_deltas")]
    parts = []
    for row in rows:
        estimates = [cell.estimate for cell in row.cells if cell.estimate is not None]
        if estimates:
            low, high = signed(min(estimates)), signed(max(estimates))
            parts.append(summary.texts[f"sensitivity.dropout.{row.id}"])
            parts.append(f"Over the grid it goes from {low} to {high}.")
    first = (
        f"The difference {every(summary)} if children who left made {listing(less, 'or')} less "
        "progress afterwards, for each format."
    )
    return _join(first, parts)


def describe_yardsticks(summary: Summary) -> str:
    """Say what the picture of recorded traits as yardsticks shows."""
    parts = []
    for row in summary.sensitivity.unrecorded if summary.sensitivity else ():
        benchmarks = _benchmarks(summary, row)
        if not benchmarks:
            continue
        said = [
            f"{TRAIT_NAMES[b.trait]} {number(b.bias)}" for b in benchmarks if b.bias is not None
        ]
        parts.append(f"{sentence_case(row.this)} and {row.than}: {', '.join(said)}.")
        if row.movement is not None:
            parts.append(f"What is said no longer holds at {number(row.movement)}.")
    first = (
        f"How far each difference would move, in levels {every(summary)}, if something unrecorded "
        "mattered as much as each recorded trait does."
    )
    return _join(first, parts)


def _benchmarks(summary: Summary, row: Unrecorded) -> list[Benchmark]:
    rows = summary.sensitivity.benchmarks if summary.sensitivity else ()
    return [b for b in rows if (b.this, b.than) == (row.this, row.than)]


def _each(summary: Summary) -> str:
    return f"each {summary.measure.rate_weeks} weeks"


def _spell(summary: Summary, row: Interval) -> str:
    return f"{number(known(row.estimate))} ({range_name(summary)} {interval(*ends(row))})"


def _join(first: str, parts: Iterable[str]) -> str:
    return " ".join([first, *parts])


def _or_hidden(value: float | None) -> str:
    return "not shown" if value is None else f"{value}"


def _band(band: str) -> str:
    title = BAND_TITLES[band]
    if band == "0":
        return "at level 0, the expected level"
    return title[:1].lower() + title[1:] if title[:1].isalpha() else f"at level {title}"
