"""Moving into a stand-in Mattermost that is set up, or answers, as some servers do and a real one at hand does not."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest

from degoog.convert.talk import Attachment
from degoog.engine import Check
from degoog.errors import Unavailable, Usage
from degoog.mattermost.limits import Limits
from degoog.ports import Blob
from degoog.sandbox.http_server import Drop
from degoog.sandbox.mattermost import MattermostSandbox
from tests.contract.chat import Dying, Mover, post, ref, stand_in
from tests.memory import Killed, blob

FILMS = ((1, 9_000), (2, 15_000), (3, 12_000))


@pytest.fixture
def sandbox() -> Iterator[MattermostSandbox]:
    with MattermostSandbox() as running:
        yield running


def test_settings_too_narrow_are_said_or_raised_and_put_back_also_after_a_kill(sandbox, tmp_path):
    chat = stand_in(sandbox)
    limits = sandbox.world.settings["FileSettings"]
    limits["MaxFileSize"] = 100
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")
    talks = [chat.talk(room, post(chat, 1, "bonjour"))]

    with pytest.raises(Usage, match=r"FileSettings\.MaxFileSize is 100"):
        mover.move(chat.things(room), talks, limits=Limits.KEEP)

    requests = 0
    while limits["MaxFileSize"] == 100 and requests < 60:
        requests += 1
        with contextlib.suppress(Killed):
            mover.move(chat.things(room), talks, wire=Dying(requests, answered=True))
    assert limits["MaxFileSize"] > 100
    mover.move(chat.things(room), talks)

    assert chat.said("semis") == ["bonjour"]
    assert limits["MaxFileSize"] == 100
    assert not sandbox.world.admin.kept["preferences"]


def test_a_file_larger_than_the_server_takes_fails_alone_or_has_the_limit_raised(sandbox, tmp_path):
    chat = stand_in(sandbox)
    limits = sandbox.world.settings["FileSettings"]
    limits["MaxFileSize"] = 5000
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")
    film = Attachment(ref("F1"), "film.mp4", blob(bytes(6000)))
    talks = [chat.talk(room, post(chat, 1, "le film", attachments=(film,))), chat.talk(room, post(chat, 2, "et"))]

    kept = mover.move(chat.things(room), talks, limits=Limits.KEEP)
    assert (kept.failed, chat.said("semis")) == (1, ["et"])

    raised = mover.move(chat.things(room), talks, limits=Limits.RAISE)
    assert (raised.failed, chat.said("semis")) == (0, ["le film", "et"])
    assert limits["MaxFileSize"] == 5000


def test_files_that_fit_one_by_one_and_not_together_come_in_several_imports(sandbox, tmp_path):
    chat = stand_in(sandbox)
    sandbox.world.settings["FileSettings"]["MaxFileSize"] = 20_000
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")

    def film(number: int, size: int) -> Attachment:
        return Attachment(ref(f"F{number}"), f"film{number}.mp4", blob(bytes(size)))

    talks = [chat.talk(room, post(chat, n, f"le film {n}", attachments=(film(n, size),))) for n, size in FILMS]
    many = tuple(film(10 + n, 3_000) for n in range(8))
    talks.append(chat.talk(room, post(chat, 8, "les photos", attachments=many)))
    kept = mover.move(chat.things(room), [*talks, chat.talk(room, post(chat, 9, "et"))], limits=Limits.KEEP)

    assert (kept.failed, chat.said("semis")) == (1, ["le film 1", "le film 2", "le film 3", "et"])


def test_the_server_visits_no_link_while_it_imports_where_settings_may_change(sandbox, tmp_path):
    chat = stand_in(sandbox)
    service = sandbox.world.settings["ServiceSettings"]
    service["EnableLinkPreviews"] = True
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")
    talks = [chat.talk(room, post(chat, 1, "https://lauze.example"))]

    mover.move(chat.things(room), talks, limits=Limits.RAISE)

    assert service["EnableLinkPreviews"]
    patches = [one for one in sandbox.world.patched if "EnableLinkPreviews" in one.get("ServiceSettings", {})]
    assert [one["ServiceSettings"]["EnableLinkPreviews"] for one in patches] == [False, True]


class Older(httpx.AsyncBaseTransport):
    """The wire to a server that has not some way of asking."""

    def __init__(self, unknown: str) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._unknown = unknown

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(self._unknown):
            return httpx.Response(404, json={"id": "api.context.404.app_error"}, request=request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Overlooking(httpx.AsyncBaseTransport):
    """The wire to a server whose listing of channels misses one: its pages are not in a firm order."""

    def __init__(self, name: str) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._name = name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if request.method != "GET" or request.url.path != "/api/v4/channels":
            return response
        told = json.loads(await response.aread())
        return httpx.Response(200, json=[one for one in told if one["name"] != self._name], request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def test_a_channel_that_no_listing_gives_is_neither_made_again_nor_taken_for_gone(sandbox, tmp_path):
    chat = stand_in(sandbox)
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis", header="avant")
    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "oui"))])
    made = chat.channel("semis")
    chat.api("PUT", f"/channels/{made['id']}/patch", json={"header": "à nous"})

    later = replace(room, name="potager", header="après")
    talks = [chat.talk(room, post(chat, 1, "oui")), chat.talk(room, post(chat, 2, "encore"))]
    balance = mover.move(chat.things(later), talks, wire=Overlooking("semis"))

    assert (balance.failed, balance.pending) == (0, 0)
    assert (chat.channel("semis")["id"], chat.channel("semis")["header"]) == (made["id"], "à nous")
    assert [one["message"] for one in chat.posts("semis") if not one["type"].startswith("system_")] == ["oui", "encore"]


def test_history_is_read_at_a_server_that_marks_one_channel_at_a_time_too(sandbox, tmp_path):
    chat = stand_in(sandbox)
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")

    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "oui"))], wire=Older("/mark_read"))

    assert set(chat.seen("semis").values()) == {1}
    assert not mover.losses()


def test_link_previews_stay_where_settings_must_stay(sandbox, tmp_path):
    chat = stand_in(sandbox)
    sandbox.world.settings["ServiceSettings"]["EnableLinkPreviews"] = True
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")

    balance = mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "oui"))], limits=Limits.KEEP)

    assert (balance.failed, balance.pending, sandbox.world.patched) == (0, 0, [])


def test_what_was_read_before_its_files_came_is_read_again(sandbox, tmp_path):
    chat = stand_in(sandbox)
    sandbox.world.linger = 12
    mover, room = Mover(chat, tmp_path / "ledger.db"), chat.room("semis")
    plan = Attachment(ref("F1"), "plan.txt", blob(b"tomates"))

    mover.move(chat.things(room), [chat.talk(room, post(chat, 1, "le plan", attachments=(plan,)))])

    read = [one for one in sandbox.log if one.path.endswith("/posts") and one.method == "GET"]
    assert len(read) > 2
    assert not mover.losses()
    assert mover.verify(Check.FULL).sound


def kept(sandbox, pieces: int) -> bytes:
    """Keep a file that is made as it is sent; gives what arrived."""
    alive: set[int] = set()

    class Piece(bytes):
        def __del__(self) -> None:
            alive.discard(id(self))

    async def made() -> AsyncIterator[bytes]:
        for number in range(pieces):
            piece = Piece(bytes([number]) * 65536)
            alive.add(id(piece))
            assert len(alive) < 5, "the file is held in memory"
            yield piece

    @contextlib.asynccontextmanager
    async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
        yield made()

    async def go() -> None:
        async with stand_in(sandbox).target() as target:
            await target.save_map("channels-x.jsonl.gz", Blob(pieces * 65536, open_))

    asyncio.run(go())
    (file,) = [file for post in sandbox.world.posts.values() for file in post.files]
    return bytes(file.data)


def test_the_map_is_sent_as_it_is_made(sandbox):
    assert kept(sandbox, 40) == b"".join(bytes([number]) * 65536 for number in range(40))


def test_the_map_is_sent_again_when_the_connection_breaks(sandbox):
    broken: list[object] = []

    def before(request):
        if request.path.endswith("/files") and len(broken) < 2:
            broken.append(request)
            raise Drop

    sandbox.before = before
    assert len(kept(sandbox, 2)) == 2 * 65536
    assert len(broken) == 2


def test_a_map_that_never_arrives_is_told(sandbox):
    def before(request):
        if request.path.endswith("/files"):
            raise Drop

    sandbox.before = before
    with pytest.raises(Unavailable):
        kept(sandbox, 2)
