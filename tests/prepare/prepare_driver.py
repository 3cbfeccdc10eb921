"""Kill `prepare` at every call that changes a disk, and look at what is left.

A script of its own, so that it may fork and be killed. Prints one JSON line for each moment.
"""

import json
import signal
import stat
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from exports import MAPPING, people, write_export
from kill_points import kill_everywhere

from analysis.errors import AnalysisError
from analysis.prepare.making import prepare_records
from analysis.records.load import read_records

SECRETS = ("Family", "ties laces", "Jane Doe", "1/03/2016")
MARCH, APRIL = people(6), people(9)


def maker(root, kind):
    def make_place(name):
        place = root / f"{kind}-{name}"
        place.mkdir()
        write_export(place / "raw.csv", MARCH)
        if kind != "first":
            run(place)
            (place / "march.json").write_bytes((place / "key.json").read_bytes())
        (place / "key.json.part").write_text("mine")
        (place / ".coded.notes.part").write_text("mine")
        write_export(place / "raw.csv", APRIL)
        return place

    return make_place


def run(place, key="key.json"):
    return prepare_records(
        place / "raw.csv", place / "coded", mapping=MAPPING, key=key and place / key
    )


def look(place):
    """Say what stands there: the tables' children, whether the key knows all of them, leaks."""
    found = {"children": None, "goals": None, "known": None}
    if (place / "coded").is_dir():
        records = read_records(place / "coded")
        found |= {"children": records.n_children, "goals": len(records.goals)}
        if (place / "key.json").exists():
            book = json.loads((place / "key.json").read_bytes())["codes"]
            found["known"] = set(records.goals["goal_id"]) <= set(book["goal_id"].values()) and set(
                records.episodes["child_id"]
            ) <= set(book["child_id"].values())
    own = {"raw.csv", "key.json", "march.json", "key.json.part", ".coded.notes.part", "coded"}
    found["left"] = sorted(path.name for path in place.iterdir() if path.name not in own)
    found["named"], found["open"] = [], []
    for path in place.rglob("*"):
        if path.is_file() and path.name not in ("raw.csv", "key.json", "march.json"):
            text = path.read_text(encoding="utf-8", errors="replace").casefold()
            # The data package says what columns hold: to the family, say, and nothing of a child.
            own_words = ("Family",) if path.name == "datapackage.json" else ()
            if any(secret.casefold() in text for secret in SECRETS if secret not in own_words):
                found["named"].append(path.relative_to(place).as_posix())
        strangers = ("raw.csv", "march.json", "key.json.part", ".coded.notes.part")
        if path.name not in strangers and stat.S_IMODE(path.stat().st_mode) & 0o077:
            found["open"].append(path.relative_to(place).as_posix())
    return found


def kept(place):
    """Tell whether every code of March is still the same."""
    if not (place / "march.json").exists():
        return True
    old = json.loads((place / "march.json").read_bytes())["codes"]
    new = json.loads((place / "key.json").read_bytes())["codes"]
    return all(new[column][name] == code for column in old for name, code in old[column].items())


def main():
    root = Path(sys.argv[1])
    for kind, key in (("first", "key.json"), ("next", "key.json"), ("keyless", None)):
        work = partial(run, key=key)
        for moment, place, died in kill_everywhere(maker(root, kind), work, signal.SIGKILL):
            row = {"kind": kind, "moment": moment, "died": died, "killed": look(place)}
            whole = (place / "raw.csv").read_bytes()
            (place / "raw.csv").write_text("Client name\n")
            try:
                run(place, key)
            except AnalysisError as error:
                row["refused"] = type(error).__name__
            row["settled"] = look(place)
            (place / "raw.csv").write_bytes(whole)
            run(place, key)
            row |= {"after": look(place), "kept": kept(place)}
            print(json.dumps(row))


if __name__ == "__main__":
    main()
