"""Which column a heading usually means, in the languages clinics write.

In: a heading. Out: schema columns it can stand for, most likely first, with how certain that is.
Decisions: a heading is certain only beside values that fit (see `propose`); words that clinics use
for several things ("type", "score", "time") are never certain by themselves.
"""

from __future__ import annotations

import re
from functools import cache

from analysis.records.assignment.words import CERTAIN, LIKELY, plain_heading, plain_words
from analysis.records.headings import ALL_NAMES, SYNONYMS

CHILD = (
    "(?:child|children|client|patient|pupil|student|kid|participant|case|subject|subj|pt|"
    "pat|young_person|yp|"
    "service_user|kind|klient|klientin|patientin|enfant|eleve|nino|nina|nino_a|paciente|cliente|"
    "alumno|bambino|bambina|paziente|utente|crianca|aluno|barn|elev|dziecko|pacjent|clientin|"
    "dite|lapsi|cocuk|gyermek|asiakas)"
)
GOAL = (
    "(?:goals?|targets?|objectives?|ziele?|therapieziel|but|buts|objectif|objetivo|meta|obiettivo|"
    "doel|mal|cel|cil|tavoite|hedef|aim|goal_statement)"
)
NUMBER = (
    "(?:id|code|no|nr|num|number|ref|reference|key|nummer|numero|codigo|codice|kode|kod|"
    "identifier|id_no|id_number|study_id|n)"
)
AREA = (
    "(?:area|areas|domain|domains|category|group_of_goal|type|kind|focus|bereich|zielbereich|"
    "lebensbereich|domaine|ambito|dominio|gebied|domein|omrade|obszar|dziedzina|oblast|alue|alan|kategorie|"
    "categorie|categoria|area_of_need|area_of_occupation|occupation|skill_area|area_of_life)"
)
FORMS = {
    "child_id": rf"{CHILD}(?:_{NUMBER})?|ptid|pid|cid|subjid|(?:participant|subject|child)s|"
    rf"{NUMBER}_(?:of_)?{CHILD}|record_id|study_id|uid|unique_id|"
    rf"id|code|codigo|codice|kode|kod|research_id|pseudonym|kurzel|{CHILD}s?_code_id|"
    r"(?:client|patient|klient|patienten|kind|clienten|clienti)_?(?:code|nummer|nr|kode)",
    "goal_id": rf"{GOAL}(?:_{NUMBER})?|{NUMBER}_(?:of_|du_|del_)?{GOAL}|gas_goal|gas_goal_{NUMBER}|"
    r"gid|(?:doel|ziel|mal)(?:nummer|nr|code|kode)",
    "domain": rf"(?:{GOAL}_)?{AREA}|{AREA}_(?:of|des?|du|de_la|der)_?{GOAL}",
    "format": r"(?:planned_|main_)?(?:therapy|treatment|intervention|service|session|delivery|"
    r"therapie|treatment_group|ot|care)_(?:format|type|mode|modality|delivery|arm|model|form|"
    r"setting|typ|planned|option)|therapy|treatment|modality|delivery_mode|mode_of_delivery|"
    r"planned_format|format_planned|therapieform|therapieformat|behandlungsform|forme|modalite|"
    r"modalidad|modalita|vorm|behandelvorm|therapievorm|forma_terapii|tipo_de_terapia|"
    r"type_de_therapie|type_de_seance|formato|format_of_therapy|type_of_therapy|type_of_treatment|"
    r"terapiform|behandlingsform|forma|forma_terapie|muoto|terapiamuoto|tipo_di_terapia|modalita_di_terapia|format_de_therapie",
    "week": r"weeks?(?:_(?:no|nr|number|num|since_start|from_start|of_review|of_therapy|in_therapy|"
    r"after_start|into_therapy|since_baseline|from_baseline|of_rating|post_baseline))?|wks?|"
    r"wk_(?:no|number)|(?:review|rating|visit|therapy|treatment)_(?:week|wk)|number_of_weeks|"
    r"weeks_(?:since|from|after|into|in)_(?:start|baseline|therapy|treatment|intake)|wochen?|"
    r"therapiewoche|woche_nr|semaines?|no_semaine|week_?nummer|wochen?_?(?:nummer|nr)|semanas?|"
    r"settiman[ae]|uke|vecka|uge|tydzien|weken|tyden|viikko|hafta",
    "attainment": r"gas(?:_(?:score|level|rating|value|result|attainment|light|outcome|punkte|wert|"
    r"stufe|points?))?|(?:goal_)?attainment(?:_(?:level|score|rating))?|gas_light_score|stufe|"
    r"zielerreichung|zielerreichungsgrad|erreichungsgrad|niveau_atteint|niveau_d_atteinte|"
    r"score_gas|puntuacion_gas|nivel_de_logro|livello_raggiunto|gas_niveau|attainment_gas",
    "age_years": r"age(?:_(?:years?|yrs?|in_years|at_start|at_baseline|at_intake|y|yr|at_referral|"
    r"start|months?|in_months|mths|mo|at_start_years))?|alter(?:_jahre)?|edad|eta|leeftijd|idade|"
    r"alder|wiek|(?:child|client)_age",
    "therapist_id": r"(?:treating_)?(?:therapist|clinician|ot|provider|practitioner|staff|"
    r"therapeut|"
    r"therapeutin|therapeute|ergotherapeute|terapeuta|terapista|terapeut)(?:_(?:id|code|no|number|"
    r"initials|nr|ref))?",
    "group_id": r"(?:therapy_|ot_)?group_(?:id|code|no|number|ref|nr)|which_group|therapy_group|"
    r"gruppen_?nr|gruppennummer|code_groupe|group_code_if_any",
    "site": r"(?:clinic|site|location|centre|center|place|standort|lieu|sede|locatie)"
    r"(?:_(?:id|code|no|number))?",
    "rater": r"rated_by|scored_by|rater|reviewer|assessor|who_rated|bewertet_von|evalue_par|"
    r"completed_by|score_by|informant|respondent",
    "baseline_level": r"baseline(?:_(?:level|score|gas))?|start_level|initial_level|ausgangswert|"
    r"starting_level|gas_baseline|entry_level",
    "severity": r"severity(?:_rating)?|severity_1_5|schweregrad|severite|gravedad|gravita|ernst",
    "importance": r"importance(?:_to_family)?|wichtigkeit|weight_importance",
    "difficulty": r"difficulty|schwierigkeit|weight_difficulty",
    "episode_id": r"episode(?:_(?:id|no|number|code))?|block_(?:id|no)|course_(?:id|no)",
    "end_week": r"end_week|week_of_discharge|discharge_week",
    "minutes": r"(?:session_)?(?:minutes|duration|mins)|length_of_session",
    "delivered": r"delivered|delivered_as|session_format|given_as",
}
MAYBE = {
    "format": r"type|kind|mode|setting|arm|delivery|programme|program|intervention|service|model|"
    r"group|therapie|terapia|seance|session|sessions|gruppe|art|ot_format|.*format|.*_setting|"
    r"tx|tx_arm|tx_type|rx|option|stream|pathway|service_type|condition|allocation|"
    r"treatment_arm|offer",
    "attainment": r"score|level|rating|achievement|result|outcome|value|attained|niveau|nivel|"
    r"livello|wert|punkte|puntuacion|punteggio|poziom|uroven|taso|duzey|.*gas.*|review_score|goal_score|goal_level|"
    r"goal_rating|status|progress|score_value|ergebnis|grado|resultat|resultado|achieved|"
    r"level_reached|scaling|bewertung|note",
    "week": r"time|time_?points?|visit|review|occasion|event|assessment|measurement|zeitpunkt|"
    r"messzeitpunkt|temps|momento?|redcap_event_name|event_name|phase|stage|when|point|period|"
    r"wave|review_no|review_number|visit_no|visit_name|visit_label|visit_number|"
    r"session_no|timing|month|months|monat|mois|"
    r"mes|days?|tag|day_no|days_since_start|mesure|bilan|rating_time|week_.*|.*_week|.*weeks?|t",
    "goal_id": r"goal_(?!.*(?:rating|score|level|progress|area|attain|status|gas|"
    r"domain)).*|goal|ziel_.*|no|nr|redcap_repeat_instance|repeat_instance",
    "domain": r"area_.*|.*_area|.*domain.*|skill|skills|topic|theme|type_of_goal|goal_theme",
    "child_id": r"name|ref|reference|file|initials|who|client_.*|child_.*|identifier|number|no|nr",
    "therapist_id": r"seen_by|treated_by|lead|keyworker|key_worker|team_member",
    "site": r"branch|base|team|hub|school_site|office",
}
UNITS = {
    "month": "months",
    "months": "months",
    "monat": "months",
    "mois": "months",
    "mes": "months",
    "mths": "months",
    "mo": "months",
    "day": "days",
    "days": "days",
    "tag": "days",
    "tage": "days",
}
CERTAIN_FORM = {name: re.compile(form) for name, form in FORMS.items()}
MAYBE_FORM = {name: re.compile(form) for name, form in MAYBE.items()}


@cache
def heading_means(heading: str) -> tuple[tuple[str, str], ...]:
    """Give (schema column, certainty) for what a heading can mean, most likely first.

    >>> heading_means("Client ID"), heading_means("Therapieform")[0], heading_means("Colour")
    ((('child_id', 'certain'), ('child_id', 'likely')), ('format', 'certain'), ())
    """
    found: dict[tuple[str, str], None] = {}
    spelled = (plain_words(heading), plain_heading(heading))
    for plain in spelled:
        if plain in ALL_NAMES:
            found[plain, CERTAIN] = None
    for forms, certainty in ((CERTAIN_FORM, CERTAIN), (MAYBE_FORM, LIKELY)):
        for plain in spelled:
            for name, form in forms.items():
                if form.fullmatch(plain):
                    found[name, certainty] = None
    for plain in spelled:
        if plain in SYNONYMS:
            found[SYNONYMS[plain], LIKELY] = None
    return tuple(found)


def unit_of(heading: str) -> str:
    """Give "months" or "days" when a heading says that its numbers count these, else ""."""
    return next((UNITS[word] for word in plain_words(heading).split("_") if word in UNITS), "")
