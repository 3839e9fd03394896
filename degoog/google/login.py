"""How a person lets degoog read their Google account, and how that is given back.

OAuth 2.0 for desktop apps: https://developers.google.com/identity/protocols/oauth2/native-app (loopback address and
PKCE, RFC 8252 §7.3 and RFC 7636). Where the browser is on another computer, its last address is pasted back.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from degoog.errors import Unavailable, Usage
from degoog.google import hosts
from degoog.google.client import Client
from degoog.google.credentials import Consent, DesktopClient, GivenToken, ServiceAccount, delegation_link, parsed
from degoog.google.fault import fault
from degoog.google.hosts import Hosts
from degoog.google.judge import ADMIN_APPS, Judge
from degoog.google.scopes import ALL, DIRECTORY, OTHER_CONTACTS, missing, shown
from degoog.google.tokens import Granted, Tokens, posted
from degoog.http import Pacing, Time, open_client
from degoog.i18n import _
from degoog.secrets import Secret

__all__ = [
    "ALL", "OTHER_CONTACTS", "Consent", "DesktopClient", "Door", "Flow", "Loopback", "ServiceAccount",
    "delegation_link", "lacking_directory", "loopback", "parsed", "testing", "try_delegation",
]  # fmt: skip

_VALID = 600.0  # seconds that somebody may take in the browser


@dataclass(frozen=True, slots=True)
class Flow:
    """A consent that waits for somebody to open `link` in a browser, which ends at `redirect`."""

    link: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class Door:
    """Asks for consent in the name of a desktop client, and gives it back."""

    def __init__(
        self,
        *,
        api_url: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        time: Time | None = None,
    ) -> None:
        self._hosts = Hosts(api_url)
        self._transport = transport
        self._time = time or Time()

    def begin(self, client: DesktopClient, redirect: str, *, account: str = "", scopes: tuple[str, ...] = ALL) -> Flow:
        """Give the link to open. `account` is whose consent is wanted, where that is known."""
        verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": client.id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": " ".join(scopes),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": state,
            "access_type": "offline",
            "prompt": "consent",
            **({"login_hint": account} if account else {}),
        }
        link = f"{self._hosts.url(hosts.ACCOUNTS, '/o/oauth2/v2/auth')}?{urlencode(asked)}"
        return Flow(link, redirect, state, verifier)

    def begin_directory(self, client: DesktopClient, redirect: str, *, account: str) -> Flow:
        """Do the same for a consent to read the directory alone."""
        return self.begin(client, redirect, account=account, scopes=DIRECTORY)

    async def finish(self, client: DesktopClient, flow: Flow, answer: str) -> Consent:
        """Turn the address at which the browser ended into a lasting consent.

        Raises `Usage` where it is another address, where somebody said no or unticked a box, and where the consent
        would die after seven days; what was granted is given back then.
        """
        token, lasting, more = await self._exchanged(client, flow, answer)
        consent = Consent(client, lasting)
        if why := _not_good_enough(more):
            await self.revoke(consent)
            raise Usage(why)
        return Consent(client, lasting, await self._whose(token))

    async def finish_directory(self, client: DesktopClient, flow: Flow, answer: str, *, account: str) -> Consent:
        """Do the same for a consent to read the directory alone. Raises `Usage`.

        One that is not good enough is not given back: Google would take the migration's away with it.
        """
        _token, lasting, more = await self._exchanged(client, flow, answer)
        if missing(str(more.get("scope", "")), DIRECTORY):
            raise Usage(lacking_directory())
        return Consent(client, lasting, account)

    async def _exchanged(
        self, client: DesktopClient, flow: Flow, answer: str
    ) -> tuple[Secret, Secret, dict[object, object]]:
        code = _code(flow, answer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": client.id,
            "client_secret": client.secret.reveal(),
            "redirect_uri": flow.redirect,
            "code_verifier": flow.verifier,
        }
        async with self._open() as http:
            response = await posted(http, self._hosts.url(hosts.OAUTH, "/token"), form)
            if response.is_error:
                text = _("Google did not accept the answer ({why}). To do: run “degoog connect google” again.")
                raise Usage(text.format(why=fault(response)))
            match response.json():
                case {"access_token": str(token), "refresh_token": str(lasting), **more}:
                    return Secret(token), Secret(lasting), dict(more)
                case _other:
                    raise Usage(_("Google gave no lasting access. To do: run “degoog connect google” again."))

    async def revoke(self, consent: Consent) -> bool:
        """Have Google forget a consent; False where it knows none such any more."""
        async with self._open() as http:
            form = {"token": consent.refresh_token.reveal()}
            response = await posted(http, self._hosts.url(hosts.OAUTH, "/revoke"), form)
        return response.is_success

    async def _whose(self, token: Secret) -> str:
        client = Client(GivenToken(token), api_url=self._hosts.api_url, transport=self._transport,
                        pacing=Pacing(self._time))  # fmt: skip
        async with client:
            told = await client.get("/drive/v3/about", {"fields": "user(emailAddress)"})
        user = told.get("user")
        return str(user.get("emailAddress", "")) if isinstance(user, dict) else ""

    def _open(self) -> httpx.AsyncClient:
        return open_client(judge=Judge(), pacing=Pacing(self._time), transport=self._transport)


async def try_delegation(
    account: ServiceAccount, person: str, *, api_url: str = "", transport: httpx.AsyncBaseTransport | None = None
) -> Granted:
    """Get a token for one person. Raises `Unavailable` that says what is missing, `Usage` for a damaged key."""
    async with open_client(judge=Judge(person), pacing=Pacing(), transport=transport) as http:
        return await Tokens(http, Hosts(api_url), account, person).grant()


@dataclass(slots=True)
class Loopback:
    """A page on this computer at which the browser ends."""

    url: str
    _answer: asyncio.Future[str]
    time: Time

    async def wait(self) -> str:
        """Wait for the browser; give the address it asked for. Raises `Unavailable` after ten minutes."""
        try:
            async with asyncio.timeout(_VALID):
                return await self._answer
        except TimeoutError:
            text = _("Nobody answered in the browser within ten minutes. Run “degoog connect google” again.")
            raise Unavailable(text) from None


@asynccontextmanager
async def loopback(time: Time | None = None) -> AsyncIterator[Loopback]:
    """Listen on a free port of this computer only, for one answer."""
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode("latin-1").split(" ")
        path = line[1] if len(line) == 3 else ""
        wanted = bool(parse_qs(urlsplit(path).query).keys() & {"code", "error"})
        if wanted and not answer.done():
            answer.set_result(path)
        page = html.escape(_("Thank you. You can close this page and go back to degoog."))
        body = f"<!doctype html><meta charset=utf-8><title>degoog</title><p>{page}</p>".encode()
        head = (
            f"HTTP/1.1 {'200 OK' if wanted else '404 Not Found'}\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nReferrer-Policy: no-referrer\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Loopback(f"http://127.0.0.1:{port}", answer, time or Time())
    finally:
        server.close()
        await server.wait_closed()


def _code(flow: Flow, answer: str) -> str:
    query = parse_qs(urlsplit(answer.strip()).query)
    told = {name: values[0] for name, values in query.items()}
    if told.get("state") != flow.state:
        raise Usage(
            _(
                "This is not the address at which the browser ended. To do: run “degoog connect google” again, and "
                "copy the whole address that the browser shows at the end; it begins with {start}."
            ).format(start=f"{flow.redirect}/?")
        )
    if "error" in told:
        if told["error"] == "access_denied":
            raise Usage(_("You said no to Google: nothing was kept. To do: run “degoog connect google” again."))
        raise Usage(_("Google answered: {word}. To do: run “degoog connect google” again.").format(word=told["error"]))
    return told.get("code", "")


def _not_good_enough(more: dict[object, object]) -> str:
    """Say what is wrong with a consent, empty where it is good."""
    if absent := missing(str(more.get("scope", ""))):
        return _(
            "A box was left unticked: degoog cannot read without it ({scopes}). Nothing was kept. "
            "To do: run “degoog connect google” again and tick every box. degoog only reads."
        ).format(scopes=shown(absent))
    if "refresh_token_expires_in" in more:
        return testing()
    return ""


def lacking_directory() -> str:
    """Say what to do where the permission to read the directory is missing."""
    return _(
        "degoog may not read the directory of your organisation at Google: the permission {scope} is missing. Nothing "
        "was changed. To do: run “degoog people import --google” again and tick the box; with delegation, add it at "
        "{link}; with DEGOOG_GOOGLE_TOKEN, give a token that has it."
    ).format(scope=shown(DIRECTORY), link=f"{ADMIN_APPS}/domainwidedelegation")


def testing() -> str:
    """Say why a client in Google's test mode is refused."""
    return _(
        "The client is in test mode (“Testing”): Google would end degoog's access after seven days, in the middle of "
        "your migration. Nothing was kept. To do: open {link}; with Google Workspace choose “Internal”, otherwise "
        "click “Publish app”; then run “degoog connect google” again."
    ).format(link="https://console.cloud.google.com/auth/audience")
