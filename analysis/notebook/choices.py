"""The question asked again of a choice: some goals, some children, fewer weeks, another margin.

In: a clinic's records and a `Choice`. Out: a `Look`: the answer for that choice after disclosure
control, or the reason why it is not shown. Decisions: goals and children are chosen from short
fixed lists, so that nobody can close in on one child; a choice whose answer rests on almost the
same children as one already seen is not shown, because the difference of the two would be about
the few who differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np
import pandas as pd

from analysis.disclosure.permission import brought_in, differ_enough
from analysis.disclosure.release import protect
from analysis.disclosure.summary import Summary
from analysis.records.load import Records
from analysis.records.schema import DOMAINS, SKILL_DOMAINS, SOCIAL_DOMAINS
from analysis.settings import Settings
from analysis.study import Study, run_study
from analysis.wording import DOMAIN_NAMES, sentence_case
from analysis.words.tell import tell

ALL_GOALS, ALL_AGES, ALL_PAIRS = "All goals", "All ages", "All pairs"
GOALS = {
    ALL_GOALS: DOMAINS,
    "Skill goals": SKILL_DOMAINS,
    "Social goals": SOCIAL_DOMAINS,
    **{sentence_case(f"{DOMAIN_NAMES[name]} goals"): (name,) for name in DOMAINS},
}
AGES = {
    ALL_AGES: None,
    "Under 6 years": (0, 6),
    "6 to 8 years": (6, 9),
    "9 years and over": (9, 19),
}
WEEKS = (12, 18, 24)
SEEN_ALREADY = (
    "This choice is not shown: it rests on almost the same children as one you have seen, and the "
    "difference between the two could give away something about a few of them."
)


@dataclass(frozen=True)
class Choice:
    """What to look at.

    Attributes:
        goals: one of `GOALS`.
        ages: one of `AGES`.
        weeks: length of the window.
        margin: the smallest difference that matters, in levels per `Settings.rate_weeks`.
        pair: "All pairs", or the id of one, e.g. "group-individual".
    """

    goals: str = ALL_GOALS
    ages: str = ALL_AGES
    weeks: int = WEEKS[-1]
    margin: float = Settings.margin
    pair: str = ALL_PAIRS


@dataclass(frozen=True, eq=False)
class Look:
    """What a choice shows.

    Attributes:
        summary: what may be shown of the choice, its pairs being those chosen; None where no
            pair may be.
        sentences: the answer in words, or why there is none.
    """

    summary: Summary | None
    sentences: tuple[str, ...]


class Browser:
    """A clinic's records, asked again and again.

    Remembers on which children every answer shown so far rests.
    """

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records = records
        self._settings = settings
        self._whole = _ask(records, settings)
        self._seen: list[np.ndarray] = [self._brought_in(self._whole)]

    @property
    def ages_known(self) -> bool:
        """Whether any child's age was recorded."""
        return bool(self._records.episodes["age_years"].notna().any())

    def look(self, choice: Choice) -> Look:
        """Ask the question again for a choice.

        Args:
            choice: what to look at.
        """
        settings = replace(self._settings, margin=choice.margin, horizon_weeks=choice.weeks)
        study = _ask(choose_records(self._records, choice), settings)
        outcomes = self._brought_in(study)
        if not all(differ_enough(outcomes, seen, self._whole) for seen in self._seen):
            return Look(None, (SEEN_ALREADY,))
        summary = tell(protect(study))
        if any(pair.shown for pair in summary.answer.pairs):
            self._seen.append(outcomes)
        wanted = tuple(p for p in summary.answer.pairs if choice.pair in (ALL_PAIRS, p.id))
        said = tuple(dict.fromkeys(summary.texts[f"pair.{pair.id}"] for pair in wanted))
        if not any(pair.shown for pair in wanted):
            return Look(None, said)
        answer = msgspec.structs.replace(summary.answer, pairs=wanted)
        return Look(msgspec.structs.replace(summary, answer=answer), said)

    def _brought_in(self, study: Study) -> np.ndarray:
        """Give what each child of the whole records brought into a study's answer."""
        table = study.cohort.table
        own = study.comparison.means["n_children"]
        kept = table[table["format"].isin(own.index[own > 0])]
        rates = pd.Series(kept["rate"].to_numpy(), index=pd.Index(kept["episode_id"]))
        return brought_in(replace(study.comparison, outcomes=rates), self._whole)


def choose_records(records: Records, choice: Choice) -> Records:
    """Give the records of a choice's children and goals.

    Args:
        records: all records.
        choice: goals and ages.
    """
    episodes, goals, reviews = records.episodes, records.goals, records.reviews
    band = AGES[choice.ages]
    if band is not None:
        age = episodes["age_years"]
        episodes = episodes[(age >= band[0]) & (age < band[1])]
        goals = goals[goals["episode_id"].isin(episodes["episode_id"])]
    if choice.goals != ALL_GOALS:
        goals = goals[goals["domain"].isin(GOALS[choice.goals])]
    if len(goals) < len(records.goals):
        reviews = reviews[reviews["goal_id"].isin(goals["goal_id"])]
    return replace(
        records,
        episodes=episodes.reset_index(drop=True),
        goals=goals.reset_index(drop=True),
        reviews=reviews.reset_index(drop=True),
    )


def _ask(records: Records, settings: Settings) -> Study:
    return run_study(records, settings, ask_again=False, ask_beside=False)
