"""Looking around in a notebook: the same gates and disclosure rules, no closing in on a few."""

import html
from dataclasses import replace
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager
from small_clinics import SAMPLE, balanced_clinic, invented_records, sample_study

from analysis.disclosure.private import open_ledger
from analysis.disclosure.release import protect
from analysis.errors import AnalysisError
from analysis.figures.contrasts import draw_contrasts
from analysis.notebook.choices import (
    AGES,
    ALL_AGES,
    ALL_GOALS,
    GOALS,
    PAIR_REFUSED,
    REFUSED,
    WEEKS,
    Browser,
    Choice,
    choose_records,
)
from analysis.notebook.explore import draw_look, explore_comparison, make_controls
from analysis.notebook.guard import NO_ANSWER
from analysis.notebook.show import NOTHING, introduce, publish_records, quote
from analysis.records.schema import DOMAINS
from analysis.settings import Settings
from analysis.words.tell import tell


def write_records(folder, records):
    """Write records as the tables of a folder, without columns nobody filled."""
    folder.mkdir()
    for name in ("episodes", "goals", "reviews", "sessions", "home_practice"):
        table = getattr(records, name).dropna(axis="columns", how="all")
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def browser():
    return Browser(sample_study().records, Settings())


def test_the_first_look_is_the_answer_of_the_report(browser):
    whole = tell(protect(sample_study()))
    look = browser.look(Choice())
    assert look.sentences == tuple(whole.quote("pair"))
    keys = ("estimate", "conf_low", "conf_high", "label")
    assert [[getattr(p, k) for k in keys] for p in look.summary.answer.pairs] == [
        [getattr(p, k) for k in keys] for p in whole.answer.pairs
    ]


def test_goals_and_ages_are_chosen_as_named():
    records = sample_study().records
    for goals, domains in GOALS.items():
        chosen = choose_records(records, Choice(goals=goals))
        assert set(chosen.goals["domain"]) == set(domains)
        assert set(chosen.reviews["goal_id"]) <= set(chosen.goals["goal_id"])
    ages = records.episodes["age_years"]
    sizes = [len(choose_records(records, Choice(ages=band)).episodes) for band in AGES]
    assert sizes[0] == len(records.episodes)
    assert sum(sizes[1:]) == ages.notna().sum()
    assert {name for names in GOALS.values() for name in names} == set(DOMAINS)


def test_choosing_does_not_change_the_records():
    records = sample_study().records
    before = records.goals.copy(deep=True)
    choose_records(records, Choice(goals="Motor goals", ages="6 to 8 years"))
    assert records.goals.equals(before)


def test_another_margin_changes_the_words_and_not_the_numbers(browser):
    usual, wide = browser.look(Choice()), browser.look(Choice(margin=1.0))
    assert usual.sentences != wide.sentences
    assert [p.estimate for p in usual.summary.answer.pairs] == [
        p.estimate for p in wide.summary.answer.pairs
    ]


def test_one_pair_can_be_looked_at_alone(browser):
    look = browser.look(Choice(pair="combined-group"))
    assert [p.id for p in look.summary.answer.pairs] == ["combined-group"]
    assert len(look.sentences) == 1


def test_a_choice_that_leaves_too_few_children_says_so_and_draws_nothing(browser):
    look = browser.look(Choice(goals="Communication goals", ages="Under 6 years"))
    assert look.summary is None
    assert look.sentences == (REFUSED,)
    assert "<img" not in draw_look(look)


def test_two_answers_that_differ_by_a_few_children_are_never_both_shown():
    records = invented_records(9, n_children=300)
    few = records.episodes.index[records.episodes["age_years"] >= 9][:4]
    age = records.episodes["age_years"].where(records.episodes["age_years"] < 9, 8.5)
    age[few] = 10.0
    changed = type(records)(
        records.episodes.assign(age_years=age),
        records.goals,
        records.reviews,
        records.sessions,
        records.home_practice,
        records.ledger,
        records.notes,
    )
    browser = Browser(changed, Settings())
    shown = {ages: browser.look(Choice(ages=ages)) for ages in AGES}
    assert shown[ALL_AGES].summary is not None
    assert shown["9 years and over"].summary is None
    younger = Browser(changed, Settings())
    kept = younger.look(Choice(ages="Under 6 years")), younger.look(Choice(ages="6 to 8 years"))
    assert any(look.summary for look in kept)


def test_a_look_that_nearly_repeats_an_earlier_one_is_refused():
    records = invented_records(10, n_children=300)
    age = records.episodes["age_years"].copy()
    age[:] = 7.0
    age[:3] = 10.0
    changed = type(records)(
        records.episodes.assign(age_years=age),
        *(getattr(records, n) for n in ("goals", "reviews", "sessions", "home_practice")),
        records.ledger,
        records.notes,
    )
    look = Browser(changed, Settings()).look(Choice(ages="6 to 8 years"))
    assert look.summary is None
    assert look.sentences == (REFUSED,)


def test_a_refusal_says_one_thing_whatever_its_cause_and_no_number():
    assert not any(sign.isdigit() for sign in REFUSED + PAIR_REFUSED)
    records = invented_records(11, n_children=70)
    browser = Browser(records, Settings())
    looks = [browser.look(Choice(goals=goals, ages=ages)) for goals in GOALS for ages in AGES]
    refused = [look for look in looks if look.summary is None]
    assert len(refused) > 10
    assert {look.sentences for look in refused} == {(REFUSED,)}


def test_a_pair_that_is_not_shown_is_named_without_a_number_or_a_reason():
    records = invented_records(12, n_children=240, absent_formats=("combined",))
    look = Browser(records, Settings()).look(Choice())
    assert [p.id for p in look.summary.answer.pairs] == ["group-individual"]
    others = [said for said in look.sentences if said.endswith("not shown for this choice.")]
    assert len(others) == 2
    assert not any(sign.isdigit() for said in others for sign in said)
    assert "Combined" not in draw_contrasts(look.summary).alt


def without_child(records, place):
    """Give the records without one child."""
    child = records.episodes["child_id"].iloc[place]
    goals = records.goals[records.goals["child_id"] != child].reset_index(drop=True)
    episodes = records.episodes[records.episodes["child_id"] != child].reset_index(drop=True)
    reviews = records.reviews[records.reviews["goal_id"].isin(goals["goal_id"])]
    return replace(records, episodes=episodes, goals=goals, reviews=reviews.reset_index(drop=True))


def test_what_one_kernel_showed_another_remembers(tmp_path):
    records = invented_records(10, n_children=300)
    place = next(i for i, f in enumerate(records.episodes["format"]) if f == "group")
    fewer = without_child(records, place)
    first = Browser(records, Settings(), open_ledger(tmp_path)).look(Choice())
    assert first.summary is not None
    assert Browser(fewer, Settings()).look(Choice()).summary is not None
    second = Browser(fewer, Settings(), open_ledger(tmp_path)).look(Choice())
    assert (second.summary, second.sentences) == (None, (REFUSED,))
    again = Browser(records, Settings(), open_ledger(tmp_path)).look(Choice())
    assert again.sentences == first.sentences
    assert Browser(fewer, Settings(), open_ledger(tmp_path / "other")).look(Choice()).summary


def test_what_a_report_or_a_notebook_showed_a_look_remembers(tmp_path):
    records = invented_records(10, n_children=300)
    folder = write_records(tmp_path / "records", records)
    publish_records(folder, ledger=tmp_path / "private")
    ledger = open_ledger(tmp_path / "private")
    assert len(ledger.content.reports) == len(ledger.content.shown) == 1
    fewer = without_child(records, 5)
    assert Browser(fewer, Settings(), ledger).look(Choice()).summary is None


def test_a_corrected_outcome_of_one_child_is_not_shown_beside_the_old_one(tmp_path):
    records = invented_records(10, n_children=300)
    reviews = records.reviews.copy()
    goal = records.goals["goal_id"].iloc[3]
    late = (reviews["goal_id"] == goal) & (reviews["week"] > 10)
    assert late.any()
    level = reviews.loc[late, "attainment"]
    reviews.loc[late, "attainment"] = level.where(level != 1, 0).where(level == 1, 1)
    ledger = open_ledger(tmp_path)
    assert Browser(records, Settings(), ledger).look(Choice()).summary is not None
    corrected = Browser(replace(records, reviews=reviews), Settings(), ledger)
    assert corrected.look(Choice()).summary is None


def test_the_invented_sample_leaves_nothing_on_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    publish_records(SAMPLE)
    explore_comparison(SAMPLE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_every_choice_of_the_controls_can_be_asked(browser):
    controls = make_controls(browser, Choice())
    assert set(controls) == set(Choice.__dataclass_fields__)
    assert all(control.description for control in controls.values())
    for goals in GOALS:
        for weeks in WEEKS:
            assert browser.look(Choice(goals=goals, weeks=weeks)).sentences


def test_ages_are_offered_only_where_they_were_recorded():
    records = balanced_clinic({"individual": 25, "group": 25})
    missing = type(records)(
        records.episodes.assign(age_years=float("nan")),
        *(getattr(records, n) for n in ("goals", "reviews", "sessions", "home_practice")),
        records.ledger,
        records.notes,
    )
    controls = make_controls(Browser(missing, Settings()), Choice())
    assert controls["ages"].options == (ALL_AGES,)


def test_a_changed_control_redraws_the_picture():
    box = explore_comparison(SAMPLE)
    controls, shown = box.children[:-1], box.children[-1]
    before = shown.value
    assert "<img alt='" in before
    controls[0].value = "Social goals"
    assert shown.value != before
    assert "data:image/png" in shown.value
    controls[0].value = ALL_GOALS
    assert shown.value == before


def test_sentences_are_quoted_word_for_word():
    summary = publish_records(SAMPLE)
    told = quote(summary, "In words", "pair", "always")
    assert told.sentences[-1] == summary.texts["always"]
    assert len(told.sentences) == 4
    assert quote(summary, "In words", "no.such.sentence").sentences == (NOTHING,)
    card = introduce(summary)
    assert summary.records.id in card._repr_html_()
    assert "invented" in repr(card)


def test_a_summary_shows_itself_as_a_card_of_its_answer():
    summary = tell(protect(sample_study()))
    card = summary._repr_html_()
    for sentence in summary.quote("headline", "always", "pair"):
        assert html.escape(sentence) in card
    assert repr(summary) == summary.texts["headline"]


def test_a_refused_answer_leaves_no_older_one_for_the_cells_below(monkeypatch, tmp_path):
    summary = publish_records(SAMPLE)
    events = EventManager(None, {"post_run_cell": lambda result: None})
    shell = SimpleNamespace(user_ns={"summary": summary, "other": 1}, events=events)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    with pytest.raises(AnalysisError):
        publish_records(tmp_path / "gone")
    left = shell.user_ns["summary"]
    for use in (introduce, draw_contrasts, lambda one: quote(one, "In words", "pair")):
        with pytest.raises(AnalysisError) as refused:
            use(left)
        assert str(refused.value) == NO_ANSWER
    assert shell.user_ns["other"] == 1
