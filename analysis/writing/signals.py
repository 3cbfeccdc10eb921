"""Signals noted instead of died of, while files are being settled.

In: nothing. Out: a list that grows when SIGINT, SIGTERM or SIGHUP arrive.
Decisions: handlers can only be changed in the main thread; elsewhere nothing is held.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

HELD_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class InterruptedWriteError(BaseException):
    """A signal arrived before anything was replaced; never leaves this package."""


@contextlib.contextmanager
def hold_signals() -> Iterator[list[int]]:
    """Note signals instead of dying of them, and let them act once the files are settled."""
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield held
        return
    before = {number: signal.getsignal(number) for number in HELD_SIGNALS}
    kept = {n: old for n, old in before.items() if old not in (signal.SIG_IGN, None)}
    try:
        for number in kept:
            signal.signal(number, lambda number, _frame: held.append(number))
        yield held
    finally:
        for number, old in kept.items():
            signal.signal(number, old)
        for number in held[:1]:
            signal.raise_signal(number)
