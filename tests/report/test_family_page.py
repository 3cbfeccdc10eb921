"""The page for families in type: one accessible sheet, neutral, written with the report or not."""

import io
import re

import pytest
from example_summaries import BY_NAME, example_summary
from pypdf import PdfReader
from stored_summaries import change, stored

from analysis import errors, verify
from analysis.disclosure.summary import spell_summary
from analysis.figures.hundred_goals import draw_hundred_goals
from analysis.formats import FORMAT_COLOURS
from analysis.report import __main__ as command
from analysis.report import family
from analysis.report.attached import read_attached
from analysis.report.document import PAPERS
from analysis.report.family import INVENTED, render_family
from analysis.report.heading import Heading
from analysis.words.family import VALUES, describe_hundreds, tell_family
from analysis.words.family_factors import MARKS
from analysis.words.tell import tell

LARGEST = 1_000_000


def longest():
    """Give the told sample with as much to say as any clinic can have."""
    whole = stored()
    labels = ("rules_out_importantly_slower", "faster_size_uncertain", "no_important_difference")
    pairs = tuple(
        change(pair, label=label, ahead=pair.than, certainty="clear" if k else "suggestive")
        for k, (pair, label) in enumerate(zip(whole.answer.pairs, labels, strict=True))
    )
    traits = tuple(
        change(
            trait,
            pairs=tuple(
                change(p, label="faster_important", ahead=p.this, settled=True) for p in trait.pairs
            ),
        )
        for trait in whole.subgroups.traits
    )
    effort = whole.effort
    practice = change(effort.home_practice, settled=True)
    return tell(
        change(
            whole,
            answer=change(whole.answer, pairs=pairs),
            subgroups=change(whole.subgroups, traits=traits),
            effort=change(effort, home_practice=practice),
        )
    )


def summary_of(name):
    if name == "longest":
        return longest()
    return tell(stored(name)) if name in ("sample", "small") else example_summary(name)


def flat(pdf):
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


@pytest.fixture(scope="module")
def sample():
    return summary_of("sample")


@pytest.fixture(scope="module")
def pdf(sample):
    return render_family(sample)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", ["sample", "small", "longest", *BY_NAME])
def test_every_clinic_has_one_page_that_holds_all_it_says(name, paper):
    summary = summary_of(name)
    content = render_family(summary, paper)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    said, page = flat(content), tell_family(summary)
    counted = any(row.of_100 is not None for row in page.hundreds)
    for sentence in page.sentences:
        if sentence != page.aim or counted:
            assert sentence.text in said
    for text in (*VALUES, *(MARKS[factor.mark] for factor in page.factors)):
        assert text in said
    assert (INVENTED in said) == summary.invented


def test_the_page_is_tagged_titled_and_its_picture_has_words(sample, pdf):
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title == tell_family(sample).title.text
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert describe_hundreds(tell_family(sample)) in list_alts(reader)


def list_alts(reader):
    found, stack = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        element = stack.pop().get_object()
        if not hasattr(element, "get"):
            continue
        found += [str(element["/Alt"])] if "/Alt" in element else []
        children = element.get("/K", [])
        stack += children if isinstance(children, list) else [children]
    return found


def test_equal_summaries_give_equal_bytes_and_carry_their_numbers(sample, pdf):
    assert render_family(sample) == pdf
    assert read_attached(pdf, LARGEST) == spell_summary(sample)


def test_dots_are_counted_as_the_range_says_in_one_colour_for_all(sample):
    drawn = draw_hundred_goals(sample)
    rows = tell_family(sample).hundreds
    dots = [a for a in drawn.panels[0].artists if hasattr(a, "get_marker")]
    counts = [len(a.get_xdata()) for a in dots]
    wanted = [n for r in rows for n in (r.low, r.high - r.low, 100 - r.high) if n]
    assert counts == [*wanted, 1, 1, 1]
    svg = drawn.to_svg().decode().upper()
    assert not any(colour in svg for colour in FORMAT_COLOURS.values())
    faces = {a.get_markerfacecolor() for a in dots}
    assert len(faces) == 3


def test_a_picture_without_numbers_says_so_and_is_not_set():
    drawn = draw_hundred_goals(example_summary("too_few"))
    assert drawn.empty
    assert "no number yet" in drawn.alt


def test_who_prepared_it_and_when_is_printed_or_left_to_be_filled_in(sample, pdf):
    assert "Prepared by: Date:" in re.sub(r"\s+", " ", flat(pdf))
    said = flat(
        render_family(sample, "a4", Heading(period="autumn term", prepared="A. Lead #strong"))
    )
    assert "Prepared by: A. Lead #strong. Time: autumn term." in said


def test_what_was_typed_is_set_again_when_the_page_is_verified(sample):
    typed = render_family(sample, "letter", Heading("A clinic", "autumn term", "A. Lead"))
    assert list(verify._verify_pages(typed, sample)) == [
        (verify.YES, verify.TYPED),
        (verify.YES, verify.SAME_BYTES),
    ]


def test_an_honest_page_is_verified_and_a_changed_digit_is_noticed(
    sample, pdf, tmp_path, capsys, monkeypatch
):
    path = tmp_path / "family.pdf"
    path.write_bytes(pdf)
    assert list(verify._verify_pages(pdf, sample)) == [(verify.YES, verify.SAME_BYTES)]
    shares = tuple(change(row, of_100=row.of_100 + 1) for row in sample.attainment.shares)
    forged = tell(change(sample, attainment=change(sample.attainment, shares=shares)))
    monkeypatch.setattr(family, "spell_summary", lambda _: spell_summary(sample))
    pages = render_family(forged)
    monkeypatch.undo()
    ((verdict, text),) = verify._verify_pages(pages, sample)
    assert verdict == verify.NO
    assert "page 1" in text


@pytest.mark.parametrize("given", ["family.txt", "summary.pdf"])
def test_a_name_that_cannot_be_the_pages_is_usage(given, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(["--output", "summary.pdf", "--family", given])
    assert caught.value.code == errors.EXIT_USAGE
    assert "--family" in capsys.readouterr().err


@pytest.mark.slow
def test_report_and_page_are_written_together_or_neither_is(tmp_path, capsys):
    out, page = tmp_path / "summary.pdf", tmp_path / "family.pdf"
    page.write_text("mine")
    code = command.main(["--output", str(out), "--family", str(page)])
    assert code == errors.EXIT_CANNOT_WRITE
    assert [path.name for path in tmp_path.iterdir()] == ["family.pdf"]
    assert page.read_text() == "mine"
    page.unlink()
    assert command.main(["--output", str(out), "--family", str(page)]) == errors.EXIT_WRITTEN
    assert f"Written: {page}" in capsys.readouterr().out
    assert read_attached(page.read_bytes(), LARGEST) == out.with_suffix(".json").read_bytes()
    assert verify.main([str(page)]) == errors.EXIT_WRITTEN
