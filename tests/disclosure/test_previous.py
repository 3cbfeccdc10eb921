"""A second report beside the first: few children who came or left keep the old numbers."""

import functools
import json

import msgspec
import numpy as np
import pandas as pd
import pytest
from attacker import numbers_of, read_json
from block_clinics import end_reviews
from growing_clinics import (
    grown_clinic,
    new_ledger,
    published_of,
    study_of,
    tables_of,
    without_children,
)
from msgspec.structs import asdict, replace
from small_clinics import sample_study

from analysis.disclosure.groups import list_groups
from analysis.disclosure.ledger import APART, CLOSE, NEW, SAME
from analysis.disclosure.previous import PARTS, WHOLE, judge_previous, stand_beside
from analysis.disclosure.release import protect
from analysis.disclosure.seal import seal_summary
from analysis.disclosure.summary import parse_summary, spell_summary
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words.tell import tell

SETTINGS = Settings()
SMALLEST = SETTINGS.smallest_cell
BOOKKEEPING = ("changes", "ledger", "report", "seal", "sentences")
CHILD = "Mia Okafor"


def codes(n, start=0):
    return frozenset(f"C{i:03d}" for i in range(start, start + n))


def kept(summary):
    return {name: part for name, part in read_json(summary).items() if name not in BOOKKEEPING}


def written(study, ledger, previous=None):
    """Give a told summary as the next report reads it from its file."""
    return parse_summary(spell_summary(tell(protect(study, ledger, previous))))


def judged(now, *before):
    """Give the verdict of a group of children beside those of earlier reports, one on another."""
    ledger, last = new_ledger(), ""
    for number, ids in enumerate(before):
        ledger.remember_report(f"{number:x}", last, {"compared.group": ids})
        last = f"{number:x}"
    return ledger.judge_groups({"compared.group": now}, last, SMALLEST)["compared.group"]


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (codes(40), SAME),
        (codes(39), CLOSE),
        (codes(41), CLOSE),
        (codes(50), CLOSE),
        (codes(51), APART),
        (codes(30), CLOSE),
        (codes(29), APART),
        (codes(40, start=1), CLOSE),
        (codes(40, start=5), CLOSE),
        (codes(40, start=6), APART),
        (codes(40, start=100), APART),
        (codes(0), APART),
    ],
)
def test_a_group_is_close_when_one_to_ten_children_came_or_left(now, verdict):
    assert judged(now, codes(40)) == verdict


def test_a_group_too_small_to_print_is_remembered_so_that_the_eleventh_child_is_seen():
    assert judged(codes(11), codes(10)) == CLOSE
    assert judged(codes(10), codes(11)) == CLOSE
    assert judged(codes(6), codes(5)) == SAME
    assert judged(codes(16), codes(5)) == APART


def test_a_group_is_held_against_every_report_before_not_only_the_last():
    assert judged(codes(42), codes(40), codes(60)) == CLOSE
    assert judged(codes(42), codes(60)) == APART
    assert judged(codes(6), codes(5), codes(16)) == CLOSE


def test_a_group_of_another_name_is_new_and_a_report_that_is_not_known_is_refused():
    ledger = new_ledger()
    ledger.remember_report("a", "", {"compared.group": codes(40)})
    assert ledger.judge_groups({"week.6.group": codes(40)}, "a", SMALLEST) == {"week.6.group": NEW}
    with pytest.raises(AnalysisError, match="older copy"):
        ledger.judge_groups({"compared.group": codes(40)}, "b", SMALLEST)


def test_every_kind_of_group_belongs_to_a_part_that_can_be_held():
    kinds = {name.partition(".")[0] for name in list_groups(sample_study())}
    assert kinds == set(PARTS) | {WHOLE}


def test_groups_name_everyone_behind_the_flow_and_the_cautions():
    study = study_of(120, 21)
    groups, flow = list_groups(study), study.cohort.flow.set_index("step")
    for step in flow.index:
        for name in ("individual", "group", "combined"):
            assert len(groups[f"flow.{step}.{name}"]) == flow.loc[step, name]
    for name, n in study.cohort.n_children.items():
        assert len(groups[f"compared.{name}"]) == n
        gone = study.cohort.started[name] - study.cohort.stayed[name]
        assert len(groups[f"missing.{name}"]) == gone


def test_a_summary_holds_no_digest_of_children_and_none_of_the_records_that_others_can_make():
    study = study_of(120, 21)
    summary = protect(study, new_ledger())
    told = spell_summary(tell(summary)).decode()
    assert study.records.digest not in told
    assert summary.records.id
    assert summary.records.id != protect(study, new_ledger("cd")).records.id
    assert protect(study).records.id == ""
    assert {"ledger", "report", "seal"} <= set(read_json(summary))
    assert all(isinstance(read_json(summary)[name], str) for name in ("ledger", "report", "seal"))


def test_the_ledger_holds_no_code_and_its_digests_hang_on_the_secret():
    study, (one, other) = study_of(120, 21), (new_ledger(), new_ledger("cd"))
    for ledger in (one, other):
        protect(study, ledger)
    told = msgspec.json.encode(one.content).decode()
    assert not any(f'"{code}"' in told for code in study.records.episodes["child_id"])
    assert set(one.content.children).isdisjoint(other.content.children)
    assert len(one.content.children) == len(set(study.records.episodes["child_id"]))
    assert one.id != other.id


@pytest.mark.slow
def test_a_few_new_children_repeat_the_last_report_and_say_so():
    before, after = grown_clinic(130, 23, 4)
    ledger = new_ledger()
    first = written(before, ledger)
    second = written(after, ledger, first)
    assert kept(second) == kept(first)
    assert second.previous.held
    told = second.texts["changes.held"]
    assert "those of the last report" in told
    assert told in render_text(second).replace("\n", " ")
    third = written(after, ledger, second)
    assert kept(third) == kept(first)
    assert render_pdf(second).startswith(b"%PDF-")


def test_many_new_children_give_new_numbers_beside_how_far_chance_moves_them():
    before, after = grown_clinic(200, 24, 100)
    ledger = new_ledger()
    first = written(before, ledger)
    second = written(after, ledger, first)
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
    assert second.ledger == first.ledger == ledger.id
    assert second.previous.since == first.counted("all")


def test_a_part_about_few_new_reviews_keeps_its_numbers_alone():
    tables = {name: frame.copy() for name, frame in tables_of(140, 25).items()}
    goals = tables["goals"].set_index("goal_id")["child_id"]
    late = tables["reviews"]["week"] > 15
    child = goals.reindex(tables["reviews"]["goal_id"]).to_numpy()
    few = set(sorted(set(child[late]))[:6])
    cut = late.to_numpy() & np.isin(child, list(few))
    tables["reviews"] = tables["reviews"][~cut].reset_index(drop=True)
    ledger = new_ledger()
    first = written(study_from(tables), ledger)
    second = written(study_of(140, 25), ledger, first)
    assert second.previous.held == ()
    assert "progress" in second.previous.held_parts
    assert second.progress == first.progress
    assert "how goals moved" in second.texts["changes.held"]


def study_from(tables):
    return run_study(records_from_tables(tables), ask_again=False)


def beside(groups, changed):
    """Give the last report and the next, of whose groups only some changed."""
    summary, ledger = published_of(120, 21), new_ledger()
    first = seal_summary(replace(summary, ledger=ledger.id), ledger)
    ledger.remember_report(first.report, "", groups)
    now = dict(groups) | changed
    verdicts = ledger.judge_groups(now, first.report, SMALLEST)
    return first, stand_beside(summary, first, now, verdicts, SETTINGS)


def test_ways_of_asking_about_few_new_children_are_held_without_the_gates_of_the_answer():
    groups = list_groups(study_of(120, 21)) | {"asked.complete_traits.group": codes(40)}
    first, (second, printed) = beside(groups, {"asked.complete_traits.group": codes(42)})
    assert second.previous.held_parts == ("certainty", "sensitivity", "claims")
    assert second.method.analyses == first.method.analyses
    assert second.answer == published_of(120, 21).answer
    assert not any(name.startswith("asked") for name in printed)
    assert {n for n in groups if not n.startswith("asked")} == set(printed)


@pytest.mark.parametrize("name", ["goals.before.all", "raters.other.all", "missing.group"])
def test_a_caution_whose_children_are_close_keeps_the_last_reports_share(name):
    groups = list_groups(study_of(120, 21)) | {name: codes(20)}
    _, (second, printed) = beside(groups, {name: codes(19)})
    assert "cautions" in second.previous.held_parts
    assert name not in printed


def newcomer(tables, n, *, goals):
    """Give tables with `n` more children in group therapy, copied from others."""
    episodes = tables["episodes"]
    models = episodes.loc[episodes["format"] == "group", "child_id"].head(n)
    names = dict(zip(models, [f"Z{i:03d}" for i in range(n)], strict=True))
    found = dict(tables)
    for name in ("episodes", "goals") if goals else ("episodes",):
        own = tables[name][tables[name]["child_id"].isin(names)]
        ids = [c for c in ("goal_id", "episode_id") if c in own and own[c].notna().all()]
        more = own.assign(
            child_id=own["child_id"].map(names), **{c: own[c].astype(str) + "-Z" for c in ids}
        )
        found[name] = concat(tables[name], more)
    own = tables["goals"].loc[tables["goals"]["child_id"].isin(names), "goal_id"]
    reviews = tables["reviews"][tables["reviews"]["goal_id"].isin(own)]
    if goals:
        more = reviews.assign(goal_id=reviews["goal_id"] + "-Z")
        found["reviews"] = concat(tables["reviews"], more)
    return found


def concat(first, second):
    return pd.concat([first, second], ignore_index=True)


def without_cells(tables, column, n):
    """Give tables in which a trait of `n` children was not written down."""
    episodes = tables["episodes"].copy()
    known = episodes.index[episodes[column].notna()]
    episodes[column] = episodes[column].astype(object)
    episodes.loc[known[:n], column] = None
    return dict(tables) | {"episodes": episodes}


PAIRS = {
    "a child added": lambda t: newcomer(t, 1, goals=True),
    "ten children added": lambda t: newcomer(t, 10, goals=True),
    "a child removed": lambda t: without_children(t, {t["episodes"]["child_id"].iloc[5]}),
    "one left and another came": lambda t: newcomer(
        without_children(t, {t["episodes"]["child_id"].iloc[5]}), 1, goals=True
    ),
}


@functools.cache
def pair_of_reports(name):
    tables, ledger = tables_of(120, 21), new_ledger()
    first = written(study_of(120, 21), ledger)
    return first, written(study_from(PAIRS[name](tables)), ledger, first)


@pytest.mark.parametrize("name", PAIRS)
def test_no_number_moves_between_two_reports_that_a_few_children_tell_apart(name):
    first, second = pair_of_reports(name)
    assert second.previous.held
    assert numbers_of(kept(second)) == numbers_of(kept(first))


def test_a_newcomer_without_goals_moves_no_row_of_the_flow():
    ledger = new_ledger()
    first = written(study_of(120, 21), ledger)
    for n in (1, 3, 10):
        study = study_from(newcomer(tables_of(120, 21), n, goals=False))
        second = written(study, ledger, first)
        assert "who" in second.previous.held_parts
        assert second.cohort == first.cohort
        assert second.answer == first.answer


def test_a_trait_no_longer_written_down_for_a_few_keeps_what_was_said_of_it():
    ledger = new_ledger()
    first = written(study_of(120, 21), ledger)
    second = written(study_from(without_cells(tables_of(120, 21), "attention", 4)), ledger, first)
    assert {"who", "depends"} <= set(second.previous.held_parts)
    assert (second.cohort, second.subgroups) == (first.cohort, first.subgroups)


def test_a_column_removed_for_everyone_gives_new_numbers():
    ledger = new_ledger()
    first = written(study_of(120, 21), ledger)
    tables = dict(tables_of(120, 21))
    tables["goals"] = tables["goals"].drop(columns="set_before_format")
    second = written(study_from(tables), ledger, first)
    assert second.previous.held == second.previous.held_parts == ()
    assert second.answer.cautions.goals_set_before.recorded is False


def test_a_format_that_crosses_the_smallest_cell_by_one_child_is_not_printed():
    tables = tables_of(120, 21)
    episodes = tables["episodes"]
    own = list(study_of(120, 21).cohort.table.query("format == 'combined'")["child_id"])
    others = set(episodes.loc[episodes["format"] == "combined", "child_id"]) - set(own)
    ten = without_children(tables, others | set(own[10:]))
    eleven = without_children(tables, others | set(own[11:]))
    for fewer, more in ((ten, eleven), (eleven, ten)):
        ledger = new_ledger()
        first = written(study_from(fewer), ledger)
        second = written(study_from(more), ledger, first)
        assert "combined" in second.previous.held
        assert second.answer.counts == first.answer.counts


def refuse(previous, says, study=None, ledger=None):
    study = study or study_of(120, 21)
    with pytest.raises(AnalysisError, match=says):
        protect(study, ledger, previous)


def test_a_previous_summary_that_was_changed_or_made_otherwise_is_refused():
    ledger = new_ledger()
    study = study_of(120, 21)
    summary = protect(study, ledger)
    judge_previous(summary, tell(summary), list_groups(study), ledger)
    counts = (replace(summary.answer.counts[0], n_children=500), *summary.answer.counts[1:])
    forged = replace(summary, answer=replace(summary.answer, counts=counts))
    refuse(forged, "changed after", ledger=ledger)
    refuse(seal_summary(forged, new_ledger("cd")), "changed after", ledger=ledger)
    refuse(replace(summary, seal=""), "changed after", ledger=ledger)
    records = records_from_tables(tables_of(120, 21))
    other = protect(run_study(records, Settings(margin=0.4), ask_again=False), ledger)
    refuse(other, "other choices", ledger=ledger)


def test_a_report_over_other_weeks_is_refused_for_that_reason():
    ledger = new_ledger()
    records = records_from_tables(tables_of(120, 21))
    first = protect(run_study(end_reviews(records, group=12), ask_again=False), ledger)
    assert (first.measure.horizon_weeks, first.measure.asked_weeks) == (12, 24)
    assert first.measure.ended == ("group",)
    refuse(first, "over other weeks", ledger=ledger)


def test_a_report_is_refused_by_another_clinics_ledger_and_without_one():
    mine, others = new_ledger(), new_ledger("cd")
    first = protect(study_of(120, 21), mine)
    theirs = protect(study_of(130, 23), others)
    refuse(theirs, "another private ledger", ledger=mine)
    refuse(first, "another private ledger", ledger=None)
    refuse(first, "another private ledger", ledger=others)
    refuse(protect(study_of(120, 21)), "another private ledger", ledger=None)


def renamed(tables, ending):
    """Give the tables of children who bear other codes."""
    found = {}
    for name, frame in tables.items():
        ids = [c for c in ("child_id", "goal_id") if c in frame]
        found[name] = frame.assign(**{c: frame[c] + ending for c in ids})
    return found


def test_a_report_that_shares_no_child_is_refused():
    ledger = new_ledger()
    first = protect(study_of(120, 21), ledger)
    refuse(first, "No child", study=study_from(renamed(tables_of(120, 21), "X")), ledger=ledger)


def texts_in(value, path=()):
    """Give the path of every text of a JSON."""
    if isinstance(value, str):
        yield path
    for key, part in value.items() if isinstance(value, dict) else ():
        yield from texts_in(part, (*path, key))
    for key, part in enumerate(value) if isinstance(value, list) else ():
        yield from texts_in(part, (*path, key))


def planted(told, path, text):
    changed = json.loads(json.dumps(told))
    *before, last = path
    part = changed
    for key in before:
        part = part[key]
    part[last] = text
    return json.dumps(changed).encode()


def attempt_to_plant(content, study, ledger):
    """Give all that is said beside a last report, and whether it was taken."""
    try:
        second = tell(protect(study, ledger, parse_summary(content)))
    except AnalysisError as refused:
        return str(refused), False
    return spell_summary(second).decode() + render_text(second), True


def test_a_name_planted_in_any_text_of_the_last_report_reaches_nothing():
    before, after = grown_clinic(130, 23, 4)
    ledger = new_ledger()
    told = json.loads(spell_summary(tell(protect(before, ledger))))
    places = {}
    for path in texts_in(told):
        places.setdefault(tuple(k for k in path if isinstance(k, str)), path)
    attempts = [
        (path, attempt_to_plant(planted(told, path, text), after, ledger))
        for path in places.values()
        for text in (CHILD, CHILD.lower().replace(" ", "_"), "Mia")
    ]
    assert [path for path, (said, _) in attempts if "mia" in said.lower()] == []
    taken = [path for path, (_, was_taken) in attempts if was_taken]
    assert {path[0] for path in taken} == {"sentences"}
    assert len(places) > 40


WRONG = (None, True, "x", "\ud800", [], {}, -1, 0.5, 1e300, 10**400, [[[]]], {"a": 1})
SPELT = (b"NaN", b"1e999", b"-1e999", b'"\\ud800"', b"9" * 5000, b"[" * 5000)


def test_nothing_of_another_type_in_the_last_report_is_more_than_a_sentence():
    before, after = grown_clinic(130, 23, 4)
    ledger = new_ledger()
    told = json.loads(spell_summary(tell(protect(before, ledger))))
    told["sentences"] = []
    places = {}
    for path in leaves_of(told):
        places.setdefault(tuple(k for k in path if isinstance(k, str)), path)
    mark = "put here"
    contents = [planted(told, path, value) for path in places.values() for value in WRONG[:6]]
    contents += [planted(told, ("margin",), value) for value in WRONG]
    for path in (("margin",), ("seal",), ("answer", "pairs", 0, "estimate"), ("answer",)):
        spelt = planted(told, path, mark)
        contents += [spelt.replace(f'"{mark}"'.encode(), value) for value in SPELT]
    contents = [content for content in contents if not is_equal(content, told)]
    refused = 0
    for content in contents:
        with pytest.raises(AnalysisError) as caught:
            protect(after, ledger, parse_summary(content))
        refused += len(str(caught.value).splitlines()) == 1
    assert refused == len(contents) > 800


def is_equal(content, told):
    """Tell whether nothing was changed: None may have been put where None stood."""
    try:
        return json.loads(content) == told
    except (ValueError, RecursionError):
        return False


def leaves_of(value, path=()):
    """Give the path of everything in a JSON that is no list and no object."""
    if not isinstance(value, dict | list):
        yield path
        return
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves_of(part, (*path, key))


def test_a_headline_planted_in_the_last_report_is_told_anew():
    before, after = grown_clinic(130, 23, 4)
    ledger = new_ledger()
    first = written(before, ledger)
    lies = tuple(replace(row, text=f"{CHILD} is best.") for row in first.sentences)
    second = written(after, ledger, replace(first, sentences=lies))
    assert second.previous.held
    assert not any(CHILD in text for text in second.texts.values())
    assert CHILD.encode() not in spell_summary(second)
    assert kept(second) == kept(first)


def test_the_same_records_ledger_and_previous_report_give_the_same_bytes():
    before, after = grown_clinic(130, 23, 4)
    ledger = new_ledger()
    first = written(before, ledger)
    one, two = (spell_summary(tell(protect(after, ledger, first))) for _ in range(2))
    assert one == two
    content = ledger.content
    shuffled = without_children(tables_of(130, 23), set())
    shuffled = {n: f.sample(frac=1, random_state=1) for n, f in shuffled.items()}
    assert spell_summary(tell(protect(study_from(shuffled), ledger, first))) == one
    assert asdict(ledger.content) == asdict(content)
