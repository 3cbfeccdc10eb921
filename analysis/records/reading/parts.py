"""The parts of a workbook, parsed with expat, and what two of them say: shared texts and styles.

In: the bytes of a workbook. Out: what the handlers of a part are called with; texts; whether a
style shows a date.
Decisions: document types are refused, so that no entity can swell. A workbook has a budget of
steps (a tag's beginning or end, a row of a gap): what it declares about its size need not be
true, so that the work itself is counted, before it is done. Source of the layout: ECMA-376 part
1, chapter 18.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO
from xml.parsers import expat

from analysis.records.reading.limits import LONGEST_CELL, OverLimitError

BLOCK = 1 << 18
WORKBOOK_PART = re.compile(r"(?:xl/)?workbook\d*\.xml")
MOST_STEPS = 8_000_000
DEEPEST = 100_000  # tags open at once: each takes memory, and a sheet needs ten
PIECES_AT_ONCE = 64
LONGEST_FORMAT = 1_000  # signs of a number format; a spreadsheet allows 255
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
DATE_WORD = re.compile(r"(?:d{1,4}|m{1,5}|y{1,4}|h{1,2}|s{1,2}|am|pm|a|p|e{1,4}|g{1,3}|b{2,4})+")
ESCAPED = re.compile(r"_x((?!0000|[dD][89a-fA-F])[0-9A-Fa-f]{4})_")  # no NUL, no surrogate

OnStart = Callable[[str, dict[str, str]], None]
OnText = Callable[[str], None]


class RefusedError(ValueError):
    """A part of the workbook that is not read."""


class Budget:
    """The steps that reading one workbook may take."""

    def __init__(self) -> None:
        self._steps = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Count work that is about to be done.

        Raises:
            OverLimitError: when it is more than a workbook of a clinic needs.
        """
        self._steps -= steps
        if self._steps < 0:
            raise OverLimitError(
                "the workbook holds more cells than are read from a workbook.",
                "Copy the table into a new workbook, or save it as CSV, which is read at this "
                "size.",
                "too_large",
            )


class Parts(Budget):
    """The parts of an archive by name, each parsed on demand."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        # Some programs write parts with backslashes, or in capitals other than they are named.
        self._parts = {plain_part(name): name for name in self._archive.namelist()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __contains__(self, part: str) -> bool:
        return plain_part(part) in self._parts

    def open(self, part: str) -> IO[bytes]:
        """Open a part."""
        return self._archive.open(self._parts[plain_part(part)])

    def parse(
        self, part: str, start: OnStart, end: OnText | None = None, text: OnText | None = None
    ) -> None:
        """Parse a part to its end."""
        for _ in self.parse_in_blocks(part, start, end, text):
            pass

    def parse_in_blocks(
        self, part: str, start: OnStart, end: OnText | None, text: OnText | None
    ) -> Iterator[None]:
        """Parse a part block by block, so that what was found can be used on the way."""
        depth = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        with self.open(part) as stream:
            while block := stream.read(BLOCK):
                plain = block.replace(b"\0", b"") if b"\0" in block else block
                n_tags, n_empty = plain.count(b"<"), plain.count(b"/>")
                self.spend(n_tags + n_empty + plain.count(b'="') // 4)
                depth += n_tags - 2 * plain.count(b"</") - n_empty
                if depth > DEEPEST:
                    raise RefusedError
                parser.Parse(block, False)
                yield
        parser.Parse(b"", True)
        yield


class OnePart(Parts):
    """A workbook that is one part, as the flat file of LibreOffice (.fods)."""

    def __init__(self, data: bytes) -> None:
        Budget.__init__(self)
        self._data = data
        self._parts = {}

    def open(self, part: str) -> IO[bytes]:
        """Open the whole, whatever `part` is called."""
        return io.BytesIO(self._data)


def plain_part(name: str) -> str:
    """Give the name by which a part is looked up, however its writer spelt it."""
    return name.replace("\\", "/").lstrip("/").casefold()


def find_workbook(names: Iterable[str]) -> str:
    """Give the name of the workbook's own part ("xl/workbook.xml" as a rule), "" without one."""
    found = sorted(name for name in map(plain_part, names) if WORKBOOK_PART.fullmatch(name))
    return found[0] if found else ""


def unescape(text: str) -> str:
    """Give a stored text with escapes such as _x000D_ as the signs they stand for.

    Source: ECMA-376 part 1, 22.9.2.19 (ST_Xstring).
    """
    return ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), text) if "_x" in text else text


def take_text(pieces: list[str], data: str) -> None:
    """Add a piece of a cell's text.

    Raises:
        OverLimitError: when the text grows longer than a spreadsheet lets a cell be.
    """
    pieces.append(data)
    if len(pieces) % PIECES_AT_ONCE == 0 and sum(map(len, pieces)) > LONGEST_CELL:
        raise OverLimitError.of_a_cell()


def _refuse_doctype(*_ignored: object) -> None:
    raise RefusedError


def read_shared(parts: Parts, part: str) -> list[str]:
    """Give the shared texts, runs joined and pronunciations left out."""
    texts: list[str] = []
    pieces: list[str] = []
    state = {"in": False, "phonetic": False}

    def start(name: str, _values: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] = True
        elif tag == "t":
            state["in"] = not state["phonetic"]

    def end(name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "si":
            texts.append(unescape("".join(pieces)))
        elif tag == "rPh":
            state["phonetic"] = False
        elif tag == "t":
            state["in"] = False

    def text(data: str) -> None:
        if state["in"]:
            take_text(pieces, data)

    parts.parse(part, start, end, text)
    return texts


def read_styles(parts: Parts, part: str) -> list[bool]:
    """Tell of each style of cells whether it shows a date."""
    custom: dict[int, bool] = {}
    formats: list[int] = []
    state = {"in": False}

    def start(name: str, values: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "numFmt":
            custom[int(values["numFmtId"])] = shows_date(values.get("formatCode", ""))
        elif tag == "cellXfs":
            state["in"] = True
        elif tag == "xf" and state["in"]:
            formats.append(int(values.get("numFmtId", "0")))

    def end(name: str) -> None:
        if name.endswith(" cellXfs"):
            state["in"] = False

    parts.parse(part, start, end)
    return [custom.get(number, number in DATE_FORMATS) for number in formats]


def shows_date(code: str) -> bool:
    """Tell whether a number format shows a date: its words must all be parts of a date.

    So "Standard" and other languages' names for General are no dates, whatever their letters.
    """
    code = code[:LONGEST_FORMAT]
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.', "", code.casefold())
    words = re.findall(r"[a-z]+", plain)
    return all(map(DATE_WORD.fullmatch, words)) and any(set(word) & set("dmyh") for word in words)
