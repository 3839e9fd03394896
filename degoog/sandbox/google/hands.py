"""What people do in Drive while a migration goes on: each act changes the store and writes the log of changes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from degoog.sandbox.google.contents import Content
from degoog.sandbox.google.nodes import Grant, Node, Revision, SharedDrive
from degoog.sandbox.google.store import DriveStore, Entry


class Hands:
    """Acts on items by their id. Each raises KeyError for an id that is not there."""

    def __init__(self, store: DriveStore) -> None:
        self._store = store

    def add(self, node: Node) -> Node:
        """A new item."""
        with self._store.lock:
            self._store.plant(node)
            self._note(node, self._store.watchers(node))
            return node

    def edit(self, id_: str, content: Content, *, exports: Mapping[str, Content] | None = None, by: str = "") -> Node:
        """New content: of a blob `content`; of a Google document `exports`."""
        with self._changing(id_) as node:
            if node.content is not None:
                old = Revision(id=node.head, modified=node.modified, by=node.owner, content=node.content)
                node.revisions = (*node.revisions, old)
                node.content = content
            if exports is not None:
                node.exports = dict(exports)
            node.revision += 1
            node.modified = self._store.now
            node.modified_by = by or node.owner
            return node

    def touch(self, id_: str, modified: datetime) -> Node:
        """Another modified time, the same content."""
        with self._changing(id_) as node:
            node.modified = modified
            return node

    def rename(self, id_: str, name: str) -> Node:
        """Another name; the modified time stays, as in Drive."""
        with self._changing(id_) as node:
            node.name = name
            return node

    def move(self, id_: str, *parents: str) -> Node:
        """Into another folder; none makes an orphan. What lies below tells so only if who sees it changes."""
        with self._changing(id_, spreads=True) as node:
            for parent in node.parents:
                self._store.children.get(parent, {}).pop(id_, None)
            node.parents = parents
            for parent in parents:
                self._store.children.setdefault(parent, {})[id_] = None
            return node

    def trash(self, id_: str) -> Node:
        """Into the trash. Only the folder itself tells so in the log; what lies in it is found trashed."""
        with self._changing(id_) as node:
            node.trashed = True
            return node

    def restore(self, id_: str) -> Node:
        """Out of the trash."""
        with self._changing(id_) as node:
            node.trashed = False
            return node

    def delete(self, id_: str) -> None:
        """For good, with all that lies in it; each item tells so."""
        store = self._store
        with store.lock:
            node = store.nodes[id_]
            doomed = [node, *store.below(node)]
            before = [(gone, store.watchers(gone)) for gone in doomed]
            for gone in doomed:
                del store.nodes[gone.id]
                store.children.pop(gone.id, None)
                for parent in gone.parents:
                    store.children.get(parent, {}).pop(gone.id, None)
            store.forget()
            for gone, watchers in before:
                self._note(gone, watchers)

    def share(self, id_: str, grant: Grant) -> Node:
        """One more permission."""
        with self._changing(id_, spreads=True) as node:
            node.grants = (*node.grants, grant)
            node.shared_at = self._store.now
            return node

    def unshare(self, id_: str, who: str) -> Node:
        """Take back what was shared with this address."""
        with self._changing(id_, spreads=True) as node:
            node.grants = tuple(grant for grant in node.grants if grant.who != who)
            return node

    def star(self, id_: str, email: str) -> Node:
        """Somebody stars it: only the version tells."""
        with self._changing(id_) as node:
            node.starred_by |= {email}
            return node

    def rename_drive(self, id_: str, name: str) -> SharedDrive:
        """Another name for a shared drive."""
        with self._store.lock:
            drive = self._store.drives[id_]
            drive.name = name
            top = self._store.nodes[id_]
            self._note(top, self._store.watchers(top), of_drive=True)
            return drive

    def leave_drive(self, id_: str, who: str) -> SharedDrive:
        """A member is no longer one."""
        with self._store.lock:
            drive, top = self._store.drives[id_], self._store.nodes[id_]
            before = self._store.watchers(top)
            drive.members = tuple(grant for grant in drive.members if grant.who != who)
            self._store.forget()
            self._note(top, before, of_drive=True)
            return drive

    @contextmanager
    def _changing(self, id_: str, *, spreads: bool = False) -> Iterator[Node]:
        """One act on an item. `spreads`: who sees what lies below may change with it."""
        store = self._store
        with store.lock:
            node = store.nodes[id_]
            inside = list(store.below(node)) if spreads else []
            before = {at.id: store.watchers(at) for at in (node, *inside)}
            yield node
            store.forget()
            self._note(node, before[id_] | store.watchers(node))
            for at in inside:
                after = store.watchers(at)
                if after != before[at.id]:
                    self._note(at, before[at.id] | after)

    def _note(self, node: Node, watchers: frozenset[str], *, of_drive: bool = False) -> None:
        store = self._store
        node.version += 1
        store.log.append(Entry(len(store.log) + 1, store.now, node.id, node.drive, of_drive, watchers))
