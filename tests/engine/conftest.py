"""One way to run a migration in a test."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from degoog.deletions import shelter
from degoog.engine import Check, Road, Verified, follow_deletions, migrate, plan, verify
from degoog.ledger import Balance, Ledger
from degoog.model import Stage
from degoog.ports import Event


@dataclass
class Watcher:
    """An observer that remembers."""

    events: list[Event] = field(default_factory=list)

    def notify(self, event: Event) -> None:
        self.events.append(event)


async def no_sleep(_seconds: float) -> None:
    """Waiting takes no time in a test."""


@dataclass
class Bench:
    """A ledger on disk and what a test does with it."""

    path: Path
    watcher: Watcher = field(default_factory=Watcher)

    def migrate(self, source, target, *, keep=None, jobs=None, stop=None, follow=False) -> Balance:
        with Ledger(self.path) as ledger:
            lane = ledger.lane(road="files", source=source.account, address=target.address, identity=target.identity)
            run = ledger.begin("migrate", "files")

            async def go() -> None:
                nonlocal lane
                lane = await plan(source, lane, target.naming, run=run, observer=self.watcher, keep=keep, stop=stop)
                if stop is not None and stop.is_set():
                    return
                road = Road(source, target, lambda _item, value: (value, ()), lane)
                await migrate(road, run=run, observer=self.watcher, jobs=jobs, stop=stop, sleep=no_sleep)
                if follow:
                    copies = shelter(self.path.parent / "deleted")
                    stop_ = stop or asyncio.Event()
                    await follow_deletions(road, run=run, observer=self.watcher, stop=stop_, shelter=copies)
                    if lane.amount(Stage.LAST)[0]:
                        await migrate(road, run=run, observer=self.watcher, jobs=jobs, stop=stop, sleep=no_sleep)

            try:
                asyncio.run(go())
            finally:
                balance = lane.balance(run)
            ledger.end(run, exit_code=0)
            return balance

    def verify(self, target, check: Check = Check.LIST, share: float = 1.0) -> Verified:
        with Ledger(self.path) as ledger:
            (lane,) = ledger.lanes("files")
            return asyncio.run(verify(target, lane, observer=self.watcher, check=check, share=share))

    def rows(self, columns: str = "ref, state, reason, lies") -> list[Any]:
        with Ledger(self.path) as ledger:
            return ledger.connection.execute(f"SELECT {columns} FROM item ORDER BY ref").fetchall()

    def losses(self) -> set[tuple[str, str, str]]:
        with Ledger(self.path) as ledger:
            sql = "SELECT ref, loss.kind, loss.detail FROM loss JOIN item ON item.id = loss.item"
            return set(ledger.connection.execute(sql))


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path / ".degoog" / "ledger.db")


@pytest.fixture(scope="session")
def fresh(tmp_path_factory) -> Callable[[], Bench]:
    """Give a new ledger at each call, for the many examples of one test."""
    folder = tmp_path_factory.mktemp("ledgers")
    return lambda: Bench(Path(tempfile.mkdtemp(dir=folder)) / "ledger.db")
