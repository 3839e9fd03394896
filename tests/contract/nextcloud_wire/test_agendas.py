"""Calendars and address books asked raw: the stand-in answers as the real server does (nextcloud.md §7, §8)."""

import hashlib
import uuid
from urllib.parse import quote

import pytest

XML = {"Content-Type": "application/xml; charset=utf-8"}
NEW = {"If-None-Match": "*", "X-NC-Scheduling": "false", "Schedule-Reply": "F"}


def event(uid: str, *more: str) -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//degoog//degoog//EN", "CALSCALE:GREGORIAN", "BEGIN:VEVENT",
        f"UID:{uid}", "DTSTAMP:20260101T000000Z", "DTSTART:20260312T170000Z", "SUMMARY:Réunion", *more, "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def made(component: str = "VEVENT") -> bytes:
    return (
        "<c:mkcalendar xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:set><d:prop><d:displayname>Été"
        f"</d:displayname><c:supported-calendar-component-set><c:comp name='{component}'/>"
        "</c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>"
    ).encode()


@pytest.fixture
def agenda(account):
    """A calendar of this test's own, with a name that must be encoded; gives a way to ask it things."""
    name = f"Été {uuid.uuid4().hex[:8]}"

    def ask(method: str, path: str = "", content: bytes = b"", **headers: str):
        target = f"/remote.php/dav/calendars/{account.login}/{quote(name)}{quote(path)}"
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        return account.raw(method, target, content=content, headers=given)

    assert account.raw(
        "MKCALENDAR", f"/remote.php/dav/calendars/{account.login}/{quote(name)}", content=made(), headers=XML
    ).status_code == 201  # fmt: skip
    return ask


def put(agenda, path: str, data: bytes):
    return agenda("PUT", path, data, **{key.replace("-", "_"): value for key, value in NEW.items()})


def test_what_is_stored_verbatim_has_its_md5_for_an_etag(agenda):
    data = event("un@lauze.example")

    answer = put(agenda, "/Réunion 1.ics", data)

    assert (answer.status_code, answer.headers["etag"]) == (201, f'"{hashlib.md5(data).hexdigest()}"')
    assert agenda("GET", "/Réunion 1.ics").content == data


def test_a_calendar_is_made_once(agenda):
    assert agenda("MKCALENDAR", content=made(), Content_Type=XML["Content-Type"]).status_code == 405


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (event("x", "METHOD:REQUEST").replace(b"BEGIN:VEVENT", b"METHOD:REQUEST\r\nBEGIN:VEVENT", 1), 415),
        (b"junk", 415),
        (event("x", "RRULE:FREQ=SOMETIMES"), 500),
        (event("x").replace(b"VEVENT", b"VTODO").replace(b"DTSTART:20260312T170000Z\r\n", b""), 403),
        (event("x", "DESCRIPTION:" + "x" * 10_600_000), 403),
    ],
    ids=["method", "junk", "rule", "component", "size"],
)
def test_what_it_refuses(agenda, data, status):
    assert put(agenda, "/x.ics", data).status_code == status


def test_a_uid_is_taken_once_and_stays_taken_in_the_trash(agenda):
    assert put(agenda, "/a.ics", event("un")).status_code == 201
    assert put(agenda, "/a.ics", event("un")).status_code == 412
    assert put(agenda, "/b.ics", event("un")).status_code == 400

    assert agenda("DELETE", "/a.ics", Schedule_Reply="F").status_code == 204

    assert put(agenda, "/b.ics", event("un")).status_code == 500


def test_a_deleted_calendar_still_has_its_address(agenda):
    assert agenda("DELETE").status_code == 204

    assert agenda("MKCALENDAR", content=made(), Content_Type=XML["Content-Type"]).status_code == 405
    ask = b"<d:propfind xmlns:d='DAV:' xmlns:n='http://nextcloud.com/ns'><d:prop><n:deleted-at/></d:prop></d:propfind>"
    assert b"deleted-at" in agenda("PROPFIND", content=ask, Depth="0").content.replace(b"<n:deleted-at/>", b"")


def test_one_card_of_a_uid_and_none_of_version_2_1(account):
    book = f"/remote.php/dav/addressbooks/users/{account.login}/contacts"

    def card(path: str, version: str = "3.0") -> int:
        data = f"BEGIN:VCARD\r\nVERSION:{version}\r\nUID:un\r\nFN:Awa\r\nN:;Awa;;;\r\nEND:VCARD\r\n".encode()
        headers = NEW | {"Content-Type": "text/vcard"}
        return int(account.raw("PUT", f"{book}/{path}", content=data, headers=headers).status_code)

    account.raw("DELETE", f"{book}/a.vcf")
    assert [card("c.vcf", "2.1"), card("a.vcf"), card("b.vcf")] == [415, 201, 400]
