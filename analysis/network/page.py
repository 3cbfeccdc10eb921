"""The report about several clinics: two pages as PDF, and the same as plain text.

In: a told `NetworkSummary` and a paper size. Out: bytes. Decisions: nothing is judged or computed
here; the PDF carries its own numbers as an attached file, as a clinic's report does.
"""

from __future__ import annotations

import json
import math
import textwrap
from pathlib import Path

from analysis.clinics.rows import NetworkSummary, PooledPair, spell_network
from analysis.figures.network import draw_own, draw_pooled
from analysis.figures.style import Picture, text_width_cm
from analysis.report.document import (
    PAPERS,
    TEMPLATE_FOLDER,
    compile_pages,
    drawable_characters,
)
from analysis.report.spelling import FORMAT_HEADS, View, bullets, clean, clean_text, head
from analysis.wording import interval, number, signed
from analysis.words.network import TITLES, give_network_question, give_network_title
from analysis.words.phrases import range_name, weeks_compared

TEMPLATE = Path(__file__).resolve().parent / "templates" / "network.typ"
PARTS = "parts.typ"
TEXT_MARK = b"Report about several clinics\n"
TEXT_CM, SIDE_CM, GUTTER_CM = 17.4, 8.8, 0.4
SENTENCE_SIZE, LINE_CM, ROW_HEAD_CM, LEAST_ROW_CM = 9.2, 0.42, 1.3, 2.6
USED = 0.95  # of a line's width: words do not break where it ends
WIDTH = 78
DASH = "–"
INVENTED = (
    "Invented clinics. A computer made them up to show what this report looks like; no real child "
    "is described."
)
OWN_COPY = "This copy shows one clinic's own numbers. It is for that clinic alone."
CAUTIONS = {
    "spread": "How far clinics differ",
    "adjusted": "What clinics could allow for",
    "who": "What was read",
}


def render_network(summary: NetworkSummary, paper: str = "a4") -> bytes:
    """Set the two pages.

    Args:
        summary: a told summary.
        paper: "a4" or "letter".

    Returns:
        The bytes of a tagged PDF/UA-1; equal for equal summaries.
    """
    characters = drawable_characters()
    view = clean(view_network(summary), characters)
    pictures = draw_pictures(summary)
    view["paper"] = PAPERS[paper]
    view["pictures"] = {name: clean_text(p.alt, characters) for name, p in pictures.items()}
    files = {f"{name}.svg": picture.to_svg() for name, picture in pictures.items()}
    files["main"] = TEMPLATE.read_bytes()
    files["view.json"] = json.dumps(view, ensure_ascii=False, allow_nan=False).encode()
    files["network.json"] = spell_network(summary)
    files[PARTS] = (TEMPLATE_FOLDER / PARTS).read_bytes()
    return compile_pages(files)


def draw_pictures(summary: NetworkSummary) -> dict[str, Picture]:
    """Draw every picture of the report that has something to show, by name."""
    width, row = TEXT_CM - SIDE_CM - GUTTER_CM, find_row_height(summary)
    pooled = draw_pooled(summary, width_cm=width, row_cm=row)
    drawn = {"pooled": pooled}
    if summary.own:
        drawn["own"] = draw_own(summary, width_cm=TEXT_CM)
    return {name: picture for name, picture in drawn.items() if not picture.empty}


def find_row_height(summary: NetworkSummary) -> float:
    """Give the height of a row that holds the sentences of every pair, in centimetres."""
    tallest = 0
    for pair in summary.questions[0].pairs:
        told = (summary.texts.get(f"{part}.{pair.id}", "") for part in ("pair", "next"))
        widths = [text_width_cm(text, SENTENCE_SIZE) for text in told]
        tallest = max(tallest, sum(math.ceil(width / (USED * SIDE_CM)) for width in widths))
    return max(LEAST_ROW_CM, ROW_HEAD_CM + LINE_CM * tallest)


def view_network(summary: NetworkSummary) -> View:
    """Give everything the pages print, as display strings."""
    texts, main = summary.texts, summary.questions[0]
    weeks = summary.measure.rate_weeks
    return {
        "title": give_network_title(summary),
        "question": give_network_question(summary),
        "invented": INVENTED if summary.invented else "",
        "own_copy": OWN_COPY if summary.own else "",
        "headline": texts["headline"],
        "always": texts["always"],
        "counts": texts["counts"],
        "footer": (
            f"Smallest difference that matters: {number(summary.margin)} levels each {weeks} "
            "weeks. No clinic is named, and none is held against another."
        ),
        "side_cm": SIDE_CM,
        "row_cm": find_row_height(summary),
        "pairs": [
            {
                "this": pair.this,
                "than": pair.than,
                "this_head": FORMAT_HEADS[pair.this],
                "than_head": FORMAT_HEADS[pair.than],
                "title": TITLES[pair.label],
                "sentence": texts[f"pair.{pair.id}"],
                "next": texts.get(f"next.{pair.id}", ""),
            }
            for pair in main.pairs
        ],
        "reading": (
            f"Dark bar: the mean over clinics with its {range_name(summary)}, over "
            f"{weeks_compared(summary)}. Dashed line: where a next clinic's difference lies."
        ),
        "cautions": [{"title": title, "text": texts[id]} for id, title in CAUTIONS.items()],
        "within": _begin(summary, "within."),
        "attained": _begin(summary, "attained."),
        "table": {
            "head": [
                "",
                "Clinics",
                "Mean and range",
                "A next clinic",
                "If clinics were alike",
                "Any one left out",
                "Largest weight",
            ],
            "rows": [_row(pair) for pair in main.pairs],
        },
        "without": texts["without"],
        "method": [*_begin(summary, "method."), texts["error"]],
        "own": texts.get("own", ""),
    }


def _begin(summary: NetworkSummary, start: str) -> list[str]:
    return [s.text for s in summary.sentences if s.id.startswith(start)]


def _row(pair: PooledPair) -> list[str]:
    name = f"{FORMAT_HEADS[pair.this]} less {pair.than}"
    if pair.estimate is None:
        return [name, str(pair.n_clinics) if pair.n_clinics else "0", *[DASH] * 5]
    share = DASH if pair.largest_share is None else f"{pair.largest_share}%"
    mean = f"{signed(pair.estimate)} ({_range(pair.conf_low, pair.conf_high)})"
    return [
        name,
        str(pair.n_clinics),
        mean,
        _range(pair.next_low, pair.next_high),
        _range(pair.equal_low, pair.equal_high),
        _range(pair.without_low, pair.without_high),
        share,
    ]


def _range(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else interval(low, high)


def render_text(summary: NetworkSummary) -> str:
    """Give the same as plain text, for a screen reader or an e-mail.

    Args:
        summary: a told summary.
    """
    view = view_network(summary)
    blocks = [TEXT_MARK.decode().strip(), *head(view["title"]), view["invented"], view["own_copy"]]
    blocks += [view["question"], view["headline"], view["always"], view["counts"]]
    blocks += [
        f"{pair['this_head']} compared with {pair['than']}: {pair['title']}. {pair['sentence']} "
        f"{pair['next']}".rstrip()
        for pair in view["pairs"]
    ]
    blocks += [f"{caution['title']}. {caution['text']}" for caution in view["cautions"]]
    blocks += [*view["within"], *view["attained"], view["without"], view["own"]]
    blocks += [*head("How it was worked out"), bullets(view["method"])]
    return "\n\n".join(_wrap(block) for block in blocks if block).replace("\n\n==", "\n==") + "\n"


def _wrap(block: str) -> str:
    lines: list[str] = []
    for text in block.split("\n"):
        indent = "  " if text.startswith("- ") else ""
        lines += textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)
