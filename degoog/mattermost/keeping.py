"""A file of degoog's own, kept at the server: attached to a line the account that migrates writes to itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.mattermost import posts
from degoog.mattermost.client import Client
from degoog.mattermost.posts import There
from degoog.model import FailReason
from degoog.ports import Blob

_TRIES = 4  # of one that breaks


async def save(client: Client, name: str, blob: Blob) -> None:
    """Keep a file, replacing an earlier one of that name."""
    channel = await _own(client)
    before = [post async for post in _kept(client, channel, name)]
    file = await _sent(client, channel, name, blob)
    text = _("degoog keeps here what it moved where. Leave it: with it, a lost computer is no lost migration.")
    await client.do("POST", "/posts?set_online=false", {"channel_id": channel, "message": text, "file_ids": [file]})
    for post in before:
        await client.call("DELETE", f"/posts/{post.id}")


async def _sent(client: Client, channel: str, name: str, blob: Blob) -> str:
    """Send a file as it comes, for that of a large migration is large; gives its id."""
    where, broke = urlencode({"channel_id": channel, "filename": name}), 0
    while True:
        status: int = 0
        told: Any = None
        try:
            async with blob.open() as chunks:
                status, told = await client.send(f"/files?{where}", chunks, blob.size)
        except httpx.TransportError:
            pass
        if status == 201:
            return str(told["file_infos"][0]["id"])
        if 400 <= status < 500 and status != 429:
            raise Refused(FailReason.REJECTED, client.said("/files", status, told))
        broke += 1
        if broke == _TRIES:
            raise Unavailable(client.said("/files", status, told))
        await client.time.sleep(float(2**broke))


@asynccontextmanager
async def load(client: Client, name: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """Give the file. Raises `Refused` where there is none."""
    channel = await _own(client)
    async for post in _kept(client, channel, name):
        file = next(id_ for its, _size, id_ in post.files if its == name)
        async with client.download(f"/files/{file}") as chunks:
            yield chunks
        return
    raise Refused(FailReason.UNREADABLE, name)


async def _own(client: Client) -> str:
    made = await client.do("POST", "/channels/direct", [client.server.me, client.server.me])
    return str(made["id"])


async def _kept(client: Client, channel: str, name: str) -> AsyncIterator[There]:
    async for post in posts.newest_first(client, channel):
        if any(its == name for its, _size, _id in post.files):
            yield post
