"""Rich text blocks, the exact form of what people typed, put into Markdown.

Format: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block and npm @slack/types. Lists within lists are
written one after the other, each with its own indent; the text of elements is raw, not escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from degoog.convert.slack.lexicon import Speech
from degoog.convert.slack.marks import plain_lines
from degoog.convert.slack.runs import BOLD, CODE, ITALIC, STRIKE, Is, Run, fence, line
from degoog.convert.slack.shape import number, trees
from degoog.convert.slack.values import Tree
from degoog.i18n import _

_STYLES = (("bold", BOLD), ("italic", ITALIC), ("strike", STRIKE), ("code", CODE))
_UNSEEN = frozenset({"client_highlight", "unlink"})


class Unknown(Exception):
    """An element that nobody has described: the message's plain text is the better source."""


def markdown(block: Tree, speech: Speech) -> str:
    """Give the Markdown of a rich_text block. Raises `Unknown` where an element has no meaning known here."""
    parts: list[tuple[str, str]] = []
    levels: list[int] = []
    for element in trees(block.get("elements")):
        kind = str(element.get("type"))
        if kind != "rich_text_list":
            levels.clear()
        match kind:
            case "rich_text_section":
                parts.append((kind, section(trees(element.get("elements")), speech)))
            case "rich_text_list":
                parts.append((kind, _list(element, speech, levels)))
            case "rich_text_quote":
                parts.append((kind, quoted(section(trees(element.get("elements")), speech))))
            case "rich_text_preformatted":
                text = "".join(_raw(one, speech) for one in trees(element.get("elements")))
                text = fence(plain_lines(text, speech), str(element.get("language") or ""))
                parts.append((kind, quoted(text) if element.get("border") else text))
            case _:
                raise Unknown(kind)
    return _joined(parts)


def section(elements: Iterable[Tree], speech: Speech, *, start: bool = True) -> str:
    """Give the Markdown of what stands in one paragraph; styles end with each line and go on in the next."""
    lines: list[list[Run]] = [[]]
    for element in elements:
        if element.get("type") == "text":
            text = plain_lines(str(element.get("text") or ""), speech)
            style = style_of(element, speech) if "style" in element else 0
            first, *more = text.split("\n")
            lines[-1].append(Run(first, style))
            lines += [[Run(one, style)] for one in more]
        else:
            lines[-1].append(_inline(element, speech))
    if len(lines) == 1:
        return line(lines[0], start=start)
    return "\n".join(line(runs, start=start or place > 0) for place, runs in enumerate(lines))


def style_of(element: Tree, speech: Speech) -> int:
    """Give the styles that Markdown has; notes those that it has not."""
    given = element.get("style")
    if not isinstance(given, dict):
        return 0
    style = sum(bit for name, bit in _STYLES if given.get(name))
    if any(given.get(name) for name in given if name not in {"bold", "italic", "strike", "code", *_UNSEEN}):
        speech.notes.add(_("words underlined or highlighted"))
    return style


def quoted(text: str) -> str:
    """Put every line into a quotation."""
    return "\n".join(f"> {one}".rstrip() for one in text.split("\n"))


def _joined(parts: Sequence[tuple[str, str]]) -> str:
    """Put parts under one another, with a blank line where two would be read as one."""
    out = ""
    before = ""
    for kind, text in parts:
        if not text.strip("\n") and kind == "rich_text_section":
            continue  # often ends a list, and shows nothing
        if before:
            listed = (before == "rich_text_list") != (kind == "rich_text_list")
            quoting = "rich_text_quote" in {before, kind}
            out = out.removesuffix("\n") + ("\n\n" if listed or quoting else "\n")
        out += text
        before = kind
    return out.rstrip("\n")


def _list(element: Tree, speech: Speech, levels: list[int]) -> str:
    """Give one list; `levels` holds the indents around it, for a level that nothing leads to would be code."""
    indent = number(element.get("indent"))
    while levels and levels[-1] >= indent:
        levels.pop()
    depth = len(levels)
    levels.append(indent)
    ordered = element.get("style") == "ordered"
    count = number(element.get("offset")) + 1
    out = []
    for item in trees(element.get("elements")):
        mark = f"{count}." if ordered else "-"
        count += 1
        if item.get("type") == "rich_text_section":
            text = section(trees(item.get("elements")), speech)
        else:
            text = markdown({"elements": [item]}, speech)
        # Four blanks a level carry what follows `10.` too.
        pad = "    " * depth
        first, *more = text.split("\n")
        out.append(f"{pad}{mark} {first}".rstrip() if first else f"{pad}{mark}")
        out += [f"{pad}    {one}" if one else "" for one in more]
    text = "\n".join(out)
    return quoted(text) if element.get("border") else text


def _inline(element: Tree, speech: Speech) -> Run:  # noqa: PLR0911, PLR0912 - one case a kind
    style = style_of(element, speech) if "style" in element else 0
    match element.get("type"):
        case "link":
            url, text = str(element.get("url") or ""), str(element.get("text") or "")
            run = speech.link(url, text.replace("\n", " "), style)
            if style & CODE and run.kind is Is.ADDRESS:
                return Run(run.text, style)
            return run
        case "user":
            return speech.person(str(element.get("user_id")), "", style)
        case "channel":
            return speech.room(str(element.get("channel_id")), "", style)
        case "usergroup":
            return speech.group(str(element.get("usergroup_id")), "", style)
        case "team":
            return Run(f"@{element.get('team_id')}", style)
        case "broadcast":
            return speech.everybody(str(element.get("range")), style)
        case "emoji":
            name = str(element.get("name"))
            tone = element.get("skin_tone")
            if tone and "::" not in name:
                name = f"{name}::skin-tone-{tone}"
            return speech.emoji(name, str(element.get("unicode") or ""), style)
        case "date":
            return speech.date(
                str(element.get("timestamp")), str(element.get("format") or ""), str(element.get("fallback") or ""),
                str(element.get("url") or ""), style,
            )  # fmt: skip
        case "color":
            return Run(str(element.get("value")), CODE)
        case "canvas":
            # The canvas itself hangs on the message as a file.
            return Run("📄", style)
        case other:
            shown = element.get("text") or element.get("fallback")
            if isinstance(shown, str):
                speech.notes.add(_("an element of a new kind: {kind}").format(kind=other))
                return Run(shown.replace("\n", " "), style)
            raise Unknown(str(other))


def _raw(element: Tree, speech: Speech) -> str:
    """Give what an element shows inside a block of code."""
    text: Any = element.get("text")
    if isinstance(text, str) and element.get("type") in {"text", None}:
        return text
    if element.get("type") == "link":
        return str(text or element.get("url") or "")
    return _inline(element, speech).text
