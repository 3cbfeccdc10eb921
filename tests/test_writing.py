"""Writing: what stood there before survives every accident."""

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from analysis.errors import EXIT_CANNOT_WRITE, WriteError
from analysis.writing import Output, check_target, locks, write_file, write_files
from analysis.writing.locks import hold_lock
from analysis.writing.signals import HELD_SIGNALS

OLD, NEW = b"%PDF-old", b"%PDF-new" + b"x" * 100_000


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _run_driver(body: str, *arguments: str) -> str:
    """Run a script in a process of its own, without threads, so that it may fork and be killed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(body), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_written_file_is_whole_private_and_alone(tmp_path):
    target = tmp_path / "summary.pdf"
    assert write_file(target, NEW) == target.resolve()
    assert target.read_bytes() == NEW
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert _names(tmp_path) == ["summary.pdf"]


def test_a_file_that_is_not_private_gets_the_users_usual_mode(tmp_path):
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "open.pdf", NEW, private=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "open.pdf").stat().st_mode) == 0o640


def test_an_old_report_is_replaced_and_an_empty_file_may_be(tmp_path):
    target = tmp_path / "summary.pdf"
    target.write_bytes(OLD)
    write_file(target, NEW)
    assert target.read_bytes() == NEW
    target.write_bytes(b"")
    write_file(target, OLD)
    assert target.read_bytes() == OLD


def test_a_link_is_followed_to_the_file_it_names(tmp_path):
    (tmp_path / "real.pdf").write_bytes(OLD)
    (tmp_path / "link.pdf").symlink_to(tmp_path / "real.pdf")
    write_file(tmp_path / "link.pdf", NEW)
    assert (tmp_path / "link.pdf").is_symlink()
    assert (tmp_path / "real.pdf").read_bytes() == NEW


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda f: f, "is a folder"),
        (lambda f: f / "missing" / "summary.pdf", "does not exist"),
        (lambda f: Path(os.devnull), "not an ordinary file"),
        (lambda f: _put(f / "thesis.pdf", b"not a PDF at all"), "was not written by this program"),
    ],
)
def test_a_place_that_would_lose_something_is_refused(tmp_path, make, says):
    target = make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(WriteError, match=says) as caught:
        write_file(target, NEW)
    assert caught.value.exit_code == EXIT_CANNOT_WRITE
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def _put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_the_records_are_never_overwritten_under_any_name(tmp_path):
    records = _put(tmp_path / "records.pdf", OLD)
    (tmp_path / "other.pdf").hardlink_to(records)
    for name in ("records.pdf", "other.pdf"):
        with pytest.raises(WriteError, match="holds the records"):
            write_file(tmp_path / name, NEW, inputs=[records])
    assert records.read_bytes() == OLD


def test_a_companion_only_replaces_a_file_that_begins_like_it(tmp_path):
    mine, theirs = b'{\n "version": 1}', b'{"theirs": true}'
    target = _put(tmp_path / "summary.json", theirs)
    with pytest.raises(WriteError, match="was not written by this program"):
        write_file(target, mine, mark=b'{\n "version": ')
    assert target.read_bytes() == theirs
    target.write_bytes(mine)
    write_file(target, mine + b"\n", mark=b'{\n "version": ')
    assert target.read_bytes() == mine + b"\n"


def test_two_outputs_may_not_share_a_name(tmp_path):
    with pytest.raises(WriteError, match="same name"):
        write_files([Output(tmp_path / "a.pdf", OLD), Output(tmp_path / "a.pdf", NEW)])
    assert _names(tmp_path) == []


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("errno_name", ["ENOSPC", "EROFS", "EACCES"])
def test_a_failing_step_leaves_the_old_file_and_nothing_else(
    tmp_path, monkeypatch, step, errno_name
):
    import errno

    target = _put(tmp_path / "summary.pdf", OLD)
    code = getattr(errno, errno_name)

    def fail(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(WriteError, match="as it was"):
        write_file(target, NEW)
    monkeypatch.undo()
    assert target.read_bytes() == OLD
    assert _names(tmp_path) == ["summary.pdf"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    target = _put(tmp_path / "summary.pdf", OLD)
    said = _run_driver(
        """
        import resource, signal, sys
        from analysis.errors import WriteError
        from analysis.writing import write_file
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            write_file(sys.argv[1], b"%PDF-new" + b"x" * 100_000)
        except WriteError as error:
            print(error)
        """,
        str(target),
    )
    assert "disk has room" in said
    assert target.read_bytes() == OLD
    assert _names(tmp_path) == ["summary.pdf"]


def test_a_folder_that_cannot_be_looked_into_is_a_write_error(tmp_path, monkeypatch):
    target = _put(tmp_path / "summary.pdf", OLD)
    monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "no")))
    with pytest.raises(WriteError, match="could not be written"):
        check_target(Output(target, NEW))


KILL_DRIVER = """
import json, signal, sys
from pathlib import Path
import filelock
sys.path.insert(0, sys.argv[2])
from kill_points import kill_everywhere
from analysis.writing import Output, recover_files, write_files

NAMES = ("a.pdf", "a.json", "a.txt")
root = Path(sys.argv[1])
content = {
    age: {"a.pdf": b"%PDF-" + age, "a.json": b"{" + age * 9000, "a.txt": b"#" + age * 99}
    for age in (b"old", b"new")
}

def state(place):
    ages = []
    for name in NAMES:
        path = place / name
        found = path.read_bytes() if path.exists() else b""
        known = {content[age][name]: age.decode() for age in content}
        ages.append(known.get(found, "broken") if path.exists() else "none")
    return ages

def left(place):
    return sorted(path.name for path in place.iterdir() if path.name not in NAMES)

def write(place):
    write_files([Output(place / n, content[b"new"][n], content[b"new"][n][:1]) for n in NAMES])

def maker(kind, old):
    def make_place(name):
        place = root / f"{kind}-{name}"
        place.mkdir()
        for name in NAMES[:old]:
            (place / name).write_bytes(content[b"old"][name])
        (place / ".a.json.notes.part").write_bytes(b"mine")
        return place
    return make_place

for old in (0, 1, 3):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        for moment, place, died in kill_everywhere(maker(old, old), write, number):
            row = {"old": old, "signal": int(number), "died": died, "moment": moment,
                   "killed": state(place), "left": left(place)}
            recover_files([Output(place / name, b"", content[b"new"][name][:1]) for name in NAMES])
            row["settled"], row["settled_left"] = state(place), left(place)
            write(place)
            row["after"], row["after_left"] = state(place), left(place)
            print(json.dumps(row))
"""
MINE = [".a.json.notes.part"]


@pytest.fixture(scope="module")
def kill_points(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    said = _run_driver(KILL_DRIVER, str(folder), str(Path(__file__).parent))
    return [json.loads(line) for line in said.splitlines()]


def test_files_of_two_runs_never_stand_side_by_side_wherever_a_run_is_killed(kill_points):
    kills = [row for row in kill_points if row["signal"] == signal.SIGKILL]
    assert len(kills) >= 60
    assert all(row["died"] == signal.SIGKILL for row in kills)
    for row in kills:
        pdf, *others = row["killed"]
        assert pdf in ("old", "new", "none")
        assert set(others) <= {pdf, "none"}, row


def test_the_first_file_is_never_missing_once_it_was_there(kill_points):
    assert all(row["killed"][0] != "none" for row in kill_points if row["old"])


def test_what_a_killed_run_left_is_finished_or_undone_and_nothing_else_is_touched(kill_points):
    whole = {0: ["none"] * 3, 1: ["old", "none", "none"], 3: ["old"] * 3}
    seen = set()
    for row in kill_points:
        assert row["settled"] in (whole[row["old"]], ["new"] * 3), row
        assert [name for name in row["settled_left"] if not name.endswith("-lock")] == MINE, row
        seen.add((row["old"], row["settled"][0]))
    assert {(3, "old"), (3, "new"), (1, "old"), (0, "new")} <= seen


def test_the_next_run_leaves_no_temporary_and_no_lock(kill_points):
    assert all(row["after"] == ["new"] * 3 for row in kill_points)
    assert all(row["after_left"] == MINE for row in kill_points)


def test_a_signal_leaves_all_files_old_or_all_new_and_nothing_else(kill_points):
    gentle = [row for row in kill_points if row["signal"] != signal.SIGKILL]
    assert len(gentle) >= 120
    for row in gentle:
        assert row["killed"] == row["settled"], row
        assert row["left"] == MINE, row


CONCURRENT_DRIVER = """
import os, sys
from pathlib import Path
from analysis.writing import Output, write_files

for trial in range(20):
    folder = Path(sys.argv[1]) / str(trial)
    folder.mkdir()
    children = []
    for name in (b"one", b"two"):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for _ in range(5):
                    write_files([
                        Output(folder / "s.pdf", b"%PDF-" + name * 20_000),
                        Output(folder / "s.json", b"{" + name * 5_000, b"{"),
                    ])
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert all(os.waitpid(child, 0)[1] == 0 for child in children)
    print(
        (folder / "s.pdf").read_bytes()[5:8].decode(),
        (folder / "s.json").read_bytes()[1:4].decode(),
        len((folder / "s.pdf").read_bytes()),
        len(list(folder.iterdir())),
    )
"""


def test_two_runs_at_once_leave_the_files_of_one_of_them(tmp_path):
    rows = [line.split() for line in _run_driver(CONCURRENT_DRIVER, str(tmp_path)).splitlines()]
    assert len(rows) == 20
    assert all(pdf == companion for pdf, companion, _, _ in rows)
    assert {(size, n) for _, _, size, n in rows} == {(str(5 + 60_000), "2")}


def test_a_file_that_another_run_is_writing_is_said_so_and_left_alone(tmp_path, monkeypatch):
    target = _put(tmp_path / "summary.pdf", OLD)
    monkeypatch.setattr(locks, "LOCK_SECONDS", 0.05)
    with hold_lock(target), pytest.raises(WriteError, match="Another run is using"):
        write_file(target, NEW)
    assert target.read_bytes() == OLD
    write_file(target, NEW)
    assert target.read_bytes() == NEW
    assert _names(tmp_path) == ["summary.pdf"]


def test_writing_works_outside_the_main_thread(tmp_path):
    failed = []

    def work():
        try:
            write_file(tmp_path / "summary.pdf", NEW)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failed == []
    assert (tmp_path / "summary.pdf").read_bytes() == NEW


def test_signal_handlers_are_put_back(tmp_path):
    before = {number: signal.getsignal(number) for number in HELD_SIGNALS}
    write_file(tmp_path / "summary.pdf", NEW)
    assert {number: signal.getsignal(number) for number in HELD_SIGNALS} == before
