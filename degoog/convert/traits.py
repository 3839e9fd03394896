"""What a calendar, a list or an address book is beside what lies in it: the description its target makes it by."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COLOR = re.compile(r"#?([0-9A-Fa-f]{6})([0-9A-Fa-f]{2})?")


@dataclass(frozen=True, slots=True)
class Traits:
    """`component` is `VEVENT`, `VTODO` or `VCARD`; `color` is `#rrggbb` or empty, `zone` a name, `about` plain text."""

    name: str
    component: str = "VEVENT"
    color: str = ""
    zone: str = ""
    about: str = ""


def color(text: str) -> str:
    """Give a colour as `#rrggbb`, empty for what is none."""
    found = _COLOR.fullmatch(text.strip())
    return f"#{found[1].lower()}" if found else ""
