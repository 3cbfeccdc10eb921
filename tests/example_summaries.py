"""Invented summaries, one for each state a report can be in, in the shape `protect` gives.

No number here was computed from records: they only have to look like the real thing.
"""

from __future__ import annotations

import copy

from analysis.settings import Settings

FORMATS = ("individual", "group", "combined")
PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))
WEEKS = (0, 6, 12, 18, 24)
TITLES = {
    "faster_important": "Faster, by enough to matter",
    "no_important_difference": "No important difference",
    "faster_size_uncertain": "Ahead, by how much is uncertain",
    "rules_out_importantly_slower": "Not importantly slower",
    "cannot_tell": "Cannot tell",
    "not_comparable": "Not compared",
}
THERAPY = {f: f"{f} therapy" for f in FORMATS}
ALWAYS = (
    "Children were not assigned at random: those who chose each format may differ in ways "
    "nobody wrote down."
)


def _spell(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _pair(this: str, than: str, label: str, estimate: float, half: float) -> dict:
    low, high = round(estimate - half, 2), round(estimate + half, 2)
    a, b = THERAPY[this], THERAPY[than]
    ahead, behind = (a, b) if estimate >= 0 else (b, a)
    span = f"(95% range {_spell(low)} to {_spell(high)})"
    sentence = {
        "faster_important": f"Children in {ahead} moved about {_spell(abs(estimate))} levels "
        f"further each term than in {behind} {span}, after allowing for the differences we "
        "could see.",
        "no_important_difference": "Any difference is smaller than the 0.25 levels you said "
        f"would matter: {_spell(estimate)} {span}. Choose on fit, cost and family preference.",
        "faster_size_uncertain": f"{ahead[0].upper() + ahead[1:]} was ahead by "
        f"{_spell(abs(estimate))} levels each term {span}. We can’t say whether by enough to "
        "matter.",
        "rules_out_importantly_slower": f"{a[0].upper() + a[1:]} is not slower than {b} by as much "
        f"as 0.25 levels each term; whether it is faster these records can’t say: "
        f"{_spell(estimate)} {span}.",
        "cannot_tell": f"These records can’t tell {a} from {b}: the difference could be anywhere "
        f"from {_spell(low)} to {_spell(high)} levels each term. About 180 more children (15 more "
        "groups) would narrow it to ±0.25.",
    }[label]
    return {
        "id": f"{this}-{than}",
        "this": this,
        "than": than,
        "label": label,
        "title": TITLES[label],
        "faster": None if not label.startswith("faster") else (this if estimate > 0 else than),
        "sentence": sentence,
        "shown": True,
        "withheld": None,
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "wide_low": None,
        "wide_high": None,
        "std_error": round(half / 2.07, 2),
        "df": 21.3,
        "p_value": 0.01 if label.startswith("faster") else 0.34,
        "p_adjusted": 0.03 if label.startswith("faster") else 0.68,
    }


def _withhold(pair: dict, reason: str, title: str = "Not compared") -> dict:
    """Give the pair as the door leaves it when a gate failed: no number, a reason."""
    empty = dict.fromkeys(
        ("estimate", "conf_low", "conf_high", "std_error", "df", "p_value", "p_adjusted")
    )
    return (
        pair
        | empty
        | {
            "label": "not_comparable",
            "title": title,
            "sentence": reason,
            "shown": False,
            "withheld": reason,
            "faster": None,
        }
    )


def _flow() -> list[dict]:
    steps = [
        ("In the records", 85, 85, 70, None),
        ("Left out: no goal with a level at the start", 5, 0, 5, 10),
        ("Left out: fewer than two reviews three weeks apart", 10, 10, 5, 25),
        ("Left out: outside ages 2 to 18", None, None, None, None),
        ("Compared", 70, 75, 60, None),
        ("Reviewed at 24 weeks", 55, 60, 50, None),
    ]
    rows = []
    for step, individual, group, combined, left_out in steps:
        shown = individual is not None
        rows.append(
            {
                "step": step,
                "individual": individual,
                "group": group,
                "combined": combined,
                "total": individual + group + combined if shown else None,
                "left_out": left_out,
                "withheld": None if shown else "fewer than 11 children",
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
    shares = {
        "individual": (0.05, 0.15, 0.30, 0.30, 0.20),
        "group": (0.35, 0.35, 0.20, 0.10, 0.00),
        "combined": (0.20, 0.35, 0.30, 0.10, 0.05),
    }
    return {
        "flow": _flow(),
        "at_start": [
            {"trait": t, "unit": u, "individual": i, "group": g, "combined": c}
            for t, u, i, g, c in traits
        ],
        "balance": [{"trait": t, "before": b, "after": a} for t, b, a in balance],
        "overlap": [
            {"format": "individual", "n_children": 70, "n_effective": 50},
            {"format": "group", "n_children": 75, "n_effective": 55},
            {"format": "combined", "n_children": 60, "n_effective": 55},
        ],
        "propensity": [
            {"format": f, "bin_low": i / 5, "bin_high": (i + 1) / 5, "share": share}
            for f in FORMATS
            for i, share in enumerate(shares[f])
        ],
        "sentences": [
            "Before weighting, the formats differed most in comfort with other children; after "
            "weighting, motor delay still differs a little.",
            "Every format keeps at least 70% of its children’s weight, so like is compared with "
            "like.",
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
    levels = {
        0: (80, 20, 0, 0, 0),
        12: (15, 35, 35, 10, 5),
        24: (10, 15, 40, 25, 10),
    }
    shift = {"individual": 0, "group": 5, "combined": 0}
    rows = []
    for f in FORMATS:
        for week, percents in levels.items():
            moved = list(percents)
            if week:
                moved[1] -= shift[f]
                moved[3] += shift[f]
            rows += [
                {"format": f, "week": week, "level": level, "percent": percent}
                for level, percent in zip(range(-2, 3), moved, strict=True)
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
            "In every format most goals started two levels below what was expected and were near "
            "the expected level by week 24.",
            "These curves are as recorded; they do not allow for who was in which format. Page 1 "
            "does.",
        ],
    }


def _certainty(pairs: list[dict]) -> dict:
    titles = [
        ("primary", "Main analysis", 0.0),
        ("growth_regression", "Growth curve through every review", 0.02),
        ("overlap_weighted", "Weighted to be alike, nothing else", -0.03),
        ("overlap_weighted_adjusted", "Weighted and adjusted", 0.01),
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
        words = "the answer on page 1" if ident == "primary" else "agrees"
        analyses.append({"id": ident, "title": title, "pairs": rows, "words": words})
    gates = []
    for pair in pairs:
        gates.append(
            {
                "gate": "compare",
                "pair": pair["id"],
                "passed": pair["shown"],
                "text": "Enough children and therapy groups in both formats."
                if pair["shown"]
                else pair["withheld"],
            }
        )
        gates.append(
            {
                "gate": "overlap",
                "pair": pair["id"],
                "passed": pair["shown"],
                "text": "Both formats hold children who could have had the other.",
            }
        )
    gates += [
        {
            "gate": "attrition",
            "pair": None,
            "passed": True,
            "text": "About 20% of the children had no review at 24 weeks, about as many in each "
            "format.",
        },
        {
            "gate": "measurement",
            "pair": None,
            "passed": False,
            "text": "Most goals were rated by the treating therapist only, so progress is relative "
            "to what that therapist expected.",
        },
        {
            "gate": "dominance",
            "pair": None,
            "passed": True,
            "text": "No group or therapist supplies more than half of a format.",
        },
    ]
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
        "agreement": "The four ways of asking agree in direction and in size.",
        "gates": gates,
        "trial": [{"part": p, "target": t, "here": h} for p, t, h in trial],
        "settings": Settings().rows(),
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
        "question": "Among children who could realistically have had any of the three formats, "
        "how much faster or slower did their goals move in one format than in another over the "
        "first 24 weeks?",
        "invented": True,
        "records": {
            "digest": "a1b2c3d4e5f6",
            "sentence": "About 240 children with about 700 goals were in the records; about 205 "
            "could be compared.",
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
        "Goals moved faster in group therapy than in individual therapy, by more than the "
        "difference you said would matter.",
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
        "Goals moved at about the same pace in all three formats: any difference is smaller than "
        "the one you said would matter.",
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
        "These records can’t tell the three formats apart: differences large enough to matter "
        "are possible in either direction.",
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
        "Group therapy is not importantly slower than individual therapy; whether it is faster, "
        "these records can’t say.",
        pairs,
        {
            "title": "One thing to do next",
            "text": "If groups are easier to offer, nothing here speaks against them. Record "
            "about 80 more children to learn whether they are ahead.",
        },
    )


def too_few() -> dict:
    """Thirty children: nothing can be compared, much can still be said."""
    reason = (
        "Too few to compare: a fair comparison needs at least 20 children in each format. About "
        "10 more children in each would allow it."
    )
    summary = clear_answer()
    pairs = [_withhold(p, reason, "Too few to compare") for p in summary["answer"]["pairs"]]
    summary = _assemble(
        "There are too few children in these records to compare the formats yet.",
        pairs,
        {
            "title": "One thing to do next",
            "text": "Record at least two reviews, three weeks apart, for every child who starts. "
            "With about 10 more children in each format the comparison can be made.",
        },
    )
    summary["answer"]["rates"] = []
    for row, n in zip(summary["answer"]["counts"], (15, None, None, 30), strict=True):
        row.update(n_children=n, n_goals=None if n is None else 3 * n, n_groups=None)
        row["n_therapists"] = None
    summary["records"]["sentence"] = "About 30 children were in the records."
    who = summary["who"]
    who["flow"] = [
        {
            "step": "In the records",
            "individual": 15,
            "group": None,
            "combined": None,
            "total": 30,
            "left_out": None,
        }
    ]
    who["at_start"], who["balance"], who["overlap"], who["propensity"] = [], [], [], []
    who["sentences"] = [
        "With fewer than 11 children in a format, nothing about them is printed, so that nobody "
        "can be recognised."
    ]
    progress = summary["progress"]
    progress["by_week"] = [
        row | {"n_children": 15} for row in progress["by_week"] if row["format"] == "individual"
    ]
    progress["levels"] = []
    progress["t_scores"] = []
    progress["sentences"] = ["Only individual therapy has enough children to be described."]
    summary["certainty"]["analyses"] = []
    summary["certainty"]["agreement"] = ""
    return summary


def one_format_absent() -> dict:
    """No child in combined therapy: the other two are still compared."""
    summary = clear_answer()
    reason = "No child in these records began combined therapy."
    pairs = summary["answer"]["pairs"]
    pairs[1:] = [_withhold(p, reason, "No combined therapy here") for p in pairs[1:]]
    summary["answer"]["rates"] = summary["answer"]["rates"][:2]
    summary["answer"]["counts"] = [
        row if row["format"] != "combined" else row | dict.fromkeys(("n_children", "n_goals"), 0)
        for row in summary["answer"]["counts"]
    ]
    summary["certainty"] = _certainty(pairs)
    who, progress = summary["who"], summary["progress"]
    for row in who["flow"]:
        row["combined"] = 0
    for row in who["at_start"]:
        row["combined"] = None
    who["overlap"] = who["overlap"][:2]
    for name in ("by_week", "levels", "t_scores"):
        progress[name] = [row for row in progress[name] if row["format"] != "combined"]
    who["propensity"] = [row for row in who["propensity"] if row["format"] != "combined"]
    return summary


def pair_withheld() -> dict:
    """Two formats hold children too unlike to be compared; a real clinic's records."""
    summary = one_sided()
    reason = (
        "Not compared: fewer than half of the children in combined therapy resemble any child in "
        "group therapy."
    )
    summary["answer"]["pairs"][2] = _withhold(
        summary["answer"]["pairs"][2], reason, "Children too unlike"
    )
    summary["certainty"] = _certainty(summary["answer"]["pairs"])
    summary["invented"] = False
    summary["records"]["digest"] = "0f9e8d7c6b5a"
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
