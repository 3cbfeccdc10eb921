"""What stands beside several clinics' answer: a next clinic, how they differ, other questions.

In: a `NetworkSummary` without sentences. Out: `Sentence`s. Decisions: as in `words.network`.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.clinics.rows import NetworkSummary, PooledPair, Question
from analysis.disclosure.summary import Sentence
from analysis.wording import (
    FORMAT_NAMES,
    TRAIT_NAMES,
    children,
    count,
    interval,
    listing,
    points,
)
from analysis.words.phrases import (
    ends,
    every,
    format_names,
    known,
    pair_names,
    range_name,
    say,
    spell_span,
)


def spell_over(pair: PooledPair) -> str:
    """Spell how many clinics compared a pair themselves: 'Over 6 clinics'."""
    return f"Over {count(pair.n_clinics, 'clinic')}"


def say_counts(summary: NetworkSummary) -> Sentence:
    """Say how many clinics and children are pooled."""
    parts = [
        f"about {children(row.n_children)} in {FORMAT_NAMES[row.format]}"
        for row in summary.counts
        if row.n_children is not None
    ]
    text = f"{count(summary.n_clinics, 'clinic')} are pooled here"
    text += f", with {listing(parts)}." if parts else "."
    if summary.n_left_out:
        were = "was" if summary.n_left_out == 1 else "were"
        text += f" {count(summary.n_left_out, 'clinic')} {were} left out on request."
    return say("counts", "counts", text, ("counts", "n_clinics"))


def say_next(summary: NetworkSummary, pair: PooledPair) -> Sentence:
    """Say where the difference of a next clinic lies."""
    low, high = known(pair.next_low), known(pair.next_high)
    span = spell_span(low, high, *format_names(pair))
    text = f"A next clinic like these: anything from {span}."
    return say(f"next.{pair.id}", "next", text, [f"questions.main.pairs.{pair.id}.next_low"])


def say_spread(summary: NetworkSummary, main: Question) -> Sentence:
    """Say how far clinics differ from each other."""
    if main.spread is None:
        return say("spread", "spread.none", "How much clinics differ cannot be said.")
    if main.spread == 0:
        text = (
            "Beyond chance the clinics do not differ visibly. That does not show that they are "
            "alike, so the range for a next clinic allows for some."
        )
        return say("spread", "spread.zero", text, ("questions.main.spread",))
    text = (
        f"The true differences of about two clinics in three lie within "
        f"{points(main.spread)} of the mean {every(summary)}, those of the others further away."
    )
    return say("spread", "spread", text, ("questions.main.spread",))


def say_without(main: Question) -> Sentence:
    """Say where the means stay when any one clinic is left out."""
    rows = [pair for pair in main.pairs if pair.without_low is not None]
    parts = [
        f"within {interval(known(pair.without_low), known(pair.without_high))} for "
        f"{pair_names(pair)}"
        for pair in rows
    ]
    if not parts:
        return say("without", "without.few", "Too few clinics to leave one out.")
    text = f"With any one clinic left out, the mean stays {listing(parts)}."
    return say("without", "without", text)


def tell_within(summary: NetworkSummary) -> Iterable[Sentence]:
    """Say whether a child's social goals move further than its skill goals, format by format."""
    question = summary.question("within")
    if question is None:
        return
    for pair in question.pairs:
        if not pair.shown:
            continue
        low, high = ends(pair)
        first, second = format_names(pair)
        estimate, about = known(pair.estimate), range_name(summary)
        if pair.settled:
            ahead, behind = (first, second) if estimate > 0 else (second, first)
            near, far = (low, high) if estimate > 0 else (-high, -low)
            text = (
                f"{spell_over(pair)}, each child held against itself: compared with skill goals, "
                f"social goals moved {points(abs(estimate))} further {every(summary)} in {ahead} "
                f"than in {behind} ({about} {interval(near, far)})."
            )
        else:
            span = spell_span(low, high, first, second, "further in")
            text = (
                f"{spell_over(pair)}, each child held against itself: how much further social "
                f"goals move than skill goals {every(summary)} is not settled: anything from "
                f"{span} ({about})."
            )
        rule = "within.settled" if pair.settled else "within.open"
        yield say(f"within.{pair.id}", rule, text, [f"questions.within.pairs.{pair.id}.estimate"])


def tell_attained(summary: NetworkSummary) -> Iterable[Sentence]:
    """Say of 100 goals how many more reach the expected level in one format."""
    question = summary.question("attained")
    if question is None:
        return
    week = summary.measure.horizon_weeks
    for pair in question.pairs:
        if not pair.shown:
            continue
        low, high = ends(pair)
        this, than = format_names(pair)
        estimate = known(pair.estimate)
        if pair.settled:
            ahead, behind = (this, than) if estimate > 0 else (than, this)
            near, far = (low, high) if estimate > 0 else (-high, -low)
            text = (
                f"{spell_over(pair)}, of 100 goals about {abs(estimate):.0f} more reach the "
                f"expected level by week {week} in {ahead} than in {behind} "
                f"({range_name(summary)} {interval(near, far, 0)})."
            )
        else:
            text = (
                f"{spell_over(pair)}, of 100 goals from {_spell_more(low)} to {_spell_more(high)} "
                f"reach the expected level by week {week} in {this} than in {than} "
                f"({range_name(summary)}), which is not settled."
            )
        rule = "attained.settled" if pair.settled else "attained.open"
        yield say(
            f"attained.{pair.id}", rule, text, [f"questions.attained.pairs.{pair.id}.estimate"]
        )


def _spell_more(goals: float) -> str:
    return f"{abs(goals):.0f} {'fewer' if goals < 0 else 'more'}"


def say_adjusted(summary: NetworkSummary) -> Sentence:
    """Say what clinics allowed for."""
    everywhere = [
        TRAIT_NAMES[r.trait] for r in summary.adjusted if r.n_clinics == summary.n_clinics
    ]
    others = [TRAIT_NAMES[r.trait] for r in summary.adjusted if r.n_clinics != summary.n_clinics]
    text = (
        f"Every clinic allowed for {listing(everywhere)}."
        if everywhere
        else "No trait was allowed for in every clinic."
    )
    if others:
        text += (
            f" Only some allowed for {listing(others)}: a clinic allows for what it recorded and "
            "has room for, so part of what differs between clinics may come from that."
        )
    return say("adjusted", "adjusted", text, ("adjusted",))


def say_who(summary: NetworkSummary) -> Sentence:
    """Say what was read, and what nobody can see from it."""
    if summary.source == "records":
        text = (
            "Each clinic's records were read, checked and compared on their own; then what their "
            "reports print was pooled. Pairs that a clinic alone may not show count for nothing."
        )
        return say("who", "who.records", text)
    text = (
        "Only the clinics' own reports were read, no child's record. So nobody can see here "
        "whether a child went to two of these clinics, and pairs that a report does not show "
        "count for nothing."
    )
    return say("who", "who.reports", text)


def say_error(summary: NetworkSummary) -> Sentence:
    """Say how often a report like this one errs."""
    text = (
        f"If formats differ in nothing, at most {summary.error_percent:g} of 100 reports like this "
        "one call any format ahead anywhere. Each clinic's own report has an error of its own "
        "beside this."
    )
    return say("error", "error", text, ("error_percent",))


def tell_own(summary: NetworkSummary) -> Iterable[Sentence]:
    """Say whether the reader's own clinic lies where clinics like these may lie."""
    if not summary.own:
        return
    main = {pair.id: pair for pair in summary.questions[0].pairs if pair.shown}
    inside: list[str] = []
    outside: list[str] = []
    for own in summary.own:
        pair = main.get(own.id)
        if pair is None or own.conf_low is None or own.conf_high is None:
            continue
        far = own.conf_low > known(pair.next_high) or own.conf_high < known(pair.next_low)
        (outside if far else inside).append(pair_names(pair))
    parts = []
    if inside:
        parts.append(f"Your own clinic fits among the others for {listing(inside)}.")
    if outside:
        parts.append(
            f"For {listing(outside)} it lies outside the range of clinics like these: worth "
            "talking over what is done or rated otherwise."
        )
    if not parts:
        parts.append("Your own clinic's report shows no pair that is pooled here.")
    yield say("own", "own.outside" if outside else "own.inside", " ".join(parts), ("own",))


def tell_method(summary: NetworkSummary) -> Iterable[Sentence]:
    """Say how the clinics were pooled, for a second reader."""
    level = range_name(summary)
    texts = {
        "pooling": "The three differences are pooled at once: a clinic with two formats counts "
        "too, and the three means fit each other. Each clinic counts by how exact its answer is.",
        "spread": "How much clinics truly differ is estimated by restricted maximum likelihood, "
        "with one spread for all three pairs, and is part of every range; ranges are widened "
        "where clinics scatter more than that (Hartung and Knapp), and never narrowed.",
        "next": f"The range for a next clinic is a {level} too; it averages over how large the "
        "spread may be.",
        "gates": "A pair needs three clinics that compared both formats themselves. No clinic is "
        "named, and none is held against another.",
    }
    texts["exact"] = (
        "A clinic's standard error is worked out from the range it prints, so that a report "
        "need carry nothing more; ends of ranges move by about a hundredth for it."
    )
    for id, text in texts.items():
        yield say(f"method.{id}", f"method.{id}", text)
