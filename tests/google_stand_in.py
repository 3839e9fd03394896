"""The stand-in of Google for tests, every exchange with it judged by Google's own documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from degoog.sandbox.google import GoogleSandbox, World
from tests.google_documents import Judge


@contextmanager
def judged_google(world: World, **options: Any) -> Iterator[GoogleSandbox]:
    """A running stand-in; at the end, what Google's documents forbid in a request or an answer fails the test."""
    judge = Judge()
    with GoogleSandbox(world, witness=judge, **options) as google:
        yield google
    judge.verdict()
