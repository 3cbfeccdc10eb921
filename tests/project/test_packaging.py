"""pyproject.toml, the pins, conda's list, CITATION.cff and the hooks say the same, and it works."""

import ast
import importlib.util
import inspect
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from import_graph import Package

from analysis.__main__ import COMMANDS
from analysis.__main__ import main as run_command

ROOT = Path(__file__).resolve().parents[2]
WHOLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = WHOLE["project"]
LOCKED = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
LOCK = [line.removesuffix(" \\") for line in LOCKED if not line.startswith("    --hash=")]
CONDA_NAMES = {"typst-py": "typst", "matplotlib-base": "matplotlib"}
RUN = ("run", "notebooks", "parquet", "selfcheck")
RUN_NOT_IMPORTED = {"jupyterlab"}  # the notebooks are opened in it


def name_of(entry):
    return re.split(r"[><=!~\[ ]", entry)[0]


def bound_of(entry):
    return re.sub(r"^[\w-]+(\[\w+\])?", "", entry)


PARTS = {
    "run": PROJECT["dependencies"],
    **{name: PROJECT["optional-dependencies"][name] for name in (*RUN[1:], "test")},
    "check": WHOLE["dependency-groups"]["dev"],
}


def asked_for():
    """Every package asked for with its bound: to run, to test, to check the code."""
    return [entry for part in PARTS.values() for entry in part]


def bounds_of_pyproject():
    entries = {name_of(entry): bound_of(entry) for entry in asked_for()}
    return {"python": PROJECT["requires-python"]} | entries


def test_no_package_is_asked_for_in_two_places():
    names = [name_of(entry) for entry in asked_for()]
    assert len(names) == len(set(names))
    for part in PARTS.values():
        assert part == sorted(part, key=name_of)


def test_a_report_alone_needs_neither_parquet_nor_another_statistics_package():
    heavy = {"pyarrow", "statsmodels", "jupyterlab", "ipywidgets", "dask"}
    assert heavy.isdisjoint(map(name_of, PROJECT["dependencies"]))


def names_to_run():
    return {name_of(entry).replace("-", "_") for part in RUN for entry in PARTS[part]}


def test_the_lock_holds_names_and_versions_and_no_address():
    pinned = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==[0-9][\w.+!]*( ; .+)?")
    assert [line for line in LOCK if line and not pinned.fullmatch(line)] == []
    names = {path.name for path in ROOT.iterdir()}
    assert names.isdisjoint({"uv.lock", "poetry.lock", "Pipfile.lock", "conda-lock.yml"})
    assert not any(name.startswith("pylock") for name in names)


def test_conda_and_pip_are_told_the_same_packages_and_bounds():
    told = {}
    for entry in yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]:
        for one in entry["pip"] if isinstance(entry, dict) else [entry]:
            name = name_of(one)
            if name != "pip":
                told[CONDA_NAMES.get(name, name)] = bound_of(one)
    assert told == bounds_of_pyproject()


def test_every_package_asked_for_is_pinned_within_its_bounds():
    pins = {}
    for line in filter(None, LOCK):
        name, _, version = line.split(" ; ")[0].partition("==")
        pins.setdefault(name.split("[")[0], []).append(version)
    for name, bound in bounds_of_pyproject().items():
        if name == "python":
            continue
        least = [int(part) for part in bound.removeprefix(">=").split(".")]
        for version in pins[name]:
            have = [int(part) for part in re.findall(r"\d+", version)][: len(least)]
            assert have >= least, f"{name} is pinned to {version}, bounds say {bound}"


def imported_by_the_package():
    return {
        name.partition(".")[0]
        for tree in Package(ROOT / "analysis").trees.values()
        for name in modules_named(tree)
    }


def modules_named(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_every_package_imported_is_asked_for():
    known = names_to_run() | set(sys.stdlib_module_names) | {"analysis", "dask", "distributed"}
    known |= {"nbformat", "IPython"}  # what nbclient runs, and what a kernel is
    assert sorted(imported_by_the_package() - known) == []


def test_every_package_needed_to_run_is_imported():
    assert sorted(names_to_run() - RUN_NOT_IMPORTED - imported_by_the_package()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_an_installed_command_is_a_main_that_gives_its_exit_code(command, capsys):
    main = importlib.import_module(COMMANDS[command][0]).main
    signature = inspect.signature(main)
    assert signature.return_annotation == "int"
    assert all(p.default is not inspect.Parameter.empty for p in signature.parameters.values())
    with pytest.raises(SystemExit) as refused:
        run_command([command, "--no-such-option"])
    assert refused.value.code == 2


def test_the_one_installed_command_names_all_others_and_refuses_what_is_none(capsys):
    assert PROJECT["scripts"] == {"therapy-formats": "analysis.__main__:main"}
    assert run_command([]) == 0
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()[1:]] == list(COMMANDS)
    with pytest.raises(SystemExit) as refused:
        run_command(["repot"])
    assert refused.value.code == 2
    assert "repot" not in capsys.readouterr().err


def test_every_entry_point_that_a_clinic_types_has_a_command():
    entries = {path.parent.name for path in (ROOT / "analysis").glob("*/__main__.py")}
    named = {module.split(".")[1] for module, _ in COMMANDS.values()}
    assert entries - named == set()


def test_the_version_stands_once_and_others_repeat_it():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d\S*)", changes, re.MULTILINE)[0] == PROJECT["version"]


def test_the_citation_has_what_the_format_asks_and_agrees_with_pyproject():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["title"] == PROJECT["name"]
    assert citation["license"] == PROJECT["license"]
    assert citation["keywords"] == PROJECT["keywords"]
    assert citation["authors"] == PROJECT["authors"]
    known = {"abstract", "type", "version", "license", "keywords"}
    assert set(citation) <= known | {"cff-version", "message", "title", "authors"}


def test_the_license_names_who_the_authors_are():
    told = (ROOT / "LICENSE").read_text(encoding="utf-8").lower()
    assert told.startswith(f"{PROJECT['license'].lower()} license")
    for author in PROJECT["authors"]:
        assert author["name"].lower() in told
    for pattern in PROJECT["license-files"]:
        assert list(ROOT.glob(pattern)), pattern


def test_hooks_before_a_commit_fetch_nothing_and_run_what_the_whole_check_runs():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in hooks[0]["hooks"]:
        assert hook["language"] == "system"
        command = hook["entry"].removeprefix(".venv/bin/python ")
        assert f"$(PY) {command}" in makefile


def test_a_fault_is_reported_without_records():
    page = (ROOT / ".github" / "ISSUE_TEMPLATE" / "fault.md").read_text(encoding="utf-8")
    _, head, body = page.split("---\n", 2)
    assert {"name", "about"} <= set(yaml.safe_load(head))
    assert "no records" in body
    for module in re.findall(r"python -m (analysis[\w.]*)", body):
        assert importlib.util.find_spec(module)
