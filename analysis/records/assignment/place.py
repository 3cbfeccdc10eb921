"""Where the mapping of some records is kept: beside them, found by every command.

In: the path of records. Out: the path of their mapping.
Decisions: a file's mapping bears the file's name (`goals.mapping.toml` for `goals.xlsx`), so that
two files in a folder do not share one; `mapping.toml` in the folder serves all that have none.
"""

from __future__ import annotations

from pathlib import Path

from analysis.writing.places import kind_of_place

COMMON = "mapping.toml"


def own_mapping(records: Path) -> Path:
    """Give where the mapping of these records is written."""
    if kind_of_place(records) == "folder":
        return records / COMMON
    return records.with_name(f"{records.stem}.mapping.toml")


def find_mapping(records: Path) -> Path | None:
    """Give the mapping kept beside these records, or None."""
    common = records / COMMON if kind_of_place(records) == "folder" else records.parent / COMMON
    for path in (own_mapping(records), common):
        if kind_of_place(path) == "file":
            return path
    return None
