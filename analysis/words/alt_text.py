"""Say in words what each picture shows, for those who do not see it.

In: a published summary. Out: one text for each picture. The decision taken here: findings are
quoted from the summary's own sentences; numbers are only read out as a list, never judged.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.figures.names import FORMAT_TITLES, absent_formats
from analysis.wording import interval, listing, number, signed


def describe_contrasts(summary: dict) -> str:
    """Say what the picture of the three contrasts shows."""
    parts = [
        f"{FORMAT_TITLES[pair['this']]} compared with {pair['than']}: {pair['title']}. "
        f"{pair['sentence']}"
        for pair in summary["answer"]["pairs"]
    ]
    return _join("Difference in progress for each pair of formats, with its 95% range.", parts)


def describe_rates(summary: dict) -> str:
    """Say what the picture of adjusted rates shows."""
    parts = [
        f"{FORMAT_TITLES[rate['format']]}: {number(rate['estimate'])} "
        f"(95% range {interval(rate['conf_low'], rate['conf_high'])})."
        for rate in summary["answer"]["rates"]
        if rate["shown"]
    ]
    return _join(
        "Progress in each format in attainment levels each 12 weeks, children made alike.", parts
    )


def reached(summary: dict, row: dict, what: str) -> tuple[float, str]:
    """Give how many there are (a bound where the number is held back), and that in words.

    Args:
        summary: a published summary.
        row: one format's counts.
        what: "n_children" or "n_groups".
    """
    need = summary["answer"]["needed"][what]
    if row["format"] in absent_formats(summary):
        return 0, f"none of {need}"
    if row[what] is not None and row[what] < need:
        return row[what], f"{row[what]} of {need}"
    if row[what] is not None:
        gates = summary["certainty"]["gates"]
        failed = {gate["rule"] for gate in gates if gate["format"] == row["format"]}
        rounded_up = what == "n_children" and "few_children" in failed
        return row[what], f"just under {need}" if rounded_up else f"{row[what]}, enough"
    if what == "n_children":
        return summary["smallest_cell"], f"fewer than {summary['smallest_cell']} of {need}"
    return 0, "not shown" if row["n_children"] is None else "not recorded"


def describe_needed(summary: dict) -> str:
    """Say how far the records have come towards a comparison."""
    parts = []
    for row in summary["answer"]["counts"]:
        if row["format"] in FORMAT_TITLES:
            words = f"{reached(summary, row, 'n_children')[1]} children"
            if row["format"] != next(iter(FORMAT_TITLES)):
                words += f", therapy groups {reached(summary, row, 'n_groups')[1]}"
            parts.append(f"{FORMAT_TITLES[row['format']]}: {words}.")
    return _join("How far these records are from a comparison.", parts)


def describe_flow(summary: dict) -> str:
    """Say what the flow of children shows."""
    parts = []
    for row in summary["who"]["flow"]:
        if not row["shown"]:
            if row["total"] is not None:
                parts.append(f"{row['step']}: {row['total']:,.0f} in all formats together.")
            continue
        numbers = [f"{name} {_or_hidden(row[name])}" for name in summary["formats"]]
        parts.append(f"{row['step']}: {listing(numbers)}.")
    return _join("How many children were followed, step by step.", parts)


def describe_balance(summary: dict) -> str:
    """Say what the love plot shows."""
    parts = [
        f"{row['trait']}: {number(row['before'])} before"
        + ("." if row["after"] is None else f", {number(row['after'])} after.")
        for row in summary["who"]["balance"]
    ]
    return _join(
        "Largest difference between formats at the start, in standard deviations, before and after "
        "weighting.",
        parts,
    )


def describe_overlap(summary: dict) -> str:
    """Say what the picture of overlap shows."""
    parts = [
        f"{FORMAT_TITLES[row['format']]}: {row['n_children']} children, which count as "
        f"{row['n_effective']} once weighted to be alike."
        for row in summary["who"]["overlap"]
        if row["n_children"] is not None and row["n_effective"] is not None
    ]
    return _join("How far the formats hold children who could have had the others.", parts)


def describe_progress(summary: dict) -> str:
    """Say what the picture of mean level by week shows."""
    rows = [row for row in summary["progress"]["by_week"] if row["mean"] is not None]
    parts = []
    for name in summary["formats"]:
        mine = [f"{number(r['mean'], 1)} at week {r['week']}" for r in rows if r["format"] == name]
        if mine:
            parts.append(f"{FORMAT_TITLES[name]}: {listing(mine)}.")
    return _join("Mean attainment level at each review, as recorded.", parts)


def describe_levels(summary: dict) -> str:
    """Say what the picture of the spread of levels shows."""
    rows = [row for row in summary["progress"]["levels"] if row["percent"] is not None]
    parts = []
    for week in sorted({row["week"] for row in rows}):
        for name in summary["formats"]:
            mine = [r for r in rows if r["week"] == week and r["format"] == name]
            if mine:
                spread = [f"{r['percent']}% {_band(r['band'])}" for r in mine if r["percent"]]
                parts.append(f"Week {week}, {name}: {listing(spread)}.")
    return _join("Share of goals at each attainment level.", parts)


def describe_analyses(summary: dict) -> str:
    """Say what the picture of the other analyses shows."""
    certainty = summary["certainty"]
    parts = []
    for row in certainty["analyses"]:
        found = [
            f"{pair['this']} compared with {pair['than']} {signed(pair['estimate'])} "
            f"({interval(pair['conf_low'], pair['conf_high'])})"
            for pair in row["pairs"]
            if pair["estimate"] is not None
        ]
        if found:
            parts.append(f"{row['title']}, in {row['unit']}: {listing(found)}.")
        elif row["withheld"]:
            parts.append(f"{row['title']}: {row['withheld']}.")
    return _join(f"The same question asked in other ways. {certainty['agreement']}", parts)


def _join(first: str, parts: Iterable[str]) -> str:
    return " ".join([first, *parts])


def _or_hidden(value: float | None) -> str:
    return "not shown" if value is None else f"{value}"


def _band(band: str) -> str:
    if band == "0":
        return "at level 0, the expected level"
    return band[:1].lower() + band[1:] if band[:1].isalpha() else f"at level {band}"
