"""Raw HTTP against a Nextcloud, real or the sandbox's: what the comparison tests see of it."""

import hashlib
import re
import select
import socket
import threading
import time
import uuid
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

import httpx

SPACES = {
    "d": "DAV:",
    "oc": "http://owncloud.org/ns",
    "nc": "http://nextcloud.org/ns",
    "x": "urn:degoog",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
PASSWORD = "Une-longue-phrase-de-passe-1"
ODD = "é 😀 #%+;&=,'!()[]~^`{}@$\u202eα\u00a0z"
STATE = ("oc:fileid", "d:getetag", "oc:size", "d:getlastmodified")
OCS = {"OCS-APIRequest": "true", "Accept": "application/json"}


@dataclass
class Wire:
    """One account on one server. Paths are decoded ones, below the account's home."""

    url: str
    login: str
    password: str
    client: httpx.Client

    def raw(self, method: str, target: str, **given) -> httpx.Response:
        """One request with this account's credentials and without cookies."""
        given.setdefault("auth", (self.login, self.password))
        headers = {"Accept-Language": "en", **given.pop("headers", {})}
        response = self.client.request(method, self.url + target, headers=headers, **given)
        self.client.cookies.clear()
        return response

    def files(self, path: str = "/") -> str:
        return f"/remote.php/dav/files/{self.login}{quote(path)}"

    def __call__(self, method: str, path: str, content: bytes | None = None, **headers) -> httpx.Response:
        """One request on a file or folder; `x_oc_mtime="1"` is the header X-OC-Mtime."""
        return self.raw(method, self.files(path), content=content, headers=_headers(headers))

    def upload(self, method: str, path: str, content: bytes | None = None, **headers) -> httpx.Response:
        """The same on the account's chunked uploads."""
        target = f"/remote.php/dav/uploads/{self.login}{quote(path)}"
        return self.raw(method, target, content=content, headers=_headers(headers))

    def to(self, path: str) -> str:
        """A Destination."""
        return self.url + self.files(path)

    def ocs(self, method: str, path: str, **given) -> httpx.Response:
        return self.raw(method, f"/ocs/v2.php{path}", headers=OCS, **given)

    def patch(self, path: str, inner: str) -> dict[str, int]:
        """PROPPATCH; returns each property's status."""
        body = f"<d:propertyupdate {DECLARED}>{inner}</d:propertyupdate>"
        response = self("PROPPATCH", path, body.encode(), content_type="application/xml")
        assert response.status_code == 207, response.text
        return {name: status for row in rows(response) for name, (status, _) in row.properties.items()}

    def set(self, path: str, **values: str) -> dict[str, int]:
        """PROPPATCH of `d_lastmodified="1"` and the like."""
        inner = "".join(f"<{_tag(name)}>{value}</{_tag(name)}>" for name, value in values.items())
        return self.patch(path, f"<d:set><d:prop>{inner}</d:prop></d:set>")

    def find(self, path: str, *names: str, depth: str = "0") -> list["Row"]:
        """PROPFIND of `"d:getetag"` and the like; without names, what the server chooses."""
        asked = "".join(f"<{name}/>" for name in names)
        body = f"<d:propfind {DECLARED}><d:prop>{asked}</d:prop></d:propfind>".encode() if names else None
        response = self("PROPFIND", path, body, depth=depth)
        assert response.status_code == 207, response.text
        return rows(response)

    def get(self, path: str, *names: str) -> list[str | None]:
        """Those properties of one file or folder; None for those it has not."""
        (row,) = self.find(path, *names)
        return [row.value(name) for name in names]

    def one(self, path: str, name: str) -> str | None:
        return self.get(path, name)[0]

    def exists(self, path: str) -> bool:
        return self("PROPFIND", path, depth="0").status_code == 207


@dataclass
class Row:
    """One response of a multistatus."""

    href: str
    properties: dict[str, tuple[int, str]]

    @property
    def name(self) -> str:
        return unquote(self.href.rstrip("/").rpartition("/")[2])

    def value(self, name: str) -> str | None:
        status, value = self.properties.get(name, (404, ""))
        return value if status == 200 else None


def rows(response: httpx.Response) -> list[Row]:
    """The lines of a multistatus."""
    found = []
    for element in ET.fromstring(response.content):
        properties = {}
        for propstat in element.findall("{DAV:}propstat"):
            status = int((propstat.findtext("{DAV:}status") or "").split(" ")[1])
            for prop in propstat.find("{DAV:}prop") or ():
                text = "".join(prop.itertext()) or ",".join(_short(child.tag) for child in prop)
                properties[_short(prop.tag)] = (status, text)
        found.append(Row(element.findtext("{DAV:}href") or "", properties))
    return found


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and sabre's exception, which are what clients may key on."""
    found = re.search(r"<s:exception>(.*?)</s:exception>", response.text)
    return response.status_code, found.group(1).rpartition("\\")[2] if found else ""


def part(path: str, content: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """One entry of a bulk request with boundary B."""
    lines = [("Content-Length", str(len(content))), ("X-File-Path", path), *headers]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return b"--B\r\n" + head.encode() + b"\r\n" + content + b"\r\n"


def md5_part(path, content, *more):
    """The same, with its hash."""
    return part(path, content, [("X-File-MD5", hashlib.md5(content).hexdigest()), *more])


def bulk(wire, *parts, end=b"--B--\r\n", content_type="multipart/related; boundary=B", **given):
    """One bulk request."""
    content = b"".join(parts) + end
    return wire.raw("POST", "/remote.php/dav/bulk", content=content, headers={"Content-Type": content_type}, **given)


def chunks(wire, *contents):
    """Begin a chunked upload; returns its folder."""
    folder = f"/{uuid.uuid4().hex}"
    assert wire.upload("MKCOL", folder).status_code == 201
    for number, content in enumerate(contents, 1):
        assert wire.upload("PUT", f"{folder}/{number:05d}", content).status_code == 201
    return folder


def make_account(admin, quota="none"):
    """A new account on the administrator's server, with an app password and nothing in its home."""
    login = f"degoog-{uuid.uuid4().hex[:12]}"
    made = admin.ocs("POST", "/cloud/users", data={"userid": login, "password": PASSWORD, "quota": quota})
    assert made.status_code == 200, made.text
    given = admin.ocs("GET", "/core/getapppassword", auth=(login, PASSWORD))
    wire = Wire(admin.url, login, given.json()["ocs"]["data"]["apppassword"], admin.client)
    for example in wire.find("/", "d:resourcetype", depth="1")[1:]:
        assert wire("DELETE", f"/{example.name}").status_code == 204
    return wire


def mtime(wire, path):
    """A file's or folder's time, in seconds."""
    return int(parsedate_to_datetime(wire.one(path, "d:getlastmodified")).timestamp())


def begin_put(wire, target, *, announced, sent):
    """Send the beginning of a PUT on a bare socket; returns the socket."""
    given = urlsplit(wire.url)
    connection = socket.create_connection((given.hostname, given.port or 80), timeout=60)
    token = b64encode(f"{wire.login}:{wire.password}".encode()).decode()
    head = f"PUT {target} HTTP/1.1\r\nHost: {given.netloc}\r\nAuthorization: Basic {token}\r\n"
    connection.sendall(f"{head}Content-Length: {announced}\r\n\r\n".encode() + sent)
    return connection


def hold(wire, path, *, announced, sent):
    """Begin to overwrite a file, until the server has locked it; our look at it may refuse the write: begin again."""
    while True:
        connection = begin_put(wire, wire.files(path), announced=announced, sent=sent)
        while not select.select([connection], [], [], 0)[0]:
            if wire("GET", path).status_code == 423:
                return connection
        connection.close()


def cut(connection):
    """Leave in the middle, and wait until the server has noticed."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass
    connection.close()


def until(true, seconds=15.0):
    """Wait for what the server does in its own time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.1)


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}


def _tag(name: str) -> str:
    prefix, _, local = name.partition("_")
    return f"{prefix}:{local.replace('__', '-')}"


def _short(tag: str) -> str:
    uri, _, local = tag.rpartition("}")
    prefix = next((prefix for prefix, known in SPACES.items() if known == uri.removeprefix("{")), "?")
    return f"{prefix}:{local}"
