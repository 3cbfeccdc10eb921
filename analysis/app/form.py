"""The form: a proposal as questions with choices, and the answers as a mapping.

In: tables as text with what they are proposed to mean; what a person chose. Out: `Question`s in
the order of the sheet; a `Mapping`.
Decisions: the form knows headings and labels by their number, so that no text of the records comes
back from the browser. What may not be shown stands there by its letter or length.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.app.words import LAYOUT, VISIT, Choice, column_choices, label_choices
from analysis.records.assignment.columns import show_known
from analysis.records.assignment.plan import CERTAIN, Item, Proposal
from analysis.records.headings import LEFT_OUT, plain_name, required_names, resolve_headings
from analysis.records.mapping import DATE_ORDERS, MISSING, Mapping
from analysis.records.privacy.labels import show_label
from analysis.records.text import TextTable

Answers = AnyMapping[str, str]


@dataclass(frozen=True)
class Question:
    """One drop-down or number of the form.

    Attributes:
        name: its name in the form.
        asked: what it asks about: a heading or label as it may be shown, or a phrase.
        choices: what may be chosen; empty for a number.
        value: what is proposed.
        reason: why, or "".
        certainty: "certain", "likely", "guess" or "" when nothing is proposed.
        week: for a column that may hold a visit's levels, the week proposed; None for others.
        fixed: what it is, where there is nothing to choose.
    """

    name: str
    asked: str
    choices: tuple[Choice, ...] = ()
    value: str = ""
    reason: str = ""
    certainty: str = ""
    week: str | None = None
    fixed: str = ""


def ask_columns(name: str, table: TextTable, place: int, proposal: Proposal) -> list[Question]:
    """Give a question for each column of a table.

    Args:
        name: schema table, or "flat".
        table: its text.
        place: number of the table in the form.
        proposal: what is proposed.
    """
    mapping = proposal.mapping
    items = {item.given: item for item in proposal.items if item.part in ("columns", "reviews")}
    names = resolve_headings(table.headings, name, mapping.columns)
    visits = _simple_visits(mapping)
    parts = _fixed_parts(mapping)
    asked = []
    for i, (column, meant) in enumerate(zip(table.columns, names, strict=True)):
        shown = show_known(column.heading, column.position)
        plain = plain_name(column.heading)
        item = items.get(shown)
        week = visits.get(plain)
        if plain in parts:
            asked.append(
                Question(
                    f"col.{place}.{i}",
                    shown,
                    reason=item.reason if item else "",
                    certainty=item.certainty if item else "",
                    week=_goal_weeks(mapping).get(plain),
                    fixed=parts[plain],
                )
            )
            continue
        own = bool(meant) and plain == meant
        sure = item is not None and item.certainty == CERTAIN
        may_leave = not (own or sure) or meant not in required_names(name)
        asked.append(
            Question(
                f"col.{place}.{i}",
                shown,
                column_choices(name, may_leave=may_leave, visits=name == "flat"),
                VISIT if week is not None else meant,
                "it bears this program's own name" if own else item.reason if item else "",
                CERTAIN if own else item.certainty if item else "",
                (week or "") if name == "flat" else None,
            )
        )
    return asked


def _simple_visits(mapping: Mapping) -> dict[str, str]:
    return {
        plain_name(str(review["level"])): str(review["week"])
        for review in mapping.reviews
        if set(review) == {"level", "week"}
    }


def _goal_weeks(mapping: Mapping) -> dict[str, str]:
    """Give the week of each column that holds one goal's levels at one visit."""
    return {
        plain_name(str(review["level"])): str(review["week"])
        for review in mapping.reviews
        if "goal" in review and "week" in review
    }


def _fixed_parts(mapping: Mapping) -> dict[str, str]:
    parts: dict[str, str] = {}
    for block in mapping.goals:
        for key, heading in block.items():
            if key != "goal":
                parts[plain_name(heading)] = f"{key.replace('_', ' ')} of goal {block['goal']}"
    for review in mapping.reviews:
        if set(review) == {"level", "week"}:
            continue
        of = f" of goal {review['goal']}" if "goal" in review else ""
        parts.setdefault(plain_name(str(review["level"])), f"level{of}")
        if "date" in review:
            parts.setdefault(plain_name(str(review["date"])), "date of a visit")
    for name, heading in mapping.formats.items():
        parts[plain_name(heading)] = f"says whether therapy was {name}"
    return parts


def ask_labels(proposal: Proposal) -> list[tuple[str, list[Question]]]:
    """Give for each column of labels a question about each label."""
    found = []
    for column, entries in _labels(proposal).items():
        items = {item.given: item for item in proposal.items if item.part == f"labels.{column}"}
        number = column == "week"
        asked = []
        for j, (label, value) in enumerate(entries):
            item = items.get(show_label(label))
            asked.append(
                Question(
                    f"label.{column}.{j}",
                    show_label(label),
                    () if number else label_choices(column),
                    value,
                    item.reason if item else "",
                    item.certainty if item else "",
                )
            )
        found.append((column, asked))
    return found


def _labels(proposal: Proposal) -> dict[str, list[tuple[str, str]]]:
    labels = {name: list(found.items()) for name, found in proposal.mapping.labels.items()}
    for name, unknown in proposal.unknown.items():
        known = {label for label, _ in labels.get(name, [])}
        new = [(label, "") for label in unknown if label not in known and label[0] != "("]
        labels.setdefault(name, []).extend(new)
    return {name: entries for name, entries in labels.items() if entries}


def ask_layout(proposal: Proposal) -> tuple[list[Question], list[Item]]:
    """Give the questions about how the sheet is laid out, and what was proposed about it."""
    mapping = proposal.mapping
    units = "months" if mapping.months else "days" if mapping.days else ""
    units = units or ("weeks" if mapping.weeks_said else "")
    values = {
        "lowest": str(mapping.lowest_level),
        "halves": "level_below" if mapping.halves else "",
        "weeks": units,
        "ages": "months" if mapping.age_months else "years",
        "dates": DATE_ORDERS[mapping.day_first],
        "goals": mapping.goal_rule,
        "fill": mapping.fill,
        "totals": "leave_out" if mapping.totals else "",
        "sheets": mapping.sheets,
    }
    told = [
        item
        for item in proposal.items
        if item.part not in ("columns", "reviews") and not item.part.startswith("labels.")
    ]
    return [Question(f"set.{k}", LAYOUT[k][0], LAYOUT[k][1], values[k]) for k in values], told


def read_answers(
    tables: Sequence[tuple[str, TextTable]], proposal: Proposal, answers: Answers
) -> Mapping:
    """Give the mapping a person chose; what the form did not ask about stays as proposed.

    Args:
        tables: schema name and text of each table.
        proposal: what the form was made of.
        answers: name of each question to what was chosen.
    """
    mapping = proposal.mapping
    columns, visits = dict(mapping.columns), _visits_kept(mapping)
    for place, (name, table) in enumerate(tables):
        for question, column in zip(
            ask_columns(name, table, place, proposal), table.columns, strict=True
        ):
            if question.fixed:
                week = _whole(answers.get(f"{question.name}.week", ""))
                if question.week is not None and week is not None:
                    visits = [
                        one | {"week": week} if one["level"] == column.heading else one
                        for one in visits
                    ]
                continue
            if question.name not in answers:
                continue
            chosen = answers[question.name]
            allowed = {choice.value for choice in question.choices}
            left = LEFT_OUT in {
                name
                for one, name in columns.items()
                if plain_name(one) == plain_name(column.heading)
            }
            for heading in [h for h in columns if plain_name(h) == plain_name(column.heading)]:
                del columns[heading]
            visits = [one for one in visits if one["level"] != column.heading]
            if chosen == VISIT and VISIT in allowed:
                week = _whole(answers.get(f"{question.name}.week", ""))
                if week is not None:
                    visits.append({"level": column.heading, "week": week})
            elif chosen in allowed and chosen and chosen != plain_name(column.heading):
                columns[column.heading] = chosen
            elif not chosen and chosen in allowed and column.heading and (question.value or left):
                columns[column.heading] = LEFT_OUT
    labels: dict[str, dict[str, str]] = {}
    for name, entries in _labels(proposal).items():
        for j, (label, proposed) in enumerate(entries):
            value = _label_value(name, answers.get(f"label.{name}.{j}", proposed))
            if value:
                labels.setdefault(name, {})[label] = value
    chosen_settings = _read_settings(answers, mapping)
    return replace(
        mapping, columns=columns, labels=labels, reviews=tuple(visits), **chosen_settings
    )


def _visits_kept(mapping: Mapping) -> list[dict[str, str | int]]:
    return list(mapping.reviews)


def _label_value(name: str, value: str) -> str:
    if name == "week":
        week = _whole(value)
        return "" if week is None and value != MISSING else value
    allowed = {choice.value for choice in label_choices(name)}
    return value if value in allowed else ""


def _whole(text: str) -> int | None:
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 3 else None


def _read_settings(answers: Answers, mapping: Mapping) -> dict[str, Any]:
    said = {}
    for key, (_, choices) in LAYOUT.items():
        value = answers.get(f"set.{key}")
        if value is not None and value in {choice.value for choice in choices}:
            said[key] = value
    lowest = said.get("lowest", str(mapping.lowest_level))
    return {
        "lowest_level": int(lowest),
        "halves": said["halves"] != "" if "halves" in said else mapping.halves,
        "days": said["weeks"] == "days" if "weeks" in said else mapping.days,
        "weeks_said": said["weeks"] != "" if "weeks" in said else mapping.weeks_said,
        "months": said["weeks"] == "months" if "weeks" in said else mapping.months,
        "age_months": said["ages"] == "months" if "ages" in said else mapping.age_months,
        "day_first": (said["dates"] == "day_first" if said["dates"] else None)
        if "dates" in said
        else mapping.day_first,
        "goal_rule": said.get("goals", mapping.goal_rule),
        "fill": said.get("fill", mapping.fill),
        "totals": said["totals"] != "" if "totals" in said else mapping.totals,
        "sheets": said.get("sheets", mapping.sheets),
    }
