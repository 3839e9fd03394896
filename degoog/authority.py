"""An authority of the servers' own, trusted for them and for nobody else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection
from pathlib import Path
from weakref import WeakKeyDictionary

import httpx

FILE = "authority.pem"  # in the workspace's own folder, put there by `degoog provision`
_LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=16)


class Trusting(httpx.AsyncBaseTransport):
    """The usual way out, but the workspace's own servers may show a certificate of their own authority.

    Its certificates count for `hosts` only: whoever holds the authority's key must not pass for anybody else. One may
    serve several clients at once, so a client that closes it leaves its connections to the others.
    """

    def __init__(self, authority: Path, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)
        self._trust = httpx.create_ssl_context()
        self._trust.load_verify_locations(cafile=authority)
        self._ways: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, httpx.AsyncHTTPTransport]] = (
            WeakKeyDictionary()
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request the way its host is to be trusted."""
        ours = request.url.host in self._hosts
        ways = self._ways.setdefault(asyncio.get_running_loop(), {})
        if ours not in ways:
            verify: ssl.SSLContext | bool = self._trust if ours else True
            ways[ours] = httpx.AsyncHTTPTransport(verify=verify, limits=_LIMITS)
        return await ways[ours].handle_async_request(request)
