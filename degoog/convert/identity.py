"""What a calendar object or card says it is: its UID, and whether two of them say the same."""

from __future__ import annotations

from collections import Counter

from degoog.convert.content_lines import Line, decoded, folded, parameters, read, unescaped, unfold

# What a server may write anew without changing what is said; VTIMEZONE too, whose TZID stays in the dates.
_ITS_OWN = frozenset({"PRODID", "VERSION", "CALSCALE", "DTSTAMP", "REV", "X-RADICALE-NAME"})


def uid_in(data: bytes) -> str:
    """Give the first UID, empty where there is none."""
    for told in unfold([data]):
        if told.data[:3].upper() == b"UID":
            line = read(decoded(told.data)[0])
            if line is not None and line.name == "UID":
                return line.value
    return ""


def with_uid(data: bytes, uid: str) -> bytes:
    """Give the same under another UID."""
    out = []
    for told in unfold([data]):
        line = read(told.data.decode()) if told.data[:3].upper() == b"UID" else None
        out.append(folded(f"UID:{uid}") if line is not None and line.name == "UID" else folded(told.data.decode()))
    return b"".join(out)


def same(one: bytes, other: bytes) -> bool:
    """Whether two say the same, whatever the order of their lines and how these are written."""
    return one == other or said(one) == said(other)


def said(data: bytes) -> Counter[tuple[str, str, frozenset[tuple[str, str]], str]]:
    """Give what an object says, line by line, each with the component it stands in."""
    found: Counter[tuple[str, str, frozenset[tuple[str, str]], str]] = Counter()
    inside: list[str] = []
    for told in unfold([data]):
        line = read(decoded(told.data)[0])
        if line is None:
            continue
        if line.name == "BEGIN":
            inside.append(line.value.upper())
        elif line.name == "END":
            inside = inside[:-1]
        elif "VTIMEZONE" not in inside and line.name not in _ITS_OWN:
            found[("/".join(inside), line.name, _params(line), unescaped(line.value))] += 1
    return found


def _params(line: Line) -> frozenset[tuple[str, str]]:
    return frozenset((name, value.upper() if name == "TYPE" else value) for name, value in parameters(line.params))
