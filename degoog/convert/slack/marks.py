"""Slack's own markup ("mrkdwn") put into Markdown: for messages and parts of messages that have no blocks.

Format: https://docs.slack.dev/messaging/formatting-message-text, and for where emphasis opens and closes, what is
known of it (facts gathered from Zulip's importer, zerver/data_import/slack_message_conversion.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from degoog.convert.slack.lexicon import Speech
from degoog.convert.slack.runs import BOLD, CODE, ITALIC, STRIKE, Run, fence, line
from degoog.i18n import _

# Stands for a piece already understood while emphasis is looked for; Unicode promises that nobody means it.
_ATOM = "\ufdd0"
_STRANGE = re.compile("[\x00\ufdd0\ud800-\udfff]")
_NEWLINES = re.compile("\r\n?|\u2028|\u2029|\x0b|\x0c|\x85")
_PRE = re.compile(r"```(.*?)```", re.DOTALL)
_TOKEN = re.compile(r"`([^`\n]+)`|<([^<>\n]+)>|:([^\s:<>*~`@#]+(?:::skin-tone-[2-6](?:-[2-6])?)?):(?![\w:])")
_STYLES = {"*": BOLD, "_": ITALIC, "~": STRIKE}
_MARK = re.compile(r"[*_~]")
_OPENS_AFTER = re.compile(r"[\s({\[<>.,:;!?/|&%$#+=\-–—«“\"'’…]")
_CLOSES_BEFORE = re.compile(r"[\s)}\]<>.,:;!?/|&%$#+=\-–—»”\"'’…]")
_NUMBERS = frozenset({"+1", "-1", "100", "1234"})  # emoji that have no letter in their name
_BULLET = re.compile(r"^(\s*)[•◦▪▫‣]\s+")


def markdown(text: str, speech: Speech) -> str:
    """Give the Markdown of a text as Slack writes it, entities and all."""
    text = plain_lines(text, speech)
    if "```" not in text:
        return _prose(text, speech)
    parts: list[str] = []
    last = 0
    for match in _PRE.finditer(text):
        before = text[last : match.start()].removesuffix("\n")
        if before.strip():
            parts.append(_prose(before, speech))
        parts.append(fence(_inside_code(match[1], speech)))
        last = match.end()
    rest = text[last:].removeprefix("\n")
    if rest.strip():
        parts.append(_prose(rest, speech))
    return "\n".join(parts)


def plain_lines(text: str, speech: Speech) -> str:
    """Give a text without what no database takes, its lines ended alike."""
    if _STRANGE.search(text):
        speech.notes.add(_("characters that are no text"))
        text = _STRANGE.sub("", text)
    return _NEWLINES.sub("\n", text) if _NEWLINES.search(text) else text


def decoded(text: str) -> str:
    """Undo the three entities that Slack writes, once."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _prose(text: str, speech: Speech) -> str:
    out: list[str] = []
    quoting = was_quoted = False
    for raw in text.split("\n"):
        rest, quoted = raw, quoting
        if not quoting and rest.startswith(("&gt;&gt;&gt;", ">>>")):
            rest, quoting, quoted = rest[12 if rest[0] == "&" else 3 :].lstrip(" "), True, True
        elif not quoting and rest.startswith(("&gt;", ">")):
            rest, quoted = rest[4 if rest[0] == "&" else 1 :].removeprefix(" "), True
        shown = _line(rest, speech)
        if quoted:
            shown = f"> {shown}".rstrip()
        elif was_quoted and shown:
            out.append("")  # else it would go on quoting
        was_quoted = quoted
        out.append(shown)
    return "\n".join(out)


def _line(text: str, speech: Speech) -> str:
    if not text:
        return ""
    bullet = _BULLET.match(text)
    if bullet:
        # Two blanks keep a second level inside the first, and are no code.
        indent = "    " * min(2, len(bullet[1].expandtabs(4)) // 4)
        return f"{indent}- {line(runs(text[bullet.end() :], speech), start=False)}"
    return line(runs(text, speech))


def runs(text: str, speech: Speech) -> list[Run]:
    """Give one line of Slack's markup as pieces."""
    atoms: list[Run] = []
    if "<" in text or "`" in text or ":" in text:

        def atom(match: re.Match[str]) -> str:
            code, token, emoji = match.groups()
            if code is not None:
                atoms.append(Run(_inside_code(code, speech), CODE))
            elif token is not None:
                found = _token(token, speech)
                if found is None:
                    return match[0]
                atoms.append(found)
            else:
                base = emoji.partition("::")[0]
                if not base.strip("_+-0123456789") and base not in _NUMBERS:
                    return match[0]  # an hour, a score
                atoms.append(speech.emoji(emoji))
            return _ATOM

        text = _TOKEN.sub(atom, text)
    text = decoded(text)
    if not _MARK.search(text):
        return _with_atoms(text, 0, iter(atoms)) if atoms else [Run(text)]
    given: list[Run] = []
    feed = iter(atoms)
    for piece, style in _emphasis(text):
        given += _with_atoms(piece, style, feed)
    return given


def _with_atoms(text: str, style: int, atoms: Iterator[Run]) -> list[Run]:
    parts = text.split(_ATOM)
    given = [Run(parts[0], style)]
    for part in parts[1:]:
        run = next(atoms)
        given += [run._replace(style=run.style | style), Run(part, style)]
    return [run for run in given if run.text]


def _emphasis(text: str) -> list[tuple[str, int]]:
    """Cut a line at the marks that mean something, each piece with its styles."""
    marks = [match.start() for match in _MARK.finditer(text)]
    pairs = _pairs(text, marks)
    if not pairs:
        return [(text, 0)]
    turns: dict[int, int] = {}
    for start, end in pairs:
        turns[start] = turns[end] = _STYLES[text[start]]
    out: list[tuple[str, int]] = []
    last, style = 0, 0
    for position in sorted(turns):
        if position > last:
            out.append((text[last:position], style))
        style ^= turns[position]
        last = position + 1
    if last < len(text):
        out.append((text[last:], style))
    return out


def _pairs(text: str, marks: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    open_: list[int] = []
    openers: set[int] = set()
    at_marks = set(marks)
    for position in marks:
        mark = text[position]
        if text[position - 1 : position] == mark or text[position + 1 : position + 2] == mark:
            continue
        start = next((one for one in reversed(open_) if text[one] == mark), None)
        if start is not None and position > start + 1 and _closes(text, position, at_marks):
            inner = text[start + 1 : position]
            if inner.strip() and not (inner[0] == " " and inner[-1] == " "):
                del open_[open_.index(start) :]
                found.append((start, position))
                continue
        if start is None and _opens(text, position, openers):
            open_.append(position)
            openers.add(position)
    return found


def _opens(text: str, position: int, openers: set[int]) -> bool:
    before = position - 1
    while before in openers:
        before -= 1
    return (before < 0 or bool(_OPENS_AFTER.match(text[before]))) and position + 1 < len(text)


def _closes(text: str, position: int, marks: set[int]) -> bool:
    after = position + 1
    while after in marks and text[after] != text[position] and text[after] != text[after - 1]:
        after += 1
    return after >= len(text) or bool(_CLOSES_BEFORE.match(text[after]))


def _token(token: str, speech: Speech) -> Run | None:
    """Understand what stands between `<` and `>`."""
    body, bar, label = token.partition("|")
    label = decoded(label)
    if not body:
        return None
    match body[0]:
        case "@":
            return speech.person(body[1:], label)
        case "#":
            return speech.room(body[1:], label)
        case "!":
            return _special(body[1:], label, speech)
        case _:
            url = decoded(body)
            if ":" not in url and not bar:
                return None
            return speech.link(url, label)


def _special(body: str, label: str, speech: Speech) -> Run:
    word, _caret, rest = body.partition("^")
    if word in {"here", "channel", "everyone", "group"}:
        return speech.everybody("channel" if word == "group" else word)
    if word == "subteam":
        return speech.group(rest.partition("^")[0], label)
    if word == "date":
        timestamp, _caret, rest = rest.partition("^")
        form, _caret, url = rest.partition("^")
        return speech.date(timestamp, decoded(form), label, decoded(url))
    return Run(label or f"<!{body}>")


def _inside_code(text: str, speech: Speech) -> str:
    """Give what code shows: nothing is converted in it but Slack's own marks for people, channels and links."""

    def shown(match: re.Match[str]) -> str:
        token = match[1]
        body, _bar, label = token.partition("|")
        if body[:1] in {"@", "#", "!"}:
            found = _token(token, speech)
            return match[0] if found is None else found.text
        return label or body if ":" in body else match[0]

    if "<" in text:
        text = re.sub(r"<([^<>\n]+)>", shown, text)
    return decoded(text)
