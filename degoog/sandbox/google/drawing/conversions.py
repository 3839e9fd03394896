"""What Google's documents become in every format they can be exported to: small real files, drawn when asked for."""

import io
import json
import zipfile
from collections.abc import Mapping
from functools import partial
from random import Random

from degoog.sandbox.google import formats as f
from degoog.sandbox.google.contents import Content, Maker, drawn
from degoog.sandbox.takeout import documents
from degoog.sandbox.takeout.drive import jpeg, mp4, open_document, paragraphs, pdf, png, rows, sheet, slides, word

Exports = Mapping[str, Content]


def exports(mime: str, title: str, *, seed: str, size: int = 4000, without: frozenset[str] = frozenset()) -> Exports:
    """Every format of this kind of document, but those it is drawn without."""
    return {
        wanted: drawn(_MAKERS[wanted], title, seed=f"{seed} {wanted}", size=size)
        for wanted in f.EXPORT_FORMATS.get(mime, ())
        if wanted not in without
    }


def heavy(mime: str, *, seed: str, size: int) -> Exports:
    """Exports of more than `size` bytes in every format: a package with a picture that cannot be packed smaller."""

    def draw(wanted: str) -> bytes:
        noise = Random(f"{seed} {wanted}").randbytes(size)  # noqa: S311 - fixtures want to be repeatable
        if wanted == f.PDF:
            return documents.pdf("Un document lourd", padding=noise)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as package:
            if wanted in {f.ODT, f.ODS, f.ODP}:
                package.writestr(zipfile.ZipInfo("mimetype"), wanted)
            package.writestr(zipfile.ZipInfo("media/image1.png"), noise)
        return buffer.getvalue()

    return {wanted: Content(partial(draw, wanted)) for wanted in f.EXPORT_FORMATS[mime]}


def _lines(random: Random, title: str, size: int) -> bytes:
    return "\n".join(paragraphs(random, title, size)).encode()


def _rtf(random: Random, title: str, size: int) -> bytes:
    text = "\\par\n".join(line.encode("ascii", "replace").decode() for line in paragraphs(random, title, size))
    return ("{\\rtf1\\ansi " + text + "}").encode()


def _html(random: Random, title: str, size: int) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in paragraphs(random, title, size))
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


def _zip(random: Random, title: str, size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.html"), _html(random, title, size))
    return buffer.getvalue()


def _csv(random: Random, title: str, size: int, *, between: str = ",") -> bytes:
    return "\r\n".join(between.join(map(str, row)) for row in rows(random, title, size)).encode()


def _ods(random: Random, title: str, size: int) -> bytes:
    return documents.ods(rows(random, title, size))


def _odp(random: Random, title: str, size: int) -> bytes:
    return documents.odp([title, *(f"Point {n} – {random.randrange(1000)}" for n in range(1 + size // 9000))])


def _svg(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    side = random.randrange(10, 99)
    return f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="{side}" height="{side}"/></svg>'.encode()


def _script(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    code = {"id": "1", "name": "Code", "type": "server_js", "source": f"// {title}\nfunction relance() {{}}\n"}
    return json.dumps({"files": [code]}, ensure_ascii=False).encode()


_MAKERS: dict[str, Maker] = {
    f.DOCX: word, f.ODT: open_document, f.RTF: _rtf, f.PDF: pdf, f.TEXT: _lines, f.HTML: _html, f.ZIP: _zip,
    f.EPUB: _zip, f.MARKDOWN: _lines, f.XLSX: sheet, f.ODS: _ods, f.OLD_ODS: _ods, f.CSV: _csv,
    f.TSV: partial(_csv, between="\t"), f.PPTX: slides, f.ODP: _odp, f.JPEG: jpeg, f.PNG: png, f.SVG: _svg,
    f.SCRIPT_JSON: _script, f.MP4: mp4,
}  # fmt: skip
