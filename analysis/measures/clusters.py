"""Who belongs together: therapy groups, a child's episodes, therapists who keep to a format.

In: the children compared, and their sessions. Out: cluster numbers, and a second cluster where a
child has one. Decisions: a therapist ties children as a group does only where the therapist keeps
to one format, because nothing else in the records then tells the two apart; one who works in
several formats stands on both sides of a comparison and cancels there (joining every therapist's
children covered no better and made ranges an eighth wider: `benchmarks/clusters.md`). A child of a
grouped format who often comes to another group belongs to both, and the two are not joined: else a
few children would make one cluster of a clinic. A child of individual therapy who visits a group
joins nobody: what it then shares with the other side only narrows the difference.

Sources: Candlish et al. 2018, BMC Med Res Methodol 18:105; Walwyn & Roberts 2010, Stat Methods Med
Res 19:291 (therapists nested in, and crossed with, what is compared).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.computing import Array
from analysis.formats import FORMATS, GROUPED_CODES
from analysis.settings import Settings


def number_clusters(codes: Array, group: Array, child: Array, keeper: Array) -> Array:
    """Number who belongs together.

    Children of a grouped format without a recorded group are one cluster for each format.

    Args:
        codes: (n,) number of each row's format.
        group: (n,) therapy group planned, -1 where none was recorded.
        child: (n,) child.
        keeper: (n,) therapist who keeps to a format, -1 otherwise.

    Returns:
        (n,) cluster numbers from 0.
    """
    grouped = np.isin(codes, GROUPED_CODES)
    unknown = grouped & (group < 0)
    own = np.where(grouped, group, -1)
    own[unknown] = group.max(initial=-1) + 1 + codes[unknown]
    return connected_clusters(own, child, keeper)


def number_second(codes: Array, group: Array, further: Array, cluster: Array) -> Array:
    """Number the second cluster of children who often came to another therapy group.

    Args:
        codes: (n,) number of each row's format.
        group: (n,) therapy group planned, -1 where none was recorded.
        further: (n,) the other group, by the same numbers; -1 for none.
        cluster: (n,) from `number_clusters`.

    Returns:
        (n,) the cluster of the children planned into that group, a number beyond all clusters
        where there are none, -1 for children of individual therapy and without another group.
    """
    grouped = np.isin(codes, GROUPED_CODES)
    place = int(cluster.max(initial=-1)) + 1 + np.arange(int(further.max(initial=-1)) + 1)
    known = grouped & (group >= 0) & (group < len(place))
    place[group[known]] = cluster[known]
    second = np.where(grouped & (further >= 0), np.append(place, -1)[further], -1)
    return np.where(second == cluster, -1, second)


def find_keepers(codes: Array, therapist: Array, settings: Settings) -> Array:
    """Tell which therapists keep to one format.

    The odds that a child of this therapist has the format are held against those of the whole
    clinic, so that a clinic with little group therapy does not look as if most of its therapists
    kept to the other formats. Where formats are equally common, four times the odds is two thirds
    of a therapist's children.

    Args:
        codes: (n,) number of each row's format.
        therapist: (n,) therapist, -1 where not recorded.
        settings: how many times the clinic's odds.

    Returns:
        (n,) therapist of rows whose therapist keeps to a format; -1 otherwise.
    """
    known = therapist >= 0
    work = np.zeros((int(therapist.max(initial=-1)) + 1, len(FORMATS)))
    np.add.at(work, (therapist[known], codes[known]), 1.0)
    elsewhere = work.sum(axis=1, keepdims=True) - work
    clinic = work.sum(axis=0)
    # own / elsewhere >= k x (clinic / clinic elsewhere), where no side may divide by zero.
    far = work * (clinic.sum() - clinic) >= settings.keeper_odds * elsewhere * clinic
    keeps = (far & (work > 0) & (clinic < clinic.sum())).any(axis=1)
    kept = known.copy()
    kept[known] = keeps[therapist[known]]
    return np.where(kept, therapist, -1)


def attended(sessions: pd.DataFrame) -> np.ndarray:
    """Tell of each session whether the child came; where not written down, it did.

    Args:
        sessions: rows of `Records.sessions`.
    """
    return (sessions["attended"].fillna(1.0) == 1).to_numpy()


def find_groups(
    group_id: pd.Series, child_id: pd.Series, sessions: pd.DataFrame, settings: Settings
) -> tuple[Array, Array]:
    """Number therapy groups, and find the other group that a child came to often, if any.

    Args:
        group_id: (n,) therapy group planned for each row.
        child_id: (n,) child of each row.
        sessions: rows of `Records.sessions`.
        settings: what "often" is, and the last week that counts.

    Returns:
        (n,) number of the planned group, and (n,) of the other group that the child came to most,
        where that is often; -1 where there is none.
    """
    came = attended(sessions) & sessions["group_id"].notna().to_numpy()
    came &= sessions["week"].to_numpy(float) <= settings.last_week
    labels = [group_id.to_numpy(dtype=object), sessions["group_id"].to_numpy(dtype=object)[came]]
    number, names = pd.factorize(np.concatenate(labels))
    n = len(group_id)
    planned, seen = number[:n], number[n:]
    children = pd.Index(child_id.unique())
    child, n_names = children.get_indexer(sessions["child_id"][came]), max(len(names), 1)
    pair, counts = np.unique((child * n_names + seen)[child >= 0], return_counts=True)
    of, group = pair // n_names, pair % n_names
    often = counts >= settings.second_group_share * np.bincount(of, counts, len(children))[of]
    often &= counts >= settings.second_group_sessions
    # Of each child, the groups it came to most first; of a row, the first that is not its own.
    order = np.lexsort((group, -counts, of))
    of, group = (values[order][often[order]] for values in (of, group))
    row_of = children.get_indexer(child_id)
    first, end = np.searchsorted(of, row_of), np.searchsorted(of, row_of, side="right")
    padded = np.append(group, (-1, -1))
    is_own = (first < end) & (padded[first] == planned)
    at = first + is_own
    return planned, np.where(at < end, padded[at], -1)


def connected_clusters(*labels: Array) -> Array:
    """Number the connected components of rows that share any label.

    Args:
        *labels: (n,) arrays of codes; rows with the same code of the same array belong
            together; a code of -1 joins nothing.

    Returns:
        (n,) component numbers from 0.
    """
    n = len(labels[0])
    rows, columns, offset = [np.arange(n)], [np.arange(n)], n
    for codes in labels:
        known = np.flatnonzero(codes >= 0)
        rows.append(known)
        columns.append(codes[known] + offset)
        offset += int(codes.max(initial=-1)) + 1
    row, column = np.concatenate(rows), np.concatenate(columns)
    graph = coo_array((np.ones(len(row), np.int8), (row, column)), shape=(offset, offset))
    component = connected_components(graph, directed=False)[1][:n]
    return np.unique(component, return_inverse=True)[1]
