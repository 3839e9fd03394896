"""A wire that can be cut: httpx's own transport, with a log and accidents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """Every request passes here: it is noted in `log`, and the first accident that is due for it happens, once."""

    log: list[tuple[str, str]] = field(default_factory=list)
    cuts: list[tuple[str, str, int]] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[str, str, int]] = field(default_factory=list)
    flips: list[tuple[str, str]] = field(default_factory=list)
    retold: list[tuple[str, str, str, str]] = field(default_factory=list)
    inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    def cut(self, method: str, part: str, after: int) -> None:
        """Break the connection of the next such request after so many bytes of its body."""
        self.cuts.append((method, part, after))

    def lose(self, method: str, part: str) -> None:
        """Let the next such request arrive, and lose its answer."""
        self.losses.append((method, part))

    def answer(self, method: str, part: str, status: int, times: int = 1) -> None:
        """Answer the next such requests ourselves; they never arrive."""
        self.answers += [(method, part, status)] * times

    def flip(self, method: str, part: str, times: int = 1) -> None:
        """Change one bit of the bodies of the next such requests."""
        self.flips += [(method, part)] * times

    def retell(self, method: str, part: str, old: str, new: str) -> None:
        """Change a word in the answer to the next such request."""
        self.retold.append((method, part, old, new))

    def sent(self, method: str, part: str = "") -> int:
        """How many such requests were made."""
        return sum(m == method and part in p for m, p in self.log)

    @property
    def writes(self) -> list[str]:
        """The methods of all requests that change something."""
        return [m for m, _p in self.log if m in {"PUT", "POST", "MOVE", "MKCOL", "DELETE", "PROPPATCH"}]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path
        self.log.append((method, path))
        if (due := self._due(self.answers, method, path)) is not None:
            return httpx.Response(due[2], request=request)
        if (due := self._due(self.cuts, method, path)) is not None:
            request.stream = Cut(request.stream, due[2])
        if self._due(self.flips, method, path) is not None:
            request.stream = Flipped(request.stream)
        response = await self.inner.handle_async_request(request)
        if self._due(self.losses, method, path) is not None:
            await response.aread()
            await response.aclose()
            raise httpx.ReadError("the answer was lost")
        if (due := self._due(self.retold, method, path)) is not None:
            body = (await response.aread()).replace(due[2].encode(), due[3].encode())
            await response.aclose()
            return httpx.Response(response.status_code, content=body, request=request)
        return response

    def _due(self, accidents, method, path):
        for accident in accidents:
            if accident[0] == method and accident[1] in path:
                accidents.remove(accident)
                return accident
        return None

    async def aclose(self) -> None:
        await self.inner.aclose()
        self.inner = httpx.AsyncHTTPTransport()


class Cut(httpx.AsyncByteStream):
    def __init__(self, stream, after: int) -> None:
        self._stream = stream
        self._after = after

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._after
        async for data in self._stream:
            yield data[:left]
            left -= len(data)
            if left <= 0:
                raise httpx.WriteError("the connection was cut")


class Flipped(httpx.AsyncByteStream):
    def __init__(self, stream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        first = True
        async for data in self._stream:
            yield bytes([data[0] ^ 1]) + data[1:] if first and data else data
            first = first and not data
