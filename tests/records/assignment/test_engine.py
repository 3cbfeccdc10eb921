"""What is proposed is certain only where it must be, and guesses are written only by that word."""

from pathlib import Path

import pytest

from analysis.check import main as check
from analysis.errors import AnalysisError, RecordsError
from analysis.records.assignment.columns import show_known
from analysis.records.assignment.engine import accept, look
from analysis.records.assignment.place import find_mapping, own_mapping
from analysis.records.load import read_records
from analysis.records.mapping import read_mapping

HELD_OUT = Path(__file__).parents[2] / "held_out"
LONG = "child_id,goal_id,domain,format,week,attainment\n"
WIDE = "Child,Goal,Area,Therapy,Pre,Post\nC1,G1,Motor,Group,-2,0\nC2,G2,Social,Both,-1,1\n"


def write(folder, text, name="goals.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_week_that_nothing_tells_is_a_guess_and_needs_that_word(tmp_path):
    path = write(tmp_path, WIDE)
    seen = look(path)
    assert [item.means for item in seen.proposal.guesses] == ["week 12"]
    with pytest.raises(AnalysisError, match="--accept guesses"):
        accept(seen)
    assert find_mapping(path) is None
    assert accept(seen, guesses=True) == own_mapping(path)
    assert read_mapping(own_mapping(path)) == seen.proposal.mapping
    assert set(read_records(path).reviews["week"]) == {0, 12}


def test_a_mapping_beside_the_records_is_said_and_serves_its_own_file_first(tmp_path):
    path = write(tmp_path, WIDE)
    accept(look(path), guesses=True)
    assert any("goals.mapping.toml beside" in note for note in read_records(path).notes)
    write(tmp_path, "[levels]\nlowest = 7\n", "mapping.toml")
    assert find_mapping(path).name == "goals.mapping.toml"
    other = write(tmp_path, WIDE, "other.csv")
    with pytest.raises(RecordsError, match="lowest"):
        read_records(other)


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ("0,1|6,5", "1 is -2 (least)"),
        ("0,0|6,4", "0 is -2 (least)"),
        ("0,-3|6,1", "is read as -2"),
        ("0,-1.5|6,0", "read as the level below"),
        ("0,Not achieved|6,Achieved", "it reads like it"),
        ("0,-2|6,99", "is missing"),
    ],
)
def test_a_scale_that_could_turn_an_answer_is_never_taken_silently(tmp_path, cells, asked):
    first, second = cells.split("|")
    path = write(tmp_path, f"{LONG}C1,G1,motor,group,{first}\nC1,G1,motor,group,{second}\n")
    with pytest.raises(RecordsError) as caught:
        read_records(path)
    assert asked in str(caught.value)


def test_formats_in_numbers_are_guesses(tmp_path):
    rows = "C1,G1,motor,1,0,-2\nC1,G1,motor,1,6,0\nC2,G2,motor,2,0,-2\nC2,G2,motor,2,6,0\n"
    path = write(tmp_path, LONG + rows)
    assert {item.given for item in look(path).proposal.guesses} == {"1", "2"}


def test_a_column_of_names_called_format_is_still_refused(tmp_path):
    rows = "".join(
        f"C{i},G{i},motor,{name},0,-2\n" for i, name in enumerate(("Emma", "Noah", "Aoife", "Liam"))
    )
    with pytest.raises(RecordsError) as caught:
        read_records(write(tmp_path, LONG + rows))
    assert caught.value.privacy
    assert "Emma" not in str(caught.value)


def test_a_name_in_a_column_of_areas_is_never_shown(tmp_path):
    rows = "".join(
        f"C{i},G{i},{'Emma Jones' if i == 3 else 'Handwriting'},group,{week},-1\n"
        for i in range(12)
        for week in (0, 6)
    )
    with pytest.raises(RecordsError) as caught:
        read_records(write(tmp_path, LONG + rows))
    assert "Emma" not in str(caught.value)
    assert "Handwriting" in str(caught.value)


def test_a_printed_command_holds_the_whole_path_quoted(tmp_path, capsys):
    folder = tmp_path / "my sheets"
    folder.mkdir()
    path = write(folder, WIDE, "My goals.csv")
    assert check([str(path)]) == 4
    told = capsys.readouterr().err
    assert f"-m analysis.check '{path}' --accept guesses" in told
    assert check([str(path), "--accept", "guesses"]) == 0


@pytest.mark.parametrize("part", ["development", "held_out", "third"])
def test_a_heading_named_after_a_person_is_masked_in_a_proposal_too(part):
    lines = (HELD_OUT / f"headings_personal_{part}.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    named = [f"{word} {line}" for line in lines for word in ("Goal", "Child", "GAS", "Area")]
    assert [line for line in lines + named if show_known(line, 3) == line] == []


def test_a_name_in_the_headings_of_visits_and_goals_is_never_printed(tmp_path):
    head = "Child,Therapy,Goal 1 Emma,Goal 1 pre (Emma),Goal 1 post,Goal 2 pre,Goal 2 post\n"
    rows = "C1,Group,Motor,-2,0,-1,1\nC2,Both,Social,-2,-1,-2,0\n"
    with pytest.raises(RecordsError) as caught:
        read_records(write(tmp_path, head + rows))
    assert "Emma" not in str(caught.value)


def test_labels_that_differ_by_their_sign_alone_keep_it(tmp_path):
    head = "child_id,goal_id,domain,format,week,attainment\n"
    rows = [("0", "(-2)"), ("6", "(-1)"), ("12", "(+1)")]
    text = head + "".join(
        f"C{i},C{i}-1,motor,individual,{week},{level}\n" for i in range(3) for week, level in rows
    )
    (tmp_path / "a.csv").write_text(text)
    mapping = {"labels": {"attainment": {"(-2)": -2, "(-1)": -1, "(+1)": 1}}}
    records = read_records(tmp_path / "a.csv", mapping=mapping)
    assert list(records.reviews["attainment"][:3]) == [-2, -1, 1]
    (tmp_path / "a.csv").write_text(text.replace("(-2)", "(2)"))
    with pytest.raises(RecordsError):
        read_records(tmp_path / "a.csv", mapping=mapping)
