"""How long a person waits in the app, from the start of the program to the answer.

Run by hand: `python -m benchmarks.app`. It prints a table and writes it to `benchmarks/app.md`.
Each row is the middle of five fresh processes, as a browser meets them: first page, list of faults
of a file with one wrong level, the check of the invented sample, and its answer with the PDF. Asked
for: the first faults within 3 s of the start, the first answer within 10 s.
"""

import csv
import html
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from benchmarks.stamp import keep_table

N_RUNS = 5
SELECTS = re.compile(r"<select id='[^']+' name='([^']+)'[^>]*>(.*?)</select>")
NUMBERS = re.compile(r"<input id='[^']+' name='([^']+)'[^>]*?value='([^']*)'>")


class Visitor:
    """What a browser sends, without a browser."""

    def __init__(self, address: str) -> None:
        parts = urllib.parse.urlsplit(address)
        self.port = parts.port
        self.token = urllib.parse.parse_qs(parts.query)["token"][0]

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Give the text of an answer and where it leads."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Cookie": f"therapy-formats-{self.port}={self.token}"}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        line.request("GET" if form is None else "POST", path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode("utf-8", "replace")
        line.close()
        return text, answer.getheader("Location") or ""

    def send(self, path: str, form: dict[str, str]) -> str:
        """Send a form and give the page it leads to."""
        page, _ = self.ask("/")
        secret = re.search(r'name=form value="([^"]+)"', page)
        assert secret is not None
        _, where = self.ask(path, {"form": secret[1], **form})
        return self.ask(where)[0]


def answers_of(page: str) -> dict[str, str]:
    """Give the answers of the form as they are proposed."""
    found = {}
    for name, inner in SELECTS.findall(page):
        picked = re.search(r"<option value='([^']*)' selected>", inner)
        first = re.search(r"<option value='([^']*)'", inner)
        option = picked or first
        assert option is not None
        found[name] = html.unescape(option[1])
    return found | dict(NUMBERS.findall(page))


def write_faulty(path: Path) -> None:
    """Write a sheet of visits for 60 children with one level that is none."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["Child", "Goal", "Area", "Therapy", "Baseline", "6 weeks", "12 weeks"])
        for child in range(1, 61):
            for goal, area in enumerate(("Motor", "Social")):
                last = 7 if (child, goal) == (9, 1) else (child + goal) % 3 - 1
                out.writerow([f"C{child:03d}", f"G{child:03d}{goal}", area, "Group", -2, -1, last])


def run_once(folder: Path) -> dict[str, float]:
    """Start the app once and give the seconds since the start at which each thing was there."""
    faulty = folder / "goals.csv"
    write_faulty(faulty)
    seconds = {}
    for what in ("faults", "answer"):
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "analysis.app", "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"XDG_DATA_HOME": str(folder / "data")},
        )
        try:
            assert process.stdout is not None
            process.stdout.readline()
            visitor = Visitor(process.stdout.readline().strip())
            visitor.ask("/")
            seconds["first page"] = time.perf_counter() - start
            if what == "faults":
                page = visitor.send("/", {"typed": str(faulty), "read": "1"})
                page = visitor.send("/columns", answers_of(page))
                assert "role=alert" in page
            else:
                page = visitor.send("/", {"sample": "1"})
                page = visitor.send("/columns", answers_of(page))
                assert "240 children" in page
                seconds["check of the sample"] = time.perf_counter() - start
                page = visitor.send("/check", {"previous": "", "paper": "a4"})
                assert "No important difference" in page
            seconds[what] = time.perf_counter() - start
        finally:
            process.terminate()
            process.wait()
    return seconds


def main() -> None:
    """Measure, print and keep the table."""
    runs = []
    for _ in range(N_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run_once(Path(folder)))
    rows = (
        ("the first page", "first page", ""),
        ("the faults of a sheet of 120 goals", "faults", "3"),
        ("the check of the invented sample", "check of the sample", ""),
        ("its answer, the PDF made", "answer", "10"),
    )
    lines = [
        "# How long a person waits in the app",
        "",
        "Seconds from the start of the program, nobody pausing to read.",
        "",
        "| there is | middle of five | longest | asked for |",
        "| --- | ---: | ---: | ---: |",
    ]
    for told, key, asked in rows:
        times = [run[key] for run in runs]
        middle, longest = statistics.median(times), max(times)
        lines.append(f"| {told} | {middle:.1f} | {longest:.1f} | {asked} |")
    keep_table(__file__, "\n".join(lines))


if __name__ == "__main__":
    main()
