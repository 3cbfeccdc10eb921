"""When a visit was: "Baseline", "Wk 12 GAS", "T2", "3 months", "6_week_arm_1" as weeks.

In: one text (a heading or a cell). Out: a `Visit` with its week, or without one when nothing in
the text tells it.
Decisions: a number of weeks written out and a word for the start are certain; months and days are
turned into weeks but asked about; a visit that is only numbered or named has no week of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from analysis.records.assignment.words import BRACKETS, plain_words
from analysis.records.privacy.shapes import MONTHS
from analysis.records.text import word_set

WEEKS_IN_MONTH = 52.18 / 12
WEEK = (
    r"(?:weeks?|wks?|w|wochen?|wo|semaines?|sem|semanas?|settiman[ae]|sett|we(?:ek|ken)|uker?|veck"
    r"(?:a|or)|uger?|tyg|tydzien)"
)
MONTH = r"(?:months?|mths?|mos?|monate?|mon|mois|mes(?:es)?|mesi?|maand(?:en)?|manad(?:er)?)"
YEAR = r"(?:years?|yrs?|jahre?|annee|ans?|anos?|anno|anni|jaar|ar)"
DAY = r"(?:days?|tage?|jours?|dias?|giorni?|dagen?|dagar)"
START = word_set(
    "baseline base bl pre start initial initially intake admission entry beginning before outset "
    "first_visit anfang beginn vorher ausgangswert initiale debut depart avant inicio inicial "
    "antes previo inizio iniziale prima begin voor nulmeting basislinje for_start fore efore "
    "aufnahme t0 v0 visit_0 review_0 time_0 tp0 week_0 assessment_0 start_level starting poczatek"
)
MIDDLE = word_set(
    "mid middle midpoint midway interim mid_point halfway mitte zwischen milieu medio"
)
LAST = word_set(
    "post final end last discharge exit after closing outcome completion ende nachher abschluss "
    "apres fin final finale despues dopo na eind einde slut efter etter endpoint end_point closure "
    "entlassung sortie alta dimissione ontslag koniec"
)
LATER = word_set("follow_up followup fu nachuntersuchung suivi seguimiento uppfoljning")
NUMBERED = re.compile(
    r"(?:t|tp|v|r|visit|review|time|timepoint|time_point|assessment|session|rating|score|gas|"
    r"measure|measurement|occasion|point|zeitpunkt|messung|termin|besuch|controle|bilan|"
    r"evaluation|term|round|wave|m)_?(\d{1,2})"
)
FILLERS = word_set(
    "gas level levels score scores rating ratings attainment goal at the of in arm review visit "
    "assessment assess reassessment eval evaluation reeval re measure t_score therapy after nach "
    "name label from since no value "
    "result gas_score week weeks point time term treatment block programme program period year "
    "intervention ot rated scored taken test date semester phase session study course  "
    "stufe niveau nivel livello status"
)
COUNTED = re.compile(rf"(?:{WEEK}_?(\d{{1,3}})|(\d{{1,3}})_?{WEEK}|(\d{{1,2}})_52)")
MONTHS_COUNTED = re.compile(rf"(?:{MONTH}_?(\d{{1,2}})|(\d{{1,2}})_?{MONTH}|(\d)_12)")
YEARS_COUNTED = re.compile(rf"([12])(_5)?_?{YEAR}(?:_(?:on|later|post|after|review|follow_up))?")
FORTNIGHTS = re.compile(r"fortnight_?(\d{1,2})|(\d{1,2})_?fortnights?")
ORDINAL = re.compile(
    r"(\d{1,2})_?(?:st|nd|rd|th|a|o|e|er|ere|eme|te|de)?_(?:visit|visita|visite|review|bilan|"
    r"termin|messung|assessment|evaluation|evaluacion|valutazione|meting|session)"
)
ARM_LABEL = re.compile(r"(?i)[(\[]\s*arm \d+[^)\]]*[)\]]")
MONTH_AND_YEAR = re.compile(r"([a-z]{3,9})_?(?:20)?(\d{2})")
DAYS_COUNTED = re.compile(rf"(?:{DAY}_?(\d{{1,3}})|(\d{{1,3}})_?{DAY})")
ARM = re.compile(r"_?arm_\d+\Z")
DATE_WORDS = word_set("date datum fecha data dato seen on")


@dataclass(frozen=True)
class Visit:
    """One visit.

    Attributes:
        kind: "start", "weeks", "months", "days", "calendar", "month", "numbered",
            "middle", "last" or "later".
        number: weeks (start, weeks), or the number of months, days or of the visit; months since
            the year 2000 for "calendar", of the year for "month".
        left: the words of the text that are not about the visit.
    """

    kind: str
    number: int = 0
    left: tuple[str, ...] = ()

    @property
    def week(self) -> int | None:
        """The week, where the text tells it."""
        if self.kind in ("start", "weeks"):
            return self.number
        if self.kind == "months":
            return round(self.number * WEEKS_IN_MONTH)
        return self.number // 7 if self.kind == "days" else None

    @property
    def certain(self) -> bool:
        """Whether the week needs no confirmation."""
        return self.kind in ("start", "weeks")


def read_visit(text: str) -> Visit | None:
    """Give the visit a text names, or None.

    >>> read_visit("Wk 12 GAS").week, read_visit("6_week_arm_1").week, read_visit("Pre").week
    (12, 6, 0)
    >>> read_visit("T2").kind, read_visit("Area")
    ('numbered', None)
    """
    text = ARM_LABEL.sub(" ", text)
    plain = ARM.sub("", plain_words(text))
    if not plain or len(plain) > 60:
        return None
    for inside in BRACKETS.findall(text):
        counted = COUNTED.fullmatch(plain_words(inside))
        outside = read_visit(BRACKETS.sub(" ", text)) if counted else None
        if counted and outside:
            return Visit("weeks", int(next(filter(None, counted.groups()))), outside.left)
    years = YEARS_COUNTED.fullmatch(plain)
    if years:
        return Visit("months", 12 * int(years[1]) + (6 if years[2] else 0))
    fortnights = FORTNIGHTS.fullmatch(plain)
    if fortnights:
        return Visit("weeks", 2 * int(fortnights[1] or fortnights[2]))
    ordinal = ORDINAL.fullmatch(plain)
    if ordinal:
        return _numbered(int(ordinal[1]), [])
    for kind, pattern in (("weeks", COUNTED), ("months", MONTHS_COUNTED), ("days", DAYS_COUNTED)):
        found = re.search(rf"(?:^|_){pattern.pattern}(?:_|$)", plain)
        if found:
            number = int(next(group for group in found.groups() if group))
            rest = (plain[: found.start()] + "_" + plain[found.end() :]).split("_")
            return Visit(kind, number, _left([word for word in rest if word not in LAST | START]))
    words = plain.split("_")
    calendar = MONTH_AND_YEAR.fullmatch(plain)
    if calendar and calendar[1] in MONTHS:
        return Visit("calendar", 12 * int(calendar[2]) + MONTHS[calendar[1]])
    if plain in MONTHS:
        return Visit("month", MONTHS[plain])
    for kind, known in (("later", LATER), ("start", START), ("middle", MIDDLE), ("last", LAST)):
        for size in (2, 1):
            for i in range(len(words) - size + 1):
                if "_".join(words[i : i + size]) in known:
                    return Visit(kind, 0, _left(words[:i] + words[i + size :]))
    found = NUMBERED.fullmatch(plain)
    if not found and len(words) > 1:
        for i, word in enumerate(words):
            found = NUMBERED.fullmatch(word)
            if found and len(word) < 4 and word[0] in "tv":
                return _numbered(int(found[1]), words[:i] + words[i + 1 :])
        for i in range(len(words) - 1):
            found = NUMBERED.fullmatch("_".join(words[i : i + 2]))
            if found and words[i] not in ("goal", "gas", "score"):
                return _numbered(int(found[1]), words[:i] + words[i + 2 :])
        return None
    return _numbered(int(found[1]), []) if found else None


def _numbered(number: int, rest: list[str]) -> Visit:
    return Visit("start" if number == 0 else "numbered", number, _left(rest))


def _left(words: list[str]) -> tuple[str, ...]:
    return tuple(
        word
        for before, word in zip(["", *words], words, strict=False)
        if word
        and word not in FILLERS
        and not (len(word) < 4 and NUMBERED.fullmatch(word))
        and not NUMBERED.fullmatch(f"{before}_{word}")
    )


def is_of_date(text: str) -> bool:
    """Tell whether a heading of a visit is about its date and not its level."""
    plain = plain_words(text)
    return not YEARS_COUNTED.fullmatch(plain) and not DATE_WORDS.isdisjoint(plain.split("_"))


def space_visits(visits: list[Visit]) -> list[tuple[int, bool]]:
    """Give each visit a week, and whether that is only a guess.

    The first of visits that are numbered or named is the start; others are taken to be six weeks
    apart, two visits twelve.
    """
    if all(visit.week is not None for visit in visits):
        return [(visit.week or 0, False) for visit in visits]
    if all(visit.kind in ("calendar", "start") for visit in visits):
        first = min(visit.number for visit in visits if visit.kind == "calendar")
        return [
            (round((visit.number - first) * WEEKS_IN_MONTH) if visit.number else 0, False)
            for visit in visits
        ]
    if all(visit.kind == "month" for visit in visits):
        passed, weeks = 0, [(0, False)]
        for before, visit in pairwise(visits):
            passed += (visit.number - before.number) % 12 or 12
            weeks.append((round(passed * WEEKS_IN_MONTH), False))
        return weeks
    kinds = ("start", "weeks days months calendar month numbered", "middle", "last", "later")
    order = {kind: i for i, words in enumerate(kinds) for kind in words.split()}
    places = sorted(
        range(len(visits)),
        key=lambda i: (order[visits[i].kind], visits[i].number, i),
    )
    found: list[tuple[int, bool]] = [(0, False)] * len(visits)
    step = 12 if len(visits) <= 2 else 6
    last = None
    for i in places:
        told = visits[i].week
        if told is not None:
            week, guess = told, False
        elif last is None:
            week, guess = 0, True
        else:
            week, guess = last + step, True
        found[i] = (week, guess)
        last = max(week, last if last is not None else 0)
    return found
