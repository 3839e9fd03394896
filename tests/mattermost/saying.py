"""Conversations for tests, and what of a Mattermost a batch needs to know."""

from __future__ import annotations

import asyncio
import json
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from degoog.convert.talk import Post, Thread
from degoog.mattermost.bundle import Bundle
from degoog.mattermost.census import Census, Conversation
from degoog.mattermost.lines import Room
from degoog.mattermost.posts import There, there
from degoog.mattermost.unit import Rules, Shore, Unit, Writer, unit
from degoog.model import Item, Kind, Place, Proof, Ref, Stage
from degoog.ports import Bytes, Part, Write
from tests.mattermost.answering import Server, client
from tests.memory import blob

AT = datetime(2020, 2, 29, 12, 0, 0, tzinfo=UTC)
MS = 1582977600000
CHANNEL = Conversation("c1", "lauze", "semis", "Semis 🌱", private=False, archived=False, posts=0)


def post(number: int, text: str = "bonjour", *, after: int = 0, **more: Any) -> Post:
    """A message of anna's, some milliseconds after noon."""
    return Post(
        Ref("slack", f"T/C/{number}"), more.pop("username", "anna"), AT + timedelta(milliseconds=after), text, **more
    )


def item(one: Post, head: Post | None = None) -> Item:
    """Its line in the ledger."""
    return Item(
        one.ref, Ref("slack", "T/C"), Kind.MESSAGE, one.ref.id.rpartition("/")[2], Stage.CONTENT, content="1",
        unit=head.ref if head else None,
    )  # fmt: skip


def place(one: Post, *, moved: str = "") -> Place:
    """Where it goes; `moved` is the id of the post it became in an earlier run."""
    name = one.ref.id.rpartition("/")[2]
    return Place(
        f"lauze/semis/{moved or name}",
        was=f"lauze/semis/{moved}" if moved else "",
        proof=Proof(moved) if moved else None,
    )


def thread(root: Post, *replies: Post, moved: str = "", waiting: tuple[Post, ...] | None = None) -> Write[Thread]:
    """The task of putting a thread; `waiting` are the replies without an outcome, all by default."""
    parts = tuple(Part(item(one, root), place(one)) for one in (replies if waiting is None else waiting))
    return Write(item(root), place(root, moved=moved), Thread(Ref("slack", "T/C"), root, replies), parts)


def on_server(id_: str, one: Post, *, at: int | None = None, **more: Any) -> There:
    """A post as a server shows it."""
    shown = {
        "id": id_, "create_at": MS if at is None else at, "message": one.text, "user_id": "anna",
        "props": {"degoog": str(one.ref)}, **more,
    }  # fmt: skip
    return there(shown)


def census(*usernames: str) -> Census:
    """Who is there."""
    known = Census(client(Server()))
    for name in usernames or ("anna", "bob"):
        known.know_account({"id": name, "username": name, "email": f"{name}@lauze.example"})
    return known


def _nothing(_path: str) -> Bytes:
    return blob(b"").open()


class Desk:
    """A writer with its bundle, and what came of it."""

    def __init__(self, *, people: Census | None = None, longest: int = 16383, largest: int = 1000) -> None:
        self.bundle = Bundle()
        self.shore = Shore()
        self.writer = Writer(self.bundle, Rules(people or census(), longest, largest), _nothing)

    def write(self, task: Write[Thread], *, head: There | None = None) -> Unit:
        its = unit(task, Room("lauze", "semis"), CHANNEL)
        self.writer.write(its, self.shore, head)
        return its

    def lines(self) -> list[dict[str, Any]]:
        """The posts of the import file, which is then thrown away."""
        with self.bundle:
            return [line["post"] for line in read(self.bundle) if line["type"] == "post"]


def read(bundle: Bundle) -> list[dict[str, Any]]:
    """The lines of an import file, in order."""
    file = BytesIO()
    asyncio.run(bundle.write(file))
    with zipfile.ZipFile(file) as out:
        return [json.loads(line) for line in out.read("import.jsonl").splitlines()]
