"""Do the words of a report say what its numbers say? The cases that once did not, before and after.

`python -m benchmarks.words [--clinics N]` invents clinics and compares what a sentence claims with
what is true of them: "before" is the rule of version 0.3.0, "after" the rule in force.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, choose_analysis_set
from analysis.comparison.arms import formats_among, indicate_formats
from analysis.comparison.contrasts import compare_rates, fit_clustered
from analysis.comparison.dropout import DropoutGrid, assume_after_leaving
from analysis.comparison.effort import compare_what_it_took
from analysis.comparison.home_practice import relate_home_practice
from analysis.comparison.result import PAIRS, Comparison, new_comparison
from analysis.comparison.unmeasured_confounding import measure_robustness
from analysis.computing import one_thread
from analysis.decisions.decide import Decision
from analysis.decisions.labels import decide_label, printed_interval
from analysis.decisions.tipping_points import find_tipping, label_grid
from analysis.disclosure.release import protect
from analysis.measures.cohort import Cohort, choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.models.unmeasured_confounding import Strength, largest_bias, multiply_strength
from analysis.records.load import Records, records_from_tables
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.truth import pair_name, true_contrasts
from analysis.study import run_study
from analysis.vocabulary import AHEAD, NO_IMPORTANT_DIFFERENCE, RULES_OUT
from benchmarks.stamp import keep_table

SEED, CLINICS = 154, 200
TRUTH_CHILDREN, LARGE_CLINIC = 60_000, 4000
S = Settings()
NULL = replace(ClinicDesign(n_children=120), **dict[str, Any](NO_DIFFERENCE))
GROUP_AHEAD = replace(NULL, format_effects=(0.0, 0.455, 0.0))  # 0.34 on the scale that is seen
MULTIPLES = {"quarter": 1.25, "half": 1.5, "two": 2.0, "three": 3.0, "four": 4.0}
# What version 0.3.0 named, up to which factor.
BEFORE = ((1.35, 1.25), (1.75, 1.5), (2.5, 2.0), (3.5, 3.0), (5.0, 4.0))
BY_TRAITS = {"attention_effects": (0.0, 0.25, 0.0), "peer_comfort_effects": (0.0, 0.25, -0.25)}
Row = tuple[str, str, str, str]


def draw(design: ClinicDesign, part: int, clinics: int) -> Iterator[dict[str, pd.DataFrame]]:
    """Give the tables of so many clinics of a design."""
    for number in range(clinics):
        yield simulate_clinic(design, np.random.SeedSequence([SEED, part, number])).tables


def ask(records: Records) -> tuple[AnalysisSet, Comparison]:
    """Give what an analysis starts from, and the main comparison."""
    scored = score_goals(records, S)
    cohort = choose_cohort(records, measure_progress(scored, S))
    asked = choose_analysis_set(records, scored, cohort, S)
    return asked, compare_rates(new_comparison("primary"), asked.table, asked.centred, S)


def share(found: Sequence[bool]) -> str:
    """Spell a share with its Monte-Carlo error."""
    n, p = len(found), float(np.mean(found)) if found else float("nan")
    return f"{100 * p:.1f}% ({100 * np.sqrt(p * (1 - p) / max(n, 1)):.1f}) of {n}"


def mean(found: Sequence[float]) -> str:
    """Spell a mean with its Monte-Carlo error."""
    return f"{np.mean(found):+.3f} ({np.std(found) / np.sqrt(len(found)):.3f})"


def rule_out(clinics: int) -> Iterator[Row]:
    """Case 1: "ruled out" beside a range that holds what is ruled out."""
    for number, n in enumerate((90, 120)):
        before, after = [], []
        for tables in draw(replace(NULL, n_children=n), number, clinics):
            _, primary = ask(records_from_tables(tables))
            for pair in PAIRS:
                row = primary.pair(*pair)
                numbers = row["estimate"], row["std_error"], row["df"]
                if not np.isfinite(row["std_error"]):
                    continue
                label = decide_label(*numbers, S)
                if label.name == RULES_OUT:
                    side = 1 if label.ahead == "this" else -1
                    wide = printed_interval(side * numbers[0], *numbers[1:], S.confidence)
                    narrow = printed_interval(
                        side * numbers[0], *numbers[1:], S.similarity_confidence
                    )
                    before.append(wide[0] <= -S.margin)
                    after.append(narrow[0] <= -S.margin)
        what = f"1. sentences that rule out what a range in them holds, {n} children"
        yield what, "0%", share(before), share(after)


def answer_reviews(
    tables: dict[str, pd.DataFrame], bad: float, step: float
) -> dict[str, pd.DataFrame]:
    """Let families practise more after a review, in minutes a week; it moves nothing.

    Args:
        tables: of a clinic in which practice moves nothing.
        bad: more minutes after a review without a step forward.
        step: more minutes for every level of the last step.
    """
    child = tables["goals"].set_index("goal_id")["child_id"]
    seen = tables["reviews"].assign(child_id=tables["reviews"]["goal_id"].map(child))
    seen = seen.groupby(["child_id", "week"], as_index=False)["attainment"].mean()
    seen["step"] = seen.groupby("child_id")["attainment"].diff()
    seen = seen.assign(after=seen["week"].astype(float)).sort_values("after", kind="stable")
    practice = tables["home_practice"]
    practice = practice.assign(after=practice["week"] - 1.0).sort_values("after", kind="stable")
    last = pd.merge_asof(practice, seen[["child_id", "after", "step"]], on="after", by="child_id")
    more = step * last["step"].fillna(0.0) + bad * (last["step"] <= 0)
    minutes = np.maximum(last["minutes"] + more, 0.0)
    return {**tables, "home_practice": last.assign(minutes=minutes)[list(practice.columns[:-1])]}


def practise(clinics: int) -> Iterator[Row]:
    """Case 2: practice that answers the last review, and moves nothing."""
    answers = {"nothing": (0.0, 0.0), "a bad review": (20.0, 0.0), "a small step": (0.0, -12.0)}
    answers["a large step"] = (0.0, 12.0)
    design = replace(NULL, n_children=150, practice_effect=0.0)
    for number, (name, answer) in enumerate(answers.items()):
        before, after = [], []
        for tables in draw(design, 10 + number, clinics):
            asked, _ = ask(records_from_tables(answer_reviews(tables, *answer)))
            found = relate_home_practice(asked)
            rows = found.intervals
            child = pd.factorize(rows["child_id"])[0]
            windows = pd.get_dummies(rows["window"], dtype=float).to_numpy()[:, 1:]
            design_of = np.column_stack([rows["minutes"] / S.practice_minutes, windows])
            columns = np.column_stack([rows["rate"], design_of])
            own = pd.DataFrame(columns).groupby(child).transform("mean").to_numpy()
            columns = columns - own
            fit = fit_clustered(columns[:, 0], columns[:, 1:], rows["cluster"].to_numpy(), S)
            old = fit.contrast(np.eye(1, columns.shape[1] - 1)).iloc[0]
            before.append(_leaves_out_zero(old))
            after.append(_leaves_out_zero(found.table.iloc[0]))
        what = f'2. practice "goes with" progress (95% range), answering {name}'
        yield what, "5%", share(before), share(after)


def _leaves_out_zero(row: pd.Series) -> bool:
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def leave(clinics: int) -> Iterator[Row]:
    """Case 3: "stays the same even if", with children seen once and never again."""
    design = replace(NULL, dropout_share=0.06)
    before, after, changed = [], [], []
    for tables in draw(design, 20, clinics):
        asked, primary = ask(records_from_tables(tables))
        cohort = asked.cohort
        flow = cohort.flow.copy()
        flow.loc[2, list(FORMATS)] = flow.loc[3, list(FORMATS)]
        without = replace(asked, cohort=Cohort(cohort.table, flow, cohort.goals))
        decisions = _decide(primary)
        old, new = (
            _unchanged(assume_after_leaving(a, primary), decisions) for a in (without, asked)
        )
        before += old
        after += new
        changed += [not b for a, b in zip(old, new, strict=True) if a]
    yield '3. pairs told "stays the same even if"', "", share(before), share(after)
    yield "3. of those told so before, changed once all who left count", "0%", share(changed), "0%"


def _decide(primary: Comparison) -> list[Decision]:
    decisions = []
    for this, than in PAIRS:
        row = primary.pair(this, than)
        label = decide_label(row["estimate"], row["std_error"], row["df"], S)
        ahead = {"this": this, "than": than}.get(label.ahead, "")
        decisions.append(Decision(this, than, label.name, ahead))
    return decisions


def _unchanged(grid: DropoutGrid, decisions: list[Decision]) -> list[bool]:
    labelled = label_grid(grid, decisions, S).table
    compared = set(zip(labelled["this"], labelled["than"], strict=True))
    return [not find_tipping(labelled, *pair).changed for pair in PAIRS if pair in compared]


def survive(clinics: int) -> Iterator[Row]:
    """Case 4: what is said to survive a trait so many times as strong as a recorded one."""
    designs = {n: replace(GROUP_AHEAD, n_children=n) for n in (120, 240)}
    (large,) = draw(replace(GROUP_AHEAD, n_children=LARGE_CLINIC), 30, 1)
    whole = measure_robustness(*ask(records_from_tables(large))).benchmarks
    whole = whole.set_index(["this", "than", "trait"])
    old, new, equal, ahead = [], [], [], 0
    for number, design in enumerate(designs.values()):
        for tables in draw(design, 31 + number, clinics // 2):
            study = run_study(records_from_tables(tables), ask_beside=False)
            part = protect(study).sensitivity
            if part is None or study.sensitivity is None:
                continue
            table = study.sensitivity.unmeasured.table.set_index(["this", "than"])
            labels = {(d.this, d.than): d.label for d in study.verdicts.decisions}
            for row in part.unrecorded:
                if labels[row.this, row.than] not in AHEAD or not row.trait or not row.movement:
                    continue
                ahead += 1
                plain = table.loc[(row.this, row.than)]
                true = whole.loc[(row.this, row.than, row.trait)]

                def survives(
                    times: float, true: Any = true, plain: Any = plain, row: Any = row
                ) -> bool:
                    found = multiply_strength(
                        Strength(true["r2_outcome"], true["r2_format"]), times
                    )
                    if found is None:
                        return False
                    error, df = plain["plain_std_error"], plain["plain_df"]
                    moved = largest_bias(found.r2_outcome, found.r2_format, error, df)
                    return bool(moved < row.movement)

                old += [survives(2.0)] if row.times is None or row.times >= 2 else []
                if row.times_low is None or row.times_low >= 1:
                    equal.append(survives(1.0))
                new += [survives(2.0)] if row.times_low is None or row.times_low >= 2 else []
    what = "4. answers said to survive twice the strongest trait that do"
    yield f"{what}, of {ahead} ahead", "95%", share(old), share(new)
    yield '4. answers told "as strong as ... would not be enough" that do', "95%", "", share(equal)


def narrow(clinics: int) -> Iterator[Row]:
    """Case 6: does so many times as many children give what is said of it?"""
    for number, (name, design) in enumerate({"0": NULL, ".34": GROUP_AHEAD}.items()):
        held, answered = ([], []), ([], [])
        for k, tables in enumerate(draw(replace(design, n_children=100), 40 + number, clinics)):
            first = run_study(records_from_tables(tables), ask_again=False, ask_beside=False)
            for place, pick in enumerate((_times_before, _times_after)):
                wanted = {p: t for p in PAIRS if (t := pick(first, p))}
                for times in sorted(set(wanted.values())):
                    more = replace(design, n_children=round(100 * times))
                    seed = np.random.SeedSequence([SEED, 50 + number, k])
                    again = run_study(
                        records_from_tables(simulate_clinic(more, seed).tables),
                        ask_again=False,
                        ask_beside=False,
                    )
                    for decision in again.verdicts.decisions:
                        pair = (decision.this, decision.than)
                        if wanted.get(pair) != times:
                            continue
                        row = again.comparison.pair(*pair)
                        half = (row["conf_high"] - row["conf_low"]) / 2
                        aim = (S.margin, S.margin * S.answer_width)[place]
                        held[place].append(bool(half < aim + 0.005))
                        answered[place].append(decision.label in (*AHEAD, NO_IMPORTANT_DIFFERENCE))
        yield f"6. range as narrow as was said, truth {name}", "", *map(share, held)
        yield f"6. an answer with so many children, truth {name}", "", *map(share, answered)


def _factor(study: Any, pair: tuple[str, str], half_wanted: float) -> float:
    row = study.comparison.pair(*pair)
    blocked = next(d for d in study.verdicts.decisions if (d.this, d.than) == pair)
    if blocked.label in ("not_comparable", "faster_important", NO_IMPORTANT_DIFFERENCE):
        return 0.0
    half = (row["conf_high"] - row["conf_low"]) / 2
    return float((half / half_wanted) ** 2)


def _times_before(study: Any, pair: tuple[str, str]) -> float:
    factor = _factor(study, pair, S.margin)
    return next((t for most, t in BEFORE if factor <= most), 0.0) if factor > 1 else 0.0


def _times_after(study: Any, pair: tuple[str, str]) -> float:
    factor = _factor(study, pair, S.margin * S.answer_width)
    return next((t for t in MULTIPLES.values() if factor <= t), 0.0) if factor > 1 else 0.0


def contaminate(clinics: int) -> Iterator[Row]:
    """Case 7: three formats in one regression, where differences go with traits."""
    for number, (name, indication) in enumerate({"usual": 1.0, "twice the usual": 2.0}.items()):
        design = replace(NULL, n_children=240, indication=indication, **dict[str, Any](BY_TRAITS))
        rate = true_contrasts(design, TRUTH_CHILDREN)["everyone"]["rate"]["differences"]
        truth = np.array([rate[pair_name(*pair)] for pair in PAIRS])
        one, own = [], []
        for tables in draw(design, 60 + number, clinics // 2):
            asked, primary = ask(records_from_tables(tables))
            one.append(primary.table["estimate"].to_numpy() - truth)
            own.append(_own_lines(asked) - truth)
        for k, pair in enumerate(PAIRS):
            what = f"7. bias of {pair_name(*pair)}, {name} indication (after: own lines, not used)"
            yield what, "0", mean([e[k] for e in one]), mean([e[k] for e in own])


def _own_lines(asked: AnalysisSet) -> np.ndarray:
    """Give each difference where attention, comfort and kind of goal have a line per format."""
    received, centred = indicate_formats(asked.table, formats_among(asked.table)), asked.centred
    some = centred[[c for c in ("attention", "peer_comfort", "social_share") if c in centred]]
    lines = [received[:, [k]] * some.to_numpy() for k in (1, 2)]
    design = np.hstack([received, centred.to_numpy(), *lines])
    means = np.linalg.lstsq(design, asked.table["rate"].to_numpy(), rcond=None)[0][:3]
    return np.array([means[FORMATS.index(a)] - means[FORMATS.index(b)] for a, b in PAIRS])


def cover(clinics: int) -> Iterator[Row]:
    """Case 8: how often a format's own range holds its mean."""
    for number, n in enumerate((120, 240)):
        design = replace(NULL, n_children=n)
        truth = true_contrasts(design, TRUTH_CHILDREN)["everyone"]["rate"]["means"]
        old, rates, hours = [], [], []
        for tables in draw(design, 70 + number, clinics):
            asked, primary = ask(records_from_tables(tables))
            own = primary.means
            if own["estimate"].isna().any():
                continue
            fixed = np.hstack([indicate_formats(asked.table, FORMATS), asked.centred.to_numpy()])
            fit = fit_clustered(
                asked.table["rate"].to_numpy(), fixed, asked.table["cluster"].to_numpy(), S
            )
            plain = fit.contrast(np.eye(3, fixed.shape[1])).set_index(pd.Index(FORMATS))
            old += [
                bool(plain["conf_low"][f] <= truth[f] <= plain["conf_high"][f]) for f in FORMATS
            ]
            rates += [bool(own["conf_low"][f] <= truth[f] <= own["conf_high"][f]) for f in FORMATS]
            means = compare_what_it_took(asked).means
            hours.append(means[means["measure"] == "per_hour"].set_index("format"))
        middle = {f: np.mean([h["estimate"][f] for h in hours if f in h.index]) for f in FORMATS}
        covered = [
            bool(h["conf_low"][f] <= middle[f] <= h["conf_high"][f]) for h in hours for f in h.index
        ]
        yield (
            f"8. a format's own rate in its 95% range, {n} children",
            "95%",
            share(old),
            share(rates),
        )
        yield f"8. gain for therapist hours, likewise, {n} children", "95%", "", share(covered)


CASES: tuple[Callable[[int], Iterator[Row]], ...] = (
    rule_out,
    practise,
    leave,
    survive,
    narrow,
    contaminate,
    cover,
)


@one_thread()
def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description="Words held against what is true.")
    parser.add_argument("--clinics", type=int, default=CLINICS, help="clinics of each design")
    parser.add_argument("--case", choices=[case.__name__ for case in CASES], help="one case alone")
    given = parser.parse_args()
    head: Row = ("case", "should be", "before", "after")
    lines: list[Row] = []
    for case in CASES:
        if given.case in (None, case.__name__):
            for row in case(given.clinics):
                lines.append(row)
                print(row, flush=True)
    if given.case:
        return
    table = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *lines)]
    keep_table(
        __file__,
        "\n".join(
            ["# Words held against what is true", "", *table, "", "In brackets Monte-Carlo errors."]
        ),
    )


if __name__ == "__main__":
    main()
