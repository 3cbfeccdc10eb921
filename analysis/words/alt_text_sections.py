"""Say in words what the pictures of "Does it depend?", "How soon?" and effort show.

In: a published summary. Out: one text for each picture, numbers only read out.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.figures.names import FORMAT_TITLES
from analysis.wording import interval, number

MEASURE_TITLES = {
    "rate": "Faster: every 12 weeks",
    "end_level": "Further: end level",
    "per_session": "For 10 sessions",
    "per_hour": "For 10 therapist hours",
}


def describe_kinds(summary: dict) -> str:
    """Say what the picture of social against skill goals shows."""
    rows = [row for row in summary["depends"]["within_child"]["rates"] if row["shown"]]
    return _join(
        "How much further the same children's social goals moved than their skill goals, levels "
        "each 12 weeks, in each format.",
        (f"{FORMAT_TITLES[row['format']]}: {_spell(row)}." for row in rows),
    )


def describe_traits(summary: dict) -> str:
    """Say what the picture of predicted rates by trait shows."""
    parts = []
    for trait in summary["depends"]["traits"]:
        for row in trait["predicted"]:
            parts.append(
                f"{trait['title']} rated {row['rating']:g}, {row['format']}: {_spell(row)}."
            )
    return _join("Predicted progress, levels each 12 weeks, by a trait of the child.", parts)


def describe_domains(summary: dict) -> str:
    """Say what the picture of areas of life shows."""
    parts = [
        f"{row['title'].capitalize()} goals, {row['this']} compared with {row['than']}: "
        f"{_spell(row)}, {number(row['raw_estimate'])} before it was drawn towards the mean."
        for row in summary["depends"]["domains"]["rows"]
    ]
    return _join("Difference between formats in each area of life, levels each 12 weeks.", parts)


def describe_icons(summary: dict, week: int) -> str:
    """Say what the icon arrays of goals at the expected level show."""
    parts = [
        f"{FORMAT_TITLES[row['format']]}: {row['of_100']} of 100 (95% range "
        f"{interval(row['low'], row['high'], 0)})."
        for row in summary["soon"]["shares"]
        if row["week"] == week
    ]
    return _join(f"Goals at the expected level at some review by week {week}.", parts)


def describe_effort(summary: dict) -> str:
    """Say what the picture of rate, end level and gain for time shows."""
    parts = []
    for measure, rows in effort_rows(summary).items():
        spelt = "; ".join(f"{FORMAT_TITLES[row['format']]} {_spell(row)}" for row in rows)
        parts.append(f"{MEASURE_TITLES[measure]}: {spelt}.")
    return _join("Faster, further, and for a therapist's time, in each format.", parts)


def effort_rows(summary: dict) -> dict[str, list[dict]]:
    """Give what the picture of effort draws: measure -> rows of formats that may be shown."""
    means = summary["effort"]["means"]
    found = {
        "rate": [row for row in summary["answer"]["rates"] if row["shown"]],
        "end_level": [row for row in summary["effort"]["end_level"]["rates"] if row["shown"]],
        "per_session": [row for row in means if row["measure"] == "per_session"],
        "per_hour": [row for row in means if row["measure"] == "per_hour"],
    }
    return {measure: rows for measure, rows in found.items() if rows}


def _spell(row: dict) -> str:
    return f"{number(row['estimate'])} (95% range {interval(row['conf_low'], row['conf_high'])})"


def _join(first: str, parts: Iterable[str]) -> str:
    return " ".join([first, *parts])
