"""A source of conversations, of values given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from degoog.convert.talk import Channel, Emoji, Person, Team, Thread
from degoog.errors import Refused
from degoog.model import FailReason, Found, Item, Kind, Ref, Stage
from degoog.ports import Write

_KINDS = {Team: Kind.TEAM, Person: Kind.PERSON, Channel: Kind.CHANNEL, Emoji: Kind.EMOJI}


class Talk:
    """Teams, people and channels, then threads (as tasks, see `saying.thread`); all of the first team."""

    account = "T1"
    sequential = False

    def __init__(self, things: Sequence[Any], threads: Sequence[Write[Thread]]) -> None:
        self.things = {
            one.ref if not isinstance(one, Emoji) else Ref("slack", f"T/emoji/{one.name}"): one for one in things
        }
        self.threads = {task.value.root.ref: task.value for task in threads}

    async def walk(self) -> AsyncIterator[Found]:
        team = next(ref for ref, one in self.things.items() if isinstance(one, Team))
        for ref, one in self.things.items():
            parent = None if isinstance(one, Team) else team
            said = repr(replace(one, members=tuple(sorted(one.members)))) if isinstance(one, Channel) else "1"
            yield Found(Item(ref, parent, _KINDS[type(one)], ref.id.rpartition("/")[2], Stage.HOLDERS, content=said))
        for root, talk in self.threads.items():
            for one in (talk.root, *talk.replies):
                unit = None if one.ref == root else root
                name = one.ref.id.rpartition("/")[2]
                if "#" not in name:
                    yield Found(
                        Item(one.ref, talk.channel, Kind.MESSAGE, name, Stage.CONTENT, content=one.text, unit=unit)
                    )

    async def read(self, item: Item) -> Any:
        found = self.threads.get(item.ref) or self.things.get(item.ref)
        if found is None:
            raise Refused(FailReason.UNREADABLE, str(item.ref))
        return found

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_error) -> None:
        return None
