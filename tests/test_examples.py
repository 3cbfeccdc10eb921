"""The examples in docstrings give what they say, on the invented sample and on invented numbers."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "analysis").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
SHOWN_FIRST = {
    "analysis.comparison.contrasts": {"compare_rates"},
    "analysis.comparison.covariates": {"choose_covariates"},
    "analysis.decisions.gates": {"judge_pairs"},
    "analysis.decisions.labels": {"decide_label"},
    "analysis.models.discrete.hazard": {"fit_hazard"},
    "analysis.models.discrete.multinomial": {"fit_multinomial"},
    "analysis.models.discrete.ordinal": {"fit_ordinal"},
    "analysis.models.mixed.model": {"fit_mixed"},
    "analysis.models.multiplicity": {"adjust_shaffer"},
    "analysis.models.partial_pooling": {"pool_partially"},
    "analysis.models.regression.cluster_robust": {"fit_cluster_robust"},
    "analysis.models.unmeasured_confounding": {"robustness_value"},
    "analysis.study": {"run_study"},
    "analysis.formats": {"is_grouped"},
    "analysis.measures.cohort": {"choose_cohort"},
    "analysis.measures.progress": {"least_squares_slope", "measure_progress"},
    "analysis.measures.scoring": {"score_goals", "t_score"},
    "analysis.records.load": {"read_records", "records_from_tables"},
}


def examples_of(name):
    found = doctest.DocTestFinder().find(importlib.import_module(name))
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_every_example_gives_what_it_says(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    told = []
    for test in examples_of(name):
        runner.run(test, out=told.append)
    assert runner.tries > 0
    assert runner.failures == 0, "".join(told)


@pytest.mark.parametrize("name", SHOWN_FIRST)
def test_what_a_statistician_calls_first_has_an_example(name):
    shown = {test.name.rpartition(".")[2] for test in examples_of(name)}
    assert shown >= SHOWN_FIRST[name]
