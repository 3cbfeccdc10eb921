"""Where the sample and the notebooks stand: beside the package in a clone, else inside it.

In: nothing. Out: two folders. Decisions: a wheel holds both inside the package (pyproject.toml), so
that every command works from any folder after `pip install`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
IN_CLONE: Final = (_PACKAGE.parent / "pyproject.toml").is_file()
SAMPLE: Final = _PACKAGE.parent / "data" / "sample" if IN_CLONE else _PACKAGE / "sample"
NOTEBOOKS: Final = _PACKAGE.parent / "notebooks" if IN_CLONE else _PACKAGE / "notebooks"
