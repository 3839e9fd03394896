"""The Drive source: everything an account sees, once; what changed since; and each file's bytes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from types import TracebackType
from typing import Self

from degoog.errors import Unavailable, Usage
from degoog.google.client import Client
from degoog.google.drive import bookmark, describe, listing
from degoog.google.drive.ahead import Ahead
from degoog.google.drive.bookmark import Bookmark
from degoog.google.drive.documents import Format
from degoog.google.drive.file import FOLDER
from degoog.google.drive.inventory import Inventory
from degoog.google.drive.listing import Change, Changes, TokenRefused
from degoog.google.drive.reading import AsOwner, Flagged, Reading
from degoog.google.drive.tree import Known, Owners, Tree
from degoog.google.drive.view import OneDrive, Scene, View, Whole, scene
from degoog.i18n import _
from degoog.model import Found, Item, Kind
from degoog.ports import Blob, Gone, Outdated

_PASSES = 3  # that may begin anew because Google forgot where the last one was


class DriveSource:
    """The Drive of the client's account. See `ports.Source` and `ports.Following`.

    Entering asks whose it is where the client does not know. A walk raises `Usage` where the account is another one
    than the client was made for, or no member of the shared drive asked for. `as_owner` gives a client that acts for
    somebody, where one may.
    """

    sequential = False

    def __init__(
        self,
        client: Client,
        *,
        view: View = Whole(),  # noqa: B008 - a frozen value
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
        self._ahead = Ahead()
        self._reading = Reading(client, as_owner, self._ahead, flagged)
        self._address = client.account
        self._around = Scene()

    @property
    def account(self) -> str:
        """Whose Drive, or which shared drive: never an address alone, under which a Takeout has its lane."""
        return self._view.account(self._address)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        try:
            if not self._address and not isinstance(self._view, OneDrive):
                self._address = await listing.address(self._client)
        except BaseException:
            await self._client.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ahead.close()
        await self._client.__aexit__(kind, error, trace)

    async def walk(self) -> AsyncIterator[Found]:
        """Everything there is, as it was when the pass ended: what changed while it went on is taken in too."""
        inventory = Inventory()
        try:
            here = await self._look_around()
            made = datetime.fromtimestamp(self._client.now(), UTC)
            tokens = await self._listed(inventory, here)
            for found in self._founds(inventory, self._around, lambda _ref: None):
                if isinstance(found, Found):
                    yield found
            self.bookmark = Bookmark(made, self._what, tokens).text()
        finally:
            inventory.close()

    async def changes(self, bookmark_: str, known: Known) -> AsyncIterator[Found | Gone]:
        """What changed since: asked for by change token, one request a thousand. Raises `Outdated`."""
        since, here = bookmark.read(bookmark_), await self._look_around()
        if since is None or since.what != self._what or set(since.tokens) != set(here.places):
            raise Outdated
        inventory = Inventory()
        try:
            made = datetime.fromtimestamp(self._client.now(), UTC)
            tokens = await self._catch_up(inventory, here, since.tokens)
            await self._look_into_new_folders(inventory, known, since.made)
            for id_, removed in inventory.gone():
                match known(describe.ref(id_)):
                    case None:
                        continue
                    case Kind.FOLDER if removed:  # what lies in it may still be seen, elsewhere
                        raise Outdated
                    case _kind:
                        yield Gone(describe.ref(id_))
            for found in self._founds(inventory, here, known):
                yield found
            self.bookmark = replace(since, made=made, tokens=tokens).text()
        except TokenRefused as forgotten:
            raise Outdated from forgotten
        finally:
            inventory.close()

    async def read(self, item: Item) -> Blob:
        """Give an item's content; see `Reading`."""
        return await self._reading.read(item)

    def _founds(self, inventory: Inventory, here: Scene, known: Known) -> Iterator[Found | Gone]:
        if here.drives:
            if known(describe.SHARED_DRIVES) is None:
                yield describe.holder(describe.SHARED_DRIVES)
            yield from map(describe.shared_drive, here.drives.values())
        yield from Tree(inventory, here, wanted=self._documents, owners=self._owners, known=known).founds()

    async def _listed(self, inventory: Inventory, here: Scene) -> dict[str, str]:
        """Fill an inventory; give the tokens from which what changes afterwards is told."""
        for left in reversed(range(_PASSES)):
            try:
                tokens = {place: await listing.start_token(self._client, drive=place) for place in here.places}
                for place in here.places:
                    async for page in listing.files(self._client, drive=place):
                        inventory.add(told for told in page if here.tells(place, told))
                return await self._catch_up(inventory, here, tokens)
            except TokenRefused as forgotten:
                inventory.clear()
                if not left:
                    text = _("Google forgot three times where its list was. Nothing was changed. Try again later.")
                    raise Unavailable(text) from forgotten
                here = await self._look_around()
        raise AssertionError("the last pass ends in one way or the other")

    async def _catch_up(self, inventory: Inventory, here: Scene, tokens: Mapping[str, str]) -> dict[str, str]:
        """Take in what changed since these tokens; give those to go on from."""
        after = {}
        for place, token in tokens.items():
            changes = Changes(self._client, token, place)
            async for page in changes.pages():
                for change in page:
                    _take(inventory, change, here, place)
            after[place] = changes.token
        return after

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

    async def _look_around(self) -> Scene:
        """Ask who this is and which shared drives there are."""
        address, expected = await listing.address(self._client), self._client.account
        if expected and address.casefold() != expected.casefold():
            text = _(
                "Google says that this access is {actual}'s, not {expected}'s. Nothing was changed. "
                "To do: run “degoog connect google” with the account {expected}."
            )
            raise Usage(text.format(actual=address, expected=expected))
        self._address = address
        self._around = scene(
            self._view,
            address=address,
            root=await listing.root(self._client),
            drives=await listing.drives(self._client),
        )
        return self._around

    @property
    def _what(self) -> str:
        told = [self._documents, self._view.account(""), self._view.key, sorted(self._owners.elsewhere.items())]
        return blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def _take(inventory: Inventory, change: Change, here: Scene, place: str) -> None:
    if change.drive is not None:
        known = here.drives.get(change.id)
        if known is not None and known.name != change.drive.name:
            raise TokenRefused  # renamed or gone while this went on: everything is looked at again
    elif change.told is None:
        inventory.drop(change.id, removed=1)
    elif change.told.get("trashed") is True:
        inventory.drop(change.id, removed=0)
    elif here.tells(place, change.told):
        inventory.add([change.told])
