"""How Takeout spoils names: forbidden characters, long names, the same name twice, and where a sidecar goes.

What is known, and from where (no document of Google's says any of it):

- Characters that some file system refuses become `_`, `&`, `%` and the straight apostrophe among them.
- A file's name is cut so that name and extension make 51 characters; of a sidecar all but `.json` is cut at
  46, so that `-info` may be left as `-inf`, `-in`, `-i`, `-` or nothing (GooglePhotosTakeoutHelper #8 and
  #449, pulsejet/memories #1559).
- The number that makes a name unique comes after the cut and before the last extension, whatever the case of
  letters, and files and sidecars are numbered apart: `Budget(1).xlsx` has `Budget.xlsx-info(1).json`
  (ONLYOFFICE, GoogleWorkspaceMigrator.FindInfoFile; GooglePhotosTakeoutHelper #59).
- A converted document's sidecar carries the title alone: `Rapport.docx` has `Rapport-info.json`. A folder's
  lies beside it: `Photos/` has `Photos-info.json` (ONLYOFFICE, ShouldIgnoreFile).
"""

import re
from dataclasses import dataclass, field

from degoog.sandbox.takeout.view import Language, Product

NAME_LIMIT = 51
"""The longest name of a file, extension included, before it is numbered."""

SIDECAR_STEM_LIMIT = NAME_LIMIT - len(".json")

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|&%']")

PRODUCT_FOLDERS: dict[Language, dict[Product, str]] = {
    Language.FRENCH: {
        Product.DRIVE: "Drive",
        Product.MAIL: "Mail",
        Product.PHOTOS: "Google Photos",
        Product.KEEP: "Keep",
        Product.CALENDAR: "Agenda",
        Product.CONTACTS: "Contacts",
        Product.TASKS: "Tâches",
    },
    Language.ENGLISH: {
        Product.DRIVE: "Drive",
        Product.MAIL: "Mail",
        Product.PHOTOS: "Google Photos",
        Product.KEEP: "Keep",
        Product.CALENDAR: "Calendar",
        Product.CONTACTS: "Contacts",
        Product.TASKS: "Tasks",
    },
    Language.GERMAN: {
        Product.DRIVE: "Drive",
        Product.MAIL: "E-Mail",
        Product.PHOTOS: "Google Fotos",
        Product.KEEP: "Google Notizen",
        Product.CALENDAR: "Kalender",
        Product.CONTACTS: "Kontakte",
        Product.TASKS: "Aufgaben",
    },
}


def spoiled(name: str) -> str:
    """The name with every character that Takeout does not write replaced by `_`."""
    return _FORBIDDEN.sub("_", name)


def split_extension(name: str) -> tuple[str, str]:
    """Stem and extension with its dot; a leading dot begins a stem, and an extension has no space."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or not extension or " " in extension or len(extension) > 5:
        return name, ""
    return stem, dot + extension


def cut(text: str, units: int) -> str:
    """The text cut to so many UTF-16 units, as Java counts; half of a surrogate pair is left out."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def archived_file(name: str) -> str:
    """A file's name as archived, before numbering; `name` has its extension."""
    stem, extension = split_extension(spoiled(name))
    return cut(stem, NAME_LIMIT - len(extension)) + extension


def archived_folder(name: str) -> str:
    """A folder's name as archived, before numbering."""
    return cut(spoiled(name), NAME_LIMIT)


def archived_sidecar(title: str) -> str:
    """The name of the sidecar of whatever has this title, before numbering."""
    return cut(spoiled(title) + "-info", SIDECAR_STEM_LIMIT) + ".json"


def archived_comments(title: str) -> str:
    """The name of the page with the comments of a document of this title, before numbering."""
    return cut(spoiled(title) + "-comments", SIDECAR_STEM_LIMIT) + ".html"


@dataclass(slots=True)
class Numbering:
    """Makes names unique within each folder, in the order in which it is asked."""

    _taken: set[str] = field(default_factory=set)

    def claim(self, folder: str, name: str) -> tuple[str, int | None]:
        """The path `folder/name`, numbered if it is taken already, and that number."""
        path, number = f"{folder}/{name}", None
        stem, extension = split_extension(name)
        while path.casefold() in self._taken:
            number = (number or 0) + 1
            path = f"{folder}/{stem}({number}){extension}"
        self._taken.add(path.casefold())
        return path, number
