"""The two pages of a network: whole in every state, on either paper, with their numbers inside."""

import io

import pytest
from msgspec.structs import replace
from pooled_clinics import network_of
from pypdf import PdfReader

from analysis.clinics.publish import publish_network
from analysis.clinics.rows import spell_network
from analysis.network.page import OWN_COPY, find_row_height, render_network, render_text
from analysis.report.attached import read_attached
from analysis.words.network import tell_network

SIX = ((0.0, 0.6), (0.02, 0.62), (-0.02, 0.58), (0.01, 0.61), (-0.01, 0.59), (0.0, 0.6))
NETWORKS = {
    "agree": (SIX, 0.1),
    "differ": (tuple((0.3 * (-1) ** k, 0.9 - 0.5 * (-1) ** k) for k in range(12)), 0.05),
    "cannot tell": (SIX[:3], 1.0),
}


def told_of(name, own=False):
    differences, error = NETWORKS[name]
    given = network_of(*differences, error=error)
    return tell_network(publish_network(given, "reports", own=given[0] if own else None))


def words_of(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", NETWORKS)
def test_there_are_two_pages_and_the_answer_stands_whole_on_the_first(name, paper):
    summary = told_of(name)
    pages = words_of(render_network(summary, paper))
    assert len(pages) == 2
    for pair in summary.questions[0].pairs:
        assert " ".join(summary.texts[f"pair.{pair.id}"].split()) in pages[0]
    assert summary.texts["error"] in pages[1]


@pytest.mark.slow
def test_the_pdf_carries_the_very_numbers_and_is_the_same_every_time():
    summary = told_of("agree")
    pdf = render_network(summary)
    assert read_attached(pdf, 1_000_000) == spell_network(summary)
    assert render_network(summary) == pdf


@pytest.mark.slow
def test_a_copy_with_a_clinics_own_dot_says_whose_it_is():
    invented = words_of(render_network(told_of("agree", own=True)))
    assert "Your own clinic among clinics like these" in invented[1]
    assert "Your own clinic" not in " ".join(words_of(render_network(told_of("agree"))))
    assert OWN_COPY in " ".join(render_text(told_of("agree", own=True)).split())
    assert OWN_COPY not in " ".join(render_text(told_of("agree")).split())


def test_rows_grow_with_their_sentences():
    told = told_of("differ")
    longer = tuple(replace(one, text=f"{one.text} {one.text}") for one in told.sentences)
    assert find_row_height(replace(told, sentences=longer)) > find_row_height(told)
