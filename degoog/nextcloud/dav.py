"""WebDAV's XML: questions built, answers parsed as they arrive (RFC 4918; sabre/dav's errors)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.sax.saxutils import escape

import httpx

from degoog.errors import Unavailable
from degoog.i18n import _

D = "{DAV:}"
OC = "{http://owncloud.org/ns}"
NC = "{http://nextcloud.org/ns}"
SABRE = "{http://sabredav.org/ns}"
SOURCE_ID = "{urn:degoog}source-id"

# What is asked of every file and folder.
PROPERTIES = (
    f"{D}resourcetype",
    f"{D}getetag",
    f"{D}getcontentlength",
    f"{D}getlastmodified",
    f"{OC}fileid",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as the server lists it. `path` is decoded and absolute, without a slash at its end."""

    path: str
    holder: bool
    id: str = ""
    etag: str = ""
    size: int | None = None
    modified: int | None = None  # seconds since 1970

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Fault(Exception):
    """An answer that is an error: its status, sabre/dav's name for it, and a message (localised: never a key)."""

    def __init__(self, status: int, name: str = "", message: str = "") -> None:
        self.status = status
        self.name = name.rpartition("\\")[2]
        self.message = message
        super().__init__(f"{status} {self.name} {message}".strip())


@dataclass(frozen=True, slots=True)
class Answer:
    """One `response` of a multistatus: what was found, and the status of each property that was not."""

    path: str
    found: Mapping[str, Element]
    refused: Mapping[str, int]

    def text(self, name: str) -> str:
        """Give a property's text, empty where it was not found."""
        element = self.found.get(name)
        return "" if element is None else (element.text or "").strip()

    def entry(self) -> Entry:
        """Read the properties of a file or folder."""
        kinds = self.found.get(f"{D}resourcetype")
        holder = kinds is not None and kinds.find(f"{D}collection") is not None
        size, modified = self.text(f"{D}getcontentlength"), self.text(f"{D}getlastmodified")
        return Entry(
            path=self.path,
            holder=holder,
            id=self.text(f"{OC}fileid"),
            etag=bare(self.text(f"{D}getetag")),
            size=int(size) if size.isdecimal() and not holder else None,
            modified=_seconds(modified),
        )


class Multistatus:
    """Parses a multistatus piece by piece; memory holds one `response` at a time."""

    def __init__(self) -> None:
        self._parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        self._root: Element | None = None

    def feed(self, data: bytes) -> Iterator[Answer]:
        """Take the next bytes and give the answers that are complete. Raises `Unavailable` for what is not XML."""
        try:
            self._parser.feed(data)
            for event, element in _events(self._parser):
                if self._root is None:
                    self._root = element
                elif event == "end" and element.tag == f"{D}response":
                    yield _answer(element)
                    self._root.clear()
        except ParseError as error:
            text = _("The Nextcloud server gave an answer that cannot be read. Is the address right?")
            raise Unavailable(text) from error

    def end(self) -> None:
        """Check that nothing is missing: a list that was cut must not pass for a whole one."""
        try:
            self._parser.close()
        except ParseError as error:
            raise Unavailable(_("The Nextcloud server's answer was cut. Run the same command again.")) from error


def parse(data: bytes) -> list[Answer]:
    """Parse a whole multistatus."""
    parser = Multistatus()
    answers = list(parser.feed(data))
    parser.end()
    return answers


def propfind(names: Iterable[str] = PROPERTIES) -> bytes:
    """Ask for properties."""
    return _document("propfind", _prop("".join(f"<{_tag(name)}/>" for name in names)))


def proppatch(values: Mapping[str, str]) -> bytes:
    """Set properties."""
    return _document("propertyupdate", f"<set xmlns='DAV:'>{_values(values)}</set>")


def mkcol(values: Mapping[str, str]) -> bytes:
    """Make a folder that has these properties from the start (RFC 5689)."""
    kind = "<resourcetype xmlns='DAV:'><collection/></resourcetype>"
    return _document("mkcol", f"<set xmlns='DAV:'>{_values(values, kind)}</set>")


def fault(response: httpx.Response) -> Fault:
    """Read an error answer, whatever its form."""
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    name = message = ""
    try:
        parser.feed(response.content[:65536])
        for _event, element in _events(parser):
            if element.tag == f"{SABRE}exception":
                name = (element.text or "").strip()
            elif element.tag == f"{SABRE}message":
                message = (element.text or "").strip()
    except ParseError:
        pass  # a proxy's page: the status says enough
    return Fault(response.status_code, name, message[:500])


def bare(etag: str) -> str:
    """Take an etag out of its quotes and of what proxies add to it."""
    return etag.strip().removeprefix("W/").strip('"').removesuffix("-gzip")


def _events(parser: XMLPullParser[Element]) -> Iterator[tuple[str, Element]]:
    for event in parser.read_events():
        match event:
            case (str(kind), Element() as element):
                yield kind, element


def _answer(element: Element) -> Answer:
    href = urlsplit(element.findtext(f"{D}href", "").strip()).path
    found: dict[str, Element] = {}
    refused: dict[str, int] = {}
    for propstat in element.findall(f"{D}propstat"):
        status = int((propstat.findtext(f"{D}status") or "HTTP/1.1 500").split()[1])
        for prop in propstat.findall(f"{D}prop"):
            for child in prop:
                if status < 300:
                    found[child.tag] = child
                else:
                    refused[child.tag] = status
    # nextcloud.md §2: hrefs are percent-encoded in their own way; only decoded ones compare.
    return Answer(unquote(href).rstrip("/"), found, refused)


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) if date else None
    except ValueError:
        return None


def _document(name: str, inner: str) -> bytes:
    return f"<?xml version='1.0' encoding='utf-8'?><d:{name} xmlns:d='DAV:'>{inner}</d:{name}>".encode()


def _prop(inner: str) -> str:
    return f"<prop xmlns='DAV:'>{inner}</prop>"


def _values(values: Mapping[str, str], first: str = "") -> str:
    return _prop(first + "".join(f"<{_tag(n)}>{_text(v)}</{n.rpartition('}')[2]}>" for n, v in values.items()))


def _tag(name: str) -> str:
    namespace, _brace, local = name[1:].partition("}")
    return f"{local} xmlns='{namespace}'"


def _text(value: str) -> str:
    # XML 1.0 has no place for control characters, not even escaped.
    return escape("".join(c for c in value if c >= " " or c in "\t\n\r"))
