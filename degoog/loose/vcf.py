"""Contact files as a source: every card of one or several `.vcf`, each person once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Self

from degoog.convert import vcards
from degoog.convert.titles import file_name
from degoog.convert.traits import Traits
from degoog.convert.vcards import CardPiece, RawCard
from degoog.documents import Document, Documents
from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Ref, Stage
from degoog.shelf import Laid, Shelf

_PAUSE = 500
_BOOK = "contacts"
_CARD = "VCARD"


class VcfSource:
    """See `ports.Source`. All files are one address book; a person who is in several groups' files is one contact."""

    sequential = False

    def __init__(self, documents: Documents, *, name: str = "") -> None:
        self._documents = documents
        self._name = name
        self._shelf: Shelf | None = None

    @property
    def account(self) -> str:
        """Whose contacts these are, as far as they tell."""
        return self._documents.account

    async def walk(self) -> AsyncIterator[Found]:
        """The address book, then its contacts."""
        shelf = await self._read_all()
        for problem in self._documents.problems():
            yield problem
        book = Ref("vcf", _BOOK)
        name = self._name or _("Contacts")
        yield Found(Item(book, None, Kind.ADDRESS_BOOK, name, Stage.HOLDERS, content=name))
        for count, pile in enumerate(shelf.piles(_BOOK, _CARD)):
            digest = hashlib.sha256(pile.digests.encode()).hexdigest()
            yield Found(_item(pile.key, pile.title, digest))
            if not count % _PAUSE:
                await asyncio.sleep(0)
        for laid in shelf.broken(_BOOK, _CARD):
            detail = _("line {line}: it has no end").format(line=laid.number)
            yield Found(_item(laid.key, laid.title, laid.digest), FailReason.BROKEN, detail)

    def overlooks(self, ref: Ref) -> bool:  # noqa: ARG002 - a port's signature
        """Whether the documents are not all there are."""
        return self._documents.partial

    async def read(self, item: Item) -> RawCard | Traits:
        """Describe the book, or give a card with the groups it is in. Raises `Refused` for what is not in the files."""
        if item.holder:
            return Traits(item.name, "VCARD")
        shelf = await self._read_all()
        laid = [one for one in shelf.pieces(_BOOK, _CARD, item.ref.id) if not one.problem]
        if not laid:
            raise Refused(FailReason.UNREADABLE, _("It is no longer in the contact file."))
        first = vcards.card(CardPiece(laid[0].number, laid[0].data))
        groups = dict.fromkeys(group for one in laid for group in one.groups.split("\n") if group)
        return replace(first, uid=vcards.uid_for(item.ref.id), groups=tuple(groups))

    async def __aenter__(self) -> Self:
        await self._documents.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._shelf is not None:
            self._shelf.close()
            self._shelf = None
        await self._documents.__aexit__(*error)

    async def _read_all(self) -> Shelf:
        if self._shelf is None:
            shelf = Shelf()
            count = 0
            for document in self._documents.documents():
                named: dict[str, int] = {}
                for piece in vcards.pieces(document.open()):
                    _take(shelf, document, piece, named)
                    count += 1
                    if not count % _PAUSE:
                        await asyncio.sleep(0)
            shelf.sort()
            self._shelf = shelf
        return self._shelf


def _take(shelf: Shelf, document: Document, piece: CardPiece, named: dict[str, int]) -> None:
    raw = vcards.card(piece)
    key = vcards.key_of(raw)
    digest = hashlib.sha256(piece.data).hexdigest()
    # Two people of one name in one file are two; the same card in another group's file is the same person.
    folded = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]
    named[folded] = number = named.get(folded, 0) + 1
    shelf.lay(
        Laid(
            holder=_BOOK,
            key=key if number == 1 else f"{key} ({number})",
            kind=_CARD,
            master=True,
            number=piece.number,
            title=vcards.shown(raw),
            day="",
            modified="",
            digest=digest,
            problem=piece.problem,
            groups="\n".join(document.groups),
            data=piece.data,
        )
    )


def _item(key: str, title: str, digest: str) -> Item:
    return Item(
        ref=Ref("vcf", key),
        parent=Ref("vcf", _BOOK),
        kind=Kind.CONTACT,
        name=file_name(title, ".vcf", otherwise=_("Without a name")),
        stage=Stage.CONTENT,
        content=digest,
        place=_BOOK,
    )
