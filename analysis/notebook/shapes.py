"""A few rows of a sheet as shapes: what kind of thing stands in each cell, and never the cell.

In: a table as text. Out: its headings as they may be shown, and rows of words such as "code",
"whole number, -2 to 2" or "empty".
Decisions: a range is one of a fixed list that holds the whole column, so that it gives away no
smallest and no largest value.
"""

from __future__ import annotations

import html

from analysis.records.assignment.columns import show_known
from analysis.records.assignment.profile import MOST_LOOKED_AT, NUMBER, Profile
from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import (
    SIGNS,
    read_age,
    read_domain,
    read_format,
    read_level,
    stands_for_missing,
)
from analysis.records.privacy.shapes import is_date, is_prose
from analysis.records.text import TextTable, clean_text

N_ROWS = 5
RANGES = ((0, 1), (-2, 2), (0, 4), (1, 5), (-3, 3), (0, 10), (0, 100), (0, 1000))
MOST_COLUMNS = 40


def shape_rows(table: TextTable, n_rows: int = N_ROWS) -> tuple[list[str], list[list[str]]]:
    """Give headings as they may be shown, and the first rows as shapes.

    Args:
        table: the table as text.
        n_rows: how many rows.
    """
    columns = [column for column in table.columns if column.heading][:MOST_COLUMNS]
    headings = [show_known(column.heading, column.position) for column in columns]
    shapes = []
    for column in columns:
        profile = Profile(column, table.n_rows)
        cells = [column.values[int(code)] for code in column.codes[:n_rows]]
        shapes.append([name_shape(cell, profile) for cell in cells])
    return headings, [list(row) for row in zip(*shapes, strict=True)]


def name_shape(cell: str, profile: Profile) -> str:
    """Say what kind of thing a cell is, without its content.

    Args:
        cell: the text of the cell.
        profile: the column it stands in.
    """
    text = clean_text(cell)
    plain = text.translate(SIGNS)
    if not text:
        return "empty"
    if stands_for_missing(text):
        return "a word for missing"
    if NUMBER.fullmatch(plain):
        whole = float(plain.replace(",", ".")).is_integer()
        return ("whole number" if whole else "number with decimals") + _range(profile)
    tests = (
        ("date", is_date),
        ("therapy format", lambda one: bool(read_format(one)[0])),
        ("level in words", lambda one: read_level(one)[0] is not None),
        ("visit", lambda one: read_visit(one) is not None),
        ("age", lambda one: read_age(one) is not None),
        ("area of life", lambda one: bool(read_domain(one)[0])),
        ("sentence", is_prose),
    )
    for name, test in tests:
        if test(text):
            return name
    return "code" if any(sign.isdigit() for sign in text) and " " not in text else "text"


def _range(profile: Profile) -> str:
    numbers = profile.numbers if len(profile.texts) < MOST_LOOKED_AT else []
    for low, high in RANGES:
        if numbers and low <= min(numbers) and max(numbers) <= high:
            return f", {low} to {high}"
    return ""


def draw_shapes(table: TextTable, title: str) -> str:
    """Draw the first rows as shapes, as an HTML table with a caption.

    Args:
        table: the table as text.
        title: what is said above it.
    """
    headings, rows = shape_rows(table)
    style = "text-align:left;padding:0.15em 0.6em"
    head = "".join(
        f"<th scope='col' style='{style}'>{html.escape(one)}</th>" for one in ["row", *headings]
    )
    body = "".join(
        f"<tr><th scope='row' style='{style}'>{i}</th>"
        + "".join(f"<td style='{style}'>{html.escape(shape)}</td>" for shape in row)
        + "</tr>"
        for i, row in enumerate(rows, 1)
    )
    name = html.escape(title, quote=True)
    return (
        f"<div role='region' tabindex='0' aria-label='{name}' style='overflow-x:auto'>"
        f"<table style='border-collapse:collapse'>"
        f"<caption style='text-align:left;font-weight:600'>{name}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
