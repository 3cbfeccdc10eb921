"""The sentences of "How sure?": other ways of asking, children who left, things unrecorded.

In: numbers that already passed the disclosure door. Out: `Sentence`s. Decisions taken here:
what would change an answer is said as an assumption a clinic lead can judge ("half as much
progress after leaving", "twice as much as attention does"), the statistician's number after
it; an answer that claims nothing is not said to be safe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analysis.wording import (
    FORMAT_NAMES,
    TRAIT_NAMES,
    count,
    interval,
    listing,
    number,
    points,
    sentence_case,
)
from analysis.words.answer import Sentence

Numbers = Mapping[str, object]

MANY_TIMES = 10.0
BETWEEN = {
    "therapy group": "therapy groups",
    "child": "children",
    "goal": "a child's goals",
}
KNOWN_BEFORE = "it goes with the choice of format and with progress, so it must be allowed for"
COLUMN_REASONS = {
    "group_id": "without the therapy group, nobody can tell a good format from a good group",
    "set_before_format": "only goals set before the format ask the same of every format",
    "rater": "it shows how much the answer rests on therapists rating their own work",
    "reason_for_format": "children placed by where there was room make the fairest comparison",
    "attention": KNOWN_BEFORE,
    "peer_comfort": KNOWN_BEFORE,
    "therapist_id": "it shows whether a format or a therapist is being compared",
    "severity": "it goes with progress, so it must be allowed for",
    "delivered": "it shows which children received what was planned",
    "age_years": "it goes with progress, so it must be allowed for",
    "closed_reason": "it tells a goal that was met from one that was given up",
    "end_reason": "it tells families who were done from families who gave up",
    "follows_instructions": "it goes with the choice of format, so it must be allowed for",
    "communication": "it goes with progress, so it must be allowed for",
    "n_children_present": "it gives the therapist time behind each child's progress",
    "minutes": "it shows whether practice at home goes with progress",
    "motivation": "it checks whether the formats' children were alike in what is not allowed for",
    "energy": "it checks whether the formats' children were alike in what is not allowed for",
    "blinded": "a rater who does not know the format cannot hope for it",
}


def say_ways_withheld(ways: Sequence[Numbers], n_ways: int) -> list[Sentence]:
    """Say which ways of asking give no numbers, and why: one sentence for each reason.

    Args:
        ways: those without numbers, published: id, title, withheld (a clause), held_back (run,
            but not printed).
        n_ways: how many ways of asking there are in all.
    """
    found: dict[tuple[bool, str], list[Numbers]] = {}
    for way in ways:
        found.setdefault((bool(way["held_back"]), str(way["withheld"])), []).append(way)
    said = []
    for (held_back, reason), own in found.items():
        key = f"sensitivity.withheld.{own[0]['id']}"
        rule = "ways.held_back" if held_back else "ways.withheld"
        cannot = "not printed" if held_back else "cannot be run with these records"
        titles = [str(way["title"]) for way in own]
        who = f"None of the {n_ways} ways of asking" if len(own) == n_ways else "; ".join(titles)
        can = "can be answered" if len(own) == n_ways else cannot
        colon = "" if len(own) == n_ways else ":"
        said.append(Sentence(key, rule, f"{who}{colon} {can}, because {reason}."))
    return said


def say_growth(growth: Numbers) -> Sentence:
    """Say how much therapy groups, children and goals differ in speed.

    Args:
        growth: published: spreads (id, slope or None), zero, left_out (names of levels).
    """
    key = "sensitivity.growth"
    shown = [row for row in growth["spreads"] if row["slope"]]
    parts = [f"{number(float(row['slope']))} between {BETWEEN[str(row['id'])]}" for row in shown]
    text = "In the growth model, spreads (standard deviations) in levels every 12 weeks are "
    text = f"{text}{listing(parts)}." if parts else "The growth model finds no spread in speed."
    if growth["zero"]:
        names = listing([BETWEEN[str(name)] for name in growth["zero"]])
        text += f" No spread in speed is measurable between {names}: ordinary with so few of them."
    if growth["left_out"]:
        names = listing([BETWEEN[str(name)] for name in growth["left_out"]])
        text += f" Reviews are too few to show how speed differs between {names}."
    used = tuple(f"sensitivity.growth.spreads.{row['id']}.slope" for row in shown)
    rule = (
        "growth.zero" if growth["zero"] else "growth.left_out" if growth["left_out"] else "growth"
    )
    return Sentence(key, rule, text, used)


def say_left_out(way: Numbers) -> Sentence:
    """Say how far leaving out one group or therapist at a time moves each answer.

    Args:
        way: published: id, title, pairs with conf_low and conf_high (or None).
    """
    key = f"sensitivity.left_out.{way['id']}"
    what = "therapy group" if way["id"] == "leave_one_group_out" else "therapist"
    shown = [pair for pair in way["pairs"] if pair["conf_low"] is not None]
    if not shown:
        text = f"Too little is left to print to say what any one {what} does to the answer."
        return Sentence(key, "left_out.held_back", text)
    parts = [
        f"{pair_names(pair)} {interval(float(pair['conf_low']), float(pair['conf_high']))}"
        for pair in shown
    ]
    text = (
        f"Whichever single {what} is left out, the 95% range stays within these limits: "
        f"{'; '.join(parts)} (levels every 12 weeks, rounded outwards)."
    )
    ids = tuple(f"certainty.analyses.{way['id']}.pairs.{pair['id']}.conf_low" for pair in shown)
    ids += tuple(f"certainty.analyses.{way['id']}.pairs.{pair['id']}.conf_high" for pair in shown)
    return Sentence(key, "left_out", text, ids)


def say_dropout(row: Numbers) -> Sentence:
    """Say what assumption about children who left would change what is said of a pair.

    Args:
        row: published: id, this, than, shown, changed, delta_this, delta_than, title (of the
            label then), percent_this, percent_than.
    """
    key = f"sensitivity.dropout.{row['id']}"
    names = sentence_case(pair_names(row))
    if not row["shown"]:
        text = (
            f"{names}: too few children left before the end to print what assumptions about them "
            "would do."
        )
        return Sentence(key, "dropout.held_back", text)
    if not row["changed"]:
        text = (
            f"{names}: what is said stays the same even if the children who left made no further "
            "progress, in either format or in both."
        )
        return Sentence(key, "dropout.unchanged", text)
    sides = [
        f"{row[f'percent_{side}']}% less in {FORMAT_NAMES[str(row[side])]}"
        for side in ("this", "than")
        if row[f"percent_{side}"]
    ]
    text = (
        f"{names}: what is said changes if the children who left progressed afterwards "
        f"{listing(sides)} than before they left. It would then be: "
        f"{str(row['title'])[:1].lower()}{str(row['title'])[1:]}."
    )
    used = ("percent_this", "percent_than")
    return Sentence(
        key, "dropout.changed", text, tuple(f"sensitivity.dropout.{row['id']}.{n}" for n in used)
    )


def say_overturn(row: Numbers) -> Sentence:
    """Say how much something unrecorded would have to matter to change what is said of a pair.

    Args:
        row: published: id, this, than, shown, label, trait, times, share (percent of what is left
            open in format and progress).
    """
    key = f"sensitivity.unrecorded.{row['id']}"
    names = sentence_case(pair_names(row))
    if not row["shown"]:
        text = f"{names}: not compared, so there is nothing that something unrecorded could change."
        return Sentence(key, "unrecorded.not_compared", text)
    if row["share"] is None:
        text = (
            f"{names}: nothing is stated here about the difference that something unrecorded "
            "could take away."
        )
        return Sentence(key, "unrecorded.no_claim", text)
    share = (
        f"explained {row['share']}% of what the recorded traits leave open, of the choice of "
        "format and of progress alike"
    )
    changes = f"{names}: what is said would no longer hold if something unrecorded"
    used = [f"sensitivity.unrecorded.{row['id']}.share"]
    if row["times"] is None and row["trait"] is None:
        return Sentence(key, "unrecorded.share", f"{changes} {share}.", tuple(used))
    trait = TRAIT_NAMES[str(row["trait"])]
    if row["times"] is None:
        times, rule = f"more than {MANY_TIMES:.0f}", "unrecorded.many_times"
    else:
        times = number(float(row["times"]), 1)
        rule = "unrecorded.times" if row["times"] >= 1 else "unrecorded.less_than_once"
        used.append(f"sensitivity.unrecorded.{row['id']}.times")
    text = f"{changes} mattered {times} times as much as {trait} does, or {share}."
    return Sentence(key, rule, text, tuple(used))


def say_wide(trait_names: Sequence[str]) -> Sentence:
    """Say what the wider of the two ranges means.

    Args:
        trait_names: the strongest recorded traits, by column name.
    """
    key = "sensitivity.wide"
    if not trait_names:
        text = (
            "No recorded trait is allowed for, so there is no yardstick for what something "
            "unrecorded could do."
        )
        return Sentence(key, "wide.none", text)
    names = list(dict.fromkeys(TRAIT_NAMES[name] for name in trait_names))
    text = (
        "The wider range of each pair says how far the 95% range reaches if something unrecorded "
        f"differs between the formats as much as the strongest recorded trait does "
        f"({listing(names, 'or')})."
    )
    return Sentence(key, "wide", text)


def say_controls(controls: Sequence[Numbers]) -> Sentence:
    """Say what the questions with a known answer of zero show.

    Args:
        controls: published: title, shown, failed.
    """
    key = "sensitivity.controls"
    asked = [control for control in controls if control["shown"]]
    if not asked:
        text = (
            "No trait is left over that the formats should be alike in, so the adjustment cannot "
            "be checked in this way."
        )
        return Sentence(key, "controls.none", text)
    titles = [str(control["title"]) for control in asked]
    failed = [str(control["title"]) for control in asked if control["failed"]]
    n_asked = sum(len(control["pairs"]) for control in asked)
    lower = [title[:1].lower() + title[1:] for title in titles]
    if failed:
        which = [title[:1].lower() + title[1:] for title in failed]
        text = (
            "The formats should be alike in what was so before the format was chosen. They are "
            f"not in {listing(which)}: the traits allowed for leave something out, so lean on "
            "every difference lightly."
        )
        return Sentence(key, "controls.failed", text, ("sensitivity.controls",))
    text = (
        "The formats should be alike in what was so before the format was chosen. After the same "
        f"adjustment none stands out in {listing(lower)} ({n_asked} comparisons, "
        "allowed for)."
    )
    return Sentence(key, "controls.passed", text, ("sensitivity.controls",))


def say_size(row: Numbers, margin: float) -> Sentence:
    """Say what it would take to know about one pair.

    Args:
        row: published: id, this, than, shown, half_width, n_children and n_groups (in all),
            more_children, more_groups, reachable.
        margin: the half-width wanted.
    """
    key = f"sensitivity.planning.{row['id']}"
    names = sentence_case(pair_names(row))
    if not row["shown"]:
        text = f"{names}: not compared, so no number of children can be worked out from here."
        return Sentence(key, "planning.not_compared", text)
    half = float(row["half_width"])
    used = [f"sensitivity.planning.pairs.{row['id']}.half_width"]
    if not row["more_children"]:
        text = (
            f"{names}: the range is {number(half)} levels either way, no wider than the "
            f"{points(margin)} that would matter."
        )
        return Sentence(key, "planning.enough", text, tuple(used))
    groups = ""
    if row["more_groups"]:
        groups = f" in {count(float(row['more_groups']), 'more therapy group')}"
        used.append(f"sensitivity.planning.pairs.{row['id']}.more_groups")
    text = (
        f"{names}: the range is {number(half)} levels either way. About "
        f"{number(float(row['more_children']), 0)} more children{groups}, like those here, "
        f"would bring it to about {number(margin)} either way."
    )
    used.append(f"sensitivity.planning.pairs.{row['id']}.more_children")
    rule = "planning.more"
    if row["reachable"] is not None and float(row["reachable"]) > margin:
        text += (
            " More children in the same therapy groups alone could not bring it below "
            f"{number(float(row['reachable']))}: it takes more groups."
        )
        used.append(f"sensitivity.planning.pairs.{row['id']}.reachable")
        rule = "planning.more_groups"
    return Sentence(key, rule, text, tuple(used))


def say_to_record(columns: Sequence[tuple[str, str]]) -> Sentence:
    """Say which columns to start recording.

    Args:
        columns: (table, column), at most two.
    """
    key = "sensitivity.to_record"
    if not columns:
        text = "Every column this report can use is recorded. Keep recording them."
        return Sentence(key, "to_record.nothing", text)
    parts = [
        f"{column} in the table {table} ({COLUMN_REASONS[column]})" for table, column in columns
    ]
    return Sentence(key, "to_record", f"What to start recording: {listing(parts)}.")


def pair_names(pair: Numbers) -> str:
    """Spell a pair of formats: 'group and individual therapy'."""
    return f"{pair['this']} and {FORMAT_NAMES[str(pair['than'])]}"


def spell_times(times: float) -> float | None:
    """Give a multiple as it is printed; None when it is larger than anyone would weigh."""
    return round(times, 1) if math.isfinite(times) and times <= MANY_TIMES else None
