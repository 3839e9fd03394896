"""The components of an iCalendar file, one at a time: a broken one does not take the others with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from degoog.convert.content_lines import Line, decoded, read, unfold

MOVED = frozenset({"VEVENT", "VTODO"})
_LARGEST = 64 << 20  # bytes of one component: more is no event, and memory has an end


class Component(NamedTuple):
    """An event, task, zone or journal entry. `lines` are those between its BEGIN and END.

    `number` is the line its BEGIN stands on, 0 where it comes from no file. `told` are faults that were mended while
    reading: bytes that are no UTF-8, lines that are none. `problem` is why it cannot be used, empty where it can.
    """

    kind: str
    lines: tuple[Line, ...]
    number: int = 0
    told: tuple[str, ...] = ()
    problem: str = ""

    def first(self, name: str) -> Line | None:
        """Give the first line of this name outside its alarms."""
        depth = 0
        for line in self.lines:
            if line.name == "BEGIN":
                depth += 1
            elif line.name == "END":
                depth -= 1
            elif line.name == name and not depth:
                return line
        return None

    def value(self, name: str) -> str:
        """Give its undecoded value, empty where it is absent."""
        line = self.first(name)
        return "" if line is None else line.value


NOT_UTF8, NO_LINE = "encoding", "line"


class Piece(NamedTuple):
    """A component as it stands in the file, unfolded: for keeping until it is converted."""

    kind: str
    number: int
    data: bytes
    problem: str = ""


UNCLOSED, OVERSIZE = "unclosed", "oversize"


def pieces(chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Give the components of a file in order, and its own properties as pieces of the kind `PROPERTY`.

    What is opened and never closed ends where the next component begins. Memory holds one component.
    """
    held: list[bytes] = []
    kind, number, inner, size = "", 0, [""][:0], 0
    for told in unfold(chunks):
        word = told.data[:6].upper()
        opens = told.data[6:].strip().decode("ascii", "replace").upper() if word == b"BEGIN:" else ""
        closes = told.data[4:].strip().decode("ascii", "replace").upper() if word[:4] == b"END:" else ""
        if kind and (opens in _TOP or closes == "VCALENDAR"):
            yield Piece(kind, number, b"\n".join(held), UNCLOSED)
            kind, held, inner = "", [], []
        if not kind:
            if opens and opens != "VCALENDAR":
                kind, number, held, inner, size = opens, told.number, [], [], 0
            elif not opens and not closes:
                yield Piece("PROPERTY", told.number, told.data)
            continue
        if closes == kind and not inner:
            yield Piece(kind, number, b"\n".join(held), OVERSIZE if size > _LARGEST else "")
            kind, held = "", []
            continue
        if opens:
            inner.append(opens)
        elif closes and closes in inner:
            while inner.pop() != closes:
                pass
        size += len(told.data)
        if size <= _LARGEST:
            held.append(told.data)
    if kind:
        yield Piece(kind, number, b"\n".join(held), UNCLOSED)


_TOP = frozenset({"VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"})


def component(piece: Piece) -> Component:
    """Take a piece apart. Lines that are none are left out and told."""
    lines: list[Line] = []
    told: dict[str, None] = {}
    for data in piece.data.split(b"\n"):
        text, mended = decoded(data)
        line = read(text)
        if mended:
            told[NOT_UTF8] = None
        if line is None:
            told[f"{NO_LINE} {text[:60]}"] = None
        else:
            lines.append(line)
    return Component(piece.kind, tuple(lines), piece.number, tuple(told), piece.problem)
