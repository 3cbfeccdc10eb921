"""What `check` says of a trait's blanks is what the report does with them, in 30 clinics."""

import numpy as np
import pytest

from analysis.comparison.covariates import choose_covariates
from analysis.measures.cohort import TRAITS
from analysis.records.load import records_from_tables
from analysis.records.readiness import NOT_ADJUSTED, STILL_ADJUSTED, judge_readiness
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign

N_CLINICS = 30
SHARES = (0.0, 0.03, 0.25, 0.8, 1.0)


def clinic(seed):
    """Give the tables of a clinic with blanks of its own in each trait and format."""
    tables = dict(simulate_clinic(ClinicDesign(n_children=60), seed=seed).tables)
    dice = np.random.default_rng(seed)
    episodes = tables["episodes"].copy()
    for name in set(TRAITS) & {*episodes}:
        shares = dice.choice(SHARES, size=3) if dice.random() < 0.5 else [dice.choice(SHARES)] * 3
        for label, share in zip(FORMATS, shares, strict=True):
            absent = (episodes["format"] == label) & (dice.random(len(episodes)) < share)
            episodes.loc[absent, name] = np.nan
    tables["episodes"] = episodes
    return tables


def asked(records):
    """Give the columns the report asks for; what goals tell is left blank."""
    missing = {name: np.nan for name in TRAITS if name not in records.episodes}
    return records.episodes.assign(**missing)


@pytest.mark.slow
def test_check_and_report_say_the_same_of_every_trait():
    settings, seen = Settings(), {"allowed": 0, "in some": 0, "not": 0}
    for seed in range(N_CLINICS):
        records = records_from_tables(clinic(seed))
        chosen = choose_covariates(asked(records), settings)
        costs = judge_readiness(records, settings).gaps.set_index("column")["cost"]
        for name in set(TRAITS) & {*records.episodes}:
            if name not in costs:
                continue
            told, never = costs[name], chosen.dropped.get(name)
            if never in ("not_recorded", "missing_too_often"):
                assert told.startswith(NOT_ADJUSTED)
                seen["not"] += 1
            elif never is None:
                seldom = chosen.blank.get(name, ())
                assert told.startswith(STILL_ADJUSTED) == (not seldom)
                assert all(label in told for label in seldom)
                seen["in some" if seldom else "allowed"] += 1
    assert min(seen.values()) > 10


def test_three_of_a_hundred_missing_can_still_be_allowed_for():
    tables = dict(simulate_clinic(ClinicDesign(n_children=90), seed=1).tables)
    episodes = tables["episodes"].copy()
    episodes.loc[episodes.index[::33], "severity"] = np.nan
    records = records_from_tables({**tables, "episodes": episodes})
    costs = judge_readiness(records).gaps.set_index("column")["cost"]
    assert costs["severity"] == STILL_ADJUSTED
    assert "severity" in choose_covariates(asked(records), Settings()).centred
