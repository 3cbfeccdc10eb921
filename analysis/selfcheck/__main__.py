"""The command `python -m analysis.selfcheck`: is this copy, on this machine, the tested one?

In: nothing; no network, no records. Out: one line for each check, PASS, NOTE or FAIL with what to
do, and the exit code: 0 when nothing failed, else 1. `--renew` writes the digest of the sample's
numbers anew, after a change of results that was meant (CHANGELOG.md).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arguments import Arguments
from analysis.errors import AnalysisError, WriteError, run_entry_point

if TYPE_CHECKING:
    from analysis.disclosure.summary import Summary

PASS, NOTE, FAIL = "PASS", "NOTE", "FAIL"
LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
DIGEST_FILE = Path(__file__).with_name("sample_numbers.txt")
PACKAGE = "therapy-formats"
REPAIR = "Run `make setup` in the project's folder, then this check again."
Line = tuple[str, str]


class CheckFailed(AnalysisError):
    """A check failed; the lines say which and what to do."""

    exit_code = 1


def check_versions() -> Iterator[Line]:
    """Hold every installed package against its least version and the one it was tested at."""
    pins = read_pins()
    try:
        bounds = [entry for entry in requires(PACKAGE) or [] if "extra ==" not in entry]
    except PackageNotFoundError:
        yield FAIL, f"The package is not installed. {REPAIR}"
        return
    drifted = []
    asked = [re.findall(r"^([\w.-]+)(?:\[\w+\])?>=([\d.]+)", entry) for entry in bounds]
    for name, least in (found for entry in asked for found in entry):
        try:
            have = version(name)
        except PackageNotFoundError:
            yield FAIL, f"{name} is missing. {REPAIR}"
            continue
        if read_version(have) < read_version(least):
            yield FAIL, f"{name} is {have}; at least {least} is needed. {REPAIR}"
        elif have not in pins.get(name.lower(), (have,)):
            drifted.append(f"{name} {have} (tested with {' or '.join(pins[name.lower()])})")
    if drifted:
        yield NOTE, f"Other versions than the pinned ones: {'; '.join(drifted)}."
    yield PASS, f"{len(bounds)} packages are recent enough."


def read_pins() -> dict[str, tuple[str, ...]]:
    """Give each package's pinned versions (one for each Python); none without the lock."""
    if not LOCK.is_file():
        return {}
    pins: dict[str, tuple[str, ...]] = {}
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        name, equals, pin = line.rstrip(" \\").split(" ; ")[0].partition("==")
        name = name.split("[")[0].lower()
        if equals:
            pins[name] = (*pins.get(name, ()), pin.strip())
    return pins


def read_version(text: str) -> tuple[int, ...]:
    """Give a version's numbers, so that 3.10 comes after 3.9."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def check_reference_numbers() -> Iterator[Line]:
    """Hold the arithmetic against numbers that others published."""
    from analysis.selfcheck.reference import RELATIVE, compare_with_reference

    n = 0
    for what, found, wanted in compare_with_reference():
        n += 1
        if not abs(found - wanted) <= RELATIVE * abs(wanted):
            yield FAIL, f"{what} is {found:.9g} here and {wanted:.9g} in print. {REPAIR}"
    yield PASS, f"{n} published numbers were worked out again."


def check_independent_twin() -> Iterator[Line]:
    """Hold the models' answers on the sample against those of another program, statsmodels."""
    from analysis.selfcheck.twin import compare_with_statsmodels

    if find_spec("statsmodels") is None:
        yield (
            NOTE,
            "statsmodels is not installed, so the models were not fitted a second time by another "
            'program. For that: python -m pip install "therapy-formats[selfcheck]"',
        )
        return
    n = 0
    for what, apart, allowed in compare_with_statsmodels():
        n += 1
        if not apart <= allowed:
            yield (
                FAIL,
                f"{what}: this copy and statsmodels are {apart:.2g} apart (at most "
                f"{allowed:.0e} is in order). {REPAIR}",
            )
    yield PASS, f"statsmodels, another program, finds the same on the sample in {n} comparisons."


def check_sample_report() -> Iterator[Line]:
    """Make the sample's report from invented records, and hold its numbers against the digest."""
    from analysis.report.document import render_pdf

    summary = publish_sample()
    found, wanted = digest_numbers(summary), DIGEST_FILE.read_text(encoding="ascii").strip()
    if found != wanted:
        yield FAIL, f"The sample's numbers differ from those tested ({found}). {REPAIR}"
    pdf = render_pdf(summary)
    if not pdf.startswith(b"%PDF-"):
        yield FAIL, f"The sample's report could not be set. {REPAIR}"
    elif not _carries_numbers(pdf, summary):
        yield FAIL, f"The sample's report does not carry its numbers. {REPAIR}"
    yield PASS, "The sample's report was made, and its numbers compared."


def _carries_numbers(pdf: bytes, summary: Summary) -> bool:
    """Tell whether a report's PDF carries its own summary."""
    from analysis.disclosure.summary import spell_summary
    from analysis.report.summary_file import take_numbers

    try:
        return take_numbers(pdf) == spell_summary(summary)
    except AnalysisError:
        return False


def publish_sample() -> Summary:
    """Invent the sample clinic again, and give what may leave it."""
    from analysis.disclosure.release import protect
    from analysis.records.load import records_from_tables
    from analysis.simulation.clinic import simulate_clinic
    from analysis.study import run_study
    from analysis.words.tell import tell

    records = records_from_tables(simulate_clinic().tables)
    return tell(protect(run_study(records, ask_again=False)))


def digest_numbers(summary: Summary) -> str:
    """Give a digest of the answer's numbers: those a reader sees, no words, no versions."""
    answer = summary.answer
    parts = {
        "pairs": [[p.id, p.estimate, p.conf_low, p.conf_high] for p in answer.pairs],
        "rates": [[r.format, r.estimate] for r in answer.rates],
        "counts": [[r.format, r.n_children, r.n_goals] for r in answer.counts],
        "weeks": [[r.format, r.week, r.mean] for r in summary.progress.by_week],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def check_writing() -> Iterator[Line]:
    """Write, replace and refuse in a temporary folder of its own, and leave nothing."""
    from analysis.writing import write_file

    try:
        with tempfile.TemporaryDirectory() as name:
            target = Path(name, "summary.pdf")
            for content in (b"%PDF-one", b"%PDF-two"):
                write_file(target, content)
            if target.read_bytes() != b"%PDF-two" or len(list(Path(name).iterdir())) != 1:
                yield FAIL, "A file came back otherwise than it was written. Check the disk."
            other = Path(name, "notes.pdf")
            other.write_bytes(b"not a report")
            try:
                write_file(other, b"%PDF-three")
                yield FAIL, f"A file of somebody else's would have been replaced. {REPAIR}"
            except WriteError:
                yield PASS, "Files are written whole, replaced whole, and others' left alone."
    except (OSError, WriteError) as error:
        kind = type(error).__name__
        yield FAIL, f"The temporary folder cannot be written ({kind}). Check that it has room."


def check_protection() -> Iterator[Line]:
    """Hold the disclosure rules against cases written by hand."""
    from analysis.disclosure.rules import show_count, show_share
    from analysis.settings import Settings

    settings = Settings()
    cases = (
        (show_count(10, settings), None),
        (show_count(43, settings), 45),
        (show_share(3, 60, settings), (None, "few")),
        (show_share(30, 60, settings), (50, None)),
    )
    wrong = sum(found != wanted for found, wanted in cases)
    if wrong:
        yield FAIL, f"{wrong} rules that keep small numbers in do not hold. {REPAIR}"
    yield PASS, f"{len(cases)} disclosure rules hold."


CHECKS: dict[str, Callable[[], Iterator[Line]]] = {
    "versions": check_versions,
    "reference numbers": check_reference_numbers,
    "independent twin": check_independent_twin,
    "sample report": check_sample_report,
    "writing": check_writing,
    "protection": check_protection,
}


def run_checks() -> str:
    """Run every check and give its lines.

    Raises:
        CheckFailed: with the same lines, if any of them failed.
    """
    lines = []
    for name, check in CHECKS.items():
        found = list(check())
        failed = any(verdict == FAIL for verdict, _ in found)
        shown = [line for line in found if not (failed and line[0] == PASS)]
        lines += [f"{verdict} {name}: {text}" for verdict, text in shown]
    bad = sum(line.startswith(FAIL) for line in lines)
    lines.append("Nothing failed." if not bad else f"Failed: {bad}. Do not hand out a report yet.")
    if bad:
        raise CheckFailed("\n".join(lines))
    return "\n".join(lines) + "\n"


def renew_digest() -> str:
    """Write the digest of the sample's numbers anew."""
    DIGEST_FILE.write_text(digest_numbers(publish_sample()) + "\n", encoding="ascii")
    return "The digest of the sample's numbers was written anew.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives 0 when nothing failed, else 1."""
    parser = Arguments(
        prog="python -m analysis.selfcheck",
        description="Check that this copy computes, writes and protects as it was tested to.",
    )
    parser.add_argument(
        "--renew", action="store_true", help="after a meant change of results: note the numbers"
    )
    asked = parser.parse_args(arguments)
    return run_entry_point(renew_digest if asked.renew else run_checks)


if __name__ == "__main__":
    sys.exit(main())
