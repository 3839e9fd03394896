"""What the Nextcloud stand-in's answers look like: sabre's errors, multistatus documents, OCS envelopes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import quote
from xml.sax.saxutils import escape

from degoog.sandbox.http_server import Request, Response

DAV = "DAV:"
OC = "http://owncloud.org/ns"
NC = "http://nextcloud.org/ns"
_PREFIXES = {DAV: "d", OC: "oc", NC: "nc"}
_SAFE = "/_-.~():@"

SABRE = "Sabre\\DAV\\Exception\\"
OCA = "OCA\\DAV\\Connector\\Sabre\\Exception\\"
ALLOW = "OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT"
FEATURES = (
    "1, 3, extended-mkcol, access-control, calendarserver-principal-property-search, nc-paginate,"
    " nextcloud-checksum-update, nc-calendar-search, nc-enable-birthday-calendar"
)


@dataclass(slots=True)
class DavError(Exception):
    """Ends a DAV request with that status; `exception` is the class name clients key on."""

    status: int
    exception: str
    message: str
    headers: Mapping[str, str] | None = None
    extra: str = ""

    def response(self) -> Response:
        """The answer that tells it."""
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">\n'
            f"  <s:exception>{escape(self.exception)}</s:exception>\n"
            f"  <s:message>{escape(self.message)}</s:message>\n{self.extra}</d:error>\n"
        )
        headers = {"Content-Type": "application/xml; charset=utf-8", **(self.headers or {})}
        return Response(self.status, headers, body.encode())


def invalid_path(message: str) -> DavError:
    """A name the server refuses."""
    return DavError(400, OCA + "InvalidPath", message)


def locked(path: str) -> DavError:
    """Somebody else is writing that file."""
    return DavError(423, OCA + "FileLocked", f'"{path}" is locked')


def not_found(path: str) -> DavError:
    """Nothing has that path."""
    return DavError(404, SABRE + "NotFound", f"File with name /{path} could not be located")


def href(path: str) -> str:
    """A path as sabre writes it in a document: lower-case hexadecimal, ':' and '@' as they are."""
    first, *rest = quote(path, safe=_SAFE).split("%")
    return first + "".join(f"%{piece[:2].lower()}{piece[2:]}" for piece in rest)


def http_date(seconds: int) -> str:
    """A time as DAV's getlastmodified gives it."""
    return formatdate(seconds, usegmt=True)


Name = tuple[str, str]
"""A property's name: namespace and local name."""


def element(name: Name, content: str | None, number: int) -> str:
    """One property as XML; `content` is XML already, None for an empty element."""
    namespace, local = name
    prefix = _PREFIXES.get(namespace)
    declared = ""
    if prefix is None:
        prefix = f"x{number}"
        declared = f' xmlns:{prefix}="{escape(namespace)}"'
    if not content:
        return f"<{prefix}:{local}{declared}/>"
    return f"<{prefix}:{local}{declared}>{content}</{prefix}:{local}>"


@dataclass(frozen=True, slots=True)
class Row:
    """One response of a multistatus: a path and, for each status, properties with their content."""

    path: str
    found: Mapping[int, Mapping[Name, str | None]]


_PHRASES = {200: "OK", 204: "No Content", 403: "Forbidden", 404: "Not Found", 424: "Failed Dependency"}


def multistatus(rows: Iterable[Row], *, headers: Mapping[str, str] | None = None) -> Response:
    """A 207 with those rows."""
    parts = [
        '<?xml version="1.0"?>\n<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"'
        f' xmlns:oc="{OC}" xmlns:nc="{NC}">'
    ]
    for row in rows:
        parts.append(f"<d:response><d:href>{href(row.path)}</d:href>")
        for status, values in row.found.items():
            if values:
                inner = "".join(element(name, value, 1) for name, value in values.items())
                parts.append(
                    f"<d:propstat><d:prop>{inner}</d:prop>"
                    f"<d:status>HTTP/1.1 {status} {_PHRASES[status]}</d:status></d:propstat>"
                )
        parts.append("</d:response>")
    parts.append("</d:multistatus>\n")
    sent = {"Content-Type": "application/xml; charset=utf-8", "DAV": FEATURES, **(headers or {})}
    return Response(207, sent, "".join(parts).encode())


def empty(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without content."""
    return Response(status, {"Content-Type": "text/html; charset=UTF-8", **(headers or {})})


def as_json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """JSON as PHP writes it, '/' escaped."""
    text = json.dumps(value, separators=(",", ":")).replace("/", "\\/")
    return Response(status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, text.encode())


def ocs(request: Request, status: int, *, code: int, message: str, data: object) -> Response:
    """An OCS envelope, JSON or XML as the client asks. v1 answers 200 for most, and 100 for success."""
    if request.path.startswith("/ocs/v1.php"):
        code = 100 if code == 200 else code
        status = status if status in {401, 503} else 200
    meta = {"status": "ok" if code in {100, 200} else "failure", "statuscode": code, "message": message}
    if request.query.get("format") == "json" or "application/json" in request.header("accept"):
        return as_json(status, {"ocs": {"meta": meta, "data": data}})
    body = f'<?xml version="1.0"?>\n<ocs>\n{_xml("meta", meta)}{_xml("data", data)}</ocs>\n'
    return Response(status, {"Content-Type": "application/xml; charset=utf-8"}, body.encode())


def _xml(tag: str, value: object) -> str:
    match value:
        case dict():
            return f"<{tag}>" + "".join(_xml(str(key), inner) for key, inner in value.items()) + f"</{tag}>\n"
        case list():
            return f"<{tag}>" + "".join(_xml("element", inner) for inner in value) + f"</{tag}>\n"
        case bool():
            return f"<{tag}>{int(value)}</{tag}>\n"
        case None:
            return f"<{tag}/>\n"
        case _:
            return f"<{tag}>{escape(str(value))}</{tag}>\n"
