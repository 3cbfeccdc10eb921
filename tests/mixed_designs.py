"""Random mixed models to fit: sizes, visits, missing levels, spreads of zero."""

import numpy as np
import pandas as pd

from analysis.models.mixed.model import RandomEffect

KINDS = ("ordinary", "singular", "two visits", "one goal", "partial", "lone groups")


def draw_design(seed, largest=300):
    """Give the outcome, fixed columns and random effects of one random model.

    Therapy group > child > goal; a kind of difficulty by the seed.
    """
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    n_children = int(np.exp(rng.uniform(np.log(12), np.log(largest))))
    n_goals = np.ones(n_children, int) if kind == "one goal" else rng.integers(1, 5, n_children)
    child_of_goal = np.repeat(np.arange(n_children), n_goals)
    size = 2 if kind == "two visits" else None
    visits = [
        np.sort(rng.choice(7, size or rng.integers(3, 7), replace=False)) * 4.0
        for _ in child_of_goal
    ]
    goal = np.repeat(np.arange(len(child_of_goal)), [len(v) for v in visits])
    week = np.concatenate(visits)
    child = child_of_goal[goal]
    grouped = (rng.random(n_children) < 0.6).astype(float) if kind == "partial" else None
    n_groups = max(n_children // (1 if kind == "lone groups" else rng.integers(2, 6)), 3)
    group_of_child = rng.integers(0, n_groups, n_children)
    if grouped is not None:
        group_of_child = np.where(grouped > 0, group_of_child, n_groups + np.arange(n_children))
    group = group_of_child[child]
    none = kind == "singular"
    spread = rng.uniform(0.2, 0.8, 6) * (rng.random(6) < (0.3 if none else 0.9))
    age = rng.normal(8, 3, n_children)[child]
    motor = (rng.random(len(child_of_goal)) < 0.4).astype(float)[goal]
    home = rng.normal(size=len(week))
    scaled = week / 12
    outcome = -2 + (1 + 0.1 * rng.normal()) * scaled + 0.05 * age + 0.3 * motor * scaled
    outcome = outcome + 0.1 * home + 0.5 * rng.normal(size=len(week))
    for units, at in ((group, 0), (child, 2), (goal, 4)):
        n = units.max() + 1
        reach = 1.0 if at or grouped is None else grouped[child]
        outcome += reach * spread[at] * rng.normal(size=n)[units]
        outcome += reach * spread[at + 1] * rng.normal(size=n)[units] * scaled
    one = np.ones(len(week))
    fixed = {"one": one, "week": week, "age": age, "age x week": age * week, "motor": motor}
    if seed % 3 == 0:
        fixed["home"] = home
    line = pd.DataFrame({"constant": one, "week": week})
    flat = line[["constant"]]
    top = flat if grouped is None else flat.mul(grouped[child], axis=0)
    if seed % 4 == 1 and grouped is not None:
        top = line.mul(grouped[child], axis=0)
    labels = {"group": group, "child": child, "goal": goal}
    named = {name: pd.Series(codes, name=name) for name, codes in labels.items()}
    random = []
    if kind in ("partial", "ordinary") or seed % 5 == 0:
        random.append(RandomEffect(named["group"], top))
    random.append(RandomEffect(named["child"], line, correlated=bool(seed % 7)))
    if kind not in ("one goal",):
        inner = flat if kind == "two visits" or seed % 2 else line
        random.append(RandomEffect(named["goal"], inner))
    return outcome, pd.DataFrame(fixed), random


def draw_far_apart(seed, ratio):
    """Give a random model whose groups' effects are some 1 / ratio times the residual's spread.

    Outcome, fixed columns and random effects; a tenth of the effects have no spread.
    """
    outcome, fixed, random = draw_design(seed, largest=120)
    rng = np.random.default_rng(seed + 10_000)
    outcome = np.zeros(len(outcome))
    for effect in random:
        design = np.asarray(effect.design, float)
        design = design / np.abs(design).max(axis=0)
        unit = np.unique(effect.groups, return_inverse=True)[1]
        spread = np.exp(rng.uniform(-2, 0.5, design.shape[1]))
        spread *= rng.random(design.shape[1]) < 0.9
        own = rng.normal(size=(unit.max() + 1, design.shape[1])) * spread
        outcome += (design * own[unit]).sum(axis=1)
    return outcome + ratio * rng.normal(size=len(outcome)), fixed, random


def reorder_rows(outcome, fixed, random, seed):
    """Give the same model, rows in another order and in other units."""
    order = np.random.default_rng(seed).permutation(len(outcome))
    moved = [
        RandomEffect(effect.groups.iloc[order], effect.design.iloc[order] / 7, effect.correlated)
        for effect in random
    ]
    return outcome[order] * 3.3, fixed.iloc[order], moved


def dense_log_likelihood(outcome, fixed, random, fit):
    """Give the log-likelihood at a fit's covariances by inverting the whole covariance matrix."""
    n = len(outcome)
    total = fit.residual_sd**2 * np.eye(n)
    for effect, matrix in zip(random, fit.covariances.values(), strict=True):
        design = np.asarray(effect.design, float)
        groups = np.asarray(effect.groups)
        total += (groups[:, None] == groups) * (design @ matrix.to_numpy() @ design.T)
    columns = np.asarray(fixed, float)
    outcome = np.asarray(outcome, float)
    inverse = np.linalg.inv(total)
    information = columns.T @ inverse @ columns
    coefficients = np.linalg.solve(information, columns.T @ inverse @ outcome)
    left = outcome - columns @ coefficients
    value = np.linalg.slogdet(total)[1] + left @ inverse @ left
    value += (n - columns.shape[1] * (fit.method == "reml")) * np.log(2 * np.pi)
    if fit.method == "reml":
        value += np.linalg.slogdet(information)[1]
    return -value / 2, coefficients, np.linalg.inv(information)
