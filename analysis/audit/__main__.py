"""`python -m analysis.audit`: is what the report says true as often as it claims?

In: options. Out: a table on the screen (and in a file, if asked), and exit code 0 when no bar was
missed, 1 when one was.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from analysis.arguments import Arguments, whole
from analysis.audit.account import describe_audit, plain_audit
from analysis.audit.scenarios import SCENARIOS, Scenario
from analysis.audit.trial import Outcome
from analysis.audit.verdict import Verdict, judge_scenario
from analysis.audit.work import do_chunks, split_work
from analysis.errors import EXIT_OUR_BUG, EXIT_WRITTEN, AnalysisError
from analysis.simulation.draw import find_truth
from analysis.writing import write_file

AUDIT_SEED = 2026
AUDIT_CLINICS = 1000
TRUTH_CHILDREN = 200_000


def run_audit(
    scenarios: Sequence[Scenario] = SCENARIOS,
    n_clinics: int = AUDIT_CLINICS,
    seed: int = AUDIT_SEED,
    *,
    jobs: int = 1,
    cluster: str = "",
    keep: Path | None = None,
    truth_children: int = TRUTH_CHILDREN,
) -> list[Verdict]:
    """Send invented clinics of every scenario through the study and judge what came of them.

    Args:
        scenarios: which kinds of clinic.
        n_clinics: clinics of each kind.
        seed: where the random numbers begin; the answer depends on it and on nothing else.
        jobs: processes on this machine.
        cluster: address of a dask scheduler to use in their place, or "".
        keep: folder for finished chunks, so that an interrupted audit goes on; or None.
        truth_children: children behind each scenario's truth.

    Returns:
        One verdict for each scenario, in their order.
    """
    chunks = split_work(scenarios, n_clinics, seed)
    outcomes: dict[str, list[Outcome]] = {scenario.name: [] for scenario in scenarios}
    total = n_clinics * len(scenarios)
    with tqdm(total=total, unit=" clinics", file=sys.stderr, disable=None) as progress:
        for chunk, found in do_chunks(chunks, jobs=jobs, cluster=cluster, keep=keep):
            outcomes[chunk.scenario.name] += found
            progress.update(len(found))
    return [
        judge_scenario(s, find_truth(s.design, truth_children), outcomes[s.name]) for s in scenarios
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit, print its table, and give the exit code."""
    parser = Arguments(
        prog="python -m analysis.audit",
        description="Check on invented clinics that the report's sentences are true.",
    )
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--clinics", type=whole, default=AUDIT_CLINICS, help="of each scenario")
    parser.add_argument("--seed", type=whole, default=AUDIT_SEED)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="SCENARIO")
    parser.add_argument("--jobs", type=whole, default=1, help="processes on this machine")
    parser.add_argument("--cluster", default="", help="address of a dask scheduler")
    parser.add_argument("--keep", type=Path, help="folder of finished work, to go on from")
    parser.add_argument("--table", type=Path, help="Markdown file for the table")
    parser.add_argument("--numbers", type=Path, help="JSON file for the numbers")
    given = parser.parse_args(arguments)
    chosen = [scenario for scenario in SCENARIOS if scenario.name in given.only]
    try:
        if given.clinics < 1 or given.jobs == 0:
            raise AnalysisError("An audit needs at least one clinic and one process.")
        verdicts = run_audit(
            chosen,
            given.clinics,
            given.seed,
            jobs=given.jobs,
            cluster=given.cluster,
            keep=given.keep,
        )
        only = "" if len(chosen) == len(SCENARIOS) else f" --only {' '.join(given.only)}"
        command = f"{parser.prog} --clinics {given.clinics} --seed {given.seed}{only}"
        text = describe_audit(verdicts, command)
        if given.table:
            write_file(given.table, text.encode(), private=False)
        if given.numbers:
            numbers = json.dumps(plain_audit(verdicts, given.seed), indent=2) + "\n"
            write_file(given.numbers, numbers.encode(), private=False)
    except AnalysisError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(text)  # noqa: T201
    return EXIT_OUR_BUG if any(verdict.missed for verdict in verdicts) else EXIT_WRITTEN


if __name__ == "__main__":
    sys.exit(main())
