"""An attacker who enumerates the children of small clinics learns no small number of them."""

from typing import get_args

import numpy as np
import pytest
from attacked_clinics import attacked_clinic, attacked_report
from attacker import read_json
from enumerator import TODAY, Enumeration, roughness, score_bounds, true_counts
from growing_clinics import WHOLE

from analysis.disclosure import cohort, rules
from analysis.disclosure.fields import Trait
from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.study import run_study

N_CLINICS = 500 if WHOLE else 40
LARGEST = {} if WHOLE else {5: 30}  # most children of a format whose ratings are enumerated
MOST_NEAR = 0.01  # share of small cells that may be known within 2
EVERY_TRAIT = frozenset(get_args(Trait))


@pytest.fixture(autouse=True)
def _forget_rules():
    roughness.cache_clear()
    yield
    roughness.cache_clear()


def attacked(seed, largest=LARGEST):
    clinic, study, _ = attacked_report(seed)
    attack = Enumeration(read_json(protect(study)), clinic.one_goal, TODAY, largest)
    return sum(score_bounds(attack.bounds, true_counts(study, clinic.one_goal)).values())


@pytest.mark.slow
def test_no_small_number_of_children_can_be_worked_out_by_trying_every_way():
    n_small, n_pinned, n_near, n_wrong = sum(attacked(seed) for seed in range(N_CLINICS))
    assert n_small >= 40 * N_CLINICS
    assert (n_pinned, n_wrong) == (0, 0)
    assert n_near <= MOST_NEAR * n_small


# What stands in the place of a rule, and a clinic in which the attacker then wins.
WITHOUT = {
    "every mean is fine": ([(rules, "times_rougher", lambda *_: 1)], 5),
    "ends of the scale may be near": (
        [
            (rules, "LEVEL_SCALE", (-9, 9)),
            (rules.show_level, "__defaults__", ((-9, 9),)),
            (cohort, "LEVEL_SCALE", (-9, 9)),
        ],
        17,
    ),
    "a spread is always told": ([(rules, "may_tell_spread", lambda *_: True)], 17),
    "differences of traits held back are told": (
        [(cohort, "traits_told", lambda *_: EVERY_TRAIT)],
        17,
    ),
    "a side is as small as a cell of 8": ([(rules, "STRICTEST_CELL", 1)], 25),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHOUT)
def test_the_attacker_wins_where_a_rule_is_taken_away(name, monkeypatch):
    changes, seed = WITHOUT[name]
    usual = attacked(seed, {})
    for change in changes:
        monkeypatch.setattr(*change)
    roughness.cache_clear()
    weaker = attacked(seed, {})
    assert usual[1] == 0
    assert tuple(weaker[1:3]) > tuple(usual[1:3])
    assert weaker[3] == 0


def children_of(seed):
    clinic = attacked_clinic(seed)
    study = run_study(records_from_tables(clinic.tables), clinic.settings, ask_again=False)
    attack = Enumeration(read_json(protect(study)), clinic.one_goal, TODAY)
    return study.cohort.n_children, attack.sizes_left


def test_a_rule_of_twice_the_smallest_cell_does_not_tell_that_22_children_are_22(monkeypatch):
    seed = next(s for s in range(400) if _smallest_format_is_22(s))
    exact, left = children_of(seed)
    names = [name for name, n in exact.items() if n == 22]
    assert all(left[name] >= {20, 21, 22} for name in names)
    monkeypatch.setattr(rules, "surely", lambda n, least, settings: n >= least)
    roughness.cache_clear()
    _, told = children_of(seed)
    assert all(told[name] == {22} for name in names)


def _smallest_format_is_22(seed):
    clinic = attacked_clinic(seed)
    sizes = clinic.tables["episodes"]["format"].value_counts()
    return clinic.settings.smallest_cell == 11 and sizes.min() == 22


def test_the_attacker_knows_every_way_to_share_children_among_values():
    from enumerator import ways

    found = ways(6, 3)
    assert len(found) == 28
    assert (found.sum(axis=1) == 6).all()
    assert len(np.unique(found, axis=0)) == 28
