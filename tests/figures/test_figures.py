"""Pictures: one visual language, readable without colour, nothing beyond what was published."""

import importlib
import itertools
import re
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from example_summaries import BY_NAME, example_summary, part
from matplotlib.lines import Line2D
from msgspec.structs import replace

from analysis import formats
from analysis.disclosure.rows import FlowStep
from analysis.figures import style
from analysis.figures.analyses import draw_analyses
from analysis.figures.balance import draw_balance, draw_overlap
from analysis.figures.contrasts import BY_NARROW, draw_contrasts
from analysis.figures.flow import HELD_BACK, draw_flow
from analysis.figures.levels import draw_levels
from analysis.figures.needed import draw_needed
from analysis.figures.progress import draw_progress
from analysis.figures.rates import draw_rates
from analysis.records.schema import FORMATS
from analysis.wording import signed
from analysis.words.analyses import give_title
from analysis.words.cohort import FLOW_TITLES
from analysis.words.phrases import spell_unit
from analysis.words.reasons import give_clause

PICTURES = {
    draw.__name__: draw
    for draw in (
        draw_contrasts,
        draw_needed,
        draw_rates,
        draw_flow,
        draw_balance,
        draw_overlap,
        draw_progress,
        draw_levels,
        draw_analyses,
    )
}
# A variant in which each picture has something to show.
SHOWN_IN = {name: "too_few" if name == "draw_needed" else "clear_answer" for name in PICTURES}
SVG = "{http://www.w3.org/2000/svg}"

# Dichromat vision after Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "ordinary": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
EASILY_TOLD_APART = 25.0  # CIE 1976 colour difference; 2.3 is just noticeable side by side.
GREY_STEP = 12.0  # CIE lightness; about 1 is just noticeable.
TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11.


def _linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    share = RGB_TO_XYZ @ linear / WHITE
    f = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _contrast(one: str, other: str) -> float:
    light = sorted(float((RGB_TO_XYZ @ _linear(c))[1]) + 0.05 for c in (one, other))
    return light[1] / light[0]


def _texts(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("vision", VISIONS)
def test_formats_keep_apart_for_every_kind_of_colour_vision(vision):
    seen = [
        _lab(np.clip(VISIONS[vision] @ _linear(formats.FORMAT_COLOURS[f]), 0, 1)) for f in FORMATS
    ]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(apart) > EASILY_TOLD_APART


def test_formats_keep_apart_in_greyscale_and_by_shape():
    lightness = [_lab(_linear(formats.FORMAT_COLOURS[f]))[0] for f in FORMATS]
    assert min(abs(a - b) for a, b in itertools.combinations(lightness, 2)) > GREY_STEP
    assert len({formats.FORMAT_MARKS[f] for f in FORMATS}) == len(FORMATS)


def test_text_and_marks_stand_out_from_what_lies_behind_them():
    for behind in (style.PAPER, style.BAND):
        for ink in (style.INK, style.SOFT_INK):
            assert _contrast(ink, behind) >= TEXT_CONTRAST
    for colour in (*formats.FORMAT_COLOURS.values(), style.CONTRAST):
        assert _contrast(colour, style.PAPER) >= MARK_CONTRAST


@pytest.mark.parametrize("variant", BY_NAME)
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_drawn_for_every_state_with_words_beside_it(name, variant):
    picture = PICTURES[name](example_summary(variant))
    svg = picture.to_svg()
    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
    assert len(picture.alt) > 40
    assert b"<image" not in svg


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_same_bytes_whatever_the_users_settings(name):
    plain = PICTURES[name](example_summary(SHOWN_IN[name])).to_svg()
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path"}):
        inside = dict(mpl.rcParams)
        assert PICTURES[name](example_summary(SHOWN_IN[name])).to_svg() == plain
        assert dict(mpl.rcParams) == inside
    assert dict(mpl.rcParams) == before
    assert b"<dc:date>" not in plain


@pytest.mark.parametrize("name", PICTURES)
def test_text_stays_text_in_the_shipped_face(name):
    svg = PICTURES[name](example_summary(SHOWN_IN[name])).to_svg().decode()
    faces = set(re.findall(r"font-family: ([^;\"]+)", svg))
    assert faces == {f"'{style.FAMILY}'"}
    assert len(_texts(svg.encode())) >= 4


def test_the_contrasts_show_every_published_number_and_only_those():
    summary = example_summary()
    texts = _texts(draw_contrasts(summary).to_svg())
    narrow = {p.id for p in summary.answer.pairs if p.label in BY_NARROW}
    assert 0 < len(narrow) < len(summary.answer.pairs)
    for pair in summary.answer.pairs:
        ends = (pair.narrow_low, pair.narrow_high)
        if pair.id not in narrow:
            ends = (pair.conf_low, pair.conf_high)
        for value in (pair.estimate, *ends):
            assert signed(value) in texts


def test_a_withheld_pair_has_its_row_and_no_number():
    summary = example_summary("pair_withheld")
    hidden = example_summary("one_sided").answer.pairs[2]
    texts = _texts(draw_contrasts(summary).to_svg())
    assert texts.count("no number shown") == 1
    for value in (hidden.estimate, hidden.conf_low, hidden.conf_high):
        assert signed(value) not in texts


def test_the_wider_range_is_drawn_only_where_it_is_published():
    summary = example_summary("pair_withheld")
    with_wide = draw_contrasts(summary).to_svg()
    pairs = tuple(replace(p, wide_low=None, wide_high=None) for p in summary.answer.pairs)
    without = part(summary, "answer", pairs=pairs)
    assert len(draw_contrasts(without).to_svg()) < len(with_wide)


def test_no_mark_is_drawn_beyond_what_was_published():
    summary = example_summary()
    published = len(summary.progress.by_week)
    picture = draw_progress(summary)
    _, plot = picture.panels
    lines = [artist for artist in plot.artists if isinstance(artist, Line2D)]
    marked = [line for line in lines if line.get_marker() not in ("None", None, "")]
    assert sum(len(line.get_xdata()) for line in marked) == published + len(FORMATS)


def test_ways_of_asking_in_another_unit_stand_on_an_axis_of_their_own():
    summary = example_summary()
    units = {spell_unit(summary, row.unit) for row in summary.method.analyses}
    picture = draw_analyses(summary)
    texts = _texts(picture.to_svg())
    n_pairs = len(summary.answer.pairs)
    assert {texts.count(unit) for unit in units} == {n_pairs}
    assert len({panel.get_xlim() for panel in picture.panels[1:]}) == len(units)


def test_a_way_of_asking_that_could_not_be_asked_says_why():
    summary = example_summary()
    unasked = summary.method.analyses[-1]
    texts = _texts(draw_analyses(summary).to_svg())
    assert give_title(summary, unasked.id) in texts
    assert give_clause(unasked.withheld) in texts


def test_a_held_back_step_of_the_flow_has_no_number():
    summary = example_summary()
    step = next(row for row in summary.cohort.flow if not row.shown)
    picture = draw_flow(summary)
    assert FLOW_TITLES[step.id] in _texts(picture.to_svg())
    assert FLOW_TITLES[step.id] not in picture.alt


def test_a_format_that_the_clinic_does_not_have_has_no_place_in_the_flow():
    summary = example_summary()
    assert "Combined" in _texts(draw_flow(summary).to_svg())
    first, *others = summary.method.gates
    absent = replace(first, passed=False, rule="absent", format="combined")
    without = part(summary, "method", gates=(absent, *others))
    assert "Combined" not in _texts(draw_flow(without).to_svg())


def test_neighbouring_steps_that_are_held_back_share_one_reason():
    summary = example_summary()
    *first, last = summary.cohort.flow
    held = [FlowStep(id=row.id) for row in first]
    one = part(summary, "cohort", flow=(*held, last))
    assert _texts(draw_flow(one).to_svg()).count(HELD_BACK) == 1
    held[1] = replace(held[1], shown=True)
    two = part(summary, "cohort", flow=(*held, last))
    assert _texts(draw_flow(two).to_svg()).count(HELD_BACK) == 2


@pytest.mark.parametrize(("n", "words"), [(20, "just under 20"), (15, "15 of 20")])
def test_what_is_still_needed_is_read_from_the_published_counts_and_gates(n, words):
    summary = example_summary("too_few")
    first, group, *others = summary.answer.counts
    group = replace(group, n_children=n, n_groups=4)
    counted = part(summary, "answer", counts=(first, group, *others))
    texts = _texts(draw_needed(counted).to_svg())
    assert {words, "4 of 6", "15 of 20", "fewer than 11 of 20", "not shown"} <= set(texts)
    without = part(summary, "answer", counts=(first, replace(group, n_groups=None), *others))
    assert "not recorded" in _texts(draw_needed(without).to_svg())


def test_nothing_is_called_needed_where_a_pair_is_compared_or_size_is_not_the_reason():
    assert draw_needed(example_summary("one_format_absent")).empty
    summary = example_summary("too_few")
    gates = tuple(replace(gate, rule="separated") for gate in summary.method.gates)
    assert draw_needed(part(summary, "method", gates=gates)).empty


def test_the_alternative_text_quotes_the_published_sentences():
    summary = example_summary("cannot_tell")
    alt = draw_contrasts(summary).alt
    assert all(text in alt for text in summary.quote("pair"))


@pytest.mark.parametrize(
    "label", ["$\\frac{1}{$", "_hidden", "<b>bold</b>", "#panic()", "=SUM(A1)", "a\\b{c}"]
)
def test_a_text_is_drawn_as_it_is_whatever_it_would_mean_elsewhere(label):
    picture = style.Picture(4, 2)
    style.write(style.add_canvas(picture), 1, 1, label)
    assert label in _texts(picture.to_svg())


def test_single_levels_stand_in_place_and_coarser_bands_lie_end_to_end():
    single = _texts(draw_levels(example_summary()).to_svg())
    assert {"\u22122", "\u22121", "0", "+1", "+2"} <= set(single)
    coarse = _texts(draw_levels(example_summary("pair_withheld")).to_svg())
    assert {"Below expected", "At expected", "Above expected"} <= set(coarse)


def test_a_picture_shows_itself_in_a_notebook_with_its_words():
    data, metadata = draw_rates(example_summary())._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert metadata["image/png"]["width"] > 200


def test_the_same_picture_gives_the_same_png():
    first, second = (draw_levels(example_summary()).to_png() for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_drawing_needs_no_pyplot():
    import subprocess
    import sys

    code = (
        "import sys\n"
        + "\n".join(
            f"import analysis.figures.{draw.__module__.split('.')[-1]}"
            for draw in PICTURES.values()
        )
        + "\nprint('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("span", [0.02, 0.3, 1.0, 1.3, 2.4, 7.0, 90.0, 1234.0])
def test_an_axis_is_cut_into_three_to_seven(span):
    step = style.nice_step(span)
    assert 2 < span / step <= 6
    assert f"{step:e}"[:3] in ("1.0", "2.0", "2.5", "5.0")


def test_every_picture_module_says_what_comes_in_and_out():
    for draw in PICTURES.values():
        doc = importlib.import_module(draw.__wrapped__.__module__).__doc__
        assert "In: " in doc
        assert "Out: " in doc
