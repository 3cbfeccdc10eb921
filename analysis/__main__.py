"""The one command of an installed copy: `therapy-formats report`, or `python -m analysis report`.

In: the name of a command and what stands after it. Out: that command's exit code. Decisions: each
command is a module of its own and is imported only when it is asked for; what stands after its
name is handed over as it is.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Final

COMMANDS: Final = {
    "report": ("analysis.report.__main__", "compare the formats and write the PDF"),
    "check": ("analysis.check", "look at records before comparing anything"),
    "prepare": ("analysis.prepare.__main__", "turn a raw export into coded records"),
    "template": ("analysis.template", "write a workbook to fill in"),
    "app": ("analysis.app.__main__", "do all of this in the browser, without typing"),
    "notebooks": ("analysis.notebook.__main__", "run the notebooks, or open copies of them"),
    "network": ("analysis.network.__main__", "pool the reports of several clinics"),
    "verify": ("analysis.verify", "hold a report against its own numbers"),
    "selfcheck": ("analysis.selfcheck.__main__", "try this copy on this machine"),
    "audit": ("analysis.audit.__main__", "how often reports are right, on invented clinics"),
}
USAGE = "How to use it: therapy-formats COMMAND, then --help to see what the command takes.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that is named first.

    Args:
        arguments: what stands after `therapy-formats`; the program's own when None.

    Returns:
        The command's exit code; 0 after the list of commands, 2 for a name that is none.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        sys.stdout.write(_list_commands())
        return 0
    name, *rest = given
    if name not in COMMANDS:
        sys.stderr.write(f"There is no command of this name.\n{_list_commands()}")
        raise SystemExit(2)
    code: int = importlib.import_module(COMMANDS[name][0]).main(rest)
    return code


def _list_commands() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{does}" for name, (_, does) in COMMANDS.items()]
    return USAGE + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
