"""Documents on a disk and at an address: found, fetched, and the address kept a secret."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from degoog.errors import Usage
from degoog.loose.disk import Address, Paths
from degoog.loose.ics import IcsSource
from degoog.model import Found, Kind

SECRET = "https://calendar.google.com/calendar/ical/camille%40lauze.example/private-0a1b2c3d/basic.ics"
AGENDA = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Camille\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260312T170000Z\r\n"
    b"DTSTAMP:20260101T000000Z\r\nSUMMARY:R\xc3\xa9union\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def walked(answer, url: str = SECRET) -> tuple[str, list[Found]]:
    async def go() -> tuple[str, list[Found]]:
        async with IcsSource(Address(url, transport=httpx.MockTransport(answer))) as source:
            return source.account, [found async for found in source.walk()]

    return asyncio.run(go())


def test_a_secret_address_is_read_and_kept_secret():
    account, founds = walked(lambda _request: httpx.Response(200, content=AGENDA))

    assert account == "camille@lauze.example"
    assert [found.item.kind for found in founds] == [Kind.CALENDAR, Kind.EVENT]
    assert "0a1b2c3d" not in repr(founds)


def test_it_follows_where_the_address_leads():
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/calendar/"):
            return httpx.Response(302, headers={"Location": "https://elsewhere.example/a.ics"})
        return httpx.Response(200, content=AGENDA)

    _account, founds = walked(answer)

    assert len(founds) == 2


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), httpx.Response(200, content=b"<html>Sign in</html>")], ids=["gone", "a page"]
)
def test_an_address_that_gives_no_calendar_is_told_without_its_secret(answer):
    with pytest.raises(Usage) as told:
        walked(lambda _request: answer)

    assert "calendar.google.com" in str(told.value)
    assert "0a1b2c3d" not in str(told.value)


def test_the_time_of_an_export_makes_no_event_new():
    first = walked(lambda _request: httpx.Response(200, content=AGENDA))[1]
    later = AGENDA.replace(b"DTSTAMP:20260101T000000Z", b"DTSTAMP:20260601T000000Z")

    again = walked(lambda _request: httpx.Response(200, content=later))[1]

    assert [found.item.content for found in again] == [found.item.content for found in first]


def test_a_folder_stands_for_its_files_and_what_is_not_there_is_told(tmp_path: Path):
    for name in ("b.ics", "a.ics", "notes.txt"):
        (tmp_path / name).write_bytes(AGENDA)

    async def keys(*paths: Path) -> list[str]:
        async with Paths(paths, ending=".ics") as documents:
            return [document.key for document in documents.documents()]

    assert asyncio.run(keys(tmp_path)) == ["a", "b"]
    with pytest.raises(Usage, match=r"missing\.ics"):
        asyncio.run(keys(tmp_path / "missing.ics"))


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>Sign in</html>", AGENDA.decode().encode("utf-16"), AGENDA.replace(b"\r\n", b"\r")],
    ids=["empty", "a page", "UTF-16", "old line ends"],
)
def test_a_file_that_gives_no_event_although_it_has_some_is_refused_by_name(tmp_path, data):
    (tmp_path / "agenda.ics").write_bytes(data)

    async def enter() -> None:
        async with Paths([tmp_path], ending=".ics"):
            pass

    with pytest.raises(Usage, match=r"agenda\.ics"):
        asyncio.run(enter())


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + AGENDA, AGENDA.replace(b"\r\n", b"\n"), b"\r\n" + AGENDA])
def test_marks_and_line_ends_of_other_machines_are_calendars(tmp_path, data):
    path = tmp_path / "agenda.ics"
    path.write_bytes(data)

    async def go() -> int:
        async with IcsSource(Paths([path], ending=".ics")) as source:
            return len([found async for found in source.walk()])

    assert asyncio.run(go()) == 2
