"""The stand-in gives contents as Drive does: ranges, limits, links that lead elsewhere, refusals."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

import pytest

from degoog.sandbox.google import formats
from degoog.sandbox.google.contents import fixed
from degoog.sandbox.google.drawing import Fate, Place, Why
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE, YANN
from tests.sandbox.google.conftest import Browser, ask


def local(google, address):
    """Google's own address, at the stand-in."""
    return address.replace("https://", f"{google.url}/")


def test_every_byte_of_the_drawing_can_be_had_and_what_is_refused_is_refused(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    refusals = {Why.FLAGGED: "cannotDownloadAbusiveFile", Why.DOWNLOAD_FORBIDDEN: "cannotDownloadFile"}
    had = 0
    for one in association.of(CAMILLE).values():
        if one.content is None or one.fate is Fate.TRASHED or "à clé" in one.path[-1]:
            continue
        answer = browser.get(f"files/{one.id}", alt="media", supportsAllDrives=True)
        if one.why in refusals:
            assert answer.status_code == 403
            assert answer.json()["error"]["errors"][0]["reason"] == refusals[one.why]
        else:
            assert answer.content == one.content.read()
            had += 1
    assert had > 100


def test_the_hash_told_beside_the_bytes_is_theirs(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    answer = browser.get(f"files/{association.named('Plan étoilé.png').id}", alt="media")
    digest = base64.b64encode(hashlib.md5(answer.content).digest()).decode()

    assert answer.headers["X-Goog-Hash"] == f"md5={digest}"
    silent = browser.get(f"files/{association.named('sans aucune somme.bin').id}", alt="media")
    assert "X-Goog-Hash" not in silent.headers


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, None), ("bytes=-7", -7, None), ("bytes=5-999999", 5, None)],
)
def test_a_range_gives_that_part(shared_google, association, wanted, start, end):
    one = association.named("Plan étoilé.png")
    assert one.content is not None
    answer = Browser(shared_google, CAMILLE).get(f"files/{one.id}", alt="media", headers={"Range": wanted})

    assert answer.status_code == 206
    assert answer.content == one.content.read()[start:end]
    assert answer.headers["Content-Range"].endswith(f"/{one.content.size}")


@pytest.mark.parametrize(("name", "wanted"), [("vide.txt", "bytes=0-"), ("Plan étoilé.png", "bytes=99999999-")])
def test_a_range_past_the_end_is_refused(shared_google, association, name, wanted):
    one = association.named(name)
    answer = Browser(shared_google, CAMILLE).get(f"files/{one.id}", alt="media", headers={"Range": wanted})

    assert answer.status_code == 416
    assert one.content is not None
    assert answer.headers["Content-Range"] == f"bytes */{one.content.size}"


def test_a_flagged_file_is_given_to_its_owner_who_acknowledges_that(shared_google, association):
    mine, theirs = association.named("facture_urgente.exe"), association.named("virus partagé.zip")
    camille, yann = Browser(shared_google, CAMILLE), Browser(shared_google, YANN)

    assert camille.get(f"files/{mine.id}", alt="media", acknowledgeAbuse=True).status_code == 200
    assert camille.get(f"files/{theirs.id}", alt="media", acknowledgeAbuse=True).status_code == 403
    assert yann.get(f"files/{theirs.id}", alt="media", acknowledgeAbuse=True).status_code == 200


def test_what_readers_may_not_download_its_owner_may(shared_google, association):
    one = association.named("Interdit aux lecteurs.pdf")

    assert association.of(CAMILLE)[one.id].why is Why.DOWNLOAD_FORBIDDEN
    assert association.of(YANN)[one.id].fate is Fate.BYTES
    assert Browser(shared_google, YANN).get(f"files/{one.id}", alt="media").status_code == 200
    told = Browser(shared_google, CAMILLE).json(f"files/{one.id}", fields="capabilities,downloadRestrictions")
    assert not told["capabilities"]["canDownload"]
    assert told["downloadRestrictions"]["itemDownloadRestriction"]["restrictedForReaders"]


def test_documents_export_to_each_of_their_formats_and_to_no_other(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    for name in ("Rapport.odt", "Trésorerie", "Bilan / projet : 2025", "Plan des parcelles", "Relances automatiques"):
        one = association.named(name)
        assert one.formats
        for mime, content in one.formats.items():
            answer = browser.get(f"files/{one.id}/export", mimeType=mime)
            assert (answer.status_code, answer.content) == (200, content.read())
        assert browser.reason(f"files/{one.id}/export", mimeType="video/x-msvideo") == (400, "badRequest")
        assert browser.reason(f"files/{one.id}", alt="media") == (403, "fileNotDownloadable")


@pytest.mark.parametrize(
    "name", ["Chose de sorte form", "Chose de sorte site", "Visite du jardin (Vids)", "Reçu fiscal.pdf", "Noms"]
)
def test_what_is_no_document_of_the_editors_has_no_export(shared_google, association, name):
    one = association.named(name)
    browser = Browser(shared_google, CAMILLE)

    assert browser.reason(f"files/{one.id}/export", mimeType=formats.PDF) == (403, "fileNotExportable")


def test_exported_office_files_open(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    wanted = {"Rapport": formats.ODT, "Trésorerie": formats.ODS, "Bilan / projet : 2025": formats.ODP}
    for name, mime in wanted.items():
        one = association.named(name)
        with zipfile.ZipFile(io.BytesIO(browser.get(f"files/{one.id}/export", mimeType=mime).content)) as package:
            assert package.namelist()[0] == "mimetype"
            assert package.read("mimetype").decode() == mime
            assert package.testzip() is None


def test_a_heavy_document_is_had_by_its_export_link_only(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    one = association.named("Livre blanc illustré")
    links = browser.json(f"files/{one.id}", fields="exportLinks")["exportLinks"]
    assert one.formats

    assert browser.reason(f"files/{one.id}/export", mimeType=formats.ODT) == (403, "exportSizeLimitExceeded")
    sent_on = ask("GET", local(shared_google, links[formats.ODT]), headers={"Authorization": f"Bearer {browser.token}"})
    assert sent_on.status_code == 307
    there = sent_on.headers["Location"]
    assert there.startswith("https://doc-")
    assert ask("GET", local(shared_google, there)).content == one.formats[formats.ODT].read()
    assert ask("GET", local(shared_google, links[formats.ODT])).status_code == 401


def test_a_video_made_with_vids_is_had_by_a_download_that_takes_its_time(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    one = association.named("Visite du jardin (Vids)")
    operation = browser.json(f"files/{one.id}/download", verb="POST", mimeType=formats.MP4)
    looks = 0
    while not operation["done"]:
        operation = browser.json(f"operations/{operation['name']}")
        looks += 1
    assert looks == 3
    assert one.formats
    found = ask("GET", local(shared_google, operation["response"]["downloadUri"]))
    assert found.content == one.formats[formats.MP4].read()
    assert Browser(shared_google, MAELLE).get(f"operations/{operation['name']}").status_code == 404


def test_a_file_that_was_edited_keeps_its_earlier_content(google, drawn, camille):
    one = drawn.named("Charte.pdf")
    before = one.content.read()
    head = camille.json(f"files/{one.id}", fields="headRevisionId,version")
    google.hands.edit(one.id, fixed(b"%PDF-1.4 nouvelle"))
    after = camille.json(f"files/{one.id}", fields="headRevisionId,version")
    revisions = camille.json(f"files/{one.id}/revisions")["revisions"]

    assert [revision["id"] for revision in revisions] == [head["headRevisionId"], after["headRevisionId"]]
    assert camille.get(f"files/{one.id}/revisions/{head['headRevisionId']}", alt="media").content == before
    assert camille.get(f"files/{one.id}", alt="media").content == b"%PDF-1.4 nouvelle"
    google.hands.star(one.id, CAMILLE)
    last = camille.json(f"files/{one.id}", fields="headRevisionId,version")
    assert last["headRevisionId"] == after["headRevisionId"]
    assert int(last["version"]) > int(after["version"]) > int(head["version"])


def test_labels_are_told_where_they_are_asked_for(shared_google, association):
    browser = Browser(shared_google, CAMILLE)
    one = association.named("Plan étoilé.png")

    assert "labelInfo" not in browser.json(f"files/{one.id}", fields="*")
    told = browser.json(f"files/{one.id}", fields="labelInfo", includeLabels="lbl-plan,lbl-autre")
    assert [label["id"] for label in told["labelInfo"]["labels"]] == ["lbl-plan"]
    assert len(browser.json(f"files/{one.id}/listLabels")["labels"]) == 2


def test_nothing_of_a_shared_drive_that_forbids_copies_is_given_to_its_readers(shared_google, association):
    one = association.named("Livret.pdf")

    assert association.of(CAMILLE, Place.SHARED_DRIVE)[one.id].why is Why.DOWNLOAD_FORBIDDEN
    for email, status in ((CAMILLE, 403), (MAELLE, 200)):
        answer = Browser(shared_google, email).get(f"files/{one.id}", alt="media", supportsAllDrives=True)
        assert answer.status_code == status
