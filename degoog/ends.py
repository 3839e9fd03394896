"""The two ends of a road, in the words of `--source`, `--to` and workspace.yml."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Self

from degoog.i18n import _
from degoog.problems import Wrong, instead, nearest


class SourceKind(StrEnum):
    """Where things come from."""

    GOOGLE = "google"
    TAKEOUT = "takeout"
    SLACK = "slack"
    ICS = "ics"
    VCF = "vcf"


class TargetKind(StrEnum):
    """Where things go."""

    NEXTCLOUD = "nextcloud"
    MATTERMOST = "mattermost"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Origin:
    """A source as it was written. `where` is an absolute path, a URL, or empty for a service."""

    kind: SourceKind
    where: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.where}" if self.where else str(self.kind)

    def near(self) -> Self:
        """The same, its path as short as this folder allows: for a command line to paste here."""
        return replace(self, where=_near(self.where))

    @property
    def path(self) -> Path:
        """Where it lies on this machine."""
        return Path(self.where)


@dataclass(frozen=True, slots=True)
class Destination:
    """A target as it was written. `where` is an absolute path, or empty for a service."""

    kind: TargetKind
    where: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.where}" if self.where else str(self.kind)

    def near(self) -> Self:
        """The same, its path as short as this folder allows: for a command line to paste here."""
        return replace(self, where=_near(self.where))

    @property
    def path(self) -> Path:
        """Where it lies on this machine."""
        return Path(self.where)


def near(text: str) -> str:
    """Give a source as it was written with its path as short as this folder allows."""
    word, colon, where = text.partition(":")
    return f"{word}{colon}{_near(where)}"


def _near(where: str) -> str:
    with suppress(ValueError):
        return str(Path(where).relative_to(Path.cwd())) if Path(where).is_absolute() else where
    return where


ROADS = ("files", "calendars", "contacts", "tasks", "channels")  # those whose ledger can be rebuilt
FILE_SOURCES = (SourceKind.GOOGLE, SourceKind.TAKEOUT)
FILE_TARGETS = (TargetKind.NEXTCLOUD, TargetKind.FOLDER)
CALENDAR_SOURCES = (SourceKind.GOOGLE, SourceKind.TAKEOUT, SourceKind.ICS)
CONTACT_SOURCES = (SourceKind.GOOGLE, SourceKind.TAKEOUT, SourceKind.VCF)
CHANNEL_SOURCES = (SourceKind.SLACK,)
CHANNEL_TARGETS = (TargetKind.MATTERMOST, TargetKind.FOLDER)

_NEEDS_PLACE = {
    SourceKind.TAKEOUT: "takeout:takeout-001.zip",
    SourceKind.SLACK: "slack:export.zip",
    SourceKind.ICS: "ics:agenda.ics",
    SourceKind.VCF: "vcf:contacts.vcf",
    TargetKind.FOLDER: "folder:./archive",
}


def example(kind: SourceKind | TargetKind) -> str:
    """Give an end as one writes it."""
    return _NEEDS_PLACE.get(kind, str(kind))


def source(text: str, *, base: Path, allowed: Collection[SourceKind] = tuple(SourceKind)) -> Origin:
    """Read `google`, `takeout:PATH`, `slack:ZIP`, `ics:PATH|URL` or `vcf:PATH`; relative paths start at `base`.

    Raises `Wrong`. Whether the file exists is for the source to say.
    """
    word, where = _split(text, [str(kind) for kind in allowed], base)
    return Origin(SourceKind(word), where)


def target(text: str, *, base: Path, allowed: Collection[TargetKind] = tuple(TargetKind)) -> Destination:
    """Read `nextcloud`, `mattermost` or `folder:DIR`; a relative path starts at `base`. Raises `Wrong`."""
    word, where = _split(text, [str(kind) for kind in allowed], base)
    return Destination(TargetKind(word), where)


def _split(text: str, allowed: list[str], base: Path) -> tuple[str, str]:
    word, colon, where = (part.strip() for part in text.strip().partition(":"))
    if word not in allowed:
        cure = instead(word, allowed)
        if colon and (near := nearest(word, allowed)):
            cure = _("write “{word}”.").format(word=f"{near}:{where}" if where else near)
        elif Path(text).suffix.lower() in {".zip", ".tgz", ".gz"} and "takeout" in allowed:
            cure = _("for a Google archive, write “takeout:{path}”.").format(path=text)
        raise Wrong(_("“{text}” is not something degoog can use here.").format(text=text), cure)
    kind = SourceKind(word) if word in set(SourceKind) else TargetKind(word)
    if kind not in _NEEDS_PLACE:
        if colon:
            raise Wrong(_("“{word}” takes nothing after it.").format(word=word), _("write “{word}”.").format(word=word))
        return word, ""
    if not where:
        raise Wrong(
            _("“{word}” does not say which file or folder.").format(word=word),
            _("write for example “{example}”.").format(example=example(kind)),
        )
    if word == "ics" and where.startswith(("https://", "http://")):
        return word, where
    path = str((base / Path(where).expanduser()).absolute())
    if kind is TargetKind.FOLDER and not _is_text(path):
        raise Wrong(
            _("The path of “{text}” holds bytes that are no letters.").format(text=text),
            _("give the folder a name written in UTF-8, or choose another one."),
        )
    return word, path


def _is_text(path: str) -> bool:
    """Whether a path can be written down: a name made on an old system may hold bytes of its own encoding."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
