"""Every column a clinic may hand in, said once.

In: nothing. Out: `TABLES`, which the reader's checks, the data dictionary beside the sample and
the simulated clinic all read.
Decisions: a column that is not here is named to the user and dropped before any frame exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.formats import FORMATS

SESSION_FORMATS = FORMATS[:2]  # a session of combined therapy is one or the other
DOMAINS = ("self_care", "motor", "sensory", "social", "emotional", "communication")
SKILL_DOMAINS = DOMAINS[:3]
SOCIAL_DOMAINS = DOMAINS[3:]
REASONS = ("clinical", "availability", "family_preference", "funding", "waiting_list", "unknown")
END_REASONS = (
    "goals_met",
    "family_withdrew",
    "moved",
    "funding",
    "discharged",
    "ongoing",
    "unknown",
)
RATERS = ("treating_therapist", "independent_therapist", "caregiver", "teacher", "child")
CLOSED_REASONS = ("attained", "changed", "dropped", "discharged", "unknown")
SOURCES = ("log", "app", "recall")

LOWEST_LEVEL, EXPECTED_LEVEL, HIGHEST_LEVEL = -2, 0, 2
LATEST_WEEK = 520
TERMS_A_YEAR = 3
FIRST_YEAR, LAST_YEAR = 2005, 2044
TERMS = tuple(
    f"{year}_{term}"
    for year in range(FIRST_YEAR, LAST_YEAR + 1)
    for term in range(1, TERMS_A_YEAR + 1)
)


@dataclass(frozen=True)
class Column:
    """One column of one table.

    Attributes:
        name: heading, in lower case with underscores.
        kind: "id" (a code), "choice" (one of `choices`), "whole" or "number".
        meaning: one sentence for the data dictionary.
        required: whether a table without it is refused.
        low, high: smallest and largest value allowed, for "whole" and "number".
        choices: the labels allowed, in their fixed order, for "choice".
        unit: unit of a number, or "".
        spelled: the choices in a few words, where there are too many to list.
        added: whether the column came later than the format of the tables: where nothing is
            filled in, it is neither written nor part of a digest.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    spelled: str = ""
    added: bool = False

    @property
    def listed(self) -> str:
        """The labels allowed, as a message or the data dictionary gives them."""
        return self.spelled or ", ".join(self.choices)


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, and the columns that name a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool
    meaning: str

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Give the column called `name`; KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _id(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, "id", meaning, required)


def _choice(name: str, choices: tuple[str, ...], meaning: str, required: bool = False) -> Column:
    return Column(name, "choice", meaning, required, choices=choices)


def _rating(name: str, meaning: str) -> Column:
    return Column(name, "whole", meaning, low=1, high=5, unit="1 to 5")


def _yes_no(name: str, meaning: str) -> Column:
    return Column(name, "whole", meaning, low=0, high=1, unit="0 no, 1 yes")


def _week(name: str, meaning: str, required: bool = False) -> Column:
    return Column(
        name, "whole", meaning, required, low=0, high=LATEST_WEEK, unit="weeks since the start"
    )


EPISODES = Table(
    "episodes",
    (
        _id("child_id", "Code of the child.", required=True),
        _choice("format", FORMATS, "Therapy format planned at the start.", required=True),
        _id("episode_id", "Code of this run of therapy; the child's code when left out."),
        _id("group_id", "Therapy group the child started in (group and combined formats)."),
        _id("therapist_id", "Therapist who planned the episode."),
        _id("site", "Place where the therapy was given."),
        Column("age_years", "number", "Age at the start.", low=2, high=18, unit="years"),
        _rating("severity", "How far the difficulty affects daily life; 5 = most."),
        _rating("attention", "Attention and staying with a task; 5 = very good."),
        _rating("peer_comfort", "Comfort with other children; 5 = very comfortable."),
        _rating("follows_instructions", "Follows spoken instructions; 5 = always."),
        _rating("energy", "Energy in the day; 5 = high."),
        _rating("motivation", "Motivation at the start; 5 = high."),
        _yes_no("motor_delay", "Delay in motor development."),
        _yes_no("sensory_needs", "Marked sensory needs."),
        _rating("communication", "Communicates needs and ideas; 5 = very well."),
        _choice("reason_for_format", REASONS, "Why this format was chosen."),
        Column(
            "planned_sessions_per_week",
            "number",
            "Sessions planned each week.",
            low=0.25,
            high=10,
            unit="sessions",
        ),
        Column(
            "planned_minutes",
            "number",
            "Length planned for one session.",
            low=5,
            high=240,
            unit="minutes",
        ),
        _week("end_week", "Week in which the episode ended."),
        _choice("end_reason", END_REASONS, "Why the episode ended."),
        Column(
            "start_term",
            "choice",
            "Third of the year in which the episode started; never a date.",
            choices=TERMS,
            spelled="terms such as 2024_1, 2024_2, 2024_3 (year and third of the year)",
            added=True,
        ),
    ),
    key=("episode_id",),
    required=True,
    meaning="One row for each run of therapy a child began in one planned format.",
)

GOALS = Table(
    "goals",
    (
        _id("goal_id", "Code of the goal.", required=True),
        _id("child_id", "Code of the child the goal belongs to.", required=True),
        _id("episode_id", "Episode the goal belongs to; the child's code when left out."),
        _choice("domain", DOMAINS, "Area of life the goal is about.", required=True),
        Column(
            "baseline_level",
            "whole",
            "Level on the day the goal was set.",
            low=-2,
            high=-1,
            unit="level",
        ),
        Column("importance", "whole", "Importance to the family.", low=0, high=3, unit="0 to 3"),
        Column(
            "difficulty", "whole", "Difficulty foreseen by the team.", low=0, high=3, unit="0 to 3"
        ),
        _yes_no("set_before_format", "Goal and its five levels written before the format."),
        _week("set_week", "Week in which the goal was set."),
        _week("closed_week", "Week in which the goal was closed."),
        _choice("closed_reason", CLOSED_REASONS, "Why the goal was closed."),
        _yes_no("measurable", "The five levels can be told apart by watching."),
    ),
    key=("goal_id",),
    required=True,
    meaning="One row for each goal.",
)

REVIEWS = Table(
    "reviews",
    (
        _id("goal_id", "Code of the goal reviewed.", required=True),
        _week("week", "Week of the review, counted from the start of the episode.", required=True),
        Column(
            "attainment",
            "whole",
            "Level reached on the goal's own scale; 0 = the expected level.",
            required=True,
            low=LOWEST_LEVEL,
            high=HIGHEST_LEVEL,
            unit="level",
        ),
        _choice("rater", RATERS, "Who rated the level."),
        _yes_no("blinded", "The rater did not know the child's format."),
    ),
    key=("goal_id", "week", "rater"),
    required=True,
    meaning="One row for each time a goal was rated.",
)

SESSIONS = Table(
    "sessions",
    (
        _id("child_id", "Code of the child.", required=True),
        _week("week", "Week of the session.", required=True),
        _choice("delivered", SESSION_FORMATS, "How this session was given.", required=True),
        _id("group_id", "Therapy group of the session."),
        _id("therapist_id", "Therapist who gave it."),
        Column("minutes", "number", "Length of the session.", low=1, high=480, unit="minutes"),
        Column(
            "n_children_present",
            "whole",
            "Children in the room.",
            low=0,
            high=30,
            unit="children",
        ),
        Column("n_therapists", "whole", "Therapists in the room.", low=1, high=10),
        _yes_no("attended", "The child came."),
    ),
    key=(),
    required=False,
    meaning="One row for each session planned for a child (optional table).",
)

HOME_PRACTICE = Table(
    "home_practice",
    (
        _id("child_id", "Code of the child.", required=True),
        _week("week", "Week of the practice.", required=True),
        Column("minutes", "number", "Minutes in that week.", low=0, high=5040, unit="minutes"),
        Column("days", "whole", "Days with practice in that week.", low=0, high=7, unit="days"),
        _choice("source", SOURCES, "How it was recorded."),
    ),
    key=("child_id", "week"),
    required=False,
    meaning="One row for each child and week of home practice (optional table).",
)

TABLES: dict[str, Table] = {
    table.name: table for table in (EPISODES, GOALS, REVIEWS, SESSIONS, HOME_PRACTICE)
}


def year_of_term(term: Any) -> Any:
    """Give a term's number among `TERMS`, or an array of them, as a year and its part.

    >>> year_of_term(TERMS.index("2024_1"))
    2024.0
    """
    return FIRST_YEAR + term / TERMS_A_YEAR


FLAT_REQUIRED = ("child_id", "goal_id", "domain", "format", "week", "attainment")
