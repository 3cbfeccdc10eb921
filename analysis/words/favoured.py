"""What is said of a pair of which one format may look ahead through a fault in the records.

In: a published summary, a main pair and its gates. Out: its `Sentence`. Decisions: the fault is
named first and the numbers after it, as recorded; how far the favoured format is ahead is never
said; what the range rules out against it stands (METHODS.md, "Faults that favour a format").
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import Gate, MainPair
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import RULES_OUT
from analysis.wording import FORMAT_NAMES, interval, listing, points, sentence_case
from analysis.words.gate_reasons import give_short_reason
from analysis.words.headline import is_behind
from analysis.words.phrases import (
    ends,
    every,
    format_names,
    gate_numbers,
    known,
    narrow_range_name,
    range_name,
    say,
    spell_could_be,
)


def say_favoured(summary: Summary, pair: MainPair, gates: Sequence[Gate]) -> Sentence:
    """Say what stands of a pair, and which format may look ahead and why.

    Args:
        summary: the summary, for its margin and units.
        pair: one of its main pairs, with numbers.
        gates: those of the pair that did not pass.
    """
    faults = [gate for gate in gates if gate.favours]
    reasons = listing([give_short_reason(gate) for gate in faults])
    favoured = {name for gate in faults for name in gate.favours}
    who = "either" if len(favoured) > 1 else FORMAT_NAMES[next(iter(favoured))]
    because = f"{who} may look further ahead than it is, because {reasons}"
    numbers: tuple[str, ...]
    key, path = f"pair.{pair.id}", f"answer.pairs.{pair.id}"
    this, than = format_names(pair)
    if pair.label == RULES_OUT:
        low, high = known(pair.narrow_low), known(pair.narrow_high)
        faster, slower = ("slower", "faster") if is_behind(pair) else ("faster", "slower")
        text = (
            f"No sign that {this} is {slower} than {than} by enough to matter "
            f"({points(summary.margin)} {every(summary)}; {narrow_range_name(summary)} "
            f"{interval(low, high)}). How much {faster} it is, if at all, these records cannot "
            f"tell: {because}."
        )
        numbers = (f"{path}.narrow_low", f"{path}.narrow_high")
    else:
        low, high = ends(pair)
        text = (
            f"These records cannot tell which is faster. {sentence_case(because)}. As recorded, "
            f"{this} could be {spell_could_be(low, high)} {every(summary)} than {than} "
            f"({range_name(summary)} {interval(low, high)})."
        )
        numbers = (f"{path}.estimate", f"{path}.conf_low", f"{path}.conf_high")
    return say(key, f"{pair.label}.favoured", text, numbers + gate_numbers(faults))
