"""Where the Nextcloud stand-in keeps files: bytes on disk; ids, etags and times in memory.

The rules of times and etags are measured ones (Nextcloud 32.0.1, local storage): a file's etag is a hash
of (time, inode, size) and nothing else, and stays when the time on disk does, in seconds; every change
gives all folders above a new etag and raises their time; a folder has a second time, the disk's, and
setting it to the time the disk already has does nothing, although another time is shown.
"""

import hashlib
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

INSTANCE = "sandbox00000"
_LAST_TIME = 15_032_385_535
"""The latest time ext4 can keep; later ones are stored as this one."""


@dataclass(slots=True, eq=False)
class Node:
    """A file (`children` is None) or a folder."""

    id: int
    name: str
    parent: "Node | None"
    children: "dict[str, Node] | None"
    blob: int
    size: int
    mtime: int
    disk_mtime: int
    etag: str
    creation_time: int = 0
    upload_time: int = 0
    checksum: str = ""
    favorite: bool = False
    torn_at: int | None = None
    versions: list[tuple[int, int, int]] | None = None
    """(time, size, blob) of what was overwritten, oldest first."""

    @property
    def dav_id(self) -> str:
        """The id as headers and oc:id give it."""
        return f"{self.id:08d}{INSTANCE}"

    @property
    def path(self) -> str:
        """From the user's home, with a leading '/'; the home itself is '/'."""
        names = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            names.append(node.name)
            node = node.parent
        return "/" + "/".join(reversed(names))

    def ancestors(self) -> "Iterator[Node]":
        """The folders above, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def walk(self) -> "Iterator[Node]":
        """The node and all below it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend(node.children.values())


@dataclass(slots=True)
class Upload:
    """A folder of chunks waiting to be assembled."""

    mtime: int
    chunks: dict[str, tuple[int, int, int, str]] = field(default_factory=dict)
    """Name → blob, size, time, etag."""


@dataclass(slots=True, eq=False)
class Home:
    """One account's files."""

    login: str
    root: Node
    quota: int | None = None
    trash: list[tuple[str, str, int]] = field(default_factory=list)
    """(name in the trash, path it had, size)"""
    uploads: dict[str, Upload] = field(default_factory=dict)
    writing: set[str] = field(default_factory=set)
    """Paths somebody is writing to at this moment."""
    reading: Counter[str] = field(default_factory=Counter)
    """Paths somebody is reading at this moment: nobody may write there."""
    shown_quota: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    """Path → until when, bytes used, bytes free: the server keeps what it last counted for five minutes."""
    properties: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
    """Dead properties by path, as the server keeps them: what moves with its folder loses them."""

    def find(self, names: list[str]) -> Node | None:
        """The node at that path, or None."""
        node = self.root
        for name in names:
            below = node.children.get(name) if node.children is not None else None
            if below is None:
                return None
            node = below
        return node

    def held(self, path: str) -> bool:
        """Whether somebody is reading or writing there, so that another writer has to wait."""
        return path in self.writing or self.reading[path] > 0

    @property
    def free(self) -> int | None:
        """Bytes left of the quota; None without one."""
        return None if self.quota is None else max(0, self.quota - self.root.size)


class Store:
    """All accounts' files. Every method but `blob_path` wants `lock` held by the caller."""

    def __init__(self, folder: Path, *, clock: Callable[[], float]) -> None:
        self.lock = threading.RLock()
        self.homes: dict[str, Home] = {}
        self._folder = folder
        self._clock = clock
        self._last_id = 0
        self._last_blob = 0
        self._last_tick = 0
        for shard in range(256):
            (folder / f"{shard:02x}").mkdir(parents=True, exist_ok=True)

    def now(self) -> int:
        """The time in seconds, as the server's disk would note it."""
        return int(self._clock())

    def new_home(self, login: str, *, quota: int | None) -> Home:
        """An empty home for that account."""
        home = Home(login, self._new_folder("", None), quota)
        self.homes[login] = home
        return home

    def drop_home(self, login: str) -> None:
        """Forget an account's files and remove their bytes."""
        home = self.homes.pop(login, None)
        if home is not None:
            for node in home.root.walk():
                self.drop_blob(node.blob)
            for upload in home.uploads.values():
                for blob, *_ in upload.chunks.values():
                    self.drop_blob(blob)

    # --- bytes

    def blob_path(self, blob: int) -> Path:
        """Where the bytes of a blob lie."""
        return self._folder / f"{blob % 256:02x}" / str(blob)

    def new_blob(self) -> int:
        """A number for bytes yet to be written; it plays the inode's part in etags."""
        with self.lock:
            self._last_blob += 1
            return self._last_blob

    def drop_blob(self, blob: int) -> None:
        """Remove the bytes, if any."""
        self.blob_path(blob).unlink(missing_ok=True)

    # --- etags and times

    def file_etag(self, *, mtime: int, blob: int, size: int) -> str:
        """As the local storage makes it: other bytes of the same length and time have the same etag."""
        return hashlib.md5(f"{mtime}{blob}64768{size}".encode(), usedforsecurity=False).hexdigest()

    def folder_etag(self) -> str:
        """PHP's uniqid(): 13 hexadecimal digits, never twice the same."""
        self._last_tick = max(int(self._clock() * 1_000_000), self._last_tick + 1)
        seconds, micros = divmod(self._last_tick, 1_000_000)
        return f"{seconds:08x}{micros:05x}"

    def propagate(self, node: Node, *, time: int, grown: int = 0) -> None:
        """Tell all folders above that something below changed at `time`."""
        time = min(time, self.now())
        etag = self.folder_etag()
        for folder in node.ancestors():
            folder.mtime = max(folder.mtime, time)
            folder.etag = etag
            folder.size += grown

    def _changed(self, node: Node, *, time: int, grown: int = 0) -> None:
        if node.parent is not None:
            node.parent.mtime = node.parent.disk_mtime
        self.propagate(node, time=time, grown=grown)

    def _entry_changed(self, folder: Node) -> None:
        folder.disk_mtime = self.now()
        folder.mtime = folder.disk_mtime

    def touch(self, node: Node, mtime: int) -> None:
        """Set a node's time. Trap: nothing happens to a folder whose time on disk is already that one."""
        mtime = min(mtime, _LAST_TIME)
        self.settle_torn(node)
        if mtime != node.disk_mtime:
            node.disk_mtime = node.mtime = mtime
            if node.children is None:
                node.etag = self.file_etag(mtime=mtime, blob=node.blob, size=node.size)
                node.checksum = ""
            else:
                node.etag = self.folder_etag()
        self._changed(node, time=mtime)

    def settle_torn(self, node: Node) -> None:
        """After a cut overwrite the index still shows the old file; a GET or a write corrects it."""
        if node.torn_at is None:
            return
        size = self.blob_path(node.blob).stat().st_size
        grown = size - node.size
        node.size, node.mtime, node.disk_mtime, node.checksum = size, node.torn_at, node.torn_at, ""
        node.etag = self.file_etag(mtime=node.mtime, blob=node.blob, size=size)
        node.torn_at = None
        self._changed(node, time=self.now(), grown=grown)

    # --- the tree

    def _new_folder(self, name: str, parent: Node | None) -> Node:
        now = self.now()
        self._last_id += 1
        return Node(self._last_id, name, parent, {}, 0, 0, now, now, self.folder_etag())

    def make_folder(self, parent: Node, name: str) -> Node:
        """A new, empty folder."""
        node = self._new_folder(name, parent)
        _children(parent)[name] = node
        self._entry_changed(parent)
        self._changed(node, time=self.now())
        return node

    def made_file(self, parent: Node, name: str, *, blob: int, size: int) -> Node:
        """Index a file whose bytes have just been written."""
        now = self.now()
        self._last_id += 1
        etag = self.file_etag(mtime=now, blob=blob, size=size)
        node = Node(self._last_id, name, parent, None, blob, size, now, now, etag)
        _children(parent)[name] = node
        self._entry_changed(parent)
        self._changed(node, time=now, grown=size)
        return node

    def keep_version(self, node: Node) -> None:
        """Called before a file's bytes are replaced."""
        if node.versions is None:
            node.versions = []
        if node.size and (present := self.blob_path(node.blob)).exists():
            kept = self.new_blob()
            self.blob_path(kept).write_bytes(present.read_bytes())
            node.versions.append((node.mtime, node.size, kept))

    def restore_version(self, node: Node, time: int) -> bool:
        """Make an earlier version the present one, with its time; what was present becomes a version."""
        for version in node.versions or ():
            if version[0] == time:
                (node.versions or []).remove(version)
                self.keep_version(node)
                _time, size, blob = version
                self.blob_path(node.blob).write_bytes(self.blob_path(blob).read_bytes())
                self.drop_blob(blob)
                self.rewrote_file(node, size=size)
                self.touch(node, time)
                return True
        return False

    def rewrote_file(self, node: Node, *, size: int) -> None:
        """Index the new bytes of an existing file. Trap: written twice in a second, it keeps its etag."""
        now = self.now()
        grown = size - node.size
        if now != node.disk_mtime:
            node.etag = self.file_etag(mtime=now, blob=node.blob, size=size)
        node.size, node.mtime, node.disk_mtime, node.checksum, node.torn_at = size, now, now, "", None
        self._changed(node, time=now, grown=grown)

    def tore_file(self, node: Node) -> None:
        """The sender left in the middle: the bytes are cut short and the index does not know it."""
        node.torn_at = self.now()
        self.propagate(node, time=self.now())

    def delete(self, home: Home, node: Node) -> None:
        """To the trash."""
        now = self.now()
        path = node.path
        home.trash.append((f"{node.name}.d{now}", path, node.size))
        parent = node.parent
        if parent is not None:
            del _children(parent)[node.name]
            self._entry_changed(parent)
            self._changed(node, time=now, grown=-node.size)
        home.properties.pop(path, None)
        for gone in node.walk():
            self.drop_blob(gone.blob)

    def move(self, home: Home, node: Node, parent: Node, name: str) -> None:
        """Rename: all stays, but the dead properties of what is inside a folder."""
        now = self.now()
        kept = home.properties.pop(node.path, None)
        old = node.parent
        if old is not None:
            del _children(old)[node.name]
            self._entry_changed(old)
            self._changed(node, time=now, grown=-node.size)
        node.parent, node.name = parent, name
        _children(parent)[name] = node
        self._entry_changed(parent)
        self._changed(node, time=now, grown=node.size)
        if kept is not None:
            home.properties[node.path] = kept

    def copy(self, node: Node, parent: Node, name: str) -> Node:
        """A copy with ids of its own, the original's etags and times, without star and checksum."""
        now = self.now()
        made = self._copied(node, parent, name)
        self._entry_changed(parent)
        self._changed(made, time=now, grown=made.size)
        if node.parent is not None:
            self._changed(node, time=now)
        return made

    def _copied(self, node: Node, parent: Node, name: str) -> Node:
        self._last_id += 1
        blob = 0
        if node.children is None:
            blob = self.new_blob()
            shutil.copyfile(self.blob_path(node.blob), self.blob_path(blob))
        made = Node(self._last_id, name, parent, None, blob, node.size, node.mtime, node.disk_mtime, node.etag)
        made.creation_time, made.upload_time = node.creation_time, node.upload_time
        if node.children is not None:
            made.children = {}
            for child in node.children.values():
                self._copied(child, made, child.name)
        _children(parent)[name] = made
        return made

    def rot(self, node: Node) -> None:
        """Change one bit of the stored bytes; nothing tells, until somebody reads them again."""
        if node.size:
            with self.blob_path(node.blob).open("r+b") as file:
                first = file.read(1)
                file.seek(0, os.SEEK_SET)
                file.write(bytes([first[0] ^ 1]))


def _children(folder: Node) -> dict[str, Node]:
    if folder.children is None:
        raise ValueError(f"{folder.path} is a file")
    return folder.children
