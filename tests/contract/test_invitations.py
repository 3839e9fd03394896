"""Nobody is invited: what guests got is counted, on the sandbox's Nextcloud and on a real one where it is named."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import httpx
import pytest

from degoog.convert.held import held
from degoog.convert.traits import Traits
from degoog.model import Item, Kind, Place, Ref, Stage
from degoog.ports import Make, Move, Write
from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.agenda_site import nextcloud_site
from tests.contract.desk import Account, Cloud
from tests.contract.site import Desk

SERVERS = ["sandbox", "real"]


@dataclass(frozen=True)
class Guest:
    """Somebody with an account and an address, who counts what came."""

    account: Account
    address: str

    def received(self) -> int:
        """Items in the inbox, and events in any calendar of theirs."""
        calendars = [href for href in self._below("/") if not href.endswith(("/outbox/", "/trashbin/"))]
        names = [href.rstrip("/").rpartition("/")[2] for href in calendars]
        return sum(len(self._below(f"/{name}/")) for name in names)

    def _below(self, path: str) -> list[str]:
        answer = self.account.dav("PROPFIND", path, "calendars", headers={"Depth": "1"})
        hrefs = [element.text or "" for element in ET.fromstring(answer.content).iter("{DAV:}href")]
        return hrefs[1:]


def event(organizer: str, guest: str, title: str = "Réunion") -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//degoog//degoog//EN", "BEGIN:VEVENT", "UID:reunion@lauze.example",
        "DTSTAMP:20260101T000000Z", "DTSTART:20300312T170000Z", "DTEND:20300312T180000Z", f"SUMMARY:{title}",
        f"ORGANIZER;CN=Camille:mailto:{organizer}", f"ATTENDEE;CN=Camille;PARTSTAT=ACCEPTED:mailto:{organizer}",
        f"ATTENDEE;CN=Awa;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{guest}",
        "ATTENDEE;CN=Ailleurs;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:quelquun@ailleurs.example", "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.fixture(params=SERVERS)
def cloud(request: pytest.FixtureRequest, tmp_path) -> Iterator[Cloud]:
    if request.param == "real":
        if not (address := os.environ.get("DEGOOG_TEST_NEXTCLOUD")):
            pytest.skip("DEGOOG_TEST_NEXTCLOUD names no Nextcloud")
        made = Cloud(address)
        yield made
        made.close()
        return
    with NextcloudSandbox(tmp_path) as server:
        yield Cloud(server.admin_url)
        assert not server.agendas.mails or request.node.name.startswith("test_the_server")


def somebody(cloud: Cloud) -> Guest:
    address = f"{secrets.token_hex(5)}@lauze.example"
    return Guest(cloud.account(email=address), address)


def test_the_server_invites_by_itself_when_nobody_tells_it_not_to(cloud: Cloud):
    camille, awa = somebody(cloud), somebody(cloud)
    before = awa.received()
    camille.account.dav("MKCALENDAR", "/ouvert", "calendars")

    answer = camille.account.dav("PUT", "/ouvert/r.ics", "calendars", content=event(camille.address, awa.address))

    assert answer.status_code == 201
    assert awa.received() > before, "the count below would count nothing"


def test_an_import_invites_nobody_whatever_it_does(cloud: Cloud):
    camille, awa = somebody(cloud), somebody(cloud)
    before = awa.received()
    with httpx.Client(timeout=120) as http:
        desk = Desk(nextcloud_site(camille.account, http, "VEVENT"))  # type: ignore[arg-type]
        for name in ("Agenda", "Ailleurs"):
            item = Item(Ref("test", name), None, Kind.CALENDAR, name, Stage.HOLDERS)
            desk.one(Make(item, Place(name), Traits(name)))
        item = Item(Ref("test", "r"), None, Kind.EVENT, "r.ics", Stage.CONTENT)

        first = desk.one(Write(item, Place("Agenda/r.ics"), held(event(camille.address, awa.address))))
        again = Place(first.path, was=first.path, proof=first.proof)
        second = desk.one(Write(item, again, held(event(camille.address, awa.address, "Réunion déplacée"))))
        desk.one(Move(item, Place("Ailleurs/r.ics", was=second.path, proof=second.proof)))

    assert awa.received() == before
