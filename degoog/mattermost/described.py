"""What a channel says of itself, set again: what is ours follows the source, what people changed since stays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from degoog.convert.talk import Channel
from degoog.mattermost.census import Conversation

_WORDS = ("header", "purpose")  # filled in where nothing is said yet; what a channel is called never is empty
_FIELDS = ("display_name", *_WORDS)


@dataclass(frozen=True, slots=True)
class Description:
    """How a channel's description is brought up to date.

    `news` is what to set, `kept` what somebody said there otherwise and the source would say. `ours` are digests of
    what was set by us, by field, as `marked` writes them down.
    """

    news: Mapping[str, str]
    kept: tuple[str, ...]
    ours: Mapping[str, str]


def described(value: Channel, found: Conversation, mark: str) -> Description:
    """Compare what the source says now, what the channel says now, and what we set (`mark`, as `marked` gave it)."""
    before = dict(part.split("=", 1) for part in mark.split() if "=" in part)
    news: dict[str, str] = {}
    kept: list[str] = []
    ours: dict[str, str] = {}
    for field in _FIELDS:
        wanted, now, set_ = _wanted(value, field), str(getattr(found, field)), before.get(field, "")
        if now == wanted or (field in _WORDS and not now and not set_) or set_ == _digest(now):
            ours[field] = _digest(wanted)
            if now != wanted:
                news[field] = wanted
            continue
        if set_:
            ours[field] = set_
        if set_ != _digest(wanted) and (set_ or (field in _WORDS and wanted)):
            kept.append(field)
    return Description(news, tuple(kept), ours)


def marked(ours: Mapping[str, str]) -> str:
    """Give digests in one line."""
    return " ".join(f"{field}={digest}" for field, digest in ours.items())


def as_made(found: Conversation) -> str:
    """Give the mark of a channel that was just made: all it says is ours."""
    return marked({field: _digest(str(getattr(found, field))) for field in _FIELDS})


def _wanted(value: Channel, field: str) -> str:
    return str(getattr(value, field)) or (value.name if field == "display_name" else "")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
