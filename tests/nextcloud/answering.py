"""A Nextcloud that answers what a test says, and what is usual for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from degoog.nextcloud.client import Client
from degoog.secrets import Secret

URL = "https://cloud.example/nc"
STATUS = {"installed": True, "maintenance": False, "needsDbUpgrade": False, "versionstring": "32.0.1"}
FILES = {
    "versioning": True,
    "forbidden_filenames": [".htaccess"],
    "forbidden_filename_basenames": [],
    "forbidden_filename_characters": ["\\", "/"],
    "forbidden_filename_extensions": [".filepart", ".part"],
    "chunked_upload": {"max_size": 104857600},
}
CAPABILITIES = {"core": {"mod-rewrite-working": True}, "dav": {"bulkupload": "1.0"}, "files": FILES}
INSTANCE = """<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response>
<d:href>/nc/remote.php/dav/files/anna/</d:href><d:propstat><d:prop><oc:id>00000352ocabc</oc:id>
<oc:fileid>352</oc:fileid></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"""

Answer = Callable[[httpx.Request], httpx.Response]


def error(status: int, name: str, message: str = "", **headers: str) -> httpx.Response:
    """An error as sabre/dav tells it."""
    text = (
        '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">'
        f"<s:exception>{name}</s:exception><s:message>{message}</s:message></d:error>"
    )
    return httpx.Response(status, text=text, headers=headers)


@dataclass
class Server:
    """Answers by method and path; what is not given is as on a healthy server."""

    given: dict[tuple[str, str], Any] = field(default_factory=dict)
    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.given.get((request.method, request.url.path.removeprefix("/nc")))
        if isinstance(answer, httpx.Response):
            return answer
        if answer is not None:
            return httpx.Response(200, json=answer)
        match request.url.path.removeprefix("/nc"):
            case "/status.php":
                return httpx.Response(200, json=STATUS)
            case "/ocs/v2.php/cloud/user":
                return ocs({"id": "anna"})
            case "/ocs/v2.php/cloud/capabilities":
                return ocs({"version": {}, "capabilities": CAPABILITIES})
            case "/remote.php/dav/files/anna/":
                return httpx.Response(207, text=INSTANCE)
        return error(404, "Sabre\\DAV\\Exception\\NotFound")

    def client(self, url: str = URL) -> Client:
        return Client(url, "anna@example.org", Secret("hunter2"), transport=httpx.MockTransport(self))


def ocs(data: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"ocs": {"meta": {"statuscode": status}, "data": data}})
