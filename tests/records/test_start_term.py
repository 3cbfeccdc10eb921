"""The term of the start: coarse, optional, and nowhere where it is not filled in."""

from dataclasses import replace

import pandas as pd
import pytest
from small_clinics import sample_study

from analysis.errors import RecordsError
from analysis.records.load import read_records
from analysis.records.readiness import judge_readiness
from analysis.records.schema import EPISODES, TERMS, year_of_term
from analysis.simulation.tables import table_bytes

HEAD = "child_id,goal_id,domain,format,week,attainment,start_term\n"


def write(tmp_path, *terms):
    rows = [f"c{i},g{i},motor,group,{w},-2,{t}\n" for i, t in enumerate(terms) for w in (0, 6)]
    (tmp_path / "records.csv").write_text(HEAD + "".join(rows))
    return tmp_path / "records.csv"


@pytest.mark.parametrize("spelt", ["2024_2", "2024-2", "2024/2", " 2024 2 "])
def test_a_term_is_read_however_year_and_part_are_joined(tmp_path, spelt):
    records = read_records(write(tmp_path, spelt, ""))
    assert records.episodes["start_term"].astype(object).tolist()[:1] == ["2024_2"]
    assert records.episodes["start_term"].isna().tolist() == [False, True]


@pytest.mark.parametrize("spelt", ["2024_4", "1998_1", "spring", "Jan-24", "2024"])
def test_what_is_no_term_is_refused_with_examples_and_no_long_list(tmp_path, spelt):
    with pytest.raises(RecordsError) as refused:
        read_records(write(tmp_path, spelt))
    assert "2024_1, 2024_2, 2024_3" in str(refused.value)
    assert "2031_1" not in str(refused.value)


@pytest.mark.parametrize("spelt", ["2024-02-05", "5 February 2024"])
def test_a_date_in_its_place_is_refused_for_privacy(tmp_path, spelt):
    with pytest.raises(RecordsError) as refused:
        read_records(write(tmp_path, *[spelt] * 4))
    assert refused.value.privacy
    assert spelt not in str(refused.value)


def test_terms_count_in_thirds_of_a_year():
    years = [year_of_term(TERMS.index(term)) for term in ("2024_1", "2024_2", "2025_1")]
    assert years == pytest.approx([2024, 2024 + 1 / 3, 2025])


def test_a_column_without_any_term_is_not_written_and_moves_no_digest():
    records = sample_study().records
    assert records.invented
    assert records.episodes["start_term"].isna().all()
    assert b"start_term" not in table_bytes(records.episodes, EPISODES).splitlines()[0]
    terms = pd.Categorical.from_codes([50] * len(records.episodes), list(TERMS))
    told = replace(records, episodes=records.episodes.assign(start_term=terms))
    assert b"start_term" in table_bytes(told.episodes, EPISODES).splitlines()[0]
    assert told.digest != records.digest


def test_the_check_says_once_that_calendar_time_is_not_recorded():
    said = judge_readiness(sample_study().records).tell()
    assert said.count("start_term missing everywhere") == 1
    assert "term of the start" not in said
