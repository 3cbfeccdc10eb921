"""The table of the page for families: what to talk over, and what these records say of it.

In: a `Summary`. Out: a `Table`. Decisions: the words are the page's own.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.tables.layout import Table, put_in_table
from analysis.words.family_factors import MARKS, list_factors


def tabulate_family(summary: Summary) -> Table:
    """Tabulate what to talk over with a family before a format is chosen."""
    rows = [
        {
            "About": row.title,
            "To talk over": row.question.text,
            "What the records say": f"{MARKS[row.mark]}. {row.answer.text}",
        }
        for row in list_factors(summary)
    ]
    return put_in_table(summary, "family", rows, "To talk over with a family", "In words")
