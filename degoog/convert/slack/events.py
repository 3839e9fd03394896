"""Messages that are no plain words: calls, topics, old comments on files; and those that nobody wrote.

The list of subtypes is Slack's (https://docs.slack.dev/reference/events/message) and what exports hold beside it.
"""

from __future__ import annotations

from typing import Any

from degoog import wording
from degoog.convert.slack.lexicon import Speech
from degoog.convert.slack.marks import decoded, markdown
from degoog.convert.slack.runs import escape
from degoog.convert.slack.values import Said, Tree
from degoog.i18n import _

# Notices of the chat itself: they are counted, and stay.
NOTICES = frozenset(
    {
        "channel_join", "channel_leave", "group_join", "group_leave", "mpdm_join", "mpdm_leave", "bot_add",
        "bot_remove",
        "bot_enable", "bot_disable", "pinned_item", "unpinned_item", "channel_convert_to_private",
        "channel_convert_to_public", "channel_posting_permissions", "app_conversation_join", "ekm_access_denied",
        "channel_canvas_updated", "message_changed", "message_deleted",
    }
)  # fmt: skip
# What reads as words although it has a subtype.
_WORDS = frozenset(
    {
        "", "bot_message", "me_message", "thread_broadcast", "reply_broadcast", "file_share", "file_comment",
        "file_mention", "reminder_add", "slackbot_response", "document_mention", "document_comment_root",
        "list_record_comment", "tombstone", "channel_topic", "channel_purpose", "channel_name", "channel_archive",
        "channel_unarchive", "group_topic", "group_purpose", "group_name", "group_archive", "group_unarchive",
        "huddle_thread", "sh_room_created", "sh_room_shared", "assistant_app_thread",
    }
)  # fmt: skip
_HUDDLES = frozenset({"huddle_thread", "sh_room_created", "sh_room_shared"})


def line(said: Said, speech: Speech) -> str | None:  # noqa: PLR0911 - one case a kind
    """Give the text of a message that is an event; None where its words are its text."""
    raw, kind = said.raw, said.subtype
    if kind in _HUDDLES:
        return _huddle(raw, speech)
    if kind == "file_comment":
        comment = raw.get("comment")
        return markdown(str(comment.get("comment") or ""), speech) if isinstance(comment, dict) else None
    if kind == "file_share" and not raw.get("blocks"):
        return _shared(said, speech)
    if kind == "assistant_app_thread":
        about = raw.get("assistant_app_thread")
        return escape(str(about.get("title") or said.text) if isinstance(about, dict) else said.text, start=True)
    if kind == "tombstone":
        return _("*(this message was deleted in Slack)*")
    if kind.startswith(("channel_", "group_")) and kind in _WORDS:
        return _changed(kind.partition("_")[2], raw, speech)
    if kind not in _WORDS:
        speech.notes.add(_("a message of a new kind: {kind}").format(kind=kind))
    return None


def _huddle(raw: Tree, speech: Speech) -> str:
    room = raw.get("room")
    room = room if isinstance(room, dict) else {}
    given = room.get("participant_history") or room.get("participants")
    who = [person for person in given if person] if isinstance(given, list) else []
    names = [speech.person(str(person)).text for person in who]
    start, end = room.get("date_start") or 0, room.get("date_end") or 0
    length = ""
    if isinstance(start, int | float) and isinstance(end, int | float) and end > start > 0:
        length = wording.duration(end - start)
    head = ", ".join(filter(None, (_("📞 Huddle"), length)))
    if not names:
        return head
    return _("{head}: {names}").format(head=head, names=", ".join(names))


def _shared(said: Said, speech: Speech) -> str | None:
    """Give the comment that came with a file; before 2018 the text only told that there was one."""
    file = said.raw.get("file")
    if not isinstance(file, dict):
        return None
    comment: Any = file.get("initial_comment")
    if isinstance(comment, dict):
        return markdown(str(comment.get("comment") or ""), speech)
    return "" if " uploaded a file: " in said.text or " shared a file: " in said.text else None


def _changed(what: str, raw: Tree, speech: Speech) -> str:
    """Say what somebody changed of the channel."""
    match what:
        case "topic":
            value = markdown(str(raw.get("topic") or ""), speech).replace("\n", " ")
            return _("*set the topic:* {value}").format(value=value) if value else _("*removed the topic*")
        case "purpose":
            value = markdown(str(raw.get("purpose") or ""), speech).replace("\n", " ")
            return _("*set the purpose:* {value}").format(value=value) if value else _("*removed the purpose*")
        case "name":
            old, new = decoded(str(raw.get("old_name") or "")), decoded(str(raw.get("name") or ""))
            return _("*renamed the channel from “{old}” to “{new}”*").format(old=escape(old), new=escape(new))
        case "archive":
            return _("*archived the channel*")
        case _:
            return _("*opened the channel again*")
