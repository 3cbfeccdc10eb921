"""The report as a document: accessible, complete, inert, and the same bytes every time."""

import functools
import io
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from example_summaries import BY_NAME, example_summary
from msgspec import ValidationError
from msgspec.structs import replace
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from analysis.disclosure.summary import Summary, spell_summary
from analysis.errors import AnalysisError
from analysis.report import document, spelling, view
from analysis.report.document import ReportFault, render_pdf
from analysis.report.plain_text import render_text
from analysis.report.progress_page import TITLE as TALK_HEAD
from analysis.report.sections import SECTIONS
from analysis.report.summary_file import JSON_MARK, MOST_BYTES, TEXT_MARK, read_summary
from analysis.words.analyses import give_estimand
from analysis.words.answer import TITLE, give_question, title_pair
from analysis.words.cautions import choose_next_step
from analysis.words.discussion import list_discussion
from analysis.words.method import LIMITS, choose_settings, describe_trial, list_settings
from analysis.words.phrases import compares, present_pairs
from analysis.words.tell import tell

PAPER_POINTS = {"a4": (595, 842), "letter": (612, 792)}
MOST_PAGES, CLOSED_PAGES = 6, 2
HEADS = 5
TEAM = ("headline", "counts", "missing", "progress", "caution", "next_step")
FACES = {"SourceSansPro", "SourceSerifPro"}


@functools.cache
def _pdf(variant: str, paper: str = "a4") -> bytes:
    return render_pdf(example_summary(variant), paper)


def _read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _text(pdf: bytes) -> str:
    return _squeeze("".join(page.extract_text() for page in _read(pdf).pages))


def _elements(reader: PdfReader) -> list[DictionaryObject]:
    """Give every element of the structure tree, in reading order."""
    found, stack = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        node = stack.pop().get_object()
        if not isinstance(node, DictionaryObject):
            continue
        if "/S" in node:
            found.append(node)
        kids = node.get("/K", [])
        kids = kids.get_object() if hasattr(kids, "get_object") else kids
        stack += reversed(kids if isinstance(kids, ArrayObject) else [kids])
    return found


def _of_kind(elements: list[DictionaryObject], kind: str) -> list[DictionaryObject]:
    return [element for element in elements if element["/S"] == kind]


def _printed_sentences(summary: Summary) -> list[str]:
    """Give every text that a report prints whole; of a clinic that cannot compare, two pages'."""
    first = [give_question(summary), choose_next_step(summary)[1], *list_discussion(summary)]
    if not compares(summary):
        return [*first, *(s.text for s in summary.sentences if s.id.split(".")[0] in TEAM)]
    return [
        *first,
        give_estimand(summary),
        *(title_pair(pair) for pair in present_pairs(summary, summary.answer.pairs)),
        *(s.text for s in summary.sentences if not s.rule.endswith((".passed", ".absent"))),
        *(row.here for row in describe_trial(summary)),
        *(row.reason for row in choose_settings(summary)),
        *LIMITS,
    ]


@pytest.mark.parametrize("paper", PAPER_POINTS)
@pytest.mark.parametrize("variant", BY_NAME)
def test_every_state_fits_its_pages_on_either_paper(variant, paper):
    reader = _read(_pdf(variant, paper))
    texts = [page.extract_text() for page in reader.pages]
    assert [i for i, text in enumerate(texts) if TALK_HEAD in text] == [1]
    if variant == "too_few":
        assert len(texts) == CLOSED_PAGES
    else:
        assert len(texts) <= MOST_PAGES
    sizes = {(round(p.mediabox.width), round(p.mediabox.height)) for p in reader.pages}
    assert sizes == {PAPER_POINTS[paper]}


@pytest.mark.parametrize("variant", BY_NAME)
def test_every_published_sentence_stands_in_the_pdf_word_for_word(variant):
    summary, text = example_summary(variant), _text(_pdf(variant))
    missing = [s for s in _printed_sentences(summary) if _squeeze(s) not in text]
    assert missing == []


@pytest.mark.parametrize("variant", BY_NAME)
def test_the_pdf_is_tagged_titled_and_says_its_language(variant):
    reader = _read(_pdf(variant))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == TITLE
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


@pytest.mark.parametrize("variant", BY_NAME)
def test_every_picture_says_its_finding_and_every_table_has_heads(variant):
    elements = _elements(_read(_pdf(variant)))
    pictures = _of_kind(elements, "/Figure")
    tables = _of_kind(elements, "/Table")
    assert all(len(str(picture["/Alt"])) > 60 for picture in pictures)
    assert len(_of_kind(elements, "/TH")) >= 2 * len(tables)
    if variant != "too_few":
        alts = " ".join(str(picture["/Alt"]) for picture in pictures)
        assert example_summary(variant).quote("pair")[0] in alts


def test_headings_come_in_reading_order_without_a_skipped_level():
    elements = _elements(_read(_pdf("clear_answer")))
    levels = [int(e["/S"][2:]) for e in elements if re.fullmatch(r"/H[1-6]", e["/S"])]
    assert levels[0] == 1
    assert levels.count(1) == HEADS
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_all_faces_are_the_shipped_ones_and_embedded():
    reader = _read(_pdf("pair_withheld"))
    fonts, stack = [], [page["/Resources"] for page in reader.pages]
    while stack:
        resources = stack.pop().get_object()
        fonts += [font.get_object() for font in resources.get("/Font", {}).values()]
        for part in resources.get("/XObject", {}).values():
            stack.append(part.get_object().get("/Resources", DictionaryObject()))
    assert fonts
    for font in fonts:
        assert font["/Subtype"] == "/Type0"
        descendant = font["/DescendantFonts"][0].get_object()
        assert set(descendant["/FontDescriptor"].get_object()) & {"/FontFile2", "/FontFile3"}
        assert font["/BaseFont"].partition("+")[2].partition("-")[0] in FACES


def test_invented_records_are_marked_on_every_page_and_real_ones_on_none():
    notice = _squeeze(view.INVENTED)
    invented = [_squeeze(page.extract_text()) for page in _read(_pdf("clear_answer")).pages]
    assert all(notice in page for page in invented)
    assert "Inventedrecords" not in _text(_pdf("pair_withheld"))


def test_a_withheld_pair_prints_its_reason_and_none_of_its_numbers():
    summary = example_summary("pair_withheld")
    text = _text(_pdf("pair_withheld"))
    assert _squeeze(summary.texts["pair.combined-group"]) in text
    said = _squeeze(render_text(summary)).lower()
    assert re.search(r"combinedcomparedwithindividual[+\u2212]\d", said)
    assert not re.search(r"combinedcomparedwithgroup[+\u2212\d]", said)


def test_an_absent_format_has_no_row_no_picture_and_no_sentence_on_the_teams_pages():
    counts = view.view_summary(example_summary("one_format_absent"))["answer"]["counts"]
    assert [row["format"] for row in counts["rows"]] == ["individual", "group", "all"]
    assert counts["rows"][0]["cells"][counts["head"].index("Groups") - 1] == spelling.NONE_HERE
    assert all(spelling.NOT_SHOWN not in row["cells"] for row in counts["rows"])
    pages = _read(_pdf("one_format_absent")).pages[:2]
    text = " ".join(page.extract_text() for page in pages).replace(TITLE, "")
    assert "Combined" not in text.replace("Individual, group or combined therapy", "")


HOSTILE = (
    "=SUM(A1)",
    "+1+1",
    "@cmd",
    "$\\frac{1}{$",
    "#panic(1) *b* _i_ <l>",
    "<script>alert(1)</script>",
    "a" * 400,
    "\\u{41} \\ // /* c */",
)


UNSETTABLE = {
    "nul\x00byte": "nulbyte",
    "over\u202eride": "override",
    "line\nbreak": "line break",
    "smile \U0001f600": "smile ?",
    "zero\u200bwidth": "zerowidth",
    "half \ud800 pair": "half  pair",
    "Zo\u0308e": "Zöe",
}


def _with_texts(labels) -> Summary:
    """Give a summary one of whose sentences holds what no sentence of ours would hold."""
    summary = example_summary()
    said = tuple(
        replace(sentence, text=" | ".join(labels)) if sentence.id == "who.flow" else sentence
        for sentence in summary.sentences
    )
    return replace(summary, sentences=said)


def test_markup_in_a_sentence_stays_text():
    summary = _with_texts(HOSTILE)
    text = _text(render_pdf(summary))
    assert [label for label in HOSTILE if _squeeze(label) not in text] == []


@pytest.mark.parametrize("label", UNSETTABLE)
def test_a_character_that_cannot_be_set_is_dropped_or_replaced(label):
    assert spelling.clean_text(label, document.drawable_characters()) == UNSETTABLE[label]


def test_a_report_with_unsettable_characters_is_still_set():
    labels = {label: said for label, said in UNSETTABLE.items() if "\ud800" not in label}
    text = _text(render_pdf(_with_texts(labels)))
    assert [said for said in labels.values() if _squeeze(said) not in text] == []
    with pytest.raises(UnicodeEncodeError):
        render_pdf(_with_texts(["half \ud800 pair"]))


def test_a_warning_of_the_typesetter_is_a_fault():
    with pytest.raises(ReportFault):
        document.compile_pages(
            {"main": b'#set document(title: "x")\n#text(font: "No Such Face")[x]'}
        )


def test_the_typesetter_sees_no_file_of_this_machine(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    source = f'#set document(title: "x")\n#read("{tmp_path / "secret.txt"}")'.encode()
    with pytest.raises(Exception, match=r"not found|denied|outside"):
        document.compile_pages({"main": source})


def test_the_same_summary_gives_the_same_bytes():
    assert render_pdf(example_summary("cannot_tell")) == _pdf("cannot_tell")


def test_bytes_do_not_depend_on_hash_seed_time_zone_locale_or_clock():
    code = (
        "import hashlib, sys\n"
        "from example_summaries import example_summary\n"
        "from analysis.report.document import render_pdf\n"
        "print(hashlib.sha256(render_pdf(example_summary('one_sided'))).hexdigest())\n"
    )
    digests = set()
    for seed, zone, language in (("1", "UTC", "C"), ("77", "Asia/Tokyo", "C.UTF-8")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
        environment["SOURCE_DATE_EPOCH"] = seed
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env=environment,
            cwd=Path(__file__).parents[1],
            check=True,
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1


def test_the_summary_comes_back_from_its_file_as_it_was(tmp_path):
    summary = example_summary()
    content = spell_summary(summary)
    assert content.startswith(JSON_MARK + b"5,")
    (tmp_path / "summary.json").write_bytes(content)
    assert read_summary(tmp_path / "summary.json") == msgspec.structs.replace(summary, sentences=())
    assert list(json.loads(content)) == [
        field.encode_name for field in msgspec.structs.fields(Summary)
    ]


def test_what_is_no_number_is_never_written():
    with pytest.raises(ValidationError):
        spell_summary(replace(example_summary(), margin=float("nan")))


FAULTS = {
    "nothing": (b"", "no complete JSON"),
    "not JSON": (b"Dear colleague,", "no complete JSON"),
    "cut short": (spell_summary(example_summary())[:5000], "no complete JSON"),
    "another version": (b'{\n "version": 2,\n "answer": {}\n}', "another version"),
    "no summary": (b'{\n "version": 5,\n "name": "Mia Okafor"\n}', "not written by this program"),
    "deep": (b'{"version": 5, "answer": ' + b"[" * 100_000, "not written by this program"),
    "large": (b" " * (MOST_BYTES + 1), "larger than any"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_no_summary_is_refused_in_a_sentence_with_a_mend(fault, tmp_path):
    content, said = FAULTS[fault]
    (tmp_path / "summary.json").write_bytes(content)
    with pytest.raises(AnalysisError, match=said) as refused:
        read_summary(tmp_path / "summary.json")
    assert "summary.json" in str(refused.value) or "leave" in str(refused.value)
    assert "Mia" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path):
    with pytest.raises(AnalysisError, match=r'"gone.json" cannot be read'):
        read_summary(tmp_path / "gone.json")


@pytest.mark.parametrize("variant", BY_NAME)
def test_the_plain_text_says_every_sentence_in_short_lines(variant):
    summary = example_summary(variant)
    text = render_text(summary)
    assert text.encode().startswith(TEXT_MARK)
    missing = [s for s in _printed_sentences(summary) if _squeeze(s) not in _squeeze(text)]
    assert missing == []
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_plain_text_reads_pictures_out_as_words():
    text = _squeeze(render_text(example_summary()))
    for said in (
        "Individual:handedin85",
        "Comfortwithotherchildren:0.8before,atmost0.07after",
    ):
        assert said in text


def test_no_word_of_the_report_is_banned():
    template = Path(document.__file__).parent / "templates"
    words = " ".join(path.read_text() for path in sorted(template.glob("*.typ")))
    words += "".join(path.read_text() for path in sorted(template.parent.glob("*.py")))
    for banned in ("significan", "proves", "winner", "equally effective", "no effect"):
        assert banned not in words.lower()


@pytest.mark.parametrize("paper", PAPER_POINTS)
def test_no_page_types_a_number_of_weeks_or_a_level_of_confidence_by_hand(paper):
    measure = replace(
        example_summary().measure,
        rate_weeks=7,
        horizon_weeks=35,
        last_week=38,
        confidence=0.8,
        similarity_confidence=0.6,
    )
    plain = render_text(tell(replace(example_summary(), measure=measure)))
    page = _text(render_pdf(tell(replace(example_summary(), measure=measure)), paper))
    own = {f"{row.name}: {row.value}. {row.reason}" for row in list_settings(example_summary())}
    for said in own:
        page = page.replace(_squeeze(said), "")
    for typed in ("each 12 weeks", "every 12 weeks", "per 12 weeks", "95% range", "90% range"):
        assert typed not in " ".join(plain.split()), typed
        assert _squeeze(typed) not in page, typed


@pytest.mark.parametrize("paper", PAPER_POINTS)
def test_sections_that_were_not_asked_are_named_and_have_no_page(paper):
    summary = example_summary()
    assert set(view.view_summary(summary)) == {
        *("front", "sections", "annex", "answer", "cohort", "progress", "analyses", "method")
    }
    told = [s.text for s in summary.sentences if s.id.endswith(".not_asked")]
    assert len(told) == 5
    for text in told:
        assert _squeeze(text) in _text(_pdf("clear_answer", paper))
        assert _squeeze(text) in _squeeze(render_text(summary))


def test_every_section_and_every_picture_has_its_place_in_the_templates():
    folder = Path(document.__file__).parent / "templates"
    templates = "".join(path.read_text() for path in sorted(folder.glob("*.typ")))
    for section in SECTIONS:
        page = folder / f"{section.name}.typ"
        assert "#let pages(view)" in page.read_text(), section.name
        for name in section.draw(example_summary()):
            assert f'"{name}"' in templates, name
