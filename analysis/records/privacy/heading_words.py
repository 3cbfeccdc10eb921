"""Words in headings that announce an identifier, in the languages clinics write.

In: a heading. Out: the kind of identifier it announces.
Decisions: words are compared whole, so that "update" is no date and "preschool" no school.
"""

from __future__ import annotations

import re
import unicodedata

from analysis.records.headings import plain_name
from analysis.records.text import word_set

WORDS = {
    "name": """
    name names surname forename firstname lastname fullname givenname familyname nickname
    childname clientname patientname parentname mothername fathername guardian middlename
    nombre nombres apellido apellidos nom prenom nachname vorname familienname nome
    cognome sobrenome naam voornaam achternaam namn fornamn efternamn etternavn navn
    fornavn nimi sukunimi etunimi imie nazwisko jmeno prijmeni nev vezeteknev ime prezime
    nume prenume ad soyad isim adi soyadi onoma eponymo imya familiya imia pangalan nama
    ten isem shem nombre_completo mother father parent carer caregiver_name next_of_kin
    mum dad madre padre mere vater mutter
    """,
    "initials": """
    initials initial iniciales initialen initialer iniziali
    """,
    "email": """
    email mail emails correo courriel epost e_mail
    """,
    "phone": """
    phone telephone tel mobile cell cellphone fax telefono telefon telefone movil handy
    portable puhelin telefoonnummer telefonnummer whatsapp contact_number
    """,
    "date": """
    date dates dob birthdate birthday birth dateofbirth birthyear yob born fecha fechas
    nacimiento datum geburtsdatum geboren geburtstag naissance nascita nascimento
    data_nascita geboortedatum fodselsdato syntymaaika urodzenia dato datum_rozdeni dogum
    timestamp datetime
    """,
    "address": """
    address street addr road house town city village suburb direccion calle domicilio
    adresse anschrift strasse rue ville indirizzo via endereco rua adres straat adress
    gata osoite ulica lives residence hometown wohnort ort
    """,
    "postcode": """
    postcode zip zipcode postal postalcode eircode plz postleitzahl cap cep codepostal
    postnummer postinumero
    """,
    "school": """
    school schools kindergarten nursery daycare escuela colegio ecole schule scuola escola
    skola skole koulu szkola okul preschool_name
    """,
    "number": """
    mrn nhs nhsno ssn nino ssid medicare medicaid insurance policy policyno passport
    ssn_number cpf nif dni nie bsn personnummer fodselsnummer hetu pesel npi ndis
    hospital_number record_number recordno chi ahv versicherungsnummer seguro assurance
    securite ipp nas sin aadhaar curp rfc codice_fiscale fiscale licence license
    """,
    "url": """
    url link website web hyperlink homepage
    """,
    "text": """
    notes note comment comments remarks remark narrative description freetext observations
    summary details notas comentario comentarios observaciones remarques commentaire
    bemerkung bemerkungen notizen kommentar opmerkingen note_libere anmerkung
    """,
}
NON_LATIN = {
    "name": """
    姓名 名前 氏名 名字 이름 성명 имя фамилия отчество фио ім'я прізвище όνομα επώνυμο اسم الاسم שם
    नाम ชื่อ
    """,
    "date": """
    生年月日 出生日期 日期 日付 생년월일 дата рождения تاريخ תאריך ημερομηνία जन्म วันเกิด
    """,
    "phone": """
    电话 電話 手机 전화 телефон هاتف טלפון τηλέφωνο
    """,
    "address": """
    地址 住所 주소 адрес عنوان כתובת διεύθυνση
    """,
    "school": """
    学校 學校 학교 школа مدرسة בית_ספר σχολείο
    """,
    "text": """
    备注 備考 비고 примечание комментарий ملاحظات הערות σχόλια
    """,
    "number": """
    病历号 身份证 полис снилс
    """,
}
PAIRS = {
    ("record", "number"): "number",
    ("record", "no"): "number",
    ("hospital", "number"): "number",
    ("hospital", "no"): "number",
    ("case", "file"): "number",
    ("chart", "number"): "number",
    ("member", "id"): "number",
    ("member", "number"): "number",
    ("national", "id"): "number",
    ("social", "security"): "number",
    ("health", "card"): "number",
    ("policy", "number"): "number",
    ("contact", "number"): "phone",
    ("post", "code"): "postcode",
    ("e", "mail"): "email",
    ("next", "kin"): "name",
    ("date", "birth"): "date",
    ("free", "text"): "text",
    ("code", "postal"): "postcode",
    ("codice", "fiscale"): "number",
}
LOOKUP = {
    word: kind
    for source in (WORDS, NON_LATIN)
    for kind, words in source.items()
    for word in words.split()
}
SHORT_BUT_SURE = word_set("dob yob tel fax mrn nhs ssn zip plz url mum dad nom")
NOT_OF_A_PERSON = word_set(
    "count counts number_of n num total times freq frequency per rate score level goal goals "
    "domain format programme program area type category readiness age year_group grade phase "
    "week weeks minutes hours yes_no flag has used sent given read play skill skills"
)

# Columns that REDCap writes itself: names of events, instruments and groups of sites.
OF_A_SYSTEM = word_set(
    "redcap_event_name event_name redcap_repeat_instrument repeat_instrument "
    "redcap_repeat_instance repeat_instance redcap_data_access_group data_access_group "
    "redcap_survey_identifier complete"
)


def kind_of_heading(heading: str) -> str:
    """Give the kind of identifier the words of a heading announce, or "".

    Accents are dropped before comparing; words about counts and goals ("phone sessions per
    week", "goal name") lift the suspicion, since a value that is a name is found by its shape.
    """
    spelled = unicodedata.normalize("NFKD", plain_name(heading))
    plain = "".join(sign for sign in spelled if not unicodedata.combining(sign))
    words = [word for word in re.split(r"[_\d]+", plain) if word]
    raw = plain_name(heading)
    if plain in OF_A_SYSTEM:
        return ""
    for word, kind in LOOKUP.items():
        if not word.isascii() and word in raw:
            return kind
    if plain in LOOKUP:
        return LOOKUP[plain]
    if any(word in NOT_OF_A_PERSON for word in words):
        return ""
    for pair, kind in PAIRS.items():
        if all(word in words for word in pair):
            return kind
    for word in words:
        if word in LOOKUP and (len(word) > 3 or word in SHORT_BUT_SURE):
            return LOOKUP[word]
    return ""
