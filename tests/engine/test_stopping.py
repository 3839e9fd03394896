"""A person who presses Ctrl-C is heard soon: the loop gets its turn, whatever the road does in one go."""

import asyncio

from degoog.model import Found
from tests.memory import MemorySource, MemoryTarget, Store, file, folder


def pressed(store: Store, stop: asyncio.Event, *, at: int) -> None:
    """Press Ctrl-C at the n-th change; as with a real signal, it is the loop that brings the news."""

    def step() -> None:
        if store.changes == at:
            asyncio.get_running_loop().call_soon(stop.set)

    store.step = step


def test_ctrl_c_is_heard_after_the_batch_in_hand_though_nothing_ever_waits(bench):
    stop, store = asyncio.Event(), Store()
    pressed(store, stop, at=10)
    balance = bench.migrate(
        MemorySource([file(f"f{n:03}") for n in range(200)]), MemoryTarget(store, batch_size=4), stop=stop
    )
    assert 10 <= balance.moved <= 24
    assert balance.pending == 200 - balance.moved


def test_ctrl_c_is_heard_among_holders(bench):
    stop, store = asyncio.Event(), Store()
    pressed(store, stop, at=10)
    balance = bench.migrate(
        MemorySource([folder(f"d{n:03}") for n in range(200)]), MemoryTarget(store, batch_size=4), stop=stop
    )
    assert balance.pending >= 170


class Endless(MemorySource):
    """A source whose walk never ends, and never waits."""

    def __init__(self, stop: asyncio.Event) -> None:
        super().__init__()
        self.stop = stop

    async def walk(self):
        number = 0
        while True:
            number += 1
            if number == 5000:
                asyncio.get_running_loop().call_soon(self.stop.set)
            assert number < 20_000
            yield Found(file(f"f{number}"))


def test_ctrl_c_is_heard_during_a_walk_and_nothing_of_that_walk_counts(bench):
    stop = asyncio.Event()
    balance = bench.migrate(Endless(stop), MemoryTarget(), stop=stop)
    assert (balance.found, balance.pending, balance.holds) == (0, 0, True)
