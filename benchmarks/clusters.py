"""Which children are one cluster? Four rules measured where therapists keep to a format.

`python -m benchmarks.clusters [--clinics N]` invents clinics of 120 children in which nothing
differs, hands their children to therapists in several ways, gives each therapist an effect worth a
share of the spread in progress, and asks how often the main analysis covers zero. "Withheld" are
pairs with fewer than four degrees of freedom and, for the rule that was chosen, pairs that one
therapist stands for. The second table lets children come to a second therapy group.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.comparison.analysis_set import AnalysisSet, choose_analysis_set
from analysis.comparison.arms import contrast_pairs, format_codes, formats_among, indicate_formats
from analysis.comparison.result import PAIRS
from analysis.computing import one_thread
from analysis.decisions.therapists import find_apart
from analysis.measures.clusters import (
    connected_clusters,
    find_keepers,
    number_clusters,
    number_second,
)
from analysis.measures.cohort import choose_cohort, number_labels
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.models.mixed.model import RandomEffect, fit_mixed
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from benchmarks.stamp import keep_table

SEED = 1502
CLINICS = 300
SETTINGS = Settings()
SHARES = (0.05, 0.08, 0.16)
PER_THERAPIST = 12
GROUP_SPREADS = (0.19, 0.30)
NULL = replace(ClinicDesign(n_children=120), **dict[str, Any](NO_DIFFERENCE), therapist_spread=0.0)
Answer = pd.DataFrame


def draw_sets(design: ClinicDesign, n: int) -> Iterator[AnalysisSet]:
    """Invent clinics and give what the main analysis would start from."""
    for seed in np.random.SeedSequence(SEED).spawn(n):
        records = records_from_tables(simulate_clinic(design, seed).tables)
        scored = score_goals(records, SETTINGS)
        cohort = choose_cohort(records, measure_progress(scored, SETTINGS), SETTINGS)
        asked = choose_analysis_set(records, scored, cohort, SETTINGS)
        if len(formats_among(asked.table)) == len(PAIRS):
            yield asked


def _numbers(asked: AnalysisSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = asked.table
    group, child = (number_labels(table[name].array) for name in ("group_id", "child_id"))
    return format_codes(table), group, child


def _design(asked: AnalysisSet) -> tuple[np.ndarray, np.ndarray]:
    formats = formats_among(asked.table)
    x = np.hstack([indicate_formats(asked.table, formats), asked.centred.to_numpy(float)])
    return x, contrast_pairs(formats, x.shape[1])[1]


def _fit(asked: AnalysisSet, y: np.ndarray, clusters: np.ndarray) -> Answer:
    x, contrasts = _design(asked)
    return fit_cluster_robust(y, x, clusters).contrast(contrasts)


def by_group(asked: AnalysisSet, y: np.ndarray, therapist: np.ndarray) -> Answer:
    """Therapy groups alone are clusters."""
    codes, group, child = _numbers(asked)
    nobody = np.full(len(codes), -1)
    return _fit(asked, y, number_clusters(codes, group, child, nobody))


def by_every_therapist(asked: AnalysisSet, y: np.ndarray, therapist: np.ndarray) -> Answer:
    """Every therapist joins the therapist's children and their groups."""
    codes, group, child = _numbers(asked)
    return _fit(asked, y, number_clusters(codes, group, child, therapist))


def by_keeper(asked: AnalysisSet, y: np.ndarray, therapist: np.ndarray) -> Answer:
    """Therapists who keep to a format join theirs; the rule in force."""
    codes, group, child = _numbers(asked)
    keeper = find_keepers(codes, therapist, SETTINGS)
    return _fit(asked, y, number_clusters(codes, group, child, keeper))


def two_way(asked: AnalysisSet, y: np.ndarray, therapist: np.ndarray) -> Answer:
    """Groups and therapists by inclusion and exclusion (Cameron, Gelbach & Miller 2011)."""
    codes, group, child = _numbers(asked)
    nobody = np.full(len(codes), -1)
    own = number_clusters(codes, group, child, nobody)
    both = own * (int(therapist.max()) + 1) + therapist
    parts = [_fit(asked, y, clusters) for clusters in (own, therapist, both)]
    squares = [part["std_error"].to_numpy() ** 2 for part in parts]
    variance = np.maximum(squares[0] + squares[1] - squares[2], 0.0)
    df = np.minimum(parts[0]["df"], parts[1]["df"])
    reach = stats.t.ppf(0.975, df) * np.sqrt(variance)
    estimate = parts[0]["estimate"]
    return parts[0].assign(df=df, conf_low=estimate - reach, conf_high=estimate + reach)


def mixed(asked: AnalysisSet, y: np.ndarray, therapist: np.ndarray) -> Answer:
    """Spreads between therapists and, within them, between therapy groups; REML."""
    x, contrasts = _design(asked)
    codes, group, _ = _numbers(asked)
    alone = group.max(initial=-1) + 1 + np.arange(len(codes))
    unit = connected_clusters(np.where(group >= 0, group, alone)) * (therapist.max() + 1)
    effects = [
        RandomEffect(pd.Series(therapist, name="t"), pd.DataFrame({"i": np.ones(len(codes))})),
        RandomEffect(
            pd.Series(unit + therapist, name="g"), pd.DataFrame({"i": (codes > 0).astype(float)})
        ),
    ]
    return fit_mixed(y, x, effects).contrast(contrasts)


WAYS: dict[str, Callable[[AnalysisSet, np.ndarray, np.ndarray], Answer]] = {
    "groups alone": by_group,
    "groups and every therapist, joined": by_every_therapist,
    "groups and therapists, two-way": two_way,
    "mixed model": mixed,
    "groups and therapists who keep to a format": by_keeper,
}


def as_they_come(asked: AnalysisSet, rng: np.random.Generator) -> np.ndarray:
    """Therapists as the simulation draws them: each in several formats."""
    return number_labels(asked.table["therapist_id"].array)


def keep_to(share: float) -> Callable[[AnalysisSet, np.random.Generator], np.ndarray]:
    """Each format has its own therapists, who see this share of its children and groups."""

    def allot(asked: AnalysisSet, rng: np.random.Generator) -> np.ndarray:
        codes, group, _ = _numbers(asked)
        count = [max(2, round(int((codes == k).sum()) / PER_THERAPIST)) for k in range(len(PAIRS))]
        own = np.split(np.arange(sum(count)), np.cumsum(count)[:-1])
        unit = np.where(group >= 0, len(codes) + group, np.arange(len(codes)))
        therapist = np.empty(len(codes), int)
        for at in (unit == one for one in np.unique(unit)):
            inside = rng.random() < share
            therapist[at] = rng.choice(own[codes[at][0]]) if inside else rng.integers(sum(count))
        return therapist

    return allot


def one_runs(share: float) -> Callable[[AnalysisSet, np.random.Generator], np.ndarray]:
    """One therapist has this share of the groups of group therapy."""

    def allot(asked: AnalysisSet, rng: np.random.Generator) -> np.ndarray:
        codes, group, _ = _numbers(asked)
        therapist = as_they_come(asked, rng).copy()
        runs = rng.random(group.max() + 1) < share
        therapist[(codes == 1) & runs[group]] = therapist.max() + 1
        return therapist

    return allot


ALLOTMENTS = {
    "each in several formats": as_they_come,
    "each keeps to a format": keep_to(1.0),
    "85% of a format with its own": keep_to(0.85),
    "70% of a format with its own": keep_to(0.70),
    "one runs all groups": one_runs(1.0),
    "one runs three quarters of the groups": one_runs(0.75),
}


def add_effects(
    asked: AnalysisSet, therapist: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Give progress with an effect of each therapist worth a share of what is left over."""
    y, (x, _) = asked.table["rate"].to_numpy(), _design(asked)
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    spread = left.std() * np.sqrt(share / (1 - share))
    return y + spread * rng.standard_normal(int(therapist.max()) + 1)[therapist]


def _judge(answer: Answer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    low, high, df = (answer[name].to_numpy() for name in ("conf_low", "conf_high", "df"))
    return (low <= 0) & (high >= 0), (high - low) / 2, df >= SETTINGS.compare_df


def _row(covers: np.ndarray, half: np.ndarray, shown: np.ndarray) -> tuple[str, ...]:
    n = shown.any(axis=1).sum()
    share = covers[shown].mean() if n else np.nan
    wrong = (~covers & shown).any(axis=1).mean()
    worst = min((covers[s, k].mean() for k, s in enumerate(shown.T) if s.any()), default=np.nan)
    return (
        f"{100 * (1 - shown.mean()):.0f}%",
        f"{100 * share:.1f}% ({100 * np.sqrt(share * (1 - share) / max(n, 1)):.1f})",
        f"{100 * worst:.1f}%",
        f"{100 * wrong:.1f}%",
        f"{np.median(half[shown]) if n else np.nan:.2f}",
    )


def measure_therapists(sets: list[AnalysisSet]) -> Iterator[tuple[str, ...]]:
    """Give a row for each way of handing out children, share of spread and rule."""
    for name, allot in ALLOTMENTS.items():
        for share in SHARES:
            found: dict[str, list[tuple[np.ndarray, ...]]] = {way: [] for way in WAYS}
            for number, asked in enumerate(sets):
                rng = np.random.default_rng([SEED, number])
                therapist = allot(asked, rng)
                y = add_effects(asked, therapist, share, rng)
                told = asked.table.assign(therapist_id=pd.array(therapist.astype(str)))
                apart = np.array([bool(find_apart(told, pair, SETTINGS)) for pair in PAIRS])
                for way, ask in WAYS.items():
                    covers, half, shown = _judge(ask(asked, y, therapist))
                    shown &= ~apart if ask is by_keeper else True
                    found[way].append((covers, half, shown))
            for way, answers in found.items():
                parts = (np.array(part) for part in zip(*answers, strict=True))
                yield (name, f"{100 * share:.0f}%", way, *_row(*parts))


def measure_groups(sets: list[AnalysisSet]) -> Iterator[tuple[str, ...]]:
    """Give a row for each share of children with a second group, spread of groups and rule."""
    for spread in GROUP_SPREADS:
        for second in (0.0, 0.15, 0.30, 0.60):
            found: dict[str, list[tuple[np.ndarray, ...]]] = {
                "the planned group": [],
                "both, joined": [],
                "both, overlapping": [],
            }
            for number, asked in enumerate(sets):
                rng = np.random.default_rng([SEED, number])
                codes, group, child = _numbers(asked)
                also = _second_groups(codes, group, second, rng)
                effect = spread * rng.standard_normal(int(group.max()) + 1)
                alone = spread * rng.standard_normal(len(codes))
                part = np.where(also >= 0, (effect[group] + effect[also]) / 2, effect[group])
                y = asked.table["rate"].to_numpy() + np.where(group >= 0, part, alone)
                own = number_clusters(codes, group, child, np.full(len(codes), -1))
                further = number_second(codes, group, also, own)
                x, contrasts = _design(asked)
                fits = {
                    "the planned group": fit_cluster_robust(y, x, own),
                    "both, joined": fit_cluster_robust(y, x, _join(own, further)),
                    "both, overlapping": fit_cluster_robust(y, x, own, second=further),
                }
                for way, fit in fits.items():
                    found[way].append(_judge(fit.contrast(contrasts)))
            for way, answers in found.items():
                parts = (np.array(part) for part in zip(*answers, strict=True))
                yield (f"{spread:.2f}", f"{100 * second:.0f}%", way, *_row(*parts))


def _join(own: np.ndarray, further: np.ndarray) -> np.ndarray:
    """Number the components of clusters that share a child."""
    size = int(max(own.max(), further.max())) + 1
    tied = further >= 0
    graph = coo_array((np.ones(tied.sum()), (own[tied], further[tied])), shape=(size, size))
    return connected_components(graph, directed=False)[1][own]


def _second_groups(
    codes: np.ndarray, group: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    also = np.full(len(codes), -1)
    for child in np.flatnonzero((group >= 0) & (rng.random(len(codes)) < share)):
        others = np.unique(group[(codes == codes[child]) & (group != group[child])])
        if len(others):
            also[child] = rng.choice(others)
    return also


def _tabulate(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *lines)]


@one_thread()
def main() -> None:
    """Measure, print and keep the tables."""
    parser = argparse.ArgumentParser(description="Coverage by what counts as a cluster.")
    parser.add_argument("--clinics", type=int, default=CLINICS, help="clinics of each kind")
    given = parser.parse_args()
    shown: tuple[str, ...] = ("pairs withheld", "coverage", "of the worst pair")
    shown += ("clinics with a pair off zero", "half-width")
    therapists = measure_therapists(list(draw_sets(NULL, given.clinics)))
    flat = list(draw_sets(replace(NULL, group_spread=0.0), given.clinics))
    text = [
        "# What counts as a cluster",
        "",
        f"{given.clinics} clinics of 120 children in which nothing differs; three pairs each. In "
        "brackets Monte-Carlo errors (a clinic's pairs counted as one draw).",
        "",
        "## Therapists",
        "",
        *_tabulate(("therapists", "share of the spread", "clusters", *shown), therapists),
        "",
        "## A second therapy group",
        "",
        "Children of a grouped format who have half of their sessions in another group of it. "
        "Overlapping clusters are the rule in force.",
        "",
        *_tabulate(
            ("spread of groups", "children with a second", "clusters", *shown),
            measure_groups(flat),
        ),
    ]
    keep_table(__file__, "\n".join(text))


if __name__ == "__main__":
    main()
