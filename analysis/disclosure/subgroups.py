"""Does it depend? Through the door: kinds of goal, traits of the child, areas of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.comparison.subgroup_traits import LEVELS, PLANNED_TRAITS, TraitDependence
from analysis.comparison.subgroups import ASSUMPTION
from analysis.decisions.other_pairs import decide_other
from analysis.disclosure.comparisons import (
    Row,
    blocking_gate,
    may_show_comparison,
    publish_other_means,
    publish_other_pairs,
    shown_main,
)
from analysis.disclosure.rules import enough, show_count, show_estimate
from analysis.records.schema import FORMATS
from analysis.wording import TRAIT_NAMES
from analysis.words import credibility
from analysis.words import subgroups as words
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

SPAN = LEVELS["high"] - LEVELS["low"]
FEWEST_FORMATS = 2
HELD_BACK = "Too few children in a format to print this."
NOT_COMPARED = "The formats could not be compared."


def publish_depends(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give what the difference between formats goes with.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    within = _publish_within(study, book)
    traits = [_publish_trait(trait, study, book) for trait in study.depends.traits.values()]
    return {
        "within_child": within,
        "kinds": _publish_kinds(study),
        "traits": traits,
        "domains": _publish_domains(study, book),
        "credibility": _publish_cards(within, traits, book),
        "never": book.say(words.say_never()),
    }


def _publish_within(study: Study, book: SentenceBook) -> dict[str, object]:
    kinds, settings = study.depends.kinds, study.settings
    comparison = kinds.within_child
    decisions = decide_other(comparison, kinds.children, settings)
    pairs = publish_other_pairs(comparison, decisions, settings)
    for pair, decision in zip(pairs, decisions, strict=True):
        gate = blocking_gate(decision, settings)
        pair["sentence"] = book.say(words.say_within_pair(pair, settings.margin, gate))
    rates = publish_other_means(comparison, pairs, settings)
    for row in rates:
        n = int(comparison.means.loc[row["format"], "n_children"])
        row["n_children"] = _show_apart(n, row["format"], study) if row["shown"] else None
    counted = [row["n_children"] for row in rates if row["shown"]]
    claimed = words.choose_claimed(pairs)
    answer: dict[str, object] = {
        "title": comparison.title,
        "estimand": comparison.estimand,
        "assumption": ASSUMPTION,
        "pairs": pairs,
        "rates": rates,
        "headline": claimed["sentence"] if claimed else None,
        "about": claimed["id"] if claimed else None,
        "counts": None,
        "rates_sentence": None,
        "withheld": None,
    }
    if comparison.withheld or not claimed:
        reason = comparison.withheld or HELD_BACK
        answer["withheld"] = book.say(words.say_within_withheld(reason))
        return answer
    total = None if None in counted else sum(counted)
    answer["counts"] = book.say(words.say_within_counts(total))
    shown = [row for row in rates if row["shown"]]
    answer["rates_sentence"] = book.say(words.say_kind_rates(shown))
    return answer


def _show_apart(n: int, therapy_format: str, study: Study) -> int | None:
    """Give a count of some of a format's children, unless it tells how few the others are."""
    n_all = study.cohort.n_children[therapy_format]
    if n != n_all and not enough(n_all - n, study.settings):
        return None
    return show_count(n, study.settings)


def _publish_kinds(study: Study) -> list[dict[str, object]]:
    """Give skill goals and social goals apart, compared between children."""
    settings, answer = study.settings, []
    for kind, comparison in study.depends.kinds.kinds.items():
        table = study.cohort.table[study.cohort.table[f"n_{kind}"] > 0]
        decisions = decide_other(comparison, table, settings, study.findings.decisions)
        pairs = publish_other_pairs(comparison, decisions, settings)
        answer.append(
            {
                "id": kind,
                "title": comparison.title,
                "pairs": pairs,
                "rates": publish_other_means(comparison, pairs, settings),
            }
        )
    return answer


def _publish_trait(trait: TraitDependence, study: Study, book: SentenceBook) -> dict[str, object]:
    settings, comparison = study.settings, trait.comparison
    table = study.cohort.table[study.cohort.table[trait.trait].notna()]
    decisions = decide_other(comparison, table, settings, study.findings.decisions, scale=SPAN)
    n_formats = int((comparison.means["n_children"] > 0).sum())
    pairs = publish_other_pairs(
        comparison, decisions, settings, scale=SPAN, n_more_columns=n_formats
    )
    seen = {f for pair in pairs if pair["shown"] for f in (pair["this"], pair["than"])}
    claimed = words.choose_claimed(pairs)
    answer: dict[str, object] = {
        "id": trait.trait,
        "title": PLANNED_TRAITS[trait.trait],
        "low": LEVELS["low"],
        "high": LEVELS["high"],
        "reason": comparison.withheld or (NOT_COMPARED if claimed is None else None),
        "pairs": pairs,
        "predicted": _publish_predicted(trait, seen, study),
    }
    answer["sentence"] = book.say(words.say_trait(answer, claimed, settings.margin))
    return answer


def _publish_predicted(trait: TraitDependence, seen: set[object], study: Study) -> list[Row]:
    """Give predicted rates at levels near which every format shown has enough children."""
    rows: list[Row] = []
    for level, value in LEVELS.items():
        at = trait.predicted[
            (trait.predicted["level"] == level) & trait.predicted["format"].isin(seen)
        ]
        if not len(at) or not all(enough(n, study.settings) for n in at["n_children"]):
            continue
        rows += [
            {
                "format": row.format,
                "level": level,
                "rating": value,
                "estimate": show_estimate(row.estimate),
                "conf_low": show_estimate(row.conf_low),
                "conf_high": show_estimate(row.conf_high),
            }
            for row in at.itertuples()
        ]
    order = {f: k for k, f in enumerate(FORMATS)}
    return sorted(rows, key=lambda row: (order[str(row["format"])], row["rating"]))


def _publish_domains(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give areas of life in which every format compared has enough children."""
    domains, settings = study.depends.domains, study.settings
    formats = shown_main(study)
    kept = [
        name
        for name, row in domains.children.iterrows()
        if all(f in row.index and enough(row[f], settings) for f in formats)
    ]
    allowed = may_show_comparison(study.comparison, settings, len(kept) * len(formats))
    rows: list[Row] = []
    if allowed and len(formats) >= FEWEST_FORMATS and len(kept) > 1:
        for row in domains.table.itertuples():
            if row.domain in kept and {row.this, row.than} <= set(formats):
                numbers = ("estimate", "conf_low", "conf_high", "raw_estimate")
                numbers += ("raw_conf_low", "raw_conf_high")
                rows.append(
                    {
                        "domain": row.domain,
                        "title": words.DOMAIN_TITLES[row.domain],
                        "this": row.this,
                        "than": row.than,
                        **{name: show_estimate(getattr(row, name)) for name in numbers},
                    }
                )
    pairs = [d for d in study.findings.decisions if {d.this, d.than} <= set(formats)]
    blocked = {(d.this, d.than) for d in pairs if d.blocked_by}
    rows = [row for row in rows if (row["this"], row["than"]) not in blocked]
    first = [row for row in rows if (row["this"], row["than"]) == _first_pair(rows)]
    reason = domains.withheld or (HELD_BACK if formats else NOT_COMPARED)
    children = [
        {
            "domain": name,
            "title": words.DOMAIN_TITLES[name],
            **{f: _show_apart(int(domains.children.loc[name, f]), f, study) for f in formats},
        }
        for name in (kept if rows else [])
    ]
    return {
        "rows": rows,
        "children": children,
        "sentence": book.say(words.say_domains(first, reason)),
        "folded": book.say(words.say_folded(domains.folded)) if domains.folded and rows else None,
    }


def _first_pair(rows: list[Row]) -> tuple[object, object] | None:
    return (rows[0]["this"], rows[0]["than"]) if rows else None


def _publish_cards(
    within: dict[str, object], traits: list[dict[str, object]], book: SentenceBook
) -> list[dict[str, object]]:
    asked = [("kind", "the kind of goal", within, True)]
    asked += [(str(t["id"]), TRAIT_NAMES[str(t["id"])], t, False) for t in traits]
    answer = []
    for id, name, part, within_child in asked:
        pair = next(p for p in part["pairs"] if p["id"] == words.CLAIMED_PAIR)
        card = credibility.fill_card(
            id, name, pair["p_value"], pair["estimate"], within_child=within_child
        )
        answer.append(
            {
                "id": id,
                "title": name,
                "rating": card.rating or None,
                "items": [vars(item) for item in card.items],
                "sentence": book.say(card.sentence),
            }
        )
    return answer
