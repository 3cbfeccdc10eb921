"""The sentences of "Does it depend?": kinds of goal, traits of the child, areas of life.

In: a published summary. Out: `Sentence`s. Decisions: the headline is always about group and
individual therapy (the claim that was made beforehand) where these can be compared, never about
the pair that happens to differ most; nothing is said about one child.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import DomainEffect, Gate, SecondPair
from analysis.disclosure.summary import (
    DomainsPart,
    Sentence,
    Summary,
    TraitPart,
    WithinChildPart,
)
from analysis.vocabulary import AHEAD, NO_IMPORTANT_DIFFERENCE
from analysis.wording import (
    DOMAIN_NAMES,
    FORMAT_NAMES,
    TRAIT_NAMES,
    children,
    count,
    interval,
    listing,
    number,
    points,
)
from analysis.words.credibility import CLAIMED_PAIR, COULD_HIDE, WOULD_BREAK, fill_cards
from analysis.words.gate_reasons import give_reason
from analysis.words.phrases import (
    NOT_SETTLED,
    ends,
    every,
    find_setting,
    format_names,
    known,
    narrow_range_name,
    pair_names,
    range_name,
    say,
    say_not_settled,
    spell_span,
)
from analysis.words.reasons import give_clause

NEVER_ONE_CHILD = (
    "These are averages over children. They say which differences to look for, not which format "
    "fits one child."
)
# Traits that a format chosen for the sake of social goals would show in.
OF_SOCIAL_GOALS = ("social_share", "peer_comfort")
NOT_ASKED = "Whether it depends on the goal or the child was not asked in this run."
DOMAIN_TITLES = {**DOMAIN_NAMES, "other": "other"}


def tell_subgroups(summary: Summary) -> list[Sentence]:
    """Say what the difference between formats goes with."""
    part = summary.subgroups
    if part is None:
        return [say("depends.not_asked", "depends.not_asked", NOT_ASKED)]
    return [
        *_tell_within(summary, part.within_child),
        *(_say_trait(summary, trait) for trait in part.traits),
        *_tell_domains(summary, part.domains),
        *(card.sentence for card in fill_cards(summary)),
        say("depends.never", "depends.never", NEVER_ONE_CHILD),
    ]


def choose_claimed(pairs: Sequence[SecondPair]) -> SecondPair | None:
    """Give the pair the headline is about: the claimed one, else the first that is shown.

    Args:
        pairs: published pairs, in their fixed order.
    """
    shown = [pair for pair in pairs if pair.shown]
    return next((p for p in shown if p.id == CLAIMED_PAIR), shown[0] if shown else None)


def _tell_within(summary: Summary, part: WithinChildPart) -> list[Sentence]:
    pairs = [_say_within_pair(summary, pair) for pair in part.pairs]
    if part.withheld:
        text = f"This cannot be answered with these records, because {give_clause(part.withheld)}."
        return [*pairs, say("depends.within.withheld", "within.withheld", text)]
    ahead = any(pair.shown and pair.label in AHEAD for pair in part.pairs)
    told = [
        _say_within_counts(part),
        *_tell_breaks(summary, ahead=ahead),
        _say_within_rates(summary, part),
    ]
    return [*pairs, *told]


def _say_within_pair(summary: Summary, pair: SecondPair) -> Sentence:
    """Say what the within-child test shows of one pair."""
    key, both = f"depends.within.{pair.id}", pair_names(pair)
    this, than = format_names(pair)
    if not pair.shown:
        text = (
            f"{pair_names(pair, upper=True)} cannot be compared in this way: "
            f"{_reason_both(summary, pair.gate)}."
        )
        return say(key, f"within.withheld.{pair.gate.rule if pair.gate else 'held_back'}", text)
    estimate, (low, high) = known(pair.estimate), ends(pair)
    if pair.label in AHEAD:
        ahead, behind = (this, than) if pair.ahead == pair.this else (than, this)
        if pair.ahead != pair.this:
            estimate, low, high = -estimate, -high, -low
        text = (
            "Each child against itself: compared with skill goals, social goals moved about "
            f"{points(estimate)} further {every(summary)} in {ahead} than in {behind} "
            f"({range_name(summary)} {interval(low, high)}); {WOULD_BREAK}."
        )
    elif pair.label == NO_IMPORTANT_DIFFERENCE:
        text = (
            "Each child against itself: how far social goals moved compared with skill goals "
            f"differs between {both} by less than {points(summary.margin)} {every(summary)} "
            f"({narrow_range_name(summary)} {_narrow(pair)}); {COULD_HIDE}."
        )
    else:
        between = (
            f"{every(summary)} social goals moved, compared with skill goals, anywhere from "
            f"{spell_span(low, high, this, than, 'further in')}"
        )
        subject = f"Each child against itself, {both}"
        text = say_not_settled(subject, between, range_name(summary))
    return say(key, f"within.{pair.label}", text, (f"depends.within_child.pairs.{pair.id}",))


def _narrow(pair: SecondPair) -> str:
    return interval(known(pair.narrow_low), known(pair.narrow_high))


def _reason_both(summary: Summary, gate: Gate | None) -> str:
    """Give why a pair is not compared; too few children means with both kinds of goal."""
    if gate is None:
        return "there are too few children to print the result"
    if gate.rule == "few_children" and gate.format:
        have = "too few" if gate.have is None else f"about {gate.have:.0f}"
        return (
            f"{FORMAT_NAMES[gate.format]} has {have} children with both kinds of goal, and at "
            f"least {count(known(gate.need), 'child', 'children')} are needed"
        )
    return give_reason(summary, gate)


def _say_within_counts(part: WithinChildPart) -> Sentence:
    """Say how many children have both kinds of goal, and what is taken for granted.

    Their number is not printed where so many have both that it would tell how few have not.
    """
    kinds = (
        "both a skill goal (self-care, motor, sensory) and a social goal (social, emotional, "
        "communication)"
    )
    counted = [row.n_children for row in part.rates if row.shown]
    if None in counted:
        who = f"In some formats nearly all children have {kinds}, so their number is not printed."
    else:
        who = f"About {children(sum(n or 0 for n in counted))} have {kinds}."
    text = (
        f"{who} Taken for granted: whatever is unrecorded about a child goes with both kinds of "
        "goal equally."
    )
    return say("depends.within.counts", "within.counts", text, ("depends.within_child.rates",))


def _tell_breaks(summary: Summary, *, ahead: bool) -> list[Sentence]:
    """Say what would break it, and whether the records look like it.

    Args:
        summary: the summary.
        ahead: a pair's own sentence says already what would break it.
    """
    largest = find_setting(summary, "overlap_smd")
    rows = [row for row in summary.cohort.balance if row.trait in OF_SOCIAL_GOALS]
    unlike = [TRAIT_NAMES[row.trait] for row in rows if known(row.before) > largest]
    key, text = "depends.within.breaks", "" if ahead else f"What would break it: {WOULD_BREAK}."
    if unlike:
        text += f" As they would then, the formats differed at the start in {listing(unlike)}."
        return [say(key, "within.breaks.hint", text.strip(), ("who.balance",))]
    return [say(key, "within.breaks", text)] if text else []


def _say_within_rates(summary: Summary, part: WithinChildPart) -> Sentence:
    """Say in each format how far the same children's social goals moved against skill goals."""
    parts = [
        f"{number(known(row.estimate))} ({interval(*ends(row))}) in {FORMAT_NAMES[row.format]}"
        for row in part.rates
        if row.shown
    ]
    text = (
        f"Social goals against the same child's skill goals, levels {every(summary)} with "
        f"{range_name(summary)}: {listing(parts)}."
    )
    return say("depends.within.rates", "within.rates", text, ("depends.within_child.rates",))


def _say_trait(summary: Summary, trait: TraitPart) -> Sentence:
    """Say whether the difference between two formats goes with a trait."""
    key, name, pair = (
        f"depends.trait.{trait.id}",
        TRAIT_NAMES[trait.id],
        choose_claimed(trait.pairs),
    )
    if pair is None:
        text = (
            f"Whether it depends on {name} cannot be answered with these records, because "
            f"{give_clause(trait.reason or 'not_compared')}."
        )
        return say(key, "trait.withheld", text)
    (low, high), (this, than) = ends(pair), format_names(pair)
    from_to = f"from a rating of {trait.low:g} to one of {trait.high:g} in {name}"
    both = pair_names(pair)
    if pair.label in AHEAD:
        towards = this if pair.ahead == pair.this else than
        if pair.ahead != pair.this:
            low, high = -high, -low
        text = (
            f"It goes with {name}: {from_to}, the difference between {both} shifts by "
            f"{points(abs(known(pair.estimate)))} {every(summary)} towards {towards} "
            f"({range_name(summary)} {interval(low, high)})."
        )
    elif pair.label == NO_IMPORTANT_DIFFERENCE:
        text = (
            f"It hardly goes with {name}: {from_to}, the difference between {both} shifts by less "
            f"than {points(summary.margin)} {every(summary)} ({narrow_range_name(summary)} "
            f"{_narrow(pair)})."
        )
    else:
        between = (
            f"{from_to}, the difference between {both} shifts {every(summary)} by anything from "
            f"{spell_span(low, high, this, than, 'towards')}"
        )
        text = say_not_settled(f"Whether it goes with {name}", between, range_name(summary))
    return say(key, f"trait.{pair.label}", text, (f"depends.traits.{trait.id}",))


def _tell_domains(summary: Summary, part: DomainsPart) -> list[Sentence]:
    """Say how differences are spread over areas of life, and which areas stand together."""
    key = "depends.domains"
    if not part.rows:
        text = (
            "Areas of life cannot be told apart with these records, because "
            f"{give_clause(part.withheld or 'few_in_a_format')}."
        )
        return [say(key, "domains.withheld", text)]
    first = part.rows[0]
    rows = [row for row in part.rows if (row.this, row.than) == (first.this, first.than)]
    rule = "domains.settled" if any(row.settled for row in rows) else "domains"
    ordered = sorted(rows, key=lambda row: known(row.estimate))
    low, high = ordered[0], ordered[-1]
    text = (
        f"{pair_names(first, upper=True)}, {len(rows)} areas of life: differences go from "
        f"{_spell_domain(low, f'{range_name(summary)} ')} to {_spell_domain(high)}, levels "
        f"{every(summary)}. An area with few children is shown nearer to the average of all areas, "
        f"because few children can look unusual by chance. {_say_settled_areas(rows)}"
    )
    told = [say(key, rule, text, ("depends.domains.rows",))]
    if part.folded:
        names = listing([DOMAIN_TITLES[name] for name in part.folded])
        verb = "stands" if len(part.folded) == 1 else "stand"
        text = f"Too few children have goals in {names}, which {verb} together as other goals."
        told.append(say(f"{key}.folded", "domains.folded", text))
    return told


def _say_settled_areas(rows: Sequence[DomainEffect]) -> str:
    """Say in which areas of life the difference is settled."""
    names = [DOMAIN_TITLES[row.domain] for row in rows if row.settled]
    if not names:
        return f"Area by area, a difference is {NOT_SETTLED}."
    if len(names) == len(rows):
        return "Each of these differences is settled."
    return f"Settled is the difference in {listing(names)} goals; elsewhere it is {NOT_SETTLED}."


def _spell_domain(row: DomainEffect, name: str = "") -> str:
    return (
        f"{number(known(row.estimate))} in {DOMAIN_TITLES[row.domain]} goals "
        f"({name}{interval(*ends(row))})"
    )
