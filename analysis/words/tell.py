"""Add every sentence to a published summary, in one pass, in the order of the report.

In: a published summary. Out: the same summary with its sentences. Decisions: whatever is derived
here is computed from numbers that are already published, so a sentence can tell nothing new; a
question that was not asked in this run is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from analysis.disclosure.summary import Sentence, Summary
from analysis.words.analyses import tell_agreement
from analysis.words.answer import tell_answer, tell_counts
from analysis.words.attainment import tell_attainment
from analysis.words.cautions import tell_cautions
from analysis.words.claims import tell_claims
from analysis.words.cohort import tell_cohort
from analysis.words.effort import tell_effort
from analysis.words.findings import tell_findings
from analysis.words.gate_reasons import tell_gates
from analysis.words.method import tell_audit, tell_look
from analysis.words.missing import tell_missing
from analysis.words.previous import tell_previous
from analysis.words.progress import tell_progress
from analysis.words.sensitivity import tell_sensitivity
from analysis.words.subgroups import tell_subgroups

SECTIONS: Final[tuple[Callable[[Summary], Iterable[Sentence]], ...]] = (
    tell_answer,
    tell_missing,
    tell_cautions,
    tell_counts,
    tell_gates,
    tell_agreement,
    tell_audit,
    tell_look,
    tell_cohort,
    tell_progress,
    tell_subgroups,
    tell_attainment,
    tell_effort,
    tell_sensitivity,
    tell_claims,
    tell_findings,
    tell_previous,
)


def tell(summary: Summary) -> Summary:
    """Give the summary with all its sentences.

    Args:
        summary: a published summary; sentences it has are replaced.

    Raises:
        ValueError: if it says that a number is shown and does not hold it.
    """
    told = tuple(sentence for section in SECTIONS for sentence in section(summary))
    return msgspec.structs.replace(summary, sentences=told)
