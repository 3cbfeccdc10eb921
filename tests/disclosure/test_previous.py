"""A second report beside the first: few children who came or left keep the old numbers."""

import json

import numpy as np
import pytest
from attacker import read_json
from growing_clinics import grown_clinic, published_of, study_of, tables_of, without_children
from msgspec.structs import replace

from analysis import errors
from analysis.disclosure.ledger import (
    APART,
    CLOSE,
    NEW,
    SAME,
    judge_groups,
    list_groups,
    seal_summary,
    write_ledger,
)
from analysis.disclosure.previous import check_previous, stand_beside
from analysis.disclosure.release import protect
from analysis.disclosure.summary import Ledger, parse_summary, spell_summary
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.report import __main__ as command
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.report.summary_file import read_summary
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words.tell import tell

SETTINGS = Settings()
BOOKKEEPING = ("changes", "ledger", "seal", "sentences")


def codes(n, start=0):
    return frozenset(f"C{i:03d}" for i in range(start, start + n))


def kept(summary):
    return {name: part for name, part in read_json(summary).items() if name not in BOOKKEEPING}


def written(study, previous=None):
    """Give a told summary as the next report reads it from its file."""
    return parse_summary(spell_summary(tell(protect(study, previous))))


@pytest.mark.parametrize(
    ("n", "verdict"),
    [(40, SAME), (39, CLOSE), (41, CLOSE), (50, CLOSE), (52, CLOSE), (53, APART), (27, APART)],
)
def test_a_group_is_close_unless_so_many_surely_came_or_left(n, verdict):
    ledger = write_ledger({"compared.group": codes(40)}, codes(90), SETTINGS)
    assert judge_groups({"compared.group": codes(n)}, ledger, SETTINGS) == {
        "compared.group": verdict
    }


def test_as_many_children_who_are_others_count_as_close():
    ledger = write_ledger({"compared.group": codes(40)}, codes(90), SETTINGS)
    judged = judge_groups({"compared.group": codes(40, start=1)}, ledger, SETTINGS)
    assert judged == {"compared.group": CLOSE}
    assert judge_groups({"week.6.group": codes(40)}, ledger, SETTINGS) == {"week.6.group": NEW}


def test_a_group_is_held_against_every_report_before_not_only_the_last():
    first = write_ledger({"compared.group": codes(40)}, codes(90), SETTINGS)
    second = write_ledger({"compared.group": codes(60)}, codes(90), SETTINGS, first)
    assert len(second.groups) == 2
    judged = judge_groups({"compared.group": codes(42)}, second, SETTINGS)
    assert judged == {"compared.group": CLOSE}


def test_the_ledger_lists_only_groups_large_enough_and_no_code():
    summary = published_of(120, 21)
    told = json.dumps(read_json(summary)["ledger"])
    assert all(row.n_children >= 15 for row in summary.ledger.groups)
    ids = study_of(120, 21).records.episodes["child_id"]
    assert not any(f'"{code}"' in told for code in ids)
    groups = list_groups(study_of(120, 21))
    assert {row.group for row in summary.ledger.groups} == set(groups)
    assert all(len(ids) >= SETTINGS.smallest_cell for ids in groups.values())


def test_digests_hang_on_codes_and_salt_and_on_nothing_that_was_recorded():
    tables = {name: frame.copy() for name, frame in tables_of(120, 21).items()}
    attention = tables["episodes"]["attention"]
    tables["episodes"]["attention"] = attention.where(attention != 5, 4.0)
    changed = run_study(records_from_tables(tables), ask_again=False)
    first, second = (
        write_ledger(list_groups(s), codes(9), SETTINGS)
        for s in (
            study_of(120, 21),
            changed,
        )
    )
    assert first == second
    other = write_ledger(list_groups(changed), codes(9), SETTINGS, Ledger(salt="0f", groups=()))
    pairs = zip(first.groups, other.groups, strict=True)
    assert all(one.digest != two.digest for one, two in pairs)


@pytest.mark.slow
def test_a_few_new_children_repeat_the_last_report_and_say_so():
    before, after = grown_clinic(130, 23, 4)
    first = written(before)
    second = written(after, first)
    assert kept(second) == kept(first)
    assert second.previous.held
    assert second.ledger == first.ledger
    told = second.texts["changes.held"]
    assert "those of the last report" in told
    assert told in render_text(second).replace("\n", " ")
    third = written(after, second)
    assert kept(third) == kept(first)
    assert render_pdf(second).startswith(b"%PDF-")


def test_many_new_children_give_new_numbers_beside_how_far_chance_moves_them():
    before, after = grown_clinic(200, 24, 100)
    first = written(before)
    second = written(after, first)
    assert second.previous.held == ()
    assert second.answer.counts != first.answer.counts
    rows = [row for row in second.previous.rows if row.change is not None]
    assert rows
    for row in rows:
        now = next(p for p in second.answer.pairs if p.id == row.id)
        then = next(p for p in first.answer.pairs if p.id == row.id)
        assert row.change == pytest.approx(now.estimate - then.estimate, abs=0.011)
        assert row.noise > max(now.std_error, then.std_error)
        assert row.beyond == (abs(now.estimate - then.estimate) > row.noise)
    assert second.ledger.salt == first.ledger.salt
    assert second.previous.since == first.counted("all")


def test_a_part_about_few_new_reviews_keeps_its_numbers_alone():
    tables = {name: frame.copy() for name, frame in tables_of(140, 25).items()}
    goals = tables["goals"].set_index("goal_id")["child_id"]
    late = tables["reviews"]["week"] > 15
    child = goals.reindex(tables["reviews"]["goal_id"]).to_numpy()
    few = set(sorted(set(child[late]))[:6])
    cut = late.to_numpy() & np.isin(child, list(few))
    tables["reviews"] = tables["reviews"][~cut].reset_index(drop=True)
    before = run_study(records_from_tables(tables), ask_again=False)
    first = written(before)
    second = written(study_of(140, 25), first)
    assert second.previous.held == ()
    assert "progress" in second.previous.held_parts
    assert second.progress == first.progress
    assert "how goals moved" in second.texts["changes.held"]


def test_ways_of_asking_about_few_new_children_are_held_without_the_gates_of_the_answer():
    summary = published_of(120, 21)
    study = study_of(120, 21)
    groups = {name: ids for name, ids in list_groups(study).items() if not name.startswith("asked")}
    printed = groups | {"asked.complete_traits.group": codes(40)}
    first = replace(summary, ledger=write_ledger(printed, codes(90), SETTINGS))
    first = replace(
        first, method=replace(first.method, analyses=first.method.analyses[:1], gates=())
    )
    first = replace(first, seal=seal_summary(first))
    now = groups | {"asked.complete_traits.group": codes(42)}
    second = stand_beside(summary, first, now, [], SETTINGS)
    assert second.previous.held_parts == ("certainty", "sensitivity", "claims")
    assert second.method.analyses == first.method.analyses
    assert second.method.gates == summary.method.gates
    assert second.answer == summary.answer
    kept_groups = {row.group for row in second.ledger.groups}
    assert [row for row in second.ledger.groups if row.group.startswith("asked")] == [
        row for row in first.ledger.groups if row.group.startswith("asked")
    ]
    assert kept_groups == set(printed)


def test_a_previous_summary_that_was_changed_or_made_otherwise_is_refused():
    summary = published_of(120, 21)
    check_previous(tell(summary), summary)
    counts = (replace(summary.answer.counts[0], n_children=500), *summary.answer.counts[1:])
    ledger = replace(summary.ledger, groups=summary.ledger.groups[1:])
    records = records_from_tables(tables_of(120, 21))
    other = protect(run_study(records, Settings(margin=0.4), ask_again=False))
    cases = (
        (replace(summary, answer=replace(summary.answer, counts=counts)), "changed after"),
        (replace(summary, ledger=ledger), "changed after"),
        (replace(summary, seal=""), "changed after"),
        (other, "other choices"),
    )
    for refused, says in cases:
        with pytest.raises(AnalysisError, match=says):
            check_previous(refused, summary)
    assert seal_summary(summary) == summary.seal


def test_no_sentence_of_the_earlier_file_is_repeated():
    before, after = grown_clinic(130, 23, 4)
    first = written(before)
    lies = tuple(replace(row, text="Group therapy is best.") for row in first.sentences)
    second = written(after, replace(first, sentences=lies))
    assert second.previous.held
    assert "Group therapy is best." not in second.texts.values()
    assert kept(second) == kept(first)


def test_the_command_refuses_a_previous_file_in_a_sentence(tmp_path, capsys):
    (tmp_path / "mine.json").write_text('{"mine": 1}')
    (tmp_path / "cut.json").write_bytes(b'{\n "version": 1,')
    (tmp_path / "old.json").write_bytes(b'{\n "version": 2,\n "title": "x"\n}\n')
    for name in ("mine.json", "cut.json", "old.json", "missing.json"):
        asked = ["--previous", str(tmp_path / name), "--output", str(tmp_path / "s.pdf")]
        assert command.main(asked) == errors.EXIT_USAGE
        assert "last report" in capsys.readouterr().err
    with pytest.raises(AnalysisError):
        read_summary(tmp_path / "mine.json")


def test_the_same_records_and_previous_summary_give_the_same_bytes():
    before, after = grown_clinic(130, 23, 4)
    first = written(before)
    one, two = (spell_summary(tell(protect(after, first))) for _ in range(2))
    assert one == two
    shuffled = without_children(tables_of(130, 23), set())
    shuffled = {n: f.sample(frac=1, random_state=1) for n, f in shuffled.items()}
    again = run_study(records_from_tables(shuffled), ask_again=False)
    assert spell_summary(tell(protect(again, first))) == one
