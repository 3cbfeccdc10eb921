"""How often does a report state a difference that is not there, and what does it still find?

`python -m benchmarks.error_rate [--clinics N]` invents clinics in which nothing differs, of three
sizes, and clinics in which one format is ahead, and reads every page of their reports. "Alone" is
what would be said if each range decided by itself and the main pairs had the whole error to
themselves; "family" is what the report says.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from analysis.audit.statements import Statement, find_statements, is_false
from analysis.computing import one_thread
from analysis.decisions.decide import Decision, decide_pairs
from analysis.disclosure.release import protect
from analysis.disclosure.rows import Interval
from analysis.disclosure.summary import Summary
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.truth import Truth, pair_name, true_contrasts
from analysis.study import run_study
from analysis.vocabulary import AHEAD, NO_IMPORTANT_DIFFERENCE
from analysis.words.subgroups import choose_claimed
from analysis.words.tell import tell
from benchmarks.stamp import keep_table

SEED = 15
CLINICS = 400
TRUTH_CHILDREN = 60_000
NULL = replace(ClinicDesign(), **dict[str, Any](NO_DIFFERENCE))
# What adds .34 and .50 levels every 12 weeks on the scale that is seen.
AHEAD_BY = {0.34: 0.455, 0.50: 0.685}
DESIGNS = {
    f"nothing differs, {n} children": replace(NULL, n_children=n) for n in (60, 120, 300)
} | {
    f"group ahead by {seen:.2f}, 120 children": replace(
        NULL, n_children=120, format_effects=(0.0, latent, 0.0)
    )
    for seen, latent in AHEAD_BY.items()
}
ALONE = Settings(main_share=1.0, next_share=1.0, first_look_share=1.0)
# Real differences of any such clinic, planted by the way formats are given and practised.
REAL = ("hours", "practice")


@dataclass(frozen=True)
class Report:
    """What one report says by each rule: false statements, an answer, a format ahead, how much."""

    false: tuple[bool, bool]
    page_1: tuple[bool, bool]
    answer: tuple[bool, bool]
    ahead: tuple[bool, bool]
    said: tuple[int, int]


def read_report(design: ClinicDesign, truth: Truth, seed: np.random.SeedSequence) -> Report | None:
    """Invent one clinic and read its report; None where the records are refused."""
    try:
        study = run_study(records_from_tables(simulate_clinic(design, seed).tables), Settings())
    except AnalysisError:
        return None
    summary = tell(protect(study))
    before = decide_pairs(study.verdicts.gates, study.analyses, ALONE)
    main = [_state_main(d) for d in before if d.label in AHEAD]
    said = ([*main, *_state_alone(summary)], find_statements(summary))
    stated = [[s for s in own if s["question"] not in REAL] for own in said]
    false = [[s for s in own if is_false(s, truth, design)] for own in stated]
    labels = ([d.label for d in before], [d.label for d in study.verdicts.decisions])
    return Report(
        _both(bool(own) for own in false),
        _both(any(s["question"] == "rate" for s in own) for own in false),
        _both(any(x in (*AHEAD, NO_IMPORTANT_DIFFERENCE) for x in own) for own in labels),
        _both(any(x in AHEAD for x in own) for own in labels),
        (len(stated[0]), len(stated[1])),
    )


def _both(found: Iterable[bool]) -> tuple[bool, bool]:
    alone, family = found
    return alone, family


def _state_main(decision: Decision) -> Statement:
    pair = f"{decision.this}-{decision.than}"
    return {"question": "rate", "pair": pair, "above": decision.ahead == decision.this}


def _state_alone(summary: Summary) -> Iterator[Statement]:
    """Give what each range beside the main ones would state by itself."""
    part, soon, effort = summary.subgroups, summary.attainment, summary.effort
    found: list[tuple[str, str, float | None, float | None]] = []
    if part:
        found += [("within", p.id, *_ends(p)) for p in part.within_child.pairs]
        for trait in part.traits:
            claimed = choose_claimed(trait.pairs)
            found += [(trait.id, claimed.id, *_ends(claimed))] if claimed else []
        found += [
            (k.id, p.id, *_ends(p))
            for k in part.kinds
            for p in k.pairs
            if p.id == "group-individual" or p.conf_high is None or p.conf_high < 0
        ]
    if soon:
        found += [(f"week.{p.week}", p.id, p.low, p.high) for p in soon.pairs]
    if effort:
        found += [("end", p.id, *_ends(p)) for p in effort.end_level.pairs]
    for question, pair, low, high in found:
        if low is not None and high is not None and (low > 0 or high < 0):
            yield {"question": question, "pair": pair, "above": low > 0}


def _ends(row: Interval) -> tuple[float | None, float | None]:
    return row.conf_low, row.conf_high


def _percent(found: list[tuple[bool, bool]]) -> list[str]:
    values = np.array(found, dtype=float)
    errors = values.std(axis=0) / np.sqrt(len(values))
    shares = zip(values.mean(axis=0), errors, strict=True)
    return [f"{100 * share:.1f}% ({100 * error:.1f})" for share, error in shares]


@one_thread()
def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description="False differences on any page.")
    parser.add_argument("--clinics", type=int, default=CLINICS, help="clinics of each design")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    given = parser.parse_args()
    head: tuple[str, ...] = ("clinics", "truth", "number", "rule", "any false difference")
    head += ("of these page 1", "an answer for some pair", "a format ahead on page 1")
    head += ("differences stated a report",)
    lines: list[tuple[str, ...]] = []
    for number, (name, design) in enumerate(DESIGNS.items()):
        truth = true_contrasts(design, TRUTH_CHILDREN)
        seeds = np.random.SeedSequence([SEED, number]).spawn(given.clinics)
        work = (delayed(read_report)(design, truth, seed) for seed in seeds)
        reports = [report for report in Parallel(n_jobs=given.jobs)(work) if report is not None]
        seen = truth["could_have_had_any"]["rate"]["differences"][pair_name("group", "individual")]
        columns = [
            _percent([getattr(report, what) for report in reports])
            for what in ("false", "page_1", "answer", "ahead")
        ]
        said = np.mean([report.said for report in reports], axis=0)
        for k, rule in enumerate(("alone", "family")):
            numbers = [column[k] for column in columns]
            lines.append(
                (name, f"{seen:.2f}", f"{len(reports):,}", rule, *numbers, f"{said[k]:.1f}")
            )
    table = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *lines)]
    text = [
        "# False differences on any page",
        "",
        *table,
        "",
        "In brackets Monte-Carlo errors. Therapist hours and practice at home, which differ in "
        'every clinic invented here, are not counted. "Alone": each 95% range by itself, and the '
        'main pairs at the whole 5%; "family": what the report says.',
    ]
    keep_table(__file__, "\n".join(text))


if __name__ == "__main__":
    main()
