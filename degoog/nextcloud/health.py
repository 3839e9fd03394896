"""What `degoog doctor` asks a Nextcloud: is it there, which version, may this account log in and write.

Two requests, neither repeated, so that an answer comes at once: status.php without a login, then one PROPFIND of the
account's top folder. Nothing is written, and a refused password is tried once (ten failures lock a whole network
out, nextcloud.md §6).
"""

from __future__ import annotations

import email.utils
import ssl
from dataclasses import dataclass
from datetime import datetime

import httpx

from degoog.errors import Unavailable, Usage
from degoog.http import Stop
from degoog.i18n import _
from degoog.nextcloud import dav, server
from degoog.nextcloud.client import HEADERS
from degoog.nextcloud.judge import Judge
from degoog.secrets import Secret

_FREE = f"{dav.D}quota-available-bytes"
_PERMISSIONS = f"{dav.OC}permissions"


@dataclass(frozen=True, slots=True)
class Status:
    """What the server tells anybody. `clock` is its time, None where it gives none."""

    version: str
    clock: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """What the server tells the account. `free` is in bytes, None without a limit."""

    free: int | None
    may_write: bool


def open_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Give a client for these questions; `async with` closes it."""
    return httpx.AsyncClient(transport=transport, timeout=20, headers=HEADERS, trust_env=False)


async def status(client: httpx.AsyncClient, url: str) -> Status:
    """Ask who is there. Raises `Usage` for what is no Nextcloud or one too old, `Unavailable` for a closed one."""
    response = await _ask(client, client.build_request("GET", f"{url}/status.php"))
    try:
        told = response.json()
    except ValueError:
        told = None
    return Status(server.version(url, told), _clock(response))


async def account(client: httpx.AsyncClient, url: str, login: str, password: Secret) -> Account:
    """Ask about an account. Raises `Unavailable` where it is refused or its files cannot be shown."""
    # /remote.php/webdav is the files of whoever logs in, also where the login is not the account's id.
    request = client.build_request(
        "PROPFIND",
        f"{url}/remote.php/webdav/",
        headers={"Depth": "0"},
        content=dav.propfind((_FREE, _PERMISSIONS)),
    )
    response = await _ask(client, request, auth=httpx.BasicAuth(login, password.reveal()))
    match Judge(url, login)(response):
        case Stop(message):
            raise Unavailable(message)
    answers = dav.parse(response.content) if response.status_code == 207 else []
    if not answers:
        text = _("{url} does not show the files of {login} (status {status}). Is the app “Files” switched on?")
        raise Unavailable(text.format(url=url, login=login, status=response.status_code))
    free, letters = answers[0].text(_FREE), answers[0].text(_PERMISSIONS)
    # Without a limit the server says -3 (nextcloud.md §1); letters: C may make files, K folders.
    return Account(int(free) if free.isdecimal() else None, "C" in letters and "K" in letters)


async def _ask(
    client: httpx.AsyncClient, request: httpx.Request, *, auth: httpx.BasicAuth | None = None
) -> httpx.Response:
    try:
        return await client.send(request, auth=auth, follow_redirects=False)
    except httpx.HTTPError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                text = _("The certificate of {host} cannot be trusted: {why}. Check the address, or have it mended.")
                raise Usage(text.format(host=request.url.host, why=cause.verify_message)) from error
            cause = cause.__cause__ or cause.__context__
        raise Unavailable(
            _(
                "Nobody answers at {url}. Open it in your browser; if it does not open there either, ask your host."
            ).format(url=f"{request.url.scheme}://{request.url.netloc.decode()}")
        ) from error


def _clock(response: httpx.Response) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None
