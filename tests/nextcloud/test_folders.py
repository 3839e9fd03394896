"""Which names are known to be free, and for how long."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from degoog.nextcloud.dav import Entry
from degoog.nextcloud.folders import FRESH, RELISTED, Folders


@dataclass
class Listing:
    """A tree that can only be listed."""

    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: float = 0.0

    async def list(self, folder):
        self.asked.append(folder)
        await asyncio.sleep(0)
        for name in self.names.get(folder, []):
            yield Entry(f"/x/{folder}/{name}", holder=False)

    def folders(self, **more) -> Folders:
        tree: Any = self
        return Folders(tree, clock=lambda: self.now, **more)


def free(folders, *paths):
    async def go():
        return await asyncio.gather(*(folders.free(path) for path in paths))

    return asyncio.run(go())


def test_a_folder_is_listed_once_for_all_who_ask():
    tree = Listing({"d": ["a"]})
    folders = tree.folders()
    assert free(folders, "d/a", "d/b", "d/c") == [False, True, True]
    assert tree.asked == ["d"]


def test_a_folder_just_made_is_not_listed():
    tree = Listing()
    folders = tree.folders()
    folders.made("d")
    assert free(folders, "d/a") == [True]
    assert tree.asked == []


def test_what_was_seen_long_ago_is_looked_at_again():
    tree = Listing()
    folders = tree.folders()
    folders.made("d")
    tree.names["d"] = ["a"]
    tree.now += FRESH + 1
    assert free(folders, "d/a") == [False]


def test_a_name_that_was_written_is_no_longer_free():
    folders = Listing().folders()
    claims = folders.claims()
    assert free(folders, "a") == [True]
    assert claims.take("a")
    claims.release()
    assert free(folders, "a") == [False]


def test_no_two_writers_have_the_same_path():
    folders = Listing().folders()
    first, second = folders.claims(), folders.claims()
    assert first.take("a")
    assert first.take("a")
    assert not second.take("a")
    first.release()
    assert second.take("a")


def test_names_are_compared_as_the_server_stores_them():
    folders = Listing({"": ["e\u0301"]}).folders()
    assert free(folders, "é") == [False]


def test_what_moved_is_forgotten_with_all_below():
    tree = Listing()
    folders = tree.folders()
    for folder in ("d", "d/e", "do"):
        folders.made(folder)
    folders.forget("d")
    free(folders, "d/x", "d/e/x", "do/x")
    assert tree.asked == ["d", "d/e"]


def test_a_folder_too_large_to_remember_is_never_known_and_listed_once():
    tree = Listing({"d": [str(n) for n in range(50)]})
    folders = tree.folders(most=20)
    assert free(folders, "d/new") == [False]
    tree.now += FRESH + 1
    assert free(folders, "d/new") == [False]
    assert tree.asked == ["d"]


def test_memory_is_bounded_and_the_folder_used_last_stays():
    tree = Listing({str(n): [str(m) for m in range(40)] for n in range(10)})
    folders = tree.folders(most=200)
    for n in range(10):
        free(folders, f"{n}/x")
    tree.asked.clear()
    free(folders, "9/x", "0/x")
    assert tree.asked == ["0"]


def test_before_a_bulk_request_a_folder_is_listed_again_once_for_all_who_ask():
    tree = Listing()
    folders = tree.folders()
    folders.made("d")
    tree.names["d"] = ["a"]
    tree.now += 1

    async def go():
        return await asyncio.gather(folders.free_now(["d/a", "d/b"]), folders.free_now(["d/c"]))

    assert asyncio.run(go()) == [{"d/b"}, {"d/c"}]
    assert tree.asked == ["d"]


def test_a_folder_with_too_many_names_is_not_listed_again_and_again():
    tree = Listing({"d": [str(n) for n in range(RELISTED + 1)], "e": []})
    folders = tree.folders()
    free(folders, "d/x", "e/x")
    assert (folders.small("d"), folders.small("e"), folders.small("never seen")) == (False, True, True)
