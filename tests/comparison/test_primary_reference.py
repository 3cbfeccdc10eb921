"""The primary analysis over common weeks is that of R, from the clinic's three tables alone.

R clusters by therapy group and knows of no places; therapists who keep to a format are tied in
`test_clusters.py`, places allowed for in `test_places.py`.
"""

import json

import numpy as np
import pytest
from reference_cases import REFERENCE
from small_clinics import without_columns

from analysis.comparison.arms import format_codes
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.result import PAIRS, new_comparison
from analysis.measures.clusters import number_clusters
from analysis.measures.cohort import number_labels
from analysis.records.load import read_records
from analysis.study import run_study

NUMBERS = ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value")
DIGITS = 1e-9  # R writes 15; what is missing is filled in by rounds that end at 1e-10


@pytest.mark.parametrize("clinic", ["first", "second"])
def test_two_clinics_whose_formats_end_apart_get_the_numbers_of_r(clinic):
    folder = REFERENCE / "block_weeks" / clinic
    expected = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    records = without_columns(read_records(folder), "site")
    study = run_study(records, ask_again=False, ask_beside=False)
    assert study.weeks.last == expected["horizon"] < study.weeks.planned
    assert dict(study.weeks.by_format) == expected["reach"]
    assert len(study.analysis_set.table) == expected["n_children"]
    assert list(study.covariates.centred.columns) == expected["columns"]
    asked, table = study.analysis_set, study.analysis_set.table
    group, child = (number_labels(table[name].array) for name in ("group_id", "child_id"))
    by_group = number_clusters(format_codes(table), group, child, np.full(len(table), -1))
    of_groups = table.assign(cluster=by_group)
    comparison = compare_rates(new_comparison("primary"), of_groups, asked.centred, asked.settings)
    for (this, than), row in zip(PAIRS, expected["pairs"], strict=True):
        found = comparison.pair(this, than)
        assert (row["this"], row["than"]) == (this, than)
        for name in NUMBERS:
            assert found[name] == pytest.approx(row[name], rel=DIGITS, abs=DIGITS), name
