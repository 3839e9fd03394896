"""Calendars, task lists or address books of one account as a target: Nextcloud's, or any CalDAV server's."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import httpx

from degoog.convert.names import Names, Rules
from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.model import FailReason, Item, Seen, Stage
from degoog.nextcloud import dav
from degoog.nextcloud.agenda_batch import AgendaBatch
from degoog.nextcloud.agenda_door import Door
from degoog.nextcloud.agenda_trash import AgendaTrash
from degoog.nextcloud.client import Client
from degoog.nextcloud.files import NextcloudFiles
from degoog.ports import Blob, Bytes, Target

# The uri is a varchar of 255 (nextcloud.md §7); numbers beside need room.
NAMING = Names(Rules(characters='/\\\0?#%:"<>|*', longest=200, trimmed=" "))


class Agendas:
    """See `ports.Target`. A holder is a collection, what lies in it one object each; `door` is entered already.

    `files` keeps the maps: a server of calendars has no place for them.
    """

    parallel = 4
    naming = NAMING

    def __init__(self, door: Door, files: Target[Blob], *, address: str, identity: str) -> None:
        self._door = door
        self._files = files
        self.address = address
        self.identity = identity
        self._trash: AgendaTrash | None = None

    @property
    def trash(self) -> AgendaTrash:
        """How the server gives things up."""
        if self._trash is None:
            self._trash = AgendaTrash(self._door)
        return self._trash

    def touches(self, item: Item) -> frozenset[Stage]:  # noqa: ARG002 - a port's signature
        """Nothing: an object is written whole."""
        return frozenset()

    def batch(self) -> AgendaBatch:
        """Open a batch."""
        return AgendaBatch(self._door, self.naming)

    async def free(self) -> int | None:
        """Nobody knows: calendars count against no quota."""
        return None

    async def list(self, path: str) -> AsyncIterator[Seen]:
        """List the collections of this kind, or what lies in one. Nextcloud's etags are no proof by themselves."""
        try:
            async for one in self._door.list(path):
                yield Seen(one.name, one.name, one.holder, one.size, one.etag)
        except (dav.Fault, httpx.TransportError) as error:
            raise _silent(error) from error

    async def digest(self, path: str, algorithm: str) -> str:
        """Read it back and hash it: a server's etag may be older than a damage."""
        try:
            stored = await self._door.get(path)
        except (dav.Fault, httpx.TransportError) as error:
            raise _silent(error) from error
        if stored is None or algorithm not in hashlib.algorithms_available:
            return ""
        return f"{algorithm}:{hashlib.new(algorithm, stored.data, usedforsecurity=False).hexdigest()}"

    def fetch(self, path: str) -> Bytes:
        """Download an object. Raises `Refused` where there is none."""
        return self._fetch(path)

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep one of degoog's own files among the account's files."""
        await self._files.save_map(name, blob)

    def load_map(self, name: str) -> Bytes:
        """Read it back."""
        return self._files.load_map(name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @asynccontextmanager
    async def _fetch(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        stored = await self._door.get(path)
        if stored is None:
            raise Refused(FailReason.UNREADABLE, path)
        yield _once(stored.data)


class NextcloudAgendas(Agendas):
    """The same on a Nextcloud: `component` is `VEVENT`, `VTODO` or `VCARD`. Usable once entered."""

    def __init__(self, client: Client, *, component: str) -> None:
        self._client = client
        self._component = component

    async def __aenter__(self) -> Self:
        """Enter the client; raises what it raises."""
        await self._client.__aenter__()
        client, user = self._client, self._client.server.user
        try:
            files = await NextcloudFiles(client, into="/").__aenter__()
        except BaseException:
            await client.__aexit__(None, None, None)
            raise
        home = client.books() if self._component == "VCARD" else client.calendars()
        kind = {"VEVENT": "calendars", "VTODO": "tasks", "VCARD": "contacts"}[self._component]
        super().__init__(
            Door(client, home, component=self._component),
            files,
            address=f"{client.url} ({user})",
            identity=f"nextcloud:{client.server.instance}:{user}:{kind}",
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._files.__aexit__(kind, error, trace)
        await self._client.__aexit__(kind, error, trace)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _silent(error: Exception) -> Unavailable:
    text = _("Nextcloud did not answer as it should ({why}). Nothing is lost; run the same command again.")
    return Unavailable(text.format(why=str(error) or type(error).__name__))
