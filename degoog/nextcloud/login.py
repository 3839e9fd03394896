"""How degoog gets an app password, and gives it back.

Login Flow v2: https://docs.nextcloud.com/server/latest/developer_manual/client_apis/LoginFlow/index.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from degoog.errors import Unavailable, Usage
from degoog.http import Pacing, Time, open_client
from degoog.i18n import _
from degoog.nextcloud.client import HEADERS, Client
from degoog.nextcloud.judge import Judge
from degoog.secrets import Secret

_OCS = {"OCS-APIRequest": "true", "Accept": "application/json"}
_EVERY = 2.0  # seconds between two questions
_VALID = 20 * 60.0  # how long the server keeps a link


@dataclass(frozen=True, slots=True)
class Login:
    """An account and its app password, as the server gave them."""

    url: str
    login: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Flow:
    """A login that waits for somebody to open `link` in a browser, within twenty minutes."""

    url: str
    link: str
    poll: str = field(repr=False)
    token: str = field(repr=False)


class Door:
    """Asks a server for an app password. `device` is the name it will have in the account's security settings."""

    def __init__(
        self,
        url: str,
        *,
        device: str = "degoog",
        transport: httpx.AsyncBaseTransport | None = None,
        time: Time | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._device = device
        self._transport = transport
        self._time = time or Time()

    async def start(self) -> Flow:
        """Begin Login Flow v2. Raises `Usage` where there is no Nextcloud."""
        try:
            async with self._open() as http:
                response = await http.post(f"{self.url}/index.php/login/v2")
        except httpx.TransportError as error:
            raise Unavailable(_("{url} does not answer. Run the same command again.").format(url=self.url)) from error
        match _json(response):
            case {"login": str(link), "poll": {"token": str(token), "endpoint": str(endpoint)}}:
                # A server behind a proxy may not know its own address; the token goes only where we were sent.
                near = urlsplit(endpoint).netloc == urlsplit(self.url).netloc and endpoint.startswith(self.url)
                return Flow(self.url, link, endpoint if near else f"{self.url}/index.php/login/v2/poll", token)
            case _other:
                raise Usage(_("There is no Nextcloud at {url}. Check the address.").format(url=self.url))

    async def poll(self, flow: Flow) -> Login | None:
        """Ask once whether the person has said yes; None while they have not."""
        try:
            async with self._open() as http:
                response = await http.post(flow.poll, data={"token": flow.token})
        except httpx.TransportError:
            return None  # it is asked again anyway
        match _json(response):
            case {"loginName": str(login), "appPassword": str(password)}:
                return Login(flow.url, login, Secret(password))
            case _other:
                return None

    async def wait(self, flow: Flow, *, sleep: Callable[[float], Awaitable[None]] | None = None) -> Login:
        """Wait until the person has said yes. Raises `Unavailable` when the link is no longer valid."""
        until = self._time.clock() + _VALID
        while self._time.clock() < until:
            if (login := await self.poll(flow)) is not None:
                return login
            await (sleep or self._time.sleep)(_EVERY)
        text = _("Nobody opened the link within twenty minutes. Run `degoog connect nextcloud` again for a new one.")
        raise Unavailable(text)

    async def exchange(self, login: str, password: Secret) -> Login:
        """Get an app password for a real one; one that is an app password already is given back as it is.

        Raises `Unavailable` for a wrong password, also where the account needs a second factor.
        """
        async with self._open(login) as http:
            url = f"{self.url}/ocs/v2.php/core/getapppassword"
            response = await http.get(url, headers=_OCS, auth=httpx.BasicAuth(login, password.reveal()))
        match response.status_code, _json(response):
            case 200, {"ocs": {"data": {"apppassword": str(given)}}}:
                return Login(self.url, login, Secret(given))
            case 403, _answer:
                return Login(self.url, login, password)
            case status, _answer:
                text = _("{url} gave no app password to {login} (status {status}). Check the address.")
                raise Usage(text.format(url=self.url, login=login, status=status))

    async def give_back(self, login: str, password: Secret) -> bool:
        """Have the server forget an app password; False where it is none. Whatever else the server can do is no matter.

        Raises `Unavailable` where it is refused, or the server does not answer.
        """
        try:
            async with self._open(login) as http:
                url = f"{self.url}/ocs/v2.php/core/apppassword"
                response = await http.delete(url, headers=_OCS, auth=httpx.BasicAuth(login, password.reveal()))
        except httpx.TransportError as error:
            raise Unavailable(_("{url} does not answer. Run the same command again.").format(url=self.url)) from error
        return response.status_code == httpx.codes.OK

    def _open(self, login: str = "") -> httpx.AsyncClient:
        return open_client(
            judge=Judge(self.url, login),
            pacing=Pacing(self._time),
            transport=self._transport,
            headers={**HEADERS, "User-Agent": self._device},
        )


async def give_back(
    url: str, login: str, password: Secret, *, transport: httpx.AsyncBaseTransport | None = None
) -> bool:
    """Have a server forget an app password; False where it is none. Raises `Unavailable` where it is refused."""
    return await Door(url, transport=transport).give_back(login, password)


async def revoke(client: Client) -> bool:
    """Have the server forget the app password the client works with; False where it is none."""
    code, _data = await client.ocs("DELETE", "/core/apppassword")
    return code == 200


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None
