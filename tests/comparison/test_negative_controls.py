"""Questions with a known answer of zero, asked of what is not adjusted for."""

from dataclasses import replace

import numpy as np
from small_clinics import sample_study

from analysis.comparison.negative_controls import ask_negative_controls


def controls_with(**shift):
    """Ask the sample without motivation among the traits, with motivation moved in one format."""
    asked = sample_study().analysis_set
    covariates = asked.covariates
    without = replace(covariates, centred=covariates.centred.drop(columns="motivation"))
    episodes = asked.records.episodes
    moved = episodes["motivation"] + sum(
        by * (episodes["format"] == therapy_format).to_numpy(float)
        for therapy_format, by in shift.items()
    )
    records = replace(asked.records, episodes=episodes.assign(motivation=moved))
    return ask_negative_controls(replace(asked, covariates=without, records=records))


def test_a_trait_adjusted_for_is_no_control():
    found = ask_negative_controls(sample_study().analysis_set).comparisons
    assert found["energy"].withheld == found["motivation"].withheld == "control_adjusted_for"
    assert not found["start_level"].withheld


def test_a_trait_not_adjusted_for_is_asked_and_can_fail():
    alike, apart = controls_with(), controls_with(group=1.5)
    assert not alike.comparisons["motivation"].withheld
    assert not alike.failed
    assert apart.failed
    failed = apart.table[apart.table["failed"]]
    assert set(failed["control"]) == {"motivation"}
    assert np.abs(failed["estimate"]).min() > 0.5
