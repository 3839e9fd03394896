"""The contract of sources, on a Slack export: what a message is read as stands as bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from degoog.convert.slack.values import Talk
from degoog.model import Found, Item
from degoog.ports import Blob
from degoog.sandbox.slack import DrawnExport, draw_export
from degoog.slack import SlackSource
from degoog.slack.consent import Consent
from tests.contract.source_contract import Place, SourceContract
from tests.memory import blob

ALL = Consent(frozenset({"bureau", "potager"}), direct=True, agreed=lambda _id, _people: True)


class AsBytes(SlackSource):
    """What is read, written down; the size of a message is that of its files, which is another thing."""

    async def walk(self) -> AsyncIterator[Found]:
        async for found in super().walk():
            size = None
            if found.verdict is None and not found.item.holder and found.item.unit is None:
                size = (await self.read(found.item)).size
            yield replace(found, item=replace(found.item, size=size))

    async def read(self, item: Item) -> Blob:  # type: ignore[override]
        talk = await super().read(item)
        told: object = talk
        if isinstance(talk, Talk):
            told = [(one.ref, one.text, one.raw) for one in (talk.root, *talk.replies) if one]
        return blob(repr(told).encode())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DrawnExport:
    return draw_export(tmp_path_factory.mktemp("slack") / "export.zip", messages=14)


@pytest.fixture(scope="module")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> DrawnExport:
    return draw_export(tmp_path_factory.mktemp("slack") / "export.zip", messages=14, top="Export/", damaged=True)


def place_of(*paths: Path) -> Place:
    return Place(lambda: AsBytes(paths, consent=ALL), holders=(("jardins-lauze.slack.com", "potager"),))


class TestSlack(SourceContract):
    @pytest.fixture
    def place(self, drawn: DrawnExport) -> Place:
        return place_of(drawn.path)


class TestSlackPackedAgainAndDamaged(SourceContract):
    @pytest.fixture
    def place(self, wrapped: DrawnExport) -> Place:
        return place_of(wrapped.path)


class TestTwoSlackExports(SourceContract):
    @pytest.fixture
    def place(self, drawn: DrawnExport, tmp_path: Path) -> Place:
        return place_of(draw_export(tmp_path / "later.zip", messages=14, later=5).path, drawn.path)
