"""What a migration must do, on memory: everything found ends in one outcome, and the names are stable."""

import asyncio
import stat
from dataclasses import replace

import pytest

from degoog.errors import Unavailable, Usage
from degoog.filters import Filters, Rule
from degoog.ledger import Ledger
from degoog.ledger.counts import outcomes
from degoog.ledger.entries import entries
from degoog.model import FailReason, Found, Kind, Loss, LossKind, Outcome, SkipReason
from tests.engine.sample import tree
from tests.memory import MemorySource, MemoryTarget, Store, file, folder


def test_everything_found_arrives_whatever_the_order_of_the_walk(bench):
    target = MemoryTarget()
    balance = bench.migrate(tree(), target)
    assert target.store.files() == {
        "Compta/2024/notes.txt": b"notes",
        "Compta/budget.xlsx": b"budget",
        "racine.pdf": b"pdf",
    }
    assert (balance.found, balance.moved, balance.holds) == (5, 5, True)


def test_a_second_run_reads_and_writes_nothing(bench):
    source, target = tree(), MemoryTarget()
    bench.migrate(source, target)
    changes, reads = target.store.changes, source.reads
    balance = bench.migrate(source, target)
    assert (balance.moved, balance.unchanged) == (0, 5)
    assert (target.store.changes, source.reads) == (changes, reads)


def test_the_ledger_is_readable_by_its_owner_only(bench):
    bench.migrate(tree(), MemoryTarget())
    for path in bench.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_same_names_are_all_kept_and_the_names_stay_when_a_sibling_goes(bench):
    items = [(file(f"id{n}", "Budget.xlsx", None, b"%d" % n), b"%d" % n) for n in (3, 1, 2)]
    target = MemoryTarget()
    bench.migrate(MemorySource(items), target)
    assert target.store.files() == {"Budget.xlsx": b"1", "Budget (2).xlsx": b"2", "Budget (3).xlsx": b"3"}
    assert ("memory:id2", LossKind.NAME, "Budget.xlsx") in bench.losses()
    balance = bench.migrate(MemorySource([entry for entry in items if entry[0].ref.id != "id1"]), target)
    assert (balance.gone, balance.unchanged, balance.found) == (1, 2, 2)
    assert target.store.files()["Budget (2).xlsx"] == b"2"


def test_names_that_differ_only_by_case_are_kept_apart_where_the_target_does_not_tell_them_apart(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([file("a", "Été.txt"), file("b", "été.TXT")]), target)
    assert set(target.store.files()) == {"Été.txt", "été (2).TXT"}


def test_a_folder_inside_itself_and_a_lost_parent_end_under_orphans(bench):
    source = MemorySource(
        [folder("a", "A", "b"), folder("b", "B", "a"), file("f", "f.txt", "b"), file("g", "g.txt", "nowhere")]
    )
    target = MemoryTarget()
    balance = bench.migrate(source, target)
    assert set(target.store.files()) == {"Orphans/A/B/f.txt", "Orphans/g.txt"}
    assert (balance.found, balance.moved, balance.holds) == (4, 4, True)
    assert ("memory:g", LossKind.ORPHAN, "") in bench.losses()
    assert bench.migrate(source, target).unchanged == 4


def test_what_the_source_skips_or_fails_is_accounted_for_with_what_lies_in_it(bench):
    source = MemorySource(
        [
            Found(folder("d", "Privé"), SkipReason.NOT_EXPORTED),
            file("f", "f.txt", "d"),
            Found(folder("e", "bad"), FailReason.UNSAFE_PATH, "../bad"),
            file("g", "g.txt", "e"),
            Found(replace(file("p", "Mail"), kind=Kind.PRODUCT, count=812), SkipReason.NOT_SUPPORTED),
        ]
    )
    balance = bench.migrate(source, MemoryTarget())
    assert (balance.found, balance.skipped, balance.failed, balance.holds) == (5, 3, 2, True)
    reasons = dict(bench.rows("ref, reason"))
    assert reasons["memory:f"] == SkipReason.PARENT_SKIPPED
    assert reasons["memory:g"] == FailReason.PARENT_FAILED


def test_what_cannot_be_read_fails_alone_and_is_tried_again_by_the_next_run(bench):
    source, target = tree(), MemoryTarget()
    source.unreadable.add("f2")
    balance = bench.migrate(source, target)
    assert (balance.moved, balance.failed, balance.holds) == (4, 1, True)
    source.unreadable.clear()
    balance = bench.migrate(source, target)
    assert (balance.moved, balance.unchanged, balance.failed) == (1, 4, 0)


def test_a_folder_that_cannot_be_made_takes_its_content_with_it_until_it_can(bench):
    target = MemoryTarget(refused={"d1"})
    balance = bench.migrate(tree(), target)
    assert (balance.moved, balance.failed, balance.holds) == (1, 4, True)
    target.refused.clear()
    assert bench.migrate(tree(), target).moved == 4


def test_what_is_new_in_a_folder_that_cannot_follow_its_new_name_fails_with_it(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([folder("d", "A")]), target)
    target.refused.add("d")
    balance = bench.migrate(MemorySource([folder("d", "B"), file("f", "f.txt", "d")]), target)
    assert (balance.failed, balance.pending, balance.holds) == (2, 0, True)
    target.refused.clear()
    assert bench.migrate(MemorySource([folder("d", "B"), file("f", "f.txt", "d")]), target).moved == 2
    assert set(target.store.files()) == {"B/f.txt"}


def test_a_transfer_that_breaks_is_tried_again_from_a_fresh_read(bench):
    source, target = tree(), MemoryTarget(flaky={"f1": 2})
    balance = bench.migrate(source, target)
    assert (balance.moved, balance.failed) == (5, 0)
    assert source.reads == 5


def test_a_transfer_that_always_breaks_fails_alone(bench):
    target = MemoryTarget(flaky={"f1": 99})
    balance = bench.migrate(tree(), target)
    assert (balance.moved, balance.failed) == (4, 1)
    assert ("memory:f1", FailReason.CONNECTION) in bench.rows("ref, reason")


def test_many_broken_transfers_in_a_row_stop_the_run_and_leave_the_rest_pending(bench):
    source = MemorySource([file(f"f{n}") for n in range(200)])
    target = MemoryTarget(flaky={f"f{n}": 99 for n in range(200)})
    with pytest.raises(Unavailable):
        bench.migrate(source, target)
    states = [state for (state,) in bench.rows("state")]
    assert states.count("pending") > 150


def test_new_content_replaces_ours_in_place(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([(file("f", "f.txt", None, b"1"), b"1")]), target)
    id_ = target.store.nodes["f.txt"].id
    balance = bench.migrate(MemorySource([(file("f", "f.txt", None, b"2"), b"2")]), target)
    assert balance.moved == 1
    assert target.store.files() == {"f.txt": b"2"}
    assert target.store.nodes["f.txt"].id == id_


def test_what_somebody_changed_at_the_target_is_kept_and_ours_goes_beside(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([(file("f", "f.txt", None, b"1"), b"1")]), target)
    target.store.put("f.txt", b"somebody's work")
    bench.migrate(MemorySource([(file("f", "f.txt", None, b"2"), b"2")]), target)
    assert target.store.files() == {"f.txt": b"somebody's work", "f (2).txt": b"2"}
    assert ("memory:f", LossKind.BESIDE, "f.txt") in bench.losses()


def test_a_rename_and_a_move_at_the_source_are_moves_at_the_target(bench):
    source, target = tree(), MemoryTarget()
    bench.migrate(source, target)
    reads = source.reads
    moved = MemorySource(
        [
            folder("d1", "Comptabilité"),
            folder("d2", "2024"),
            (file("f1", "notes.txt", "d2", b"notes"), b"notes"),
            (file("f2", "budget final.xlsx", "d2", b"budget"), b"budget"),
            (file("f3", "racine.pdf", None, b"pdf"), b"pdf"),
        ]
    )
    balance = bench.migrate(moved, target)
    assert moved.reads == 0
    assert reads == 3
    assert target.store.files() == {
        "2024/notes.txt": b"notes",
        "2024/budget final.xlsx": b"budget",
        "racine.pdf": b"pdf",
    }
    assert (balance.moved, balance.unchanged, balance.holds) == (3, 2, True)
    assert bench.migrate(moved, target).unchanged == 5


def test_what_is_both_moved_and_changed_arrives_once_at_its_new_place(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([folder("d"), (file("f", "f.txt", None, b"1"), b"1")]), target)
    bench.migrate(MemorySource([folder("d"), (file("f", "f.txt", "d", b"2"), b"2")]), target)
    assert target.store.files() == {"d/f.txt": b"2"}


def test_filters_leave_out_what_they_say_and_keep_the_folders_of_what_stays(bench):
    target = MemoryTarget()
    balance = bench.migrate(tree(), target, keep=lambda item, path: path.startswith("Compta/2024"))
    assert set(target.store.nodes) == {"Compta", "Compta/2024", "Compta/2024/notes.txt"}
    assert (balance.skipped, balance.moved, balance.holds) == (2, 3, True)
    assert ("memory:f2", SkipReason.FILTERED) in bench.rows("ref, reason")
    assert bench.migrate(tree(), target).moved == 2


@pytest.mark.parametrize(
    ("rules", "arrives"),
    [
        (Filters(exclude=(Rule(type="video"),)), {"Mixte", "Mixte/ag.pdf", "Vide"}),
        (Filters(include=(Rule(type="pdf"),)), {"Mixte", "Mixte/ag.pdf"}),
        (Filters(include=(Rule(path="Vid*"),), exclude=(Rule(type="video"),)), {"Vide"}),
    ],
)
def test_a_folder_of_which_filters_leave_nothing_is_not_made_and_one_that_was_empty_is(bench, rules, arrives):
    source = MemorySource(
        [
            folder("v", "Vidéos"), folder("w", "2024", "v"), (file("f1", "ag.mp4", "w", b"1"), b"1"),
            folder("m", "Mixte"), (file("f2", "ag.mp4", "m", b"2"), b"2"), (file("f3", "ag.pdf", "m", b"3"), b"3"),
            folder("e", "Vide"),
        ]
    )  # fmt: skip
    target = MemoryTarget()
    balance = bench.migrate(source, target, keep=rules.verdict)
    assert set(target.store.nodes) == arrives
    assert (balance.moved, balance.skipped, balance.holds) == (len(arrives), 7 - len(arrives), True)

    balance = bench.migrate(source, target)
    assert (balance.moved, balance.unchanged, balance.skipped) == (7 - len(arrives), len(arrives), 0)


def test_folder_times_are_set_last_and_again_after_a_later_write_below(bench):
    source, target = tree(), MemoryTarget()
    bench.migrate(source, target)
    assert target.store.nodes["Compta"].modified is not None
    source.add((file("f9", "plus.txt", "d2", b"+"), b"+"))
    bench.migrate(source, target)
    assert target.store.nodes["Compta"].modified is not None
    assert target.store.nodes["Compta/2024"].modified is not None


def test_a_stop_settles_what_is_in_hand_and_the_next_run_does_the_rest(bench):
    source = MemorySource([file(f"f{n:03}") for n in range(60)])
    stop = asyncio.Event()
    store = Store()
    target = MemoryTarget(store)
    store.step = lambda: stop.set() if store.changes >= 7 else None
    balance = bench.migrate(source, target, jobs=2, stop=stop)
    assert 7 <= balance.moved < 20
    assert balance.pending == 60 - balance.moved
    assert len(store.files()) == balance.moved
    assert bench.migrate(source, target).unchanged == balance.moved


def test_another_server_at_the_same_address_is_refused(bench):
    bench.migrate(tree(), MemoryTarget())
    other = MemoryTarget()
    other.identity = "memory:2"
    with pytest.raises(Usage, match="another server"):
        bench.migrate(tree(), other)


def test_a_lane_is_worked_on_by_one_run_at_a_time(bench):
    bench.migrate(tree(), MemoryTarget())
    with Ledger(bench.path) as ledger, Ledger(bench.path) as other:
        with ledger.lanes()[0].lock(), pytest.raises(Usage, match="already working"), other.lanes()[0].lock():
            pass
        with other.lanes()[0].lock():
            pass


def test_two_things_under_one_key_are_noticed_by_the_balance(bench):
    balance = bench.migrate(MemorySource([file("f", "a"), file("f", "b")]), MemoryTarget())
    assert not balance.holds


def test_losses_the_source_knows_follow_its_latest_word(bench):
    shared = replace(file("f"), losses=(Loss(LossKind.SHARING, who="anna@example.org", role="writer"),))
    target = MemoryTarget()
    bench.migrate(MemorySource([shared]), target)
    assert ("memory:f", LossKind.SHARING, "") in bench.losses()
    bench.migrate(MemorySource([file("f")]), target)
    assert bench.losses() == set()


def test_what_is_to_be_replaced_counts_with_its_new_size_until_it_is(bench):
    target = MemoryTarget()
    bench.migrate(MemorySource([(file("f", "f.txt", None, b"old"), b"old")]), target)
    target.refused.add("f")
    changed = b"much longer than before"
    bench.migrate(MemorySource([(file("f", "f.txt", None, changed), changed)]), target)
    with Ledger(bench.path) as ledger:
        assert outcomes(ledger)[Outcome.FAILED].bytes == len(changed)
        assert [entry.size for entry in entries(ledger)] == [len(changed)]
