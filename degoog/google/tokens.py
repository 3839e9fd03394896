"""Access tokens: got when one is needed, shared by all requests of an account, renewed once when they are refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import httpx

from degoog.errors import Unavailable
from degoog.google import assertion, hosts
from degoog.google.credentials import Consent, Credentials, GivenToken, ServiceAccount, delegation_link
from degoog.google.fault import Fault, fault
from degoog.google.hosts import Hosts
from degoog.google.scopes import FILES
from degoog.http import REPEATABLE
from degoog.i18n import _
from degoog.secrets import Secret

_EARLY = 120.0  # seconds before its end at which a token is no longer used


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token. `scope` is what it is good for, in Google's words; `lasts` is in seconds."""

    token: Secret
    scope: str
    lasts: float


@dataclass(slots=True)
class Tokens:
    """The tokens of one account. `subject` is the person for whom a service account asks.

    `clock` tells the time since 1970 in seconds.
    """

    http: httpx.AsyncClient
    hosts: Hosts
    credentials: Credentials
    subject: str = ""
    clock: Callable[[], float] = time.time
    scopes: tuple[str, ...] = FILES
    _held: Granted | None = None
    _until: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, refused: Secret | None = None) -> Secret:
        """Give a token; another one than `refused` where that can be had.

        Raises `Unavailable` that says what to do where Google gives none.
        """
        if isinstance(self.credentials, GivenToken):
            if refused is not None:
                raise Unavailable(
                    _(
                        "Google no longer accepts the access token that was given: such tokens last an hour. Nothing "
                        "is lost. To do: give a new one (DEGOOG_GOOGLE_TOKEN), then run the same command again."
                    )
                )
            return self.credentials.token
        async with self._turn:
            if self._held is None or self._held.token == refused or self.clock() >= self._until - _EARLY:
                self._held = await self.grant()
                self._until = self.clock() + self._held.lasts
            return self._held.token

    async def grant(self, scopes: tuple[str, ...] = ()) -> Granted:
        """Ask for a new token. Raises `Unavailable`; what Google said is its cause, a `Fault`."""
        match self.credentials:
            case GivenToken(token):
                return Granted(token, "", assertion.VALID)
            case Consent(client, refresh_token):
                form = {
                    "grant_type": "refresh_token",
                    "client_id": client.id,
                    "client_secret": client.secret.reveal(),
                    "refresh_token": refresh_token.reveal(),
                }
            case ServiceAccount() as account:
                signed = assertion.sign(account, subject=self.subject, scopes=scopes or self.scopes, now=self.clock())
                form = {"grant_type": assertion.GRANT, "assertion": signed}
        try:
            return await asked(self.http, self.hosts, form)
        except Fault as denied:
            raise Unavailable(self._why(denied)) from denied

    def _why(self, what: Fault) -> str:
        if isinstance(self.credentials, ServiceAccount):
            return _undelegated(self.credentials, self.subject, self.scopes, what)
        account = self.credentials.account if isinstance(self.credentials, Consent) else ""
        if what.is_one_of("invalid_grant"):
            return _(
                "Google no longer accepts degoog's access to {account}: it was taken back, has expired, or the "
                "password changed. Nothing is lost. To do: run “degoog connect google”, then the same command again."
            ).format(account=account or "Google")
        return _(
            "Google gave no access to {account} ({why}). Nothing is lost. To do: run “degoog connect google” again."
        ).format(account=account or "Google", why=what)


async def asked(http: httpx.AsyncClient, where: Hosts, form: dict[str, str]) -> Granted:
    """Ask the token endpoint. Raises `Fault` where it says no, and `Unavailable` where it does not answer as one."""
    response = await posted(http, where.url(hosts.OAUTH, "/token"), form)
    if response.is_error:
        raise fault(response)
    match _json(response):
        case {"access_token": str(token), **more}:
            lasts = more.get("expires_in")
            seconds = float(lasts) if isinstance(lasts, int | float) else float(assertion.VALID)
            return Granted(Secret(token), str(more.get("scope", "")), seconds)
        case _other:
            raise Unavailable(_("Google gave an answer that cannot be read. Run the same command later to resume."))


async def posted(http: httpx.AsyncClient, url: str, form: dict[str, str]) -> httpx.Response:
    """Send a form. Raises `Unavailable` where the connection breaks."""
    try:
        return await http.post(url, data=form, extensions=dict(REPEATABLE))
    except httpx.TransportError as error:
        text = _("{host} does not answer. Nothing is lost; run the same command again to resume.")
        raise Unavailable(text.format(host=httpx.URL(url).host)) from error


class Bearer(httpx.Auth):
    """Puts a token on requests that go to Google and on no others; a refused one is renewed once."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send a request with a token, and again with another one where Google refuses the first."""
        if not self._tokens.hosts.trusts(str(request.url)):
            yield request
            return
        token = await self._tokens.get()
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        response = yield request
        if response.status_code != 401:
            return
        token = await self._tokens.get(refused=token)
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        response = yield request
        if response.status_code == 401:
            raise Unavailable(
                _(
                    "Google does not accept degoog's access, not even a new one. Nothing is lost. "
                    "To do: run “degoog connect google” again, then the same command."
                )
            )


def _undelegated(account: ServiceAccount, subject: str, scopes: tuple[str, ...], what: Fault) -> str:
    if what.is_one_of("unauthorized_client", "access_denied"):
        return _(
            "{email} may not act for {person}: the delegation lacks its client or one of its permissions (after a "
            "change, Google takes up to 24 hours). Nothing is lost. To do: open {link}, compare, then run the same "
            "command again."
        ).format(email=account.email, person=subject or "Google", link=delegation_link(account, scopes))
    if what.is_one_of("invalid_grant") and "signature" not in what.message.lower():
        return _(
            "Google knows no account {person} for which degoog could act, or it is suspended, or this computer's clock "
            "is wrong ({why}). Nothing is lost. To do: correct people.csv or the clock, then run the same command "
            "again."
        ).format(person=subject or account.email, why=what.message or what)
    return _(
        "Google does not accept the key of {email} ({why}). Nothing is lost. To do: make a new key in the Google "
        "console, run “degoog connect google --credentials FILE” with it, then the same command again."
    ).format(email=account.email, why=what.message or what)


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None
