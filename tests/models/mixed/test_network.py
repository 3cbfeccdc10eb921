"""A folder of Parquet partitions, read here or on a cluster of two workers: the fit of all rows."""

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from test_repeats import clinic

from analysis.errors import AnalysisError
from analysis.models.mixed.model import fit_mixed
from analysis.models.mixed.network import NetworkLevel, NetworkModel, fit_folder, main

SAME = 1e-9  # of a standard error
MODEL = NetworkModel(
    "attainment",
    ("1", "week", "age", "age:week", "format=group", "format=group:week"),
    (NetworkLevel("child", ("1", "week")), NetworkLevel("goal", ("1",))),
)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Six clinics, one of them empty, and the fit of all their rows."""
    folder = tmp_path_factory.mktemp("network")
    outcome, fixed, random = clinic(300)
    frame = fixed[["week", "age"]].assign(
        attainment=outcome, child=random[0].groups, goal=random[1].groups
    )
    frame["format"] = np.where(frame["child"] % 2 == 0, "group", "individual")
    for k in range(5):
        frame[frame["child"] % 5 == k].to_parquet(folder / f"clinic-{k}.parquet")
    frame[:0].to_parquet(folder / "clinic-5.parquet")
    grouped = (frame["format"] == "group").astype(float)
    columns = pd.DataFrame(
        {
            "1": 1.0,
            "week": frame["week"],
            "age": frame["age"],
            "age:week": frame["age"] * frame["week"],
            "format=group": grouped,
            "format=group:week": grouped * frame["week"],
        }
    )
    return folder, fit_mixed(outcome, columns, random)


def assert_same_fit(fit, whole):
    se = whole.fixed["std_error"]
    assert list(fit.fixed.index) == list(whole.fixed.index)
    assert np.abs((fit.coefficients - whole.coefficients) / se).max() < SAME
    np.testing.assert_allclose(fit.fixed["std_error"], se, rtol=SAME)
    assert fit.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-8)


def test_a_folder_read_file_by_file_gives_the_fit_of_all_rows(network):
    folder, whole = network
    assert_same_fit(fit_folder(folder, MODEL), whole)


def test_a_cluster_of_two_workers_gives_the_fit_of_all_rows(network, capsys):
    folder, whole = network
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp://"
    ) as cluster:
        assert_same_fit(fit_folder(folder, MODEL, cluster.scheduler_address), whole)
        door = [str(folder), "--outcome", "attainment", "--fixed", *MODEL.fixed]
        levels = ["--level", "child:1,week", "--level", "goal:1"]
        assert main([*door, *levels, "--cluster", cluster.scheduler_address]) == 0
        printed = capsys.readouterr().out
        broken = [*door, "nowhere", *levels, "--cluster", cluster.scheduler_address]
        assert main(broken) == AnalysisError.exit_code
        assert "nowhere" in capsys.readouterr().err
    assert f"log likelihood (REML): {whole.log_likelihood:.4f}" in printed
    assert "format=group:week" in printed


def test_an_uncorrelated_level_is_told_at_the_door(network, capsys):
    folder, _ = network
    door = [str(folder), "--outcome", "attainment", "--fixed", "1", "week", "--method", "ml"]
    assert main([*door, "--level", "child:1,week", "--uncorrelated", "child"]) == 0
    assert "Mixed model" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fixed", "1", "--level", "child"], 'as in "child:1,week"'),
        (["--fixed", "1", "weeks", "--level", "child:1"], "no column of one of these names"),
        (["--fixed", "1", "format", "--level", "child:1"], 'as in "format=label"'),
        (["--fixed", "1", "--level", "child:1", "--cluster", "nonsense"], "No dask scheduler"),
    ],
)
def test_the_door_says_what_to_mend(network, capsys, arguments, message):
    folder, _ = network
    assert main([str(folder), "--outcome", "attainment", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(AnalysisError, match="no Parquet file"):
        fit_folder(tmp_path, MODEL)
    pd.DataFrame({name: [] for name in MODEL.columns()}).to_parquet(tmp_path / "none.parquet")
    with pytest.raises(AnalysisError, match="no rows"):
        fit_folder(tmp_path, MODEL)
