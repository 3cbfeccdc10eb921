"""Print the lowest versions that pyproject.toml allows, one pin a line, for `make test-lowest`."""

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def lowest_pins():
    """Give a pin for each package the program and its tests ask for."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    parts = ("notebooks", "parquet", "selfcheck", "test")
    asked = project["dependencies"] + [
        entry for part in parts for entry in project["optional-dependencies"][part]
    ]
    return [entry.replace(">=", "==") for entry in asked]


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest_pins()) + "\n")
