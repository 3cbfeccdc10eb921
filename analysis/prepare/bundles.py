"""FHIR bundles as plain resources.

In: JSON (one bundle, several in a folder, or lines of resources). Out: numbered resources, bundles
unpacked, and how one resource names another.
Decisions: what a resource means is left to `fhir`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.writing.places import NOT_ORDINARY, NotOrdinaryError, read_ordinary

LARGEST_JSON = 50_000_000  # bytes of one file; read, it takes some twenty times as much memory


def read_resources(path: Path) -> Iterator[tuple[int, dict]]:
    """Yield (number, resource), bundles unpacked, numbered from 1 through all files.

    Args:
        path: a file of JSON or lines of JSON, or a folder of them.

    Raises:
        RecordsError: if a file is no JSON, or too large to be read.
    """
    number = 0
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir() and file.suffix.lower() not in (".json", ".ndjson"):
            continue
        for resource in _load(file):
            entries = resource.get("entry", []) if isinstance(resource, dict) else []
            is_bundle = isinstance(resource, dict) and resource.get("resourceType") == "Bundle"
            for inner in (e.get("resource") for e in entries) if is_bundle else [resource]:
                number += 1
                if isinstance(inner, dict):
                    yield number, inner


def _load(file: Path) -> list:
    refusal = RecordsError(
        [
            Problem(
                "it is not JSON that can be read.",
                "Export the bundles again as JSON.",
                file=file.name,
                code="json",
            )
        ]
    )
    try:
        text = read_ordinary(file, LARGEST_JSON).decode("utf-8-sig")
        if file.suffix.lower() == ".ndjson":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return [json.loads(text)]
    except NotOrdinaryError:
        fault, mend = NOT_ORDINARY
        special = Problem(fault, mend, file=file.name, code="not_ordinary")
        raise RecordsError([special]) from None
    except (OSError, ValueError, RecursionError, AttributeError, MemoryError):
        raise refusal from None


def read_reference(value: object) -> str:
    """Give the reference that an element holds, "" when it holds none."""
    return str(value.get("reference", "")) if isinstance(value, dict) else ""


def take_id(reference: object) -> str:
    """Give the id at the end of a reference, in whichever of its forms."""
    return str(reference or "").split("/_history")[0].rpartition("/")[2].rpartition(":")[2]
