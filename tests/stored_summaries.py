"""Published summaries kept beside the tests, so that words can be tried without any record.

`python tests/stored_summaries.py` writes them anew, of the sample and of a clinic of 60 children.
"""

import functools
from pathlib import Path

import msgspec

from analysis.disclosure.summary import Gate, Summary, parse_summary

FOLDER = Path(__file__).resolve().parent / "words" / "stored"


@functools.cache
def stored(name="sample"):
    """Give a stored summary, without sentences: "sample" or "small"."""
    return parse_summary((FOLDER / f"{name}.json").read_bytes())


def change(row, **changes):
    """Give a row or a summary with some values changed."""
    return msgspec.structs.replace(row, **changes)


def with_pair(gates=(), name="sample", **changes):
    """Give a stored summary whose first pair has other values, and only these failed gates.

    Returns:
        The summary and its first pair.
    """
    summary = stored(name)
    first, *others = summary.answer.pairs
    pair = change(first, **changes)
    answer = change(summary.answer, pairs=(pair, *others))
    method = change(summary.method, gates=tuple(gates))
    return change(summary, answer=answer, method=method), pair


def gate_of(rule, gate="measurement", **changes):
    """Give a gate of the first pair that failed."""
    return Gate(gate=gate, pair="group-individual", passed=False, rule=rule, **changes)


def write_stored():
    """Write the stored summaries anew, without their seals."""
    from small_clinics import invented_records, sample_study

    from analysis.disclosure.release import protect
    from analysis.study import run_study

    studies = {"sample": sample_study(), "small": run_study(invented_records(11, n_children=60))}
    FOLDER.mkdir(exist_ok=True)
    for name, study in studies.items():
        summary: Summary = protect(study)
        summary = change(summary, seal="")
        (FOLDER / f"{name}.json").write_bytes(msgspec.json.encode(summary) + b"\n")


if __name__ == "__main__":
    write_stored()
