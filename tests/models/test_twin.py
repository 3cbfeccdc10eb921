"""The models of invented clinics fitted a second time by statsmodels, a program of its own."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.models.regression import cluster_robust
from analysis.selfcheck import twin
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign

KINDS = (
    "main regression",
    "chance of each format",
    "goals attained",
    "levels as an order",
    "growth",
)
CLINICS = {
    "sample": ClinicDesign(),
    "120 children": ClinicDesign(n_children=120),
    "two formats": ClinicDesign(n_children=150, absent_formats=("combined",)),
    "groups differ much": ClinicDesign(n_children=300, group_spread=0.4),
}


@pytest.mark.parametrize("name", CLINICS)
def test_statsmodels_finds_the_same_in_every_kind_of_model(name):
    lines = list(twin.compare_with_statsmodels(simulate_clinic(CLINICS[name])))
    assert {what.split(", ")[0] for what, _, _ in lines} == set(KINDS)
    assert [what for what, apart, allowed in lines if not apart <= allowed] == []


def test_a_regression_a_millionth_of_an_error_off_is_noticed(monkeypatch):
    right = cluster_robust.fit_cluster_robust

    def wrong(*args, **options):
        fit = right(*args, **options)
        errors = fit.fixed["std_error"].to_numpy()
        return replace(fit, coefficients=fit.coefficients + 1e-6 * errors)

    monkeypatch.setattr(cluster_robust, "fit_cluster_robust", wrong)
    what, apart, allowed = next(twin.compare_with_statsmodels())
    assert what == "main regression, estimates"
    assert apart == pytest.approx(1e-6, rel=1e-3)
    assert apart > allowed


def test_the_twin_fits_what_the_report_compares():
    models = twin.design_models(simulate_clinic())
    assert models.formats == ("individual", "group", "combined")
    assert models.members.sum(axis=1).tolist() == [1.0] * len(models.analysis_set.table)
    assert np.abs(models.analysis_set.centred.to_numpy().mean(axis=0)).max() < 1e-12
    assert "attention" in models.analysis_set.centred
