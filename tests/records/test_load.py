"""Records: what was handed in comes out whole, judged, and the same from every kind of file."""

import subprocess
import sys

import pandas as pd
import pytest

from analysis.errors import RecordsError
from analysis.records.load import digest_tables, read_records, records_from_tables
from analysis.records.schema import TABLES


def flat_rows(n_children=12, weeks=(0, 6, 12)):
    formats = ("individual", "group", "combined")
    return [
        {
            "child_id": f"C{child:02d}",
            "goal_id": f"C{child:02d}-{goal}",
            "domain": ("motor", "social")[goal],
            "format": formats[child % 3],
            "week": week,
            "attainment": -2 + week // 6,
        }
        for child in range(n_children)
        for goal in range(2)
        for week in weeks
    ]


def as_tables(flat):
    return {
        "episodes": flat[["child_id", "format"]].drop_duplicates(),
        "goals": flat[["goal_id", "child_id", "domain"]].drop_duplicates(),
        "reviews": flat[["goal_id", "week", "attainment"]],
    }


@pytest.fixture
def flat():
    return pd.DataFrame(flat_rows())


def test_one_clinic_gives_one_digest_from_every_kind_of_file(flat, tmp_path):
    tables = as_tables(flat)
    expected = records_from_tables(tables).digest
    flat.to_csv(tmp_path / "flat.csv", index=False)
    flat.to_csv(tmp_path / "flat.tsv", index=False, sep="\t")
    flat.to_excel(tmp_path / "flat.xlsx", index=False)
    flat.to_parquet(tmp_path / "flat.parquet")
    with pd.ExcelWriter(tmp_path / "tables.xlsx") as book:
        for name, table in tables.items():
            table.to_excel(book, sheet_name=name.title(), index=False)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    paths = ["flat.csv", "flat.tsv", "flat.xlsx", "flat.parquet", "tables.xlsx", "folder"]
    assert {path: read_records(tmp_path / path).digest for path in paths} == dict.fromkeys(
        paths, expected
    )


def test_the_digest_ignores_the_order_of_rows_and_columns_but_no_value(flat):
    tables = as_tables(flat)
    records = records_from_tables(tables)
    turned = {name: table.iloc[::-1, ::-1].reset_index(drop=True) for name, table in tables.items()}
    assert records_from_tables(turned).digest == records.digest
    changed = {name: table.copy() for name, table in tables.items()}
    changed["reviews"].iloc[4, 2] = 1
    assert records_from_tables(changed).digest != records.digest


def test_two_columns_of_one_name_in_a_frame_are_refused_in_words(flat):
    tables = as_tables(flat)
    reviews = tables["reviews"]
    tables["reviews"] = pd.concat([reviews, reviews[["week"]]], axis=1)
    with pytest.raises(RecordsError) as refused:
        records_from_tables(tables)
    assert [(p.code, p.file, p.column) for p in refused.value.problems] == [
        ("duplicate_column", "reviews", "week")
    ]
    assert '2 columns are called "week".' in str(refused.value)


def test_frames_always_have_every_column_of_the_schema_with_its_type(flat):
    records = records_from_tables(as_tables(flat))
    for name, table in TABLES.items():
        frame = getattr(records, name)
        assert tuple(frame.columns) == table.names
        for column in table.columns:
            kind = frame[column.name].dtype
            if column.kind == "id":
                assert kind == "str"
            elif column.kind == "choice":
                assert tuple(kind.categories) == column.choices
                assert kind.ordered
            else:
                assert kind == "float64"
    assert len(records.sessions) == len(records.home_practice) == 0
    assert records.episodes["episode_id"].equals(records.episodes["child_id"].rename("episode_id"))
    assert records.goals["episode_id"].notna().all()


def test_a_goal_may_name_its_episode_instead_of_its_child(flat):
    tables = as_tables(flat)
    tables["episodes"] = tables["episodes"].assign(
        episode_id="E" + tables["episodes"]["child_id"].str[1:]
    )
    tables["goals"] = tables["goals"].assign(episode_id="E" + tables["goals"]["child_id"].str[1:])[
        ["goal_id", "episode_id", "domain"]
    ]
    records = records_from_tables(tables)
    assert list(records.goals["child_id"]) == ["C" + code[1:] for code in records.goals.episode_id]


def test_records_show_counts_and_never_a_row(flat):
    records = records_from_tables(as_tables(flat))
    for shown in (repr(records), records._repr_html_()):
        assert "about 10 children, about 25 goals and about 70 reviews" in shown
        assert not any(code in shown for code in flat["goal_id"])


def test_the_tables_handed_in_are_left_as_they_were(flat):
    tables = as_tables(flat)
    before = {name: table.copy() for name, table in tables.items()}
    records_from_tables(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_too_few_children_are_a_finding_and_not_an_error():
    flat = pd.DataFrame(flat_rows(n_children=2, weeks=(0,)))
    assert records_from_tables(as_tables(flat)).n_children == 2


def test_a_bad_file_is_refused_without_pandas_or_statistics(tmp_path):
    (tmp_path / "bad.csv").write_text(
        "child_id,goal_id,domain,format,week,attainment\nC1,G1,motor,group,0,7\n"
    )
    code = (
        "import sys\n"
        "from analysis.errors import RecordsError\n"
        "from analysis.records.load import read_records\n"
        "try:\n    read_records(sys.argv[1])\n"
        "except RecordsError as error:\n    assert 'attainment' in str(error)\n"
        "else:\n    raise SystemExit('read')\n"
        "heavy = {'pandas', 'scipy', 'statsmodels', 'matplotlib', 'openpyxl', 'pyarrow'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "bad.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_digest_of_no_tables_differs_from_that_of_one_row(flat):
    records = records_from_tables(as_tables(flat))
    tables = {name: getattr(records, name) for name in TABLES}
    empty = {name: frame.iloc[:0] for name, frame in tables.items()}
    assert digest_tables(empty) != digest_tables(tables)


def test_a_missing_path_says_so(tmp_path):
    with pytest.raises(RecordsError, match="no such file or folder"):
        read_records(tmp_path / "nowhere.csv")
