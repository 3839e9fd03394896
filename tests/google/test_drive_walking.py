"""What a Drive holds, as the source yields it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from degoog.errors import Unavailable, Usage
from degoog.google.drive import DriveSource, Format, OneDrive, Owners, Personal, SharedDrives, Whole
from degoog.model import FailReason, Found, Item, Kind, LossKind, SkipReason
from tests.google.answering import GOOGLE, ROOT, Drive, always, error, once


def walked(drive: Drive, **options: Any) -> list[Found]:
    async def go() -> list[Found]:
        async with DriveSource(drive.client(), **options) as source:
            return [found async for found in source.walk()]

    return asyncio.run(go())


def paths(founds: list[Found]) -> dict[str, Item]:
    """Items by path, two of one path numbered."""
    items = {found.item.ref: found.item for found in founds}

    def path(item: Item) -> str:
        above = items[item.parent] if item.parent else None
        return f"{path(above)}/{item.name}" if above else item.name

    named: dict[str, Item] = {}
    for item in items.values():
        name = path(item)
        named[name if name not in named else f"{name} #{len(named)}"] = item
    return named


def losses(item: Item, kind: LossKind) -> list[tuple[str, str, str]]:
    return [(loss.who, loss.role, loss.detail) for loss in item.losses if loss.kind is kind]


def test_the_tree_is_that_of_my_drive_whatever_the_order_of_the_pages():
    drive = Drive(page=2)
    drive.add("f1", "statuts.pdf", "d2")
    drive.folder("d2", "Bureau", "d1")
    drive.folder("d1", "Compta")
    drive.add("f2", "budget.xlsx")

    assert set(paths(walked(drive))) == {"Compta", "Compta/Bureau", "Compta/Bureau/statuts.pdf", "budget.xlsx"}
    assert len(drive.asked("/drive/v3/files")) == 2


def test_a_file_is_described_with_its_size_hash_times_star_and_link():
    drive = Drive()
    drive.add("f1", "a.txt", data=b"abc", starred=True)

    (item,) = paths(walked(drive)).values()

    assert (item.kind, item.size, item.content) == (Kind.FILE, 3, "md5:900150983cd24fb0d6963f7d28e17f72")
    assert (item.starred, item.link) == (True, "https://drive.google.com/file/d/f1/view")
    assert str(item.modified) == "2021-02-03 04:05:06.789000+00:00"
    assert str(item.created) == "2020-01-02 03:04:05+00:00"
    assert item.owner == "camille@lauze.example"


def test_what_is_in_the_trash_is_left_out_by_the_question_itself():
    drive = Drive()
    drive.add("f1", trashed=True)

    assert walked(drive) == []
    assert drive.asked("/drive/v3/files")[0].url.params["q"] == "trashed = false"


def test_same_names_side_by_side_are_all_there():
    drive = Drive()
    drive.add("f1", "Rapport.docx")
    drive.add("f2", "Rapport.docx")
    drive.add("f3", "Rapport", media=f"{GOOGLE}document")

    names = [item.name for item in paths(walked(drive)).values()]

    assert names == ["Rapport.docx"] * 3


def test_orphans_and_what_others_share_have_folders_of_their_own():
    drive = Drive()
    drive.add("f1", "perdu.txt", "nobody sees this folder")
    drive.add("f2", "sans dossier.txt", None)
    drive.folder("d1", "Festival", None, ownedByMe=False, owners=[{"emailAddress": "ana@autre.example"}])
    drive.add("f3", "affiche.png", "d1", ownedByMe=False)
    drive.add("f4", "ma part.txt", "d1")

    found = paths(walked(drive))

    assert set(found) == {
        "Orphans", "Orphans/perdu.txt", "Orphans/sans dossier.txt", "Shared with me", "Shared with me/Festival",
        "Shared with me/Festival/affiche.png", "Shared with me/Festival/ma part.txt",
    }  # fmt: skip
    assert losses(found["Orphans/perdu.txt"], LossKind.ORPHAN) == [("", "", "")]


def test_what_a_mapped_owner_shares_is_moved_by_that_owner():
    drive = Drive()
    drive.folder("d1", "Festival", None, ownedByMe=False, owners=[{"emailAddress": "Ana@lauze.example"}])
    drive.add("f1", "affiche.png", "d1", ownedByMe=False, owners=[{"emailAddress": "ana@lauze.example"}])
    drive.add("f2", "d'ailleurs.txt", None, ownedByMe=False, owners=[{"emailAddress": "x@autre.example"}])

    founds = walked(drive, owners=Owners({"ana@lauze.example": SkipReason.MOVED_BY_OWNER}))

    verdicts = {found.item.name: found.verdict for found in founds}
    # What lies in the folder shares its fate in the ledger.
    assert verdicts == {
        "Shared with me": None, "Festival": SkipReason.MOVED_BY_OWNER, "affiche.png": None, "d'ailleurs.txt": None,
    }  # fmt: skip


def test_folders_inside_one_another_are_cut_and_all_reached():
    drive = Drive()
    drive.folder("a", "A", "b")
    drive.folder("b", "B", "a")
    drive.folder("c", "C", "c")
    drive.add("f1", "x.txt", "b")

    assert set(paths(walked(drive))) == {"Orphans", "Orphans/A", "Orphans/A/B", "Orphans/A/B/x.txt", "Orphans/C"}


def test_of_several_folders_one_that_is_seen_is_kept_and_the_others_are_told():
    drive = Drive()
    drive.folder("d1", "Un")
    drive.folder("d2", "Deux")
    drive.add("f1", "x.txt", parents=["unseen", "d1", "d2"])

    item = paths(walked(drive))["Un/x.txt"]

    assert losses(item, LossKind.PLACES) == [("", "", "unseen, Deux")]


def test_shared_drives_have_a_folder_each_and_one_may_be_a_lane_of_its_own():
    drive = Drive(drives={"0A1": "Bureau", "0A2": "Archives"})
    drive.add("f1", "chez moi.txt")
    drive.add("f2", "PV.txt", "0A1", driveId="0A1", ownedByMe=False, owners=[])
    drive.folder("d1", "2019", "0A2", driveId="0A2", ownedByMe=False, owners=[])
    drive.add("f3", "vieux.txt", "d1", driveId="0A2", ownedByMe=False, owners=[])

    assert set(paths(walked(drive))) == {
        "chez moi.txt", "Shared drives", "Shared drives/Bureau", "Shared drives/Bureau/PV.txt",
        "Shared drives/Archives", "Shared drives/Archives/2019", "Shared drives/Archives/2019/vieux.txt",
    }  # fmt: skip
    assert set(paths(walked(drive, view=Whole(frozenset({"Archives"}))))) == {
        "chez moi.txt", "Shared drives", "Shared drives/Bureau", "Shared drives/Bureau/PV.txt",
    }  # fmt: skip
    assert set(paths(walked(drive, view=OneDrive("Archives")))) == {"2019", "2019/vieux.txt"}
    assert set(paths(walked(drive, view=Personal()))) == {"chez moi.txt"}
    assert set(paths(walked(drive, view=SharedDrives(frozenset({"Archives"}))))) == {
        "Shared drives", "Shared drives/Bureau", "Shared drives/Bureau/PV.txt",
    }  # fmt: skip
    with pytest.raises(Usage, match="Compta"):
        walked(drive, view=OneDrive("Compta"))


@pytest.mark.parametrize(
    ("media", "wanted", "name"),
    [
        ("document", Format.OOXML, "Rapport.docx"),
        ("document", Format.ODF, "Rapport.odt"),
        ("spreadsheet", Format.ODF, "Rapport.ods"),
        ("presentation", Format.OOXML, "Rapport.pptx"),
        ("drawing", Format.ODF, "Rapport.svg"),
        ("script", Format.ODF, "Rapport.json"),
        ("vid", Format.ODF, "Rapport.mp4"),
    ],
)
def test_documents_get_the_ending_they_will_arrive_with(media, wanted, name):
    drive = Drive()
    drive.add("f1", "Rapport", media=f"{GOOGLE}{media}", size="1024")

    (item,) = paths(walked(drive, documents=wanted)).values()

    assert (item.name, item.kind, item.size) == (name, Kind.DOCUMENT, None)
    assert item.content.startswith("modified:2021-02-03T04:05:06.789")


@pytest.mark.parametrize("media", ["form", "site", "map", "jam", "fusiontable", "drive-sdk.810194666617", "unknown"])
def test_what_cannot_be_exported_comes_as_a_page_that_leads_there(media):
    drive = Drive()
    drive.add("f1", "Inscription", media=f"{GOOGLE}{media}")

    (item,) = paths(walked(drive)).values()

    assert item.name == "Inscription.html"
    assert losses(item, LossKind.POINTER)


def test_a_form_tells_of_the_spreadsheet_it_fills():
    drive = Drive()
    drive.add("f1", "Inscription", media=f"{GOOGLE}form")
    drive.add("f2", "Inscription (réponses)", media=f"{GOOGLE}spreadsheet")

    ((_who, _role, told),) = losses(paths(walked(drive))["Inscription.html"], LossKind.TIE)

    assert "Inscription (réponses)" in told


def test_a_shortcut_is_a_pointer_whatever_it_leads_to():
    drive = Drive()
    drive.folder("d1", "A")
    for number, target in enumerate(("d1", "f0", "gone")):
        details = {"targetId": target, "targetMimeType": f"{GOOGLE}folder"}
        drive.add(f"s{number}", f"vers {target}", "d1", media=f"{GOOGLE}shortcut", shortcutDetails=details)

    assert set(paths(walked(drive))) == {"A", "A/vers d1.html", "A/vers f0.html", "A/vers gone.html"}


def test_what_its_owner_keeps_from_being_downloaded_is_told_before_anything_moves():
    drive = Drive()
    drive.add("f1", "secret.pdf", capabilities={"canDownload": False}, owners=[{"emailAddress": "ana@lauze.example"}])
    drive.add("f2", "codé.pdf", clientEncryptionDetails={"encryptionState": "encrypted"})

    assert [found.verdict for found in walked(drive)] == [FailReason.UNREADABLE, FailReason.UNREADABLE]
    reached = walked(drive, owners=Owners(reachable=frozenset({"ana@lauze.example"})))
    assert [found.verdict for found in reached] == [None, FailReason.UNREADABLE]


def test_sharing_is_told_where_it_was_given_and_not_again_below():
    ana = {"type": "user", "role": "writer", "emailAddress": "ana@lauze.example", "displayName": "Ana"}
    anyone = {"type": "anyone", "role": "reader", "allowFileDiscovery": False}
    owner = {"type": "user", "role": "owner", "emailAddress": "camille@lauze.example"}
    above = {**ana, "permissionDetails": [{"inherited": True}]}
    drive = Drive()
    drive.folder("d1", "Compta", permissions=[owner, ana])
    drive.add("f1", "a.txt", "d1", permissions=[owner, ana, anyone])
    drive.add("f2", "b.txt", "d1", permissions=[owner, above])

    found = paths(walked(drive))

    assert losses(found["Compta"], LossKind.SHARING) == [("ana@lauze.example", "writer", "type=user; name=Ana")]
    assert losses(found["Compta/a.txt"], LossKind.SHARING) == [("anyone", "reader", "type=anyone; with_link")]
    assert losses(found["Compta/b.txt"], LossKind.SHARING) == []


def test_descriptions_and_colours_are_told():
    drive = Drive()
    drive.folder("d1", "Compta", description="ne pas toucher", folderColorRgb="#ff7537")

    (item,) = paths(walked(drive)).values()

    assert losses(item, LossKind.DESCRIPTION) == [("", "", "ne pas toucher")]
    assert losses(item, LossKind.COLOUR) == [("", "", "#ff7537")]


# What can go wrong while listing


def test_a_list_with_holes_is_refused():
    drive = Drive()
    drive.before.append(once("/drive/v3/files", httpx.Response(200, json={"files": [], "incompleteSearch": True})))

    with pytest.raises(Unavailable, match="holes"):
        walked(drive)


def test_a_pass_whose_place_google_forgot_is_begun_anew():
    drive = Drive(page=1)
    drive.add("f1")
    drive.add("f2")
    drive.before.append(lambda request: error(400, "invalid") if drive_forgets(request) else None)
    forgets = [True]

    def drive_forgets(request: httpx.Request) -> bool:
        return (
            request.url.path == "/drive/v3/files" and "pageToken" in request.url.params and forgets.pop()
            if forgets
            else False
        )

    assert set(paths(walked(drive))) == {"f1", "f2"}


def test_a_place_that_is_always_forgotten_ends_the_run():
    drive = Drive(page=1)
    drive.add("f1")
    drive.add("f2")
    drive.before.append(
        lambda request: (
            error(400, "invalid") if "pageToken" in request.url.params and "files" in request.url.path else None
        )
    )

    with pytest.raises(Unavailable, match="three times"):
        walked(drive)


def test_what_changes_while_the_list_is_read_is_taken_in():
    drive = Drive(page=1)
    drive.add("f1", "avant")
    drive.add("f2", "perdu")

    def meanwhile(request: httpx.Request) -> None:
        if "pageToken" in request.url.params and request.url.path == "/drive/v3/files":
            drive.before.clear()
            drive.remove("f2")
            drive.change("f1", name="après")
            drive.add("f3", "nouveau")

    drive.before.append(meanwhile)

    assert set(paths(walked(drive))) == {"après", "nouveau"}


def test_another_account_than_asked_for_is_refused():
    async def go(drive: Drive) -> None:
        async with DriveSource(drive.client(account="ana@lauze.example")) as source:
            await anext(aiter(source.walk()))

    with pytest.raises(Usage, match=r"camille@lauze\.example's, not ana@lauze\.example's"):
        asyncio.run(go(Drive()))


STOPS: list[tuple[Callable[[Drive], None], str]] = [
    (lambda d: d.before.append(always("/drive/v3/files", 403, "dailyLimitExceeded")), "26 November 2026 at 8:00"),
    (lambda d: d.before.append(always("/drive/v3/files", 403, "accessNotConfigured")), "apis/library/drive"),
    (lambda d: d.before.append(always("/drive/v3/files", 403, "domainPolicy")), "admin.google.com"),
    (lambda d: d.before.append(always("/drive/v3/files", 403, "insufficientPermissions")), "drive.readonly"),
    (lambda d: d.before.append(always("/drive/v3/files", 401, "authError")), "DEGOOG_GOOGLE_TOKEN"),
    (lambda d: d.before.append(always("/drive/v3/files", 400, "invalid")), "cannot be listed"),
]


@pytest.mark.parametrize(("break_", "told"), STOPS, ids=[told for _break, told in STOPS])
def test_what_stops_a_run_says_what_to_do(break_, told):
    drive = Drive()
    break_(drive)

    with pytest.raises(Unavailable, match=told.replace(".", r"\.")):
        walked(drive)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "userRateLimitExceeded"), (403, "rateLimitExceeded"), (429, "rateLimitExceeded"), (500, "backendError"),
     (503, "")],
)  # fmt: skip
def test_what_asks_for_patience_gets_it(status, reason):
    drive = Drive()
    drive.add("f1")
    drive.before.append(once("/drive/v3/files", error(status, reason), error(status, reason)))

    assert set(paths(walked(drive))) == {"f1"}
    assert len(drive.clock.slept) >= 2


def test_the_top_is_never_an_item():
    drive = Drive()
    drive.folder(ROOT, "My Drive", None)
    drive.add("f1")

    assert set(paths(walked(drive))) == {"f1"}
