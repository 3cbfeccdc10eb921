"""One error for a chain of reports: how much of it this report may use, and what has changed.

In: what the private ledger tells of the reports before, and who is compared now. Out: a `PastLook`,
this report's place in the chain; how new children differ, settled. Decisions: over all reports of a
chain, a false difference is stated in at most one less the level of confidence of the clinics in
which nothing differs, however many reports there will be: the first report has nearly all of the
error, each later one a part of what is left, the larger the more children came (alpha spending: Lan
& DeMets 1983, Biometrika 70:659; a graph of hypotheses with a level for each look: Maurer & Bretz
2013, Statistics in Biopharmaceutical Research 5:311). What children two reports share is used, so a
later level is larger than what it newly spends. Records that did not change are not looked at anew
(METHODS.md, "One family, one error").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.newcomers import EVERY, Newcomers
from analysis.comparison.result import PAIRS
from analysis.computing import category_codes
from analysis.decisions.error_rate import settle_weighted
from analysis.measures.earlier import Earlier, PastLook
from analysis.models.sequential import find_next_level
from analysis.records.schema import FORMATS
from analysis.settings import Settings


def place_look(earlier: Earlier | None, table: pd.DataFrame, settings: Settings) -> PastLook:
    """Give this report's place in its chain, and the share of the error it may use.

    Args:
        earlier: the reports it follows; None for the first of a chain.
        table: `Cohort.table`, the children compared.
        settings: how the error of a chain is shared.
    """
    if earlier is None:
        first = settings.first_look_share
        return PastLook(number=1, share=first, spent=first)
    if earlier.repeats is not None:
        return earlier.repeats
    children = _children(table)
    n_new = len(frozenset().union(*children.values()) - earlier.ever)
    growth = 1 + max(n_new / max(earlier.n_ever, 1), settings.least_growth)
    spent = earlier.left * (1 - growth**-settings.look_fading)
    overlap = settings.look_overlap * share_children(earlier, children)
    whole = 1 - settings.confidence
    level = find_next_level(
        [whole * look.share for look in earlier.looks],
        [*(look.overlap for look in earlier.looks[1:]), overlap],
        whole * spent,
    )
    share = min(level / whole, settings.first_look_share)
    return PastLook(earlier.looks[-1].number + 1, share, spent, overlap)


def share_children(earlier: Earlier, children: Mapping[str, frozenset[str]]) -> float:
    """Give the mean correlation of the pairs' tests in two reports where nothing differs.

    Means over a and b children, c of them in both, have the covariance c / (a b) for children of
    variance 1; a pair's difference adds that of its two formats. A pair whose format was not there
    goes together with nothing. The pairs share the error, and what a look spends bends down as the
    correlation grows, so the mean stands for all.

    Args:
        earlier: the reports before.
        children: the children compared now, by format.
    """
    variances = {}
    for name, now in children.items():
        n_now, n_then = len(now), earlier.n_compared.get(name, 0)
        n_both = len(now & earlier.compared.get(name, frozenset()))
        if n_now:
            variances[name] = (n_both / (n_now * max(n_then, 1)), 1 / n_now, 1 / max(n_then, 1))
    found = []
    for this, than in PAIRS:
        if this in variances and than in variances:
            both, now_, then = np.add(variances[this], variances[than])
            found.append(float(both / math.sqrt(now_ * then)))
    return sum(found) / max(len(found), 1)


def settle_newcomers(newcomers: Newcomers | None, settings: Settings) -> Newcomers | None:
    """Decide which differences between new children and earlier ones may be stated.

    A family of its own, with the whole error in every report: Holm with weights, a small one for
    all formats together, where a change is seen easily, the rest for each format alike.

    Args:
        newcomers: new children beside earlier ones; None where nothing was compared.
        settings: the error, and the weight of all together.
    """
    if newcomers is None or not newcomers.rows:
        return newcomers
    n_parts = len(newcomers.rows) - (EVERY in newcomers.rows)
    together = settings.newcomers_together if n_parts else 1.0
    weights = {
        (name, 0): together if name == EVERY else (1 - together) / n_parts
        for name in newcomers.rows
    }
    p_values = {(name, 0): float(row["p_value"]) for name, row in newcomers.rows.items()}
    found, _ = settle_weighted(p_values, weights, 1 - settings.confidence)
    return replace(newcomers, settled=frozenset(name for name, _ in found))


def _children(table: pd.DataFrame) -> dict[str, frozenset[str]]:
    codes, children = category_codes(table["format"]), table["child_id"].to_numpy(dtype=object)
    return {f: frozenset(map(str, children[codes == k])) for k, f in enumerate(FORMATS)}
