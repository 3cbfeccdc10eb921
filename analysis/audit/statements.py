"""Every difference that a report states, on any page, and whether it is there.

In: a told summary; the truth of a design. Out: one `Statement` for each sentence that states a
difference. Decisions: a sentence is known by the rule that chose it; that two formats are alike, or
not importantly behind, is no difference; therapist hours are stated but not judged, because
the simulation plants no truth about them; the level at the end is held against the rate, of which
it is the sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

from analysis.disclosure.rows import ClaimRow, Interval
from analysis.disclosure.summary import Sentence, Summary
from analysis.records.schema import SKILL_DOMAINS, SOCIAL_DOMAINS
from analysis.simulation.draw import Design
from analysis.vocabulary import AHEAD
from analysis.words.credibility import RATINGS
from analysis.words.family import tell_family
from analysis.words.family_factors import HINT, SHOW
from analysis.words.phrases import known
from analysis.words.subgroups import choose_claimed

SAME = 1e-9
CLAIMED: Final = "group-individual"
OF_CLAIM = {"H1": "skill", "H2": "social", "H3": "attention", "H4": "peer_comfort"}
# The claim's own direction is individual minus group.
TURNED = ("H1",)
RATED = tuple(RATINGS)
STATING = tuple(f"factor.{mark}" for mark in (SHOW, HINT))


class Statement(TypedDict):
    """One stated difference: what was asked, of which pair ("" for none), and its sign."""

    question: str
    pair: str
    above: bool


def find_statements(summary: Summary) -> list[Statement]:
    """Give every difference that the sentences of a summary state, first minus second format.

    Args:
        summary: a told summary.
    """
    said = [found for sentence in summary.sentences for found in _read(summary, sentence)]
    return said + [found for found in find_family_statements(summary) if found not in said]


def find_family_statements(summary: Summary) -> list[Statement]:
    """Give every difference that the page for families states; the report states each of them.

    Args:
        summary: a told summary.
    """
    found: list[Statement] = []
    ahead: dict[str, bool] = {p.id: p.ahead == p.this for p in summary.answer.pairs}
    for sentence in tell_family(summary).sentences:
        rule = sentence.rule.removeprefix("family.").removesuffix(".suggestive")
        last = sentence.id.rpartition(".")[2]
        if rule in AHEAD:
            found += [_state("rate", pair, ahead[pair]) for pair in last.split("-and-")]
        elif rule in STATING:
            found += _read_factor(summary, last)
    return found


def _read_factor(summary: Summary, id: str) -> Iterator[Statement]:
    """Give the difference that a factor of the page for families states, if it does."""
    part, effort = summary.subgroups, summary.effort
    row = next((r for r in (summary.claims.rows if summary.claims else ()) if r.id == "H5"), None)
    if id == "home_practice" and effort:
        yield _state("practice", "", known(effort.home_practice.estimate) > 0)
    elif id == "combining" and row and row.reason == "behind":
        yield from _read_claim(row, "not_supported.behind")
    elif part and id not in ("home_practice", "combining"):
        of_traits = next((t.pairs for t in part.traits if t.id == id), part.within_child.pairs)
        pair = choose_claimed(of_traits)
        if pair and pair.label in AHEAD:
            question = "within" if id == "kind" else id
            yield _state(question, pair.id, known(pair.estimate) > 0)


def _read(summary: Summary, sentence: Sentence) -> Iterator[Statement]:
    rule, _, detail = sentence.rule.removesuffix(".suggestive").partition(".")
    pair = sentence.id.rpartition(".")[2]
    if sentence.id.startswith("pair.") and rule in AHEAD:
        main = next(row for row in summary.answer.pairs if row.id == pair)
        yield _state("rate", pair, main.ahead == main.this)
    elif sentence.rule == "soon.more" and summary.attainment:
        week = sentence.id.split(".")[2]
        rows = summary.attainment.pairs
        row = next(r for r in rows if r.id == pair and str(r.week) == week)
        yield _state(f"week.{week}", pair, known(row.difference) > 0)
    elif sentence.rule == "end.higher" and summary.effort:
        yield _state("end", pair, _above(summary.effort.end_level.pairs, pair))
    elif rule == "practice" and detail == "goes_with" and summary.effort:
        yield _state("practice", "", known(summary.effort.home_practice.estimate) > 0)
    elif sentence.id.startswith("effort.net.") and summary.effort:
        first = next(r for r in summary.effort.net_benefit if f"{r.this}-{r.than}" == pair)
        if first.settled:
            yield _state("hours", pair, known(first.estimate) < 0)
    elif rule == "claim" and summary.claims:
        row_of = next(row for row in summary.claims.rows if row.id == pair)
        yield from _read_claim(row_of, detail)
    elif summary.subgroups:
        yield from _read_dependence(summary, sentence.id, rule, detail)


def _read_dependence(summary: Summary, id: str, rule: str, detail: str) -> Iterator[Statement]:
    part, last = summary.subgroups, id.rpartition(".")[2]
    if part is None:
        return
    if rule == "within" and detail in AHEAD:
        yield _state("within", last, _above(part.within_child.pairs, last))
    elif (rule == "trait" and detail in AHEAD) or (rule == "credibility" and detail in RATED):
        pairs = next((t.pairs for t in part.traits if t.id == last), part.within_child.pairs)
        pair = choose_claimed(pairs)
        if pair:
            question = "within" if last == "kind" else last
            yield _state(question, pair.id, known(pair.estimate) > 0)
    elif rule == "domains":
        for row in part.domains.rows:
            if row.settled:
                yield _state(
                    f"area.{row.domain}", f"{row.this}-{row.than}", known(row.estimate) > 0
                )


def _read_claim(row: ClaimRow, detail: str) -> Iterator[Statement]:
    above = known(row.estimate) > 0 if row.estimate is not None else False
    if detail in ("supported.ahead", "not_supported.reversed"):
        yield _state(OF_CLAIM[row.id], CLAIMED, above != (row.id in TURNED))
    elif detail == "not_supported.behind" and row.about:
        kind, _, than = row.about.partition(".")
        yield _state(kind, f"combined-{than}", above=False)
    elif detail == "supported.goes_with":
        yield _state("practice", "", above=True)
    elif detail == "not_supported.lower":
        yield _state("raters", "", above=False)


def _state(question: str, pair: str, above: bool) -> Statement:
    return {"question": question, "pair": pair, "above": bool(above)}


def _above(rows: Sequence[Any], pair: str) -> bool:
    found: Interval = next(row for row in rows if row.id == pair)
    return known(found.estimate) > 0


def is_false(statement: Statement, truth: Mapping[str, Any], design: Design) -> bool:
    """Tell whether a stated difference is not there, or lies the other way.

    Args:
        statement: what was stated.
        truth: what `true_contrasts` says of the design.
        design: what the clinics are drawn from.
    """
    sign = 1 if statement["above"] else -1
    true = _true_difference(statement, truth, design)
    return not math.isnan(true) and sign * true < SAME


def _true_difference(statement: Statement, truth: Mapping[str, Any], design: Design) -> float:
    question, population = statement["question"], truth["could_have_had_any"]
    if question == "hours":
        return math.nan
    if question == "practice":
        return design.practice_effect
    if question == "raters":
        return 0.0
    name = statement["pair"].replace("-", " - ")
    if question.startswith("week."):
        measure = truth["everyone"].get(f"attained_by_week_{question[5:]}", population["rate"])
        return float(measure["differences"].get(name, 0.0))
    if question in ("attention", "peer_comfort"):
        return float(population["rate"].get(f"by_{question}", {}).get(name, 0.0))
    if question.startswith("area."):
        area = question[5:]
        question = "skill" if area in SKILL_DOMAINS else "social" if area in SOCIAL_DOMAINS else ""
    measure = {"skill": "rate_skill", "social": "rate_social", "within": "social_minus_skill"}
    own = population.get(measure.get(question, "rate"), {"differences": {}})
    return float(own["differences"].get(name, 0.0))
