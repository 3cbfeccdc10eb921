"""Devices, pipes and sockets are refused at once wherever a path can be given."""

import os
import signal
import socket
from pathlib import Path

import pytest

from analysis import check
from analysis.errors import AnalysisError, WriteError
from analysis.prepare import __main__ as prepare
from analysis.prepare.keys import read_key
from analysis.records.load import read_records
from analysis.records.mapping import read_mapping
from analysis.writing import Output, check_target, write_file
from analysis.writing.places import (
    NotOrdinaryError,
    TooLargeError,
    kind_of_place,
    open_ordinary,
    read_ordinary,
)

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
SECONDS = 10


@pytest.fixture(params=["pipe", "socket", "zero", "full", "null", "random", "link"])
def special(request, tmp_path, monkeypatch):
    """A path at which no ordinary file stands; whoever opens it and waits is stopped."""
    monkeypatch.chdir(tmp_path)
    signal.alarm(SECONDS)
    held = None
    path = tmp_path / "thing"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "socket":
        held = socket.socket(socket.AF_UNIX)
        held.bind("thing")
    elif request.param == "link":
        path.symlink_to("/dev/zero")
    else:
        path = Path("/dev") / {"random": "urandom"}.get(request.param, request.param)
    yield path
    signal.alarm(0)
    if held:
        held.close()


def test_a_place_is_told_without_being_opened(special, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
    assert kind_of_place(special) == "special"
    assert kind_of_place(tmp_path) == "folder"
    assert kind_of_place(tmp_path / "none") == kind_of_place(special / "in") == "missing"
    assert kind_of_place(tmp_path / ("n" * 300)) == "unreachable"
    with pytest.raises(NotOrdinaryError):
        open_ordinary(special)


def test_a_pipe_that_takes_a_files_place_does_not_hang(special, monkeypatch):
    monkeypatch.setattr("analysis.writing.places.kind_of_place", lambda _: "file")
    with pytest.raises(OSError, match=r"not an ordinary file|No such device"):
        open_ordinary(special)


def test_records_a_mapping_and_a_key_are_refused(special):
    with pytest.raises(AnalysisError, match="not an ordinary file"):
        read_records(special)
    with pytest.raises(AnalysisError, match="not an ordinary file"):
        read_mapping(special)
    with pytest.raises(AnalysisError, match="not an ordinary file"):
        read_key(special)


def test_a_table_in_a_folder_is_refused_not_overlooked(tmp_path):
    for name in ("episodes.csv", "goals.csv"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    os.mkfifo(tmp_path / "reviews.csv")
    with pytest.raises(AnalysisError, match=r"reviews\.csv: it is a device, a pipe or a socket"):
        read_records(tmp_path)


def test_an_output_is_refused_and_nothing_is_written_to_it(special):
    with pytest.raises(WriteError, match="not an ordinary file"):
        check_target(Output(special, b"%PDF-"))
    with pytest.raises(WriteError, match="not an ordinary file"):
        write_file(special, b"%PDF-")


@pytest.mark.parametrize("where", ["raw", "key", "out", "mapping", "formats", "bundles"])
def test_prepare_refuses_it_in_every_place(special, where, tmp_path, capsys):
    (tmp_path / "b.json").write_text('{"resourceType": "Bundle", "entry": []}')
    given = {
        "raw": [str(special), "--out", "coded"],
        "key": [str(SAMPLE), "--out", "coded", "--key", str(special)],
        "out": [str(SAMPLE), "--out", str(special)],
        "mapping": [str(SAMPLE), "--out", "coded", "--mapping", str(special)],
        "formats": ["b.json", "--out", "coded", "--fhir", "--formats", str(special)],
        "bundles": [str(special), "--out", "coded", "--fhir"],
    }[where]
    code = prepare.main(given)
    assert code in ((5,) if where in ("key", "out") else (4,))
    told = capsys.readouterr().err
    assert "rdinary file" in told or (where == "formats" and "no rating" in told)
    assert not (tmp_path / "coded").exists()


def test_check_refuses_it(special, capsys):
    assert check.main([str(special)]) == 4
    assert "not an ordinary file" in capsys.readouterr().err


def test_ordinary_files_links_to_them_and_empty_ones_are_read(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(file)
    (tmp_path / "empty").touch()
    assert read_ordinary(file, 5) == read_ordinary(tmp_path / "link", 9) == b"12345"
    assert read_ordinary(tmp_path / "empty", 0) == b""
    with pytest.raises(TooLargeError):
        read_ordinary(file, 4)
    with pytest.raises(OSError, match="directory"):
        read_ordinary(tmp_path, 10)


def test_a_file_that_gives_more_than_its_size_is_not_read_on_and_on(tmp_path, monkeypatch):
    (tmp_path / "growing").write_bytes(b"x" * 100_000)
    real = os.fstat

    def smaller(descriptor):
        told = list(real(descriptor))
        told[6] = 10
        return os.stat_result(told)

    monkeypatch.setattr(os, "fstat", smaller)
    with pytest.raises(TooLargeError):
        read_ordinary(tmp_path / "growing", 1_000_000)


@pytest.mark.parametrize("name", ["n" * 255, "n" * 251 + ".pdf", "é" * 127, "n" * 256, "n" * 5000])
def test_a_long_name_is_written_or_answered(tmp_path, name):
    target = tmp_path / name
    if len(name.encode()) <= 255:
        write_file(target, b"%PDF-1")
        write_file(target, b"%PDF-2")
        assert target.read_bytes() == b"%PDF-2"
        assert [path.name for path in tmp_path.iterdir()] == [name]
    else:
        with pytest.raises(WriteError, match="could not be written"):
            write_file(target, b"%PDF-1")


@pytest.mark.parametrize("length", [255, 256])
def test_prepare_answers_long_names(tmp_path, length, capsys):
    folder, key = tmp_path / ("f" * length), tmp_path / ("k" * length)
    code = 0 if length < 256 else 5
    assert prepare.main([str(SAMPLE), "--out", str(folder)]) == code
    assert prepare.main([str(SAMPLE), "--out", str(tmp_path / "c"), "--key", str(key)]) == code
    assert "went wrong" not in capsys.readouterr().err
    names = {path.name for path in tmp_path.iterdir()}
    assert names == ({folder.name, key.name, "c"} if length < 256 else set())
