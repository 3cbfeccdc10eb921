"""What no sentence of a report may say, and a reader that finds it.

In: a sentence, as a reader will see it. Out: the faults found, in words. Decisions:
words that claim a cause, rank the formats, advise for one child or hide behind a hedge
without a number are refused wherever they stand, recommendations included (METHODS.md,
"Words"; verbal hedges alone cost trust: van der Bles et al. 2020, PNAS 117:7672-7683).
"""

from __future__ import annotations

import re

_STATISTICAL = "significan(t|tly|ce)|p-value|null hypothesis"

BANNED = {
    "a word that hides how large and how sure": _STATISTICAL,
    "a claim of proof": r"prove[sdn]?|proof|confirm(s|ed)?|demonstrate[sd]?|establishe[sd]",
    "a claim of cause": (
        r"cause[sd]?|causal(ly)?|thanks to|due to|as a result of|leads? to|led to|results? in|"
        r"resulted in|improve[sd]?|boost(s|ed)?|accelerate[sd]?|impact(s|ed)?|benefit(s|ed) from|"
        r"effect of|effective(ly|ness)?|no effect"
    ),
    "a ranking": (
        r"best|worst|better|worse|superior|inferior|optimal|outperform(s|ed)?|winner|wins|"
        r"rank(s|ed|ing|ings)?|star rating|stars|top format|first place|gold standard"
    ),
    "a claim that formats are the same": (
        r"equally (effective|good)|equivalent|identical|no difference(?! shown| could)|"
        r"just as (good|well)|makes no difference"
    ),
    "a claim about time that was not asked": r"trend(s|ed|ing)?|approaching|borderline",
    "a colour for an answer": r"(green|amber|red) light|traffic[- ]light|red flag",
    "advice for one child": (
        r"your child|this child (should|will|would)|for your|(the|any|each) child should"
    ),
    "a recommendation of a format": (
        r"recommend(s|ed|ation)?|advise[sd]?|prefer(s|red)? (individual|group|combined)|"
        r"(should|must|ought to) (be offered|have|get|use|choose|receive|switch|move)|"
        r"(choose|use|offer|switch to|move to) (individual|group|combined)( |\.|,|$)"
    ),
}
HEDGES = (
    r"likely|unlikely|probably|perhaps|possibly|seems?|seemed|appears? to|tends? to|suggests?|"
    r"hints?|somewhat|slight(ly)?|considerabl[ye]|substantial(ly)?|marked(ly)?|dramatic(ally)?"
)
EXEMPT = (
    "better single format",  # the wording of a claim from the literature that is tested here
)
NOT_A_NUMBER = r"\b(nan|NaN|None(?! of)|null|inf|Infinity)\b"


def find_faults(text: str) -> list[str]:
    """Find what a sentence may not say.

    Args:
        text: one sentence, or a few that belong together.

    Returns:
        One short sentence for each fault, with the words that gave it away; empty when the
        text may stand.
    """
    read = text
    for phrase in EXEMPT:
        read = read.replace(phrase, "")
    faults = [
        f'{fault}: "{found}"' for fault, pattern in BANNED.items() for found in _find(pattern, read)
    ]
    for sentence in split_sentences(read):
        if not re.search(r"\d", sentence):
            faults += [f'a hedge without a number: "{w}"' for w in _find(HEDGES, sentence)]
    if re.search(r"about [\d.,]+ levels? (further|ahead)", read) and "range" not in read:
        faults.append("a difference without its range")
    return faults + _find_slips(text)


def split_sentences(text: str) -> list[str]:
    """Split a text at full stops, question marks and colons' ends that close a sentence."""
    return [part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part]


def _find(pattern: str, text: str) -> list[str]:
    return [found.group(0) for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)]


def _find_slips(text: str) -> list[str]:
    """Find what is a slip of the pen in any sentence."""
    slips = []
    if re.search(r"(?<![\w.])-\d", text):
        slips.append("a hyphen in place of a minus sign")
    if re.search(NOT_A_NUMBER, text):
        slips.append("a number that is missing")
    if "{" in text or "}" in text or "_" in re.sub(r"\b[a-z]+(_[a-z]+)+\b", "", text):
        slips.append("a placeholder")
    if "  " in text or " ." in text or " ," in text or ".." in text:
        slips.append("a slip of spacing")
    if text != text.strip() or not text.endswith((".", "?")):
        slips.append("no full stop")
    if text[:1] != text[:1].upper():
        slips.append("no capital letter")
    return slips
