"""The annex beside the answer: does it depend, effort and time, what could change it, claims.

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
from analysis.words.phrases import AnyPair, every, present_pairs, range_name, spell_unit
from analysis.words.progress import shares_shown

SUBGROUPS_TITLE = "Annex B. Does it depend on the goal or the child?"
KINDS_TITLE = "Social goals against the same child\u2019s skill goals"
DOMAINS_TITLE = "By area of life"
TRAITS_TITLE = "By traits named before any records were seen"
CARDS_TITLE = "How credible is it that it depends on any of these?"
EFFORT_TITLE = "Annex C. Effort and time"
SOON_TITLE = "Goals at the expected level"
TIME_TITLE = "Faster, further, and for a therapist\u2019s time"
PRACTICE_TITLE = "Practice at home"
UNRECORDED_TITLE = "Something nobody wrote down"
DROPOUT_TITLE = "Children who left before the end"
OTHERWISE_TITLE = "Leaving one out, and what could not be asked"
CLAIMS_TITLE = "Annex E. Claims made before"
PLANNING_TITLE = "What would it take to know?"
CARD_HEAD = ("Question", "Answer", "Counts")
CLAIMS_HEAD = ("No.", "Claim, and how it is measured", "What these records say")
SHADED = "Shaded: too small to matter. Right of zero, the first-named format is ahead."
HALF_CM, TEXT_CM = 8.45, 17.4


def _texts(summary: Summary, names: Iterable[str]) -> list[str]:
    """Give the sentences of these ids that were told."""
    return [summary.texts[name] for name in names if name in summary.texts]


def _of_pairs(summary: Summary, name: str, pairs: Iterable[AnyPair]) -> list[str]:
    """Give the sentences about those pairs whose formats the clinic has."""
    return _texts(
        summary, (f"{name}.{row.this}-{row.than}" for row in present_pairs(summary, pairs))
    )


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
    others = [pair for pair in within.pairs if answered and pair.id != within.about]
    return {
        "title": SUBGROUPS_TITLE,
        "finding": summary.texts["finding.depends"],
        "kinds_title": KINDS_TITLE,
        "domains_title": DOMAINS_TITLE,
        "domains_note": (
            f"Filled: nearer to the average of all areas, with {range_name(summary)}. Open: as "
            f"found. {SHADED}"
        ),
        "traits_title": TRAITS_TITLE,
        "traits_note": (
            f"Lines: {range_name(summary)}. A level is drawn only where every format has enough "
            "children near it."
        ),
        "cards_title": CARDS_TITLE,
        "headline": _text(summary, f"depends.within.{within.about}") if answered else "",
        "withheld": _text(summary, "depends.within.withheld"),
        "counts": _texts(summary, ("depends.within.counts", "depends.within.breaks")),
        "others": _of_pairs(summary, "depends.within", others),
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
    }


def draw_subgroups(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of what the difference goes with, empty ones included."""
    return {
        "kinds": draw_kinds(summary, width_cm=HALF_CM),
        "traits": draw_traits(summary, width_cm=TEXT_CM),
        "domains": draw_domains(summary, width_cm=TEXT_CM),
    }


def write_subgroups(view: View, summary: Summary) -> Iterable[str]:
    """Give what it depends on as blocks of plain text."""
    part = summary.subgroups
    yield from head(view["title"])
    yield view["finding"]
    yield view["headline"] or view["withheld"]
    yield from view["counts"]
    yield from view["others"]
    if view["headline"]:
        yield alt_text.describe_kinds(summary)
    yield from view["domains"]
    if part and part.domains.rows:
        yield alt_text.describe_domains(summary)
    yield from view["traits"]
    if part and any(trait.predicted for trait in part.traits):
        yield alt_text.describe_traits(summary)
    yield from _write_cards(view["cards"])
    yield view["never"]


def _write_cards(cards: Sequence[View]) -> Iterable[str]:
    for card in cards:
        yield card["sentence"]
        yield from (f"{question} {answer} Counts {way}." for question, answer, way in card["items"])


def view_effort(summary: Summary) -> View | None:
    """Give how soon goals are reached, how far they came, and what it took."""
    soon, effort = summary.attainment, summary.effort
    if soon is None and effort is None:
        return None
    weeks = _list_weeks(summary)
    last = max((pair.week for pair in soon.pairs), default=0) if soon else 0
    pairs = [pair for pair in soon.pairs if pair.week == last] if soon and soon.weeks else []
    end = [pair for pair in effort.end_level.pairs if pair.shown] if effort else []
    return {
        "title": EFFORT_TITLE,
        "finding": _text(summary, "finding.effort"),
        "soon_title": SOON_TITLE,
        "weeks": [f"icons-{week}" for week in weeks],
        "shares": _texts(summary, (f"soon.shares.{week}" for week in weeks)),
        "pairs": _of_pairs(summary, f"soon.pair.{last}", pairs),
        "soon_method": _text(summary, "soon.method") if soon and soon.weeks else "",
        "soon_withheld": _text(summary, "soon.withheld"),
        "effort_title": TIME_TITLE,
        "effort_note": (
            f"All in attainment levels gained or reached; shaded: {range_name(summary)}. Each "
            "picture has its own scale."
        ),
        "kinds": _text(summary, "effort.kinds"),
        "end": _of_pairs(summary, "effort.end", end),
        "time": [*_texts(summary, ("effort.time",)), *summary.quote("effort.net")],
        "time_withheld": _text(summary, "effort.withheld"),
        "practice_title": PRACTICE_TITLE,
        "practice": _texts(summary, ("effort.practice", "effort.usual_practice")),
    }


def _list_weeks(summary: Summary) -> list[int]:
    """Give the weeks by which goals are counted here: those that page 2 does not show."""
    weeks = list(summary.attainment.weeks) if summary.attainment else []
    return [week for week in weeks if not (shares_shown(summary) and week == max(weeks))]


def draw_times(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of how soon and at what effort, empty ones included."""
    weeks = _list_weeks(summary)
    return {
        "effort": draw_effort(summary, width_cm=TEXT_CM),
        **{f"icons-{week}": draw_icons(summary, week=week, width_cm=TEXT_CM) for week in weeks},
    }


def write_effort(view: View, summary: Summary) -> Iterable[str]:
    """Give the page on time and effort as blocks of plain text."""
    yield from head(view["title"])
    yield view["finding"]
    yield view["soon_withheld"]
    yield from view["shares"]
    yield from view["pairs"]
    yield view["soon_method"]
    yield view["kinds"]
    if alt_text.effort_rows(summary):
        yield alt_text.describe_effort(summary)
    yield from view["end"]
    yield from view["time"]
    yield view["time_withheld"]
    yield from view["practice"]


def view_sensitivity(summary: Summary) -> View | None:
    """Give what could change the answer; `compared` is False when no pair was."""
    part = summary.sensitivity
    if part is None:
        return None
    return {
        "unrecorded_title": UNRECORDED_TITLE,
        "yardsticks_note": (
            f"Bars: how far the difference would move, in levels {every(summary)}, if something "
            "unrecorded mattered as much as this trait does. Line: where what is said would no "
            "longer hold."
        ),
        "dropout_title": DROPOUT_TITLE,
        "dropout_note": (
            f"The difference {every(summary)} if those who left made this much less progress "
            "afterwards than before. Shaded: something else would be said."
        ),
        "otherwise_title": OTHERWISE_TITLE,
        "compared": any(row.shown for row in part.unrecorded),
        "dropout": _of_pairs(summary, "sensitivity.dropout", part.dropout),
        "unrecorded": _of_pairs(summary, "sensitivity.unrecorded", part.unrecorded),
        "wide": _text(summary, "sensitivity.wide"),
        "controls": _text(summary, "sensitivity.controls"),
        "left_out": summary.quote("sensitivity.left_out"),
        "growth": _text(summary, "sensitivity.growth"),
        "withheld": summary.quote("sensitivity.withheld"),
        "planning": _of_pairs(summary, "sensitivity.planning", part.planning.pairs),
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
        "beforehand": _text(summary, "claims.beforehand"),
        "head": list(CLAIMS_HEAD),
        "planning_title": PLANNING_TITLE,
        "rows": [_view_claim(summary, row) for row in claims.rows] if claims else [],
        "planning": planning,
        "to_record": doubts.get("to_record", ""),
    }


def write_claims(view: View, summary: Summary) -> Iterable[str]:
    """Give the claims as blocks of plain text."""
    yield from head(view["title"])
    yield view["lead"]
    yield view["beforehand"]
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
