"""Spread the clinics of the audit over processes or a cluster, and keep what is finished.

In: scenarios, a seed and how many clinics. Out: outcomes, the same for any number of processes
because each clinic's seed depends on its number alone. Decisions: work is handed out and kept in
chunks; a kept chunk counts only for the very same code, design and seed, so that a resumed audit
cannot mix two versions of the study.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed, parallel_config

from analysis.audit.scenarios import Scenario
from analysis.audit.trial import Outcome, try_clinic
from analysis.errors import AnalysisError
from analysis.writing import write_file

CLINICS_PER_CHUNK = 25
CLUSTER_WAIT = "10s"
PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Chunk:
    """Clinics `start` to `stop` - 1 of one scenario."""

    scenario: Scenario
    seed: int
    start: int
    stop: int

    def file_name(self, version: str) -> str:
        """Name the file this chunk's outcomes are kept in."""
        drawn_from = f"{version} {self.scenario.design!r} {self.seed} {self.start} {self.stop}"
        digest = hashlib.sha256(drawn_from.encode()).hexdigest()[:16]
        return f"{self.scenario.name}-{self.start:06d}-{digest}.json"


def split_work(scenarios: Sequence[Scenario], n_clinics: int, seed: int) -> list[Chunk]:
    """Split clinics 0 to n_clinics - 1 of every scenario into chunks."""
    return [
        Chunk(scenario, seed, start, min(start + CLINICS_PER_CHUNK, n_clinics))
        for scenario in scenarios
        for start in range(0, n_clinics, CLINICS_PER_CHUNK)
    ]


def do_chunks(
    chunks: Sequence[Chunk], *, jobs: int = 1, cluster: str = "", keep: Path | None = None
) -> Iterator[tuple[Chunk, list[Outcome]]]:
    """Do every chunk that is not kept already, giving each as soon as it is known.

    Args:
        chunks: what to do.
        jobs: processes on this machine.
        cluster: address of a dask scheduler to use in their place, or "".
        keep: folder of finished chunks, or None to keep nothing.

    Raises:
        AnalysisError: if the cluster cannot be reached, or its package is not installed.
    """
    version = digest_package() if keep else ""
    waiting = []
    for chunk in chunks:
        outcomes = _read_kept(keep / chunk.file_name(version)) if keep else None
        if outcomes is None:
            waiting.append(chunk)
        else:
            yield chunk, outcomes
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with open_workers(jobs, cluster) as workers:
        for chunk, outcomes in workers(delayed(_do_chunk)(chunk) for chunk in waiting):
            if keep:
                content = json.dumps(outcomes).encode()
                write_file(keep / chunk.file_name(version), content)
            yield chunk, outcomes


def digest_package() -> str:
    """Give a digest of every source file of the package."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _do_chunk(chunk: Chunk) -> tuple[Chunk, list[Outcome]]:
    numbers = range(chunk.start, chunk.stop)
    return chunk, [try_clinic(chunk.scenario, chunk.seed, number) for number in numbers]


def _read_kept(path: Path) -> list[Outcome] | None:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def open_workers(jobs: int, cluster: str) -> Iterator[Parallel]:
    """Give what runs jobs at once: processes on this machine, or a dask cluster.

    Args:
        jobs: processes on this machine.
        cluster: address of a dask scheduler to use in their place, or "".

    Raises:
        AnalysisError: if the cluster cannot be reached, or its package is not installed.
    """
    if not cluster:
        # One thread of arithmetic for each process: the matrices are small and the cores taken.
        with (
            parallel_config(backend="loky", inner_max_num_threads=1),
            Parallel(n_jobs=jobs, return_as="generator_unordered") as workers,
        ):
            yield workers
        return
    try:
        from distributed import Client
    except ImportError:
        raise AnalysisError(
            'A cluster needs one more package. Install it with: pip install "therapy-formats[dask]"'
        ) from None
    try:
        client = Client(cluster, timeout=CLUSTER_WAIT)
    except (OSError, ValueError) as error:
        raise AnalysisError(
            f"The cluster could not be reached ({type(error).__name__}). Check the address, for "
            "example tcp://127.0.0.1:8786."
        ) from None
    with (
        client,
        parallel_config(backend="dask"),
        Parallel(return_as="generator_unordered") as workers,
    ):
        yield workers
