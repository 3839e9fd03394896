"""What changed in a Drive since a bookmark: asked for by change token, and no more than that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from degoog.google.drive import DriveSource, Format
from degoog.model import Found, Kind, Ref
from degoog.ports import Gone, Outdated
from tests.google.answering import GOOGLE, ME, Drive, always


class Ledger:
    """What a ledger remembers of one lane."""

    def __init__(self, drive: Drive, **options: Any) -> None:
        self.drive = drive
        self.kinds: dict[Ref, Kind] = {}
        self.bookmark = ""
        self.walk(**options)

    def walk(self, **options: Any) -> None:
        async def go() -> None:
            async with DriveSource(self.drive.client(account=ME), **options) as source:
                self.kinds = {found.item.ref: found.item.kind async for found in source.walk()}
                self.bookmark = source.bookmark

        asyncio.run(go())

    def follow(self, **options: Any) -> list[Found | Gone]:
        async def go() -> list[Found | Gone]:
            async with DriveSource(self.drive.client(account=ME), **options) as source:
                told = [change async for change in source.changes(self.bookmark, self.kinds.get)]
                self.bookmark = source.bookmark
                return told

        self.drive.seen.clear()
        self.drive.clock.now += 3600
        return asyncio.run(go())


def names(told: list[Found | Gone]) -> dict[str, str]:
    return {
        change.item.name: str(change.item.parent or "") for change in told if isinstance(change, Found)
    }  # fmt: skip


def gone(told: list[Found | Gone]) -> list[str]:
    return [change.ref.id for change in told if isinstance(change, Gone)]


def drawn() -> Drive:
    drive = Drive()
    drive.folder("d1", "Compta")
    drive.folder("d2", "Photos")
    drive.add("f1", "un.txt", "d1")
    drive.add("f2", "deux.txt", "d1")
    return drive


def test_nothing_changed_is_one_question():
    ledger = Ledger(drawn())

    assert ledger.follow() == []
    assert [request.url.path.rpartition("/")[2] for request in ledger.drive.seen] == [
        "about", "root", "drives", "changes",
    ]  # fmt: skip


def test_renamed_moved_changed_and_new_are_told_once_each():
    drive = drawn()
    ledger = Ledger(drive)
    drive.change("f1", name="un (2).txt")
    drive.change("f1", name="un (3).txt", parents=["d2"])
    drive.add("f3", "neuf.txt", "d2")

    assert names(ledger.follow()) == {"un (3).txt": "drive:d2", "neuf.txt": "drive:d2"}
    assert ledger.follow() == []


def test_deleted_and_trashed_are_gone_and_what_was_never_seen_is_not_told_of():
    drive = drawn()
    ledger = Ledger(drive)
    drive.remove("f1")
    drive.change("f2", trashed=True)
    drive.change("d2", trashed=True)
    drive.add("f9")
    drive.remove("f9")

    assert sorted(gone(ledger.follow())) == ["d2", "f1", "f2"]


def test_a_folder_that_is_no_longer_seen_makes_everything_be_looked_at_again():
    drive = drawn()
    ledger = Ledger(drive)
    drive.remove("d1")

    with pytest.raises(Outdated):
        ledger.follow()


def test_what_was_put_into_a_new_folder_is_among_the_changes_and_the_folder_is_not_listed():
    drive = drawn()
    ledger = Ledger(drive)
    drive.folder("d3", "Neuf", "d1", createdTime="2026-11-25T09:30:00.000Z")
    drive.add("f3", "dedans.txt", "d3")

    assert names(ledger.follow()) == {"Neuf": "drive:d1", "dedans.txt": "drive:d3"}
    assert not drive.asked("/drive/v3/files")


def test_a_folder_that_was_shared_since_is_looked_into():
    drive = drawn()
    theirs: dict[str, Any] = {"ownedByMe": False, "owners": [{"emailAddress": "ana@autre.example"}]}
    drive.folder("d4", "D'Ana", None, **theirs)
    drive.folder("d5", "Dedans", "d4", **theirs)
    drive.add("f5", "photo.jpg", "d5", **theirs)
    hidden = {id_: drive.files.pop(id_) for id_ in ("d4", "d5", "f5")}
    ledger = Ledger(drive)
    drive.files |= hidden
    drive.note("d4")

    told = names(ledger.follow())

    assert told == {
        "Shared with me": "", "D'Ana": "drive-place:shared-with-me", "Dedans": "drive:d4", "photo.jpg": "drive:d5",
    }  # fmt: skip


def test_shared_drives_are_followed_by_tokens_of_their_own():
    drive = Drive(drives={"0A1": "Bureau"})
    drive.add("f1", "PV.txt", "0A1", driveId="0A1")
    ledger = Ledger(drive)
    drive.change("f1", name="PV 2.txt")

    told = names(ledger.follow())

    assert told == {"Bureau": "drive-place:shared-drives", "PV 2.txt": "drive:0A1"}
    assert len(drive.asked("/drive/v3/changes")) == 2


def test_a_new_shared_drive_another_format_or_a_strange_bookmark_make_everything_be_looked_at_again():
    drive = drawn()
    ledger = Ledger(drive)

    with pytest.raises(Outdated):
        ledger.follow(documents=Format.ODF)
    drive.drives["0A9"] = "Neuf"
    with pytest.raises(Outdated):
        ledger.follow()
    del drive.drives["0A9"]
    ledger.bookmark = "{}"
    with pytest.raises(Outdated):
        ledger.follow()


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_token_that_google_rejects_makes_everything_be_looked_at_again(status):
    ledger = Ledger(drawn())
    ledger.drive.before.append(always("/drive/v3/changes", status, "invalid"))

    with pytest.raises(Outdated):
        ledger.follow()


def test_the_folders_that_degoog_adds_are_told_of_once():
    drive = drawn()
    drive.add("f7", "perdu.txt", None)
    ledger = Ledger(drive)
    drive.add("f8", "perdu aussi.txt", None)

    assert names(ledger.follow()) == {"perdu aussi.txt": "drive-place:orphans"}


def test_a_document_is_told_of_with_its_new_time():
    drive = drawn()
    drive.add("f6", "Rapport", media=f"{GOOGLE}document")
    ledger = Ledger(drive)
    drive.change("f6", modifiedTime="2026-11-25T10:00:00.000Z")

    (change,) = ledger.follow()

    assert isinstance(change, Found)
    assert change.item.content == "modified:2026-11-25T10:00:00+00:00:docx"
