"""An authority like Let's Encrypt, to whoever trusts it: what RFC 8555 says of talking, and one that refuses orders.

Signatures of requests are not looked at: who asks is a certbot of ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.provision.signing import Signing

NAME = "acme-v02.api.letsencrypt.org"
BASE = f"https://{NAME}"
_OF_A_KEY = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}  # RFC 7638


@dataclass
class Authority:
    """What was asked of it. `certificate` is what a machine must trust to speak with it."""

    certificate: str
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """What an account asks: `account` is the thumbprint of its key."""

    path: str
    account: str
    told: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What it is told: an object, or a text as it stands."""

    status: int
    told: dict[str, Any] | str
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Reply]


def problem(status: int, kind: str, detail: str) -> Reply:
    told = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail, "status": status}
    return Reply(status, told, {"Content-Type": "application/problem+json"})


@contextmanager
def refusing(address: str, folder: Path, *, kind: str, detail: str) -> Iterator[Authority]:
    """Have one at an address, which answers every order with a problem of some kind."""
    with serving(address, folder, Signing(), lambda _request: problem(403, kind, detail)) as authority:
        yield authority


@contextmanager
def serving(address: str, folder: Path, signing: Signing, answer: Answer) -> Iterator[Authority]:
    """Have one at an address: it knows accounts, and `answer` is what it says to all else."""
    pair = signing.pair(NAME)
    (folder / "acme.pem").write_text(pair.chain + pair.key)
    authority = Authority(signing.root)
    accounts: dict[str, str] = {}
    nonces: set[str] = set()

    class Talk(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._say(Reply(200, ""))

        def do_GET(self) -> None:
            paths = {"newNonce": "nonce", "newAccount": "account", "newOrder": "order", "revokeCert": "revoke"}
            self._say(Reply(200, {what: f"{BASE}/{path}" for what, path in paths.items()}))

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = json.loads(_bytes(given["protected"]))
            authority.asked.append(self.path)
            if said["nonce"] not in nonces:
                self._say(problem(400, "badNonce", "this nonce was not given, or was used"))
                return
            nonces.remove(said["nonce"])
            if self.path == "/account":
                url = f"{BASE}/account/{len(accounts) + 1}"
                accounts[url] = _thumbprint(said["jwk"])
                self._say(Reply(201, {"status": "valid"}, {"Location": url}))
            else:
                told = json.loads(_bytes(given["payload"]) or b"{}")
                self._say(answer(Request(self.path, accounts[said["kid"]], told)))

        def _say(self, reply: Reply) -> None:
            body = (reply.told if isinstance(reply.told, str) else json.dumps(reply.told)).encode()
            nonce = secrets.token_urlsafe(16)
            nonces.add(nonce)
            self.send_response(reply.status)
            given = {"Content-Type": "application/json", "Replay-Nonce": nonce, "Content-Length": str(len(body))}
            for name, value in (given | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "acme.pem")
    server = ThreadingHTTPServer((address, 443), Talk)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()


def _bytes(text: str) -> bytes:
    """Read base64url without its padding, as all of RFC 8555 is written."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _thumbprint(key: dict[str, str]) -> str:
    written = json.dumps({name: key[name] for name in _OF_A_KEY[key["kty"]]}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(written.encode()).digest()).decode().rstrip("=")
