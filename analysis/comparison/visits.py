"""The levels of the children compared as one row for each child and week.

In: an `AnalysisSet`. Out: `GrowthVisits`, and the design of a regression of growth on them.
Decisions: goals of one child reviewed in one week share their row of the design, so nothing is lost
when they are taken together, and a third of the rows is left.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet, levels_of_children
from analysis.computing import find_pairs


@dataclass(frozen=True, eq=False)
class GrowthVisits:
    """The levels of a child's goals in one week as one row, which loses nothing.

    Levels of one child and week share their row of the design, so that least squares, CR2 and its
    degrees of freedom are the same of their mean, when it and its row are multiplied by the square
    root of how many there are: the working model gives that product the variance of one level.

    Attributes:
        child: (v,) row of the table.
        week: (v,).
        change: (v,) mean change since the start, times `root`.
        root: (v,) square root of how many levels there are.
        weight: (v,) 1 over the number of the child's goals measured.
    """

    child: np.ndarray
    week: np.ndarray
    change: np.ndarray
    root: np.ndarray
    weight: np.ndarray

    def lay_out(self, base: np.ndarray, unit: float) -> np.ndarray:
        """Give (v, 2q) the children's columns times the week, then the columns, times `root`.

        Args:
            base: (n, q) columns of each child.
            unit: weeks in one unit of time.
        """
        q = base.shape[1]
        design = np.empty((len(self.child), 2 * q))
        np.multiply(base[self.child], self.root[:, None], out=design[:, q:])
        np.multiply(design[:, q:], (self.week / unit)[:, None], out=design[:, :q])
        return design

    def after(self, week: float) -> GrowthVisits:
        """Give the visits after a week."""
        later = self.week > week
        return GrowthVisits(*(getattr(self, f.name)[later] for f in fields(self)))


def growth_visits(analysis_set: AnalysisSet) -> GrowthVisits:
    """Give every level of the goals compared, those of one child and week together."""
    scored, cohort, table = analysis_set.scored, analysis_set.cohort, analysis_set.table
    at, goal, child = levels_of_children(scored, cohort, table)
    level, week = (scored.levels[name].to_numpy()[at] for name in ("attainment", "week"))
    change = level - cohort.goals["baseline"].to_numpy()[goal]
    child, week, row = find_pairs(child, week)
    count = np.bincount(row)
    return GrowthVisits(
        child=child,
        week=week,
        change=np.bincount(row, change) / np.sqrt(count),
        root=np.sqrt(count),
        weight=1.0 / table["n_goals"].to_numpy()[child],
    )
