"""What the difference between formats goes with, as it may be shown: goals, children, areas.

In: a study that was asked. Out: `SubgroupsPart`. Decisions: the headline is about group and
individual therapy where these can be compared (the claim made beforehand), never about the
pair that happens to differ most; an area of life is shown only with enough children in every
format compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import asdict

from analysis.comparison.result import Comparison
from analysis.comparison.subgroup_domains import DomainEffects
from analysis.comparison.subgroup_traits import TraitDependence, rating_levels
from analysis.disclosure.comparisons import publish_pairs, publish_rates, show_range
from analysis.disclosure.fields import FORMAT_IDS, Domain, one_of
from analysis.disclosure.permission import domains_shown, formats_compared
from analysis.disclosure.rows import (
    DomainChildren,
    DomainEffect,
    FormatRate,
    KindRate,
    Predicted,
    SecondPair,
    choose_claimed,
)
from analysis.disclosure.rules import enough, leaves_out_zero, show_estimate, show_part
from analysis.disclosure.summary import (
    DomainsPart,
    Kind,
    SubgroupsPart,
    TraitPart,
    WithinChildPart,
)
from analysis.vocabulary import Reason

if TYPE_CHECKING:
    from analysis.study import Study

KindId = Literal["skill", "social"]
PlannedId = Literal["attention", "peer_comfort"]
LevelId = Literal["low", "middle", "high"]
KINDS: Final[tuple[KindId, ...]] = ("skill", "social")
PLANNED: Final[tuple[PlannedId, ...]] = ("attention", "peer_comfort")
LEVEL_IDS: Final[tuple[LevelId, ...]] = ("low", "middle", "high")


def publish_subgroups(study: Study) -> SubgroupsPart | None:
    """Give what the difference between formats goes with; None where it was not asked.

    Args:
        study: the study.
    """
    if study.subgroups is None:
        return None
    subgroups = study.subgroups
    return SubgroupsPart(
        within_child=_publish_within(subgroups.kinds.within_child, study),
        kinds=tuple(_publish_kind(k, subgroups.kinds.kinds[k], study) for k in KINDS),
        traits=tuple(_publish_trait(t, subgroups.traits[t], study) for t in PLANNED),
        domains=_publish_domains(subgroups.domains, study),
    )


def _publish_within(comparison: Comparison, study: Study) -> WithinChildPart:
    settings = study.settings
    pairs = publish_pairs(comparison, study.verdicts.within_child, settings)
    rates = publish_rates(comparison, pairs, settings)
    claimed = choose_claimed(pairs)
    answered = claimed is not None and not comparison.withheld
    return WithinChildPart(
        pairs=pairs,
        rates=tuple(_count_both_kinds(row, comparison, study) for row in rates),
        about=claimed.id if claimed else None,
        withheld=None if answered else comparison.withheld or "few_in_a_format",
    )


def _count_both_kinds(row: FormatRate, comparison: Comparison, study: Study) -> KindRate:
    n_both = int(comparison.by_format["n_children"][FORMAT_IDS.index(row.format)])
    n_all = study.cohort.n_children[row.format]
    n_children = show_part(n_both, n_all, study.settings) if row.shown else None
    return KindRate(**asdict(row), n_children=n_children)


def _publish_kind(kind: KindId, comparison: Comparison, study: Study) -> Kind:
    """Give one kind of goal, compared between children."""
    pairs = publish_pairs(comparison, study.verdicts.kinds[kind], study.settings)
    return Kind(id=kind, pairs=pairs, rates=publish_rates(comparison, pairs, study.settings))


def _publish_trait(id: PlannedId, trait: TraitDependence, study: Study) -> TraitPart:
    comparison, settings = trait.comparison, study.settings
    span = settings.high_rating - settings.low_rating
    n_formats = int((comparison.by_format["n_children"] > 0).sum())
    pairs = publish_pairs(
        comparison, study.verdicts.traits[id], settings, scale=span, n_more_columns=n_formats
    )
    claimed = choose_claimed(pairs)
    return TraitPart(
        id=id,
        low=settings.low_rating,
        high=settings.high_rating,
        reason=comparison.withheld or (None if claimed else "not_compared"),
        pairs=pairs,
        predicted=_publish_predicted(trait, pairs, study),
    )


def _publish_predicted(
    trait: TraitDependence, pairs: Sequence[SecondPair], study: Study
) -> tuple[Predicted, ...]:
    """Give predicted rates at levels near which every format shown has enough children."""
    seen = {f for pair in pairs if pair.shown for f in (pair.this, pair.than)}
    ratings, rows = rating_levels(study.settings), []
    for level in LEVEL_IDS:
        own = trait.predicted["level"] == level
        at = trait.predicted[own & trait.predicted["format"].isin(seen)]
        if not len(at) or not all(enough(n, study.settings) for n in at["n_children"]):
            continue
        rows += [
            Predicted(format=row["format"], level=level, rating=ratings[level], **show_range(row))
            for row in at.to_dict("records")
        ]
    return tuple(sorted(rows, key=lambda row: (FORMAT_IDS.index(row.format), row.rating)))


def _publish_domains(domains: DomainEffects, study: Study) -> DomainsPart:
    """Give areas of life in which every format compared has enough children."""
    formats = formats_compared(study)
    kept = domains_shown(study)
    blocked = {(d.this, d.than) for d in study.verdicts.decisions if d.blocked_by}
    rows = tuple(
        DomainEffect(
            domain=row["domain"],
            this=row["this"],
            than=row["than"],
            settled=(row["domain"], row["this"], row["than"]) in study.verdicts.areas
            and leaves_out_zero(printed["conf_low"], printed["conf_high"]),
            **printed,
            raw_estimate=show_estimate(row["raw_estimate"]),
            raw_conf_low=show_estimate(row["raw_conf_low"]),
            raw_conf_high=show_estimate(row["raw_conf_high"]),
        )
        for row in domains.table.to_dict("records")
        for printed in (show_range(row),)
        if row["domain"] in kept
        and {row["this"], row["than"]} <= set(formats)
        and (row["this"], row["than"]) not in blocked
    )
    held_back: Reason = "few_in_a_format" if formats else "not_compared"
    return DomainsPart(
        rows=rows,
        children=tuple(_count_domain(d, domains, study) for d in (kept if rows else ())),
        folded=tuple(one_of(Domain, d) for d in domains.folded) if rows else (),
        withheld=None if rows else domains.withheld or held_back,
    )


def _count_domain(domain: Domain, domains: DomainEffects, study: Study) -> DomainChildren:
    n_all, cells = study.cohort.n_children, {}
    for therapy_format in formats_compared(study):
        n_with = int(domains.children[therapy_format][domain])
        cells[therapy_format] = show_part(n_with, n_all[therapy_format], study.settings)
    return DomainChildren(domain=domain, **cells)
