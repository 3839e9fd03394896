"""Events, tasks and contacts that degoog put on a server are deleted there, unless somebody has touched them since."""

from __future__ import annotations

import hashlib

from degoog.model import Departure, Item, Place, Proof
from degoog.nextcloud import dav
from degoog.nextcloud.agenda_door import Door
from degoog.nextcloud.files_trash import answering, refused
from degoog.ports import Kept


class AgendaTrash:
    """See `ports.Trash`. Only a Nextcloud's calendars have one: its address books, and other servers, keep nothing."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._lasting: bool | None = None

    async def lasting(self) -> bool:
        """Whether the server keeps deleted events for a while; asked once."""
        if self._lasting is None:
            with answering():
                self._lasting = await self._door.retention() > 0
        return self._lasting

    async def look(self, item: Item, at: Place) -> str | Kept:
        """Read the object back; of a collection, ask for the mark that the server gives it with each change."""
        with answering():
            if item.holder:
                about = await self._door.about(at.path)
                if about is None or about.deleted:
                    return Kept(Departure.ABSENT)
                return await self._door.mark(at.path) if about.holds else Kept(Departure.EDITED)
            there = await self._door.get(at.path)
        if there is None:
            return Kept(Departure.ABSENT)
        proof = at.proof or Proof("")
        digest = f"md5:{hashlib.md5(there.data, usedforsecurity=False).hexdigest()}"
        return there.etag if there.etag and digest == proof.digest else Kept(Departure.EDITED)

    async def discard(self, item: Item, at: Place, mark: str) -> Kept | None:
        """Delete: an object on the condition of its etag, a collection if its mark is still the same.

        Nobody is told: see `agenda_door.QUIET`.
        """
        with answering():
            try:
                if item.holder and (not mark or await self._door.mark(at.path) != mark):
                    return Kept(Departure.OCCUPIED)
                done = await self._door.delete(at.path, etag="" if item.holder else mark)
                return None if done else Kept(Departure.EDITED)
            except dav.Fault as fault:
                return refused(fault)
