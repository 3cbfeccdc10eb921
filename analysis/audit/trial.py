"""Send one invented clinic through the whole study and write down what was found and said.

In: a scenario and the number of the clinic. Out: a dictionary of plain values, the same on any
machine and in any order. Decisions: what is judged is what would leave the clinic, so labels and
warnings are read from the published summary, not from the study.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.audit.contradictions import find_contradictions
from analysis.audit.naive import compare_by_received, regress_rows
from analysis.audit.scenarios import Scenario
from analysis.audit.statements import Statement, find_statements
from analysis.comparison.attainment import compare_attainment
from analysis.comparison.result import Comparison
from analysis.comparison.subgroups import compare_within_child
from analysis.computing import one_thread
from analysis.disclosure.answer import publish_answer
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.gates import publish_gates
from analysis.disclosure.method import publish_settings
from analysis.disclosure.release import protect, publish_measure
from analysis.disclosure.rows import Audit
from analysis.disclosure.summary import (
    CohortPart,
    MethodPart,
    ProgressPart,
    RecordsPart,
    Sentence,
    Summary,
)
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.draw import draw_clinic
from analysis.study import Study, run_study
from analysis.words.answer import tell_answer, tell_counts
from analysis.words.cautions import tell_cautions
from analysis.words.linter import find_faults
from analysis.words.tell import tell


class Range(TypedDict):
    """An estimate with its interval; None when not compared."""

    estimate: float | None
    conf_low: float | None
    conf_high: float | None


class PairOutcome(Range):
    """A main pair's exact numbers, and what was published of it."""

    label: str
    ahead: str | None
    certainty: str | None


class Outcome(TypedDict):
    """What came of one clinic; see `try_clinic`."""

    number: int
    refused: str
    pairs: list[PairOutcome]
    within: NotRequired[list[Range]]
    attained: NotRequired[list[Range]]
    faults: NotRequired[list[str]]
    statements: NotRequired[list[Statement]]
    naive_rows: NotRequired[list[float | None]]
    naive_ever: NotRequired[list[float | None]]


NO_COHORT = CohortPart(
    flow=(),
    at_start=(),
    balance=(),
    overlap=(),
    adjusted_for=(),
    not_adjusted_for=(),
    weighted=False,
)
NO_AUDIT = Audit(clinics=0, any_percent=0.0, pairs_percent=0.0, clinics_percent=0.0)


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
        of the within-child comparison, and `attained` of the goals attained by the last week
        compared; `faults`, the ids of sentences against the rules (of the main answer; of every
        section where the whole report is read, one clinic in `Scenario.whole_every`); `statements`,
        every difference stated in a whole report; `naive_rows` (p-values), `naive_ever`
        (differences).
    """
    clinic = draw_clinic(scenario.design, draw_seed(scenario, seed, number))
    whole = number % scenario.whole_every == 0
    try:
        study = run_study(
            records_from_tables(clinic.tables), Settings(), ask_again=whole, ask_beside=whole
        )
    except AnalysisError as error:
        return {"number": number, "refused": type(error).__name__, "pairs": []}
    summary, sentences = _publish(study) if whole else _publish_answer(study)
    within, attained = _ask_beside(study)
    compared = study.cohort.table
    rates = pd.Series(compared["rate"].to_numpy(), index=pd.Index(compared["child_id"]))
    outcome: Outcome = {
        "number": number,
        "refused": "",
        "pairs": [
            {**numbers, "label": pair.label, "ahead": pair.ahead, "certainty": pair.certainty}
            for numbers, pair in zip(_numbers(study.comparison), summary.answer.pairs, strict=True)
        ],
        "within": _numbers(within),
        "attained": _numbers(attained[study.settings.horizon_weeks]),
        "faults": [
            *(sentence.id for sentence in sentences if find_faults(sentence.text)),
            *(find_contradictions(summary) if whole else ()),
        ],
        "naive_rows": _plain(regress_rows(clinic.tables)),
        "naive_ever": _plain(compare_by_received(clinic.tables, rates)),
    }
    return outcome | {"statements": find_statements(summary)} if whole else outcome


def _publish(study: Study) -> tuple[Summary, tuple[Sentence, ...]]:
    """Publish the whole study, and say every sentence of it."""
    summary = tell(protect(study))
    return summary, summary.sentences


def _publish_answer(study: Study) -> tuple[Summary, tuple[Sentence, ...]]:
    """Publish the main answer alone, which takes a tenth of the time, and say its sentences."""
    settings = study.settings
    summary = Summary(
        invented=True,
        records=RecordsPart(id=""),
        smallest_cell=settings.smallest_cell,
        margin=settings.margin,
        formats=FORMAT_IDS,
        measure=publish_measure(settings, study.weeks),
        answer=publish_answer(study),
        cohort=NO_COHORT,
        progress=ProgressPart(by_week=(), levels=(), t_scores=()),
        subgroups=None,
        attainment=None,
        effort=None,
        method=MethodPart(
            analyses=(),
            gates=publish_gates(study),
            audit=NO_AUDIT,
            settings=publish_settings(study.chosen),
            versions=(),
        ),
        sensitivity=None,
        claims=None,
    )
    sections = (tell_answer, tell_cautions, tell_counts)
    return summary, tuple(sentence for section in sections for sentence in section(summary))


def _ask_beside(study: Study) -> tuple[Comparison, Mapping[int, Comparison]]:
    """Give the two questions beside the main one that the audit judges, asked if they were not."""
    if study.subgroups and study.attainment:
        return study.subgroups.kinds.within_child, study.attainment.by_week
    asked = study.analysis_set
    return compare_within_child(asked)[0], compare_attainment(asked).by_week


def _numbers(comparison: Comparison) -> list[Range]:
    columns = (_plain(comparison.by_pair[name]) for name in ("estimate", "conf_low", "conf_high"))
    return [
        {"estimate": estimate, "conf_low": low, "conf_high": high}
        for estimate, low, high in zip(*columns, strict=True)
    ]


def _plain(values: ArrayLike) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, float)]
