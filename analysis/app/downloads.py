"""The files that may be taken along from the app: report, family page, numbers, pictures, mapping.

In: what the app works on, and a name. Out: the file's bytes, made when they are asked for.
Decisions: names are a fixed list; all but the mapping are made of the told summary.
"""

from __future__ import annotations

import io
import zipfile

from analysis.app.desk import Desk

REPORT, NUMBERS, TABLE, PICTURES = "summary.pdf", "summary.json", "results.xlsx", "pictures.zip"
FAMILY, MAPPING = "family.pdf", "mapping.toml"
PACKED_AT = (1980, 1, 1, 0, 0, 0)


def make_download(desk: Desk, name: str) -> bytes:
    """Give a file by its name; empty when there is none.

    Args:
        desk: what the app works on.
        name: as in the address.
    """
    if name == MAPPING:
        return desk.mapping_text.encode()
    summary = desk.summary
    if summary is None:
        return b""
    if name == REPORT:
        return desk.pdf or b""
    if name == FAMILY:
        from analysis.report.family import render_family

        return render_family(summary, desk.paper)
    if name == NUMBERS:
        from analysis.disclosure.summary import spell_summary

        return spell_summary(summary)
    if name == TABLE:
        from analysis.tables.files import table_bytes

        return table_bytes(summary, name)
    if name == PICTURES:
        from analysis.report.pictures import picture_files

        return _pack(picture_files(summary))
    return b""


def _pack(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, PACKED_AT), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
