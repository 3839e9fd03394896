"""A small HTTP/1.1 server on loopback whose connections can be cut on purpose; one thread for each."""

import contextlib
import email.utils
import http
import io
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote_to_bytes

PIECE = 64 * 1024
_DRAIN_LIMIT = 64 * 1024 * 1024
_HEAD_LIMIT = 64 * 1024


class Drop(Exception):
    """Raised by a handler: close the connection without an answer."""


class Body:
    """A request's bytes as they arrive. `torn`: the sender left before sending all it had announced."""

    def __init__(self, stream: io.BufferedIOBase, *, length: int, chunked: bool) -> None:
        self.chunked = chunked
        self.torn = False
        self.cut_after: int | None = None
        self.flip_next = False
        self._stream = stream
        self._left = length
        self._seen = 0
        self._chunks_over = not chunked

    def read(self, size: int = PIECE) -> bytes:
        """At most `size` bytes; empty at the end, whether announced or torn."""
        if self.torn:
            return b""
        if self.cut_after is not None:
            size = min(size, self.cut_after - self._seen)
            if size <= 0 and not self.ended:
                self.torn = True
                return b""
        if self._left == 0 and not self._chunks_over:
            self._next_chunk()
        if self._left == 0:
            return b""
        data = self._some(min(size, self._left))
        if not data:
            self.torn = True
            return b""
        self._left -= len(data)
        self._seen += len(data)
        if self._left == 0 and not self._chunks_over:
            self._stream.readline()
        if self.flip_next:
            self.flip_next = False
            data = bytes([data[0] ^ 1]) + data[1:]
        return data

    def read_all(self) -> bytes:
        """Everything that is left, in memory: for small bodies."""
        pieces = []
        while piece := self.read():
            pieces.append(piece)
        return b"".join(pieces)

    @property
    def ended(self) -> bool:
        """Nothing is left to read of what was announced."""
        return self._left == 0 and self._chunks_over

    def drain(self) -> bool:
        """Read and forget what is left; False when it is too much, or torn, to keep the connection."""
        left = _DRAIN_LIMIT
        self.cut_after = None
        while left > 0 and (piece := self.read()):
            left -= len(piece)
        return self.ended and not self.torn

    def _some(self, size: int) -> bytes:
        try:
            return self._stream.read1(size)
        except OSError:
            return b""

    def _next_chunk(self) -> None:
        line = self._stream.readline(_HEAD_LIMIT)
        try:
            self._left = int(line.split(b";")[0], 16)
        except ValueError:
            self.torn = True
            return
        if self._left == 0:
            self._chunks_over = True
            while self._stream.readline(_HEAD_LIMIT) not in {b"\r\n", b"\n", b""}:
                pass


@dataclass(slots=True)
class Request:
    """What arrived. `path` is decoded and starts with '/'; header names are lower case."""

    method: str
    target: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Body
    login: str = ""
    rot: bool = False

    def header(self, name: str) -> str:
        """The header's value, empty when absent."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class FileSlice:
    """An answer's body taken from a file: `length` bytes from `start`; `release` is called once, when it is sent."""

    path: Path
    start: int
    length: int
    release: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Response:
    """What goes back; Content-Length, Date and Server are added when it is sent."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | FileSlice = b""
    cut_after: int | None = None
    """Break the connection after so many bytes of a body in memory; its whole length is announced."""

    def close(self) -> None:
        """Let go of the file the body is taken from."""
        if isinstance(self.body, FileSlice):
            self.body.release()


Handler = Callable[[Request], Response]


class HttpServer:
    """Listens on 127.0.0.1, on a port of the system's choice, until closed."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, daemon=True, name=f"sandbox-{self.port}")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and cut every connection. May be called twice."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._guard:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream = io.BufferedReader(socket.SocketIO(connection, "r"), PIECE)
        try:
            while self._one_request(connection, stream):
                pass
        except (OSError, Drop):
            pass
        finally:
            with self._guard:
                self._open.discard(connection)
            with contextlib.suppress(OSError):
                stream.close()
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _one_request(self, connection: socket.socket, stream: io.BufferedIOBase) -> bool:
        request = _read_head(stream)
        if request is None:
            return False
        if request.header("expect").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        response = self._handler(request)
        keep = request.header("connection").lower() != "close"
        try:
            _send(connection, request.method, response)
        finally:
            response.close()
        return keep and request.body.drain()


def _read_head(stream: io.BufferedIOBase) -> Request | None:
    line = stream.readline(_HEAD_LIMIT).decode("latin-1").strip()
    if line.count(" ") != 2:
        return None
    method, target, _ = line.split(" ")
    headers: dict[str, str] = {}
    while (raw := stream.readline(_HEAD_LIMIT).decode("latin-1")) not in {"\r\n", "\n", ""}:
        name, _, value = raw.partition(":")
        headers[name.strip().lower()] = value.strip()
    path, _, query = target.partition("?")
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    announced = headers.get("content-length", "")
    length = int(announced) if announced.isdecimal() and not chunked else 0
    return Request(
        method=method,
        target=target,
        path=decode_path(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=Body(stream, length=length, chunked=chunked),
    )


def decode_path(path: str) -> str:
    """A percent-encoded path as text; what is no UTF-8 is read as Latin-1, as Nextcloud does."""
    raw = unquote_to_bytes(path)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _send(connection: socket.socket, method: str, response: Response) -> None:
    body = response.body
    length = body.length if isinstance(body, FileSlice) else len(body)
    headers = {"Server": "nginx", "Date": email.utils.formatdate(usegmt=True), **response.headers}
    if response.status not in {204, 304}:
        headers.setdefault("Content-Length", str(length))
    phrase = http.HTTPStatus(response.status).phrase
    head = f"HTTP/1.1 {response.status} {phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    if method == "HEAD" or isinstance(body, FileSlice):
        connection.sendall(head.encode("latin-1"))
    else:
        connection.sendall(head.encode("latin-1") + body[: response.cut_after])
        if response.cut_after is not None:
            raise Drop
    if method != "HEAD" and isinstance(body, FileSlice):
        _send_file(connection, body)


def _send_file(connection: socket.socket, part: FileSlice) -> None:
    left = part.length
    with part.path.open("rb") as file:
        file.seek(part.start)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            connection.sendall(piece)
            left -= len(piece)
    if left:
        raise Drop
