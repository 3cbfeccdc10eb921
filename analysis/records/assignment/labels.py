"""What labels, levels and weeks in the cells stand for.

In: the assigned columns of one table. Out: labels proposed, the scale of levels, units, each with a
reason; and labels that nothing tells the meaning of.
Decisions: the direction of a scale, the order of coded formats and the weeks of named visits are
never taken without being asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.records.assignment.meanings import unit_of
from analysis.records.assignment.plan import Item
from analysis.records.assignment.profile import MOST_LOOKED_AT, NUMBER, Profile
from analysis.records.assignment.visits import Visit, read_visit, space_visits
from analysis.records.assignment.words import (
    GUESS,
    LIKELY,
    SIGNS,
    read_domain,
    read_format,
    read_level,
    read_step,
    stands_for_missing,
)
from analysis.records.headings import plain_name
from analysis.records.mapping import MISSING
from analysis.records.mapping import Mapping as Declared
from analysis.records.privacy.labels import hide_label, show_label
from analysis.records.schema import DOMAINS, FORMATS
from analysis.records.text import clean_text

ROWS_TO_SHOW = 3  # a word in one or two rows can be a slip, and so about one child
MISSING_CODES = ("99", "999", "-99", "-999", "9", "-9", "88", "888", "77")


@dataclass(eq=False)
class Labels:
    """What is proposed for the cells of one table.

    Attributes:
        labels: schema column to (label as the file has it to what it means).
        settings: "levels.lowest", "levels.halves", "weeks.unit", "ages.unit" to their values.
        unknown: schema column to labels nothing tells the meaning of, as they may be shown.
        items: what was proposed.
        weeks_said: whether the cells themselves say that they count weeks.
    """

    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    settings: dict[str, str | int] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    weeks_said: bool = False

    def say(self, column: str, text: str, means: str, reason: str, certainty: str) -> None:
        """Propose a meaning of a label, once."""
        if text not in self.labels.setdefault(column, {}):
            self.labels[column][text] = means
            self.items.append(Item(f"labels.{column}", show_label(text), means, reason, certainty))

    def wonder(self, column: str, text: str, n_rows: int) -> None:
        """Keep a label that nothing tells the meaning of; a rare one is not shown."""
        shown = show_label(text) if n_rows >= ROWS_TO_SHOW else hide_label(text)
        if shown not in self.unknown.setdefault(column, []):
            self.unknown[column].append(shown)

    def set(self, key: str, value: str | int, given: str, means: str, reason: str) -> None:
        """Propose a setting."""
        self.settings[key] = value
        self.items.append(Item(key.partition(".")[0], given, means, reason, LIKELY))


def distinct_texts(profiles: Iterable[Profile]) -> dict[str, int]:
    """Give the distinct cleaned texts of columns, words for "missing" included, with their rows."""
    found: dict[str, int] = {}
    for profile in profiles:
        column = profile.column
        counts = np.bincount(column.codes, minlength=len(column.values))
        for value, n in zip(column.values, counts, strict=True):
            text = clean_text(value)
            if text and n and (text in found or len(found) < MOST_LOOKED_AT):
                found[text] = found.get(text, 0) + int(n)
    return found


def propose_formats(
    labels: Labels, column: str, texts: Mapping[str, int], declared: Declared
) -> None:
    """Propose formats for the labels of a column of formats."""
    known = _declared(declared, column)
    left = [text for text in texts if plain_name(text) not in known and text not in known]
    codes = [text for text in left if NUMBER.fullmatch(text)]
    for text in left:
        label, certainty = read_format(text)
        if label and certainty == LIKELY:
            labels.say(column, text, label, "it reads like it", LIKELY)
        elif stands_for_missing(text):
            labels.say(column, text, MISSING, "it reads like a word for missing", LIKELY)
        elif not label and text not in codes:
            labels.wonder(column, text, texts[text])
    base = 0 if "0" in codes else 1
    for text in sorted(codes, key=float):
        place = float(text) - base
        if place in (0, 1, 2):
            reason = "only your codebook tells: look it up"
            labels.say(column, text, FORMATS[int(place)], reason, GUESS)
        else:
            labels.wonder(column, text, texts[text])


def propose_domains(labels: Labels, texts: Mapping[str, int], declared: Declared) -> None:
    """Propose one of the six domains for each of a clinic's own words."""
    known = _declared(declared, "domain")
    left = [text for text in texts if plain_name(text) not in known and text not in known]
    for text in left:
        label, certainty = read_domain(text)
        if NUMBER.fullmatch(text):
            if 1 <= float(text) <= len(DOMAINS):
                reason = "only your codebook tells: look it up"
                labels.say("domain", text, DOMAINS[int(float(text)) - 1], reason, GUESS)
        elif label and certainty == LIKELY:
            labels.say("domain", text, label, "it is about that", LIKELY)
        elif stands_for_missing(text) or not label:
            labels.wonder("domain", text, texts[text])


def propose_levels(labels: Labels, texts: Mapping[str, int], declared: Declared) -> None:
    """Propose the scale of levels and the meaning of words in their place."""
    known = _declared(declared, "attainment")
    numbers: list[float] = []
    steps = _steps_of_another_scale(texts)
    for text in texts:
        if plain_name(text) in known or text in known:
            continue
        if text in steps:
            labels.say("attainment", text, str(steps[text]), "its words say so", LIKELY)
            continue
        level, certainty = read_level(text)
        plain = text.translate(SIGNS)
        if stands_for_missing(text):
            labels.say("attainment", text, MISSING, "it reads like a word for missing", LIKELY)
        elif NUMBER.fullmatch(plain):
            if plain in MISSING_CODES and abs(float(plain)) > 5:
                reason = "no scale of levels has it"
                labels.say("attainment", text, MISSING, reason, LIKELY)
            else:
                numbers.append(float(plain.replace(",", ".")))
        elif level is not None and certainty == LIKELY:
            labels.say("attainment", text, f"{level:g}", "it reads like it", LIKELY)
        elif level is not None:
            numbers.append(float(level))
        else:
            labels.wonder("attainment", text, texts[text])
    if numbers and declared.lowest_level == -2:
        _propose_scale(labels, numbers)
    half = any(number != int(number) and number * 2 == int(number * 2) for number in numbers)
    if half and not declared.halves:
        means = "read as the level below (-0.5 as -1)"
        labels.set("levels.halves", "level_below", "half levels", means, "some levels are halves")


def _steps_of_another_scale(texts: Iterable[str]) -> dict[str, int]:
    """Give the levels of steps such as "1 - much less" or "3 - as expected".

    Only where all words differ from their number by the same two (0 to 4) or three (1 to 5), or
    where three or more count down from four or five, so that their words alone tell the way up.
    """
    steps = {text: step for text in texts if (step := read_step(text)) is not None}
    shifts = {number - level for number, level in steps.values()}
    turned = {number + level for number, level in steps.values()}
    counts_down = len(steps) > 2 and turned in ({2}, {3})
    if len(steps) < 2 or not (counts_down or shifts in ({2}, {3})):
        return {}
    return {text: level for text, (_, level) in steps.items()}


def _propose_scale(labels: Labels, numbers: list[float]) -> None:
    low, high = min(numbers), max(numbers)
    for lowest in (1, 0):
        if lowest <= low and 2 < high <= lowest + 4:
            given = f"levels from {low:g} to {high:g}"
            means = f"{lowest} is -2 (least), {lowest + 4} is +2 (most)"
            reason = "a scale of five: make sure that a higher number is better"
            labels.set("levels.lowest", lowest, given, means, reason)
            return
    if low == -3 and high <= 2:
        means = "-3 (worse than at the start) is read as -2"
        labels.set("levels.lowest", -3, "levels from -3", means, "some levels are -3")


def propose_weeks(labels: Labels, profile: Profile, declared: Declared) -> None:
    """Propose the unit of a column of weeks, and the week of each visit named in it."""
    known = _declared(declared, "week")
    unit = unit_of(profile.column.heading)
    numeric = profile.numeric > 0.5
    if unit and numeric and not (declared.days or declared.months):
        labels.set(
            "weeks.unit", unit, f"numbers of {unit}", "turned into weeks", "the heading says"
        )
    visits: dict[str, Visit] = {}
    for text, n_rows in distinct_texts([profile]).items():
        if plain_name(text) in known or text in known or NUMBER.fullmatch(text.replace(",", ".")):
            continue
        visit = None if stands_for_missing(text) else read_visit(text)
        if visit is None:
            labels.wonder("week", text, n_rows)
        else:
            visits[text] = visit
            labels.weeks_said |= visit.kind == "weeks"
    distinct = list(dict.fromkeys((visit.kind, visit.number) for visit in visits.values()))
    weeks = dict(zip(distinct, space_visits([Visit(*one) for one in distinct]), strict=True))
    for text, visit in visits.items():
        week, guess = weeks[visit.kind, visit.number]
        if guess:
            reason = "nothing in the sheet says when: put in the week"
            labels.say("week", text, str(week), reason, GUESS)
        elif not visit.certain:
            reason = f"{visit.number} {visit.kind} are about that many weeks"
            labels.say("week", text, str(week), reason, LIKELY)


def propose_ages(labels: Labels, profile: Profile, declared: Declared) -> None:
    """Propose months as the unit of ages, when they cannot be years."""
    if declared.age_months or not profile.numbers or profile.numeric < 0.8:
        return
    heading = unit_of(profile.column.heading) == "months"
    if heading or (min(profile.numbers) > 18 and max(profile.numbers) <= 228):
        reason = "the heading says so" if heading else "no child here is that old in years"
        labels.set("ages.unit", "months", "ages", "months, turned into years", reason)


def propose_choices(
    labels: Labels,
    column: str,
    choices: Sequence[str],
    texts: Mapping[str, int],
    declared: Declared,
) -> None:
    """Note the labels of another column that are not among its choices."""
    known = _declared(declared, column)
    for text in texts:
        plain = plain_name(text)
        if plain not in choices and plain not in known and text not in known:
            near = re.sub(r"[^a-z]", "", plain)
            match = [one for one in choices if near and one.replace("_", "").startswith(near)]
            if len(match) == 1 and len(near) > 2:
                labels.say(column, text, match[0], "it reads like it", LIKELY)
            elif stands_for_missing(text):
                labels.say(column, text, MISSING, "it reads like a word for missing", LIKELY)


def _declared(declared: Declared, column: str) -> set[str]:
    return {plain_name(label) or label for label in declared.labels.get(column, {})}
