"""Names for what has none of its own: a file of an event, a contact, a task, that people recognise in a folder."""

from __future__ import annotations

import re
from datetime import date

from degoog.convert.names import PORTABLE, Names

_LONGEST = 80  # characters of what people wrote
_NAMES = Names(PORTABLE)
_FORBIDDEN = re.compile(r'\s*[<>"/\\|?*\x00-\x1f\x7f]+\s*|\s*:\s+|:')


def file_name(words: str, ending: str, *, day: date | None = None, otherwise: str) -> str:
    """Give `2026-03-12 Réunion du bureau.ics`: a name that every disk and server takes as it is.

    `otherwise` stands where there are no words.
    """
    text = " ".join(_FORBIDDEN.sub(" ", words).split())[:_LONGEST].strip(" .") or otherwise
    before = f"{day.year:04d}-{day:%m-%d} " if day is not None else ""
    return _NAMES.safe(f"{before}{text}{ending}")
