"""An attacker with the report, the rules and a solver learns nothing about a few children."""

import numpy as np
import pytest
from attacker import (
    Attack,
    attack_twice,
    guess_newcomers,
    numbers_of,
    read_json,
    recover_newcomer,
    score_attack,
    true_cells,
    true_cells_twice,
)
from growing_clinics import (
    WHOLE,
    clinic_sizes,
    grown_clinic,
    new_ledger,
    published_of,
    study_of,
    tables_of,
    without_children,
)

from analysis import settings as settings_module
from analysis.disclosure import rules
from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.report.document import render_pdf
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words.tell import tell

N_CLINICS, N_PAIRS = (60, 20) if WHOLE else (4, 2)
SMALLEST = Settings().smallest_cell
MOST_NEAR = 0.01  # share of small cells that may be known within 2
MORE_THAN_GUESSING = 0.02
BOOKKEEPING = ("changes", "ledger", "report", "seal")


def small(truth):
    return {name for name, n in truth.items() if 1 <= n < SMALLEST}


def attacked(summary, study, pdf=None):
    truth = true_cells(study)
    bounds = Attack(read_json(summary), pdf).find_bounds(small(truth))
    return score_attack(bounds, truth, SMALLEST)


@pytest.mark.slow
def test_no_small_cell_can_be_worked_out_from_a_report():
    found = np.zeros(4, int)
    for n_children, seed in clinic_sizes(N_CLINICS):
        summary = tell(published_of(n_children, seed))
        found += attacked(summary, study_of(n_children, seed), render_pdf(summary))
    n_small, n_pinned, n_near, n_wrong = found
    assert n_small >= 10 * N_CLINICS
    assert (n_pinned, n_wrong) == (0, 0)
    assert n_near <= MOST_NEAR * n_small


def test_the_same_attacker_breaks_rules_that_are_switched_off(monkeypatch):
    monkeypatch.setattr(settings_module, "SMALLEST_CELL_ALLOWED", 1)
    monkeypatch.setattr(rules, "ROUND_TO", 1)
    tables = tables_of(140, 1)
    study = run_study(records_from_tables(tables), Settings(smallest_cell=1), ask_again=False)
    n_small, n_pinned, _, n_wrong = attacked(protect(study), study)
    assert n_small >= 10
    assert n_wrong == 0
    assert n_pinned >= 0.9 * n_small


def growing_clinics():
    rng = np.random.default_rng(62)
    sizes = np.linspace(40, 300 if WHOLE else 160, N_PAIRS).round().astype(int)
    return [grown_clinic(int(n), seed, int(rng.integers(1, 11))) for seed, n in enumerate(sizes)]


@pytest.mark.slow
def test_two_reports_of_a_growing_clinic_tell_no_small_cell_of_either():
    found = np.zeros(4, int)
    for before, after in growing_clinics():
        truth = true_cells_twice(before, after)
        attack = attack_twice(read_json(protect(before)), read_json(protect(after)))
        found += score_attack(attack.find_bounds(small(truth)), truth, SMALLEST)
    n_small, n_pinned, n_near, n_wrong = found
    assert n_small >= 20 * N_PAIRS
    assert (n_pinned, n_wrong) == (0, 0)
    assert n_near <= MOST_NEAR * n_small


def test_a_newcomer_cannot_be_guessed_from_two_reports_that_know_of_each_other():
    reports, attained = [], []
    for before, after in growing_clinics():
        ledger = new_ledger()
        earlier = protect(before, ledger)
        first, second = read_json(earlier), read_json(protect(after, ledger, earlier))
        told = numbers_of({k: v for k, v in second.items() if k not in BOOKKEEPING})
        assert told == numbers_of({k: v for k, v in first.items() if k not in BOOKKEEPING})
        reports.append((numbers_of(first), numbers_of(second)))
        attained.append(bool(after.cohort.table["rate"].iloc[-1] > 0.9))
    right, usual = guess_newcomers(reports, attained, np.random.default_rng(0))
    assert right <= usual + MORE_THAN_GUESSING


def test_exact_means_and_counts_would_give_the_newcomer_away(monkeypatch):
    tables = tables_of(150, 5)
    study = study_of(150, 5)
    child = study.cohort.table["child_id"].iloc[-1]
    before = run_study(records_from_tables(without_children(tables, {child})), ask_again=False)
    scores = study.scored.t_scores.set_index("episode_id")
    truth = float(scores.loc[study.cohort.table["episode_id"].iloc[-1], "t_latest"])
    assert recover_newcomer(read_json(protect(before)), read_json(protect(study))) is None
    monkeypatch.setattr(rules, "ROUND_TO", 1)
    monkeypatch.setattr(rules, "round_half_up", lambda value, decimals=0: float(value))
    monkeypatch.setattr("analysis.disclosure.progress.T_STEP", 1e-9)
    summaries = [read_json(protect(part)) for part in (before, study)]
    for summary, part in zip(summaries, (before, study), strict=True):
        exact = part.cohort.table.groupby("format", observed=False)["child_id"].nunique()
        assert all(r["n_children"] == exact[r["format"]] for r in summary["answer"]["counts"][:-1])
    assert recover_newcomer(*summaries) == pytest.approx(truth, abs=1e-4)
