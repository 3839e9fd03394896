"""A Nextcloud that answers what a test needs: its status, a login flow, one account's top folder."""

from __future__ import annotations

import httpx

STATUS = {"installed": True, "maintenance": False, "needsDbUpgrade": False, "versionstring": "32.0.1"}
URL = "https://cloud.lauze.example"


class Nextcloud(httpx.AsyncBaseTransport):
    """Grants the login flow to `who` on the first question; lets in whoever has the password `kestrel`."""

    def __init__(self, *, who: str = "camille", free: int = -3, permissions: str = "RGDNVCK", date: str = "") -> None:
        self.who = who
        self.free = free
        self.permissions = permissions
        self.date = date
        self.seen: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.seen.append(f"{request.method} {request.url.path}")
        match request.method, request.url.path:
            case "GET", "/status.php":
                return httpx.Response(200, json=STATUS, headers={"Date": self.date} if self.date else {})
            case "POST", "/index.php/login/v2":
                poll = {"token": "token-kestrel", "endpoint": f"{URL}/index.php/login/v2/poll"}
                return httpx.Response(200, json={"login": f"{URL}/login/v2/flow/abc", "poll": poll})
            case "POST", "/index.php/login/v2/poll":
                return httpx.Response(200, json={"server": URL, "loginName": self.who, "appPassword": "kestrel"})
            case "PROPFIND", "/remote.php/webdav/":
                return self._folder() if _password(request) == "kestrel" else httpx.Response(401)
            case _:
                return httpx.Response(404)

    def _folder(self) -> httpx.Response:
        found = (
            f"<d:quota-available-bytes>{self.free}</d:quota-available-bytes>"
            f"<oc:permissions>{self.permissions}</oc:permissions>"
        )
        return httpx.Response(
            207,
            text='<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response>'
            f"<d:href>/remote.php/webdav/</d:href><d:propstat><d:prop>{found}</d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>",
        )


def _password(request: httpx.Request) -> str:
    for password in ("kestrel", "wrong"):
        for login in ("camille", "zoe"):
            if request.headers.get("authorization") == httpx.BasicAuth(login, password)._auth_header:
                return password
    return ""
