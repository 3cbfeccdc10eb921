"""Nothing stands in the package that no command and no notebook reaches."""

import importlib
import json
from pathlib import Path
from typing import is_typeddict

import msgspec
import pytest
from import_graph import Package
from vulture import Vulture

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "analysis"

# Names that are used without being written down anywhere in the package, and by whom.
USED_BY_OTHERS = {
    "_ipython_display_": "IPython, to show a box of controls",
    "_render_traceback_": "IPython, to show a refusal without a traceback",
    "alignment": "openpyxl",
    "buffer_text": "xml.parsers.expat",
    "CharacterDataHandler": "xml.parsers.expat",
    "EndElementHandler": "xml.parsers.expat",
    "StartDoctypeDeclHandler": "xml.parsers.expat",
    "StartElementHandler": "xml.parsers.expat",
    "initialize": "tornado, for each request",
    "log_exception": "tornado, when a request fails",
    "compress_type": "zipfile",
    "created": "openpyxl, so that the same workbook has the same properties",
    "data_type": "openpyxl, so that a text is never a formula",
    "external_attr": "zipfile",
    "font": "openpyxl",
    "freeze_panes": "openpyxl",
    "mean_std_error": "a statistician, beside the mean it belongs to",
    "modified": "openpyxl",
    "number_format": "openpyxl",
    "overlap_smd_warn": "words, by its name among the published choices",
    "post": "tornado, for a form",
    "ref": "openpyxl, for the filter of a table",
    "set_before_format": "vars(), as a column of the goals' table",
    "set_default_headers": "tornado, for each answer",
    "write_error": "tornado, when a request is refused",
    "writeable": "numpy, to lock an array",
}


def find_unused(folder, also=()):
    """Give the names defined in a folder of code that neither it nor the files beside it use."""
    vulture = Vulture()
    vulture.scavenge([str(folder), *map(str, also)])
    return [
        item for item in vulture.get_unused_code() if Path(item.filename).is_relative_to(folder)
    ]


def fields_read_whole():
    """Fields of the published summary, written to JSON whole, and keys of typed dicts."""
    found = set()
    for name, path in Package(PACKAGE).paths.items():
        text = path.read_text(encoding="utf-8")
        if "msgspec" in text or "TypedDict" in text:
            for thing in vars(importlib.import_module(f"analysis.{name}")).values():
                if isinstance(thing, type) and issubclass(thing, msgspec.Struct):
                    found |= set(thing.__struct_fields__)
                elif is_typeddict(thing):
                    found |= set(thing.__annotations__)
    return found


@pytest.fixture(scope="module")
def notebook_code(tmp_path_factory):
    """The code of the notebooks, one file for each."""
    folder = tmp_path_factory.mktemp("notebooks")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        (folder / f"{path.stem}.py").write_text("\n".join(code), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def unused(notebook_code):
    return find_unused(PACKAGE, [notebook_code])


def test_every_name_in_the_package_is_reached(unused):
    reached = fields_read_whole() | set(USED_BY_OTHERS)
    left = [
        f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: {item.typ} {item.name}"
        for item in unused
        if item.name not in reached
    ]
    assert not left, "No command and no notebook reaches\n" + "\n".join(left)


def test_every_name_that_others_use_is_still_needed(unused):
    assert sorted(set(USED_BY_OTHERS) - {item.name for item in unused}) == []


def test_a_function_that_only_tests_call_is_noticed(tmp_path):
    (tmp_path / "a.py").write_text("def lonely():\n    return 1\n\n\ndef asked():\n    return 2\n")
    beside = tmp_path.parent / "beside.py"
    beside.write_text("from a import asked\n\nasked()\n")
    assert [item.name for item in find_unused(tmp_path, [beside])] == ["lonely"]
