"""A text too long for one post, cut in several: between lines or words, fences closed and opened again."""

from __future__ import annotations

import re

# Mattermost's column is 65,535 bytes; the server divides by four (model.PostMessageMaxRunesV2).
LONGEST = 16_383
_FENCE = re.compile(r"^(?:> ?)*(`{3,})(.*)$")
_SLACK = 64  # room for a fence to be closed and opened again


def pieces(text: str, longest: int = LONGEST) -> list[str]:
    """Give the text in pieces of at most `longest` characters; nothing is left out but blanks where it was cut."""
    if len(text) <= longest:
        return [text]
    out: list[str] = []
    held: list[str] = []
    size = 0
    fence = ""  # the line that opened the block of code we are in
    room = longest - _SLACK
    for line in _short_lines(text, room // 2):
        if size + len(line) + 1 > room and held:
            if fence:
                held.append(_ticks(fence))
            out.append("\n".join(held))
            held = [fence] if fence else []
            size = len(fence)
        match = _FENCE.match(line)
        if match:
            if not fence:
                fence = line if len(line) < _SLACK // 2 else match[1]
            elif match[1] == _ticks(fence) and not match[2].strip():
                fence = ""
        held.append(line)
        size += len(line) + 1
    out.append("\n".join(held))
    return [piece for piece in out if piece.strip()]


def _ticks(fence: str) -> str:
    match = _FENCE.match(fence)
    return match[1] if match else ""


def _short_lines(text: str, longest: int) -> list[str]:
    """Give the lines, those that are too long cut between words, or anywhere where there are none."""
    out: list[str] = []
    for line in text.split("\n"):
        rest, quote = line, "> " if line.startswith("> ") else ""
        while len(rest) > longest:
            at = _where(rest, longest)
            out.append(rest[:at].rstrip(" "))
            rest = quote + rest[at:].lstrip(" ")
        out.append(rest)
    return out


def _where(line: str, longest: int) -> int:
    """Find where to cut: after the last blank outside of marks that would be torn apart, else after the last blank."""
    blanks = [match.end() for match in re.finditer(" +", line[:longest])]
    for at in reversed(blanks[-200:]):
        if at > longest // 2 and _whole(line[:at]):
            return at
    if blanks and blanks[-1] > longest // 2:
        return blanks[-1]
    at = longest
    while at > 1 and (line[at - 1] in "\\\u200d" or (at < len(line) and line[at] in "\u200d\ufe0f")):
        at -= 1
    return at


def _whole(text: str) -> bool:
    """Whether no mark is left open at the end of a text."""
    bare = re.sub(r"\\.", "", text)
    return all(bare.count(mark) % 2 == 0 for mark in ("`", "**", "~~")) and (
        bare.count("*") % 2 == 0 and bare.count("[") == bare.count("]") and bare.count("(") == bare.count(")")
    )
