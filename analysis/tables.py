"""Tables as a reader sees them in a notebook: title, unit, counts, source.

In: the published summary (`Published.summary`). Out: a `Table`, one function for each. Decisions
taken here: every cell is spelt beforehand (true minus signs, the same decimals down a column),
so that a table can only show what passed the disclosure door; a cell that may not be shown says
so; tables carry no random names, so the same numbers give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from great_tables import GT, loc, style

from analysis.wording import FORMAT_NAMES, TRAIT_NAMES, interval, number, sentence_case, signed

Summary = Mapping[str, object]
Row = Mapping[str, object]

HIDDEN = "not shown"
FACES = ["Source Sans Pro", "Source Sans 3", "Helvetica Neue", "Arial", "sans-serif"]
INK, SOFT, RULE = "#22262d", "#5b6472", "#c9ccd2"


@dataclass(frozen=True, eq=False)
class Table:
    """A table as a reader sees it.

    Attributes:
        name: short stable name.
        title: what it shows.
        unit: unit of its numbers, and what they are.
        frame: the cells as text, a column for each heading.
        note: counts, rounding and where the numbers come from.
    """

    name: str
    title: str
    unit: str
    frame: pd.DataFrame
    note: str

    def __repr__(self) -> str:
        cells = self.frame.to_string(index=False, justify="left")
        return f"{self.title}\n{self.unit}\n\n{cells}\n\n{self.note}"

    def _repr_html_(self) -> str:
        return self.set_type().as_raw_html()

    def set_type(self) -> GT:
        """Set the table in the house style."""
        numeric = [c for c in self.frame.columns if _is_numeric(self.frame[c])]
        table = (
            GT(self.frame, id=f"table-{self.name}")
            .tab_header(title=self.title, subtitle=self.unit)
            .tab_source_note(self.note)
            .tab_options(
                table_font_names=FACES,
                table_font_size="14px",
                table_font_color=INK,
                heading_align="left",
                heading_title_font_size="17px",
                heading_subtitle_font_size="13px",
                column_labels_font_size="13px",
                source_notes_font_size="12px",
                table_border_top_style="none",
                table_border_bottom_color=RULE,
                heading_border_bottom_color=RULE,
                column_labels_border_bottom_color=SOFT,
                table_body_hlines_color="#ececef",
                data_row_padding="5px",
            )
            .cols_align("left")
        )
        if not numeric:
            return table
        return table.cols_align("right", columns=numeric).tab_style(
            style.css("font-variant-numeric: tabular-nums;"), loc.body(columns=numeric)
        )


def tabulate_pairs(summary: Summary) -> Table:
    """Tabulate the answer: one row for each pair of formats."""
    rows = [
        {
            "Formats": _name_pair(pair),
            "Difference": _signed(pair["estimate"]),
            "95% range": _range(pair),
            "What may be said": pair["title"],
        }
        for pair in summary["answer"]["pairs"]
    ]
    return _set_table(
        summary,
        "pairs",
        rows,
        "How much further goals moved in one format than in another",
        "Levels every 12 weeks, first format minus second, after allowing for recorded traits",
    )


def tabulate_rates(summary: Summary) -> Table:
    """Tabulate each format's adjusted rate and how many children are behind it."""
    counts = {row["format"]: row for row in summary["answer"]["counts"]}
    rows = [
        {
            "Format": _name_format(rate["format"]),
            "Rate": _number(rate["estimate"]),
            "95% range": _range(rate),
            "Children": _count(counts[rate["format"]]["n_children"]),
            "Goals": _count(counts[rate["format"]]["n_goals"]),
            "Therapy groups": _count(counts[rate["format"]]["n_groups"], none="–"),
        }
        for rate in summary["answer"]["rates"]
    ]
    return _set_table(
        summary,
        "rates",
        rows,
        "How far goals moved in each format, children made alike",
        "Levels every 12 weeks, as if all children compared had been in each format",
    )


def tabulate_flow(summary: Summary) -> Table:
    """Tabulate how many children are left after each step."""
    rows = [
        {"Step": row["step"]} | _by_format(row, _count) | {"Together": _count(row["total"])}
        for row in summary["who"]["flow"]
    ]
    return _set_table(
        summary, "flow", rows, "Who is compared, and who is not", "Children left after each step"
    )


def tabulate_start(summary: Summary) -> Table:
    """Tabulate what the children were like at the start."""
    rows = [
        {"Trait": row["trait"], "Unit": row["unit"]} | _by_format(row, _text)
        for row in summary["who"]["at_start"]
    ]
    return _set_table(
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
            "Trait": row["trait"],
            "As they came": _number(row["before"]),
            "Weighted until alike": _number(row["after"]),
        }
        for row in summary["who"]["balance"]
    ]
    return _set_table(
        summary,
        "balance",
        rows,
        "How far the formats differed at the start",
        "Largest difference between any two formats, in standard deviations",
    )


def tabulate_progress(summary: Summary) -> Table:
    """Tabulate the mean level by week in each format."""
    found = summary["progress"]["by_week"]
    rows = []
    for week in dict.fromkeys(row["week"] for row in found):
        cells = {row["format"]: row for row in found if row["week"] == week}
        spelt = {
            name: f"{number(cell['mean'], 1)} ({_count(cell['n_children'])})"
            for name, cell in cells.items()
        }
        rows.append({"Week": str(week)} | _by_format(spelt, _text))
    return _set_table(
        summary,
        "progress",
        rows,
        "Mean level by week, as the children came",
        "Level from −2 to +2 (children reviewed); nothing is allowed for here",
    )


def tabulate_t_scores(summary: Summary) -> Table:
    """Tabulate T-scores at the start and at the latest review."""
    rows = [
        {
            "Format": _name_format(row["format"]),
            "When": "at the start" if row["when"] == "start" else "latest review",
            "Mean": _number(row["mean"], 0),
            "Standard deviation": _number(row["sd"], 0),
            "Children": _count(row["n_children"]),
        }
        for row in summary["progress"]["t_scores"]
    ]
    return _set_table(
        summary,
        "t-scores",
        rows,
        "T-scores, for readers who know them",
        "Kiresuk-Sherman T; grows with the number of goals, so formats are never compared by it",
    )


def tabulate_within_child(summary: Summary) -> Table:
    """Tabulate the test of each child against itself."""
    rows = [
        {
            "Formats": _name_pair(pair),
            "Social less skill": _signed(pair["estimate"]),
            "95% range": _range(pair),
        }
        for pair in summary["depends"]["within_child"]["pairs"]
    ]
    return _set_table(
        summary,
        "within-child",
        rows,
        "Each child against itself",
        "How much further social goals moved than the same child's skill goals, levels every 12 "
        "weeks, first format minus second",
    )


def tabulate_credibility(summary: Summary) -> Table:
    """Tabulate how credible each dependence is."""
    rows = [
        {
            "It depends on": card["title"],
            "Credibility": card["rating"] or "nothing to rate",
            "Why": card["sentence"],
        }
        for card in summary["depends"]["credibility"]
    ]
    return _set_table(
        summary,
        "credibility",
        rows,
        "How credible is it that the answer depends on something?",
        "After ICEMAN; never above moderate, because children were not assigned at random",
    )


def tabulate_soon(summary: Summary) -> Table:
    """Tabulate how many of 100 goals were reached by each week."""
    rows = []
    for week in summary["soon"]["weeks"]:
        cells = {
            row["format"]: f"{row['of_100']} ({row['low']} to {row['high']})"
            for row in summary["soon"]["shares"]
            if row["week"] == week and row["of_100"] is not None
        }
        rows.append({"By week": str(week)} | _by_format(cells, _text))
    return _set_table(
        summary,
        "soon",
        rows,
        "How soon goals reach the expected level",
        "Of 100 goals of children like these (95% range)",
    )


MEASURES = {
    "gain": "Gain to the last review, levels",
    "sessions": "Sessions attended",
    "hours": "Therapist hours",
    "per_session": "Gain for 10 sessions, levels",
    "per_hour": "Gain for 10 therapist hours, levels",
}


def tabulate_effort(summary: Summary) -> Table:
    """Tabulate what each format gained and what it took."""
    rows = []
    found = summary["effort"]["means"]
    for measure in dict.fromkeys(row["measure"] for row in found):
        decimals = 0 if measure in ("sessions", "hours") else 2
        cells = {
            row["format"]: f"{number(row['estimate'], decimals)} ({_range(row, decimals)})"
            for row in found
            if row["measure"] == measure and row["estimate"] is not None
        }
        title = MEASURES.get(measure, sentence_case(measure.replace("_", " ")))
        rows.append({"For each child": title} | _by_format(cells, _text))
    return _set_table(
        summary,
        "effort",
        rows,
        "What was gained, and what it took",
        "Means for each child, children made alike (95% range)",
    )


def tabulate_analyses(summary: Summary) -> Table:
    """Tabulate the same question asked in every way."""
    rows = []
    for analysis in summary["certainty"]["analyses"]:
        cells = {_name_pair(p): _estimate(p) for p in analysis["pairs"]}
        rows.append({"Asked": analysis["title"], "Unit": analysis["unit"]} | cells)
    return _set_table(
        summary,
        "analyses",
        rows,
        "The same question, asked in other ways",
        "First format minus second (95% range)",
    )


def tabulate_gates(summary: Summary) -> Table:
    """Tabulate which questions were asked before anything was said, and the answers."""
    answers: dict[str, dict[str, str]] = {}
    for gate in summary["certainty"]["gates"]:
        question, _, answer = str(gate["text"]).partition("? ")
        pair = sentence_case(str(gate["pair"]).replace("-", " − "))
        answers.setdefault(f"{question}?", {})[pair] = answer.removesuffix(".")
    pairs = dict.fromkeys(pair for row in answers.values() for pair in row)
    rows = [
        {"Question": question} | {pair: row.get(pair, "not asked") for pair in pairs}
        for question, row in answers.items()
    ]
    return _set_table(
        summary,
        "gates",
        rows,
        "What was asked before anything was said",
        "For each pair of formats, in this order; after a No that closes a pair nothing is asked",
    )


def tabulate_claims(summary: Summary) -> Table:
    """Tabulate the claims held against these records."""
    rows = [
        {
            "Claim": row["claim"],
            "Answer": sentence_case(row["verdict"]),
            "Difference": _estimate(row) if row["estimate"] is not None else "–",
            "Unit": row["unit"],
        }
        for row in summary["claims"]["rows"]
    ]
    return _set_table(
        summary,
        "claims",
        rows,
        "Seven claims, held against these records",
        "In each claim's own direction (95% range)",
    )


def tabulate_unrecorded(summary: Summary) -> Table:
    """Tabulate how strong something unrecorded would have to be."""
    rows = [
        {
            "Formats": _name_pair(row),
            "Yardstick": TRAIT_NAMES.get(row["trait"], row["trait"]) or "–",
            "Times as strong": _number(row["times"], 1),
            "What follows": row["text"],
        }
        for row in summary["sensitivity"]["unrecorded"]
    ]
    return _set_table(
        summary,
        "unrecorded",
        rows,
        "How strong would something unrecorded have to be?",
        "Against the recorded trait that matters most",
    )


def _set_table(summary: Summary, name: str, rows: Sequence[Row], title: str, unit: str) -> Table:
    """Put spelt rows into a table; one line that says so when there is nothing to show."""
    rows = rows or [{"": "Too few children to show this."}]
    frame = pd.DataFrame(rows).astype("str")
    return Table(name, title, unit, frame, _note(summary))


def _note(summary: Summary) -> str:
    invented = "Invented records. " if summary["invented"] else ""
    return (
        f"{invented}{summary['records']['sentence']} Counts to the nearest 5; nothing about fewer "
        f"than {summary['smallest_cell']} children. Records {summary['records']['digest']}."
    )


def _is_numeric(cells: Iterable[str]) -> bool:
    """Tell whether a column holds numbers or ranges, or says that it does not show them."""
    told = [cell for cell in cells if cell not in (HIDDEN, "–")]
    return bool(told) and all(cell.lstrip("+−")[:1].isdigit() for cell in told)


def _name_format(name: object) -> str:
    return sentence_case(FORMAT_NAMES[str(name)])


def _name_pair(pair: Row) -> str:
    return sentence_case(f"{pair['this']} − {pair['than']}")


def _by_format(row: Row, spell: object) -> dict[str, str]:
    return {sentence_case(name): spell(row.get(name)) for name in FORMAT_NAMES}


def _text(value: object) -> str:
    return HIDDEN if value is None else str(value).replace("-", "−")


def _count(value: object, none: str = HIDDEN) -> str:
    return none if value is None else number(float(value), 0)


def _number(value: object, decimals: int = 2) -> str:
    return HIDDEN if value is None else number(float(value), decimals)


def _signed(value: object) -> str:
    return HIDDEN if value is None else signed(float(value))


def _range(row: Row, decimals: int = 2) -> str:
    if row["conf_low"] is None:
        return HIDDEN
    return interval(float(row["conf_low"]), float(row["conf_high"]), decimals)


def _estimate(row: Row) -> str:
    if row["estimate"] is None:
        return HIDDEN
    return f"{_signed(row['estimate'])} ({_range(row)})"
