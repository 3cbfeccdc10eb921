"""Which children stand behind what a report prints, so that the next report can tell.

In: a study. Out: the groups of children printed about, and the ledger of them that travels in
summary.json: a rounded count and a salted digest of the children's codes for each group.
Decisions: a group too small to print has no entry; nothing that was recorded of a child enters
a digest, only codes; the salt is drawn from the codes of the first report and is carried on, so
that the same records give the same bytes (SECURITY.md says what that hides). The seal is taken
over everything but the sentences, which are told anew from the numbers whenever they are read.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
import pandas as pd

from analysis.disclosure.progress import levels_by_visit
from analysis.disclosure.rules import ROUND_TO, enough, round_count
from analysis.disclosure.summary import Ledger, LedgerGroup, Summary
from analysis.records.schema import FORMATS
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.study import Study

SAME, CLOSE, APART, NEW = "same", "close", "apart", "new"
DIGITS = 16
Groups = Mapping[str, frozenset[str]]


def list_groups(study: Study) -> dict[str, frozenset[str]]:
    """Give the codes of the children behind what is printed, by the name of the group.

    Args:
        study: the study.

    Returns:
        "compared.group", "week.12.group", "end.group", "kind.both.group", "asked.<analysis>.group"
        and so on; only groups with enough children.
    """
    needed = ["episode_id", "child_id", "format", "at_end", "n_skill", "n_social"]
    table = study.cohort.table[needed]
    groups = _by_format("compared", table)
    for week, part in levels_by_visit(study).groupby("week"):
        groups |= _by_format(f"week.{week}", part)
    groups |= _by_format("end", table[table["at_end"].to_numpy(dtype=bool)])
    skill, social = table["n_skill"] > 0, table["n_social"] > 0
    for name, kept in (("skill", skill), ("social", social), ("both", skill & social)):
        groups |= _by_format(f"kind.{name}", table[kept])
    for name, comparison in study.analyses.items():
        if comparison.outcomes is not None and not comparison.withheld:
            asked = table["episode_id"].isin(comparison.outcomes.dropna().index)
            groups |= _by_format(f"asked.{name}", table[asked])
    return {name: ids for name, ids in groups.items() if enough(len(ids), study.settings)}


def write_ledger(
    groups: Groups,
    everyone: Iterable[str],
    settings: Settings,
    before: Ledger | None = None,
) -> Ledger:
    """Give the ledger of a report: every group ever printed, the earlier reports' first.

    Args:
        groups: the children behind the numbers that are new in it.
        everyone: the codes of all children in the records, from which a first salt is drawn.
        settings: the smallest cell.
        before: the ledger of the report before, which is carried on.
    """
    before = before or Ledger(salt=_digest("salt", "", everyone), groups=())
    rows = (
        LedgerGroup(
            group=name,
            n_children=round_count(len(ids), settings),
            digest=_digest(before.salt, name, ids),
        )
        for name, ids in groups.items()
    )
    new = tuple(row for row in rows if row not in before.groups)
    return Ledger(salt=before.salt, groups=before.groups + new)


def judge_groups(groups: Groups, ledger: Ledger, settings: Settings) -> dict[str, str]:
    """Tell of every group how it stands to the groups of the same name in earlier reports.

    Two counts alone cannot tell who came and who left, so a group counts as close unless it
    is the same as one printed before, or so much larger or smaller than each that at least the
    smallest cell came or left.

    Args:
        groups: the children behind the new report.
        ledger: the ledger of the last one, with all before it.
        settings: the smallest cell.

    Returns:
        Name of the group -> "same", "close", "apart" or "new" (not printed before).
    """
    answer = {}
    for name, ids in groups.items():
        before = [row for row in ledger.groups if row.group == name]
        digest = _digest(ledger.salt, name, ids)
        apart = [_surely_apart(len(ids), row.n_children, settings) for row in before]
        if not before:
            answer[name] = NEW
        elif any(row.digest == digest for row in before):
            answer[name] = SAME
        else:
            answer[name] = APART if all(apart) else CLOSE
    return answer


def seal_summary(summary: Summary) -> str:
    """Give a digest of every number a summary holds, by which a later change of it is noticed.

    Args:
        summary: a published summary; its sentences and a seal it already bears do not count.
    """
    bare = msgspec.structs.replace(summary, sentences=(), seal="")
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()[:DIGITS]


def _by_format(name: str, rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    codes, children = rows["format"].array.codes, rows["child_id"].to_numpy(dtype=object)
    return {f"{name}.{f}": frozenset(map(str, children[codes == k])) for k, f in enumerate(FORMATS)}


def _surely_apart(n: int, shown: int, settings: Settings) -> bool:
    low, high = _span(shown, settings)
    return enough(max(n - high, low - n), settings)


def _span(shown: int, settings: Settings) -> tuple[int, int]:
    """Give the least and the greatest count that is printed like this."""
    half = ROUND_TO // 2
    lowest = shown <= ROUND_TO * math.ceil(settings.smallest_cell / ROUND_TO)
    return (settings.smallest_cell if lowest else shown - half), shown + half


def _digest(salt: str, name: str, ids: Iterable[str]) -> str:
    text = "\x1f".join([salt, name, *sorted(map(str, ids))])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
