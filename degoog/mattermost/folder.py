"""A folder with an import file in it, ready for a server's administrator: `mmctl import upload`, `process`."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from degoog.convert.held import reading
from degoog.convert.names import Names, Rules
from degoog.convert.talk import Channel, Emoji, Person, Post, Team, Thread
from degoog.errors import Bodiless, Usage
from degoog.files import replacing, write_atomically
from degoog.i18n import _, trouble
from degoog.mattermost import lines, unit
from degoog.mattermost.batch import BYTES, POSTS
from degoog.mattermost.bundle import Bundle
from degoog.mattermost.census import DIRECT, Conversation
from degoog.mattermost.lines import Room
from degoog.mattermost.parts import (
    TOWN_SQUARE,
    Answers,
    Parts,
    digest_of,
    direct_place,
    listed,
    piece,
    pieces_of,
    said_at,
)
from degoog.mattermost.posts import There
from degoog.mattermost.unit import Message, Shore, Unit, Writer
from degoog.model import FailReason, Intent, Item, Loss, LossKind, Piece, Proof, Ref, Seen, Stage
from degoog.ports import Blob, Bytes, Failed, Make, Move, Naming, Part, Result, Settled, Task, Touch, Write

_NAMES = Names(Rules(characters="/", longest=200))
_POST = 16383  # mattermost.md §1: of every server with PostgreSQL
_FILE = 1 << 50  # the server's own limit is not known here


class Nobody:
    """Who is known of a server nobody has seen: no one."""

    def by_email(self, _email: str) -> str | None:
        """Give the name of the account with that address."""
        return None

    def exists(self, _username: str) -> bool:
        """Whether an account has that name."""
        return False

    def has_public_channel(self, _team: str, _name: str) -> bool:
        """Whether a team has a public channel of that name."""
        return False


class _Anybody:
    """Everybody in the bundle is in it."""

    def exists(self, _username: str) -> bool:
        """Yes."""
        return True

    def holder_of(self, id_: str) -> str:
        """The id is the name."""
        return id_


class BundleFolder:
    """A `ports.Target` that writes `import.zip`; what it is made of stays in `.degoog`, for later runs to add to."""

    parallel = 1
    trash = None  # what was said stays

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.accounts = Nobody()
        self.parts = Parts(self.root / ".degoog" / "parts")
        self._identity = ""
        self._index: sqlite3.Connection | None = None
        self.before = frozenset[str]()

    @property
    def address(self) -> str:
        """The folder's path."""
        return f"folder:{self.root}"

    @property
    def identity(self) -> str:
        """A name of its own that the folder keeps when it is moved."""
        return self._identity

    @property
    def naming(self) -> Naming:
        """Names are the conversion's: these are only the ledger's."""
        return _NAMES

    def touches(self, item: Item) -> frozenset[Stage]:  # noqa: ARG002 - a port's signature
        """Nothing: what an import cannot say, nobody can do here."""
        return frozenset()

    def batch(self) -> _Batch:
        """Open a batch."""
        return _Batch(self)

    async def free(self) -> int | None:
        """Nobody can say."""
        return None

    async def list(self, path: str) -> AsyncIterator[Seen]:
        """Read the bundle back."""
        team, _slash, name = path.partition("/")
        for seen in listed(self._read(), _place(path)):
            yield seen
        if team and not name:
            for seen in listed(self._read(), "*"):
                yield seen

    async def digest(self, path: str, algorithm: str) -> str:
        """Give `sha256:…` of what the bundle says of a message."""
        place, _slash, name = path.rpartition("/")
        return digest_of(self._read(), _place(place), name) if algorithm == "sha256" else ""

    async def keep(self, bundle: Bundle, name: str, refs: Sequence[str], answers: Sequence[Answers]) -> None:
        """Write a part; what was read back before is no longer all there is."""
        await self.parts.keep(bundle, name, refs, answers)
        if self._index is not None:
            self._index.close()
            self._index = None

    def said_at(self, ref: Ref) -> int | None:
        """Give when a message was said, as an earlier part has it."""
        return said_at(self._read(), str(ref))

    def written(self, ref: Ref) -> Sequence[Piece]:
        """Give the entries a message came to, as an earlier part has them."""
        return pieces_of(self._read(), str(ref))

    def _read(self) -> sqlite3.Connection:
        self._index = self._index or self.parts.index()
        return self._index

    def fetch(self, path: str) -> Bytes:
        """Messages have no bytes of their own."""
        raise Bodiless(FailReason.UNREADABLE, path)

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep one of degoog's own files."""
        with replacing(self.root / ".degoog" / name) as out:
            async with blob.open() as chunks:
                async for chunk in chunks:
                    out.write(chunk)

    def load_map(self, name: str) -> Bytes:
        """Read it back."""
        return reading(self.root / ".degoog" / name)

    async def __aenter__(self) -> Self:
        mark = self.root / ".degoog" / "identity"
        if not mark.exists():
            try:
                mark.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(mark, f"{uuid.uuid4()}\n".encode())
            except OSError as error:
                text = _("Nothing can be written in {folder}: {why}. Choose another folder, or mend its rights.")
                raise Usage(text.format(folder=self.root, why=trouble(error))) from error
        self._identity = f"bundle:{mark.read_text(encoding='ascii').strip()}"
        self.before = self.parts.last_refs()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._index is not None:
            self._index.close()
        self.parts.assemble(self.root / "import.zip")


class _Batch:
    def __init__(self, target: BundleFolder) -> None:
        self._target = target
        self._name = target.parts.next()
        self._bundle = Bundle(prefix=f"{self._name}-")
        self._pieces: dict[str, Piece] = {}
        self._writer = Writer(self._bundle, unit.Rules(_Anybody(), _POST, _FILE), _no_download, self._note)
        self._shores: dict[str, Shore] = {}
        self._before = target.before
        self._makes: list[Make] = []
        self._units: list[Unit] = []
        self._others: list[Move | Touch] = []
        self._written: list[lines.Line] | None = None
        self._answers: list[Answers] = []
        self._posts = 0
        self._bytes = 0

    def put(self, task: Task[Thread]) -> None:
        match task:
            case Make():
                self._makes.append(task)
            case Write():
                said = (task.value.root, *task.value.replies)
                self._posts += len(said)
                self._bytes += sum(file.blob.size for post in said for file in post.attachments)
                self._units.append(_unit(task))
            case Move() | Touch():
                self._others.append(task)

    @property
    def full(self) -> bool:
        return self._posts >= POSTS or self._bytes >= BYTES

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        said = [Part(message.item, message.at) for its in self._units for message in its.messages.values()]
        return [(part.item.ref, Intent(part.at.path)) for part in said if not part.at.was]

    async def close(self) -> Sequence[Result]:
        with self._bundle:
            refs: list[str] = []
            results = self._make(refs)
            for its in self._units:
                results += self._write(its, refs)
            if self._answers or not self._bundle.empty:
                await self._target.keep(self._bundle, self._name, refs, self._answers)
        results += [
            Settled(task.item, task.at.was or task.at.path, task.at.proof or Proof("")) for task in self._others
        ]
        return results

    def _make(self, refs: list[str]) -> list[Result]:
        rooms: dict[str, dict[str, list[str]]] = {}
        for task in self._makes:
            if isinstance(task.value, Channel) and task.value.team:
                name = (task.at.was or task.value.name).rpartition("/")[2]
                for username in task.value.members:
                    rooms.setdefault(username, {}).setdefault(task.value.team, []).append(name)
        return [self._one(task, rooms, refs) for task in self._makes]

    def _one(self, task: Make, rooms: dict[str, dict[str, list[str]]], refs: list[str]) -> Result:
        value, losses = task.value, []
        match value:
            case Team():
                name, line = value.name, lines.team(value.name, value.display_name)
            case Channel(team=""):
                name = direct_place(list(value.members))
                line = lines.direct_channel(value.members, value.header)
            case Channel() if task.at.proof is not None and task.at.was:
                # What an earlier run wrote of it stands in the file.
                return Settled(
                    task.item, task.at.was, task.at.proof, (Loss(LossKind.PROPERTY, _("changed after it was moved")),)
                )
            case Channel():
                name, line = value.name, lines.channel(value)
                if value.archived:
                    losses.append(Loss(LossKind.PROPERTY, "archived"))
            case Person():
                picture = value.picture and self._bundle.attach("people", f"{value.username}.png", value.picture)
                in_them = rooms.get(value.username, {}) if value.active else {}
                name, line = f"@{value.username}", lines.user(value, in_them, now=1, picture=picture or "")
            case Emoji():
                path = self._bundle.attach("emoji", f"{value.name}.png", value.image)
                name, line = f":{value.name}:", lines.emoji(value.name, path)
            case _:
                raise TypeError(type(value).__name__)
        if task.at.proof is None and str(task.item.ref) not in self._before and name != TOWN_SQUARE:
            self._bundle.add(line)
            refs.append(str(task.item.ref))
        team = task.at.path.rpartition("/")[0]
        return Settled(task.item, f"{team}/{name}" if team else name, Proof(name), tuple(losses))

    def _write(self, its: Unit, refs: list[str]) -> list[Result]:
        ours = [ref for ref, message in its.messages.items() if not message.moved and str(ref) not in self._before]
        if ours:
            self._said(its, self._shores.setdefault(its.channel.id, Shore()))
        refs += [str(ref) for ref in ours]
        return [self._result(its, message) for message in its.messages.values()]

    def _said(self, its: Unit, shore: Shore) -> None:
        """Write a thread. Of one whose root was written before only the new replies: they are put under it later."""
        at = self._target.said_at(its.head.item.ref) if its.head.moved else None
        if at is None or its.root is None:
            self._writer.write(its, shore, None)
            return
        self._written = []
        again = self._writer.write(its, shore, _written(its, its.root, at))
        for line in again:
            self._bundle.leave(line)
        if again:
            self._answers.append(Answers(str(its.head.item.ref), _place(its.channel.id), self._written))
        self._written = None

    def _note(self, ref: Ref, line: lines.Line) -> None:
        self._pieces[str(ref)] = piece(line)
        if self._written is not None:
            self._written.append(line)

    def _result(self, its: Unit, message: Message) -> Result:
        if message.failed is not None:
            return Failed(message.item, message.failed.reason, message.failed.detail)
        if message.at.proof is not None:
            changed = message is not its.head or not its.placeholder
            losses = (Loss(LossKind.WORDING, _("changed after it was moved")),) if changed else ()
            return Settled(message.item, message.at.was or message.at.path, message.at.proof, losses)
        pieces: Sequence[Piece] = [self._pieces[post.ref] for post in message.awaited if post.ref in self._pieces]
        if not pieces and str(message.item.ref) in self._before:  # a run that died has written it
            pieces = self._target.written(message.item.ref)
        proof = Proof(
            str(message.item.ref),
            digest=pieces[0].digest if pieces else "",
            pieces=tuple(replace(one, digest="") if one is pieces[0] else one for one in pieces),
        )
        return Settled(message.item, message.at.path, proof, tuple(message.losses))


def _written(its: Unit, root: Post, at: int) -> There:
    """Give a root as far as its answers need it: when it was said."""
    return There(
        id="", ref=str(its.head.item.ref), name="", at=at, root="", user=root.username, message="", edited=0,
        reactions=0, files=(), digest="",
    )  # fmt: skip


def _place(path: str) -> str:
    """Give the place in the index: a conversation among a few is in no team."""
    name = path.partition("/")[2]
    return f"*/{name}" if name.startswith(DIRECT) else path


def _no_download(path: str) -> Bytes:
    raise Bodiless(FailReason.UNREADABLE, path)


def _unit(task: Write[Thread]) -> Unit:
    """Sort a thread's messages; its place stands for the conversation's id."""
    place = task.at.path.rpartition("/")[0]
    team, _slash, name = place.partition("/")
    members = tuple(name.removeprefix(DIRECT).split("+")) if name.startswith(DIRECT) else ()
    room = Room(members=members) if members else Room(team, name)
    return unit.unit(task, room, Conversation(place, team, name, "", private=False, archived=False, posts=0))
