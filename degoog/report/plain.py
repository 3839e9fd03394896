"""Names made harmless for where they are shown: people's names for things may hold anything."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# What would move a terminal's cursor or colour it, and what turns the direction of the text after it around.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DIRECTIONS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LINK = re.compile(r"https?://[^\s\x00-\x20\x7f<>\"'`\\]+", re.ASCII | re.IGNORECASE)


def visible(text: str) -> str:
    """Give a text with what cannot be shown replaced by `�`; directions are kept."""
    return _CONTROLS.sub("\ufffd", text)


def line(text: str) -> str:
    """Give a text that a terminal shows on one line and does not obey."""
    return _DIRECTIONS.sub("", visible(text))


def brief(text: str, *, most: int = 60) -> str:
    """Give a text for one line, a long one by its beginning and its end: that is where a file's name tells its kind."""
    shown = line(text)
    return shown if len(shown) <= most else f"{shown[: most - 21]}…{shown[-20:]}"


def cell(text: str) -> str:
    """Give a text that a spreadsheet shows and does not compute: `'` before what it would take for a formula."""
    if text.isprintable() and text[:1].isalnum():  # nearly all of a million
        return text
    shown = visible(text)
    return f"'{shown}" if shown.lstrip(" \ufffd").startswith(_FORMULA) else shown


def href(link: str) -> str:
    """Give a link that may be made clickable: http or https, with a host; empty for anything else."""
    if not _LINK.fullmatch(link):
        return ""
    try:
        return link if urlsplit(link).hostname else ""
    except ValueError:
        return ""
