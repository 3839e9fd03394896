"""One message of Slack as one post, or several where it is too long or has too many files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from degoog.convert.slack import blocks, cards, emoji, events, files, rich
from degoog.convert.slack.cut import pieces
from degoog.convert.slack.lexicon import Lexicon, Speech
from degoog.convert.slack.marks import markdown
from degoog.convert.slack.runs import escape
from degoog.convert.slack.shape import trees
from degoog.convert.slack.values import Said, Talk
from degoog.convert.talk import Attachment, Post, Reaction, Thread
from degoog.i18n import _
from degoog.model import Loss, LossKind, Ref

MOST_FILES = 10  # of a post: the ids of its files have a column of 300 characters
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CANVAS_ID = re.compile(r"\s*\bF[A-Z0-9]{8,}\s*$")


def thread(talk: Talk, lexicon: Lexicon) -> tuple[Thread, tuple[Loss, ...]]:
    """Give a conversation. In place of a root that is gone stands a line, signed by whoever wrote the root."""
    losses: list[Loss] = []
    if talk.root is None:
        losses.append(Loss(LossKind.ROOT))
        roots = [_placeholder(talk, lexicon)]
    else:
        roots = posts(talk.root, lexicon, losses)
    replies = list(roots[1:])
    for said in talk.replies:
        known = len(losses)
        replies += posts(said, lexicon, losses)
        losses[known:] = [replace(loss, of=said.ref) for loss in losses[known:]]
    return Thread(talk.room, roots[0], tuple(replies)), tuple(losses)


def posts(said: Said, lexicon: Lexicon, losses: list[Loss]) -> list[Post]:
    """Give a message as posts, the later ones continuing the first; adds to `losses` what changed on the way."""
    speech = Speech(lexicon, said.ref.id.rpartition("/")[0].rpartition("/")[2])
    text, made = _text(said, speech)
    attachments: list[Attachment] = []
    if said.files:
        lines, attachments, lost = files.hang(said.files, speech)
        losses += [Loss(LossKind.ATTACHMENT, detail) for detail in lost]
        text = "\n".join(filter(None, (text, *lines)))
    if said.subtype in {"thread_broadcast", "reply_broadcast"}:
        text = "\n".join(filter(None, (text, _("*(also sent to the channel)*"))))
    if not (text.strip() or made or attachments):
        text = _("*(empty message)*")
    raw = said.raw
    at = moment(said.at)
    parts = pieces(text) if len(text) > 16_000 else [text]
    edited = raw.get("edited")
    post = Post(
        said.ref,
        lexicon.usernames[said.user],
        at,
        parts[0],
        edited=_edited(edited, at) if edited else None,
        pinned=bool(raw.get("pinned_to")),
        action=said.subtype == "me_message",
        reactions=_reactions(raw["reactions"], at, lexicon, losses) if raw.get("reactions") else (),
        attachments=tuple(attachments[:MOST_FILES]),
        cards=tuple(made),
    )
    if speech.notes:
        losses.append(Loss(LossKind.WORDING, "; ".join(sorted(speech.notes))))
    if len(parts) == 1 and len(attachments) <= MOST_FILES:
        return [post]
    losses.append(Loss(LossKind.SPLIT))
    return [post, *_continued(post, parts[1:], attachments[MOST_FILES:])]


def moment(milliseconds: int) -> datetime:
    """Give the time so many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _continued(post: Post, texts: Sequence[str], attachments: Sequence[Attachment]) -> list[Post]:
    groups = [tuple(attachments[at : at + MOST_FILES]) for at in range(0, len(attachments), MOST_FILES)]
    out = []
    for number in range(max(len(texts), len(groups))):
        ref = Ref(post.ref.service, f"{post.ref.id}#{number + 2}")
        text = texts[number] if number < len(texts) else ""
        group = groups[number] if number < len(groups) else ()
        out.append(Post(ref, post.username, post.at + (number + 1) * _MILLISECOND, text, attachments=group))
    return out


def _placeholder(talk: Talk, lexicon: Lexicon) -> Post:
    first = talk.replies[0]
    author = str(first.raw.get("parent_user_id") or "")
    username = lexicon.usernames.get(author) or lexicon.usernames[first.user]
    root = first.raw.get("root")
    text = _("*(the message that this conversation answers is not in the export)*")
    if isinstance(root, dict) and root.get("text") and root.get("subtype") != "tombstone":
        text = markdown(str(root["text"]), Speech(lexicon))
    return Post(talk.ref, username, moment(talk.at), text, placeholder=True)


def _text(said: Said, speech: Speech) -> tuple[str, list[dict[str, Any]]]:
    """Give the text of a message and its cards."""
    raw = said.raw
    text = events.line(said, speech)
    if text is None:
        text = _words(said, speech)
    shown = _shown_as(said, speech)
    if not raw.get("attachments"):
        return shown + text, []
    made, quotes = cards.cards(raw["attachments"], said.text, speech)
    if made and len(json.dumps(made)) > cards.LARGEST:
        quotes += [cards.as_text(card) for card in made]
        made = []
    return shown + "\n\n".join(filter(None, (text, *quotes))), made


def _words(said: Said, speech: Speech) -> str:
    raw = said.raw
    if raw.get("blocks"):
        try:
            text = blocks.text_of(raw["blocks"], speech)
        except rich.Unknown as unknown:
            speech.notes.add(_("an element of a new kind: {kind}").format(kind=unknown))
        else:
            if text.strip():
                return text
    text = said.text
    if said.files and any(file.mode in {"quip", "canvas", "docs"} for file in said.files):
        text = _CANVAS_ID.sub("", text)
    return markdown(text, speech) if text else ""


def _shown_as(said: Said, speech: Speech) -> str:
    """Name whoever an application spoke as, where its account is called otherwise."""
    shown = said.raw.get("username")
    if not shown or not (said.raw.get("bot_id") or said.subtype == "bot_message"):
        return ""
    if shown in {speech.lexicon.names.get(said.user), speech.lexicon.usernames.get(said.user)}:
        return ""
    return f"**{escape(str(shown)).strip()}**\n"


def _edited(edited: object, at: datetime) -> datetime | None:
    ts = str(edited.get("ts") or "") if isinstance(edited, dict) else ""
    seconds, _dot, fraction = ts.partition(".")
    if not seconds.isdigit() or not fraction.isdigit() or len(seconds) > 11:
        return None
    return max(at, moment(int(seconds) * 1000 + int(fraction[:3].ljust(3, "0"))))


def _reactions(given: object, at: datetime, lexicon: Lexicon, losses: list[Loss]) -> tuple[Reaction, ...]:
    """Give who reacted how, each once. Mattermost wants none earlier than the post."""
    out: dict[tuple[str, str], Reaction] = {}
    for one in trees(given):
        name = str(one.get("name") or "")
        if not name:
            continue
        shown = emoji.system(name) or lexicon.emoji.get(name)
        if not shown:
            shown = emoji.custom(name.partition("::")[0])
            losses.append(Loss(LossKind.REACTION, _("shown as its name: {name}").format(name=f":{name}:")))
        users = one.get("users")
        for user in users if isinstance(users, list) else ():
            username = lexicon.usernames.get(str(user))
            if username is None:
                losses.append(Loss(LossKind.REACTION, _("from somebody unknown: {name}").format(name=f":{name}:")))
            else:
                out.setdefault((username, shown), Reaction(username, shown, at + _MILLISECOND))
    return tuple(out.values())
