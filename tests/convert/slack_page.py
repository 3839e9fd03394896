"""The rows of docs/conversions.md that speak of Slack, and what becomes of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from degoog.convert.slack import blocks, message, rich
from degoog.convert.slack.lexicon import Lexicon, Speech
from degoog.convert.slack.marks import markdown
from degoog.convert.slack.values import Said
from degoog.convert.talk import Post
from degoog.model import Loss, Ref
from degoog.slack import entries

PAGE = Path(__file__).parents[2] / "docs" / "conversions.md"
# What stands in a cell for what one cannot see there.
SIGNS = {"↵": "\n", "␍": "\r", "␀": "\x00", "␤": "\u2028", "␣": "\u200a", "⍽": "\u00a0"}
LEXICON = Lexicon(
    usernames={"U1": "ann", "U2": "bob.parti", "W1": "wassila", "B1": "compta", "USLACKBOT": "slackbot"},
    names={"U1": "Ann", "U2": "Bob", "B1": "Compta"},
    rooms={"C1": "town-square", "C2": "potager"},
    groups={"S2": "benevoles"},
    public=frozenset({"C1", "C2"}),
    emoji={"acme.logo": "acme_logo"},
    resolve=lambda link: "https://nuage.lauze.example/f/7" if "/d/1AbC/" in link else None,
    zone=ZoneInfo("Europe/Paris"),
)


@dataclass(frozen=True)
class Row:
    kind: str
    what: str
    given: str
    shown: str
    lost: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what or self.given[:40]}"


def rows() -> Iterator[Row]:
    """Read the section "Channels" of the page."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Channels", 1)[1].split("\n## ", 1)[0]
    for heading, body in re.findall(
        r"^### In (?:the )?(\w+)[^\n]*\n(.*?)(?=^### |\Z)", section, re.MULTILINE | re.DOTALL
    ):
        for line in body.splitlines():
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if len(cells) == 4 and cells[1].startswith("`"):
                yield Row(heading, cells[0], _unwrapped(cells[1]), _unwrapped(cells[2]), cells[3])


@dataclass(frozen=True)
class Trap:
    what: str
    rows: list[str]
    tests: list[str]


def traps() -> Iterator[Trap]:
    """Read the table of what exports are known to hold, and which row or test holds it."""
    section = PAGE.read_text(encoding="utf-8").split("\n### Traps, and what holds them", 1)[1].split("\n## ", 1)[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 2 and cells[1].startswith(("“", "`")):
            yield Trap(cells[0], re.findall(r"“([^”]+)”", cells[1]), re.findall(r"`([^`]+)`", cells[1]))


def convert(kind: str, given: str) -> tuple[str, str]:
    """Give what a row's input becomes, as its cells write it."""
    if kind == "text":
        speech = Speech(LEXICON)
        return markdown(given, speech), _told(speech)
    if kind == "blocks":
        speech = Speech(LEXICON)
        try:
            return blocks.text_of(json.loads(given), speech), _told(speech)
        except rich.Unknown as unknown:
            return "", f"falls back on the text: {unknown}"
    raw = {"user": "U1", "ts": "1700000000.000100", **json.loads(given)}
    losses: list[Loss] = []
    made = message.posts(said(raw), LEXICON, losses)
    return "\n".join(_seen(post) for post in made), "; ".join(f"{loss.kind}: {loss.detail}" for loss in losses)


def said(raw: dict[str, Any]) -> Said:
    """Type a message as the source does, its canvases at hand."""
    pages = {file["id"]: file.pop("page") for file in raw.get("files", ()) if "page" in file}
    files = [
        replace(entries.file(one, "T1"), lost="no longer in Slack", page=pages.get(one["id"], ""))
        for one in entries.files(raw)
    ]
    ts, micro = raw["ts"], entries.micros(raw["ts"])
    assert micro is not None
    ref = Ref("slack", f"T1/C1/{ts}")
    # A file without its own comment is not what the row is about.
    if raw.get("subtype") == "file_share":
        files = []
    return Said(
        ref, ts, micro // 1000, entries.author(raw), raw.get("text", ""), raw.get("subtype", ""), raw, tuple(files)
    )


def _seen(post: Post) -> str:
    parts = [post.text] if post.text else []
    parts += [json.dumps(card, ensure_ascii=False) for card in post.cards]
    parts += [f"+ {one.name}" for one in post.attachments]
    parts += [f"@{one.username} :{one.emoji}:" for one in post.reactions]
    if post.edited:
        parts.append(f"(edited {post.edited:%H:%M:%S})")
    parts += ["(pinned)"] * post.pinned + ["(me)"] * post.action
    return "\n".join(parts)


def _told(speech: Speech) -> str:
    return "; ".join(sorted(speech.notes))


def _unwrapped(cell: str) -> str:
    if not cell:
        return ""
    ticks = re.match("`+", cell)
    assert ticks is not None, cell
    inner = cell[len(ticks[0]) : -len(ticks[0])]
    if len(ticks[0]) > 1 and inner.startswith(" ") and inner.endswith(" "):
        inner = inner[1:-1]
    inner = inner.replace("\\|", "|")
    for sign, meant in SIGNS.items():
        inner = inner.replace(sign, meant)
    return inner
