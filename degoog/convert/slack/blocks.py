"""The blocks of a message (Block Kit) put into Markdown, one under the other.

Format: https://docs.slack.dev/reference/block-kit/blocks. What can be pressed or chosen is only named: it would do
nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from degoog.convert.slack import rich
from degoog.convert.slack.lexicon import Speech, without_secret
from degoog.convert.slack.marks import markdown, plain_lines
from degoog.convert.slack.runs import escape, line
from degoog.convert.slack.shape import trees
from degoog.convert.slack.values import Tree
from degoog.i18n import _

_KEPT = 40  # columns of a table beyond which nobody reads


def text_of(blocks: object, speech: Speech) -> str:
    """Give the Markdown of blocks. Raises `rich.Unknown` where one holds something that nobody has described."""
    blocks = list(trees(blocks))
    if len(blocks) == 1 and blocks[0].get("type") == "rich_text":
        return rich.markdown(blocks[0], speech)
    # A poll shows its options twice: as fields with what was voted, and as buttons.
    voted = any("█" in _plain(field) for block in blocks for field in trees(block.get("fields")))
    parts = [block_text(block, speech, voted=voted) for block in blocks]
    return "\n\n".join(part for part in parts if part.strip())


def block_text(block: Tree, speech: Speech, *, voted: bool) -> str:  # noqa: PLR0911, PLR0912 - one case a kind
    """Give one block; empty where it shows nothing."""
    kind = block.get("type")
    match kind:
        case "rich_text":
            return rich.markdown(block, speech)
        case "section":
            return _section(block, speech)
        case "header":
            title = _object(block.get("text"), speech).replace("\n", " ")
            return f"#### {title}" if title else ""
        case "divider":
            return "---"
        case "context" | "context_actions":
            return " ".join(filter(None, (_element(one, speech, voted=voted) for one in trees(block.get("elements")))))
        case "actions":
            return " ".join(filter(None, (_element(one, speech, voted=voted) for one in trees(block.get("elements")))))
        case "image":
            return _image(block, speech)
        case "markdown":
            return plain_lines(str(block.get("text") or ""), speech)
        case "table" | "data_table":
            return _table(block, speech)
        case "video":
            title = _plain(block.get("title")) or _("video")
            run = speech.link(str(block.get("title_url") or block.get("video_url") or ""), title)
            about = _plain(block.get("description"))
            return line([run]) + (f"\n{escape(about, start=True)}" if about else "")
        case "call":
            return f"📞 {escape(_call(block))}"
        case "alert":
            return rich.quoted(_object(block.get("text"), speech))
        case "card" | "task_card" | "plan" | "container" | "carousel":
            return _container(block, speech, voted=voted)
        case "contact_card":
            return speech.person(str(block.get("user_id") or "")).text
        case "input":
            return _object(block.get("label"), speech)
        case "file" | "condition" | "share_shortcut":
            return ""  # the file hangs on the message; the others show nothing
        case _:
            speech.notes.add(_("a block of a new kind: {kind}").format(kind=kind))
            return _object(block.get("text"), speech)


def _section(block: Tree, speech: Speech) -> str:
    parts = [_object(block.get("text"), speech)]
    fields = [_object(field, speech).replace("\n", " ") for field in trees(block.get("fields"))]
    parts.append("\n".join(f"- {field}" for field in fields if field))
    accessory = block.get("accessory")
    if isinstance(accessory, dict):
        parts.append(_element(accessory, speech, voted=False))
    return "\n\n".join(part for part in parts if part)


def _element(element: object, speech: Speech, *, voted: bool) -> str:
    if not isinstance(element, dict):
        return ""
    match element.get("type"):
        case "mrkdwn" | "plain_text":
            return _object(element, speech)
        case "image":
            return _image(element, speech)
        case "button" | "workflow_button":
            return _button(element, speech, voted=voted)
        case "overflow" | "icon_button" | "feedback_buttons":
            return ""
        case _:
            shown = _plain(element.get("placeholder")) or _plain(element.get("text"))
            if shown:
                speech.notes.add(_("something to choose from, which does nothing here"))
            return f"[ {escape(shown)} ]" if shown else ""


def _button(button: Tree, speech: Speech, *, voted: bool) -> str:
    label = _plain(button.get("text"))
    if url := str(button.get("url") or ""):
        return line([speech.link(url, label or url)])
    if voted or not label:
        return ""
    speech.notes.add(_("a button, which does nothing here"))
    return f"[ {escape(label)} ]"


def _image(block: Tree, speech: Speech) -> str:
    alt = _plain(block.get("title")) or str(block.get("alt_text") or "") or _("image")
    file = block.get("slack_file")
    url = str(block.get("image_url") or (file.get("url") if isinstance(file, dict) else "") or "")
    return line([speech.link(without_secret(url), alt)]) if url else f"[{escape(alt)}]"


def _call(block: Tree) -> str:
    call = block.get("call")
    first = next((one for one in call.values() if isinstance(one, dict)), {}) if isinstance(call, dict) else {}
    return str(first.get("name") or _("call"))


def _container(block: Tree, speech: Speech, *, voted: bool) -> str:
    parts = [_object(block.get(key), speech) for key in ("title", "subtitle", "body", "text", "details", "output")]
    inner: list[Any] = []
    for key in ("blocks", "elements", "child_blocks", "tasks", "actions"):
        inner += trees(block.get(key))
    for one in inner:
        known = one.get("type") in {"button", "image", "mrkdwn", "plain_text"}
        parts.append(_element(one, speech, voted=voted) if known else block_text(one, speech, voted=voted))
    return "\n\n".join(part for part in parts if part)


def _table(block: Tree, speech: Speech) -> str:
    given = block.get("rows")
    told = [row for row in given if isinstance(row, list)] if isinstance(given, list) else []
    return table([[_cell(cell, speech) for cell in row[:_KEPT]] for row in told])


def table(rows: Sequence[Sequence[str]]) -> str:
    """Give a table, its first row its heading; cells hold Markdown without newlines."""
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    out = [
        "| " + " | ".join([*(_in_table(cell) for cell in row), *([""] * (width - len(row)))]).strip() + " |"
        for row in rows
    ]
    out.insert(1, "|" + " --- |" * width)
    return "\n".join(out)


def _in_table(cell: str) -> str:
    """Escape what would end a cell, once."""
    parts = cell.replace("\n", " ").split("|")
    return "".join(
        part + ("|" if part.endswith("\\") else "\\|") if number < len(parts) - 1 else part
        for number, part in enumerate(parts)
    )


def _cell(cell: object, speech: Speech) -> str:
    if not isinstance(cell, dict):
        return ""
    if cell.get("type") == "rich_text":
        return rich.markdown(cell, speech)
    return escape(str(cell.get("text") or cell.get("value") or ""))


def _object(value: object, speech: Speech) -> str:
    """Give a text object: Slack's markup, plain text, or rich text."""
    if isinstance(value, str):
        return markdown(value, speech)
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "rich_text":
        return rich.markdown(value, speech)
    text = str(value.get("text") or "")
    if value.get("type") == "plain_text":
        return "\n".join(_plain_line(one, speech) for one in plain_lines(text, speech).split("\n"))
    return markdown(text, speech)


def _plain_line(text: str, speech: Speech) -> str:
    return escape(text, start=True) if ":" not in text else markdown(_entities(text), speech)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("text") or "")
    return value if isinstance(value, str) else ""
