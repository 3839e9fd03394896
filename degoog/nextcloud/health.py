"""What `degoog doctor` asks a Nextcloud: is it there, which version, may this account log in and write.

Two requests, neither repeated: status.php without a login, then one PROPFIND of the account's top folder. Nothing is
written, and a refused password is tried once (ten failures lock a whole network out, nextcloud.md §6).
"""

from __future__ import annotations

import email.utils
import ssl
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx

from degoog.errors import Unavailable, Usage
from degoog.i18n import _
from degoog.secrets import Secret

_DAV = "{DAV:}"
_OC = "{http://owncloud.org/ns}"
_ASK = (
    b'<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop>'
    b"<d:quota-available-bytes/><oc:permissions/></d:prop></d:propfind>"
)


@dataclass(frozen=True, slots=True)
class Status:
    """What the server tells anybody. `clock` is its time, None where it gives none."""

    version: str
    major: int
    maintenance: bool
    clock: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """What the server tells the account. `free` is in bytes, None without a limit."""

    free: int | None
    may_write: bool


def open_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Give a client for these questions; `async with` closes it."""
    return httpx.AsyncClient(transport=transport, timeout=20, headers={"User-Agent": "degoog"}, trust_env=True)


async def status(client: httpx.AsyncClient, url: str) -> Status:
    """Ask who is there. Raises `Unavailable` where nobody answers, `Usage` where it is no Nextcloud."""
    response = await _ask(client, "GET", f"{url}/status.php")
    try:
        told = response.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or "versionstring" not in told or response.status_code != 200:
        raise Usage(_("{url} answers, but is not a Nextcloud.").format(url=url))
    version = str(told["versionstring"])
    first = version.partition(".")[0]
    major = int(first) if first.isdigit() else 0
    closed = bool(told.get("maintenance") or told.get("needsDbUpgrade"))
    return Status(version, major, closed, _clock(response))


async def account(client: httpx.AsyncClient, url: str, login: str, password: Secret) -> Account:
    """Ask about an account. Raises `Usage` where it is refused, `Unavailable` for anything else."""
    response = await _ask(
        client,
        "PROPFIND",
        f"{url}/remote.php/dav/files/{quote(login, safe='')}/",
        headers={"Depth": "0"},
        content=_ASK,
        auth=httpx.BasicAuth(login, password.reveal()),
    )
    match response.status_code:
        case 207:
            return _read(response.content)
        case 401 | 403:
            raise Usage(_("{url} refuses the password of {login}.").format(url=url, login=login))
        case 429:
            raise Unavailable(_("{url} refuses logins for now, after too many failed ones.").format(url=url))
        case code:
            raise Unavailable(
                _("{url} does not show the files of {login} ({code}).").format(url=url, login=login, code=code)
            )


async def _ask(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
    auth: httpx.BasicAuth | None = None,
) -> httpx.Response:
    try:
        return await client.request(method, url, headers=headers, content=content, auth=auth)
    except httpx.ConnectError as error:
        if isinstance(error.__context__, ssl.SSLError) or "CERTIFICATE" in str(error):
            raise Usage(_("The certificate of {url} cannot be trusted.").format(url=url)) from error
        raise Unavailable(_("Nobody answers at {url}.").format(url=url)) from error
    except httpx.HTTPError as error:
        raise Unavailable(_("Nobody answers at {url}.").format(url=url)) from error


def _clock(response: httpx.Response) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None


def _read(content: bytes) -> Account:
    try:
        tree = ET.fromstring(content)  # noqa: S314  # expat refuses external entities; the size is a single answer
    except ET.ParseError as error:
        raise Unavailable(_("The server's answer cannot be read.")) from error
    free = tree.findtext(f".//{_DAV}quota-available-bytes") or ""
    letters = tree.findtext(f".//{_OC}permissions") or ""
    bound = int(free) if free.lstrip("-").isdigit() else -3
    return Account(bound if bound >= 0 else None, "C" in letters and "K" in letters)
