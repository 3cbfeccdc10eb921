"""What a notebook shows: the study behind the door, its sentences, where the records came from.

In: the parameters of a notebook. Out: `Published`, and texts that show themselves as cards.
Decision taken here: a notebook holds the published summary and never the study, so that a
cell's output cannot show what may not leave.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from analysis.cards import draw_card
from analysis.disclosure.release import Published, protect
from analysis.records.load import read_records
from analysis.settings import Settings
from analysis.study import run_study

INVENTED = "These are the records of an invented clinic; no child in them exists."
NOTHING = "These records hold too little to say anything here."
OWN = "These are a clinic's own records: what is shown here has passed the disclosure door."


@dataclass(frozen=True)
class Told:
    """Sentences that show themselves in a notebook.

    Attributes:
        title: what they are about.
        sentences: each whole.
    """

    title: str
    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join((self.title, *self.sentences))

    def _repr_html_(self) -> str:
        return draw_card(self.title, "\n".join(self.sentences))


def publish_records(
    records: str | os.PathLike[str],
    margin: float = Settings.margin,
    smallest_cell: int = Settings.smallest_cell,
) -> Published:
    """Run the whole study and let out what may leave.

    Args:
        records: a folder of tables, a workbook, or one flat sheet.
        margin: the smallest difference that matters, in levels per 12 weeks.
        smallest_cell: nothing is shown about fewer children.

    Raises:
        AnalysisError: if the records or the choices are refused.
    """
    settings = Settings(margin=margin, smallest_cell=smallest_cell)
    return protect(run_study(read_records(records), settings))


def introduce(published: Published) -> Told:
    """Say which records a notebook is about, and by which choices.

    Args:
        published: what passed the door.
    """
    summary = published.summary
    return Told(
        f"Records {summary['records']['digest']}",
        (
            INVENTED if summary["invented"] else OWN,
            str(summary["records"]["sentence"]),
            f"A difference matters from {summary['margin']:g} levels every 12 weeks. Nothing is "
            f"shown about fewer than {summary['smallest_cell']} children.",
        ),
    )


def quote(published: Published, title: str, *names: str) -> Told:
    """Quote sentences of the report, word for word.

    Args:
        published: what passed the door.
        title: what they are about.
        names: ids of sentences, or their first parts: "pair" quotes every "pair.…".

    Returns:
        The sentences; one that says so when the report has none of these.
    """
    rows = published.summary["sentences"]
    chosen = [
        str(row["text"])
        for name in names
        for row in rows
        if row["id"] == name or row["id"].startswith(f"{name}.")
    ]
    return Told(title, tuple(dict.fromkeys(chosen)) or (NOTHING,))


def find_last_week(published: Published) -> int:
    """Give the last week by which the report counts goals attained; the window's where none is.

    Args:
        published: what passed the door.
    """
    weeks = published.summary["soon"]["weeks"]
    return int(weeks[-1]) if weeks else Settings.horizon_weeks
