"""What doctor asks a Nextcloud, and makes of the answers."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from degoog.errors import Unavailable, Usage
from degoog.nextcloud import health
from degoog.secrets import Secret

URL = "https://cloud.lauze.example"
STATUS = {"installed": True, "maintenance": False, "needsDbUpgrade": False, "versionstring": "32.0.1"}


def ask(question, answer):
    """Ask with a server that always answers the same; give the answer and the requests it saw."""
    seen = []

    def handle(request):
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def run():
        async with health.open_client(httpx.MockTransport(handle)) as client:
            return await question(client)

    return asyncio.run(run()), seen


def status(answer):
    return ask(lambda client: health.status(client, URL), answer)[0]


def account(answer):
    return ask(lambda client: health.account(client, URL, "camille", Secret("kestrel")), answer)


def folder(free, permissions):
    body = (
        '<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response><d:href>/remote.php/webdav/</d:href>'
        f"<d:propstat><d:prop><d:quota-available-bytes>{free}</d:quota-available-bytes>"
        f"<oc:permissions>{permissions}</oc:permissions></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
        "</d:response></d:multistatus>"
    )
    return httpx.Response(207, text=body)


def test_a_server_tells_its_version_and_time():
    answer = httpx.Response(200, json=STATUS, headers={"Date": "Sun, 22 Nov 2026 18:05:00 GMT"})

    assert status(answer) == health.Status("32.0.1", datetime(2026, 11, 22, 18, 5, tzinfo=UTC))


@pytest.mark.parametrize("date", ["", "hier"])
def test_a_server_without_a_clock_is_no_problem(date):
    assert status(httpx.Response(200, json=STATUS, headers={"Date": date} if date else {})).clock is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, text="<html>"), Usage),
        (httpx.Response(200, json=[]), Usage),
        (httpx.Response(200, json=STATUS | {"versionstring": "25.0.1"}), Usage),
        (httpx.Response(200, json=STATUS | {"maintenance": True}), Unavailable),
        (httpx.ConnectError("no route"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
    ],
)
def test_what_is_no_usable_nextcloud_is_told(answer, error):
    with pytest.raises(error):
        status(answer)


def test_an_account_tells_its_room_and_rights_and_is_asked_once():
    found, seen = account(folder(5_000_000_000, "RGDNVCK"))

    assert found == health.Account(5_000_000_000, may_write=True)
    assert [(request.method, request.url.path) for request in seen] == [("PROPFIND", "/remote.php/webdav/")]


def test_an_account_without_a_limit_has_none():
    assert account(folder(-3, "RGDNVCK"))[0].free is None


def test_an_account_that_may_only_read_is_told_apart():
    assert not account(folder(1, "R"))[0].may_write


@pytest.mark.parametrize("code", [401, 404, 500, 207])
def test_a_refused_password_or_an_unreadable_answer_is_told_and_not_tried_again(code):
    with pytest.raises(Unavailable) as caught:
        account(httpx.Response(code, text=""))
    assert "kestrel" not in str(caught.value)
