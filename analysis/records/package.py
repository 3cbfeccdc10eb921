"""What the tables are, for other programs: a data package (Table Schema) and a REDCap dictionary.

In: the schema. Out: the bytes of `datapackage.json`, and of a data dictionary that REDCap imports.
Decisions: both are made from the schema and hold nothing of any record. Sources: Frictionless
Data, Data Package and Table Schema, version 1; REDCap's data dictionary of 18 columns.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.records.schema import FLAT_REQUIRED, TABLES, Column, Table

PACKAGE_NAME = "datapackage.json"
PACKAGE_MARK = b'{\n  "profile": "tabular-data-package"'
KINDS = {"id": "string", "choice": "string", "whole": "integer", "number": "number"}
REFERENCES = {"goals": ("child_id", "episodes"), "reviews": ("goal_id", "goals")}
CHILD_FORM, REVIEW_FORM = "therapy", "goal_review"
REDCAP_COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)


def package_bytes(written: Mapping[str, Iterable[str]]) -> bytes:
    """Give `datapackage.json` of a folder of tables.

    Args:
        written: name of each table that stands in the folder -> its headings in order.
    """
    package = {
        "profile": "tabular-data-package",
        "name": "goal-records",
        "title": "Coded goal records: treat as personal data",
        "resources": [
            _resource(TABLES[name], list(headings), set(written))
            for name, headings in written.items()
        ],
    }
    return (json.dumps(package, indent=2) + "\n").encode()


def _resource(table: Table, headings: list[str], present: set[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(table.column(name)) for name in headings],
        "missingValues": [""],
    }
    own, other = REFERENCES.get(table.name, ("", ""))
    if other in present:
        reference = {"resource": other, "fields": own}
        schema["foreignKeys"] = [{"fields": own, "reference": reference}]
    return {
        "profile": "tabular-data-resource",
        "name": table.name.replace("_", "-"),
        "path": f"{table.name}.csv",
        "encoding": "utf-8",
        "description": table.meaning,
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.choices and not column.spelled:
        limits["enum"] = list(column.choices)
    for name, limit in (("minimum", column.low), ("maximum", column.high)):
        if limit is not None:
            limits[name] = int(limit) if limit == int(limit) else limit
    unit = column.spelled or column.unit
    unit = f" ({unit})" if unit else ""
    field: dict[str, Any] = {
        "name": column.name,
        "type": KINDS[column.kind],
        "description": column.meaning.removesuffix(".") + unit + ".",
    }
    return field | ({"constraints": limits} if limits else {})


def redcap_bytes() -> bytes:
    """Give the data dictionary: a form for each child, and one repeated for each review."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, REDCAP_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    taken = {"episode_id"}  # one run of therapy for each record
    for table, form in (("episodes", CHILD_FORM), ("goals", REVIEW_FORM), ("reviews", REVIEW_FORM)):
        for column in TABLES[table].columns:
            if column.name not in taken:
                taken.add(column.name)
                writer.writerow(_redcap_row(column, form))
    return text.getvalue().encode()


def _redcap_row(column: Column, form: str) -> dict[str, str]:
    row = {
        "Variable / Field Name": column.name,
        "Form Name": form,
        "Field Type": "text",
        "Field Label": column.meaning,
        "Field Note": column.spelled or column.unit,
        "Required Field?": "y" if column.name in FLAT_REQUIRED else "",
    }
    if column.choices and not column.spelled:
        row["Field Type"] = "dropdown"
        row["Choices, Calculations, OR Slider Labels"] = " | ".join(
            f"{choice}, {choice.replace('_', ' ')}" for choice in column.choices
        )
    elif column.kind in ("whole", "number"):
        kind = "integer" if column.kind == "whole" else "number"
        row["Text Validation Type OR Show Slider Number"] = kind
        row["Text Validation Min"] = f"{column.low:g}"
        row["Text Validation Max"] = f"{column.high:g}"
    return row
