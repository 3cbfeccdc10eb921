"""Which children stand behind each part of what a report prints.

In: a study. Out: the codes of the children by the name of the group they form, and what each
child brought into the comparison. Decisions: groups too small to print are named too, so that
one that crosses the smallest cell by a few children is seen; every part of the report names its
own groups (`previous.PARTS`), because a newcomer may reach one part and not another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.computing import category_codes
from analysis.disclosure.cohort import AT_START, SHARE_TRAITS
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.progress import levels_by_visit
from analysis.measures.cohort import STEPS
from analysis.records.schema import FORMATS, RATERS

if TYPE_CHECKING:
    from analysis.study import Study

ALL = "all"
TREATING = "treating_therapist"
Groups = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Brought:
    """What a format's children brought into a comparison.

    Attributes:
        outcomes: child's code -> outcome, spelt; children who were not compared as "".
        compared: whether the format entered the comparison.
    """

    outcomes: Mapping[str, str]
    compared: bool


def list_groups(study: Study) -> dict[str, frozenset[str]]:
    """Give the codes of the children behind what is printed, by the name of the group.

    Args:
        study: the study.

    Returns:
        "compared.group", "flow.goal.all", "week.12.group", "end.group", "trait.attention.group",
        "asked.<analysis>.group" and so on; groups too small to print and empty ones too.
    """
    table, goals = study.cohort.table, study.cohort.goals
    groups = _by_format("compared", table)
    groups |= _flow_groups(study)
    groups |= _caution_groups(study)
    for trait in AT_START:
        known = table[table[trait].notna()]
        groups |= _by_format(f"trait.{trait}", known)
        if trait in SHARE_TRAITS:
            groups |= _by_format(f"trait.{trait}.yes", known[known[trait] > 0])
    for week, part in levels_by_visit(study).groupby("week"):
        groups |= _by_format(f"week.{week}", part)
    groups |= _by_format("end", table[table["at_end"].to_numpy(dtype=bool)])
    skill, social = table["n_skill"] > 0, table["n_social"] > 0
    for name, kept in (("skill", skill), ("social", social), ("both", skill & social)):
        groups |= _by_format(f"kind.{name}", table[kept])
    for domain, part in goals.groupby("domain", observed=False):
        groups |= _by_format(f"domain.{domain}", part)
    for name, comparison in study.analyses.items():
        if comparison.outcomes is not None and not comparison.withheld:
            asked = table["episode_id"].isin(comparison.outcomes.dropna().index)
            groups |= _by_format(f"asked.{name}", table[asked])
    return groups | _effort_groups(study)


def list_outcomes(study: Study) -> dict[str, Brought]:
    """Give what each child compared brought into the main comparison, by format.

    Args:
        study: the study.
    """
    table, n_in = study.cohort.table, study.comparison.means["n_children"]
    children = table["child_id"].to_numpy(dtype=object)
    rates, codes = table["rate"].to_numpy(float), category_codes(table["format"])
    found: dict[str, Brought] = {}
    for k, name in enumerate(FORMAT_IDS):
        spelt: dict[str, list[str]] = {}
        for child, rate in zip(children[codes == k], rates[codes == k], strict=True):
            spelt.setdefault(str(child), []).append(f"{rate:.9g}")
        outcomes = {child: " ".join(sorted(own)) for child, own in spelt.items()}
        found[name] = Brought(outcomes, compared=bool(n_in[name] > 0))
    return found


def _flow_groups(study: Study) -> dict[str, frozenset[str]]:
    """Give who is left after each step of the flow, for each format and together."""
    goals, episodes = study.progress.table, study.records.episodes
    late, usable = goals["late"].to_numpy(bool), goals["usable"].to_numpy(bool)
    started, episode = goals["baseline"].notna().to_numpy(), goals["episode"].to_numpy()
    every = np.ones(len(episodes), bool)
    left = [every, *(_reach(episode[g], len(every)) for g in (~late, ~late & started, usable))]
    groups: dict[str, frozenset[str]] = {}
    for (step, _), kept in zip(STEPS, left, strict=True):
        groups |= _by_format(f"flow.{step}", episodes[kept])
        groups[f"flow.{step}.{ALL}"] = _codes(episodes.loc[kept, "child_id"])
    return groups


def _reach(episode: np.ndarray, n: int) -> np.ndarray:
    reached = np.zeros(n, bool)
    reached[episode] = True
    return reached


def _caution_groups(study: Study) -> dict[str, frozenset[str]]:
    """Give the children behind the three cautions of page 1, and those on either side."""
    goals, table = study.cohort.goals, study.cohort.table
    before = goals["set_before_format"].to_numpy(float)
    groups = {
        f"goals.before.{ALL}": _codes(goals.loc[before == 1, "child_id"]),
        f"goals.after.{ALL}": _codes(goals.loc[before == 0, "child_id"]),
    }
    reviews, owners = study.records.reviews, study.records.goals
    row = pd.Index(owners["goal_id"]).get_indexer(reviews["goal_id"])
    child, rater = owners["child_id"].to_numpy(dtype=object)[row], reviews["rater"].array.codes
    own = RATERS.index(TREATING)
    groups[f"raters.own.{ALL}"] = _codes(child[rater == own])
    groups[f"raters.other.{ALL}"] = _codes(child[(rater >= 0) & (rater != own)])
    stayed = _by_format("", table[table["at_end"].to_numpy(dtype=bool)])
    started = {n: ids for n, ids in _flow_groups(study).items() if n.startswith("flow.baseline.")}
    for name in FORMAT_IDS:
        groups[f"missing.{name}"] = started[f"flow.baseline.{name}"] - stayed[f".{name}"]
    return groups


def _effort_groups(study: Study) -> dict[str, frozenset[str]]:
    """Give the children with sessions and with practice at home on record."""
    sessions = study.records.sessions
    groups = {f"time.sessions.{ALL}": _codes(sessions["child_id"].dropna())}
    if study.home_practice is not None:
        groups[f"time.usual.{ALL}"] = _codes(study.home_practice.usual["child_id"])
        groups[f"time.practice.{ALL}"] = _codes(study.home_practice.intervals["child_id"])
    return groups


def _by_format(name: str, rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    codes, children = category_codes(rows["format"]), rows["child_id"].to_numpy(dtype=object)
    return {f"{name}.{f}": _codes(children[codes == k]) for k, f in enumerate(FORMATS)}


def _codes(children: pd.Series | np.ndarray) -> frozenset[str]:
    return frozenset(map(str, pd.unique(children).tolist()))
