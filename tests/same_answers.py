"""Hold the answers of this checkout against those of an earlier commit, on eleven clinics.

`python tests/same_answers.py COMMIT`, or `make same COMMIT=...`. The sample and ten invented
clinics (34 to 320 children; two formats, one format, traits or therapy groups not recorded, many
reviews lost) are reported by both versions of the program. Every published number and every
sentence is compared; what differs is printed and counted, and the exit code is 1 unless all of
it is expected. `RENAMED` says where numbers moved between versions of the summary, `MENDED`
which differences CHANGELOG announces.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
KEYS = ("id", "name", "pair", "gate", "this", "than", "format", "week", "when", "order", "measure")
KEYS += ("domain", "level", "trait", "hours_per_level", "step", "part")
WORDS = ("version", "seal", "ledger", "report", "digest", "versions", "sentences")
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Clinic:
    """One clinic: how many children, which seed, and what is taken away."""

    name: str
    children: int
    seed: int
    formats: tuple[str, ...] = ("individual", "group", "combined")
    without: tuple[str, ...] = ()
    reviews_kept: float = 1.0


CLINICS = (
    Clinic("few", 34, 3),
    Clinic("small", 60, 11),
    Clinic("wide", 95, 5),
    Clinic("usual", 120, 7),
    Clinic("usual-again", 150, 7),
    Clinic("clear", 320, 21),
    Clinic("two-formats", 180, 13, ("individual", "group")),
    Clinic("one-format", 120, 17, ("group",)),
    Clinic("bare", 140, 19, without=("attention", "peer_comfort", "severity", "rater", "group_id")),
    Clinic("lost", 200, 23, reviews_kept=0.7),
)

TRAITS = (
    ("Attention", "attention"),
    ("Comfort with other children", "peer_comfort"),
    ("Share of social goals", "social_share"),
    ("Severity", "severity"),
    ("Age", "age_years"),
    ("Level at the start", "baseline"),
    ("Motor delay", "motor_delay"),
    ("Sensory needs", "sensory_needs"),
    ("Follows instructions", "follows_instructions"),
    ("Communication", "communication"),
    ("Place of therapy", "site"),
)
# Old path -> new path, as regular expressions tried in order on every old number's path.
RENAMED: tuple[tuple[str, str], ...] = (
    # version 2 -> 3: rows are named by ids, not by their titles; constants stand once
    (r"who\.flow\.(\w+)/[^.]*\.(\w+)", r"who.flow.\1.\2"),
    *((rf"who\.balance\.{title}\.(\w+)", rf"who.balance.{trait}.\1") for title, trait in TRAITS),
    (r"sensitivity\.benchmarks\.[^/]*/(.*)", r"sensitivity.benchmarks.\1"),
    (r"certainty\.gates\..*\.smallest", ""),
)
# Differences that CHANGELOG announces: paths of numbers, or "sentence <id>", as whole matches.
MENDED: tuple[str, ...] = (
    r"sentence caution\.raters",  # where nobody recorded who rated
    # means of levels as roughly as who is off their ends, and what goes with them
    r"who\.(at_start|balance)\..*",
    r"progress\.(by_week|t_scores)\..*",
    r"sentence (who\.balance|progress\.course)",
    r"sensitivity\.benchmarks\..*",
    r"sensitivity\.controls\.start_level.*",
    r"sentence sensitivity\.controls",
    # multiples of children, coarse degrees of freedom, steps of robustness
    r".*\.more_(children|groups)",
    r"answer\.pairs\..*\.df",
    r"sensitivity\.imputed_test.*\.df_denom",
    r"sensitivity\.unrecorded\..*\.robustness(_of_range)?",
    r"sensitivity\.planning\..*\.half_width",
    r"sentence (sensitivity\.planning|pair)\..*",
    # twice the smallest cell, judged on the printed count
    r"sentence (caution\.missing|effort\.usual_practice)",
    r"certainty\.settings\..*largest_factor.*",
    # one family, one error: what may be said of a difference
    r"sentence (pair|soon\.pair\.\d+|effort\.end|effort\.net|depends\.within)\.\w+-\w+",
    r"sentence (headline|effort\.practice|depends\.domains|method\.audit)",
    r"sentence depends\.(trait|credibility)\.\w+",
    r"sentence claims\.(H[1-7]|ledger)",
    r"sentence sensitivity\.(dropout|unrecorded)\.\w+-\w+",
    r"certainty\.audit\..*",
    r"sensitivity\.unrecorded\..*\.(movement|share|times)",
    r"sensitivity\.unrecorded\..*",  # how far "ahead" is from where it would not be said
)


def write_clinics(folder: Path) -> list[Path]:
    """Write the records of every clinic, the sample first, and give their folders."""
    found = [ROOT / "data" / "sample"]
    for clinic in CLINICS:
        place = folder / clinic.name
        command = ["-m", "analysis.simulation.clinic", "--children", str(clinic.children)]
        command += ["--seed", str(clinic.seed), "--out", str(place), "--truth-children", "1000"]
        run_python(ROOT, command)
        cut_tables(place, clinic)
        found.append(place)
    return found


def cut_tables(place: Path, clinic: Clinic) -> None:
    """Take away what a clinic does not have."""
    tables = {p: pd.read_csv(p, dtype=str, keep_default_na=False) for p in place.glob("*.csv")}
    children = {
        child
        for path, table in tables.items()
        if path.stem == "episodes"
        for child in table.loc[table["format"].isin(clinic.formats), "child_id"]
    }
    goals = {
        goal
        for path, table in tables.items()
        if path.stem == "goals"
        for goal in table.loc[table["child_id"].isin(children), "goal_id"]
    }
    for path, table in tables.items():
        key, kept = ("goal_id", goals) if path.stem == "reviews" else ("child_id", children)
        rows = table[table[key].isin(kept)]
        if path.stem == "reviews":
            rows = rows.sample(frac=clinic.reviews_kept, random_state=clinic.seed).sort_index()
        dropped = [name for name in clinic.without if name in rows and path.stem != "sessions"]
        rows.drop(columns=dropped).to_csv(path, index=False)


def run_python(checkout: Path, command: list[str], ledgers: Path | None = None) -> None:
    """Run this interpreter on a checkout's own code, private ledgers in a folder of their own."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "OPENBLAS_NUM_THREADS": "1"}
    environment |= {"XDG_DATA_HOME": str(ledgers)} if ledgers else {}
    done = subprocess.run(
        [sys.executable, *command], cwd=checkout, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-800:]}")


def report(checkout: Path, records: Path, output: Path) -> dict[str, object]:
    """Give the summary that a checkout publishes about some records."""
    pdf = output / f"{records.name}.pdf"
    command = ["-m", "analysis.report", str(records), "--output", str(pdf)]
    run_python(checkout, command, output / "ledgers" / records.name)
    return json.loads(pdf.with_suffix(".json").read_text(encoding="utf-8"))


def list_numbers(value: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Give every number of a summary with its path; rows are named by what identifies them."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path, float(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in WORDS and not (path == "" and name == "changes"):
                yield from list_numbers(part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from list_numbers(part, f"{path}.{name_row(part, place)}")


def name_row(row: object, place: int) -> str:
    """Name a row by all of `KEYS` it has a value of, or by its place."""
    values = [row.get(key) for key in KEYS] if isinstance(row, dict) else []
    names = [str(value) for value in values if isinstance(value, str | int | float) and value != ""]
    return "/".join(names) or str(place)


def list_sentences(summary: dict[str, object]) -> dict[str, str]:
    """Give every sentence by its id."""
    return {row["id"]: row["text"] for row in summary["sentences"]}


def compare(old: dict[str, object], new: dict[str, object]) -> list[str]:
    """Give every difference in numbers and sentences, one line each."""
    found, now = [], dict(list_numbers(new))
    for path, value in list_numbers(old):
        there = rename(path)
        if there is None:
            continue
        if there not in now:
            found.append(f"{there}: {value:g} is gone")
        elif not math.isclose(value, now[there], rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            found.append(f"{there}: {value:g} is now {now[there]:g}")
    before, after = list_sentences(old), list_sentences(new)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            found.append(f"sentence {name}: {before.get(name)!r} is now {after.get(name)!r}")
    return found


def rename(path: str) -> str | None:
    """Give an old number's path in the new summary; None where it is no number any more."""
    for pattern, replacement in RENAMED:
        if re.fullmatch(pattern, path):
            return re.sub(pattern, replacement, path) or None
    return path


def is_expected(difference: str) -> bool:
    """Tell whether CHANGELOG announces a difference."""
    what = difference.partition(": ")[0]
    return any(re.fullmatch(pattern, what) for pattern in MENDED)


def main() -> int:
    """Compare this checkout with the commit named; 1 where anything unexpected differs."""
    commit = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = folder / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(before), commit], check=True)
        try:
            unexpected = compare_all(before, folder)
        finally:
            subprocess.run([*git, "remove", "--force", str(before)], check=True)
    return int(unexpected > 0)


def compare_all(before: Path, folder: Path) -> int:
    """Report every clinic with both checkouts; print what differs, give how much is unexpected."""
    unexpected = 0
    (folder / "records").mkdir()
    for records in write_clinics(folder / "records"):
        summaries = []
        for name, checkout in (("old", before), ("new", ROOT)):
            (folder / name).mkdir(exist_ok=True)
            summaries.append(report(checkout, records, folder / name))
        found = compare(*summaries)
        surprises = [line for line in found if not is_expected(line)]
        unexpected += len(surprises)
        print(
            f"{records.name}: {len(list(list_numbers(summaries[0])))} numbers, "
            f"{len(list_sentences(summaries[0]))} sentences, {len(found)} differences, "
            f"{len(surprises)} unexpected",
            *(f"  {line}" for line in surprises[:40]),
            sep="\n",
        )
    return unexpected


if __name__ == "__main__":
    sys.exit(main())
