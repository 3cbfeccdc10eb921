"""The primary analysis is that of R, from the clinic's three tables alone.

Common weeks, places, traits, and clusters of therapy groups and of therapists who keep to a format.
"""

import json

import pytest
from reference_cases import REFERENCE

from analysis.comparison.result import PAIRS
from analysis.records.load import read_records
from analysis.study import run_study

NUMBERS = ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value")
DIGITS = 1e-9  # R writes 15; what is missing is filled in by rounds that end at 1e-10


@pytest.mark.parametrize("clinic", ["first", "second"])
def test_two_clinics_whose_formats_end_apart_get_the_numbers_of_r(clinic):
    folder = REFERENCE / "block_weeks" / clinic
    expected = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    study = run_study(read_records(folder), ask_again=False, ask_beside=False)
    assert study.weeks.last == expected["horizon"] < study.weeks.planned
    assert dict(study.weeks.by_format) == expected["reach"]
    assert len(study.analysis_set.table) == expected["n_children"]
    assert list(study.covariates.centred.columns) == expected["columns"]
    table = study.analysis_set.table
    assert set(table.loc[table["keeper"] >= 0, "therapist_id"]) == set(expected["keepers"])
    for (this, than), row in zip(PAIRS, expected["pairs"], strict=True):
        found = study.comparison.pair(this, than)
        assert (row["this"], row["than"]) == (this, than)
        for name in NUMBERS:
            assert found[name] == pytest.approx(row[name], rel=DIGITS, abs=DIGITS), name
