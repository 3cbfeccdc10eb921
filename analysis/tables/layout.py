"""A table in the report's style, and how its cells are spelt.

In: rows of text. Out: a `Table`. Decisions: every cell is spelt beforehand (true minus signs, the
same decimals down a column), so that a table can only show what a `Summary` holds; a cell that may
not be shown says so; tables carry no random names, so the same numbers give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from analysis.disclosure.rows import Interval
from analysis.disclosure.summary import Summary
from analysis.wording import FORMAT_NAMES, FORMAT_TITLES, interval, number, sentence_case, signed
from analysis.words.phrases import name_records
from analysis.words.reasons import NOT_ASKED, NOTHING

if TYPE_CHECKING:
    from great_tables import GT

Row = Mapping[str, str]

HIDDEN = "not shown"
FACES = ["Source Sans Pro", "Source Sans 3", "Helvetica Neue", "Arial", "sans-serif"]
INK, SOFT, RULE = "#22262d", "#5b6472", "#c9ccd2"


@dataclass(frozen=True, eq=False)
class Table:
    """A table as a reader sees it.

    Attributes:
        name: short stable name.
        title: what it shows.
        unit: unit of its numbers, and what they are.
        frame: the cells as text, a column for each heading.
        note: counts, rounding and where the numbers come from.
    """

    name: str
    title: str
    unit: str
    frame: pd.DataFrame
    note: str

    def __repr__(self) -> str:
        cells = self.frame.to_string(index=False, justify="left")
        return f"{self.title}\n{self.unit}\n\n{cells}\n\n{self.note}"

    def _repr_html_(self) -> str:
        return self.set_type().as_raw_html()

    def set_type(self) -> GT:
        """Set the table in the report's style."""
        from great_tables import GT, loc, style

        numeric = [c for c in self.frame.columns if _is_numeric(self.frame[c])]
        table = (
            GT(self.frame, id=f"table-{self.name}")
            .tab_header(title=self.title, subtitle=self.unit)
            .tab_source_note(self.note)
            .tab_options(
                table_font_names=FACES,
                table_font_size="14px",
                table_font_color=INK,
                heading_align="left",
                heading_title_font_size="17px",
                heading_subtitle_font_size="13px",
                column_labels_font_size="13px",
                source_notes_font_size="12px",
                table_border_top_style="none",
                table_border_bottom_color=RULE,
                heading_border_bottom_color=RULE,
                column_labels_border_bottom_color=SOFT,
                table_body_hlines_color="#ececef",
                data_row_padding="5px",
            )
            .cols_align("left")
        )
        if not numeric:
            return table
        return table.cols_align("right", columns=numeric).tab_style(
            style.css("font-variant-numeric: tabular-nums;"), loc.body(columns=numeric)
        )


def put_in_table(
    summary: Summary,
    name: str,
    rows: Sequence[Row] | None,
    title: str,
    unit: str,
) -> Table:
    """Put spelt rows into a table; one line that says so when there is nothing to show.

    Args:
        summary: what may be shown.
        name: short stable name.
        rows: a cell for each heading; None where the study was not asked this.
        title: what the table shows.
        unit: unit of its numbers, and what they are.
    """
    rows = [{"": NOT_ASKED}] if rows is None else rows or [{"": NOTHING}]
    frame = pd.DataFrame(rows).astype("str")
    return Table(name, title, unit, frame, _note(summary))


def _note(summary: Summary) -> str:
    invented = "Invented records. " if summary.invented else ""
    return (
        f"{invented}{summary.texts['counts']} Counts to the nearest 5; nothing about fewer "
        f"than {summary.smallest_cell} children. {name_records(summary)}."
    )


def _is_numeric(cells: Iterable[str]) -> bool:
    """Tell whether a column holds numbers or ranges, or says that it does not show them."""
    told = [cell for cell in cells if cell not in (HIDDEN, "–")]
    return bool(told) and all(cell.lstrip("+−")[:1].isdigit() for cell in told)


class OfPair(Protocol):
    """A row about a pair of formats, the first minus the second."""

    @property
    def this(self) -> str:
        """The first format."""

    @property
    def than(self) -> str:
        """The second format."""


def name_format(name: str) -> str:
    """Name a format as the first word of a cell."""
    return sentence_case(FORMAT_NAMES[name])


def name_pair(pair: OfPair) -> str:
    """Name a pair as the difference it is."""
    return sentence_case(f"{pair.this} − {pair.than}")


def spell_formats(cells: Mapping[str, str]) -> dict[str, str]:
    """Give one cell for each format; those that are not among `cells` are not shown."""
    return {title: cells.get(name, HIDDEN) for name, title in FORMAT_TITLES.items()}


def spell_count(value: float | None, none: str = HIDDEN) -> str:
    """Spell a count."""
    return none if value is None else number(value, 0)


def spell_number(value: float | None, decimals: int = 2) -> str:
    """Spell a number."""
    return HIDDEN if value is None else number(value, decimals)


def spell_signed(value: float | None, decimals: int = 2) -> str:
    """Spell a difference with its sign."""
    return HIDDEN if value is None else signed(value, decimals)


def spell_range(row: Interval, decimals: int = 2) -> str:
    """Spell a range."""
    if row.conf_low is None or row.conf_high is None:
        return HIDDEN
    return interval(row.conf_low, row.conf_high, decimals)


def spell_estimate(row: Interval, decimals: int = 2) -> str:
    """Spell a difference with its range."""
    if row.estimate is None:
        return HIDDEN
    return f"{spell_signed(row.estimate, decimals)} ({spell_range(row, decimals)})"
