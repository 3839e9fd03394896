"""Channels at a Mattermost: a `ports.Target` for teams, people, channels and threads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from degoog.convert.names import Names, Rules
from degoog.convert.talk import Thread
from degoog.errors import Bodiless, Usage
from degoog.i18n import _
from degoog.mattermost import jobs, keeping, posts
from degoog.mattermost.batch import MattermostBatch
from degoog.mattermost.census import DIRECT, Census, members
from degoog.mattermost.client import Client
from degoog.mattermost.limits import Limits, Settings
from degoog.mattermost.threads import Tools
from degoog.model import FailReason, Item, Kind, Seen, Stage
from degoog.ports import Batch, Blob, Bytes, Naming

_NAMES = Names(Rules(characters="/", longest=200))


class MattermostChannels:
    """Everything degoog moves into one Mattermost. `limits`: what to do where the server's settings are too narrow."""

    fills_ahead = True  # for the engine: the server works on an import for minutes, and the next is made meanwhile

    def __init__(self, client: Client, *, limits: Limits = Limits.KEEP) -> None:
        self._client = client
        self._tools = Tools(client, Census(client), Settings(client, limits))
        self._inside = 0

    @property
    def address(self) -> str:
        """The server and the account, as people know them."""
        return f"{self._client.url} ({self._client.server.username})"

    @property
    def identity(self) -> str:
        """The server, whatever its address and whoever asks."""
        return f"mattermost:{self._client.server.identity}"

    @property
    def naming(self) -> Naming:
        """Names are the conversion's: these are only the ledger's."""
        return _NAMES

    @property
    def parallel(self) -> int:
        """A server imports one file at a time."""
        return 1

    @property
    def trash(self) -> None:
        """None: what was said stays, for those who read and answered it."""
        return

    @property
    def accounts(self) -> Census:
        """Who and what is there; what a conversion asks before it gives names."""
        return self._tools.census

    def touches(self, item: Item) -> frozenset[Stage]:
        """Channels get their members after their messages, and are left as they were found."""
        return frozenset({Stage.PROPERTIES, Stage.LAST} if item.kind is Kind.CHANNEL else ())

    def batch(self) -> Batch[Thread]:
        """Open a batch."""
        return MattermostBatch(self._tools)

    async def free(self) -> int | None:
        """Nobody can say."""
        return None

    async def list(self, path: str) -> AsyncIterator[Seen]:
        """Give the teams, what lies in a team, or the messages of a channel."""
        census = self._tools.census
        team, _slash, channel = path.partition("/")
        if not path:
            for group in census.teams.values():
                yield Seen(group.name, group.id, holder=True)
        elif not channel:
            async for seen in self._list_team(team):
                yield seen
        elif (known := await census.at(path)) is not None:
            async for post in posts.newest_first(self._client, known.id):
                if not post.notice:
                    yield Seen(
                        post.id, post.id, holder=False, etag=str(post.edited), digest=post.digest, piece=post.piece
                    )

    async def digest(self, path: str, algorithm: str) -> str:
        """Give `sha256:…` of what a person reads in a message, as the server holds it now."""
        found = await posts.by_id(self._client, [path.rpartition("/")[2]])
        return next((post.digest for post in found.values() if algorithm == "sha256"), "")

    def fetch(self, path: str) -> Bytes:
        """Messages have no bytes of their own: `digest` says all there is to say."""
        raise Bodiless(FailReason.UNREADABLE, path)

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep a file of degoog's own with the account that migrates: in its conversation with itself."""
        await self._tools.settings.need("FileSettings", "MaxFileSize", blob.size)
        await keeping.save(self._client, name, blob)

    def load_map(self, name: str) -> Bytes:
        """Read it back; raises `Refused` where there is none."""
        return keeping.load(self._client, name)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        self._inside += 1
        if self._inside > 1:
            return self
        try:
            self._may_import()
            await jobs.wait_for_others(self._client)
            await self._tools.settings.read()
            await self._tools.census.load()
        except BaseException:
            self._inside = 0
            await self._client.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside -= 1
        try:
            if not self._inside:
                await self._tools.settings.put_back()
        finally:
            await self._client.__aexit__(kind, error, trace)

    def _may_import(self) -> None:
        if not self._client.server.admin:
            text = _(
                "The account {login} of {url} may not import. To do: have it made a system administrator, or give "
                "degoog an access token of an account that is one."
            )
            raise Usage(text.format(login=self._client.server.username, url=self._client.url))

    async def _list_team(self, team: str) -> AsyncIterator[Seen]:
        census, group = self._tools.census, self._tools.census.teams.get(team)
        if group is None:
            return
        await census.load_channels()
        for channel in census.channels(team):
            yield Seen(channel.name, channel.id, holder=True)
        shown = set[str]()
        # Only who is in a conversation among a few can list it.
        for person in await members(self._client, f"/teams/{group.id}"):
            for channel in await self._client.get(f"/users/{person}/channels"):
                if not channel.get("team_id") and channel["id"] not in shown:
                    shown.add(channel["id"])
                    yield Seen(f"{DIRECT}{channel['id']}", str(channel["id"]), holder=True)
        for account in census.accounts.values():
            yield Seen(f"@{account.username}", account.id, holder=True)
