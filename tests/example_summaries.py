"""Invented summaries, one for each state a report can be in, in the shape `protect` gives.

No number here was computed from records: they only have to look like the real thing.
"""

from __future__ import annotations

import copy

from analysis.settings import Settings

FORMATS = ("individual", "group", "combined")
PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))
WEEKS = (0, 6, 12, 18, 24)
BANDS = ("\u22122", "\u22121", "0", "+1", "+2")
COARSE = ("Below the expected level", "At the expected level", "Above the expected level")
TITLES = {
    "faster_important": "Further ahead, enough to matter",
    "no_important_difference": "No important difference",
    "faster_size_uncertain": "Ahead, by how much is unclear",
    "rules_out_importantly_slower": "Not importantly behind",
    "cannot_tell": "Cannot tell",
    "depends_on_adjustment": "Depends on how we adjust",
    "not_comparable": "Cannot be compared",
}
QUESTIONS = {
    "describe": "Are there enough children with two reviews?",
    "compare": "Are there enough children and therapy groups to compare?",
    "overlap": "Were the children alike enough?",
    "precision": "Is the range narrow enough to answer?",
    "attrition": "Did enough children stay to the end?",
    "measurement": "Do the goals measure the same thing in each format?",
    "dominance": "Is it more than one group's or one therapist's work?",
}
UNIT = "levels per 12 weeks"
OTHER_UNITS = (
    ("ordinal", "Levels taken as an order only", "log odds", 2.0),
    ("attained_24_weeks", "Goals attained at the end", "percentage points", 30.0),
)
THERAPY = {f: f"{f} therapy" for f in FORMATS}
ALWAYS = (
    "Children were not assigned at random: part of any difference may come from which children "
    "were offered which format."
)


def _spell(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _pair(this: str, than: str, label: str, estimate: float, half: float) -> dict:
    low, high = round(estimate - half, 2), round(estimate + half, 2)
    narrow = round(0.83 * half, 2)
    a, b = THERAPY[this], THERAPY[than]
    ahead, behind = (a, b) if estimate >= 0 else (b, a)
    span = f"{_spell(low)} to {_spell(high)}"
    further = (
        f"Children in {ahead} moved about {_spell(abs(estimate))} levels further every 12 weeks "
        f"than children in {behind} (95% range {span}), after allowing for the differences we "
        "could see."
    )
    sentence = {
        "faster_important": further,
        "faster_size_uncertain": f"{further} We cannot say whether by enough to matter "
        "(0.25 levels).",
        "no_important_difference": f"Any difference between {this} and {b} is smaller than the "
        "0.25 levels every 12 weeks set beforehand as enough to matter (90% range "
        f"{_spell(estimate - narrow)} to {_spell(estimate + narrow)}). Choose on fit, cost and "
        "family preference.",
        "rules_out_importantly_slower": f"Ruled out: that {a} is behind {b} by 0.25 levels or more "
        f"every 12 weeks. Not ruled out: that it is ahead by up to {_spell(high)} levels (95% "
        f"range of the difference {span}).",
        "cannot_tell": f"These records cannot tell {this} and {b} apart: every 12 weeks the "
        f"difference could be anywhere from {_spell(-low)} levels in favour of {b} to "
        f"{_spell(high)} levels in favour of {a} (95% range). About 180 more children (15 more "
        "therapy groups) like these would narrow it to about 0.25 either way.",
    }[label]
    return {
        "id": f"{this}-{than}",
        "this": this,
        "than": than,
        "label": label,
        "title": TITLES[label],
        "sentence": sentence,
        "ahead": None if label == "cannot_tell" else (this if estimate > 0 else than),
        "certainty": None,
        "unsettled": None,
        "shown": True,
        "withheld": None,
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "narrow_low": round(estimate - narrow, 2),
        "narrow_high": round(estimate + narrow, 2),
        "weighted": round(estimate - 0.03, 2),
        "std_error": round(half / 2.07, 2),
        "df": 21.3,
        "p_value": 0.01 if label.startswith("faster") else 0.34,
        "p_adjusted": 0.03 if label.startswith("faster") else 0.68,
        "more_children": 180,
        "more_groups": 15,
    }


def _withhold(pair: dict, reason: str) -> dict:
    """Give the pair as the door leaves it when a gate failed: no number, a reason."""
    kept = ("id", "this", "than")
    return (
        dict.fromkeys(pair)
        | {key: pair[key] for key in kept}
        | {
            "label": "not_comparable",
            "title": TITLES["not_comparable"],
            "sentence": reason,
            "shown": False,
            "withheld": reason,
            "more_children": 0,
            "more_groups": 0,
        }
    )


def _flow() -> list[dict]:
    steps = [
        ("records", "In the records", 85, 85, 70),
        ("age", "Aged 2 to 18", None, None, None),
        ("baseline", "With a level at the start", 80, 85, 70),
        ("reviews", "Reviewed again, at least 3 weeks later", 70, 75, 60),
    ]
    rows = []
    for ident, step, individual, group, combined in steps:
        shown = individual is not None
        rows.append(
            {
                "id": ident,
                "step": step,
                "individual": individual,
                "group": group,
                "combined": combined,
                "total": individual + group + combined if shown else None,
                "shown": shown,
            }
        )
    return rows


def _who() -> dict:
    traits = [
        ("Age", "mean, years", "6.9", "7.4", "7.1"),
        ("Attention", "mean, 1 to 5", "2.5", "3.4", "3.0"),
        ("Comfort with other children", "mean, 1 to 5", "2.4", "3.5", "3.1"),
        ("Severity", "mean, 1 to 5", "3.4", "2.8", "3.1"),
        ("Follows instructions", "mean, 1 to 5", "2.9", "3.3", "3.2"),
        ("Communication", "mean, 1 to 5", "2.8", "3.3", "3.1"),
        ("Motor delay", "percent", "55%", "35%", "45%"),
        ("Sensory needs", "percent", "50%", "40%", "45%"),
        ("Social goals", "percent of goals", "30%", "60%", "45%"),
        ("Level at the start", "mean, −2 to −1", "−1.8", "−1.7", "−1.8"),
    ]
    balance = [
        ("Comfort with other children", 0.83, 0.07),
        ("Social goals", 0.71, 0.09),
        ("Attention", 0.64, 0.05),
        ("Severity", 0.45, 0.06),
        ("Motor delay", 0.38, 0.12),
        ("Communication", 0.33, 0.04),
        ("Follows instructions", 0.29, 0.03),
        ("Sensory needs", 0.21, 0.05),
        ("Age", 0.18, 0.08),
        ("Level at the start", 0.09, 0.02),
    ]
    return {
        "flow": _flow(),
        "at_start": [
            {"trait": t, "unit": u, "individual": i, "group": g, "combined": c}
            for t, u, i, g, c in traits
        ],
        "balance": [{"trait": t, "before": b, "after": a} for t, b, a in balance],
        "overlap": [
            {"format": "individual", "n_children": 70, "n_effective": 50, "share": 70},
            {"format": "group", "n_children": 75, "n_effective": 55, "share": 75},
            {"format": "combined", "n_children": 60, "n_effective": 55, "share": 90},
        ],
        "propensity": [],
        "sentences": [
            "Of about 240 children in the records, about 205 are compared. The others had no level "
            "at the start or were not reviewed again in time.",
            "At the start the formats differed most in comfort with other children (0.83 standard "
            "deviations). After weighting, the largest difference in any trait is 0.12; up to 0.10 "
            "counts as alike.",
            "Allowed for: age, severity, attention, comfort with other children, follows "
            "instructions, motor delay, sensory needs, communication and share of social goals.",
        ],
    }


def _progress() -> dict:
    ends = {"individual": 0.1, "group": 0.3, "combined": 0.2}
    counts = {
        "individual": (70, 65, 65, 60, 55),
        "group": (75, 70, 70, 65, 60),
        "combined": (60, 60, 55, 55, 50),
    }
    curve = (0.0, 0.34, 0.62, 0.84, 1.0)
    by_week = []
    for f in FORMATS:
        for week, share, n in zip(WEEKS, curve, counts[f], strict=True):
            mean = round(-1.8 + (ends[f] + 1.8) * share, 1)
            half = 0.1 if week == 0 else 0.2
            by_week.append(
                {
                    "format": f,
                    "week": week,
                    "mean": mean,
                    "conf_low": round(mean - half, 1),
                    "conf_high": round(mean + half, 1),
                    "n_children": n,
                }
            )
    levels = {12: (15, 35, 35, 10, 5), 24: (10, 15, 40, 25, 10)}
    shift = {"individual": 0, "group": 5, "combined": 0}
    rows = []
    for f in FORMATS:
        for week, percents in levels.items():
            moved = list(percents)
            moved[1] -= shift[f]
            moved[3] += shift[f]
            rows += [
                {"format": f, "week": week, "band": band, "order": order, "percent": percent}
                for order, (band, percent) in enumerate(zip(BANDS, moved, strict=True))
            ]
    t_scores = []
    for f in FORMATS:
        t_scores += [
            {"format": f, "when": "start", "mean": 25.3, "sd": 3.1, "n_children": counts[f][0]},
            {
                "format": f,
                "when": "latest",
                "mean": round(48 + 10 * ends[f], 1),
                "sd": 11.2,
                "n_children": counts[f][0],
            },
        ]
    return {
        "by_week": by_week,
        "levels": rows,
        "t_scores": t_scores,
        "sentences": [
            "Between week 0 and week 24 the mean level moved from −1.8 to 0.1 in individual "
            "therapy, from −1.8 to 0.3 in group therapy and from −1.8 to 0.2 in combined therapy. "
            "These are the children as they came: nothing is allowed for here, so the lines do not "
            "compare the formats.",
            "Shares of goals at each level, as the children came; a goal closed as attained keeps "
            "its level.",
            "T-scores are given for readers who know them. They grow with the number of goals, so "
            "the comparison never uses them.",
        ],
    }


def _certainty(pairs: list[dict]) -> dict:
    titles = [
        ("primary", "Main analysis: each child's rate, adjusted", 0.0),
        ("growth_regression", "All reviews at once, adjusted", 0.02),
        ("overlap_weighted", "Children weighted until alike", -0.03),
        ("overlap_weighted_adjusted", "Weighted until alike, and adjusted", 0.01),
        ("change_12_weeks", "Change after 12 weeks", -0.05),
        ("goals_before_format", "Only goals set before the format", 0.04),
        ("independent_raters", "Only ratings by others", -0.12),
        ("availability_only", "Format decided by where there was room", -0.10),
        ("as_delivered", "Only children treated as planned", 0.02),
        ("within_therapists", "Within each therapist's children", -0.04),
        ("leave_one_group_out", "Without any one therapy group", 0.03),
        ("leave_one_therapist_out", "Without any one therapist", 0.03),
        ("lowest_baseline", "Only goals that started at −2", 0.05),
        ("complete_traits", "Only children with every trait recorded", 0.01),
        ("multiple_imputation", "Missing traits filled in many times", 0.0),
    ]
    analyses = []
    for ident, title, shift in titles:
        rows = [
            {
                "this": p["this"],
                "than": p["than"],
                "estimate": round(p["estimate"] + shift, 2) if p["shown"] else None,
                "conf_low": round(p["conf_low"] + shift - abs(shift), 2) if p["shown"] else None,
                "conf_high": round(p["conf_high"] + shift + abs(shift), 2) if p["shown"] else None,
            }
            for p in pairs
        ]
        analyses.append(
            {"id": ident, "title": title, "unit": UNIT, "pairs": rows, "withheld": None}
        )
    for ident, title, unit, times in OTHER_UNITS:
        rows = [
            {
                "this": p["this"],
                "than": p["than"],
                **{
                    key: round(times * p[key], 2) if p["shown"] else None
                    for key in ("estimate", "conf_low", "conf_high")
                },
            }
            for p in pairs
        ]
        analyses.append(
            {"id": ident, "title": title, "unit": unit, "pairs": rows, "withheld": None}
        )
    nothing = [
        {key: p[key] for key in ("this", "than")}
        | dict.fromkeys(("estimate", "conf_low", "conf_high"))
        for p in pairs
    ]
    analyses.append(
        {
            "id": "first_episodes",
            "title": "One episode for each child",
            "unit": UNIT,
            "pairs": nothing,
            "withheld": "every child has one episode, so this is the main analysis again",
        }
    )
    gates = []
    for pair in pairs:
        for gate, question in QUESTIONS.items():
            failed = gate == "measurement" or (gate == "overlap" and not pair["shown"])
            reason = (
                "every goal was rated by the treating therapist"
                if gate == "measurement"
                else str(pair["withheld"]).partition(": ")[2].rstrip(".")
            )
            gates.append(
                {
                    "gate": gate,
                    "pair": pair["id"],
                    "passed": not failed,
                    "rule": "" if not failed else gate,
                    "format": "",
                    "have": None,
                    "need": None,
                    "text": f"{question} No: {reason}." if failed else f"{question} Yes.",
                }
            )
            if gate == "overlap" and failed:
                break
    trial = [
        (
            "Eligibility",
            "Children aged 2 to 18 starting therapy with at least one goal that has a level at the "
            "start.",
            "As in the target trial.",
        ),
        (
            "Strategies",
            "Start with individual, group or combined therapy.",
            "The format planned at the start, whatever was given later.",
        ),
        (
            "Assignment",
            "At random.",
            "Not at random. Children are made comparable on what was recorded at the start.",
        ),
        (
            "Time zero",
            "The day of assignment.",
            "The day the goals were set and the format was chosen.",
        ),
        (
            "Outcome",
            "Rate of change of goal attainment over 24 weeks, rated by someone who does not know "
            "the format.",
            "The same rate; nearly all ratings by the treating therapist.",
        ),
        (
            "Analysis",
            "Difference in mean rate between formats as assigned.",
            "The same, adjusted for what was known at the start; therapy groups are allowed for.",
        ),
    ]
    return {
        "analyses": analyses,
        "agreement": "The same question asked in other ways falls inside the main range: group "
        "and individual therapy: 14 of 14; combined and individual therapy: 14 of 14; combined and "
        "group therapy: 14 of 14.",
        "gates": gates,
        "trial": [{"part": p, "target": t, "here": h} for p, t, h in trial],
        "settings": [
            row | {"name": row["name"].replace("_", " "), "value": f"{row['value']:g}"}
            for row in Settings().rows()
        ],
        "audit": {
            "clinics": 1000,
            "pairs_percent": 1.9,
            "clinics_percent": 4.6,
            "text": "Tried on 1,000 invented clinics in which nothing differed, this report called "
            "one format of a pair ahead in 1.9% of the comparisons.",
        },
        "versions": [
            {"name": "Python", "value": "3.11.2"},
            {"name": "numpy", "value": "2.4.0"},
            {"name": "pandas", "value": "3.0.0"},
            {"name": "statsmodels", "value": "0.15.0"},
        ],
        "limits": [
            "These are goals, not abilities: a goal attained is what the family and the therapist "
            "agreed to expect.",
            "A difference nobody recorded could explain part of what is seen here.",
            "Nothing here says which format suits one particular child.",
        ],
        "discussion": [
            "Would a difference of 0.25 levels each term change what you offer?",
            "Who in your clinic decides the format, and what do they look at that is not in these "
            "records?",
            "Could someone other than the treating therapist rate a sample of goals next term?",
        ],
    }


def _assemble(headline: str, pairs: list[dict], next_step: dict) -> dict:
    rates = {"individual": 0.81, "group": 0.93, "combined": 0.88}
    counts = [
        ("individual", 70, 210, None, 5),
        ("group", 75, 225, 15, 5),
        ("combined", 60, 180, 10, 5),
        ("all", 205, 615, 25, 10),
    ]
    return {
        "version": 1,
        "title": "Individual, group or combined therapy: what these records show",
        "question": "Among children who could realistically have had any of the formats, how much "
        "further do goals move every 12 weeks in one format than in another?",
        "estimand": "Mean difference in the rate of goal progress between formats as planned, "
        "among children who could realistically have had any of them.",
        "invented": True,
        "records": {
            "digest": "a1b2c3d4e5f6",
            "sentence": "About 205 children with 615 goals are compared here.",
        },
        "smallest_cell": 11,
        "margin": 0.25,
        "formats": list(FORMATS),
        "answer": {
            "headline": headline,
            "always": ALWAYS,
            "pairs": pairs,
            "rates": [
                {
                    "format": f,
                    "estimate": rates[f],
                    "conf_low": round(rates[f] - 0.13, 2),
                    "conf_high": round(rates[f] + 0.13, 2),
                    "shown": True,
                }
                for f in FORMATS
            ],
            "counts": [
                {
                    "format": f,
                    "n_children": c,
                    "n_goals": g,
                    "n_groups": k,
                    "n_therapists": t,
                }
                for f, c, g, k, t in counts
            ],
            "needed": {"n_children": 20, "n_groups": 6},
            "caveats": [
                {
                    "id": "goals_set",
                    "title": "When goals were set",
                    "text": "About 70% of goals were written before the format was chosen. The "
                    "rest may have been set with the format in mind.",
                },
                {
                    "id": "raters",
                    "title": "Who rated",
                    "text": "About 85% of levels were rated by the treating therapist, who knew "
                    "the format.",
                },
                {
                    "id": "missing",
                    "title": "Who is missing at 24 weeks",
                    "text": "About 20% of children had no review at 24 weeks: 20% in individual, "
                    "20% in group and 15% in combined therapy.",
                },
            ],
            "next_step": next_step,
        },
        "who": _who(),
        "progress": _progress(),
        "certainty": _certainty(pairs),
        "sentences": [],
    }


def clear_answer() -> dict:
    """One pair clearly faster, one ahead, one alike."""
    pairs = [
        _pair("group", "individual", "faster_important", 0.47, 0.19),
        _pair("combined", "individual", "faster_size_uncertain", 0.30, 0.22),
        _pair("combined", "group", "no_important_difference", -0.07, 0.17),
    ]
    return _assemble(
        "Goals moved further in group therapy than in individual therapy; goals moved further in "
        "combined therapy than in individual therapy, by how much is unclear; no important "
        "difference between combined and group therapy.",
        pairs,
        {
            "title": "One thing to do next",
            "text": "Ask someone who does not treat the child to rate a tenth of the goals next "
            "term, and see whether the difference stays.",
        },
    )


def no_important_difference() -> dict:
    """Every pair alike within the margin."""
    pairs = [
        _pair("group", "individual", "no_important_difference", 0.03, 0.16),
        _pair("combined", "individual", "no_important_difference", 0.05, 0.18),
        _pair("combined", "group", "no_important_difference", 0.02, 0.15),
    ]
    return _assemble(
        "No important difference between the three formats.",
        pairs,
        {
            "title": "One thing to do next",
            "text": "Choose between the formats on fit, cost and family preference, and ask "
            "families what they prefer.",
        },
    )


def cannot_tell() -> dict:
    """Every interval too wide to answer."""
    pairs = [
        _pair("group", "individual", "cannot_tell", 0.12, 0.42),
        _pair("combined", "individual", "cannot_tell", -0.08, 0.47),
        _pair("combined", "group", "cannot_tell", -0.20, 0.51),
    ]
    return _assemble(
        "These records cannot tell the three formats apart.",
        pairs,
        {
            "title": "One thing to do next",
            "text": "Keep recording. About 180 more children in about 15 more therapy groups "
            "would be enough to tell a difference of 0.25 levels from none.",
        },
    )


def one_sided() -> dict:
    """What is ruled out, and what is not."""
    pairs = [
        _pair("group", "individual", "rules_out_importantly_slower", 0.18, 0.30),
        _pair("combined", "individual", "rules_out_importantly_slower", 0.10, 0.31),
        _pair("combined", "group", "cannot_tell", -0.08, 0.37),
    ]
    return _assemble(
        "Group therapy was not importantly behind individual therapy; combined therapy was not "
        "importantly behind individual therapy; we cannot tell combined and group therapy apart.",
        pairs,
        {
            "title": "One thing to do next",
            "text": "If groups are easier to offer, nothing here speaks against them. Record "
            "about 80 more children to learn whether they are ahead.",
        },
    )


def too_few() -> dict:
    """Thirty children: nothing can be compared, much can still be said."""
    few = "{} cannot be compared: {} has fewer than 11 children with enough reviews, and at least "
    few += "20 are needed."
    pairs = [
        _withhold(
            _pair(this, than, "cannot_tell", 0.1, 0.4),
            few.format(f"{this[0].upper()}{this[1:]} and {than} therapy", THERAPY[this]),
        )
        for this, than in PAIRS
    ]
    summary = _assemble(
        "These records cannot compare the formats yet.",
        pairs,
        {
            "id": "step",
            "title": "Keep recording",
            "text": "Go on setting and reviewing goals in every format, and ask again next term. "
            "No other step will tell more.",
        },
    )
    answer, who, progress = summary["answer"], summary["who"], summary["progress"]
    for rate in answer["rates"]:
        rate.update(estimate=None, conf_low=None, conf_high=None, shown=False)
    for row, n in zip(answer["counts"], (15, None, None, None), strict=True):
        row.update(n_children=n, n_goals=n and 3 * n, n_groups=None, n_therapists=None)
    for gate in summary["certainty"]["gates"]:
        if gate["gate"] == "overlap":
            gate.update(rule="few_children", format=gate["pair"].partition("-")[0], need=20)
    summary["records"]["sentence"] = "Fewer than 11 children could be compared in some formats."
    for row in who["flow"]:
        row.update(individual=None, group=None, combined=None, total=None, shown=False)
    who.update(at_start=[], balance=[], overlap=[])
    who["sentences"] = [
        "Too few children are left in a format to print how many were compared.",
        "No trait was recorded for enough children to say how alike the formats were.",
        "No recorded trait is allowed for.",
    ]
    progress.update(by_week=[], levels=[], t_scores=[])
    progress["sentences"] = [
        "Too few children in a format to print how levels moved from week to week.",
        "Too few children at some levels to print how goals are spread over them.",
        "Too few children in a format to print T-scores.",
    ]
    summary["certainty"]["agreement"] = (
        "No pair of formats could be compared, so there is nothing to compare it with."
    )
    return summary


def one_format_absent() -> dict:
    """No child in combined therapy: the other two are still compared."""
    summary = clear_answer()
    reason = "{} cannot be compared: no child in these records was planned for combined therapy."
    pairs = summary["answer"]["pairs"]
    pairs[1:] = [
        _withhold(p, reason.format(f"Combined and {p['than']} therapy")) for p in pairs[1:]
    ]
    summary["answer"]["headline"] = (
        "Goals moved further in group therapy than in individual therapy."
    )
    summary["answer"]["rates"][2].update(estimate=None, conf_low=None, conf_high=None, shown=False)
    summary["answer"]["counts"][2].update(
        n_children=None, n_goals=None, n_groups=None, n_therapists=None
    )
    summary["certainty"] = _certainty(pairs)
    who, progress = summary["who"], summary["progress"]
    for row in who["flow"]:
        row["combined"] = None
    for gate in summary["certainty"]["gates"]:
        if "combined" in gate["pair"] and gate["gate"] == "overlap":
            gate.update(rule="absent", format="combined")
    for row in who["at_start"]:
        row["combined"] = None
    who["overlap"] = who["overlap"][:2]
    for name in ("by_week", "levels", "t_scores"):
        progress[name] = [row for row in progress[name] if row["format"] != "combined"]
    return summary


def pair_withheld() -> dict:
    """Two formats hold children too unlike to be compared; a real clinic's records."""
    summary = one_sided()
    reason = (
        "Combined and group therapy cannot be compared: too few children in group therapy resemble "
        "the children in the other formats (fewer than 11 comparable, 15 needed)."
    )
    summary["answer"]["pairs"][2] = _withhold(summary["answer"]["pairs"][2], reason)
    summary["certainty"] = _certainty(summary["answer"]["pairs"])
    summary["invented"] = False
    summary["records"]["digest"] = "0f9e8d7c6b5a"
    for row in summary["progress"]["levels"]:
        row["band"] = COARSE[max(row["order"] - 1, 0)] if row["order"] < 4 else "dropped"
    summary["progress"]["levels"] = [
        row | {"order": COARSE.index(row["band"])}
        for row in summary["progress"]["levels"]
        if row["band"] != "dropped" and row["order"] > 0
    ]
    for pair in summary["answer"]["pairs"][:2]:
        pair["wide_low"] = round(pair["conf_low"] - 0.15, 2)
        pair["wide_high"] = round(pair["conf_high"] + 0.15, 2)
    return summary


VARIANTS = {
    function.__name__: function
    for function in (
        clear_answer,
        no_important_difference,
        cannot_tell,
        one_sided,
        too_few,
        one_format_absent,
        pair_withheld,
    )
}


def example_summary(variant: str = "clear_answer") -> dict:
    """Give a fresh summary of the named variant."""
    return copy.deepcopy(VARIANTS[variant]())
