"""How a sheet is laid out: a row a review, a goal or a child; visits and goals side by side.

In: the columns of one table. Out: its visits, goal blocks and layout rules, each with a reason.
Decisions: a column is a visit only when its heading names one and its values are levels. Weeks
written in the heading are certain; others are guesses that must be accepted by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from analysis.records.assignment.columns import Columns
from analysis.records.assignment.plan import Item
from analysis.records.assignment.profile import NEARLY_ALL, Profile
from analysis.records.assignment.visits import Visit, is_of_date, read_visit, space_visits
from analysis.records.assignment.words import (
    BRACKETS,
    CERTAIN,
    GUESS,
    LIKELY,
    plain_words,
    read_format,
)
from analysis.records.privacy.shapes import fold
from analysis.records.text import clean_text

YESES = frozenset(
    ["y", "yes", "x", "true", "ja", "j", "oui", "o", "si", "s", "sim", "✓", "✔", "☑", "√"]
)
NOES = frozenset(["n", "no", "false", "nein", "non", "nee", "nej", "-", "0"])
GOAL_NUMBER = re.compile(
    r"(?:^|_)(?:goal|ziel|objectif|objetivo|obiettivo|doel|mal|target|objective|g|z)_?(\d{1,2})"
    r"(?:_|$)|^(\d{1,2})_(?!(?:w|m|d)[a-z]*(?:_|$))(?=\D)|(?:^|_)(?:goal|ziel|target)_([a-h])(?:_|$)"
)
LAST_NUMBER = re.compile(r"_(\d{1,2})$")
ANY_NUMBER = re.compile(r"_?(\d{1,2})(?:_|$)")
REST_MEANS = {
    "domain": re.compile(
        r"(?:goal_)?(?:area|domain|category|type|bereich|domaine|ambito|gebied|kind|skill)s?"
    ),
    "importance": re.compile(r"importance"),
    "difficulty": re.compile(r"difficulty"),
    "attainment": re.compile(
        r"(?:gas|score|level|rating|attainment|gas_score|gas_level|stufe|result|value|outcome)?"
    ),
    "goal_id": re.compile(r"(?:id|code|no|number)"),
}
MOSTLY_BLANK = 0.25
LEAST_CHILDREN = 8  # so that two children, or one written in two ways, share no numbering


@dataclass(eq=False)
class Shape:
    """How a sheet is laid out.

    Attributes:
        reviews, goals: parts of the mapping, as in `Mapping`.
        goal_rule, fill, formats: as in `Mapping`.
        items: what was proposed.
    """

    reviews: list[dict[str, str | int]] = field(default_factory=list)
    goals: list[dict[str, str]] = field(default_factory=list)
    goal_rule: str = ""
    fill: str = ""
    formats: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)


def find_goal_blocks(columns: Columns, shape: Shape) -> None:
    """Take goals that stand side by side in a row ("Goal 1 area", "Goal 1 pre", "Goal 2 area")."""
    parts = _numbered_parts(columns, GOAL_NUMBER)
    for pattern in (ANY_NUMBER, LAST_NUMBER):
        if len(parts) >= 2:
            break
        parts = _numbered_parts(columns, pattern)
        rests = [{rest for _, rest in found if _is_rest(rest)} for found in parts.values()]
        if not all(len(own) >= 2 and own == rests[0] for own in rests):
            parts = {}
    if len(parts) < 2:
        return
    blocks: list[dict[str, str]] = []
    reviews: list[dict[str, str | int]] = []
    visits: list[tuple[int, Visit]] = []
    used: set[int] = set()
    for number, found_parts in parts.items():
        block = {"goal": number}
        for index, rest in found_parts:
            visit = read_visit(rest)
            profile = columns.profiles[index]
            name = next((name for name, form in REST_MEANS.items() if form.fullmatch(rest)), "")
            if visit and not visit.left and not is_of_date(rest) and _holds_levels(profile):
                reviews.append({"level": columns.heading(index), "goal": number})
                visits.append((index, visit))
                used.add(index)
            elif name and name not in block and _fits_block(profile, name):
                block[name] = columns.heading(index)
                used.add(index)
        blocks.append(block)
    levels = {block["goal"] for block in blocks if "attainment" in block}
    if not reviews and len(levels) < 2:
        return
    columns.used |= used
    shape.goals = [
        block
        for block in blocks
        if block["goal"] in levels or any(one["goal"] == block["goal"] for one in reviews)
    ]
    kept = {block["goal"] for block in shape.goals}
    shape.items.append(
        Item(
            "goals",
            f"{len(shape.goals)} goals in a row",
            ", ".join(sorted({key for block in shape.goals for key in block} - {"goal"}))
            or "levels",
            "the headings number them",
            LIKELY,
        )
    )
    _set_weeks(columns, shape, [(i, v) for i, v in visits], reviews)
    shape.reviews = [one for one in shape.reviews if one["goal"] in kept]


def _numbered_parts(columns: Columns, pattern: re.Pattern[str]) -> dict[str, list[tuple[int, str]]]:
    """Give for each number in headings its columns, with the rest of their headings."""
    parts: dict[str, list[tuple[int, str]]] = {}
    for index in columns.spare():
        plain = plain_words(columns.heading(index))
        found = pattern.search(plain)
        if found:
            rest = f"{plain[: found.start()]}_{plain[found.end() :]}".strip("_")
            number = next(group for group in found.groups() if group)
            parts.setdefault(number, []).append((index, rest))
    return parts


def _is_rest(rest: str) -> bool:
    visit = read_visit(rest)
    return bool(rest) and (
        (visit is not None and not visit.left)
        or any(form.fullmatch(rest) for form in REST_MEANS.values())
    )


def _fits_block(profile: Profile, name: str) -> bool:
    if name == "attainment":
        return _holds_levels(profile)
    if name == "domain":
        return profile.prose < 0.3 and profile.dates == 0
    return not profile.n_filled or profile.numeric >= NEARLY_ALL or name == "goal_id"


def _holds_levels(profile: Profile) -> bool:
    return not profile.n_filled or profile.levels >= 0.8


def find_visits(columns: Columns, shape: Shape) -> None:
    """Take visits that stand side by side ("Baseline", "6 weeks"), and their dates if raw."""
    visits: list[tuple[int, Visit]] = []
    numbers: list[tuple[int, Visit]] = []
    worded: dict[int, list[tuple[int, Visit]]] = {}
    dates: dict[tuple[str, int], int] = {}
    for index in columns.spare():
        profile = columns.profiles[index]
        plain = plain_words(columns.heading(index))
        visit = read_visit(columns.heading(index))
        if visit is None and re.fullmatch(r"\d{1,2}", plain) and int(plain) <= 60:
            numbers.append((index, Visit("weeks", int(plain))))
        elif visit and profile.dates >= 0.7:
            if columns.raw:
                dates[visit.kind, visit.number] = index
        elif visit and not visit.left and not is_of_date(plain) and _holds_levels(profile):
            visits.append((index, visit))
        elif visit and visit.certain and not is_of_date(plain) and _holds_levels(profile):
            worded.setdefault(visit.number, []).append((index, visit))
    if len(visits) > 1:
        # A week that only a heading with other words names would else be lost without a word.
        there = {visit.week for _, visit in visits}
        visits += [one[0] for week, one in worded.items() if week not in there and len(one) == 1]
        visits.sort(key=lambda one: one[0])
    if len(numbers) >= 2 and all(_holds_levels(columns.profiles[i]) for i, _ in numbers):
        visits += numbers
    known = [index for index, _ in visits if columns.profiles[index].n_filled]
    if len(visits) < 2 or len(known) < 2:
        return
    columns.used |= {index for index, _ in visits}
    _ask_about_the_rest(columns, shape)
    reviews: list[dict[str, str | int]] = [{"level": columns.heading(index)} for index, _ in visits]
    if dates and all((visit.kind, visit.number) in dates for _, visit in visits):
        for (_, visit), review in zip(visits, reviews, strict=True):
            day = dates[visit.kind, visit.number]
            review["date"] = columns.heading(day)
            columns.used.add(day)
        shape.reviews = reviews
        shape.items.append(
            Item("reviews", f"{len(reviews)} visits", "each with its date", "headings pair", LIKELY)
        )
        return
    _set_weeks(columns, shape, visits, reviews)
    bare = {index for index, _ in numbers}
    if bare & {index for index, _ in visits}:
        shape.items.append(
            Item(
                "reviews",
                "headings that are numbers",
                "weeks",
                "they go up and hold levels",
                LIKELY,
            )
        )


def _ask_about_the_rest(columns: Columns, shape: Shape) -> None:
    """Ask about columns of levels whose heading has a number but is no visit known here.

    They would be left out, and with them perhaps the last level of every goal.
    """
    for index in columns.spare():
        profile = columns.profiles[index]
        counted = any(map(str.isdigit, columns.heading(index)))
        if counted and profile.sure_levels and profile.levels >= NEARLY_ALL:
            reason = "it holds levels, but nothing says when: add it below with its week if it does"
            shape.items.append(
                Item("reviews", columns.shown(index), "a column left out", reason, GUESS)
            )


def _set_weeks(
    columns: Columns,
    shape: Shape,
    visits: list[tuple[int, Visit]],
    reviews: list[dict[str, str | int]],
) -> None:
    """Give each review its week: what the heading says, else a guess."""
    distinct = list(dict.fromkeys((visit.kind, visit.number) for _, visit in visits))
    weeks = dict(zip(distinct, space_visits([Visit(*one) for one in distinct]), strict=True))
    shape.reviews = []
    said: set[tuple[str, int]] = set()
    for (index, visit), review in zip(visits, reviews, strict=True):
        key = (visit.kind, visit.number)
        week, guess = weeks[key]
        shape.reviews.append({**review, "week": week})
        if key in said:
            continue
        said.add(key)
        shape.items.append(
            Item("reviews", columns.shown(index), f"week {week}", *_week_reason(visit, guess))
        )


def _week_reason(visit: Visit, guess: bool) -> tuple[str, str]:
    if guess:
        return "nothing in the sheet says when: put in the week", GUESS
    if visit.certain and visit.left:
        return "the heading says so, beside other words", LIKELY
    if visit.certain:
        return "the heading says so", CERTAIN
    if visit.kind in ("calendar", "month"):
        return "counted from the month of the first visit", LIKELY
    return f"{visit.number} {visit.kind} are about that many weeks", LIKELY


def find_ticks(columns: Columns, shape: Shape) -> None:
    """Take columns, each for one way of therapy, that say yes or a number of sessions.

    Combined therapy may have a column of its own, beside one or both of the others.
    """
    found: dict[str, list[int]] = {"individual": [], "group": [], "combined": []}
    for index in columns.spare():
        heading = re.sub(
            r"(?i)sessions?|therapy|y ?/ ?n|yes ?/ ?no|\?", " ", columns.heading(index)
        )
        label = read_format(BRACKETS.sub(" ", heading))[0]
        values = map(clean_text, columns.profiles[index].column.values)
        texts = [text for text in values if text]
        if label in found and any(map(is_yes, texts)) and all(map(_is_yes_or_no, texts)):
            found[label].append(index)
    found = {name: places for name, places in found.items() if places}
    if len(found) >= 2 and all(len(places) == 1 for places in found.values()):
        shape.formats = {name: columns.heading(places[0]) for name, places in found.items()}
        columns.used |= {places[0] for places in found.values()}
        given = " and ".join(f'"{columns.shown(places[0])}"' for places in found.values())
        means = "the format: yes in both is combined"
        if "combined" in found:
            left = {"individual", "group"} - set(found)
            means = "the format" + "".join(f": no in both is {name}" for name in left)
        shape.items.append(Item("layout", given, means, "each is about one way of therapy", LIKELY))


def is_yes(cell: str) -> bool:
    """Tell whether a cell says yes: a word, a tick, or a number above 0."""
    if cell.replace(".", "", 1).isdigit():
        return float(cell) > 0
    return cell.casefold() in YESES


def _is_yes_or_no(text: str) -> bool:
    return is_yes(text) or text.casefold() in NOES or text.replace(".", "", 1) == "0"


def find_goal_rule(columns: Columns, shape: Shape, wide: bool) -> None:
    """Tell how goals are told apart, when they have no code of their own."""
    child = columns.taken.get("child_id")
    if child is None or (columns.raw and "goal_id" in columns.taken):
        return
    if shape.goals:
        shape.goal_rule = "within_child"
        return
    goal = columns.taken.get("goal_id")
    if goal is None:
        if wide:
            shape.goal_rule = "row"
            _say_rule(shape, "each row is a goal of its own", "no column holds a code of the goal")
        elif "domain" in columns.taken and "week" in columns.taken:
            shape.goal_rule = "domain"
            _say_rule(
                shape,
                "a child has one goal in each domain",
                "no column holds a code of the goal",
            )
        return
    owners = _owners(columns.profiles[child], columns.profiles[goal], shape.fill == "down")
    if len(owners) and np.median(owners) >= MOSTLY_BLANK * _n_alike(columns.profiles[child]):
        shape.goal_rule = "within_child"
        _say_rule(
            shape, "goals are numbered anew for each child", "children share their codes of goals"
        )


def _n_alike(child: Profile) -> int:
    """Count children whose codes differ in more than signs between letters and digits."""
    plain = {re.sub(r"_x[0-9a-fA-F]{4}_|[\W_]", "", fold(text)) for text in child.column.values}
    return max(len(plain - {""}), LEAST_CHILDREN)


def _owners(child: Profile, goal: Profile, filled_down: bool) -> np.ndarray:
    """Give for each goal that any row names, how many children it stands with."""
    first, second = child.column.codes.astype(np.int64), goal.column.codes.astype(np.int64)
    blank = np.array([not clean_text(value) for value in child.column.values] or [True])
    if filled_down:
        rows = np.where(blank[first], -1, np.arange(len(first)))
        rows = np.maximum(np.maximum.accumulate(rows), 0)
        first = first[rows]
    named = np.array([bool(clean_text(value)) for value in goal.column.values] or [False])
    keep = named[second] & ~blank[first]
    width = len(child.column.values) + 1
    pairs = np.unique(second[keep] * width + first[keep])
    if len(np.unique(first[keep])) < 2:
        return np.zeros(0, dtype=np.int64)
    return np.unique(pairs // width, return_counts=True)[1]


def _say_rule(shape: Shape, means: str, reason: str) -> None:
    shape.items.append(Item("layout", "goals", means, reason, LIKELY))


def find_filling(columns: Columns, shape: Shape) -> None:
    """Tell whether a child is written once above its rows, or its traits on one row only."""
    child = columns.taken.get("child_id")
    if child is None:
        return
    profile = columns.profiles[child]
    n_rows, n_blank = profile.n_rows, profile.n_blank
    if profile.starts_filled and n_blank >= MOSTLY_BLANK * n_rows:
        shape.fill = "down"
        reason = f"{n_blank:,} of {n_rows:,} rows have no child, and each follows one that has"
        shape.items.append(
            Item("layout", "a child written once", "filled down to its rows", reason, LIKELY)
        )
        return
    for name in ("format", "domain", "goal_id"):
        index = columns.taken.get(name)
        if index is None or n_blank:
            continue
        one = columns.profiles[index]
        if one.n_filled and one.n_blank >= MOSTLY_BLANK * n_rows:
            shape.fill = "down" if name == "goal_id" else shape.fill or "child"
            reason = f"{one.n_blank:,} of {n_rows:,} rows leave {name} empty"
            means = "filled from the other rows of the same child"
            shape.items.append(Item("layout", f"{name} written once", means, reason, LIKELY))


def fill_down(cells: list[str]) -> list[str]:
    """Give the cells, each blank one with the last text above it."""
    last, filled = "", []
    for cell in cells:
        last = cell or last
        filled.append(last)
    return filled
