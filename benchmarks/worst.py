"""Search for the clinic that misleads most: nothing differs, and page 1 calls a format ahead.

`python -m benchmarks.worst` (`make worst`) draws designs of `UnlikeDesign` at random, several
oddities together, looks further around the worst of them, and tries the worst again on clinics
that had no part in finding them. "Unwarned" is a format called ahead without any caution on page 1.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from analysis.computing import one_thread
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study
from analysis.vocabulary import AHEAD
from benchmarks.stamp import keep_table

SEED = 5
AT_RANDOM, AROUND, ROUNDS = 200, 100, 5
PARENTS, KEPT = 10, 20
CLINICS, AGAIN_TIMES = 40, 5
ODD_SHARE = 0.4
SHIFT_SHARE = 0.3

Draw = Callable[[np.random.Generator], Any]


def _uniform(low: float, high: float) -> Draw:
    return lambda rng: round(float(low + (high - low) * rng.random()), 3)


def _whole(low: int, high: int) -> Draw:
    return lambda rng: int(rng.integers(low, high + 1))


def _one_of_three(low: float, high: float, whole: bool = False, rest: float = 0) -> Draw:
    """Give one format, drawn, another value than the others."""

    def draw(rng: np.random.Generator) -> tuple[float, ...]:
        value = low + (high - low) * rng.random()
        at = int(rng.integers(3))
        drawn = round(value) if whole else round(float(value), 3)
        return tuple(drawn if k == at else rest for k in range(3))

    return draw


# What a clinic may be like at worst; each is left as it is with a chance of 1 - ODD_SHARE.
ODDITIES: Mapping[str, Draw] = MappingProxyType(
    {
        "n_children": _whole(60, 300),
        "confounding": _uniform(0.0, 2.0),
        "indication": _uniform(0.0, 2.0),
        "talent_spread": _uniform(0.1, 0.5),
        "goal_spread": _uniform(0.1, 0.8),
        "group_spread": _uniform(0.0, 0.4),
        "therapist_spread": _uniform(0.0, 0.2),
        "family_spread": _uniform(0.0, 0.3),
        "weekly_shock": _uniform(0.0, 0.15),
        "half_week": _uniform(6.0, 12.0),
        "last_week": _one_of_three(12, 18, whole=True, rest=24),
        "wait_weeks": _one_of_three(2, 8, whole=True),
        "n_places": _whole(1, 12),
        "place_step": _uniform(0.0, 0.5),
        "place_preference": _one_of_three(0.5, 2.5),
        "year_trend": _uniform(0.0, 0.06),
        "year_preference": _one_of_three(0.1, 0.5),
        "therapist_keeps": lambda rng: True,
        "one_group_therapist": lambda rng: True,
        "second_group_share": _uniform(0.1, 0.8),
        "leniency": _one_of_three(-0.4, 0.4),
        "independent_share": _uniform(0.0, 0.5),
        "before_share": _one_of_three(0.1, 0.6, rest=0.8),
        "reset_share": _uniform(0.1, 0.8),
        "leave_after_success": _one_of_three(0.2, 0.9),
        "leave_share": _uniform(0.0, 0.12),
        "review_on_success": _one_of_three(0.2, 0.9),
        "kind_indication": _one_of_three(0.3, 1.5),
        "kind_effect": _uniform(0.0, 0.3),
    }
)


@dataclass(frozen=True)
class Tried:
    """A design, and of how many clinics page 1 called a format ahead, unwarned or at all."""

    design: UnlikeDesign
    clinics: int
    unwarned: int
    ahead: int

    @property
    def share(self) -> float:
        """The share of clinics with an unwarned false "ahead"."""
        return self.unwarned / max(self.clinics, 1)


def draw_design(rng: np.random.Generator) -> UnlikeDesign:
    """Draw a design, each oddity with a chance of `ODD_SHARE`."""
    chosen = [name for name in ODDITIES if rng.random() < ODD_SHARE]
    return UnlikeDesign(**{name: ODDITIES[name](rng) for name in chosen})


def draw_near(design: UnlikeDesign, rng: np.random.Generator) -> UnlikeDesign:
    """Draw a design near another: some oddities anew, the rest as they were."""
    usual = UnlikeDesign()
    changes = {}
    for name, draw in ODDITIES.items():
        if rng.random() < SHIFT_SHARE:
            changes[name] = draw(rng) if rng.random() < 2 * ODD_SHARE else getattr(usual, name)
    return replace(design, **changes)


@one_thread()
def try_design(design: UnlikeDesign, clinics: int, seed: np.random.SeedSequence) -> Tried:
    """Invent clinics of a design and read the main answer of each.

    Records that are refused are a clinic without a false answer.
    """
    unwarned = ahead = 0
    for own in seed.spawn(clinics):
        records = records_from_tables(simulate_unlike(design, own).tables)
        try:
            study = run_study(records, Settings(), ask_again=False, ask_beside=False)
        except AnalysisError:
            continue
        said = [d for d in study.verdicts.decisions if d.label in AHEAD]
        ahead += bool(said)
        unwarned += any(not d.failed for d in said)
    return Tried(design, clinics, unwarned, ahead)


def search(
    at_random: int, around: int, clinics: int, jobs: int, seed: int
) -> tuple[list[Tried], list[Tried], list[Tried]]:
    """Search at random, then around the worst, then try the worst again.

    Returns:
        Designs drawn at random; designs drawn around the worst; the worst of both, tried on
        clinics of their own.
    """
    root = np.random.SeedSequence(seed)
    rng = np.random.default_rng(root.spawn(1)[0])

    def try_all(designs: Sequence[UnlikeDesign], n: int) -> list[Tried]:
        work = zip(designs, root.spawn(len(designs)), strict=True)
        return list(Parallel(n_jobs=jobs)(delayed(try_design)(d, n, s) for d, s in work))

    first = try_all([draw_design(rng) for _ in range(at_random)], clinics)
    near: list[Tried] = []
    for _ in range(ROUNDS):
        parents = _worst([*first, *near], PARENTS)
        drawn = [draw_near(parents[k % PARENTS].design, rng) for k in range(around // ROUNDS)]
        near += try_all(drawn, clinics)
    kept = _worst([*first, *near], KEPT)
    return first, near, _worst(try_all([t.design for t in kept], AGAIN_TIMES * clinics), KEPT)


def _worst(tried: Sequence[Tried], n: int) -> list[Tried]:
    return sorted(tried, key=lambda t: (-t.share, -t.ahead))[:n]


def spell_design(design: UnlikeDesign) -> str:
    """Name what is not as usual in a design."""
    usual = UnlikeDesign()
    odd = [
        (f.name, value)
        for f in fields(design)
        if (value := getattr(design, f.name)) != getattr(usual, f.name)
    ]
    return "; ".join(f"{name} {_plain(value)}" for name, value in odd) or "nothing odd"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "/".join(f"{number:g}" for number in value)
    return "yes" if value is True else f"{value:g}"


def spell_tables(first: list[Tried], near: list[Tried], again: list[Tried]) -> str:
    """Give what was found: the spread of all designs, the worst tried again, every design."""
    shares = np.array([t.share for t in first])
    every = [*first, *near]
    worst = again[0]
    error = np.sqrt(worst.share * (1 - worst.share) / worst.clinics)
    lines = [
        "# The clinic that misleads most",
        "",
        f"{len(first)} designs at random and {len(near)} around the worst, {every[0].clinics} "
        f"clinics each; the {len(again)} worst again on {worst.clinics} new clinics. Unwarned: a "
        "format called ahead on page 1, without a caution, where nothing differs.",
        "",
        f"- At random: median {100 * np.median(shares):.1f}%, mean {100 * shares.mean():.1f}%, "
        f"nine of ten at most {100 * np.quantile(shares, 0.9):.1f}%, largest "
        f"{100 * shares.max():.1f}%.",
        f"- Worst, tried again: {100 * worst.share:.1f}% ({100 * error:.1f}).",
        "",
        "## The worst, tried again",
        "",
        *_table(again),
        "",
        "## Every design tried",
        "",
        *_table(_worst(every, len(every))),
    ]
    return "\n".join(lines)


def _table(tried: Sequence[Tried]) -> list[str]:
    head = ["| unwarned | ahead at all | clinics | design |", "| ---: | ---: | ---: | --- |"]
    return head + [
        f"| {100 * t.share:.1f}% | {100 * t.ahead / t.clinics:.1f}% | {t.clinics} | "
        f"{spell_design(t.design)} |"
        for t in tried
    ]


def main() -> None:
    """Search, print and keep the tables."""
    parser = argparse.ArgumentParser(description="Search for the clinic that misleads most.")
    parser.add_argument("--designs", type=int, default=AT_RANDOM, help="designs at random")
    parser.add_argument("--around", type=int, default=AROUND, help="designs around the worst")
    parser.add_argument("--clinics", type=int, default=CLINICS, help="clinics of each design")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given = parser.parse_args()
    found = search(given.designs, given.around, given.clinics, given.jobs, SEED)
    keep_table(__file__, spell_tables(*found))


if __name__ == "__main__":
    main()
