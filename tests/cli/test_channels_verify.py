"""`verify channels`: what each conversation held when it arrived, beside what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from degoog.ledger import Ledger
from degoog.mattermost.lines import REF
from degoog.sandbox.mattermost.server import TOKEN, MattermostSandbox
from degoog.sandbox.mattermost.world import Post
from tests.cli.files import summary, told
from tests.slack.packing import BASE, USERS, pack, said

FIRST = "2023-11-14T22:13:21+00:00"
LAST = "2023-11-14T22:13:24.001000+00:00"  # of the long one the second half, a millisecond later
HEART = {"name": "heart", "users": ["U1", "U2"], "count": 2}
SAID = [
    said(1, "who waters?", thread_ts="1700000001.000100", reactions=[HEART]),
    said(2, "I do", thread_ts="1700000001.000100", user="U2"),
    said(3, "alone"),
    said(4, "a long story. " * 2000),
]


@pytest.fixture
def chat() -> Iterator[MattermostSandbox]:
    """A server to which a small export moved."""
    with MattermostSandbox() as chat:
        yield chat


@pytest.fixture
def look(call: Any, chat: MattermostSandbox) -> Any:
    """Move the export, then give what compares it."""
    pack(Path("export.zip"), {**BASE, "users.json": USERS, "jardin/2023-11-14.json": SAID})
    environ = {"DEGOOG_MATTERMOST_URL": chat.url, "DEGOOG_MATTERMOST_TOKEN": TOKEN}
    assert call("migrate", "channels", "--source", "slack:export.zip", "--to", "mattermost", environ=environ).code == 0
    words = ("verify", "channels", "--to", "mattermost")
    return lambda *more, lang="en_GB.UTF-8": call(*words, *more, environ=environ | {"LANG": lang})


def one(chat: MattermostSandbox, begins: str) -> Post:
    """The post that begins so."""
    (found,) = [post for post in chat.world.posts.values() if post.message.startswith(begins) and REF in post.props]
    return found


def compared(out: str) -> dict[str, Any]:
    (found,) = [line for line in map(json.loads, out.splitlines()) if line["event"] == "compared"]
    return dict(found)


def test_a_conversation_that_is_whole_says_what_is_in_it(look):
    ended = look("--json")

    held = {"messages": 4, "threads": 1, "reactions": 2, "files": 0, "first": FIRST, "last": LAST}
    assert compared(ended.out) == {"event": "compared", "path": "team-t1/jardin", "arrived": held, "there": held}
    beside = 3  # our own account, and the two channels that every team has
    assert (summary(ended.out)["proof"]["extra"], ended.code) == (beside, 0)
    shown = look().out
    assert "    4 messages, 1 thread, 2 reactions (14 November 2023)" in shown
    assert shown.index("Conversation by conversation:") < shown.index("team-t1/jardin") < shown.index("proven")


def test_a_reaction_taken_back_is_told_and_no_damage(look, chat):
    one(chat, "who waters?").reactions.popitem()

    ended = look()

    assert "    4 messages, 1 thread, 1 of 2 reactions (14 November 2023)" in ended.out
    assert "1 reaction is no longer there, under messages that are whole." in ended.out
    assert ended.code == 0


def test_new_reactions_are_peoples_own_affair(look, chat):
    post = one(chat, "alone")
    post.reactions[post.user, "tada"] = 1

    ended = look()

    assert "    4 messages, 1 thread, 2 reactions (14 November 2023)" in ended.out
    assert ended.code == 0


@pytest.mark.parametrize("words", [None, "another story"])
def test_the_end_of_a_long_message_is_looked_at_too(look, chat, words):
    parts = [post for post in chat.world.posts.values() if "long story" in post.message and post.root]
    assert parts
    if words is None:
        parts[-1].delete_at = 1
    else:
        parts[-1].message = words

    ended = look("--json")

    assert (summary(ended.out)["proof"]["changed"], ended.code) == (1, 3)


def test_messages_that_are_gone_are_counted_where_they_were(look, chat):
    one(chat, "I do").delete_at = 1
    one(chat, "who waters?").delete_at = 1

    ended = look(lang="fr_FR.UTF-8")

    assert "2 sur 4 messages, 0 sur 1 fil, 0 sur 2 réactions (14 novembre 2023) ; le premier" in told(ended.out)
    assert "n’est plus là, sous" not in ended.out
    assert ended.code == 3


def test_a_lost_ledger_counts_messages_by_where_they_lie(look, chat, call):
    environ = {"DEGOOG_MATTERMOST_URL": chat.url, "DEGOOG_MATTERMOST_TOKEN": TOKEN}
    for file in Path(".degoog").glob("ledger.db*"):
        file.unlink()
    words = ("ledger", "rebuild", "channels", "--source", "slack:export.zip", "--to", "mattermost")
    assert call(*words, environ=environ).code == 0

    found = compared(look("--json").out)

    assert found["arrived"] == found["there"]
    assert (found["arrived"]["messages"], found["arrived"]["threads"], found["arrived"]["last"]) == (4, 1, None)


def test_the_days_of_a_conversation_are_told_where_they_are_known_of_all_of_it(look):
    with Ledger(Path(".degoog/ledger.db")) as ledger:  # an older degoog moved one of its messages
        ledger.connection.execute(
            "DELETE FROM piece WHERE item IN (SELECT id FROM item WHERE ref LIKE '%/1700000001.000100')"
        )

    found = compared(look("--json").out)

    assert found["arrived"] == found["there"]
    assert (found["arrived"]["messages"], found["arrived"]["first"], found["arrived"]["last"]) == (4, None, None)


def test_a_channel_whose_address_somebody_changed_is_looked_at_where_it_is(look, chat):
    (channel,) = [channel for channel in chat.world.channels.values() if channel.name == "jardin"]
    channel.name = "potager"
    one(chat, "alone").delete_at = 1

    ended = look("--json")

    proof = summary(ended.out)["proof"]
    assert (proof["missing"], proof["proven"], proof["extra"], ended.code) == (1, 3, 3, 3)
    assert compared(ended.out)["path"] == "team-t1/potager"
    assert compared(ended.out)["there"]["messages"] == 3


def test_what_two_workspaces_said_in_one_channel_is_nobody_elses(look, chat, call):
    workspace = (
        f"id: w0000000001\nstructure: Les Jardins de la Lauze\nmattermost:\n  url: {chat.url}\n  team: team-t1\n"
    )
    Path("workspace.yml").write_text(workspace, encoding="utf-8")
    users = [{**user, "team_id": "T2"} for user in USERS]
    pack(Path("b.zip"), {**BASE, "users.json": users, "jardin/2023-11-14.json": [{**SAID[3], "team": "T2"}]})
    environ = {"DEGOOG_MATTERMOST_TOKEN": TOKEN}
    assert call("migrate", "channels", "--source", "slack:b.zip", "--to", "mattermost", environ=environ).code == 0
    assert {post.channel for post in chat.world.posts.values() if "long story" in post.message} == {
        one(chat, "alone").channel
    }

    beside = 3 * 2  # our own account and the two channels that every team has, in each of the two comparisons
    assert summary(look("--json").out)["proof"]["extra"] == beside
