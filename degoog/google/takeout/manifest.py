"""archive_browser.html: whose archive it is, which folder is which product, and every file it should hold.

Google documents no format: this reads the ids and classes seen in public archives (`facts/google.md` §1.9), as a
stream, because the page of a large account is longer than memory should be.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>([^<]*+)""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_EMAIL = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:.]+")
_SERVICE = re.compile(r"service-details-(.+)")
_FAILED = re.compile(r"fail|error|unexported|not-exported|not_exported|unavailable", re.IGNORECASE)
_FILE = re.compile(r"file-?_?name|file-?_?path", re.IGNORECASE)
_WHY = re.compile(r"reason|message|cause", re.IGNORECASE)
_FAILED_COUNT = re.compile(
    r"(\d[\d\s.,\u00a0\u202f]*)[^\d•]{0,60}?"
    r"(?:fail|could not|couldn|not export|error|échec|échou|erreur|n[’']ont pas|non export|fehl|nicht|errore|error)",
    re.IGNORECASE,
)
_BLOCKS = frozenset({"div", "section", "ul", "ol", "table", "details"})
_HEADINGS = frozenset({"h1", "h2", "h3"})
_RAW = frozenset({"script", "style"})
_LONGEST_TAG = 1 << 20


@dataclass(frozen=True, slots=True)
class Owner:
    """The address in the header."""

    address: str


@dataclass(frozen=True, slots=True)
class Service:
    """A product's folder, under its name in the account's language."""

    code: str
    folder: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that the archive should hold, relative to its product's folder; `folder` is empty at its top."""

    code: str
    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class NotExported:
    """A file that Google could not put into the archive, with Google's words about it where there are any."""

    code: str
    folder: str
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotExportedCount:
    """How many files of a product Google says it could not put into the archive."""

    code: str
    files: int


Entry = Owner | Service | Listed | NotExported | NotExportedCount


def read(chunks: Iterable[bytes]) -> Iterator[Entry]:
    """Give what a page says in its order; a page that is no manifest says nothing. Never raises for its content."""
    reader = _Reader()
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    rest = ""
    for chunk in chunks:
        rest += decode(chunk)
        cut = rest.rfind("<")
        if cut > 0:
            yield from reader.feed(rest[:cut])
            rest = rest[cut:]
        if len(rest) > _LONGEST_TAG:
            rest = ""
    yield from reader.feed(rest)
    yield from reader.finish()


def _name(text: str) -> str:
    """Give a file's name: one blank before it is the page's, blanks after it are the name's."""
    return text.strip("\r\n\t").removeprefix(" ")


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a tag's attributes tell."""

    service: str
    folder: str
    classes: str
    failed: bool
    file: bool
    why: bool


@lru_cache(maxsize=1024)
def _traits(raw: str) -> _Traits:
    attributes = {key.lower(): html.unescape(quoted or single) for key, quoted, single in _ATTRIBUTE.findall(raw)}
    service = _SERVICE.fullmatch(attributes.get("id", ""))
    classes = attributes.get("class", "")
    return _Traits(
        service=service[1] if service else "",
        folder=attributes.get("data-folder-name", ""),
        classes=classes,
        failed=bool(_FAILED.search(classes)),
        file=bool(_FILE.search(classes)),
        why=bool(_WHY.search(classes)),
    )


@dataclass(slots=True)
class _Folder:
    """A folder that holds for what follows its name, until the block around the name ends or another folder begins."""

    name: str
    depth: int  # of the name
    scope: int  # of the block around it
    used: bool = False


class _Reader:
    """What of the page's structure must be remembered from one tag to the next."""

    def __init__(self) -> None:
        self._code = ""
        self._named = False
        self._owner = False
        self._raw = ""
        self._depth = 0
        self._failing = 0  # depth of the block that lists failures, 0 outside
        self._folders: list[_Folder] = []
        self._last: Listed | NotExported | None = None  # held back: what follows a name may say that it failed

    def feed(self, text: str) -> Iterator[Entry]:
        for match in _TAG.finditer(text):
            closing, tag, attributes, content = match.groups()
            tag = tag.lower()
            if self._raw:
                if closing and tag == self._raw:
                    self._raw = ""
                continue
            if closing:
                self._close(tag)
            else:
                yield from self._open(tag, attributes, content)
            if self._code and content and ("•" in content or self._failing):
                yield from self._counted(content)

    def finish(self) -> Iterator[Entry]:
        if self._last is not None:
            yield self._last
            self._last = None

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            if self._depth <= self._failing:
                self._failing = 0
            self._depth = max(0, self._depth - 1)
            while self._folders and self._folders[-1].scope > self._depth:
                if not self._folders[-1].used:
                    self._folders[-1].scope = self._depth  # its name was wrapped: its files come after the wrapping
                    break
                self._folders.pop()

    def _open(self, tag: str, raw_attributes: str, content: str) -> Iterator[Entry]:
        if tag in _RAW:
            self._raw = tag
            return
        traits = _traits(raw_attributes)
        if tag in _BLOCKS:
            self._depth += 1
        if traits.service:
            yield from self.finish()
            self._code, self._named, self._failing, self._folders = traits.service, False, 0, []
            return
        text = html.unescape(content) if content else ""
        if not self._code:
            yield from self._header(traits.classes, text)
            return
        if not self._named:
            yield from self._title(tag, traits.folder, text)
        if traits.failed and not self._failing and tag in _BLOCKS and not (traits.file or traits.why):
            self._failing = self._depth
        if "extracted-folder-name" in traits.classes:
            self._enter(text)
        elif not text or text.isspace():
            return
        elif traits.file or (self._failing and tag == "li"):
            yield from self._file(text, failed=bool(self._failing) or traits.failed)
        elif self._last is not None and (traits.why or traits.failed):
            last = self._last
            self._last = NotExported(last.code, last.folder, last.name, " ".join(text.split()))

    def _header(self, classes: str, text: str) -> Iterator[Entry]:
        found = _EMAIL.search(text) if not self._owner and "@" in text else None
        if found and ("header" in classes or "title" in classes or not classes):
            self._owner = True
            yield Owner(found[0].rstrip("."))

    def _title(self, tag: str, folder: str, text: str) -> Iterator[Entry]:
        name = (folder or (text if tag in _HEADINGS else "")).strip()
        if name:
            self._named = True
            yield Service(self._code, name)

    def _enter(self, name: str) -> None:
        while self._folders and self._folders[-1].depth >= self._depth:
            self._folders.pop()
        self._folders.append(_Folder(name.strip("\r\n\t").strip("/"), self._depth, max(0, self._depth - 1)))

    def _file(self, text: str, *, failed: bool) -> Iterator[Entry]:
        for folder in self._folders:
            folder.used = True
        path = "/".join([folder.name for folder in self._folders])
        yield from self.finish()
        self._last = (NotExported if failed else Listed)(self._code, path, _name(text))

    def _counted(self, content: str) -> Iterator[Entry]:
        for part in html.unescape(content).split("•"):
            found = _FAILED_COUNT.search(part)
            if found:
                yield NotExportedCount(self._code, int(re.sub(r"\D", "", found[1])))
