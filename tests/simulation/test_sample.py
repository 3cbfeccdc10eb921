"""The committed sample is what its command writes, and its README is the schema's."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import EXIT_CANNOT_WRITE, EXIT_USAGE, EXIT_WRITTEN
from analysis.records.load import read_records, records_from_tables
from analysis.records.schema import TABLES
from analysis.simulation.clinic import SAMPLE_SEED, TRUTH_CHILDREN, main, simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.dictionary import describe_table, describe_values
from analysis.simulation.tables import table_bytes

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
FILES = {*(f"{name}.csv" for name in TABLES), "README.md", "truth.json", "datapackage.json"}


def test_the_sample_is_byte_for_byte_what_its_command_writes(tmp_path, capsys):
    out = tmp_path / "sample"
    assert main(["--out", str(out)]) == EXIT_WRITTEN
    assert "240 episodes" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == FILES
    for name in FILES:
        assert (out / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_the_truth_beside_the_sample_comes_from_enough_children():
    truth = json.loads((SAMPLE / "truth.json").read_text())
    assert truth["invented"] is True
    assert truth["clinic_seed"] == SAMPLE_SEED
    assert truth["truth"]["n_children"] == TRUTH_CHILDREN >= 200_000
    assert truth["design"]["n_children"] == 240
    assert set(truth["design"]) == {row["name"] for row in ClinicDesign().rows()}


def test_the_readme_is_the_dictionary_of_the_schema():
    readme = (SAMPLE / "README.md").read_text()
    for table in TABLES.values():
        for part in describe_table(table):
            assert part in readme
        for column in table.columns:
            assert f"| `{column.name}` |" in readme
            assert describe_values(column) in readme


def test_a_file_writes_whole_numbers_whole_and_missing_cells_empty():
    tables = simulate_clinic(ClinicDesign(n_children=30, missing_share=0.3), seed=2).tables
    for name, table in TABLES.items():
        content = table_bytes(tables[name], table)
        assert b"\r" not in content
        assert content.endswith(b"\n")
        assert b".0," not in content
        assert b"nan" not in content.lower()
        ids = {c.name: "str" for c in table.columns if c.kind in ("id", "choice")}
        back = pd.read_csv(io.BytesIO(content), dtype=ids, keep_default_na=False, na_values=[""])
        for column in table.columns:
            written = tables[name][column.name]
            if column.added and not written.notna().any():
                assert column.name not in back
                continue
            read = back[column.name]
            if column.kind in ("id", "choice"):
                assert list(written.astype(object).fillna("")) == list(read.fillna(""))
            else:
                np.testing.assert_array_equal(written.to_numpy(), read.to_numpy(dtype=float))


@pytest.mark.parametrize("contents", [{"episodes.csv": "a"}, {"truth.json": "{}"}])
def test_a_folder_that_holds_anything_else_is_left_as_it_is(tmp_path, capsys, contents):
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    assert main(["--out", str(tmp_path), "--children", "20"]) == EXIT_CANNOT_WRITE
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == contents
    assert "left as it is" in " ".join(capsys.readouterr().err.split())


def test_a_file_in_the_way_and_a_clinic_without_children_are_refused_without_a_traceback(
    tmp_path, capsys
):
    (tmp_path / "here").write_text("a letter")
    assert main(["--out", str(tmp_path / "here")]) == EXIT_CANNOT_WRITE
    assert main(["--out", str(tmp_path / "new"), "--children", "0"]) == EXIT_USAGE
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_an_earlier_invented_clinic_may_be_replaced_by_another(tmp_path):
    out = tmp_path / "made" / "here"
    small = ["--out", str(out), "--children", "20", "--truth-children", "500"]
    assert main([*small, "--seed", "1"]) == EXIT_WRITTEN
    first = (out / "reviews.csv").read_bytes()
    assert main([*small, "--seed", "2"]) == EXIT_WRITTEN
    assert (out / "reviews.csv").read_bytes() != first


def test_the_package_knows_the_sample_by_its_digest_and_reads_it_without_mending():
    records = read_records(SAMPLE)
    assert records.invented
    assert records.notes == ()
    drawn = records_from_tables(simulate_clinic(ClinicDesign(), SAMPLE_SEED).tables)
    assert drawn.digest == records.digest
