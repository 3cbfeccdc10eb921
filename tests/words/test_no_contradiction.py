"""No page says of a pair what page 1 does not: many clinics, every section. WHOLE=1 reads 300."""

import os
from dataclasses import replace

import numpy as np
import pytest

from analysis.audit.statements import find_statements
from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.study import run_study
from analysis.vocabulary import AHEAD
from analysis.words.phrases import NOT_SETTLED
from analysis.words.tell import tell

CLINICS = 300 if os.environ.get("WHOLE") else 39
NULL = replace(ClinicDesign(n_children=120), **NO_DIFFERENCE)
DESIGNS = (
    NULL,
    replace(NULL, n_children=180, format_effects=(0.0, 0.45, 0.0)),
    replace(ClinicDesign(n_children=160), format_effects=(0.0, -0.3, 0.3)),
)
OF_THE_PAIR = ("week.12", "week.24", "end")


def read_clinic(number):
    design = DESIGNS[number % len(DESIGNS)]
    clinic = simulate_clinic(design, np.random.SeedSequence([31, number]))
    return tell(protect(run_study(records_from_tables(clinic.tables))))


@pytest.mark.slow
def test_every_pair_has_one_verb_on_all_pages():
    said = 0
    for number in range(CLINICS):
        summary = read_clinic(number)
        ahead = {p.id: p.ahead == p.this for p in summary.answer.pairs if p.label in AHEAD}
        for statement in find_statements(summary):
            if statement["question"] in OF_THE_PAIR:
                said += 1
                assert ahead[statement["pair"]] == statement["above"]
        for sentence in summary.sentences:
            pair = sentence.id.rpartition(".")[2]
            if sentence.id.startswith(("soon.pair.", "effort.end.")) and pair not in ahead:
                assert NOT_SETTLED in sentence.text or "cannot be compared" in sentence.text
    assert said > CLINICS / 10
