"""The private ledger: which children stood behind what was shown, and nothing that may leave.

In: groups of children, and what each child brought into a comparison. Out: how a group stands to
those of earlier reports, whether a look may stand beside earlier ones, and the keyed names by
which a report knows its ledger. Decisions: the ledger is the clinic's own file and holds keyed
digests of single children (HMAC-SHA256 with the clinic's random secret), so that it tells exactly
how many came or left; nothing of it but keyed names enters a summary. What is not sealed with
the secret is refused: emptied, cut or edited, protection never turns off without a word.

Source: HMAC as in RFC 2104.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec.structs import replace

from analysis.disclosure.fields import FormatId
from analysis.disclosure.groups import Brought, Groups
from analysis.errors import AnalysisError
from analysis.measures.earlier import Earlier, PastLook

UNKNOWN = PastLook(number=0, share=0.0, spent=0.0)
LEAST_LEFT = 1e-9
SAME, CLOSE, APART, NEW = "same", "close", "apart", "new"
SECRET_BYTES = 32
NAME_DIGITS, CHILD_DIGITS, OUTCOME_DIGITS = 16, 16, 8
Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]*$")]
GroupName = Annotated[str, msgspec.Meta(pattern="^[a-z0-9_.]{1,60}$")]
Secret = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Masks = Mapping[str, int]
COMPARED = "compared."

BROKEN = (
    "The private ledger was emptied, cut off or changed since this program wrote it, so nothing "
    "can be promised about children who came or left. Put back a copy of it. Only if none of its "
    "reports was handed out may it be moved away: a new one begins."
)


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the ledger's file."""


class ReportEntry(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """The groups behind the new numbers of one report, as sets of places in `children`.

    Attributes:
        report: keyed name of the report; before: that of the one it was held against, or "".
        groups: name -> hexadecimal digits of a whole number whose bit i stands for child i.
        records: keyed name of what was looked at; look, share, spent, overlap: the report's place
            in its chain of reports and its part of their error (`measures.earlier.PastLook`).
    """

    report: Hex
    before: Hex
    groups: dict[GroupName, Hex]
    records: Hex = ""
    look: Annotated[int, msgspec.Meta(ge=0)] = 0
    share: Share = 0.0
    spent: Share = 0.0
    overlap: Share = 0.0


class ShownFormat(_Part, frozen=True, kw_only=True):
    """One format of something shown: its children, their keyed outcomes in order, both hex."""

    format: FormatId
    children: Hex
    outcomes: Hex
    compared: bool


class LedgerContent(_Part, frozen=True, kw_only=True):
    """Everything in the ledger's file; `children` are keyed digests, new ones at the end."""

    version: Literal[1] = 1
    secret: Secret
    children: tuple[Hex, ...] = ()
    reports: tuple[ReportEntry, ...] = ()
    shown: tuple[tuple[ShownFormat, ...], ...] = ()
    seal: Hex = ""


class Ledger:
    """A clinic's ledger while it is used.

    Attributes:
        content: what its file holds, with what was remembered since.
    """

    def __init__(self, content: LedgerContent | None = None) -> None:
        self.content = content or LedgerContent(secret=secrets.token_hex(SECRET_BYTES))
        self._key = bytes.fromhex(self.content.secret)
        self._places = {digest: i for i, digest in enumerate(self.content.children)}
        self._place_of: dict[str, int] = {}

    @property
    def id(self) -> str:
        """The ledger's name, as its reports bear it; it tells nothing of the secret."""
        return self.key_name("ledger", b"")

    def key_name(self, purpose: str, text: bytes, digits: int = NAME_DIGITS) -> str:
        """Give a keyed digest that confirms nothing to whoever has not the secret.

        Args:
            purpose: what it is for; digests of one text for two purposes differ.
            text: what is digested.
            digits: hexadecimal digits given.
        """
        message = purpose.encode() + b"\x00" + text
        return hmac.digest(self._key, message, "sha256").hex()[:digits]

    def judge_groups(self, groups: Groups, report: str, smallest: int) -> dict[str, str]:
        """Tell of every group how it stands to those of a report and of all before it.

        Args:
            groups: the children behind the new report.
            report: keyed name of the last one.
            smallest: the smallest cell.

        Returns:
            Name of the group -> "same", "close" (1 to `smallest` - 1 children came or left),
            "apart" or "new".

        Raises:
            AnalysisError: if the ledger does not know the report.
        """
        chain = [
            {name: _number(mask) for name, mask in entry.groups.items()}
            for entry in self._find_chain(report)
        ]
        if not chain:
            raise AnalysisError(
                "The private ledger does not know the last report, so it cannot tell how many "
                "children came or left: this may be an older copy of the ledger. Give the folder "
                "of the newest with --ledger."
            )
        masks = {name: self._mask(ids) for name, ids in groups.items()}
        return {name: _judge(name, mask, chain, smallest) for name, mask in masks.items()}

    def count_shared(self, groups: Groups, report: str) -> int:
        """Count the children of a report and of those before it who are in the new groups too."""
        now = 0
        for ids in groups.values():
            now |= self._mask(ids)
        then = 0
        for entry in self._find_chain(report):
            for mask in entry.groups.values():
                then |= _number(mask)
        return (now & then).bit_count()

    def count_others(self, report: str) -> int:
        """Count the reports that a new one was not held against."""
        known = {entry.report for entry in self._find_chain(report)}
        return len({entry.report for entry in self.content.reports} - known)

    def recall(self, report: str, records: str, codes: Iterable[str]) -> Earlier | None:
        """Tell a study of the reports before it.

        Args:
            report: keyed name of the last one.
            records: keyed name of what is looked at now, as `remember_report` was given it.
            codes: of the children in them.

        Returns:
            What it may know; None where the ledger does not know the last report, which
            `judge_groups` refuses.
        """
        chain = self._find_chain(report)
        looks = {(entry.look, entry.records): _look(entry) for entry in chain if entry.look}
        if not looks:
            return None
        here = {self._places.get(self._digest(code), -1): code for code in codes}
        here.pop(-1, None)
        compared = next((entry for entry in chain if _compared(entry)), chain[0])
        masks = _compared(compared)
        ever = 0
        for entry in chain:
            for mask in _compared(entry).values():
                ever |= mask
        together = self._find_tree(report)
        same = (entry for entry in together if entry.look and entry.records == records)
        again = next(same, None)
        spent = {(entry.records, entry.look): entry.spent for entry in together}
        return Earlier(
            looks=tuple(looks[key] for key in sorted(looks)),
            left=max(1.0 - sum(spent.values()), LEAST_LEFT),
            repeats=_look(again) if again else None,
            n_ever=ever.bit_count(),
            ever=_name_places(ever, here),
            n_compared={name: mask.bit_count() for name, mask in masks.items()},
            compared={name: _name_places(mask, here) for name, mask in masks.items()},
        )

    def find_look(self, report: str) -> tuple[str, PastLook]:
        """Give what a report looked at, and its place in its chain; number 0 where not known."""
        told = [entry for entry in self._find_chain(report) if entry.look]
        return (told[0].records, _look(told[0])) if told else ("", UNKNOWN)

    def remember_report(
        self, report: str, before: str, groups: Groups, records: str = "", look: PastLook = UNKNOWN
    ) -> None:
        """Note who stands behind the new numbers of a report, and what it spent of the error.

        Args:
            report: its keyed name.
            before: that of the report it was held against, or "".
            groups: the children.
            records: keyed name of what it looked at.
            look: the report's place in its chain.
        """
        masks = {name: f"{self._mask(ids, add=True):x}" for name, ids in sorted(groups.items())}
        entry = ReportEntry(report=report, before=before, groups=masks)
        if look.number:
            place = {"look": look.number, "share": look.share, "spent": look.spent}
            entry = replace(entry, records=records, overlap=look.overlap, **place)
        if entry not in self.content.reports:
            self.content = replace(self.content, reports=(*self.content.reports, entry))

    def may_show(self, brought: Mapping[str, Brought], smallest: int) -> bool:
        """Tell whether an answer may stand beside every one shown before.

        Args:
            brought: what each format's children bring into it.
            smallest: the smallest cell.
        """
        now = {row.format: row for row in self._spell_shown(brought)}
        return all(
            _stand_apart(now[row.format], row, smallest)
            for seen in self.content.shown
            for row in seen
        )

    def remember_shown(self, brought: Mapping[str, Brought]) -> None:
        """Note which children, with which outcomes, stand behind an answer that was shown."""
        rows = self._spell_shown(brought, add=True)
        if rows not in self.content.shown:
            self.content = replace(self.content, shown=(*self.content.shown, rows))

    def _find_chain(self, report: str) -> list[ReportEntry]:
        found: list[ReportEntry] = []
        wanted, seen = [report] if report else [], set()
        while wanted:
            name = wanted.pop()
            seen.add(name)
            own = [entry for entry in self.content.reports if entry.report == name]
            found += own
            wanted += sorted({e.before for e in own if e.before} - seen - set(wanted))
        return found

    def _find_tree(self, report: str) -> list[ReportEntry]:
        """Give every report that hangs together with one, by whatever was held against what."""
        names = {report}
        while True:
            found = [e for e in self.content.reports if {e.report, e.before} & names]
            more = {name for e in found for name in (e.report, e.before) if name} | names
            if more == names:
                return found
            names = more

    def _mask(self, ids: Collection[str], *, add: bool = False) -> int:
        """Give a set of children as the bits of a whole number, new children at the end."""
        places = self._find_places(ids, add=add)
        there = np.zeros(len(self._places), dtype=bool)
        there[places] = True
        return int.from_bytes(np.packbits(there, bitorder="little").tobytes(), "little")

    def _find_places(self, ids: Collection[str], *, add: bool) -> list[int]:
        new = {code: self._digest(code) for code in ids if code not in self._place_of}
        for digest in sorted(digest for digest in new.values() if digest not in self._places):
            self._places.setdefault(digest, len(self._places))
        self._place_of.update((code, self._places[digest]) for code, digest in new.items())
        if add and len(self._places) > len(self.content.children):
            self.content = replace(self.content, children=tuple(self._places))
        return [self._place_of[code] for code in ids]

    def _digest(self, code: str) -> str:
        return self.key_name("child", code.encode("utf-8", "surrogatepass"), CHILD_DIGITS)

    def _spell_shown(
        self, brought: Mapping[str, Brought], *, add: bool = False
    ) -> tuple[ShownFormat, ...]:
        rows = []
        for name, part in brought.items():
            codes = list(part.outcomes)
            places = dict(zip(self._find_places(codes, add=add), codes, strict=True))
            told = [
                self.key_name(f"outcome {code}", part.outcomes[code].encode(), OUTCOME_DIGITS)
                for _, code in sorted(places.items())
            ]
            rows.append(
                ShownFormat(
                    format=msgspec.convert(name, FormatId),
                    children=f"{self._mask(codes, add=add):x}",
                    outcomes="".join(told),
                    compared=part.compared,
                )
            )
        return tuple(rows)


def spell_ledger(content: LedgerContent) -> bytes:
    """Give the ledger's file, sealed with its secret."""
    return msgspec.json.encode(replace(content, seal=_seal(content))) + b"\n"


def parse_ledger(data: bytes) -> LedgerContent:
    """Read the ledger's file.

    Raises:
        AnalysisError: if it is not as this program wrote it.
    """
    try:
        content = msgspec.json.decode(data, type=LedgerContent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AnalysisError(BROKEN) from None
    if not hmac.compare_digest(content.seal, _seal(content)):
        raise AnalysisError(BROKEN)
    return content


def _seal(content: LedgerContent) -> str:
    text = msgspec.json.encode(replace(content, seal=""))
    return hmac.new(bytes.fromhex(content.secret), text, hashlib.sha256).hexdigest()


def _judge(name: str, now: int, chain: Sequence[Masks], smallest: int) -> str:
    """Tell how a set of children stands to those of the same name in earlier reports."""
    before = [masks[name] for masks in chain if name in masks]
    if not before:
        return NEW
    if now in before:
        return SAME
    printed = [then for then in before if max(now.bit_count(), then.bit_count()) >= smallest]
    if not printed:  # too few to print, then and now
        return SAME
    moved = [(now ^ then).bit_count() for then in printed]
    return CLOSE if min(moved) < smallest else APART


def _stand_apart(now: ShownFormat, then: ShownFormat, smallest: int) -> bool:
    """Tell whether two answers differ in no child of a format, or in enough of them.

    A child differs who is in one of the two only, or is in both with another outcome: where
    nearly everybody's outcome is another, the few who came or left cannot be told apart.
    """
    if not (now.compared or then.compared):
        return True
    here, there = _by_place(now), _by_place(then)
    n_differ = sum(here.get(place) != there.get(place) for place in here.keys() | there.keys())
    return n_differ == 0 or n_differ >= smallest


def _compared(entry: ReportEntry) -> dict[str, int]:
    """Give the children compared in a report, by format; nothing where it kept all numbers."""
    groups = entry.groups.items()
    return {n.removeprefix(COMPARED): _number(m) for n, m in groups if n.startswith(COMPARED)}


def _look(entry: ReportEntry) -> PastLook:
    return PastLook(entry.look, entry.share, entry.spent, entry.overlap)


def _name_places(mask: int, here: Mapping[int, str]) -> frozenset[str]:
    """Give the codes of a set of children, of those in the records at hand."""
    return frozenset(code for place, code in here.items() if mask >> place & 1)


def _outcomes(row: ShownFormat) -> list[str]:
    """Give each child's keyed outcome, in the order of the children's places."""
    told = row.outcomes
    return [told[i : i + OUTCOME_DIGITS] for i in range(0, len(told), OUTCOME_DIGITS)]


def _by_place(row: ShownFormat) -> dict[int, str]:
    """Give each child's keyed outcome by the child's place in the ledger."""
    mask, outcomes = _number(row.children), iter(_outcomes(row))
    return {place: next(outcomes) for place in range(mask.bit_length()) if mask >> place & 1}


def _number(mask: str) -> int:
    return int(mask or "0", 16)
