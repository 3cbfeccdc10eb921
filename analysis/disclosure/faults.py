"""Why a file is no published summary: another version, or where it is not what it should be.

In: the bytes of a file that could not be read as a summary, and the error. Out: a sentence with
its mend. Decisions: a library's message may quote a key or a value of the file, and nobody knows
what a file holds; so only the place is passed on, which is made of names of our own types.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from analysis.disclosure.fields import SUMMARY_VERSION

NOT_OURS = (
    "The summary was not written by this program ({place}). Give the summary.json that stands "
    "beside the last report, as it was left there."
)
OTHER_VERSION = (
    "The summary was written by another version of this program (its summaries have version "
    "{theirs}, these {ours}), so the two cannot stand beside each other. Make the last report "
    "again with this version, or leave the summary out and do not hand out both reports."
)
PLACE = re.compile(r"`(\$[a-z0-9_.\[\]]{0,200})`$")


class _Version(msgspec.Struct):
    """The one thing that a file of any version tells."""

    version: Annotated[int, msgspec.Meta(ge=0, le=1000)]


def say_fault(content: bytes, error: Exception) -> str:
    """Say why a file is no summary.

    Args:
        content: the file's bytes.
        error: what reading it as a summary raised.
    """
    try:
        version = msgspec.json.decode(content, type=_Version).version
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        version = SUMMARY_VERSION
    if version != SUMMARY_VERSION:
        return OTHER_VERSION.format(theirs=version, ours=SUMMARY_VERSION)
    if not isinstance(error, msgspec.ValidationError):
        return NOT_OURS.format(place="it is no complete JSON")
    place = PLACE.search(str(error))
    where = f"what stands at {place[1]} is" if place else "its parts are"
    return NOT_OURS.format(place=f"{where} not what it writes there")
