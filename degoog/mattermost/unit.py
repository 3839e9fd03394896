"""One thread on its way: which of its posts are there, which are to be sent, what each of its messages came to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from degoog.convert.talk import Attachment, Post, Thread
from degoog.errors import Refused
from degoog.i18n import _
from degoog.mattermost import lines, posts
from degoog.mattermost.bundle import LONGEST_LINE, Bundle, length
from degoog.mattermost.census import Conversation
from degoog.mattermost.lines import Room, Sent, milliseconds
from degoog.mattermost.posts import There
from degoog.model import FailReason, Item, Loss, LossKind, Place, Ref
from degoog.ports import Blob, Bytes, Write

_EMOJI = re.compile(r"[a-zA-Z0-9+_-]{1,64}\Z")  # mattermost.md §3
_MOST_FILES = 10
_OTHERWISE = 1 << 20  # bytes of a line for what is not in its replies
_QUOTED = 200  # characters of a root that is gone, in the reply that becomes a post

Download = Callable[[str], Bytes]
Missing = tuple["Message", Post, There | None]  # a post that is not whole there, of which message, what is there
Written = dict[tuple[str, int], tuple["Message", ...]]  # the messages in each line of an import file


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a post is recognised by once it is on its way, and whether it is whole: its files, how many reactions.

    `marks` are what it bears besides, which an importer may drop: `pinned`, `edited`.
    """

    ref: str
    files: tuple[str, ...]
    reactions: int
    marks: tuple[str, ...] = ()


@dataclass(slots=True)
class Message:
    """One message that waits for its outcome: its posts (more than one where it was split), and what it lost."""

    item: Item
    at: Place
    posts: list[Post] = field(default_factory=list)
    awaited: list[Awaited] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    failed: Refused | None = None

    @property
    def moved(self) -> bool:
        """Whether it arrived in an earlier run: what it says now is not sent again."""
        return self.at.proof is not None


class Known(Protocol):
    """Who is there."""

    def exists(self, username: str) -> bool:
        """Whether an account has that name."""

    def holder_of(self, id_: str) -> str:
        """Give the name of the account with that id, empty for one nobody knows."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is checked before a byte leaves. `post` is in characters, `file` in bytes."""

    census: Known
    post: int
    file: int


@dataclass(slots=True)
class Unit:
    """A thread of a batch. `messages` by ref: its head, and its parts that wait. `root` is None once it was sent."""

    ref: Ref
    root: Post | None
    room: Room
    channel: Conversation
    messages: dict[Ref, Message]
    placeholder: bool = False

    @property
    def head(self) -> Message:
        """Its first message."""
        return self.messages[self.ref]

    @property
    def earliest(self) -> int:
        """The earliest time of a post that may be sent, in milliseconds."""
        return min((milliseconds(post.at) for _message, post in self.wanted()), default=1 << 62)

    def wanted(self) -> Iterator[tuple[Message, Post]]:
        """Give the posts of messages that never arrived, the root first."""
        for message in self.messages.values():
            if not message.moved:
                yield from ((message, post) for post in message.posts)

    def awaited(self) -> Iterator[Awaited]:
        """Give what is known of the posts of messages that never arrived."""
        for message in self.messages.values():
            if not message.moved:
                yield from message.awaited

    def let_go(self) -> None:
        """Forget what was said: it is written down for the server."""
        self.root = None
        for message in self.messages.values():
            message.posts = []


def unit(task: Write[Thread], room: Room, channel: Conversation) -> Unit:
    """Sort a thread's posts by the messages they are of."""
    messages = {task.item.ref: Message(task.item, task.at)}
    messages |= {part.item.ref: Message(part.item, part.at) for part in task.parts}
    for post in (task.value.root, *task.value.replies):
        if (message := messages.get(base(post.ref))) is not None:
            message.posts.append(post)
            message.awaited.append(_awaited(post))
    return Unit(task.item.ref, task.value.root, room, channel, messages, task.value.root.placeholder)


def _awaited(post: Post) -> Awaited:
    said = {(one.username, one.emoji) for one in post.reactions}
    marks = posts.marks(pinned=post.pinned, edited=post.edited is not None)
    return Awaited(str(post.ref), tuple(file.name for file in post.attachments), len(said), marks)


def as_written(ref: Ref, line: lines.Line) -> Awaited:
    """Give what is known of a post that stands in an import file."""
    said = {(one["user"], one["emoji_name"]) for one in line.get("reactions", ())}
    marks = posts.marks(pinned="is_pinned" in line, edited="edit_at" in line)
    return Awaited(str(ref), tuple(one["path"] for one in line.get("attachments", ())), len(said), marks)


def base(ref: Ref) -> Ref:
    """Give the message a post is of: a long one goes on under `#2`, `#3`."""
    return Ref(ref.service, ref.id.partition("#")[0])


@dataclass(slots=True)
class Shore:
    """What lies in a channel: our posts by ref, and the times that are taken.

    `nameless` are posts that tell nothing of where they are from, by their times: older importers drop what replies
    carry along (mattermost.md §3, props). `beside` are the times that other batches, still on their way, have taken.
    """

    ours: dict[str, There] = field(default_factory=dict)
    nameless: dict[int, There] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    beside: tuple[set[int], ...] = ()

    def note(self, post: There) -> None:
        """Take note of a post that is there."""
        self.taken.add(post.at)
        if post.ref:
            self.ours[post.ref] = post
        elif not post.notice:
            self.nameless[post.at] = post

    def recognise(self, ref: str, at: int, text: str | None = None) -> None:
        """Know a post of ours by its time, and its words where it may be anybody's that was there before."""
        there = self.nameless.get(at)
        if ref not in self.ours and there is not None and text in {None, there.message}:
            self.ours[ref] = replace(there, ref=ref)

    def free(self, at: int) -> int:
        """Give the first time from `at` on at which nothing is said; mattermost.md §3: two would become one."""
        while at in self.taken or any(at in others for others in self.beside):
            at += 1
        self.taken.add(at)
        return at


def _when(post: Post, began: int) -> int:
    """Give when a reply is said, at the earliest: after its root."""
    return max(milliseconds(post.at), began + 1)


def complete(post: Awaited, there: There) -> bool:
    """Whether a post has arrived with its files and reactions."""
    return len(there.files) >= len(post.files) and there.reactions >= post.reactions


def _nothing(_ref: Ref, _line: lines.Line) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes units into a bundle. `noted` is told each post as it is written."""

    bundle: Bundle
    rules: Rules
    download: Download
    noted: Callable[[Ref, lines.Line], None] = _nothing

    def write(self, it: Unit, shore: Shore, head: There | None) -> Written:
        """Add what of a unit is not there; gives its lines and whose they are, none where everything is there.

        `head` is the root as the server has it, where it arrived before. A message the server would refuse gets its
        error here, before a byte leaves; so do those that answer it.
        """
        began = self._began(it, shore, head)
        for _message, post in it.wanted():
            if post.ref != it.ref:  # every importer keeps what a root carries along
                shore.recognise(str(post.ref), _when(post, began), lines.text(post))
        missing = [
            (message, post, shore.ours.get(str(post.ref)))
            for message, post in it.wanted()
            if message.failed is None and self._allowed(message, post)
        ]
        missing = [one for one in missing if one[2] is None or not complete(_awaited(one[1]), one[2])]
        missing = self._bearable(missing)
        if it.head.failed is not None:
            for message in it.messages.values():
                message.failed = message.failed or Refused(FailReason.PARENT_FAILED)
            return {}
        root = it.root
        if not missing or root is None:
            return {}
        if it.head.moved:
            return self._under(it, root, shore, head, missing)
        known = shore.ours.get(str(root.ref))
        began = known.at if known else shore.free(milliseconds(root.at))
        first = self._line(it.head, root, began, known)
        return self._add(
            it, first, [(one, self._reply(one, shore, began)) for one in missing if one[1].ref != root.ref]
        )

    def _began(self, it: Unit, shore: Shore, head: There | None) -> int:
        """Give when a thread began, as the server has it or will have it; -1 where nobody knows."""
        known = head or shore.ours.get(str(it.ref))
        if known is not None:
            return known.at
        return -1 if it.root is None else milliseconds(it.root.at)

    def _under(
        self,
        it: Unit,
        root: Post,
        shore: Shore,
        head: There | None,
        missing: list[Missing],
    ) -> Written:
        """Add new replies to a thread that arrived before: its root is sent again exactly as the server has it."""
        author = self.rules.census.holder_of(head.user) if head else ""
        if head is not None and author:
            files = [self.bundle.attach("files", name, self._blob(size, id_)) for name, size, id_ in head.files]
            again = lines.again(author, head.message, head.at, files)
            return self._add(it, again, [(one, self._reply(one, shore, head.at)) for one in missing])
        alone: Written = {}
        for message, post, known in missing:
            at, quoted = known.at if known else shore.free(milliseconds(post.at)), ""
            if known is None and post.ref == message.item.ref:  # what continues a long one follows it
                quoted = self._quoted(root, post)
                message.losses.append(Loss(LossKind.ROOT))
            line = self._line(message, post, at, known, quoted=quoted)
            alone[self.bundle.add(lines.thread(it.room, line, ()))] = (message,)
        return alone

    def _add(self, it: Unit, first: lines.Line, said: list[tuple[Missing, lines.Line]]) -> Written:
        """Add a thread. Of one that is longer than a line may be, the rest fails: the next run goes on there."""
        try:
            line = self.bundle.add(lines.thread(it.room, first, [reply for _one, reply in said]))
        except Refused:
            why = Refused(FailReason.REJECTED, _("longer than one import may hold: the next run goes on with it"))
            room, fit = LONGEST_LINE - _OTHERWISE, list[lines.Line]()
            for (message, _post, _known), reply in said:
                room -= length(reply)
                if room < 0:
                    message.failed = why
                else:
                    fit.append(reply)
            line = self.bundle.add(lines.thread(it.room, first, fit))
        return {line: tuple(it.messages.values())}

    def _quoted(self, root: Post, post: Post) -> str:
        """Give the beginning of a root, as what answers it begins with it: as much as a post has room for."""
        rows = [f"> {row}" for row in root.text[:_QUOTED].splitlines()]
        room = self.rules.post - len(lines.text(post)) - 2
        while rows and len("\n".join(rows)) > room:
            rows.pop()
        return "\n".join(rows) + "\n\n" if rows else ""

    def _reply(self, one: Missing, shore: Shore, began: int) -> lines.Line:
        message, post, known = one
        at = known.at if known else shore.free(_when(post, began))
        return self._line(message, post, at, known)

    def _line(self, message: Message, post: Post, at: int, known: There | None, *, quoted: str = "") -> lines.Line:
        paths = tuple(self.bundle.attach("files", file.name, file.blob) for file in post.attachments)
        name = message.at.path.rpartition("/")[2] if post.ref == message.item.ref else ""
        line = lines.post(Sent(self._without_unknown(message, post), at, paths, name))
        if known is not None:
            line["message"] = known.message  # text once sent is frozen
        elif quoted:
            line["message"] = quoted + line["message"]
        self.noted(post.ref, line)
        return line

    def _blob(self, size: int, id_: str) -> Blob:
        return Blob(size, lambda: self.download(f"/files/{id_}"))

    def _without_unknown(self, message: Message, post: Post) -> Post:
        """Leave out reactions that the importer would refuse, each with a loss."""
        kept = []
        for reaction in post.reactions:
            if self.rules.census.exists(reaction.username) and _EMOJI.match(reaction.emoji):
                kept.append(reaction)
            else:
                message.losses.append(Loss(LossKind.REACTION, reaction.emoji, who=reaction.username))
        if len(kept) == len(post.reactions):
            return post
        return replace(post, reactions=tuple(kept))

    def _bearable(self, missing: list[Missing]) -> list[Missing]:
        """Leave out the messages with files of a thread whose files together are more than one import may hold."""
        weight = sum(file.blob.size for _message, post, _known in missing for file in post.attachments)
        if weight <= self.rules.file:
            return missing
        for message, post, _known in missing:
            if post.attachments:
                message.failed = Refused(FailReason.TOO_LARGE, f"{weight} > {self.rules.file}")
        return [one for one in missing if one[0].failed is None]

    def _allowed(self, message: Message, post: Post) -> bool:
        try:
            self._check(post)
        except Refused as error:
            message.failed = error
        return message.failed is None

    def _check(self, post: Post) -> None:
        if not self.rules.census.exists(post.username):
            raise Refused(FailReason.REJECTED, f"@{post.username}?")
        if len(lines.text(post)) > self.rules.post:
            raise Refused(FailReason.TOO_LARGE, f"{len(post.text)} > {self.rules.post}")
        if "\0" in post.text:
            raise Refused(FailReason.REJECTED, "U+0000")
        if len(post.attachments) > _MOST_FILES:
            raise Refused(FailReason.TOO_LARGE, f"{len(post.attachments)} > {_MOST_FILES}")
        self._check_files(post.attachments)

    def _check_files(self, files: tuple[Attachment, ...]) -> None:
        for file in files:
            if file.blob.size > self.rules.file:
                raise Refused(FailReason.TOO_LARGE, file.name)
