"""Pictures of the second line: drawn from the sample's summary, nothing beyond it. About 8 s."""

import functools
import re
import xml.etree.ElementTree as ElementTree

import pytest
from example_summaries import example_summary, part
from matplotlib.patches import PathPatch
from msgspec.structs import replace
from small_clinics import balanced_clinic, sample_study

from analysis import formats
from analysis.disclosure.release import protect
from analysis.figures import style
from analysis.figures.attainment import EMPTY, draw_icons
from analysis.figures.domains import draw_domains
from analysis.figures.effort import draw_effort
from analysis.figures.traits import draw_traits
from analysis.figures.within_child import draw_kinds
from analysis.study import run_study
from analysis.wording import number
from analysis.words.tell import tell

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = {
    "kinds": draw_kinds,
    "traits": draw_traits,
    "domains": draw_domains,
    "effort": draw_effort,
    "icons": functools.partial(draw_icons, week=24),
}


@functools.cache
def published():
    return tell(protect(sample_study()))


@functools.cache
def nothing_shown():
    return tell(protect(run_study(balanced_clinic(dict.fromkeys(formats.FORMAT_COLOURS, 4)))))


def texts(picture):
    root = ElementTree.fromstring(picture.to_svg())
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_drawn_with_words_beside_it_the_same_bytes_twice(name):
    picture = PICTURES[name](published())
    svg = picture.to_svg()
    assert svg == PICTURES[name](published()).to_svg()
    assert not picture.empty
    assert len(picture.alt) > 100
    assert set(re.findall(r"font-family: ([^;\"]+)", svg.decode())) == {f"'{style.FAMILY}'"}


@pytest.mark.parametrize("name", PICTURES)
def test_where_nothing_may_be_shown_the_picture_says_so(name):
    picture = PICTURES[name](nothing_shown())
    assert picture.empty
    assert style.NOTHING in texts(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_where_a_section_was_not_asked_the_picture_says_that_and_nothing_else(name):
    picture = PICTURES[name](example_summary())
    assert picture.empty
    assert texts(picture) == [style.NOT_ASKED]
    assert picture.alt == style.NOT_ASKED


@pytest.mark.parametrize("week", [12, 24])
def test_as_many_squares_are_filled_as_goals_of_a_hundred(week):
    picture = draw_icons(published(), week=week)
    shares = {r.format: r.of_100 for r in published().attainment.shares if r.week == week}
    shapes = [a for a in picture.panels[0].artists if isinstance(a, PathPatch)]
    squares = {}
    for shape in shapes:
        colour = style.mpl.colors.to_hex(shape.get_facecolor()).upper()
        moves = (shape.get_path().codes == 1).sum()
        squares[colour] = squares.get(colour, 0) + moves
    for f, n in shares.items():
        assert squares[formats.FORMAT_COLOURS[f].upper()] == n
        assert f"{n}" in texts(picture)
    assert squares[EMPTY.upper()] == 300 - sum(shares.values())


def test_areas_of_life_show_the_raw_and_the_pooled_difference_of_every_row():
    rows = published().subgroups.domains.rows
    picture = draw_domains(published())
    panels = picture.panels[1:]
    assert len(panels) == 3
    for panel in panels:
        marks = [a for a in panel.artists if getattr(a, "get_marker", lambda: "None")() == "o"]
        assert len(marks) == 2 * len(rows) / 3


def test_every_printed_effort_number_is_published():
    summary = published()
    shown = texts(draw_effort(summary))
    for row in summary.effort.means:
        if row.measure in ("per_session", "per_hour"):
            assert number(row.estimate) in shown


def test_predicted_rates_are_drawn_at_published_ratings_only():
    summary = published()
    traits = tuple(
        replace(trait, predicted=tuple(row for row in trait.predicted if row.level != "high"))
        for trait in summary.subgroups.traits
    )
    shown = texts(draw_traits(part(summary, "subgroups", traits=traits)))
    assert "rated 4" not in shown
    assert shown.count("rated 2") == 2
