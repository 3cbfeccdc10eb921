"""How often does a chain of reports ever state a difference that is not there, and at what cost?

`python -m benchmarks.looks [--chains N]` lets clinics in which nothing differs grow from 120
children by 30 a term, whole therapy groups at a time, and reads a report each term for twelve
terms. "Alone": every report decides by itself with the whole error; "chain": each is given the
last one. Then new children are compared with earlier ones, with and without a change.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.audit.statements import find_statements
from analysis.comparison.newcomers import compare_newcomers
from analysis.computing import one_thread
from analysis.decisions.decide import decide_pairs
from analysis.decisions.looks import settle_newcomers
from analysis.disclosure.groups import list_groups
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.release import protect, recall_earlier
from analysis.measures.earlier import Earlier, PastLook
from analysis.records.load import Records, records_from_tables
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import Study, run_study
from analysis.vocabulary import AHEAD
from analysis.words.tell import tell
from benchmarks.error_rate import REAL
from benchmarks.stamp import keep_table

SEED = 16
LOOKS, FIRST, STEP = 12, 120, 30
SHOWN = (1, 2, 4, 8, 12)
CHAINS, OTHERS, WHOLE, CHANGES = 200, 40, 15, 200
SHIFT = 0.5
ALL_WEEKS, WEEKS_A_TERM = 1000.0, 12
WHOLE_SEEN = "new children seen to their end"
AS_THEY_COME = "new children seen for the term so far"
UNLIKE = "clinics unlike the analysis"
NULL = replace(ClinicDesign(), **dict[str, Any](NO_DIFFERENCE))
ALONE = Settings(first_look_share=1.0)
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Term:
    """One look of a chain: false differences alone, in the chain and of new children; widths."""

    alone: bool
    chain: bool
    changed: bool | None
    percent: float
    deciding: float
    single: float


@dataclass(frozen=True)
class Printed:
    """One whole report: false differences on any page, all numbers held, new children said so."""

    false: bool
    held: bool
    changed: bool


def let_children_come(tables: Tables, rng: np.random.Generator) -> list[str]:
    """Give the children in the order in which they come, each therapy group as a whole."""
    episodes = tables["episodes"]
    child = episodes["child_id"].astype(str)
    unit = episodes["group_id"].astype(object).where(episodes["group_id"].notna(), child)
    rank = {name: k for k, name in enumerate(rng.permutation(pd.unique(unit).tolist()))}
    return child.iloc[np.argsort(unit.map(rank).to_numpy(), kind="stable")].tolist()


def keep_children(tables: Tables, seen: Mapping[str, float]) -> Records:
    """Give the records of some children, each as far as it has been seen.

    Args:
        tables: a clinic's tables.
        seen: child's code -> last week seen so far.
    """
    goals = tables["goals"]
    last = goals["child_id"].map(seen)
    closed = goals["closed_week"].to_numpy(float) > last.to_numpy(float)
    goals = goals.assign(
        closed_week=goals["closed_week"].mask(closed),
        closed_reason=goals["closed_reason"].mask(closed),
    )
    by_goal = dict(zip(goals["goal_id"], last, strict=True))
    found = {}
    for name, frame in {**tables, "goals": goals}.items():
        of_goal = name == "reviews"
        until = frame["goal_id"].map(by_goal) if of_goal else frame["child_id"].map(seen)
        rows = until.notna()
        if "week" in frame:
            rows &= frame["week"].to_numpy(float) <= until.to_numpy(float)
        found[name] = frame[rows].reset_index(drop=True)
    return records_from_tables(found)


def draw_tables(kind: str, n: int, seed: np.random.SeedSequence) -> Tables:
    """Give the tables of a clinic in which nothing differs."""
    if kind == UNLIKE:
        return simulate_unlike(UnlikeDesign(n_children=n), seed).tables
    return simulate_clinic(replace(NULL, n_children=n), seed).tables


def grow(kind: str, seed: np.random.SeedSequence) -> Iterator[Records]:
    """Give the records of a growing clinic, term by term."""
    drawn, order = seed.spawn(2)
    tables = draw_tables(kind, FIRST + STEP * (LOOKS - 1), drawn)
    children = let_children_come(tables, np.random.default_rng(order))
    arrived = {c: max(0, (i - FIRST) // STEP + 1) for i, c in enumerate(children)}
    for k in range(LOOKS):
        seen = dict.fromkeys(children[: FIRST + STEP * k], ALL_WEEKS)
        if kind == AS_THEY_COME:
            terms = {c: k + 1 - arrived[c] if arrived[c] else ALL_WEEKS for c in seen}
            seen = {c: float(WEEKS_A_TERM * n + 1) for c, n in terms.items()}
        yield keep_children(tables, seen)


def follow_chain(kind: str, seed: np.random.SeedSequence) -> list[Term]:
    """Ask the main question each term, as if every report had new numbers."""
    ledger, terms = Ledger(), list[Term]()
    for k, records in enumerate(grow(kind, seed)):
        codes = map(str, records.episodes["child_id"])
        earlier = ledger.recall(f"{k - 1:x}", f"{k:x}", codes) if k else None
        study = run_study(records, earlier=earlier, ask_again=False, ask_beside=False)
        compared = {n: g for n, g in list_groups(study).items() if n.startswith("compared.")}
        before = f"{k - 1:x}" if k else ""
        ledger.remember_report(f"{k:x}", before, compared, f"{k:x}", study.look)
        terms.append(_read_term(study))
    return terms


def follow_reports(seed: np.random.SeedSequence) -> list[Printed]:
    """Read every page of the reports of one growing clinic, each given the last one."""
    ledger, previous, found = Ledger(), None, list[Printed]()
    for records in grow(WHOLE_SEEN, seed):
        earlier = recall_earlier(records, ledger, previous)
        study = run_study(records, earlier=earlier)
        previous = tell(protect(study, ledger, previous))
        said = [s for s in find_statements(previous) if s["question"] not in REAL]
        part = previous.previous
        rows = part.newcomers.rows if part and part.newcomers else ()
        held = bool(part and part.held)
        found.append(Printed(bool(said), held, any(row.settled for row in rows)))
    return found


def _read_term(study: Study) -> Term:
    alone = decide_pairs(study.verdicts.gates, study.analyses, ALONE)
    df = np.asarray(study.comparison.by_pair["df"], float)
    share, whole = study.settings.error_rate, 1 - study.settings.confidence
    of_pair = study.settings.main_share / 3
    with np.errstate(invalid="ignore"):
        deciding = stdtrit(df, 1 - share * of_pair / 2) / stdtrit(df, 1 - whole * of_pair / 2)
        plain = stdtrit(df, 1 - share / 2) / stdtrit(df, 1 - whole / 2)
    new = study.newcomers
    return Term(
        alone=any(d.label in AHEAD for d in alone),
        chain=any(d.label in AHEAD for d in study.verdicts.decisions),
        changed=bool(new.settled) if new is not None and new.rows else None,
        percent=100 * share,
        deciding=float(np.nanmedian(deciding)),
        single=float(np.nanmedian(plain)),
    )


def see_changes(seed: np.random.SeedSequence) -> dict[str, tuple[bool, bool]]:
    """Compare 60 new children with 120 earlier ones: nothing, all or one format changed.

    Returns:
        Where progress grew by `SHIFT` ("nowhere", "everywhere" or a format) -> whether any change,
        and whether that very row, is stated.
    """
    drawn, order = seed.spawn(2)
    tables = draw_tables(WHOLE_SEEN, 188, drawn)
    children = let_children_come(tables, np.random.default_rng(order))
    records = keep_children(tables, dict.fromkeys(children, ALL_WEEKS))
    study = run_study(records, ask_again=False, ask_beside=False)
    asked = study.analysis_set
    table, settings = asked.table, Settings()
    new = ~table["child_id"].isin(children[:125]).to_numpy()
    own = {f: (table["format"] == f).to_numpy() for f in FORMATS}
    compared = {f: frozenset(table["child_id"][rows & ~new]) for f, rows in own.items()}
    ever = frozenset().union(*compared.values())
    counts = {f: len(codes) for f, codes in compared.items()}
    first = settings.first_look_share
    earlier = Earlier(
        (PastLook(1, first, first),), 1 - first, None, len(ever), ever, counts, compared
    )
    found = {}
    shifted = {"nowhere": np.zeros(len(table), bool), "everywhere": new}
    for name, rows in (shifted | {f: new & of for f, of in own.items()}).items():
        moved = table.assign(rate=table["rate"] + SHIFT * rows)
        answer = settle_newcomers(compare_newcomers(replace(asked, table=moved), earlier), settings)
        said = answer.settled if answer else frozenset()
        found[name] = bool(said), ("all" if name == "everywhere" else name) in said
    return found


def _percent(found: Sequence[bool]) -> str:
    values = np.asarray(found, dtype=float)
    if not len(values):
        return "-"
    share = values.mean()
    error = np.sqrt(max(share * (1 - share), 1 / len(values) ** 2) / len(values))
    return f"{100 * share:.1f}% ({100 * error:.1f})"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *lines)]


@one_thread()
def main() -> None:
    """Measure, print and keep the tables."""
    parser = argparse.ArgumentParser(description="Chains of reports about growing clinics.")
    parser.add_argument("--chains", type=int, default=CHAINS, help="chains of page 1")
    parser.add_argument("--others", type=int, default=OTHERS, help="chains of each other kind")
    parser.add_argument("--whole", type=int, default=WHOLE, help="chains of whole reports")
    parser.add_argument("--changes", type=int, default=CHANGES, help="clinics with new children")
    given = parser.parse_args()
    roots = np.random.SeedSequence(SEED).spawn(5)
    kinds = dict(zip((WHOLE_SEEN, AS_THEY_COME, UNLIKE), roots, strict=False))
    chains = {
        kind: [
            follow_chain(kind, s)
            for s in root.spawn(given.chains if kind == WHOLE_SEEN else given.others)
        ]
        for kind, root in kinds.items()
    }
    whole = [follow_reports(s) for s in roots[3].spawn(given.whole)]
    changes = [see_changes(s) for s in roots[4].spawn(given.changes)]
    lines = []
    for kind, own in chains.items():
        for look in SHOWN:
            terms, so_far = [c[look - 1] for c in own], [c[:look] for c in own]
            lines.append(
                [
                    f"{kind} ({len(own)})",
                    f"{look}",
                    f"{FIRST + STEP * (look - 1)}",
                    f"{np.median([t.percent for t in terms]):.2f}%",
                    f"{np.median([t.deciding for t in terms]):.2f}",
                    f"{np.median([t.single for t in terms]):.2f}",
                    _percent([any(t.alone for t in part) for part in so_far]),
                    _percent([any(t.chain for t in part) for part in so_far]),
                ]
            )
    head = ["clinics", "report", "children", "level", "range that decides, to a single report's"]
    head += ["a 95% range's, to it", "ever false: each alone", "ever false: chain"]
    alarms = [
        [t.changed for c in own for t in c if t.changed is not None] for own in chains.values()
    ]
    printed = [report for chain in whole for report in chain[1:]]
    rows = [
        [where, *(_percent([clinic[where][k] for clinic in changes]) for k in (0, 1))]
        for where in changes[0]
    ]
    text = [
        "# Chains of reports",
        "",
        "Chains in which nothing differs, their number behind their kind; in other brackets "
        "Monte-Carlo errors. Page 1, every report taken to have new numbers. The range that "
        "decides is that of the smallest of three p-values, set against that of a report which has "
        "the whole 5%.",
        "",
        *_table(head, lines),
        "",
        f"Any page of whole reports through disclosure control, {len(whole)} chains: ever false in "
        f"{_percent([any(r.false for r in c) for c in whole])}; all numbers held, because fewer "
        f"than 11 children came to a format, in {_percent([r.held for r in printed])} of the later "
        "reports.",
        "",
        "New children said to differ where nothing changed: "
        + "; ".join(f"{k}, {_percent(a)} of {len(a)}" for k, a in zip(chains, alarms, strict=True))
        + f"; whole reports, {_percent([r.changed for r in printed])} of {len(printed)}.",
        "",
        f"## What changed: 60 new children beside 120 earlier ones, {len(changes)} clinics",
        "",
        *_table([f"progress {SHIFT:g} levels further", "any change stated", "that one"], rows),
    ]
    keep_table(__file__, "\n".join(text))


if __name__ == "__main__":
    main()
