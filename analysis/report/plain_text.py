"""The report as plain text, for a screen reader or an e-mail.

In: `Published.summary`. Out: one text with the same words and numbers as the PDF, in the same
order; pictures are replaced by what they show. The decision taken here: no tables drawn with
spaces, because they are read aloud as noise; each row is a line of named values.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from analysis.report.sections import write_children, write_effort, write_goals
from analysis.report.sensitivity import write_claims, write_doubts
from analysis.report.summary_file import TEXT_MARK
from analysis.report.view import FORMAT_HEADS, GLOSSARY, view_summary
from analysis.words import alt_text as describe

WIDTH = 78


def render_text(summary: dict) -> str:
    """Give the whole report as plain text.

    Args:
        summary: a published summary.
    """
    view = view_summary(summary)
    front = view["front"]
    blocks = [TEXT_MARK.decode().strip(), *_head(front["title"])]
    if front["invented"]:
        blocks.append(front["invented"])
    blocks.append(f"{front['records']} {front['settings']} Records {front['digest']}.")
    blocks += [
        *_write_answer(view["answer"], summary),
        *_write_changes(view["changes"]),
        *_write_who(view["who"], summary),
        *_write_progress(view["progress"], summary),
        *(_write_beside(view, summary) if "depends" in view else ()),
        *_write_certainty(view["certainty"], summary),
        *(_write_doubts(view, summary) if "doubts" in view else ()),
        *_write_method(view["certainty"], front),
    ]
    return "\n\n".join(_wrap(block) for block in blocks if block).replace("\n\n==", "\n==") + "\n"


def _write_answer(answer: dict, summary: dict) -> Iterable[str]:
    yield from _head("The answer")
    yield summary["question"]
    yield answer["headline"]
    yield answer["always"]
    for pair in answer["pairs"]:
        names = f"{pair['this_head']} compared with {pair['than_head'].lower()}"
        yield f"{names}: {pair['title']}. {pair['sentence']}"
    if any(rate["shown"] for rate in summary["answer"]["rates"]):
        yield describe.describe_rates(summary)
    yield "Who this rests on:"
    counts = answer["counts"]
    yield _list(_row(row["head"], counts["head"][1:], row["cells"]) for row in counts["rows"])
    yield "Three things to keep in mind:"
    yield _list(f"{caveat['title']}. {caveat['text']}" for caveat in answer["caveats"])
    yield f"{answer['next_step']['title']}. {answer['next_step']['text']}"


def _write_changes(changes: dict | None) -> Iterable[str]:
    if changes is None:
        return
    yield from _head("What changed since the last report, and is it more than noise?")
    yield from changes["sentences"]
    yield f"The last report: {changes['since']}"


def _write_who(who: dict, summary: dict) -> Iterable[str]:
    yield from _head("Were the children alike to begin with?")
    yield from who["sentences"]
    if any(row["shown"] for row in summary["who"]["flow"]):
        yield describe.describe_flow(summary)
    start = who["at_start"]
    if start["rows"]:
        yield "Children at the start:"
        yield _list(
            _row(f"{row['head']} ({row['unit']})", start["head"][1:], row["cells"])
            for row in start["rows"]
        )
    if summary["who"]["balance"]:
        yield describe.describe_balance(summary)
    if summary["who"]["overlap"]:
        yield describe.describe_overlap(summary)


def _write_progress(progress: dict, summary: dict) -> Iterable[str]:
    yield from _head("What did progress look like?")
    yield from progress["sentences"]
    if summary["progress"]["by_week"]:
        yield describe.describe_progress(summary)
    if summary["progress"]["levels"]:
        yield describe.describe_levels(summary)
    if progress["t_scores"]:
        yield "T-scores:"
        heads = ("at the start", "at the latest review", "children")
        yield _list(_row(row["head"], heads, row["cells"]) for row in progress["t_scores"])


def _write_beside(view: dict, summary: dict) -> Iterable[str]:
    yield from _head(view["depends"]["goals_title"])
    yield from write_goals(view, summary)
    yield from _head(view["depends"]["children_title"])
    yield from write_children(view, summary)
    yield from _head(view["effort"]["title"])
    yield from write_effort(view, summary)


def _write_certainty(certainty: dict, summary: dict) -> Iterable[str]:
    yield from _head("How sure can we be?")
    analyses = summary["certainty"]["analyses"]
    if any(pair["estimate"] is not None for row in analyses for pair in row["pairs"]):
        yield describe.describe_analyses(summary)
    else:
        yield certainty["agreement"]
    gates = certainty["gates"]
    yield "Checks made before comparing:"
    yield _list(_row(row["question"], gates["head"][1:], row["cells"]) for row in gates["rows"])
    yield _list(f"{row['pairs']}: {row['text']}" for row in gates["failed"])
    yield "The trial these records stand in for:"
    yield _list(
        f"{part}. Ideal trial: {target}. These records: {here}."
        for part, target, here in certainty["trial"]
    )
    yield "What this cannot show:"
    yield _list(certainty["limits"])


def _write_doubts(view: dict, summary: dict) -> Iterable[str]:
    yield from _head(view["doubts"]["title"])
    yield from write_doubts(view, summary)
    yield from _head(view["claims"]["title"])
    yield from write_claims(view)


def _write_method(certainty: dict, front: dict) -> Iterable[str]:
    yield from _head("How was this worked out?")
    yield front["estimand"]
    yield certainty["audit"]
    yield "Every choice that could change a result:"
    yield _list(f"{name}: {value}. {reason}" for name, value, reason in certainty["settings"])
    yield f"Computed with {', '.join(certainty['versions'])}."
    yield from _head("What do we make of it?")
    yield _list(certainty["discussion"])
    yield from _head("Words used in this report")
    yield _list(f"{word}. {meaning}" for word, meaning in GLOSSARY)


def _head(title: str) -> tuple[str, str]:
    return title, "=" * len(title)


def _row(head: str, names: Sequence[str], cells: Sequence[str]) -> str:
    values = "; ".join(
        f"{name if name in FORMAT_HEADS.values() else name.lower()} {cell}"
        for name, cell in zip(names, cells, strict=True)
    )
    return f"{head}: {values}" if not head.endswith("?") else f"{head} {values}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _wrap(block: str) -> str:
    lines = []
    for text in block.split("\n"):
        indent = "  " if text.startswith("- ") else ""
        lines += textwrap.wrap(
            text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(lines)
