"""Pieces of a line, each with its styles, written as Markdown that every reader of it understands alike.

Three programs read a post in Mattermost (the web application's fork of marked, the telephones' commonmark, the
server's own for mentions), so marks are only written where CommonMark's rule of flanking
(https://spec.commonmark.org/0.31.2/#delimiter-run) and a plain pattern agree: no blanks inside, none run together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

BOLD, ITALIC, STRIKE, CODE = 1, 2, 4, 8
_MARKS = ((STRIKE, "~~"), (BOLD, "**"), (ITALIC, "*"))
# A blank that is hardly seen, where marks need one to be told apart. Unicode calls it a space (Zs).
HAIR = "\u200a"


class Is(IntEnum):
    """What a piece is: text to escape, Markdown to leave, an address to see, a name that letters must not touch."""

    PLAIN = 0
    READY = 1
    ADDRESS = 2
    NAME = 3


class Run(NamedTuple):
    """A piece of one line."""

    text: str
    style: int = 0
    kind: Is = Is.PLAIN


_ADDRESS = re.compile(r"https?://[^\s<>]+")
_NEEDS_CARE = re.compile(r"[\\`*_~<&\]|]|https?:|    |\t")
_SPECIAL = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)   # a backslash that would escape
      | [`*~]
      | (?<![^\W_])_ | _(?![^\W_])    # inside a word it marks nothing
      | \](?=[(\[:]|$)
      | <
      | &(?=\#?\w+;)
    """,
    re.VERBOSE,
)
_AT_START = re.compile(r"(\s*)(?:(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-{3,}\s*$|={2,}\s*$)|(\d{1,9})([.)])(?=\s|$))")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-*:?\s*)+$")
# What is neither a letter nor a digit, as flanking means it; also what is no blank.
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_LETTER = re.compile(r"[^\W_]")


def escape(text: str, *, start: bool = False) -> str:
    """Give text that Markdown shows as it is. `start`: it stands at the beginning of a line."""
    if not start and not _NEEDS_CARE.search(text):
        return text
    if start:
        return _escape_start(text)
    if "://" not in text:
        return _inside(text)
    parts, last = [], 0
    for match in _ADDRESS.finditer(text):
        parts += [_inside(text[last : match.start()]), match[0]]
        last = match.end()
    return "".join(parts) + _inside(text[last:])


def _inside(text: str) -> str:
    return _SPECIAL.sub(_one, text)


def _one(match: re.Match[str]) -> str:
    found = match[0]
    if found == "<":
        return "&lt;"
    if found == "&":
        return "&amp;"
    return "\\" + found


def _escape_start(text: str) -> str:
    """Keep a line from becoming a title, a list, a quotation, a table or code."""
    if text[:1] in " \t":
        stripped = text.lstrip(" \t")
        width = len(text[: len(text) - len(stripped)].expandtabs(4))
        if width >= 4:
            # Four blanks make code: blanks that do not break make none.
            return "\u00a0" * width + escape(stripped)
    if match := _AT_START.match(text):
        blanks, mark, number, point = match.groups()
        rest = text[match.end() :]
        if number:
            return f"{blanks}{number}\\{point}{escape(rest)}"
        if mark[0] == "=":
            return f"{blanks}\u200b{mark}"  # no program lets `=` be escaped alike
        return f"{blanks}\\{mark}{escape(rest)}"
    if "|" in text and _TABLE_RULE.match(text):
        return text.replace("|", "\\|")
    return escape(text)


def code(text: str) -> str:
    """Give a span of code; nothing inside it means anything. Empty for empty text."""
    text = text.replace("\n", " ")
    if not text.strip():
        return text
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fence(text: str, language: str = "") -> str:
    """Give a block of code, its fence longer than any inside."""
    longest = max((len(ticks) for ticks in re.findall("`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    body = text.removeprefix("\n").removesuffix("\n")
    return f"{ticks}{re.sub(r'[^A-Za-z0-9_+#.-]', '', language)}\n{body}\n{ticks}"


def link(label: str, url: str) -> Run | None:
    """Give a link; a bare address where its label says nothing more. None where the address must not be followed."""
    address = clean_url(url)
    if not address:
        return None
    if label in {"", url, address}:
        return Run(address, 0, Is.ADDRESS)
    return Run(f"[{_label(label)}]({address})", 0, Is.READY)


def clean_url(url: str) -> str:
    """Give an address that can stand in a link; empty for one that is no address of the web or of mail."""
    url = re.sub(r"[\x00-\x20]+$|^[\x00-\x20]+", "", url)
    if not re.match(r"(?:https?|ftp|ftps|mailto|tel):", url, re.IGNORECASE):
        return ""
    return re.sub(r'[\s()<>"\\`|\[\]]', lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def _label(text: str) -> str:
    """Escape what stands between the brackets of a link."""
    return re.sub(r"(?<!\\)[\[\]|]", lambda match: "\\" + match[0], escape(text.replace("\n", " ")))


def line(runs: Sequence[Run], *, start: bool = True) -> str:
    """Write the pieces of one line. `start`: nothing stands before it."""
    runs = [run for run in runs if run.text]
    if not runs:
        return ""
    if len(runs) == 1 and not runs[0].style and runs[0].kind is Is.PLAIN:
        return escape(runs[0].text, start=start)
    merged = _merged(_blanks_outside(runs))
    out: list[str] = []
    open_: list[int] = []
    for number, run in enumerate(merged):
        style = run.style & ~CODE
        closing = _close(open_, style)
        inside = bool(open_)
        # A blank opens nothing: what follows it will.
        opening = "" if run.text.isspace() else _open(open_, style, merged, number)
        text = _text(run, merged[number + 1] if number + 1 < len(merged) else None, start=start and not out)
        if closing or opening:
            text = _turn(out, closing, opening, text, inside=inside)
        out.append(text)
    trail = _trailing(out) if open_ else ""
    if start and out and out[0].isspace() and len("".join(out).expandtabs(4)) > 3:
        out = [re.sub(r"^[ \t]{4,}", lambda match: "\u00a0" * len(match[0]), "".join(out))]  # no block of code
    return "".join(out) + "".join(_mark(one) for one in reversed(open_)) + trail


def _text(run: Run, following: Run | None, *, start: bool) -> str:
    if run.style & CODE and run.kind is not Is.READY:
        return code(run.text)
    if run.kind is Is.PLAIN:
        return escape(run.text, start=start)
    if run.kind is Is.ADDRESS and (run.style or (following is not None and not following.text[0].isspace())):
        return f"[{_inside(run.text)}]({run.text})"
    if run.kind is Is.NAME and following is not None and following.style == run.style and _JOINS.match(following.text):
        return run.text + HAIR
    return run.text


# What would become part of a name it touches.
_JOINS = re.compile(r"[\w-]|\.\w")


def _blanks_outside(runs: Sequence[Run]) -> list[Run]:
    """Take the blanks at the ends of styled pieces out of them: no mark may stand beside a blank inside."""
    given: list[Run] = []
    for number, run in enumerate(runs):
        style = run.style
        ends = run.text[:1].strip() and run.text[-1:].strip()
        if not style or run.kind is not Is.PLAIN or (ends and (style & CODE or _LETTER.search(run.text))):
            given.append(run)
            continue
        before = runs[number - 1].style if number else 0
        after = runs[number + 1].style if number + 1 < len(runs) else 0
        inner = run.text.strip()
        if not inner or not (style & CODE or _LETTER.search(inner)):
            # Blanks and points look the same in every style.
            given.append(Run(run.text, before & style & after & ~CODE))
            continue
        lead = run.text[: len(run.text) - len(run.text.lstrip())]
        trail = run.text[len(run.text.rstrip()) :]
        if lead:
            given.append(Run(lead, before & style & ~CODE))
        given.append(Run(inner, style))
        if trail:
            given.append(Run(trail, after & style & ~CODE))
    return given


def _merged(runs: Sequence[Run]) -> list[Run]:
    out: list[Run] = []
    for run in runs:
        last = out[-1] if out else None
        if last and last.style == run.style and (_plain(last) and _plain(run)):
            out[-1] = Run(last.text + run.text, run.style)
        else:
            out.append(run)
    return out


def _plain(run: Run) -> bool:
    return run.kind is Is.PLAIN or (bool(run.style & CODE) and run.kind is not Is.READY)


def _mark(style: int) -> str:
    return next(mark for one, mark in _MARKS if one == style)


def _close(open_: list[int], style: int) -> str:
    """Close what does not go on, and what stands inside it."""
    keep = 0
    while keep < len(open_) and open_[keep] & style:
        keep += 1
    closing = "".join(_mark(one) for one in reversed(open_[keep:]))
    del open_[keep:]
    return closing


def _open(open_: list[int], style: int, runs: Sequence[Run], number: int) -> str:
    """Open what begins here, the longest first."""
    new = [one for one, _mark_ in _MARKS if style & one and one not in open_]
    if len(new) > 1:
        # Inside other stars a star behind `~~` could also be taken for their end.
        new.sort(key=lambda one: (bool(open_) and one == STRIKE, -_reach(runs, number, one)))
    open_ += new
    return "".join(_mark(one) for one in new)


def _reach(runs: Sequence[Run], number: int, style: int) -> int:
    reach = 0
    while number + reach < len(runs) and runs[number + reach].style & style:
        reach += 1
    return reach


def _turn(out: list[str], closing: str, opening: str, text: str, *, inside: bool) -> str:
    """Write marks between what stands there and what follows, blanks outside; gives what is left of the text.

    Where they would be misread, a hair space keeps them apart. `inside`: other marks stay open around them.
    """
    lead = text[: len(text) - len(text.lstrip())] if opening else ""
    text = text[len(lead) :]
    trail = _trailing(out) if closing else ""
    before, after = _last(out), text[:1]
    if {"~", "*"} <= set(opening):
        after = opening[-1]  # the outer mark stands before the inner one, not before the text
    if {"~", "*"} <= set(closing):
        before = closing[0]
    blank = trail + lead
    if blank:
        apart = False
    elif closing and opening:
        apart = closing[-1] == opening[0] or inside
    elif closing:
        apart = bool(_PUNCTUATION.match(before) and _LETTER.match(after)) or after == closing[-1]
        apart = apart or (inside and bool(after))
        apart = apart and not after.isspace()
    else:
        apart = bool(_LETTER.match(before) and _PUNCTUATION.match(after)) or before == opening[0]
        apart = apart or (inside and bool(before))
        apart = apart and not before.isspace()
    out.append(closing + (HAIR if apart else blank) + opening)
    return text


def _trailing(out: list[str]) -> str:
    """Take the blanks off the end."""
    taken = ""
    while out and (not out[-1] or out[-1][-1].isspace()):
        kept = out[-1].rstrip()
        taken = out[-1][len(kept) :] + taken
        if kept:
            out[-1] = kept
            break
        out.pop()
    return taken


def _last(out: list[str]) -> str:
    return next((text[-1] for text in reversed(out) if text), "")
