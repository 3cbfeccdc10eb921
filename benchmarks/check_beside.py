"""Hold what is asked beside the main question against planted truth: bias and coverage.

Run as `python -m benchmarks.check_beside [--clinics 300]`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import replace

import numpy as np

from analysis.comparison.analysis_set import choose_analysis_set
from analysis.comparison.attainment import compare_attainment
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.effort import compare_what_it_took
from analysis.comparison.home_practice import relate_home_practice
from analysis.comparison.result import PAIRS, new_comparison
from analysis.comparison.subgroups import compare_subgroups
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.load import Records, records_from_tables
from analysis.records.schema import SKILL_DOMAINS
from analysis.settings import Settings
from analysis.simulation.attendance import PRACTICE_DEVIATION_MINUTES
from analysis.simulation.clinic import ClinicDesign, simulate_clinic
from analysis.simulation.truth import true_contrasts
from benchmarks.stamp import keep_table

SETTINGS = Settings()
SEED = 5000
TRUTH_CHILDREN = 200_000
SCENARIOS = {
    "sample": ("The sample's design, 240 children", ClinicDesign()),
    "hidden": (
        "A trait nobody records decides format and progress, 120 children",
        ClinicDesign(n_children=120, unmeasured=1.5),
    ),
    "traits": (
        "Differences that go with attention and comfort with peers, 240 children",
        ClinicDesign(attention_effects=(0.0, 0.2, 0.1), peer_comfort_effects=(0.0, 0.15, 0.0)),
    ),
}
Row = tuple[float, float, float, float]


def answer(records: Records) -> dict[str, list[Row]]:
    """Give estimate, low, high of every question asked of one clinic, for each pair."""
    scored = score_goals(records, SETTINGS)
    cohort = choose_cohort(records, measure_progress(scored, SETTINGS))
    asked = choose_analysis_set(records, scored, cohort, SETTINGS)
    subgroups = compare_subgroups(asked)
    attained = compare_attainment(asked).by_week
    main = compare_rates(new_comparison("primary"), asked.table, asked.centred, SETTINGS)
    comparisons = {
        "main comparison": main,
        "within-child test": subgroups.kinds.within_child,
        "by attention, one point": subgroups.traits["attention"].comparison,
        "by comfort with peers, one point": subgroups.traits["peer_comfort"].comparison,
        "share attained by week 12": attained[12],
        "share attained by week 24": attained[24],
    }
    found = {name: _numbers(c.table) for name, c in comparisons.items()}
    domains = subgroups.domains.table
    for kind in ("skill", "social"):
        own = domains[domains["domain"].isin(SKILL_DOMAINS) == (kind == "skill")]
        own = own[own["domain"] != "other"]
        for this, than in PAIRS:
            rows = own[(own["this"] == this) & (own["than"] == than)]
            found[f"area of life, {kind}", this, than] = _numbers(rows)
            raw = rows.assign(
                estimate=rows["raw_estimate"],
                conf_low=rows["raw_conf_low"],
                conf_high=rows["raw_conf_high"],
            )
            found[f"area of life as found, {kind}", this, than] = _numbers(raw)
    found["home practice, 30 minutes"] = _numbers(relate_home_practice(asked).table)
    effort = compare_what_it_took(asked)
    for measure in ("per_session", "per_hour"):
        rows = effort.differences[effort.differences["measure"] == measure]
        found[measure] = _numbers(rows) if len(rows) == len(PAIRS) else []
    return found


def _numbers(table: object) -> list[Row]:
    return table[["estimate", "conf_low", "conf_high"]].to_numpy(float).tolist()


def plant(design: ClinicDesign) -> dict[object, list[float]]:
    """Give the truth of each question, for each pair; gain for effort has none planted."""
    found = true_contrasts(design, n_children=TRUTH_CHILDREN)["could_have_had_any"]
    pairs = [f"{this} - {than}" for this, than in PAIRS]
    of = {
        name: [part["differences"][p] for p in pairs]
        for name, part in found.items()
        if name != "meaning"
    }
    truth: dict[object, list[float]] = {
        "main comparison": of["rate"],
        "within-child test": of["social_minus_skill"],
        "by attention, one point": [found["rate"]["by_attention"][p] for p in pairs],
        "by comfort with peers, one point": [found["rate"]["by_peer_comfort"][p] for p in pairs],
        "share attained by week 12": of["attained_by_week_12"],
        "share attained by week 24": of["attained_by_week_24"],
        "home practice, 30 minutes": [
            design.practice_effect * SETTINGS.practice_minutes / PRACTICE_DEVIATION_MINUTES
        ],
    }
    return truth | {f"rate_{kind}": of[f"rate_{kind}"] for kind in ("skill", "social")}


def measure(design: ClinicDesign, n_clinics: int) -> list[tuple[str, float, float, float, int]]:
    """Give for each question: mean truth, bias, coverage and how many intervals there were."""
    truth, pooled = plant(design), defaultdict(list)
    every = [
        answer(records_from_tables(simulate_clinic(design, SEED + i).tables))
        for i in range(n_clinics)
    ]
    for found in every:
        for name, rows in found.items():
            if isinstance(name, tuple):
                title, this, than = name
                kind = title.rsplit(", ", 1)[1]
                values = [truth[f"rate_{kind}"][PAIRS.index((this, than))]] * len(rows)
                title = title.rsplit(", ", 1)[0]
            else:
                title, values = name, truth.get(name, [])
            pooled[title] += [(*row, t) for row, t in zip(rows, values, strict=False)]
    for name in ("per_session", "per_hour"):
        made = [found[name] for found in every if found[name]]
        centre = np.mean(made, axis=0)[:, 0]
        title = f"gain {name.replace('_', ' ')} (own mean)"
        pooled[title] = [(*row, t) for rows in made for row, t in zip(rows, centre, strict=True)]
    answer_rows = []
    for title, rows in pooled.items():
        values = np.array(rows).reshape(-1, 4)
        values = values[np.isfinite(values).all(axis=1)]
        if len(values):
            inside = (values[:, 1] <= values[:, 3]) & (values[:, 3] <= values[:, 2])
            error = values[:, 0] - values[:, 3]
            answer_rows.append(
                (title, error.mean(), np.sqrt((error**2).mean()), inside.mean(), len(values))
            )
    return answer_rows


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check_beside")
    parser.add_argument("--clinics", type=int, default=300)
    given = parser.parse_args()
    lines = [
        "# What is asked beside the main question, against planted truth",
        "",
        f"`python -m benchmarks.check_beside --clinics {given.clinics}`, clinics {SEED} onwards. "
        "Bias and error (root mean square) in the question's own unit, pairs together; coverage "
        "of 95% ranges.",
    ]
    for meaning, design in SCENARIOS.values():
        began = time.perf_counter()
        lines += ["", f"## {meaning}", "", "| question | bias | error | coverage | ranges |"]
        lines.append("| --- | --- | --- | --- | --- |")
        for title, bias, error, covered, n in measure(replace(design), given.clinics):
            lines.append(f"| {title} | {bias:+.3f} | {error:.3f} | {100 * covered:.1f}% | {n} |")
        print(meaning, f"{time.perf_counter() - began:.0f} s")
    keep_table(__file__, "\n".join(lines))


if __name__ == "__main__":
    main()
