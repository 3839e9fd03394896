"""The stand-in's listings show each person what the drawing says they find, and nothing else."""

from __future__ import annotations

import pytest

from degoog.sandbox.google.drawing import Fate, Place, draw_association
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE, NOEMIE, YANN
from degoog.sandbox.google.nodes import FOLDER
from tests.sandbox.google.conftest import Browser

EVERYWHERE = {"supportsAllDrives": True, "includeItemsFromAllDrives": True}


def path_of(file, files, tops):
    """The titles from a top down, by the parents the listing tells."""
    names, seen = [], set()
    while file is not None and file["id"] not in seen:
        seen.add(file["id"])
        names.append(file["name"])
        parents = file.get("parents", [])
        if parents and parents[0] in tops:
            return tuple(reversed(names))
        file = files.get(parents[0]) if parents else None
    return tuple(reversed(names))


@pytest.mark.parametrize("email", [CAMILLE, MAELLE, YANN, NOEMIE])
def test_each_person_is_shown_what_the_drawing_says(shared_google, association, email):
    expected = association.of(email, Place.MY_DRIVE, Place.ORPHAN, Place.SHARED_WITH_ME)
    found = Browser(shared_google, email).files()

    assert {id_ for id_, one in expected.items() if not one.top.startswith("0A")} == set(found)
    for id_, file in found.items():
        one = expected[id_]
        assert file["mimeType"] == one.mime
        assert file["ownedByMe"] == (one.owner == email)
        assert file["starred"] == one.starred
        assert file["trashed"] == (one.fate is Fate.TRASHED)
        assert file.get("description", "") == one.description


def test_the_parents_told_lead_to_the_paths_of_the_drawing(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    root = browser.json("files/root", fields="id,name")
    found = browser.files(q="trashed = false")
    expected = association.of(CAMILLE, Place.MY_DRIVE, Place.SHARED_WITH_ME)

    assert root["name"] == "My Drive"
    for id_, file in found.items():
        if id_ in expected:
            assert path_of(file, found, {root["id"]}) == expected[id_].path


def test_what_has_bytes_tells_the_checksums_of_the_drawing(shared_google, association):
    found = Browser(shared_google, CAMILLE).files()
    expected = association.of(CAMILLE)
    sums = {"md5Checksum": "md5", "sha1Checksum": "sha1", "sha256Checksum": "sha256"}
    told = 0
    for id_, file in found.items():
        content = expected[id_].content
        if content is not None:
            assert int(file["size"]) == content.size
            for field, name in sums.items():
                assert file.get(field, getattr(content.sums, name)) == getattr(content.sums, name)
                told += field in file
        else:
            assert not set(sums) & set(file)
    assert told > 200
    old = next(file for file in found.values() if file["name"] == "photo de 2012.jpg")
    assert set(sums) & set(old) == {"md5Checksum"}


@pytest.mark.parametrize("name", ["Bureau", "Potager partagé", "Formations"])
def test_a_shared_drive_is_listed_whole_and_tells_no_owner(shared_google, association, name):
    browser = Browser(shared_google, CAMILLE)
    drives = browser.json("drives", pageSize=100)["drives"]
    drive = next(drive for drive in drives if drive["name"] == name)
    found = browser.files(corpora="drive", driveId=drive["id"], **EVERYWHERE)
    expected = {id_ for id_, one in association.of(CAMILLE, Place.SHARED_DRIVE).items() if one.top == drive["id"]}

    assert set(found) == expected
    for file in found.values():
        assert file["driveId"] == drive["id"]
        assert not {"owners", "ownedByMe", "permissions", "shared", "sharedWithMeTime"} & set(file)
        assert path_of(file, found, {drive["id"]})


def test_drives_come_ten_a_page_and_an_administrator_sees_all(shared_google):
    browser = Browser(shared_google, CAMILLE)
    first = browser.json("drives")
    second = browser.json("drives", pageToken=first["nextPageToken"])
    everything = browser.json("drives", useDomainAdminAccess=True, pageSize=100)["drives"]

    assert (len(first["drives"]), len(second["drives"])) == (10, 3)
    assert "nextPageToken" not in second
    assert {drive["name"] for drive in everything} - {
        drive["name"] for drive in first["drives"] + second["drives"]
    } == {"Archives 2019"}
    assert Browser(shared_google, YANN).reason("drives", useDomainAdminAccess=True)[0] == 403
    assert Browser(shared_google, CAMILLE).reason(f"drives/{_hidden(everything)}") == (404, "notFound")


def _hidden(drives):
    return next(drive["id"] for drive in drives if drive["name"] == "Archives 2019")


def test_a_shared_drive_is_not_there_for_who_does_not_say_it_knows_of_them(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    item = association.named("Pouvoirs.pdf")

    assert browser.reason(f"files/{item.id}") == (404, "notFound")
    assert browser.json(f"files/{item.id}", supportsAllDrives=True)["name"] == "Pouvoirs.pdf"
    assert not set(browser.files()) & set(association.of(CAMILLE, Place.SHARED_DRIVE))


def test_one_item_of_a_shared_drive_shown_to_an_outsider_is_among_what_is_shared_with_them(shared_google, association):
    item = association.named("montré à Noémie.pdf")
    found = Browser(shared_google, NOEMIE).files(**EVERYWHERE)

    assert "parents" not in found[item.id]
    assert association.of(NOEMIE)[item.id].place is Place.SHARED_WITH_ME


def test_an_item_behind_a_resource_key_is_got_with_the_key_only(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    item = association.named("par lien à clé.pdf")
    key = {"X-Goog-Drive-Resource-Keys": f"autre/chose,{item.id}/0-raccourci"}

    assert browser.reason(f"files/{item.id}") == (404, "notFound")
    assert browser.get(f"files/{item.id}", headers=key).status_code == 200
    assert browser.files()[item.id]["resourceKey"] == "0-raccourci"


@pytest.mark.parametrize(
    ("q", "holds"),
    [
        ("mimeType = 'application/vnd.google-apps.folder'", lambda file: file["mimeType"] == FOLDER),
        ("not mimeType contains 'google-apps' and starred = true", lambda file: file["name"] == "Plan étoilé.png"),
        ("name = 'PV de l\\'AG 12/03/2024 : quorum ?'", lambda file: file["name"].startswith("PV de l'AG")),
        ("'me' in owners and trashed = true", lambda file: file["ownedByMe"] and file["trashed"]),
        (f"'{YANN}' in owners", lambda file: file["owners"][0]["emailAddress"] == YANN),
        ("sharedWithMe", lambda file: not file["ownedByMe"] and "sharedWithMeTime" in file),
        ("modifiedTime < '1970-01-01T00:00:00'", lambda file: file["modifiedTime"] < "1970"),
        (
            "(name contains 'TRÉSOR' or name = '.') and mimeType != 'text/plain'",
            lambda file: file["mimeType"] != "text/plain" and file["name"] in {".", "Trésorerie"},
        ),
        (
            "properties has { key='saison' and value='2024' }",
            lambda file: file.get("properties", {}).get("saison") == "2024",
        ),
        ("shortcutDetails.targetId = '1gone0000000000000000000000000000'", lambda file: file["name"] == "vers rien"),
        ("visibility = 'anyoneCanFind'", lambda file: file["name"] == "Affiche publique.pdf"),
    ],
)
def test_a_search_gives_what_it_asks_for(shared_google, q, holds):
    browser = Browser(shared_google, CAMILLE)
    everything, found = browser.files(), browser.files(q=q)

    assert found
    if q == "sharedWithMe":
        assert all(holds(file) for file in found.values())
    else:
        assert {id_ for id_, file in everything.items() if holds(file)} == set(found)


@pytest.mark.parametrize(
    "q", ["trashed", "name ~ 'x'", "name = x", "(name = 'x'", "'a' in", "trashed = maybe", "name = 'x' name = 'y'"]
)
def test_a_search_that_cannot_be_read_is_refused(shared_google, q):
    assert Browser(shared_google, CAMILLE).reason("files", q=q) == (400, "invalid")


def test_a_page_token_is_good_for_its_own_listing_only(shared_google):
    browser = Browser(shared_google, CAMILLE)
    token = browser.json("files", pageSize=5, q="trashed = false")["nextPageToken"]

    assert len(browser.json("files", pageSize=5, q="trashed = false", pageToken=token)["files"]) == 5
    assert browser.reason("files", pageSize=5, pageToken=token) == (400, "invalid")
    assert browser.reason("files", pageToken=f"{token}x") == (400, "invalid")
    assert browser.reason("files", pageToken="n'importe quoi") == (400, "invalid")


def test_what_comes_and_goes_between_two_pages_moves_no_other(google, drawn, camille):
    expected = set(drawn.of(CAMILLE, Place.MY_DRIVE, Place.ORPHAN, Place.SHARED_WITH_ME)) - {
        one.id for one in drawn.expected if one.top.startswith("0A")
    }
    doomed = drawn.named("Rapport").id
    google.meanwhile("drive.files.list", lambda: google.hands.delete(doomed), after=1)
    google.meanwhile("drive.files.list", lambda: google.hands.rename(drawn.named("Budget.xlsx").id, "B"), after=2)

    assert set(camille.files(pageSize=20)) | {doomed} == expected


def test_an_order_may_be_asked_for(shared_google):
    browser = Browser(shared_google, CAMILLE)
    found = list(browser.files(orderBy="folder,modifiedTime desc", pageSize=33).values())
    folders = [file["mimeType"] == FOLDER for file in found]

    assert folders == sorted(folders, reverse=True)
    times = [file["modifiedTime"] for file in found if file["mimeType"] != FOLDER]
    assert times == sorted(times, reverse=True)
    assert browser.reason("files", orderBy="size") == (400, "invalid")


def test_only_the_fields_asked_for_are_told(shared_google):
    browser = Browser(shared_google, CAMILLE)

    assert set(browser.json("files", pageSize=1)) == {"kind", "incompleteSearch", "files", "nextPageToken"}
    assert set(browser.json("files")["files"][0]) == {"kind", "id", "name", "mimeType"}
    page = browser.json("files", fields="files/owners(emailAddress,me),files(capabilities/canCopy)", pageSize=1000)
    assert set(page) == {"files"}
    assert {frozenset(file) for file in page["files"]} == {frozenset({"owners", "capabilities"})}
    assert set(page["files"][0]["owners"][0]) == {"emailAddress", "me"}
    assert set(page["files"][0]["capabilities"]) == {"canCopy"}


def test_limited_folders_orphans_and_rings_are_told_as_google_tells_them(shared_google, association):
    camille, yann = Browser(shared_google, CAMILLE), Browser(shared_google, YANN)
    found = camille.files()
    ring = association.named("Dans lui-même")

    assert found[ring.id]["parents"] == [ring.id]
    assert "parents" not in found[association.named("orphelin.pdf").id]
    assert len(found[association.named("de deux dossiers (avant 2020).pdf").id]["parents"]) == 2
    closed = association.named("Paie (accès limité)")
    assert found[closed.id]["inheritedPermissionsDisabled"]
    assert yann.reason(f"files/{closed.id}") == (404, "notFound")


def test_permissions_tell_who_may_what_and_from_where(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    item = association.named("Charte.pdf")
    every = "permissions(id,type,role,emailAddress,domain,deleted,expirationTime,allowFileDiscovery,permissionDetails)"
    told = browser.json(f"files/{item.id}/permissions", fields=every)["permissions"]
    roles = {
        (one["type"], one["role"], one.get("emailAddress"), one["permissionDetails"][0]["inherited"]) for one in told
    }

    assert roles == {
        ("user", "owner", CAMILLE, False),
        ("user", "commenter", "clemence@abbaye-du-lac.example", False),
        ("user", "writer", NOEMIE, False),
        ("user", "reader", None, False),
        ("anyone", "reader", None, False),
        ("group", "writer", "bureau@lauze.example", True),
        ("user", "reader", YANN, True),
    }
    assert Browser(shared_google, YANN).reason(f"files/{item.id}/permissions") == (403, "insufficientFilePermissions")


def test_about_tells_the_formats_and_the_quota(shared_google, association):
    shared_google.settings.quota[CAMILLE] = 15_000_000_000
    told = Browser(shared_google, CAMILLE).json("about", fields="user,storageQuota,exportFormats,folderColorPalette")

    assert told["user"]["emailAddress"] == CAMILLE
    assert told["storageQuota"]["limit"] == "15000000000"
    owned = sum(one.content.size for one in association.expected if one.account == one.owner == CAMILLE and one.content)
    assert int(told["storageQuota"]["usage"]) == owned
    assert "application/pdf" in told["exportFormats"]["application/vnd.google-apps.document"]
    assert Browser(shared_google, CAMILLE).reason("about") == (400, "required")


def test_the_same_seed_draws_the_same_and_another_seed_another():
    def told(seed):
        return [(one.id, one.path, one.modified) for one in draw_association(seed=seed).expected]

    assert told(5) == told(5)
    assert not {id_ for id_, _, _ in told(5) if not id_.startswith(("1ring", "1key"))} & {id_ for id_, _, _ in told(6)}
