"""What to talk over in the meeting: five questions that no record answers.

In: a published summary. Out: plain texts without any number. Decisions: a clinic with one format is
not asked to compare.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.words.phrases import present_formats

DISCUSSION = (
    "Which children did we place in each format, and why? Would we do the same today?",
    "Were our expected levels set with the same ambition in every format?",
    "Which families stopped coming, and what would they tell us?",
    "What difference would be large enough for a family to change their week for it?",
    "Who else sees these children, and could rate their goals without knowing the format?",
)
OF_ONE_FORMAT = (
    "Which children came to us, and which did not? Why?",
    "Were our expected levels set with the same ambition for every child?",
    "Which families stopped coming, and what would they tell us?",
    "Which goals moved least, and what stood in their way?",
    "Who else sees these children, and could rate some of their goals?",
)


def list_discussion(summary: Summary) -> tuple[str, ...]:
    """Give the questions for the meeting."""
    return DISCUSSION if len(present_formats(summary)) > 1 else OF_ONE_FORMAT
