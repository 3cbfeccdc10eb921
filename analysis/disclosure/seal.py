"""By what a summary is known again: a seal anyone can check, and a name only its clinic can make.

In: a summary, and the clinic's ledger. Out: the summary with both; whether they still fit.
Decisions: both are taken over every number and neither over the sentences, which are told anew
whenever they are read. The seal notices an accident. The report's name is keyed with the
ledger's secret, so that nobody else can make one that fits.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from msgspec.structs import replace

from analysis.disclosure.ledger import Ledger
from analysis.disclosure.summary import Summary

DIGITS = 16


def seal_summary(summary: Summary, ledger: Ledger | None = None) -> Summary:
    """Give a summary with its name in the ledger and its seal.

    Args:
        summary: a published summary.
        ledger: the clinic's; without one the report has no name.
    """
    named = replace(summary, report=_name(summary, ledger) if ledger else "")
    return replace(named, seal=_digest(named))


def is_whole(summary: Summary) -> bool:
    """Tell whether no number of a summary changed since it was sealed."""
    return hmac.compare_digest(summary.seal, _digest(summary))


def is_of_ledger(summary: Summary, ledger: Ledger) -> bool:
    """Tell whether a summary was made with this ledger and not changed since, by anyone."""
    return hmac.compare_digest(summary.report, _name(summary, ledger))


def _name(summary: Summary, ledger: Ledger) -> str:
    bare = replace(summary, sentences=(), seal="", report="")
    return ledger.key_name("report", msgspec.json.encode(bare), DIGITS)


def _digest(summary: Summary) -> str:
    bare = replace(summary, sentences=(), seal="")
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()[:DIGITS]
