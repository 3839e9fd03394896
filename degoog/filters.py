"""Which items come along: include and exclude rules by path, type, size, owner and modified date.

A rule is a conjunction: all its conditions must hold. An item comes along when no exclude rule holds for it and,
where there are include rules, at least one does. What the source does not tell (a Google document has no size)
never leaves an item behind: an unknown value fails an exclude rule and passes an include rule.

Paths are matched as `.gitignore` does, but without regard to case: `*` stays inside a name, `**` crosses folders,
a pattern without a slash matches a name at any depth, and what matches a folder matches everything in it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from fnmatch import fnmatchcase
from functools import cache

from degoog.i18n import _
from degoog.model import Item, Kind
from degoog.problems import Wrong, instead

_GOOGLE = "application/vnd.google-apps."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

# What a person calls a type: media types (patterns), then endings for sources that tell no media type.
TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "image": (("image/*",), (".jpg", ".jpeg", ".png", ".gif", ".heic", ".webp", ".tif", ".tiff", ".svg", ".bmp")),
    "video": (("video/*",), (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".3gp", ".wmv")),
    "audio": (("audio/*",), (".mp3", ".m4a", ".wav", ".ogg", ".flac", ".aac", ".opus", ".wma")),
    "pdf": (("application/pdf",), (".pdf",)),
    "document": (
        (f"{_GOOGLE}document", f"{_OFFICE}wordprocessing*", f"{_OPEN}text*", "application/msword", "application/rtf"),
        (".docx", ".doc", ".odt", ".rtf"),
    ),
    "spreadsheet": (
        (f"{_GOOGLE}spreadsheet", f"{_OFFICE}spreadsheet*", f"{_OPEN}spreadsheet*", "application/vnd.ms-excel*"),
        (".xlsx", ".xls", ".ods", ".csv"),
    ),
    "presentation": (
        (
            f"{_GOOGLE}presentation",
            f"{_OFFICE}presentation*",
            f"{_OPEN}presentation*",
            "application/vnd.ms-powerpoint*",
        ),
        (".pptx", ".ppt", ".odp"),
    ),
    "text": (("text/*",), (".txt", ".md", ".html", ".htm")),
    "archive": (
        ("application/zip", "application/gzip", "application/x-tar", "application/x-7z*", "application/vnd.rar"),
        (".zip", ".tgz", ".gz", ".tar", ".7z", ".rar"),
    ),
}

_UNITS = {"": 1, "b": 1, "o": 1}
_UNITS |= {f"{p}{u}": 1000**n for n, p in enumerate("kmgt", 1) for u in ("", "b", "o")}
_UNITS |= {f"{p}i{u}": 1024**n for n, p in enumerate("kmgt", 1) for u in ("", "b", "o")}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `None` and empty mean that the rule says nothing about it. Sizes are bytes.

    `modified_before` is exclusive, `modified_after` includes its day; both days are of UTC.
    """

    path: str = ""
    type: str = ""
    larger_than: int | None = None
    smaller_than: int | None = None
    owner: str = ""
    modified_before: date | None = None
    modified_after: date | None = None

    def __str__(self) -> str:
        """The rule as `rule` reads it."""
        told = (
            ("path=", self.path),
            ("type=", self.type),
            ("larger=", self.larger_than),
            ("smaller=", self.smaller_than),
            ("owner=", self.owner),
            ("modified<", self.modified_before),
            ("modified>=", self.modified_after),
        )
        return ",".join(f"{word}{value}" for word, value in told if value not in {None, ""})

    def holds(self, item: Item, path: str, *, unknown: bool) -> bool:
        """Whether every condition holds for an item that is no folder; `unknown` stands for what is not told."""
        answers = (
            _matches(self.path, path) if self.path else True,
            _is_type(item, self.type) if self.type else True,
            self._fits(item.size),
            _is_owner(item.owner, self.owner) if self.owner else True,
            self._dated(item.modified),
        )
        return all(answer if answer is not None else unknown for answer in answers)

    def _fits(self, size: int | None) -> bool | None:
        if self.larger_than is None and self.smaller_than is None:
            return True
        if size is None:
            return None
        return (self.larger_than is None or size > self.larger_than) and (
            self.smaller_than is None or size < self.smaller_than
        )

    def _dated(self, modified: datetime | None) -> bool | None:
        if self.modified_before is None and self.modified_after is None:
            return True
        if modified is None:
            return None
        return (self.modified_before is None or modified < _midnight(self.modified_before)) and (
            self.modified_after is None or modified >= _midnight(self.modified_after)
        )

    @property
    def _speaks_of_content(self) -> bool:
        numbers = (self.larger_than, self.smaller_than, self.modified_before, self.modified_after)
        return any(value is not None for value in numbers) or bool(self.owner) or self.type not in {"", "folder"}

    def names_holder(self, path: str) -> bool:
        """Whether a folder, and so all that lies in it, is meant: only a rule about places can mean one."""
        return not self._speaks_of_content and (not self.path or _matches(self.path, path))


@dataclass(frozen=True, slots=True)
class Filters:
    """The rules of one run."""

    include: tuple[Rule, ...] = ()
    exclude: tuple[Rule, ...] = ()

    def verdict(self, item: Item, path: str) -> bool:
        """Whether an item comes along. `path` is posix, from the top of the source, with or without a first slash.

        A folder that no rule names comes along for the sake of what is in it: that is the walk's to see.
        """
        path = _fold(path.strip("/"))
        if item.kind in {Kind.PERSON, Kind.EMOJI}:  # no place of their own: whatever stays may need them
            return True
        if item.holder:
            if any(rule.names_holder(path) for rule in self.exclude):
                return False
            return not self.include or any(rule.names_holder(path) for rule in self.include)
        if any(rule.holds(item, path, unknown=False) for rule in self.exclude):
            return False
        return not self.include or any(rule.holds(item, path, unknown=True) for rule in self.include)


def rule(text: str) -> Rule:
    """Read a rule from the command line: `Photos/**`, or conditions joined by commas.

    Conditions: `path=Photos/**`, `type=video`, `larger=2GB`, `smaller=10MB`, `owner=a@b.example`,
    `modified<2015-01-01`, `modified>=2020-09-01`. Raises `Wrong`.
    """
    if not re.match(r"\s*\w+\s*[=<>]", text):
        return Rule(path=pattern(text))
    found: dict[str, str | int | date] = {}
    for part in re.split(r",(?=\s*\w+\s*[=<>])", text):
        match = re.fullmatch(r"\s*(\w+)\s*(=|<=?|>=?)\s*(.+?)\s*", part)
        if match is None:
            raise Wrong(_("“{text}” is not a complete condition.").format(text=part.strip()), _examples())
        word, sign, value = match.groups()
        match (word, sign[0]):
            case ("path", "="):
                found["path"] = pattern(value)
            case ("type", "="):
                found["type"] = file_type(value)
            case ("owner", "="):
                found["owner"] = value
            case ("larger", "=") | ("size", ">"):
                found["larger_than"] = size(value)
            case ("smaller", "=") | ("size", "<"):
                found["smaller_than"] = size(value)
            case ("modified", "<"):
                found["modified_before"] = day(value)
            case ("modified", ">"):
                found["modified_after"] = day(value)
            case _:
                raise Wrong(_("“{text}” is not a condition degoog knows.").format(text=part.strip()), _examples())
    return Rule(**found)  # type: ignore[arg-type]  # each key was given its own type above


def _examples() -> str:
    return _("write for example “path=Photos/**”, “type=video”, “larger=2GB” or “modified<2015-01-01”.")


def pattern(text: str) -> str:
    """Check a path pattern; raises `Wrong`."""
    if not text.strip().strip("/"):
        raise Wrong(_("a path is empty."), _("write for example “Photos/**”."))
    return text.strip()


def file_type(text: str) -> str:
    """Check a type: one of `TYPES`, `folder`, an ending (`.psd`) or a media type (`image/*`); raises `Wrong`."""
    text = text.strip().lower()
    known = [*TYPES, "folder"]
    if text in known or re.fullmatch(r"\.[^/\s]+|[\w.+-]+/[\w.+*-]+", text):
        return text
    raise Wrong(
        _("“{text}” is not a type of file.").format(text=text),
        instead(text, known) + " " + _("An ending (.psd) or a media type (image/*) does too."),
    )


def size(text: str) -> int:
    """Read `2 GB`, `500 Mo`, `1.5 GiB` or bytes; raises `Wrong`."""
    match = re.fullmatch(r"([\d]+(?:[.,]\d+)?)[\s\u00a0\u202f]*([a-z]*)", text.strip().lower())
    if match is None or match[2] not in _UNITS:
        raise Wrong(_("“{text}” is not a size.").format(text=text), _("write for example “2 GB” or “500 MB”."))
    return round(float(match[1].replace(",", ".")) * _UNITS[match[2]])


def day(text: str) -> date:
    """Read `2015-01-31`; raises `Wrong`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(
            _("“{text}” is not a date.").format(text=text), _("write it as year-month-day: 2015-01-31.")
        ) from None


def conditions() -> tuple[str, ...]:
    """Name every condition a rule can have, as workspace.yml spells them."""
    return tuple(field.name for field in fields(Rule))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _midnight(value: date) -> datetime:
    return datetime.combine(value, time(), UTC)


def _matches(glob: str, folded: str) -> bool:
    return _regex(glob).fullmatch(folded) is not None


@cache
def _regex(glob: str) -> re.Pattern[str]:
    anchored = "/" in glob.rstrip("/")
    out = "" if anchored else r"(?:.*/)?"
    for token in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", _fold(glob.strip("/"))):
        match token:
            case "**/":
                out += r"(?:.*/)?"
            case "**":
                out += r".+"
            case "*":
                out += r"[^/]*"
            case "?":
                out += r"[^/]"
            case _:
                out += re.escape(token)
    return re.compile(out + r"(?:/.*)?", re.DOTALL)


def _is_type(item: Item, wanted: str) -> bool:
    name, media = item.name.lower(), item.media.lower()
    if wanted == "folder":
        return item.holder
    if wanted.startswith("."):
        return name.endswith(wanted)
    if "/" in wanted:
        return fnmatchcase(media, wanted)
    medias, endings = TYPES[wanted]
    return any(fnmatchcase(media, one) for one in medias) or name.endswith(endings)


def _is_owner(owner: str, wanted: str) -> bool | None:
    return fnmatchcase(owner.casefold(), wanted.casefold()) if owner else None
