"""A folder filled for an installation without the internet."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest

from degoog.errors import Unavailable, Usage
from degoog.provision import archives, artefacts
from degoog.provision.artefacts import AppRelease, Artefact, Signature
from tests.cli.files import Hurried

BODY, APP = b"a release\x00" * 5000, b"an application"
SIGNED = Signature("nextcloud-33.0.7.tar.bz2.asc", "https://download.example/nc.asc", "A" * 40)


def release(**more) -> Artefact:
    told: dict[str, Any] = {"sha256": hashlib.sha256(BODY).hexdigest(), "php": ("8.4",), "signature": SIGNED} | more
    return Artefact(
        name="nextcloud", version="33.0.7", file="nextcloud-33.0.7.tar.bz2", url="https://download.example/nc",
        end_of_life="2027-02", **told,
    )  # fmt: skip


NOTES = AppRelease("notes", "4.12.0", url="https://apps.example/notes")
STORE = {"33.0.7": {"notes": NOTES}, "34.0.1": {"notes": NOTES}}


class World:
    """The servers from which archives come."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body = BODY

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        match request.url.path:
            case "/nc":
                return httpx.Response(200, content=self.body)
            case "/nc.asc":
                return httpx.Response(200, content=b"signature")
            case "/notes":
                return httpx.Response(302, headers={"Location": "https://files.example/n.tar.gz"})
            case "/n.tar.gz":
                return httpx.Response(200, content=APP)
        return httpx.Response(404)


def fill(folder, world, *, store=STORE, releases=None, wanted=("notes", "deck")):
    return asyncio.run(
        archives.fill(
            folder, releases={"nextcloud": releases or [release()], "mattermost": []}, applications=store,
            wanted=wanted, tell=lambda *_told: None, transport=httpx.MockTransport(world), time=Hurried().time,
        )
    )  # fmt: skip


def test_what_was_fetched_can_be_installed_from_with_the_pins_beside_it(tmp_path):
    filled = fill(tmp_path / "shelf", World())
    assert filled.fetched == ["nextcloud-33.0.7.tar.bz2", "notes-4.12.0.tar.gz"]
    pins = tmp_path / "shelf/pins.yml"
    assert artefacts.chosen("nextcloud", pins=pins) == release()
    for major in (33, 34):
        app = artefacts.applications(major, pins)["notes"]
        assert (app.file, app.sha256) == ("notes-4.12.0.tar.gz", hashlib.sha256(APP).hexdigest())
    assert (tmp_path / "shelf" / app.file).read_bytes() == APP
    assert (tmp_path / "shelf" / SIGNED.file).read_bytes() == b"signature"


def test_an_application_without_a_release_is_named(tmp_path):
    assert fill(tmp_path, World()).lacking == ["deck (33)", "deck (34)"]


def test_the_second_time_nothing_is_fetched(tmp_path):
    fill(tmp_path, World())
    world = World()
    assert (fill(tmp_path, world).fetched, world.asked) == ([], [])


def test_a_release_that_is_not_the_pinned_one_is_not_kept(tmp_path):
    world = World()
    world.body = b"something else"
    with pytest.raises(Usage, match="checksum differs"):
        fill(tmp_path, world)
    assert not list(tmp_path.glob("*.bz2*.part"))
    assert not (tmp_path / "nextcloud-33.0.7.tar.bz2").exists()
    assert not (tmp_path / "pins.yml").exists()


def test_a_file_that_was_cut_off_is_fetched_again(tmp_path):
    (tmp_path / "nextcloud-33.0.7.tar.bz2").write_bytes(BODY[:100])
    assert "nextcloud-33.0.7.tar.bz2" in fill(tmp_path, World()).fetched


def test_a_store_that_does_not_answer_stops_it(tmp_path):
    with pytest.raises(Unavailable, match="no list of applications"):
        fill(tmp_path, World(), store={"33.0.7": None})


def test_what_is_moved_away_from_https_is_not_followed(tmp_path):
    plain = {"33.0.7": {"notes": AppRelease("notes", "1.0", url="http://apps.example/notes")}}
    with pytest.raises(Unavailable, match="HTTPS"):
        fill(tmp_path, World(), store=plain)


def test_the_applications_of_the_playbooks_are_those_that_are_wanted():
    assert {"calendar", "groupfolders", "notify_push"} <= set(archives.usual_applications())
