"""A person who follows only what is printed: runs the check, then the command it names.

In: a sheet. Out: how many commands it took until the records were read, and what was said.
"""

import contextlib
import io
import json
import re
import shlex
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from analysis.check import main as check
from analysis.prepare.__main__ import main as prepare
from analysis.records.load import read_records

HERE = Path(__file__).parent
COMMANDS = {"analysis.check": check, "analysis.prepare": prepare}
PRINTED = re.compile(r"^(?:Next: |  )(\S.* -m analysis\.(?:check|prepare) .*)$", re.MULTILINE)
MOST = 4


@dataclass
class Walk:
    """What came of following the messages.

    Attributes:
        read: whether the records were read in the end.
        assignments: commands that accepted something.
        goals: for each goal its format, domain and (week, level) pairs, sorted.
        said: what was printed, in order.
    """

    read: bool = False
    assignments: int = 0
    goals: list = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def walk(sheet, folder):
    """Copy a sheet into an empty folder and follow the messages from there."""
    folder = Path(folder)
    copy = folder / sheet.name
    shutil.copyfile(sheet, copy)
    words, path, done = ["analysis.check", str(copy)], copy, Walk()
    for _ in range(MOST):
        code, told = run(words)
        done.said.append(told)
        done.assignments += "--accept" in words
        if "--out" in words and code == 0:
            path = Path(words[words.index("--out") + 1])
        if code == 0 and words[0] == "analysis.check":
            done.read, done.goals = True, goals_of(read_records(path))
            return done
        found = PRINTED.findall(told)
        if not found:
            return done
        again = shlex.split(found[0])[2:]
        if again == words:
            return done
        words = again
    return done


def run(words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = COMMANDS[words[0]](words[1:])
    return code, out.getvalue() + err.getvalue()


def goals_of(records):
    """Give for each goal its format, domain and (week, level) pairs, sorted."""
    form = dict(zip(records.episodes["episode_id"], records.episodes["format"], strict=True))
    found = []
    for goal in records.goals.itertuples():
        own = records.reviews[records.reviews["goal_id"] == goal.goal_id]
        pairs = sorted(
            [int(w), int(a)] for w, a in zip(own["week"], own["attainment"], strict=True)
        )
        found.append([str(form[goal.episode_id]), str(goal.domain), pairs])
    return sorted(found)


def main():
    """Print the table of all sheets: how many commands before and now."""
    for part in ("first_use", "own"):
        for case in json.loads((HERE / f"{part}.json").read_text(encoding="utf-8")):
            with tempfile.TemporaryDirectory() as folder:
                found = walk(HERE / case["file"], folder)
            named = isinstance(case["expected"], str)
            kind = "refused" if case["expected"] == "refused" else "named"
            now = kind if named and not found.read else f"{found.assignments} to confirm"
            right = "" if named or found.goals == case["expected"] else " WRONG"
            print(f"{case['shape']:45} before: {case.get('before', '-'):12} now: {now}{right}")


if __name__ == "__main__":
    main()
