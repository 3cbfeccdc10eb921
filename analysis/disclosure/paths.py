"""Find a published number by its id, the path that sentences quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Node = object


def find_number(summary: Mapping[str, object], path: str) -> Node:
    """Give what stands at a path of a published summary.

    Names of a path are separated by full stops: keys of a dictionary; in a list, the `id` of
    one of its rows, else its `format` or its place from 0.

    Args:
        summary: `Published.summary`, or a `summary.json` read back.
        path: for example "answer.pairs.group-individual.estimate".

    Raises:
        KeyError: if nothing stands there.
    """
    node: Node = summary
    for name in path.split("."):
        node = _step(node, name, path)
    return node


def _step(node: Node, name: str, path: str) -> Node:
    if isinstance(node, Mapping) and name in node:
        return node[name]
    if isinstance(node, Sequence) and not isinstance(node, str):
        for key in ("id", "format"):
            for row in node:
                if isinstance(row, Mapping) and row.get(key) == name:
                    return row
        if name.isdigit() and int(name) < len(node):
            return node[int(name)]
    raise KeyError(f"{path}: nothing is called {name} there")
