"""Files come whole or are told, one by one; tokens go to Slack's hosts only; nothing is left on the disk."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from degoog.convert.slack.values import File
from degoog.errors import Refused, Unavailable
from degoog.http import Time
from degoog.model import FailReason
from degoog.ports import Blob
from degoog.sandbox.faults import Fault, FaultKind
from degoog.sandbox.slack import SlackHosts, draw_export
from degoog.sandbox.slack.host import API_TOKEN, content, sizes
from degoog.sandbox.slack.traps import file
from degoog.secrets import Secret
from degoog.slack import SlackSource, entries
from degoog.slack.downloads import Downloads

T = TypeVar("T")


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
def hosts() -> Iterator[SlackHosts]:
    with SlackHosts(sizes()) as hosts:
        yield hosts


def run(hosts: SlackHosts, go: Callable[[Downloads], Awaitable[T]], **more: object) -> T:
    async def inner() -> T:
        downloads = Downloads(url=hosts.url, time=Time(sleep=_at_once), **more)  # type: ignore[arg-type]
        try:
            return await go(downloads)
        finally:
            await downloads.close()

    return asyncio.run(inner())


async def taken(blob: Blob | None) -> bytes:
    assert blob is not None
    async with blob.open() as chunks:
        return b"".join([chunk async for chunk in chunks])


def got(hosts: SlackHosts, raw: dict[str, object], **more: object) -> tuple[File, bytes]:
    async def go(downloads: Downloads) -> tuple[File, bytes]:
        given = await downloads.file(raw, entries.file(raw, "T1"))
        return given, await taken(given.blob) if given.blob else b""

    return run(hosts, go, **more)


PLAN = file("F0PLAN", "plan été.png", 120_000)


def test_a_file_comes_whole(hosts):
    given, data = got(hosts, PLAN)

    assert (given.lost, data) == ("", content("F0PLAN", 120_000))


@pytest.mark.parametrize("cut", [0, 1, 70_000])
def test_a_transfer_that_broke_goes_on_where_it_was(hosts, cut):
    hosts.faults.add(Fault(FaultKind.CUT_BODY, "*F0PLAN*", times=2, bytes=cut))

    given, data = got(hosts, PLAN)

    assert (given.lost, hashlib.sha256(data).digest()) == ("", hashlib.sha256(content("F0PLAN", 120_000)).digest())
    assert (hosts.requests.with_status(206) > 0) == (cut > 0)


def test_a_host_that_asks_for_patience_gets_it(hosts):
    hosts.faults.add(Fault(FaultKind.TOO_MANY, times=3, retry_after=1))

    assert got(hosts, PLAN)[0].lost == ""


def test_a_file_that_never_comes_whole_is_waited_for(hosts):
    hosts.faults.add(Fault(FaultKind.CUT_BODY, "*F0PLAN*", bytes=0))

    with pytest.raises(Refused, match=r"files\.slack\.com broke several times") as waits:
        got(hosts, PLAN)
    assert waits.value.reason is FailReason.DEFERRED


@pytest.mark.parametrize("id_", ["F0EXPIRE", "F0VIEUX"])
def test_a_page_of_login_never_passes_for_a_file(hosts, id_):
    hosts.revoked = True

    given, _data = got(hosts, file(id_, "x.png", 300))

    assert (given.lost, given.blob) == ("its link has expired", None)


def test_a_file_of_another_size_is_none(hosts):
    given, _data = got(hosts, file("F0PLAN", "plan.png", 119_999))

    assert given.lost == "what came has 120000 bytes instead of 119999"


def test_a_file_that_slack_no_longer_has_is_told(hosts):
    assert got(hosts, file("F0AUCUN", "x.png", 3))[0].lost == "no longer in Slack"


@pytest.mark.parametrize(
    "address", ["https://mal.example/a.png", "http://files.slack.com/a", "https://files.slack.com@mal.example/a", ""]
)
def test_no_token_goes_to_another_host(hosts, address):
    raw = file("F0PLAN", "plan.png", 3) | {"url_private": address, "url_private_download": address}

    given, _data = got(hosts, raw, token=Secret("xoxe-x"), account=Secret(API_TOKEN))

    assert given.blob is None
    assert len(hosts.requests) == 0


def test_a_link_without_a_token_borrows_the_exports_or_a_persons(hosts):
    bare = "https://files.slack.com/files-pri/T0LAUZE01-F0PLAN/download/plan.png"
    raw = PLAN | {"url_private_download": bare, "url_private": bare}

    assert got(hosts, raw)[0].lost == "its link has expired"
    assert got(hosts, raw, token=Secret("xoxe-1234567890-drawn-by-the-sandbox"))[0].lost == ""
    assert got(hosts, raw, account=Secret(API_TOKEN))[0].lost == ""


def test_a_canvas_is_its_page(hosts):
    raw = file("F0CANVAS01", "accueil", 0, mode="quip")

    assert "Texte du <b>canevas</b>" in got(hosts, raw)[0].page


def test_a_file_in_many_messages_is_fetched_once_while_it_is_needed_and_leaves_nothing(hosts):
    async def go(downloads: Downloads) -> list[File]:
        plain = entries.file(PLAN, "T1")
        return list(await asyncio.gather(*(downloads.file(PLAN, plain) for _n in range(5))))

    before = set(Path(tempfile.gettempdir()).glob(f"degoog-run-{os.getpid()}-*"))
    files = run(hosts, go)

    assert {given.blob.size for given in files if given.blob} == {120_000}
    assert hosts.requests.count("GET") == 1
    assert set(Path(tempfile.gettempdir()).glob(f"degoog-run-{os.getpid()}-*")) <= before


def test_custom_emoji_want_a_token_and_say_so_when_it_is_wrong(hosts):
    assert run(hosts, Downloads.emoji) == {}
    assert run(hosts, Downloads.emoji, account=Secret(API_TOKEN))["bravo"] == "alias:tada"
    with pytest.raises(Unavailable, match="invalid_auth"):
        run(hosts, Downloads.emoji, account=Secret("xoxb-faux"))


def test_for_a_host_that_is_not_there_the_message_waits_and_nobody_waits_twice(hosts):
    asked = []

    class Nowhere(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.url)
            raise httpx.ConnectError("no route", request=request)

    async def go(downloads: Downloads) -> tuple[FailReason, int, Blob | None]:
        plain = entries.file(PLAN, "T1")
        with pytest.raises(Refused) as first:
            await downloads.file(PLAN, plain)
        before = len(asked)
        with pytest.raises(Refused):
            await downloads.file(PLAN, plain)
        again = len(asked) - before
        return first.value.reason, again, await downloads.picture("https://ca.slack-edge.com/T1-U1-abc-512")

    assert run(hosts, go, transport=Nowhere()) == (FailReason.DEFERRED, 0, None)


def test_every_file_that_the_hosts_have_hangs_on_its_message(hosts, tmp_path):
    drawn = draw_export(tmp_path / "export.zip", messages=10)

    async def go() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        source = SlackSource(
            [drawn.path],
            fetches=lambda told: Downloads(
                token=Secret(told.token), account=Secret(API_TOKEN), url=hosts.url, time=Time(sleep=_at_once)
            ),
        )
        async with source:
            async for one in source.walk():
                if one.verdict is None and one.item.unit is None and one.item.kind == "message":
                    talk = await source.read(one.item)
                    for said in (talk.root, *talk.replies):  # type: ignore[union-attr]
                        if said is not None:
                            had = {file.id for file in said.files if file.blob is not None or file.page}
                            found[said.ts] = had
        return found

    found = asyncio.run(go())
    for message in drawn.messages:
        if message.files:
            assert found[message.ts] == set(message.files)
