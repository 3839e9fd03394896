"""One export as a zip: what lies in it by its role, and the bytes of one member, bounded and checked.

What lies where: https://slack.com/help/articles/220556107 and the readers of exports (facts gathered from Zulip's,
Mattermost's and slackdump's). Names are UTF-8 without saying so; nothing in the archive is trusted.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from degoog.errors import Refused, Usage
from degoog.i18n import _, trouble
from degoog.model import FailReason
from degoog.zips.broken import Broken
from degoog.zips.index import DEFLATED, ZipIndex
from degoog.zips.member import Member, names_along

LARGEST_DAY = 64 << 20  # one channel's day; larger would not fit in memory, nor in anybody's day
LARGEST_LIST = 512 << 20
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)\.json", re.ASCII)
_LISTS = frozenset(
    {
        "channels", "groups", "dms", "mpims", "users", "org_users", "integration_logs", "canvases", "lists",
        "huddle_transcripts", "file_conversations", "content_flags", "team", "emoji", "usergroups",
    }
)  # fmt: skip
_LOCAL = struct.Struct("<4s22xHH")


class Role(StrEnum):
    """What a member of an export is for."""

    LIST = "list"  # channels.json and its like, at the root or of one workspace of a Grid
    DAY = "day"  # what was said in one place on one day
    UPLOAD = "upload"  # the bytes of a file, which only slackdump adds
    CANVAS = "canvas"  # canvas_in_the_conversation.json
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the archive. `space` is the folder of a Grid's workspace, empty at the root.

    `name` is the list's name, the day, or the name of the uploaded file; `folder` where it lies; `file` the id of an
    upload.
    """

    role: Role
    member: Member
    space: str = ""
    folder: str = ""
    name: str = ""
    file: str = ""


class Pack:
    """An open export. Raises `Usage` where it cannot be one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=trouble(error))) from error
        try:
            self._index = ZipIndex(self._file.fileno())
            self._top = self._find_top()
        except Broken as broken:
            self._file.close()
            raise Usage(
                _(
                    "{path} is not a Slack export that can be read: {why}. Nothing was changed. To do: download the "
                    "export again, then run the same command."
                ).format(path=path, why=broken)
            ) from broken
        except Usage:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def parts(self) -> Iterator[Part]:
        """Give every member with its role, folders and what systems add left out. May be called again."""
        for member in self._index.members():
            if member.folder:
                continue
            names = names_along(member.path)
            if names is None:
                yield Part(Role.OTHER, member._replace(problem=FailReason.UNSAFE_PATH), name=member.path[:200])
                continue
            if _added_by_a_system(names):
                continue
            if self._top and names[0] == self._top:
                names = names[1:]
            yield _part(names, member)

    def read(self, member: Member, *, limit: int) -> bytes:
        """Give a member's content whole, at most `limit` bytes. Raises `Refused` for what is damaged or dangerous."""
        if member.problem is not None:
            raise Refused(member.problem, _("It is not what an export holds."))
        if member.size > limit:
            raise Refused(FailReason.TOO_LARGE, _("It is larger than anything a Slack export holds there."))
        data = os.pread(self._file.fileno(), _LOCAL.size, member.offset)
        if len(data) < _LOCAL.size or not data.startswith(b"PK\x03\x04"):
            raise _damaged()
        _signature, names, extra = _LOCAL.unpack(data)
        packed = os.pread(self._file.fileno(), member.packed, member.offset + _LOCAL.size + names + extra)
        if member.method == DEFLATED:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                content = inflate.decompress(packed, member.size + 1)
            except zlib.error as error:
                raise _damaged() from error
        else:
            content = packed
        if len(content) > member.size:
            raise Refused(FailReason.BOMB, _("It unpacks to more than the archive declares."))
        if len(content) != member.size or zlib.crc32(content) != member.crc:
            raise _damaged()
        return content

    def _find_top(self) -> str:
        """Find the one folder that somebody put around everything, empty where there is none."""
        tops: set[str] = set()
        lists = texts = 0
        for member in self._index.members():
            names = names_along(member.path)
            if not names or member.folder or _added_by_a_system(names):
                continue
            if len(names) == 1:
                lists += names[0].removesuffix(".json") in _LISTS
                tops.add("")
            else:
                tops.add(names[0])
            texts += names[-1].endswith(".txt")
            if len(names) == 2 and names[1] in {"channels.json", "users.json", "org_users.json"}:
                lists += 1
        if not lists and texts and not any(top.endswith(".json") for top in tops):
            raise Usage(
                _(
                    "{path} is a Slack export in text files (TXT), which leave out who answered whom. To do: in Slack, "
                    "export again and choose JSON."
                ).format(path=self.path)
            )
        if not lists:
            raise Usage(
                _(
                    "{path} does not look like a Slack export: it has no channels.json. To do: give the zip as Slack "
                    "made it (Workspace settings, Import and export data, Export)."
                ).format(path=self.path)
            )
        return tops.pop() if len(tops) == 1 and "" not in tops and "teams" not in tops else ""


def _part(names: list[str], member: Member) -> Part:  # noqa: PLR0911 - one return a role
    space = ""
    if len(names) > 2 and names[0] == "teams":
        space, names = names[1], names[2:]
    last = names[-1]
    if len(names) == 1:
        if last.endswith(".json") and last.removesuffix(".json") in _LISTS:
            return Part(Role.LIST, member, space, name=last.removesuffix(".json"))
        return Part(Role.OTHER, member, space, name=last)
    folder = names[0]
    if folder == "__uploads" and len(names) == 3:
        return Part(Role.UPLOAD, member, space, folder, last, file=names[1])
    if len(names) == 3 and names[1] == "attachments" and "-" in last:
        id_, _dash, name = last.partition("-")
        return Part(Role.UPLOAD, member, space, folder, name, file=id_)
    if len(names) == 2 and (day := _DAY.fullmatch(last)):
        return Part(Role.DAY, member, space, folder, day[1])
    if len(names) == 2 and last == "canvas_in_the_conversation.json":
        return Part(Role.CANVAS, member, space, folder, last)
    return Part(Role.OTHER, member, space, folder, "/".join(names[1:]))


def _added_by_a_system(names: list[str]) -> bool:
    return names[0] == "__MACOSX" or names[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _damaged() -> Refused:
    return Refused(FailReason.DAMAGED, _("Its bytes do not match what the archive says of them."))
