"""Shapes of single texts: an e-mail, a date, a telephone number, a person's name.

In: one cleaned text. Out: yes or no.
Decisions: pure functions, so that each can be tested by itself; how many hits make a column
suspicious is decided in `identifiers`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from analysis.records.privacy.given_names import GIVEN_NAMES, SURNAMES
from analysis.records.text import word_set

COMMON_WORDS = word_set(
    """
    yes no none unknown other not never sometimes often always usually rarely daily weekly monthly
    low medium high mild moderate severe profound complex good fair poor true false left right both
    mixed male female boy girl individual group combined self care motor sensory social emotional
    communication clinic home school community centre center hospital online telehealth hybrid
    north south east west central main room ward team parent mother father caregiver teacher
    therapist occupational therapy physiotherapy speech psychology assistant senior junior student
    child family review baseline initial final interim start end week term spring summer autumn
    winter morning afternoon evening monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december
    present absent late cancelled attended missed excused did attend autism adhd dyspraxia cerebral
    palsy down syndrome developmental delay coordination disorder sensory processing learning
    disability anxiety attention deficit hyperactivity global speech language impairment attained
    partly exceeded goal goals met unmet open closed active paused discharged waiting list new
    referral public private funded insurance self pay nhs ndis charity phase one two three red
    green blue yellow orange purple white black sun moon star cloud river lake fine gross play
    skills handwriting dressing feeding toileting sleep grooming regulation peer interaction verbal
    nonverbal english bilingual full part time block course intensive standard short long first
    second third level band grade year reception primary secondary nursery preschool kindergarten
    treating independent clinical availability preference funding log app recall log much less more
    than expected same better worse improved unchanged declined excellent satisfactory needs some
    support help prompting with without physical
    """
)
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janvier enero gennaio janeiro januari januar",
            "feb february februar fevrier febrero febbraio fevereiro februari fev",
            "mar march marz maerz mars marzo marco maart mrz",
            "apr april avril abril aprile avr abr",
            "may mai mayo maggio maio mei maj",
            "jun june juni juin junio giugno junho",
            "jul july juli juillet julio luglio julho",
            "aug august aout agosto augustus augusti ago",
            "sep sept september septembre septiembre settembre setembro",
            "oct october oktober octobre octubre ottobre outubro okt",
            "nov november novembre noviembre novembro",
            "dec december dezember decembre diciembre dicembre dezembro dez dic",
        ),
        1,
    )
    for word in words.split()
}
PARTICLES = word_set(
    "de da do dos das del della di van von der den ten ter la le el al bin bint ibn abu mac mc "
    "o y e und af av zu st"
)
PLACEHOLDERS = word_set(
    "total totals sum mean average subtotal median count n/a na nan none null nil missing "
    "unknown tbc tbd"
) | {"grand total", "sub total", "not known", "not applicable", "not available"}
TITLES = word_set("mr mrs ms miss dr prof herr frau mme mlle sr sra sig dhr mevr")
FAMILY_SHAPE = re.compile(r"(?:Mac|Mc|O['’]|Fitz|D['’])[A-Z]|(?:Fitz|Mac)[a-z]{4,}")
ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
FAMILY_SIGNS = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙周吴吳徐孙孫朱马馬胡郭林何高梁郑鄭罗羅宋谢謝唐韩韓曹许許邓鄧萧蕭冯馮曾程蔡"
    "彭潘袁于董余苏蘇叶葉吕呂魏蒋蔣田杜丁沈姜范江傅钟鐘卢盧汪戴崔任陆陸廖姚方金邱夏谭譚韦韋贾賈邹鄒石熊孟秦"
    "김이박최정강조윤장임한오서신권황안송류홍전고문양손배백허유남심노하곽성차주우구민"
)
FAMILY_PAIRS = frozenset(
    [
        "佐藤",
        "鈴木",
        "高橋",
        "田中",
        "伊藤",
        "渡辺",
        "山本",
        "中村",
        "小林",
        "加藤",
        "吉田",
        "山田",
        "佐々",
        "山口",
        "松本",
        "井上",
        "木村",
        "斎藤",
        "清水",
        "山崎",
        "阿部",
        "池田",
        "橋本",
        "石川",
        "前田",
        "藤田",
        "小川",
        "後藤",
        "岡田",
        "村上",
        "近藤",
        "石井",
        "坂本",
    ]
)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")
URL = re.compile(r"(?i)\b(https?://|www\.)\S|^[\w-]+(\.[\w-]+)*\.(com|org|net|edu|gov|io)(/|$)")
NUMBER = re.compile(r"[-+−]?\d+([.,]\d+)?%?")
HAS_DIGIT = re.compile(r"\d")
# Possessive: a word is taken whole, or long text without a digit would be tried in every split.
LEADING_WORDS = re.compile(r"^(?:[^\W\d_]++[./:,]? ?/?)+(?=\d)")
LONG_NUMBER = 9
PUBLIC_NUMBER = re.compile(r"\d{3}-\d{2}-\d{4}|[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]")
NUMBER_OF_PERSON = re.compile(r"[A-Za-z]{0,3}[\d\s.\-/]+[A-Za-z]{0,2}")
DECIMAL = re.compile(r"\d+\.\d+")
NUMERIC_DATE = re.compile(r"(\d{1,4})([-/.])\s?(\d{1,2})\2\s?(\d{1,4})(?:[T ,].*)?")
ASIAN_DATE = re.compile(r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
WORD_DATE = re.compile(
    r"(?:[^\W\d_]+,?\s+)?(?:(\d{1,2})(?:st|nd|rd|th|\.)?[-\s/]*(?:de |of )?([^\W\d_]{3,})\.?"
    r"[-,\s/]*|([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?[-,\s/]+)(?:de |of )?"
    r"(\d{4}|\d{2})(?:[T ,].*)?"
)
LETTERED_DATE = re.compile(
    r"[^\W\d_]{1,4}[-_. ]?\d{2}[-_./]?\d{2}[-_./]?\d{2}[-_./]?\d{2}"
    r"|\d{2}[-_./]?\d{2}[-_./]?\d{2}[-_./]?\d{2}[-_. ]?[^\W\d_]{1,4}"
)
POSTCODES = re.compile(
    r"(?i)(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d"
    r"|\d{4} [A-Z]{2}|\d{5}-\d{3,4}|[A-Z]{1,2}-\d{4,5}|\d{3} \d{2}|\d{2}-\d{3}|〒?\d{3}-\d{4}"
    r"|[AC-FHKNPRTV-Y]\d[\dW] ?[0-9AC-FHKNPRTV-Y]{4})"
)
STREETS = re.compile(
    r"(?i)\b(street|road|avenue|lane|drive|close|crescent|court|boulevard|terrace|gardens|"
    r"rue|calle|avenida|via|viale|piazza|plaza|rua|allee|ulica|ul\.|gatan|vägen|straat|laan)\b"
    r"|(straße|strasse|str\.|weg|platz|gasse|straat|gatan|vägen|gade|vej|katu|tie)\b"
)
SCHOOLS = re.compile(
    r"(?i)\b(school|academy|college|kindergarten|nursery|preschool|elementary|escuela|colegio|"
    r"école|ecole|grundschule|gymnasium|scuola|escola|primaria)\b"
)


def fold(text: str) -> str:
    """Give `text` in lower case without accents."""
    spelled = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in spelled if not unicodedata.combining(sign)).casefold()


def is_harmless(text: str) -> bool:
    """Tell whether a text is a small number, yes or no: nothing that could name anybody."""
    if not HAS_DIGIT.search(text):
        return len(text) < 2 or text.casefold() in ("yes", "no", "true", "false", "n/a", "na")
    return bool(NUMBER.fullmatch(text)) and len(re.sub(r"\D", "", text.split(".")[0])) <= 3


def is_placeholder(text: str) -> bool:
    """Tell whether the text stands for "nothing here" or "all of them" and not for a person."""
    return text.casefold().rstrip(":") in PLACEHOLDERS or not any(map(str.isalnum, text))


def is_email(text: str) -> bool:
    """Tell whether an e-mail address is in the text."""
    return "@" in text and bool(EMAIL.search(text))


def is_url(text: str) -> bool:
    """Tell whether the text is or holds a web address."""
    return "." in text and bool(URL.search(text))


def is_date(text: str) -> bool:
    """Tell whether the text is a full calendar date (day, month and year), in any usual form."""
    if not HAS_DIGIT.search(text) or len(text) > 48:
        return False
    if text.isdigit():
        if len(text) != 8:
            return False
        return any(
            _is_day(*parts)
            for parts in (
                (text[:4], text[4:6], text[6:]),
                (text[4:], text[2:4], text[:2]),
                (text[4:], text[:2], text[2:4]),
            )
        )
    match = NUMERIC_DATE.fullmatch(LEADING_WORDS.sub("", text))
    if match:
        first, _, second, third = match.groups()
        if len(first) > 2:
            return len(first) == 4 and _is_day(first, second, third)
        return _is_day(third, second, first) or _is_day(third, first, second)
    match = ASIAN_DATE.search(text)
    if match:
        return True
    match = WORD_DATE.fullmatch(fold(text))
    if match:
        day = match[1] or match[4]
        month = MONTHS.get(match[2] or match[3])
        return month is not None and 1 <= int(day) <= 31
    return False


def _is_day(year: str, month: str, day: str) -> bool:
    if len(year) not in (2, 4):
        return False
    full = int(year) if len(year) == 4 else 2000 + int(year)
    if not 1900 <= full <= 2100:
        return False
    try:
        date(full, int(month), int(day))
    except ValueError:
        return False
    return True


def is_phone(text: str) -> bool:
    """Tell whether the text is a telephone number as people write them."""
    if len(text) > 28 or not re.fullmatch(r"[+(]?[\d\s().\-/+]+(?:(?:x|ext\.?) ?\d+)?", text):
        return False
    digits = re.sub(r"\D", "", text)
    return 7 <= len(digits) <= 15 and (
        text.startswith(("+", "("))
        or (text.startswith("00") and len(digits) >= 10)
        or bool(re.search(r"\d[\s\-/]+\(?\d{2,}", text))
    )


def is_long_number(text: str) -> bool:
    """Tell whether the text is a number long enough to be a person's: nine digits or more."""
    if len(text) < LONG_NUMBER:
        return False
    if PUBLIC_NUMBER.fullmatch(text):
        return True
    n_digits = sum(map(str.isdigit, text))
    return n_digits >= LONG_NUMBER and bool(
        NUMBER_OF_PERSON.fullmatch(text) and not DECIMAL.fullmatch(text)
    )


def is_place(text: str) -> bool:
    """Tell whether the text is a postcode, a street or the name of a school."""
    if POSTCODES.fullmatch(text):
        return True
    if HAS_DIGIT.search(text) and STREETS.search(text):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    return len(words) > 1 and bool(SCHOOLS.search(text)) and not _all_common(words)


def _all_common(words: Iterable[str]) -> bool:
    return all(word.casefold() in COMMON_WORDS or len(word) < 2 for word in words)


def is_prose(text: str) -> bool:
    """Tell whether the text reads like a note: five words or more, or very long."""
    return len(text) > 80 or len(re.findall(r"[^\W\d_]{2,}", text)) >= 5


def holds_dates(texts: Sequence[str]) -> bool:
    """Tell whether most of five or more texts are a few letters before or behind a whole date."""
    found = [match for text in texts if (match := LETTERED_DATE.fullmatch(text))]
    dated = sum(
        any(
            _is_day(year, month, day)
            for year, month, day in (
                (digits[:4], digits[4:6], digits[6:]),
                (digits[4:], digits[2:4], digits[:2]),
                (digits[4:], digits[:2], digits[2:4]),
            )
        )
        for match in found
        if (digits := "".join(filter(str.isdigit, match[0])))
    )
    return dated >= 5 and dated >= 0.8 * len(texts)


def looks_like_date_serial(texts: Iterable[str]) -> bool:
    """Tell whether whole numbers look like days counted from 1900 (years 2000 to 2040)."""
    texts = list(texts)
    serials = [text for text in texts if re.fullmatch(r"3[6-9]\d{3}|4\d{4}|5[01]\d{3}", text)]
    return len(texts) >= 5 and len(serials) >= 0.9 * len(texts)


def person_words(text: str) -> int:
    """Tell how much a text is written like a person's name.

    Returns:
        3 for a known given name or surname, a title, or a name in a script without capitals;
        2 for two to four words written as a full name; 1 for one capitalised word that is no
        everyday word; 0 else.
    """
    text = "".join(sign for sign in text if unicodedata.category(sign)[0] != "M")
    if HAS_DIGIT.search(text) or len(text) > 60 or "_" in text:
        return 0
    words = re.findall(r"[^\W\d_][^\W\d_'’`-]*(?:['’`-][^\W\d_]+)*\.?", text)
    if not 1 <= len(words) <= 5 or re.search(r"[^\w\s,.'’`()-]", text):
        return 0
    plain = [fold(word.rstrip(".")) for word in words]
    if plain[0] in TITLES and len(words) > 1:
        return 3
    if any(set(re.split(r"['’`-]", word)) & GIVEN_NAMES or word in SURNAMES for word in plain):
        return 3
    if not any(sign.lower() != sign.upper() for sign in text):
        return _person_without_capitals(text, len(words))
    if any(FAMILY_SHAPE.match(word) for word in words):
        return 3
    if _all_common(words):
        return 0
    proper = [word[0].isupper() or fold(word) in PARTICLES or "'" in word for word in words]
    if all(proper) and len(words) >= 2:
        unusual = [word for word in words if fold(word.rstrip(".")) not in COMMON_WORDS | PARTICLES]
        short = all(word.isupper() and len(word) < 5 for word in words)
        return 2 if len(unusual) >= 2 and not short else 1
    return 1 if all(proper) and len(words[0]) > 2 and not text.isupper() else 0


def _person_without_capitals(text: str, n_words: int) -> int:
    """Judge a text in a script without capitals: two words, or a usual family name in front."""
    plain = text.replace(" ", "").replace("・", "").replace("·", "")
    if plain and ASIAN.fullmatch(plain):
        if len(plain) > 6 or len(plain) < 2:
            return 0
        spaced = " " in text or "·" in text or "・" in text
        return 3 if spaced or plain[0] in FAMILY_SIGNS or plain[:2] in FAMILY_PAIRS else 0
    return 3 if 2 <= n_words <= 4 else 1
