"""A report survives what computers do: kills, crowds, full disks; it says the same everywhere."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from growing_clinics import WHOLE, tables_of, write_tables

from analysis import errors

DRIVER = Path(__file__).parents[1] / "command_driver.py"
FIRST_REPORTS, ALL_REPORTS = (5, 50) if WHOLE else (5, 9)
MOST_GROWTH_KB = 20_000
NO_SOCKETS = """
import sys
made = []
sys.addaudithook(lambda event, _: made.append(event) if event.startswith("socket.") else None)
from analysis.report.__main__ import main
code = main(sys.argv[1:])
import os
held = [fd for fd in os.listdir("/proc/self/fd") if "socket:" in _read(fd)]
print(sorted(set(made)), held, file=sys.stderr)
sys.exit(code)
"""
HELD = """
def _read(fd):
    import os
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""
"""
MANY = """
import sys
from analysis.report.__main__ import main
def used():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
for i in range(int(sys.argv[3])):
    assert main([sys.argv[1], "--output", sys.argv[2]]) == 0
    if i + 1 == int(sys.argv[4]):
        before = used()
print(used() - before)
"""


@pytest.fixture(scope="module")
def small_records(tmp_path_factory):
    return write_tables(tmp_path_factory.mktemp("small") / "records", tables_of(24, 31))


@pytest.fixture(scope="module")
def accidents(small_records, tmp_path_factory):
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(small_records), str(tmp_path_factory.mktemp("runs"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_report_killed_anywhere_leaves_the_old_one_or_the_new_one_whole(accidents):
    kills = [row for row in accidents if row["kind"] == "kill"]
    assert len({row["point"] for row in kills}) >= 20
    assert {row["signal"] for row in kills} == {"SIGKILL", "SIGTERM", "SIGINT"}
    for row in kills:
        assert row["pdf"] in ("old", "0.25"), row
        assert row["json"] in (row["pdf"], "absent"), row
        assert row["settled"] in (["old", "old", []], ["0.25", "0.25", []]), row
        if "replace" not in row["point"] and row["point"] != "write_files after 1":
            assert (row["pdf"], row["json"]) == ("old", "old"), row


def test_a_report_stopped_by_a_signal_it_can_answer_leaves_nothing_behind(accidents):
    answered = [r for r in accidents if r["kind"] == "kill" and r["signal"] != "SIGKILL"]
    assert len(answered) >= 10
    assert [row for row in answered if row["left"]] == []


def test_a_full_disk_and_a_folder_that_may_not_be_written_keep_the_old_report(accidents):
    rows = [row for row in accidents if row["kind"] in ("fill_disk", "refuse_writing")]
    assert len(rows) == 2
    for row in rows:
        assert row["code"] == errors.EXIT_CANNOT_WRITE
        assert (row["pdf"], row["json"], row["left"]) == ("old", "old", [])


def test_twenty_pairs_of_runs_at_once_each_leave_the_report_of_one_of_them(accidents):
    pairs = [row for row in accidents if row["kind"] == "pair"]
    assert len(pairs) == 20
    for row in pairs:
        assert row["code"] == 0
        assert row["pdf"] == row["json"] != "old"
        assert row["left"] == []


def shuffled(tables):
    mixed = {}
    for seed, (name, frame) in enumerate(tables.items()):
        columns = list(frame.columns[::-1])
        mixed[name] = frame.sample(frac=1, random_state=seed)[columns]
    return mixed


def run_report(records, output, environment, *, blocked=False):
    output.parent.mkdir(parents=True)
    command = [sys.executable, "-m", "analysis.report"]
    if blocked:
        command = [sys.executable, "-c", HELD + NO_SOCKETS]
    done = subprocess.run(
        [*command, str(records), "--output", str(output)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    digests = [
        hashlib.sha256(output.with_suffix(ending).read_bytes()).hexdigest()
        for ending in (".pdf", ".json")
    ]
    return digests, done.stderr


WORLDS = (
    {
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
        "LC_ALL": "C",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
    {
        "PYTHONHASHSEED": "77",
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    {"PYTHONHASHSEED": "5", "TZ": "Pacific/Chatham"},
)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    tables = tables_of(110, 32)
    plain = write_tables(folder / "plain", tables)
    mixed = write_tables(folder / "mixed", shuffled(tables))
    return [
        run_report((plain, mixed, plain)[i], folder / str(i) / "summary.pdf", world, blocked=i == 0)
        for i, world in enumerate(WORLDS if WHOLE else WORLDS[:2])
    ]


def test_the_same_records_give_the_same_bytes_in_every_world(worlds):
    digests = [found for found, _ in worlds]
    assert all(found == digests[0] for found in digests[1:])


def test_a_report_opens_no_socket(worlds):
    assert worlds[0][1].strip().splitlines()[-1] == "[] []"


def test_a_report_can_be_made_without_any_network(small_records, tmp_path):
    command = ["unshare", "--map-root-user", "--net"]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    done = subprocess.run(
        [
            *(command if allowed else []),
            *(sys.executable, "-m", "analysis.report", str(small_records)),
            *("--output", str(tmp_path / "summary.pdf")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_many_reports_in_one_process_do_not_pile_up_in_memory(small_records, tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-c", MANY, str(small_records), str(tmp_path / "summary.pdf")),
            *(str(ALL_REPORTS), str(FIRST_REPORTS)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < MOST_GROWTH_KB
