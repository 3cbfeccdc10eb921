"""The pages beside the answer: does it depend, how soon, at what effort, doubts, claims.

In: a told `Summary`. Out: for each section its display strings (a `View`, None where the study was
not asked it), its pictures, and its blocks of plain text. Decisions: nothing is judged or computed
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.disclosure.rows import ClaimRow
from analysis.disclosure.summary import Summary
from analysis.figures.attainment import draw_icons
from analysis.figures.confounding_benchmarks import draw_yardsticks
from analysis.figures.domains import draw_domains
from analysis.figures.dropout import draw_dropout
from analysis.figures.effort import draw_effort
from analysis.figures.style import Picture
from analysis.figures.traits import draw_traits
from analysis.figures.within_child import draw_kinds
from analysis.report.spelling import View, head
from analysis.wording import sentence_case
from analysis.words import alt_text
from analysis.words.claims import CLAIMS, give_claim_estimand
from analysis.words.credibility import COUNTS_AS, fill_cards
from analysis.words.phrases import spell_unit

GOALS_TITLE = "Does it depend on the goal?"
CHILDREN_TITLE = "Does it depend on the child?"
EFFORT_TITLE = "How soon, how far, at what effort?"
DOUBTS_TITLE = "What could change the answer?"
CLAIMS_TITLE = "What was claimed before, and what these records say"
CARD_HEAD = ("Question", "Answer", "Counts")
HALF_CM, TEXT_CM = 8.45, 17.4


def _texts(summary: Summary, names: Iterable[str]) -> list[str]:
    """Give the sentences of these ids that were told."""
    return [summary.texts[name] for name in names if name in summary.texts]


def _text(summary: Summary, name: str) -> str:
    """Give one sentence; nothing where it was not told."""
    return summary.texts.get(name, "")


def view_subgroups(summary: Summary) -> View | None:
    """Give what the difference between formats goes with, and practice at home."""
    part = summary.subgroups
    if part is None:
        return None
    within = part.within_child
    answered = within.about is not None and within.withheld is None
    others = [pair.id for pair in within.pairs if answered and pair.id != within.about]
    return {
        "goals_title": GOALS_TITLE,
        "children_title": CHILDREN_TITLE,
        "headline": _text(summary, f"depends.within.{within.about}") if answered else "",
        "withheld": _text(summary, "depends.within.withheld"),
        "counts": _texts(summary, ("depends.within.counts", "depends.within.breaks")),
        "others": _texts(summary, (f"depends.within.{name}" for name in others)),
        "traits": _texts(summary, (f"depends.trait.{trait.id}" for trait in part.traits)),
        "domains": _texts(summary, ("depends.domains", "depends.domains.folded")),
        "cards": [
            {
                "sentence": summary.texts[f"depends.credibility.{card.id}"],
                "items": [
                    [item.question, item.answer, COUNTS_AS[item.counts]] for item in card.items
                ],
            }
            for card in fill_cards(summary)
        ],
        "card_head": list(CARD_HEAD),
        "never": _text(summary, "depends.never"),
        "practice": _texts(summary, ("effort.practice", "effort.usual_practice")),
    }


def draw_subgroups(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of what the difference goes with, empty ones included."""
    return {
        "kinds": draw_kinds(summary, width_cm=HALF_CM),
        "traits": draw_traits(summary, width_cm=TEXT_CM),
        "domains": draw_domains(summary, width_cm=TEXT_CM),
    }


def write_subgroups(view: View, summary: Summary) -> Iterable[str]:
    """Give the pages on goals and on children as blocks of plain text."""
    part = summary.subgroups
    yield from head(view["goals_title"])
    yield view["headline"] or view["withheld"]
    yield from view["counts"]
    yield from view["others"]
    if view["headline"]:
        yield alt_text.describe_kinds(summary)
    yield from view["domains"]
    if part and part.domains.rows:
        yield alt_text.describe_domains(summary)
    yield from _write_cards(view["cards"][:1])
    yield from head(view["children_title"])
    yield view["never"]
    yield from view["traits"]
    if part and any(trait.predicted for trait in part.traits):
        yield alt_text.describe_traits(summary)
    yield from _write_cards(view["cards"][1:])
    yield from view["practice"]


def _write_cards(cards: Sequence[View]) -> Iterable[str]:
    for card in cards:
        yield card["sentence"]
        yield from (f"{question} {answer} Counts {way}." for question, answer, way in card["items"])


def view_effort(summary: Summary) -> View | None:
    """Give how soon goals are reached, how far they came, and what it took."""
    soon, effort = summary.attainment, summary.effort
    if soon is None and effort is None:
        return None
    weeks = soon.weeks if soon else ()
    pairs = [pair for pair in soon.pairs if pair.week == max(weeks, default=0)] if soon else []
    end = [pair for pair in effort.end_level.pairs if pair.shown] if effort else []
    shares = [f"soon.shares.{week}" for week in weeks]
    return {
        "title": EFFORT_TITLE,
        "weeks": [f"icons-{week}" for week in weeks],
        "shares": _texts(summary, (*shares, "soon.method")) if weeks else [],
        "pairs": _texts(summary, (f"soon.pair.{pair.week}.{pair.id}" for pair in pairs)),
        "soon_withheld": _text(summary, "soon.withheld"),
        "kinds": _text(summary, "effort.kinds"),
        "end": _texts(summary, (f"effort.end.{pair.id}" for pair in end)),
        "time": summary.quote("effort.time", "effort.net"),
        "time_withheld": _text(summary, "effort.withheld"),
    }


def draw_times(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of how soon and at what effort, empty ones included."""
    weeks = summary.attainment.weeks if summary.attainment else ()
    return {
        "effort": draw_effort(summary, width_cm=TEXT_CM),
        **{f"icons-{week}": draw_icons(summary, week=week, width_cm=TEXT_CM) for week in weeks},
    }


def write_effort(view: View, summary: Summary) -> Iterable[str]:
    """Give the page on time and effort as blocks of plain text."""
    yield from head(view["title"])
    yield view["soon_withheld"]
    yield from view["shares"]
    yield from view["pairs"]
    yield view["kinds"]
    if alt_text.effort_rows(summary):
        yield alt_text.describe_effort(summary)
    yield from view["end"]
    yield from view["time"]
    yield view["time_withheld"]


def view_sensitivity(summary: Summary) -> View | None:
    """Give what could change the answer; `compared` is False when no pair was."""
    part = summary.sensitivity
    if part is None:
        return None
    return {
        "title": DOUBTS_TITLE,
        "compared": any(row.shown for row in part.unrecorded),
        "dropout": _texts(summary, (f"sensitivity.dropout.{row.id}" for row in part.dropout)),
        "unrecorded": _texts(
            summary, (f"sensitivity.unrecorded.{row.id}" for row in part.unrecorded)
        ),
        "wide": _text(summary, "sensitivity.wide"),
        "controls": _text(summary, "sensitivity.controls"),
        "left_out": summary.quote("sensitivity.left_out"),
        "growth": _text(summary, "sensitivity.growth"),
        "withheld": summary.quote("sensitivity.withheld"),
        "planning": _texts(
            summary, (f"sensitivity.planning.{row.id}" for row in part.planning.pairs)
        ),
        "to_record": _text(summary, "sensitivity.to_record"),
    }


def draw_sensitivity(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of what could change the answer, empty ones included."""
    return {
        "dropout": draw_dropout(summary, width_cm=TEXT_CM),
        "yardsticks": draw_yardsticks(summary, width_cm=TEXT_CM),
    }


def write_sensitivity(view: View, summary: Summary) -> Iterable[str]:
    """Give the page on doubts as blocks of plain text."""
    part = summary.sensitivity
    yield from head(view["title"])
    if part is None or not view["compared"]:
        yield from view["withheld"]
        return
    yield from view["unrecorded"]
    yield view["wide"]
    if any(row.bias is not None for row in part.benchmarks):
        yield alt_text.describe_yardsticks(summary)
    yield view["controls"]
    if any(row.cells for row in part.dropout):
        yield alt_text.describe_dropout(summary)
    else:
        yield from view["dropout"]
    yield from view["left_out"]
    yield view["growth"]
    yield from view["withheld"]


def view_claims(summary: Summary) -> View | None:
    """Give every claim with its answer, and what it would take to know: either may be asked."""
    doubts, claims = view_sensitivity(summary) or {}, summary.claims
    if not doubts and claims is None:
        return None
    planning = doubts.get("planning" if doubts.get("compared") else "withheld", [])
    return {
        "title": CLAIMS_TITLE,
        "lead": summary.texts["claims.ledger" if claims else "claims.not_asked"],
        "rows": [_view_claim(summary, row) for row in claims.rows] if claims else [],
        "planning": planning,
        "to_record": doubts.get("to_record", ""),
    }


def write_claims(view: View, summary: Summary) -> Iterable[str]:
    """Give the claims as blocks of plain text."""
    yield from head(view["title"])
    yield view["lead"]
    for row in view["rows"]:
        yield f"{row['id']}. {row['claim']} {row['text']} Measured as: {row['estimand']}"
    yield from view["planning"]
    yield view["to_record"]


def _view_claim(summary: Summary, row: ClaimRow) -> View:
    verdict, text = sentence_case(row.verdict), summary.texts[f"claims.{row.id}"]
    return {
        "id": row.id,
        "claim": CLAIMS[row.id],
        "estimand": f"{give_claim_estimand(summary, row.id)}; {spell_unit(summary, row.unit)}.",
        "verdict": verdict,
        "why": text.removeprefix(verdict),
        "text": text,
    }
