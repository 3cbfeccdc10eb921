"""How fast records are read and judged, beside what merely reads the same bytes.

Run by hand: `python -m benchmarks.intake`. It prints a table and writes it to
`benchmarks/intake.md`. Each row is a new Python process, imports included: wall time, processor
time and largest memory. Asked for: a million reviews under 15 s and 1 GB, as CSV and as Parquet;
a zip bomb refused and the sample judged cold in under a second and two; tables of 120 invented
children judged in under 10 ms of processor time (on a busy machine the wall waits for others).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.stamp import keep_table

N_CHILDREN, GOALS, WEEKS = 50_000, 4, (0, 6, 12, 18, 24)
N_WORKBOOK = 100_000
ROOT = Path(__file__).resolve().parents[1]
MEASURED = """
import json, re, sys, time
start, work = time.perf_counter(), time.process_time()
{code}
seconds, work = time.perf_counter() - start, time.process_time() - work
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps([seconds, work, peak]))
"""
READ = "from analysis.records.load import read_records\nread_records({path!r})"
REFUSE = """
from analysis.errors import RecordsError
from analysis.records.load import read_records
try:
    read_records({path!r})
except RecordsError as error:
    assert error.problems[0].code == {code!r}
"""


def invent_reviews(n_children: int) -> pd.DataFrame:
    """Give a flat sheet of one row per review."""
    rng = np.random.default_rng(1)
    n = n_children * GOALS * len(WEEKS)
    child = np.arange(n) // (GOALS * len(WEEKS))
    goal = np.arange(n) // len(WEEKS)
    week = np.tile(WEEKS, n_children * GOALS)
    return pd.DataFrame(
        {
            "child_id": np.char.add("C", child.astype(str)),
            "goal_id": np.char.add("G", goal.astype(str)),
            "domain": np.array(["motor", "social"])[goal % 2],
            "format": np.array(["individual", "group", "combined"])[child % 3],
            "week": week,
            "attainment": np.where(week == 0, -2, rng.integers(-2, 3, n)),
        }
    )


def measure(code: str) -> tuple[float, float, float]:
    """Run code in a new process; give seconds, seconds of processor, megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def write_bomb(path: Path) -> None:
    """Write a workbook whose one sheet unpacks to 2 GB of blanks."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(2000):
                sheet.write(bytes(1_000_000))


def time_tables() -> tuple[float, float]:
    """Give seconds and seconds of processor to judge tables of 120 children, median of many."""
    from analysis.records.load import records_from_tables
    from analysis.simulation.clinic import ClinicDesign, simulate_clinic

    tables = simulate_clinic(ClinicDesign(n_children=120), seed=1).tables
    times = []
    for _ in range(60):
        start, work = time.perf_counter(), time.process_time()
        records_from_tables(tables)
        times.append((time.perf_counter() - start, time.process_time() - work))
    return tuple(np.median(times, axis=0))


def main() -> None:
    """Measure, print and keep the table."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        flat = invent_reviews(N_CHILDREN)
        flat.to_csv(folder / "flat.csv", index=False)
        flat.to_csv(folder / "flat.txt", index=False, sep=";", encoding="utf-16")
        flat.to_parquet(folder / "flat.parquet")
        flat.assign(attainment=7).to_csv(folder / "faulty.csv", index=False)
        flat.head(N_WORKBOOK).to_excel(folder / "flat.xlsx", index=False)
        write_bomb(folder / "bomb.xlsx")
        million, some = f"{len(flat):,} reviews", f"{N_WORKBOOK:,} reviews"
        path, other = str(folder / "flat.csv"), str(folder / "flat.txt")
        peer = f"import pandas\npandas.read_csv({path!r})"
        bare = "import csv\nwith open({!r}) as file:\n    rows = sum(1 for _ in csv.reader(file))"
        for what, code, seconds, megabytes in (
            (f"{million}: csv module alone", bare.format(path), None, None),
            (f"{million}: pandas.read_csv", peer, None, None),
            (f"{million}: CSV", READ.format(path=path), 15, 1000),
            (
                f"{million}: semicolons, UTF-16",
                READ.format(path=other),
                15,
                1000,
            ),
            (f"{million}: Parquet", READ.format(path=str(folder / "flat.parquet")), 15, 1000),
            (
                f"{million}: every level refused",
                REFUSE.format(path=str(folder / "faulty.csv"), code="out_of_range"),
                15,
                1000,
            ),
            (f"{some}: workbook", READ.format(path=str(folder / "flat.xlsx")), None, None),
            (
                "zip bomb of 2 GB refused",
                REFUSE.format(path=str(folder / "bomb.xlsx"), code="zip_bomb"),
                1,
                None,
            ),
            (
                "the sample judged cold",
                "from analysis.check import check_records\n"
                f"check_records({str(ROOT / 'data' / 'sample')!r}).tell()",
                2,
                None,
            ),
        ):
            took, work, peak = measure(code)
            met = all(
                asked is None or got < asked for got, asked in ((took, seconds), (peak, megabytes))
            )
            bar = (
                ""
                if seconds is None
                else f"{seconds} s" + (f", {megabytes} MB" if megabytes else "")
            )
            said = "" if seconds is None else ("met" if met else "NOT MET")
            rows.append((what, f"{took:.2f}", f"{work:.2f}", f"{peak:,.0f}", bar, said))
    took, work = time_tables()
    rows.append(
        (
            "tables of 120 children",
            f"{took:.4f}",
            f"{work:.4f}",
            "",
            "0.010 s of processor",
            "met" if work < 0.01 else "NOT MET",
        )
    )
    head = ("what", "seconds", "processor", "MB", "asked", "")
    table = "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows))
    text = (
        "# Reading and judging records\n\n"
        f"Each row but the last is a new process, imports included.\n\n{table}"
    )
    keep_table(__file__, text)


if __name__ == "__main__":
    main()
