"""One error for a chain of reports: how much of it this report may use.

In: what the private ledger tells of the reports before, and who is compared now. Out: a `PastLook`,
this report's place in the chain. Decisions: over all reports of a chain, a false difference is
stated in at most `Settings.error_rate`'s share of clinics in which nothing differs, however many
reports there will be: the first report has nearly all of the error, each later one a fixed part of
what is left, as large as the number of children has grown (alpha spending: Lan & DeMets 1983,
Biometrika 70:659; a graph of hypotheses with a level for each look: Maurer & Bretz 2013,
Statistics in Biopharmaceutical Research 5:311). What children two reports share is used, so a later
level is larger than what it newly spends. Records that did not change are not looked at anew
(METHODS.md, "One family, one error").
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from analysis.computing import category_codes
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
    whole = 1 - settings.confidence
    level = find_next_level(
        whole * earlier.last.share, whole * spent, _share_children(earlier, children, settings)
    )
    share = min(level / whole, settings.first_look_share)
    return PastLook(number=earlier.last.number + 1, share=share, spent=spent)


def _share_children(
    earlier: Earlier, children: Mapping[str, frozenset[str]], settings: Settings
) -> float:
    """Give how far two reports go together where nothing differs: by the format that does least.

    Means over sets of a and b children, c of them in both, have the correlation c / sqrt(a b).
    """
    overlaps = []
    for name, now in children.items():
        n_before = earlier.n_compared.get(name, 0)
        if now or n_before:
            n_both = len(now & earlier.compared.get(name, frozenset()))
            overlaps.append(n_both / math.sqrt(max(len(now), 1) * max(n_before, 1)))
    return settings.look_overlap * min(overlaps, default=0.0)


def _children(table: pd.DataFrame) -> dict[str, frozenset[str]]:
    codes, children = category_codes(table["format"]), table["child_id"].to_numpy(dtype=object)
    return {f: frozenset(map(str, children[codes == k])) for k, f in enumerate(FORMATS)}
