"""Who is compared, who is left out, and why.

In: `Records` and `Progress`. Out: `Cohort`.
Decisions: classified by the format planned at the start, never by what was received later; every
child left out belongs to one named step, counted per format; children who share a therapy group or
a therapist who keeps to a format (or are the same child in two episodes) are one cluster, any other
child treated alone is a cluster of one; children of a grouped format whose group was not recorded
are taken as one cluster for each format, the cautious reading (METHODS.md, "Who is compared").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.computing import category_codes, make_frame
from analysis.measures.clusters import find_groups, find_keepers, number_clusters, number_second
from analysis.measures.progress import Progress
from analysis.records.load import Records
from analysis.records.schema import FORMATS, year_of_term
from analysis.settings import Settings

STEPS = (
    ("records", "Children in the records"),
    ("goal", "With a goal set at the start"),
    ("baseline", "Whose goal has a level at the start"),
    ("reviews", "Whose goal was reviewed again, far enough apart"),
)

# What a child's row keeps of `Progress.children`.
KEPT = (
    "episode_id",
    "child_id",
    "format",
    "rate",
    "rate_skill",
    "rate_social",
    "n_goals",
    "n_skill",
    "n_social",
    "baseline",
    "at_end",
)

TRAITS = (
    "attention",
    "peer_comfort",
    "social_share",
    "severity",
    "age_years",
    "baseline",
    "motor_delay",
    "sensory_needs",
    "follows_instructions",
    "communication",
    "motivation",
    "energy",
)


@dataclass(frozen=True, eq=False)
class Cohort:
    """The children compared.

    Attributes:
        table: one row for each episode compared: episode_id, child_id, format, rate,
            rate_skill, rate_social, n_goals, n_skill, n_social, at_end, the traits of
            `TRAITS` (NaN where not recorded), start_term (in years), site, therapist_id, group_id,
            reason_for_format, keeper (the therapist's number where the therapist keeps to a
            format, else -1), cluster (number of those who belong together), second (another
            cluster that the child belongs to, or -1).
        flow: one row for each step: step, title, then the children left after it for each
            format.
        goals: the rows of `Progress.table` that belong to the children compared.
    """

    table: pd.DataFrame
    flow: pd.DataFrame
    goals: pd.DataFrame

    @cached_property
    def n_children(self) -> dict[str, int]:
        """Different children compared of each format."""
        return count_children(self.table)

    @cached_property
    def started(self) -> dict[str, int]:
        """Different children of each format whose goal has a level at the start."""
        row = next(i for i, (step, _) in enumerate(STEPS) if step == "baseline")
        return {f: int(self.flow[f].iloc[row]) for f in FORMATS}

    @cached_property
    def stayed(self) -> dict[str, int]:
        """Different children compared of each format with a level at the end."""
        return count_children(self.table, self.table["at_end"].to_numpy())

    def __repr__(self) -> str:
        children = about(self.table["child_id"].nunique(), "child", "children")
        return f"{children.capitalize()} whose progress was measured."

    _repr_html_ = show_card


def choose_cohort(records: Records, progress: Progress, settings: Settings | None = None) -> Cohort:
    """Choose the children whose progress can be measured, and count the others.

    Args:
        records: what the clinic handed in.
        progress: rates of progress for each goal and child.
        settings: who belongs together; the defaults when left out.

    Example:
        >>> from analysis.measures.progress import measure_progress
        >>> from analysis.measures.scoring import score_goals
        >>> from analysis.records.load import read_records
        >>> from analysis.settings import Settings
        >>> records = read_records("data/sample")
        >>> progress = measure_progress(score_goals(records, Settings()), Settings())
        >>> cohort = choose_cohort(records, progress)
        >>> cohort.n_children
        {'individual': 73, 'group': 79, 'combined': 72}
        >>> cohort.flow["combined"].tolist()  # in the records, with a goal, a start, two reviews
        [81, 81, 81, 72]
    """
    goals, episodes = progress.table, records.episodes
    late, usable = goals["late"].to_numpy(), goals["usable"].to_numpy()
    has_baseline = goals["baseline"].notna().to_numpy()
    episode = goals["episode"].to_numpy()
    left = [np.ones(len(episodes), bool), *np.zeros((len(STEPS) - 1, len(episodes)), bool)]
    for kept, goal in zip(left[1:], (~late, ~late & has_baseline, usable), strict=True):
        kept[episode[goal]] = True
    codes, child = category_codes(episodes["format"]), number_labels(episodes["child_id"].array)
    counts = np.array([count_numbered(codes[kept], child[kept]) for kept in left])
    flow = make_frame(
        {
            "step": [step for step, _ in STEPS],
            "title": [title for _, title in STEPS],
            **dict(zip(FORMATS, counts.T, strict=True)),
        }
    )
    return Cohort(_compared(records, progress, settings or Settings()), flow, goals[usable])


def _compared(records: Records, progress: Progress, settings: Settings) -> pd.DataFrame:
    """Put each measured child beside what was known on the first day."""
    children = progress.children
    episodes, row = records.episodes, children["episode"].to_numpy()
    n_goals = children["n_goals"].to_numpy()
    columns: dict[str, object] = {name: children[name].array for name in KEPT}
    columns["social_share"] = children["n_social"].to_numpy() / n_goals
    for name in (*TRAITS, "site", "therapist_id", "group_id", "reason_for_format"):
        if name not in columns:
            columns[name] = episodes[name].array.take(row)
    term = episodes["start_term"].array.take(row).codes
    columns["start_term"] = np.where(term >= 0, year_of_term(term), np.nan)
    codes = category_codes(children["format"])
    group, further = find_groups(
        episodes["group_id"].iloc[row], children["child_id"], records.sessions, settings
    )
    therapist = number_labels(episodes["therapist_id"].array.take(row))
    keeper = find_keepers(codes, therapist, settings)
    child = number_labels(children["child_id"].array)
    columns["keeper"] = keeper
    cluster = number_clusters(codes, group, child, keeper)
    columns["cluster"] = cluster
    columns["second"] = number_second(codes, group, further, cluster)
    return make_frame(columns)


def count_children(table: pd.DataFrame, kept: np.ndarray | None = None) -> dict[str, int]:
    """Count different children of each format.

    Args:
        table: (n,) rows with `format` and `child_id`.
        kept: (n,) True for the rows counted; every row when None.
    """
    codes, labels = category_codes(table["format"]), table["child_id"].array
    if kept is not None:
        codes, labels = codes[kept], labels[kept]
    return dict(zip(FORMATS, count_different(codes, labels).tolist(), strict=True))


def number_labels(labels: pd.api.extensions.ExtensionArray) -> np.ndarray:
    """Number different labels from 0 in the order they come in; missing ones are -1."""
    return pd.factorize(labels.to_numpy(dtype=object))[0]


def count_different(codes: np.ndarray, labels: pd.api.extensions.ExtensionArray) -> np.ndarray:
    """Count different labels of each format, missing ones not counted.

    Args:
        codes: (n,) format numbers.
        labels: (n,) labels of any kind.
    """
    return count_numbered(codes, number_labels(labels))


def count_numbered(codes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Count different numbers of each format; -1 is not counted.

    Args:
        codes: (n,) format numbers.
        numbers: (n,) whole numbers from -1.
    """
    seen = np.zeros((int(numbers.max(initial=-1)) + 2, len(FORMATS)), bool)
    seen[numbers, codes] = True
    return seen[:-1].sum(axis=0)  # the last row is that of -1
