"""What one format hardly has recorded counts as not recorded for its pairs."""

from dataclasses import replace

import numpy as np
import pytest
from small_clinics import sample_study

from analysis.study import run_study

PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))


def rules(study):
    return [
        [
            (g.rule, g.therapy_format, g.trait)
            for g in study.verdicts.gates
            if (g.this, g.than) == pair and not g.passed
        ]
        for pair in PAIRS
    ]


def study_of(**tables):
    records = replace(sample_study().records, **tables)
    return run_study(records, ask_again=False, ask_beside=False)


@pytest.mark.parametrize("trait", ["attention", "severity", "motor_delay", "energy", "site"])
def test_a_trait_blank_in_one_format_closes_its_pairs_and_no_other(trait):
    episodes = sample_study().records.episodes
    blank = episodes.assign(**{trait: episodes[trait].where(episodes["format"] != "group")})
    study = study_of(episodes=blank)
    told = [("trait_blank", "group", trait)]
    assert rules(study) == [told, [], told]
    assert study.verdicts.decisions[1].label == sample_study().verdicts.decisions[1].label


def test_a_trait_missing_here_and_there_in_one_format_closes_nothing():
    episodes = sample_study().records.episodes
    some = (episodes["format"] == "group") & (np.arange(len(episodes)) % 4 == 0)
    study = study_of(episodes=episodes.assign(attention=episodes["attention"].where(~some)))
    assert rules(study) == [[], [], []]


def test_raters_blank_in_one_format_are_named_for_its_pairs():
    records = sample_study().records
    planned = records.episodes.set_index("episode_id")["format"]
    goals = records.goals.set_index("goal_id")["episode_id"]
    there = planned.reindex(goals.reindex(records.reviews["goal_id"])).to_numpy() == "combined"
    study = study_of(reviews=records.reviews.assign(rater=records.reviews["rater"].mask(there)))
    told = [("raters_not_recorded", "combined", "")]
    assert rules(study) == [[], told, told]


def test_the_timing_of_goals_blank_in_one_format_is_named_for_its_pairs():
    records = sample_study().records
    planned = records.episodes.set_index("episode_id")["format"]
    there = planned.reindex(records.goals["episode_id"]).to_numpy() == "individual"
    before = records.goals["set_before_format"].mask(there)
    study = study_of(goals=records.goals.assign(set_before_format=before))
    told = [("goal_timing_not_recorded", "individual", "")]
    assert rules(study) == [told, told, []]
