"""Coded records written as FHIR and read back are the same records, but for their codes."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from analysis.errors import RecordsError, WriteError
from analysis.prepare.__main__ import main
from analysis.prepare.making import prepare_records
from analysis.prepare.to_fhir import FIRST_DAY, LEFT_BEHIND, bundle_records, export_bundles
from analysis.records.load import records_from_tables
from analysis.records.schema import TABLES
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.tables import table_bytes
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign

CODED = ("episode_id", "group_id", "therapist_id", "site")


def clinic(seed=1, **choices):
    return dict(simulate_clinic(ClinicDesign(n_children=40, **choices), seed).tables)


def write(tables, folder):
    folder.mkdir()
    for name, frame in tables.items():
        if len(frame):
            (folder / f"{name}.csv").write_bytes(table_bytes(frame, TABLES[name]))
    return folder


def read_back(tmp_path, tables):
    exported = export_bundles(write(tables, tmp_path / "coded"), tmp_path / "out")
    key = tmp_path / "key.json"
    again = prepare_records(
        tmp_path / "out",
        tmp_path / "again",
        fhir=True,
        formats=tmp_path / "out" / "formats.csv",
        key=key,
    ).records
    return exported, again, json.loads(key.read_text())["codes"]


def with_old_codes(records, codes):
    """Give the tables read back under the codes they had before."""
    back = {}
    for name, book in codes.items():
        texts = [identity.rpartition(" | ")[2].upper() for identity in book]
        back[name] = dict(zip(book.values(), texts, strict=True))
    tables = {}
    for name in ("episodes", "goals", "reviews"):
        frame = getattr(records, name).copy()
        for column in frame.columns:
            if column in back:
                frame[column] = frame[column].map(back[column])
        tables[name] = frame
    return tables


def same(one, other, keys, columns):
    """Tell whether two frames hold the same rows, in whichever order."""
    one, other = (
        frame[columns].astype(object).sort_values(keys).reset_index(drop=True)
        for frame in (one, other)
    )
    return one.where(one.notna(), None).equals(other.where(other.notna(), None))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", ["ordinary", "unlike"])
def test_what_is_read_back_is_what_was_written(tmp_path, seed, kind):
    tables = clinic(seed)
    if kind == "unlike":
        design = UnlikeDesign(n_children=40, independent_share=0.4, n_places=2)
        tables = dict(simulate_unlike(design, seed).tables)
    tables["goals"] = tables["goals"].assign(
        set_week=np.where(np.arange(len(tables["goals"])) % 3, 2.0, np.nan)
    )
    exported, again, codes = read_back(tmp_path, tables)
    before, after = exported.records, with_old_codes(again, codes)
    known = [name for name in TABLES["episodes"].names if name != "episode_id"]
    assert same(before.episodes, after["episodes"], ["child_id"], known)
    goals = ["goal_id", "child_id", "domain", "set_week"]
    assert same(before.goals, after["goals"], ["goal_id"], goals)
    reviews = ["goal_id", "week", "attainment", "rater"]
    assert same(before.reviews, after["reviews"], reviews, reviews)


def test_a_start_that_is_recorded_only_is_written_as_a_rating_of_week_0(tmp_path):
    tables = clinic()
    reviews = tables["reviews"]
    tables["reviews"] = reviews[reviews["week"] > 0].reset_index(drop=True)
    _, again, _ = read_back(tmp_path, tables)
    starts = again.reviews[again.reviews["week"] == 0]
    assert len(starts) == len(tables["goals"])
    assert sorted(starts["attainment"]) == sorted(tables["goals"]["baseline_level"])


def test_what_the_guide_has_no_place_for_is_counted(tmp_path):
    tables = clinic()
    told = export_bundles(write(tables, tmp_path / "coded"), tmp_path / "out").tell()
    for table, columns in LEFT_BEHIND.items():
        for column in columns:
            n = int(tables[table][column].notna().sum())
            assert (f"{table}: {column}: {n:,}" in told) == (n > 0)
    assert f"sessions: {len(tables['sessions']):,}" in told


def test_every_reference_leads_somewhere_and_every_day_is_made_up():
    bundle = json.loads(bundle_records(records_from_tables(clinic()))["bundle.json"])
    resources = [entry["resource"] for entry in bundle["entry"]]
    ids = {f"{one['resourceType']}/{one['id']}" for one in resources}
    assert len(ids) == len(resources)
    assert set(re.findall(r'"reference": "([^"]+)"', json.dumps(bundle))) <= ids
    days = [pd.Timestamp(one["effectiveDateTime"]) for one in resources if "focus" in one]
    assert min(days) == pd.Timestamp(FIRST_DAY)
    assert {(day - pd.Timestamp(FIRST_DAY)).days % 7 for day in days} == {0}


def test_codes_that_fhir_does_not_allow_become_running_numbers():
    tables = clinic()
    for name in ("episodes", "goals"):
        tables[name] = tables[name].assign(child_id=tables[name]["child_id"] + "/17")
    tables["episodes"]["episode_id"] = tables["episodes"]["child_id"]
    tables["goals"]["episode_id"] = tables["goals"]["child_id"]
    del tables["sessions"], tables["home_practice"]
    files = bundle_records(records_from_tables(tables))
    assert files["formats.csv"].splitlines()[1].startswith(b"p1,")
    assert b"/17" not in files["bundle.json"]


def test_a_child_with_two_episodes_is_refused():
    tables = {
        "episodes": pd.DataFrame(
            {"child_id": ["C1", "C1"], "episode_id": ["E1", "E2"], "format": ["group"] * 2}
        ),
        "goals": pd.DataFrame(
            {"goal_id": ["G1"], "child_id": ["C1"], "episode_id": ["E1"], "domain": ["motor"]}
        ),
        "reviews": pd.DataFrame({"goal_id": ["G1"], "week": [0], "attainment": [-2]}),
    }
    with pytest.raises(RecordsError, match="several episodes"):
        bundle_records(records_from_tables(tables))


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    source = write(clinic(), tmp_path / "coded")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("keep")
    with pytest.raises(WriteError, match="holds other files"):
        export_bundles(source, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]
    with pytest.raises(WriteError, match="holds other files"):
        export_bundles(source, source)


def test_the_command_writes_privately_and_the_same_bytes_again(tmp_path, capsys):
    source = write(clinic(), tmp_path / "coded")
    asked = [str(source), "--out", str(tmp_path / "out"), "--to-fhir"]
    assert main(asked) == 0
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert main(asked) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first
    assert set(first) == {"bundle.json", "formats.csv"}
    assert (tmp_path / "out" / "bundle.json").stat().st_mode & 0o077 == 0
    assert "treat as personal data" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*asked, "--fhir"])
