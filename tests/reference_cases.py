"""Read a reference case: the data and the numbers another implementation gave for it."""

import json
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parent / "reference"


def read_case(name):
    """Give a case's data and its numbers."""
    folder = REFERENCE / name
    numbers = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    return pd.read_csv(folder / "data.csv"), numbers


def by_term(rows):
    """Turn a list of rows with a `term` into a frame indexed by it."""
    return pd.DataFrame(rows).set_index("term")
