"""What a clinic writes above its report: title, period, and who prepared it.

In: texts as typed. Out: a `Heading`. Decisions: they are printed as given, on the pages and in the
plain text only, never in the summary, which holds no free text; they are not coded and not checked
for names, and page 1 says so; marks that steer a printer or the direction of writing are refused.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields

from analysis.errors import AnalysisError

LONGEST = 60
REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
TYPED = (
    "Title, period and who prepared this are printed as the clinic typed them; nobody checked them "
    "for names."
)


@dataclass(frozen=True)
class Heading:
    """Title, period and who prepared a report, as typed; "" where nothing was.

    Raises:
        AnalysisError: if one is too long, or holds a mark that is no letter, digit or sign.
    """

    title: str = ""
    period: str = ""
    prepared: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            text = getattr(self, field.name)
            if len(text) > LONGEST:
                raise AnalysisError(
                    f"--{field.name} has {len(text)} characters; at most {LONGEST} fit on the page."
                )
            if any(unicodedata.category(character) in REFUSED for character in text):
                raise AnalysisError(
                    f"--{field.name} holds a line break or a hidden mark. Type it in one line."
                )
            object.__setattr__(self, field.name, " ".join(text.split()))

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def check_characters(self, drawable: frozenset[int]) -> None:
        """Refuse what the shipped faces cannot draw, so that what is printed is what was typed.

        Raises:
            AnalysisError: if a character cannot be drawn.
        """
        for field in fields(self):
            for character in getattr(self, field.name):
                if ord(character) not in drawable:
                    raise AnalysisError(
                        f"--{field.name} holds a character that this report cannot print. Use "
                        "letters, digits and common signs."
                    )


NO_HEADING = Heading()
