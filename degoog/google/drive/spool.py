"""Bytes of unknown length, kept until they have been sent: in memory, beyond 8 MiB in a file without a name."""

from __future__ import annotations

import io
import os
import tempfile
from typing import IO, Any

IN_MEMORY = 8 << 20


class Spool:
    """Written once, then read from anywhere by as many as like. `size` is what it holds."""

    def __init__(self) -> None:
        self.size = 0
        self._memory = bytearray()
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        if self._file is None and self.size > IN_MEMORY:
            self._file = tempfile.TemporaryFile(prefix="degoog-", buffering=0)  # noqa: SIM115 - it lives as long as the spool
            _write_all(self._file, bytes(self._memory))
            self._memory = bytearray()
        if self._file is None:
            self._memory += data
        else:
            _write_all(self._file, data)

    def read(self, start: int, length: int) -> bytes:
        """Give at most so many bytes from a position on, none at the end."""
        if self._file is None:
            return bytes(self._memory[start : start + length])
        return os.pread(self._file.fileno(), length, start)

    def file(self) -> IO[bytes]:
        """Give the bytes as a file of one's own, to be closed."""
        return io.BufferedReader(_Reader(self))

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()


class _Reader(io.RawIOBase):
    """A position of one's own in a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._spool.size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever can be written to
        data = self._spool.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _write_all(file: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
