"""Small real files, made of the standard library alone: what an association's Drive is full of.

Every function returns whole bytes that the usual programs open (of a JPEG and an MP4 only the head is right),
and gives the same bytes for the same arguments.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from random import Random
from xml.sax.saxutils import escape

_OPC = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # as Google's own conversions are dated


def _package(members: Mapping[str, str], *, stored_first: str | None = None) -> bytes:
    """A zip package of text members. `stored_first` is not compressed (OpenDocument's `mimetype`)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, text in members.items():
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            method = zipfile.ZIP_STORED if name == stored_first else zipfile.ZIP_DEFLATED
            package.writestr(entry, text.encode(), method)
    return buffer.getvalue()


def _relationships(*targets: tuple[str, str]) -> str:
    """A relationships part: (type, target) pairs, numbered from rId1."""
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_OPC}/relationships">{lines}</Relationships>'


def _content_types(**overrides: str) -> str:
    """`[Content_Types].xml`; keys are part names with `__` for `/`, values follow `…officedocument.`."""
    lines = "".join(
        f'<Override PartName="/{part.replace("__", "/")}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for part, kind in overrides.items()
    )
    return (
        f'{_XML}<Types xmlns="{_OPC}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{lines}</Types>'
    )


def docx(paragraphs: Sequence[str]) -> bytes:
    """A Word document of plain paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    return _package(
        {
            "[Content_Types].xml": _content_types(word__document="wordprocessingml.document.main"),
            "_rels/.rels": _relationships(("officeDocument", "word/document.xml")),
            "word/document.xml": (
                f'{_XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                f"<w:body>{body}</w:body></w:document>"
            ),
        }
    )


def xlsx(rows: Sequence[Sequence[str | float]]) -> bytes:
    """An Excel workbook of one sheet: numbers are numbers, text is inline."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return _package(
        {
            "[Content_Types].xml": _content_types(
                xl__workbook="spreadsheetml.sheet.main", xl__worksheets__sheet1="spreadsheetml.worksheet"
            ),
            "_rels/.rels": _relationships(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": (
                f'{_XML}<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>'
                '<sheet name="Feuille 1" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": _relationships(("worksheet", "worksheets/sheet1.xml")),
            "xl/worksheets/sheet1.xml": (f'{_XML}<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'),
        }
    )


def pptx(titles: Sequence[str]) -> bytes:
    """A PowerPoint presentation: one slide a title, without master or theme."""
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slides = {
        f"ppt/slides/slide{number}.xml": (
            f'{_XML}<p:sld xmlns:p="{main}" xmlns:a="{drawing}"><p:cSld><p:spTree>'
            '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
            '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Titre"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>'
            "<p:txBody><a:bodyPr/><a:p><a:r>"
            f"<a:t>{escape(title)}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )
        for number, title in enumerate(titles, 1)
    }
    types = {f"ppt__slides__slide{n}": "presentationml.slide" for n in range(1, len(titles) + 1)}
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(titles) + 1))
    return _package(
        {
            "[Content_Types].xml": _content_types(ppt__presentation="presentationml.presentation.main", **types),
            "_rels/.rels": _relationships(("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": (
                f'{_XML}<p:presentation xmlns:p="{main}" xmlns:r="{_OFFICE}"><p:sldIdLst>{ids}</p:sldIdLst>'
                '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
            ),
            "ppt/_rels/presentation.xml.rels": _relationships(
                *(("slide", f"slides/slide{n}.xml") for n in range(1, len(titles) + 1))
            ),
            **slides,
        }
    )


def odt(paragraphs: Sequence[str]) -> bytes:
    """An OpenDocument text of plain paragraphs."""
    body = "".join(f"<text:p>{escape(text)}</text:p>" for text in paragraphs)
    return _open_document("text", f"<office:text>{body}</office:text>")


def ods(rows: Sequence[Sequence[str | float]]) -> bytes:
    """An OpenDocument workbook of one sheet."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    table = f'<table:table table:name="Feuille 1">{lines}</table:table>'
    return _open_document("spreadsheet", f"<office:spreadsheet>{table}</office:spreadsheet>")


def odp(titles: Sequence[str]) -> bytes:
    """An OpenDocument presentation: one slide a title."""
    slides = "".join(
        f'<draw:page draw:name="{number}"><draw:frame><draw:text-box><text:p>{escape(title)}</text:p></draw:text-box>'
        "</draw:frame></draw:page>"
        for number, title in enumerate(titles, 1)
    )
    return _open_document("presentation", f"<office:presentation>{slides}</office:presentation>")


def _open_document(kind: str, body: str) -> bytes:
    mime = f"application/vnd.oasis.opendocument.{kind}"
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{urn}:{path}:1.0"' for name, path in _ODF_NAMES.items())
    return _package(
        {
            "mimetype": mime,
            "META-INF/manifest.xml": (
                f'{_XML}<manifest:manifest xmlns:manifest="{urn}:manifest:1.0" manifest:version="1.2">'
                f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
                "</manifest:manifest>"
            ),
            "content.xml": (
                f'{_XML}<office:document-content {names} office:version="1.2">'
                f"<office:body>{body}</office:body></office:document-content>"
            ),
        },
        stored_first="mimetype",
    )


_ODF_NAMES = {"office": "office", "text": "text", "table": "table", "draw": "drawing"}


def pdf(line: str, *, padding: bytes = b"") -> bytes:
    """A PDF of one page with one line of text; `padding` becomes a stream that no page shows."""
    shown = line.encode("cp1252", errors="replace")
    for special in (b"\\", b"(", b")"):
        shown = shown.replace(special, b"\\" + special)
    text = b"BT /F1 18 Tf 60 760 Td (" + shown + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(padding), padding),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def png(random: Random, *, side: int) -> bytes:
    """A PNG photograph of sorts: a square of noise in greens and browns; grows with the square of `side`."""
    row_filter = b"\0"
    rows = b"".join(row_filter + random.randbytes(3 * side) for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def jpeg(random: Random, *, size: int) -> bytes:
    """About `size` bytes that every program takes for a JPEG by its head; the picture itself is noise."""
    head = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
    noise = random.randbytes(max(size - len(head) - 2, 0)).replace(b"\xff", b"\xfe")
    return head + noise + b"\xff\xd9"


def mp4(random: Random, *, size: int) -> bytes:
    """An MP4 of boxes only: `ftyp`, and an `mdat` of about `size` bytes of noise."""
    data = random.randbytes(size)
    return struct.pack(">I", 24) + b"ftypisom\0\0\2\0isommp41" + struct.pack(">I", 8 + len(data)) + b"mdat" + data
