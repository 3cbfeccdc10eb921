"""What each section says for each state its numbers can be in."""

import itertools

import pytest
from stored_summaries import change, gate_of, stored

from analysis.disclosure.chain_rows import Change, Look, NewChildren, Newcomers
from analysis.disclosure.rows import (
    Analysis,
    ClaimRow,
    Counts,
    NetBenefit,
    Pair,
    SecondPair,
    SharePair,
)
from analysis.disclosure.sensitivity_rows import (
    Control,
    Dropout,
    PlannedSize,
    Spread,
    ToRecord,
    Unrecorded,
)
from analysis.disclosure.summary import GrowthSpreads, PreviousPart
from analysis.vocabulary import (
    CANNOT_TELL,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    RULES_OUT,
)
from analysis.wording import number
from analysis.words import claims, credibility, sensitivity
from analysis.words.analyses import tell_agreement
from analysis.words.answer import give_question, tell_counts
from analysis.words.attainment import tell_attainment
from analysis.words.cautions import choose_next_step, tell_cautions
from analysis.words.claims import tell_claims
from analysis.words.effort import tell_effort
from analysis.words.gate_reasons import give_short_reason, say_gate
from analysis.words.linter import find_faults
from analysis.words.method import tell_look
from analysis.words.phrases import NOT_SETTLED
from analysis.words.previous import say_since, tell_previous
from analysis.words.reasons import REASON_CLAUSES
from analysis.words.sensitivity import tell_sensitivity
from analysis.words.subgroups import OF_SOCIAL_GOALS, choose_claimed, tell_subgroups

PAIR = {"id": "group-individual", "this": "group", "than": "individual"}


def texts(sentences):
    """Give texts by id, once each of them may stand."""
    faults = {row.text: find_faults(row.text) for row in sentences if find_faults(row.text)}
    assert faults == {}
    return {row.id: row.text for row in sentences}


def part_with(section, **changes):
    """Give the stored summary with another part."""
    summary = stored()
    return change(summary, **{section: change(getattr(summary, section), **changes)})


# -- does it depend? -------------------------------------------------------------------------


def second(label, low, high, ahead=None, **changes):
    numbers = {"estimate": (low + high) / 2, "conf_low": low, "conf_high": high}
    numbers |= {"narrow_low": low + 0.02, "narrow_high": high - 0.02, "shown": True}
    return SecondPair(**PAIR, label=label, ahead=ahead, **(numbers | changes))


def subgroups_with(pair):
    part = stored().subgroups
    within = change(part.within_child, pairs=(pair,), withheld=None)
    traits = tuple(change(trait, pairs=(pair,)) for trait in part.traits)
    return part_with("subgroups", within_child=within, traits=traits)


def test_the_headline_is_about_the_claimed_pair_not_the_one_that_differs_most():
    claimed = second(CANNOT_TELL, -0.1, 0.1)
    other = change(second(RULES_OUT, 0.8, 1.0), id="combined-individual", this="combined")
    assert choose_claimed([claimed, other]).id == "group-individual"
    hidden = change(claimed, shown=False)
    assert choose_claimed([hidden, other]).id == "combined-individual"
    assert choose_claimed([hidden]) is None


CASES = (
    (FASTER_IMPORTANT, 0.3, 0.8, "group", "in group therapy than in individual therapy"),
    (FASTER_SIZE_UNCERTAIN, -0.8, -0.1, "individual", "in individual therapy than in group"),
    (NO_IMPORTANT_DIFFERENCE, -0.2, 0.2, None, "by less than 0.25 levels"),
    (RULES_OUT, -0.2, 0.6, "group", "not settled by these records"),
    (RULES_OUT, 0.1, 0.6, "group", "not settled by these records"),
    (CANNOT_TELL, -0.6, 0.6, None, "anywhere from 0.60 levels further in individual"),
)


@pytest.mark.parametrize(("label", "low", "high", "ahead", "words"), CASES)
def test_each_label_has_its_words_and_number_first(label, low, high, ahead, words):
    sentences = tell_subgroups(subgroups_with(second(label, low, high, ahead)))
    said = texts(sentences)
    assert words in said["depends.within.group-individual"]
    assert sentences[0].rule == f"within.{label}"
    assert "from a rating of 2 to one of 4" in said["depends.trait.attention"]


@pytest.mark.parametrize(
    ("label", "broken"),
    [
        (FASTER_IMPORTANT, "would look the same"),
        (FASTER_SIZE_UNCERTAIN, "would look the same"),
        (NO_IMPORTANT_DIFFERENCE, "could hide a difference"),
    ],
)
def test_the_headline_of_each_child_against_itself_says_what_would_break_it(label, broken):
    said = texts(tell_subgroups(subgroups_with(second(label, -0.1, 0.2, "group"))))
    text = said["depends.within.group-individual"]
    assert text.endswith(f"; a format chosen for the sake of one kind of goal {broken}.")
    assert find_faults(text) == []


def test_a_range_on_one_side_of_zero_is_told_from_near_to_far():
    said = texts(tell_subgroups(subgroups_with(second(CANNOT_TELL, -0.9, -0.1))))
    wanted = "from 0.10 to 0.90 levels further in individual therapy"
    assert wanted in said["depends.within.group-individual"]


def test_a_pair_withheld_by_its_gate_says_which_children_are_too_few():
    hidden = second("not_comparable", -1, 1, shown=False)
    gate = gate_of("few_children", "compare", format="group", have=15, need=20)
    for asked, said in (
        (gate, "has about 15 children with both kinds of goal, and at least 20 children are"),
        (change(gate, have=None), "has too few children with both kinds of goal"),
        (gate_of("groups_not_recorded", "compare", format="group"), "column group_id"),
        (None, "too few children to print the result"),
    ):
        told = texts(tell_subgroups(subgroups_with(change(hidden, gate=asked))))
        assert said in told["depends.within.group-individual"]


def test_a_number_of_children_that_would_tell_how_few_lack_a_goal_is_not_printed():
    within = stored().subgroups.within_child
    rates = tuple(change(row, n_children=None) for row in within.rates)
    summary = part_with("subgroups", within_child=change(within, rates=rates))
    assert "nearly all children" in texts(tell_subgroups(summary))["depends.within.counts"]


def test_areas_of_life_that_stand_together_are_named():
    domains = change(stored().subgroups.domains, folded=("motor", "sensory"))
    said = texts(tell_subgroups(part_with("subgroups", domains=domains)))
    wanted = (
        "Too few children have goals in motor and sensory, which stand together as other goals."
    )
    assert said["depends.domains.folded"] == wanted


# -- how credible? ---------------------------------------------------------------------------

SUPPORTS, WEAKENS, UNDERMINES = credibility.COUNTS_AS


def test_no_card_is_rated_above_moderate_and_more_doubt_never_lifts_it():
    order = {name: k for k, name in enumerate(credibility.RATINGS)}
    for counts in itertools.product((SUPPORTS, WEAKENS, UNDERMINES), repeat=4):
        rating = order[credibility.rate_card(counts)]
        assert rating <= order["moderate"]
        for i in range(4):
            if counts[i] == SUPPORTS:
                for doubt in (WEAKENS, UNDERMINES):
                    worse = [*counts[:i], doubt, *counts[i + 1 :]]
                    assert order[credibility.rate_card(worse)] <= rating


@pytest.mark.parametrize(
    ("p_value", "estimate", "id", "rating"),
    [
        (0.001, 0.4, "kind", "low"),
        (0.001, -0.4, "kind", "low"),
        (0.04, 0.4, "kind", "low"),
        (0.001, 0.4, "attention", "low"),
        (0.04, -0.4, "attention", "very low"),
        (0.3, 0.4, "kind", ""),
        (None, None, "kind", ""),
    ],
)
def test_cards_are_filled_from_published_numbers(p_value, estimate, id, rating):
    pair = second(CANNOT_TELL, -0.1, 0.1, estimate=estimate, p_value=p_value, settled=True)
    cards = {card.id: card for card in credibility.fill_cards(subgroups_with(pair))}
    assert list(cards) == ["kind", "attention", "peer_comfort"]
    assert cards[id].rating == rating
    assert bool(cards[id].items) == bool(rating)
    assert find_faults(cards[id].sentence.text) == []
    asked = [item.answer for item in cards[id].items if item.question.startswith("Were few")]
    assert asked == (["Yes: 3, fixed beforehand."] if rating else [])


def test_the_kind_of_goal_is_never_rated_above_low_and_says_why():
    pair = second(CANNOT_TELL, 0.2, 0.6, estimate=0.4, p_value=0.001, settled=True)
    card = credibility.fill_cards(subgroups_with(pair))[0]
    assert credibility.rate_card([item.counts for item in card.items]) == "moderate"
    assert card.rating == "low"
    assert credibility.MAY_FOLLOW in card.sentence.text


def test_a_hint_that_formats_were_chosen_for_a_kind_of_goal_is_said():
    summary = stored()
    row = next(row for row in summary.cohort.balance if row.trait == "social_share")
    others = tuple(r for r in summary.cohort.balance if r.trait not in OF_SOCIAL_GOALS)
    for before, hinted in ((0.1, False), (0.6, True)):
        rows = (*others, change(row, before=before))
        told = texts(tell_subgroups(change(summary, cohort=change(summary.cohort, balance=rows))))
        # Said once: in the sentence of a pair that is ahead, otherwise in one of its own.
        whole = " ".join(text for id, text in told.items() if id.startswith("depends.within."))
        assert whole.count(credibility.WOULD_BREAK) == 1
        assert ("As they would then" in whole) == hinted
        assert find_faults(whole) == []


def test_a_dependence_that_is_not_settled_is_not_rated():
    card = credibility.fill_cards(subgroups_with(second(CANNOT_TELL, 0.1, 0.3, p_value=0.03)))[0]
    assert (card.rating, card.items) == ("", ())
    assert NOT_SETTLED in card.sentence.text
    assert find_faults(card.sentence.text) == []


def test_areas_of_life_that_are_settled_are_named():
    domains = stored().subgroups.domains
    first, *others = (change(row, settled=False) for row in domains.rows)
    for rows, words in (
        ((first, *others), f"Area by area, a difference is {NOT_SETTLED}."),
        ((change(first, settled=True), *others), "Settled is the difference in self-care goals;"),
    ):
        part = part_with("subgroups", domains=change(domains, rows=rows))
        assert words in texts(tell_subgroups(part))["depends.domains"]


def test_the_limit_without_a_hint_is_the_published_choice():
    pair = second(CANNOT_TELL, -0.1, 0.1, p_value=0.15, settled=True)
    summary = subgroups_with(pair)
    assert credibility.fill_cards(summary)[0].rating == ""
    settings = tuple(
        change(row, value=0.2) if row.name == "no_hint" else row for row in summary.method.settings
    )
    wider = change(summary, method=change(summary.method, settings=settings))
    assert credibility.fill_cards(wider)[0].rating


# -- how soon, how far, at what effort? ------------------------------------------------------


@pytest.mark.parametrize(
    ("difference", "low", "high", "words"),
    [
        (13, 5, 22, "about 13 more were at the expected level in group therapy than in individual"),
        (
            -13,
            -22,
            -5,
            "about 13 more were at the expected level in individual therapy than in group",
        ),
        (3, -6, 12, "not settled by these records; of 100 goals, from 6 fewer to 12 more in group"),
    ],
)
def test_goals_of_a_hundred_are_told_for_the_format_with_more(difference, low, high, words):
    numbers = {"difference": difference, "low": low, "high": high}
    pair = SharePair(week=24, **PAIR, shown=True, settled=low * high > 0, **numbers)
    said = texts(tell_attainment(part_with("attainment", pairs=(pair,))))
    assert words in said["soon.pair.24.group-individual"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (5, 22, "from 5 to 22 more in group therapy than in individual therapy (95% range)"),
        (-22, -5, "from 5 to 22 more in individual therapy than in group therapy (95% range)"),
    ],
)
def test_goals_of_a_hundred_that_the_family_does_not_settle_are_told_with_their_range(
    low, high, words
):
    numbers = {"difference": (low + high) // 2, "low": low, "high": high}
    pair = SharePair(week=24, **PAIR, shown=True, **numbers)
    said = texts(tell_attainment(part_with("attainment", pairs=(pair,))))
    assert said["soon.pair.24.group-individual"] == (
        f"By week 24, group and individual therapy: {NOT_SETTLED}; of 100 goals, {words}."
    )


def test_pairs_are_told_to_be_withheld_though_no_share_is_shown():
    gate = gate_of("few_groups", "compare", format="group", have=5, need=6)
    pair = SharePair(week=12, **PAIR, gate=gate)
    none = {"pairs": (pair,), "shares": (), "weeks": (), "withheld": "few_in_a_format"}
    said = texts(tell_attainment(part_with("attainment", **none)))
    assert list(said) == ["soon.pair.12.group-individual", "soon.withheld", "soon.method"]
    assert "took place in 5 therapy groups" in said["soon.pair.12.group-individual"]


@pytest.mark.parametrize(
    ("numbers", "present", "absent"),
    [
        (
            ((7, 5, 8), (5, 2, 8), (3, -3, 9)),
            "would give up to 10 therapist hours for one more level",
            "not settled",
        ),
        (((7, 5, 8), (5, 2, 8), (3, 1, 9)), "A child in group therapy took about 7", "outweigh"),
        (
            ((-7, -8, -5), (-9, -12, -6), (2, -3, 9)),
            "A child in individual therapy took about 7",
            "not settled",
        ),
        (((1, -2, 4), (2, -2, 6), (3, 1, 5)), NOT_SETTLED, "outweigh"),
        (((7, 5, 8), (2, -2, 6), (-9, -12, -5)), "therapist hours less", "outweigh"),
    ],
)
def test_net_benefit_is_told_up_to_where_the_records_can_tell(numbers, present, absent):
    rows = tuple(
        NetBenefit(
            this="group",
            than="individual",
            hours_per_level=10.0 * k,
            settled=True,
            estimate=middle,
            conf_low=low,
            conf_high=high,
        )
        for k, (middle, low, high) in enumerate(numbers)
    )
    said = texts(tell_effort(part_with("effort", net_benefit=rows)))
    assert present in said["effort.net.group-individual"]
    assert absent not in said["effort.net.group-individual"]


@pytest.mark.parametrize(
    ("estimate", "low", "high", "words"),
    [
        (0.3, 0.1, 0.5, "every 12 weeks faster"),
        (-0.3, -0.5, -0.1, "0.30 levels every 12 weeks slower (95% range 0.10 to 0.50)"),
        (0.1, -0.1, 0.3, f"progress goes with practice at home: {NOT_SETTLED}; for 30 minutes"),
    ],
)
def test_practice_is_told_as_an_association(estimate, low, high, words):
    numbers = {"estimate": estimate, "conf_low": low, "conf_high": high, "n_children": 130}
    numbers["settled"] = low * high > 0
    practice = change(stored().effort.home_practice, **numbers)
    said = texts(tell_effort(part_with("effort", home_practice=practice)))["effort.practice"]
    assert words in said
    assert "This is an association" in said


def test_practice_of_few_families_keeps_its_minutes_to_itself():
    practice = change(stored().effort.home_practice, usual_minutes=None, at_mark=None)
    said = texts(tell_effort(part_with("effort", home_practice=practice)))
    assert said["effort.usual_practice"].startswith("Too few families wrote down practice")
    nobody = change(practice, usual_written=False, shown=False, withheld="no_practice")
    said = texts(tell_effort(part_with("effort", home_practice=nobody)))
    assert "effort.usual_practice" not in said
    assert "the table of home practice is missing or empty" in said["effort.practice"]


# -- how sure? -------------------------------------------------------------------------------


def agreement_with(gates):
    pair = Pair(**PAIR, estimate=0.1, conf_low=0.0, conf_high=1.0)
    ways = tuple(Analysis(id=id, unit="rate", pairs=(pair,)) for id in ("primary", "ordinal"))
    (sentence,) = tell_agreement(part_with("method", analyses=ways, gates=tuple(gates)))
    return sentence


def test_the_growth_models_verdict_is_said_with_the_pairs_it_does_not_support():
    gate = gate_of("growth_apart", "agreement")
    passed = agreement_with([change(gate, passed=True, rule="")])
    assert passed.text.endswith("the growth model of every review supports it.")
    against = agreement_with([gate])
    assert "does not support it for group and individual therapy." in against.text
    assert against.rule == "agreement.growth_against"
    assert "growth model" not in agreement_with([]).text


def test_ways_in_another_unit_or_as_a_range_are_not_counted_as_agreeing():
    rows = stored().method.analyses
    comparable = [
        row for row in rows if row.unit == "rate" and not row.range_over_all and not row.withheld
    ]
    (sentence,) = tell_agreement(stored())
    assert f"of {len(comparable) - 1};" in sentence.text


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"share": None}, "unrecorded.no_claim"),
        ({"share": 9, "trait": "attention", "times": 2.5, "times_low": 1.1}, "unrecorded.times"),
        (
            {"share": 9, "trait": "attention", "times": 2.5, "times_low": 0.4},
            "unrecorded.less_than_once",
        ),
        ({"share": 30, "trait": "severity", "times": None, "times_low": None}, "unrecorded.times"),
        ({"share": 30, "trait": None, "times": None}, "unrecorded.share"),
        ({"shown": False, "share": None}, "unrecorded.not_compared"),
    ],
)
def test_what_something_unrecorded_must_do_is_said_in_a_clinic_leads_words(changes, rule):
    row = Unrecorded(**(PAIR | {"shown": True} | changes))
    told = tell_sensitivity(part_with("sensitivity", unrecorded=(row,)))
    assert texts(told)
    assert rule in [sentence.rule for sentence in told]


def test_only_what_survives_the_strongest_trait_is_said_to_survive_it():
    sizes = {"share": 9, "trait": "attention", "times": 2.5, "times_high": 6.0}
    for low, enough in ((0.9, "might be enough"), (1.0, "would not be enough")):
        row = Unrecorded(**(PAIR | {"shown": True, "times_low": low} | sizes))
        (said,) = [
            s
            for s in tell_sensitivity(part_with("sensitivity", unrecorded=(row,)))
            if enough in s.text
        ]
        assert f"({number(low, 1)} to 6.0 times" in said.text


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"times": None, "reachable": 0.1}, "planning.enough"),
        ({"times": "two", "reachable": 0.1}, "planning.more"),
        ({"times": "five", "reachable": 0.3}, "planning.more_groups"),
        ({"times": "quarter", "reachable": None}, "planning.more"),
        ({"shown": False}, "planning.not_compared"),
    ],
)
def test_what_it_would_take_is_said_in_multiples_of_the_children_there_are(changes, rule):
    row = PlannedSize(**(PAIR | {"shown": True, "half_width": 0.33} | changes))
    planning = change(stored().sensitivity.planning, pairs=(row,))
    told = tell_sensitivity(part_with("sensitivity", planning=planning))
    assert texts(told)
    assert rule in [sentence.rule for sentence in told]


def test_ways_without_numbers_share_a_sentence_when_they_share_a_reason():
    main = stored().method.analyses[0]
    few = {"unit": "rate", "pairs": (), "withheld": "few_children_left"}
    ways = (
        Analysis(id="independent_raters", **few),
        Analysis(id="as_delivered", **few),
        Analysis(id="first_episodes", unit="rate", pairs=(), withheld="too_close", held_back=True),
    )
    said = texts(tell_sensitivity(part_with("method", analyses=(main, *ways))))
    assert said["sensitivity.withheld.independent_raters"] == (
        "Only ratings by others; Only children treated as planned: cannot be run with these "
        "records, because too few children of at least two formats are left."
    )
    assert (
        "One episode for each child: not printed, because it differs"
        in (said["sensitivity.withheld.first_episodes"])
    )
    said = texts(tell_sensitivity(part_with("method", analyses=ways[:2])))
    assert said["sensitivity.withheld.independent_raters"] == (
        "None of the 2 ways of asking can be answered, because too few children of at least two "
        "formats are left."
    )


def growth(*, spreads=(), zero=(), left_out=()):
    rows = tuple(Spread(id=id, slope=0.2) for id in spreads)
    return {"growth": GrowthSpreads(spreads=rows, zero=zero, left_out=left_out)}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"controls": ()}, "cannot be checked in this way"),
        ({"controls": (Control(id="energy", shown=True, failed=False),)}, "none stands out"),
        ({"controls": (Control(id="energy", shown=True, failed=True),)}, "not in energy"),
        (growth(spreads=("child",), zero=("therapy group",)), "measurable between therapy groups"),
        (growth(spreads=("child",), left_out=("goal",)), "Reviews are too few"),
        (growth(zero=("therapy group", "child", "goal")), "finds no spread in speed."),
        ({"strongest": ()}, "there is no yardstick"),
        ({"strongest": ("attention", "severity", "attention")}, "(attention or severity)"),
        ({"dropout": (Dropout(**PAIR, shown=True, changed=False),)}, "stays the same even if"),
        ({"dropout": (Dropout(**PAIR),)}, "too few children left before the end"),
    ],
)
def test_every_state_of_a_doubt_has_its_words(changes, said):
    told = texts(tell_sensitivity(part_with("sensitivity", **changes)))
    assert said in " ".join(told.values())


def test_leaving_out_one_at_a_time_can_leave_too_little():
    way = Analysis(id="leave_one_group_out", unit="rate", pairs=(), range_over_all=True)
    main = stored().method.analyses[0]
    said = texts(tell_sensitivity(part_with("method", analyses=(main, way))))
    assert "Too little is left" in said["sensitivity.left_out.leave_one_group_out"]


def test_every_column_worth_recording_says_why():
    for column in sensitivity.COLUMN_REASONS:
        wanted = (ToRecord(table="episodes", column=column),)
        planning = change(stored().sensitivity.planning, to_record=wanted)
        said = texts(tell_sensitivity(part_with("sensitivity", planning=planning)))
        assert f"{column} in the table episodes (" in said["sensitivity.to_record"]


# -- claims, cautions, the last report -------------------------------------------------------


def claim_row(id, verdict, reason, **changes):
    numbers = {"estimate": -0.12, "conf_low": -0.4, "conf_high": 0.16, "suggestive": True}
    numbers |= {"narrow_low": -0.35, "narrow_high": 0.11}
    numbers |= {"about": "skill.group" if id == "H5" else None, "unit": "rate"}
    return ClaimRow(id=id, verdict=verdict, reason=reason, **(numbers | changes))


def test_every_sentence_a_claim_can_have_may_stand():
    cases = itertools.product(
        claims.CLAIMS, ("supported", "not supported", "cannot tell"), claims.REASONS
    )
    for id, verdict, reason in cases:
        rows = (claim_row(id, verdict, reason),)
        said = texts(tell_claims(part_with("claims", rows=rows)))[f"claims.{id}"]
        narrow = reason in claims.BY_NARROW_RANGE
        assert ("90% range −0.35 to 0.11" if narrow else "95% range −0.40 to 0.16") in said
        assert said.startswith(verdict.capitalize())
        assert ("Lean on this lightly" in said) is (verdict != "cannot tell")
    assert list(claims.NUMBER_MEANS) == list(claims.ESTIMANDS) == list(claims.CLAIMS)


def test_a_claim_that_cannot_be_tested_says_why_and_claims_nothing():
    untested = {"estimate": None, "conf_low": None, "conf_high": None, "suggestive": False}
    row = claim_row("H6", "cannot be tested", "no_practice", **untested)
    sentence = tell_claims(part_with("claims", rows=(row,)))[0]
    assert sentence.text == (
        "Cannot be tested with these records, because the table of home practice is missing or "
        "empty."
    )
    assert sentence.numbers == ()
    gate = gate_of("absent", "describe", format="group", need=10)
    row = claim_row("H1", "cannot be tested", "gate", gate=gate, **untested)
    sentence = tell_claims(part_with("claims", rows=(row,)))[0]
    assert "no child in these records was planned for group therapy" in sentence.text
    assert sentence.rule == "claim.cannot_be_tested.absent"


def test_the_ledger_counts_every_answer():
    rows = [claim_row(id, "supported", "ahead") for id in ("H1", "H2")]
    rows += [claim_row(id, "cannot be tested", "few_rated") for id in ("H3", "H4", "H5")]
    said = texts(tell_claims(part_with("claims", rows=tuple(rows))))["claims.ledger"]
    assert "Of 5 claims" in said
    assert "2 supported and 3 cannot be tested" in said


@pytest.mark.parametrize(
    ("share", "rules"),
    [
        ({"recorded": False}, ("goals.not_recorded", "raters.not_recorded")),
        ({}, ("goals.held_back", "raters.held_back")),
        ({"percent": 40}, ("goals.share", "raters.share")),
        ({"word": "few"}, ("goals.share", "raters.share")),
        ({"word": "nearly all"}, ("goals.share", "raters.share")),
    ],
)
def test_cautions_stand_whatever_was_recorded(share, rules):
    cautions = stored().answer.cautions
    empty = {"percent": None, "word": None, "recorded": True} | share
    goals, raters = (
        change(row, **empty) for row in (cautions.goals_set_before, cautions.other_raters)
    )
    missing = tuple(
        change(row, percent=None, word=share.get("word")) for row in cautions.missing_at_end
    )
    changed = change(cautions, goals_set_before=goals, other_raters=raters, missing_at_end=missing)
    told = tell_cautions(part_with("answer", cautions=changed))
    assert len(told) <= 4
    by_id = {sentence.id: sentence for sentence in told}
    word = share.get("word")
    if word == "nearly all":
        assert "caution.goals" not in by_id
        assert "caution.raters" not in by_id
    else:
        assert (by_id["caution.goals"].rule, by_id["caution.raters"].rule) == rules
    wanted = f"{word} of the children in each format" if word else "Too few children to say"
    assert word == "few" or wanted in by_id["caution.missing"].text
    assert (word == "few") == ("caution.missing" not in by_id)


def test_the_caution_that_weighs_most_comes_first_and_good_news_is_left_out():
    cautions = stored().answer.cautions
    lost = tuple(change(row, percent=80, word=None) for row in cautions.missing_at_end)
    few = tuple(change(row, percent=None, word="few") for row in cautions.missing_at_end)
    first = tell_cautions(part_with("answer", cautions=change(cautions, missing_at_end=lost)))
    assert first[0].id == "caution.missing"
    told = tell_cautions(part_with("answer", cautions=change(cautions, missing_at_end=few)))
    assert "caution.missing" not in {sentence.id for sentence in told}


def previous(**changes):
    everyone = Counts(format="all", n_children=200, n_goals=600)
    moved = Change(**PAIR, before=-0.1, now=0.5, change=0.6)
    part = {"since": everyone, "held": (), "held_parts": (), "alike": False, "rows": (moved,)}
    part = PreviousPart(**(part | changes))
    return change(stored(), previous=part), part


def test_what_moved_is_said_without_a_verdict():
    summary, part = previous()
    said = texts(tell_previous(summary))["changes.group-individual"]
    assert said.endswith(
        "the difference was −0.10 and is now 0.50 levels every 12 weeks, a change of 0.60 levels."
    )
    hidden = change(part.rows[0], change=None)
    said = texts(tell_previous(previous(rows=(hidden,))[0]))
    assert "not shown in both" in said["changes.group-individual"]
    assert say_since(summary, part) == "About 200 children with 600 goals are compared here."


def newcomers(*rows, **changes):
    part = {"percent": 5, "weeks": 24, "rows": tuple(NewChildren(**row) for row in rows)}
    part = Newcomers(**(part | changes))
    return texts(tell_previous(previous(newcomers=part)[0]))


def test_new_children_are_told_apart_from_earlier_ones_only_where_that_is_settled():
    up = {"format": "all", "estimate": 0.4, "conf_low": 0.2, "conf_high": 0.6, "settled": True}
    down = {"format": "group", "estimate": -0.3, "conf_low": -0.5, "conf_high": -0.1}
    said = newcomers(up, down, down | {"format": "combined", "settled": True})
    assert (
        "moved further than those before, all formats together: by 0.40" in said["changes.new.all"]
    )
    assert "(95% range 0.20 to 0.60)" in said["changes.new.all"]
    assert "not settled by these records" in said["changes.new.group"]
    assert "0.10 to 0.50 levels in favour of earlier ones" in said["changes.new.group"]
    assert "less far than those before, combined therapy: by 0.30" in said["changes.new.combined"]
    assert "0.10 to 0.50" in said["changes.new.combined"]
    assert "5 of 100 reports" in said["changes.new.method"]
    assert "same format, allowing" in said["changes.new.method"]
    assert "over the first 12 weeks" in newcomers(up, weeks=12)["changes.new.method"]


@pytest.mark.parametrize("reason", ["few_new", "few_left", "few_clusters_left"])
def test_why_new_children_are_not_compared_is_said(reason):
    said = newcomers(withheld=reason)
    assert said["changes.new.all"].endswith(f"because {REASON_CLAUSES[reason]}.")
    assert "changes.new.method" not in said


@pytest.mark.parametrize(
    ("look", "rule", "words"),
    [
        ({"number": 1, "percent": 4.0}, "look.first", "at most 4% of reports like this one"),
        ({"number": 4, "percent": 0.4}, "look.later", "This is report 4 of a chain"),
    ],
)
def test_the_place_in_a_chain_and_its_level_are_said(look, rule, words):
    summary = stored()
    method = change(summary.method, look=Look(**look))
    (sentence,) = tell_look(change(summary, method=method))
    assert (sentence.rule, words in sentence.text) == (rule, True)
    assert f"{look['percent']:g}%" in sentence.text
    assert not tell_look(change(summary, method=change(method, look=Look())))


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"held": ("group",)}, "changes.held", "came to or left group therapy since"),
        ({"held_parts": ("soon", "effort")}, "changes.parts_held", "how soon goals were attained"),
        ({"alike": True}, "changes.same_children", "The same children"),
        ({}, "changes.none_held", "Every number here is new"),
    ],
)
def test_what_keeps_its_old_numbers_is_said(changes, rule, words):
    told = tell_previous(previous(**changes)[0])
    assert (told[0].rule, words in texts(told)["changes.held"]) == (rule, True)
    assert len(told) == (1 if "held" in changes else 2)


def test_a_first_report_says_nothing_of_a_last_one():
    assert tell_previous(stored()) == []


# -- weeks -----------------------------------------------------------------------------------


def over_weeks(**changes):
    summary = stored()
    return change(summary, measure=change(summary.measure, **changes))


def test_where_fewer_weeks_are_compared_page_1_says_which_and_why():
    summary = over_weeks(horizon_weeks=12, last_week=14, asked_weeks=24, ended=("group",))
    text = texts(tell_counts(summary))["counts"]
    assert "Compared are weeks 0 to 12 of the 24 asked about" in text
    assert "children in group therapy were seldom reviewed later" in text
    assert "over weeks 0 to 12" in give_question(summary)
    assert choose_next_step(summary)[0] == "weeks"


def test_where_all_weeks_are_compared_nothing_is_explained():
    assert "weeks" not in texts(tell_counts(stored()))["counts"]
    assert "over weeks 0 to 24" in give_question(stored())
    assert choose_next_step(stored())[0] != "weeks"


@pytest.mark.parametrize(
    ("rule", "name", "says"),
    [
        ("weeks_apart", "compare", "group therapy was reviewed for less than 6 weeks"),
        ("bent", "timing", "the two formats were reviewed at different weeks"),
        ("change_against", "timing", "the change over the first 12 weeks points the other way"),
        ("attained_against", "timing", "the goals at the expected level at the end point"),
    ],
)
def test_each_rule_about_weeks_has_its_words(rule, name, says):
    gate = change(gate_of(rule, name), need=6.0, format="group")
    assert says in texts([say_gate(stored(), gate)])[f"gate.{gate.pair}.{name}"]
    if name == "timing":
        assert find_faults(f"Lean on this lightly: {give_short_reason(gate)}.") == []
