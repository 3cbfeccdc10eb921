"""One visual language for every picture: colours, shapes, faces, and a canvas in centimetres.

In: nothing. Out: the means to draw. Decisions: a therapy format keeps one colour and one shape
everywhere; the colours differ in lightness first, so that they survive greyscale and the common
kinds of colour blindness; labels stand beside what they name instead of in a legend; text is drawn
literally and stays text in the file.
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from analysis.formats import FORMAT_COLOURS, FORMAT_MARK_SIZES, FORMAT_MARKS
from analysis.words.reasons import NOT_ASKED, NOTHING

Arguments = ParamSpec("Arguments")

FONT_FOLDER = FilePath(__file__).resolve().parents[1] / "report" / "fonts"
FAMILY = "Source Sans Pro"
FACES = {400: "SourceSansPro-Regular.otf", 600: "SourceSansPro-Semibold.otf"}

INK = "#1E2430"
SOFT_INK = "#5B6270"
FAINT = "#C9CCD2"
BAND = "#EFE9DD"
PAPER = "#FFFFFF"
CONTRAST = "#3B4A63"

CM_PER_INCH = 2.54
SMALL, NORMAL, LARGE = 8.0, 9.0, 10.5
SCREEN_DPI = 160
NOTEBOOK_PX, LARGEST_PX_PER_CM = 780, 57  # as wide as the text beside it, its letters no larger
NOTHING_CM = 1.2
ABSENT = "This report does not have this picture."

# Share of the half-width of a 95% normal interval that holds the middle 80% and 50%.
INNER_BANDS = ((1.0, 0.16), (0.654, 0.30), (0.344, 0.55))


class Picture(Figure):
    """A figure that knows in words what it shows, and saves itself the same way every time.

    Attributes:
        alt: what the picture shows, for those who do not see it.
        panels: its parts, each with units of its own.
        empty: True when there was nothing that may be shown, and only says so.
    """

    def __init__(self, width_cm: float, height_cm: float) -> None:
        super().__init__(figsize=(width_cm / CM_PER_INCH, height_cm / CM_PER_INCH))
        self.alt = ""
        self.empty = False
        self.panels: list[Panel] = []
        self.centimetres = Affine2D().scale(1 / CM_PER_INCH) + self.dpi_scale_trans
        self.width_cm = width_cm
        self.height_cm = height_cm

    def to_svg(self, *, outlines: bool = False) -> bytes:
        """Give the picture as SVG; the same bytes every time.

        Args:
            outlines: letters as outlines, for programs that lack the face; else text stays text.
        """
        buffer = io.BytesIO()
        with own_style():
            if outlines:
                mpl.rcParams["svg.fonttype"] = "path"
            FigureCanvasSVG(self).print_svg(buffer, metadata={"Date": None, "Creator": None})
        return buffer.getvalue()

    def to_png(self, dpi: float = SCREEN_DPI) -> bytes:
        """Give the picture as PNG."""
        buffer = io.BytesIO()
        with own_style(), _resolution(self, dpi):
            FigureCanvasAgg(self).print_png(buffer, metadata={"Software": None})
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        width = min(NOTEBOOK_PX, round(self.width_cm * LARGEST_PX_PER_CM))
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
def own_style() -> Iterator[None]:
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


def in_own_style(draw: Callable[Arguments, Picture]) -> Callable[Arguments, Picture]:
    """Let a drawing function run in the style of this report."""

    @functools.wraps(draw)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Picture:
        with own_style():
            return draw(*args, **kwargs)

    return wrapped


@functools.cache
def face(size: float = NORMAL, weight: int = 400) -> FontProperties:
    """Give the shipped sans face; its file is named, so no font search and no global state."""
    return FontProperties(
        family=[FAMILY], size=size, weight=weight, fname=FONT_FOLDER / FACES[weight]
    )


class Panel:
    """A part of a picture with units of its own, without the cost of matplotlib's axes.

    Attributes:
        picture: the picture it is part of.
        artists: everything drawn in it, in order.
    """

    def __init__(
        self, picture: Picture, left: float, bottom: float, width: float, height: float
    ) -> None:
        self.picture = picture
        self.artists: list[Artist] = []
        self._place = (left, bottom, width, height)
        self._xlim, self._ylim = (0.0, 1.0), (0.0, 1.0)

    def set_xlim(self, low: float, high: float) -> None:
        """Say which values stand at the left and the right edge."""
        self._xlim = (low, high)

    def set_ylim(self, low: float, high: float) -> None:
        """Say which values stand at the lower and the upper edge."""
        self._ylim = (low, high)

    def get_xlim(self) -> tuple[float, float]:
        """Give the values at the left and the right edge."""
        return self._xlim

    def plot(self, x: Sequence[float], y: Sequence[float], **kwargs: Any) -> None:
        """Draw a line or marks through points in the panel's units."""
        self._add(Line2D(self._across(x), self._up(y), **kwargs))

    def fill(self, x: Sequence[float], y: Sequence[float], **kwargs: Any) -> None:
        """Fill a polygon whose corners are in the panel's units."""
        corners = list(zip(self._across(x), self._up(y), strict=True))
        self._add(Polygon(corners, closed=True, **kwargs))

    def fill_squares(
        self, corners: Sequence[tuple[float, float]], size: float, **kwargs: Any
    ) -> None:
        """Fill squares of one size, given by their lower left corners, as one shape."""
        squares = [
            list(
                zip(
                    self._across([x, x + size, x + size, x]),
                    self._up([y, y, y + size, y + size]),
                    strict=True,
                )
            )
            for x, y in corners
        ]
        if squares:
            outline = Path.make_compound_path(*(Path([*s, s[0]], closed=True) for s in squares))
            self._add(PathPatch(outline, **kwargs))

    def text(self, x: float, y: float, text: str, **kwargs: Any) -> None:
        """Write text at a point in the panel's units."""
        self._add(Text(self._across([x])[0], self._up([y])[0], text, **kwargs))

    def _across(self, x: Sequence[float]) -> list[float]:
        left, _, width, _ = self._place
        low, high = self._xlim
        return [left + width * (value - low) / (high - low) for value in x]

    def _up(self, y: Sequence[float]) -> list[float]:
        _, bottom, _, height = self._place
        low, high = self._ylim
        return [bottom + height * (value - low) / (high - low) for value in y]

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self.picture.centimetres)
        self.picture.add_artist(artist)
        self.artists.append(artist)


def add_panel(picture: Picture, left: float, bottom: float, width: float, height: float) -> Panel:
    """Add a panel at a place given in centimetres from the lower left corner."""
    panel = Panel(picture, left, bottom, width, height)
    picture.panels.append(panel)
    return panel


def add_canvas(picture: Picture) -> Panel:
    """Add a panel over the whole picture whose units are centimetres."""
    canvas = add_panel(picture, 0, 0, picture.width_cm, picture.height_cm)
    canvas.set_xlim(0, picture.width_cm)
    canvas.set_ylim(0, picture.height_cm)
    return canvas


def write(
    axes: Panel,
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
    **kwargs: Any,
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
        **kwargs,
    )


def text_width_cm(text: str, size: float = NORMAL, weight: int = 400) -> float:
    """Give the width of one line of text in centimetres."""
    points, _, _ = text_to_path.get_text_width_height_descent(text, face(size, weight), False)
    return points / 72 * CM_PER_INCH


def mark(
    axes: Panel, x: float, y: float, therapy_format: str, *, filled: bool = True, scale: float = 1.0
) -> None:
    """Draw a format's mark: its shape in its colour."""
    colour = FORMAT_COLOURS[therapy_format]
    axes.plot(
        [x],
        [y],
        marker=FORMAT_MARKS[therapy_format],
        markersize=FORMAT_MARK_SIZES[therapy_format] * scale,
        markerfacecolor=colour if filled else PAPER,
        markeredgecolor=PAPER if filled else colour,
        markeredgewidth=0.9 if filled else 1.2,
        linestyle="none",
        zorder=5,
    )


def shade_interval(
    axes: Panel, low: float, middle: float, high: float, y: float, height: float, colour: str
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
        )


def draw_nothing(width_cm: float, alt: str) -> Picture:
    """Give a picture that only says that nothing may be shown.

    Args:
        width_cm: width of the whole picture.
        alt: what would have been shown, in words.
    """
    return _write_instead(width_cm, NOTHING, f"{alt} {NOTHING}")


def draw_not_asked(width_cm: float) -> Picture:
    """Give a picture that only says that its section was not asked.

    Args:
        width_cm: width of the whole picture.
    """
    return _write_instead(width_cm, NOT_ASKED, NOT_ASKED)


def draw_absent(width_cm: float, text: str) -> Picture:
    """Give a picture that stands for one of an earlier report that this report does not have.

    Args:
        width_cm: width of the whole picture.
        text: what would stand there, in words.
    """
    return _write_instead(width_cm, ABSENT, f"{text} {ABSENT}")


def _write_instead(width_cm: float, text: str, alt: str) -> Picture:
    picture = Picture(width_cm, NOTHING_CM)
    picture.alt = alt
    picture.empty = True
    canvas = add_canvas(picture)
    write(canvas, width_cm / 2, NOTHING_CM / 2, text, colour=SOFT_INK, across="center")
    return picture


def line(axes: Panel, x: Sequence[float], y: Sequence[float], **kwargs: Any) -> None:
    """Draw a line."""
    plain: dict[str, Any] = {"color": FAINT, "linewidth": 0.7, "solid_capstyle": "butt"}
    axes.plot(x, y, **({**plain, "zorder": 2} | kwargs))


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
