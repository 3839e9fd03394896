"""Content lines, which iCalendar and vCard are made of: unfolded, read, folded (RFC 5545 §3.1, RFC 6350 §3.2)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_LINE = re.compile(r'(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:[^";]|"[^"]*")*))?')
_UNSAFE = re.compile(r'[":;,]')
# What may not stand in a line (RFC 5545 §3.1); a tab may.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LONGEST = 75  # octets, without the line break


class Line(NamedTuple):
    """A content line. `name` is in capitals; `params` is as written, with its first semicolon; `value` is undecoded."""

    name: str
    params: str
    value: str
    group: str = ""

    def param(self, name: str) -> str:
        """Give a parameter's value without its quotes; empty where it is absent."""
        if not self.params:
            return ""
        return dict(parameters(self.params)).get(name, "")

    def without(self, *names: str) -> Line:
        """Give the line without some parameters."""
        kept = [(name, value) for name, value in parameters(self.params) if name not in names]
        return self._replace(params="".join(f";{name}={quoted(value)}" for name, value in kept))

    def __str__(self) -> str:
        return f"{self.group}.{self.name}{self.params}:{self.value}" if self.group else (
            f"{self.name}{self.params}:{self.value}"
        )  # fmt: skip


class Told(NamedTuple):
    """A physical line joined with what was folded after it, and its number in the file, from 1."""

    number: int
    data: bytes


def unfold(chunks: Iterable[bytes]) -> Iterator[Told]:
    """Join folded lines, whatever the line ends; empty lines are left out. Memory holds one line."""
    number, held, first = 0, b"", 0
    parts: list[bytes] = []
    for data in _physical(chunks):
        number += 1
        if data[:1] in {b" ", b"\t"} and parts:
            parts.append(data[1:])
            continue
        if parts:
            held = b"".join(parts)
            yield Told(first, held)
        parts, first = ([data], number) if data else ([], 0)
    if parts:
        yield Told(first, b"".join(parts))


def _physical(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    for chunk in _unmarked(chunks):
        head, *lines = chunk.split(b"\n")
        rest.append(head)
        for line in lines:
            yield b"".join(rest).rstrip(b"\r")
            rest = [line]
    if last := b"".join(rest).rstrip(b"\r"):
        yield last


def _unmarked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Take off the mark that some editors write first, wherever the bytes are cut."""
    head: bytes | None = b""
    for chunk in chunks:
        if head is None:
            yield chunk
        elif len(head := head + chunk) >= len(codecs.BOM_UTF8):
            yield head.removeprefix(codecs.BOM_UTF8)
            head = None
    if head:
        yield head


def read(text: str) -> Line | None:
    """Take a line apart; None for what is no content line."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    group, name, params, value = found.groups()
    return Line(name.upper(), params, value, group or "")


def parameters(params: str) -> list[tuple[str, str]]:
    """Give the parameters, names in capitals, values without quotes; vCard 2.1's bare ones are `TYPE`s."""
    found = []
    for name, value in _PARAMETER.findall(params):
        found.append((name.upper(), value.replace('"', "")) if f";{name}=" in params else ("TYPE", name))
    return found


def made(name: str, value: str, **params: str) -> Line:
    """Make a line of a value that is written already as it must be; parameters that are empty are left out."""
    given = "".join(f";{key.replace('_', '-')}={quoted(text)}" for key, text in params.items() if text)
    return Line(name, given, value)


def text(name: str, value: str, **params: str) -> Line:
    """Make a line of plain text."""
    return made(name, escaped(value), **params)


def quoted(value: str) -> str:
    """Write a parameter's value; its quotes and line breaks are encoded as RFC 6868 says."""
    value = clean(value).replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{value}"' if _UNSAFE.search(value) else value


def escaped(value: str) -> str:
    """Write text as a value (RFC 5545 §3.3.11)."""
    value = clean(value.replace("\r\n", "\n").replace("\r", "\n"))
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescaped(value: str) -> str:
    """Read a value as text."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split(value: str, separator: str) -> list[str]:
    """Split a value at a separator that is not escaped; the parts stay escaped."""
    parts, start, at = [], 0, 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == separator:
            parts.append(value[start:at])
            start = at + 1
        at += 1
    return [*parts, value[start:]]


def clean(value: str) -> str:
    """Give text without the control characters that no content line may hold."""
    return _CONTROL.sub("", value)


def decoded(data: bytes) -> tuple[str, bool]:
    """Read a line's bytes; what is no UTF-8 is taken for Windows-1252, and told by True."""
    try:
        return data.decode(), False
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), True


def folded(line: str) -> bytes:
    """Write a line with its breaks: at most 75 octets each, no character cut in two."""
    data = line.encode()
    if len(data) <= _LONGEST:
        return data + b"\r\n"
    pieces, start, room = [], 0, _LONGEST
    while start < len(data):
        end = min(start + room, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end])
        start, room = end, _LONGEST - 1
    return b"\r\n ".join(pieces) + b"\r\n"


def written(lines: Iterable[Line | str]) -> bytes:
    """Write lines, folded."""
    return b"".join([folded(str(line)) for line in lines])
