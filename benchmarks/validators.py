"""Which library validates the published summary: msgspec beside pydantic, measured.

Run by hand: `python -m benchmarks.validators`. The same types are given to both: pydantic's are
built from msgspec's, field by field, strict and closed. `docs/validators.md` is written anew.
pydantic is no dependency; where it is missing the table says "not installed".
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from analysis.disclosure.release import protect
from analysis.disclosure.summary import Summary, spell_summary
from analysis.records.load import read_records
from analysis.study import run_study
from benchmarks.stamp import keep_table

ROOT = Path(__file__).resolve().parents[1]
MISSING = "not installed"
RUNS = 15
IMPORT = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
FAULTS: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "a text for a number": (("answer", "pairs", 0, "estimate"), "0.1"),
    "a name not on its list": (("answer", "pairs", 0, "label"), "best"),
    "an unknown field": (("answer", "surname"), "x"),
    "too large a number": (("answer", "pairs", 0, "estimate"), 1e12),
    "a part of another kind": (("effort",), 3),
    "a digest that is none": (("ledger",), "Anna Smith"),
}
HEAD = b'{"version": 3, "invented": true, "margin": '
HOSTILE = {
    "100,000 lists in each other": HEAD + b"[" * 100_000,
    "100,000 lists in an unknown field": b'{"x": ' + b"[" * 100_000,
    "1e999": HEAD + b"1e999}",
    "NaN": HEAD + b"NaN}",
    "a lone surrogate": b'{"version": 3, "records": {"id": "\\ud800"}}',
    "a whole number of 100,000 digits": b'{"smallest_cell": ' + b"9" * 100_000 + b"}",
    "20 MB of one text": b'{"records": {"id": "' + b"a" * 20_000_000 + b'"}}',
}
Decode = Callable[[bytes], object]


def build_model(kind: Any, known: dict[Any, Any]) -> Any:
    """Give a type of msgspec's as one of pydantic's.

    Args:
        kind: a Struct, a field's type, or a part of one.
        known: the Structs built so far; added to.
    """
    import pydantic

    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind not in known:
            fields = {}
            for field in msgspec.structs.fields(kind):
                default = ... if field.required else field.default
                made = pydantic.Field(default, alias=field.encode_name)
                fields[field.name] = (build_model(field.type, known), made)
            config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True)
            known[kind] = pydantic.create_model(kind.__name__, __config__=config, **fields)
        return known[kind]
    if get_origin(kind) is Annotated:
        inner, meta = get_args(kind)
        limits = {name: getattr(meta, name) for name in ("ge", "le", "pattern")}
        wanted = {name: value for name, value in limits.items() if value is not None}
        return Annotated[inner, pydantic.Field(**wanted)]
    if get_origin(kind) is tuple:
        return tuple[build_model(get_args(kind)[0], known), ...]
    if get_origin(kind) is Literal or not get_args(kind):
        return kind
    whole = build_model(get_args(kind)[0], known)
    for part in get_args(kind)[1:]:
        whole = whole | build_model(part, known)
    return whole


def time_import(name: str) -> str:
    """Give the milliseconds a new process takes to import a module."""
    command = [sys.executable, "-c", IMPORT.format(name)]
    took = [
        float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(RUNS)
    ]
    return f"{1000 * statistics.median(took):.0f} ms"


def time_calls(call: Callable[[], object], runs: int = RUNS) -> str:
    """Give the milliseconds that a call takes."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return f"{1000 * statistics.median(took):.2f} ms"


def give_fault(content: bytes, path: tuple[str | int, ...], value: Any) -> bytes:
    """Give a summary's JSON with one value changed."""
    told = json.loads(content)
    part = told
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return json.dumps(told).encode()


def say_outcome(decode: Decode, content: bytes) -> str:
    """Give what comes of a file, and how long it took."""
    start = time.perf_counter()
    try:
        decode(content)
        came = "taken"
    except RecursionError:
        came = "RecursionError"
    except ValueError as error:
        came = f"{type(error).__name__}"
    return f"{came}, {1000 * (time.perf_counter() - start):.1f} ms"


def say_message(decode: Decode, content: bytes) -> str:
    """Give the message of the error that a file brings, on one line."""
    try:
        decode(content)
    except ValueError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        told = " / ".join(line for line in lines if "further information" not in line)
        return told.replace("|", "\\|")[:220]
    return "taken"


def measure_pydantic(content: bytes) -> tuple[dict[str, str], Decode | None]:
    """Give pydantic's import time, time to build the types and time to read, and its reader."""
    names = ("import", "build the types", "read the sample's summary")
    if find_spec("pydantic") is None:
        return dict.fromkeys(names, MISSING), None
    model = build_model(Summary, {})
    decode: Decode = model.model_validate_json
    built = time_calls(lambda: build_model(Summary, {}), runs=3)
    took = (time_import("pydantic.main"), built, time_calls(lambda: decode(content)))
    return dict(zip(names, took, strict=True)), decode


def measure_msgspec(content: bytes) -> tuple[dict[str, str], Decode]:
    """Give msgspec's import time, time to build the types and time to read, and its reader."""

    def decode(told: bytes) -> object:
        return msgspec.json.decode(told, type=Summary)

    types = "analysis.disclosure.rows, analysis.disclosure.summary"
    took = {
        "import": time_import("msgspec"),
        "build the types": f"{time_import(types)} with the import of both modules",
        "read the sample's summary": time_calls(lambda: decode(content)),
    }
    return took, decode


def write_table(content: bytes) -> str:
    """Give everything measured as Markdown."""
    ours, decode = measure_msgspec(content)
    theirs, other = measure_pydantic(content)
    lines = [
        "# Which library validates the published summary",
        "",
        f"`python -m benchmarks.validators` makes this page. msgspec {msgspec.__version__} was "
        "taken: it starts faster, reads faster and needs no other package, its types are plain "
        "classes that mypy reads, and no hostile file hangs it. Its messages say the place and "
        "what was expected there; `parse_summary` passes on the place alone, because a message "
        "may quote a key or a value of the file. Both take the last of two equal keys.",
        "",
        f"| the sample's summary, {len(content):,} bytes | msgspec | pydantic |",
        "|---|---|---|",
        *(f"| {name} | {ours[name]} | {theirs[name]} |" for name in ours),
        "",
        "| a fault | what msgspec says | what pydantic says |",
        "|---|---|---|",
    ]
    for name, (path, value) in FAULTS.items():
        wrong = give_fault(content, path, value)
        said = MISSING if other is None else say_message(other, wrong)
        lines.append(f"| {name} | {say_message(decode, wrong)} | {said} |")
    lines += ["", "| a hostile file | msgspec | pydantic |", "|---|---|---|"]
    twice = content.replace(b'"invented":', b'"invented": false, "invented":', 1)
    for name, hostile in {**HOSTILE, "a key given twice": twice}.items():
        came = MISSING if other is None else say_outcome(other, hostile)
        lines.append(f"| {name} | {say_outcome(decode, hostile)} | {came} |")
    return "\n".join(lines)


def main() -> None:
    """Measure both on the sample's summary, and keep the table."""
    content = spell_summary(protect(run_study(read_records(ROOT / "data" / "sample"))))
    keep_table(str(ROOT / "docs" / "validators"), write_table(content))


if __name__ == "__main__":
    main()
