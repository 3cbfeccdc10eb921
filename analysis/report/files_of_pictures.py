"""Where pictures are written: a folder of their own, which holds nothing else.

In: a folder, and name and content of each file. Out: the files to write, or a refusal. Decisions:
only a folder that is empty or holds pictures of ours is written to, so that nothing of anybody
else's is replaced; nothing slow is imported, because a folder is refused before records are read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import WriteError
from analysis.writing import Output
from analysis.writing.places import kind_of_place, read_ordinary

INDEX = "index.html"
INDEX_MARK = b"<!doctype html><!-- pictures of a therapy formats report -->"
SVG_MARK = b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- therapy formats -->'
PNG_MARK = b"\x89PNG\r\n\x1a\n"
TITLES: Mapping[str, str] = {
    "contrasts": "The difference between two formats at a time",
    "needed": "What an answer needs, and what these records have",
    "rates": "How far goals moved in each format, children made alike",
    "flow": "Who is compared",
    "balance": "How alike the children were at the start",
    "overlap": "How many children have counterparts in the other formats",
    "progress": "The mean level of goals from week to week",
    "levels": "How goals were spread over the levels",
    "kinds": "Social goals beside the same child's skill goals",
    "traits": "The difference beside attention, and beside comfort with other children",
    "domains": "The difference in each area of life",
    "effort": "Therapist time, and what was gained in it",
    "icons": "Of 100 goals, those at the expected level{week}",
    "analyses": "The same question, asked in other ways",
    "dropout": "If children who left had made less progress",
    "yardsticks": "How strong something unrecorded would have to be",
}
NAME = re.compile(rf"(?:{'|'.join(TITLES)})(?:-\d{{1,3}})?\.(?:svg|png)")
MOST_INDEX = 1_000_000


def plan_pictures(folder: Path) -> frozenset[str]:
    """Give the names of pictures of ours that stand in a folder, or refuse it.

    Args:
        folder: where pictures are wanted; it may be missing.

    Raises:
        WriteError: if it is no folder, its own folder is missing, or it holds anything else.
    """
    kind = kind_of_place(folder)
    if kind == "missing":
        if kind_of_place(folder.absolute().parent) != "folder":
            raise WriteError(f'The folder around "{folder.name}" does not exist. Make it first.')
        return frozenset()
    if kind != "folder":
        raise WriteError(f'"{folder.name}" is not a folder. Name a new folder for the pictures.')
    try:
        names = [name for name in sorted(os.listdir(folder)) if not name.startswith(".")]
        ours = not names or (
            read_ordinary(folder / INDEX, MOST_INDEX).startswith(INDEX_MARK)
            and all(NAME.fullmatch(name) or name == INDEX for name in names)
        )
    except (OSError, ValueError):
        ours = False
    if not ours:
        raise WriteError(
            f'The folder "{folder.name}" holds other things, so nothing is written into it. Name '
            "a new folder for the pictures (--figures)."
        )
    return frozenset(name.rpartition(".")[0] for name in names if name != INDEX)


def picture_outputs(folder: Path, contents: Mapping[str, bytes]) -> list[Output]:
    """Give the files to write, each with how an old one must begin to be replaced."""
    marks = {".svg": SVG_MARK, ".png": PNG_MARK, ".html": INDEX_MARK}
    return [
        Output(folder / name, content, marks[Path(name).suffix])
        for name, content in contents.items()
    ]
