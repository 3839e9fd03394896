"""Where everything that was seen hangs, and what of it somebody else moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from degoog.google.drive import describe
from degoog.google.drive.documents import Format
from degoog.google.drive.file import FORM
from degoog.google.drive.inventory import Entry, Inventory
from degoog.google.drive.reading import forbidden
from degoog.google.drive.view import Scene
from degoog.model import FailReason, Found, Kind, Ref, SkipReason
from degoog.ports import Gone

Known = Callable[[Ref], Kind | None]


@dataclass(frozen=True, slots=True)
class Owners:
    """What becomes of what somebody else owns and shares: by address, why this lane does not move it.

    `reachable` says of whom degoog may act for, so that what they forbid others to download can be had after all.
    """

    elsewhere: Mapping[str, SkipReason] = field(default_factory=dict)
    reachable: frozenset[str] = frozenset()

    def verdict(self, owner: str) -> SkipReason | None:
        """Tell why this lane does not move what somebody owns, None where it does."""
        return self.elsewhere.get(owner.casefold())


@dataclass(frozen=True, slots=True)
class Tree:
    """Turns an inventory into what a source yields. `known` tells of what an earlier walk found."""

    inventory: Inventory
    here: Scene
    wanted: Format
    owners: Owners
    known: Known

    def founds(self) -> Iterator[Found | Gone]:
        """Give everything of the inventory, each with the folder it hangs in."""
        self.inventory.settle(self._seen)
        added: set[Ref] = set()
        for entry in self.inventory.entries(self._seen):
            file = entry.file
            if file.id == self.here.top:
                continue
            if file.drive in self.here.others:
                if self.known(describe.ref(file.id)) is not None:
                    yield Gone(describe.ref(file.id))
                continue
            parent = self._parent(entry)
            if parent is not None and parent.service != describe.SERVICE and parent not in added:
                added.add(parent)
                if self.known(parent) is None:
                    yield describe.holder(parent)
            yield self._judged(entry, parent)

    def _parent(self, entry: Entry) -> Ref | None:
        if entry.parent is not None:
            return None if entry.parent == self.here.top else describe.ref(entry.parent)
        # What I own in somebody else's folder hangs there; what hangs nowhere is mine, or shared with me.
        return describe.ORPHANS if entry.file.mine else self.here.stray

    def _judged(self, entry: Entry, parent: Ref | None) -> Found:
        file = entry.file
        tied = self.inventory.answers_of(file) if file.media == FORM else ""
        others = tuple(self.inventory.name(other) for other in entry.others)
        found = describe.found(entry, parent, wanted=self.wanted, tied=tied, others=others)
        if parent == describe.SHARED_WITH_ME and (reason := self.owners.verdict(file.owner)) is not None:
            return Found(found.item, reason)
        has_bytes = not (file.folder or describe.is_pointer(found.item))
        out_of_reach = not file.downloadable and file.owner.casefold() not in self.owners.reachable
        if found.verdict is None and has_bytes and out_of_reach:
            return Found(found.item, FailReason.UNREADABLE, forbidden())
        return found

    def _seen(self, id_: str) -> bool:
        return id_ == self.here.top or id_ in self.here.drives or self.known(describe.ref(id_)) is Kind.FOLDER
