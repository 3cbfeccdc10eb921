"""Words see a published summary and nothing else, and type no week and no level of confidence."""

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from stored_summaries import FOLDER, change, stored

from analysis.disclosure import fields, rows, sensitivity_rows
from analysis.disclosure.rows import Measure
from analysis.disclosure.summary import Summary
from analysis.vocabulary import ClaimId, GateName, GateRule, Label, Reason, Unit
from analysis.words import alt_text, cohort, gate_reasons, method, progress, sensitivity
from analysis.words.analyses import ANALYSIS_TITLES, give_estimand, give_title
from analysis.words.answer import LABEL_TITLES, give_question
from analysis.words.claims import CLAIMS, give_claim_estimand
from analysis.words.credibility import fill_cards
from analysis.words.linter import find_faults
from analysis.words.phrases import spell_unit
from analysis.words.reasons import DROPPED_CLAUSES, REASON_CLAUSES, give_clause
from analysis.words.tell import tell

ROOT = Path(__file__).resolve().parents[2]
SEEN = (
    "vocabulary",
    "formats",
    "wording",
    "weeks_and_errors",
    "settings",
    "errors",
    "disclosure",
    "records",
)
SEEN += ("disclosure.summary", "disclosure.rows", "disclosure.fields", "disclosure.faults")
SEEN += ("clinics", "clinics.rows", "network_choices")
SEEN += ("disclosure.chain_rows", "disclosure.sensitivity_rows", "records.schema", "cards")
BAR = """
import importlib, pathlib, sys
SEEN = {seen!r}
class Bar:
    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top in ("numpy", "pandas", "scipy", "matplotlib", "statsmodels"):
            raise ImportError("barred: " + name)
        if top == "analysis" and rest and rest not in SEEN and rest.split(".")[0] != "words":
            raise ImportError("barred: " + name)
sys.meta_path.insert(0, Bar())
folder = pathlib.Path({root!r}) / "analysis" / "words"
for path in sorted(folder.glob("*.py")):
    importlib.import_module("analysis.words." + path.stem)
from analysis.disclosure.summary import parse_summary
from analysis.words.tell import tell
told = tell(parse_summary(pathlib.Path({stored!r}).read_bytes()))
print(len(told.sentences), told)
"""
SECTIONS = ("subgroups", "attainment", "effort", "sensitivity", "claims")
OTHER_MEASURE = Measure(
    rate_weeks=7,
    horizon_weeks=17,
    last_week=19,
    review_weeks=5,
    confidence=0.97,
    similarity_confidence=0.85,
)
OTHER_WEEKS = {12: 7, 24: 17}
TYPED = re.compile(r"\b(12|24|26)[ -]weeks?\b|\bweeks? (12|24|26)\b|\b9[05]%(?= range|: )")


def test_words_see_nothing_but_a_published_summary():
    program = BAR.format(seen=SEEN, root=str(ROOT), stored=str(FOLDER / "sample.json"))
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    n_sentences, headline = done.stdout.strip().split(" ", 1)
    assert int(n_sentences) > 90
    assert headline == tell(stored()).texts["headline"]


def with_other_measure(part):
    """Give the decoded JSON with the weeks of its rows changed like those of its measure."""
    if isinstance(part, dict):
        return {
            key: OTHER_WEEKS.get(value, value)
            if key == "week"
            else [OTHER_WEEKS.get(week, week) for week in value]
            if key == "weeks"
            else with_other_measure(value)
            for key, value in part.items()
        }
    return [with_other_measure(item) for item in part] if isinstance(part, list) else part


@pytest.fixture(scope="module", params=["sample", "small"])
def measured_otherwise(request):
    plain = with_other_measure(msgspec.json.decode(msgspec.json.encode(stored(request.param))))
    changed = msgspec.convert(plain, type=Summary)
    values = msgspec.structs.asdict(OTHER_MEASURE)
    settings = tuple(
        change(row, value=values.get(row.name, row.value)) for row in changed.method.settings
    )
    method_part = change(changed.method, settings=settings)
    return tell(change(changed, measure=OTHER_MEASURE, method=method_part))


def texts_beside(summary):
    """Give every title, estimand, alt text and other text that stands beside the sentences."""
    yield from (give_title(summary, id) for id in ANALYSIS_TITLES)
    yield from (give_estimand(summary, id) for id in ANALYSIS_TITLES)
    yield from (give_claim_estimand(summary, id) for id in CLAIMS)
    yield from (spell_unit(summary, unit) for unit in get_args(Unit))
    yield give_question(summary)
    for part in (*method.describe_trial(summary), *method.list_settings(summary)):
        yield from part
    yield from itertools.chain.from_iterable(method.list_glossary(summary))
    yield from alt_text.measure_titles(summary).values()
    for name in (name for name in dir(alt_text) if name.startswith("describe_")):
        weeks = summary.attainment.weeks if name == "describe_icons" else [()]
        for week in weeks:
            yield getattr(alt_text, name)(summary, *([week] if week else []))


def test_no_text_types_a_week_or_a_level_of_confidence(measured_otherwise):
    texts = [row.text for row in measured_otherwise.sentences]
    texts += list(texts_beside(measured_otherwise))
    assert len(texts) > 150
    assert [text for text in texts if TYPED.search(text)] == []


def test_weeks_and_levels_of_confidence_are_those_of_the_measure(measured_otherwise):
    said = " ".join([row.text for row in measured_otherwise.sentences])
    said += " ".join(texts_beside(measured_otherwise))
    assert "levels per 7 weeks" in said
    assert "first 17 weeks" in said
    assert "Reviews up to week 19" in said
    assert "97% range" in said


def test_no_text_of_the_package_holds_a_typed_week_or_level():
    typed = []
    for path in (ROOT / "analysis" / "words").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and isinstance(node.body[0], ast.Expr)
        }
        typed += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and re.search(r"\b(12|24|26) weeks|\bweek (12|24)\b|\b9[05]%", node.value)
        ]
    assert typed == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_was_not_asked_is_said_not_to_be(section):
    told = tell(change(stored(), **{section: None}))
    key = {"subgroups": "depends", "attainment": "soon"}.get(section, section)
    own = [row for row in told.sentences if row.id.partition(".")[0] == key]
    assert [row.id for row in own] == [f"{key}.not_asked"]
    assert find_faults(own[0].text) == []


def test_a_study_asked_only_the_main_question_is_told_and_described():
    told = tell(change(stored(), **dict.fromkeys(SECTIONS)))
    assert {f"{key}.not_asked" for key in ("depends", "soon", "effort", "sensitivity")} <= set(
        told.texts
    )
    for name in (name for name in dir(alt_text) if name.startswith("describe_")):
        arguments = (12,) if name == "describe_icons" else ()
        assert getattr(alt_text, name)(told, *arguments)
    assert fill_cards(told) == []


def test_telling_twice_changes_nothing():
    once = tell(stored())
    assert tell(once) == once


def test_the_order_is_the_order_of_the_report():
    found = [row.id.partition(".")[0] for row in tell(stored()).sentences]
    order = "pair headline always caution next_step counts gate certainty method who progress"
    order += " depends soon effort sensitivity claims finding"
    assert list(dict.fromkeys(found)) == order.split()


def test_a_summary_that_claims_to_show_a_number_it_lacks_is_refused():
    end = stored().effort.end_level
    pairs = tuple(change(pair, shown=True, estimate=None) for pair in end.pairs)
    broken = change(stored().effort, end_level=change(end, pairs=pairs))
    with pytest.raises(ValueError, match="does not hold it"):
        tell(change(stored(), effort=broken))


def test_a_summary_without_a_choice_that_a_sentence_names_is_refused():
    kept = tuple(row for row in stored().method.settings if row.name != "overlap_smd_warn")
    with pytest.raises(ValueError, match="overlap_smd_warn"):
        tell(change(stored(), method=change(stored().method, settings=kept)))


def ids_of(struct, field):
    """Give the ids a field of a row may hold."""
    return get_args(next(f.type for f in msgspec.structs.fields(struct) if f.name == field))


def test_every_id_has_its_words():
    assert set(get_args(Reason)) <= set(REASON_CLAUSES)
    assert set(ids_of(rows.Dropped, "reason")) == set(DROPPED_CLAUSES)
    assert set(get_args(Label)) == set(LABEL_TITLES)
    assert set(get_args(GateName)) == set(gate_reasons.GATE_QUESTIONS)
    assert set(get_args(ClaimId)) == set(CLAIMS)
    assert set(ids_of(rows.FlowStep, "id")) == set(cohort.FLOW_TITLES)
    assert set(ids_of(rows.Band, "band")) == set(progress.BAND_TITLES)
    assert set(ids_of(sensitivity_rows.Control, "id")) == set(sensitivity.CONTROL_NAMES)
    assert set(get_args(fields.Trait)) == set(cohort.TRAIT_TITLES)
    for trait in set(get_args(fields.Trait)) - {"site"}:
        assert cohort.start_unit(trait)
    for rule in get_args(GateRule):
        assert rule in gate_reasons._REASONS


def test_a_clause_ends_a_sentence_and_claims_nothing():
    for reason in REASON_CLAUSES:
        text = f"This cannot be said, because {give_clause(reason)}."
        assert find_faults(text) == []


def test_every_setting_the_summary_prints_is_given_with_its_unit_and_reason():
    listed = method.list_settings(stored())
    assert len(listed) == len(stored().method.settings)
    assert ("confidence", "95%") in [row[:2] for row in listed]
    assert all(row.reason for row in listed if row.name in ("margin", "confidence", "grace weeks"))


def test_a_package_run_from_its_folder_is_said_to_be_not_installed():
    version = rows.Version(name="numpy", value=None)
    told = change(stored(), method=change(stored().method, versions=(version,)))
    assert method.list_versions(told) == ["numpy not installed, run from its folder"]
