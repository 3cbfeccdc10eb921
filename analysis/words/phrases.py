"""Phrases that several sections use: units of time, levels of confidence, names of a pair.

In: a published summary or a row of it. Out: parts of sentences. Decisions: a number of weeks or
a level of confidence is never typed, it is read from `Summary.measure`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from analysis.disclosure.fields import FormatId, Times
from analysis.disclosure.rows import Gate, Interval, Measure, WeekMean
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import NOT_COMPARABLE, Unit
from analysis.wording import FORMAT_NAMES, number, points, sentence_case

UNIT_NAMES: dict[Unit, str] = {
    "levels": "levels",
    "log_odds": "log odds",
    "percentage_points": "percentage points",
    "standard_deviations": "standard deviations",
}


TIMES: dict[Times, str] = {
    "quarter": "about a quarter more children",
    "half": "about half as many children again",
    "two": "about twice as many children",
    "three": "about three times as many children",
    "four": "about four times as many children",
    "five": "more than four times as many children",
}
AIM = ("answer.needed.half_width",)
NOT_SETTLED = "not settled by these records"


class Measured(Protocol):
    """A summary whose numbers are measured in something: of one clinic or of several."""

    @property
    def measure(self) -> Measure:
        """Weeks and levels of confidence."""


class OfPair(Protocol):
    """Anything about a pair of formats, the first minus the second."""

    @property
    def this(self) -> str:
        """The first format."""

    @property
    def than(self) -> str:
        """The second format."""


AnyPair = TypeVar("AnyPair", bound=OfPair)


def say(id: str, rule: str, text: str, numbers: Iterable[str] = ()) -> Sentence:
    """Give a sentence.

    Args:
        id: its stable name.
        rule: the rule that chose these words.
        text: the words.
        numbers: paths of the published numbers it uses.
    """
    return Sentence(id=id, rule=rule, text=text, numbers=tuple(numbers))


def name_records(summary: Summary) -> str:
    """Name the records a summary is of, so that their clinic can tell which they were."""
    return f"Records {summary.records.id}" if summary.records.id else "Records without a ledger"


def known(value: float | None) -> float:
    """Give a number that must be there.

    Raises:
        ValueError: if a summary says that a number is shown and does not hold it.
    """
    if value is None:
        raise ValueError("The summary says that a number is shown, and does not hold it.")
    return value


def spell_times(summary: Summary, pair: OfPair, times: Times) -> str:
    """Spell how many times as many children would do, and that it takes groups where there are."""
    grouped = any(summary.counted(name).n_groups for name in (pair.this, pair.than))
    return f"{TIMES[times]}, in more therapy groups," if grouped else TIMES[times]


def say_aim(summary: Summary) -> str:
    """Say what so many more children would bring: an answer, by a narrower range."""
    half = number(summary.answer.needed.half_width)
    return f"would give most clinics an answer (range {half} either way)"


def spell_rough(value: float) -> str:
    """Spell a mean that is given to a half or a whole step of its scale: 'about 3'."""
    return f"about {number(value, 0 if value == round(value) else 1)}"


def spell_mean(row: WeekMean) -> str:
    """Spell a mean level in a week, 'about' it where it is rough."""
    value = known(row.mean)
    return spell_rough(value) if row.rough else number(value, 1)


def ends(row: Interval) -> tuple[float, float]:
    """Give the lower and the upper end of an interval that is shown."""
    return known(row.conf_low), known(row.conf_high)


def every(summary: Measured) -> str:
    """Spell how long a rate lasts: 'every 12 weeks'."""
    return f"every {summary.measure.rate_weeks} weeks"


def weeks_compared(summary: Measured) -> str:
    """Spell the weeks compared: 'weeks 0 to 24'."""
    return f"weeks 0 to {summary.measure.horizon_weeks}"


def spell_unit(summary: Summary, unit: Unit) -> str:
    """Spell a unit; a rate is 'levels per 12 weeks'."""
    if unit == "rate":
        return f"levels per {summary.measure.rate_weeks} weeks"
    return UNIT_NAMES[unit]


def range_name(summary: Measured) -> str:
    """Spell what an interval is called: '95% range'."""
    return f"{spell_level(summary.measure.confidence)} range"


def narrow_range_name(summary: Measured) -> str:
    """Spell what the interval that shows no important difference is called: '90% range'."""
    return f"{spell_level(summary.measure.similarity_confidence)} range"


def spell_level(share: float) -> str:
    """Spell a level of confidence: '95%'."""
    return f"{100 * share:g}%"


def format_names(pair: OfPair) -> tuple[str, str]:
    """Spell both formats: 'group therapy', 'individual therapy'."""
    return FORMAT_NAMES[pair.this], FORMAT_NAMES[pair.than]


def pair_names(pair: OfPair, *, upper: bool = False) -> str:
    """Spell a pair of formats: 'group and individual therapy'."""
    words = f"{pair.this} and {FORMAT_NAMES[pair.than]}"
    return sentence_case(words) if upper else words


def spell_span(low: float, high: float, this: str, than: str, word: str = "in favour of") -> str:
    """Spell a range of this minus than by the format each end speaks for."""
    if low < 0 < high:
        return f"{points(-low)} {word} {than} to {points(high)} {word} {this}"
    side, near, far = (this, low, high) if low >= 0 else (than, -high, -low)
    return f"{number(near)} to {points(far)} {word} {side}"


def spell_could_be(low: float, high: float) -> str:
    """Spell how much slower or faster the first of two may be, by both ends of its range."""
    if low < 0 < high:
        return f"slower by up to {points(-low)}, or faster by up to {points(high)}"
    if low >= 0:
        return f"faster by {number(low)} to {points(high)}"
    return f"slower by {number(-high)} to {points(-low)}"


def say_not_settled(subject: str, between: str, range_name: str, more: str = "") -> str:
    """Say that a difference is not settled, in the same words on every page.

    Args:
        subject: what is compared, as a sentence begins.
        between: between what the difference lies: a clause with both ends.
        range_name: what the interval is called.
        more: what else belongs to the sentence, after the interval.
    """
    return f"{subject}: {NOT_SETTLED}; {between} ({range_name}){more}."


def find_setting(summary: Summary, name: str) -> float:
    """Give a choice made beforehand that is one number.

    Args:
        summary: the summary that prints it.
        name: its name in `Settings`.

    Raises:
        ValueError: if the summary does not print it.
    """
    (value,) = find_settings(summary, name)
    return value


def find_settings(summary: Summary, name: str) -> tuple[float, ...]:
    """Give a choice made beforehand that is several numbers; as `find_setting`."""
    for row in summary.method.settings:
        if row.name == name:
            return row.value if isinstance(row.value, tuple) else (row.value,)
    raise ValueError(f"The summary does not print the choice {name}.")


def absent_formats(summary: Summary) -> frozenset[str]:
    """Give the formats that no child in the records was planned for."""
    gates = summary.method.gates
    return frozenset(gate.format for gate in gates if gate.rule == "absent" and gate.format)


def present_formats(summary: Summary) -> tuple[FormatId, ...]:
    """Give the formats that this clinic has, in the summary's order; tables have a place for each.

    Where no format has a child, all are given, so that no table is left without a column.
    """
    absent = absent_formats(summary)
    return tuple(name for name in summary.formats if name not in absent) or summary.formats


def present_pairs(summary: Summary, pairs: Iterable[AnyPair]) -> list[AnyPair]:
    """Give those pairs whose two formats this clinic has, in their order."""
    present = present_formats(summary)
    return [pair for pair in pairs if pair.this in present and pair.than in present]


def compares(summary: Summary) -> bool:
    """Whether any pair could be compared: without one, the report is two pages and no annex."""
    return any(pair.label != NOT_COMPARABLE for pair in summary.answer.pairs)


def gate_numbers(gates: Iterable[Gate]) -> tuple[str, ...]:
    """Give the paths of the numbers that published gates show; a gate may show none."""
    return tuple(f"certainty.gates.{g.pair}.{g.gate}" for g in gates if g.have is not None)
