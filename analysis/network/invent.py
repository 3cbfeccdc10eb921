"""Invent a network: clinics of several sizes whose true differences differ by a known spread.

In: a folder, how many clinics, their spread, a seed. Out: one folder of tables for each clinic,
with its truth beside it. Decisions: one clinic in five offers two formats only; the same seed gives
the same network; only new folders or earlier invented clinics are written to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.errors import AnalysisError
from analysis.formats import FORMATS
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.sample import check_folder, clinic_files, write_clinic
from analysis.simulation.truth import true_contrasts

MOST_CLINICS = 1000
LEAST_CHILDREN, MOST_CHILDREN = 60, 150
LACKS_A_FORMAT = 5  # every so many clinics one has two formats
TRUTH_CHILDREN = 2_000
SHARED = 0.5  # correlation of what two formats add, as in the pooling


def invent_designs(
    n_clinics: int, spread: float, seed: int, design: ClinicDesign | None = None
) -> Iterator[tuple[ClinicDesign, int]]:
    """Give each clinic's design and seed.

    Args:
        n_clinics: how many.
        spread: standard deviation of a true difference between clinics, levels per 12 weeks.
        seed: where the random numbers begin.
        design: what all clinics have in common; the sample's when None.
    """
    rng = np.random.default_rng(seed)
    common = design or ClinicDesign()
    for number in range(n_clinics):
        both = rng.standard_normal(3) * spread
        shift = np.array([0.0, 1.0, 1.0]) * both[0] * SHARED**0.5
        shift += np.array([0.0, both[1], both[2]]) * (1 - SHARED) ** 0.5
        first, second, third = (float(x) for x in np.array(common.format_effects) + shift)
        lacking = FORMATS[int(rng.integers(len(FORMATS)))]
        own = replace(
            common,
            n_children=int(rng.integers(LEAST_CHILDREN, MOST_CHILDREN + 1)),
            format_effects=(first, second, third),
            absent_formats=(lacking,) if number % LACKS_A_FORMAT == LACKS_A_FORMAT - 1 else (),
        )
        yield own, int(rng.integers(2**31))


def invent_network(folder: Path, n_clinics: int, spread: float, seed: int) -> list[Path]:
    """Write the clinics of an invented network.

    Args:
        folder: where; a folder for each clinic is made in it.
        n_clinics: how many.
        spread: standard deviation of a true difference between clinics.
        seed: where the random numbers begin.

    Returns:
        The folders written.

    Raises:
        AnalysisError: if there are too few or too many clinics, or the spread is no size.
        WriteError: if a folder holds anything but an earlier invented clinic.
    """
    if not 1 <= n_clinics <= MOST_CLINICS:
        raise AnalysisError(f"Give a number of clinics from 1 to {MOST_CLINICS}.")
    if not 0 <= spread <= 1:
        raise AnalysisError("Give a spread between clinics from 0 to 1 level, such as 0.1.")
    width = len(str(n_clinics))
    folders = [folder / f"clinic-{number:0{width}d}" for number in range(1, n_clinics + 1)]
    for place in folders:
        check_folder(place)
    for place, (design, own) in zip(folders, invent_designs(n_clinics, spread, seed), strict=True):
        truth = true_contrasts(design, TRUTH_CHILDREN)
        tables = simulate_clinic(design, own).tables
        write_clinic(place, clinic_files(tables, design, own, truth))
    return folders
