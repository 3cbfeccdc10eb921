"""The reference models for mixed fits: which columns, which levels, which numbers to expect."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from reference_cases import read_case

from analysis.models.mixed.model import RandomEffect

CASES = (
    ("lmm_sleepstudy", "slope"),
    ("lmm_sleepstudy", "intercept_only"),
    ("lmm_sleepstudy", "uncorrelated"),
    ("lmm_bodyweight_3groups", "random_slope"),
    ("lmm_bodyweight_3groups", "random_intercept"),
    ("nested_pastes", "nested"),
    ("singular_dyestuff2", "model"),
    ("partial_nested_growth", "partially_nested_slope"),
    ("partial_nested_growth", "ignoring_groups"),
    ("partial_nested_post", "partially_nested"),
    ("sim_child_goal_week", "slope_child_intercept_goal"),
    ("sim_child_goal_week", "slope_child_slope_goal_adjusted"),
    ("sim_child_goal_week", "gas_rounded"),
    ("sim_child_goal_week", "three_way_kind"),
    ("quadratic_growth", "quadratic"),
    ("quadratic_growth", "uncorrelated"),
    ("four_levels", "nested"),
    ("partial_nested_slopes", "slopes"),
    ("partial_nested_slopes", "uncorrelated"),
)
GROUPINGS = {"Subject": "Subject", "Rat": "Rat", "batch:cask": "sample", "child:goal": "goal"}


@dataclass(frozen=True)
class MixedCase:
    """One reference model, ready to be fitted."""

    outcome: pd.Series
    fixed: pd.DataFrame
    random: list
    levels: list
    numbers: dict


def read_mixed_case(name, model):
    """Build the columns a reference model's formula stands for."""
    data, numbers = read_case(name)
    numbers = numbers[model]
    outcome, rest = numbers["formula_lme4"].split(" ~ ")
    terms = [row["term"] for row in numbers["reml"]["fixef"]]
    fixed = pd.DataFrame({term: _column(data, term) for term in terms})
    levels = [part.split(")")[0] for part in rest.split("(")[1:]]
    levels.sort(key=lambda level: len(numbers["n_groups"]) > 1 and _n_groups(level, numbers))
    random = []
    for level in levels:
        effects, grouping = level.replace("||", "|").split(" | ")
        names = [part for part in effects.split(" + ") if part not in ("0", "1")]
        if not effects.startswith("0"):
            names = ["(Intercept)", *names]
        design = pd.DataFrame({effect: _column(data, effect) for effect in names})
        groups = data[GROUPINGS.get(grouping, grouping)].rename(grouping)
        random.append(RandomEffect(groups, design, correlated="||" not in level))
    return MixedCase(data[outcome], fixed, random, [r.groups.name for r in random], numbers)


def _n_groups(level, numbers):
    return numbers["n_groups"][level.split("| ")[1]]


def _column(data, term):
    column = pd.Series(1.0, index=data.index)
    for part in term.split(":"):
        if part == "(Intercept)":
            continue
        if part in data:
            column = column * data[part]
            continue
        factor = next(name for name in data if part.startswith(name))
        column = column * (data[factor].astype(str) == part.removeprefix(factor))
    return column


def level_of(group):
    """Give the level lme4 means: it calls uncorrelated effects "child", "child.1", "child.2"."""
    return group.rstrip("0123456789").removesuffix(".") if "." in group else group


def spreads(fit):
    """Give the standard deviations and correlations of a fit as lme4's table names them."""
    out = {}
    for level, matrix in fit.covariances.items():
        sd = np.sqrt(np.diagonal(matrix))
        for i, first in enumerate(matrix.index):
            out[level, first, None] = sd[i]
            for j in range(i + 1, len(sd)):
                size = matrix.iloc[i, j] / (sd[i] * sd[j]) if sd[i] * sd[j] else np.nan
                out[level, first, matrix.index[j]] = size
    out["Residual", None, None] = fit.residual_sd
    return out
