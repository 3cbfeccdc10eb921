"""The clinic's own check: passes here, fails with what to do when something is wrong."""

import numpy as np
import pytest
from example_summaries import example_summary

from analysis.selfcheck import __main__ as selfcheck
from analysis.selfcheck.reference import compare_with_reference


@pytest.mark.slow
def test_this_copy_passes_its_own_check(capsys):
    code = selfcheck.main([])
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert code == 0, said.err
    verdicts = {line.split(" ")[0] for line in lines[:-1]}
    assert {"PASS"} <= verdicts <= {"PASS", "NOTE"}
    assert all(any(f" {name}:" in line for line in lines) for name in selfcheck.CHECKS)
    assert lines[-1] == "Nothing failed."


def without_the_slow_checks(monkeypatch, **changed):
    slow = ("sample report", "independent twin")
    checks = {name: check for name, check in selfcheck.CHECKS.items() if name not in slow}
    monkeypatch.setattr(selfcheck, "CHECKS", checks | changed)


def test_a_wrong_number_fails_and_says_what_to_do(monkeypatch, capsys):
    without_the_slow_checks(monkeypatch)
    monkeypatch.setattr(
        "analysis.selfcheck.reference.compare_with_reference", lambda: iter([("x", 1.0, 1.1)])
    )
    assert selfcheck.main([]) == 1
    said = capsys.readouterr().err
    assert "FAIL reference numbers: x is 1 here and 1.1 in print." in said
    assert "make setup" in said
    assert "PASS reference" not in said


@pytest.mark.parametrize(
    ("have", "line"),
    [("0.1", "FAIL versions: numpy is 0.1"), ("99.0", "NOTE versions: Other versions")],
)
def test_an_old_package_fails_and_a_newer_one_is_noted(have, line, monkeypatch, capsys):
    real = selfcheck.version
    monkeypatch.setattr(selfcheck, "version", lambda n: have if n == "numpy" else real(n))
    without_the_slow_checks(monkeypatch)
    code = selfcheck.main([])
    said = capsys.readouterr()
    assert code == (1 if line.startswith("FAIL") else 0)
    assert line in said.out + said.err


def test_other_numbers_of_the_sample_fail(monkeypatch):
    monkeypatch.setattr(selfcheck, "publish_sample", example_summary)
    monkeypatch.setattr("analysis.report.document.render_pdf", lambda _: b"%PDF-")
    verdicts = [verdict for verdict, _ in selfcheck.check_sample_report()]
    assert verdicts[0] == verdicts[1] == selfcheck.FAIL


def test_another_answer_than_statsmodels_fails_and_says_how_far_apart(monkeypatch):
    lines = [("main regression, estimates", 2e-3, 1e-9), ("growth, estimates", np.nan, 1e-4)]
    monkeypatch.setattr("analysis.selfcheck.twin.compare_with_statsmodels", lambda: iter(lines))
    found = list(selfcheck.check_independent_twin())
    assert [verdict for verdict, _ in found] == ["FAIL", "FAIL", "PASS"]
    assert "main regression, estimates: this copy and statsmodels are 0.002 apart" in found[0][1]


def test_a_temporary_folder_that_cannot_be_written_fails(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(selfcheck.tempfile, "TemporaryDirectory", refuse)
    assert [verdict for verdict, _ in selfcheck.check_writing()] == [selfcheck.FAIL]


def test_rules_that_do_not_hold_fail(monkeypatch):
    monkeypatch.setattr("analysis.disclosure.rules.ROUND_TO", 1)
    assert next(verdict for verdict, _ in selfcheck.check_protection()) == selfcheck.FAIL


def test_every_reference_number_is_met_closely():
    for what, found, wanted in compare_with_reference():
        assert found == pytest.approx(wanted, rel=1e-7), what


def test_a_package_pinned_once_for_each_python_may_have_either_version(tmp_path, monkeypatch):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "one==1.0 ; python_full_version < '3.12'\none==2.0 ; python_full_version >= '3'"
    )
    monkeypatch.setattr(selfcheck, "LOCK", lock)
    assert selfcheck.read_pins() == {"one": ("1.0", "2.0")}
