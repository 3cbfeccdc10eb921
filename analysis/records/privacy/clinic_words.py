"""Words that stand in the headings and sheet names of a clinic's tables and name nobody.

In: nothing. Out: one set of words, in lower case without accents.
Decisions: names of tests stand here although many are surnames (Vineland, Conners); a word that is
not here is shown only in small letters beside one that is.
"""

from analysis.records.privacy.code_words import CODE_WORDS
from analysis.records.privacy.shapes import fold
from analysis.records.text import word_set

WORDS = word_set(
    """
    alter kode kod monat monate monaten doelcode kindcode weeknummer doelnummer stopping stopped
    dziecka tydzien ребенка код неделя 目标编号 编号
    a about above active actual after against ago agreed aid all amount an and answer any approach
    area areas arm as assessed assessment assessments assessor assist at attained attainment
    attempted attendance attended attends auditory available average avoiding away balance band
    bath batch bedtime before begin behaviour behavior bilateral billing blind blinded blocks board
    body both brushing by cancel cancellation cancellations cancelled care case caseload categories
    category cause centile change changed changes check checked checklist children chosen
    classroom cleaned client close closed coded codebook codes cognitive column columns comfort
    comfortable complete completed completion composite concentration confidence consent contact
    contacts coordination copy cost costs count counts cutting cycle daily data dataset day days
    delivered delivery detail dexterity diagnosis dictionary did difference difficulty direct
    discharge discharged disorder distance dominance done dose draft duration during each edit
    eligible emotion end ended ending endurance energy engagement enrolled entry environment
    equipment error evaluation event every exit expectation expected experience export extent
    external eye factor families fatigue fee fees feedback field fidelity fifth file fill final
    first fit five fixed flag follow following follows for form format formats four fourth frequency
    from function functional funder gain gas gender general given goal goals grade grades grasp grip
    gross group groups had hand handed handedness hands has height high home hour hours household
    how if importance improve improvement in inattention include included income independence
    independent index indirect individual info information initial input instance instruction
    instructions intake intensity intensive interest interval intervention is item items joint key
    kind km label language last late later lateral left legend legibility length lent less level
    levels list location log logs long low lowest made main major manual mark marks maximum mean
    meals mealtime mealtimes measurable measure measured measures median medical meet memory met
    metres mins minute minutes mixed missed missing mobility modality mode moderate module month
    monthly months mood motivation motor much need needs nine no non nonverbal norm not number
    numbers objective objectives observed occupation occupational of off offered older on one open
    or oral order organisation other others out outcome outcomes overall own page pain parents
    part partial participation parts passed payer peer peers per percent percentage percentile
    percentiles perception perceptual performance period phase physical place plan planned planning
    playground playing point points position post posttest posture practice practised practiced
    praxis pre preference present pretest previous primary priority problem problems procedure
    process processing profile program programme progress project prompt prompts proprioceptive
    protocol provider purpose quadrant quality quarter quarterly question questionnaire quotient
    range rank rate rated rater raters rates rating ratings ratio raw reached reaction readiness
    reading ready reason reasons recall received record recorded records referral referrals
    referred regulation reliability remaining repeat repeated report reported reports research
    residual responsibility response rest result results retest reverse review reviewed reviewer
    reviews right routine routines row rows safety same sample satisfaction scale scaled score
    scored scores scoring seating second seconds section seeking self sensation sensitivity sensory
    separate series service services session sessions set setting settings seven severity sex
    short sibling siblings signed since site six size skill skills sleep social source specific
    speed spent stage standard standardised start started state statistics status step steps still
    strategies strategy strength stress strengths sub subgroup subscale subtest subtotal sum
    summary supervision supervised support supports survey symptom symptoms system systems table
    tables tactile target targets task tasks tense term terms test tests text than the their
    theme therapies therapy third three threshold through time timepoint timepoints times to toilet
    tone total totals touch training transfer transport travel treatment treatments trend two type
    types under unit units unmet until up upper use used using valid value values variable
    variables verbal verified version vestibular view visit visits visual wait waited waiting walk
    walking was wave week weekly weeks weight weights were when where whether which who why with
    within without word words work writing year yearly years yes younger zone zones
    t z sd se ci id ids nr no num pct perc cm mm kg g m s ms min h hr hrs hz n x y r l
    t0 baseline followup raw v w wk wks wk yr yrs mo mos mth mths dna smart blinded rct redcap
    gas copm canmped mabc movement battery assessment bot bruininks oseretsky pdms peabody vmi
    beery buktenica dtvp tvps mvpt sipt spm sensory dunn conners snap vanderbilt vineland abas
    bayley mullen wisc wppsi wais nepsy brief celf ppvt ctopp raven ravens srs sdq cbcl psi pedsql
    kidscreen casp pem cape pac pegs cosa scope acis amps esi sfa pedi cat weefim fim gmfm gmfcs
    macs cfcs edacs vss aha abilhand cheq quest melbourne ashworth tardieu pasat dcdq etch dash
    minnesota print cshq bambi chaq promis eq5d cgi csq mpoc fes alliance cars ados adi icd icf dsm
    asd adhd dcd cp gdd sld ld asq gci gec fsiq iq mpoc prpp help brunel lezine cdi mchat ysq
    kinesthesia stereognosis internalising externalising internalizing externalizing irritability
    hyperactivity reception comprehension expressive receptive vision hearing epilepsy medication
    orthosis splint wheelchair fine
    episodes observation observations observed seen home_practice readme tabelle feuil folder
    placement ins policy insurance interpreter needed f aide aides coach coaching observer
    partner park praxis schule zuhause hause domicile ecole cabinet casa escuela clinica scuola
    ambulatorio thuis praktijk hem skola klinik dom szkola gabinet дом школа центр
    家 学校 園 诊所 집 학교 센터
    lives pc practice sheet feuille hoja foglio blad ark arkusz list lista liste ubersicht
    gesamt
    ziel ziele zielbereich zielerreichung zielniveau woche wochen bewertung therapieform alter jahre
    gruppe gruppen einzel sitzung sitzungen anzahl stufe stand beginn ende dauer minuten anfang
    ergebnis ergebnisse bereich schweregrad grund kind kinder einrichtung wert werte punkte daten
    therapie kennung nummer haufigkeit ausgangswert verlauf abschluss format geschlecht
    semaine semaines objectif objectifs niveau niveaux age enfant enfants groupe groupes seance
    seances duree debut fin au du de des le la les un une en et a par pour sur domaine domaines
    motif raison lieu note notes cotation evaluation resultat resultats type frequence modalite
    donnees sexe gravite numero code codes
    semana semanas objetivo objetivos meta metas nivel niveles edad nino ninos grupo grupos sesion
    sesiones duracion inicio fin area areas motivo lugar puntuacion puntaje resultado resultados
    tipo frecuencia modalidad datos sexo gravedad codigo y el los las del por para
    settimana settimane obiettivo obiettivi livello livelli eta bambino gruppo gruppi seduta sedute
    durata inizio fine ambito motivo luogo punteggio risultato tipo frequenza modalita dati sesso
    gravita codice
    objetivos nivel idade crianca grupo sessao sessoes duracao inicio area motivo local pontuacao
    resultado tipo frequencia modalidade dados sexo gravidade dominio semanas
    week weken doel doelen niveau leeftijd kind groep groepen sessie sessies duur begin einde
    gebied domein reden plaats score resultaat soort frequentie vorm geslacht ernst gegevens
    vecka veckor mal niva alder barn grupp grupper tid start slut omrade skal plats poang resultat
    typ uke uker maal alder gruppe gruppar okt slutt omraade grunn sted poeng resultat
    uge uger maal niveau alder gruppe session start slut omrade arsag
    viikko viikot tavoite tavoitteet taso ika lapsi ryhma kerta kesto alku loppu alue syy paikka
    tydzien tygodnie cel cele poziom wiek dziecko grupa grupy sesja czas poczatek koniec obszar
    powod miejsce wynik rodzaj
    tyden tydny cil cile uroven vek dite skupina sezeni trvani zacatek konec oblast duvod misto
    het hetek celok szint eletkor gyermek csoport ulesek terulet
    hafta haftalar hedef hedefler duzey yas cocuk grup seans sure baslangic bitis alan neden yer
    неделя недели цель цели уровень возраст ребенок группа сеанс занятие начало конец область
    сфера причина место оценка балл результат формат пол
    тиждень ціль рівень вік дитина група
    εβδομαδα εβδομαδες στοχος στοχοι επιπεδο ηλικια παιδι ομαδα συνεδρια
    週 第 回 目標 得点 点数 年齢 年 月 日 数 領域 領域名 形式 群 頻度 評価 評価者 開始 終了
    子 児 番号
    周 目标 水平 得分 评分 年龄 儿童 编号 领域 小组 次数 开始 结束 结果
    주 목표 점수 수준 나이 아동 번호 영역 그룹 시작 종료 평가
    الأسبوع الهدف المستوى العمر الطفل المجموعة המטרה שבוע יעד רמה גיל ילד קבוצה
    सप्ताह लक्ष्य स्तर आयु बच्चा समूह สัปดาห์ เป้าหมาย ระดับ อายุ เด็ก กลุ่ม
    """
)
LONG_CODE_WORDS = frozenset(word for word in CODE_WORDS if len(word) > 2 or not word.isascii())
CLINIC_WORDS = LONG_CODE_WORDS | WORDS | frozenset(map(fold, WORDS))
