"""From the text of a sheet to a proposal of what everything in it means.

In: tables as text, and what is declared already. Out: a `Proposal`: a whole mapping, with a reason
and a certainty for each part of it.
Decisions: what is declared is never proposed otherwise. Columns, layout and labels are proposed
together, because which column is what tells how the rest must be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.records.assignment.columns import (
    FIRST,
    KINDS,
    Columns,
    take_by_values,
    take_given,
    take_named,
    take_near,
    take_others,
)
from analysis.records.assignment.labels import (
    Labels,
    distinct_texts,
    propose_ages,
    propose_choices,
    propose_domains,
    propose_formats,
    propose_levels,
    propose_weeks,
)
from analysis.records.assignment.plan import CERTAIN, Item, Proposal
from analysis.records.assignment.profile import Profile
from analysis.records.assignment.shapes import (
    Shape,
    find_filling,
    find_goal_blocks,
    find_goal_rule,
    find_ticks,
    find_visits,
)
from analysis.records.headings import missing_names, plain_name
from analysis.records.mapping import Mapping
from analysis.records.schema import FORMATS, SESSION_FORMATS
from analysis.records.text import TextTable

Named = tuple[str, TextTable]


def propose_tables(tables: Sequence[Named], declared: Mapping, *, raw: bool = False) -> Proposal:
    """Propose what every part of the tables means.

    Args:
        tables: schema name ("flat" for the one sheet with everything) and text of each.
        declared: what a clinic's mapping says already.
        raw: whether names and dates are welcome (a raw export).
    """
    whole, certain = declared, declared
    proposal = Proposal(whole, certain)
    for name, table in tables:
        one = _propose_table(name, table, proposal.mapping, raw)
        proposal.items += one.items
        proposal.notes += one.notes
        proposal.lacking += [column for column in one.lacking if column not in proposal.lacking]
        proposal.mapping = one.mapping
        proposal.certain = _join(proposal.certain, one.certain)
        for column, found in one.unknown.items():
            kept = proposal.unknown.setdefault(column, [])
            kept += [label for label in found if label not in kept]
    return proposal


def _join(first: Mapping, second: Mapping) -> Mapping:
    return replace(second, columns={**first.columns, **second.columns})


def _propose_table(name: str, table: TextTable, declared: Mapping, raw: bool) -> Proposal:
    profiles = [Profile(column, table.n_rows) for column in table.columns]
    columns = Columns(profiles, name, declared, raw)
    shape = Shape(
        list(declared.reviews),
        list(declared.goals),
        declared.goal_rule,
        declared.fill,
        dict(declared.formats),
    )
    take_given(columns)
    if name == "flat":
        _find_shape(columns, shape, declared)
    else:
        needed = missing_names(name, columns.taken)
        take_named(columns, needed)
        take_by_values(columns, needed)
        take_near(columns, needed)
    take_others(columns)
    labels = _propose_labels(columns, shape, declared)
    items = [*columns.items, *shape.items, *labels.items]
    have = {*columns.taken, *_given_by_shape(shape, columns)}
    found = {
        columns.heading(index): schema
        for schema, index in columns.taken.items()
        if plain_name(columns.heading(index)) != schema
    }
    whole = _with(declared, {**declared.columns, **found}, shape, labels)
    sure = {item.means for item in columns.items if item.certainty == CERTAIN}
    certain = _certain(declared, found, sure, shape, items)
    if labels.weeks_said:
        whole, certain = replace(whole, weeks_said=True), replace(certain, weeks_said=True)
    proposal = Proposal(whole, certain, items, list(missing_names(name, have)))
    proposal.unknown = labels.unknown
    return proposal


def _find_shape(columns: Columns, shape: Shape, declared: Mapping) -> None:
    take_named(columns, ("child_id",))
    if not declared.reviews and not declared.goals and "attainment" not in columns.taken:
        find_goal_blocks(columns, shape)
        if not shape.goals:
            find_visits(columns, shape)
    wide = bool(shape.reviews) or any("attainment" in block for block in shape.goals)
    wanted = [
        name
        for name in FIRST
        if not (name in ("attainment", "baseline_level") and wide)
        and not (name == "week" and shape.reviews)
        and not (name in ("goal_id", "domain") and shape.goals)
    ]
    take_named(columns, wanted)
    if "format" not in columns.taken and not shape.formats:
        find_ticks(columns, shape)
    if shape.formats:
        wanted.remove("format")
    take_by_values(columns, wanted)
    take_near(columns, wanted)
    if columns.raw and "date" not in columns.taken and not shape.reviews:
        take_named(columns, ("start_date", "birth_date", "date"))
        take_by_values(columns, ("date",))
    if not shape.fill:
        find_filling(columns, shape)
    if not shape.goal_rule:
        find_goal_rule(columns, shape, wide)


def _given_by_shape(shape: Shape, columns: Columns) -> set[str]:
    have: set[str] = set()
    if shape.goal_rule in ("row", "domain") or shape.goals:
        have.add("goal_id")
    if shape.goals and all("domain" in block for block in shape.goals):
        have.add("domain")
    if shape.reviews:
        have |= {"attainment", "week"}
    if any("attainment" in block for block in shape.goals):
        have.add("attainment")
    if "date" in columns.taken:
        have.add("week")
    if shape.formats:
        have.add("format")
    return have


def _propose_labels(columns: Columns, shape: Shape, declared: Mapping) -> Labels:
    labels = Labels()
    by_heading = {plain_name(profile.column.heading): profile for profile in columns.profiles}

    def of_blocks(name: str) -> list[Profile]:
        found = [by_heading.get(plain_name(block.get(name, ""))) for block in shape.goals]
        return [profile for profile in found if profile is not None]

    def of(name: str) -> list[Profile]:
        index = columns.taken.get(name)
        return [*([columns.profiles[index]] if index is not None else []), *of_blocks(name)]

    reviews = [by_heading.get(plain_name(str(one["level"]))) for one in shape.reviews]
    levels = [*of("attainment"), *(one for one in reviews if one is not None)]
    propose_levels(labels, distinct_texts([*levels, *of("baseline_level")]), declared)
    for name in ("format", "delivered"):
        propose_formats(labels, name, distinct_texts(of(name)), declared)
    propose_domains(labels, distinct_texts(of("domain")), declared)
    for profile in of("week"):
        propose_weeks(labels, profile, declared)
    for profile in of("age_years"):
        propose_ages(labels, profile, declared)
    for name, schema in KINDS.items():
        if schema.choices and name not in ("format", "delivered", "domain"):
            propose_choices(labels, name, schema.choices, distinct_texts(of(name)), declared)
    return labels


def _with(declared: Mapping, headings: dict[str, str], shape: Shape, labels: Labels) -> Mapping:
    said = labels.settings
    lowest = said.get("levels.lowest", declared.lowest_level)
    merged = {
        column: {**declared.labels.get(column, {}), **labels.labels.get(column, {})}
        for column in dict.fromkeys([*declared.labels, *labels.labels])
    }
    return replace(
        declared,
        columns=headings,
        labels={column: found for column, found in merged.items() if found},
        lowest_level=lowest if isinstance(lowest, int) else -2,
        halves=declared.halves or "levels.halves" in said,
        days=declared.days or said.get("weeks.unit") == "days",
        months=declared.months or said.get("weeks.unit") == "months",
        age_months=declared.age_months or "ages.unit" in said,
        reviews=tuple(shape.reviews),
        goals=tuple(shape.goals),
        goal_rule=shape.goal_rule,
        fill=shape.fill,
        formats=shape.formats,
        weeks_said=declared.weeks_said or _says_weeks(shape, labels),
    )


def _says_weeks(shape: Shape, labels: Labels) -> bool:
    return bool(shape.reviews or "week" in labels.labels or "weeks.unit" in labels.settings)


def _certain(
    declared: Mapping, found: dict[str, str], sure: set[str], shape: Shape, items: list[Item]
) -> Mapping:
    """Give the mapping without what must be confirmed."""
    columns = {heading: name for heading, name in found.items() if name in sure}
    open_shape = any(
        item.certainty != CERTAIN and item.part in ("reviews", "goals", "layout") for item in items
    )
    mapping = replace(declared, columns={**declared.columns, **columns})
    if open_shape:
        return mapping
    return replace(
        mapping,
        reviews=tuple(shape.reviews),
        goals=tuple(shape.goals),
        goal_rule=shape.goal_rule,
        fill=shape.fill,
        formats=shape.formats,
        weeks_said=declared.weeks_said or bool(shape.reviews),
    )


CHOICES = {
    "format": " or ".join(f'"{name}"' for name in FORMATS),
    "delivered": " or ".join(f'"{name}"' for name in SESSION_FORMATS),
    "attainment": 'a level from -2 to 2, or "missing"',
    "baseline_level": 'a level from -2 to 2, or "missing"',
    "week": "the week, counted from the start",
}
