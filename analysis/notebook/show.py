"""What a notebook shows: the published summary, its sentences, where the records came from.

In: the parameters of a notebook. Out: a told `Summary`, and texts that show themselves as cards.
Decisions: a notebook holds the summary and never the study, so that a cell's output cannot show
what may not leave.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from analysis.cards import draw_card
from analysis.disclosure.private import open_ledger
from analysis.disclosure.release import protect
from analysis.disclosure.summary import Summary
from analysis.notebook.chosen import find_records
from analysis.notebook.guard import forget_answer, refuse_kept_notebook
from analysis.notebook.working import say_done, say_step
from analysis.records.load import read_records
from analysis.records.readiness import Readiness, judge_readiness
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words.family import describe_hundreds, tell_family
from analysis.words.phrases import every, name_records
from analysis.words.tell import tell

INVENTED = "These are the records of an invented clinic; no child in them exists."
NOTHING = "These records hold too little to say anything here."
OWN = "These are a clinic's own records: what is shown here has passed disclosure control."
READING, COMPARING = "reading the records", "comparing the formats"
ASKING_AGAIN, TELLING = "asking again in other ways", "putting it into words"


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
    ledger: str | os.PathLike[str] | None = None,
) -> Summary:
    """Run the whole study and let out what may leave, with its sentences.

    Args:
        records: a folder of tables, a workbook, one flat sheet, or `chosen.CHOSEN`.
        margin: the smallest difference that matters, in levels per `Settings.rate_weeks`.
        smallest_cell: nothing is shown about fewer children.
        ledger: folder of the clinic's private ledger; the user's data folder when None.

    Raises:
        AnalysisError: if the records or the choices are refused, or the answer would be saved
            where git keeps the sample's.
        WriteError: if the ledger cannot be written; then nothing is shown.
    """
    forget_answer()
    settings = Settings(margin=margin, smallest_cell=smallest_cell)
    say_step(READING)
    found = read_records(find_records(records))
    refuse_kept_notebook(found)
    private = None if found.invented else open_ledger(ledger)
    say_step(COMPARING)
    study = run_study(found, settings, before_asking_again=lambda: say_step(ASKING_AGAIN))
    say_step(TELLING)
    summary = tell(protect(study, private))
    if private is not None:
        private.save()
    say_done()
    return summary


def check_chosen(records: str | os.PathLike[str]) -> Readiness:
    """Read and judge records: what they hold, and what each gap costs.

    Args:
        records: a folder of tables, a workbook, one flat sheet, or `chosen.CHOSEN`.

    Raises:
        RecordsError: with every problem found in one pass.
        AnalysisError: if the answer would be saved where git keeps the sample's.
    """
    found = read_records(find_records(records))
    refuse_kept_notebook(found)
    return judge_readiness(found)


def introduce(summary: Summary) -> Told:
    """Say which records a notebook is about, and by which choices.

    Args:
        summary: what may be shown.
    """
    return Told(
        name_records(summary),
        (
            INVENTED if summary.invented else OWN,
            summary.texts["counts"],
            f"A difference matters from {summary.margin:g} levels {every(summary)}. Nothing is "
            f"shown about fewer than {summary.smallest_cell} children.",
        ),
    )


def quote(summary: Summary, title: str, *names: str) -> Told:
    """Quote sentences of the report, word for word.

    Args:
        summary: what may be shown.
        title: what they are about.
        names: ids of sentences, or their first parts: "pair" quotes every "pair.…".

    Returns:
        The sentences; one that says so when the report has none of these.
    """
    return Told(title, tuple(summary.quote(*names)) or (NOTHING,))


def quote_family(summary: Summary) -> Told:
    """Quote what the page for families says of numbers, of gaps, and of what cannot be said.

    Args:
        summary: what may be shown.
    """
    page = tell_family(summary)
    texts = (sentence.text for sentence in page.cannot)
    cannot = (f"These records cannot say {text[:1].lower()}{text[1:]}" for text in texts)
    return Told(page.title.text, (describe_hundreds(page), *(s.text for s in page.sure), *cannot))


def find_last_week(summary: Summary) -> int:
    """Give the last week by which the report counts goals attained; the window's where none is.

    Args:
        summary: what may be shown.
    """
    weeks = summary.attainment.weeks if summary.attainment else ()
    return weeks[-1] if weeks else summary.measure.horizon_weeks
