"""Tables of the answer: who was compared, how alike, how formats differ, how sure.

In: the published summary (`Published.summary`). Out: a `Table`, one function for each.
"""

from __future__ import annotations

from analysis.comparison.result import RATE_UNIT
from analysis.tables.layout import (
    Summary,
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
    spell_text,
)
from analysis.wording import sentence_case


def tabulate_pairs(summary: Summary) -> Table:
    """Tabulate the answer: one row for each pair of formats."""
    rows = [
        {
            "Formats": name_pair(pair),
            "Difference": spell_signed(pair.estimate),
            "95% range": spell_range(pair),
            "What may be said": pair.title,
        }
        for pair in summary.answer.pairs
    ]
    return put_in_table(
        summary,
        "pairs",
        rows,
        "How much further goals moved in one format than in another",
        "Levels every 12 weeks, first format minus second, after allowing for recorded traits",
    )


def tabulate_rates(summary: Summary) -> Table:
    """Tabulate each format's adjusted rate and how many children are behind it."""
    counts = {row.format: row for row in summary.answer.counts}
    rows = [
        {
            "Format": name_format(rate.format),
            "Rate": spell_number(rate.estimate),
            "95% range": spell_range(rate),
            "Children": spell_count(counts[rate.format].n_children),
            "Goals": spell_count(counts[rate.format].n_goals),
            "Therapy groups": spell_count(counts[rate.format].n_groups, none="–"),
        }
        for rate in summary.answer.rates
    ]
    return put_in_table(
        summary,
        "rates",
        rows,
        "How far goals moved in each format, children made alike",
        "Levels every 12 weeks, as if all children compared had been in each format",
    )


def tabulate_flow(summary: Summary) -> Table:
    """Tabulate how many children are left after each step."""
    rows = [
        {"Step": row.step}
        | spell_formats(row, spell_count)
        | {"Together": spell_count(row.total)}
        for row in summary.cohort.flow
    ]
    return put_in_table(
        summary, "flow", rows, "Who is compared, and who is not", "Children left after each step"
    )


def tabulate_start(summary: Summary) -> Table:
    """Tabulate what the children were like at the start."""
    rows = [
        {"Trait": row.trait, "Unit": row.unit} | spell_formats(row, spell_text)
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
            "Trait": row.trait,
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
        question, _, answer = str(gate.text).partition("? ")
        pair = sentence_case(str(gate.pair).replace("-", " − "))
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
        unit = str(analysis.unit)
        other = "" if unit == RATE_UNIT else f" ({unit})"
        decimals = 0 if unit == "percentage points" else 2
        cells = {name_pair(p): spell_estimate(p, decimals) for p in analysis.pairs}
        rows.append({"Asked": f"{analysis.title}{other}"} | cells)
    return put_in_table(
        summary,
        "analyses",
        rows,
        "The same question, asked in other ways",
        "Levels every 12 weeks unless another unit is named, first format minus second (95% range)",
    )
