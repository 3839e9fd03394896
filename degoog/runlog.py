"""The log file of a run: for whoever helps, never with a secret in it."""

from __future__ import annotations

import logging
import os
import re
from datetime import datetime
from logging.handlers import MemoryHandler
from pathlib import Path

from degoog.secrets import Secret

KEPT = 20

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MASKED = (
    (
        re.compile(
            r"(?i)\b(authorization|proxy-authorization|cookie|set-cookie|requesttoken)\b(['\"]?\s*[:=]\s*)[^\r\n]+"
        ),
        r"\1\2****",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9+/=_.~-]{8,}"), r"\1 ****"),
    (re.compile(r"(?i)\b(\w*(?:password|secret|token|passwd))\b(['\"]?\s*[:=]\s*['\"]?)[^\s'\",&]+"), r"\1\2****"),
    (re.compile(r"(https?://)[^/\s:@]+:[^/\s@]+@"), r"\1****@"),
    (re.compile(r"/login/v2/(flow|poll)/[\w-]+"), r"/login/v2/\1/****"),
    (re.compile(r"\bxox[a-z]-[\w-]+"), "****"),
)


class _Masking(logging.Formatter):
    def __init__(self) -> None:
        super().__init__(_FORMAT)
        self.secrets: set[str] = set()

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self.secrets:
            text = text.replace(secret, "****")
        for pattern, mask in _MASKED:
            text = pattern.sub(mask, text)
        return text


class RunLog:
    """Keeps what is logged in memory until it is known where the file goes, then writes it as it comes."""

    def __init__(self, *, now: datetime) -> None:
        self._name = f"{now:%Y-%m-%dT%H-%M-%S}-{os.getpid()}.log"
        self._formatter = _Masking()
        self._buffer = MemoryHandler(capacity=500, flushLevel=logging.CRITICAL + 1, flushOnClose=False)
        self._file: logging.FileHandler | None = None
        self._logger = logging.getLogger()
        self._logger.addHandler(self._buffer)
        self._level = self._logger.level
        self._logger.setLevel(logging.WARNING)
        logging.getLogger("degoog").setLevel(logging.INFO)

    @property
    def path(self) -> Path | None:
        """The file, None while there is none."""
        return Path(self._file.baseFilename) if self._file else None

    def hide(self, secret: Secret) -> None:
        """Write stars wherever this secret would stand."""
        if len(secret.reveal()) >= 4:
            self._formatter.secrets.add(secret.reveal())

    def settle(self, folder: Path) -> None:
        """Write to a folder from now on, what was kept first; the oldest beyond the last 20 go."""
        if self._file is not None:
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / self._name
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
        # A name on a disk may be bytes that are no text: they are written down as such, and logging goes on.
        self._file = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
        self._file.setFormatter(self._formatter)
        self._buffer.setTarget(self._file)
        self._buffer.flush()
        self._logger.removeHandler(self._buffer)
        self._logger.addHandler(self._file)
        for old in sorted(folder.glob("*.log"))[:-KEPT]:
            old.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop logging; what never got a file is forgotten."""
        for handler in (self._buffer, self._file):
            if handler is not None:
                self._logger.removeHandler(handler)
                handler.close()
        self._logger.setLevel(self._level)
