"""`python -m analysis.network`: reports or records in, one answer out, and refusals in words."""

import contextlib
import io
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from pooled_clinics import published_clinics

from analysis.clinics.given import take_report
from analysis.clinics.publish import publish_network
from analysis.clinics.rows import spell_network
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.release import protect
from analysis.disclosure.summary import parse_summary, spell_summary
from analysis.network.__main__ import main
from analysis.network.clinics import digest_children, find_clinics, study_clinics
from analysis.network.invent import invent_designs, invent_network
from analysis.records.load import read_records
from analysis.report.attached import read_attached
from analysis.report.document import render_pdf
from analysis.settings import Settings
from analysis.study import run_study

pytestmark = pytest.mark.slow
MOST_BYTES = 5_000_000


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Four clinics' reports as they leave, as JSON, the last one as PDF too."""
    folder = tmp_path_factory.mktemp("reports")
    for k, summary in enumerate(published_clinics()):
        (folder / f"clinic-{k}.json").write_bytes(spell_summary(summary))
    (folder / "clinic-3.pdf").write_bytes(render_pdf(published_clinics()[3]))
    return folder


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A folder of four invented clinics."""
    folder = tmp_path_factory.mktemp("network")
    invent_network(folder, 4, 0.1, 5)
    return folder


@pytest.fixture(scope="module")
def from_records(network, tmp_path_factory):
    """What the command says and writes for the four clinics."""
    out = tmp_path_factory.mktemp("out") / "network.pdf"
    code, said, _ = run("report", str(network), "--output", str(out), "--text")
    assert code == 0
    return said, out


def run(*arguments):
    """Run the command; give its exit code, what it said and what it complained of."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code
    return code, said.getvalue(), complained.getvalue()


def paths_of(folder, *names):
    return [str(folder / name) for name in names]


def test_reports_alone_are_pooled_and_the_pdf_carries_its_numbers(reports, tmp_path):
    out = tmp_path / "network.pdf"
    given = paths_of(reports, "clinic-0.json", "clinic-1.json", "clinic-2.json", "clinic-3.pdf")
    code, said, complained = run("combine", *given, "--output", out)
    assert (code, complained) == (0, "")
    summary = json.loads((tmp_path / "network.json").read_bytes())
    assert (summary["source"], summary["n_clinics"], summary["own"]) == ("reports", 4, [])
    assert read_attached(out.read_bytes(), MOST_BYTES) == (tmp_path / "network.json").read_bytes()
    texts = {sentence["id"]: sentence["text"] for sentence in summary["sentences"]}
    assert texts["headline"].replace("\u2212", "-") in said.replace("\n", " ")


def test_no_name_of_a_file_or_a_ledger_is_in_what_is_written(reports, tmp_path):
    given = paths_of(reports, *(f"clinic-{k}.json" for k in range(4)))
    run("combine", *given, "--own", given[1], "--output", tmp_path / "o.pdf", "--text")
    written = b"".join((tmp_path / f"o.{end}").read_bytes() for end in ("json", "txt"))
    assert b"clinic-1" not in written
    for summary in published_clinics():
        for name in (summary.ledger, summary.report, summary.records.id, summary.seal):
            assert name
            assert name.encode() not in written


def test_a_readers_own_report_must_be_among_those_combined(reports, tmp_path):
    given = paths_of(reports, "clinic-0.json", "clinic-1.json", "clinic-2.json")
    own = ("--own", reports / "clinic-3.json", "--output", tmp_path / "o.pdf")
    code, _, complained = run("combine", *given, *own)
    assert code == 2
    assert "must be one of the reports" in complained
    assert list(tmp_path.iterdir()) == []


def test_the_same_clinic_twice_is_refused_by_name(reports, tmp_path):
    given = paths_of(reports, "clinic-0.json", "clinic-1.json", "clinic-3.json", "clinic-3.pdf")
    code, _, complained = run("combine", *given, "--output", tmp_path / "o.pdf")
    assert code == 2
    assert "clinic-3.pdf holds the very same records as clinic-3.json" in complained


def test_two_clinics_are_too_few(reports, tmp_path):
    given = paths_of(reports, "clinic-0.json", "clinic-1.json")
    code, _, complained = run("combine", *given, "--output", tmp_path / "o.pdf")
    assert code == 2
    assert "at least 3 are needed" in complained


def test_damaged_forged_and_missing_reports_are_each_named(reports, tmp_path):
    whole = (reports / "clinic-0.json").read_bytes()
    summary = json.loads(whole)
    pair = next(pair for pair in summary["answer"]["pairs"] if pair["shown"])
    pair["estimate"] += 1
    (tmp_path / "forged.json").write_bytes(json.dumps(summary).encode())
    (tmp_path / "cut.json").write_bytes(whole[: len(whole) // 2])
    names = paths_of(tmp_path, "forged.json", "cut.json", "absent.json")
    given = paths_of(reports, "clinic-1.json", "clinic-2.json", "clinic-3.json")
    code, said, complained = run("combine", *given, *names, "--output", tmp_path / "o.pdf")
    assert (code, said) == (2, "")
    assert "1. forged.json does not say what its numbers say" in complained
    assert "2. cut.json: The summary was not written by this program" in complained
    assert '3. absent.json: "absent.json" cannot be read' in complained
    assert not (tmp_path / "o.pdf").exists()


def test_a_damaged_report_is_left_out_only_by_name(reports, tmp_path):
    (tmp_path / "cut.json").write_bytes(b"{")
    given = paths_of(reports, *(f"clinic-{k}.json" for k in range(4)))
    asked = (*given, tmp_path / "cut.json", "--output", tmp_path / "o.pdf")
    assert run("combine", *asked)[0] == 2
    assert run("combine", *asked, "--leave-out", "other.json")[0] == 2
    assert run("combine", *asked, "--leave-out", "cut.json")[0] == 0
    summary = json.loads((tmp_path / "o.json").read_bytes())
    assert (summary["n_clinics"], summary["n_left_out"]) == (4, 1)


def test_records_in_one_place_are_pooled_to_the_same_bytes_again(network, from_records, tmp_path):
    _, out = from_records
    again = tmp_path / "network.pdf"
    assert run("report", network, "--output", again)[0] == 0
    assert again.read_bytes() == out.read_bytes()
    summary = json.loads(out.with_suffix(".json").read_bytes())
    assert (summary["source"], summary["invented"], summary["n_clinics"]) == ("records", True, 4)


def test_records_in_one_place_give_what_their_reports_combined_give(network, from_records):
    given = []
    for path in sorted(network.iterdir()):
        study = run_study(path)
        given.append(take_report(protect(study, Ledger()), path.name))
    combined = publish_network(given, "reports")
    written = json.loads(from_records[1].with_suffix(".json").read_bytes())
    assert json.loads(spell_network(combined))["questions"] == written["questions"]


def test_the_text_says_what_the_numbers_say(from_records):
    _, out = from_records
    summary = json.loads(out.with_suffix(".json").read_bytes())
    text = " ".join(out.with_suffix(".txt").read_text(encoding="utf-8").split())
    for sentence in summary["sentences"]:
        assert " ".join(sentence["text"].split()) in text, sentence["id"]
    assert "Invented clinics." in text


def test_a_faulty_clinic_is_named_and_left_out_only_by_name(network, tmp_path):
    folder = tmp_path / "clinics"
    shutil.copytree(network, folder)
    reviews = folder / "clinic-2" / "reviews.csv"
    reviews.write_text(
        reviews.read_text(encoding="utf-8").replace(",-2,", ",-7,"), encoding="utf-8"
    )
    out = tmp_path / "o.pdf"
    code, _, complained = run("report", folder, "--output", out)
    assert code == 4
    assert "clinic-2: " in complained
    assert "clinic-1: " not in complained
    assert run("report", folder, "--output", out, "--leave-out", "clinic-2")[0] == 0
    summary = json.loads(out.with_suffix(".json").read_bytes())
    assert (summary["n_clinics"], summary["n_left_out"]) == (3, 1)


def test_a_clinic_handed_in_twice_under_other_codes_is_noticed(network, tmp_path):
    folder = tmp_path / "clinics"
    shutil.copytree(network, folder)
    shutil.copytree(folder / "clinic-1", folder / "clinic-9")
    for path in (folder / "clinic-9").glob("*.csv"):
        table = pd.read_csv(path, dtype=str)
        if "child_id" in table:
            table["child_id"] = "X" + table["child_id"].str[1:]
        table.to_csv(path, index=False)
    code, _, complained = run("report", folder, "--output", tmp_path / "o.pdf")
    assert code == 2
    assert "clinic-1 and clinic-9 hold the very same course of many children" in complained


def test_children_of_different_clinics_are_not_taken_for_one_another(network):
    first, second = (
        digest_children(read_records(network / name)) for name in ("clinic-1", "clinic-2")
    )
    assert len(first) > 50
    assert not first & second


def test_one_set_of_records_is_split_by_the_column_that_names_the_clinic(
    network, from_records, tmp_path
):
    parts = {}
    for k, path in enumerate(sorted(network.iterdir())):
        for table in path.glob("*.csv"):
            frame = pd.read_csv(table, dtype=str)
            for column in ("child_id", "goal_id", "episode_id", "group_id", "therapist_id"):
                if column in frame:
                    frame[column] = frame[column].str[0] + str(k) + frame[column].str[1:]
            if table.stem == "episodes":
                frame["clinic"] = f"clinic-{k + 1}"
            parts.setdefault(table.name, []).append(frame)
    whole = tmp_path / "whole"
    whole.mkdir()
    for name, frames in parts.items():
        pd.concat(frames).to_csv(whole / name, index=False)
    code, _, complained = run("report", whole, "--output", tmp_path / "o.pdf")
    assert (code, complained) == (0, "")
    split = json.loads((tmp_path / "o.json").read_bytes())
    apart = json.loads(from_records[1].with_suffix(".json").read_bytes())
    assert split["questions"] == apart["questions"]
    assert split["counts"] == apart["counts"]
    code, _, complained = run("report", whole, "--column", "house", "--output", tmp_path / "p.pdf")
    assert code == 2
    assert 'No column "house"' in complained


def test_two_processes_give_the_same_as_one(network):
    clinics = find_clinics([network])
    one, two = (list(study_clinics(clinics, Settings(), jobs=jobs)) for jobs in (1, 2))
    assert [given.name for given in one] == [given.name for given in two]
    assert [repr(given.brought) for given in one] == [repr(given.brought) for given in two]


def test_an_invented_network_is_the_same_for_the_same_seed_and_spreads_as_asked():
    first, again = (list(invent_designs(40, 0.2, 3)) for _ in range(2))
    assert first == again
    effects = np.array([design.format_effects for design, _ in first])
    assert effects[:, 0].std() == 0
    assert 0.13 < effects[:, 1].std() < 0.27
    assert 0.13 < (effects[:, 2] - effects[:, 1]).std() < 0.27
    assert sum(bool(design.absent_formats) for design, _ in first) == 8


def test_an_invented_network_never_replaces_a_clinics_records(tmp_path):
    (tmp_path / "clinic-1").mkdir()
    (tmp_path / "clinic-1" / "goals.csv").write_text("goal_id\n", encoding="utf-8")
    code, _, complained = run("invent", tmp_path, "--clinics", "3")
    assert code == 5
    assert "is left as it is" in complained
    assert not (tmp_path / "clinic-2").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("combine",),
        ("report", "x", "--output", "x.txt"),
        ("invent", "x", "--clinics", "0"),
        ("invent", "x", "--spread", "7"),
        ("invent", "x", "--spread", "1e9"),
        ("report", "x", "--margin", "9"),
        ("something",),
    ],
)
def test_wrong_arguments_are_one_sentence(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, said, complained = run(*arguments)
    assert (code, said) == (2, "")
    assert complained.count("\n") <= 1 or complained.count("\n") == 1
    assert "Traceback" not in complained


def test_a_summary_of_a_clinic_reads_back_as_it_was_handed_in(reports):
    content = (reports / "clinic-0.json").read_bytes()
    assert parse_summary(content).ledger == published_clinics()[0].ledger
