"""The rules of the house (CONTRIBUTING.md): floors, one place for each thing, words not used."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "analysis"
MOST_LINES = 350  # blank lines not counted
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = (
    ("errors", "formats"),
    ("settings", "wording", "writing", "computing", "models"),
    ("cards",),
    ("records",),
    ("simulation",),
    ("measures",),
    ("comparison",),
    ("decisions", "words"),
    ("disclosure",),
    ("study",),
    ("figures", "tables"),
    ("audit", "report", "notebook", "check", "prepare"),
    ("selfcheck",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

BANNED_WORD = "signi" + "ficant"
HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "anaconda" + ".org", "npmjs" + ".org")
PRIVATE_PLACES = ("/wo" + "rk/", "/tm" + "p/", ".lib" + "rary", "file:" + "//")
CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
MODULES_THAT_RUN_TEXT = {"pickle", "marshal", "shelve", "dill", "patsy", "formulaic", "cPickle"}
METHODS_THAT_RUN_TEXT = {"query", "eval", "read_pickle", "to_pickle", "from_formula"}


def kept_files():
    """Every file that git keeps, or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts(*endings):
    found = {}
    for path in kept_files():
        if path.suffix in endings or path.name in endings:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return found


def room_of(module):
    """Give the room with a floor that a module of the package belongs to."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in FLOOR_OF:
            return ".".join(parts[:length])
    return None


def module_name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path):
    """Give the modules of the package that a module imports when it runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_for_types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in only_for_types:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name == "analysis" or name.startswith("analysis."):
                yield name.removeprefix("analysis").removeprefix(".")


def trees():
    return [(p, ast.parse(p.read_text(encoding="utf-8"))) for p in MODULES]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_room_imports_only_from_floors_below_its_own(path):
    own = module_name(path)
    if own == "":
        assert list(imports_of(path)) == [], "analysis/__init__ re-exports nothing"
        return
    room = room_of(own)
    assert room is not None, f"{own} has no floor: give it one here and in CONTRIBUTING.md"
    for imported in imports_of(path):
        other = room_of(imported)
        assert other is not None, f"{own} imports {imported}, which has no floor"
        below = FLOOR_OF[other] < FLOOR_OF[room] or other == room
        assert below, f"{own} (floor {FLOOR_OF[room]}) imports {imported} ({FLOOR_OF[other]})"


def test_every_floor_is_told_in_the_contributors_page():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = {room_of(module_name(p)) for p in MODULES if module_name(p)}
    assert [room for room in sorted(rooms) if f"`{room}`" not in page] == []


def test_importing_the_package_brings_in_nothing():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    assert [type(node).__name__ for node in tree.body] == ["Expr"]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_fits_on_a_few_screens(path):
    n_lines = sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())
    assert n_lines <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_opens_with_its_purpose(path):
    purpose = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert purpose, "a module says what it is for"
    assert purpose.splitlines()[0].endswith((".", "?", ":")) or "\n" in purpose


def test_no_function_bears_the_name_of_its_module():
    same = [
        f"{module_name(path)}.{node.name}"
        for path, tree in trees()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == path.stem
    ]
    assert same == []


def test_no_name_hides_the_builtin_format():
    hidden = []
    for path, tree in trees():
        for node in ast.walk(tree):
            stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            name = node.id if stored else getattr(node, "arg", None)
            if name == "format" and (stored or isinstance(node, ast.arg)):
                hidden.append(f"{module_name(path)}:{node.lineno}")
    assert hidden == []


def test_no_text_is_ever_run_as_code():
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            here = f"{module_name(path)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                parts = {part for name in names for part in name.split(".")}
                found += [here] if parts & (MODULES_THAT_RUN_TEXT | {"formula"}) else []
            if isinstance(node, ast.Call):
                called = node.func
                plain = isinstance(called, ast.Name) and called.id in CODE_FROM_TEXT
                method = isinstance(called, ast.Attribute) and called.attr in METHODS_THAT_RUN_TEXT
                pickled = any(k.arg == "allow_pickle" for k in node.keywords)
                found += [here] if plain or method or pickled else []
    assert found == []


def test_nothing_global_is_touched_when_a_module_is_imported():
    touched = []
    for path, tree in trees():
        for node in tree.body:
            for call in ast.walk(node) if isinstance(node, ast.Expr | ast.Assign) else ():
                if isinstance(call, ast.Call):
                    name = ast.unparse(call.func)
                    if name.endswith(("seed", "simplefilter", "filterwarnings", "set_option")):
                        touched.append(f"{module_name(path)}: {name}")
                if isinstance(call, ast.Attribute) and call.attr == "rcParams":
                    touched.append(f"{module_name(path)}: rcParams")
    assert touched == []


def test_the_word_that_hides_more_than_it_says_stands_nowhere():
    pages = texts(".py", ".md", ".toml", ".yml", ".typ", ".ipynb", ".csv", "Makefile", "run")
    reference = "tests/reference/"
    found = [
        n for n, t in pages.items() if BANNED_WORD in t.lower() and not n.startswith(reference)
    ]
    assert found == []


def test_nothing_kept_names_a_registry_or_a_place_on_somebodys_machine():
    pages = texts(".py", ".md", ".toml", ".yml", ".typ", ".ipynb", ".lock", ".json", "Makefile")
    found = [
        f"{name}: {word}"
        for name, text in pages.items()
        for word in (*HOSTS, *PRIVATE_PLACES)
        if word in text
    ]
    assert found == []


def test_the_lock_holds_names_and_versions_and_no_address():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==[0-9][\w.+!]*( ; .+)?")
    assert [line for line in lines if line and not pinned.fullmatch(line)] == []
    names = {path.name for path in kept_files()}
    assert names.isdisjoint({"uv.lock", "poetry.lock", "Pipfile.lock", "conda-lock.yml"})
    assert not any(name.startswith("pylock") for name in names)


def bounds_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return {"python": project["requires-python"]} | {
        re.split(r"[><=!~\[ ]", entry)[0]: re.sub(r"^[\w-]+(\[\w+\])?", "", entry)
        for entry in wanted
    }


def test_conda_and_pip_are_told_the_same_packages_and_bounds():
    conda_names = {"typst-py": "typst", "matplotlib-base": "matplotlib"}
    told = {}
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    for line in text[text.index("dependencies:") :].splitlines()[1:]:
        entry = line.strip().removeprefix("- ")
        if entry and not entry.startswith("#") and entry != "pip":
            name = re.split(r"[><=]", entry)[0]
            told[conda_names.get(name, name)] = entry.removeprefix(name)
    assert told == bounds_of_pyproject()


def test_every_package_asked_for_is_pinned_within_its_bounds():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = {}
    for line in filter(None, lines):
        name, _, version = line.split(" ; ")[0].partition("==")
        pins.setdefault(name.split("[")[0], []).append(version)
    for name, bound in bounds_of_pyproject().items():
        if name == "python":
            continue
        least = [int(part) for part in bound.removeprefix(">=").split(".")]
        for version in pins[name]:
            have = [int(part) for part in re.findall(r"\d+", version)][: len(least)]
            assert have >= least, f"{name} is pinned to {version}, bounds say {bound}"


def test_every_package_imported_is_asked_for():
    import sys

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[><=\[]", entry)[0].replace("-", "_") for entry in project["dependencies"]}
    known = asked | set(sys.stdlib_module_names) | {"analysis", "dask", "distributed"}
    known |= {"nbformat", "IPython"}  # what nbclient runs, and what a kernel is
    imported = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    assert sorted(imported - known) == []


def test_no_test_is_skipped_or_expected_to_fail():
    marks = ("pytest.sk" + "ip", "mark.sk" + "ip", "xf" + "ail", "importor" + "skip")
    allowed = {"tests/notebook/test_browser.py"}
    found = [
        name
        for name, text in texts(".py").items()
        if name.startswith("tests/") and name not in allowed and any(m in text for m in marks)
    ]
    assert found == []


def test_notebooks_hold_no_logic_and_no_numbers():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] != "code":
                continue
            tree = ast.parse("".join(cell["source"]))
            parameters = "parameters" in cell["metadata"].get("tags", [])
            logic = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try)
            for node in ast.walk(tree):
                assert not isinstance(node, logic), f"{path.name} holds logic"
                number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
                plain = number and not isinstance(node.value, bool)
                assert not plain or parameters, f"{path.name} holds a typed number"


def test_the_names_of_tests_are_sentences():
    short = []
    for name, text in texts(".py").items():
        if not name.startswith("tests/test_"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                short += [f"{name}: {node.name}"] if node.name.count("_") < 3 else []
    assert short == []
