"""The stand-in's People: whole contacts, only the fields asked for, syncs that expire, photos at the size wanted."""

from __future__ import annotations

from typing import Any

import pytest

from degoog.sandbox.google import Fault, GoogleSandbox, Trouble
from degoog.sandbox.google.contacts import FIELDS
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE, NOEMIE
from tests.sandbox.google.agenda import people
from tests.sandbox.google.conftest import ask

EVERY = ",".join(sorted(FIELDS))


def test_every_contact_comes_with_the_fields_asked_for_and_no_others(shared_google, association):
    browser = people(shared_google, CAMILLE)
    found, _ = browser.everything("people/me/connections", "connections", personFields=EVERY, pageSize=50)
    planted = association.world.address_books[CAMILLE].people

    assert {one["resourceName"] for one in found} == set(planted)
    for one in found:
        assert one == {name: value for name, value in planted[one["resourceName"]].items() if name != "fileAses"}
    few, _ = browser.everything("people/me/connections", "connections", personFields="names")
    assert {name for one in few for name in one} == {"resourceName", "etag", "names"}
    assert len(few) == len(found)


def test_without_a_mask_or_with_an_unknown_one_there_is_no_answer(association):
    with GoogleSandbox(association.world) as google:
        browser = people(google, CAMILLE)
        for mask in ("", "titres"):
            answer = browser.get("people/me/connections", personFields=mask)
            assert answer.status_code == 400
            assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
            assert "errors" not in answer.json()["error"]
        answer = browser.get("otherContacts", readMask="names,birthdays")
        assert answer.status_code == 400


def test_a_sync_tells_changes_and_removals_for_a_week(drawn):
    now = [1_795_370_700.0]
    with GoogleSandbox(drawn.world, clock=lambda: now[0]) as google:
        browser = people(google, CAMILLE)
        given: dict[str, Any] = {"personFields": "names,metadata", "requestSyncToken": True, "pageSize": 1000}
        token = browser.json("people/me/connections", **given)["nextSyncToken"]
        assert "connections" not in browser.json("people/me/connections", syncToken=token, **given)
        book = google.contacts.book(CAMILLE)
        google.contacts.put(CAMILLE, {**book.people["people/c1008"], "nicknames": []})
        google.contacts.remove(CAMILLE, "people/c1009")
        page = browser.json("people/me/connections", syncToken=token, **given)
        assert [one["resourceName"] for one in page["connections"]] == ["people/c1008", "people/c1009"]
        assert page["connections"][1]["metadata"]["deleted"]

        now[0] += 7 * 86_400 + 1
        browser.token = google.access_token(CAMILLE, scopes=["https://www.googleapis.com/auth/contacts.readonly"])
        error = browser.get("people/me/connections", syncToken=token, **given).json()["error"]
        assert (error["code"], error["details"][0]["reason"]) == (400, "EXPIRED_SYNC_TOKEN")


def test_the_fault_plan_speaks_as_people_does(google):
    browser = people(google, CAMILLE)
    given: dict[str, Any] = {"personFields": "names", "requestSyncToken": True, "pageSize": 1000}
    token = browser.json("people/me/connections", **given)["nextSyncToken"]
    google.faults.add(Fault(Trouble.GONE, on="people.people.connections.list"))
    google.faults.add(Fault(Trouble.TOO_MANY, on="people.otherContacts.list"))

    error = browser.get("people/me/connections", syncToken=token, **given).json()["error"]
    assert error["details"][0]["reason"] == "EXPIRED_SYNC_TOKEN"
    assert browser.get("otherContacts", readMask="names").json()["error"]["status"] == "RESOURCE_EXHAUSTED"


def test_groups_are_googles_and_ones_own_thirty_a_page(shared_google):
    browser = people(shared_google, CAMILLE)
    found, _ = browser.everything("contactGroups", "contactGroups", pageSize=4)
    own = {one["name"]: one for one in found if one["groupType"] == "USER_CONTACT_GROUP"}

    assert set(own) == {"Bénévoles", "Fournisseurs & Cie", "Vide"}
    assert (own["Bénévoles"]["memberCount"], own["Vide"]["memberCount"]) == (131, 0)
    members = browser.json("contactGroups/2a02", maxMembers=10)["memberResourceNames"]
    assert members == ["people/c1001"]


def test_one_or_several_people_can_be_asked_for(shared_google):
    browser = people(shared_google, CAMILLE)

    assert browser.json("people/me", personFields="emailAddresses")["emailAddresses"][0]["value"] == CAMILLE
    assert browser.json("people/c1001", personFields="nicknames")["nicknames"][0]["value"] == "Nono"
    assert browser.get("people/c404", personFields="names").status_code == 404
    names = ["people/c1001", "people/c1002"]
    found = browser.json("people:batchGet", resourceNames=names, personFields="names")["responses"]
    assert [one["requestedResourceName"] for one in found] == names


def test_other_contacts_and_the_directory_have_doors_of_their_own(shared_google):
    browser = people(shared_google, CAMILLE)
    others, _ = browser.everything("otherContacts", "otherContacts", readMask="emailAddresses", pageSize=2)
    known, _ = browser.everything("people:listDirectoryPeople", "people", readMask="names,emailAddresses", sources=
                                  "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE")  # fmt: skip

    assert len(others) == 5
    assert {one["emailAddresses"][0]["value"] for one in known} >= {CAMILLE, MAELLE}
    assert NOEMIE not in {one["emailAddresses"][0]["value"] for one in known}


@pytest.mark.parametrize(("name", "default"), [("people/c1001", False), ("people/c1006", True)])
def test_a_photo_is_had_at_the_size_its_address_says(shared_google, name, default):
    photo = people(shared_google, CAMILLE).json(name, personFields="photos")["photos"][0]
    address = photo["url"].replace("https://", f"{shared_google.url}/")
    small, large = ask("GET", address), ask("GET", address.replace("=s100", "=s1000"))

    assert photo.get("default", False) is default
    assert small.headers["Content-Type"] == "image/jpeg"
    assert small.content[:2] == b"\xff\xd8"
    assert len(large.content) > len(small.content) or default
    assert ask("GET", f"{address}x".replace("portrait", "autre").replace("lettre", "autre")).status_code == 404
