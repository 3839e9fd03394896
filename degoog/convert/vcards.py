"""vCards of any version, one at a time, into vCard 3.0 or 4.0 as an address book stores them (RFC 2426, RFC 6350).

Each rule is a row of docs/conversions.md.
"""

from __future__ import annotations

import base64
import hashlib
import quopri
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from degoog.convert.content_lines import (
    Line,
    clean,
    decoded,
    escaped,
    made,
    parameters,
    quoted,
    read,
    split,
    text,
    unescaped,
    unfold,
    written,
)
from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason, Loss, LossKind

# dav card_size_limit is 5242880 (nextcloud.md §8); a picture may take that much less the rest of a card.
LARGEST = 5_242_880
LARGEST_PHOTO = 4_500_000
_MOST = 64 << 20  # bytes of one card while it is read
_PICTURES = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_ONCE = frozenset({"VERSION", "N", "BDAY", "REV", "UID", "PRODID", "ANNIVERSARY", "GENDER", "KIND"})
# What vCard 2.1 writes as a parameter without a name.
_ENCODINGS = frozenset({"BASE64", "B", "QUOTED-PRINTABLE", "8BIT", "7BIT"})
_BLANKS = re.compile(r"\s+")


class CardPiece(NamedTuple):
    """A card as it stands in the file, unfolded; `problem` is empty where it is whole."""

    number: int
    data: bytes
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RawCard:
    """A card as its source has it. `uid` is given where it brings none; `groups` are those it was found in."""

    lines: tuple[Line, ...]
    number: int = 0
    uid: str = ""
    groups: tuple[str, ...] = ()
    mended: bool = False
    problem: str = ""
    losses: tuple[Loss, ...] = ()

    def value(self, name: str) -> str:
        """Give the first value of a name, undecoded; empty where it is absent."""
        return next((line.value for line in self.lines if line.name == name), "")


def pieces(chunks: Iterable[bytes]) -> Iterator[CardPiece]:
    """Give the cards of a file in order. A card that is never closed ends where the next begins."""
    held: list[bytes] | None = None
    number = size = depth = 0
    for told in unfold(chunks):
        word = told.data[:12].strip().upper()
        if word == b"BEGIN:VCARD":
            if held is not None and depth == 1 and _agent(held):
                depth += 1
                held.append(told.data)
                continue
            if held is not None:
                yield CardPiece(number, b"\n".join(held), "unclosed")
            held, number, size, depth = [], told.number, 0, 1
            continue
        if held is None:
            continue
        if word == b"END:VCARD":
            depth -= 1
            if not depth:
                yield CardPiece(number, b"\n".join(held), "oversize" if size > _MOST else "")
                held = None
                continue
        size += len(told.data)
        if size <= _MOST:
            held.append(told.data)
    if held is not None:
        yield CardPiece(number, b"\n".join(held), "unclosed")


def _agent(held: Sequence[bytes]) -> bool:
    # vCard 2.1 §2.4.3: an agent's card lies inside its principal's.
    return bool(held) and held[-1].upper().startswith(b"AGENT")


def card(piece: CardPiece) -> RawCard:
    """Take a card apart. Soft line breaks of quoted-printable, which folding does not know, are joined."""
    lines: list[Line] = []
    mended = False
    told: list[Loss] = []
    raw = piece.data.split(b"\n")
    at = 0
    while at < len(raw):
        data = raw[at]
        at += 1
        head = data.partition(b":")[0].upper()
        while b"QUOTED-PRINTABLE" in head and data.endswith(b"=") and at < len(raw):
            data = data[:-1] + raw[at].lstrip(b" \t")
            at += 1
        string, wrong = decoded(data)
        line = read(string)
        if line is None:
            # Base64 of vCard 2.1 may go on without a fold, until an empty line.
            if lines and _base64(lines[-1]) and re.fullmatch(r"[A-Za-z0-9+/=]+", string):
                lines[-1] = lines[-1]._replace(value=lines[-1].value + string)
            elif string.strip():
                told.append(Loss(LossKind.FIELD, string[:200]))
            continue
        if wrong:
            mended = True
        lines.append(line)
    return RawCard(tuple(lines), piece.number, mended=mended, problem=piece.problem, losses=tuple(told))


def key_of(raw: RawCard) -> str:
    """Name a card by what stays when people edit it: its UID, else its name or first address."""
    if uid := raw.value("UID").strip():
        return uid
    shown = _shown(raw.lines) or hashlib.sha256("\n".join(map(str, raw.lines)).encode()).hexdigest()
    return _BLANKS.sub(" ", shown).casefold()


def shown(raw: RawCard) -> str:
    """Give the name of a card as people see it, empty where it has none."""
    return unescaped(_shown([_plain(line) for line in raw.lines]))


def contact_card(raw: RawCard, *, largest: int = LARGEST) -> tuple[bytes, tuple[Loss, ...]]:
    """Give the card as the address book stores it, and what changed. Raises `Refused` where there is no card."""
    if raw.problem or not raw.lines:
        why = _("it has no end") if raw.problem == "unclosed" else _("it is empty or too large")
        raise Refused(FailReason.BROKEN, _("line {line}").format(line=raw.number) + f": {why}")
    losses = list(raw.losses)
    if raw.mended:
        losses.append(Loss(LossKind.TEXT))
    version = "4.0" if raw.value("VERSION").strip() == "4.0" else "3.0"
    lines: list[Line] = []
    seen: set[str] = set()
    for line in raw.lines:
        if line.name in _ONCE:
            if line.name in seen or line.name == "VERSION":
                if line.name != "VERSION" and line not in lines:
                    losses.append(Loss(LossKind.FIELD, str(line)[:200]))
                continue
            seen.add(line.name)
        line = _plain(line)  # noqa: PLW2901 - the same line, in the form of version 3.0
        if clean(line.value) != line.value:
            line = line._replace(value=clean(line.value))  # noqa: PLW2901 - likewise
            losses.append(Loss(LossKind.TEXT, line.name))
        if line.name in _PICTURES and len(line.value) > LARGEST_PHOTO * 4 // 3:
            losses.append(
                Loss(LossKind.PHOTO, f"{line.name} ({len(line.value) * 3 // 4 - line.value[-2:].count('=')})")
            )
            continue
        lines.append(line)
    lines = _named(lines)
    if not any(line.name == "UID" and line.value.strip() for line in lines):
        lines = [made("UID", raw.uid or uid_for(key_of(raw))), *(line for line in lines if line.name != "UID")]
    lines = _grouped(lines, raw.groups)
    data = written(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD"])
    if len(data) > largest:
        raise Refused(
            FailReason.TOO_LARGE,
            _("{size} bytes; an address book takes {largest}.").format(size=len(data), largest=largest),
        )
    return data, tuple(dict.fromkeys(losses))


def uid_for(key: str) -> str:
    """Give a UID that is the same in every run."""
    return f"degoog-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _base64(line: Line) -> bool:
    return line.name in _PICTURES and any(value.upper() in {"BASE64", "B"} for _name, value in parameters(line.params))


def _plain(line: Line) -> Line:
    """Give a line in the form of version 3.0: UTF-8, bare parameters named, nothing quoted-printable."""
    if not line.params:
        return line
    given = parameters(line.params)
    encoding = next((value.upper() for _name, value in given if value.upper() in _ENCODINGS), "")
    charset = next((value for name, value in given if name == "CHARSET"), "")
    if not encoding and not charset and all(f";{name}=" in line.params.upper() for name, _value in given):
        return line
    value = line.value
    if encoding == "QUOTED-PRINTABLE":
        value = _read_quoted(value, charset, structured=line.name in {"N", "ADR", "ORG"})
    kept = []
    for name, word in given:
        if word.upper() in {"BASE64", "B"}:
            value = _BLANKS.sub("", value)
            kept.append(("ENCODING", "b"))
        elif name != "CHARSET" and word.upper() not in _ENCODINGS:
            kept.append((name, word))
    return line._replace(params="".join(f";{name}={quoted(word)}" for name, word in kept), value=value)


def _read_quoted(value: str, charset: str, *, structured: bool) -> str:
    data = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    try:
        string = data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        string, _mended = decoded(data)
    # In version 2.1 only the semicolons between the parts of a structured value are no text (§2.1.5).
    parts = string.split(";") if structured else [string]
    return ";".join(escaped(part) for part in parts)


def _shown(lines: Sequence[Line]) -> str:
    for name in ("FN", "N", "ORG", "NICKNAME", "EMAIL", "TEL"):
        for line in lines:
            if line.name == name and line.value.strip(" ;"):
                if name == "N":
                    parts = [*split(line.value, ";"), "", "", "", ""]
                    family, given, middle, before, after = parts[:5]
                    return " ".join(part.strip() for part in (before, given, middle, family, after) if part.strip())
                return (
                    " ".join(part for part in split(line.value, ";") if part) if name == "ORG" else line.value.strip()
                )
    return ""


def _named(lines: list[Line]) -> list[Line]:
    """FN and, in version 3.0, N must be there (RFC 2426 §3.1)."""
    name = _shown(lines)
    lines = [line for line in lines if line.name != "FN" or line.value.strip()]
    if not any(line.name == "FN" for line in lines):
        lines.insert(0, made("FN", name) if name else text("FN", _("Without a name")))
    if not any(line.name == "N" for line in lines):
        given = next(line.value for line in lines if line.name == "FN")
        lines.insert(1, made("N", f";{given.replace(';', ' ')};;;"))
    return lines


def _grouped(lines: list[Line], groups: Sequence[str]) -> list[Line]:
    if not groups:
        return lines
    present = [word for line in lines if line.name == "CATEGORIES" for word in split(line.value, ",")]
    words = dict.fromkeys([*present, *map(escaped, groups)])
    return [*(line for line in lines if line.name != "CATEGORIES"), made("CATEGORIES", ",".join(words))]


def picture(data: bytes, media: str) -> Line:
    """Make a PHOTO of version 3.0."""
    kind = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}.get(media, media.rpartition("/")[2].upper())
    return made("PHOTO", base64.b64encode(data).decode(), ENCODING="b", TYPE=kind)
