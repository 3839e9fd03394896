"""A clock that only sleeping moves, and a server that is a function."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from degoog.http import Judge, Pacing, Time, open_client
from degoog.ports import Event


@dataclass
class Clock:
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def time(self) -> Time:
        return Time(clock=lambda: self.now, sleep=self.sleep, random=lambda: 1.0)


@dataclass
class Watcher:
    events: list[Event] = field(default_factory=list)

    def notify(self, event: Event) -> None:
        self.events.append(event)


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """A client whose server answers from a list: a status, a response, or an error to raise."""

    judge: Judge
    answers: list[int | httpx.Response | Exception]
    clock: Clock = field(default_factory=Clock)
    watcher: Watcher = field(default_factory=Watcher)
    requests: list[httpx.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    pacing: Pacing = field(init=False)

    def __post_init__(self) -> None:
        self.pacing = Pacing(self.clock.time)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, httpx.ConnectError):
            raise answer
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self.bodies.append(b"".join([piece async for piece in request.stream]))
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer) if isinstance(answer, int) else answer

    def open(self, **more) -> httpx.AsyncClient:
        return open_client(judge=self.judge, pacing=self.pacing, observer=self.watcher, transport=self, **more)
