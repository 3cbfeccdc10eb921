"""How the answer was reached, in a clinic lead's words: target trial, audit, limits, prompts.

In: settings, and the numbers of the last whole truth audit. Out: plain text blocks without
any number about children.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from analysis.settings import Settings
from analysis.wording import number
from analysis.words.answer import Sentence

LIMITS = (
    "Children were not assigned at random. Only what was written down on the first day could be "
    "allowed for.",
    "Goal attainment compares children with what was expected of them, not with each other.",
    "An average over children says nothing certain about one child.",
    "A statement that these records cannot tell two formats apart does not say that the formats "
    "do equally well.",
    "Printed counts are rounded and small groups are left out, so that no child can be recognised.",
)

DISCUSSION = (
    "Which children did we place in each format, and why? Would we do the same today?",
    "Were our expected levels set with the same ambition in every format?",
    "Which families stopped coming, and what would they tell us?",
    "What difference would be large enough for a family to change their week for it?",
    "Who else sees these children, and could rate their goals without knowing the format?",
)


def describe_trial(settings: Settings) -> list[dict[str, str]]:
    """Give the trial these records stand in for, part by part (target trial, TARGET 2025).

    Args:
        settings: window, unit and margin.
    """
    weeks, term = settings.horizon_weeks, settings.rate_weeks
    return [
        {
            "part": "Who",
            "target": "Children aged 2 to 18 who start therapy with at least one scaled goal",
            "here": "The same, if the goal has a level at the start and was reviewed again",
        },
        {
            "part": "Formats",
            "target": "Start with individual, group or combined therapy, drawn by lot",
            "here": "The format planned at the start, as chosen by team and family",
        },
        {
            "part": "Start",
            "target": "The day the goal is set and the format is drawn",
            "here": "Week 0; goals set later are left out",
        },
        {
            "part": "Follow-up",
            "target": f"{weeks} weeks, everyone reviewed on time",
            "here": (
                f"Reviews up to week {settings.last_week}; children who leave are counted as "
                "missing, goals met early keep their level"
            ),
        },
        {
            "part": "Outcome",
            "target": f"Rate of goal progress, levels per {term} weeks",
            "here": "Least squares over each goal's reviews, averaged for each child",
        },
        {
            "part": "Question",
            "target": "Mean difference between formats as planned, whatever is received later",
            "here": (
                "The same, for children who could realistically have had any format, after "
                "allowing for what was recorded on the first day"
            ),
        },
        {
            "part": "Analysis",
            "target": "Difference in means, therapy groups taken into account",
            "here": (
                "Regression with CR2 standard errors by therapy group and Satterthwaite degrees of "
                f"freedom; margin {number(settings.margin)} levels, fixed beforehand"
            ),
        },
    ]


def read_audit() -> dict[str, float]:
    """Give the headline of the last whole truth audit: clinics, and percents called ahead.

    The file is what `python -m analysis.audit --numbers` wrote; the scenario is
    the one where nothing differs and traits decide format and progress.
    """
    text = files("analysis.disclosure").joinpath("audit.json").read_text(encoding="utf-8")
    found = json.loads(text)["scenarios"]["confounded_null"]
    return {
        "clinics": found["n_clinics"],
        "pairs_percent": round(100 * found["false_faster"]["value"], 1),
        "clinics_percent": round(100 * found["said_faster"]["value"], 1),
    }


def say_audit(audit: Mapping[str, float]) -> Sentence:
    """Say how often this report called a format ahead where nothing differed.

    Args:
        audit: as from `read_audit`.
    """
    text = (
        f"Tried on {audit['clinics']:,} invented clinics in which nothing differed, this report "
        f"called one format of a pair ahead in {number(audit['pairs_percent'], 1)}% of the "
        f"comparisons, and any format ahead in {number(audit['clinics_percent'], 1)}% of the "
        "clinics."
    )
    return Sentence("method.audit", "audit", text, ("certainty.audit",))
