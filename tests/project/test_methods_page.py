"""METHODS.md and docs/ say what the code does: its numbers, order, headings and claims."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from analysis.audit.account import describe_audit
from analysis.audit.scenarios import MEASURES, SCENARIOS
from analysis.disclosure import rules
from analysis.measures.cohort import TRAITS
from analysis.measures.common_weeks import STEP_WEEKS
from analysis.settings import LARGEST_CELL_ALLOWED, SMALLEST_CELL_ALLOWED, Settings
from analysis.vocabulary import BLOCKING, ClaimId, GateName
from analysis.words.answer import LABEL_TITLES

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGE = (ROOT / "METHODS.md").read_text(encoding="utf-8")
S = Settings()


def part(heading):
    return PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]


def flowing(heading):
    return " ".join(part(heading).split())


def percent(share):
    return f"{100 * share:g}%"


@pytest.mark.parametrize(
    ("heading", "phrase"),
    [
        ("The question", f"reviews up to week {S.last_week}"),
        ("The question", f"| {S.horizon_weeks} weeks, everyone reviewed |"),
        ("The question", f"levels per {S.rate_weeks} weeks"),
        (
            "What is measured",
            f"up to week {S.last_week} ({S.horizon_weeks} and a grace of {S.grace_weeks})",
        ),
        ("What is measured", f"in the first {S.baseline_weeks} weeks"),
        ("What is measured", f"at least {S.minimum_reviews} reviews"),
        ("What is measured", f"at least {S.minimum_span_weeks} weeks apart"),
        ("What is allowed for", f"for every {S.children_per_covariate} children"),
        ("What is allowed for", f"more than {percent(S.most_missing)} of children"),
        ("What is allowed for", f"fewer than {S.fewest_traits} traits"),
        ("Gates", f"fewer than {S.describe_children} children with usable reviews"),
        ("Gates", f"fewer than {S.compare_children} children in a format"),
        ("Gates", f"fewer than {S.compare_groups} therapy groups"),
        ("Gates", f"fewer than {S.compare_df:g} degrees of freedom"),
        (
            "Gates",
            f"worth fewer than {S.overlap_n_effective:g} or fewer than {percent(S.overlap_share)}",
        ),
        (
            "Gates",
            f"more than {percent(S.rare_share)} of all children "
            f"with a chance below {S.rare_propensity:g}",
        ),
        ("Gates", f"above {S.overlap_smd:.2f} after weighting"),
        ("Gates", f"further than {S.precision_multiple:g} margins"),
        ("Common weeks", f"at least {percent(S.reviewed_share)} of that of the format"),
        ("Common weeks", f"no format has {percent(S.reviewed_least)} left"),
        ("Common weeks", f"a multiple of {STEP_WEEKS}"),
        ("Common weeks", f"less than {S.common_weeks} weeks in this sense"),
        ("Common weeks", f"more than {percent(S.bend_share)} of the margin"),
        ("Common weeks", f"The change after {S.rate_weeks} weeks"),
        ("Gates", f"fewer than {S.common_weeks} common weeks"),
        ("Gates", f"more than {percent(S.bend_share)} of the margin"),
        ("Gates", f"more than {percent(S.attrition_share)} of a format"),
        ("Gates", f"more than {100 * S.attrition_difference:g} points"),
        ("Gates", f"more than {percent(S.after_format_share)} of goals set after"),
        ("Gates", f"more than {percent(S.dominance_share)} of a format"),
        ("What may be said", f"{S.margin:g} levels per {S.rate_weeks} weeks"),
        ("What may be said", f"the {percent(S.similarity_confidence)} interval lies inside"),
        ("What may be said", f"the {percent(S.confidence)} interval lies above +M"),
        ("How soon, how far, at what effort", f"{S.resamples} times"),
        ("How sure?", f"at least {percent(S.delivered_share)} of sessions"),
        ("How sure?", f"more than {percent(S.impute_above)}, {S.imputations} completed copies"),
        ("What may leave", f"fewer than {S.smallest_cell} children"),
        ("What may leave", f"may choose {SMALLEST_CELL_ALLOWED} to {LARGEST_CELL_ALLOWED}"),
        ("What may leave", f"nearest {rules.ROUND_TO};"),
        ("What may leave", f"({rules.LEVEL_STEP:g} of a level, {rules.AGE_STEP:g} years of age"),
        ("What may leave", f"Model estimates have {rules.ESTIMATE_DECIMALS} decimals"),
        ("What may leave", f"{S.residual_df} degrees of freedom left over"),
    ],
)
def test_every_number_in_the_prose_is_the_one_that_is_used(heading, phrase):
    assert phrase in flowing(heading)


def test_traits_are_listed_in_the_order_in_which_they_enter():
    listed = re.findall(r"^\d+\. `(\w+)`", part("What is allowed for"), re.MULTILINE)
    assert tuple(listed) == ("site", "start_term", *TRAITS)


def test_gates_are_listed_in_the_order_in_which_they_are_asked():
    rows = re.findall(r"^\| (\w+) \| .+ \| (.+) \|$", part("Gates"), re.MULTILINE)[1:]
    assert tuple(name for name, _ in rows) == get_args(GateName)
    closing = [name for name, effect in rows if effect == "not compared"]
    assert tuple(closing) == BLOCKING


def test_every_label_stands_in_the_table_of_labels():
    table = part("What may be said").lower()
    for title in LABEL_TITLES.values():
        assert f"| {title.lower()} |" in table


def test_there_are_as_many_claims_as_are_held_against_the_records():
    listed = re.findall(r"^\d+\. ", part("The claims ledger"), re.MULTILINE)
    assert len(listed) == len(get_args(ClaimId))


def test_every_section_the_code_points_to_exists():
    headings = set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE))
    pointed = set()
    for path in (ROOT / "analysis").rglob("*.py"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        pointed |= set(re.findall(r'METHODS\.md, "([^"]+)"', text))
    assert pointed - headings == set()


def test_the_contents_lead_to_every_section():
    links = re.findall(r"\[[^\]]+\]\(#([^)]+)\)", PAGE.split("\n## ")[0])
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }
    assert set(links) == anchors


@pytest.fixture(scope="module")
def audit():
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    place = re.search(r"docs/audit\.md\)\n.*?(analysis/\S+\.json)\)", MAKEFILE, re.DOTALL)[1]
    return page, json.loads((ROOT / place).read_text(encoding="utf-8"))


def test_the_page_of_the_audit_opens_as_the_command_writes_it(audit):
    page, numbers = audit
    n_clinics = {row["n_clinics"] for row in numbers["scenarios"].values()}
    assert len(n_clinics) == 1
    command = f"python -m analysis.audit --clinics {n_clinics.pop()} --seed {numbers['seed']}"
    opening = describe_audit([], command).partition("\n\n| ")[0]
    assert f"`{command}`" in opening
    assert page.startswith(opening)
    assert numbers["headline"] in page.splitlines()


def test_the_page_of_the_audit_has_every_bar_with_the_verdict_of_its_numbers(audit):
    page, numbers = audit
    assert list(numbers["scenarios"]) == [scenario.name for scenario in SCENARIOS]
    bars = [
        (scenario, MEASURES[name], found["verdict"])
        for scenario, row in numbers["scenarios"].items()
        for name, found in row.items()
        if isinstance(found, dict) and found.get("verdict")
    ]
    table = page.partition("| bar | verdict |\n")[2].partition("\n\n")[0].splitlines()[1:]
    rows = [line.strip("| ").split(" | ") for line in table]
    assert [(row[0], row[1], row[4]) for row in rows] == bars
    assert not [bar for bar in bars if bar[2] not in ("met", "open")]


def test_what_the_pages_link_to_exists():
    for page in ("METHODS.md", "CONTRIBUTING.md", "SECURITY.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert (ROOT / link).exists(), f"{page}: {link}"
        files = re.findall(r"`((?:analysis|tests|benchmarks|docs)/[\w/.]+\.\w+)`", text)
        missing = [name for name in files if "NAME" not in name and not (ROOT / name).exists()]
        assert missing == []
