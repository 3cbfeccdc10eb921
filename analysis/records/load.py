"""Records: what a clinic handed in, read, judged, and ready to be measured.

In: a path (folder of tables, workbook, flat sheet) or typed tables. Out: `Records`, five frames
with every column of the schema, a ledger of every line, and what was mended.
Decisions: faulty or identifying records never become `Records`. pandas is imported only once the
text is known good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.cards import about, draw_card
from analysis.errors import RecordsError
from analysis.records.assignment.place import find_mapping
from analysis.records.checking.checks import check_coded, check_text
from analysis.records.checking.coded import CodedRecords, CodedTable
from analysis.records.checking.frames import code_frames
from analysis.records.checking.values import Faults
from analysis.records.group_places import SPLIT, split_groups
from analysis.records.mapping import Mapping, read_mapping
from analysis.records.reading.reader import read_text
from analysis.records.schema import FORMATS, TABLES, Table
from analysis.records.text_records import TextRecords

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_DIGEST_FILE = Path(__file__).with_name("sample_digest.txt")


@dataclass(frozen=True, eq=False)
class Records:
    """A clinic's records, judged.

    Attributes:
        episodes, goals, reviews, sessions, home_practice: frames with every schema column of
            their table in schema order; ids are `str`, labels ordered categories with all
            labels of the schema, numbers float64 with NaN for missing. `episode_id` is always
            filled, in goals `child_id` too.
        ledger: file, what became of its lines, how many; the lines of a file sum to its length.
        notes: what was mended or should be known, in sentences with counts.
    """

    episodes: pd.DataFrame
    goals: pd.DataFrame
    reviews: pd.DataFrame
    sessions: pd.DataFrame
    home_practice: pd.DataFrame
    ledger: pd.DataFrame
    notes: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits of the content, whatever the order of rows and columns."""
        return digest_tables({name: getattr(self, name) for name in TABLES})

    @property
    def invented(self) -> bool:
        """Whether these are the records of the invented sample clinic."""
        return self.digest == sample_digest()

    @property
    def n_children(self) -> int:
        """Children with at least one episode."""
        return int(self.episodes["child_id"].nunique())

    def __repr__(self) -> str:
        return (
            f"<Records of {about(self.n_children, 'child', 'children')}, "
            f"{about(len(self.goals), 'goal', 'goals')} and "
            f"{about(len(self.reviews), 'review', 'reviews')}"
            f"{' (invented)' if self.invented else ''}; digest {self.digest}>"
        )

    def _repr_html_(self) -> str:
        counts = self.episodes["format"].value_counts().reindex(list(FORMATS))
        rows = [(str(label), about(n, "episode", "episodes")) for label, n in counts.items()]
        return draw_card("Records", repr(self).strip("<>") + ".", rows)


def read_records(
    path: str | Path, mapping: str | Path | AnyMapping | Mapping | None = None
) -> Records:
    """Read and judge the records at `path`.

    Args:
        path: a folder of tables, a workbook, or one flat CSV, workbook or Parquet file.
        mapping: a TOML file (or the same as a dictionary) that says what a clinic calls things.

    Raises:
        RecordsError: with every problem found in one pass; nothing is kept.

    Example:
        >>> records = read_records("data/sample")
        >>> records.n_children, len(records.goals), records.invented
        (240, 708, True)
    """
    path = Path(path)
    kept = find_mapping(path) if mapping is None else None
    text = read_text(path, read_mapping(mapping if kept is None else kept))
    if kept is not None:
        text.notes.insert(0, f"read as {kept.name} beside the records says")
    coded, faults = check_text(text, text.certain)
    refuse_if_faulty(faults, text)
    return assemble_records(coded, faults, text.notes)


def records_from_tables(tables: AnyMapping[str, pd.DataFrame]) -> Records:
    """Judge typed frames as if they had been read, without any file.

    Args:
        tables: schema name to frame; columns of the schema, others are dropped.

    Raises:
        RecordsError: with every problem found in one pass.

    Example:
        >>> import pandas as pd
        >>> episodes = {"child_id": ["C1", "C2"], "format": ["group", "individual"]}
        >>> goals = {"goal_id": ["G1", "G2"], "child_id": ["C1", "C2"], "domain": ["motor"] * 2}
        >>> reviews = {"goal_id": ["G1", "G1", "G2"], "week": [0, 12, 0], "attainment": [-2, 0, -2]}
        >>> given = {"episodes": episodes, "goals": goals, "reviews": reviews}
        >>> tables = {name: pd.DataFrame(columns) for name, columns in given.items()}
        >>> records_from_tables(tables).n_children
        2
        >>> tables["reviews"]["attainment"] = [-2, 0, 5]
        >>> records_from_tables(tables)
        Traceback (most recent call last):
        ...
        analysis.errors.RecordsError: 1 problem in these records. Nothing was analysed.
          1. ...
    """
    faults = Faults()
    coded = code_frames(tables, faults)
    if any(problem.code.startswith("identifier") for problem in faults.problems):
        raise RecordsError(faults.problems, privacy=True)
    check_coded(coded, Mapping(), faults)
    refuse_if_faulty(faults)
    return assemble_records(coded, faults, [])


def refuse_if_faulty(faults: Faults, text: TextRecords | None = None) -> None:
    """Raise `RecordsError` with all problems, and the mapping file that could help."""
    if not faults.problems:
        return
    appendix = ""
    if text is not None:
        appendix = text.appendix()
    raise RecordsError(faults.problems, appendix=appendix)


def sample_digest() -> str:
    """Give the digest of the committed sample clinic, "" before it was made."""
    try:
        return SAMPLE_DIGEST_FILE.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def digest_tables(tables: AnyMapping[str, pd.DataFrame]) -> str:
    """Give twelve hexadecimal digits of the tables' content.

    Rows are put in order of their content, column by column in schema order, so that neither
    the order of rows nor of columns matters; a missing value is the same however it was said.
    """
    total = hashlib.sha256()
    for name, table in TABLES.items():
        frame = tables[name]
        coded = []
        for schema in table.columns:
            values = frame[schema.name]
            if schema.added and not values.notna().any():
                continue
            if schema.kind in ("whole", "number"):
                distinct, codes = np.unique(values.to_numpy(dtype="<f8") + 0.0, return_inverse=True)
                texts = [f"{value:.12g}" for value in distinct]
            else:
                codes, texts = _sorted_codes(values)
            coded.append((schema.name, texts, codes))
        order = np.lexsort([codes for _, _, codes in reversed(coded)]) if len(frame) else None
        total.update(f"{name}\x1d{len(frame)}\x1d".encode())
        for column, texts, codes in coded:
            total.update("\x1f".join([column, *texts]).encode() + b"\x1e")
            total.update(b"" if order is None else codes[order].astype("<i4").tobytes())
    return total.hexdigest()[:12]


def _sorted_codes(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    codes, distinct = values.factorize()
    texts = list(map(str, distinct.tolist()))
    order = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.full(len(texts) + 1, -1)
    rank[order] = np.arange(len(order))
    return rank[codes], [texts[i] for i in order]


def assemble_records(coded: CodedRecords, faults: Faults, notes: list[str]) -> Records:
    """Give `Records` of coded tables in which no fault was found."""
    import pandas as pd

    from analysis.computing import make_frame, text_type

    frames = {}
    text = text_type()
    vocabularies = {name: pd.array(list(coder), dtype=text) for name, coder in coded.ids.items()}
    for name, table in TABLES.items():
        source = coded.tables.get(name)
        frames[name] = _frame(table, source, vocabularies)
    lines = [
        (file, what, int(n)) for file, book in coded.ledger.items() for what, n in book.items() if n
    ]
    files, whats, counts = zip(*lines, strict=True) if lines else ((), (), ())
    ledger = make_frame({"file": files, "what": whats, "n_lines": counts})
    episodes, sessions, n_split = split_groups(frames["episodes"], frames["sessions"])
    frames |= {"episodes": episodes, "sessions": sessions}
    faults.mend(SPLIT, n_split)
    mended = [f"{sentence} ({n:,})" for sentence, n in faults.mended.items()]
    return Records(**frames, ledger=ledger, notes=(*notes, *mended, *faults.warnings))


def _frame(
    table: Table,
    source: CodedTable | None,
    vocabularies: AnyMapping[str, pd.api.extensions.ExtensionArray],
) -> pd.DataFrame:
    import pandas as pd

    from analysis.computing import label_type, make_frame, text_type

    n = 0 if source is None else source.n_rows
    data: dict[str, object] = {}
    for schema in table.columns:
        values = None if source is None else source.columns[schema.name]
        if schema.kind == "id":
            vocabulary = vocabularies.get(schema.name)
            if values is None or vocabulary is None or not len(vocabulary):
                data[schema.name] = pd.array([None] * n, dtype=text_type())
            else:
                data[schema.name] = vocabulary.take(values, allow_fill=True)
        elif schema.kind == "choice":
            codes = np.zeros(0, dtype=np.int8) if values is None else values
            data[schema.name] = pd.Categorical.from_codes(
                codes, dtype=label_type(schema.choices), validate=False
            )
        else:
            data[schema.name] = np.zeros(0) if values is None else values
    return make_frame(data, pd.RangeIndex(n))
