"""How the answer was reached, in a clinic lead's words: target trial, audit, limits.

In: a published summary. Out: plain texts without any number about children, and `Sentence`s.
"""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from analysis.disclosure.summary import Sentence, Summary
from analysis.settings import Settings
from analysis.wording import listing, number, percent
from analysis.words.glossary import GLOSSARY
from analysis.words.phrases import range_name, say

LIMITS = (
    "Goal attainment compares children with what was expected of them, not with each other.",
    "A statement that these records cannot tell two formats apart does not say that the formats "
    "do equally well.",
    "Printed counts are rounded and small groups are left out, so that no child can be recognised.",
)

NOT_INSTALLED = "not installed, run from its folder"
MUST_KNOW = frozenset(
    {"margin", "smallest_cell", "compare_children", "compare_groups", "horizon_weeks"}
)
LARGEST_IN_FULL = 1e5
TWIN = "statsmodels"


class TrialPart(NamedTuple):
    """One part of a target trial: what it is, in the ideal trial, and in these records."""

    part: str
    target: str
    here: str


class SettingRow(NamedTuple):
    """One choice made beforehand: its name in words, its value with unit, its reason."""

    name: str
    value: str
    reason: str


def describe_trial(summary: Summary) -> list[TrialPart]:
    """Give the trial these records stand in for, part by part (target trial, TARGET 2025)."""
    measure = summary.measure
    return [
        TrialPart(
            "Who",
            "Children aged 2 to 18 who start therapy with at least one scaled goal",
            "The same, if the goal has a level at the start and was reviewed again",
        ),
        TrialPart(
            "Formats",
            "Start with individual, group or combined therapy, drawn by lot",
            "The format planned at the start, as chosen by team and family",
        ),
        TrialPart(
            "Start",
            "The day the goal is set and the format is drawn",
            "Week 0; goals set later are left out",
        ),
        TrialPart(
            "Follow-up",
            f"{measure.horizon_weeks} weeks, everyone reviewed on time",
            (
                f"Reviews up to week {measure.last_week}; children who leave count by the reviews "
                "they had, if there were enough; goals met early keep their level"
            ),
        ),
        TrialPart(
            "Outcome",
            f"Rate of goal progress, levels per {measure.rate_weeks} weeks",
            "Least squares over each goal's reviews, averaged for each child",
        ),
        TrialPart(
            "Question",
            "Mean difference between formats as planned, whatever is received later",
            (
                "The same, over all children compared, after allowing for what was recorded on "
                "the first day"
            ),
        ),
        TrialPart(
            "Taken for granted",
            "Nothing about which children have which format: lots are drawn",
            (
                "Children alike in what was recorded on the first day differ in nothing else that "
                "goes with format and progress; a format is the same whoever else has it; every "
                "child could have had each format; children who leave would have gone on as before"
            ),
        ),
        TrialPart(
            "Analysis",
            "Difference in means, therapy groups taken into account",
            (
                "Regression with CR2 standard errors by therapy group and Satterthwaite degrees of "
                f"freedom; margin {number(summary.margin)} levels, fixed beforehand"
            ),
        ),
    ]


def list_settings(summary: Summary) -> list[SettingRow]:
    """Give every choice made beforehand, spelt for a table."""
    known = {f.name: (f.metadata["unit"], f.metadata["reason"]) for f in fields(Settings)}
    measure, rows = summary.measure, []
    weeks = {"rate_weeks": measure.rate_weeks, "horizon_weeks": measure.horizon_weeks}
    for row in summary.method.settings:
        unit, reason = (text.format(**weeks) for text in known.get(row.name, ("", "")))
        name, value = row.name.replace("_", " "), _spell_value(row.value, unit)
        rows.append(SettingRow(name, value, reason))
    return rows


def choose_settings(summary: Summary) -> list[SettingRow]:
    """Give the choices that a reader must know, and those that a clinic changed."""
    own = Settings()
    kept = []
    for row, spelt in zip(summary.method.settings, list_settings(summary), strict=True):
        default = getattr(own, row.name, row.value)
        if row.name in MUST_KNOW or row.value != default:
            kept.append(spelt)
    return kept


def say_where_settings_stand(summary: Summary) -> str:
    """Say where every choice stands, the printed ones among them."""
    n, printed = len(summary.method.settings), len(choose_settings(summary))
    return (
        f"The other {n - printed} choices are as the method sets them. All {n} stand in "
        "summary.json, which is attached to this PDF, and with their reasons in docs/settings.md."
    )


def _spell_value(value: float | tuple[float, ...], unit: str) -> str:
    if isinstance(value, tuple):
        return f"{listing([f'{part:g}' for part in value])} {unit}".strip()
    if unit.startswith("share"):
        return f"{percent(value)}{unit.removeprefix('share')}"
    spelt = f"{value:g}" if value < LARGEST_IN_FULL else f"{value:,.0f}"
    return spelt if unit in ("ratio", "") else f"{spelt} {unit}"


def say_computing(summary: Summary) -> str:
    """Say what computed the report, and which package holds its models against its own."""
    told = dict(
        zip((row.name for row in summary.method.versions), list_versions(summary), strict=True)
    )
    twin = told.pop(TWIN, "")
    text = f"Computed with {', '.join(told.values())}."
    if twin:
        text += (
            f" {twin} has no part in it: python -m analysis.selfcheck fits the same models by it "
            "and compares."
        )
    return text


def list_versions(summary: Summary) -> list[str]:
    """Give what the report was computed with: 'numpy 1.26.4'."""
    return [f"{row.name} {row.value or NOT_INSTALLED}" for row in summary.method.versions]


def list_glossary(summary: Summary) -> list[tuple[str, str]]:
    """Give the words used in a report and what they mean."""
    return [(word.format(range_name=range_name(summary)), text) for word, text in GLOSSARY]


def tell_audit(summary: Summary) -> list[Sentence]:
    """Say how often this report stated a difference where nothing differed."""
    audit = summary.method.audit
    text = (
        f"Tried on {audit.clinics:,} invented clinics in which nothing differed, this report "
        f"stated a difference that is not there, on any of its pages, in "
        f"{number(audit.any_percent, 1)}% of the clinics; on page 1 it called a format ahead in "
        f"{number(audit.clinics_percent, 1)}%."
    )
    return [say("method.audit", "audit", text, ("certainty.audit",))]


def tell_look(summary: Summary) -> list[Sentence]:
    """Say what is promised over a row of reports, and what this one may use of it."""
    look, whole = summary.method.look, percent(1 - summary.measure.confidence)
    if look.percent is None:
        return []
    level = f"{look.percent:g}%"
    if look.number == 1:
        text = (
            f"Where nothing differs, at most {level} of reports like this one state a difference. "
            "If it is made again as children come, give it the last report each time (--previous): "
            f"then all of them together keep to {whole}. Without that, false differences pile up."
        )
        return [say("method.look", "look.first", text, ("certainty.look",))]
    text = (
        f"This is report {look.number} of a chain about growing records. Where nothing differs, at "
        f"most {whole} of such chains ever state a difference, so every sentence here is decided "
        f"with what the earlier reports left: {level}. Ranges are not changed by this."
    )
    return [say("method.look", "look.later", text, ("certainty.look",))]
