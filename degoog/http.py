"""httpx transports: patience (retry), one rhythm a host (pacing), redacted logging.

`open_client` is the door. A service passes a judge, which knows what its server's answers mean; everything else
about waiting is decided here.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import random
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from degoog.errors import Unavailable, Usage
from degoog.happenings import Waiting
from degoog.i18n import _
from degoog.ports import Observer

log = logging.getLogger("degoog.http")

# RFC 9110 §9.2.2, and the WebDAV methods that are idempotent (RFC 4918 §9; PROPPATCH sets what it says).
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "REPORT", "SEARCH"})
CONNECT = 10.0
TIMEOUT = httpx.Timeout(300.0, connect=CONNECT, pool=None)
_ATTEMPTS = 8  # 1 + 2 + 4 + … + 60 s: about two minutes of patience
_FIRST_ATTEMPTS = 3  # who never answered is stopped, or misspelt: three seconds
_LONGEST_WAIT = 900.0  # who asks for more has closed for today


@dataclass(frozen=True, slots=True)
class Again:
    """A verdict: not now, ask again.

    `why` is for the person who waits, in their language. `after` is in seconds, None leaves it to patience.
    `refused`: the server did nothing with the request, so any whose body is at hand may be repeated.
    `everyone`: other requests to this host should wait too. `times` bounds the repeats below what patience allows.
    `spent` is the text of the `Unavailable` raised when patience ends; empty gives the answer back instead.
    """

    why: str
    after: float | None = None
    refused: bool = False
    everyone: bool = True
    times: int = _ATTEMPTS
    spent: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A verdict: this service is over for this run; its text is the `Unavailable` of this and every later request."""

    message: str


# None gives the answer back: fine, or the caller's business. Error answers are read before they are judged.
Verdict = Again | Stop | None
Judge = Callable[[httpx.Response], Verdict]


@dataclass(frozen=True, slots=True)
class Time:
    """Where waiting comes from, so that tests need not wait."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random


class Kept:
    """A body held in memory in pieces, which can be sent again; pass it as `content` with `headers()`."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self.length = sum(map(len, pieces))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


# `extensions=KEPT` tells that a body that is not plain bytes can be read again;
# `extensions=REPEATABLE` that the caller recognises what an earlier try of the same request did.
KEPT = {"degoog_kept": True}
REPEATABLE = {"degoog_repeatable": True}


def until(moment: float) -> dict[str, float]:
    """Give the `extensions` of a request that must leave before a moment; later it raises `httpx.ConnectTimeout`."""
    return {"degoog_until": moment}


@dataclass(slots=True)
class _Rhythm:
    next: float = 0.0
    gap: float = 0.0
    slowed: float = -1.0
    answered: bool = False


@dataclass
class Pacing:
    """When the next request to each host may leave; share one between all clients of a run.

    `every` is the least time between two requests that a service asks for, in seconds. An answer that asks for
    patience closes the host for everyone and doubles the gap between requests; each good answer shortens it a little.
    """

    time: Time = field(default_factory=Time)
    every: float = 0.0
    _hosts: dict[str, _Rhythm] = field(default_factory=dict)

    async def turn(self, host: str) -> None:
        """Wait for one's turn."""
        rhythm = self._of(host)
        while (wait := rhythm.next - self.time.clock()) > 0:
            await self.time.sleep(wait)
        rhythm.next = self.time.clock() + rhythm.gap

    def slow(self, host: str, seconds: float, *, left: float) -> None:
        """Close the host for some seconds; requests that left before it last slowed do not slow it twice."""
        rhythm, now = self._of(host), self.time.clock()
        rhythm.next = max(rhythm.next, now + seconds)
        if left >= rhythm.slowed:
            rhythm.gap = min(10.0, max(0.1, rhythm.gap * 2))
            rhythm.slowed = now

    def ease(self, host: str) -> None:
        """Note a good answer."""
        rhythm = self._of(host)
        if rhythm.gap > self.every:
            rhythm.gap = rhythm.gap * 0.95 if rhythm.gap > self.every + 0.01 else self.every

    def answered(self, host: str) -> None:
        """Note that a host is there."""
        self._of(host).answered = True

    def known(self, host: str) -> bool:
        """Tell whether a host ever answered in this run."""
        return self._of(host).answered

    def gap(self, host: str) -> float:
        """Tell the present time between two requests to a host, in seconds."""
        return self._of(host).gap

    def _of(self, host: str) -> _Rhythm:
        return self._hosts.setdefault(host, _Rhythm(gap=self.every))


class Patience(httpx.AsyncBaseTransport):
    """Sends each request when it is its turn, and again where that is safe and the judge or the network asks for it.

    Raises `Unavailable` where the judge says stop or a server cannot be reached, `Usage` for a certificate that
    cannot be trusted, and httpx's own `TransportError` where a request broke that cannot be repeated.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, judge: Judge, pacing: Pacing, time: Time, observer: Observer | None
    ) -> None:
        self._inner = inner
        self._judge = judge
        self._pacing = pacing
        self._time = time
        self._observer = observer
        self._stopped = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer is one the judge gave back."""
        if "transfer-encoding" in request.headers:
            # nextcloud.md §2: a body sent in chunks is stored as an empty file and answered with 201.
            raise ValueError("a streamed body needs a Content-Length")
        host = request.url.host
        tries = 0
        while True:
            await self._pacing.turn(host)
            if self._stopped:
                raise Unavailable(self._stopped)
            left = self._time.clock()
            if left > request.extensions.get("degoog_until", left):
                raise httpx.ConnectTimeout("too late", request=request)
            tries += 1
            try:
                response = await self._send(request, left)
            except httpx.TransportError as error:
                wait = self._after_error(request, error, tries)
            else:
                self._pacing.answered(host)
                match self._judge(response):
                    case None:
                        self._pacing.ease(host)
                        return response
                    case Stop(message):
                        self._stopped = message
                        raise Unavailable(message)
                    case Again() as again:
                        waited = self._after_answer(request, response, again, tries, left)
                        if waited is None:
                            return response
                        wait = waited
            await self._time.sleep(wait)

    async def _send(self, request: httpx.Request, left: float) -> httpx.Response:
        status = "-"
        try:
            response = await self._inner.handle_async_request(request)
            response.request = request
            status = str(response.status_code)
            if response.is_error:
                await response.aread()
            return response
        finally:
            # The path only: a query may hold a token, and headers and bodies do.
            spent = (self._time.clock() - left) * 1000
            log.info("%s %s %s %s %.0f ms", request.method, request.url.host, request.url.path, status, spent)

    def _after_error(self, request: httpx.Request, error: httpx.TransportError, tries: int) -> float:
        host = request.url.host
        if (why := _distrust(error)) is not None:
            text = _("The certificate of {host} cannot be trusted: {why}. Check the address, or have it mended.")
            raise Usage(text.format(host=host, why=why)) from error
        never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        log.info("%s %s: %s", request.method, host, type(error).__name__)
        silent = tries >= _FIRST_ATTEMPTS or isinstance(error, httpx.ConnectTimeout)
        if never_left and silent and not self._pacing.known(host):
            raise Unavailable(_nobody(host, error)) from error
        if tries >= _ATTEMPTS:
            text = _("{host} does not answer. Nothing is lost; run the same command again to resume.")
            raise Unavailable(text.format(host=host)) from error
        if not never_left and not (_kept(request) and _repeatable(request)):
            raise error
        return self._announce(host, self._backoff(tries), _("{host} does not answer").format(host=host))

    def _after_answer(
        self, request: httpx.Request, response: httpx.Response, again: Again, tries: int, left: float
    ) -> float | None:
        host = request.url.host
        after = again.after if again.after is not None else retry_after(response)
        wait = self._backoff(tries) if after is None else after
        if again.everyone:
            self._pacing.slow(host, wait if after is not None else 0.0, left=left)
        too_long = wait > _LONGEST_WAIT
        spent = tries >= min(_ATTEMPTS, again.times + 1)
        if too_long or (spent and again.spent):
            raise Unavailable(again.spent or _("{why}. Run the same command later to resume.").format(why=again.why))
        if spent or not (_kept(request) and (again.refused or _repeatable(request))):
            return None
        return self._announce(host, wait, again.why)

    def _backoff(self, tries: int) -> float:
        return min(60.0, 2.0 ** (tries - 1)) * (0.5 + self._time.random() / 2)

    def _announce(self, host: str, seconds: float, why: str) -> float:
        if self._observer is not None and seconds >= 1:
            self._observer.notify(Waiting(host, seconds, why))
        return seconds

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def open_client(
    *,
    judge: Judge,
    pacing: Pacing,
    observer: Observer | None = None,
    time: Time | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
    timeout: httpx.Timeout = TIMEOUT,
) -> httpx.AsyncClient:
    """Give a client that is patient, keeps no cookies, follows no redirects and logs no secret; close it after use."""
    for name in ("httpx", "httpcore"):  # they write whole addresses, with their queries, and headers
        logging.getLogger(name).setLevel(logging.WARNING)
    inner = transport or httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=64, max_keepalive_connections=16))
    return httpx.AsyncClient(
        transport=Patience(inner, judge=judge, pacing=pacing, time=time or pacing.time, observer=observer),
        base_url=base_url,
        headers=headers,
        auth=auth,
        timeout=timeout,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


def retry_after(response: httpx.Response) -> float | None:
    """Read `Retry-After` (RFC 9110 §10.2.3) in seconds; None where there is none or it makes no sense."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _kept(request: httpx.Request) -> bool:
    return isinstance(request.stream, httpx.ByteStream) or "degoog_kept" in request.extensions


def _repeatable(request: httpx.Request) -> bool:
    return request.method in IDEMPOTENT or "degoog_repeatable" in request.extensions


def _nobody(host: str, error: BaseException | None) -> str:
    """Say that nobody is there, and whether that is for want of a name."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            text = _(
                "There is no server named {host}, or this computer is not connected to the internet. Nothing is lost. "
                "To do: check how the address is spelt, then run the same command again."
            )
            return text.format(host=host)
        error = error.__cause__ or error.__context__
    text = _(
        "Nothing answers at {host}. Nothing is lost. To do: check the address, and that the server is running, "
        "then run the same command again."
    )
    return text.format(host=host)


def _distrust(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None
