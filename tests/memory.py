"""A source and a target in memory, with a hand on the moment at which everything dies."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from degoog.convert.names import Names, Rules
from degoog.errors import Refused
from degoog.model import (
    Departure,
    FailReason,
    Found,
    Intent,
    Item,
    Kind,
    Loss,
    LossKind,
    Place,
    Proof,
    Ref,
    Seen,
    Stage,
)
from degoog.ports import Blob, Bytes, Failed, Kept, Make, Move, Result, Settled, Task, Touch, Unknown, Write

YEAR = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone: nothing after this is run."""


def blob(data: bytes) -> Blob:
    """Bytes in memory as a Blob."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        yield _pieces(data)

    return Blob(len(data), open_)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1 << 16):
        yield data[start : start + (1 << 16)]


def folder(id_: str, name: str | None = None, parent: str | None = None, **more) -> Item:
    """A folder item."""
    name = id_ if name is None else name
    ref = None if parent is None else Ref("memory", parent)
    given = {"place": f"{parent}/{name}", "modified": YEAR, **more}
    return Item(Ref("memory", id_), ref, given.pop("kind", Kind.FOLDER), name, Stage.HOLDERS, **given)


def file(id_: str, name: str | None = None, parent: str | None = None, data: bytes = b"x", **more) -> Item:
    """A file item whose fingerprint is that of its bytes."""
    name = id_ if name is None else name
    ref = None if parent is None else Ref("memory", parent)
    given = {
        "content": hashlib.md5(data).hexdigest(), "place": f"{parent}/{name}", "size": len(data), "modified": YEAR,
        **more,
    }  # fmt: skip
    return Item(Ref("memory", id_), ref, Kind.FILE, name, Stage.CONTENT, **given)


class MemorySource:
    """A source whose items and bytes are given; `unreadable` refs are refused."""

    account = "memory@example.org"
    sequential = False

    def __init__(self, entries: Iterable[Found | Item | tuple[Item, bytes]] = (), unreadable: Iterable[str] = ()):
        self.founds: list[Found] = []
        self.data: dict[Ref, bytes] = {}
        self.unreadable = set(unreadable)
        self.overlooked: set[str] = set()
        self.reads = 0
        for entry in entries:
            self.add(entry)

    def add(self, entry: Found | Item | tuple[Item, bytes]) -> None:
        match entry:
            case Found():
                self.founds.append(entry)
            case Item():
                self.founds.append(Found(entry))
                self.data[entry.ref] = b"x"
            case (item, data):
                self.founds.append(Found(item))
                self.data[item.ref] = data

    async def walk(self) -> AsyncIterator[Found]:
        for found in self.founds:
            yield found

    def overlooks(self, ref: Ref) -> bool:
        return ref.id in self.overlooked

    async def read(self, item: Item) -> Blob:
        self.reads += 1
        if item.ref.id in self.unreadable:
            raise Refused(FailReason.UNREADABLE, "forbidden by its owner")
        if item.ref not in self.data:
            raise Refused(FailReason.UNREADABLE, "never heard of")
        return blob(self.data[item.ref])

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_error) -> None:
        return None


@dataclass
class Node:
    """What lies at a path of the store."""

    id: str
    data: bytes | None
    etag: int
    modified: datetime | None = None

    @property
    def holder(self) -> bool:
        return self.data is None


@dataclass
class Store:
    """What survives a kill: the target's disk. `step` is called before and after every single change."""

    nodes: dict[str, Node] = field(default_factory=dict)
    maps: dict[str, bytes] = field(default_factory=dict)
    trash: dict[str, Node] = field(default_factory=dict)
    trashed: list[str] = field(default_factory=list)
    step: Callable[[], None] = lambda: None
    changes: int = 0
    serial: int = 0

    def put(self, path: str, data: bytes | None, modified: datetime | None = None) -> Node:
        old = self.nodes.get(path)
        self.step()
        self.serial += 1
        self.changes += 1
        node = Node(old.id if old else f"n{self.serial}", data, self.serial, modified)
        self.nodes[path] = node
        parent = path.rpartition("/")[0]
        while parent:
            self.nodes[parent].modified = None  # as servers do: a write below changes a folder's time
            parent = parent.rpartition("/")[0]
        self.step()
        return node

    def move(self, old: str, new: str) -> None:
        self.step()
        self.changes += 1
        for path in [p for p in self.nodes if p == old or p.startswith(old + "/")]:
            self.nodes[new + path[len(old) :]] = self.nodes.pop(path)
        self.step()

    def discard(self, path: str) -> None:
        self.step()
        self.changes += 1
        for below in [p for p in self.nodes if p == path or p.startswith(path + "/")]:
            self.trash[below] = self.nodes.pop(below)
            self.trashed.append(below)
        self.step()

    def files(self) -> dict[str, bytes]:
        """Every file's bytes by path."""
        return {path: node.data for path, node in self.nodes.items() if node.data is not None}


class MemoryTarget:
    """A target over a store. `flaky` refs answer `Unknown` that many times, `refused` ones never succeed."""

    parallel = 2
    identity = "memory:1"
    address = "memory"

    def __init__(self, store: Store | None = None, *, batch_size: int = 3, flaky=None, refused=()):
        self.store = store or Store()
        self.naming = Names(Rules(characters='\\/:*?"<>|', case_sensitive=False, longest=60))
        self.batch_size = batch_size
        self.flaky: dict[str, int] = dict(flaky or {})
        self.refused = set(refused)
        self.hashed = 0
        self.lasting = True

    @property
    def trash(self) -> MemoryTrash:
        return MemoryTrash(self)

    def touches(self, item: Item) -> frozenset[Stage]:
        return frozenset({Stage.LAST} if item.holder else {Stage.PROPERTIES} if item.starred else ())

    def batch(self) -> MemoryBatch:
        return MemoryBatch(self)

    async def free(self) -> int | None:
        return None

    async def list(self, path: str) -> AsyncIterator[Seen]:
        prefix = f"{path}/" if path else ""
        for place, node in list(self.store.nodes.items()):
            name = place[len(prefix) :]
            if place.startswith(prefix) and name and "/" not in name:
                size = None if node.data is None else len(node.data)
                yield Seen(name, node.id, node.holder, size, str(node.etag))

    async def digest(self, path: str, algorithm: str) -> str:
        self.hashed += 1
        node = self.store.nodes.get(path)
        if node is None or node.data is None or algorithm not in hashlib.algorithms_available:
            return ""
        return f"{algorithm}:{hashlib.new(algorithm, node.data).hexdigest()}"

    def fetch(self, path: str) -> Bytes:
        node = self.store.nodes.get(path)
        if node is None or node.data is None:
            raise Refused(FailReason.UNREADABLE)
        return blob(node.data).open()

    async def save_map(self, name: str, value: Blob) -> None:
        async with value.open() as chunks:
            self.store.maps[name] = b"".join([chunk async for chunk in chunks])

    def load_map(self, name: str) -> Bytes:
        if name not in self.store.maps:
            raise Refused(FailReason.UNREADABLE)
        return blob(self.store.maps[name]).open()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_error) -> None:
        return None


class MemoryTrash:
    def __init__(self, target: MemoryTarget) -> None:
        self._target = target

    async def lasting(self) -> bool:
        return self._target.lasting

    async def look(self, item: Item, at: Place) -> str | Kept:
        node = self._target.store.nodes.get(at.path)
        if node is None:
            return Kept(Departure.ABSENT)
        proof = at.proof or Proof("")
        if item.holder:
            return self._mark(at.path) if node.holder and node.id == proof.id else Kept(Departure.EDITED)
        ours = not node.holder and (str(node.etag) == proof.etag or _digest(node.data or b"") == proof.digest)
        return self._mark(at.path) if ours else Kept(Departure.EDITED)

    async def discard(self, item: Item, at: Place, mark: str) -> Kept | None:
        if item.ref.id in self._target.refused:
            return Kept(Departure.REFUSED, "no")
        if self._mark(at.path) != mark:
            return Kept(Departure.OCCUPIED if item.holder else Departure.EDITED)
        self._target.store.discard(at.path)
        return None

    def _mark(self, path: str) -> str:
        nodes = self._target.store.nodes
        return repr([(p, n.id, n.etag) for p, n in sorted(nodes.items()) if p == path or p.startswith(path + "/")])


class MemoryBatch:
    def __init__(self, target: MemoryTarget) -> None:
        self._target = target
        self._tasks: list[Task[Blob]] = []

    def put(self, task: Task[Blob]) -> None:
        self._tasks.append(task)

    @property
    def full(self) -> bool:
        return len(self._tasks) >= self._target.batch_size

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        made = [(t.item.ref, Intent(t.at.path)) for t in self._tasks if isinstance(t, Make)]
        return made + [(t.item.ref, Intent(t.at.path, t.value.size)) for t in self._tasks if isinstance(t, Write)]

    async def close(self) -> Sequence[Result]:
        return [await self._do(task) for task in self._tasks]

    async def _do(self, task: Task[Blob]) -> Result:
        target, item = self._target, task.item
        target.store.step()
        if target.flaky.get(item.ref.id, 0):
            target.flaky[item.ref.id] -= 1
            return Unknown(item, "the connection broke")
        if item.ref.id in target.refused:
            return Failed(item, FailReason.REJECTED, "no")
        if not isinstance(task, Touch) and not self._holder_is_there(task.at.path):
            return Failed(item, FailReason.PARENT_FAILED)
        try:
            match task:
                case Make():
                    return self._make(task)
                case Write():
                    return await self._write(task)
                case Move():
                    return self._move(task)
                case Touch():
                    return self._touch(task)
        except Refused as error:
            return Failed(item, error.reason, error.detail)

    def _make(self, task: Make) -> Result:
        store = self._target.store
        for path in self._places(task.at.path):
            there = store.nodes.get(path)
            if there is None or there.holder:
                empty = not any(place.startswith(f"{path}/") for place in store.nodes)
                ours = there is None or task.at.proof is not None or (task.at.intent is not None and empty)
                found = not ours
                return replace(self._settled(task, path, there or store.put(path, None)), found=found)
        raise AssertionError

    async def _write(self, task: Write[Blob]) -> Result:
        store, at = self._target.store, task.at
        async with task.value.open() as chunks:
            data = b"".join([chunk async for chunk in chunks])
        if len(data) != task.value.size:
            raise Refused(FailReason.DAMAGED)
        here = store.nodes.get(at.path)
        if here is not None and here.data is not None and at.proof is not None and self._ours(here, at.proof):
            return self._settled(task, at.path, store.put(at.path, data, task.item.modified))
        document = task.item.kind is Kind.DOCUMENT and here is not None and here.modified == task.item.modified
        if here is not None and document and at.proof is None and at.intent is None:
            return replace(self._settled(task, at.path, here), found=True)
        for path in self._places(at.path):
            there = store.nodes.get(path)
            if there is None or there.data == data:
                found = there is not None and at.intent is None
                settled = self._settled(task, path, there or store.put(path, data, task.item.modified))
                return replace(settled, found=found)
        raise AssertionError

    def _move(self, task: Move) -> Result:
        store = self._target.store
        old = self._found_again(task.at)
        if old is None:
            return Failed(task.item, FailReason.REJECTED)
        path = next(path for path in self._places(task.at.path) if path == old or path not in store.nodes)
        if path != old:
            store.move(old, path)
        return self._settled(task, path, store.nodes[path])

    def _touch(self, task: Touch) -> Result:
        node = self._target.store.nodes.get(task.at.path)
        if node is None:
            return Failed(task.item, FailReason.REJECTED)
        node.modified = task.item.modified
        return Settled(task.item, task.at.path, Proof(node.id))

    def _holder_is_there(self, path: str) -> bool:
        parent = path.rpartition("/")[0]
        node = self._target.store.nodes.get(parent)
        return not parent or (node is not None and node.holder)

    def _ours(self, node: Node, proof: Proof) -> bool:
        return str(node.etag) == proof.etag or _digest(node.data or b"") == proof.digest

    def _found_again(self, at: Place) -> str | None:
        """Where it lies, or where a killed move left it: known by its id in the folders it left and went to."""
        folders = {at.path.rpartition("/")[0], at.was.rpartition("/")[0]}
        id_ = at.proof.id if at.proof else ""
        nodes = self._target.store.nodes
        return next((p for p, node in nodes.items() if p.rpartition("/")[0] in folders and node.id == id_), None)

    def _places(self, wanted: str) -> Iterator[str]:
        """The place wanted, then others beside it."""
        yield wanted
        parent, slash, name = wanted.rpartition("/")
        for number in count(2):
            yield f"{parent}{slash}{self._target.naming.numbered(name, number)}"

    def _settled(self, task: Task[Blob], path: str, node: Node) -> Settled:
        digest = "" if node.data is None else _digest(node.data)
        losses = (Loss(LossKind.BESIDE, task.at.path),) if path != task.at.path else ()
        proof = Proof(node.id, None if node.data is None else len(node.data), digest, str(node.etag))
        return Settled(task.item, path, proof, losses, f"memory://{path}")


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
