"""What a reader takes from each line of the page for families, and how often it is false.

`python -m benchmarks.family [--clinics N]` invents clinics of each scenario, reads the printed
lines of their pages as `tests/family_reader.py` does, and holds every claim to the truth.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from family_reader import find_conflicts, is_false_claim, list_lines, read_line

from analysis.computing import one_thread
from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.truth import true_contrasts
from analysis.study import run_study
from analysis.words.family import tell_family
from analysis.words.tell import tell
from benchmarks.stamp import keep_table

SEED, CLINICS, TRUTH_CHILDREN = 171, 200, 60_000
NULL = replace(ClinicDesign(n_children=120), **dict[str, Any](NO_DIFFERENCE))
SCENARIOS = {
    "nothing differs, 120 children": NULL,
    "group ahead, 180 children": replace(NULL, n_children=180, format_effects=(0.0, 0.45, 0.0)),
    "as the sample, 160 children": ClinicDesign(n_children=160),
}
NAMES = {
    "of_100": "goals of 100, the range",
    "faster": "one moves goals faster",
    "alike": "any gap is too small to matter",
    "not_behind": "no sign that one is slower",
    "unknown": "cannot tell",
    "not_compared": "not compared",
    "within": "it goes with the kind of goal",
    "within_alike": "it hardly goes with the kind of goal",
    "by_attention": "it goes with attention",
    "by_attention_alike": "it hardly goes with attention",
    "by_peer_comfort": "it goes with comfort with other children",
    "by_peer_comfort_alike": "it hardly goes with comfort with other children",
    "practice": "progress goes with practice at home",
    "both_kinds": "both at once is no slower for either kind of goal",
    "skill": "skill goals slower with both at once",
    "social": "social goals slower with both at once",
}


def read_clinics(design: ClinicDesign, part: int, clinics: int) -> tuple[Counter[str], ...]:
    """Give how often each claim was made and false, clinics with a false one, and whole clinics.

    Args:
        design: what the clinics are drawn from.
        part: the scenario's number, for the seed.
        clinics: how many.
    """
    truth = true_contrasts(design, TRUTH_CHILDREN)
    made: Counter[str] = Counter()
    false: Counter[str] = Counter()
    clinics_with: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for number in range(clinics):
        tables = simulate_clinic(design, np.random.SeedSequence([SEED, part, number])).tables
        summary = tell(protect(run_study(records_from_tables(tables), ask_again=False)))
        page = tell_family(summary)
        week = int(page.outcome.text.rpartition("week ")[2].rstrip("?"))
        wrong: set[str] = set()
        for claim in (claim for line in list_lines(page) for claim in read_line(line)):
            made[claim[0]] += 1
            is_wrong = is_false_claim(claim, truth, Settings.margin, week, design.practice_effect)
            false[claim[0]] += is_wrong
            wrong |= {claim[0]} if is_wrong else set()
        clinics_with.update(wrong)
        whole["wrong"] += bool(wrong - {"of_100"})
        whole["conflicts"] += bool(find_conflicts(summary, page))
    return made, false, clinics_with, whole


def share(n: int, of: int) -> str:
    """Spell a share with its Monte-Carlo error."""
    if not of:
        return "none"
    p = n / of
    return f"{100 * p:.1f}% ({100 * np.sqrt(p * (1 - p) / of):.1f})"


@one_thread()
def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description="The page for families held against the truth.")
    parser.add_argument(
        "--clinics", type=int, default=CLINICS, help="clinics where nothing differs"
    )
    given = parser.parse_args()
    lines = [
        "| scenario | what is claimed | times | false, of these | false, of clinics |",
        "| --- | --- | --- | --- | --- |",
    ]
    for part, (scenario, design) in enumerate(SCENARIOS.items()):
        clinics = given.clinics if design == NULL else max(given.clinics // 4, 1)
        made, false, clinics_with, whole = read_clinics(design, part, clinics)
        for what in [name for name in NAMES if made[name]]:
            of = share(false[what], made[what])
            any_of = share(clinics_with[what], clinics)
            lines.append(f"| {scenario} | {NAMES[what]} | {made[what]} | {of} | {any_of} |")
            print(lines[-1], flush=True)
        for key, name in {
            "wrong": "clinics with any false line about a difference or its lack",
            "conflicts": "clinics with a line that page 1 does not bear out",
        }.items():
            of = share(whole[key], clinics)
            lines.append(f"| {scenario} | **{name}** | | | {of} |")
            print(lines[-1], flush=True)
    text = (
        f"{given.clinics} clinics where nothing differs, a quarter as many elsewhere; in brackets "
        "Monte-Carlo errors. A claim is what a reader takes from a printed line; a page prints up "
        "to three ranges of goals of 100, each a 95% range."
    )
    title = "# What the page for families claims, held against the truth"
    keep_table(__file__, "\n".join([title, "", *lines, "", text]))


if __name__ == "__main__":
    main()
