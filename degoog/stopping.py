"""Ctrl-C, or a polite kill: asked once, a run ends cleanly; asked twice, at once."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def interruptible(stopping: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
    """Give an event that Ctrl-C or a polite kill sets; the second one cancels what is in hand."""
    stop, loop, task = asyncio.Event(), asyncio.get_running_loop(), asyncio.current_task()

    def ask() -> None:
        if not stop.is_set():
            stop.set()
            stopping()
        elif task is not None:
            task.cancel()

    taken = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            loop.add_signal_handler(number, ask)
            taken.append(number)
    try:
        yield stop
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
