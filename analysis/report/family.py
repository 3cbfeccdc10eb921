"""Set the page for families in type: one accessible sheet that carries its numbers.

In: a told `Summary`, a paper size, and what a clinic writes above its report. Out: the bytes of a
tagged PDF/UA-1 of one page, with the summary's JSON attached as the report has it. Decisions: what
it says is told from the published summary alone; who prepared it, and when, is a line to fill in
by hand where nothing was typed.
"""

from __future__ import annotations

import json

from analysis.disclosure.summary import Summary, spell_summary
from analysis.figures.hundred_goals import draw_hundred_goals
from analysis.report.document import (
    PAPERS,
    TEMPLATE_FOLDER,
    compile_pages,
    drawable_characters,
)
from analysis.report.heading import NO_HEADING, Heading
from analysis.report.spelling import View, clean
from analysis.wording import FORMAT_TITLES
from analysis.words.family import VALUES, WEIGHTS, FamilyPage, tell_family
from analysis.words.family_factors import MARKS

KICKER = "A page for families"
INVENTED = "Invented records, made up by a computer to show this page. No real child is described."
CANNOT_TITLE = "What these records cannot say"
SURE_TITLE = "Do goals move faster in one of them?"
ONE_TITLE = "What this tells"
FACTORS_TITLE = "What could we talk over?"
FACTORS_HEAD = ("About", "To talk over", "What the records say")
TEXT_CM = 17.4


def render_family(summary: Summary, paper: str = "a4", heading: Heading = NO_HEADING) -> bytes:
    """Set the page for families.

    Args:
        summary: a told summary.
        paper: "a4" or "letter".
        heading: period, and who prepared it, as the clinic types them; the page has its own title.

    Returns:
        The bytes of a tagged PDF/UA-1 of one page; equal for equal summaries and texts.

    Raises:
        AnalysisError: if the heading holds a character that cannot be printed.
        KeyError: if the paper is not known.
        ReportFault: if the typesetter warns of anything.
    """
    characters = drawable_characters()
    heading.check_characters(characters)
    page = tell_family(summary)
    picture = draw_hundred_goals(summary, width_cm=TEXT_CM, titled=False)
    view = _view_page(summary, page) | {"period": heading.period, "prepared": heading.prepared}
    view |= {"paper": PAPERS[paper], "alt": "" if picture.empty else picture.alt}
    names = ("parts.typ", "family.typ")
    files = {name: (TEMPLATE_FOLDER / name).read_bytes() for name in names}
    files["main"] = files.pop("family.typ")
    text = json.dumps(clean(view, characters), ensure_ascii=False, allow_nan=False)
    files["view.json"] = text.encode()
    files["summary.json"] = spell_summary(summary)
    files["hundred.svg"] = picture.to_svg()
    return compile_pages(files)


def _view_page(summary: Summary, page: FamilyPage) -> View:
    """Give everything the page prints, as display strings."""
    return {
        "invented": INVENTED if summary.invented else "",
        "kicker": KICKER,
        "title": page.title.text,
        "use": page.use.text,
        "outcome": page.outcome.text,
        "formats": [
            {
                "title": FORMAT_TITLES[row.format],
                "option": row.option.text,
                "number": row.number.text,
            }
            for row in page.hundreds
        ],
        "aim": page.aim.text,
        "instead": list(dict.fromkeys(row.number.text for row in page.hundreds)),
        "sure_title": SURE_TITLE if len(page.hundreds) > 1 else ONE_TITLE,
        "sure": [sentence.text for sentence in page.sure],
        "cannot_title": CANNOT_TITLE,
        "cannot": [sentence.text for sentence in page.cannot],
        "factors_title": FACTORS_TITLE,
        "factors_head": list(FACTORS_HEAD),
        "factors": [
            [row.title, row.question.text, MARKS[row.mark], row.answer.text] for row in page.factors
        ],
        "values_title": page.values.text,
        "values": list(VALUES),
        "weights": list(WEIGHTS),
        "source": [sentence.text for sentence in page.source],
    }
