"""Clinics whose formats are reviewed at different weeks, for tests."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.records.load import records_from_tables
from analysis.records.schema import HIGHEST_LEVEL, RATERS
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign

BLOCKS = UnlikeDesign(half_week=7, last_week=(24, 12, 24))


def keep_reviews(records, kept):
    """Give records with some of their reviews: `kept` takes formats and weeks of all."""
    formats = records.episodes.set_index("episode_id")["format"].astype(str)
    own = records.goals.set_index("goal_id")["episode_id"].map(formats)
    some = kept(records.reviews["goal_id"].map(own).to_numpy(), records.reviews["week"].to_numpy())
    return replace(records, reviews=records.reviews[some].reset_index(drop=True))


def end_reviews(records, **last):
    """Give records in which formats have no review after a week: `end_reviews(r, group=12)`."""
    return keep_reviews(
        records,
        lambda formats, weeks: (
            ~np.any([(formats == name) & (weeks > week) for name, week in last.items()], axis=0)
        ),
    )


@functools.cache
def unlike_records(design, seed):
    """Give the records of one invented clinic unlike the analysis."""
    return records_from_tables(simulate_unlike(design, np.random.SeedSequence([1, seed])).tables)


def uneven_records(seed=3):
    """Give a clinic whose progress slows and where two in five goals in groups end at week 12."""
    records = unlike_records(UnlikeDesign(half_week=7), seed)
    number = records.reviews["goal_id"].str.extract(r"(\d+)")[0].astype(int).to_numpy()
    return keep_reviews(
        records, lambda formats, weeks: ~((formats == "group") & (weeks > 14) & (number % 5 < 2))
    )


# Goals of one format set later; of one made harder; families of one that leave once goals are met;
# reviews of one that come when goals are met.
ODD = UnlikeDesign(n_children=240, before_share=(0.8, 0.2, 0.8), leave_after_success=(0, 0.9, 0))
SUCCESS = UnlikeDesign(n_children=240, review_on_success=(0.9, 0, 0))
HARDER = UnlikeDesign(reset_share=0.8)
KINDER = UnlikeDesign(n_children=400, leniency=(0, 0.7, 0))


def shift_reviews(records, therapy_format="group", weeks=2):
    """Give records in which half of a format's reviews come earlier, the others later."""
    formats = records.episodes.set_index("episode_id")["format"].astype(str)
    goals, reviews = records.goals.set_index("goal_id"), records.reviews
    own = reviews["goal_id"].map(goals["episode_id"]).map(formats).to_numpy() == therapy_format
    number = reviews["goal_id"].str.extract(r"(\d+)")[0].astype(int).to_numpy()
    moved = own & (reviews["week"].to_numpy() > 3)
    shift = np.where(moved, np.where(number % 2, weeks, -weeks), 0)
    return replace(records, reviews=reviews.assign(week=reviews["week"] + shift))


def mix_raters(records, kinder=None, every=3):
    """Give records in which others rate every third review, and one format's therapists kindly."""
    formats = records.episodes.set_index("episode_id")["format"].astype(str)
    reviews = records.reviews
    own = reviews["goal_id"].map(records.goals.set_index("goal_id")["episode_id"]).map(formats)
    others = np.arange(len(reviews)) % every == 0
    codes = np.where(others, RATERS.index("caregiver"), RATERS.index("treating_therapist"))
    kindly = ~others & (own.to_numpy() == kinder) & (reviews["week"].to_numpy() > 3)
    level = np.minimum(reviews["attainment"].to_numpy() + kindly, HIGHEST_LEVEL)
    rater = pd.Categorical.from_codes(codes, list(RATERS), ordered=True)
    return replace(records, reviews=reviews.assign(attainment=level, rater=rater))


def ease_later_goals(records, therapy_format):
    """Give records in which a format's goals set after it reach a level more in the end."""
    formats = records.episodes.set_index("episode_id")["format"].astype(str)
    goals, reviews = records.goals.set_index("goal_id"), records.reviews
    own = reviews["goal_id"].map(goals["episode_id"]).map(formats).to_numpy() == therapy_format
    later = reviews["goal_id"].map(goals["set_before_format"]).to_numpy(float) == 0
    higher = own & later & (reviews["week"].to_numpy() > 15)
    level = np.minimum(reviews["attainment"].to_numpy() + higher, HIGHEST_LEVEL)
    return replace(records, reviews=reviews.assign(attainment=level))
