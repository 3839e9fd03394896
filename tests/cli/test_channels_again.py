"""What moved before, when a later export, a bot or a broken import comes: nothing twice, nothing lost."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from degoog.ledger import Ledger
from degoog.mattermost import bundle, unit
from degoog.mattermost.lines import REF
from degoog.sandbox.mattermost import importer, rules
from degoog.sandbox.mattermost.rules import Wrong
from degoog.sandbox.mattermost.server import TOKEN, MattermostSandbox
from degoog.sandbox.mattermost.world import File, Post
from tests.cli.files import summary
from tests.slack.packing import BASE, USERS, pack, said


@pytest.fixture
def chat() -> Iterator[MattermostSandbox]:
    """A server that makes bots of bots."""
    with MattermostSandbox() as chat:
        yield chat


def moved(call: Any, chat: MattermostSandbox, members: Mapping[str, object]) -> dict[str, Any]:
    """Migrate an export; gives the summary."""
    pack(Path("export.zip"), members)
    environ = {"DEGOOG_MATTERMOST_URL": chat.url, "DEGOOG_MATTERMOST_TOKEN": TOKEN}
    words = ("migrate", "channels", "--source", "slack:export.zip", "--to", "mattermost", "--json")
    return summary(call(*words, environ=environ).out)


def posts(chat: MattermostSandbox) -> list[Post]:
    """All that was imported."""
    return [post for post in chat.world.posts.values() if REF in post.props]


def words(chat: MattermostSandbox) -> list[str]:
    """All that people and bots said, as often as it is there."""
    return sorted(post.message for post in posts(chat))


BOT = {"id": "U9", "team_id": "T1", "name": "polly", "is_bot": True, "profile": {"real_name": "Polly", "bot_id": "B9"}}


def test_a_bot_that_moved_goes_on_speaking(call, chat):
    first = said(1, "vote", user="U9", bot_id="B9")
    export = {**BASE, "users.json": [*USERS, BOT], "jardin/2023-11-14.json": [first]}
    assert moved(call, chat, export)["moved"] > 0

    later = moved(call, chat, export | {"jardin/2023-11-15.json": [said(2, "vote again", user="U9", bot_id="B9")]})

    assert (later["moved"], later["failed"], later["exit"]) == (1, 0, 0)
    assert words(chat) == ["vote", "vote again"]
    assert len({post.user for post in posts(chat)}) == 1


@pytest.mark.parametrize("users", [None, b"[{", []])
def test_a_later_export_whose_people_are_missing_is_still_of_the_same_workspace(call, chat, users):
    days = {"jardin/2023-11-14.json": [said(1, "hello", team="T1")]}
    moved(call, chat, {**BASE, **days})
    later = {**BASE, **days, "jardin/2023-11-15.json": [said(2, "again", team="T1")]}
    del later["users.json"]

    moved(call, chat, later if users is None else later | {"users.json": users})

    assert words(chat) == ["again", "hello"]


ROOT = said(1, "when do we sow?", thread_ts="1700000001.000100", reply_count=1)
REPLY = said(2, "on Monday", thread_ts="1700000001.000100")
ANSWER = said(3, "no, on Tuesday", thread_ts="1700000001.000100", user="U2")
BEFORE = {**BASE, "jardin/2023-11-14.json": [ROOT, REPLY, said(9, "good night")]}


def threads() -> list[dict[str, Any]]:
    """The posts of the file to import."""
    with zipfile.ZipFile("bundle/import.zip") as bundle:
        said = [json.loads(line) for line in bundle.read("import.jsonl").splitlines()]
    return [one["post"] for one in said if one["type"] == "post"]


@pytest.mark.parametrize(
    "later",
    [
        {"jardin/2023-11-14.json": [{**ROOT, "text": "when do we reap?"}, REPLY, ANSWER, said(9, "good night")]},
        {"jardin/2023-11-15.json": [ANSWER]},
    ],
    ids=["with the whole thread, changed", "of later days alone"],
)
def test_a_file_to_import_holds_a_message_once_with_all_that_answered_it_later(call, later):
    for members in (BEFORE, {**BASE, **later}, {**BASE, **later}):
        pack(Path("export.zip"), members)
        ended = call("migrate", "channels", "--source", "slack:export.zip", "--to", "folder:bundle")
        assert ended.code == 0, ended.err
    root, night = threads()

    assert [root["message"], night["message"]] == ["when do we sow?", "good night"]
    assert [reply["message"] for reply in root["replies"]] == ["on Monday", "no, on Tuesday"]
    times = [post["create_at"] for post in (root, night, *root["replies"])]
    assert len(set(times)) == len(times)
    assert call("verify", "channels", "--to", "folder:bundle").code == 0


def test_replies_are_known_again_where_the_importer_drops_what_they_carry(call, chat, monkeypatch):
    whole = importer.Importer._say

    def say(self, channel, data, root):
        return whole(self, channel, {**data, "props": {}} if root else data, root)

    monkeypatch.setattr(importer.Importer, "_say", say)
    first = moved(call, chat, BEFORE)
    again = moved(call, chat, BEFORE)
    (Path(".degoog") / "ledger.db").unlink()  # a computer that was lost, or a run that was killed before it noted
    moved(call, chat, BEFORE)
    replies = [post.message for post in chat.world.posts.values() if post.root]

    assert (first["exit"], again["moved"], replies) == (0, 0, ["on Monday"])


def test_what_the_server_refuses_keeps_nothing_else_back_however_much_it_is(call, chat, monkeypatch):
    whole = rules.post

    def post(data):
        whole(data)
        if data["message"].startswith("bad"):
            raise Wrong("the server has its reasons")

    monkeypatch.setattr(rules, "post", post)
    day = [said(n, f"bad {n}" if n % 2 else f"good {n}") for n in range(60)]

    told = moved(call, chat, {**BASE, "jardin/2023-11-14.json": day})

    assert (told["failed"], told["pending"], told["exit"]) == (30, 0, 3)
    assert words(chat) == sorted(f"good {n}" for n in range(0, 60, 2))


def test_what_an_older_importer_does_not_know_of_is_a_loss(call, chat, monkeypatch):
    whole = importer.Importer._say

    def say(self, channel, data, root):
        unknown = {"edit_at", "is_pinned", *(("reactions",) if root else ())}
        return whole(self, channel, {key: value for key, value in data.items() if key not in unknown}, root)

    monkeypatch.setattr(importer.Importer, "_say", say)
    leaves = [{"name": "leaves", "count": 1, "users": ["U1"]}]
    day = [
        said(1, "pinned", pinned_to=["C2"]),
        said(2, "edited", edited={"user": "U1", "ts": "1700000060.000000"}),
        said(3, "asked", thread_ts="1700000003.000100"),
        said(4, "answered", thread_ts="1700000003.000100", reactions=leaves),
        said(5, "as it was"),
    ]

    told = moved(call, chat, {**BASE, "jardin/2023-11-14.json": day})

    assert (told["losses"]["property"], told["losses"]["reaction"], told["exit"]) == (2, 1, 0)
    with Ledger(Path(".degoog/ledger.db")) as ledger:
        kept = set(ledger.connection.execute("SELECT i.ref, l.detail FROM loss l JOIN item i ON i.id = l.item"))
    assert {("slack:T1/C2/1700000001.000100", "pinned"), ("slack:T1/C2/1700000002.000100", "edited")} <= kept


def test_a_message_that_came_without_its_reactions_has_not_arrived(call, chat, monkeypatch):
    whole = importer.Importer._say
    broken: list[Post] = []

    def say(self, channel, data, root):
        if data.get("reactions") and not broken:
            broken.append(whole(self, channel, {**data, "reactions": []}, root))
            raise Wrong("the database went away")
        return whole(self, channel, data, root)

    monkeypatch.setattr(importer.Importer, "_say", say)
    liked = said(1, "hello", reactions=[{"name": "leaves", "count": 1, "users": ["U1"]}])

    assert moved(call, chat, {**BASE, "jardin/2023-11-14.json": [liked]})["exit"] == 0
    (post,) = posts(chat)
    assert broken
    assert [emoji for _who, emoji in post.reactions] == ["leaves"]


def test_long_replies_to_a_message_that_somebody_deleted_arrive_and_keep_nobody_back(call, chat):
    begins = said(1, "when do we sow? " * 15, thread_ts="1700000001.000100")
    moved(call, chat, {**BASE, "jardin/2023-11-14.json": [begins]})
    for post in posts(chat):
        post.delete_at = 1
    day = [said(2, "on Monday, " * 3000, thread_ts="1700000001.000100"), said(3, "good night")]

    told = moved(call, chat, {**BASE, "jardin/2023-11-15.json": day})

    assert (told["failed"], told["pending"], told["exit"]) == (0, 0, 0)
    assert "good night" in words(chat)
    assert sum(word.count("Monday,") for word in words(chat)) == 3000


def test_a_thread_longer_than_one_import_may_hold_goes_on_in_the_next_run(call, chat, monkeypatch):
    monkeypatch.setattr(bundle, "LONGEST_LINE", 4000)
    monkeypatch.setattr(unit, "LONGEST_LINE", 4000)
    monkeypatch.setattr(unit, "_OTHERWISE", 500)
    replies = [said(number, "x" * 1000, thread_ts="1700000001.000100") for number in range(2, 9)]
    export = {**BASE, "jardin/2023-11-14.json": [ROOT, *replies, said(9, "good night")]}

    runs = [moved(call, chat, export) for _run in range(3)]

    assert [told["failed"] for told in runs] == [4, 1, 0]
    assert len(words(chat)) == len(replies) + 2


@pytest.mark.parametrize(
    ("shown", "failed"), [({"id": "lost"}, 0), ({"size": 9}, 1)], ids=["its file is lost", "it is cut off"]
)
def test_an_answer_to_a_message_whose_file_is_damaged_keeps_nobody_back(call, chat, shown, failed):
    class Damaged(File):
        def shown(self):
            return {"id": self.id, "name": self.name, "size": len(self.data), **shown}

    plan = {"id": "F1", "name": "plan.txt", "size": 4, "mode": "hosted"}
    export = {**BASE, "jardin/2023-11-14.json": [{**ROOT, "files": [plan]}], "__uploads/F1/plan.txt": b"here"}
    moved(call, chat, export)
    (root,) = posts(chat)
    root.files = [Damaged(file.id, file.name, file.data) for file in root.files]

    told = moved(call, chat, {**export, "jardin/2023-11-15.json": [ANSWER, said(9, "good night")]})

    assert "good night" in words(chat)
    assert (told["pending"], told["failed"], told["losses"].get("root", 0)) == (0, failed, 1 - failed)


def test_a_line_that_is_refused_among_several_of_one_thread_fails_alone(call, chat, monkeypatch):
    whole = rules.post

    def post(data):
        if "on Monday" in data["message"]:
            raise Wrong("no word of Mondays here")
        whole(data)

    moved(call, chat, {**BASE, "jardin/2023-11-14.json": [ROOT]})
    for one in posts(chat):
        one.delete_at = 1
    monkeypatch.setattr(rules, "post", post)
    told = moved(call, chat, {**BASE, "jardin/2023-11-15.json": [REPLY, ANSWER, said(9, "good night")]})

    assert (told["failed"], told["pending"]) == (1, 0)
    assert "good night" in words(chat)
