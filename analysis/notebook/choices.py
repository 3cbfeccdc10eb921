"""The question asked again of a choice: some goals, some children, fewer weeks, another margin.

In: a clinic's records and a `Choice`. Out: a `Look`: the answer for that choice after disclosure
control, or that it is not shown. Decisions: goals and children are chosen from short fixed lists,
so that nobody can close in on one child; a choice whose answer rests on almost the same children
(or on almost the same outcomes of them) as anything shown before is refused, because the difference
of the two would be about the few who differ. What was shown is remembered in the clinic's private
ledger, across notebooks and reports. Every refusal is one and the same sentence, without a number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from analysis.disclosure.groups import list_outcomes
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.private import KeptLedger
from analysis.disclosure.release import protect
from analysis.disclosure.summary import Summary
from analysis.records.load import Records
from analysis.records.schema import DOMAINS, SKILL_DOMAINS, SOCIAL_DOMAINS
from analysis.settings import Settings
from analysis.study import Study, run_study
from analysis.wording import DOMAIN_NAMES, sentence_case
from analysis.words.phrases import pair_names
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
REFUSED = (
    "This choice is not shown: its answer, alone or beside one shown before, could give away "
    "something about a few children."
)
PAIR_REFUSED = "{pair}: not shown for this choice."


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
        summary: what may be shown of the choice, its pairs being those chosen that have an
            answer; None where none has.
        sentences: the answer in words, or that it is not shown.
    """

    summary: Summary | None
    sentences: tuple[str, ...]


class Browser:
    """A clinic's records, asked again and again."""

    def __init__(
        self, records: Records, settings: Settings, ledger: KeptLedger | None = None
    ) -> None:
        """Remember the whole records' answer as shown, where no ledger knows what was.

        Args:
            records: all records.
            settings: every choice that could change a result.
            ledger: the clinic's; None keeps what was shown in memory only.
        """
        self._records = records
        self._settings = settings
        self._ledger: Ledger = ledger or Ledger()
        self._kept = ledger
        if ledger is None:
            self._ledger.remember_shown(list_outcomes(_ask(records, settings)))

    @property
    def ages_known(self) -> bool:
        """Whether any child's age was recorded."""
        return bool(self._records.episodes["age_years"].notna().any())

    def look(self, choice: Choice) -> Look:
        """Ask the question again for a choice.

        Args:
            choice: what to look at.

        Raises:
            WriteError: if the ledger cannot be written; then nothing is shown.
        """
        settings = replace(self._settings, margin=choice.margin, horizon_weeks=choice.weeks)
        study = _ask(choose_records(self._records, choice), settings)
        brought = list_outcomes(study)
        if not self._ledger.may_show(brought, settings.smallest_cell):
            return Look(None, (REFUSED,))
        self._ledger.remember_shown(brought)
        if self._kept is not None:
            self._kept.save()
        summary = tell(protect(study))
        wanted = [p for p in summary.answer.pairs if choice.pair in (ALL_PAIRS, p.id)]
        shown = tuple(pair for pair in wanted if pair.shown)
        if not shown:
            return Look(None, (REFUSED,))
        said = tuple(
            dict.fromkeys(
                summary.texts[f"pair.{pair.id}"]
                if pair.shown
                else PAIR_REFUSED.format(pair=pair_names(pair, upper=True))
                for pair in wanted
            )
        )
        answer = msgspec.structs.replace(summary.answer, pairs=shown)
        return Look(msgspec.structs.replace(summary, answer=answer), said)


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
