"""An attacker who writes down every way the children could be and strikes out what was not said.

For a format of a small clinic the unknowns are how many children were compared and how many of
them have each value of a quantity with few values: a trait that is yes or no, a rating of 1 to 5,
the level of a goal at the start or in a week (where every child has one goal, which the attacker
knows). Every printed number that depends on these alone strikes out the ways that would have been
printed otherwise: counts, gates, means and the ends of their intervals, T-scores and their
spreads, shares and words, bands of levels, standardised differences (over all formats at once),
and the number of children said to be needed. What is left bounds every cell. The rules of
rounding are public: today's are called, those of 0.2.0 are written down in `FIRST`.
"""

import functools
import itertools
from dataclasses import dataclass

import numpy as np
from attacker import MOST, Attack
from scipy.special import stdtrit

from analysis.decisions.labels import size_factor
from analysis.disclosure import rules
from analysis.settings import Settings

FORMATS = ("individual", "group", "combined")
SHARES = ("motor_delay", "sensory_needs")
RATINGS = ("attention", "peer_comfort", "severity", "follows_instructions", "communication")
LEVELS = (-2, -1, 0, 1, 2)
BANDS = {"-2": (-2,), "-1": (-1,), "0": (0,), "+1": (1,), "+2": (2,)}
BANDS |= {"below": (-2, -1), "at": (0,), "above": (1, 2), "at_or_above": (0, 1, 2)}
LARGEST = {2: 200, 3: 110, 5: 44}  # most children enumerated, by the number of values
LARGEST_JOINT = 3_000_000
NARROW = 1e-9
SMALL = range(1, 11)


@functools.cache
def roughness(total, n_inside, n, scale, cell):
    """Give how many times its usual step a mean is rounded to today."""
    settings = Settings(smallest_cell=cell)
    return rules.times_rougher(total / max(n, 1), n_inside, n, scale, settings)


@dataclass(frozen=True)
class Rules:
    """What the attacker knows of the rounding beyond the smallest cell.

    Attributes:
        smd: step of standardised differences before weighting.
        first: whether the report is one of 0.2.0: means in one step whatever is behind them,
            spreads from exactly twice the smallest cell, differences over all formats.
    """

    smd: float
    first: bool = False

    def times(self, left, cell):
        """Give how many times its usual step each way's mean would have been rounded to."""
        if self.first:
            return np.where(left.n >= 2 * cell, 1, 1)
        scale = rules.RATING_SCALE if left.values[0] == 1 else rules.LEVEL_SCALE
        totals = np.round(left.mean * left.n).astype(int) + 400
        key, back = np.unique((totals * 1000 + left.inside) * 1000 + left.n, return_inverse=True)
        facts = zip(key // 1000000 - 400, key // 1000 % 1000, key % 1000, strict=True)
        return np.array([roughness(*map(int, fact), scale, cell) for fact in facts])[back]


FIRST, TODAY = Rules(0.01, first=True), Rules(rules.SMD_STEP)


def told_spread(others, n, cell):
    """Tell of each way whether its spread would have been printed, were its mean not rough."""
    settings = Settings(smallest_cell=cell)
    sizes = np.arange(int(max(n.max(initial=0), others.max(initial=0))) + 1)
    may = np.array([rules.may_tell_spread(k, settings) for k in sizes.tolist()])
    enough = np.array([rules.surely_twice(k, settings) for k in sizes.tolist()])
    return may[others] & enough[n]


@functools.lru_cache(maxsize=400)
def ways(n, n_values):
    """Give every way to share n children among so many values: (ways, n_values)."""
    bars = itertools.combinations(range(n + n_values - 1), n_values - 1)
    flat = np.fromiter(itertools.chain.from_iterable(bars), np.int16)
    edges = flat.reshape(-1, n_values - 1)
    full = np.column_stack(
        [np.full(len(edges), -1, np.int16), edges, np.full(len(edges), n + n_values - 1, np.int16)]
    )
    return (np.diff(full, axis=1) - 1).astype(np.int16)


class Ways:
    """The ways left for one quantity in one format."""

    def __init__(self, sizes, values):
        self.values = np.array(values, float)
        self.counts = np.vstack([ways(n, len(values)) for n in sizes])
        self._measure()

    def _measure(self):
        self.n = self.counts.sum(axis=1)
        n = np.maximum(self.n, 1)
        self.mean = self.counts @ self.values / n
        square = self.counts @ self.values**2
        self.key = (self.n * 1000 + np.round(self.mean * n) + 400) * 4000 + square
        self.var = np.maximum(square - n * self.mean**2, 0) / np.maximum(n - 1, 1)
        below = self.counts > 0
        first, last = below.argmax(axis=1), below.shape[1] - 1 - below[:, ::-1].argmax(axis=1)
        rows = np.arange(len(n))
        most = np.maximum(self.counts[rows, first], self.counts[rows, last])
        self.others = self.n - np.sort(self.counts, axis=1)[:, -2:].sum(axis=1)
        one_value = (self.counts > 0).sum(axis=1) <= 1
        self.inside = np.where(one_value, 0, self.n - most)

    def keep(self, fits):
        """Strike out every way that does not fit."""
        self.counts = self.counts[fits]
        self._measure()

    def share(self, members):
        """Give the share of children whose value is one of some."""
        inside = np.isin(self.values, members)
        return self.counts[:, inside].sum(axis=1) / np.maximum(self.n, 1)

    def near(self, numbers, printed, step):
        """Keep the ways whose number would have been printed as it was."""
        self.keep(np.abs(numbers - printed) <= step / 2 + NARROW)


class Enumeration:
    """Every bound that one report's numbers give on the cells of each quantity."""

    def __init__(self, summary, one_goal, rules, largest=None):
        self.largest = LARGEST | (largest or {})
        self.summary, self.rules, self.cell = summary, rules, summary["smallest_cell"]
        self.settings = Settings(margin=max(summary["margin"], 0.05))
        self.start = {row["trait"]: row for row in summary["who"]["at_start"]}
        self.smd = {row["trait"]: row["before"] for row in summary["who"]["balance"]}
        self.sizes = self._find_sizes()
        self.bounds, self.sizes_left = {}, {f: set(self.sizes[f]) for f in FORMATS}
        present = [f for f in FORMATS if max(self.sizes[f]) > 0]
        for trait in SHARES:
            self._solve(trait, {f: self._share_ways(trait, f) for f in present})
        for trait in RATINGS:
            if trait in self.start or trait in self.smd:
                self._solve(trait, {f: self._rating_ways(trait, f) for f in present})
        if one_goal:
            self._solve("social_share", {f: self._share_ways("social_share", f) for f in present})
            self._solve("baseline", {f: self._start_ways(f) for f in present})
            for week in sorted({r["week"] for r in summary["progress"]["by_week"]} - {0}):
                for name in present:
                    self._solve(f"week {week}", {name: self._week_ways(name, week)})

    def _find_sizes(self):
        """Give the numbers of children each format could have, all of it considered."""
        attack = Attack(self.summary)
        sizes = {}
        for name in FORMATS:
            low, high = attack.puzzle.bounds({attack.puzzle.number(f"reviews {name}"): 1})
            shown = self._seen(name)
            if self.rules.first and shown is not None:
                twice = 2 * self.cell
                low, high = (max(low, twice), high) if shown else (low, min(high, twice - 1))
            sizes[name] = range(low, min(high, MOST) + 1)
        return self._narrow_by_planning(sizes)

    def _seen(self, name):
        """Tell whether a spread of a format was printed; None where no mean was."""
        rows = self.summary["progress"]["t_scores"]
        found = [row["sd"] is not None for row in rows if row["format"] == name]
        return found[0] if found else None

    def _narrow_by_planning(self, sizes):
        """Use what is said to be needed: so many times the children of both formats."""
        fitting = {name: set() for name in FORMATS}
        facts = []
        for pair in self.summary["answer"]["pairs"]:
            more = pair.get("more_children") or 0
            if more and pair["estimate"] is not None:
                half = (pair["conf_high"] - pair["conf_low"]) / 2
                low, high = (self._growth(pair, half + d) for d in (-0.005, 0.005))
                at_least = max(more - 5, 0) / high
                facts.append((pair["this"], pair["than"], at_least, more / max(low, 1e-6)))
        if not facts or max(map(len, sizes.values())) > 60:
            return sizes
        for sizes_now in itertools.product(*(sizes[f] for f in FORMATS)):
            now = dict(zip(FORMATS, sizes_now, strict=True))
            if all(low <= now[a] + now[b] <= high for a, b, low, high in facts):
                for name, n in now.items():
                    fitting[name].add(n)
        return {f: sorted(found) or list(sizes[f]) for f, found in fitting.items()}

    def _growth(self, pair, half):
        df = pair["df"] or 20.0
        error = half / float(stdtrit(df, 0.5 + self.settings.confidence / 2))
        return size_factor(error, df, self.settings) - 1

    def _ways(self, name, values):
        sizes = [n for n in self.sizes[name] if n <= self.largest[len(values)]]
        if not sizes or len(sizes) < len(self.sizes[name]):
            return None
        return Ways(sizes, values)

    def _share_ways(self, trait, name):
        left = self._ways(name, (0, 1))
        said = self.start.get(trait, {}).get(name)
        if left is None or said is None:
            return left
        settings, least = Settings(smallest_cell=self.cell), self.cell
        may = {n: self.rules.first or rules.surely_twice(n, settings) for n in set(left.n.tolist())}
        left.keep(np.array([may[n] for n in left.n.tolist()]))
        if trait == "social_share" and not self.rules.first:
            least = max(self.cell, rules.STRICTEST_CELL)
        yes, no = left.counts[:, 1], left.counts[:, 0]
        if said == "few":
            left.keep(yes < least)
        elif said == "nearly all":
            left.keep((no < least) & (yes >= least))
        elif trait == "social_share":
            left.near(100 * left.mean, said, 5)
            if not self.rules.first:
                left.keep((left.counts >= least).all(axis=1))
        else:
            part, whole = (5 * np.floor(n / 5 + 0.5) for n in (yes, left.n))
            fits = np.abs(100 * part / np.maximum(whole, 1) - said) <= 0.5 + NARROW
            left.keep(fits & (yes >= self.cell) & (no >= self.cell))
        return left

    def _mean(self, left, printed, *, rough, scale=1.0, shift=0.0):
        """Keep the ways whose mean would have been printed as it was, as roughly."""
        times = self.rules.times(left, self.cell)
        fits = np.abs(scale * left.mean + shift - printed) <= scale * times / 20 + NARROW
        left.keep(fits if self.rules.first else fits & ((times > 1) == rough))

    def _spread(self, left, printed):
        """Keep the ways whose spread would have been printed, or not, as it was."""
        if not self.rules.first and len(left.n):
            told = told_spread(left.others, left.n, self.cell)
            left.keep((told & (self.rules.times(left, self.cell) == 1)) == printed)

    def _rating_ways(self, trait, name):
        left = self._ways(name, (1, 2, 3, 4, 5))
        self._use_start(left, trait, name)
        return left

    def _use_start(self, left, trait, name):
        row = self.start.get(trait, {})
        if left is not None and row.get(name) is not None:
            self._mean(left, row[name], rough=name in row.get("rough", ()))

    def _start_ways(self, name):
        left = self._ways(name, (-2, -1, 0))
        if left is None:
            return None
        self._use_start(left, "baseline", name)
        self._use_week(left, name, 0)
        for row in self.summary["progress"]["t_scores"]:
            if row["format"] == name and row["when"] == "start":
                self._mean(left, row["mean"], rough=row.get("rough"), scale=10.0, shift=50.0)
                self._spread(left, row["sd"] is not None)
                if row["sd"] is not None:
                    left.near(10 * np.sqrt(left.var), row["sd"], 1)
        return left

    def _week_ways(self, name, week):
        left = self._ways(name, LEVELS)
        if left is not None:
            self._use_week(left, name, week)
            for row in self.summary["progress"]["levels"]:
                if (row["format"], row["week"]) == (name, week) and row["percent"] is not None:
                    share = left.share(BANDS[row["band"]])
                    left.keep(share * left.n >= self.cell - NARROW)
                    left.near(100 * left.share(BANDS[row["band"]]), row["percent"], 5)
        return left

    def _use_week(self, left, name, week):
        for row in self.summary["progress"]["by_week"]:
            if (row["format"], row["week"]) != (name, week):
                continue
            if row["mean"] is not None:
                self._mean(left, row["mean"], rough=row.get("rough"))
                self._spread(left, row["conf_low"] is not None)
            for side, end in ((-1, row["conf_low"]), (1, row["conf_high"])):
                if end is not None:
                    t = stdtrit(np.maximum(left.n - 1, 1), 0.5 + self.settings.confidence / 2)
                    half = t * np.sqrt(left.var / np.maximum(left.n, 1))
                    left.near(left.mean + side * half, end, 0.1)

    def _solve(self, quantity, by_format):
        """Strike out what the standardised difference forbids, and bound every cell."""
        said = self.smd.get(quantity)
        if said is not None and None not in by_format.values():
            self._use_difference(by_format, said)
        for name, left in by_format.items():
            if left is None or not len(left.counts):
                continue
            if not quantity.startswith("week"):  # some children are not reviewed in a week
                self.sizes_left[name] &= set(left.n.tolist())
            for value, counts in zip(left.values, left.counts.T, strict=True):
                self.bounds[quantity, name, float(value)] = (int(counts.min()), int(counts.max()))

    def _use_difference(self, by_format, said):
        """Keep the ways of every format that some ways of the others fit with."""
        found = []
        for left in by_format.values():
            binary = set(left.values) == {0.0, 1.0}
            var = left.mean * (1 - left.mean) if binary else left.var
            _, first, back = np.unique(left.key, return_index=True, return_inverse=True)
            found.append((np.column_stack([left.mean, var])[first], back.ravel()))
        if np.prod([len(unique) for unique, _ in found], dtype=float) > LARGEST_JOINT:
            return
        grids = np.meshgrid(*(np.arange(len(u)) for u, _ in found), indexing="ij", sparse=True)
        means = [u[g, 0] for (u, _), g in zip(found, grids, strict=True)]
        spread = np.sqrt(sum(u[g, 1] for (u, _), g in zip(found, grids, strict=True)) / len(found))
        apart = 0.0
        counts = {r["format"]: r["n_children"] for r in self.summary["answer"]["counts"]}
        seen = [self.rules.first or counts[f] is not None for f in by_format]
        for one, other in itertools.combinations(list(itertools.compress(means, seen)), 2):
            apart = np.maximum(apart, np.abs(one - other))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(spread > 0, apart / spread, 0.0)
        fits = np.abs(ratio - said) <= self.rules.smd / 2 + NARROW
        for axis, (left, (_, back)) in enumerate(zip(by_format.values(), found, strict=True)):
            others = tuple(a for a in range(fits.ndim) if a != axis)
            left.keep(fits.any(axis=others)[back])


def true_counts(study, one_goal):
    """Give how many children of each format have each value, of every quantity."""
    table, cells = study.cohort.table, {}
    columns = {name: table[name] for name in (*SHARES, *RATINGS)}
    if one_goal:
        columns |= {"social_share": table["social_share"], "baseline": table["baseline"]}
    for quantity, column in columns.items():
        for (name, value), n in column.groupby([table["format"], column]).size().items():
            cells[quantity, name, float(value)] = int(n)
    if one_goal:
        from analysis.disclosure.progress import levels_by_visit

        levels = levels_by_visit(study)
        by = levels.groupby(["week", "format", "level"], observed=True).size()
        for (week, name, value), n in by.items():
            cells[f"week {week}", name, float(value)] = int(n)
    return cells


def score_bounds(bounds, truth):
    """Count by kind: small cells, pinned, known within 2, and bounds that miss the truth."""
    found = {}
    for (quantity, name, value), n in truth.items():
        kind = "levels in a week" if quantity.startswith("week") else quantity
        kind = "ratings" if kind in RATINGS else kind
        low, high = bounds.get((quantity, name, value), (0, MOST))
        row = found.setdefault(kind, np.zeros(4, int))
        row[3] += not low <= n <= high
        if n in SMALL:
            row[:3] += (1, low == high, high - low <= 2)
    return found


def score_sizes(attack, study):
    """Count formats described, and of these the sizes pinned, within 2, and missed."""
    described = [f for f, n in study.cohort.n_children.items() if n >= attack.cell]
    spans = [max(attack.sizes[f]) - min(attack.sizes[f]) for f in described]
    missed = [study.cohort.n_children[f] not in attack.sizes[f] for f in described]
    return np.array([len(spans), spans.count(0), sum(s <= 2 for s in spans), sum(missed)])
