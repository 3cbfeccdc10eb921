"""Write the generated pages of this folder: `python docs/make_pages.py`, or `make docs`.

In: the settings and the type of the summary. Out: `settings.md` and `summary.schema.json`, the same
bytes every time; tests hold them against the code.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from analysis.disclosure.summary import Summary
from analysis.settings import Settings

FOLDER = Path(__file__).resolve().parent
HEAD = """# Every choice that could change a result

Made by `make docs` from `analysis/settings.py`. A clinic may choose the first two, before it looks
at results; the others are constants of the method. Every report prints them all.

| choice | value | why |
| --- | --- | --- |
"""


def settings_page() -> str:
    """Give the page of all settings as Markdown."""
    lines = []
    for row in Settings().rows():
        unit = "" if row["unit"] == "number" else f" {row['unit']}"
        lines.append(f"| `{row['name']}` | {_spell(row['value'])}{unit} | {row['reason']} |\n")
    return HEAD + "".join(lines)


def _spell(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_spell, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def schema_page() -> str:
    """Give the JSON Schema of `summary.json`."""
    return json.dumps(msgspec.json.schema(Summary), indent=1, sort_keys=True) + "\n"


PAGES = {"settings.md": settings_page, "summary.schema.json": schema_page}


def main() -> None:
    """Write every page anew."""
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
