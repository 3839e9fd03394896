"""Sessions on the server: who shows one need not be logged in again, which costs more than most requests do.

Measured on Nextcloud 32: PROPFIND 457 → 148 ms, PROPPATCH 599 → 228 ms, alternating on one busy machine. Only WebDAV is
asked this way: OCS takes a session for a browser's and wants the password confirmed (nextcloud.md §1), and a POST that
shows one is logged out first (apps/dav/lib/Connector/Sabre/Auth.php).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import CookieError, SimpleCookie

import httpx

# lib/base.php, performSameSiteCookieProtection: a session without these is answered with 412.
_COMPANIONS = ("nc_sameSiteCookielax", "nc_sameSiteCookiestrict")
# POST: see above. A session would have only so many calendars made in an hour
# (apps/dav/lib/CalDAV/Security/RateLimitingPlugin.php).
_ALONE = frozenset({"POST", "MKCALENDAR"})
_DOUBTFUL = frozenset({401, 403, 412})


class Session:
    """What the server wants to be shown again. A secret: it goes into a header and nowhere else."""

    __slots__ = ("_cookies", "_sound")

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        self._sound = False

    def header(self) -> dict[str, str]:
        """Give the header to send; none before the server has opened the session."""
        return (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())} if self._cookies else {}
        )

    def learn(self, response: httpx.Response) -> None:
        """Take what an answer sets. After one that may speak of the session itself it is not used again."""
        self._sound = response.status_code < 500 and response.status_code not in _DOUBTFUL
        for line in response.headers.get_list("set-cookie"):
            try:
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            except CookieError:
                self._sound = False

    @property
    def sound(self) -> bool:
        """Whether it may be shown again."""
        whole = all(any(name.endswith(companion) for name in self._cookies) for companion in _COMPANIONS)
        return self._sound and whole and "deleted" not in self._cookies.values()


class Sessions:
    """The sessions of one account, each in use by one request at a time: PHP has others wait for it."""

    def __init__(self) -> None:
        self._free: list[Session] = []

    @contextmanager
    def one(self, method: str) -> Iterator[Session]:
        """Lend a session for a request; one whose request broke, or was refused, is forgotten."""
        if method in _ALONE:
            yield Session()
            return
        session = self._free.pop() if self._free else Session()
        yield session
        if session.sound:
            self._free.append(session)
