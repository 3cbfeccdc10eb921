"""Which column of a sheet is which column of the schema.

In: profiles of the columns of one table. Out: the columns assigned, each with reason and certainty.
Decisions: a heading counts only beside values that fit; a column known by its values alone is
always asked about, because two columns of formats (planned, given) look the same.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.plan import Item
from analysis.records.assignment.profile import MOST, NEARLY_ALL, Profile
from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import (
    BRACKETS,
    CERTAIN,
    LIKELY,
    plain_words,
    read_format,
)
from analysis.records.headings import (
    ALL_NAMES,
    CLOSE_ENOUGH,
    DATE_NAMES,
    LEFT_OUT,
    known_names,
    plain_name,
)
from analysis.records.mapping import Mapping
from analysis.records.privacy.identifiers import HEADING_WORDS, show_heading
from analysis.records.schema import TABLES

LONGEST_SHOWN = 40
LIKE_A_DATE = re.compile(r"\d{4}|\d+[./-]\d+[./-]\d+")
SHEET_HEADING = "(name of the sheet)"
KINDS = {column.name: column for table in TABLES.values() for column in table.columns}
FIRST = ("child_id", "goal_id", "week", "attainment", "format", "domain")
RAW_HEADINGS = {
    "child_id": "name client_name child_name patient_name full_name child_s_name mrn surname "
    "record_number hospital_number nhs_number last_name first_name client patient initials",
    "goal_id": "goal_text goal_description goal_statement goal_name smart_goal goal",
    "start_date": "start date_started started episode_start start_of_therapy referral_date "
    "admission_date therapy_start start_date beginn therapiebeginn",
    "birth_date": "dob date_of_birth birthday born birthdate d_o_b birth_date geburtsdatum",
    "date": "review_date date_of_review session_date date_of_session visit_date reviewed seen "
    "assessment_date rating_date date date_of_service datum fecha timestamp submitted "
    "submission_date date_submitted zeitstempel horodateur completed_on date_completed entry_date",
    "end_date": "discharge_date date_ended ended end_of_therapy end_date",
    "set_date": "goal_set goal_date date_goal_set goal_set_on set_date",
    "therapist_id": "therapist_name ot_name seen_by treating_therapist",
    "group_id": "group_name which_group",
}


@dataclass(eq=False)
class Columns:
    """The columns of one table on their way to being assigned.

    Attributes:
        profiles: one for each column.
        table: schema name of the table, or "flat".
        declared: what a clinic's mapping says.
        raw: whether names and dates are welcome (a raw export).
        taken: schema column to the index of its column.
        used: indices of columns that mean something.
        items: what was proposed.
    """

    profiles: Sequence[Profile]
    table: str
    declared: Mapping
    raw: bool = False
    taken: dict[str, int] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    items: list[Item] = field(default_factory=list)

    def heading(self, index: int) -> str:
        """Give a column's heading as the file has it."""
        return self.profiles[index].column.heading

    def shown(self, index: int) -> str:
        """Give a column's heading as it may be shown."""
        return show_known(self.heading(index), self.profiles[index].column.position)

    def take(self, index: int, name: str, reason: str, certainty: str) -> None:
        """Assign a column."""
        self.taken[name] = index
        self.used.add(index)
        self.items.append(Item("columns", self.shown(index), name, reason, certainty))

    def spare(self) -> list[int]:
        """Give the indices of columns that mean nothing yet."""
        return [i for i in range(len(self.profiles)) if i not in self.used and self.heading(i)]


def show_known(heading: str, position: int) -> str:
    """Give a heading if this program knows what it means or it may be shown, else its letter."""
    visit = read_visit(heading)
    named = any(certainty == CERTAIN for _, certainty in heading_means(heading))
    known = named or (visit is not None and not visit.left and visit.kind != "month")
    return heading if known and _is_plain_text(heading) else show_heading(heading, position)


def _is_plain_text(heading: str) -> bool:
    """Tell whether a heading is short, without a date, and plain in its brackets too."""
    inside = "".join(BRACKETS.findall(heading))
    words = [word for word in plain_words(inside).split("_") if word.isalpha() and len(word) > 1]
    if LIKE_A_DATE.search(heading):
        return False
    return len(heading) <= LONGEST_SHOWN and all(word in HEADING_WORDS for word in words)


def take_given(columns: Columns) -> None:
    """Assign what the mapping declares and what bears the schema's own name."""
    allowed = {*known_names(columns.table), *(DATE_NAMES if columns.raw else ())}
    mapped = {
        plain_name(heading) or heading: name for heading, name in columns.declared.columns.items()
    }
    given = set(mapped.values())
    for index, profile in enumerate(columns.profiles):
        plain = plain_name(profile.column.heading)
        name = mapped.get(plain or profile.column.heading, "")
        if not name and plain not in given:
            name = plain
        if profile.column.heading == SHEET_HEADING:
            name = columns.declared.sheets
        if name == LEFT_OUT:
            columns.used.add(index)
        elif name in allowed:
            columns.used.add(index)
            columns.taken.setdefault(name, index)
    declared = columns.declared
    named = [[*map(str, block.values())] for block in declared.reviews]
    named += [[*block.values()] for block in declared.goals]
    for values in named:
        headings = {plain_name(value) for value in values}
        columns.used |= {
            index
            for index, profile in enumerate(columns.profiles)
            if plain_name(profile.column.heading) in headings
        }


def take_named(columns: Columns, names: Iterable[str]) -> None:
    """Assign each of `names` the column whose heading and values fit best."""
    for name in names:
        if name in columns.taken:
            continue
        found = [
            (fit, index)
            for index in columns.spare()
            if (fit := _fits_heading(columns, index, name)) is not None
        ]
        if not found:
            continue
        best = max(found, key=lambda one: (one[0], -one[1]))
        rivals = [one for one in found if one[0] == best[0]]
        certainty = CERTAIN if best[0] >= 3 and len(rivals) == 1 else LIKELY
        columns.take(best[1], name, "its heading and its values say so", certainty)


def _fits_heading(columns: Columns, index: int, name: str) -> int | None:
    """Give how well a column fits a name by heading and values: 1 to 4, None for not at all."""
    profile = columns.profiles[index]
    heading = profile.column.heading
    meanings = heading_means(heading)
    certainty = next((sure for known, sure in meanings if known == name), "")
    if columns.raw and plain_words(heading) in RAW_HEADINGS.get(name, "").split():
        certainty = CERTAIN
    elsewhere = any(sure == CERTAIN and known != name for known, sure in meanings)
    if not certainty or not profile.n_filled or (certainty != CERTAIN and elsewhere):
        return None
    fit = fits_values(profile, name, columns.raw)
    if not fit:
        return None
    if name == "attainment" and profile.sure_levels:
        return 4 if certainty == CERTAIN else 3
    if certainty == CERTAIN:
        return 4 if fit > 1 else 2
    return 2 if fit > 1 else 1


def fits_values(profile: Profile, name: str, raw: bool = False) -> int:
    """Tell how well values fit a schema column: 0 not at all, 1 perhaps, 2 well."""
    if name in DATE_NAMES:
        return 2 if profile.dates >= MOST else 0
    schema = KINDS[name]
    if name == "format":
        if profile.formats >= NEARLY_ALL:
            return 2 if all(read_format(text)[1] == CERTAIN for text in profile.texts) else 1
        whole = profile.numeric == 1 and len(profile.texts) <= 4
        return 1 if profile.formats >= 0.5 or whole else 0
    if name == "domain":
        if profile.dates or profile.prose > 0.3:
            return 0
        if profile.domains >= MOST:
            return 2
        return 1 if profile.few_labels and profile.levels < 1 else 0
    if name in ("attainment", "baseline_level"):
        if profile.dates > 0.1 or profile.prose > 0.5:
            return 0
        if profile.levels >= NEARLY_ALL:
            return 2 if profile.sure_levels else 1
        return 1 if profile.levels >= 0.5 or _is_scale_of_words(profile) else 0
    if name == "week":
        if profile.dates > 0.1:
            return 0
        if profile.visits < MOST:
            return 1 if len(profile.texts) <= 12 and profile.few_labels else 0
        return 2 if profile.numeric >= NEARLY_ALL or _all_certain_visits(profile) else 1
    if name == "age_years":
        return 2 if profile.ages >= NEARLY_ALL else 1 if profile.ages >= MOST else 0
    if schema.kind == "id":
        if raw:
            return 2
        return 2 if profile.codes else 1 if profile.prose < 0.2 else 0
    if schema.kind == "choice":
        known = profile.share(lambda text: plain_name(text) in schema.choices)
        return 2 if known >= NEARLY_ALL else 1 if known >= 0.5 or profile.few_labels else 0
    fits = bool(profile.numbers) and profile.numeric >= NEARLY_ALL
    low, high = schema.low, schema.high
    inside = fits and all(
        (low is None or value >= low) and (high is None or value <= high)
        for value in profile.numbers
    )
    return 2 if inside else 0


def _is_scale_of_words(profile: Profile) -> bool:
    return 2 <= len(profile.texts) <= 8 and profile.numeric == 0 and profile.few_labels


def _all_certain_visits(profile: Profile) -> bool:
    visits = [read_visit(text) for text in profile.texts]
    return all(visit is not None and visit.certain for visit in visits)


def take_by_values(columns: Columns, names: Iterable[str]) -> None:
    """Assign a column by its values alone, where just one fits; always to be confirmed."""
    tests = {
        "date": lambda profile: profile.dates >= NEARLY_ALL,
        "format": lambda profile: profile.formats >= NEARLY_ALL and _few(profile),
        "domain": lambda profile: profile.domains >= MOST and _few(profile),
        "attainment": lambda profile: profile.sure_levels and profile.levels >= NEARLY_ALL,
        "week": lambda profile: profile.visits >= NEARLY_ALL and _few(profile),
    }
    for name in names:
        if name in columns.taken or name not in tests:
            continue
        found = [i for i in columns.spare() if tests[name](columns.profiles[i])]
        if len(found) == 1:
            columns.take(found[0], name, "its values say so", LIKELY)


def _few(profile: Profile) -> bool:
    return profile.numeric == 0 and profile.few_labels and profile.prose < 0.1


def take_others(columns: Columns) -> None:
    """Assign the columns that are not required, where heading and values say so."""
    others = [name for name in known_names(columns.table) if name not in columns.taken]
    if columns.raw:
        others += [name for name in DATE_NAMES if name not in columns.taken]
    for name in others:
        if name in FIRST or (name not in ALL_NAMES and name not in DATE_NAMES):
            continue
        for index in columns.spare():
            fit = _fits_heading(columns, index, name)
            if fit is not None and fit >= 4:
                columns.take(index, name, "its heading and its values say so", CERTAIN)
                break


def take_near(columns: Columns, names: Iterable[str]) -> None:
    """Assign a column whose heading is nearly the name; always to be confirmed."""
    for name in names:
        if name in columns.taken:
            continue
        spare = {
            plain_name(columns.heading(i)): i
            for i in columns.spare()
            if columns.profiles[i].n_filled and fits_values(columns.profiles[i], name, columns.raw)
        }
        close = difflib.get_close_matches(name, list(spare), n=1, cutoff=CLOSE_ENOUGH)
        if close:
            columns.take(spare[close[0]], name, "its heading is nearly that", LIKELY)
