"""Find a published number by its id, the path that sentences quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Node = object
ROW_NAMES = ("id", "format", "measure", "week", "pair", "gate")


def find_number(summary: Mapping[str, object], path: str) -> Node:
    """Give what stands at a path of a published summary.

    Names of a path are separated by full stops: keys of a dictionary; in a list, the `id`,
    `format`, `measure`, `week`, `pair` or `gate` of its rows. Several rows of one name stay a list.

    Args:
        summary: a summary as JSON, `json.loads(spell_summary(...))`.
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
    several = isinstance(node, Sequence) and not isinstance(node, str)
    rows = [row for row in (node if several else [node]) if isinstance(row, Mapping)]
    found = [row for row in rows if name in [str(row.get(key)) for key in ROW_NAMES]]
    if found:
        return found[0] if len(found) == 1 else found
    raise KeyError(f"{path}: nothing is called {name} there")
