"""Reference cases with three levels, dressed as a cohort of three formats."""

import numpy as np
import pandas as pd
from reference_cases import REFERENCE, read_case

from analysis.comparison.covariates import Covariates
from analysis.records.schema import FORMATS

CASES = {
    "ps_sim_formats": ("format", ("individual", "group", "combined")),
    "ps_birthwt_3groups": ("race", ("white", "black", "other")),
}


def read_cohort(name):
    """Give cohort rows, covariates, the reference's numbers, its weights and its levels."""
    column, levels = CASES[name]
    data, numbers = read_case(name)
    names = list(numbers["smd_denominator"])
    codes = pd.Categorical(data[column], categories=levels).codes
    table = pd.DataFrame(
        {
            "episode_id": [f"e{i}" for i in range(len(data))],
            "child_id": [f"c{i}" for i in range(len(data))],
            "format": pd.Categorical.from_codes(codes, list(FORMATS), ordered=True),
            "rate": data[numbers["roles"]["outcome"]].to_numpy(float),
            "n_goals": 1,
            "group_id": "g1",
            "cluster": pd.factorize(data["clinic"])[0]
            if "clinic" in data
            else np.arange(len(data)),
        }
    )
    traits = data[names].astype(float)
    covariates = Covariates(traits - traits.mean(), traits, dict.fromkeys(names, 0.0), {})
    weights = pd.read_csv(REFERENCE / name / "weights.csv")
    return table, covariates, numbers, weights, levels
