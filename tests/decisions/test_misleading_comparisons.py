"""Records that mislead the comparison: a pair is withheld, or the reason stands beside it."""

from pathlib import Path

import pytest

from analysis.records.load import read_records
from analysis.study import run_study
from analysis.vocabulary import AHEAD, CANNOT_TELL, NOT_COMPARABLE

FOLDER = Path(__file__).parent / "misleading_records"
# The rule that names the fault, for group-individual, combined-individual, combined-group.
NAMED = {
    "F01_trait_blank_in_one_format.csv": ("trait_blank", "", "trait_blank"),
    "F02_closed_as_attained_below_expected": ("closed_below", "", "closed_below"),
    "F04_each_format_at_its_own_place.csv": ("places_apart", "places_apart", "places_apart"),
    "F07_rater_differs_by_format.csv": ("unchecked_raters", "", "unchecked_raters"),
}
WITHHELD = ("trait_blank", "places_apart")


@pytest.mark.parametrize("name", NAMED)
def test_a_pair_that_a_fault_touches_is_withheld_or_said_lightly_with_the_reason(name):
    study = run_study(read_records(FOLDER / name), ask_again=False, ask_beside=False)
    for decision, rule in zip(study.verdicts.decisions, NAMED[name], strict=True):
        found = {gate.rule for gate in decision.failed}
        if rule:
            assert rule in found
            assert decision.certainty == ("" if rule in WITHHELD else "suggestive")
            # Nothing differs here: what a fault pulls apart is called neither ahead nor level.
            assert decision.label == (NOT_COMPARABLE if rule in WITHHELD else CANNOT_TELL)
        else:
            assert not found & {*WITHHELD, "closed_below", "unchecked_raters"}
            assert decision.label not in AHEAD


def test_a_group_code_used_at_two_places_is_two_groups():
    records = read_records(FOLDER / "F16_group_codes_reused_at_two_places.csv")
    sides = records.episodes.groupby("format", observed=True)["group_id"].nunique()
    assert (sides["group"], sides["combined"]) == (16, 15)
