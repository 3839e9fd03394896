"""A run from beginning to end, on memory."""

import asyncio

from degoog.errors import Unavailable
from degoog.ports import Leg
from degoog.runs import Journey, run_migration
from tests.engine.conftest import Watcher
from tests.memory import MemorySource, MemoryTarget, file


class Full(MemoryTarget):
    """No room for the map, once."""

    left = 1
    saved = 0

    async def save_map(self, name, value):
        self.left -= 1
        if self.left >= 0:
            raise Unavailable("no room")
        self.saved += 1
        await super().save_map(name, value)


def test_a_map_that_could_not_be_kept_is_kept_by_the_next_run_and_only_then(tmp_path):
    source, target = MemorySource([file("a", "a.txt")]), Full()

    def go() -> int:
        journey = Journey(
            road="files", legs=lambda _resolve: [Leg(source, target)],
            ledger=tmp_path / "ledger.db", observer=Watcher(), command="migrate",
        )  # fmt: skip
        return asyncio.run(run_migration(journey)).exit

    assert [(go(), target.saved) for _run in range(3)] == [(4, 0), (0, 1), (0, 1)]
