"""Pictures of several clinics: the mean, a next clinic, and nobody's dot but the reader's own."""

import re

import pytest
from pooled_clinics import given_of, network_of

from analysis.clinics.publish import publish_network
from analysis.figures.network import draw_own, draw_pooled
from analysis.wording import signed
from analysis.words.network import tell_network

FOUR = ((0.1, 0.31), (0.0, 0.3), (0.2, 0.25), (0.1, 0.15))


def told(own=None):
    return tell_network(publish_network(network_of(*FOUR), "reports", own=own))


def texts_of(picture):
    return re.findall(r"<text[^>]*>([^<]+)</text>", picture.to_svg().decode())


def test_the_mean_and_both_ends_for_a_next_clinic_are_written():
    summary = told()
    words = texts_of(draw_pooled(summary, width_cm=9.0, row_cm=3.0))
    for pair in summary.questions[0].pairs:
        for value in (pair.estimate, pair.next_low, pair.next_high):
            assert signed(value) in words


def test_the_picture_is_told_in_words_too():
    summary = told()
    picture = draw_pooled(summary, width_cm=9.0, row_cm=3.0)
    for pair in summary.questions[0].pairs:
        assert summary.texts[f"pair.{pair.id}"] in picture.alt
        assert summary.texts[f"next.{pair.id}"] in picture.alt


def test_without_a_pair_there_is_no_picture():
    given = [given_of(k, (0, 0), brought={"main": {}}) for k in range(3)]
    summary = tell_network(publish_network(given, "reports"))
    assert draw_pooled(summary, width_cm=9.0, row_cm=3.0).empty


def test_one_dot_is_drawn_for_the_readers_own_clinic_in_each_funnel():
    picture = draw_own(told(own=given_of(1, (0.0, 0.3))), width_cm=17.0)
    dots = [
        artist
        for panel in picture.panels
        for artist in panel.artists
        if getattr(artist, "get_marker", lambda: None)() == "o" and len(artist.get_xdata()) == 1
    ]
    # One own dot in each funnel, and the mark of a format above where it is a round one.
    assert len([dot for dot in dots if dot.get_markersize() == pytest.approx(7.5)]) == 3
    assert not picture.empty


def test_a_clinic_that_shows_no_pooled_pair_has_no_funnel():
    assert draw_own(told(own=given_of(1, (0, 0), brought={"main": {}})), width_cm=17.0).empty
