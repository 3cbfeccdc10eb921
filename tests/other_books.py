"""Small workbooks of other kinds, written by hand: LibreOffice (.ods, .fods) and old Excel (.xls).

Used by `tests/records/test_other_books.py` and `tests/bombs.py`.
"""

import struct
import zipfile

SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
KIND = "application/vnd.oasis.opendocument.spreadsheet"
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR = 512


def cell(value, more=""):
    """Give one cell of a LibreOffice sheet: a number or a text."""
    if isinstance(value, (int, float)):
        given = f'office:value-type="float" office:value="{value}"'
    else:
        given = 'office:value-type="string"' if value else ""
    shown = f"<text:p>{value}</text:p>" if value != "" else ""
    return f"<table:table-cell {given} {more}>{shown}</table:table-cell>"


def row(*values, more=""):
    """Give one row of a LibreOffice sheet."""
    return f"<table:table-row {more}>{''.join(map(cell, values))}</table:table-row>"


def open_document(path, *sheets, styles="", tables="", flat=False):
    """Write a LibreOffice workbook; each sheet is its rows as XML, or with its own tag."""
    body = "".join(
        one
        if one.startswith("<table:table ")
        else f'<table:table table:name="S">{one}</table:table>'
        for one in sheets
    )
    tag = "document" if flat else "document-content"
    kind = f' office:mimetype="{KIND}"' if flat else ""
    content = (
        f"<?xml version='1.0'?><office:{tag} {SPACES}{kind}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}{body}"
        f"</office:spreadsheet></office:body></office:{tag}>"
    )
    if flat:
        path.write_text(content, encoding="utf-8")
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("content.xml", content)


def record(kind, content=b""):
    """Give one record of an .xls stream."""
    return struct.pack("<HH", kind, len(content)) + content


def text(value, length="<H"):
    """Give a text as .xls stores it."""
    return struct.pack(length, len(value)) + b"\x01" + value.encode("utf-16-le")


def begin(kind):
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def labelled(place, value):
    """Give a cell of text."""
    return record(0x204, struct.pack("<HHH", *place, 0) + text(value))


def number(place, value, style=0):
    """Give a cell of a number."""
    return record(0x203, struct.pack("<HHHd", *place, style, value))


def old_excel(path, sheets, shared=b"", before=b""):
    """Write an .xls workbook: for each sheet (name, state, records), or a place of another."""
    entries = [
        (name, state, body if isinstance(body, int) else None, body) for name, state, body in sheets
    ]
    size = sum(4 + 6 + 2 + 2 * len(name) for name, *_ in entries)
    head = begin(5) + before + shared
    place = len(head) + size + 4
    places, bodies = [], b""
    for _, _, same, body in entries:
        if same is not None:
            places.append(places[same])
            continue
        places.append(place + len(bodies))
        bodies += begin(0x10) + body + record(0x0A)
    bound = b"".join(
        record(0x85, struct.pack("<IBB", at, state, 0) + text(name, "<B"))
        for at, (name, state, *_) in zip(places, entries, strict=True)
    )
    path.write_bytes(compound(head + bound + record(0x0A) + bodies))


def compound(stream, name="Workbook", circle=False):
    """Give a compound file that holds one stream."""
    stream += bytes(max(4096 - len(stream), -len(stream) % SECTOR))
    n_sectors = len(stream) // SECTOR
    n_tables = 1
    while n_tables * 128 < n_sectors + n_tables + 1:
        n_tables += 1
    first = n_tables + 1
    chain = [TABLE] * n_tables + [END]
    chain += [*range(first + 1, first + n_sectors), first if circle else END]
    chain += [FREE] * (n_tables * 128 - len(chain))
    entries = b"".join(
        one.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB", 2 * len(one) + 2, kind, 1)
        + bytes(48)
        + struct.pack("<III", start, size, 0)
        for one, kind, start, size in (
            ("Root Entry", 5, END, 0),
            (name, 2, first, len(stream)),
            ("", 0, 0, 0),
            ("", 0, 0, 0),
        )
    )
    tables = [*range(n_tables), *[FREE] * (109 - n_tables)]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<III", 0, n_tables, n_tables)
        + struct.pack("<IIIIII", 0, 4096, END, 0, END, 0)
        + struct.pack("<109I", *tables)
    )
    return header + struct.pack(f"<{len(chain)}I", *chain) + entries + stream
