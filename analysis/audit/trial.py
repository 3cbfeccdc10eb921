"""Send one invented clinic through the whole study and write down what was found and said.

In come a scenario and the number of the clinic; out goes a dictionary of plain values, the same
on any machine and in any order. The decision taken here: what is judged is what would leave the
clinic, so labels and warnings are read from the published summary, not from the study.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.audit.naive import compare_by_received, regress_rows
from analysis.audit.scenarios import Scenario
from analysis.comparison.attainment import compare_attainment
from analysis.comparison.contrasts import comparable_formats, keep_formats
from analysis.comparison.result import Comparison
from analysis.comparison.subgroups import compare_within_child
from analysis.computing import one_thread
from analysis.disclosure.answer import publish_answer
from analysis.disclosure.release import protect
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.levels import PLANNED_WEEKS
from analysis.study import Study, run_study
from analysis.words.linter import find_faults
from analysis.words.sentence import SentenceBook

Outcome = dict[str, object]

LAST_PLANNED_WEEK = PLANNED_WEEKS[-1]
# Asking in every other way and writing every page takes longer than all the rest; page 1 is read in
# every clinic.
WHOLE_REPORT_EVERY = 20


def draw_seed(scenario: Scenario, seed: int, number: int) -> np.random.SeedSequence:
    """Give the seed of one clinic: of its scenario's name, the audit's seed and its number."""
    return np.random.SeedSequence([seed, zlib.crc32(scenario.name.encode()), number])


@one_thread()
def try_clinic(scenario: Scenario, seed: int, number: int) -> Outcome:
    """Invent one clinic, study it, and write down what came of it.

    Args:
        scenario: what the clinic is like.
        seed: the audit's seed.
        number: the clinic's number, from 0.

    Returns:
        `number`; `refused` (the error's name when the records were refused, else ""); `pairs`,
        one dictionary for each pair with estimate, conf_low, conf_high (None when not
        compared), label, ahead and certainty as published; `within`, the same three numbers
        of the within-child comparison, and `attained` of the goals attained by the last planned
        week; `faults`, the ids of sentences against the rules (of page 1; of every page for
        one clinic in `WHOLE_REPORT_EVERY`); `naive_rows` (p-values), `naive_ever` (differences).
    """
    clinic = simulate_clinic(scenario.design, draw_seed(scenario, seed, number))
    outcome: Outcome = {"number": number, "refused": "", "pairs": []}
    whole = number % WHOLE_REPORT_EVERY == 0
    try:
        study = run_study(
            records_from_tables(clinic.tables), Settings(), ask_again=whole, ask_beside=whole
        )
    except AnalysisError as error:
        return outcome | {"refused": type(error).__name__}
    if whole:
        summary = protect(study).summary
        published, sentences = summary["answer"]["pairs"], summary["sentences"]
        within, attained = study.depends.kinds.within_child, study.attainment.by_week
    else:
        book = SentenceBook()
        published, sentences = publish_answer(study, book)["pairs"], book.rows()
        within, attained = _ask_beside(study)
    compared = study.cohort.table
    rates = pd.Series(compared["rate"].to_numpy(), index=pd.Index(compared["child_id"]))
    return outcome | {
        "pairs": [
            numbers | {name: pair[name] for name in ("label", "ahead", "certainty")}
            for numbers, pair in zip(_numbers(study.comparison), published, strict=True)
        ],
        "within": _numbers(within),
        "attained": _numbers(attained[LAST_PLANNED_WEEK]),
        "faults": [row["id"] for row in sentences if find_faults(row["text"])],
        "naive_rows": _plain(regress_rows(clinic.tables)),
        "naive_ever": _plain(compare_by_received(clinic.tables, rates)),
    }


def _ask_beside(study: Study) -> tuple[Comparison, Mapping[int, Comparison]]:
    """Ask the two questions beside the main one that the audit judges."""
    settings, centred = study.settings, study.covariates.centred
    formats = comparable_formats(study.cohort.table, settings)
    compared = keep_formats(study.cohort.table, formats)
    within, _ = compare_within_child(compared, centred, settings)
    attainment = compare_attainment(study.scored, study.cohort, compared, centred, settings)
    return within, attainment.by_week


def _numbers(comparison: Comparison) -> list[dict[str, float | None]]:
    names = ("estimate", "conf_low", "conf_high")
    columns = [_plain(comparison.by_pair[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(values: object) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]
