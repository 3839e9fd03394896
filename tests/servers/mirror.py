"""A mirror of archives on this computer: it gives what lies in a folder, or answers otherwise where it is told to."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Mirror:
    """What was asked of it. `instead` is what it answers, whatever it is asked for."""

    base: str = ""
    asked: list[str] = field(default_factory=list)
    instead: HTTPStatus | None = None


@contextmanager
def serving(address: str, folder: Path) -> Iterator[Mirror]:
    """Have one at an address, on a port of its own."""
    mirror = Mirror()

    class Talk(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append(self.path.lstrip("/"))
            if mirror.instead is not None:
                self.send_error(mirror.instead)
            else:
                super().do_GET()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((address, 0), functools.partial(Talk, directory=str(folder))) as server:
        mirror.base = f"http://{address}:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield mirror
        finally:
            server.shutdown()
