"""The sentences of pages 2 to 4: who was compared, how goals moved, how ways of asking agree.

In: numbers that already passed the disclosure door. Out: `Sentence`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.wording import FORMAT_NAMES, TRAIT_NAMES, children, listing, number
from analysis.words.answer import Sentence

Numbers = Mapping[str, object]


def say_flow(flow: Sequence[Numbers]) -> Sentence:
    """Say how many children of the records are compared.

    Args:
        flow: published steps, first to last: shown, total.
    """
    first, last = flow[0], flow[-1]
    if last["total"] is None:
        text = "Too few children are left in a format to print how many were compared."
    elif first["total"] is None:
        text = (
            f"About {children(float(last['total']))} have goals whose progress can be measured. "
            "Some others had no level at the start or were not reviewed again in time."
        )
    elif first["total"] == last["total"]:
        text = (
            f"All of about {children(float(last['total']))} in the records have goals whose "
            "progress can be measured."
        )
    else:
        text = (
            f"Of about {children(float(first['total']))} in the records, about "
            f"{number(float(last['total']), 0)} have goals whose progress can be measured. The "
            "others had no level at the start or were not reviewed again in time."
        )
    return Sentence("who.flow", "flow", text, ("who.flow",))


def say_balance(balance: Sequence[Numbers], withheld: bool) -> Sentence:
    """Say where the formats differed most at the start, and what weighting left of it.

    Args:
        balance: published rows: trait, before, after.
        withheld: True when no weights could be made.
    """
    if not balance:
        text = "No trait was recorded for enough children to say how alike the formats were."
        return Sentence("who.balance", "balance.none", text)
    worst = max(balance, key=lambda row: float(row["before"]))
    text = (
        f"At the start the formats differed most in {str(worst['trait']).lower()} "
        f"({number(float(worst['before']))} standard deviations). "
    )
    if withheld:
        text += "The children could not be weighted until alike."
    else:
        left = max(float(row["after"]) for row in balance)
        text += (
            f"After weighting, the largest difference in any trait is {number(left)}; up to 0.10 "
            "counts as alike."
        )
    return Sentence("who.balance", "balance", text, ("who.balance",))


def say_adjusted(kept: Iterable[str], dropped: Mapping[str, str]) -> Sentence:
    """Say which traits are allowed for, which are not, and why.

    Args:
        kept: columns adjusted for.
        dropped: column -> reason.
    """
    names = _names(kept)
    text = f"Allowed for: {listing(names)}." if names else "No recorded trait is allowed for."
    for reason in dict.fromkeys(dropped.values()):
        left_out = _names(name for name, why in dropped.items() if why == reason)
        left_out = [name for name in left_out if name not in names]
        if left_out:
            text += f" Not allowed for ({reason}): {listing(left_out)}."
    return Sentence("who.adjusted", "adjusted", text)


def _names(columns: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(TRAIT_NAMES["site" if c.startswith("site") else c] for c in columns))


def say_course(by_week: Sequence[Numbers]) -> Sentence:
    """Say how the mean level moved in each format.

    Args:
        by_week: published rows: format, week, mean.
    """
    if not by_week:
        text = "Too few children in a format to print how levels moved from week to week."
        return Sentence("progress.course", "course.held_back", text)
    parts = []
    for therapy_format in dict.fromkeys(str(row["format"]) for row in by_week):
        own = [row for row in by_week if row["format"] == therapy_format]
        parts.append(
            f"from {number(float(own[0]['mean']), 1)} to {number(float(own[-1]['mean']), 1)} in "
            f"{FORMAT_NAMES[therapy_format]}"
        )
    weeks = by_week[0]["week"], max(row["week"] for row in by_week)
    text = (
        f"Between week {weeks[0]} and week {weeks[1]} the mean level moved {listing(parts)}. These "
        "are the children as they came: nothing is allowed for here, so the lines do not compare "
        "the formats."
    )
    return Sentence("progress.course", "course", text, ("progress.by_week",))


def say_levels(bands: Sequence[Numbers]) -> Sentence:
    """Say what the distribution of levels shows.

    Args:
        bands: published rows of the distribution, or none.
    """
    if bands:
        text = (
            "Shares of goals at each level, as the children came; a goal closed as attained keeps "
            "its level."
        )
        return Sentence("progress.levels", "levels", text, ("progress.levels",))
    text = "Too few children at some levels to print how goals are spread over them."
    return Sentence("progress.levels", "levels.held_back", text)


def say_t_scores(t_scores: Sequence[Numbers]) -> Sentence:
    """Say what the T-scores are for.

    Args:
        t_scores: published rows, or none.
    """
    if t_scores:
        text = (
            "T-scores are given for readers who know them. They grow with the number of goals, so "
            "the comparison never uses them."
        )
        return Sentence("progress.t_scores", "t_scores", text, ("progress.t_scores",))
    text = "Too few children in a format to print T-scores."
    return Sentence("progress.t_scores", "t_scores.held_back", text)


def say_agreement(analyses: Sequence[Numbers], gates: Sequence[Numbers]) -> Sentence:
    """Say whether other ways of asking, and the growth model above all, bear the main answer out.

    Args:
        analyses: published analyses, the main one first: title, unit, pairs; those in another
            unit than the main one cannot be laid beside it and are not counted.
        gates: published gates of every pair.
    """
    main = analyses[0]
    others = [row for row in analyses[1:] if row["unit"] == main["unit"]]
    parts = []
    for k, pair in enumerate(main["pairs"]):
        if pair["estimate"] is None:
            continue
        found = [o["pairs"][k]["estimate"] for o in others]
        found = [value for value in found if value is not None]
        inside = sum(pair["conf_low"] <= value <= pair["conf_high"] for value in found)
        parts.append(
            f"{pair['this']} and {FORMAT_NAMES[str(pair['than'])]}: {inside} of {len(found)}"
        )
    if not parts:
        text = "No pair of formats could be compared, so there is nothing to compare it with."
        return Sentence("certainty.agreement", "agreement.none", text)
    text = f"The same question asked in other ways falls inside the main range: {'; '.join(parts)}."
    asked = [gate for gate in gates if gate["gate"] == "agreement"]
    against = [str(gate["pair"]) for gate in asked if not gate["passed"]]
    rule = "agreement.growth_against" if against else "agreement"
    if against:
        pairs = [pair.partition("-") for pair in against]
        names = listing([f"{this} and {FORMAT_NAMES[than]}" for this, _, than in pairs])
        text += f" The growth model of every review does not support the main answer for {names}."
    elif asked:
        text += " The growth model of every review supports the main answer."
    return Sentence("certainty.agreement", rule, text, ("certainty.analyses",))
