"""The contract of sources, on each of them: memory, a Takeout in zips and in tgzs, and archives that are damaged."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from degoog.google.client import Client
from degoog.google.credentials import GivenToken
from degoog.google.drive import DriveSource
from degoog.google.takeout import TakeoutSource
from degoog.model import Item
from degoog.ports import Blob, Source
from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import Drawn, Fate, Why, draw_association
from degoog.sandbox.google.drawing import Place as DrivePlace
from degoog.sandbox.takeout import ItemKind, Packing, draw_takeout
from degoog.sandbox.takeout.nasty import Nasty, draw_nasty
from degoog.sandbox.takeout.view import DrawnTakeout, ExpectedItem
from degoog.secrets import Secret
from tests.contract.source_contract import Expected, Place, SourceContract, moves, readable, taken, walked
from tests.google_stand_in import judged_google
from tests.memory import MemorySource, file, folder


class TestMemory(SourceContract):
    @pytest.fixture
    def place(self) -> Place:
        entries: list[Item | tuple[Item, bytes]] = [
            folder("d1", "Compta"),
            folder("d2", "Été 🌻", "d1"),
            (file("f1", "vide.txt", "d2", b""), b""),
            (file("f2", "Budget.xlsx", "d1", b"budget"), b"budget"),
            (file("f3", "film.bin", None, bytes(3 << 20)), bytes(3 << 20)),
            (file("f4", "illisible.pdf", None, b"pdf"), b"pdf"),
        ]
        expected = (("Compta", "Été 🌻", "vide.txt"), b""), (("Compta", "Budget.xlsx"), b"budget")
        return Place(
            lambda: MemorySource(entries, unreadable={"f4"}),
            expected=tuple(Expected(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in expected),
            holders=(("Compta", "Été 🌻"),),
            damaged=frozenset({"illisible.pdf"}),
        )


def of(drawn: DrawnTakeout) -> Place:
    """The place of a drawn Takeout, as its drawer knows it."""
    files = (item for item in drawn.items if item.kind is not ItemKind.FOLDER and item.certain)
    return Place(
        lambda: TakeoutSource(drawn.parts),
        expected=tuple(Expected(arriving(item), item.sha256 or "", item.size or 0) for item in files),
        holders=tuple(item.path for item in drawn.of_kind(ItemKind.FOLDER)),
    )


def arriving(item: ExpectedItem) -> tuple[str, ...]:
    """The path of a file; that of a document has the extension it was converted to."""
    extension = PurePosixPath(item.archive_path).suffix if item.kind is ItemKind.DOCUMENT else ""
    return (*item.path[:-1], item.path[-1] + extension)


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return of(draw_takeout(tmp_path_factory.mktemp("zips"), seed=11, files=90))


@pytest.fixture(scope="module")
def tgzs(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return of(draw_takeout(tmp_path_factory.mktemp("tgzs"), seed=11, files=90, packing=Packing.TGZ))


class TestTakeoutZip(SourceContract):
    @pytest.fixture
    def place(self, zips: Place) -> Place:
        return zips


class TestTakeoutTgz(SourceContract):
    @pytest.fixture
    def place(self, tgzs: Place) -> Place:
        return tgzs

    def test_it_asks_for_the_order_of_the_walk_and_each_part_is_then_read_once(self, place):
        async def go(source: Source[Blob]) -> bool:
            for item in await readable(source, place):
                await taken(await source.read(item))
            return source.sequential

        assert place.run(go)


class TestTakeoutWithADamagedMember(SourceContract):
    @pytest.fixture
    def place(self, tmp_path) -> Place:
        drawn = draw_nasty(tmp_path, Nasty.DAMAGED_MEMBER)
        return Place(lambda: TakeoutSource(drawn.parts), damaged=frozenset({"Budget.csv"}))


class TestTakeoutWithNamesOfAnotherAge(SourceContract):
    @pytest.fixture(params=[Nasty.NAMES_CP850, Nasty.NAMES_LATIN1, Nasty.UNKNOWN_LANGUAGE, Nasty.ADMIN_LAYOUT])
    def place(self, request, tmp_path) -> Place:
        drawn = draw_nasty(tmp_path, request.param)
        return Place(lambda: TakeoutSource(drawn.parts))


@pytest.fixture(scope="module")
def google() -> Iterator[tuple[GoogleSandbox, Drawn]]:
    drawn = draw_association(seed=3, ordinary=40)
    with judged_google(drawn.world, seed=3) as sandbox:
        yield sandbox, drawn


class TestDrive(SourceContract):
    """The stand-in's Drive, as its drawer knows it: what its account owns, documents apart."""

    @pytest.fixture
    def place(self, google: tuple[GoogleSandbox, Drawn]) -> Place:
        sandbox, drawn = google
        who = "camille@lauze.example"

        def open_() -> DriveSource:
            client = Client(GivenToken(Secret(sandbox.access_token(who))), account=who, api_url=sandbox.url)
            return DriveSource(client)

        mine = list(drawn.of(who, DrivePlace.MY_DRIVE).values())
        files = [(one.path, one.content.read()) for one in mine if one.fate is Fate.BYTES and one.content is not None]
        everything = [one for somewhere in DrivePlace for one in drawn.of(who, somewhere).values()]
        flagged = {one.path[-1] for one in everything if one.why is Why.FLAGGED}
        return Place(
            open_,
            expected=tuple(Expected(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in files),
            holders=tuple(one.path for one in mine if one.fate is Fate.FOLDER),
            damaged=frozenset(flagged),
        )

    def test_items_are_read_without_a_walk_before(self, place):
        (item, *_others) = [
            found.item for found in place.walk() if moves(found) and found.item.size
            and found.item.name not in place.damaged
        ]  # fmt: skip

        async def go(source: Source[Blob]) -> int:
            return len(await taken(await source.read(item)))

        assert place.run(go) == item.size


def test_zips_and_tgzs_of_one_takeout_are_the_same_tree(zips, tgzs):
    keys = [{found.item.ref: found.item.path for found in place.walk()} for place in (zips, tgzs)]
    assert keys[0] == keys[1]


def test_the_order_in_which_the_parts_are_given_changes_nothing(zips):
    async def go() -> list[list[object]]:
        source = zips.open()
        assert isinstance(source, TakeoutSource)
        turned = TakeoutSource(source._paths[::-1])
        async with source, turned:
            return [list(await walked(one)) for one in (source, turned)]

    straight, turned = asyncio.run(go())
    assert straight == turned
