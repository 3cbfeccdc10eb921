"""Words of headings and labels in one spelling, and what they mean in the languages clinics write.

In: one text. Out: its plain words; the format, domain or level it stands for.
Decisions: the words of goal attainment scaling itself (Kiresuk & Sherman 1968) and everyday words
for one of three formats are certain; "achieved" and "partly" are words of a clinic's own, so that
their level is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from analysis.records.headings import plain_name
from analysis.records.privacy.shapes import fold
from analysis.records.text import clean_text, word_set

LONGEST_LABEL = 40
LONG_STEM = 5
CERTAIN, LIKELY, GUESS = "certain", "likely", "guess"
BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
SIGNS = str.maketrans({"\u2212": "-", "\u2012": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-"})
NOT_A_WORD = re.compile(r"[\W_]+")
STROKED = str.maketrans({"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0131": "i"})

FORMAT_WORDS = {
    "individual": "individual individuals individually 1_1 1to1 one_to_one 1_to_1 one_on_one "
    "1_on_1 ind indiv single solo individual_therapy individual_session individual_sessions "
    "individual_ot individual_only 1_1_only 1_1_therapy 1_1_ot alone one2one 121 einzel "
    "einzeltherapie einzelsetting einzelbehandlung einzelstunde individuell individuel "
    "individuelle "
    "seance_individuelle individuale individuel_therapie individueel individuele "
    "individuell_behandling "
    "enskild enskilt enkelt indywidualna indywidualny indywidualnie individualmente particulier "
    "yksilo yksiloterapia bireysel",
    "group": "group groups grp gp small_group group_therapy group_session group_sessions group_ot "
    "group_only groups_only in_group groupwork group_work gruppe gruppen gruppentherapie "
    "gruppensetting gruppenbehandlung kleingruppe groupe groupes en_groupe seance_de_groupe "
    "collectif grupo grupal en_grupo gruppo di_gruppo in_gruppo groep groepstherapie in_groep "
    "grupp grupo_terapeutico gruppebehandling grupowa grupowy grupowo collective "
    "skupinova skupina ryhma grup",
    "combined": "combined both mixed mix combination combo combi comb individual_group "
    "group_individual individual_and_group group_and_individual individual_plus_group ind_grp "
    "ind_group ind_and_grp grp_ind 1_1_group group_1_1 1_1_and_group group_and_1_1 1_1_plus_group "
    "1_1_grp combined_therapy hybrid_format kombiniert kombi kombination gemischt beides beide "
    "einzel_und_gruppe einzel_gruppe gruppe_und_einzel combine combinee mixte les_deux "
    "individuel_et_groupe combinado combinada mixto mixta ambos ambas individual_y_grupo combinato "
    "combinata misto mista entrambi gecombineerd gemengd individueel_en_groep kombinerad blandad "
    "kombineret kombinert laczona mieszana individual_e_grupo kombinovana yhdistelma yhdistetty "
    "birlesik",
}
DOMAIN_WORDS = {
    "self_care": "self_care selfcare adl adls activities_of_daily_living personal_care "
    "selbstversorgung selbsthilfe soins_personnels autonomie soin_personnel autocuidado autonomia "
    "cuidado_personal cura_di_se zelfzorg zelfredzaamheid egenvard personlig_vard samoobsluga "
    "cura_personale self_help egenomsorg egenvaard daily_living daily_living_skills zelfverzorging "
    "sebeobsluha itsesta_huolehtiminen oz_bakim",
    "motor": "motor motor_skills motorik motorisch motricite moteur motriz motricidad motorio "
    "motricita motoriek motorisk motorikk ruchowa motoryka motor_function motorika "
    "motoriikka",
    "sensory": "sensory sensory_processing sensory_regulation sensorik sensorisch sensoriel "
    "sensorial sensoriale sensorisch sensoriek sensorisk sensoryczna wahrnehmung sansning sansing "
    "sanse sanser sansemotorik senzorika aistit duyusal",
    "social": "social social_skills sozial soziales sozialverhalten sociale sociaal spoleczna "
    "social_participation sosial sosialt socialni sosiaalinen sosyal",
    "emotional": "emotional emotion emotions emotional_regulation emotionen emotionnel emocional "
    "emotivo emozionale emotioneel emotionell emocjonalna emosjonell gefuhle folelser "
    "folelsesmaessig emocni tunteet duygusal",
    "communication": "communication communicating communication_skills kommunikation comunicacion "
    "comunicazione communicatie komunikacja kommunikasjon comunicacao "
    "komunikace kommunikaatio iletisim",
}
LIKELY_DOMAINS = {
    "self_care": "dressing undressing feeding eating toileting grooming bathing washing hygiene "
    "sleep mealtime mealtimes brushing teeth shoes shoelaces independence anziehen essen ankleiden "
    "hygiene habillage repas vestirse kleden eten self feeding domestic",
    "motor": "handwriting writing fine gross motor cutting scissors coordination balance strength "
    "grasp pencil ball dexterity visual_motor mobility posture movement handschrift schreiben "
    "feinmotorik grobmotorik grafomotorik graphomotricite ecriture escritura schrijven physical "
    "bimanual praxis",
    "sensory": "sensory modulation arousal regulation self_regulation alertness tactile vestibular "
    "sensorisch attention",
    "social": "social play peer peers friendship friends turn_taking sharing participation "
    "interaction leisure spiel jeu juego spelen group_participation school community joint",
    "emotional": "emotional coping anger anxiety confidence feelings mood behaviour behavior "
    "wellbeing calm frustration self_esteem verhalten comportement conducta gedrag mental",
    "communication": "communication talking speech language speaking asking listening expression "
    "sprache langage lenguaje taal requesting conversation aac",
}
LEVEL_WORDS = {
    -2: "much_less_than_expected much_less_than_expected_level much_worse_than_expected "
    "well_below_expected much_below_expected most_unfavourable_outcome "
    "most_unfavorable_outcome much_less_than_expected_outcome lot_less_than_expected "
    "a_lot_less_than_expected far_less_than_expected viel_weniger_als_erwartet "
    "beaucoup_moins_qu_attendu beaucoup_moins_que_prevu mucho_menos_de_lo_esperado "
    "molto_meno_del_previsto veel_minder_dan_verwacht mycket_mindre_an_forvantat",
    -1: "less_than_expected somewhat_less_than_expected somewhat_less_than_expected_level "
    "a_little_less_than_expected little_less_than_expected slightly_less_than_expected "
    "somewhat_worse_than_expected below_expected somewhat_below_expected "
    "less_than_expected_outcome weniger_als_erwartet etwas_weniger_als_erwartet "
    "moins_qu_attendu moins_que_prevu un_peu_moins_que_prevu menos_de_lo_esperado "
    "algo_menos_de_lo_esperado meno_del_previsto minder_dan_verwacht iets_minder_dan_verwacht "
    "mindre_an_forvantat",
    0: "expected as_expected expected_level expected_outcome at_expected at_expected_level "
    "expected_level_of_outcome achieved_as_expected achieved_as_planned wie_erwartet erwartet "
    "comme_prevu comme_attendu attendu segun_lo_esperado lo_esperado come_previsto zoals_verwacht "
    "verwacht som_forvantat",
    1: "more_than_expected somewhat_more_than_expected somewhat_more_than_expected_level "
    "a_little_more_than_expected little_more_than_expected slightly_more_than_expected "
    "better_than_expected somewhat_better_than_expected above_expected "
    "a_little_better_than_expected "
    "more_than_expected_outcome mehr_als_erwartet etwas_mehr_als_erwartet plus_qu_attendu "
    "plus_que_prevu un_peu_plus_que_prevu mas_de_lo_esperado algo_mas_de_lo_esperado "
    "piu_del_previsto meer_dan_verwacht iets_meer_dan_verwacht mer_an_forvantat",
    2: "much_more_than_expected much_more_than_expected_level much_better_than_expected "
    "most_favourable_outcome most_favorable_outcome a_lot_more_than_expected "
    "a_lot_better_than_expected "
    "lot_more_than_expected far_more_than_expected well_above_expected "
    "much_more_than_expected_outcome "
    "viel_mehr_als_erwartet beaucoup_plus_qu_attendu beaucoup_plus_que_prevu "
    "mucho_mas_de_lo_esperado molto_piu_del_previsto veel_meer_dan_verwacht "
    "mycket_mer_an_forvantat",
}
LIKELY_LEVELS = {
    -2: "much_less a_lot_less far_less not_achieved not_met no_change unchanged "
    "no_progress not_yet not_started baseline "
    "nicht_erreicht non_atteint no_logrado non_raggiunto niet_behaald not_attained no_improvement "
    "much_worse starting_level",
    -1: "less somewhat_less a_little_less slightly_less partly partial partially "
    "partly_achieved partially_achieved partly_met partially_met "
    "some_progress progressing emerging nearly almost improving teilweise teilweise_erreicht "
    "partiellement partiellement_atteint parcial parcialmente parzialmente gedeeltelijk "
    "in_progress some_improvement improved",
    0: "achieved met attained fully_achieved goal_met goal_achieved reached erreicht "
    "atteint logrado "
    "raggiunto behaald uppnatt completed mastered success achieved_fully",
    1: "more somewhat_more a_little_more slightly_more exceeded exceeded_expectations "
    "better more_than_achieved ubertroffen depasse superado "
    "superato overtroffen over_achieved overachieved",
    2: "much_more a_lot_more far_more greatly_exceeded far_exceeded much_better "
    "well_exceeded much_exceeded deutlich_ubertroffen",
}
MISSING_WORDS = word_set(
    "n_a na none nil missing unknown not_seen not_known not_rated not_assessed not_scored "
    "not_reviewed no_review dna did_not_attend absent cancelled not_available not_applicable tbc "
    "tba pending x not_done nicht_bewertet k_a keine_angabe nc nr non_evalue sin_datos missed "
    "not_recorded lost lost_to_follow_up withdrawn"
)
STEP_WORDS = word_set("level step stage stufe niveau nivel")
STEP = re.compile(r"(?i)\s*(?:level|step|stage|stufe|niveau|nivel)\s*[1-5]\b")
NUMBER_FIRST = re.compile(
    r"(?:gas|level|score|rating|stufe|l)?[ :=]*([-+]?\d(?:[.,][05])?)(?![\d.,])(.*)", re.I | re.S
)


SIGN_OF = {
    **dict.fromkeys(("minus", "moins", "menos", "meno"), "-"),
    **dict.fromkeys(("plus", "piu", "pi\u00f9", "m\u00e1s"), "+"),
}
SPELT_SIGN = re.compile(rf"(?i)\b({'|'.join(SIGN_OF)})\s*(?=[0-3]\b)")
SPELT_ZERO = re.compile(r"(?i)\s*(?:zero|null|nul|cero|z[ée]ro)\s*")


def plain_words(text: str) -> str:
    """Give the text in lower case without accents, words joined by underscores.

    >>> plain_words(" Goal Area (main) ")
    'goal_area_main'
    """
    return NOT_A_WORD.sub("_", fold(plain_name(clean_text(text))).translate(STROKED)).strip("_")


def plain_heading(text: str) -> str:
    """Give the plain words of a heading, what stands in brackets left out.

    >>> plain_heading("GAS score (-2 to +2)")
    'gas_score'
    """
    return plain_words(BRACKETS.sub(" ", text)) or plain_words(text)


def _turned(table: dict) -> dict:
    return {word: label for label, words in table.items() for word in words.split()}


FORMATS_BY_WORD = _turned(FORMAT_WORDS)
DOMAINS_BY_WORD = _turned(DOMAIN_WORDS)
LEVELS_BY_WORD = _turned(LEVEL_WORDS)
LIKELY_DOMAIN_OF = _turned(LIKELY_DOMAINS)
LIKELY_LEVEL_OF = _turned(LIKELY_LEVELS)
# Words that compare with what was expected: beside another number they are another scale's.
COMPARED = {
    word: level
    for word, level in LIKELY_LEVEL_OF.items()
    if not {"less", "more", "better", "worse"}.isdisjoint(word.split("_"))
}


@cache
def read_format(text: str) -> tuple[str, str]:
    """Give the format a label stands for, and how certain that is; ("", "") when nothing tells.

    >>> read_format("1:1 & Group"), read_format("Gruppe (4)"), read_format("G"), read_format("2")
    (('combined', 'certain'), ('group', 'certain'), ('group', 'likely'), ('', ''))
    >>> read_format("Group + one to one"), read_format("Small group then one-on-one")
    (('combined', 'likely'), ('combined', 'likely'))
    """
    if len(text) > LONGEST_LABEL:
        return "", ""
    spelled = text.replace("+", " and ").replace("&", " and ")
    plain = plain_words(re.sub(r"1[\s]*[:/-][\s]*1", "1_1", spelled))
    for word in (plain, plain_words(BRACKETS.sub(" ", spelled))):
        if word in FORMATS_BY_WORD:
            return FORMATS_BY_WORD[word], CERTAIN
    if plain in ("i", "g", "c", "b", "m", "e", "k"):
        return {"i": "individual", "e": "individual", "g": "group"}.get(plain, "combined"), LIKELY
    found = {FORMATS_BY_WORD[word] for word in _pieces(plain) if word in FORMATS_BY_WORD}
    if "combined" in found or {"individual", "group"} <= found:
        return "combined", LIKELY
    label = found.pop() if len(found) == 1 else "" if found else _by_stem(plain, FORMATS_BY_WORD)
    return (label, LIKELY) if label else ("", "")


def _by_stem(plain: str, words: Mapping[str, str]) -> str:
    """Give what known words beginning as a word of the text does mean, where they mean one thing.

    >>> _by_stem("motorikk", DOMAINS_BY_WORD), _by_stem("comms", DOMAINS_BY_WORD)
    ('motor', 'communication')
    >>> _by_stem("commitment", DOMAINS_BY_WORD)
    ''
    """
    found = set()
    for piece in plain.split("_"):
        stem = piece[: LONG_STEM - (len(piece) <= LONG_STEM)]
        if len(stem) >= LONG_STEM - 1:
            found |= {
                label
                for known, label in words.items()
                if known.startswith(stem) and "_" not in known
            }
    return found.pop() if len(found) == 1 else ""


def _pieces(plain: str) -> list[str]:
    words = plain.split("_")
    return ["_".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)]


@cache
def read_domain(text: str) -> tuple[str, str]:
    """Give the domain a label stands for, and how certain that is.

    >>> read_domain("Self-care"), read_domain("Handwriting"), read_domain("Zebra")
    (('self_care', 'certain'), ('motor', 'likely'), ('', ''))
    """
    if len(text) > LONGEST_LABEL:
        return "", ""
    plain = plain_words(text)
    if plain in DOMAINS_BY_WORD:
        return DOMAINS_BY_WORD[plain], CERTAIN
    for word in (plain, *_pieces(plain)):
        label = LIKELY_DOMAIN_OF.get(word) or DOMAINS_BY_WORD.get(word)
        if label:
            return label, LIKELY
    label = _by_stem(plain, DOMAINS_BY_WORD)
    return (label, LIKELY) if label else ("", "")


def spell_number(text: str) -> str:
    """Give a level spelt out as signs and digits, any other text as it is.

    >>> spell_number("Minus 2"), spell_number("plus 1"), spell_number("Zero")
    ('-2', '+1', '0')
    """
    if SPELT_ZERO.fullmatch(text):
        return "0"
    return SPELT_SIGN.sub(lambda found: SIGN_OF[found[1].casefold()], text)


@cache
def read_step(text: str) -> tuple[int, int] | None:
    """Give the number and the level of a step that has both, as on a form; else None.

    >>> read_step("1 - much less than expected"), read_step("3 = as expected"), read_step("3")
    ((1, -2), (3, 0), None)
    """
    found = NUMBER_FIRST.fullmatch(text.translate(SIGNS).strip())
    rest = plain_words(found[2]) if found else ""
    told = LEVELS_BY_WORD.get(rest, COMPARED.get(rest))
    if found is None or told is None or not found[1].lstrip("+-").isdigit():
        return None
    return int(found[1]), told


@cache
def read_level(text: str) -> tuple[float | None, str]:
    """Give the level a text stands for, and how certain that is; None when nothing tells.

    >>> read_level("Much less than expected"), read_level("-2 (baseline)"), read_level("Partly")
    ((-2, 'certain'), (-2.0, 'certain'), (-1, 'likely'))
    """
    text = spell_number(text)
    plain = plain_words(re.sub(r"[(\[].*?[-+]?\d.*?[)\]]", " ", text))
    bare = "_".join(
        word for word in plain.split("_") if not word.isdigit() and word not in STEP_WORDS
    )
    if plain in LEVELS_BY_WORD or (bare in LEVELS_BY_WORD and STEP.match(text)):
        return LEVELS_BY_WORD.get(plain, LEVELS_BY_WORD.get(bare)), CERTAIN
    found = NUMBER_FIRST.fullmatch(text.translate(SIGNS).strip())
    if found:
        rest = plain_words(found[2])
        number = float(found[1].replace(",", "."))
        told = LEVELS_BY_WORD.get(rest, COMPARED.get(rest))
        if rest and (any(map(str.isdigit, rest)) or (told is not None and told != number)):
            return None, ""
        known = KNOWN_BESIDE.issuperset(rest.split("_")) if rest else True
        return number, CERTAIN if known else LIKELY
    numbers = re.findall(r"[(\[]\s*([-+]?\d)\s*[)\]]", text.translate(SIGNS))
    if len(numbers) == 1:
        return float(numbers[0]), LIKELY
    if plain in LIKELY_LEVEL_OF:
        return LIKELY_LEVEL_OF[plain], LIKELY
    return None, ""


def stands_for_missing(text: str) -> bool:
    """Tell whether a text reads like "nothing known here"."""
    if text.startswith("#"):
        return False
    return not any(map(str.isalnum, text)) or plain_words(text) in MISSING_WORDS


# Words that may stand beside a level; others ("seen at home") could change what it means.
KNOWN_BESIDE = frozenset(
    word for phrase in (*LEVELS_BY_WORD, *LIKELY_LEVEL_OF) for word in phrase.split("_")
) | word_set("start initial pre post goal level gas score progress as")

AGE_YEARS = r"(?:y(?:ea)?rs?|y|jahre?|j|ans?|anos?|anni|jaar|ar)"
AGE_MONTHS = r"(?:m(?:on)?ths?|mos?|m|monate?|mois|mes(?:es)?|mesi|maanden|manader)"
AGE_FORMS = (
    re.compile(r"(\d{1,2})[;:](\d{1,2})(?:[.;]\d{1,2})?"),
    re.compile(
        rf"(\d{{1,2}})\s*{AGE_YEARS}?\s*[,;&]?\s*(?:and |und |et |y )?(\d{{1,2}})\s*{AGE_MONTHS}\.?"
    ),
)
AGE_IN_MONTHS = re.compile(rf"(\d{{1,3}})\s*{AGE_MONTHS}\.?")


@cache
def read_age(text: str) -> float | None:
    """Give the age in years that a text says in years and months, else None.

    >>> read_age("5;3"), read_age("5y 3m"), read_age("63 months"), read_age("5.7 yrs")
    (5.25, 5.25, 5.25, None)
    """
    plain = fold(text).strip()
    found = AGE_IN_MONTHS.fullmatch(plain)
    if found:
        return round(int(found[1]) / 12, 2)
    for form in AGE_FORMS:
        found = form.fullmatch(plain)
        if found and int(found[2]) < 12:
            return round(int(found[1]) + int(found[2]) / 12, 2)
    return None
