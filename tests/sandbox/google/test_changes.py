"""What people do between two runs is in the log of changes, once each, for those who can see it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from degoog.sandbox.google.contents import fixed
from degoog.sandbox.google.drawing import Place
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE, NOEMIE, YANN
from degoog.sandbox.google.nodes import Node, user
from tests.sandbox.google.conftest import Browser

FIELDS = "nextPageToken,newStartPageToken,changes(fileId,removed,changeType,driveId,time,file(id,name,trashed,parents))"


def token(browser, **more):
    return browser.json("changes/startPageToken", **more)["startPageToken"]


def changes(browser, start, **more):
    found, given = [], {"fields": FIELDS, "pageSize": 3, **more}
    while True:
        page = browser.json("changes", pageToken=start, **given)
        found += page["changes"]
        if "newStartPageToken" in page:
            return found, page["newStartPageToken"]
        start = page["nextPageToken"]


def test_nothing_done_is_nothing_told_and_the_token_stays_good(google, camille):
    start = token(camille)

    assert changes(camille, start) == ([], start)
    google.hands.rename(google.drive.root_of(CAMILLE).id, "My Drive")
    assert len(changes(camille, start)[0]) == 1


def test_each_act_is_told_with_the_item_as_it_is_now(google, drawn, camille):
    ids = {
        name: drawn.named(name).id for name in ("Rapport", "Rapport.docx", "Charte.pdf", "Statuts", "Plan étoilé.png")
    }
    garden = drawn.named("05 - Jardin").id
    start = token(camille)
    google.hands.rename(ids["Rapport"], "Rapport final")
    google.hands.move(ids["Rapport.docx"], garden)
    google.hands.edit(ids["Charte.pdf"], fixed(b"neuf"))
    google.hands.trash(ids["Statuts"])
    google.hands.delete(ids["Plan étoilé.png"])
    new = Node(id="1neuf", name="Neuf.txt", mime="text/plain", parents=(garden,), owner=CAMILLE, content=fixed(b"x"))
    google.hands.add(new)
    told, end = changes(camille, start)
    by_id = {change["fileId"]: change for change in told}

    assert set(by_id) == {*ids.values(), "1neuf"}
    assert by_id[ids["Rapport"]]["file"]["name"] == "Rapport final"
    assert by_id[ids["Rapport.docx"]]["file"]["parents"] == [garden]
    assert by_id[ids["Statuts"]]["file"]["trashed"]
    assert by_id[ids["Plan étoilé.png"]]["removed"]
    assert "file" not in by_id[ids["Plan étoilé.png"]]
    assert changes(camille, end) == ([], end)


def test_what_changed_twice_is_told_once_as_it_is_at_the_end(google, drawn, camille):
    one = drawn.named("Rapport").id
    start = token(camille)
    google.hands.rename(one, "un")
    google.hands.rename(drawn.named("Statuts").id, "entre les deux")
    google.hands.rename(one, "deux")
    told, _ = changes(camille, start)

    assert [change["file"]["name"] for change in told] == ["entre les deux", "deux"]


def test_a_folder_in_the_trash_tells_of_itself_and_a_deleted_one_of_all(google, drawn, camille):
    books = drawn.named("01 - Comptabilité").id
    inside = [one.id for one in drawn.expected if one.account == CAMILLE and one.path[:1] == ("01 - Comptabilité",)]
    start = token(camille)
    google.hands.trash(books)
    told, middle = changes(camille, start)
    assert [change["fileId"] for change in told] == [books]
    assert camille.json(f"files/{inside[1]}", fields="trashed,explicitlyTrashed") == {
        "trashed": True,
        "explicitlyTrashed": False,
    }

    google.hands.delete(books)
    told, _ = changes(camille, middle)
    assert {change["fileId"] for change in told} == set(inside)
    assert all(change["removed"] for change in told)


def test_losing_access_is_a_removal_and_gaining_it_an_arrival(google, drawn):
    folder = drawn.named("Foire aux plants").id
    inside = {one.id for one in drawn.expected if one.account == YANN and one.path[:1] == ("Foire aux plants",)}
    yann = Browser(google, YANN)
    start = token(yann)
    google.hands.unshare(folder, YANN)
    told, middle = changes(yann, start)
    assert ({change["fileId"] for change in told}, {change["removed"] for change in told}) == (inside, {True})

    google.hands.share(folder, user(YANN))
    told, _ = changes(yann, middle)
    assert ({change["fileId"] for change in told}, {change["removed"] for change in told}) == (inside, {False})


def test_what_one_cannot_see_is_not_told(google, drawn):
    noemie = Browser(google, NOEMIE)
    start = token(noemie)
    google.hands.rename(drawn.named("Liste privée.txt").id, "toujours privée.txt")

    assert changes(noemie, start)[0] == []


def test_a_shared_drive_has_its_own_log(google, drawn, camille):
    one = next(one for one in drawn.of(CAMILLE, Place.SHARED_DRIVE).values() if one.path[-1] == "PV.pdf")
    drive = {"driveId": one.top, "supportsAllDrives": True, "includeItemsFromAllDrives": True}
    start, mine = token(camille, driveId=one.top, supportsAllDrives=True), token(camille)
    google.hands.rename(one.id, "PV 1.pdf")
    google.hands.rename(drawn.named("Statuts").id, "Statuts 2")
    google.hands.rename_drive(one.top, "Le bureau")
    told, _ = changes(camille, start, **drive)

    assert [(change["changeType"], change["driveId"]) for change in told] == [("file", one.top), ("drive", one.top)]
    assert [change["file"]["name"] for change in changes(camille, mine)[0]] == ["Statuts 2"]
    both, _ = changes(camille, mine, supportsAllDrives=True, includeItemsFromAllDrives=True)
    assert len(both) == 3
    assert camille.reason("changes", pageToken=start, **{**drive, "driveId": "0Aautre"}) == (404, "notFound")
    assert camille.reason("changes", pageToken=start) == (400, "invalid")


def test_leaving_a_shared_drive_is_told_as_its_removal(google, drawn):
    maelle = Browser(google, MAELLE)
    drive = next(drive for drive in google.drive.drives.values() if drive.name == "Formations")
    start = token(maelle)
    google.hands.leave_drive(drive.id, MAELLE)
    told, _ = changes(maelle, start, supportsAllDrives=True, includeItemsFromAllDrives=True)

    assert [(change["changeType"], change["removed"]) for change in told] == [("drive", True)]


def test_a_new_time_alone_is_a_change(google, drawn, camille):
    one = drawn.named("Rapport")
    start = token(camille)
    google.hands.touch(one.id, datetime(2026, 11, 1, tzinfo=UTC))

    assert len(changes(camille, start)[0]) == 1
    assert camille.json(f"files/{one.id}", fields="modifiedTime")["modifiedTime"] == "2026-11-01T00:00:00.000Z"


@pytest.mark.parametrize("bad", ["0", "12", "99999999", "demain"])
def test_a_token_of_another_making_is_refused(camille, bad):
    assert camille.reason("changes", pageToken=bad) == (400, "invalid")
