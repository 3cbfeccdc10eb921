"""Run the report's command many times in forked children: killed, crowded, disk full.

A script of its own, so that it may fork and be killed. Everything slow is done once; a child
reads its records anew, meets the accident at its point, and the parent looks at what is left.
Prints one JSON line for each accident.
"""

import contextlib
import errno
import itertools
import json
import os
import resource
import signal
import sys
from pathlib import Path

import analysis.disclosure.release
import analysis.records.load
import analysis.study
from analysis.disclosure.private import open_ledger
from analysis.report import __main__ as command
from analysis.report.heading import NO_HEADING
from analysis.settings import Settings
from analysis.words.tell import tell
from analysis.writing import settle_files
from analysis.writing.locks import LOCK_ENDING

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
CALLS = {"open": (1, 2, 3, 4, 5, 6), "fsync": (1, 2), "replace": (1, 2, 3)}
STAGES = ("recover_files", "read_records", "run_study", "protect", "_render", "write_files")
HOLDERS = {
    "read_records": analysis.records.load,
    "run_study": analysis.study,
    "protect": analysis.disclosure.release,
}


def main():
    records, folder = Path(sys.argv[1]), Path(sys.argv[2])
    open_ledger()
    made = {margin: make(records, margin) for margin in (0.25, 0.3)}
    for number, (target, when, nth) in enumerate(kill_points()):
        for sign in SIGNALS if nth == 1 and target == "replace" else (SIGNALS[number % 3],):
            place = new_place(folder, f"kill{number}-{int(sign)}")
            code = in_child(records, place, made, hooks=[(target, when, nth, sign)])
            report("kill", f"{target} {when} {nth}", sign.name, code, place, made)
    for number, accident in enumerate((fill_disk, refuse_writing)):
        place = new_place(folder, f"{accident.__name__}{number}")
        code = in_child(records, place, made, accident=accident)
        report(accident.__name__, "", "", code, place, made)
    for number in range(20):
        place = new_place(folder, f"pair{number}")
        children = [start(records, place, made, margin) for margin in made]
        codes = [wait(child) for child in children]
        report("pair", "", "", max(codes), place, made)


def kill_points():
    yield from itertools.product(STAGES, ("before", "after"), (1,))
    for call, counts in CALLS.items():
        yield from itertools.product((call,), ("before", "after"), counts)


def make(records, margin):
    study = analysis.study.run_study(records, Settings(margin=margin), ask_again=False)
    published = analysis.disclosure.release.protect(study)
    told = tell(published)
    contents = command._render(told, NO_HEADING, "a4", with_text=False)
    return study, published, contents


def new_place(folder, name):
    place = folder / name
    place.mkdir()
    (place / "summary.pdf").write_bytes(b"%PDF-old")
    (place / "summary.json").write_bytes(b'{\n "version": "old"}')
    return place


def start(records, place, made, margin, hooks=(), accident=None):
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        study, published, contents = made[margin]
        analysis.study.run_study = lambda *_, **__: study
        analysis.disclosure.release.protect = lambda *_: published
        command._render = lambda *_, **__: contents
        for hook in hooks:
            hang(*hook)
        if accident:
            accident()
        output = str(place / "summary.pdf")
        code = command.main([str(records), "--margin", str(margin), "--output", output])
    finally:
        os._exit(code)


def in_child(records, place, made, **more):
    return wait(start(records, place, made, 0.25, **more))


def wait(child):
    status = os.waitpid(child, 0)[1]
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def hang(target, when, nth, sign):
    """Send the signal before or after the nth call of a stage or of the system."""
    holder = os if target in CALLS else HOLDERS.get(target, command)
    real, seen = getattr(holder, target), [0]

    def hooked(*args, **kwargs):
        writing = target != "open" or (len(args) > 1 and args[1] & os.O_CREAT)
        seen[0] += bool(writing)
        now = writing and seen[0] == nth
        if now and when == "before":
            os.kill(os.getpid(), sign)
        answer = real(*args, **kwargs)
        if now and when == "after":
            os.kill(os.getpid(), sign)
        return answer

    setattr(holder, target, hooked)


def fill_disk():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def refuse_writing():
    real = os.open

    def refuse(path, flags, *args, **kwargs):
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, *args, **kwargs)

    os.open = refuse


def report(kind, point, sign, code, place, made):
    line = {"kind": kind, "point": point, "signal": sign, "code": code}
    line |= look_at(place, made)
    settle_files([place / "summary.pdf", place / "summary.json"])
    settled = look_at(place, made)
    left = [name for name in settled["left"] if not name.endswith(LOCK_ENDING)]
    line["settled"] = [settled["pdf"], settled["json"], left]
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    with contextlib.suppress(OSError):
        for path in place.iterdir():
            path.unlink()


def look_at(place, made):
    """Give what the report's two files are, and the names of all others."""
    found = {path.name: path.read_bytes() for path in place.iterdir()}
    kinds = {}
    for name, key in (("summary.pdf", "pdf"), ("summary.json", "json")):
        content = found.pop(name, None)
        kinds[key] = "absent" if content is None else "broken"
        if content in (b"%PDF-old", b'{\n "version": "old"}'):
            kinds[key] = "old"
        for margin, (_, _, contents) in made.items():
            if content == contents[key]:
                kinds[key] = str(margin)
    return kinds | {"left": sorted(found)}


if __name__ == "__main__":
    main()
