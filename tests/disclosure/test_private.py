"""The private ledger's file: the clinic's own, whole, sealed, and never turned off in silence."""

import json
import multiprocessing
import stat

import pytest
from growing_clinics import grown_clinic, study_of, tables_of, write_tables

from analysis import errors
from analysis.disclosure.groups import Brought
from analysis.disclosure.ledger import Ledger, parse_ledger, spell_ledger
from analysis.disclosure.private import FILE_NAME, default_folder, find_ledger, open_ledger
from analysis.disclosure.release import protect
from analysis.errors import AnalysisError, WriteError
from analysis.report import __main__ as command


def kept(folder, n_reports=1):
    """Give the ledger of a folder that knows some reports."""
    ledger = open_ledger(folder)
    for number in range(n_reports):
        ledger.remember_report(f"{number:x}", "", {"compared.group": frozenset({"C1", "C2"})})
    ledger.save()
    return ledger


def test_a_ledger_is_its_owners_alone_and_its_secret_is_made_once(tmp_path):
    first = kept(tmp_path / "private")
    path = tmp_path / "private" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == [FILE_NAME]
    again = open_ledger(tmp_path / "private")
    assert (again.id, again.content) == (first.id, parse_ledger(path.read_bytes()))
    assert open_ledger(tmp_path / "others").id != first.id
    assert first.id not in path.read_text()


def test_the_ledger_stands_where_the_system_keeps_a_users_data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_folder().parent == tmp_path
    assert find_ledger() is None
    assert not default_folder().exists()
    made = open_ledger()
    assert find_ledger().id == made.id


def test_nothing_is_written_again_when_nothing_new_was_remembered(tmp_path):
    kept(tmp_path)
    before = (tmp_path / FILE_NAME).stat()
    kept(tmp_path)
    after = (tmp_path / FILE_NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def emptied(told):
    return b""


def cut(told):
    return told[: len(told) // 2]


def without_reports(told):
    return json.dumps(json.loads(told) | {"reports": []}).encode()


def with_another_group(told):
    return told.replace(b'"compared.group":"3"', b'"compared.group":"1"')


def with_another_secret(told):
    return json.dumps(json.loads(told) | {"secret": "0" * 64}).encode()


def with_an_unknown_part(told):
    return json.dumps(json.loads(told) | {"mine": 1}).encode()


@pytest.mark.parametrize(
    "change",
    [
        emptied,
        cut,
        without_reports,
        with_another_group,
        with_another_secret,
        with_an_unknown_part,
    ],
)
def test_a_ledger_that_was_emptied_or_edited_is_refused_in_words(change, tmp_path):
    kept(tmp_path)
    path = tmp_path / FILE_NAME
    changed = change(path.read_bytes())
    assert changed != path.read_bytes()
    path.write_bytes(changed)
    for read in (open_ledger, find_ledger):
        with pytest.raises(AnalysisError, match="nothing can be promised"):
            read(tmp_path)
    assert path.read_bytes() == changed


def test_a_ledger_edited_during_a_run_is_not_written_over(tmp_path):
    ledger = kept(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"")
    ledger.remember_report("f", "", {})
    with pytest.raises(AnalysisError, match="nothing can be promised"):
        ledger.save()
    (tmp_path / FILE_NAME).write_bytes(spell_ledger(Ledger().content))
    with pytest.raises(AnalysisError, match="exchanged"):
        ledger.save()


def remember(folder, number, n_times):
    for turn in range(n_times):
        ledger = open_ledger(folder)
        ids = frozenset({f"C{number}{turn}{k}" for k in range(5)})
        ledger.remember_report(f"{number}{turn}", "", {"compared.group": ids})
        ledger.remember_shown({"group": Brought(dict.fromkeys(ids, "1"), compared=True)})
        ledger.save()


def test_two_runs_at_once_lose_nothing_of_what_either_remembered(tmp_path):
    fork = multiprocessing.get_context("spawn")
    runs = [fork.Process(target=remember, args=(tmp_path, number, 8)) for number in (1, 2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    content = open_ledger(tmp_path).content
    assert len(content.reports) == len(content.shown) == 16
    assert len(content.children) == 16 * 5


def test_a_folder_that_cannot_hold_a_ledger_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(WriteError, match="--ledger"):
        open_ledger(tmp_path / "file")
    with pytest.raises(AnalysisError, match="leaves the clinic"):
        open_ledger(tmp_path, leaves=tmp_path)
    with pytest.raises(AnalysisError, match="no private ledger"):
        open_ledger(tmp_path / "none", make=False)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.fixture(scope="module")
def two_terms(tmp_path_factory):
    """The records of a clinic before and after four children came, in folders."""
    folder = tmp_path_factory.mktemp("terms")
    before, _ = grown_clinic(130, 23, 4)
    for name, tables in (("after", tables_of(130, 23)), ("before", tables_before(before))):
        write_tables(folder / name, tables)
    return folder


def tables_before(study):
    names = ("episodes", "goals", "reviews", "sessions", "home_practice")
    return {name: getattr(study.records, name) for name in names}


def run(records, output, ledger, *more):
    return command.main([str(records), "--output", str(output), "--ledger", str(ledger), *more])


@pytest.mark.slow
def test_the_command_takes_the_last_pdf_or_json_and_says_where_the_ledger_is(
    two_terms, tmp_path, capsys
):
    out, ledger = tmp_path / "out", tmp_path / "private"
    out.mkdir()
    assert run(two_terms / "before", out / "one.pdf", ledger) == 0
    said = capsys.readouterr().out
    assert str(ledger / FILE_NAME) in said
    assert "--previous one.pdf" in said
    assert "not held against" not in said
    for name in ("one.pdf", "one.json"):
        last = ["--previous", str(out / name)]
        assert run(two_terms / "after", out / f"{name}.pdf", ledger, *last) == 0
        assert "those of" in capsys.readouterr().out
    assert (out / "one.pdf.pdf").read_bytes() == (out / "one.json.pdf").read_bytes()
    assert not any("ledger" in path.name for path in out.iterdir())
    assert run(two_terms / "after", out / "two.pdf", ledger) == 0
    assert "2 other reports that this one was not held against" in capsys.readouterr().out


@pytest.mark.slow
def test_the_command_says_what_it_cannot_promise_without_the_ledger(two_terms, tmp_path, capsys):
    ledger, last = tmp_path / "private", ["--previous", str(tmp_path / "one.pdf")]
    assert run(two_terms / "before", tmp_path / "one.pdf", ledger) == 0
    for folder, says in ((tmp_path / "none", "no private ledger"), (tmp_path / "new", "another")):
        if folder.name == "new":
            open_ledger(folder)
        code = run(two_terms / "after", tmp_path / "two.pdf", folder, *last)
        assert code == errors.EXIT_USAGE
        said = capsys.readouterr().err
        assert says in said
        assert "do not hand out both" in said
    assert not (tmp_path / "two.pdf").exists()
    assert not (tmp_path / "none").exists()


def test_the_invented_sample_needs_no_ledger_and_writes_none(tmp_path, capsys):
    assert command.main(["--output", str(tmp_path / "s.pdf"), "--ledger", str(tmp_path / "p")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.json", "s.pdf"]
    last = ["--previous", str(tmp_path / "s.pdf")]
    assert command.main([*last, "--output", str(tmp_path / "t.pdf")]) == 0
    assert "The same children stand behind every number" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_report_that_is_made_again_is_remembered_once(tmp_path):
    for _ in range(2):
        ledger = open_ledger(tmp_path)
        summary = protect(study_of(120, 21), ledger)
        ledger.save()
    assert [entry.report for entry in ledger.content.reports] == [summary.report]
    assert len(ledger.content.shown) == 1
