"""Emoji: Slack's names as Mattermost writes them, or the character itself where it has no name for it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from degoog.convert import emoji_table

_NEWER = dict(pair.split("=", 1) for pair in emoji_table.NEWER.split())
_KNOWN = frozenset(emoji_table.KNOWN.split())
_TONED = frozenset(emoji_table.TONED.split())
# Measured on 11.6: beside emoji-datasource's and gemoji's names, Mattermost keeps these for itself.
_TAKEN = frozenset(emoji_table.TAKEN.split()) | {"blonde_man", "ca", "doctor", "mattermost", "pk", "za"}
# The only two that have another name for the same character.
_RENAMED = {
    "women-with-bunny-ears-partying": "woman-with-bunny-ears-partying",
    "men-with-bunny-ears-partying": "man-with-bunny-ears-partying",
}
_TONES = {
    "2": "_light_skin_tone",
    "3": "_medium_light_skin_tone",
    "4": "_medium_skin_tone",
    "5": "_medium_dark_skin_tone",
    "6": "_dark_skin_tone",
}
LONGEST = 64  # model.EmojiNameMaxLength


@lru_cache(maxsize=4096)
def system(name: str) -> str:
    """Give Mattermost's own name for a standard emoji of Slack's, `+1::skin-tone-2` included; empty where it has none.

    A colour of skin that Mattermost lacks is left out: the emoji stays what it is.
    """
    base, _colons, tone = name.partition("::skin-tone-")
    base = _RENAMED.get(base, base)
    if base not in _KNOWN and base not in _RENAMED.values():
        return ""
    return base + _TONES[tone] if tone in _TONES and base in _TONED else base


@lru_cache(maxsize=4096)
def character(name: str) -> str:
    """Give the character of a standard emoji that Mattermost has no name for; empty for any other."""
    return _NEWER.get(name.partition("::")[0], "")


@lru_cache(maxsize=4096)
def custom(name: str) -> str:
    """Give the name that a custom emoji gets: letters, digits, `_` `-` `+`, none of Mattermost's own. Idempotent."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    safe = re.sub(r"[^a-z0-9_+-]+", "_", plain).strip("_")[:LONGEST]
    if not safe.strip("_+-"):
        safe = ("emoji_" + "_".join(f"{ord(letter):x}" for letter in name))[:LONGEST].strip("_")
    if safe in _KNOWN or safe in _TAKEN:
        safe = f"{safe[: LONGEST - 6]}_slack"
    return safe
