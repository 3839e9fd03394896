"""The Drive source: everything an account sees, once; what changed since; and each file's bytes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from types import TracebackType
from typing import Self

from degoog.errors import Unavailable, Usage
from degoog.google.client import Client
from degoog.google.drive import bookmark, describe, listing
from degoog.google.drive.bookmark import Bookmark
from degoog.google.drive.documents import Format
from degoog.google.drive.file import FOLDER
from degoog.google.drive.inventory import Inventory
from degoog.google.drive.listing import Change, Changes, SharedDrive, TokenRefused
from degoog.google.drive.reading import AsOwner, Flagged, Reading
from degoog.google.drive.tree import Known, Owners, Tree
from degoog.google.fault import Fault
from degoog.i18n import _, n_
from degoog.model import Found, Item, Kind
from degoog.ports import Blob, Gone, Outdated

_PASSES = 3  # that may begin anew because Google forgot where the last one was


@dataclass(frozen=True, slots=True)
class Whole:
    """All that an account sees, but for the shared drives of these names, which other lanes move."""

    but: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OneDrive:
    """One shared drive, by its name."""

    name: str


class DriveSource:
    """The Drive of the client's account. See `ports.Source` and `ports.Following`.

    Entering asks who the account is and raises `Usage` where it is another one than the client was made for, or where
    it is no member of the shared drive asked for. `as_owner` gives a client that acts for somebody, where one may.
    """

    sequential = False

    def __init__(
        self,
        client: Client,
        *,
        view: Whole | OneDrive = Whole(),
        documents: Format = Format.OOXML,
        owners: Owners = Owners(),  # noqa: B008
        as_owner: AsOwner = lambda _owner: None,
        flagged: Flagged = Flagged.LEAVE,
    ) -> None:
        self.bookmark = ""
        self._client = client
        self._view = view
        self._documents = documents
        self._owners = owners
        self._reading = Reading(client, as_owner, flagged)
        self._address = client.account
        self._root = ""
        self._drives: dict[str, SharedDrive] = {}
        self._others: frozenset[str] = frozenset()

    @property
    def account(self) -> str:
        """Whose Drive, or which shared drive: not the owner's address alone, under which a Takeout has its lane."""
        return f"Google Drive: {self._view.name}" if isinstance(self._view, OneDrive) else f"Drive {self._address}"

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        try:
            await self._look_around()
        except BaseException:
            await self._client.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def walk(self) -> AsyncIterator[Found]:
        """Everything there is, as it was when the pass ended: what changed while it went on is taken in too."""
        inventory = Inventory()
        try:
            made = datetime.fromtimestamp(self._client.now(), UTC)
            tokens = await self._listed(inventory)
            for found in self._founds(inventory, lambda _ref: None):
                if isinstance(found, Found):
                    yield found
            self.bookmark = Bookmark(made, self._what, tokens).text()
        finally:
            inventory.close()

    async def changes(self, bookmark_: str, known: Known) -> AsyncIterator[Found | Gone]:
        """What changed since: asked for by change token, one request a thousand. Raises `Outdated`."""
        since = bookmark.read(bookmark_)
        if since is None or since.what != self._what or set(since.tokens) != set(self._places):
            raise Outdated
        inventory = Inventory()
        try:
            made = datetime.fromtimestamp(self._client.now(), UTC)
            tokens = await self._catch_up(inventory, since.tokens)
            await self._look_into_new_folders(inventory, known, since.made)
            for id_, removed in inventory.gone():
                match known(describe.ref(id_)):
                    case None:
                        continue
                    case Kind.FOLDER if removed:  # what lies in it may still be seen, elsewhere
                        raise Outdated
                    case _kind:
                        yield Gone(describe.ref(id_))
            for found in self._founds(inventory, known):
                yield found
            self.bookmark = replace(since, made=made, tokens=tokens).text()
        except TokenRefused as forgotten:
            raise Outdated from forgotten
        finally:
            inventory.close()

    async def read(self, item: Item) -> Blob:
        """Give an item's content; see `Reading`."""
        return await self._reading.read(item)

    def _founds(self, inventory: Inventory, known: Known) -> Iterator[Found | Gone]:
        whole = isinstance(self._view, Whole)
        if whole and self._drives:
            if known(describe.SHARED_DRIVES) is None:
                yield describe.holder(describe.SHARED_DRIVES)
            yield from map(describe.shared_drive, self._drives.values())
        yield from Tree(
            inventory=inventory,
            top=self._root if whole else self._places[0],
            drives=self._drives if whole else {},
            others=self._others,
            stray=describe.SHARED_WITH_ME if whole else describe.ORPHANS,
            wanted=self._documents,
            owners=self._owners,
            known=known,
        ).founds()

    async def _listed(self, inventory: Inventory) -> dict[str, str]:
        """Fill an inventory; give the tokens from which what changes afterwards is told."""
        for left in reversed(range(_PASSES)):
            try:
                tokens = {place: await listing.start_token(self._client, drive=place) for place in self._places}
                for place in self._places:
                    async for page in listing.files(self._client, drive=place):
                        inventory.add(told for told in page if place or told.get("driveId") not in self._drives)
                return await self._catch_up(inventory, tokens)
            except TokenRefused as forgotten:
                inventory.clear()
                if not left:
                    text = _("Google forgot three times where its list was. Nothing was changed. Try again later.")
                    raise Unavailable(text) from forgotten
                await self._look_around()
        raise AssertionError("the last pass ends in one way or the other")

    async def _catch_up(self, inventory: Inventory, tokens: Mapping[str, str]) -> dict[str, str]:
        """Take in what changed since these tokens; give those to go on from."""
        after = {}
        for place, token in tokens.items():
            changes = Changes(self._client, token, place)
            async for page in changes.pages():
                for change in page:
                    self._take(inventory, change, place)
            after[place] = changes.token
        return after

    def _take(self, inventory: Inventory, change: Change, place: str) -> None:
        if change.drive is not None:
            if change.drive.name != getattr(self._drives.get(change.id), "name", change.drive.name):
                raise TokenRefused  # renamed or gone while this went on: everything is looked at again
            return
        if change.told is None:
            inventory.drop(change.id, removed=1)
        elif change.told.get("trashed") is True:
            inventory.drop(change.id, removed=0)
        elif place or change.told.get("driveId") not in self._drives:
            inventory.add([change.told])

    async def _look_into_new_folders(self, inventory: Inventory, known: Known, made: datetime) -> None:
        """List what lies in folders that were there before but not seen: shared since, or back from the trash.

        What was put into a folder made since is among the changes itself.
        """
        queue = [id_ for id_, created in inventory.folders() if created < made and known(describe.ref(id_)) is None]
        seen = set(queue)
        while queue:
            async for page in listing.children(self._client, queue.pop()):
                inventory.add(page)
                below = [str(told["id"]) for told in page if told.get("mimeType") == FOLDER]
                queue += [id_ for id_ in below if id_ not in seen]
                seen.update(below)

    async def _look_around(self) -> None:
        try:
            told = await self._client.get("/drive/v3/about", {"fields": "user(emailAddress)"})
        except Fault as what:
            text = _("Google does not say whose Drive this is ({why}). To do: run “degoog doctor”.")
            raise Unavailable(text.format(why=what)) from what
        user = told.get("user")
        address = str(user.get("emailAddress", "")) if isinstance(user, dict) else ""
        expected = self._client.account
        if expected and address.casefold() != expected.casefold():
            text = _(
                "Google says that this access is {actual}'s, not {expected}'s. Nothing was changed. "
                "To do: run “degoog connect google” with the account {expected}."
            )
            raise Usage(text.format(actual=address, expected=expected))
        self._address = address
        drives = await listing.drives(self._client)
        match self._view:
            case Whole(but):
                self._root = await listing.root(self._client)
                self._drives = {drive.id: drive for drive in drives if drive.name not in but}
                self._others = frozenset(drive.id for drive in drives if drive.name in but)
            case OneDrive(name):
                self._drives = {drive.id: drive for drive in drives if drive.name == name}
                if len(self._drives) != 1:
                    text = n_(
                        "{address} sees {number} shared drive “{name}”. Nothing was changed. To do: write the name as "
                        "Google shows it, give drives of one name different ones, or make {address} a member.",
                        "{address} sees {number} shared drives “{name}”. Nothing was changed. To do: write the name as "
                        "Google shows it, give drives of one name different ones, or make {address} a member.",
                        len(self._drives),
                    )
                    raise Usage(text.format(address=address, name=name, number=len(self._drives)))

    @property
    def _places(self) -> tuple[str, ...]:
        """What is listed: the account itself ("") and shared drives by id."""
        return (*(("",) if isinstance(self._view, Whole) else ()), *self._drives)

    @property
    def _what(self) -> str:
        view = sorted(self._view.but) if isinstance(self._view, Whole) else self._view.name
        told = [self._documents, view, sorted(self._owners.elsewhere.items())]
        return blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()
