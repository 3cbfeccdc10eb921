"""Children new since the last report beside those before, as it may be shown.

In: a study. Out: `Newcomers` rows. Decisions: estimates with the smallest cell on either side of
every format behind them, and twice that for all together; no count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.disclosure.chain_rows import NewChildren, Newcomers, NewName
from analysis.disclosure.comparisons import show_range
from analysis.disclosure.fields import one_of
from analysis.disclosure.permission import may_show_newcomers

if TYPE_CHECKING:
    from analysis.study import Study


def publish_newcomers(study: Study) -> Newcomers | None:
    """Give how new children differ from earlier ones.

    Args:
        study: the study.

    Returns:
        The rows; None in the first report of a chain, and where nobody is new.
    """
    found, settings = study.newcomers, study.settings
    if found is None:
        return None
    percent = round(100 * (1 - settings.confidence))
    if found.withheld:
        return Newcomers(percent=percent, withheld=found.withheld)
    shown = {n: r for n, r in found.rows.items() if may_show_newcomers(found, n, settings)}
    rows = tuple(
        NewChildren(format=one_of(NewName, name), settled=name in found.settled, **show_range(row))
        for name, row in shown.items()
    )
    if not rows:
        return Newcomers(percent=percent, withheld="few_behind_to_print")
    return Newcomers(rows=rows, weeks=found.weeks, percent=percent)
