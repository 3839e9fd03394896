"""Killed at any instant, any number of times: run again, it ends where an uninterrupted run ends."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from degoog.errors import Unavailable
from tests.engine.conftest import Bench
from tests.memory import Killed, MemorySource, MemoryTarget, Store, file, folder


class Fuse:
    """Kills at the n-th step; also where a step lies between a change and the news of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.step = self.burn
        self.left = 10**9

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


@st.composite
def sources(draw) -> list[Any]:
    """A small tree, with names that clash, bytes that are alike, stars and folders in folders."""
    entries: list[Any] = []
    parents: list[str | None] = [None]
    for n in range(draw(st.integers(1, 5))):
        parent = draw(st.sampled_from(parents))
        entries.append(folder(f"d{n}", draw(st.sampled_from(["A", "a", "B"])), parent))
        parents.append(f"d{n}")
    for n in range(draw(st.integers(1, 14))):
        data = draw(st.sampled_from([b"", b"same", b"%d" % n]))
        item = file(
            f"f{n}", draw(st.sampled_from(["x.txt", "X.TXT", "y.odt"])), draw(st.sampled_from(parents)), data,
            starred=draw(st.booleans()),
        )  # fmt: skip
        entries.append((item, data))
    return list(draw(st.permutations(entries)))


def ends(bench: Bench, store: Store) -> tuple[Any, ...]:
    """What an observer could compare: the target, and the ledger without its clock and ids."""
    return (
        store.files(),
        {path: node.modified for path, node in store.nodes.items()},
        bench.rows("ref, state, reason, named, lies, done_content, done_place, proof_size, proof_digest"),
        bench.losses(),
        bench.rows("(SELECT count(*) FROM touch WHERE pending), (SELECT count(*) FROM intent)")[0],
    )


@settings(max_examples=60, deadline=None)
@given(sources(), st.lists(st.integers(1, 40), max_size=6), st.integers(1, 4), st.integers(1, 3))
def test_killed_anywhere_and_run_again_nothing_is_lost_and_nothing_is_there_twice(fresh, entries, kills, size, jobs):
    whole, whole_store = fresh(), Store()
    whole.migrate(MemorySource(entries), MemoryTarget(whole_store, batch_size=size), jobs=jobs)

    bench, store = fresh(), Store()
    fuse = Fuse(store)
    for steps in kills:
        fuse.left = steps
        try:
            bench.migrate(MemorySource(entries), MemoryTarget(store, batch_size=size), jobs=jobs)
        except Killed:
            continue
    fuse.left = 10**9
    balance = bench.migrate(MemorySource(entries), MemoryTarget(store, batch_size=size), jobs=jobs)
    assert balance.holds
    assert (balance.pending, balance.failed) == (0, 0)
    assert ends(bench, store) == ends(whole, whole_store)


@settings(max_examples=40, deadline=None)
@given(sources(), sources(), st.lists(st.integers(1, 30), max_size=4))
def test_a_later_walk_killed_anywhere_also_ends_as_if_it_had_not_been(fresh, first, second, kills):
    results = []
    none: list[int] = []
    for deaths in (none, kills):
        bench, store = fresh(), Store()
        fuse = Fuse(store)
        bench.migrate(MemorySource(first), MemoryTarget(store))
        for steps in deaths:
            fuse.left = steps
            try:
                bench.migrate(MemorySource(second), MemoryTarget(store))
            except Killed:
                continue
        fuse.left = 10**9
        balance = bench.migrate(MemorySource(second), MemoryTarget(store))
        assert balance.holds
        assert (balance.pending, balance.failed) == (0, 0)
        results.append(sorted(data for data in store.files().values()))
    assert results[0] == results[1]


def test_a_service_that_stops_answering_in_the_middle_loses_nothing(bench):
    entries = [file(f"f{n:02}") for n in range(30)]
    target = MemoryTarget(flaky={f"f{n:02}": 99 for n in range(10, 30)}, batch_size=2)
    with pytest.raises(Unavailable):
        bench.migrate(MemorySource([*entries, *(file(f"g{n}") for n in range(20))]), target, jobs=1)
    target.flaky.clear()
    balance = bench.migrate(MemorySource([*entries, *(file(f"g{n}") for n in range(20))]), target)
    assert balance.holds
    assert (balance.moved + balance.unchanged, len(target.store.files())) == (50, 50)
