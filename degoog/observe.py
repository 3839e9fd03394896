"""Who watches a run: nobody, a program that reads JSON lines, or a person who reads progress bars."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import datetime
from types import TracebackType
from typing import TextIO, assert_never

from tqdm import tqdm

from degoog import nouns, wording
from degoog.happenings import Begun, Compared, Counted, Done, Transferred, Waiting
from degoog.i18n import _, n_
from degoog.model import Held
from degoog.ports import Event

Clock = Callable[[], float]


class Watcher(AbstractContextManager["Watcher"]):
    """An observer that is opened and closed around a run; this one watches nothing."""

    def notify(self, event: Event) -> None:
        """Take note."""

    def close(self) -> None:
        """Leave the screen as it should stay."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Silent(Watcher):
    """Nobody watches."""


class Several(Watcher):
    """Several watch at once."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    def notify(self, event: Event) -> None:
        """Tell them all."""
        for watcher in self._watchers:
            watcher.notify(event)

    def close(self) -> None:
        """Close them all."""
        for watcher in self._watchers:
            watcher.close()


class JsonLines(Watcher):
    """One JSON object a line, for programs; docs/json.md describes each field.

    Items of a walk and bytes are told at most once a second, outcomes and waits always.
    """

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._bytes = 0
        self._told = float("-inf")

    def notify(self, event: Event) -> None:
        """Write a line where there is something new to say."""
        match event:
            case Counted():
                self._seldom({"event": "counted", "items": event.items})
            case Begun():
                stage = event.stage.name.lower()
                self._write({"event": "begun", "stage": stage, "items": event.items, "bytes": event.bytes})
            case Transferred():
                self._bytes += event.bytes
                self._seldom({"event": "transferred", "bytes": self._bytes})
            case Done():
                self._write(
                    {
                        "event": "done",
                        "ref": str(event.item.ref),
                        "path": event.item.path or event.item.name,
                        "stage": event.stage.name.lower(),
                        "outcome": event.outcome.value,
                        "reason": event.reason,
                        "detail": event.detail,
                    }
                )
            case Compared():
                held = {"arrived": _held(event.arrived), "there": _held(event.there)}
                self._write({"event": "compared", "path": event.path, **held})
            case Waiting():
                seconds = round(event.seconds, 1)
                self._write({"event": "waiting", "host": event.host, "seconds": seconds, "why": event.why})
            case _:
                assert_never(event)

    def _seldom(self, line: Mapping[str, object]) -> None:
        if self._clock() - self._told >= 1:
            self._told = self._clock()
            self._write(line)

    def _write(self, line: Mapping[str, object]) -> None:
        self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._stream.flush()


def _held(held: Held) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(held).items()}


_AN_ITEM = 256 * 1024  # bytes that pass in about the time that a small file takes besides


class Progress:
    """How far a stage is, and how long it will still take, judged by bytes and by items, whichever says longer.

    The pace is that of the last two minutes, so that it follows a server that slows down or recovers. While nothing
    has its outcome yet, as in a first large file, only the bytes tell.
    """

    def __init__(self, begun: Begun, *, now: float) -> None:
        self.road = begun.road
        self.stage = begun.stage
        self.items = begun.items
        self.bytes = begun.bytes
        self.done = 0
        self._settled = 0
        self._passed = 0
        self._seen: deque[tuple[float, int, int]] = deque([(now, 0, 0)])

    def take(self, event: Transferred | Done) -> None:
        """Count one event."""
        if isinstance(event, Transferred):
            self._passed += event.bytes
        elif event.stage is self.stage:
            self.done += 1
            self._settled += event.item.size or 0

    @property
    def done_bytes(self) -> int:
        """Bytes that arrived or are on their way, never more than there are."""
        return min(self.bytes, max(self._settled, self._passed, 0))

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1: each item counts as its bytes and as many as could pass meanwhile."""
        whole = self.bytes + self.items * _AN_ITEM
        share = (self.done_bytes + self.done * _AN_ITEM) / whole if whole else 1.0
        return min(1.0 if self.done >= self.items else 0.99, share)

    def seconds_left(self, now: float) -> float | None:
        """Estimate what is left, None while it would only be a guess."""
        self._seen.append((now, self.done, self.done_bytes))
        while len(self._seen) > 2 and now - self._seen[1][0] > 120:
            self._seen.popleft()
        then, items, size = self._seen[0]
        if now - then < 5:
            return None
        left = [
            _time_for(self.items - self.done, self.done - items, now - then),
            _time_for(self.bytes - self.done_bytes, self.done_bytes - size, now - then),
        ]
        known = [seconds for seconds in left if seconds is not None]
        # Bytes that stand still while items have their outcome (empty files, or what only moves) tell nothing; the
        # last items may still need their time when all bytes have passed.
        return max(known) if any(known) else None


def _time_for(left: int, passed: int, seconds: float) -> float | None:
    if left <= 0:
        return 0.0
    return left * seconds / passed if passed > 0 else None


def _sentence(progress: Progress, now: float) -> str:
    """Say where a stage is: `3 412 fichiers sur 8 431 · 5,2 Go sur 12,4 Go · encore 1 h 10 environ`."""
    parts = [nouns.so_far(progress.road, progress.stage, progress.done, progress.items)]
    if progress.bytes:
        sizes = _("{done} of {total}")
        parts.append(sizes.format(done=wording.size(progress.done_bytes), total=wording.size(progress.bytes)))
    left = progress.seconds_left(now)
    if left is not None and progress.done < progress.items:
        parts.append(wording.remaining(left))
    return " · ".join(parts)


def _patience(event: Waiting) -> str:
    why = event.why or _("{host} asks to slow down").format(host=_known_as(event.host))
    return _("{why}: going on in {time}").format(why=why, time=wording.duration(event.seconds))


def _known_as(host: str) -> str:
    for part, name in (("google", "Google"), ("slack", "Slack")):
        if part in host:
            return name
    return host


class _Line(tqdm):  # type: ignore[type-arg]  # it iterates over nothing
    """One line of the screen, drawn only when told to."""

    monitor_interval = 0


_COUNTING = "{desc}"
_MEASURED = "{desc} |{bar}| {percentage:3.0f} %"


class Bars(Watcher):
    """Progress for a person, on a terminal: a bar, its figures beneath, and what is being waited for."""

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        self._clock = clock
        self._stream = stream
        self._progress: Progress | None = None
        self._wait: tuple[Waiting, float] | None = None
        self._counted = 0
        self._drawn = float("-inf")
        self._bar, self._figures, self._patience = (
            _Line(total=1.0, file=stream, position=at, leave=False, bar_format=shape, dynamic_ncols=True, mininterval=0)
            for at, shape in enumerate((_COUNTING, "{desc}", "{desc}"))
        )

    def notify(self, event: Event) -> None:
        """Take note, and draw at most twice a second."""
        now = self._clock()
        match event:
            case Counted():
                self._counted = event.items
            case Begun():
                self._progress = Progress(event, now=now) if event.items else None
                self._drawn = float("-inf")
            case Transferred() | Done():
                if self._progress:
                    self._progress.take(event)
            case Compared():
                pass  # said at the end, of all of them
            case Waiting():
                self._wait = (event, now + event.seconds)
                self._drawn = float("-inf")
            case _:
                assert_never(event)
        if now - self._drawn >= 0.5:
            self._drawn = now
            self._draw(now)

    def _draw(self, now: float) -> None:
        if self._progress is not None:
            self._bar.bar_format = _MEASURED
            self._bar.n = self._progress.fraction
            self._bar.set_description_str(nouns.stage(self._progress.road, self._progress.stage), refresh=False)
            self._figures.set_description_str(_sentence(self._progress, now), refresh=False)
        elif self._counted:
            self._bar.set_description_str(_counting(self._counted), refresh=False)
        waiting = self._wait is not None and now < self._wait[1]
        text = _patience(replace(self._wait[0], seconds=self._wait[1] - now)) if self._wait and waiting else ""
        self._patience.set_description_str(text, refresh=False)
        for line in (self._bar, self._figures, self._patience):
            line.refresh()

    def close(self) -> None:
        """Take the bars away: what they said is said again by the closing statement."""
        for line in (self._patience, self._figures, self._bar):
            line.close()


class Lines(Watcher):
    """Progress for a person without a terminal: a line every 30 seconds."""

    EVERY = 30.0

    def __init__(self, stream: TextIO, *, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._progress: Progress | None = None
        self._told = clock()

    def notify(self, event: Event) -> None:
        """Take note, and write a line when it is time."""
        now = self._clock()
        match event:
            case Counted():
                self._maybe(now, lambda: _counting(event.items))
            case Begun():
                self._progress = Progress(event, now=now) if event.items else None
            case Transferred() | Done():
                if (progress := self._progress) is not None:
                    progress.take(event)
                    self._maybe(
                        now, lambda: f"{nouns.stage(progress.road, progress.stage)} · {_sentence(progress, now)}"
                    )
            case Compared():
                pass
            case Waiting():
                self._maybe(now, lambda: _patience(event))
            case _:
                assert_never(event)

    def _maybe(self, now: float, text: Callable[[], str]) -> None:
        if now - self._told >= self.EVERY:
            self._told = now
            self._stream.write(text() + "\n")
            self._stream.flush()


def _counting(items: int) -> str:
    return n_(
        "Looking through the source: {items} item found", "Looking through the source: {items} items found", items
    ).format(items=wording.count(items))


class Steps(AbstractContextManager["Steps"]):
    """How far something is that is done step by step: a bar on a terminal, else a line for each new step.

    Without a stream it says nothing.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._said = ""
        self._bar = (
            _Line(total=1.0, file=stream, leave=False, bar_format=_MEASURED, dynamic_ncols=True, mininterval=0)
            if stream is not None and stream.isatty()
            else None
        )

    def tell(self, step: str, done: int, total: int) -> None:
        """Say which step is being taken, and how much is done of all there is."""
        if self._bar is not None:
            self._bar.n = done / total if total else 0.0
            self._bar.set_description_str(step, refresh=False)
            self._bar.refresh()
        elif self._stream is not None and step != self._said:
            self._stream.write(step + "\n")
            self._stream.flush()
        self._said = step

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def progress(stream: TextIO, *, clock: Clock, environ: Mapping[str, str]) -> Watcher:
    """Give what suits a stream: bars on a terminal that can move its cursor, else a line now and then."""
    able = os.name == "nt" or environ.get("TERM", "") not in {"", "dumb"}
    return Bars(stream, clock=clock) if able and stream.isatty() else Lines(stream, clock=clock)
