"""Which column a heading means, and whether a heading may be shown.

In: headings as they stand in a file, and a clinic's mapping. Out: schema column names.
Decisions: only differences of case, blanks and punctuation are mended here; any other name needs
a mapping, because a guessed column is a silent error. The nearest name is offered, never taken.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from analysis.records.schema import FLAT_REQUIRED, TABLES
from analysis.records.text import clean_text

USUAL_WORDS = {
    "child_id": "client patient child participant case student kid pupil client_id "
    "client_number client_code patient_id patient_code child_number child_code id_child code",
    "goal_id": "goal goal_number goal_no goal_code objective objective_id target goal_ref",
    "domain": "area goal_area goal_domain category goal_type area_of_need goal_category kind",
    "format": "therapy therapy_format type therapy_type delivery mode modality treatment arm "
    "setting session_type service_type treatment_type type_of_therapy",
    "week": "weeks week_number week_no wk time timepoint weeks_since_start review_week "
    "week_of_review weeks_from_start",
    "attainment": "score level gas gas_score gas_level rating attainment_level goal_score "
    "achievement attained result review_score gas_rating outcome",
    "group_id": "group group_name group_code group_number therapy_group",
    "therapist_id": "therapist clinician ot provider practitioner staff therapist_code",
    "episode_id": "episode block course episode_number",
    "age_years": "age age_at_start age_in_years",
    "baseline_level": "baseline baseline_score start_level initial_level pre",
    "rater": "rated_by scored_by reviewer assessor",
    "site": "clinic location centre center",
    "minutes": "duration mins length",
    "delivered": "session_format given_as",
}
SYNONYMS = {word: name for name, words in USUAL_WORDS.items() for word in words.split()}
DATE_NAMES = ("date", "start_date", "birth_date", "end_date", "set_date", "closed_date")
ALL_NAMES = tuple(
    dict.fromkeys(column.name for table in TABLES.values() for column in table.columns)
)
LEFT_OUT = "not_used"  # what a mapping says of a column that must not be read
FLAT_TABLES = ("episodes", "goals", "reviews")
FLAT_NAMES = tuple(dict.fromkeys(name for table in FLAT_TABLES for name in TABLES[table].names))
CLOSE_ENOUGH = 0.72
PLAIN, NEW_WORD, NO_WORD = map(re.compile, (r"[a-z0-9_]+", r"([a-z0-9])([A-Z])", r"\W+"))


def plain_name(heading: str) -> str:
    """Give the heading in lower case with underscores, as schema names are written.

    >>> plain_name("  Child ID ")
    'child_id'
    """
    if PLAIN.fullmatch(heading):
        return heading.strip("_")
    text = unicodedata.normalize("NFKC", clean_text(heading))
    text = NEW_WORD.sub(r"\1_\2", text).casefold()
    return NO_WORD.sub("_", text).strip("_")


def known_names(table_name: str) -> tuple[str, ...]:
    """Give the columns a table may have; `table_name` "flat" is the sheet with everything."""
    return FLAT_NAMES if table_name == "flat" else TABLES[table_name].names


def required_names(table_name: str) -> tuple[str, ...]:
    """Give the columns without which a table is refused (goals: see `missing_names`)."""
    if table_name == "flat":
        return FLAT_REQUIRED
    return tuple(column.name for column in TABLES[table_name].columns if column.required)


def missing_names(table_name: str, present: Iterable[str]) -> tuple[str, ...]:
    """Give the required columns that are not in `present`; an episode can stand for a child."""
    have = set(present)
    if table_name == "goals" and "episode_id" in have:
        have.add("child_id")
    return tuple(name for name in required_names(table_name) if name not in have)


def resolve_headings(
    headings: Iterable[str],
    table_name: str,
    columns: Mapping[str, str],
    also: Iterable[str] = (),
) -> list[str]:
    """Give each heading's schema name, or "" for a heading this table does not know.

    Args:
        headings: as the file has them.
        table_name: a schema table, or "flat".
        columns: a clinic's mapping, heading to schema name (see `mapping.py`).
        also: further names allowed (the dates of a raw export).
    """
    allowed = {*known_names(table_name), *also}
    mapped = {plain_name(heading) or heading: name for heading, name in columns.items()}
    given = set(mapped.values())
    found = []
    for heading in headings:
        plain = plain_name(heading)
        name = mapped.get(plain or heading, "")
        if not name and plain not in given:
            name = plain
        found.append(name if name in allowed else "")
    return found


def count_names(
    headings: Iterable[str], columns: Mapping[str, str] | None = None
) -> tuple[int, int]:
    """Count the headings that are a schema name or mapped to one, and those that likely mean one.

    Args:
        headings: as the file has them.
        columns: a clinic's mapping, heading to schema name.

    Returns:
        How many are known, and how many are a schema name or a usual word for one.
    """
    plain = {plain_name(heading) for heading in headings}
    known = plain.intersection(ALL_NAMES)
    mapped = plain.intersection(map(plain_name, columns or {}))
    return len(known | mapped), len(known | (plain & SYNONYMS.keys()))


def nearest_heading(name: str, headings: Iterable[str], usual: str = "") -> str:
    """Give the heading that most likely means the schema column `name`, or "".

    Args:
        name: schema column.
        headings: candidates.
        usual: further words for the column, parted by blanks.
    """
    words = usual.split()
    plain = {plain_name(heading): heading for heading in headings}
    for candidate, heading in plain.items():
        if SYNONYMS.get(candidate) == name or SYNONYMS.get(candidate.rstrip("s")) == name:
            return heading
        if candidate == name or candidate in words:
            return heading
    close = difflib.get_close_matches(name, list(plain), n=1, cutoff=CLOSE_ENOUGH)
    return plain[close[0]] if close else ""


def nearest_label(label: str, choices: Iterable[str]) -> str:
    """Give the choice closest to `label`, or ""."""
    close = difflib.get_close_matches(label, list(choices), n=1, cutoff=0.6)
    return close[0] if close else ""
