"""The JSON Schema in docs is that of the published type.

`python tests/disclosure/test_schema.py --renew` writes it anew.
"""

import json
import sys
from pathlib import Path

import msgspec

from analysis.disclosure.summary import Summary

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "summary.schema.json"


def write_schema():
    """Give the JSON Schema of a summary, keys sorted."""
    schema = msgspec.json.schema(Summary)
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=1) + b"\n"


def test_the_schema_in_docs_is_that_of_the_type():
    told = "run `python tests/disclosure/test_schema.py --renew`"
    assert SCHEMA.read_bytes() == write_schema(), told


def test_the_schema_lets_no_unknown_field_pass():
    definitions = json.loads(write_schema())["$defs"]
    closed = {name: part.get("additionalProperties") for name, part in definitions.items()}
    assert closed["Summary"] is False
    assert set(closed.values()) == {False}


if __name__ == "__main__" and "--renew" in sys.argv:
    SCHEMA.write_bytes(write_schema())
