"""What a folder of bundles keeps on disk: one part a batch, whole or not there, and the import file made of them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from degoog.files import replacing, write_atomically
from degoog.mattermost.bundle import Bundle
from degoog.mattermost.census import DEFAULT, DIRECT
from degoog.mattermost.lines import KINDS, NAME, REF, VERSION
from degoog.model import Piece, Seen

TOWN_SQUARE = DEFAULT[0]
_ANSWERS = "answers.jsonl"
_SAID = frozenset({"post", "direct_post"})
_LIES = "INSERT INTO lies VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_Seen = tuple[str, str, str, bool, str, int | None, int, int]


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers a message that an earlier part holds: lines of an import file, and the place of the conversation."""

    root: str
    place: str
    replies: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts in a folder. A part that is there is whole: it came by one rename."""

    folder: Path

    def all(self) -> list[Path]:
        """Give the parts, in the order they were made."""
        return sorted(path for path in self.folder.glob("[0-9]*") if path.is_dir())

    def next(self) -> str:
        """Give the name of the next part."""
        return f"{len(self.all()) + 1:05}"

    def last_refs(self) -> frozenset[str]:
        """Give what the last part holds: a run that died may not have settled it."""
        parts = self.all()
        return frozenset((parts[-1] / "refs").read_text(encoding="utf-8").splitlines()) if parts else frozenset()

    async def keep(self, bundle: Bundle, name: str, refs: Sequence[str], answers: Sequence[Answers]) -> None:
        """Write a part, and what answers messages of earlier parts; it survives a power cut when this returns."""
        making = self.folder / f"{name}.part"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for kind in KINDS:
            if bundle.holds(kind):
                _write(making / f"{kind}.jsonl", bundle.pieces(kind))
        for path, blob in bundle.files:
            place = making / "data" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as out:
                async with blob.open() as chunks:
                    async for chunk in chunks:
                        out.write(chunk)
                os.fsync(out.fileno())
        if answers:
            _write(making / _ANSWERS, (json.dumps(asdict(one)).encode() + b"\n" for one in answers))
        _write(making / "refs", iter(["\n".join(refs).encode()]))
        making.rename(self.folder / name)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def assemble(self, target: Path) -> None:
        """Make one import file of all parts; nothing where it is of all of them already.

        A message stands in it once, with all that answers it: only what came in a later part is held in memory.
        """
        mark, parts = self.folder / "assembled", [part.name for part in self.all()]
        if not parts or (target.exists() and mark.exists() and mark.read_text(encoding="ascii") == parts[-1]):
            return
        later = self._answers()
        with replacing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            with out.open("import.jsonl", "w", force_zip64=True) as lines:
                lines.write(json.dumps(VERSION).encode() + b"\n")
                for kind in KINDS:
                    for part in self.all():
                        if (block := part / f"{kind}.jsonl").exists():
                            with block.open("rb") as source:
                                if later and kind in _SAID:
                                    lines.writelines(_answered(line, later) for line in source)
                                else:
                                    shutil.copyfileobj(source, lines, 1 << 20)
            for part in self.all():
                data = part / "data"
                for path in sorted(path for path in data.rglob("*") if path.is_file()):
                    out.write(path, f"data/{path.relative_to(data).as_posix()}", zipfile.ZIP_STORED)
        write_atomically(mark, parts[-1].encode())

    def _answers(self) -> dict[str, list[dict[str, Any]]]:
        """Give what answers messages of earlier parts, by their refs."""
        later: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in self._kept_answers():
            later[one.root] += one.replies
        return later

    def _kept_answers(self) -> Iterator[Answers]:
        for part in self.all():
            if (block := part / _ANSWERS).exists():
                with block.open("rb") as lines:
                    yield from (Answers(**json.loads(line)) for line in lines)

    def index(self) -> sqlite3.Connection:
        """Read everything back: a temporary table of what lies where, and when a message was said (milliseconds)."""
        index = sqlite3.connect("")
        index.execute(
            "CREATE TABLE lies (place TEXT, name TEXT, id TEXT, holder INTEGER, digest TEXT, at INTEGER,"
            " reactions INTEGER, files INTEGER)"
        )
        for part in self.all():
            for kind in KINDS:
                if (block := part / f"{kind}.jsonl").exists():
                    with block.open("rb") as lines:
                        index.executemany(
                            _LIES,
                            (seen for line in lines for seen in _seen(json.loads(line))),
                        )
        for one in self._kept_answers():
            index.executemany(_LIES, _said(one.place, one.replies))
        index.execute("CREATE INDEX lies_place ON lies (place, name)")
        index.execute("CREATE INDEX lies_id ON lies (id)")
        return index


def listed(index: sqlite3.Connection, place: str) -> Iterator[Seen]:
    """Give what lies in a place."""
    sql = "SELECT name, id, holder, digest, at, reactions, files FROM lies WHERE place = ? GROUP BY name"
    for name, id_, holder, digest, at, reactions, files in index.execute(sql, (place,)):
        its = None if holder else Piece(name, at, reactions, files, digest)
        yield Seen(name, id_, bool(holder), digest=digest, piece=its)


def digest_of(index: sqlite3.Connection, place: str, name: str) -> str:
    """Give what was written of a message, empty where it is not there."""
    row = index.execute("SELECT digest FROM lies WHERE place = ? AND name = ?", (place, name)).fetchone()
    return str(row[0]) if row else ""


def said_at(index: sqlite3.Connection, ref: str) -> int | None:
    """Give when a message was said, as it was written; None where it is not there."""
    row = index.execute("SELECT at FROM lies WHERE id = ? AND NOT holder", (ref,)).fetchone()
    return None if row is None else int(row[0])


def pieces_of(index: sqlite3.Connection, ref: str) -> Sequence[Piece]:
    """Give the entries a message came to, as they were written; what it goes on in has its ref with `#2`, `#3`."""
    sql = "SELECT name, at, reactions, files, digest FROM lies WHERE (id = ?1 OR id BETWEEN ?1 || '#' AND ?1 || '$')"
    return [Piece(*row) for row in index.execute(f"{sql} AND NOT holder ORDER BY id", (ref,))]


def digest(post: dict[str, Any]) -> str:
    """Give what a post's line says, as one number."""
    own = {key: value for key, value in post.items() if key not in {"replies", "team", "channel", "channel_members"}}
    return f"sha256:{sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()}"


def piece(post: dict[str, Any]) -> Piece:
    """Give what a post's line says of itself; what continues a long message is named by its ref."""
    props = post["props"]
    hung = len(post.get("reactions", ())), len(post.get("attachments", ()))
    return Piece(props.get(NAME) or props[REF], post["create_at"], *hung, digest(post))


def direct_place(members: list[str]) -> str:
    """Give the name of the place of a conversation among a few."""
    return DIRECT + "+".join(sorted(members))


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    with path.open("wb") as out:
        for piece in pieces:
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def _answered(line: bytes, later: Mapping[str, Sequence[dict[str, Any]]]) -> bytes:
    """Give a message's line with what answered it later."""
    said = json.loads(line)
    value = said[said["type"]]
    replies = later.get(value.get("props", {}).get(REF, ""))
    if not replies:
        return line
    value["replies"] = sorted((*value.get("replies", ()), *replies), key=lambda reply: int(reply["create_at"]))
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _seen(line: dict[str, Any]) -> Iterator[_Seen]:
    """Give where the things of a line lie. Who and what is in no team lies in every one: its place is `*`."""
    kind, value = line["type"], line[line["type"]]
    if kind == "team":
        yield "", value["name"], value["name"], True, "", None, 0, 0
        yield value["name"], TOWN_SQUARE, TOWN_SQUARE, True, "", None, 0, 0  # every team has it
    elif kind == "channel":
        yield value["team"], value["name"], value["name"], True, "", None, 0, 0
    elif kind == "user":
        yield "*", f"@{value['username']}", value["username"], True, "", None, 0, 0
    elif kind == "emoji":
        yield "*", f":{value['name']}:", value["name"], True, "", None, 0, 0
    elif kind == "direct_channel":
        yield "*", direct_place(value["members"]), "", True, "", None, 0, 0
    else:
        place = (
            f"{value['team']}/{value['channel']}" if kind == "post" else f"*/{direct_place(value['channel_members'])}"
        )
        yield from _said(place, (value, *value.get("replies", ())))


def _said(place: str, posts: Iterable[dict[str, Any]]) -> Iterator[_Seen]:
    for post in posts:
        its = piece(post)
        yield place, its.name, post["props"][REF], False, its.digest, its.at, its.reactions, its.files
