"""What it costs to refuse small files that were made to cost much.

Run by hand: `python -m benchmarks.bombs [CHECKOUT]`. It prints a table and writes it to
`benchmarks/bombs.md`. Each row is a new Python process, imports included: seconds of processor
and largest memory. Asked for: every refusal under 10 s of processor and 1 GB. With the path of
another checkout the same files are given to it too, for comparison, with at most 150 s each.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.stamp import keep_table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from bombs import BOMBS, measure

MOST_SECONDS, MOST_MEGABYTES = 10, 1_000
SECONDS_FOR_THE_OTHER = 150


def tell_other(path: Path, checkout: Path) -> tuple[str, str]:
    """Give seconds and megabytes of another checkout, or that it did not end."""
    try:
        _, seconds, megabytes = measure(path, checkout, SECONDS_FOR_THE_OTHER)
    except subprocess.TimeoutExpired:
        return f"over {SECONDS_FOR_THE_OTHER}", ""
    except AssertionError:
        return "ended by the system", ""
    return f"{seconds:.1f}", f"{megabytes:,.0f}"


def main() -> None:
    """Measure, print and keep the table."""
    other = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    head = ["what", "file", "kB", "refused as", "processor s", "MB", "asked"]
    rows = [head + (["before: s", "before: MB"] if other else [])]
    with tempfile.TemporaryDirectory() as name:
        for number, (what, (make, ending, _)) in enumerate(BOMBS.items()):
            path = Path(name) / f"bomb{number}{ending}"
            make(path)
            codes, seconds, megabytes = measure(path)
            met = codes and seconds < MOST_SECONDS and megabytes < MOST_MEGABYTES
            row = [what, ending, f"{path.stat().st_size / 1000:,.0f}", ", ".join(codes)]
            row += [f"{seconds:.1f}", f"{megabytes:,.0f}", "met" if met else "NOT MET"]
            rows.append(row + (list(tell_other(path, other)) if other else []))
            path.unlink()
    rows.insert(1, ["---"] * len(rows[0]))
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    text = (
        "# Small files that cost much\n\n"
        f"Every refusal under {MOST_SECONDS} s of processor and {MOST_MEGABYTES:,} MB; each row is "
        f"a new process.\n\n{table}"
    )
    keep_table(__file__, text)


if __name__ == "__main__":
    main()
