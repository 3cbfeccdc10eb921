"""Assemble what may leave the clinic: numbers through the rules, sentences through the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.cards import draw_card
from analysis.disclosure.answer import publish_answer
from analysis.disclosure.attainment import publish_soon
from analysis.disclosure.claims import publish_claims
from analysis.disclosure.cohort import publish_who
from analysis.disclosure.effort import publish_effort
from analysis.disclosure.ledger import list_groups, seal_summary, write_ledger
from analysis.disclosure.method import publish_certainty
from analysis.disclosure.previous import stand_beside
from analysis.disclosure.progress import publish_course
from analysis.disclosure.sensitivity import add_wide_ranges, publish_sensitivity
from analysis.disclosure.subgroups import publish_depends
from analysis.records.schema import FORMATS
from analysis.words.answer import QUESTION, say_counts
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

TITLE = "Individual, group or combined therapy: what these records show"
SUMMARY_VERSION = 2


@dataclass(frozen=True, eq=False)
class Published:
    """What may leave the clinic, and nothing else.

    Attributes:
        summary: nested dictionaries and lists of text and rounded numbers, as in
            `summary.json`; every picture, page and notebook draws from it.
    """

    summary: Mapping[str, object]

    def table(self, *path: str) -> pd.DataFrame:
        """Give a list of rows of the summary as a frame, e.g. `table("answer", "pairs")`."""
        part: object = self.summary
        for name in path:
            part = part[name]
        return pd.DataFrame(part)

    def __repr__(self) -> str:
        return str(self.summary["answer"]["headline"])

    def _repr_html_(self) -> str:
        pairs = self.summary["answer"]["pairs"]
        rows = [(f"{p['this']} and {p['than']}", str(p["sentence"])) for p in pairs]
        text = f"{self!r} {self.summary['answer']['always']}"
        return draw_card("What may leave the clinic", text, rows)


def protect(study: Study, previous: Mapping[str, object] | None = None) -> Published:
    """Let out of a study what may leave the clinic.

    Args:
        study: the study; it is not changed.
        previous: the summary of the last report about these children, whose numbers are kept
            where new ones beside them would tell about the few who came or left.

    Raises:
        AnalysisError: if `previous` cannot be held against this report.
    """
    book, settings = SentenceBook(), study.settings
    answer = publish_answer(study, book)
    answer["pairs"] = add_wide_ranges(study, answer["pairs"])
    everyone = answer["counts"][-1]
    counts = book.say(say_counts({**everyone, "smallest": settings.smallest_cell}))
    certainty = publish_certainty(study, book)
    summary = {
        "version": SUMMARY_VERSION,
        "title": TITLE,
        "question": QUESTION.format(weeks=settings.rate_weeks),
        "estimand": study.comparison.estimand,
        "invented": study.records.invented,
        "records": {"digest": study.records.digest, "sentence": counts},
        "smallest_cell": settings.smallest_cell,
        "margin": settings.margin,
        "formats": list(FORMATS),
        "answer": answer,
        "who": publish_who(study, book),
        "progress": publish_course(study, book),
        "depends": publish_depends(study, book),
        "soon": publish_soon(study, book),
        "effort": publish_effort(study, book),
        "certainty": certainty,
        "sensitivity": publish_sensitivity(study, book, certainty["analyses"], answer["pairs"]),
        "claims": publish_claims(study, book),
    }
    summary |= {"changes": None, "sentences": book.rows()}
    groups = list_groups(study)
    everyone = sorted(map(str, study.records.episodes["child_id"].unique()))
    if previous is None:
        summary["ledger"] = write_ledger(groups, everyone, settings)
    else:
        summary = stand_beside(summary, previous, groups, everyone, settings)
    return Published({**summary, "seal": seal_summary(summary)})
