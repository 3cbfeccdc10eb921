"""A proposal in words: what a sheet is taken for, what is guessed, and the command that accepts it.

In: a `Proposal` and where the records are. Out: text for a screen.
Decisions: a heading or label stands here only as it may be shown; every command works when it is
pasted, from any folder.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from pathlib import Path

from analysis.records.assignment.columns import show_known
from analysis.records.assignment.place import own_mapping
from analysis.records.assignment.plan import CERTAIN, GUESS, Item, Proposal
from analysis.records.assignment.propose import CHOICES
from analysis.records.assignment.visits import FILLERS, read_visit
from analysis.records.assignment.words import FORMATS_BY_WORD, plain_words
from analysis.records.assignment.write import mapping_text, quoted
from analysis.records.mapping import Mapping
from analysis.records.privacy.identifiers import HEADING_WORDS
from analysis.records.privacy.labels import show_label
from analysis.records.schema import DOMAINS

MOST_TOLD = 40
SHOWN_WORDS = HEADING_WORDS | FILLERS | FORMATS_BY_WORD.keys()


def command(module: str, *words: str | Path) -> str:
    """Give a command as it can be pasted: the interpreter that runs now, every word quoted."""
    parts = [sys.executable or "python", "-m", f"analysis.{module}", *map(str, words)]
    return subprocess.list2cmdline(parts) if os.name == "nt" else shlex.join(parts)


def tell_proposal(proposal: Proposal, path: Path, *, prepare: bool = False) -> str:
    """Give a proposal with its reasons, the command that accepts it, and the lines to paste.

    Args:
        proposal: what is proposed.
        path: where the records are.
        prepare: whether these records must go through `analysis.prepare`.
    """
    if not proposal.open_items and not proposal.unknown and not prepare:
        return ""
    sure = [item for item in proposal.items if item.certainty == CERTAIN]
    asked = [item for item in proposal.open_items if item.certainty != GUESS]
    lines: list[str] = []
    for items, head in (
        (sure, "Taken for certain:"),
        (asked, "To be confirmed by you:"),
        (proposal.guesses, "Guesses, because nothing in the sheet tells. Look at each:"),
    ):
        if items:
            lines += [head, *_told(items), ""]
    if proposal.unknown:
        lines += ["Labels whose meaning you have to give:"]
        lines += [f"  - {name}: {_quote_all(labels)}" for name, labels in proposal.unknown.items()]
        lines += [""]
    target = path.resolve()
    word = ["--accept", "guesses"] if proposal.guesses else ["--accept"]
    if prepare:
        folder = target.with_name(f"{target.stem}-coded")
        run = command("prepare", target, "--out", folder, *word)
        lines += ["If this is right, make coded records with", f"  {run}"]
    elif proposal.open_items:
        lines += ["If this is right, accept it with", f"  {command('check', target, *word)}"]
    if proposal.lacking:
        lines += [f"Still missing after that: {', '.join(proposal.lacking)}.", ""]
    name = own_mapping(target).name
    text, hidden = _shown_text(proposal)
    if text:
        lines += [
            f"If not, correct the lines below and save them as {name} beside the records: every "
            "command finds it there."
            + (f" ({hidden} lines that could name somebody are not shown.)" if hidden else ""),
            "",
            text.rstrip("\n"),
        ]
    return "\n".join(lines).rstrip("\n")


def _told(items: list[Item]) -> list[str]:
    lines = []
    for item in items[:MOST_TOLD]:
        given = (
            item.given
            if item.part in ("layout", "totals", "goals", "levels", "weeks", "ages")
            else (f'"{item.given}"')
        )
        column = f"{item.part.partition('.')[2]} " if item.part.startswith("labels.") else ""
        lines.append(f"  - {column}{given} is {item.means}: {item.reason}")
    if len(items) > MOST_TOLD:
        lines.append(f"  - and {len(items) - MOST_TOLD} more")
    return lines


def _quote_all(labels: list[str]) -> str:
    return ", ".join(quoted(label) for label in labels[:MOST_TOLD])


def _shown_text(proposal: Proposal) -> tuple[str, int]:
    """Give the mapping as it may be shown, and how many of its lines may not."""
    whole = proposal.mapping
    columns = {
        heading: name
        for heading, name in whole.columns.items()
        if show_known(heading, 0) == heading
    }
    labels = {
        column: {label: value for label, value in found.items() if show_label(label) == label}
        for column, found in whole.labels.items()
    }
    reviews = tuple(one for one in whole.reviews if _may_be_shown(one, ("level", "date")))
    goals = tuple(
        one for one in whole.goals if _may_be_shown(one, [key for key in one if key != "goal"])
    )
    formats = whole.formats if _may_be_shown(whole.formats, tuple(whole.formats)) else {}
    hidden = len(whole.columns) - len(columns) + len(whole.reviews) - len(reviews)
    hidden += len(whole.goals) - len(goals) + len(whole.formats) - len(formats)
    hidden += sum(len(found) for found in whole.labels.values())
    hidden -= sum(len(found) for found in labels.values())
    shown: Mapping = replace(
        whole, columns=columns, labels=labels, reviews=reviews, goals=goals, formats=formats
    )
    return mapping_text(shown, _remarks(proposal), proposal.unknown, _choices()), hidden


def _may_be_shown(block: AnyMapping[str, str | int], keys: Iterable[str]) -> bool:
    """Tell whether every heading in a part of the mapping may be shown."""
    headings = [str(block[key]) for key in keys if key in block]
    return all(show_known(one, 0) == one or _is_of_block(one) for one in headings)


def _is_of_block(heading: str) -> bool:
    """Tell whether a heading is made of known words and small numbers ("Goal 1 pre", "0")."""
    words = plain_words(heading).split("_")
    return all(
        len(word) < 3 or word in SHOWN_WORDS or read_visit(word) is not None for word in words
    )


def written_text(proposal: Proposal) -> str:
    """Give the mapping as it is written beside the records."""
    head = (
        "# What the columns and labels of these records mean; README.md says how to write it.\n\n"
    )
    return head + mapping_text(proposal.mapping, _remarks(proposal), proposal.unknown, _choices())


def _remarks(proposal: Proposal) -> dict[tuple[str, str], str]:
    return {(item.part, item.given): f"a guess: {item.reason}" for item in proposal.guesses}


def _choices() -> dict[str, str]:
    return {**CHOICES, "domain": " or ".join(quoted(name) for name in DOMAINS)}
