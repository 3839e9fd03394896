"""Posts as the server has them, read back channel by channel."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from degoog.mattermost.client import Client
from degoog.mattermost.lines import NAME, REF
from degoog.model import Piece

_PAGE = 200
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_AT_ONCE = 200
_MARKS = {
    (False, False): (), (True, False): ("pinned",), (False, True): ("edited",), (True, True): ("pinned", "edited"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class There:
    """A post on the server. `ref` is the message degoog made it from, empty for anybody else's.

    `name` is what the ledger calls its place. `files` are (name, bytes, id). Times are in milliseconds; `digest` is
    of what a person reads in it, as the server gave it. `notice` is what a chat says by itself, and `about` whom.
    `marks` are as `marks` gives them.
    """

    id: str
    ref: str
    name: str
    at: int
    root: str
    user: str
    message: str
    edited: int
    reactions: int
    files: tuple[tuple[str, int, str], ...]
    digest: str
    notice: str = ""
    about: str = ""
    marks: tuple[str, ...] = ()

    @property
    def piece(self) -> Piece:
        """What it says of itself, one of a message's posts."""
        return Piece(self.id, self.at, self.reactions, len(self.files), self.digest)


def marks(*, pinned: bool, edited: bool) -> tuple[str, ...]:
    """Give what a post bears besides what it says."""
    return _MARKS[pinned, edited]


def there(post: dict[str, Any]) -> There:
    """Give a post from the server's JSON (model.Post, with metadata)."""
    metadata = post.get("metadata") or {}
    files = tuple((str(f["name"]), int(f.get("size") or 0), str(f["id"])) for f in metadata.get("files") or ())
    props = post.get("props") or {}
    read = [
        post.get("message", ""),
        post.get("user_id"),
        post.get("create_at"),
        post.get("root_id", ""),
        sorted((name, size) for name, size, _id in files),
        props.get("attachments"),
    ]
    told = _ENCODE(read)
    return There(
        id=str(post["id"]),
        ref=str(props.get(REF, "")),
        name=str(props.get(NAME, "")),
        at=int(post["create_at"]),
        root=str(post.get("root_id", "")),
        user=str(post.get("user_id", "")),
        message=str(post.get("message", "")),
        edited=int(post.get("edit_at") or 0),
        reactions=len(metadata.get("reactions") or ()),
        files=files,
        digest=f"sha256:{hashlib.sha256(told.encode()).hexdigest()}",
        notice=str(post.get("type", "")) if str(post.get("type", "")).startswith("system_") else "",
        about=str(props.get("addedUsername") or props.get("username") or ""),
        marks=marks(pinned=bool(post.get("is_pinned")), edited=bool(post.get("edit_at"))),
    )


async def newest_first(client: Client, channel: str, *, until: int = 0) -> AsyncIterator[There]:
    """Give a channel's posts and replies, the newest first, down to a time."""
    before = ""
    while True:
        at = f"&before={before}" if before else ""
        answer = await client.get(f"/channels/{channel}/posts?per_page={_PAGE}&skipFetchThreads=true{at}")
        order = answer.get("order") or []
        for id_ in order:
            post = answer["posts"][id_]
            if int(post["create_at"]) < until:
                return
            yield there(post)
        if len(order) < _PAGE:
            return
        before = str(order[-1])


async def by_id(client: Client, ids: Iterable[str]) -> dict[str, There]:
    """Give the posts with these ids; those that are no longer there are left out."""
    found: dict[str, There] = {}
    wanted: Sequence[str] = list(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        answer = await client.do("POST", "/posts/ids", wanted[start : start + _AT_ONCE])
        for post in answer if isinstance(answer, list) else []:
            if not post.get("delete_at"):
                found[str(post["id"])] = there(post)
    return found
