"""Invented summaries, one for each state a report can be in, in the shape `protect` gives.

No number here was computed from records: they only have to look like the real thing. The words
are those that `tell` makes of them. Nothing was asked beside the main question.
"""

from __future__ import annotations

import functools

from msgspec.structs import replace

from analysis.disclosure import rows, summary
from analysis.disclosure.method import publish_settings
from analysis.disclosure.release import publish_measure
from analysis.settings import Settings
from analysis.words.tell import tell

FORMATS = ("individual", "group", "combined")
PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))
WEEKS = (0, 6, 12, 18, 24)
BANDS = ("-2", "-1", "0", "+1", "+2")
GATES = ("describe", "compare", "overlap", "precision", "attrition", "measurement", "dominance")
WAYS = {
    "primary": 0.0,
    "growth_regression": 0.02,
    "overlap_weighted": -0.03,
    "overlap_weighted_adjusted": 0.01,
    "change_12_weeks": -0.05,
    "goals_before_format": 0.04,
    "independent_raters": -0.12,
    "availability_only": -0.10,
    "as_delivered": 0.02,
    "within_therapists": -0.04,
    "leave_one_group_out": 0.03,
    "leave_one_therapist_out": 0.03,
    "lowest_baseline": 0.05,
    "complete_traits": 0.01,
    "multiple_imputation": 0.0,
}
OTHER_UNITS = (("ordinal", "log_odds", 2.0), ("attained_24_weeks", "percentage_points", 30.0))
NOTHING = {"estimate": None, "conf_low": None, "conf_high": None, "shown": False}
HIDDEN = {
    **NOTHING,
    **dict.fromkeys(("narrow_low", "narrow_high", "std_error", "weighted", "df")),
    **dict.fromkeys(("p_value", "p_adjusted", "ahead", "certainty", "wide_low", "wide_high")),
    "label": "not_comparable",
    "times": None,
}
SETTLED = ("faster_important", "no_important_difference")
RATES = {"individual": 0.81, "group": 0.93, "combined": 0.88}
ENDS = {"individual": 0.1, "group": 0.3, "combined": 0.2}
REVIEWED = {
    "individual": (70, 65, 65, 60, 55),
    "group": (75, 70, 70, 65, 60),
    "combined": (60, 60, 55, 55, 50),
}


def part(whole, name, **changes):
    """Give a told summary with changes in one of its sections."""
    return tell(replace(whole, **{name: replace(getattr(whole, name), **changes)}))


def _pair(k: int, label: str, estimate: float, half: float) -> rows.MainPair:
    this, than = PAIRS[k]
    narrow, ahead = 0.83 * half, label.startswith(("faster", "rules_out"))
    return rows.MainPair(
        id=f"{this}-{than}",
        this=this,
        than=than,
        label=label,
        ahead=(this if estimate > 0 else than) if ahead else None,
        certainty="clear",
        shown=True,
        estimate=estimate,
        conf_low=round(estimate - half, 2),
        conf_high=round(estimate + half, 2),
        narrow_low=round(estimate - narrow, 2),
        narrow_high=round(estimate + narrow, 2),
        weighted=round(estimate - 0.03, 2),
        std_error=round(half / 2.07, 2),
        df=20.0,
        p_value=0.01 if label.startswith("faster") else 0.34,
        p_adjusted=0.03 if label.startswith("faster") else 0.68,
        times=None if label in SETTLED else "five",
    )


def _cohort() -> summary.CohortPart:
    steps = {
        "records": (85, 85, 70),
        "goal": None,
        "baseline": (80, 85, 70),
        "reviews": (70, 75, 60),
    }
    flow = [
        rows.FlowStep(id=id)
        if counts is None
        else rows.FlowStep(
            id=id, total=sum(counts), shown=True, **dict(zip(FORMATS, counts, strict=True))
        )
        for id, counts in steps.items()
    ]
    means = {"age_years": (6.9, 7.4, 7.1), "attention": (2.5, 3.4, 3.0)}
    means |= {"peer_comfort": (2.4, 3.5, 3.1), "severity": (3.4, 2.8, 3.1)}
    percents = {"motor_delay": (55, 35, 45), "social_share": (30, 60, 45)}
    unlike = {"peer_comfort": 0.83, "attention": 0.64, "motor_delay": 0.38, "age_years": 0.18}
    kept = (("individual", 70, 50, 70), ("group", 75, 55, 75), ("combined", 60, 55, 90))
    return summary.CohortPart(
        flow=tuple(flow),
        at_start=tuple(
            rows.StartTrait(trait=trait, unit=unit, **dict(zip(FORMATS, cells, strict=True)))
            for unit, traits in (("mean", means), ("percent", percents))
            for trait, cells in traits.items()
        ),
        balance=tuple(
            rows.Balance(trait=trait, before=before, after=0.07) for trait, before in unlike.items()
        ),
        overlap=tuple(
            rows.Overlap(format=f, n_children=n, n_effective=k, share=share)
            for f, n, k, share in kept
        ),
        adjusted_for=tuple(unlike),
        not_adjusted_for=(rows.Dropped(trait="site", reason="not_recorded"),),
        weighted=True,
    )


def _progress() -> summary.ProgressPart:
    curve = dict(zip(WEEKS, (0.0, 0.34, 0.62, 0.84, 1.0), strict=True))
    spread = {12: (15, 35, 35, 10, 5), 24: (10, 15, 40, 25, 10)}
    by_week = []
    for f in FORMATS:
        for week, n in zip(WEEKS, REVIEWED[f], strict=True):
            mean, half = round(-1.8 + (ENDS[f] + 1.8) * curve[week], 1), 0.2 if week else 0.1
            ends = {"conf_low": round(mean - half, 1), "conf_high": round(mean + half, 1)}
            by_week.append(rows.WeekMean(format=f, week=week, mean=mean, n_children=n, **ends))
    levels = [
        rows.Band(format=f, week=week, band=band, order=order, percent=percent)
        for f in FORMATS
        for week, percents in spread.items()
        for order, (band, percent) in enumerate(zip(BANDS, percents, strict=True))
    ]
    t_scores = [
        rows.TScore(format=f, when=when, mean=mean, sd=10.0, n_children=REVIEWED[f][0])
        for f in FORMATS
        for when, mean in (("start", 25.0), ("latest", 48.0 + 10 * ENDS[f]))
    ]
    return summary.ProgressPart(
        by_week=tuple(by_week), levels=tuple(levels), t_scores=tuple(t_scores)
    )


def _analyses(pairs: tuple[rows.MainPair, ...]) -> tuple[rows.Analysis, ...]:
    def shifted(pair: rows.MainPair, times: float, shift: float) -> rows.Pair:
        bare = rows.Pair(id=pair.id, this=pair.this, than=pair.than)
        if not pair.shown:
            return bare
        ends = {"conf_low": pair.conf_low - abs(shift), "conf_high": pair.conf_high + abs(shift)}
        numbers = {"estimate": pair.estimate, **ends}
        moved = {name: round(times * (value + shift), 2) for name, value in numbers.items()}
        return replace(bare, **moved)

    asked = [(id, "rate", 1.0, shift) for id, shift in WAYS.items()]
    asked += [(id, unit, times, 0.0) for id, unit, times in OTHER_UNITS]
    answered = [
        rows.Analysis(
            id=id,
            unit=unit,
            range_over_all=id.startswith("leave_one"),
            pairs=tuple(shifted(pair, times, shift) for pair in pairs),
        )
        for id, unit, times, shift in asked
    ]
    bare = tuple(rows.Pair(id=p.id, this=p.this, than=p.than) for p in pairs)
    nobody = rows.Analysis(id="first_episodes", unit="rate", pairs=bare, withheld="nobody_twice")
    return (*answered, nobody)


def _gates(
    pairs: tuple[rows.MainPair, ...], rule: str, therapy_format: str
) -> tuple[rows.Gate, ...]:
    """Give gates that all pass but one that weakens, and one that closes hidden pairs."""
    gates = []
    for pair in pairs:
        for name in GATES:
            if name == "overlap" and not pair.shown:
                numbers = {"have": 15, "need": 20} if rule == "n_effective" else {"need": 20}
                gates.append(
                    rows.Gate(
                        gate=name,
                        pair=pair.id,
                        passed=False,
                        rule=rule,
                        format=therapy_format or pair.this,
                        **numbers,
                    )
                )
                break
            passed = name != "measurement"
            weak = "" if passed else "one_kind_of_rater"
            gates.append(rows.Gate(gate=name, pair=pair.id, passed=passed, rule=weak))
    return tuple(gates)


def _assemble(
    *pairs: rows.MainPair, rule: str = "n_effective", closed_by: str = "", invented: bool = True
) -> summary.Summary:
    settings, lost = Settings(), {"individual": 20, "group": 20, "combined": 15}
    counts = (
        ("individual", 70, 210, None, 5),
        ("group", 75, 225, 15, 5),
        ("combined", 60, 180, 10, 5),
        ("all", 205, 615, 25, 10),
    )
    return summary.Summary(
        invented=invented,
        records=summary.RecordsPart(id="a1b2c3d4e5f6"),
        smallest_cell=settings.smallest_cell,
        margin=settings.margin,
        formats=FORMATS,
        measure=publish_measure(settings),
        answer=summary.AnswerPart(
            pairs=pairs,
            rates=tuple(
                rows.FormatRate(
                    format=f,
                    shown=True,
                    estimate=rate,
                    conf_low=round(rate - 0.13, 2),
                    conf_high=round(rate + 0.13, 2),
                )
                for f, rate in RATES.items()
            ),
            counts=tuple(
                rows.Counts(format=f, n_children=c, n_goals=g, n_groups=k, n_therapists=t)
                for f, c, g, k, t in counts
            ),
            needed=summary.Needed(n_children=20, n_groups=6, half_width=0.17),
            cautions=summary.CautionsPart(
                goals_set_before=rows.Share(percent=70),
                other_raters=rows.Share(percent=15),
                missing_at_end=tuple(
                    rows.FormatShare(format=f, percent=share) for f, share in lost.items()
                ),
            ),
        ),
        cohort=_cohort(),
        progress=_progress(),
        subgroups=None,
        attainment=None,
        effort=None,
        method=summary.MethodPart(
            analyses=_analyses(pairs),
            gates=_gates(pairs, rule, closed_by),
            audit=rows.Audit(clinics=1000, any_percent=4.4, pairs_percent=1.9, clinics_percent=4.6),
            settings=publish_settings(settings),
            versions=(
                rows.Version(name="python", value="3.11.2"),
                rows.Version(name="numpy", value="2.4.0"),
            ),
        ),
        sensitivity=None,
        claims=None,
    )


def clear_answer() -> summary.Summary:
    """One pair clearly faster, one ahead, one alike."""
    return _assemble(
        _pair(0, "faster_important", 0.47, 0.19),
        _pair(1, "faster_size_uncertain", 0.30, 0.22),
        _pair(2, "no_important_difference", -0.07, 0.17),
    )


def no_important_difference() -> summary.Summary:
    """Every pair alike within the margin."""
    sizes = ((0.03, 0.16), (0.05, 0.18), (0.02, 0.15))
    return _assemble(*(_pair(k, "no_important_difference", *size) for k, size in enumerate(sizes)))


def cannot_tell() -> summary.Summary:
    """Every interval too wide to answer."""
    sizes = ((0.12, 0.42), (-0.08, 0.47), (-0.20, 0.51))
    return _assemble(*(_pair(k, "cannot_tell", *size) for k, size in enumerate(sizes)))


def one_sided() -> summary.Summary:
    """What is ruled out, and what is not."""
    return _assemble(
        _pair(0, "rules_out_importantly_slower", 0.18, 0.30),
        _pair(1, "rules_out_importantly_slower", 0.10, 0.31),
        _pair(2, "cannot_tell", -0.08, 0.37),
    )


def too_few() -> summary.Summary:
    """Thirty children: nothing can be compared, much can still be said."""
    pairs = (replace(_pair(k, "cannot_tell", 0.1, 0.4), **HIDDEN) for k in range(3))
    whole = _assemble(*pairs, rule="few_children")
    answer, cohort = whole.answer, whole.cohort
    few = rows.Counts(format="individual", n_children=15, n_goals=45)
    return replace(
        whole,
        answer=replace(
            answer,
            rates=tuple(replace(rate, **NOTHING) for rate in answer.rates),
            counts=(few, *(rows.Counts(format=row.format) for row in answer.counts[1:])),
        ),
        cohort=replace(
            cohort,
            flow=tuple(rows.FlowStep(id=step.id) for step in cohort.flow),
            at_start=(),
            balance=(),
            overlap=(),
            adjusted_for=(),
            weighted=False,
        ),
        progress=summary.ProgressPart(by_week=(), levels=(), t_scores=()),
    )


def one_format_absent() -> summary.Summary:
    """No child in combined therapy: the other two are still compared."""
    first, *others = clear_answer().answer.pairs
    hidden = (replace(pair, **HIDDEN) for pair in others)
    whole = _assemble(first, *hidden, rule="absent", closed_by="combined")
    answer, cohort, progress = whole.answer, whole.cohort, whole.progress
    return replace(
        whole,
        answer=replace(
            answer,
            rates=(*answer.rates[:2], replace(answer.rates[2], **NOTHING)),
            counts=(*answer.counts[:2], rows.Counts(format="combined"), answer.counts[3]),
        ),
        cohort=replace(
            cohort,
            flow=tuple(replace(step, combined=None) for step in cohort.flow),
            at_start=tuple(replace(row, combined=None) for row in cohort.at_start),
            overlap=cohort.overlap[:2],
        ),
        progress=summary.ProgressPart(
            **{
                name: tuple(row for row in getattr(progress, name) if row.format != "combined")
                for name in ("by_week", "levels", "t_scores")
            }
        ),
    )


def pair_withheld() -> summary.Summary:
    """Two formats hold children too unlike to be compared; a real clinic's records."""
    first, second, third = one_sided().answer.pairs
    wide = [
        replace(
            pair,
            wide_low=round(pair.conf_low - 0.15, 2),
            wide_high=round(pair.conf_high + 0.15, 2),
        )
        for pair in (first, second)
    ]
    whole = _assemble(*wide, replace(third, **HIDDEN), closed_by="group", invented=False)
    coarse = tuple(
        rows.Band(format=f, week=week, band=band, order=order, percent=percent)
        for f in FORMATS
        for week in (12, 24)
        for order, (band, percent) in enumerate((("below", 35), ("at", 40), ("above", 25)))
    )
    return replace(whole, progress=replace(whole.progress, levels=coarse))


VARIANTS = (
    clear_answer,
    no_important_difference,
    cannot_tell,
    one_sided,
    too_few,
    one_format_absent,
    pair_withheld,
)
BY_NAME = {function.__name__: function for function in VARIANTS}


@functools.cache
def example_summary(variant: str = "clear_answer") -> summary.Summary:
    """Give the told summary of the named variant."""
    return summary.check_summary(tell(BY_NAME[variant]()))
