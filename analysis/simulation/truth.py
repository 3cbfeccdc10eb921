"""Work out what is true of a design, on the scale a clinic sees.

In: a design, a number of children and a seed. Out: a nested dictionary.
Decisions: every child is followed under each format in turn (same child, same goals, same days),
so that what differs is the format alone. The truth is the mean least-squares rate over all planned
reviews, nobody leaving, goals' levels written without the format in mind; "children who could
realistically have had any format" are weighted by the overlap weight of their true chances
(Li & Li 2019, doi 10.1214/19-AOAS1282).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from analysis.computing import Array
from analysis.records.schema import EXPECTED_LEVEL, FORMATS
from analysis.simulation.caseload import Caseload, draw_caseload
from analysis.simulation.course import N_BLOCKS
from analysis.simulation.design import ClinicDesign
from analysis.simulation.levels import (
    PLANNED_WEEKS,
    gained_from_practice,
    least_squares_rate,
    observed_levels,
)

Truth = dict[str, Any]  # nested as `true_contrasts` says

PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))
POPULATIONS = {
    "could_have_had_any": "children who could realistically have had any of the formats",
    "everyone": "all children of the clinic",
}
CHILDREN_AT_ONCE = 20_000
TERMS = {"week_12": 12, "week_24": 24}


def true_contrasts(
    design: ClinicDesign | None = None, n_children: int = 200_000, seed: int = 1
) -> Truth:
    """Give the planted truth of a design on the observed scale.

    Args:
        design: the clinic's choices; the sample's when left out.
        n_children: children followed under every format.
        seed: where the random numbers begin.

    Returns:
        `unit`, `n_children`, `seed` and, for each of `POPULATIONS`, a dictionary of
        `rate`, `rate_skill`, `rate_social`, `social_minus_skill` (children with both kinds),
        `attained_by_week_12`, `attained_by_week_24` (share of goals). Each holds `means`
        (format -> value), `differences` ("group - individual" -> value) and `std_errors`
        of these differences from drawing a finite number of children; `rate` also holds
        `by_attention` and `by_peer_comfort`, the change in each difference for one point.
        Formats the design lacks are left out.
    """
    design = ClinicDesign() if design is None else design
    parts = []
    seeds = np.random.SeedSequence(seed).spawn(-(-n_children // CHILDREN_AT_ONCE))
    for number, child_seed in enumerate(seeds):
        n = min(CHILDREN_AT_ONCE, n_children - number * CHILDREN_AT_ONCE)
        parts.append(_follow_children(design, n, np.random.default_rng(child_seed)))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return sum_up_truth(found, design.absent_formats, seed)


def sum_up_truth(found: dict[str, Array], absent_formats: Sequence[str], seed: int) -> Truth:
    """Average what n children made under each format, as `true_contrasts` gives it.

    Args:
        found: (n, 3) arrays by measure, `probability` of each format among them; `attention` and
            `peer_comfort` of (n,).
        absent_formats: formats left out.
        seed: where the random numbers began.
    """
    n_children = len(found["probability"])
    present = [k for k, name in enumerate(FORMATS) if name not in absent_formats]
    weights = {
        "could_have_had_any": 1 / (1 / found["probability"][:, present]).sum(axis=1),
        "everyone": np.ones(n_children),
    }
    return {
        "unit": "attainment levels per 12 weeks",
        "n_children": n_children,
        "seed": seed,
        **{
            name: {"meaning": meaning} | _summarise(found, weights[name], present)
            for name, meaning in POPULATIONS.items()
        },
    }


def pair_name(this: str, than: str) -> str:
    """Name a pair as the dictionaries of `true_contrasts` do."""
    return f"{this} - {than}"


def describe_design(design: ClinicDesign) -> dict[str, object]:
    """Give the design as plain values for a JSON file."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(design).items()}


def _follow_children(design: ClinicDesign, n: int, rng: np.random.Generator) -> dict[str, Array]:
    """Follow n children under each format.

    Returns:
        Arrays of n rows: one column for each format, except the two ratings.
    """
    caseload = draw_caseload(replace(design, calibration=0.0), n, rng)
    child = caseload.goal_child
    shared = design.group_spread * rng.standard_normal(n)
    shared += design.therapist_spread * rng.standard_normal(n)
    week = np.array(PLANNED_WEEKS)
    gained = gained_from_practice(rng.standard_normal((n, N_BLOCKS)), design.practice_effect)
    gained = gained[:, week][child]
    noise = design.review_noise * rng.standard_normal(gained.shape)
    everything = np.ones(gained.shape, dtype=bool)
    columns: dict[str, list[Array]] = {}
    for k in range(len(FORMATS)):
        level = observed_levels(
            caseload.baseline,
            caseload.start,
            caseload.own_rate + shared[child] + caseload.effect[:, k],
            week,
            gained,
            noise,
            caseload.closes,
            everything,
        )
        for name, values in _average_goals(caseload, level).items():
            columns.setdefault(name, []).append(values)
    return {name: np.stack(values, axis=1) for name, values in columns.items()} | {
        "probability": caseload.probability,
        "attention": caseload.traits["attention"],
        "peer_comfort": caseload.traits["peer_comfort"],
    }


def _average_goals(caseload: Caseload, level: Array) -> dict[str, Array]:
    rate = least_squares_rate(np.array(PLANNED_WEEKS), level)
    skill = _mean_by_child(caseload, rate, ~caseload.is_social)
    social = _mean_by_child(caseload, rate, caseload.is_social)
    every = np.ones(caseload.n_goals, dtype=bool)
    answer = {
        "rate": _mean_by_child(caseload, rate, every),
        "rate_skill": skill,
        "rate_social": social,
        "social_minus_skill": social - skill,
    }
    for name, week in TERMS.items():
        upto = [visit for visit, planned in enumerate(PLANNED_WEEKS) if 0 < planned <= week]
        attained = np.any(level[:, upto] >= EXPECTED_LEVEL, axis=1)
        answer[f"attained_by_{name}"] = _mean_by_child(caseload, attained, every)
    return answer


def _mean_by_child(caseload: Caseload, values: Array, chosen: Array) -> Array:
    n = caseload.n_children
    count = np.bincount(caseload.goal_child, chosen, n)
    total = np.bincount(caseload.goal_child, np.where(chosen, values, 0.0), n)
    return np.divide(total, count, out=np.full(n, np.nan), where=count > 0)


def _summarise(found: dict[str, Array], weight: Array, present: list[int]) -> Truth:
    answer: Truth = {}
    for name, values in found.items():
        if name in ("probability", "attention", "peer_comfort"):
            continue
        known = ~np.isnan(values[:, 0])
        values, w = values[known], weight[known] / weight[known].sum()
        entry: dict[str, dict[str, float]] = {
            "means": {FORMATS[k]: float(w @ values[:, k]) for k in present},
            "differences": {},
            "std_errors": {},
        }
        for this, than in PAIRS:
            a, b = FORMATS.index(this), FORMATS.index(than)
            if a not in present or b not in present:
                continue
            pair, difference = pair_name(this, than), values[:, a] - values[:, b]
            mean = float(w @ difference)
            entry["differences"][pair] = mean
            entry["std_errors"][pair] = float(np.sqrt(w**2 @ (difference - mean) ** 2))
            if name == "rate":
                for trait in ("attention", "peer_comfort"):
                    centred = found[trait][known] - w @ found[trait][known]
                    slope = (w * centred) @ difference / ((w * centred) @ centred)
                    entry.setdefault(f"by_{trait}", {})[pair] = float(slope)
        answer[name] = entry
    return answer
