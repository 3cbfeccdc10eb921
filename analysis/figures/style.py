"""One visual language for every picture: colours, shapes, faces, and a canvas in centimetres.

In: nothing. Out: the means to draw. The decisions taken here: a therapy format keeps one colour
and one shape everywhere; the colours differ in lightness first, so that they survive greyscale
and the common kinds of colour blindness; labels stand beside what they name instead of in a
legend; text is drawn literally and stays text in the file.
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

Arguments = ParamSpec("Arguments")

FONT_FOLDER = Path(__file__).resolve().parents[1] / "report" / "fonts"
FAMILY = "Source Sans Pro"
FACES = {400: "SourceSansPro-Regular.otf", 600: "SourceSansPro-Semibold.otf"}

INK = "#1E2430"
SOFT_INK = "#5B6270"
FAINT = "#C9CCD2"
BAND = "#EFE9DD"
PAPER = "#FFFFFF"
CONTRAST = "#3B4A63"
FORMAT_COLOURS = {"individual": "#17365D", "group": "#B5541C", "combined": "#4DA1A3"}
FORMAT_SHAPES = {"individual": "o", "group": "s", "combined": "D"}
FORMAT_SIZES = {"individual": 7.0, "group": 6.4, "combined": 6.0}

CM_PER_INCH = 2.54
SMALL, NORMAL, LARGE = 7.6, 8.6, 10.5
SCREEN_DPI = 160
NOTHING = "Too few children to show this."
NOTHING_CM = 1.2

# Share of the half-width of a 95% normal interval that holds the middle 80% and 50%.
INNER_BANDS = ((1.0, 0.16), (0.654, 0.30), (0.344, 0.55))


class Picture(Figure):
    """A figure that knows in words what it shows, and saves itself the same way every time.

    Attributes:
        alt: what the picture shows, for those who do not see it.
        empty: True when there was nothing that may be shown, and only says so.
    """

    def __init__(self, width_cm: float, height_cm: float) -> None:
        super().__init__(figsize=(width_cm / CM_PER_INCH, height_cm / CM_PER_INCH))
        self.alt = ""
        self.empty = False
        self.width_cm = width_cm
        self.height_cm = height_cm

    def to_svg(self) -> bytes:
        """Give the picture as SVG with its text kept as text; the same bytes every time."""
        buffer = io.BytesIO()
        with house_style():
            FigureCanvasSVG(self).print_svg(buffer, metadata={"Date": None, "Creator": None})
        return buffer.getvalue()

    def to_png(self, dpi: float = SCREEN_DPI) -> bytes:
        """Give the picture as PNG."""
        buffer = io.BytesIO()
        with house_style(), _resolution(self, dpi):
            FigureCanvasAgg(self).print_png(buffer, metadata={"Software": None})
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        width = round(self.width_cm / CM_PER_INCH * 96)
        return (
            {"image/png": self.to_png(), "text/plain": self.alt},
            {"image/png": {"width": width, "alt": self.alt}},
        )


@contextlib.contextmanager
def _resolution(figure: Figure, dpi: float) -> Iterator[None]:
    before = figure.dpi
    figure.dpi = dpi
    try:
        yield
    finally:
        figure.dpi = before


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Draw with these settings whatever the user's own are, and put the user's back."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "therapy formats",
                "text.parse_math": False,
                "figure.facecolor": PAPER,
                "path.simplify": False,
            }
        )
        yield


def in_house_style(draw: Callable[Arguments, Picture]) -> Callable[Arguments, Picture]:
    """Let a drawing function run in the house style."""

    @functools.wraps(draw)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Picture:
        with house_style():
            return draw(*args, **kwargs)

    return wrapped


@functools.cache
def face(size: float = NORMAL, weight: int = 400) -> FontProperties:
    """Give the shipped sans face; its file is named, so no font search and no global state."""
    return FontProperties(
        family=[FAMILY], size=size, weight=weight, fname=FONT_FOLDER / FACES[weight]
    )


def add_panel(picture: Picture, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add bare axes at a place given in centimetres from the lower left corner."""
    axes = picture.add_axes(
        (
            left / picture.width_cm,
            bottom / picture.height_cm,
            width / picture.width_cm,
            height / picture.height_cm,
        )
    )
    axes.set_axis_off()
    return axes


def add_canvas(picture: Picture) -> Axes:
    """Add axes over the whole picture whose units are centimetres."""
    axes = add_panel(picture, 0, 0, picture.width_cm, picture.height_cm)
    axes.set_xlim(0, picture.width_cm)
    axes.set_ylim(0, picture.height_cm)
    return axes


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = NORMAL,
    weight: int = 400,
    colour: str = INK,
    across: str = "left",
    down: str = "center_baseline",
    behind: str = "",
    **kwargs: object,
) -> None:
    """Write one line of text, literally, at a point in the axes' own units.

    `behind` is a colour laid under the text to hide lines that would run through it.
    """
    if behind:
        kwargs["bbox"] = {"facecolor": behind, "edgecolor": "none", "pad": 0.8}
    axes.text(
        x,
        y,
        text,
        fontproperties=face(size, weight),
        color=colour,
        ha=across,
        va=down,
        parse_math=False,
        clip_on=False,
        **kwargs,
    )


def text_width_cm(text: str, size: float = NORMAL, weight: int = 400) -> float:
    """Give the width of one line of text in centimetres."""
    points, _, _ = text_to_path.get_text_width_height_descent(text, face(size, weight), False)
    return points / 72 * CM_PER_INCH


def mark(
    axes: Axes, x: float, y: float, therapy_format: str, *, filled: bool = True, scale: float = 1.0
) -> None:
    """Draw a format's mark: its shape in its colour."""
    colour = FORMAT_COLOURS[therapy_format]
    axes.plot(
        [x],
        [y],
        marker=FORMAT_SHAPES[therapy_format],
        markersize=FORMAT_SIZES[therapy_format] * scale,
        markerfacecolor=colour if filled else PAPER,
        markeredgecolor=PAPER if filled else colour,
        markeredgewidth=0.9 if filled else 1.2,
        linestyle="none",
        clip_on=False,
        zorder=5,
    )


def shade_interval(
    axes: Axes, low: float, middle: float, high: float, y: float, height: float, colour: str
) -> None:
    """Draw a 95% interval as three bands, darker where the value is more plausible."""
    for share, alpha in INNER_BANDS:
        left, right = middle - share * (middle - low), middle + share * (high - middle)
        axes.fill(
            [left, right, right, left],
            [y - height / 2, y - height / 2, y + height / 2, y + height / 2],
            facecolor=colour,
            edgecolor="none",
            alpha=alpha,
            linewidth=0,
            zorder=3,
            clip_on=False,
        )


def draw_nothing(width_cm: float, alt: str) -> Picture:
    """Give a picture that only says that nothing may be shown.

    Args:
        width_cm: width of the whole picture.
        alt: what would have been shown, in words.
    """
    picture = Picture(width_cm, NOTHING_CM)
    picture.alt = f"{alt} {NOTHING}"
    picture.empty = True
    canvas = add_canvas(picture)
    write(canvas, width_cm / 2, NOTHING_CM / 2, NOTHING, colour=SOFT_INK, across="center")
    return picture


def line(axes: Axes, x: list[float], y: list[float], **kwargs: object) -> None:
    """Draw a line that may leave its axes."""
    settings: dict = {"color": FAINT, "linewidth": 0.7, "solid_capstyle": "butt", "zorder": 2}
    axes.plot(x, y, clip_on=False, **(settings | kwargs))


def nice_step(span: float) -> float:
    """Give the step of 1, 2 or 5 times a power of ten that cuts a span into three to seven."""
    if span <= 0:
        return 1.0
    power = 1e-6
    while True:
        for multiple in (1, 2, 2.5, 5):
            if span / (multiple * power) <= 6:
                return multiple * power
        power *= 10
