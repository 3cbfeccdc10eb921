"""Columns of groups, therapists and places written in words ("Dolphins", "Mon AM", "Site B").

In: the distinct texts of such a column. Out: whether every one is made of listed words.
Decisions: accepted only as a whole and only from listed words, single letters that run, times of
day and small numbers, because groups are also called after the person who leads them. Months are
left out (a day and a month is a date), so are words that are also given names or surnames. Bare
words of one or two letters stay refused: initials look the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from analysis.records.privacy.code_shapes import WEEK_OF_YEAR
from analysis.records.privacy.code_words import CODE_WORDS
from analysis.records.privacy.given_names import GIVEN_NAMES, SURNAMES
from analysis.records.privacy.shapes import fold
from analysis.records.text import word_set

MONTHS = word_set(
    """
    jan feb mar mrz apr may mai june july jun jul aug sep sept oct okt nov dec dez january
    february march april august september october november december wk woche w kw
    """
)
LISTED = word_set(
    """
    monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays saturday
    saturdays sunday weekday weekend mornings afternoons evenings midday noon forenoon daytime
    fm em formiddag eftermiddag ettermiddag kveld morgen morgens abend abends nachmittags
    ochtend maandagochtend maandagmiddag dinsdagochtend dinsdagmiddag woensdagochtend
    woensdagmiddag donderdagochtend donderdagmiddag vrijdagochtend vrijdagmiddag
    apres soir mattina pomeriggio sera manha noite rano popoludnie dopoledne odpoledne delutan
    delelott sabah ogle aksam aamu iltapaiva utro
    terca quinta feira de a la le les l du des il los las el der die das in and und et y e i og och
    понедельник вторник среда четверг пятница суббота утро день вечер
    δευτερα τριτη τεταρτη πεμπτη παρασκευη πρωι απογευμα
    יום ראשון שני שלישי רביעי חמישי שישי בוקר צהריים
    الاحد الاثنين الثلاثاء الاربعاء الخميس صباحا مساء
    animals dinosaurs tortoise tortoises lambs chicks ducklings kittens puppies cubs bunnies
    starfish seahorse seahorses octopus crab crabs crickets bumblebees bumblebee caterpillar
    caterpillars dragonfly dragonflies grasshoppers beetles fireflies worms kingfishers wrens
    swifts herons sparrows swallows larks hawks falcons doves geese peacocks hummingbirds
    flamingos ostriches hippos rhinos cheetahs leopards jaguars camels llamas alpacas goats sheep
    cows pigs hens mole moles toads lizards geckos crocodiles bats polar moose elk bison
    triceratops diplodocus stegosaurus rex tyrannosaurus brachiosaurus raptors
    delfin delfine robbe robben seesterne seestern pinguin pinguine fuchse eulen igel baren
    dachse hasen marienkafer schmetterling schmetterlinge bienen frosche froschen spatzen
    schildkroten eichhornchen mause katzen hunde pferde wolfe tiger elefant elefanten giraffen
    affen papageien schwalben raupen kafer ameisen schnecken biber maulwurfe waschbaren
    lions tortue tortues papillon papillons abeille abeilles coccinelle coccinelles renard renards
    hibou hiboux chouette chouettes lapin lapins dauphin dauphins ecureuil ecureuils herisson
    herissons tigres girafes elephants singes grenouilles escargots fourmis
    leones tortuga tortugas delfines buhos mariposa mariposas abejas conejos zorros tigres elefantes
    jirafas monos ranas hormigas caracoles estrellas
    vlinder vlinders egel egels vossen uil uilen bijen konijnen leeuwen dolfijnen beren
    lieveheersbeestjes eekhoorns kikkers
    bjornarna ravarna ugglorna bjornar ravar ugglor harar igelkottar fjarilar humlor bjorne raeve
    ugler harer sommerfugle bier
    farfalla farfalle leoni tartaruga tartarughe delfini gufi api coccinelle orsi volpi conigli
    misie sowy liski motyle motylki pszczolki zabki jeze krasnale biedronki wiewiorki zajaczki
    karhut ketut pollot siilit perhoset mehilaiset oravat leppakertut
    golfinhos leoes corujas borboletas abelhas coelhos tartarugas joaninhas
    kelebekler arilar aslanlar tavsanlar kaplumbagalar yunuslar kuslar
    medvedi lisky motylci vcelky berusky jezci sovy
    медвежата лисички совята зайчата пчелки ежики бельчата солнышко звездочки
    elm beeches larches poplar poplars chestnut chestnuts spruce fir cedar cedars hazels
    baum baume eiche eichen birke birken ahorn kastanie kastanien fichte
    poppies roses lilies violets bluebells snowdrops buttercups daffodils pansies primroses
    sonnenblumen tulpen ganseblumchen marguerites coquelicots girasoles margaritas
    pears peaches strawberries raspberries blueberries blackberries grapes melons kiwis figs
    apfel birnen kirschen zwetschgen erdbeeren himbeeren trauben pommes poires cerises fraises
    manzanas peras naranjas fresas carrots peas pumpkins beans potatoes tomatoes radishes onions
    emerald sapphire gem gems diamonds emeralds rubies sapphires pearls
    red blue green yellow purple white black lilac lime navy indigo cyan crimson scarlet bronze
    violett lila orange rosa blanc noir violette verte bleue blanche
    morado blanco negro viola bianco nero zwart paars bla gron gul rod vit svart czerwony
    niebieski zielony zolty czerwona niebieska zielona zolta modra cervena zelena zluta
    kirmizi mavi yesil sari turuncu punainen sininen vihrea keltainen azuis
    красный синий зеленый желтый красная синяя зеленая желтая
    moons astronauts asteroids galaxies galaxy meteors satellites space suns uranus
    trains tractors cars racing trucks lorries boats ships planes balloons helicopters buses
    bicycles scooters submarines
    sunbeams sunshine raindrops raindrop snowflakes snowflake waves breeze thunder lightning
    drums flutes violins bells trumpets guitars
    super superhero superstars allstars wizard rangers ranger sailors captains detectives inventors
    scientists builders makers artists dreamers discoverers voyagers trailblazers pioneers
    adventure adventures squad crew buddies pals mates gang hub
    circles squares triangles stars hearts diamonds ovals rectangle spiral
    ones middle middles bigger youngest younger oldest older toddlers toddler preschool
    preschoolers preschooler primary secondary juniors seniors teen teens tweens youth adolescents
    babies infants starters leavers readiness early kindergarten reception nursery elementary
    kleine mittlere grosse grosser kleinen mittleren grossen vorschule vorschulkinder schulkinder
    schulanfanger petits moyens grands petit moyen grand pequenos medianos mayores peques kleintjes
    middelsten groten piccoli medi grandi maluchy starszaki sredniaki
    handwriting writers programme program programs zone regulation regulations alert mindful
    mindfulness calm attention focus sensory integration lego bricks baking gardening woodwork
    crafts pottery painting drawing singing theatre climbing trampoline obstacle balance
    coordination fine gross adventure outdoor forest nature playgroup playtime messy water sand
    animal riding hippotherapy swimmers feeding eating picky eaters dressing shoelaces laces bike
    chat chatter chatterbox conversation speech language social thinking skill emotions anger
    worry anxiety confidence resilience self esteem transition transitions homework organisation
    executive junior
    kochgruppe psychomotorik ergotherapie schreiben klettern spielen kochen malen basteln turnen
    schwimmen bewegung wahrnehmung konzentration sozialtraining soziale kompetenz grafomotorik
    graphomotorik feinmotorik schreib koch kletter spiel bewegungs mal bastel turn schwimm
    kompetenz entspannung
    atelier cuisine psychomotricite graphisme ecriture jeu jeux motricite habiletes sociales
    peinture musique
    taller juego juegos habilidades sociales cocina escritura psicomotricidad motricidad pintura
    schrijf kook speel beweeg sova schrijven koken spelen
    laboratorio gioco cucina scrittura psicomotricita abilita sociali
    north south east west central northern southern eastern western nord sud sued ost mitte est
    ouest norte sur este oeste centro noord zuid oost syd ost vast polnoc poludnie wschod zachod
    norra sodra ostra vastra
    главный главная север юг восток запад филиал центр צפון דרום מזרח מערב מרכז
    building buildings annex annexe wing satellite branch outreach community hospital clinics ward
    headquarters hq office offices unit department centres suite floor floors ground upstairs
    downstairs 1st 2nd 3rd 4th 5th first second third fourth upper lower front back
    schools homes person remote telehealth video virtual hybrid telephone domiciliary mobile
    haupthaus zweigstelle aussenstelle hauptstelle standort praxis kita schule klinik zu hause
    ambulanz nebenstelle filiale gebaude haus erdgeschoss stock
    cabinet ecole domicile hopital clinique antenne creche visio
    sede hospital clinica colegio escuela casa domicilio consulta
    locatie praktijk thuis vestiging ziekenhuis
    mottagningen mottagning skola hemma klinikken skole hjem
    filia centrala szkola dom przychodnia sedi scuola ambulatorio
    therapist therapists therapeutin therapeutinnen behandelaar terapeuta terapeut terapista
    ergotherapeut ergotherapeutin arbetsterapeut ergotherapeute physiotherapist occupational
    terapeutti ergoterapist clinicians provider practitioner terapeute assistant
    терапевт θεραπευτης מטפלת מטפל معالج
    odd even fortnight fortnightly week weekly weeks intensive later now waiting wait rotation
    one two three four five six seven eight nine ten eins zwei drei vier funf sechs un deux trois
    quatre uno dos tres cuatro primer primero segundo tercer tercero premier deuxieme troisieme
    een twee drie vier erste zweite dritte
    under over plus years year yrs jahre ans anos after camp easter half fruhjahr
    hunters treasure mermaids unicorns lasers football basketball tennis karate judo gymnastics
    scissors heroes detectives thinkers time games game face indoor indoors outdoors light dark pale
    sunny cloudy windy rainy snowy octopuses octopus calves walruses walrus meerkats meerkat
    warthogs sloths pandas lynx chameleons iguanas salamanders jellyfish lobsters prawns stingrays
    macaws toucans woodpeckers magpies ravens crows gulls pelicans turkeys roosters
    uvas macacos mesanges sonne sonnen wolke wolken sterne sternchen regenbogen
    myror nyckelpigor reven bjornen ugla haren orsetti pulcini slunicka motylek
    katica maci suni nyuszi klasse klassen klas klasa trida
    praktikant praktikantin stagiaire practicante ergo ergoterapeut ergoterapeuter arbetsterapeut
    spoke spokes suburb city outpatients outpatient inpatient inpatients hausbesuch hausbesuche
    skola hem clinica gabinet клиника школа дом больница дома
    понедилок понеділок середа вівторок четвер п'ятниця ponedjeljak srijeda utorak cetvrtak petak
    hyenas gazelles newts narwhals moths eisbar eisbaren bagger traktor rakete raketen mollen mol
    buhos loros pinguinos igelkottar ekorrar hirvet koalor boceg bocekleri ugur lions
    azul verde amarelo kirmizi ready steady get write school move groove jump start age ages teen
    kletterkurs grundschulkinder jugendliche improvers expert nebulas hexagons cymbals ninjas
    sociale gioco permanent locum visit visits zentrum hoofdlocatie nevenlocatie klinikk klinikka
    koulu koti klinik okul ev κλινικη σχολειο σπιτι عيادة مدرسة منزل चिकित्सक นักบำบัด
    דובים אריות פילים
    skupina csoport ryhma skupiny hold lag kelompok nhom grupos groupes gruppen ekip team teams
    sabah of for the with grup grubu gruplari ομαδα קבוצה مجموعة समूह กลุ่ม
    """
)
JOINED = re.compile(
    "(?:"
    "[周週]|星期|礼拜|[月火水木金土日一二三四五六]|曜日?|上午|下午|早上|晚上|午前|午後|夕方"
    "|第|[组組]|小组|グループ|クラス|班|小|大|中"
    "|熊|鹿|海豚|兔|象|猫|狗|虎|鸟|鱼|星星|うさぎ|くま|ぞう|ひよこ|きりん|りす|パンダ|ライオン"
    "|红|蓝|绿|黄|赤|青|緑|色"
    "|ぱんだ|こあら|(?:さくら|ひまわり|たんぽぽ|すみれ|もも|ゆり|장미|해바라기|민들레|개나리|병아리|토끼|사자|곰)(?=[組组班반])|병원|학교|집|担当|クリニック|総合|公園|总部|分部|[东西南北]区|本院|分院|中心|教室|诊所|医院|学校|家庭|療法士|治疗师|治療師|치료사"
    "|[월화수목금토일]요일|오전|오후|[조반]|그룹"
    ")+"
)
ENDINGS = ("gruppe", "gruppen", "groep", "groepen", "gruppa", "kurs", "club", "training")
LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ı": "i", "đ": "d", "œ": "oe"})
CARDINAL = re.compile(r"(?:i{1,3}|iv|vi{0,3}|ix|x)\Z")
TIME = re.compile(r"(?<![\d.:])(?:0?[7-9]|1\d)[:h][0-5][05](?![\d:])")
CLOCK = re.compile(r"(?<![\d.:])(?:1[0-2]|[1-9])(?:[.:][0-5][05])?(?=\s?[ap]m\b)")
PIECE = re.compile(r"[^\s\-_/.,:;&+()#'’–]+")
YEAR = re.compile(r"20[12]\d\Z")
MOST_YEARS = 3
MOST_TEXTS = 40
LONGEST = 32
WORDS = (CODE_WORDS | LISTED | frozenset(map(fold, LISTED))) - MONTHS - GIVEN_NAMES - SURNAMES
ALSO_SURNAMES = word_set(
    """
    green white black brown gray grey young wolf wolfe fox fuchs bear bar baer lowe swan hare robins
    swift wren west winter sommer summer herbst park hill
    knight knights king day bell bells wood birch oak pine ash vogel klein gross lang
    grand petit blanc noir roux lebrun rossi bianco nero verde blanco rojo leon oso lion drum
    heller star stern mars moon mond venus hall rider waters brooks banks rivers leaves page
    carter baker cook potter mason miller smith taylor singer speaker waters field fields martin
    storm frost snow rain wind roth weiss schwarz braun lila hirsch igel eule bock
    """
)


def is_in_words(texts: Sequence[str]) -> bool:
    """Tell whether a column of groups, therapists or places is written in everyday words.

    Args:
        texts: its distinct texts.
    """
    if not texts or len(texts) > MOST_TEXTS or any(map(WEEK_OF_YEAR.search, texts)):
        return False
    if any(len(text) > LONGEST or not text[0].isalnum() for text in texts):
        return False
    if all(map(TIME.fullmatch, texts)):
        return True
    columns = [_pieces(text) for text in texts]
    letters: list[str] = []
    years: set[str] = set()
    short = surnames = 0
    for text, pieces in zip(texts, columns, strict=True):
        if not pieces:
            return False
        single = [piece for piece in pieces if len(piece) == 1 and not piece.isdigit()]
        single = [piece for piece in single if not JOINED.fullmatch(piece)]
        if len(single) > 1:
            return False
        letters += [piece[-1] for piece in pieces if JOINED.fullmatch(piece[:-1])] + single
        years |= set(filter(YEAR.match, pieces))
        words = [piece for piece in pieces if not piece.isdigit()]
        short += not re.search(r"\d", text) and all(
            len(word) <= 2 and not JOINED.fullmatch(word) for word in words
        )
        surnames += not ALSO_SURNAMES.isdisjoint(words)
    if len(years) > MOST_YEARS or 2 * surnames > len(texts):
        return False
    letters = [letter for letter in letters if letter.isalpha() and not JOINED.fullmatch(letter)]
    running = _run(letters) or _are_cardinals(texts)
    return running or not (letters or short)


def _pieces(text: str) -> list[str]:
    """Give the words and numbers of a text without times of day; nothing if one is not listed.

    Two numbers in one text could be a day and a month; a school year (23/24) is no date.
    """
    timed = TIME.sub(" ", CLOCK.sub(" ", text))
    found = [
        piece if JOINED.match(piece) else fold(piece).translate(LETTERS)
        for piece in PIECE.findall(unicodedata.normalize("NFC", timed))
    ]
    numbers = [int(piece) for piece in found if piece.isdecimal()]
    if len(numbers) > 1 and (len(numbers) > 2 or (numbers[0] + 1) % 100 != numbers[1] % 100):
        return []
    if any(number > 99 and not YEAR.match(str(number)) for number in numbers):
        return []
    if len(numbers) == len(found) or not all(map(_is_listed, found)):
        return []
    return found


def _is_listed(piece: str) -> bool:
    """Tell whether a piece is a number, a listed word with or without one, or a letter."""
    if piece.isdecimal():
        return True
    word = re.sub(r"(?<=\D)\d{1,2}\Z", "", piece)
    if word in WORDS or CARDINAL.match(word) or JOINED.fullmatch(word):
        return True
    if len(word) == 1 and word.isalpha():
        return True
    if word[-1].isascii() and JOINED.fullmatch(word[:-1]):
        return True
    return any(
        len(stem := word.removesuffix(ending).removesuffix(joint)) > 2 and stem in WORDS
        for ending in ENDINGS
        if word.endswith(ending)
        for joint in ("", "s", "n", "en")
    )


def _run(letters: Sequence[str]) -> bool:
    """Tell whether single letters follow each other, as codes do and first letters do not."""
    signs = sorted({ord(letter) for letter in letters})
    return bool(signs) and signs[-1] - signs[0] <= 2 * (len(signs) - 1)


def _are_cardinals(texts: Sequence[str]) -> bool:
    """Tell whether the texts end in Roman numbers that count from one."""
    ends = [(PIECE.findall(fold(text)) or [""])[-1] for text in texts]
    return "i" in ends and "ii" in ends and all(map(CARDINAL.match, ends))
