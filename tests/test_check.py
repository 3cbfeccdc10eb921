"""The entry point that only reads and judges: quick, exact, and without any statistics."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis.check import check_records, main
from analysis.records.load import records_from_tables
from analysis.records.readiness import COSTS, judge_readiness
from analysis.records.schema import TABLES
from analysis.settings import Settings

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"


def small_records(n_children=4):
    codes = [f"C{i}" for i in range(n_children)]
    return records_from_tables(
        {
            "episodes": pd.DataFrame(
                {
                    "child_id": codes,
                    "format": ["group", "individual"] * (n_children // 2),
                    "age_years": [6.0, 6.5] * (n_children // 2),
                    "group_id": ["R1", None] * (n_children // 2),
                }
            ),
            "goals": pd.DataFrame(
                {"goal_id": [f"G{i}" for i in range(n_children)], "child_id": codes}
            ).assign(domain="motor"),
            "reviews": pd.DataFrame(
                {"goal_id": ["G0", "G0", "G1"], "week": [0, 6, 6], "attainment": [-2, -1, 0]}
            ),
        }
    )


def test_the_sample_is_judged_cold_without_statistics():
    code = (
        "import sys\nfrom analysis.check import main\n"
        f"code = main([{str(SAMPLE)!r}])\n"
        "heavy = {'scipy', 'statsmodels', 'matplotlib', 'typst', 'openpyxl'}\n"
        "print(code, sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_the_screen_tells_every_line_every_gap_and_how_unique_children_are(capsys):
    assert main([str(SAMPLE)]) == 0
    told = capsys.readouterr().out
    n_lines = sum(len((SAMPLE / f"{name}.csv").read_text().splitlines()) for name in TABLES)
    lines = [line for line in told.splitlines() if ".csv: " in line]
    assert sum(int(line.split(": ")[1].split(" ")[0].replace(",", "")) for line in lines) == n_lines
    assert "invented sample records" in told
    assert "treat as personal data" in told
    assert "anonymous" not in told


def test_a_gap_names_its_cost_and_its_share():
    ready = judge_readiness(small_records())
    gaps = ready.gaps.set_index("column")
    assert gaps.loc["therapist_id", "n_missing"] == 4
    assert "group_id" not in gaps.index
    assert "" in gaps.index
    told = ready.tell()
    assert "episodes: therapist_id missing everywhere; a therapist's work" in told
    assert "sessions: not handed in" in told


def test_a_missing_group_is_counted_among_grouped_children_only():
    records = small_records()
    records.episodes.loc[0, "group_id"] = None
    gaps = judge_readiness(records).gaps.set_index("column")
    assert list(gaps.loc["group_id", ["n_missing", "n_rows"]]) == [1, 2]


def test_goals_without_a_baseline_or_a_second_level_are_counted():
    ready = judge_readiness(small_records())
    assert ready.goals == (
        "3 of 4 goals have no level on the day they were set and are left out",
        "3 of 4 goals have fewer than two levels and are left out",
    )


def test_what_a_format_lacks_is_said_in_children_and_groups():
    formats = judge_readiness(small_records()).formats.set_index("format")
    settings = Settings()
    assert formats.loc["group", "lacking"] == (
        f"too few to compare, {settings.compare_children - 2} more children and "
        f"{settings.compare_groups - 1} more therapy groups needed"
    )
    assert list(formats["n_children"]) == [2, 2, 0]


def test_children_who_stand_out_are_those_with_a_combination_of_their_own():
    assert judge_readiness(small_records()).n_unique == 0
    records = small_records()
    records.episodes.loc[0, "age_years"] = 9.0
    ready = judge_readiness(records)
    assert ready.n_unique == 2
    assert ready.tell_uniqueness().startswith("2 of 4 children (50%)")


def test_each_cost_belongs_to_a_column_of_the_schema():
    for table, column, cost in COSTS:
        assert column in TABLES[table].names
        assert not cost.endswith(".")


def test_a_card_of_readiness_shows_no_small_count():
    shown = judge_readiness(small_records())._repr_html_()
    assert "fewer than 11" in shown
    assert "C0" not in shown


def test_a_refusal_leaves_with_its_code_and_words_on_the_error_stream(tmp_path, capsys):
    (tmp_path / "names.csv").write_text("Client name\nHarriet Blackwood\n")
    assert main([str(tmp_path / "names.csv")]) == 3
    captured = capsys.readouterr()
    assert "nothing but the headings was kept" in captured.err
    assert "Blackwood" not in captured.err + captured.out
    assert captured.out == ""
    assert main([str(tmp_path / "nothing.csv")]) == 4


def test_a_mapping_is_applied(tmp_path):
    path = ROOT / "tests" / "bad_records" / "levels_1_to_5.csv"
    (tmp_path / "mapping.toml").write_text("[levels]\nlowest = 1\n")
    ready = check_records(path, tmp_path / "mapping.toml")
    assert any("read as -2 to +2" in note for note in ready.records.notes)


def test_a_fault_of_our_own_is_named_by_place_and_never_by_its_message(monkeypatch, capsys):
    def broken(*_):
        raise ValueError("Harriet Blackwood")

    monkeypatch.setattr("analysis.check.check_records", broken)
    assert main([str(SAMPLE)]) == 1
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "Blackwood" not in told


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_wrong_usage_leaves_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "--help" in capsys.readouterr().err
