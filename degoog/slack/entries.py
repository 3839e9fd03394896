"""The JSON of an export, element by element: where each stands in its file, and what is damaged."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from degoog.convert.slack.shape import trees
from degoog.convert.slack.values import File
from degoog.model import Ref

_decode = json.JSONDecoder().raw_decode
_dump = json.JSONEncoder(separators=(",", ":")).encode
_SOMETHING = re.compile(r"[^\s,]")
_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)
_ID = re.compile(r"[A-Z][A-Z0-9]{1,20}", re.ASCII)
_TOKEN = re.compile(r"xox[a-z]-[\w-]+")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list, with where its text begins and ends."""

    value: Any
    start: int
    stop: int


class Cut(Exception):
    """The JSON makes no sense from some element on: `number` were read before."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def text_of(content: bytes) -> str:
    """Decode a file of an export; what is no UTF-8 is replaced, for one letter must not cost a day."""
    return content.decode("utf-8-sig", errors="replace")


def spoilt(content: bytes, text: str) -> bool:
    """Whether something in it was no UTF-8, and is replaced in its text."""
    return "\ufffd" in text and text.count("\ufffd") != content.count("\ufffd".encode())


def elements(text: str) -> Iterator[Element]:
    """Give the elements of a JSON list. Raises `Cut` after the last one that makes sense."""
    position = _next(text, 0)
    if text[position : position + 1] != "[":
        raise Cut(0)
    position, number = position + 1, 0
    while True:
        position = _next(text, position)
        if text[position : position + 1] == "]":
            return
        try:
            value, stop = _decode(text, position)
        except (ValueError, RecursionError):
            raise Cut(number) from None
        yield Element(value, position, stop)
        position, number = stop, number + 1


def _next(text: str, position: int) -> int:
    found = _SOMETHING.search(text, position)
    return found.start() if found else len(text)


def micros(ts: object) -> int | None:
    """Give a timestamp's whole microseconds, None for what is none; digits beyond are left to the text."""
    match = _TS.fullmatch(ts) if isinstance(ts, str) else None
    if match is None:
        return None
    return int(match[1]) * 1_000_000 + int((match[2] or "")[:6].ljust(6, "0"))


def digits(micro: int) -> str:
    """Give the timestamp as Slack writes it."""
    return f"{micro // 1_000_000}.{micro % 1_000_000:06}"


def identifier(value: object) -> str:
    """Give a Slack id, empty for what cannot be one."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def author(raw: Mapping[str, Any]) -> str:
    """Give the id that signs a message: whoever wrote, called or commented; a bot's own id where it has no account."""
    subtype = raw.get("subtype")
    if subtype == "file_comment" and isinstance(raw.get("comment"), dict):
        return identifier(raw["comment"].get("user")) or "UNKNOWN"
    if subtype in {"huddle_thread", "sh_room_created", "sh_room_shared"} and isinstance(raw.get("room"), dict):
        return identifier(raw["room"].get("created_by")) or identifier(raw.get("user")) or "UNKNOWN"
    profile = raw.get("bot_profile")
    return (
        identifier(raw.get("user"))
        or identifier(raw.get("bot_id"))
        or identifier(profile.get("user_id") if isinstance(profile, dict) else None)
        or "UNKNOWN"
    )


def fingerprint(raw: Mapping[str, Any]) -> bytes:
    """Give what changes when a message reads otherwise, and only then: no counters, no tokens, no avatars."""
    edited = raw.get("edited")
    room = raw.get("room")
    known = [
        raw.get("text"), raw.get("subtype"), author(raw), raw.get("username"),
        edited.get("ts") if isinstance(edited, dict) else None, raw.get("blocks"), raw.get("attachments"),
        [(file.get("id"), file.get("mode")) for file in files(raw)], raw.get("pinned_to"), raw.get("topic"),
        raw.get("purpose"), raw.get("comment"),
        [(one.get("name"), one.get("users")) for one in trees(raw.get("reactions"))],
        room.get("date_end") if isinstance(room, dict) else None,
    ]  # fmt: skip
    text = _dump(known)
    if "xox" in text:
        text = _TOKEN.sub("", text)
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


def files(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the files a message names, before 2018 a single one; those of messages passed on included, each once."""
    found = list(trees(raw.get("files")))
    if not found and isinstance(raw.get("file"), dict):
        found = [raw["file"]]
    if raw.get("attachments"):
        for one in trees(raw["attachments"]):
            found += trees(one.get("files"))
    if len(found) < 2:
        return found
    return list({str(file.get("id")): file for file in found}.values())


def file(raw: Mapping[str, Any], account: str) -> File:
    """Read a file as a message names it, without its bytes; the address people see, without any token."""
    id_ = str(raw.get("id") or "")
    size = raw.get("size")
    host_elsewhere = bool(raw.get("is_external")) or raw.get("mode") == "external"
    url = str(raw.get("external_url") or raw.get("url_private") or "") if host_elsewhere else ""
    return File(
        Ref("slack", f"{account}/file/{id_}"),
        id_,
        _clean(raw.get("name")),
        _clean(raw.get("title")),
        _clean(raw.get("mimetype")),
        size if isinstance(size, int) and size >= 0 else None,
        str(raw.get("mode") or ""),
        external=host_elsewhere,
        url=_TOKEN.sub("", url),
    )


def _clean(value: object) -> str:
    return value.encode("utf-8", "replace").decode().replace("\x00", "") if isinstance(value, str) else ""
