"""File names that a target accepts, as close as possible to the names people gave."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Names that Windows keeps for devices, with or without an extension.
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{device}{digit}" for device in ("com", "lpt") for digit in "123456789¹²³"}
)
_CONTROL = "".join(map(chr, range(32))) + "\x7f"
OWN = ".degoog"  # degoog's own folder in every place it writes to
_LONGEST_EXTENSION = 12  # bytes; a longer "extension" is part of a sentence with a dot in it


@dataclass(frozen=True, slots=True)
class Rules:
    """What a target forbids. `names`, `basenames` and `extensions` are compared without regard to case.

    `longest` is in bytes of UTF-8. `trimmed` are characters that may not end (nor, for blanks, begin) a name.
    """

    characters: str = "/\\\0"
    names: frozenset[str] = frozenset()
    basenames: frozenset[str] = frozenset()
    extensions: tuple[str, ...] = ()
    longest: int = 250
    trimmed: str = ""
    case_sensitive: bool = True


# A plain folder must be readable by every file manager, on every system it may be copied to.
PORTABLE = Rules(
    characters='<>:"/\\|?*' + _CONTROL,
    basenames=DEVICES,
    longest=240,
    trimmed=" .",
    case_sensitive=False,
)


class Names:
    """A `ports.Naming` for a set of rules."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._forbidden = re.compile(f"[{re.escape(rules.characters + _CONTROL)}]")
        self._safe = lru_cache(maxsize=4096)(self._make_safe)

    def safe(self, name: str) -> str:
        """Give the nearest allowed name: NFC, never empty, extension kept. Idempotent."""
        return self._safe(name)

    def fold(self, name: str) -> str:
        """Give the key under which two names of one folder are the same to the target."""
        name = unicodedata.normalize("NFC", name)
        return name if self.rules.case_sensitive else unicodedata.normalize("NFC", name.casefold())

    def numbered(self, name: str, number: int) -> str:
        """Give the safe name with a number before its extension."""
        stem, extension = split(self.safe(name))
        mark = f" ({number})"
        return self.safe(cut(stem, self.rules.longest - len((mark + extension).encode())).rstrip() + mark + extension)

    def _make_safe(self, name: str) -> str:
        # Lone surrogates come from names that were never text; no server takes them.
        name = name.encode("utf-8", "replace").decode("utf-8")
        name = self._forbidden.sub("_", unicodedata.normalize("NFC", name))
        name = self._trim(name)
        if name.strip(" ") in {"", ".", ".."}:  # Nextcloud judges the trimmed name, whatever its other rules
            name = "_" * max(1, len(name))
        while (extension := self._forbidden_extension(name)) is not None:
            name = f"{name}_" if extension == name else f"{name[: -len(extension)]}_{extension[1:]}"
        lowered = name.lower()
        if lowered in {OWN, *self.rules.names} or lowered.split(".", 1)[0].rstrip() in self.rules.basenames:
            name = f"_{name}"
        stem, extension = split(name)
        if len(name.encode()) > self.rules.longest:
            name = self._trim(cut(stem, self.rules.longest - len(extension.encode()))) + extension
        return name

    def _trim(self, name: str) -> str:
        kept = name.rstrip(self.rules.trimmed) if self.rules.trimmed else name
        if " " in self.rules.trimmed:
            kept = kept.lstrip(" ")
        return kept

    def _forbidden_extension(self, name: str) -> str | None:
        lowered = name.lower()
        return next((e for e in self.rules.extensions if lowered.endswith(e.lower())), None)


def split(name: str) -> tuple[str, str]:
    """Split into stem and extension with its dot; a leading dot or a long tail is no extension."""
    stem, dot, tail = name.rpartition(".")
    if not dot or not stem.strip(".") or not tail or len(tail.encode()) > _LONGEST_EXTENSION or " " in tail:
        return name, ""
    return stem, f".{tail}"


def cut(text: str, longest: int) -> str:
    """Cut to at most `longest` bytes of UTF-8, never inside a character nor before a mark that belongs to it."""
    encoded = text.encode()
    if len(encoded) <= longest:
        return text
    kept = encoded[: max(0, longest)].decode("utf-8", "ignore")
    following = text[len(kept) : len(kept) + 1]
    # Combining marks, variation selectors and zero-width joiners hold an emoji or an accented letter together.
    while kept and following and _joins(following):
        following, kept = kept[-1], kept[:-1]
    while kept and kept[-1] == "\u200d":
        kept = kept[:-1]
    return kept


def _joins(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in "\u200d\ufe0e\ufe0f" or "🏻" <= character <= "🏿"
