"""Folders that lay at the target before degoog came: filled, never moved, never touched."""

from dataclasses import replace

import pytest

from tests.memory import Killed, MemorySource, MemoryTarget, file, folder


def photos(name: str = "Photos", parent: str | None = None) -> MemorySource:
    above = [folder("a", "Archives")] if parent else []
    files = [(file("f", "f.jpg", "s", b"f"), b"f"), (file("g", "g.jpg", "d", b"g"), b"g")]
    return MemorySource([*above, folder("d", name, parent), folder("s", "2024", "d"), *files])


def target_with_photos() -> MemoryTarget:
    """Somebody has a folder of that name, with something in it."""
    target = MemoryTarget()
    target.store.put("Photos", None)
    target.store.put("Photos/theirs.jpg", b"theirs")
    return target


def test_a_folder_that_was_there_stays_when_its_like_is_renamed_and_ours_moves_out_of_it(bench):
    target = target_with_photos()
    bench.migrate(photos(), target)
    bench.migrate(photos("Images"), target)
    assert target.store.files() == {
        "Photos/theirs.jpg": b"theirs", "Images/2024/f.jpg": b"f", "Images/g.jpg": b"g",
    }  # fmt: skip
    assert bench.migrate(photos("Images"), target).unchanged == 4


def test_it_stays_when_its_like_is_put_elsewhere(bench):
    target = target_with_photos()
    bench.migrate(photos(), target)
    bench.migrate(photos(parent="a"), target)
    assert set(target.store.files()) == {"Photos/theirs.jpg", "Archives/Photos/2024/f.jpg", "Archives/Photos/g.jpg"}


def test_one_that_degoog_made_moves_with_what_others_put_into_it(bench):
    target = MemoryTarget()
    bench.migrate(photos(), target)
    target.store.put("Photos/theirs.jpg", b"theirs")
    bench.migrate(photos("Images"), target)
    assert "Images/theirs.jpg" in target.store.files()


def test_its_time_is_left_alone(bench):
    target = target_with_photos()
    before = target.store.nodes["Photos"].etag
    bench.migrate(photos(), target)
    assert target.store.nodes["Photos"].etag == before
    assert target.store.nodes["Photos"].modified is None
    assert target.store.nodes["Photos/2024"].modified is not None


def test_one_that_a_killed_run_made_is_degoogs_own(bench):
    target = MemoryTarget()

    def killed_once_it_is_made() -> None:
        if "Photos" in target.store.nodes:
            raise Killed

    target.store.step = killed_once_it_is_made
    with pytest.raises(Killed):
        bench.migrate(photos(), target)
    target.store.step = lambda: None
    bench.migrate(photos(), target)
    bench.migrate(photos("Images"), target)
    assert "Photos" not in target.store.nodes


def test_what_another_lane_put_into_the_same_folder_stays(bench):
    target = MemoryTarget()
    bench.migrate(photos(), target)
    other = MemorySource([folder("o", "Photos"), (file("h", "h.jpg", "o", b"h"), b"h")])
    other.account = "bob@example.org"
    bench.migrate(other, target)
    bench.migrate(photos("Images"), target)
    assert set(target.store.files()) == {"Photos/h.jpg", "Images/2024/f.jpg", "Images/g.jpg"}


def test_a_star_is_not_put_on_somebody_elses_file(bench):
    target = MemoryTarget()
    target.store.put("f.jpg", b"f")
    source = MemorySource([(replace(file("f", "f.jpg", None, b"f"), starred=True), b"f")])
    bench.migrate(source, target)
    assert target.store.nodes["f.jpg"].modified is None
