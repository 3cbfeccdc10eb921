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

from analysis import writing
from analysis.errors import EXIT_CANNOT_WRITE, WriteError
from analysis.writing import Output, check_target, write_file, write_files

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

    monkeypatch.setattr(writing.os, step, fail)
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
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "no")))
    with pytest.raises(WriteError, match="could not be written"):
        check_target(Output(target, NEW))


KILL_DRIVER = """
import json, os, signal, sys
from pathlib import Path
from analysis import writing
from analysis.writing import Output, write_files

STEPS = ("open", "fsync", "replace")
OLD, NEW = (b"%PDF-old", b"%PDF-new" + b"x" * 70_000)

def die_at(step, when, nth, number):
    seen = [0]
    real = getattr(os, step)
    def wrapped(*args, **kwargs):
        seen[0] += 1
        if seen[0] == nth and when == "before":
            os.kill(os.getpid(), number)
        answer = real(*args, **kwargs)
        if seen[0] == nth and when == "after":
            os.kill(os.getpid(), number)
        return answer
    setattr(writing.os, step, wrapped)

results = []
root = Path(sys.argv[1])
for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
    for step in STEPS:
        for when in ("before", "after"):
            for nth in (1, 2):
                folder = root / f"{number}-{step}-{when}-{nth}"
                folder.mkdir()
                paths = [folder / "a.pdf", folder / "b.pdf"]
                for path in paths:
                    path.write_bytes(OLD)
                child = os.fork()
                if child == 0:
                    signal.signal(signal.SIGINT, signal.SIG_DFL)
                    die_at(step, when, nth, number)
                    try:
                        write_files([Output(path, NEW) for path in paths])
                    finally:
                        os._exit(0)
                _, status = os.waitpid(child, 0)
                results.append({
                    "point": [step, when, nth],
                    "signal": int(number),
                    "died_of": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
                    "files": ["old" if p.read_bytes() == OLD else
                              "new" if p.read_bytes() == NEW else "broken" for p in paths],
                    "left": sorted(p.name for p in folder.iterdir() if p not in paths),
                })
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def kill_points(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    return json.loads(_run_driver(KILL_DRIVER, str(folder)))


def test_every_file_is_whole_wherever_the_run_is_killed(kill_points):
    assert len(kill_points) >= 20
    assert all(set(row["files"]) <= {"old", "new"} for row in kill_points)
    assert {row["died_of"] for row in kill_points} == {
        signal.SIGKILL,
        signal.SIGTERM,
        signal.SIGINT,
    }


def test_a_signal_leaves_both_files_old_or_both_new_and_nothing_else(kill_points):
    gentle = [row for row in kill_points if row["signal"] != signal.SIGKILL]
    assert all(len(set(row["files"])) == 1 for row in gentle)
    assert [row["left"] for row in gentle] == [[]] * len(gentle)


def test_a_signal_before_the_first_replacement_keeps_the_old_files(kill_points):
    early = [
        row for row in kill_points if row["point"][0] == "open" and row["signal"] != signal.SIGKILL
    ]
    assert early
    assert all(row["files"] == ["old", "old"] for row in early if row["point"][2] == 1)


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


def test_a_folder_locked_by_someone_else_does_not_stop_the_report(tmp_path, monkeypatch):
    import fcntl

    monkeypatch.setattr(writing, "LOCK_SECONDS", 0.02)
    held = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_file(tmp_path / "summary.pdf", NEW)
    finally:
        os.close(held)
    assert (tmp_path / "summary.pdf").read_bytes() == NEW


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
    before = {number: signal.getsignal(number) for number in writing.HELD_SIGNALS}
    write_file(tmp_path / "summary.pdf", NEW)
    assert {number: signal.getsignal(number) for number in writing.HELD_SIGNALS} == before
