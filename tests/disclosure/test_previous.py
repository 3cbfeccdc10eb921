"""A second report beside the first: few children who came or left keep the old numbers."""

import copy
import json

import numpy as np
import pytest
from growing_clinics import grown_clinic, study_of, tables_of, without_children

from analysis import errors
from analysis.disclosure import protect
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
from analysis.disclosure.previous import check_previous
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.report import __main__ as door
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.report.summary_file import read_summary, spell_summary
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words.linter import find_faults
from analysis.words.previous import say_change

SETTINGS = Settings()
BOOKKEEPING = ("changes", "ledger", "seal", "sentences")


def codes(n, start=0):
    return frozenset(f"C{i:03d}" for i in range(start, start + n))


def kept(summary):
    return {name: part for name, part in summary.items() if name not in BOOKKEEPING}


def written(study, previous=None):
    return json.loads(spell_summary(dict(protect(study, previous).summary)))


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
    assert len(second["groups"]) == 2
    judged = judge_groups({"compared.group": codes(42)}, second, SETTINGS)
    assert judged == {"compared.group": CLOSE}


def test_the_ledger_lists_only_groups_large_enough_and_no_code():
    summary = written(study_of(120, 21))
    told = json.dumps(summary["ledger"])
    assert all(row["n_children"] >= 15 for row in summary["ledger"]["groups"])
    ids = study_of(120, 21).records.episodes["child_id"]
    assert not any(f'"{code}"' in told for code in ids)
    groups = list_groups(study_of(120, 21))
    assert {row["group"] for row in summary["ledger"]["groups"]} == set(groups)
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
    other = write_ledger(list_groups(changed), codes(9), SETTINGS, {"salt": "x", "groups": []})
    pairs = zip(first["groups"], other["groups"], strict=True)
    assert all(one["digest"] != two["digest"] for one, two in pairs)


@pytest.mark.slow
def test_a_few_new_children_repeat_the_last_report_and_say_so():
    before, after = grown_clinic(130, 23, 4)
    first = written(before)
    second = written(after, first)
    assert kept(second) == kept(first)
    assert second["changes"]["held"]
    assert second["ledger"] == first["ledger"]
    assert "those of the last report" in second["changes"]["notice"]
    assert second["changes"]["notice"] in render_text(second).replace("\n", " ")
    third = written(after, second)
    assert kept(third) == kept(first)
    assert render_pdf(second).startswith(b"%PDF-")


def test_many_new_children_give_new_numbers_beside_how_far_chance_moves_them():
    before, after = grown_clinic(200, 24, 100)
    first = written(before)
    second = written(after, first)
    assert second["changes"]["held"] == []
    assert second["answer"]["counts"] != first["answer"]["counts"]
    rows = [row for row in second["changes"]["rows"] if row["change"] is not None]
    assert rows
    for row in rows:
        now = next(p for p in second["answer"]["pairs"] if p["id"] == row["id"])
        then = next(p for p in first["answer"]["pairs"] if p["id"] == row["id"])
        assert row["change"] == pytest.approx(now["estimate"] - then["estimate"], abs=0.011)
        assert row["noise"] > max(now["std_error"], then["std_error"])
        assert row["beyond"] == (abs(now["estimate"] - then["estimate"]) > row["noise"])
    assert second["ledger"]["salt"] == first["ledger"]["salt"]
    told = {row["text"] for row in second["sentences"]}
    assert set(second["changes"]["sentences"]) <= told
    assert all(find_faults(text) == [] for text in second["changes"]["sentences"])


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
    assert second["changes"]["held"] == []
    assert "progress" in second["changes"]["held_parts"]
    assert second["progress"] == first["progress"]
    assert "how goals moved" in second["changes"]["notice"]


def test_a_change_beyond_noise_is_called_so_and_one_within_is_not():
    row = {"id": "group-individual", "this": "group", "than": "individual", "before": -0.1}
    row |= {"now": 0.5, "change": 0.6, "noise": 0.4, "beyond": True}
    assert "more than noise" in say_change(row).text
    within = row | {"now": 0.1, "change": 0.2, "beyond": False}
    assert "within noise" in say_change(within).text
    assert "not shown in both" in say_change(row | {"change": None}).text


def test_a_previous_summary_that_was_changed_or_made_otherwise_is_refused():
    summary = written(study_of(120, 21))
    check_previous(copy.deepcopy(summary), summary)
    changed = copy.deepcopy(summary)
    changed["answer"]["counts"][0]["n_children"] = 500
    other = written(
        run_study(records_from_tables(tables_of(120, 21)), Settings(margin=0.4), ask_again=False)
    )
    cases = ((changed, "changed after"), (other, "other choices"), ({"version": 1}, "not written"))
    for refused, says in cases:
        with pytest.raises(AnalysisError, match=says):
            check_previous(refused, summary)
    assert seal_summary(summary) == summary["seal"]


def test_the_door_refuses_a_previous_file_in_a_sentence(tmp_path, capsys):
    (tmp_path / "mine.json").write_text('{"mine": 1}')
    (tmp_path / "cut.json").write_bytes(b'{\n "version": 1,')
    for name in ("mine.json", "cut.json", "missing.json"):
        asked = ["--previous", str(tmp_path / name), "--output", str(tmp_path / "s.pdf")]
        assert door.main(asked) == errors.EXIT_USAGE
        assert "last report" in capsys.readouterr().err
    with pytest.raises(AnalysisError):
        read_summary(tmp_path / "mine.json")


def test_the_same_records_and_previous_summary_give_the_same_bytes():
    before, after = grown_clinic(130, 23, 4)
    first = written(before)
    one, two = (spell_summary(dict(protect(after, first).summary)) for _ in range(2))
    assert one == two
    shuffled = without_children(tables_of(130, 23), set())
    shuffled = {n: f.sample(frac=1, random_state=1) for n, f in shuffled.items()}
    again = run_study(records_from_tables(shuffled), ask_again=False)
    assert spell_summary(dict(protect(again, first).summary)) == one
