"""No sentence excludes what its range holds, and no page contradicts another. WHOLE=1: 1,000."""

import functools
import os
from dataclasses import replace

import numpy as np
import pytest
from stored_summaries import change, stored

from analysis.audit.contradictions import find_contradictions, read_ranges
from analysis.audit.statements import find_statements
from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study
from analysis.words.tell import tell

CLINICS = 1000 if os.environ.get("WHOLE") else 8
NULL = replace(ClinicDesign(n_children=120), **NO_DIFFERENCE)
DESIGNS = (
    NULL,
    replace(NULL, n_children=180, format_effects=(0.0, 0.45, 0.0)),
    replace(ClinicDesign(n_children=160), format_effects=(0.0, -0.3, 0.3)),
    replace(NULL, n_children=90),
    replace(ClinicDesign(n_children=240), format_effects=(0.0, 0.7, 0.3)),
    replace(NULL, n_children=150, absent_formats=("combined",), format_effects=(0.0, 0.5, 0.0)),
    UnlikeDesign(n_children=150),
    UnlikeDesign(n_children=150, half_week=9.0, last_week=(24, 12, 24), kind_effect=0.3),
)
MARGINS = (0.25, 0.25, 0.15, 0.4)


def read_clinic(number):
    design, seed = DESIGNS[number % len(DESIGNS)], np.random.SeedSequence([31, number])
    own = simulate_unlike if isinstance(design, UnlikeDesign) else simulate_clinic
    clinic = own(design, seed)
    settings = Settings(margin=MARGINS[number // len(DESIGNS) % len(MARGINS)])
    return tell(protect(run_study(records_from_tables(clinic.tables), settings)))


@pytest.mark.slow
def test_no_sentence_excludes_what_its_range_holds_and_every_pair_has_one_verb():
    stated = 0
    for number in range(CLINICS):
        summary = read_clinic(number)
        assert find_contradictions(summary) == [], number
        stated += len(find_statements(summary))
    assert stated > CLINICS / 2


@functools.cache
def told():
    return tell(stored())


def with_text(id, text=None, rule=None):
    """Give the told sample with another text, or rule, of one sentence."""
    changed = [
        change(s, text=text or s.text, rule=rule or s.rule) if s.id == id else s
        for s in told().sentences
    ]
    return change(told(), sentences=tuple(changed))


def test_the_sample_contradicts_itself_nowhere():
    assert find_contradictions(told()) == []


def test_ranges_are_read_as_they_are_printed():
    text = "Ruled out (90% range −0.24 to 0.31). Not settled (95% range 3 to 12)."
    assert read_ranges(text) == [(-0.24, 0.31), (3.0, 12.0)]


PAIR = "pair.group-individual"
CONTRADICTING = [
    (PAIR, "rules_out_importantly_slower", "Ruled out (90% range −0.27 to 0.31)."),
    (PAIR, "rules_out_importantly_slower", "Ruled out (90% range −0.25 to 0.31)."),
    (
        PAIR,
        "rules_out_importantly_slower",
        "Ruled out (90% range −0.2 to 1; 95% range −0.27 to 1)",
    ),
    (PAIR, "no_important_difference", "Any difference is smaller (90% range −0.10 to 0.25)."),
    (PAIR, "faster_size_uncertain", "Children moved about 0.30 further (95% range 0.00 to 0.60)."),
    (PAIR, "faster_important", "Children moved about 0.50 further (95% range 0.25 to 0.75)."),
    ("soon.pair.24.group-individual", "soon.more", "About 5 more (95% range 0 to 10)."),
    ("effort.end.group-individual", "end.higher", "About 0.30 higher (95% range −0.01 to 0.61)."),
    ("claims.H5", "claim.supported.not_behind", "Supported (90% range −0.30 to 0.10)."),
    ("claims.H7", "claim.supported.not_lower", "Supported (90% range −0.25 to 0.10)."),
    ("claims.H6", "claim.supported.goes_with", "Supported (95% range 0.00 to 0.20)."),
    ("claims.H6", "claim.not_supported.ruled_out", "Not supported (90% range 0.00 to 0.25)."),
    ("depends.within.group-individual", "within.faster_size_uncertain", "No range at all."),
]


@pytest.mark.parametrize(("id", "rule", "text"), CONTRADICTING)
def test_a_sentence_that_excludes_what_its_range_holds_is_found(id, rule, text):
    assert id in find_contradictions(with_text(id, text, rule))


def test_a_page_that_says_of_a_pair_what_page_1_does_not_is_found():
    soon = told().attainment
    first = change(soon.pairs[0], shown=True, settled=True, difference=9, low=2, high=16)
    other = change(stored(), attainment=change(soon, pairs=(first, *soon.pairs[1:])))
    assert f"week.{first.week}.{first.id}" in find_contradictions(tell(other))
    id = "effort.end.group-individual"
    assert id in find_contradictions(with_text(id, "Goals stood 0.30 levels higher in group."))


def test_a_claim_answered_otherwise_than_its_section_is_found():
    claims = told().claims
    rows = tuple(
        change(row, verdict="supported", reason="ahead") if row.id == "H2" else row
        for row in claims.rows
    )
    other = change(stored(), claims=change(claims, rows=rows))
    assert "claims.H2" in find_contradictions(tell(other))
