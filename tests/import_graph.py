"""Which module of a package imports which, and what of that the layers do not allow."""

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@functools.cache
def parse(path):
    """Give the syntax tree of a file, parsed once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Package:
    """The modules of a package, by name without the package's own: "" is its `__init__`."""

    folder: Path

    @functools.cached_property
    def paths(self):
        found = {}
        for path in sorted(self.folder.rglob("*.py")):
            parts = path.relative_to(self.folder).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    @functools.cached_property
    def trees(self):
        return {name: parse(path) for name, path in self.paths.items()}

    @functools.cached_property
    def graph(self):
        """Module -> the modules it imports; those asked for late or for types only count too."""
        return {name: self.imports(tree) - {name} for name, tree in self.trees.items()}

    def imports(self, tree):
        own = self.folder.name
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"line {node.lineno} imports relatively"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            for name in names:
                if name == own or name.startswith(f"{own}."):
                    found.add(self.module_of(name.removeprefix(own).removeprefix(".")))
        return found

    def module_of(self, name):
        """Give the module that a dotted name stands in."""
        while name and name not in self.paths:
            name = name.rpartition(".")[0]
        return name


@dataclass(frozen=True)
class Layer:
    number: int
    names: tuple[str, ...]


def read_layers(page):
    """Read the table under the heading "Layers": its numbers and the names in backticks."""
    section = page.split("\n## Layers\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", section, re.MULTILINE)
    return tuple(Layer(int(number), tuple(re.findall(r"`(\w+)`", names))) for number, names in rows)


def layer_faults(package, layers):
    """Name each module without a layer, and each import that is not of a lower layer.

    Inside a layer a package may import itself, and single files may import each other; two
    packages of one layer know nothing of each other.
    """
    number_of = {name: layer.number for layer in layers for name in layer.names}
    files = {name for name, path in package.paths.items() if path.name != "__init__.py"}
    faults = []
    for name, imported in package.graph.items():
        if name == "":
            faults += [f"{package.folder.name}/__init__ imports {other}" for other in imported]
            continue
        own = name.partition(".")[0]
        if own not in number_of:
            faults.append(f"{name} has no layer")
            continue
        for other in sorted(imported - {""}):
            their = other.partition(".")[0]
            if their == own or their not in number_of:
                continue
            here, there = number_of[own], number_of[their]
            if there > here or (there == here and not {own, their} <= files):
                faults.append(f"{name} (layer {here}) imports {other} (layer {there})")
    return faults


def find_circle(graph):
    """Give the modules of one import circle in order, the first again at the end; () if none."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return ()
        path.append(name)
        for other in sorted(graph.get(name, ())):
            if circle := visit(other):
                return circle
        path.pop()
        done.add(name)
        return ()

    return next(filter(None, map(visit, sorted(graph))), ())


def reached(graph, starts):
    """Give every module that the starts import, directly or through others."""
    found, waiting = set(), list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            # to import a module is to import the packages it lies in
            waiting += [*graph[name], *([name.rpartition(".")[0]] if name else [])]
    return found


def is_entry_point(tree):
    """Tell whether a module can be run: it ends with the usual test of its name."""
    return any(
        isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        for node in tree.body
    )
