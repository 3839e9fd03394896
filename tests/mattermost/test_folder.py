"""A folder with an import file in it."""

import asyncio
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from degoog.convert.talk import Attachment, Channel, Person, Team
from degoog.engine import Verified
from degoog.ledger import Balance
from degoog.mattermost.bundle import Bundle
from degoog.mattermost.folder import BundleFolder
from degoog.mattermost.parts import Answers, Parts
from degoog.model import Ref
from tests.engine.conftest import Bench
from tests.mattermost.saying import post, thread
from tests.mattermost.talking import Talk
from tests.memory import Killed, blob

TEAM = Team(Ref("slack", "T"), "lauze", "Les Jardins de la Lauze")
PEOPLE = [Person(Ref("slack", f"T/{name}"), name, f"{name}@lauze.example") for name in ("anna", "bob")]
ROOM = Channel(Ref("slack", "T/C"), "lauze", "semis", "Semis 🌱", members=("anna", "bob"))
PAIR = Channel(Ref("slack", "T/D"), "", "", members=("bob", "anna"))


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path / "ws" / "ledger.db")


def lines(folder: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(folder / "import.zip") as out:
        return [json.loads(line) for line in out.read("import.jsonl").splitlines()]


def move(bench: Bench, source: Talk, folder: Path) -> Balance:
    target = BundleFolder(folder)
    asyncio.run(target.__aenter__())
    try:
        return bench.migrate(source, target)
    finally:
        asyncio.run(target.__aexit__(None, None, None))


def verify(bench: Bench, folder: Path) -> Verified:
    target = BundleFolder(folder)
    asyncio.run(target.__aenter__())
    try:
        return bench.verify(target)
    finally:
        asyncio.run(target.__aexit__(None, None, None))


def test_the_import_file_holds_everything_in_the_order_an_importer_needs(bench, tmp_path):
    file = Attachment(Ref("slack", "F"), "plan.pdf", blob(b"%PDF"))
    source = Talk([TEAM, *PEOPLE, ROOM, PAIR], [thread(post(1, attachments=(file,)), post(2, "oui", after=3))])

    balance = move(bench, source, tmp_path / "bundle")

    assert (balance.moved, balance.holds) == (7, True)
    assert [line["type"] for line in lines(tmp_path / "bundle")] == [
        "version", "team", "channel", "user", "user", "direct_channel", "post",
    ]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "bundle" / "import.zip") as out:
        (path,) = [one["path"] for one in lines(tmp_path / "bundle")[-1]["post"]["attachments"]]
        assert out.read(f"data/{path}") == b"%PDF"


def test_people_come_with_the_channels_they_are_in(bench, tmp_path):
    move(bench, Talk([TEAM, *PEOPLE, ROOM], []), tmp_path / "bundle")

    users = [line["user"] for line in lines(tmp_path / "bundle") if line["type"] == "user"]
    assert [one["teams"][0]["channels"][0]["name"] for one in users] == ["semis", "semis"]


def test_a_channel_renamed_later_keeps_its_place_and_the_report_says_so(bench, tmp_path):
    target = tmp_path / "bundle"
    move(bench, Talk([TEAM, *PEOPLE, ROOM], [thread(post(1))]), target)
    later = replace(ROOM, name="potager", members=("anna", "bob", "zoe"))
    zoe = Person(Ref("slack", "T/zoe"), "zoe", "zoe@lauze.example")

    balance = move(bench, Talk([TEAM, *PEOPLE, zoe, later], [thread(post(1)), thread(post(2, "oui", after=9))]), target)

    assert (balance.failed, balance.pending) == (0, 0)
    written = lines(target)
    assert [line["channel"]["name"] for line in written if line["type"] == "channel"] == ["semis"]
    assert {line["post"]["channel"] for line in written if line["type"] == "post"} == {"semis"}
    newcomer = next(line["user"] for line in written if line["type"] == "user" and line["user"]["username"] == "zoe")
    assert [one["name"] for one in newcomer["teams"][0]["channels"]] == ["semis"]
    assert ("slack:T/C", "property", "changed after it was moved") in bench.losses()


def test_a_later_export_adds_only_what_is_new(bench, tmp_path):
    target = tmp_path / "bundle"
    things = [TEAM, *PEOPLE, ROOM]
    move(bench, Talk(things, [thread(post(1))]), target)
    first = (target / "import.zip").read_bytes()
    again = move(bench, Talk(things, [thread(post(1))]), target)
    assert (again.moved, (target / "import.zip").read_bytes()) == (0, first)

    later = move(bench, Talk(things, [thread(post(1), post(2, after=1)), thread(post(3, after=9))]), target)

    assert later.moved == 2
    kinds = [line["type"] for line in lines(target)]
    assert (kinds.count("channel"), kinds.count("user")) == (1, 2)


class Dying(Parts):
    """Parts that are written, and nobody lives to note it."""

    async def keep(self, bundle: Bundle, name: str, refs: Sequence[str], answers: Sequence[Answers]) -> None:
        await super().keep(bundle, name, refs, answers)
        if bundle.holds("post"):
            raise Killed


def test_a_run_killed_after_the_part_was_written_does_not_write_it_again(bench, tmp_path):
    target, source = tmp_path / "bundle", Talk([TEAM, *PEOPLE, ROOM], [thread(post(1))])
    dying = BundleFolder(target)
    dying.parts = Dying(dying.parts.folder)
    asyncio.run(dying.__aenter__())
    with pytest.raises(Killed):
        bench.migrate(source, dying)

    balance = move(bench, source, target)

    assert (balance.holds, balance.pending, balance.failed) == (True, 0, 0)
    assert [line["type"] for line in lines(target)].count("post") == 1
    assert verify(bench, target).sound


def test_what_lies_in_the_folder_is_compared_with_what_was_put_there(bench, tmp_path):
    target = tmp_path / "bundle"
    move(bench, Talk([TEAM, *PEOPLE, ROOM, PAIR], [thread(post(1), post(2, after=1))]), target)

    found = verify(bench, target)
    assert (found.proven, found.sound) == (7, True)

    for part in (target / ".degoog" / "parts").glob("*/post.jsonl"):
        part.unlink()
    assert verify(bench, target).missing == 2


def test_an_author_nobody_wrote_down_is_no_error_of_the_bundle(tmp_path):
    async def go():
        async with BundleFolder(tmp_path) as target:
            return target.accounts.exists("anna"), target.accounts.by_email("anna@lauze.example")

    assert asyncio.run(go()) == (False, None)
