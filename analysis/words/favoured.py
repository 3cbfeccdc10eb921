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
    key, path = f"pair.{pair.id}", f"answer.pairs.{pair.id}"
    (this, than), behind = format_names(pair), is_behind(pair)
    numbers: tuple[str, ...]
    if pair.label == RULES_OUT:
        low, high = known(pair.narrow_low), known(pair.narrow_high)
        faster, slower = ("slower", "faster") if behind else ("faster", "slower")
        enough = f" by enough to matter ({points(summary.margin)} {every(summary)})"
        text = (
            f"No sign that {this} is {slower} than {than}"
            f"{enough if (-high if behind else low) < 0 else ''} "
            f"({narrow_range_name(summary)} {interval(low, high)}). How much {faster} it is, if at "
            f"all, these records cannot tell: {who} may look faster than it is, because {reasons}."
        )
        numbers = (f"{path}.narrow_low", f"{path}.narrow_high")
    else:
        low, high = ends(pair)
        text = (
            f"These records cannot tell which is faster. {sentence_case(who)} may look faster than "
            f"it is, because {reasons}. As recorded, {this} less {than} is {interval(low, high)} "
            f"levels {every(summary)} ({range_name(summary)})."
        )
        numbers = (f"{path}.estimate", f"{path}.conf_low", f"{path}.conf_high")
    return say(key, f"{pair.label}.favoured", text, numbers + gate_numbers(faults))
