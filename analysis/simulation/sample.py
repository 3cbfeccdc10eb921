"""Put an invented clinic into a folder: its tables, its truth and its data dictionary.

In: tables, a design, a seed and a folder. Out: eight files whose bytes depend on design and seed
alone.
Decisions: a folder is only written to when it is new, empty, or holds an earlier invented clinic,
so that nobody's records are ever replaced by invented ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.errors import WriteError
from analysis.records.package import PACKAGE_NAME, package_bytes
from analysis.records.schema import TABLES
from analysis.simulation.design import ClinicDesign
from analysis.simulation.dictionary import write_dictionary
from analysis.simulation.tables import table_bytes, written_columns
from analysis.simulation.truth import Truth, describe_design
from analysis.writing import Output, write_files

TRUTH_NAME = "truth.json"
TRUTH_MARK = b'{\n  "invented": true,'
TRUTH_DECIMALS = 4


def clinic_files(
    tables: Mapping[str, pd.DataFrame],
    design: ClinicDesign,
    seed: int,
    truth: Truth,
) -> dict[str, bytes]:
    """Give the files of an invented clinic.

    Args:
        tables: name -> frame with the schema's columns.
        design: what the tables were drawn from.
        seed: the seed they were drawn with.
        truth: what `true_contrasts` says of the design.

    Returns:
        File name -> bytes: a CSV for each table, `datapackage.json`, `truth.json`
        and `README.md`.
    """
    content = {
        "invented": True,
        "clinic_seed": seed,
        "design": describe_design(design),
        "truth": _rounded(truth),
    }
    written = {name: written_columns(tables[name], table) for name, table in TABLES.items()}
    return {
        **{f"{name}.csv": table_bytes(tables[name], table) for name, table in TABLES.items()},
        PACKAGE_NAME: package_bytes(written),
        TRUTH_NAME: (json.dumps(content, indent=2) + "\n").encode(),
        "README.md": write_dictionary(design, truth, seed).encode(),
    }


def write_clinic(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of an invented clinic into a folder, making it if needed.

    Raises:
        WriteError: if the folder holds anything but an earlier invented clinic, or cannot be
            written.
    """
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f'The folder "{folder.name}" could not be made ({error.strerror}). Name another.'
        ) from None
    write_files([Output(folder / name, content) for name, content in files.items()], private=False)


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier invented clinic.

    Raises:
        WriteError: if it does, or if it is not a folder.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise WriteError(f'"{folder.name}" is a file. Name a folder to write the clinic into.')
    if any(folder.iterdir()) and not holds_invented(folder):
        raise WriteError(
            f'The folder "{folder.name}" is not empty and holds no invented clinic, so it is left '
            "as it is. Name a new folder."
        )


def holds_invented(folder: Path) -> bool:
    """Tell whether a folder holds an invented clinic, by the truth that stands beside it."""
    truth = folder / TRUTH_NAME
    return truth.is_file() and truth.read_bytes().startswith(TRUTH_MARK)


def _rounded(value: object) -> object:
    """Round every number to the digits that another processor would give too."""
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, TRUTH_DECIMALS) if isinstance(value, float) else value
