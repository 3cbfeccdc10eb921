"""Words that stand in codes of groups, goals, therapists and places without naming anybody.

In: nothing. Out: sets of words, in lower case without accents.
Decisions: a word that is also a given name or surname (Robin, Rose, Summer as a person) stays out
unless it is written in the plural, as groups are.
"""

from analysis.records.privacy.given_names import GIVEN_NAMES, SURNAMES
from analysis.records.privacy.shapes import COMMON_WORDS, fold
from analysis.records.text import word_set

WORDS = (
    COMMON_WORDS
    | word_set(
        """
        g gr grp group groups gruppe gruppo groupe grupo groep grupp gruppa grupa class club circle
        team cohort wave block term trial pilot test extra new neu main sub study site clinic place
        loc location centre center school home house nursery gym pool hall room garden kitchen
        online zoom am pm morning afternoon evening noon early late
        c p k s t e id ch pt kid kids kind child client patient participant subject case enfant enf
        nino pac paciente bambino barn dziecko dite gyermek lapsi
        goal ziel but objectif objetivo obj objective obiettivo doel mal cel target item
        ep episode course kurs serie
        ot ots ota cota pt pta slt slp slpa st sp psy psych ped peds ta tas tech nurse ergo logo
        physio th ther therapist therapeut staff clin clinician user worker student stud trainee
        supervisor lead senior junior doc prof rater teacher parent carer
        sc mo se so em co fm gm adl iadl self care motor sensory social emotional play
        communication comm eat dress write handwriting writing cooking lego friends friendship
        feelings food art craft music dance sport sports bike bikes cycling swim swimming drama
        lunch fun skills zones talk talking yoga lego movement moving hands fingers pencil pencils
        mon tue tues wed weds thu thur thurs fri sat sun
        mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag
        lun mar mer mie jeu jue ven vie sab dim dom lundi mardi mercredi jeudi vendredi samedi
        lunes martes miercoles jueves viernes sabado lunedi martedi mercoledi giovedi venerdi
        seg ter qua qui sex segunda terca quarta quinta sexta maandag dinsdag woensdag donderdag
        vrijdag ma wo vr
        pon wt sr czw pt sob nd poniedzialek wtorek sroda czwartek piatek
        po ut st ct pa pondeli utery streda ctvrtek patek
        man tis ons tor tors fre lor son tir
        ma ti ke to pe maanantai tiistai keskiviikko torstai perjantai
        hetfo kedd szerda csutortok pentek pzt sal car per cum pazartesi sali carsamba persembe cuma
        luni marti miercuri joi vineri
        beginner beginners advanced intermediate starter starters level basic step steps
        anfanger fortgeschrittene debutant avance principiante avanzado
        mandag tirsdag onsdag torsdag fredag mandag tisdag
        jan feb mrz apr jun jul aug sep sept oct okt nov dec dez
        aut autumn fall spr spring sum win winter herbst fruhling sommer automne ete hiver printemps
        otono primavera verano invierno
        pink grey gray brown gold silver violet turquoise teal rot blau grun gelb rouge bleu vert
        jaune rojo azul verde amarillo rosso blu giallo rood blauw groen geel roja amarilla
        bear bears lion lions tiger tigers fox foxes owl owls robins hare hares hedgehog hedgehogs
        otter otters dolphin dolphins penguin penguins rabbit rabbits bunny bunnies frog frogs
        turtle turtles whale whales shark sharks fish bee bees butterfly butterflies ladybird
        ladybirds ladybug ladybugs eagle eagles swan swans duck ducks panda pandas koala koalas
        monkey monkeys elephant elephants giraffe giraffes zebra zebras wolf wolves horse horses
        pony ponies cat cats dog dogs mouse mice squirrel squirrels badger badgers beaver beavers
        deer kangaroo kangaroos parrot parrots puffin puffins seal seals snail snails spider
        spiders ant ants baer baeren lowe lowen fuchs eule eulen igel ours chat lapin oso osos
        leon gato conejo
        apple apples banana bananas cherry cherries lemon lemons mango mangos orange oranges plum
        plums berry berries tree trees oak oaks maple maples birch beech pine pines willow willows
        daisies tulip tulips sunflower sunflowers acorn acorns
        stars star moon sun rainbow rainbows comet comets rocket rockets planet planets mars venus
        saturn jupiter mercury neptune earth sky cloud clouds ocean mountain mountains island
        explorers explorer pirates pirate heroes superheroes champions builders dragons dragon
        knights wizards robots ninjas adventurers stepping stones jumpers climbers
        circle square triangle heart diamond big little small large tiny piano guitar drum
        vormittag nachmittag mittag manana tarde matin midi middag
        alpha beta gamma delta omega
        группа понедельник вторник среда четверг пятница утро вечер ребенок цель пн вт ср чт пт
        группы группе ομαδα στοχος παιδι グループ 组 組 班 小组 그룹
        月 火 水 木 金 一 二 三 四 五 周 星期 월 화 수 목 금 مجموعة קבוצה กลุ่ม
        """
    )
) - (GIVEN_NAMES | SURNAMES)
CODE_WORDS = WORDS | frozenset(map(fold, WORDS))
FILE_WORDS = word_set(
    "img image dsc dscn dscf dcim pxl pic photo foto vid video mov mvi gopr scan screenshot "
    "bildschirmfoto wa jpg jpeg png heic pdf mp doc docx"
)
COUNTRIES = word_set(
    "al at au be bg br by ca ch cn cy cz de dk ee es fi fr gb gr hr hu ie il "
    "in is it jp kr li lt lu lv md me mk mt mx nl no nz pl pt ro rs ru se si sk tr ua uk us za"
)
