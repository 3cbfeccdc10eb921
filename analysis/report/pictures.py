"""The report's pictures as files for slides and letters: SVG, PNG, and a page that lists them.

In: a told `Summary`. Out: name and content of each file. Decisions: pictures are those of the
report, so that what is held back there is held back here; each says in itself what it shows (title
and description), and letters are outlines, so that it looks the same in every program. A picture of
an earlier report that this one does not have is replaced by one that says so.
"""

from __future__ import annotations

import html

from analysis.disclosure.summary import Summary
from analysis.figures.contrasts import draw_contrasts
from analysis.figures.style import Picture, draw_absent
from analysis.report.files_of_pictures import INDEX, INDEX_MARK, SVG_MARK, TITLES
from analysis.report.sections import draw_sections, view_sections
from analysis.words.answer import TITLE
from analysis.words.phrases import name_records

PNG_DPI = 300
ABSENT_CM = 17.0
PAGE = """{mark}
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 "Source Sans Pro", "Helvetica Neue", Arial, sans-serif; color: #22262d;
  max-width: 60em; margin: 2em auto; padding: 0 1em }}
figure {{ margin: 2.5em 0 }} img {{ max-width: 100%; height: auto }}
h2 {{ font-size: 1.15em; margin-bottom: 0.6em }}
</style></head><body>
<h1>{title}</h1>
<p>{about}</p>
{figures}
</body></html>
"""
FIGURE = """<figure><h2>{title}</h2><img src="{name}.svg" alt="{alt}">
<figcaption><p>{alt}</p><p><a href="{name}.svg">{name}.svg</a>, <a href="{name}.png">{name}.png</a>
</p></figcaption></figure>"""


def picture_files(summary: Summary, also: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """Give every picture of the report as SVG and PNG, and the page that lists them.

    Args:
        summary: a told summary.
        also: names of pictures, without an ending, that must be written even where this report
            has none: then they say so.

    Returns:
        File name to content; equal for equal summaries.
    """
    drawn = draw_sections(summary, view_sections(summary))
    if "contrasts" in drawn:  # the report sets its names beside it
        drawn["contrasts"] = draw_contrasts(summary)
    for name in sorted(also - set(drawn)):
        drawn[name] = draw_absent(ABSENT_CM, f"{give_title(name)}.")
    files, figures = {}, []
    for name, picture in drawn.items():
        title, alt = give_title(name), picture.alt
        files[f"{name}.svg"] = _name_svg(picture, title)
        files[f"{name}.png"] = picture.to_png(PNG_DPI)
        figures.append(FIGURE.format(title=html.escape(title), name=name, alt=html.escape(alt)))
    page = PAGE.format(
        mark=INDEX_MARK.decode(),
        title=f"Pictures: {html.escape(TITLE)}",
        about=html.escape(_say_about(summary)),
        figures="\n".join(figures),
    )
    return {INDEX: page.encode(), **files}


def give_title(name: str) -> str:
    """Give the title of a picture by its name, e.g. "contrasts" or "icons-24"."""
    kind, _, week = name.partition("-")
    return TITLES[kind].format(week=f" by week {week}" if week else "")


def _say_about(summary: Summary) -> str:
    invented = "These records are invented; no child in them exists. " * summary.invented
    texts = summary.texts
    return f"{invented}{texts['headline']} {texts['always']} {name_records(summary)}."


def _name_svg(picture: Picture, title: str) -> bytes:
    """Give a picture as SVG with its title and description in it, for those who hear it read."""
    drawing = picture.to_svg(outlines=True)
    begin = drawing.index(b"<svg ")
    end = drawing.index(b">", begin)
    said = (
        f'<title id="title">{html.escape(title)}</title>'
        f'<desc id="description">{html.escape(picture.alt)}</desc>'
    )
    opening = drawing[begin:end] + b' role="img" aria-labelledby="title description">\n'
    return SVG_MARK + b"\n" + opening + said.encode() + drawing[end + 1 :]
