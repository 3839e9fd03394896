"""Draws an export: the everyday of an association, every trap, packed as Slack packs it or as people do after it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from degoog.sandbox.slack import association, everyday, traps
from degoog.sandbox.slack.view import DrawnExport, ExpectedMessage, ExpectedRoom
from degoog.sandbox.takeout.rawzip import DEFLATED, RawZip, honest

Put = Callable[[str, object], None]

_FIRST = 1_704_067_200  # 1 January 2024
_PRIVATE = ("G0BUREAU", "G0POTAGER", "D0CAMJO", "D0SEULE", "G0MPIM")
_KEPT = 20_000  # messages whose answer is kept; beyond, only those of the traps


def draw_export(
    path: Path,
    *,
    seed: int = 0,
    messages: int = 300,
    top: str = "",
    later: int = 0,
    private: bool = True,
    damaged: bool = False,
    files: bool = True,
) -> DrawnExport:
    """Write an export to `path`; gives what is in it.

    `messages` is the everyday's number, traps apart. `top` is a folder that somebody packed around it, with what their
    system adds. `later`: so many more messages, as an export made later has them. `private`: conversations and private
    channels too. `damaged`: a day cut short, a folder of no channel. Without `files` no message names one.
    """
    drawn = DrawnExport(
        path,
        association.TEAM,
        association.TOKEN,
        tuple(
            ExpectedRoom(id_, name, kind, association.members(id_), archived=bool(more.get("is_archived")))
            for id_, name, kind, more in association.ROOMS
            if private or kind == "channels"
        ),
        association.people(),
        (association.STRANGER, association.BOT_ALONE, "USLACKBOT"),
    )
    with path.open("wb") as file, RawZip(file) as archive:

        def put(name: str, value: object) -> None:
            content = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
            # Slack writes UTF-8 and does not say so.
            archive.add(*honest(f"{top}{name}".encode(), content, method=DEFLATED, flags=0))

        if top:
            archive.add(*honest("__MACOSX/._users.json", b"\0"))
        for kind in ("channels", "groups", "dms", "mpims") if private else ("channels",):
            put(f"{kind}.json", association.listed(kind))
        put("users.json", association.users())
        put("integration_logs.json", [])
        put("canvases.json", [_canvas()] if files else [])
        put("lists.json", [])
        for room in drawn.rooms:
            _fill(put, drawn, room, seed=seed, messages=messages, later=later, files=files)
        if damaged:
            _damage(put, drawn)
    return drawn


def _fill(
    put: Put, drawn: DrawnExport, room: ExpectedRoom, *, seed: int, messages: int, later: int, files: bool
) -> None:
    folder = room.name or room.id
    if room.kind == "groups" and room.name == "potager":
        folder = room.id  # two rooms of one name cannot share a folder
    for day, said in _days(_said(drawn, room, seed=seed, messages=messages, later=later, files=files)):
        put(f"{folder}/{day}.json", said)
    if room.id == "C0VIDE":
        put(f"{folder}/canvas_in_the_conversation.json", [_canvas() | {"id": "F0CANVAS99"}])


def _said(
    drawn: DrawnExport, room: ExpectedRoom, *, seed: int, messages: int, later: int, files: bool
) -> Iterator[dict[str, Any]]:
    if room.id == traps.ROOM:
        for message, told in sorted(traps.traps(), key=lambda one: one[0]["ts"]):
            if files or not (message.get("files") or message.get("file")):
                drawn.messages.append(told)
                drawn.counts[room.id] += 1
                yield message
        return
    number = _share(room, messages)
    number += later if room.id == "C0GENERAL" else 0
    a_day = max(20, number // 900)  # no room is older than three years
    for message in everyday.say(room.id, number, _FIRST, seed=seed, a_day=a_day):
        drawn.counts[room.id] += 1
        if messages <= _KEPT:
            drawn.messages.append(everyday.expected(room.id, message))
        yield message


def _share(room: ExpectedRoom, messages: int) -> int:
    if room.id in association.BUSY:
        first = room.id == association.BUSY[0]
        each = messages // len(association.BUSY)
        return messages - each * (len(association.BUSY) - 1) if first else each
    return 6 if room.id in _PRIVATE else 0


def _days(messages: Iterator[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    held: list[dict[str, Any]] = []
    current = ""
    for message in messages:
        day = _day(int(str(message["ts"]).partition(".")[0]))
        if day != current and held:
            yield current, held
            held = []
        current = day
        held.append(message)
    if held:
        yield current, held


def _day(seconds: int) -> str:
    days, year = seconds // 86_400, 1970
    while days >= (length := 366 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 365):
        days, year = days - length, year + 1
    months = [31, 29 if length == 366 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    month = 0
    while days >= months[month]:
        days, month = days - months[month], month + 1
    return f"{year:04}-{month + 1:02}-{days + 1:02}"


def _canvas() -> dict[str, Any]:
    row = traps.file(
        "F0CANVAS02", "charte", 0, mode="quip", filetype="quip", title="Charte", mimetype="application/vnd.slack-docs"
    )
    return row | {"user": "U0AWA", "created": _FIRST + 40 * 86_400, "shares": [{"team": "T0", "channel": "C0POTAGER"}]}


def _damage(put: Put, drawn: DrawnExport) -> None:
    whole = json.dumps([{"type": "message", "user": "U0JO", "text": "avant mot090", "ts": "1790000000.000000"}] * 1)
    put("potager/2026-09-21.json", (whole[:-1] + ', {"type": "message", "te').encode())
    put("dossier-sans-canal/2024-01-01.json", [{"type": "message", "user": "U0JO", "text": "x", "ts": "1704100000.0"}])
    drawn.messages.append(ExpectedMessage("C0POTAGER", "1790000000.000000", "U0JO", ("avant mot090",)))
    drawn.counts["C0POTAGER"] += 1
    drawn.damaged = ("2026-09-21.json", "2024-01-01.json")
