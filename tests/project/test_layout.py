"""CONTRIBUTING.md's table of layers, and the rules of the code, held against every module."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
from import_graph import (
    Package,
    find_circle,
    is_entry_point,
    layer_faults,
    parse,
    reached,
    read_layers,
)

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Package(ROOT / "analysis")
TEST_FILES = sorted((ROOT / "tests").rglob("test_*.py"))
MOST_LINES = 350  # of a module, blank lines not counted
MOST_FUNCTION_LINES = 79

BANNED_WORD = "significant"
CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
MODULES_THAT_RUN_TEXT = {"pickle", "marshal", "shelve", "dill", "patsy", "formulaic", "formula"}
METHODS_THAT_RUN_TEXT = {"query", "eval", "read_pickle", "to_pickle", "from_formula"}
GLOBAL_SWITCHES = ("seed", "simplefilter", "filterwarnings", "set_option")
PURPOSE = re.compile(r"[^\n]+[.?:]\n\nIn:\s.+\bOut:\s.+", re.DOTALL)
OTHER_FORM = re.compile(r"\b(In come|Comes? in:|Go(es)? out:|[Dd]ecided here|[Dd]ecisions? taken)")
LEAVES_OUT = {"skip", "skipif", "xfail", "importorskip", "skipTest"}


def kept_files():
    """Every file that git keeps, or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def layers():
    return read_layers((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def write_package(folder, **modules):
    package = folder / "tiny"
    for name, text in modules.items():
        path = package.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for inner in {path.parent for path in package.rglob("*.py")} | {package}:
        (inner / "__init__.py").touch()
    return Package(package)


TINY_LAYERS = """
## Layers

| layer | modules | purpose |
| --- | --- | --- |
| 1 | `low`, `base` | arithmetic |
| 2 | `left`, `right` | two packages |
| 3 | `high` | the top |

## Another heading

| 9 | `other` | not a layer |
"""


def test_the_table_of_layers_is_read_as_it_is_written():
    layers = read_layers(TINY_LAYERS)
    assert [(layer.number, layer.names) for layer in layers] == [
        (1, ("low", "base")),
        (2, ("left", "right")),
        (3, ("high",)),
    ]


def test_an_import_upwards_is_seen_even_if_it_is_for_types_only(tmp_path):
    for_types = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tiny.high import top\n"
    )
    package = write_package(tmp_path, low=for_types, high__top="from tiny import low\n")
    assert layer_faults(package, read_layers(TINY_LAYERS)) == [
        "low (layer 1) imports high.top (layer 3)"
    ]
    assert find_circle(package.graph) == ("high.top", "low", "high.top")


def test_an_import_inside_a_function_is_seen(tmp_path):
    package = write_package(
        tmp_path, low="def late():\n    import tiny.high\n", high="import json\n"
    )
    assert layer_faults(package, read_layers(TINY_LAYERS)) == [
        "low (layer 1) imports high (layer 3)"
    ]


def test_a_circle_inside_a_package_is_named_with_its_path(tmp_path):
    package = write_package(
        tmp_path,
        left__one="from tiny.left import two\n",
        left__two="from tiny.left.three import name\n",
        left__three="def late():\n    from tiny.left.one import two\n",
        left__four="from tiny.left import one\n",
    )
    assert layer_faults(package, read_layers(TINY_LAYERS)) == []
    assert find_circle(package.graph) == ("left.one", "left.two", "left.three", "left.one")
    open_end = {**package.graph, "left.three": set()}
    assert find_circle(open_end) == ()


def test_files_of_a_layer_may_import_each_other_and_packages_may_not(tmp_path):
    package = write_package(
        tmp_path,
        low="from tiny import base\n",
        base="import json\n",
        left__one="from tiny.right.one import name\n",
        right__one="from tiny import low\n",
        stray="import json\n",
    )
    assert layer_faults(package, read_layers(TINY_LAYERS)) == [
        "left.one (layer 2) imports right.one (layer 2)",
        "stray has no layer",
    ]


def test_every_module_has_a_layer_and_imports_only_from_lower_ones(layers):
    faults = layer_faults(PACKAGE, layers)
    assert not faults, "\n".join(faults)


def test_the_table_of_layers_is_numbered_and_names_only_what_exists(layers):
    assert [layer.number for layer in layers] == list(range(1, len(layers) + 1))
    named = [name for layer in layers for name in layer.names]
    assert len(named) == len(set(named))
    assert [name for name in named if name not in PACKAGE.paths] == []


def test_no_modules_import_each_other_in_a_circle():
    assert " -> ".join(find_circle(PACKAGE.graph)) == ""


def test_every_module_is_reached_from_a_command_or_a_notebook():
    starts = {name for name, tree in PACKAGE.trees.items() if is_entry_point(tree)}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for tree, _ in notebook_cells(path):
            starts |= PACKAGE.imports(tree)
    unreached = sorted(set(PACKAGE.paths) - reached(PACKAGE.graph, starts))
    assert not unreached, ", ".join(unreached)


def test_importing_the_package_brings_in_nothing():
    assert [type(node).__name__ for node in PACKAGE.trees[""].body] == ["Expr"]


def test_a_module_fits_on_a_few_screens():
    long = {}
    for name, path in PACKAGE.paths.items():
        n_lines = sum(bool(line.strip()) for line in path.read_text("utf-8").splitlines())
        if n_lines > MOST_LINES:
            long[name] = n_lines
    assert long == {}


def test_a_function_is_shorter_than_eighty_lines():
    long = [
        f"{name}.{node.name}: {node.end_lineno - node.lineno + 1}"
        for name, tree in PACKAGE.trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    ("purpose", "good"),
    [
        ("Adjust p-values.\n\nIn: p-values. Out: adjusted ones.", True),
        ("Adjust p-values.\n\nIn: p-values. Out: adjusted ones. Decisions: none.\n\nMore.", True),
        ("Adjust p-values.", False),
        ("Adjust p-values.\nIn: p-values. Out: adjusted ones.", False),
        ("Adjust p-values.\n\nComes in: p-values. Goes out: adjusted ones.", False),
        ("Adjust p-values.\n\nIn: p-values. Out: others. Decided here: nothing.", False),
    ],
)
def test_the_one_form_of_a_purpose_is_told_from_others(purpose, good):
    assert has_the_form(purpose) is good


def has_the_form(purpose):
    return bool(PURPOSE.match(purpose)) and not OTHER_FORM.search(purpose)


def test_a_module_opens_with_its_purpose_what_comes_in_and_what_goes_out():
    other = []
    for name, path in PACKAGE.paths.items():
        purpose = ast.get_docstring(PACKAGE.trees[name]) or ""
        of_package = path.name == "__init__.py" and purpose.partition("\n")[0].endswith((".", "?"))
        if not of_package and not has_the_form(purpose):
            other.append(name)
    assert not other, "\n".join(other)


def test_no_function_bears_the_name_of_its_module_but_the_one_that_is_its_layer():
    same = [
        f"{name}.{node.name}"
        for name, tree in PACKAGE.trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name.split(".")[-1]
    ]
    assert same == ["words.tell.tell"]


def test_no_name_hides_the_builtin_format():
    hidden = []
    for name, tree in PACKAGE.trees.items():
        fields = {
            line.target
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for line in node.body
            if isinstance(line, ast.AnnAssign)
        }
        for node in ast.walk(tree):
            stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            stored = stored and node not in fields
            variable = node.id if stored else getattr(node, "arg", None)
            if variable == "format" and (stored or isinstance(node, ast.arg)):
                hidden.append(f"{name}:{node.lineno}")
    assert hidden == []


def runs_text(node):
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names]
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        return bool({part for name in names for part in name.split(".")} & MODULES_THAT_RUN_TEXT)
    if isinstance(node, ast.Call):
        called = node.func
        plain = isinstance(called, ast.Name) and called.id in CODE_FROM_TEXT
        method = isinstance(called, ast.Attribute) and called.attr in METHODS_THAT_RUN_TEXT
        return plain or method or any(k.arg == "allow_pickle" for k in node.keywords)
    return False


def test_no_text_is_ever_run_as_code():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in PACKAGE.trees.items()
        for node in ast.walk(tree)
        if runs_text(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "import pickle",
        "from statsmodels.formula import api",
        "frame.query(text)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_text_that_would_be_run_is_noticed(line):
    assert any(map(runs_text, ast.walk(ast.parse(line))))


def test_nothing_global_is_touched_when_a_module_is_imported():
    touched = []
    for name, tree in PACKAGE.trees.items():
        for node in tree.body:
            for call in ast.walk(node) if isinstance(node, ast.Expr | ast.Assign) else ():
                if isinstance(call, ast.Call):
                    called = ast.unparse(call.func)
                    touched += [f"{name}: {called}"] if called.endswith(GLOBAL_SWITCHES) else []
                if isinstance(call, ast.Attribute) and call.attr == "rcParams":
                    touched.append(f"{name}: rcParams")
    assert touched == []


def test_the_word_that_hides_more_than_it_says_stands_nowhere():
    endings = {".py", ".md", ".toml", ".yml", ".typ", ".ipynb", ".csv", ".cff", ".yaml", ""}
    found = [
        path.relative_to(ROOT).as_posix()
        for path in kept_files()
        if path.suffix in endings
        and path != Path(__file__)
        and ROOT / "tests" / "reference" not in path.parents
        and BANNED_WORD.encode() in path.read_bytes().lower()
    ]
    assert found == []


def test_no_test_is_skipped_or_expected_to_fail():
    found = [
        f"{path.name}:{node.lineno}"
        for path in TEST_FILES
        if path.name not in ("test_browser.py", "test_app_browser.py")  # where there is no browser
        for node in ast.walk(parse(path))
        if getattr(node, "attr", getattr(node, "id", None)) in LEAVES_OUT
    ]
    assert found == []


def test_the_names_of_tests_are_sentences():
    short = [
        f"{path.name}: {node.name}"
        for path in TEST_FILES
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and node.name.count("_") < 3
    ]
    assert short == []


def test_every_test_module_mirrors_the_package_or_tests_the_project():
    folders = {path.parent.relative_to(ROOT / "tests").as_posix() for path in TEST_FILES}
    packages = {name.replace(".", "/") for name in PACKAGE.paths} | {".", "project"}
    assert folders <= packages


def notebook_cells(path):
    """Give each code cell of a notebook as a syntax tree, and whether it holds the parameters."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            parameters = "parameters" in cell["metadata"].get("tags", [])
            yield ast.parse("".join(cell["source"])), parameters


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebooks_hold_no_logic_and_no_numbers(path):
    logic = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try)
    for tree, parameters in notebook_cells(path):
        nodes = list(ast.walk(tree))
        assert not [node for node in nodes if isinstance(node, logic)]
        constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
        numbers = [v for v in constants if isinstance(v, int | float) and not isinstance(v, bool)]
        assert parameters or not numbers
