"""Into which formats Google documents can be exported, and by which links.

https://developers.google.com/workspace/drive/api/guides/ref-export-formats
"""

from degoog.sandbox.google.nodes import FOLDER, GOOGLE_APPS

DOCUMENT = GOOGLE_APPS + "document"
SPREADSHEET = GOOGLE_APPS + "spreadsheet"
PRESENTATION = GOOGLE_APPS + "presentation"
DRAWING = GOOGLE_APPS + "drawing"
SCRIPT = GOOGLE_APPS + "script"
VID = GOOGLE_APPS + "vid"
FORM = GOOGLE_APPS + "form"
SITE = GOOGLE_APPS + "site"
MAP = GOOGLE_APPS + "map"
JAM = GOOGLE_APPS + "jam"
FUSION_TABLE = GOOGLE_APPS + "fusiontable"
THIRD_PARTY = GOOGLE_APPS + "drive-sdk.482910375516"

PDF = "application/pdf"
ZIP = "application/zip"
TEXT = "text/plain"
HTML = "text/html"
EPUB = "application/epub+zip"
MARKDOWN = "text/markdown"
RTF = "application/rtf"
JPEG = "image/jpeg"
PNG = "image/png"
SVG = "image/svg+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"
MP4 = "video/mp4"
SCRIPT_JSON = "application/vnd.google-apps.script+json"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OLD_ODS = "application/x-vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"

EXPORT_FORMATS: dict[str, tuple[str, ...]] = {
    DOCUMENT: (DOCX, ODT, RTF, PDF, TEXT, HTML, ZIP, EPUB, MARKDOWN),
    SPREADSHEET: (XLSX, OLD_ODS, ODS, PDF, ZIP, CSV, TSV),
    PRESENTATION: (PPTX, ODP, PDF, TEXT, JPEG, PNG, SVG),
    DRAWING: (PDF, JPEG, PNG, SVG),
    SCRIPT: (SCRIPT_JSON,),
    VID: (MP4,),
}
"""What `about.exportFormats` tells: media type of the document → media types it can become."""

_SHORT = {
    DOCX: "docx", ODT: "odt", RTF: "rtf", PDF: "pdf", TEXT: "txt", HTML: "html", ZIP: "zip", EPUB: "epub",
    MARKDOWN: "markdown", XLSX: "xlsx", ODS: "ods", OLD_ODS: "ods", CSV: "csv", TSV: "tsv", PPTX: "pptx", ODP: "odp",
    JPEG: "jpeg", PNG: "png", SVG: "svg",
}  # fmt: skip
_DOCS = "https://docs.google.com/"
_PAGES = {
    DOCUMENT: _DOCS + "document/d/{id}/edit?usp=drivesdk",
    SPREADSHEET: _DOCS + "spreadsheets/d/{id}/edit?usp=drivesdk",
    PRESENTATION: _DOCS + "presentation/d/{id}/edit?usp=drivesdk",
    DRAWING: _DOCS + "drawings/d/{id}/edit?usp=drivesdk",
    FORM: _DOCS + "forms/d/{id}/edit?usp=drivesdk",
    VID: _DOCS + "videos/d/{id}/edit?usp=drivesdk",
    SCRIPT: "https://script.google.com/d/{id}/edit?usp=drivesdk",
    SITE: "https://sites.google.com/d/{id}/edit",
    MAP: "https://www.google.com/maps/d/edit?mid={id}",
    JAM: "https://jamboard.google.com/d/{id}/edit?usp=drivesdk",
    FOLDER: "https://drive.google.com/drive/folders/{id}",
}


def export_links(mime: str, file_id: str) -> dict[str, str]:
    """The links by which a document is exported without the limit of files.export; none for some kinds."""
    match mime:
        case _ if mime == SCRIPT:
            return {SCRIPT_JSON: f"https://script.google.com/feeds/download/export?id={file_id}&format=json"}
        case _ if mime in {DOCUMENT, PRESENTATION, DRAWING}:
            kind = {DOCUMENT: "documents", PRESENTATION: "presentations", DRAWING: "drawings"}[mime]
            base = f"https://docs.google.com/feeds/download/{kind}/Export?id={file_id}&exportFormat="
        case _ if mime == SPREADSHEET:
            base = f"https://docs.google.com/spreadsheets/export?id={file_id}&exportFormat="
        case _:
            return {}
    return {format_: base + _SHORT[format_] for format_ in EXPORT_FORMATS[mime]}


def by_short_name(mime: str, short: str) -> str | None:
    """The media type that an export link's `exportFormat` stands for."""
    return next((format_ for format_ in EXPORT_FORMATS.get(mime, ()) if _SHORT.get(format_) == short), None)


def web_link(mime: str, file_id: str, resource_key: str) -> str:
    """Where a browser shows it."""
    key = f"&resourcekey={resource_key}" if resource_key else ""
    base = _PAGES.get(mime, "https://drive.google.com/file/d/{id}/view?usp=drivesdk").format(id=file_id)
    return base + (key if "?" in base else key.replace("&", "?", 1))
