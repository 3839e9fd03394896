"""A mail server of this computer, which keeps what it is given: who logged in, and each mail with whom it is for."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class Sink:
    """What arrived. `port` is where it listens."""

    port: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)


@contextmanager
def listening(address: str) -> Iterator[Sink]:
    """Have one at an address, on a port of its own (RFC 5321, and RFC 4954 for AUTH PLAIN)."""
    sink = Sink()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 sink.example")
            while line := self.rfile.readline().decode().strip():
                word = line.split(maxsplit=1)[0].upper()
                if word == "EHLO":
                    self._say("250-sink.example\r\n250 AUTH PLAIN")
                elif word == "AUTH":
                    self._log_in(line.split()[2:])
                elif word == "DATA":
                    self._take()
                elif word == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 OK")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def _log_in(self, given: list[str]) -> None:
            if not given:
                self._say("334 ")
                given = [self.rfile.readline().decode().strip()]
            _as, user, password = base64.b64decode(given[0]).decode().split("\0")
            sink.logins.append((user, password))
            self._say("235 welcome")

        def _take(self) -> None:
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            sink.mails.append(mail)
            self._say("250 taken")

    with socketserver.ThreadingTCPServer((address, 0), Talk) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            server.shutdown()
