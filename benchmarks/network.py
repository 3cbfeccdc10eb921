"""Do pooled answers hold? Coverage, width and false statements of many invented networks.

`python -m benchmarks.network [--networks N] [--whole N]` draws networks of clinics' estimates from
the model with a known spread between clinics (standard errors estimated on few degrees of freedom,
one clinic in four with two formats), and, fewer, networks of whole invented clinics that are
studied, published and pooled twice: from their reports alone and from exact estimates.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.clinics.given import ATTAINED, MAIN, WITHIN, Brought, Given, take_report
from analysis.clinics.pooled import CONTRASTS, PAIR_IDS, STRUCTURE
from analysis.clinics.publish import publish_network
from analysis.clinics.rows import NetworkSummary, PooledPair
from analysis.computing import one_thread
from analysis.disclosure.release import protect, publish_measure
from analysis.disclosure.summary import Summary
from analysis.network.invent import invent_designs
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.draw import draw_clinic
from analysis.study import Study, run_study
from analysis.vocabulary import AHEAD, NO_IMPORTANT_DIFFERENCE
from benchmarks.stamp import keep_table

SEED = 818
NETWORKS, WHOLE = 300, 30
SIZES = (3, 5, 10, 30)
SPREADS = (0.0, 0.1, 0.2)
TRUTHS = {"nothing differs": (0.0, 0.0), "group .2 ahead": (0.2, 0.0)}
ARMS = np.array([0.0042, 0.0105, 0.0105])  # variances of a clinic of 90 children, by format
ARM_DF = np.array([3.0, 14.0, 14.0])  # children for each degree of freedom
TWO_FORMATS, LEAN = 0.25, 0.2
NULL = replace(ClinicDesign(), **dict[str, Any](NO_DIFFERENCE))
SETTINGS = Settings()
ANSWERS = (*AHEAD, NO_IMPORTANT_DIFFERENCE)
WHOLE_NETWORKS = {
    "5 clinics, nothing differs": (5, 0.0, 0),
    "5 clinics, differences spread by .1 around none": (5, 0.1, 0),
    "8 clinics, one with hidden confounding": (8, 0.0, 1),
}
BOUNDS = ("estimate", "conf_low", "conf_high", "next_low", "next_high")


def draw_network(
    rng: np.random.Generator, n_clinics: int, spread: float, truth: Sequence[float]
) -> list[Given]:
    """Draw what clinics bring, from the model."""
    root = np.linalg.cholesky(STRUCTURE) * spread
    measure, given = publish_measure(SETTINGS), []
    arms = np.array([[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, -1.0, 1.0]])
    for number in range(n_clinics):
        n_children = rng.uniform(30, 200)
        brought: dict[str, dict[Any, Brought]] = {}
        lean, two = rng.random() < LEAN, rng.random() < TWO_FORMATS
        kept = [int(rng.integers(3))] if two else [0, 1, 2]
        for question, scale, mean in (
            (MAIN, 1.0, np.asarray(truth)),
            (WITHIN, 1.5, np.zeros(2)),
            (ATTAINED, 60.0, np.zeros(2)),
        ):
            variance = ARMS * 90 / n_children * scale**2
            df = np.maximum(n_children / ARM_DF, 3.0)
            own = CONTRASTS @ (mean + root @ rng.standard_normal(2) * scale)
            found = own + arms @ (np.sqrt(variance) * rng.standard_normal(3))
            errors = np.sqrt(arms**2 @ (variance * rng.chisquare(df) / df))
            other = found + 0.4 * errors * rng.standard_normal(3)
            brought[question] = {
                PAIR_IDS[k]: Brought(found[k], errors[k], lean, other[k]) for k in kept
            }
        given.append(
            Given(
                f"clinic {number}",
                SETTINGS.margin,
                SETTINGS.smallest_cell,
                measure,
                {},
                "",
                dict.fromkeys(("records", "ledger", "report"), ""),
                True,
                (),
                {},
                brought,
            )
        )
    return given


def take_exact(study: Study, published: Summary, name: str) -> Given:
    """Give what a clinic brings with the exact numbers of what it shows of the main question."""
    given = take_report(published, name)
    rows = {}
    for id, row in given.brought[MAIN].items():
        this, _, than = id.partition("-")
        found = study.comparison.pair(this, than)
        weighted = study.analyses["overlap_weighted"].pair(this, than)["estimate"]
        rows[id] = replace(
            row,
            estimate=float(found["estimate"]),
            std_error=float(found["std_error"]),
            weighted=float(weighted),
        )
    return replace(given, brought={**given.brought, MAIN: rows})


def is_false(pair: PooledPair, truth: float, question: str) -> bool:
    """Tell whether a pair is said to be what it is not."""
    if not pair.shown:
        return False
    if question == MAIN and pair.label == NO_IMPORTANT_DIFFERENCE:
        return abs(truth) >= SETTINGS.margin
    if not pair.settled:
        return False
    return truth == 0 or (pair.estimate or 0.0) * truth < 0


def say_false(summary: NetworkSummary, truths: Mapping[str, Sequence[float]]) -> bool:
    """Tell whether a report holds any false statement."""
    return any(
        is_false(pair, truth, question.id)
        for question in summary.questions
        for pair, truth in zip(question.pairs, truths[question.id], strict=True)
    )


def _covers(low: float | None, truth: float, high: float | None) -> bool:
    return low is not None and high is not None and low <= truth <= high


def _percent(values: Sequence[bool], clusters: int) -> str:
    """Spell a share with its Monte-Carlo error, as if only networks were independent."""
    if not len(values):
        return "none"
    share = float(np.mean(values))
    error = 100 * math.sqrt(max(share * (1 - share), 1e-9) / max(clusters, 1))
    return f"{100 * share:.1f} ({error:.1f})"


def try_drawn(n_networks: int) -> Iterator[str]:
    """Give a row for each kind of network drawn from the model."""
    for title, truth in TRUTHS.items():
        truths = {MAIN: CONTRASTS @ np.asarray(truth), WITHIN: np.zeros(3), ATTAINED: np.zeros(3)}
        for n_clinics in SIZES:
            for spread in SPREADS:
                rng = np.random.default_rng([SEED, n_clinics, round(100 * spread)])
                yield _drawn_row(rng, title, n_networks, n_clinics, spread, truth, truths)


def _drawn_row(
    rng: np.random.Generator,
    title: str,
    n_networks: int,
    n_clinics: int,
    spread: float,
    truth: Sequence[float],
    truths: Mapping[str, Sequence[float]],
) -> str:
    mean, next_one, equal, wrong, answered = [], [], [], [], []
    half: list[float] = []
    for _ in range(n_networks):
        given = draw_network(rng, n_clinics, spread, truth)
        summary = publish_network(given, "reports")
        wrong.append(say_false(summary, truths))
        for pair, value in zip(summary.questions[0].pairs, truths[MAIN], strict=True):
            answered.append(pair.label in ANSWERS)
            if pair.estimate is None or pair.conf_low is None or pair.conf_high is None:
                continue
            mean.append(_covers(pair.conf_low, value, pair.conf_high))
            equal.append(_covers(pair.equal_low, value, pair.equal_high))
            fresh = value + spread * rng.standard_normal()
            next_one.append(_covers(pair.next_low, fresh, pair.next_high))
            half.append((pair.conf_high - pair.conf_low) / 2)
    cells = [
        title,
        str(n_clinics),
        f"{spread:g}",
        f"{100 * len(mean) / (3 * n_networks):.0f}",
        _percent(mean, n_networks),
        _percent(equal, n_networks),
        _percent(next_one, n_networks),
        f"{np.median(half):.2f}" if half else "none",
        f"{100 * np.mean(answered):.0f}",
        _percent(wrong, n_networks),
    ]
    return f"| {' | '.join(cells)} |"


def try_whole(n_networks: int) -> Iterator[str]:
    """Give a row for each kind of network of whole invented clinics, and the loss of reports."""
    for title, (n_clinics, spread, n_hidden) in WHOLE_NETWORKS.items():
        mean, wrong, wrong_single, single, loss = [], [], [], [], []
        n_shown = 0
        for number in range(n_networks):
            given, exact = [], []
            designs = list(invent_designs(n_clinics, spread, SEED + number, NULL))
            for k, (design, seed) in enumerate(designs):
                own = replace(design, unmeasured=1.0) if k < n_hidden else design
                study = run_study(
                    records_from_tables(draw_clinic(own, seed).tables), SETTINGS, ask_again=False
                )
                published = protect(study)
                given.append(take_report(published, f"clinic {k}"))
                exact.append(take_exact(study, published, f"clinic {k}"))
                labels = [pair.label for pair in published.answer.pairs]
                single += [label in ANSWERS for label in labels]
                wrong_single.append(any(label in AHEAD for label in labels))
            told = [publish_network(one, "reports") for one in (given, exact)]
            null = dict.fromkeys((MAIN, WITHIN, ATTAINED), np.zeros(3))
            wrong.append(say_false(told[0], null))
            for pair, other in zip(*(one.questions[0].pairs for one in told), strict=True):
                if pair.shown:
                    n_shown += 1
                    mean.append(_covers(pair.conf_low, 0.0, pair.conf_high))
                    loss.append(
                        [abs(getattr(pair, name) - getattr(other, name)) for name in BOUNDS]
                    )
        worst = np.max(loss, axis=0)
        cells = [
            title,
            str(n_networks),
            f"{100 * n_shown / (3 * n_networks):.0f}",
            _percent(mean, n_networks),
            _percent(wrong, n_networks),
            _percent(wrong_single, n_networks * n_clinics),
            f"{100 * np.mean(single):.0f}",
            f"{np.mean(loss):.4f}",
            f"{worst[:3].max():.2f}, {worst[3:].max():.2f}",
        ]
        yield f"| {' | '.join(cells)} |"


@one_thread()
def main() -> None:
    """Run both and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=NETWORKS)
    parser.add_argument("--whole", type=int, default=WHOLE)
    asked = parser.parse_args()
    head = (
        "| truth | clinics | spread | pairs pooled, % | mean covered, % | as if clinics were "
        "alike, % | next clinic covered, % | half-width | answered, % | any false statement, % |\n"
        f"|{' --- |' * 10}"
    )
    drawn = "\n".join([head, *try_drawn(asked.networks)])
    whole_head = (
        "| network | networks | pairs pooled, % | mean covered, % | any false statement, % | a "
        "clinic's own report calls one ahead, % | pairs answered by single reports, % | mean loss "
        "| largest loss: mean and range, next clinic |\n"
        f"|{' --- |' * 9}"
    )
    whole = "\n".join([whole_head, *try_whole(asked.whole)])
    keep_table(
        __file__,
        f"""# Several clinics pooled

Shares with their Monte-Carlo errors; networks count as the independent unit. A pair is pooled where
three clinics compared it; false statements count every pair, the child-against-itself test and the
goals attained.

## {asked.networks:,} networks a row, estimates drawn from the model

{drawn}

## Whole invented clinics, studied, published, and pooled from their reports alone

The loss is the difference of a printed bound (estimate, both ends, both ends for a next clinic) to
the same pooled from exact estimates, in levels.

{whole}
""",
    )


if __name__ == "__main__":
    main()
