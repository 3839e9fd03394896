"""Message attachments: quotations of other messages become quotations, what an application posted becomes a card.

Slack: https://docs.slack.dev/messaging/formatting-message-text/secondary-message-attachments. Mattermost:
https://developers.mattermost.com/integrate/reference/message-attachments.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from degoog.convert.slack import blocks, rich
from degoog.convert.slack.lexicon import Speech, without_secret
from degoog.convert.slack.marks import decoded, markdown
from degoog.convert.slack.runs import clean_url, escape, line
from degoog.convert.slack.shape import trees
from degoog.convert.slack.values import Tree
from degoog.i18n import _

LARGEST = 7500  # runes of JSON that every server takes (PostPropsMaxRunes was 8000 until 6.x)
_TEXTS = ("pretext", "text", "footer")
_ARCHIVES = re.compile(r"\.slack\.com/archives/([A-Z0-9]+)")
_NAMES = ("author_name", "title", "fallback")
_LINKS = ("author_link", "author_icon", "title_link", "image_url", "thumb_url", "footer_icon")


def cards(attachments: object, said: str, speech: Speech) -> tuple[list[dict[str, Any]], list[str]]:
    """Give the cards of a message, and quotations that go into its text; `said` is the text as exported.

    A preview that Slack made of a link in the text is left out: Mattermost makes its own.
    """
    made: list[dict[str, Any]] = []
    quotes: list[str] = []
    for attachment in trees(attachments):
        if attachment.get("is_msg_unfurl") or attachment.get("is_share") or attachment.get("is_reply_unfurl"):
            quotes.append(_quotation(attachment, speech))
        elif _preview(attachment, said):
            continue
        elif card := _card(attachment, speech):
            made.append(card)
    return made, [quote for quote in quotes if quote]


def as_text(card: Tree) -> str:
    """Give a card as plain Markdown, for where it is too large or nothing else speaks."""
    parts = [str(card.get("pretext") or ""), str(card.get("author_name") or "")]
    title, link = str(card.get("title") or ""), str(card.get("title_link") or "")
    parts.append(f"[{title}]({link})" if title and link else title)
    parts.append(str(card.get("text") or ""))
    parts += [f"**{field['title']}** {field['value']}".strip() for field in card.get("fields") or ()]
    parts += [str(card.get("image_url") or ""), str(card.get("footer") or "")]
    return "\n".join(part for part in parts if part) or str(card.get("fallback") or "")


def _preview(attachment: Tree, said: str) -> bool:
    url = str(attachment.get("from_url") or attachment.get("original_url") or "")
    return bool(url) and not attachment.get("is_app_unfurl") and (url in said or url.replace("&", "&amp;") in said)


def _stays(attachment: Tree, speech: Speech) -> bool:
    """Whether what is quoted was said elsewhere, where not everybody reads: Slack showed it to those who do."""
    room = str(attachment.get("channel_id") or "")
    if not room and (found := _ARCHIVES.search(str(attachment.get("from_url") or ""))):
        room = found[1]
    public = speech.lexicon.public
    return bool(room) and public is not None and room not in public and room != speech.room_of


def _quotation(attachment: Tree, speech: Speech) -> str:
    if _stays(attachment, speech):
        speech.notes.add(_("a quotation from a private conversation"))
        return rich.quoted(_("*(a message of a private conversation was quoted here)*"))
    inner = _quoted_text(attachment, speech)
    if not inner:
        return ""
    author = str(attachment.get("author_id") or "")
    who = speech.lexicon.names.get(author) or decoded(str(attachment.get("author_name") or "")) or _("somebody")
    where = ""
    if room := str(attachment.get("channel_id") or ""):
        where = speech.room(room, decoded(str(attachment.get("channel_name") or ""))).text
    when = ""
    with contextlib.suppress(ValueError, OverflowError, OSError):
        when = speech.moment(float(str(attachment.get("ts"))))
    head = ", ".join(part for part in (f"**{escape(who)}**", where, when) if part)
    return rich.quoted(f"{head}\n{inner}")


def _quoted_text(attachment: Tree, speech: Speech) -> str:
    for one in trees(attachment.get("message_blocks")):
        message = one.get("message")
        if isinstance(message, dict) and message.get("blocks"):
            try:
                return blocks.text_of(message["blocks"], speech)
            except rich.Unknown:
                break
    return markdown(str(attachment.get("text") or attachment.get("fallback") or ""), speech)


def _card(attachment: Tree, speech: Speech) -> dict[str, Any]:
    card: dict[str, Any] = {}
    for key in _TEXTS:
        if text := attachment.get(key):
            card[key] = markdown(str(text), speech)
    for key in _NAMES:
        if text := attachment.get(key):
            card[key] = decoded(str(text))
    for key in _LINKS:
        if url := clean_url(without_secret(str(attachment.get(key) or ""))):
            card[key] = url
    if "title_link" in card:
        card["title_link"] = speech.lexicon.resolve(card["title_link"]) or card["title_link"]
    if color := str(attachment.get("color") or ""):
        card["color"] = color if color in {"good", "warning", "danger"} else f"#{color.removeprefix('#')}"
    fields = list(trees(attachment.get("fields")))
    if fields:
        card["fields"] = [
            {
                "title": decoded(str(field.get("title") or "")),
                "value": markdown(str(field.get("value") or ""), speech),
                "short": bool(field.get("short")),
            }
            for field in fields
        ]
    _add_blocks(card, attachment, speech)
    _add_time(card, attachment, speech)
    actions = list(trees(attachment.get("actions")))
    if actions:
        buttons = [
            line([speech.link(str(one["url"]), str(one.get("text") or ""))])
            if one.get("url")
            else f"[ {one.get('text')} ]"
            for one in actions
        ]
        card["text"] = "\n\n".join(filter(None, (card.get("text", ""), " ".join(buttons))))
        speech.notes.add(_("a button, which does nothing here"))
    if set(card) <= {"color", "fallback"}:
        return {"text": markdown(str(attachment["fallback"]), speech)} if attachment.get("fallback") else {}
    return card


def _add_blocks(card: dict[str, Any], attachment: Tree, speech: Speech) -> None:
    if not attachment.get("blocks"):
        return
    try:
        text = blocks.text_of(attachment["blocks"], speech)
    except rich.Unknown:
        text = markdown(str(attachment.get("fallback") or ""), speech)
    card["text"] = "\n\n".join(filter(None, (card.get("text", ""), text)))


def _add_time(card: dict[str, Any], attachment: Tree, speech: Speech) -> None:
    """Put the attachment's time where Mattermost has room for one: behind the footer."""
    try:
        when = speech.moment(float(str(attachment["ts"])))
    except (KeyError, ValueError, OverflowError, OSError):
        return
    card["footer"] = " · ".join(filter(None, (card.get("footer", ""), when)))
