"""What files hold: bytes drawn when they are asked for, so that a hundred thousand files cost nothing to draw."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Maker = Callable[[Random, str, int], bytes]
"""Draws a file's content from its own randomness, its title and about the size wanted."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The three checksums Drive tells, in hexadecimal."""

    md5: str
    sha1: str
    sha256: str


class Content:
    """Bytes that can be had again and again, and what is told of them. Drawn at first need; kept only when small."""

    __slots__ = ("_draw", "_kept", "_size", "_sums")

    def __init__(self, draw: Callable[[], bytes], *, size: int | None = None) -> None:
        self._draw = draw
        self._size = size
        self._sums: Sums | None = None
        self._kept: bytes | None = None

    def read(self) -> bytes:
        """All the bytes, the same each time."""
        if self._kept is not None:
            return self._kept
        data = self._draw()
        if self._size is None and len(data) <= 1 << 20:
            self._kept = data
        return data

    @property
    def size(self) -> int:
        """How many bytes there are; known without drawing them where it was given."""
        if self._size is None:
            self._size = len(self.read())
        return self._size

    @property
    def sums(self) -> Sums:
        """The checksums of the bytes."""
        if self._sums is None:
            data = self.read()
            self._sums = Sums(
                hashlib.md5(data, usedforsecurity=False).hexdigest(),
                hashlib.sha1(data, usedforsecurity=False).hexdigest(),
                hashlib.sha256(data).hexdigest(),
            )
        return self._sums


def fixed(data: bytes) -> Content:
    """These bytes."""
    return Content(lambda: data)


def drawn(make: Maker, title: str, *, seed: str, size: int) -> Content:
    """Bytes that a maker draws from a seed of their own."""
    return Content(lambda: make(Random(seed), title, size))  # noqa: S311 - fixtures want to be repeatable


def repeated(line: bytes, size: int) -> Content:
    """A line over and over, cut to exactly `size` bytes: cheap to draw, and never kept."""
    return Content(lambda: (line * (size // len(line) + 1))[:size], size=size)
