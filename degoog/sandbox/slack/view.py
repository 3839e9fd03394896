"""What a drawn export holds, as its drawer knows it: the answer a reader is compared with.

Nothing here reads an archive: a mistake in a reader cannot hide behind the same mistake here.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExpectedRoom:
    """A channel or a conversation. `kind`: channels, groups, dms or mpims, as the list it stands in is called."""

    id: str
    name: str
    kind: str
    members: tuple[str, ...] = ()
    archived: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedMessage:
    """One message. `words` must all be read in it afterwards, `never` in no case.

    `root` is the ts of what it answers. `notice`: the chat wrote it by itself. `gone`: only its answers are there.
    `reactions` are (person, Slack's name) whose person is known; `files` the ids of files whose bytes the hosts have.
    """

    room: str
    ts: str
    author: str
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    root: str | None = None
    notice: bool = False
    gone: bool = False
    reactions: frozenset[tuple[str, str]] = frozenset()
    files: tuple[str, ...] = ()
    edited: bool = False
    pinned: bool = False


@dataclass(slots=True)
class DrawnExport:
    """The zip on disk, and all that is in it.

    `messages` are those of the traps and, where the export is small, all others; `counts` are those of every room.
    `people` are the ids in users.json, `strangers` those that only messages know.
    """

    path: Path
    team: str
    token: str
    rooms: tuple[ExpectedRoom, ...]
    people: tuple[str, ...]
    strangers: tuple[str, ...]
    messages: list[ExpectedMessage] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    damaged: tuple[str, ...] = ()

    def in_room(self, room: str) -> list[ExpectedMessage]:
        """The messages of one room."""
        return [message for message in self.messages if message.room == room]
