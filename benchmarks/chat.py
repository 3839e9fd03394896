"""A real Mattermost on this machine, named by DEGOOG_TEST_MATTERMOST, and a throw-away team on it."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import secrets
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

VARIABLE = "DEGOOG_TEST_MATTERMOST"
NEEDS = f"{VARIABLE}=http://admin:password@127.0.0.1:PORT, an administrator's, of a Mattermost on this machine"
_DELETING = ("EnableAPITeamDeletion", "EnableAPIUserDeletion")


@dataclass(frozen=True, slots=True)
class Site:
    """A team made for a benchmark. `domain` is that of the addresses of its people."""

    url: str
    token: str
    team: str
    version: str

    @property
    def domain(self) -> str:
        """Where its people get their mail: nowhere."""
        return f"{self.team}.lauze.example"

    @property
    def environ(self) -> dict[str, str]:
        """What degoog needs to know."""
        return {"DEGOOG_MATTERMOST_URL": self.url, "DEGOOG_MATTERMOST_TOKEN": self.token}

    def api(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON as it came
        """Ask the server something."""
        return _ask(method, f"{self.url}/api/v4{path}", self.token, body)[0]

    def jobs(self, since: int) -> Sequence[tuple[int, int, int]]:
        """Give the imports since a time: made, begun, ended; in milliseconds of the server's clock."""
        told = self.api("GET", "/jobs/type/import_process?per_page=200")
        ours = [one for one in told if one["create_at"] >= since]
        return sorted((one["create_at"], one["start_at"], one["last_activity_at"]) for one in ours)


def missing() -> str:
    """Tell what a benchmark lacks, empty where it has everything."""
    return "" if os.environ.get(VARIABLE) else NEEDS


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """Give the name of a team that is not there yet; it and the people that came with it are gone afterwards."""
    parts = urllib.parse.urlsplit(os.environ[VARIABLE])
    address = ipaddress.ip_address(socket.gethostbyname(parts.hostname or ""))
    if not address.is_loopback:
        raise SystemExit(f"{VARIABLE} names a server that is not on this machine; benchmarks only talk to 127.0.0.1.")
    url = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    login = {
        "login_id": urllib.parse.unquote(parts.username or ""),
        "password": urllib.parse.unquote(parts.password or ""),
    }
    _me, headers = _ask("POST", f"{url}/api/v4/users/login", "", login)
    told, _headers = _ask("GET", f"{url}/api/v4/config/client?format=old", "")
    made = Site(url, headers["token"], f"bench-{secrets.token_hex(4)}", told["Version"])
    known = {one["id"] for one in _everybody(made)}
    try:
        yield made
    finally:
        _remove(made, known)


def _remove(made: Site, known: set[str]) -> None:
    before = made.api("GET", "/config")["ServiceSettings"]
    made.api("PUT", "/config/patch", {"ServiceSettings": dict.fromkeys(_DELETING, True)})
    try:
        with contextlib.suppress(SystemExit):  # it was never made
            team = made.api("GET", f"/teams/name/{made.team}")
            made.api("DELETE", f"/teams/{team['id']}?permanent=true")
        for one in _everybody(made):
            if one["id"] not in known and one["email"].endswith((f"@{made.domain}", "@slack.invalid")):
                made.api("DELETE", f"/users/{one['id']}?permanent=true")
    finally:
        made.api("PUT", "/config/patch", {"ServiceSettings": {name: before[name] for name in _DELETING}})


def _everybody(made: Site) -> Iterator[dict[str, Any]]:
    page = 0
    while told := made.api("GET", f"/users?per_page=200&page={page}"):
        yield from told
        page += 1


def _ask(method: str, url: str, token: str, body: object = None) -> tuple[Any, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as response:
            return json.loads(response.read() or b"null"), response.headers
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {urllib.parse.urlsplit(url).path}: {error.code} {error.reason}") from error
