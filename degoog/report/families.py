"""What sort of thing a file is, for charts: by its media type, else by its suffix."""

from __future__ import annotations

from enum import StrEnum

from degoog.i18n import _


class Family(StrEnum):
    """A sort of file that a person would name."""

    TEXT = "text"
    SHEET = "sheet"
    SLIDES = "slides"
    PDF = "pdf"
    IMAGE = "image"
    VIDEO = "video"
    SOUND = "sound"
    ARCHIVE = "archive"
    OTHER = "other"


_SUFFIXES = {
    suffix: family
    for family, suffixes in {
        Family.TEXT: "odt doc docx rtf txt md gdoc html htm epub",
        Family.SHEET: "ods xls xlsx csv tsv gsheet",
        Family.SLIDES: "odp ppt pptx gslides",
        Family.PDF: "pdf",
        Family.IMAGE: "jpg jpeg png gif webp heic heif svg tif tiff bmp odg psd xcf raw cr2 nef",
        Family.VIDEO: "mp4 mov avi mkv webm m4v mpg mpeg 3gp",
        Family.SOUND: "mp3 wav ogg opus flac m4a aac wma",
        Family.ARCHIVE: "zip tar gz tgz 7z rar bz2 xz",
    }.items()
    for suffix in suffixes.split()
}

_MEDIA = (
    ("image/", Family.IMAGE),
    ("video/", Family.VIDEO),
    ("audio/", Family.SOUND),
    ("application/pdf", Family.PDF),
)

_MEDIA_PARTS = (
    ("spreadsheet", Family.SHEET),
    ("ms-excel", Family.SHEET),
    ("presentation", Family.SLIDES),
    ("powerpoint", Family.SLIDES),
    ("wordprocessing", Family.TEXT),
    ("opendocument.text", Family.TEXT),
    ("msword", Family.TEXT),
    ("google-apps.document", Family.TEXT),
)


def family(media: str, name: str) -> str:
    """Tell the family of a file; never raises."""
    for start, found in _MEDIA:
        if media.startswith(start):
            return found
    for part, found in _MEDIA_PARTS:
        if part in media:
            return found
    return _SUFFIXES.get(name.rpartition(".")[2].lower(), Family.OTHER)


def label(name: str) -> str:
    """Give a family's name for a reader."""
    return {
        Family.TEXT: _("Texts"),
        Family.SHEET: _("Spreadsheets"),
        Family.SLIDES: _("Presentations"),
        Family.PDF: _("PDF"),
        Family.IMAGE: _("Images"),
        Family.VIDEO: _("Videos"),
        Family.SOUND: _("Sounds"),
        Family.ARCHIVE: _("Archives"),
        Family.OTHER: _("Others"),
    }[Family(name)]
