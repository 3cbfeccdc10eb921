"""The audit runs on an existing dask cluster and gives the numbers it gives anywhere else."""

import pytest
from distributed import LocalCluster

from analysis.audit import __main__ as audit_entry
from analysis.audit.account import plain_audit
from analysis.audit.scenarios import Scenario
from analysis.errors import EXIT_USAGE
from analysis.simulation.design import ClinicDesign

TINY = Scenario("tiny_test", "a tiny clinic", ClinicDesign(n_children=30), {})


def test_a_cluster_gives_the_same_numbers_as_one_process(monkeypatch):
    monkeypatch.setattr("analysis.audit.work.CLINICS_PER_CHUNK", 2)
    alone = plain_audit(audit_entry.run_audit([TINY], 6, 3, truth_children=500), 3)
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster:
        assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
        spread = plain_audit(
            audit_entry.run_audit(
                [TINY], 6, 3, cluster=cluster.scheduler_address, truth_children=500
            ),
            3,
        )
    assert spread == alone


@pytest.mark.slow
@pytest.mark.parametrize("address", ["no address", "tcp://127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_refused_in_words(address, monkeypatch, capsys):
    monkeypatch.setattr("analysis.audit.work.CLUSTER_WAIT", "1s")
    assert audit_entry.main(["--clinics", "1", "--cluster", address]) == EXIT_USAGE
    assert "could not be reached" in capsys.readouterr().err
