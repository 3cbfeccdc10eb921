"""A report is verified: what is printed is told again from the numbers it carries."""

import io

import msgspec
import pytest
from growing_clinics import new_ledger, study_of
from msgspec.structs import replace
from pypdf import PdfReader, PdfWriter

from analysis import errors, verify
from analysis.disclosure.private import open_ledger
from analysis.disclosure.release import protect
from analysis.disclosure.seal import seal_summary
from analysis.disclosure.summary import parse_summary, spell_summary
from analysis.errors import AnalysisError
from analysis.report import document
from analysis.report.attached import read_attached
from analysis.report.document import render_pdf
from analysis.report.heading import Heading
from analysis.report.summary_file import read_summary
from analysis.words.tell import tell

LARGEST = 1_000_000


@pytest.fixture(scope="module")
def told():
    return tell(protect(study_of(120, 21), new_ledger()))


@pytest.fixture(scope="module")
def pdf(told):
    return render_pdf(told)


def with_other_count(summary):
    """Give the summary with one printed count changed, its sentences told again."""
    first, *others = summary.answer.counts
    counts = (replace(first, n_children=first.n_children + 5), *others)
    return tell(replace(summary, answer=replace(summary.answer, counts=counts)))


def verified(content, folder, capsys, name="r.pdf", *more):
    """Give the exit code and what is said of a report with these bytes."""
    (folder / name).write_bytes(content)
    code = verify.main([str(folder / name), *more])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_report_carries_its_own_summary(told, pdf):
    assert read_attached(pdf, LARGEST) == spell_summary(told)
    attached = PdfReader(io.BytesIO(pdf)).attachments
    assert dict(attached) == {"summary.json": [spell_summary(told)]}


def test_a_summary_is_read_from_the_pdf_as_from_the_json_and_without_its_sentences(
    told, pdf, tmp_path
):
    (tmp_path / "r.pdf").write_bytes(pdf)
    (tmp_path / "r.json").write_bytes(spell_summary(told))
    found = [read_summary(tmp_path / name) for name in ("r.pdf", "r.json")]
    assert found == [replace(told, sentences=())] * 2


@pytest.mark.slow
def test_an_honest_report_says_what_its_numbers_say(told, pdf, tmp_path, capsys):
    (tmp_path / "r.json").write_bytes(spell_summary(told))
    code, said = verified(pdf, tmp_path, capsys)
    assert code == errors.EXIT_WRITTEN
    assert said.startswith("yes ")
    for sentence in (verify.SAME_BYTES, verify.SAME_NUMBERS, "This report says what its numbers"):
        assert sentence in said
    code, said = verified(spell_summary(told), tmp_path, capsys, "r.json")
    assert code == errors.EXIT_WRITTEN
    assert verified(render_pdf(told, "letter"), tmp_path, capsys)[0] == errors.EXIT_WRITTEN


@pytest.mark.slow
def test_a_report_written_again_by_another_program_is_compared_by_its_words(pdf, tmp_path, capsys):
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_metadata({"/Producer": "Another"})
    other = io.BytesIO()
    writer.write(other)
    code, said = verified(other.getvalue(), tmp_path, capsys)
    assert code == errors.EXIT_WRITTEN
    assert verify.SAME_WORDS in said


HEADING = Heading("Harbour Clinic", "Autumn term", "R. Lee, 3 March")


def test_what_a_clinic_typed_above_its_report_is_set_again_and_said_not_to_be_verified(
    told, tmp_path, capsys
):
    code, said = verified(render_pdf(told, "letter", HEADING), tmp_path, capsys)
    assert code == errors.EXIT_WRITTEN
    assert verify.SAME_BYTES in said
    assert verify.TYPED in said
    assert "Harbour" not in said


@pytest.mark.parametrize("title", ["Another", "a" * 400, "line\nbreak"])
def test_a_title_that_was_changed_afterwards_is_noticed(pdf, tmp_path, capsys, title):
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_metadata({"/Title": title})
    other = io.BytesIO()
    writer.write(other)
    code, _ = verified(other.getvalue(), tmp_path, capsys)
    assert code == (errors.EXIT_DIFFERS if title == "Another" else errors.EXIT_WRITTEN)


@pytest.mark.slow
def test_a_digit_changed_on_a_page_is_noticed(told, tmp_path, capsys, monkeypatch):
    forged = with_other_count(told)
    monkeypatch.setattr(document, "spell_summary", lambda _: spell_summary(told))
    pages = render_pdf(forged)
    monkeypatch.undo()
    code, said = verified(pages, tmp_path, capsys)
    assert code == errors.EXIT_DIFFERS
    assert "NO   The pages do not say what the attached numbers say" in said
    assert "page 1)" in said
    assert "does not say what its numbers say" in said


@pytest.mark.slow
def test_a_digit_changed_in_the_attached_numbers_is_noticed(told, tmp_path, capsys, monkeypatch):
    forged = spell_summary(with_other_count(told))
    monkeypatch.setattr(document, "spell_summary", lambda _: forged)
    pages = render_pdf(told)
    monkeypatch.undo()
    code, said = verified(pages, tmp_path, capsys)
    assert code == errors.EXIT_DIFFERS
    assert said.count("NO  ") == 2


def test_a_number_or_a_sentence_changed_in_the_json_is_noticed(told, tmp_path, capsys):
    lies = tuple(replace(s, text=s.text.replace("5", "6")) for s in told.sentences)
    cases = (
        replace(with_other_count(told), sentences=told.sentences),
        with_other_count(told),
        replace(told, sentences=lies),
        replace(told, sentences=told.sentences[1:]),
        replace(told, sentences=told.sentences[::-1]),
    )
    for forged in cases:
        code, said = verified(spell_summary(forged), tmp_path, capsys, "r.json")
        assert code == errors.EXIT_DIFFERS, said
        assert "NO" in said
    code, _ = verified(spell_summary(told) + b" ", tmp_path, capsys, "r.json")
    assert code == errors.EXIT_DIFFERS


def test_the_json_beside_a_pdf_must_be_the_one_attached(told, pdf, tmp_path, capsys):
    (tmp_path / "r.json").write_bytes(spell_summary(with_other_count(told)))
    code, said = verified(pdf, tmp_path, capsys)
    assert code == errors.EXIT_DIFFERS
    assert '"r.json" beside it holds other bytes' in said


def test_the_clinics_ledger_knows_a_report_that_somebody_else_sealed_again(tmp_path, capsys):
    ledger = open_ledger(tmp_path / "private")
    mine = tell(protect(study_of(120, 21), ledger))
    ledger.save()
    forged = replace(with_other_count(mine), ledger=ledger.id)
    forged = seal_summary(forged, new_ledger())
    folder = ("--ledger", str(tmp_path / "private"))
    code, said = verified(spell_summary(mine), tmp_path, capsys, "r.json", *folder)
    assert (code, verify.OF_LEDGER in said) == (0, True)
    code, said = verified(spell_summary(forged), tmp_path, capsys, "r.json", *folder)
    assert (code, verify.NOT_OF_LEDGER in said) == (errors.EXIT_DIFFERS, True)
    code, _ = verified(spell_summary(forged), tmp_path, capsys, "r.json")
    assert code == 0, "whoever has no ledger cannot tell"


def test_what_is_no_report_is_refused_in_a_sentence(pdf, tmp_path, capsys):
    cases = {
        "no.pdf": b"%PDF-1.7\nnothing",
        "cut.pdf": pdf[: len(pdf) // 3],
        "twice.pdf": pdf + pdf,
        "no.json": b'{"mine": 1}',
        "empty.json": b"",
        "long.pdf": b"%PDF-" + b"/Type /EmbeddedFile stream" * 50_000,
    }
    for name, content in cases.items():
        code, said = verified(content, tmp_path, capsys, name)
        assert code == errors.EXIT_USAGE, name
        assert len(said.strip().splitlines()) == 1
        assert "last report" in said.lower()


def test_an_attached_file_that_unpacks_to_too_much_is_refused_at_its_bound():
    import zlib

    packed = zlib.compress(bytes(50 * LARGEST))
    head = b"1 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n"
    bomb = b"%PDF-1.7\n" + head % len(packed) + packed + b"\nendstream\nendobj\n"
    with pytest.raises(AnalysisError, match="no report"):
        read_attached(bomb, LARGEST)


def test_numbers_that_do_not_fit_each_other_are_said_to_be_so(told, tmp_path, capsys):
    broken = replace(told, answer=replace(told.answer, counts=told.answer.counts[:1]))
    code, said = verified(msgspec.json.encode(broken), tmp_path, capsys, "r.json")
    assert code == errors.EXIT_DIFFERS
    assert "do not fit" in said
    assert parse_summary(msgspec.json.encode(broken)) == broken
