"""A reader of the page for families: turns printed lines into claims, and holds them to a truth.

It knows only what stands on the paper: no rule, no id and no number behind a sentence.
"""

import re

from analysis.words.family_factors import MARKS

SAME = 1e-9
FORMATS = ("individual", "group", "combined")
ALL_PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))
A, B = (rf"(?P<{name}>{'|'.join(FORMATS)}) therapy" for name in "ab")
TRAITS = {"Attention": "attention", "Other children": "peer_comfort"}
STATES = (MARKS["show"], MARKS["hint"])


def list_lines(page):
    """Give the lines of a page as they are printed, each with the name it stands under."""
    return [
        *(f"{row.format.capitalize()}: {row.number.text}" for row in page.hundreds),
        *(sentence.text for sentence in page.sure),
        *(f"{row.title}: {MARKS[row.mark]}. {row.answer.text}" for row in page.factors),
    ]


def read_line(line):
    """Give what a reader takes from a line: (what, of whom, than whom, value) for each claim."""
    head, _, body = line.partition(": ")
    if found := re.search(r"About (\d+) of 100 \(range (\d+) to (\d+)\)", body):
        return [("of_100", head.lower(), "", tuple(map(int, found.groups()[1:])))]
    if head in TRAITS or head in ("Kind of goal", "Practice at home", "Both at once"):
        return list(_read_factor(head, body))
    pairs = _read_pairs(head)
    if found := re.match(r"goals moved (faster|slower) in", body):
        return [("faster", *pair, found[1] == "faster") for pair in pairs]
    if body.startswith("any gap"):
        return [("alike", *pair, None) for pair in pairs]
    if found := re.match(r"no sign that goals move (faster|slower) in", body):
        return [("not_behind", *pair, found[1] == "slower") for pair in pairs]
    if "cannot tell" in body:
        return [("unknown", *pair, None) for pair in pairs]
    return [("not_compared", *pair, None) for pair in pairs]


def _read_pairs(head):
    """Give the pairs of formats that a line is about, the first its subject."""
    names = [name for name in re.findall(r"[a-z]+", head.lower()) if name in FORMATS]
    if " next to " in head:
        return [(names[0], other) for other in names[1:]]
    return list(ALL_PAIRS) if len(names) == 3 else [tuple(names)] if len(names) == 2 else []


def _read_factor(head, body):
    if not body.startswith(STATES):
        return
    if found := re.search(rf"balance between (\w+) and {B} moved towards {A}", body):
        this, than = found[1], found["b"]
        yield "by_" + TRAITS[head], this, than, found["a"] == this
    elif found := re.search(rf"gap between (\w+) and {B}", body):
        what = "by_" + TRAITS[head] if head in TRAITS else "within"
        yield f"{what}_alike", found[1], found["b"], None
    elif found := re.search(rf"social goals moved (more|less) in {A} than in {B}", body):
        yield "within", found["a"], found["b"], found[1] == "more"
    elif found := re.search(r"goals moved (faster|slower)\. Which", body):
        yield "practice", "", "", found[1] == "faster"
    elif "moved no slower" in body:
        yield "both_kinds", "combined", "", None
    elif found := re.search(rf"(Skill|Social) goals moved slower than in {A}", body):
        yield found[1].lower(), "combined", found["a"], False
    else:
        raise AssertionError(f"A reader cannot tell what this line claims: {head}: {body}")


def is_false_claim(claim, truth, margin, week, practice=0.0):
    """Tell whether a claim is not so in a clinic whose truth `true_contrasts` gave.

    Args:
        claim: as `read_line` gives it.
        truth: nested as `true_contrasts` says.
        margin: smallest difference that matters.
        week: the week that goals of 100 are counted by.
        practice: what practice at home adds in truth.
    """
    what, this, than, value = claim
    every, rates = truth["everyone"], truth["could_have_had_any"]
    name = f"{this} - {than}"
    if what == "of_100":
        share = 100 * every[f"attained_by_week_{week}"]["means"][this]
        return not value[0] - 0.5 <= share <= value[1] + 0.5
    if what == "practice":
        return (practice if value else -practice) < SAME
    if what == "both_kinds":
        differences = [
            rates[kind]["differences"].get(f"combined - {other}", 0.0)
            for kind in ("rate_skill", "rate_social")
            for other in ("individual", "group")
        ]
        return min(differences) <= -margin
    measure = {
        "within": "social_minus_skill",
        "within_alike": "social_minus_skill",
        "skill": "rate_skill",
        "social": "rate_social",
    }.get(what, "rate")
    if what.startswith("by_"):
        # Shown is a shift over two points of a rating.
        true = 2 * rates["rate"][what.removesuffix("_alike")].get(name, 0.0)
    else:
        true = rates[measure]["differences"].get(name, 0.0)
    if what in ("unknown", "not_compared"):
        return False
    if what.endswith("alike"):
        return abs(true) >= margin
    signed = true if value else -true
    return signed <= -margin if what == "not_behind" else signed < SAME


def find_conflicts(summary, page):
    """Give the lines of a page that say of a pair what page 1 does not say.

    Args:
        summary: the told summary that the page was told from.
        page: the page.
    """
    pairs = {(pair.this, pair.than): pair for pair in summary.answer.pairs}
    wrong = []
    for line in list_lines(page):
        for what, this, than, value in read_line(line):
            if what not in ("faster", "alike", "not_behind", "unknown", "not_compared"):
                continue
            pair = pairs[(this, than)]
            allowed = {
                "faster": ("faster_important", "faster_size_uncertain"),
                "alike": ("no_important_difference",),
                "not_behind": ("rules_out_importantly_slower",),
                "unknown": ("cannot_tell", "depends_on_adjustment"),
            }.get(what, ("not_comparable",) if pair.estimate is not None else (pair.label,))
            turned = value is not None and (pair.ahead == this) != value
            if pair.label not in allowed or turned:
                wrong.append(line)
    return wrong


def measure_grade(texts):
    """Give the Flesch-Kincaid grade of texts, syllables counted by groups of vowels.

    Source: Kincaid et al. 1975, Naval Technical Training Command, Research Branch Report 8-75.
    """
    text = " ".join(texts)
    n_sentences = max(len(re.findall(r"[.?!](?:\s|$)", text)), 1)
    words = re.findall(r"[a-z']+", text.lower())
    syllables = sum(map(count_syllables, words))
    return 0.39 * len(words) / n_sentences + 11.8 * syllables / len(words) - 15.59


def count_syllables(word):
    """Count the syllables of an English word: groups of vowels, less a silent e."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith(("e", "es", "ed")) and not word.endswith(("le", "ted", "ded", "ses"))
    return max(groups - silent, 1)
