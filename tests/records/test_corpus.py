"""Every faulty export of the corpus gets the outcome and the exact words written beside it."""

import json
import re
import sys
import traceback
from pathlib import Path

import pytest

from analysis.errors import EXAMPLES_SHOWN, EXIT_FAULTY_RECORDS, EXIT_PRIVACY, RecordsError
from analysis.records.load import read_records, sample_digest

CORPUS = Path(__file__).parents[1] / "bad_records"
CASES = json.loads((CORPUS / "cases.json").read_text(encoding="utf-8"))
SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SECRETS = re.compile(
    r"aoife|brennan|tariq|mahmood|yuki|sato|7946|0041|QQ12|hazel|oakfield|SW1A|2016|05/03|"
    r"\bC0[1-9]\b(?! )|\bG[1-9]\b|tired today|cooking|referee",
    re.IGNORECASE,
)
PACKAGE_WORDS = ("pandas", "openpyxl", "numpy", "traceback", "dtype", "nan", "int64", "parser")
FAULT_WORDS_OF_THE_PLAN = """
byte-order mark | UTF-16 | code page | CR line ends | tabs | semicolons | decimal commas
truncated | trailing commas | unbalanced quote | NUL | blank rows | no-break | case of labels
typographic minus | title lines | two-row header | totals row | duplicate column
missing column | HTML | old .xls | pickle | zip archive | locked workbook | zip bomb
renamed columns | data on another sheet | ~$ | real dates | Excel serials
ids turned into dates | 9.0E+15 | days instead of weeks | levels 1-5 | levels 0-4 | -3 | halves
99 and 999 | "not seen" and "-" | blank level | format spellings | ids that differ by case
ids that differ by zeros | identical duplicate rows | same goal and week | two raters
goal of two children | child with two ages | review of an unknown goal
review before the start | without a baseline | one review | zero variance | one format only
absent format | many goals for one child | more than 40%
"""


def told(records):
    n_children, n_goals = records.n_children, len(records.goals)
    lines = [f"{n_children} children, {n_goals} goals, {len(records.reviews)} reviews."]
    lines += [f"  {row.file}: {row.n_lines} {row.what}" for row in records.ledger.itertuples()]
    return "\n".join([*lines, *(f"  - {note}" for note in records.notes)])


def answer(case):
    try:
        return read_records(CORPUS / case["file"], case["mapping"]), None
    except RecordsError as error:
        return None, error


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_each_faulty_export_is_answered_as_written(case):
    records, error = answer(case)
    if case["outcome"] == "read":
        assert error is None
        assert told(records) == case["message"]
        return
    assert error is not None
    assert sorted(problem.code for problem in error.problems) == case["codes"]
    told_here = str(error).replace(sys.executable, "python").replace(f"{CORPUS.resolve()}/", "")
    assert told_here == case["message"]
    assert error.exit_code == (EXIT_PRIVACY if error.privacy else EXIT_FAULTY_RECORDS)
    assert str(error).startswith(f"{len(error.problems)} problem")
    assert "Nothing was analysed" in str(error).splitlines()[0]
    for problem in error.problems:
        assert len(problem.places) <= EXAMPLES_SHOWN
        assert problem.fault.endswith((".", ")")) or problem.fault[-1].isalpha()
        assert problem.mend[-1] in ".?"


def test_no_answer_quotes_a_child_or_speaks_of_packages():
    for case in CASES:
        told = case["message"].replace("such as C07", "").replace("column G2", "")
        assert not SECRETS.search(re.sub(r'"[A-Z]+[0-9]*" =', "", told)), case["file"]
        assert not any(re.search(rf"\b{word}\b", told.lower()) for word in PACKAGE_WORDS)


def test_a_refusal_shown_with_its_traceback_quotes_no_child():
    for case in CASES:
        _, error = answer(case)
        if error is not None:
            shown = "".join(traceback.format_exception(error))
            assert error.__cause__ is None
            assert error.__context__ is None or error.__suppress_context__
            assert "Brennan" not in shown
            assert "Mahmood" not in shown


def test_every_fault_of_the_plan_has_a_file():
    faults = " | ".join(case["fault"] for case in CASES)
    planned = re.split(r"[|\n]", FAULT_WORDS_OF_THE_PLAN)
    missing = [words for words in map(str.strip, planned) if words not in faults]
    assert missing == []


def test_every_file_of_the_corpus_is_judged():
    files = {path.name for path in CORPUS.iterdir()} - {
        "README.md",
        "cases.json",
        "make_files.py",
        ".gitattributes",
        "__pycache__",
    }
    assert files == {case["file"] for case in CASES}


def test_the_sample_clinic_is_known_by_its_digest():
    records = read_records(SAMPLE)
    assert records.digest == sample_digest(), (
        "data/sample changed: write its digest into analysis/records/sample_digest.txt"
    )
    assert records.invented
    assert "invented" in repr(records)
