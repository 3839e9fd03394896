"""What has one UID, parted into what can be one resource each: a resource has one master (RFC 4791 §4.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from degoog.convert import moments
from degoog.convert.components import Component
from degoog.convert.content_lines import Line


def split(components: Sequence[Component]) -> list[list[Component]]:
    """Part what has one UID into what can be one resource: a resource has one master.

    Masters that say the same are one. A changed occurrence goes with the master that begins last before it. The first
    group keeps the UID, the others need another: `uid_of` gives it.
    """
    masters: dict[tuple[Line, ...], Component] = {}
    for one in components:
        if one.first("RECURRENCE-ID") is None:
            masters.setdefault(one.lines, one)
    if len(masters) < 2:
        return [[*masters.values(), *(one for one in components if one.first("RECURRENCE-ID") is not None)]]
    ordered = sorted(masters.values(), key=_begins)
    groups = [[master] for master in ordered]
    for one in components:
        line = one.first("RECURRENCE-ID")
        if line is not None:
            at = moments.seconds(line)
            before = [number for number, master in enumerate(ordered) if _begins(master) <= at]
            groups[before[-1] if before else 0].append(one)
    return groups


def uid_of(uid: str, group: Sequence[Component], number: int) -> str:
    """Give the UID of a group: its own for the first, for the others one that stays the same in every run."""
    if not number:
        return uid
    start = group[0].value("DTSTART")
    return f"{uid[:180]}-{hashlib.sha256(f'{start}'.encode()).hexdigest()[:12]}"


def uid_for(data: bytes) -> str:
    """Give a UID to a component that has none, out of what it says."""
    return f"degoog-{hashlib.sha256(data).hexdigest()[:32]}"


def _begins(one: Component) -> float:
    line = one.first("DTSTART")
    return moments.seconds(line) if line is not None else 0.0
