"""What a stand-in was asked: a bounded log, and counters of everything, to test what was not done."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

_WRITES = frozenset({"PUT", "MKCOL", "MOVE", "COPY", "DELETE", "PROPPATCH", "PATCH", "POST"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; status 0 means that the connection was closed without an answer."""

    method: str
    path: str
    status: int
    login: str
    seconds: float


class RequestLog:
    """The last requests, newest last; iterate it or ask the counters."""

    def __init__(self, *, keep: int = 10_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._guard = threading.Lock()

    def note(self, entry: Entry, *, door: str) -> None:
        """Enter one request; `door` is the part of the server it came to."""
        with self._guard:
            self._entries.append(entry)
            self._counts[entry.method, door, entry.status] += 1

    def clear(self) -> None:
        """Forget all, counters too."""
        with self._guard:
            self._entries.clear()
            self._counts.clear()

    def __iter__(self) -> Iterator[Entry]:
        with self._guard:
            return iter(list(self._entries))

    def __len__(self) -> int:
        """All requests since the start or `clear`, those no longer kept included."""
        with self._guard:
            return self._counts.total()

    def count(self, method: str, *, door: str | None = None) -> int:
        """How many requests had that method (and came to that door)."""
        with self._guard:
            return sum(
                number for (m, d, _), number in self._counts.items() if m == method and (door is None or d == door)
            )

    def with_status(self, status: int) -> int:
        """How many requests were answered so."""
        with self._guard:
            return sum(number for (_, _, s), number in self._counts.items() if s == status)

    @property
    def writes(self) -> int:
        """How many DAV requests asked to change something, whatever came of it."""
        with self._guard:
            return sum(number for (m, d, _), number in self._counts.items() if m in _WRITES and d == "dav")
