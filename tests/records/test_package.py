"""The data package and REDCap's dictionary say what the schema says, and nothing else."""

import csv
import io
import json
from pathlib import Path

from analysis.records.load import read_records
from analysis.records.package import REDCAP_COLUMNS, package_bytes, redcap_bytes
from analysis.records.schema import FLAT_REQUIRED, TABLES
from analysis.template import main
from tests.sheets.path import walk

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def test_the_package_of_the_sample_tells_its_tables_as_the_schema_does():
    package = json.loads((SAMPLE / "datapackage.json").read_bytes())
    assert [one["path"] for one in package["resources"]] == [f"{name}.csv" for name in TABLES]
    for resource, table in zip(package["resources"], TABLES.values(), strict=True):
        with (SAMPLE / resource["path"]).open(newline="") as stream:
            headings = next(csv.reader(stream))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == headings
        for field in fields:
            column, limits = table.column(field["name"]), field.get("constraints", {})
            assert limits.get("required", False) == column.required
            listed = () if column.spelled else column.choices
            assert tuple(limits.get("enum", ())) == listed
            assert (limits.get("minimum"), limits.get("maximum")) == (column.low, column.high)


def test_every_cell_of_the_sample_keeps_to_its_package():
    package = json.loads((SAMPLE / "datapackage.json").read_bytes())
    n_checked = 0
    for resource in package["resources"]:
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        with (SAMPLE / resource["path"]).open(newline="") as stream:
            for row in list(csv.DictReader(stream))[:300]:
                for name, cell in row.items():
                    limits = fields[name].get("constraints", {})
                    if not cell:
                        assert not limits.get("required")
                        continue
                    n_checked += 1
                    assert cell in limits.get("enum", [cell])
                    if fields[name]["type"] != "string":
                        assert limits.get("minimum", -9e9) <= float(cell) <= limits["maximum"]
    assert n_checked > 5_000


def test_a_reference_is_told_only_where_its_table_stands_beside():
    alone = json.loads(package_bytes({"reviews": ["goal_id", "week", "attainment"]}))
    assert "foreignKeys" not in alone["resources"][0]["schema"]
    both = json.loads(package_bytes({"goals": ["goal_id"], "reviews": ["goal_id"]}))
    assert both["resources"][1]["schema"]["foreignKeys"][0]["reference"]["resource"] == "goals"


def test_the_dictionary_keeps_to_what_redcap_imports():
    rows = list(csv.DictReader(io.StringIO(redcap_bytes().decode())))
    assert tuple(rows[0]) == REDCAP_COLUMNS
    names = [row["Variable / Field Name"] for row in rows]
    assert names[0] == "child_id"
    assert len(set(names)) == len(names)
    assert {*FLAT_REQUIRED} <= {*names}
    forms = [row["Form Name"] for row in rows]
    assert forms == sorted(forms, reverse=True)
    for row in rows:
        assert row["Variable / Field Name"].replace("_", "").isalnum()
        assert (row["Field Type"] == "dropdown") == bool(
            row["Choices, Calculations, OR Slider Labels"]
        )


def test_an_export_of_the_dictionary_reads_back(tmp_path):
    path = tmp_path / "dictionary.csv"
    assert main([str(path), "--redcap"]) == 0
    assert main([str(path), "--redcap"]) == 5
    with path.open(newline="") as stream:
        fields = [row["Variable / Field Name"] for row in csv.DictReader(stream)]
    extra = ["redcap_repeat_instrument", "redcap_repeat_instance"]
    heading = [fields[0], *extra, *fields[1:]]
    rows = []
    for i, label in enumerate(("individual", "group", "combined") * 3, 1):
        child = f"C{i:02d}"
        group = "" if label == "individual" else f"R{i % 2}"
        rows.append({"child_id": child, "format": label, "group_id": group, "severity": 1 + i % 5})
        for instance, (week, level) in enumerate(((0, -2), (6, -1), (12, i % 3 - 1)), 1):
            rows.append(
                {
                    "child_id": child,
                    "redcap_repeat_instrument": "goal_review",
                    "redcap_repeat_instance": instance,
                    "goal_id": f"{child}-1",
                    "domain": "motor",
                    "week": week,
                    "attainment": level,
                }
            )
    export = tmp_path / "export.csv"
    with export.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, heading, restval="")
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "walk").mkdir()
    found = walk(export, tmp_path / "walk")
    assert found.read, found.said[-1]
    assert found.assignments <= 1
    assert len(found.goals) == 9
    records = read_records(tmp_path / "walk" / "export.csv")
    assert records.episodes["severity"].notna().all()
