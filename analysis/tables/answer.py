"""Tables of the answer: who was compared, how alike, how formats differ, how sure.

In: a `Summary`. Out: a `Table`, one function for each.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.tables.layout import (
    HIDDEN,
    Table,
    name_format,
    name_pair,
    put_in_table,
    spell_count,
    spell_estimate,
    spell_formats,
    spell_number,
    spell_range,
    spell_signed,
)
from analysis.vocabulary import Unit
from analysis.wording import FORMAT_NAMES, sentence_case
from analysis.words.analyses import give_title
from analysis.words.answer import title_pair
from analysis.words.cohort import FLOW_TITLES, TRAIT_TITLES, spell_start, start_unit
from analysis.words.phrases import every, present_pairs, range_name, spell_unit

MAIN_UNIT: Unit = "rate"


def tabulate_pairs(summary: Summary) -> Table:
    """Tabulate the answer: one row for each pair of formats."""
    rows = [
        {
            "Formats": name_pair(pair),
            "Difference": spell_signed(pair.estimate),
            range_name(summary): spell_range(pair),
            "What may be said": title_pair(pair),
        }
        for pair in present_pairs(summary, summary.answer.pairs)
    ]
    return put_in_table(
        summary,
        "pairs",
        rows,
        "How much further goals moved in one format than in another",
        f"Levels {every(summary)}, first format minus second, after allowing for recorded traits",
    )


def tabulate_rates(summary: Summary) -> Table:
    """Tabulate each format's adjusted rate and how many children are behind it."""
    rows = []
    for rate in summary.answer.rates:
        counts = summary.counted(rate.format)
        rows.append(
            {
                "Format": name_format(rate.format),
                "Rate": spell_number(rate.estimate),
                range_name(summary): spell_range(rate),
                "Children": spell_count(counts.n_children),
                "Goals": spell_count(counts.n_goals),
                "Therapy groups": spell_count(counts.n_groups, none="–"),
            }
        )
    return put_in_table(
        summary,
        "rates",
        rows,
        "How far goals moved in each format, children made alike",
        f"Levels {every(summary)}, as if all children compared had been in each format",
    )


def tabulate_flow(summary: Summary) -> Table:
    """Tabulate how many children are left after each step."""
    rows = [
        {"Step": FLOW_TITLES[row.id]}
        | spell_formats({name: spell_count(getattr(row, name)) for name in FORMAT_NAMES})
        | {"Together": spell_count(row.total)}
        for row in summary.cohort.flow
    ]
    return put_in_table(
        summary, "flow", rows, "Who is compared, and who is not", "Children left after each step"
    )


def tabulate_start(summary: Summary) -> Table:
    """Tabulate what the children were like at the start."""
    rows = [
        {"Trait": TRAIT_TITLES[row.trait], "Unit": start_unit(row.trait)}
        | spell_formats({name: spell_start(row, name) or HIDDEN for name in FORMAT_NAMES})
        for row in summary.cohort.at_start
    ]
    return put_in_table(
        summary,
        "start",
        rows,
        "What the children were like at the start",
        "Children compared, by the format planned for them",
    )


def tabulate_balance(summary: Summary) -> Table:
    """Tabulate the largest difference between formats in each trait, before and after."""
    rows = [
        {
            "Trait": TRAIT_TITLES[row.trait],
            "As they came": spell_number(row.before),
            "Weighted until alike": spell_number(row.after),
        }
        for row in summary.cohort.balance
    ]
    return put_in_table(
        summary,
        "balance",
        rows,
        "How far the formats differed at the start",
        "Largest difference between any two formats, in standard deviations",
    )


def tabulate_gates(summary: Summary) -> Table:
    """Tabulate which questions were asked before anything was said, and the answers."""
    answers: dict[str, dict[str, str]] = {}
    for gate in summary.method.gates:
        question, _, answer = summary.texts[f"gate.{gate.pair}.{gate.gate}"].partition("? ")
        pair = sentence_case(gate.pair.replace("-", " − "))
        answers.setdefault(f"{question}?", {})[pair] = answer.removesuffix(".")
    pairs = dict.fromkeys(pair for row in answers.values() for pair in row)
    rows = [
        {"Question": question} | {pair: row.get(pair, "not asked") for pair in pairs}
        for question, row in answers.items()
    ]
    return put_in_table(
        summary,
        "gates",
        rows,
        "What was asked before anything was said",
        "For each pair of formats, in this order; after a No that closes a pair nothing is asked",
    )


def tabulate_analyses(summary: Summary) -> Table:
    """Tabulate the same question asked in every way."""
    rows = []
    for analysis in summary.method.analyses:
        unit = analysis.unit
        other = "" if unit == MAIN_UNIT else f" ({spell_unit(summary, unit)})"
        decimals = 0 if unit == "percentage_points" else 2
        cells = {name_pair(pair): spell_estimate(pair, decimals) for pair in analysis.pairs}
        rows.append({"Asked": f"{give_title(summary, analysis.id)}{other}"} | cells)
    return put_in_table(
        summary,
        "analyses",
        rows,
        "The same question, asked in other ways",
        f"Levels {every(summary)} unless another unit is named, first format minus second "
        f"({range_name(summary)})",
    )
