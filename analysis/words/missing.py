"""What is missing where no pair of formats can be compared, as numbers to reach.

In: a published summary. Out: `Sentence`s; none where a pair is compared. Decisions: how many are
needed is said once for all formats; what is no matter of numbers is said once for all the pairs
that it stops.
"""

from __future__ import annotations

from analysis.disclosure.rows import Gate
from analysis.disclosure.summary import Sentence, Summary
from analysis.formats import is_grouped
from analysis.vocabulary import GateRule
from analysis.wording import FORMAT_NAMES, count, listing, sentence_case
from analysis.words.gate_reasons import give_reason
from analysis.words.phrases import compares, pair_names, present_formats, present_pairs, say

OF_SIZE: frozenset[GateRule] = frozenset({"absent", "few_children", "few_groups"})
_NEEDED = ("answer.needed.n_children", "answer.needed.n_groups")


def tell_missing(summary: Summary) -> list[Sentence]:
    """Say what a comparison still needs; nothing where any pair is compared."""
    if compares(summary):
        return []
    needed = summary.answer.needed
    n_children = f"{needed.n_children} children reviewed often enough"
    n_groups = count(needed.n_groups, "therapy group")
    if len(present_formats(summary)) == 1:
        text = (
            f"This report compares once there are records of a second format: at least "
            f"{n_children}, and at least {n_groups} where children come together."
        )
        return [say("missing.needed", "missing.one_format", text, _NEEDED)]
    told = []
    failed = [gate for gate in summary.method.gates if not gate.passed]
    if any(gate.rule in OF_SIZE for gate in failed):
        grouped = [FORMAT_NAMES[f] for f in present_formats(summary) if is_grouped(f)]
        need, each = ("need", " each") if len(grouped) > 1 else ("needs", "")
        text = (
            f"Two formats can be compared once each has at least {n_children}; {listing(grouped)} "
            f"also {need} at least {n_groups}{each}."
        )
        told.append(say("missing.needed", "missing.needed", text, _NEEDED))
    reasons: dict[str, list[Gate]] = {}
    for gate in failed:
        if gate.rule not in OF_SIZE:
            reasons.setdefault(give_reason(summary, gate), []).append(gate)
    names = {row.id: pair_names(row) for row in present_pairs(summary, summary.answer.pairs)}
    for k, (reason, gates) in enumerate(reasons.items(), 1):
        pairs = list(dict.fromkeys(names[gate.pair] for gate in gates if gate.pair in names))
        text = f"{sentence_case(listing(pairs))}: {reason}."
        paths = [f"certainty.gates.{g.pair}.{g.gate}" for g in gates if g.have is not None]
        told.append(say(f"missing.reason.{k}", f"missing.{gates[0].rule}", text, paths))
    return told
