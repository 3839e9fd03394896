"""A real Nextcloud on this machine, named by DEGOOG_TEST_NEXTCLOUD, and throw-away accounts on it."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import os
import secrets
import shutil
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VARIABLE = "DEGOOG_TEST_NEXTCLOUD"
NEEDS = f"{VARIABLE}=http://admin:password@127.0.0.1:PORT, an administrator's, of a Nextcloud on this machine"


@dataclass(frozen=True, slots=True)
class Account:
    """An account made for a benchmark. `password` is an app password."""

    url: str
    login: str
    password: str

    @property
    def environ(self) -> dict[str, str]:
        """What degoog needs to know."""
        return {
            "DEGOOG_NEXTCLOUD_URL": self.url,
            "DEGOOG_NEXTCLOUD_USER": self.login,
            "DEGOOG_NEXTCLOUD_PASSWORD": self.password,
        }

    @property
    def files(self) -> str:
        """The WebDAV address of its files."""
        return f"{self.url}/remote.php/dav/files/{self.login}"

    def rclone(self, program: str) -> dict[str, str]:
        """What rclone needs to know to call this account `nc:`; its password as rclone obscures it."""
        hidden = subprocess.run(
            [program, "obscure", "-"], input=self.password, capture_output=True, text=True, check=True
        ).stdout.strip()
        return {
            "RCLONE_CONFIG": os.devnull, "RCLONE_CONFIG_NC_TYPE": "webdav", "RCLONE_CONFIG_NC_URL": self.files,
            "RCLONE_CONFIG_NC_VENDOR": "nextcloud", "RCLONE_CONFIG_NC_USER": self.login,
            "RCLONE_CONFIG_NC_PASS": hidden,
        }  # fmt: skip


def missing(*programs: str) -> str:
    """Tell what a benchmark lacks, empty where it has everything."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        return f"the program {absent[0]} (Debian: apt install {absent[0]})"
    return "" if os.environ.get(VARIABLE) else NEEDS


@contextlib.contextmanager
def account() -> Iterator[Account]:
    """Make an account with an empty home; it and all its files are gone afterwards."""
    url, admin = _server()
    login, password = f"bench-{secrets.token_hex(4)}", secrets.token_urlsafe(18) + "-Aa1"
    users = f"{url}/ocs/v2.php/cloud/users"
    _ask("POST", users, admin, {"userid": login, "password": password})
    try:
        told = _ask("GET", f"{url}/ocs/v2.php/core/getapppassword", (login, password))
        _ask("PROPFIND", f"{url}/remote.php/dav/files/{login}/", (login, password))  # makes the home, with its examples
        made = Account(url, login, str(told["ocs"]["data"]["apppassword"]))
        yield made
    finally:
        _ask("DELETE", f"{users}/{login}", admin)


def version() -> str:
    """Give the server's version."""
    url, _admin = _server()
    return str(_ask("GET", f"{url}/status.php", None)["versionstring"])


def _server() -> tuple[str, tuple[str, str]]:
    parts = urllib.parse.urlsplit(os.environ[VARIABLE])
    address = ipaddress.ip_address(socket.gethostbyname(parts.hostname or ""))
    if not address.is_loopback:
        raise SystemExit(f"{VARIABLE} names a server that is not on this machine; benchmarks only talk to 127.0.0.1.")
    port = f":{parts.port}" if parts.port else ""
    admin = (urllib.parse.unquote(parts.username or ""), urllib.parse.unquote(parts.password or ""))
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}", admin


def _ask(method: str, url: str, who: tuple[str, str] | None, form: dict[str, str] | None = None) -> Any:  # noqa: ANN401
    headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
    if who is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(who).encode()).decode()
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {urllib.parse.urlsplit(url).path}: {error.code} {error.reason}") from error
    return json.loads(body) if body.startswith(b"{") else None
