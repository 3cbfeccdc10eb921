"""A mixed model of a whole network of clinics: a folder of Parquet files, one machine or many.

Comes in: a folder in which every file holds whole outermost groups, and the names of columns. Goes
out: the `MixedFit` of all rows. Every file is read twice where it lies (once to survey, once to
sum); only summaries travel. Decided here: without a cluster the files are taken one after the
other, so that memory holds one file; with one, `dask.distributed` is imported (the `dask` extra).
Columns are picked by name and multiplied, never computed from text.

    python -m analysis.models.mixed.network FOLDER --outcome attainment \
        --fixed 1 week format=group:week
        --level child:1,week --level goal:1 --cluster ADDRESS
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.mixed.nesting import RandomEffect
from analysis.models.mixed.partitions import (
    add_summaries,
    fit_summaries,
    plan_summaries,
    summarise,
    survey_partition,
)
from analysis.models.mixed.result import MixedFit

CONSTANT = "1"
SUMMARIES_AT_ONCE = 64


@dataclass(frozen=True)
class NetworkLevel:
    """One level of random effects in a folder.

    Attributes:
        groups: the column of labels.
        effects: terms, as in `NetworkModel.fixed`.
        correlated: whether the effects of one group covary.
    """

    groups: str
    effects: tuple[str, ...]
    correlated: bool = True


@dataclass(frozen=True)
class NetworkModel:
    """A mixed model told by column names.

    Attributes:
        outcome: the column of outcomes.
        fixed: terms: "1" (the constant), a column, "column=label" (1 where it holds that label),
            or several of these joined by ":" (their product).
        levels: outermost first.
    """

    outcome: str
    fixed: tuple[str, ...]
    levels: tuple[NetworkLevel, ...]

    def columns(self) -> list[str]:
        """Name the columns that have to be read."""
        terms = [*self.fixed, *(effect for level in self.levels for effect in level.effects)]
        parts = [part.split("=")[0] for term in terms for part in term.split(":")]
        named = [self.outcome, *(level.groups for level in self.levels), *parts]
        return [name for name in dict.fromkeys(named) if name != CONSTANT]


def fit_folder(
    folder: Path | str, model: NetworkModel, cluster: str | None = None, method: str = "reml"
) -> MixedFit:
    """Fit a mixed model to all Parquet files of a folder.

    Args:
        folder: every `*.parquet` file in it is a partition; a path that the workers can read too.
        model: columns and levels.
        cluster: address of a dask scheduler, for example "tcp://host:8786"; None to read the files
            here.
        method: "reml" or "ml".

    Returns:
        The fit of all rows, without predictions for single groups.

    Raises:
        AnalysisError: if there is no file, a column is missing, a group lies in two files, the
            cluster cannot be reached, or the model is refused.
    """
    files = sorted(str(path) for path in Path(folder).glob("*.parquet"))
    if not files:
        raise AnalysisError(f'There is no Parquet file in the folder "{Path(folder).name}".')
    if cluster is None:
        return _fit_files(files, model, method, _map_here)
    client = _connect(cluster)
    try:
        return _fit_files(files, model, method, partial(_map_on_cluster, client))
    finally:
        client.close()


def _fit_files(
    files: Sequence[str], model: NetworkModel, method: str, run: Callable[..., list[Any]]
) -> MixedFit:
    surveys = [found for found in run(survey_file, files, model) if found is not None]
    if not surveys:
        raise AnalysisError("The files hold no rows.")
    plan = plan_summaries(surveys)
    found = [summary for summary in run(summarise_file, files, model, plan) if summary is not None]
    while len(found) > SUMMARIES_AT_ONCE:
        found = [
            add_summaries(found[k : k + SUMMARIES_AT_ONCE])
            for k in range(0, len(found), SUMMARIES_AT_ONCE)
        ]
    return fit_summaries(found, method)


def survey_file(file: str, model: NetworkModel) -> object:
    """Survey one file, or None if it holds no rows (runs where the file is read)."""
    rows = _read_file(file, model)
    return None if rows is None else survey_partition(*rows)


def summarise_file(file: str, model: NetworkModel, plan: object) -> object:
    """Sum one file, or None if it holds no rows (runs where the file is read)."""
    rows = _read_file(file, model)
    return None if rows is None else summarise(*rows, plan)


def _read_file(
    file: str, model: NetworkModel
) -> tuple[np.ndarray, pd.DataFrame, list[RandomEffect]] | None:
    try:
        frame = pd.read_parquet(file, columns=model.columns())
    except (KeyError, ValueError) as error:
        raise AnalysisError(
            f'"{Path(file).name}" has no column of one of these names: '
            f"{', '.join(model.columns())}."
        ) from error
    if frame.empty:
        return None
    fixed = pd.DataFrame({term: _read_term(frame, term) for term in model.fixed})
    random = [
        RandomEffect(
            frame[level.groups],
            pd.DataFrame({term: _read_term(frame, term) for term in level.effects}),
            level.correlated,
        )
        for level in model.levels
    ]
    return frame[model.outcome].to_numpy(dtype=float), fixed, random


def _read_term(frame: pd.DataFrame, term: str) -> np.ndarray:
    values = np.ones(len(frame))
    for part in term.split(":"):
        if part == CONSTANT:
            continue
        name, _, label = part.partition("=")
        column = frame[name]
        if label:
            values = values * (column.astype(str) == label).to_numpy(dtype=float)
        elif pd.api.types.is_numeric_dtype(column.dtype):
            values = values * column.to_numpy(dtype=float)
        else:
            raise AnalysisError(
                f'The column "{name}" holds labels: say which one, as in "{name}=label".'
            )
    return values


def _map_here(work: Callable[..., Any], files: Sequence[str], *shared: object) -> list[Any]:
    return [work(file, *shared) for file in files]


def _map_on_cluster(
    client: Any, work: Callable[..., Any], files: Sequence[str], *shared: object
) -> list[Any]:
    everywhere = client.scatter(list(shared), broadcast=True, hash=False)
    tasks = [client.submit(work, file, *everywhere, pure=False) for file in files]
    return client.gather(tasks)


def _connect(cluster: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise AnalysisError(
            "A cluster needs the dask extra: pip install 'therapy-formats[dask]'."
        ) from error
    try:
        return Client(cluster, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise AnalysisError(f'No dask scheduler answers at "{cluster}".') from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.models.mixed.network", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", help="folder of Parquet files; each holds whole outermost groups")
    parser.add_argument("--outcome", required=True, help="column of outcomes")
    parser.add_argument("--fixed", required=True, nargs="+", help="terms: 1, a, a=label, a:b")
    parser.add_argument(
        "--level",
        required=True,
        action="append",
        help="column of groups and its effects, as in child:1,week; outermost first",
    )
    parser.add_argument("--uncorrelated", nargs="*", default=[], help="levels without covariances")
    parser.add_argument("--method", choices=["reml", "ml"], default="reml")
    parser.add_argument("--cluster", help="address of a dask scheduler; left out: this machine")
    given = parser.parse_args(arguments)
    try:
        levels = tuple(_read_level(text, given.uncorrelated) for text in given.level)
        model = NetworkModel(given.outcome, tuple(given.fixed), levels)
        fit = fit_folder(given.folder, model, given.cluster, given.method)
    except AnalysisError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{fit!r}\n")
    return 0


def _read_level(text: str, uncorrelated: Sequence[str]) -> NetworkLevel:
    groups, _, effects = text.partition(":")
    if not groups or not effects:
        raise AnalysisError(f'A level is told as in "child:1,week", not as "{text}".')
    return NetworkLevel(groups, tuple(effects.split(",")), groups not in uncorrelated)


if __name__ == "__main__":
    sys.exit(main())
