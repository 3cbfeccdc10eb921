"""Every number a sentence says is one that it names, and that stands in the summary."""

import re
from typing import get_args

import msgspec
import pytest
from number_paths import find_number
from small_clinics import balanced_clinic, invented_records, sample_study
from stored_summaries import gate_of, with_pair

from analysis.disclosure.release import protect
from analysis.disclosure.summary import spell_summary
from analysis.settings import Settings
from analysis.study import run_study
from analysis.vocabulary import (
    CANNOT_TELL,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    Label,
)
from analysis.words.answer import say_pair
from analysis.words.tell import tell

CHOICES = {
    "effort.usual_practice": ("mark_times_a_month", "mark_minutes"),
    "who.balance": ("overlap_smd_warn",),
    "claims.H7": ("rater_margin",),
}
SMALL_MARGIN = Settings(margin=0.1)


@pytest.fixture(scope="module")
def summaries():
    planted = {"format_effects": (0.0, 0.8, 0.4), "dropout_share": 0.2}
    studies = (
        sample_study(),
        run_study(invented_records(3, n_children=90)),
        run_study(invented_records(1, n_children=150, **planted)),
        run_study(invented_records(5, n_children=120), SMALL_MARGIN),
        run_study(balanced_clinic({"individual": 30, "group": 32})),
    )
    return [msgspec.json.decode(spell_summary(tell(protect(study)))) for study in studies]


def numbers_in(part):
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list | tuple):
        return {value for item in part for value in numbers_in(item)}
    return {round(abs(part), 2)} if isinstance(part, int | float) else set()


def test_every_number_a_sentence_names_stands_in_the_summary(summaries):
    for summary in summaries:
        named = [(row["id"], path) for row in summary["sentences"] for path in row["numbers"]]
        assert len(named) > 20
        for _, path in named:
            assert find_number(summary, path) is not None


def test_every_decimal_a_sentence_says_is_one_it_names(summaries):
    for summary in summaries:
        choices = {row["name"]: row["value"] for row in summary["certainty"]["settings"]}
        for row in summary["sentences"]:
            known = {summary["margin"]} | {choices[name] for name in CHOICES.get(row["id"], ())}
            for path in row["numbers"]:
                known |= numbers_in(find_number(summary, path))
            said = {round(float(text), 2) for text in re.findall(r"\d+\.\d+", row["text"])}
            assert said <= known, row


def test_a_path_that_leads_nowhere_is_an_error_that_says_where():
    summary = {"answer": {"pairs": [{"id": "a-b", "estimate": 0.1}]}}
    assert find_number(summary, "answer.pairs.a-b.estimate") == 0.1
    with pytest.raises(KeyError, match="c-d"):
        find_number(summary, "answer.pairs.c-d.estimate")


def test_rows_that_share_a_name_stay_together():
    rows = [{"week": 12, "id": "x"}, {"week": 12, "id": "y"}, {"week": 24, "id": "x"}]
    assert find_number({"pairs": rows}, "pairs.12") == rows[:2]
    assert find_number({"pairs": rows}, "pairs.24") == rows[2]
    assert find_number({"pairs": rows}, "pairs.12.y") == rows[1]


PAIR = {"ahead": "group", "estimate": 0.4, "conf_low": 0.3, "conf_high": 0.5}
PAIR |= {"narrow_low": 0.31, "narrow_high": 0.49, "weighted": 0.2, "unsettled": None}
PAIR |= {"times": "two"}
GATE = gate_of("uneven_missing", "attrition", format="group")
CLAIMS_MORE = "further every 12 weeks"
LEAVES_OPEN = ("cannot say whether", "cannot tell", "it may be faster", "not answered")


@pytest.mark.parametrize("certainty", ["clear", "suggestive"])
@pytest.mark.parametrize("label", [name for name in get_args(Label) if name != NOT_COMPARABLE])
def test_strength_of_wording_follows_certainty_and_size(label, certainty):
    said = say_pair(*with_pair([GATE], label=label, certainty=certainty, **PAIR))
    strong = label in (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN)
    assert (CLAIMS_MORE in said.text) is strong
    sure = label in (FASTER_IMPORTANT, NO_IMPORTANT_DIFFERENCE)
    assert any(words in said.text for words in LEAVES_OPEN) is not sure
    lightly = certainty == "suggestive" and label != CANNOT_TELL
    assert ("Lean on this lightly" in said.text) is lightly
    assert said.rule == label + (".suggestive" if lightly else "")
    assert said.numbers
