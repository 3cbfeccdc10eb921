"""The page for families: the choice, what is known of it, what is not, and what to talk over.

In: a told summary. Out: a `FamilyPage` of `Sentence`s. Decisions: it says of a difference only what
page 1 says, in easier words; formats stand in their fixed order and the first is the subject, so
that no result decides the order; nothing is advised and nothing is said about one child; the items
of a patient decision aid (IPDAS; Stacey et al. 2021, Med Decis Making 41:801-820) are its sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.disclosure.fields import FormatId
from analysis.disclosure.rows import AttainedShare, MainPair
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import (
    BLOCKING,
    NOT_COMPARABLE,
)
from analysis.wording import FORMAT_NAMES, FORMAT_TITLES, children, interval, listing, sentence_case
from analysis.words.family_factors import Factor, list_factors
from analysis.words.family_pairs import tell_pairs
from analysis.words.phrases import (
    known,
    name_records,
    present_formats,
    range_name,
    say,
)

OPTIONS: dict[str, str] = {
    "individual": "One child works with one therapist.",
    "group": "A few children meet and work together.",
    "combined": "Some sessions are alone, and some are in a group.",
}
USE = (
    "This page is for families and therapists to read together. It gives facts and questions. "
    "The choice is made by the people who know the child."
)
LOT = "Children were not placed by lot. Who was in which format may make a gap, or hide one."
AIM = "The expected level is the aim that was set for a goal at the start."
CHANCE = (
    "Chance plays a part in each number, and the range shows how low or how high it may be. Two "
    "numbers can differ by chance alone: go by the lines above."
)
VALUES = (
    "Trips and times that suit us",
    "Time with other children",
    "Time alone with one adult",
    "A place and a pace that feel safe",
    "Tasks that we can do at home",
    "A start that is soon",
)
WEIGHTS = ("a lot", "some", "not much")
# Why formats cannot be compared, in words of everyday.
_TOO_FEW = "too few children can be matched"
_NOT_WRITTEN = "too little was written down at the start"
_WHY_NOT = {
    "few_children": _TOO_FEW,
    "few_groups": _TOO_FEW,
    "low_df": _TOO_FEW,
    "n_effective": _TOO_FEW,
    "rare": "the children in them were too unlike",
    "unlike": "the children in them were too unlike",
    "separated": "the children in them were too unlike",
    "groups_not_recorded": _NOT_WRITTEN,
    "few_traits": _NOT_WRITTEN,
}


@dataclass(frozen=True)
class Hundred:
    """One format of the choice.

    Attributes:
        format: its id.
        option: what it is, in a line.
        of_100: of 100 goals, how many reach the expected level; None where it may not be said.
        low, high: the ends of its range; None where there is none.
        number: the same in words, or why there is no number.
    """

    format: FormatId
    option: Sentence
    of_100: int | None
    low: int | None
    high: int | None
    number: Sentence


@dataclass(frozen=True)
class FamilyPage:
    """What the page says, section by section, in reading order."""

    title: Sentence
    use: Sentence
    outcome: Sentence
    aim: Sentence
    hundreds: tuple[Hundred, ...]
    sure: tuple[Sentence, ...]
    cannot: tuple[Sentence, ...]
    factors: tuple[Factor, ...]
    values: Sentence
    source: tuple[Sentence, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, in reading order."""
        formats = (s for row in self.hundreds for s in (row.option, row.number))
        factors = (s for row in self.factors for s in (row.question, row.answer))
        first = (self.title, self.use, self.outcome, self.aim, *formats, *self.sure, *self.cannot)
        return (*first, *factors, self.values, *self.source)


def tell_family(summary: Summary) -> FamilyPage:
    """Say what the page for families says.

    Args:
        summary: a published summary.
    """
    present = present_formats(summary)
    hundreds, week = _tell_hundreds(summary, present)
    return FamilyPage(
        title=say("family.title", "family.title", _give_title(present)),
        use=say("family.use", "family.use", USE),
        outcome=_say_outcome(week),
        aim=say("family.aim", "family.aim", AIM),
        hundreds=hundreds,
        sure=tuple(_tell_sure(summary, present, hundreds)),
        cannot=tuple(_tell_cannot(summary, present)),
        factors=list_factors(summary),
        values=say("family.values", "family.values", "What matters to your family?"),
        source=tuple(_tell_source(summary, ranged=any(row.low is not None for row in hundreds))),
    )


def _give_title(present: Sequence[FormatId]) -> str:
    names = listing([*present[:-1], FORMAT_NAMES[present[-1]]], last="or")
    return f"{sentence_case(names)}: what is known, and what matters to us?"


def _say_outcome(week: int) -> Sentence:
    text = f"Of 100 goals, how many reach the expected level by week {week}?"
    return say("family.outcome", "family.outcome", text, ("measure",))


def _tell_hundreds(
    summary: Summary, present: Sequence[FormatId]
) -> tuple[tuple[Hundred, ...], int]:
    """Give each format's goals of 100, all of one week, and that week."""
    if len(present) == 1:
        return _tell_own_course(summary, present[0])
    compared = {
        name
        for pair in summary.answer.pairs
        if pair.label != NOT_COMPARABLE
        for name in (pair.this, pair.than)
    }
    part = summary.attainment
    rows = [
        row
        for row in (part.shares if part else ())
        if row.format in compared and row.format in present and row.of_100 is not None
    ]
    by_week: dict[int, dict[str, AttainedShare]] = {}
    for row in rows:
        by_week.setdefault(row.week, {})[row.format] = row
    week = max(by_week, key=lambda w: (len(by_week[w]), w), default=summary.measure.horizon_weeks)
    own = by_week.get(week, {})
    return tuple(_tell_hundred(summary, f, own.get(f), week, f in compared) for f in present), week


def _tell_hundred(
    summary: Summary, name: FormatId, row: AttainedShare | None, week: int, compared: bool
) -> Hundred:
    option = say(f"family.option.{name}", "family.option", OPTIONS[name])
    key = f"family.of_100.{name}"
    if row is None:
        text = (
            "Too few children to give a number."
            if compared
            else "There is no number yet that is fair to compare."
        )
        return Hundred(name, option, None, None, None, say(key, "family.no_number", text))
    low, high = known(row.low), known(row.high)
    text = f"About {row.of_100} of 100 (range {interval(low, high, 0)})."
    number = say(key, "family.of_100", text, (f"soon.shares.{week}",))
    return Hundred(name, option, row.of_100, row.low, row.high, number)


def _tell_own_course(summary: Summary, name: FormatId) -> tuple[tuple[Hundred, ...], int]:
    """Give the goals of 100 of a clinic's one format, as its children came."""
    found: dict[int, int] = {}
    for band in summary.progress.levels:
        if band.format == name and band.band in ("0", "+1", "+2", "at", "above", "at_or_above"):
            found[band.week] = found.get(band.week, 0) + int(known(band.percent))
    week = max(found, default=summary.measure.horizon_weeks)
    option = say(f"family.option.{name}", "family.option", OPTIONS[name])
    if not found or not 0 <= found[week] <= 100:
        text = "Too few children to give a number."
        number = say(f"family.of_100.{name}", "family.no_number", text)
        return (Hundred(name, option, None, None, None, number),), week
    text = f"About {found[week]} of 100, of the goals that were looked at in week {week}."
    number = say(f"family.of_100.{name}", "family.own_course", text, ("progress.levels",))
    return (Hundred(name, option, found[week], None, None, number),), week


def _tell_sure(
    summary: Summary, present: Sequence[FormatId], hundreds: Sequence[Hundred]
) -> list[Sentence]:
    """Say what may be said of differences, and what chance and choice may have to do with it."""
    if len(present) == 1:
        text = (
            f"These records hold {FORMAT_NAMES[present[0]]} and no other format, so there is "
            "nothing to compare it with. Goals grow with age too."
        )
        return [say("family.one", "family.one", text)]
    pairs = [p for p in summary.answer.pairs if p.this in present and p.than in present]
    if all(pair.label == NOT_COMPARABLE for pair in pairs):
        return [_say_closed(summary, pairs)]
    told = tell_pairs(pairs)
    if any(row.low is not None for row in hundreds):
        told.append(say("family.range", "family.range", CHANCE))
    return [*told, say("family.lot", "family.lot", LOT)]


def _say_closed(summary: Summary, pairs: Sequence[MainPair]) -> Sentence:
    """Say that no formats can be compared yet, and why where it can be said in a few words."""
    rules = [
        gate.rule
        for pair in pairs
        for gate in summary.method.gates
        if gate.pair == pair.id and not gate.passed and gate.gate in BLOCKING
    ]
    reasons = list(dict.fromkeys(_WHY_NOT.get(rule, "") for rule in rules))
    text = "These records cannot compare the formats yet"
    if reasons and all(reasons):
        text += f", because {listing(reasons)}"
    return say("family.closed", "family.closed", f"{text}. The choice can still be talked over.")


def _tell_cannot(summary: Summary, present: Sequence[FormatId]) -> list[Sentence]:
    """Say what these records cannot say."""
    texts = [
        "Which format fits one child. They tell of many children at once.",
        f"What comes after week {summary.measure.horizon_weeks}.",
        "How it felt: the fun, the friends, the hard days.",
        "What it takes from a family: trips, time and money.",
        "How other ways would do, such as to wait.",
    ]
    absent = [FORMAT_NAMES[name] for name in summary.formats if name not in present]
    if absent:
        texts.append(f"How {listing(absent, last='or')} would do. The clinic's records hold none.")
    return [say(f"family.cannot.{k}", "family.cannot", text) for k, text in enumerate(texts)]


def _tell_source(summary: Summary, *, ranged: bool) -> list[Sentence]:
    """Say where the numbers are from and who stands behind them."""
    n = summary.counted("all").n_children
    who = f"about {children(n)}" if n is not None else "some children"
    kind = "made-up records" if summary.invented else "this clinic's own records"
    text = (
        f"Source: {kind} of {who}, from week 0 to {summary.measure.horizon_weeks} "
        f"({name_records(summary)})."
    )
    text += f" Each range is a {range_name(summary)}." if ranged else ""
    free = (
        "The team's report holds the same numbers, and how they were found. A free program that "
        "anyone may read made both."
    )
    return [
        say("family.source", "family.source", text, ("answer.counts", "measure")),
        say("family.made", "family.made", free),
    ]


def describe_hundreds(page: FamilyPage) -> str:
    """Say what the dots of the page show, for those who do not see them."""
    parts = [f"{FORMAT_TITLES[row.format]}: {row.number.text}" for row in page.hundreds]
    return " ".join([page.outcome.text, *parts])
