"""`prepare` killed anywhere, crowded, or given a key that is not the clinic's."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from exports import MAPPING, people, write_export

from analysis.errors import AnalysisError, WriteError
from analysis.prepare.__main__ import main
from analysis.prepare.keys import KEY_MARK, CodeBook, read_key
from analysis.prepare.making import prepare_records
from analysis.writing import locks
from analysis.writing.locks import hold_lock

HERE = Path(__file__).parent
PAIRS = 6
KEY_PART = re.compile(r"\.key\.json\.[0-9a-f]{16}-0\.part")


@pytest.fixture(scope="module")
def moments(tmp_path_factory):
    done = subprocess.run(
        [sys.executable, str(HERE / "prepare_driver.py"), str(tmp_path_factory.mktemp("killed"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) >= 120
    assert {row["died"] for row in rows} == {9}
    return rows


def test_wherever_it_is_killed_no_name_is_on_disk_outside_the_key_and_its_temporary(moments):
    named = [name for row in moments for name in row["killed"]["named"]]
    assert named
    assert [name for name in named if not KEY_PART.fullmatch(name)] == []
    assert [row for row in moments if row["settled"]["named"] or row["after"]["named"]] == []


def test_whatever_is_left_is_readable_by_its_owner_only(moments):
    assert [row["killed"]["open"] for row in moments if row["killed"]["open"]] == []


def test_tables_are_those_of_one_run_and_never_without_their_key(moments):
    for row in moments:
        state = row["killed"]
        assert (state["children"], state["goals"]) in ((None, None), (6, 12), (9, 18)), row
        if row["kind"] != "keyless" and state["children"]:
            assert state["known"], row


def test_old_tables_are_back_after_the_next_run_even_when_it_is_refused(moments):
    for row in moments:
        assert row["refused"] == "RecordsError"
        old = None if row["kind"] == "first" else 6
        assert row["settled"]["children"] in (old, 9), row
        assert row["settled"]["left"] == [], row


def test_the_next_run_leaves_the_new_tables_and_nothing_else_and_no_code_has_changed(moments):
    for row in moments:
        assert (row["after"]["children"], row["after"]["goals"]) == (9, 18)
        assert row["after"]["left"] == []
        assert row["kept"]


def start(raw, folder, key):
    mapping = raw.with_name("mapping.toml")
    if not mapping.exists():
        columns = "\n".join(f'"{a}" = "{b}"' for a, b in MAPPING["columns"].items())
        blocks = "".join(
            f'\n[[reviews]]\nlevel = "{one["level"]}"\nweek = {one["week"]}'
            for one in MAPPING["reviews"]
        )
        mapping.write_text(f"[columns]\n{columns}\n{blocks}\n")
    command = [sys.executable, "-m", "analysis.prepare", str(raw), "--out", str(folder)]
    return subprocess.Popen(
        [*command, "--mapping", str(mapping), "--key", str(key), "--new-children"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_runs_with_one_key_lose_no_code(tmp_path):
    for trial in range(PAIRS):
        place = tmp_path / str(trial)
        place.mkdir()
        key = place / "key.json"
        write_export(place / "one.csv", people(40))
        write_export(place / "two.csv", people(40, 30))
        runs = [start(place / f"{name}.csv", place / name, key) for name in ("one", "two")]
        for run in runs:
            assert run.wait() == 0, run.stderr.read()
            run.stderr.close()
        book = read_key(key)
        assert len(book.codes["child_id"]) == 70
        for name in ("one", "two"):
            lines = (place / name / "goals.csv").read_text().splitlines()[1:]
            codes = {line.split(",")[0] for line in lines}
            assert len(codes) == 80
            assert codes <= set(book.codes["goal_id"].values())
        assert not list(place.glob(".*"))


def test_a_key_that_another_run_holds_is_said_so(tmp_path, monkeypatch):
    raw = write_export(tmp_path / "raw.csv", people(3))
    monkeypatch.setattr(locks, "LOCK_SECONDS", 0.05)
    key = tmp_path / "key.json"
    with hold_lock(key), pytest.raises(WriteError, match=r'Another run is using "key\.json"'):
        prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw.csv"]


@pytest.fixture
def march(tmp_path):
    raw = write_export(tmp_path / "raw.csv", people(30))
    prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=tmp_path / "key.json")
    return tmp_path


def run_again(place, names, **more):
    raw = write_export(place / "next.csv", names)
    key = place / "key.json"
    return prepare_records(raw, place / "next", mapping=MAPPING, key=key, **more)


def test_a_key_of_another_clinic_is_noticed_and_left_as_it_was(march):
    before = (march / "key.json").read_bytes()
    with pytest.raises(AnalysisError, match="--new-children") as caught:
        run_again(march, people(40, 500))
    assert "knows 30 children, but only 0 of the 40" in str(caught.value)
    assert "Family" not in str(caught.value)
    assert (march / "key.json").read_bytes() == before
    assert not (march / "next").exists()
    run_again(march, people(40, 500), new_children=True)
    assert len(read_key(march / "key.json").codes["child_id"]) == 70


@pytest.mark.parametrize(("n", "first"), [(30, 0), (30, 15), (30, 27), (3, 28), (200, 9)])
def test_a_clinics_next_export_needs_no_word(march, n, first):
    assert run_again(march, people(n, first)).records.n_children == n


def test_a_first_key_and_a_small_one_need_no_word(tmp_path):
    for first in (0, 100):
        raw = write_export(tmp_path / "raw.csv", people(15, first))
        prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=tmp_path / "key.json")
    assert len(read_key(tmp_path / "key.json").codes["child_id"]) == 30


def test_the_word_is_in_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--new-children" in capsys.readouterr().out


NO_KEYS = {
    "nothing": b"",
    "other": b"{}",
    "no text": b"\xff\xfe\x00",
    "number": b'{"codes": {"child_id": {"a b": 7}}, "starts": {}}',
    "two with one code": b'{"codes": {"child_id": {"a": "C100001", "b": "C100001"}}, "starts": {}}',
    "code of a goal": b'{"codes": {"child_id": {"a": "G100001"}}, "starts": {}}',
    "unknown column": b'{"codes": {"name": {"a": "N100001"}}, "starts": {}}',
    "list": b'{"codes": [], "starts": {}}',
    "date": b'{"codes": {}, "starts": {"C100001": 5}}',
    "half a sign": b'{"codes": {"child_id": {"\\ud800": "C100001"}}, "starts": {}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", NO_KEYS.values(), ids=NO_KEYS)
def test_a_file_that_is_no_key_is_refused_and_left_alone(tmp_path, content):
    raw = write_export(tmp_path / "raw.csv", people(3))
    key = tmp_path / "key.json"
    key.write_bytes(content)
    with pytest.raises((AnalysisError, WriteError), match="not a key file"):
        prepare_records(raw, tmp_path / "coded", mapping=MAPPING, key=key)
    assert key.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.json", "raw.csv"]


def test_a_key_is_read_as_it_was_written(tmp_path):
    book = CodeBook()
    codes = {book.code("child_id", name) for name in people(50)}
    key = tmp_path / "key.json"
    key.write_bytes(book.as_bytes())
    assert key.read_bytes().startswith(KEY_MARK)
    again = read_key(key)
    assert again.codes == book.codes
    assert again.known_children == codes
    assert again.n_known == 50


def test_only_files_of_this_programs_making_are_removed_or_moved(march):
    mine = {
        ".coded.0123456789abcdef-0.part": "notes",
        ".next.0123456789abcdef-0.part": None,
        ".key.json.0123456789abcdef.part~": "notes",
        "key.json.0123456789abcdef-0.part": "notes",
        ".next.0123456789abcdeg-0.part": "notes",
    }
    for name, content in mine.items():
        if content is None:
            (march / name).mkdir()
            (march / name / "letter.txt").write_text("dear")
        else:
            (march / name).write_text(content)
    run_again(march, people(30))
    left = {path.name for path in march.glob(".*")} | {path.name for path in march.glob("*part*")}
    assert left == set(mine)
    assert (march / ".next.0123456789abcdef-0.part" / "letter.txt").read_text() == "dear"


def test_the_folder_is_replaced_whole_and_private(march):
    os.chmod(march / "coded", 0o755)
    (march / "coded" / "sessions.csv").write_bytes(b"")
    raw = march / "raw.csv"
    prepare_records(raw, march / "coded", mapping=MAPPING, key=march / "key.json")
    assert {path.name for path in (march / "coded").iterdir()} == {
        "episodes.csv",
        "goals.csv",
        "reviews.csv",
        "datapackage.json",
    }
    assert stat.S_IMODE((march / "coded").stat().st_mode) == 0o700


def test_a_link_to_a_folder_is_followed(march):
    (march / "link").symlink_to(march / "coded")
    before = {path.name: path.read_bytes() for path in (march / "coded").iterdir()}
    prepare_records(march / "raw.csv", march / "link", mapping=MAPPING, key=march / "key.json")
    assert (march / "link").is_symlink()
    assert {path.name: path.read_bytes() for path in (march / "coded").iterdir()} == before
