"""An authority like Let's Encrypt that refuses every order: what certbot asks up to there (RFC 8555), and no more."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.servers.commands import run

NAME = "acme-v02.api.letsencrypt.org"


@dataclass
class Authority:
    """What was asked of it. `certificate` is what a machine must trust to speak with it."""

    certificate: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def refusing(address: str, folder: Path, *, kind: str, detail: str) -> Iterator[Authority]:
    """Have one at an address, which answers every order with a problem of some kind."""
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
        "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "acme.key", "-out", folder / "acme.pem",
    )  # fmt: skip
    authority = Authority((folder / "acme.pem").read_text())

    class Talk(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._say(200, {})

        def do_GET(self) -> None:
            paths = {"newNonce": "nonce", "newAccount": "account", "newOrder": "order", "revokeCert": "revoke"}
            self._say(200, {what: f"https://{NAME}/{path}" for what, path in paths.items()})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(self.path)
            if self.path == "/account":
                self._say(201, {"status": "valid"}, {"Location": f"https://{NAME}/account/1"})
            else:
                told = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail, "status": 403}
                self._say(403, told, {"Content-Type": "application/problem+json"})

        def _say(self, status: int, told: dict[str, object], headers: dict[str, str] | None = None) -> None:
            body = b"" if self.command == "HEAD" else json.dumps(told).encode()
            self.send_response(status)
            given = {"Content-Type": "application/json", "Replay-Nonce": "bm9uY2U", "Content-Length": str(len(body))}
            for name, value in (given | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "acme.pem", folder / "acme.key")
    server = ThreadingHTTPServer((address, 443), Talk)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
