"""Numbers and names as a clinic lead would say them.

In: plain values that may be shown, or a number as a person types it. Out: strings; the number.
Decisions: nothing here decides what may be said (`analysis.decisions`) or shown
(`analysis.disclosure`); it only spells, and reads what is spelt.
"""

from __future__ import annotations

import argparse
import math
import re

from analysis.formats import FORMAT_NAMES as FORMAT_NAMES
from analysis.formats import FORMAT_TITLES as FORMAT_TITLES

MINUS = "\u2212"
ESTIMATE_DECIMALS = 2  # of a model's number, where it is printed
TYPED_NUMBER = re.compile(r"([-+]?)(\d{1,9})(?:([.,])(\d{1,12}))?", re.ASCII)

KIND_NAMES = {"skill": "skill goals", "social": "social goals"}
DOMAIN_NAMES = {
    "self_care": "self-care",
    "motor": "motor",
    "sensory": "sensory",
    "social": "social",
    "emotional": "emotional",
    "communication": "communication",
}
TRAIT_NAMES = {
    "attention": "attention",
    "peer_comfort": "comfort with other children",
    "social_share": "share of social goals",
    "severity": "severity",
    "age_years": "age",
    "baseline": "level at the start",
    "motor_delay": "motor delay",
    "sensory_needs": "sensory needs",
    "follows_instructions": "follows instructions",
    "communication": "communication",
    "site": "place of therapy",
    "motivation": "motivation",
    "energy": "energy",
    "start_term": "term of the start",
}


def round_half_up(value: float, decimals: int = 0) -> float:
    """Round as people do: halves away from zero, without a negative zero."""
    scale = 10.0**decimals
    rounded = math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)
    return rounded + 0.0


def number(value: float, decimals: int = 2) -> str:
    """Spell a number with a true minus sign and no negative zero."""
    text = f"{abs(round(value, decimals)):.{decimals}f}"
    return f"{MINUS}{text}" if round(value, decimals) < 0 else text


def signed(value: float, decimals: int = 2) -> str:
    """Spell a difference: always with its sign, except zero."""
    text = number(value, decimals)
    return f"+{text}" if round(value, decimals) > 0 else text


def points(value: float, decimals: int = 2) -> str:
    """Spell a size in attainment levels: '0.25 levels', '1.00 level'."""
    return f"{number(value, decimals)} {'level' if abs(round(value, decimals)) == 1 else 'levels'}"


def interval(low: float, high: float, decimals: int = 2) -> str:
    """Spell a range: '−0.10 to 0.45'."""
    return f"{number(low, decimals)} to {number(high, decimals)}"


def count(n: float, one: str, many: str | None = None) -> str:
    """Spell a count with its noun: 'about 1 child' never, '1 child', '240 children'."""
    return f"{n:,.0f} {one if n == 1 else many or one + 's'}"


def children(n: float) -> str:
    """Spell a number of children."""
    return count(n, "child", "children")


def percent(share: float) -> str:
    """Spell a share between 0 and 1 as a whole percent."""
    return f"{math.floor(100 * share + 0.5):d}%"


def listing(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Join words as in a sentence: 'a', 'a and b', 'a, b and c'."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence_case(text: str) -> str:
    """Give the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def read_number(text: str) -> float:
    """Give the number a person typed, with a decimal point or a decimal comma.

    Args:
        text: as typed after a command; meant as an argparse `type`.

    Raises:
        argparse.ArgumentTypeError: in words, for everything else: exponents, "nan", and "1,000",
            which is one in some countries and a thousand in others.

    Example:
        >>> read_number("0,3"), read_number("-1.5"), read_number("2")
        (0.3, -1.5, 2.0)
    """
    match = TYPED_NUMBER.fullmatch(text.strip().replace(MINUS, "-"))
    if not match:
        raise argparse.ArgumentTypeError("give a plain number, such as 0.3 or 0,3")
    sign, whole, mark, decimals = match.groups()
    if mark == "," and len(decimals) == 3 and whole.strip("0"):
        raise argparse.ArgumentTypeError(
            f"it is not clear whether {whole},{decimals} is {whole}.{decimals} or "
            f"{whole}{decimals}: write it one of these ways"
        )
    return float(f"{sign}{whole}.{decimals or 0}")
