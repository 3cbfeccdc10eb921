"""The values a published summary may hold: names from fixed lists, and bounded numbers.

In: nothing. Out: the types of the fields of `disclosure.rows`, the formats and pairs as such
names. Decisions: no field is free text; numbers are finite and bounded, so that no file can
smuggle in what no report prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_args

import msgspec

FormatId = Literal["individual", "group", "combined"]
PairId = Literal["group-individual", "combined-individual", "combined-group"]
Domain = Literal["self_care", "motor", "sensory", "social", "emotional", "communication", "other"]
Trait = Literal[
    "attention",
    "peer_comfort",
    "social_share",
    "severity",
    "age_years",
    "baseline",
    "motor_delay",
    "sensory_needs",
    "follows_instructions",
    "communication",
    "site",
    "motivation",
    "energy",
    "start_term",
]
Word = Literal["few", "nearly all"]
# So many times as many children as now: a quarter or half as many again, twice as many, ...
Times = Literal["quarter", "half", "two", "three", "four", "five"]
Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Percent = Annotated[int, msgspec.Meta(ge=-100, le=100)]
Week = Annotated[int, msgspec.Meta(ge=0, le=520)]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{0,64}$")]
Name = Annotated[str, msgspec.Meta(pattern="^[A-Za-z][A-Za-z0-9 ._-]{0,63}$")]
Column = Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,40}$")]

SUMMARY_VERSION: Final = 5
FORMAT_IDS: Final[tuple[FormatId, ...]] = ("individual", "group", "combined")
PAIR_NAMES: Final[Mapping[tuple[str, str], tuple[PairId, FormatId, FormatId]]] = MappingProxyType(
    {
        ("group", "individual"): ("group-individual", "group", "individual"),
        ("combined", "individual"): ("combined-individual", "combined", "individual"),
        ("combined", "group"): ("combined-group", "combined", "group"),
    }
)


def one_of(names: Any, name: str) -> Any:
    """Give a name as one of a fixed list.

    Args:
        names: a `Literal` type of this module, e.g. `Trait`.
        name: the name.

    Raises:
        ValueError: if the list does not hold it.
    """
    if name not in get_args(names):
        raise ValueError("A name is not one of its fixed list.")
    return name
