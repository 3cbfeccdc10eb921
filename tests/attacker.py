"""An attacker who holds a report: the PDF's text and summary.json, the rules, and a solver.

The attacker knows how counts are rounded and when they are held back, writes every printed
number as bounds on whole numbers of children, and asks the solver for the least and the
greatest value of every cell that could be small: children left out at each step, not reviewed
in a week, not seen at the end, with a trait or without it. Nothing else of the clinic is used;
`true_cells`, which scores the attack, is the only function here that sees a study.
"""

import io
import itertools
import json
import math
import re
import shutil
import subprocess

import numpy as np
from pypdf import PdfReader
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure import rules
from analysis.disclosure.summary import spell_summary
from analysis.settings import Settings

FORMATS = ("individual", "group", "combined")
STEPS = ("records", "goal", "baseline", "reviews")
TRAITS = ("motor_delay", "sensory_needs")
FEW, NEARLY_ALL = "few", "nearly all"
DESCRIBE, COMPARE = 10, 15
MOST_MISSING, MOST_APART = 0.35, 0.15
MOST = 5000
STRICT = 1e-4


def read_pdf(pdf):
    """Give the text of a PDF, with the layout kept where the tool for it is installed."""
    if shutil.which("pdftotext"):
        command = ["pdftotext", "-layout", "-", "-"]
        done = subprocess.run(command, input=pdf, capture_output=True, check=True)
        return done.stdout.decode()
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def read_json(summary):
    """Give a published summary as any reader of its file has it."""
    return json.loads(spell_summary(summary))


class Puzzle:
    """Whole numbers of children and all that is known of them."""

    def __init__(self):
        self.prefix = ""
        self.names, self.low, self.high = {}, [], []
        self.rows, self.row_low, self.row_high = [], [], []

    def number(self, name, low=0, high=MOST):
        """Name a whole number of the report at hand and narrow what is known of it."""
        name = name if name in self.names else self.prefix + name
        if name not in self.names:
            self.names[name] = len(self.low)
            self.low.append(0)
            self.high.append(MOST)
        i = self.names[name]
        self.low[i], self.high[i] = max(self.low[i], low), min(self.high[i], high)
        return name

    def know(self, terms, low=-np.inf, high=np.inf):
        """Add low <= sum of terms <= high; terms map names to factors."""
        self.rows.append({self.number(name): factor for name, factor in terms.items()})
        self.row_low.append(low)
        self.row_high.append(high)

    def one_of(self, choices):
        """Say that one of several lists of (terms, low, high) holds."""
        switches = [self.number(f"choice {len(self.names)}", 0, 1) for _ in choices]
        self.know(dict.fromkeys(switches, 1), 1, 1)
        for switch, facts in zip(switches, choices, strict=True):
            for terms, low, high in facts:
                if low > -np.inf:
                    self.know({**terms, switch: -2 * MOST}, low - 2 * MOST)
                if high < np.inf:
                    self.know({**terms, switch: 2 * MOST}, high=high + 2 * MOST)

    def bounds(self, terms):
        """Give the least and the greatest value of a sum, or None where nothing fits."""
        n = len(self.low)
        matrix = np.zeros((len(self.rows), n))
        for i, row in enumerate(self.rows):
            for name, factor in row.items():
                matrix[i, self.names[name]] = factor
        target = np.zeros(n)
        for name, factor in terms.items():
            target[self.names[name]] = factor
        found = []
        for sign in (1, -1):
            answer = milp(
                sign * target,
                integrality=np.ones(n),
                bounds=Bounds(self.low, self.high),
                constraints=LinearConstraint(matrix, self.row_low, self.row_high),
            )
            if not answer.success:
                return None
            found.append(round(sign * answer.fun))
        return tuple(found)


class Attack:
    """Every bound that one report gives away."""

    def __init__(self, summary, pdf=None, puzzle=None, report=""):
        self.summary, self.puzzle = summary, puzzle or Puzzle()
        self.puzzle.prefix = f"{report}: " if report else ""
        self.cell = summary["smallest_cell"]
        counts = [row["n_children"] for row in summary["answer"]["counts"] if row["n_children"]]
        counts += [row["n_children"] for row in summary["progress"]["by_week"]]
        rounded = all(n % 5 == 0 for n in counts if n)
        self.half, self.step = (2, 5) if rounded else (0, 1)
        self.cells = {}
        self._read_gates()
        self._read_flow()
        self._read_weeks()
        self._read_shares()
        self._read_missing()
        self._read_parts()
        if pdf is not None:
            self._read_pages(read_pdf(pdf))

    def _n(self, therapy_format, step="reviews"):
        return self.puzzle.number(f"{step} {therapy_format}")

    def _printed(self, name, n):
        """Use a printed count, or that it was held back."""
        if n is None:
            self.puzzle.number(name, 0, self.cell - 1)
        else:
            lowest = n == self.step * math.ceil(self.cell / self.step)
            low = self.cell if lowest else max(n - self.half, self.cell)
            self.puzzle.number(name, low, n + self.half)

    def _read_gates(self):
        for row in self.summary["answer"]["counts"][:-1]:
            self._printed(self._n(row["format"]), row["n_children"])
        for gate in self.summary["certainty"]["gates"]:
            pair = gate["pair"].split("-")
            if gate["rule"] == "absent":
                for step in STEPS:
                    self.puzzle.number(self._n(gate["format"], step), 0, 0)
            elif gate["rule"] == "few_children":
                self.puzzle.number(self._n(gate["format"]), 0, gate["need"] - 1)
                if gate["have"] is not None:
                    self._printed(self._n(gate["format"]), gate["have"])
            elif gate["gate"] in ("describe", "compare") and gate["passed"]:
                least = DESCRIBE if gate["gate"] == "describe" else COMPARE
                for name in pair:
                    self.puzzle.number(self._n(name), least)

    def _read_flow(self):
        flow = {row["id"]: row for row in self.summary["who"]["flow"]}
        for earlier, later in itertools.pairwise(STEPS):
            for name in FORMATS:
                left = {self._n(name, earlier): 1, self._n(name, later): -1}
                self.puzzle.know(left, 0)
                self.cells[f"left out before {later}, {name}"] = left
        for earlier, later in itertools.combinations(STEPS, 2):
            for name in FORMATS:
                left = {self._n(name, earlier): 1, self._n(name, later): -1}
                self.cells[f"left out {earlier} to {later}, {name}"] = left
            together = {self._n(name, earlier): 1 for name in FORMATS}
            together |= {self._n(name, later): -1 for name in FORMATS}
            self.cells[f"left out {earlier} to {later}, all"] = together
        shown = [step for step in STEPS if flow[step]["shown"]]
        for step in shown:
            for name in FORMATS:
                n = flow[step][name]
                if n is not None:
                    self._printed(self._n(name, step), n)
        for earlier, later in itertools.combinations(shown, 2):
            for name in FORMATS:
                left = {self._n(name, earlier): 1, self._n(name, later): -1}
                self.puzzle.one_of([[(left, 0, 0)], [(left, self.cell, np.inf)]])
        for i, step in enumerate(STEPS):
            row = flow[step]
            if row["shown"] or not shown:
                continue
            if row["total"] is not None:
                total = {self._n(name, step): 1 for name in FORMATS}
                self.puzzle.know(total, row["total"] - self.half, row["total"] + self.half)
            later = [s for s in STEPS[i + 1 :] if flow[s]["shown"]]
            if later:
                choices = []
                for name in FORMATS:
                    left = {self._n(name, step): 1, self._n(name, later[0]): -1}
                    choices.append([(left, 1, self.cell - 1)])
                    choices.append([({self._n(name, step): 1}, 1, self.cell - 1)])
                self.puzzle.one_of(choices)

    def _read_weeks(self):
        for row in self.summary["progress"]["by_week"]:
            seen = self.puzzle.number(f"seen {row['format']} {row['week']}")
            self._printed(seen, row["n_children"])
            unseen = {self._n(row["format"]): 1, seen: -1}
            self.puzzle.know(unseen, 0)
            self.cells[f"not reviewed, {row['format']} week {row['week']}"] = unseen

    def _read_shares(self):
        for row in self.summary["who"]["at_start"]:
            trait = row["trait"]
            for name in FORMATS if trait in TRAITS else ():
                if row[name] is None:
                    continue
                have = self.puzzle.number(f"{trait} {name}")
                asked = self.puzzle.number(f"{trait} known {name}")
                self.puzzle.know({self._n(name): 1, asked: -1}, 0)
                self.puzzle.know({asked: 1, have: -1}, 0)
                self._read_share(row[name], have, asked)
                self.cells[f"{trait}, {name}"] = {have: 1}
                self.cells[f"not {trait}, {name}"] = {asked: 1, have: -1}

    def _read_share(self, said, part, whole):
        settings = Settings(smallest_cell=self.cell)
        twice = (n for n in itertools.count(self.cell) if rules.surely_twice(n, settings))
        self.puzzle.number(whole, next(twice))  # judged on the count as it is printed
        if said == FEW:
            self.puzzle.number(part, 0, self.cell - 1)
        elif said == NEARLY_ALL:
            self.puzzle.know({whole: 1, part: -1}, 0, self.cell - 1)
            self.puzzle.number(part, self.cell)
        else:
            percent = int(said)
            self.puzzle.number(part, self.cell)
            self.puzzle.know({whole: 1, part: -1}, self.cell)
            steps = []
            for name in (part, whole):
                steps.append(self.puzzle.number(f"{name} in steps", 1))
                printed = {name: 1, steps[-1]: -self.step}
                self.puzzle.know(printed, -self.half, self.half)
            for share, low, high in ((percent - 0.5, 0, np.inf), (percent + 0.5, -np.inf, 0)):
                self.puzzle.know({steps[0]: 100, steps[1]: -share}, low, high)

    def _read_missing(self):
        for row in self.summary["answer"]["cautions"]["missing_at_end"]:
            name, said = row["format"], row["word"] or row["percent"]
            start = self._n(name, "baseline")
            gone = self.puzzle.number(f"gone {name}")
            self.puzzle.know({start: 1, gone: -1}, 0)
            compared = self.puzzle.high[self.puzzle.names[self._n(name)]] > 0
            if said is not None and compared:
                self._read_share(said, gone, start)
                self.cells[f"not seen at the end, {name}"] = {gone: 1}
                self.cells[f"seen at the end, {name}"] = {start: 1, gone: -1}
        for gate in self.summary["certainty"]["gates"]:
            if gate["gate"] != "attrition":
                continue
            names = gate["pair"].split("-")
            gone = [self.puzzle.number(f"gone {name}") for name in names]
            start = [self._n(name, "baseline") for name in names]
            if gate["rule"] == "many_missing":
                i = names.index(gate["format"])
                self.puzzle.know({gone[i]: 1, start[i]: -MOST_MISSING}, STRICT)
            elif gate["passed"]:
                for i in range(2):
                    self.puzzle.know({gone[i]: 1, start[i]: -MOST_MISSING}, high=STRICT)

    def _read_parts(self):
        """Use every other printed count of children of a format: no part exceeds the whole."""
        depends, parts = self.summary["depends"], {}
        if depends:
            rates = depends["within_child"]["rates"]
            parts["both kinds of goal"] = {r["format"]: r["n_children"] for r in rates}
            parts |= {f"a goal in {r['domain']}": r for r in depends["domains"]["children"]}
        for title, row in parts.items():
            for name in FORMATS:
                if row.get(name) is not None:
                    part = self.puzzle.number(f"{title} {name}")
                    self._printed(part, row[name])
                    others = {self._n(name): 1, part: -1}
                    self.puzzle.know(others, 0)
                    self.cells[f"without {title}, {name}"] = others

    def _read_pages(self, text):
        """Use what is printed: the sentence of children compared, and the table of counts."""
        found = re.search(r"About (\d[\d,]*) children with", text)
        if found:
            total = {self._n(name): 1 for name in FORMATS}
            n = int(found.group(1).replace(",", ""))
            small = sum(r["n_children"] is not None for r in self.summary["answer"]["counts"][:-1])
            self.puzzle.know(total, n - self.half * small, n + self.half * max(small, 1))

    def find_bounds(self, names=None):
        """Give the least and greatest value of the cells named, or of every cell."""
        chosen = self.cells if names is None else [n for n in self.cells if n in names]
        return {name: self.puzzle.bounds(self.cells[name]) for name in chosen}


def attack_twice(before, after, most_new=10):
    """Attack two reports of one clinic that grew by at most so many children, as one puzzle."""
    puzzle = Puzzle()
    first, second = (
        Attack(before, puzzle=puzzle, report="1"),
        Attack(after, puzzle=puzzle, report="2"),
    )
    arrived = {}
    for name in FORMATS:
        for step in STEPS:
            new = {f"2: {step} {name}": 1, f"1: {step} {name}": -1}
            puzzle.know(new, 0, most_new)
            if step == "records":
                arrived |= new
            second.cells[f"new in {step}, {name}"] = new
    puzzle.know(arrived, 1, most_new)
    second.cells |= {f"before, {name}": terms for name, terms in first.cells.items()}
    return second


def numbers_of(summary, path=()):
    """Give every number of a report's JSON by its path."""
    found = {}
    parts = summary.items() if isinstance(summary, dict) else enumerate(summary)
    for key, value in parts:
        if isinstance(value, dict | list):
            found |= numbers_of(value, (*path, key))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[(*path, key)] = float(value)
        elif value in (FEW, NEARLY_ALL):
            found[(*path, key)] = (FEW, NEARLY_ALL).index(value) - 1.0
    return found


def guess_newcomers(reports, levels, rng):
    """Learn from half of the clinics what a newcomer does to the numbers; guess the others.

    Args:
        reports: for each clinic (numbers before, numbers after) by path.
        levels: for each clinic, whether the newcomer came to the expected level.
        rng: splits the clinics.

    Returns:
        (share guessed right from the reports, share right when always saying the usual answer).
    """
    paths = sorted(set.intersection(*[set(b) & set(a) for b, a in reports]), key=str)
    moved = np.array([[a[p] - b[p] for p in paths] for b, a in reports]).reshape(len(reports), -1)
    levels = np.asarray(levels, float)
    right = usual = total = 0
    for _ in range(20):
        order = rng.permutation(len(reports))
        learn, test = order[: len(order) // 2], order[len(order) // 2 :]
        spread = moved[learn].std(axis=0)
        kept = spread > 0
        scaled = moved[:, kept] / spread[kept]
        centre = scaled[learn].mean(axis=0)
        often = levels[learn].mean()
        x = scaled - centre
        guess = np.full(len(test), often)
        if kept.any():
            gram = x[learn] @ x[learn].T + 0.3 * kept.sum() * np.eye(len(learn))
            guess = often + x[test] @ (x[learn].T @ np.linalg.solve(gram, levels[learn] - often))
        right += ((guess > 0.5) == levels[test]).sum()
        usual += ((often > 0.5) == levels[test]).sum()
        total += len(test)
    return right / total, usual / total


def true_cells(study):
    """Give the exact value of every cell that the attack asks about."""
    flow = study.cohort.flow.set_index("step")
    table = study.cohort.table
    from analysis.disclosure.progress import levels_by_visit

    levels = levels_by_visit(study)
    cells = {}
    for earlier, later in itertools.pairwise(STEPS):
        for name in FORMATS:
            n = int(flow.loc[earlier, name] - flow.loc[later, name])
            cells[f"left out before {later}, {name}"] = n
    for earlier, later in itertools.combinations(STEPS, 2):
        left = {name: int(flow.loc[earlier, name] - flow.loc[later, name]) for name in FORMATS}
        cells |= {f"left out {earlier} to {later}, {name}": n for name, n in left.items()}
        cells[f"left out {earlier} to {later}, all"] = sum(left.values())
    for name in FORMATS:
        own = table[table["format"] == name]
        n = own["child_id"].nunique()
        for week, part in levels[levels["format"] == name].groupby("week"):
            cells[f"not reviewed, {name} week {week}"] = n - part["child_id"].nunique()
        for trait in TRAITS:
            known = own[own[trait].notna()]
            have = int(known[trait].sum())
            cells[f"{trait}, {name}"] = have
            cells[f"not {trait}, {name}"] = known["child_id"].nunique() - have
        stayed = own.loc[own["at_end"], "child_id"].nunique()
        cells[f"seen at the end, {name}"] = stayed
        both = int(((own["n_skill"] > 0) & (own["n_social"] > 0)).sum())
        cells[f"without both kinds of goal, {name}"] = n - both
        for domain, row in study.subgroups.domains.children.iterrows():
            cells[f"without a goal in {domain}, {name}"] = n - int(row.get(name, 0))
        cells[f"not seen at the end, {name}"] = int(flow.loc["baseline", name]) - stayed
    return cells


def score_attack(bounds, truth, smallest):
    """Count small cells, those pinned, those known within 2, and bounds that miss the truth."""
    n_small = n_pinned = n_near = n_wrong = 0
    for name, found in bounds.items():
        low, high = (0, MOST) if found is None else found
        n_wrong += found is not None and not low <= truth[name] <= high
        if 1 <= truth[name] < smallest:
            n_small += 1
            n_pinned += low == high
            n_near += high - low <= 2
    return np.array([n_small, n_pinned, n_near, n_wrong])


def true_cells_twice(before, after):
    """Give the exact value of every cell that an attack on two reports asks about."""
    first, second = (study.cohort.flow.set_index("step") for study in (before, after))
    cells = true_cells(after)
    cells |= {f"before, {name}": n for name, n in true_cells(before).items()}
    for step in STEPS:
        for name in FORMATS:
            cells[f"new in {step}, {name}"] = int(second.loc[step, name] - first.loc[step, name])
    return cells


def recover_newcomer(before, after):
    """Give the newcomer's T-score as two means and two counts tell it, or None."""
    for name in FORMATS:
        rows = [
            next(
                (
                    r
                    for r in s["progress"]["t_scores"]
                    if r["format"] == name and r["when"] != "start"
                ),
                None,
            )
            for s in (before, after)
        ]
        if None not in rows and rows[1]["n_children"] - rows[0]["n_children"] == 1:
            return rows[1]["mean"] * rows[1]["n_children"] - rows[0]["mean"] * rows[0]["n_children"]
    return None
