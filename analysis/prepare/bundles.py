"""FHIR bundles as plain resources, each known by the server it comes from.

In: JSON (a bundle, an array, several in a folder, or lines of resources). Out: numbered
resources, bundles unpacked, and which resource a reference names.
Decisions: what a resource means is left to `fhir`. An id holds within one server: a resource is
known by its full address where the bundle gives one, else by its kind and id. The same address
twice is one resource, the later version of it (FHIR R4, "Bundle", resolving references).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.writing.places import NOT_ORDINARY, NotOrdinaryError, read_ordinary

LARGEST_JSON = 50_000_000  # bytes of one file; read, it takes some twenty times as much memory
DEEPEST = 20  # bundles or arrays within each other
TWO_OF_ONE = (
    "the same id names two different resources, as happens when two systems' exports lie together.",
    "Export them with full addresses (fullUrl in each entry), or prepare each system's export in a "
    "folder of its own.",
)
Loaded = tuple[object, str]


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource.

    Attributes:
        number: its place, counted from 1 through all files.
        body: what it holds.
        key: its address, or kind and id; no two resources share one.
        base: the server's root, which relative references begin from; "" when it is not said.
        file: bare name of its file.
    """

    number: int
    body: dict
    key: str
    base: str
    file: str

    @property
    def kind(self) -> str:
        """The type of the resource, such as "Goal"."""
        return str(self.body.get("resourceType", ""))

    @property
    def names(self) -> set[str]:
        """The ids it may be called by: its own, and the end of its address."""
        return {take_id(self.key), take_id(self.body.get("id"))} - {""}


@dataclass(eq=False)
class Bundles:
    """Everything in an export, by key.

    Attributes:
        resources: every resource once, in order.
        n_again: resources that stood there twice and were read once.
        twice: numbers of resources whose id names another resource as well.
    """

    resources: list[Resource] = field(default_factory=list)
    n_again: int = 0
    twice: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_key: dict[str, Resource] = {}
        self._by_name: dict[tuple[str, str], list[Resource]] = {}

    def take(self, resource: Resource) -> None:
        """Add a resource, or what is newer about one that is there."""
        old = self._by_key.get(resource.key)
        if old is None:
            self._by_key[resource.key] = resource
            self.resources.append(resource)
            for name in resource.names:
                self._by_name.setdefault((resource.kind, name), []).append(resource)
            return
        if _differ(old.body, resource.body):
            if resource.kind == "Observation":  # nothing refers to one: both are read
                self.resources.append(resource)
            else:
                self.twice.append(resource.number)
            return
        self.n_again += 1
        if _version(resource.body) >= _version(old.body):
            old.body.clear()
            old.body.update(resource.body)

    def several_servers(self) -> bool:
        """Tell whether the resources come from more than one server."""
        return len({one.base for one in self.resources if not one.key.startswith("urn:")}) > 1

    def identify(self, resource: Resource, several: bool) -> str:
        """Give what a child or goal is known by: its id; its whole address where ids meet."""
        name = take_id(resource.body.get("id")) or take_id(resource.key)
        alone = len(self._by_name[resource.kind, name]) == 1
        return name if alone and not (several and "://" in resource.key) else resource.key

    def find(self, reference: str, near: Resource, kind: str) -> Resource | None:
        """Give the resource of a kind that `reference` in `near` names, None when it is not here.

        What the address itself does not settle is looked for by its id, first in the same file.
        """
        plain = plain_address(reference)
        for key in (plain, f"{near.base}/{plain}" if near.base else plain):
            found = self._by_key.get(key)
            if found is not None and found.kind == kind:
                return found
        alike = self._by_name.get((kind, take_id(plain)), [])
        if "://" in plain:
            alike = [one for one in alike if not one.base]
        elif near.base and not plain.startswith("urn:"):
            alike = [one for one in alike if one.base in ("", near.base)]
        beside = [one for one in alike if one.file == near.file]
        for some in (alike, beside):
            if len(some) == 1:
                return some[0]
        return None

    def kind_of(self, reference: str, near: Resource) -> str:
        """Give the type of what a reference names, "" when nothing tells."""
        plain = plain_address(reference)
        for key in (plain, f"{near.base}/{plain}"):
            if key in self._by_key:
                return self._by_key[key].kind
        return plain.rpartition("/")[0].rpartition("/")[2]


def read_bundles_at(path: Path) -> Bundles:
    """Give every resource at `path`, numbered from 1 through all files.

    Args:
        path: a file of JSON or lines of JSON, or a folder of them.

    Raises:
        RecordsError: if a file is no JSON, or too large to be read.
    """
    found = Bundles()
    number = 0
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir() and file.suffix.lower() not in (".json", ".ndjson"):
            continue
        for body, address in _unpack(_load(file), "", DEEPEST):
            number += 1
            if isinstance(body, dict):
                found.take(_name(number, body, address, file.name))
    return found


def _unpack(content: object, address: str, depth: int) -> Iterator[Loaded]:
    """Yield what is in arrays and bundles, each with its full address ("" when none is given)."""
    if depth and isinstance(content, list):
        for one in content:
            yield from _unpack(one, "", depth - 1)
    elif depth and isinstance(content, dict) and content.get("resourceType") == "Bundle":
        for entry in content.get("entry", []):
            yield from _unpack(entry.get("resource"), str(entry.get("fullUrl") or ""), depth - 1)
    else:
        yield content, address


def _name(number: int, body: dict, address: str, file: str) -> Resource:
    kind, own = str(body.get("resourceType", "")), str(body.get("id") or "")
    key = plain_address(address)
    ending = f"/{kind}/{take_id(key)}"
    base = key.removesuffix(ending) if "://" in key and key.endswith(ending) else ""
    if not key:
        key = f"{kind}/{own}" if own else f"#{number}"
    return Resource(number, body, key, base, file)


def _differ(one: dict, other: dict) -> bool:
    """Tell whether two bodies under one key are of two different children or goals."""
    telling = {
        "Patient": ("birthDate", "name", "identifier"),
        "Goal": ("subject", "startDate"),
        "Observation": ("subject", "focus", "effectiveDateTime", "code"),
    }.get(str(one.get("resourceType")), ())
    if not (_version(one) or _version(other)):
        telling = (*telling, "description")  # no newer version: it cannot have been reworded
    sources = {str(source) for body in (one, other) if (source := _meta(body).get("source"))}
    return len(sources) > 1 or any(
        part in one and part in other and json.dumps(one[part]) != json.dumps(other[part])
        for part in telling
    )


def _meta(body: dict) -> dict:
    meta = body.get("meta")
    return meta if isinstance(meta, dict) else {}


def _version(body: dict) -> str:
    return str(_meta(body).get("lastUpdated", ""))


def _load(file: Path) -> list:
    refusal = RecordsError(
        [
            Problem(
                "it is not JSON that can be read.",
                "Export the bundles again as JSON.",
                file=file.name,
                code="json",
            )
        ]
    )
    try:
        text = read_ordinary(file, LARGEST_JSON).decode("utf-8-sig")
        if file.suffix.lower() == ".ndjson":
            return _load_lines(text)
        try:
            return [json.loads(text)]
        except json.JSONDecodeError:
            return _load_lines(text)
    except NotOrdinaryError:
        fault, mend = NOT_ORDINARY
        special = Problem(fault, mend, file=file.name, code="not_ordinary")
        raise RecordsError([special]) from None
    except (OSError, ValueError, RecursionError, AttributeError, MemoryError):
        raise refusal from None


def _load_lines(text: str) -> list:
    """Read lines of JSON; a line ends at a line feed alone, U+2028 may stand within a text."""
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def read_reference(value: object) -> str:
    """Give the reference that an element holds, "" when it holds none."""
    return str(value.get("reference", "")) if isinstance(value, dict) else ""


def plain_address(reference: str) -> str:
    """Give a reference without its version; names of the kind urn:uuid in small letters."""
    plain = reference.strip().split("/_history")[0].rstrip("/")
    return plain.lower() if plain.lower().startswith("urn:uuid:") else plain


def take_id(reference: object) -> str:
    """Give the id at the end of a reference, in whichever of its forms."""
    return plain_address(str(reference or "")).rpartition("/")[2].rpartition(":")[2]
