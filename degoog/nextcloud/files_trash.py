"""What degoog put into a Nextcloud's files goes to its trash bin, unless somebody has touched it since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from degoog.errors import Unavailable
from degoog.i18n import _
from degoog.model import Departure, Item, Place, Proof
from degoog.nextcloud import dav
from degoog.nextcloud.tree import Tree
from degoog.nextcloud.uploads import as_proven
from degoog.ports import Kept


class FilesTrash:
    """See `ports.Trash`. The marks are etags: a folder's changes with whatever changes below it (nextcloud.md §2)."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    async def lasting(self) -> bool:
        """Whether the server keeps deleted files: the app may be off."""
        return self._tree.client.server.trash

    async def look(self, item: Item, at: Place) -> str | Kept:
        """Ask what lies there, and for its hash where its etag is new."""
        with answering():
            entry = await self._tree.stat(at.path)
            if entry is None:
                return Kept(Departure.ABSENT)
            proof = at.proof or Proof("")
            if item.holder:
                return entry.etag if entry.holder and entry.id == proof.id else Kept(Departure.EDITED)
            return entry.etag if await as_proven(self._tree, at.path, entry, proof) else Kept(Departure.EDITED)

    async def discard(self, item: Item, at: Place, mark: str) -> Kept | None:
        """Delete: a file on the condition of its etag, a folder once its etag was seen to be the same."""
        with answering():
            try:
                if item.holder:
                    entry = await self._tree.stat(at.path)
                    if entry is None or entry.etag != mark:
                        return Kept(Departure.OCCUPIED)
                    await self._tree.delete_folder(at.path)
                    return None
                return None if await self._tree.delete(at.path, etag=mark) else Kept(Departure.EDITED)
            except dav.Fault as fault:
                return refused(fault)


def refused(fault: dav.Fault) -> Kept:
    """Say why something stays. Raises the fault again where the server has a trouble of its own."""
    if fault.status >= 500:
        raise fault
    return Kept(Departure.REFUSED, str(fault))


@contextmanager
def answering() -> Iterator[None]:
    """Where nobody knows what a request did, everything stops: the next run asks what lies there."""
    try:
        yield
    except (dav.Fault, httpx.TransportError) as error:
        text = _("Nextcloud did not answer as it should ({why}). Nothing is lost; run the same command again.")
        raise Unavailable(text.format(why=str(error) or type(error).__name__)) from error
