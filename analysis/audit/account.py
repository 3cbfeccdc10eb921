"""Write down an audit: Markdown for people, plain values for the report.

In: the verdicts. Out: text and a dictionary. Decisions: nothing is judged here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from analysis.audit.scenarios import MEASURES, Bar
from analysis.audit.verdict import Measured, Verdict
from analysis.words.answer import LABEL_TITLES

AS_NUMBERS = ("bias", "half_width", "within_bias", "attained_bias", "naive_ever")
CONTEXT = (
    "compared",
    "coverage",
    "half_width",
    "said_faster",
    "any_false",
    "within_bias",
    "within_coverage",
    "attained_bias",
    "attained_coverage",
    "naive_rows",
    "naive_ever",
)
NULL_SCENARIO = "confounded_null"


def describe_audit(verdicts: Sequence[Verdict], command: str) -> str:
    """Give the audit in Markdown: the headline, every bar, and what was said how often.

    Args:
        verdicts: one for each scenario.
        command: the command that gives the same numbers again.
    """
    bars = [
        (v.scenario.name, MEASURES[name], _value(name, m), _bar(name, m.bar), m.verdict)
        for v in verdicts
        for name, m in v.measured.items()
        if m.verdict
    ]
    seen = [
        (
            v.scenario.name,
            f"{v.n_clinics:,}",
            f"{v.n_refused:,}",
            *(_value(name, v.measured[name]) for name in CONTEXT),
        )
        for v in verdicts
    ]
    said = [
        (v.scenario.name, *(_percent(v.said[label]) for label in LABEL_TITLES)) for v in verdicts
    ]
    parts = [
        "# The last truth audit",
        'What is asked, and why: METHODS.md, "Truth audit".',
        f"`{command}`",
        say_headline(verdicts),
        _table(("scenario", "measure", "value (error)", "bar", "verdict"), bars),
        "What else was seen:",
        _table(
            ("scenario", "clinics", "refused", *(MEASURES[name] for name in CONTEXT)),
            seen,
        ),
        "How often each label was given, in percent of all pairs:",
        _table(("scenario", *LABEL_TITLES.values()), said),
        _table(
            ("scenario", "what it is"), ((v.scenario.name, v.scenario.meaning) for v in verdicts)
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def say_headline(verdicts: Sequence[Verdict]) -> str:
    """Say in one sentence how often a difference was stated when nothing differed."""
    for verdict in verdicts:
        if verdict.scenario.name == NULL_SCENARIO:
            anything = verdict.measured["any_false"]
            clinics = verdict.measured["said_faster"]
            return (
                f"In {verdict.n_clinics:,} invented clinics with no difference between formats, "
                f"this report stated a difference that is not there, on any page, in "
                f"{_percent(anything.value)}% of the clinics, and called a format faster on page 1 "
                f"in {_percent(clinics.value)}%."
            )
    return ""


def plain_audit(verdicts: Sequence[Verdict], seed: int) -> dict[str, object]:
    """Give every number of the audit as plain values."""
    return {
        "seed": seed,
        "headline": say_headline(verdicts),
        "scenarios": {
            v.scenario.name: {
                "meaning": v.scenario.meaning,
                "n_clinics": v.n_clinics,
                "n_refused": v.n_refused,
                "said": {label: _rounded(share) for label, share in v.said.items()},
                **{
                    name: {
                        "value": _rounded(m.value),
                        "error": _rounded(m.error),
                        "bar": list(m.bar),
                        "verdict": m.verdict,
                    }
                    for name, m in v.measured.items()
                },
            }
            for v in verdicts
        },
    }


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _value(name: str, found: Measured) -> str:
    if math.isnan(found.value):
        return "none"
    if name in AS_NUMBERS:
        return f"{found.value:.3f} ({found.error:.3f})"
    return f"{_percent(found.value)}% ({_percent(found.error)})"


def _bar(name: str, bar: Bar) -> str:
    low, high = (
        None if limit is None else f"{limit:g}" if name in AS_NUMBERS else f"{_percent(limit)}%"
        for limit in bar
    )
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def _percent(share: float) -> str:
    return "none" if math.isnan(share) else f"{100 * share:.1f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
