"""What a person types after a command, read so that every fault is one sentence.

In: the words of a command line. Out: their values; a fault in one sentence and exit code 2.
Decisions: a whole number is at most nine digits and nothing else; for others there is
`wording.read_number`. What was typed is repeated in plain signs only.
"""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
ARGUMENT = re.compile(r"^argument ([^:]{1,80}): ")
MOST_SHOWN = 200


class Arguments(argparse.ArgumentParser):
    """A parser whose help begins with what the command does, and that needs no page for a fault."""

    def format_help(self) -> str:
        """Give what the command does, then how it is called, then its choices."""
        usual = super().format_help()
        usage, _, rest = usual.partition("\n\n")
        told = self._get_formatter()
        told.add_text(self.description)
        said = told.format_help()
        return f"{said}\n{usage}\n\n{rest.removeprefix(said).lstrip()}"

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        said = ARGUMENT.sub(r"\1: ", message)
        said = "".join(c if c.isprintable() else "?" for c in said)[:MOST_SHOWN].rstrip(".")
        said = said.encode("ascii", "replace").decode()
        self.exit(2, f"{said[:1].upper()}{said[1:]} (`{self.prog} --help` says what it takes).\n")


def whole(text: str) -> int:
    """Read a whole number.

    Raises:
        argparse.ArgumentTypeError: if it is none.
    """
    if not WHOLE.fullmatch(text.strip()):
        raise argparse.ArgumentTypeError("give a whole number, such as 11")
    return int(text.strip())
