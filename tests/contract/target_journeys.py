"""The engine and the ledger with every target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from degoog.engine import Check, Road, migrate, plan, verify
from degoog.ledger import Balance, Ledger
from degoog.ports import Blob, Event, Target
from tests import memory
from tests.contract.site import (
    DAY,
    LARGE,
    Desk,
)


class Journeys:
    """A migration from end to end."""

    def test_a_migration_arrives_is_sound_and_writes_nothing_when_run_again(self, desk, site, tmp_path):
        source = memory.MemorySource(
            [
                memory.folder("d1", "Compta : 2024"),
                memory.folder("d2", "Été", "d1"),
                memory.folder("vide", "vide", "d2"),
                (memory.file("f0", "vide.txt", "d1", b""), b""),
                *((memory.file(f"f{n}", "Budget.xlsx", "d2", b"%d" % n), b"%d" % n) for n in range(1, 9)),
                (memory.file("big", "film.bin", "d1", bytes(LARGE), starred=True), bytes(LARGE)),
                (memory.file("root", "à lire.txt", None, b"lire", created=DAY), b"lire"),
            ]
        )
        ledger = tmp_path / "ledger.db"
        balance = carried(source, desk, ledger)
        assert balance.holds
        assert (balance.moved, balance.failed, balance.pending, balance.touches) == (14, 0, 0, 0)
        assert sorted(desk.files().values())[:4] == [b"", bytes(LARGE), b"1", b"2"]
        for check in Check:
            verified = verified_with(desk, ledger, check)
            assert (verified.proven, verified.extra, verified.sound) == (14, 0, True)
        before = desk.state()
        reads = source.reads
        balance = carried(source, desk, ledger)
        assert (balance.moved, balance.unchanged, source.reads) == (0, 14, reads)
        assert desk.state() == before

    def test_renames_at_the_source_are_moves_here(self, desk, site, tmp_path):
        def entries(top: str, name: str) -> list[Any]:
            return [memory.folder("d", top), (memory.file("f", name, "d", b"data"), b"data")]

        ledger = tmp_path / "ledger.db"
        carried(memory.MemorySource(entries("Avant", "a.txt")), desk, ledger)
        before = desk.state()["Avant/a.txt"][0]
        later = memory.MemorySource(entries("Après", "b.txt"))
        balance = carried(later, desk, ledger)
        assert (balance.moved, balance.holds, later.reads) == (2, True, 0)
        assert site.paths() == {"Après/", "Après/b.txt"}
        assert desk.state()["Après/b.txt"][0].id == before.id
        assert verified_with(desk, ledger, Check.LIST).sound


class Nobody:
    def notify(self, event: Event) -> None:
        pass


async def no_sleep(_seconds: float) -> None:
    """Waiting takes no time in a test."""


def carried(source: Any, desk: Desk, path: Path) -> Balance:
    """Plan and migrate with the engine."""

    async def go(target: Target[Blob]) -> Balance:
        with Ledger(path) as ledger:
            lane = ledger.lane(road="files", source=source.account, address=target.address, identity=target.identity)
            run = ledger.begin("migrate", "files")
            await plan(source, lane, target.naming, run=run, observer=Nobody())
            road = Road(source, target, lambda _item, value: (value, ()), lane)
            await migrate(road, run=run, observer=Nobody(), sleep=no_sleep)
            return lane.balance(run)

    return desk.run(go)


def verified_with(desk: Desk, path: Path, check: Check) -> Any:
    async def go(target: Target[Blob]) -> Any:
        with Ledger(path) as ledger:
            (lane,) = ledger.lanes("files")
            return await verify(target, lane, observer=Nobody(), check=check, share=1.0)

    return desk.run(go)
