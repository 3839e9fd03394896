"""A Mattermost under test: a team of its own, eyes on what really lies there, and one way to move into it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from degoog.convert.talk import Channel, Person, Post, Team, Thread
from degoog.engine import Check, Road, Verified, migrate, plan, verify
from degoog.happenings import Compared
from degoog.http import Pacing, Time
from degoog.ledger import Balance, Ledger
from degoog.mattermost.client import Client
from degoog.mattermost.limits import Limits
from degoog.mattermost.target import MattermostChannels
from degoog.model import Held, Item, Kind, Ref
from degoog.ports import Event, Write
from degoog.sandbox.mattermost.server import TOKEN, MattermostSandbox
from degoog.secrets import Secret
from tests.mattermost.talking import Talk
from tests.memory import Killed

AT = datetime(2021, 3, 28, 2, 30, 0, 123000, tzinfo=UTC)  # when the first message of a drawn talk was said


_OURS = "degoog-test-"  # how teams and accounts of tests begin


def ref(id_: str) -> Ref:
    """A thing of the export."""
    return Ref("slack", id_)


class Dying(httpx.AsyncBaseTransport):
    """The wire of a process that dies when the n-th request has been answered, or just before it is sent."""

    def __init__(self, requests: int, *, answered: bool) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._left = requests
        self._answered = answered

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._left -= 1
        if self._left < 0 or (self._left == 0 and not self._answered):
            raise Killed
        response = await self._inner.handle_async_request(request)
        if self._left == 0:
            raise Killed
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class Chat:
    """A team on a server of which we are the administrator; `name` is unique, and so are its people's names."""

    url: str
    token: str
    sleep: Callable[[float], Any]
    enter: Callable[[str, str], str]  # logs an account in by its name and password; gives a session's token
    name: str = field(default_factory=lambda: f"{_OURS}{secrets.token_hex(4)}")

    # What people do and see without degoog

    def api(self, method: str, path: str, *, token: str = "", **given: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        answer = httpx.request(method, f"{self.url}/api/v4{path}", headers=headers, timeout=60, **given)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def account(self, name: str, *, password: str = "Lauze-2026-x") -> dict[str, Any]:
        body = {"username": self.username(name), "email": f"{self.username(name)}@lauze.example", "password": password}
        return dict(self.api("POST", "/users", json=body))

    def username(self, name: str) -> str:
        return f"{self.name}.{name}"

    def team(self) -> dict[str, Any]:
        return dict(self.api("GET", f"/teams/name/{self.name}"))

    def channel(self, name: str) -> dict[str, Any]:
        return dict(self.api("GET", f"/teams/{self.team()['id']}/channels/name/{quote(name)}?include_deleted=true"))

    def posts(self, name: str) -> list[dict[str, Any]]:
        """A channel's posts, the oldest first."""
        listed = self.api("GET", f"/channels/{self.channel(name)['id']}/posts?per_page=200")
        return sorted((listed["posts"][id_] for id_ in listed["order"]), key=lambda post: int(post["create_at"]))

    def said(self, name: str) -> list[str]:
        return [post["message"] for post in self.posts(name)]

    def seen(self, name: str) -> dict[str, int]:
        """How many posts each of a channel's members has seen."""
        listed = self.api("GET", f"/channels/{self.channel(name)['id']}/members?per_page=200")
        return {member["user_id"]: member["msg_count"] for member in listed}

    def user(self, name: str) -> dict[str, Any]:
        return dict(self.api("GET", f"/users/username/{self.username(name)}"))

    def leave(self) -> None:
        """Switch off the accounts of this team and archive it: a Team Edition counts who is active, to 250."""
        self._remove(self.name)

    def sweep(self) -> None:
        """Do the same with what runs left that were killed."""
        self._remove(_OURS)

    def _remove(self, prefix: str) -> None:
        page = 0
        found: list[dict[str, Any]] = []
        while told := self.api("GET", f"/users?active=true&per_page=200&page={page}"):
            found += [one for one in told if one["username"].startswith(prefix)]
            page += 1
        for one in found:
            bot = one.get("is_bot")
            self.api("POST" if bot else "DELETE", f"/bots/{one['id']}/disable" if bot else f"/users/{one['id']}")
        for team in self.api("POST", "/teams/search", json={"term": prefix}):
            if team["name"].startswith(prefix):
                self.api("DELETE", f"/teams/{team['id']}")

    # What an export of this team holds

    def things(self, *channels: Channel, people: tuple[str, ...] = ("anna", "bob", "zoe")) -> list[Any]:
        return [Team(ref(f"{self.name}/T"), self.name, "Les Jardins de la Lauze"), *map(self.person, people), *channels]

    def person(self, name: str, **more: Any) -> Person:
        given = {"email": f"{self.username(name)}@lauze.example", "first_name": name.title(), **more}
        return Person(ref(f"{self.name}/{name}"), self.username(name), **given)

    def room(self, name: str, *members: str, **more: Any) -> Channel:
        inside = tuple(self.username(one) for one in members or ("anna", "bob"))
        given = {"team": self.name, "display_name": name.title(), **more}
        return Channel(ref(f"{self.name}/{name}"), given.pop("team"), name, members=inside, **given)

    def talk(self, room: Channel, root: Post, *replies: Post) -> Write[Thread]:
        thread = Thread(room.ref, root, replies)
        return Write(Item(root.ref, room.ref, Kind.MESSAGE, "", 1), None, thread)  # type: ignore[arg-type]

    # Moving

    def target(self, *, limits: Limits = Limits.RAISE, wire: httpx.AsyncBaseTransport | None = None):
        pacing = Pacing(Time(sleep=self.sleep))
        return MattermostChannels(Client(self.url, Secret(self.token), pacing=pacing, transport=wire), limits=limits)


@dataclass
class Mover:
    """A workspace that moves an export into a chat."""

    chat: Chat
    path: Path
    events: list[Event] = field(default_factory=list)

    def notify(self, event: Event) -> None:
        self.events.append(event)

    def move(
        self, things: list[Any], talks: list[Write[Thread]], *, wire: httpx.AsyncBaseTransport | None = None,
        limits: Limits = Limits.RAISE,
    ) -> Balance:  # fmt: skip
        source, target = Talk(things, talks), self.chat.target(wire=wire, limits=limits)
        source.account = self.chat.name

        async def go(ledger: Ledger) -> Balance:
            async with target:
                lane = ledger.lane(
                    road="channels", source=source.account, address=target.address, identity=target.identity
                )
                run = ledger.begin("migrate", "channels")
                await plan(source, lane, target.naming, run=run, observer=self)
                road = Road(source, target, lambda _item, value: (value, ()), lane)
                await migrate(road, run=run, observer=self, sleep=self.chat.sleep)
                ledger.end(run, exit_code=0)
                return lane.balance(run)

        with Ledger(self.path) as ledger:
            return asyncio.run(go(ledger))

    def verify(self, check: Check = Check.LIST) -> Verified:
        target = self.chat.target()

        async def go(ledger: Ledger) -> Verified:
            async with target:
                return await verify(target, ledger.lanes("channels")[0], observer=self, check=check)

        with Ledger(self.path) as ledger:
            return asyncio.run(go(ledger))

    def compared(self) -> dict[str, tuple[Held, Held]]:
        """What the last `verify` counted, by channel."""
        told = [event for event in self.events if isinstance(event, Compared)]
        return {event.path.rpartition("/")[2]: (event.arrived, event.there) for event in told}

    def rows(self, columns: str) -> list[Any]:
        with Ledger(self.path) as ledger:
            return ledger.connection.execute(f"SELECT {columns} FROM item ORDER BY ref").fetchall()

    def losses(self) -> set[tuple[str, str]]:
        with Ledger(self.path) as ledger:
            sql = "SELECT kind, detail FROM loss"
            return set(ledger.connection.execute(sql))


def real(address: str) -> Chat:
    """Log in to the server that the environment names."""
    parts = urlsplit(address)
    url = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def enter(login: str, password: str) -> str:
        answer = httpx.post(f"{url}/api/v4/users/login", json={"login_id": login, "password": password})
        assert answer.status_code == 200, answer.text
        return str(answer.headers["token"])

    return Chat(url, enter(unquote(parts.username or ""), unquote(parts.password or "")), asyncio.sleep, enter)


def stand_in(server: MattermostSandbox) -> Chat:
    """Give the stand-in, which is never waited for."""

    def enter(login: str, password: str) -> str:
        (account,) = [one for one in server.world.users.values() if (one.username, one.password) == (login, password)]
        server.tokens[account.id] = account
        return account.id

    return Chat(server.url, TOKEN, no_sleep, enter)


async def no_sleep(_seconds: float) -> None:
    """The stand-in is never waited for."""


def post(chat: Chat, number: int, text: str, who: str = "anna", **more) -> Post:
    """The number-th message of an export, that many seconds after the first."""
    given = {"at": AT + timedelta(seconds=number), **more}
    return Post(ref(f"{chat.name}/m/{number}"), chat.username(who), text=text, **given)
