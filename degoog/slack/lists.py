"""The lists of an export: people, channels and conversations, as typed values. What makes no sense is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from degoog.convert.slack.values import Room, User
from degoog.model import Ref
from degoog.slack.entries import identifier

SERVICE = "slack"


def user(raw: Mapping[str, Any], account: str) -> User | None:
    """Read one row of users.json; None for one without an id. People who left may have a name only."""
    id_ = identifier(raw.get("id"))
    if not id_:
        return None
    profile = _mapping(raw.get("profile"))
    return User(
        Ref(SERVICE, f"{account}/{id_}"),
        id_,
        _text(raw.get("name")),
        _text(profile.get("real_name")) or _text(raw.get("real_name")),
        _text(profile.get("display_name")),
        _text(profile.get("first_name")),
        _text(profile.get("last_name")),
        _text(profile.get("title")),
        _text(profile.get("email")).strip(),
        _text(raw.get("locale")).partition("-")[0].partition("_")[0].lower(),
        deleted=bool(raw.get("deleted")),
        bot=bool(raw.get("is_bot")) or bool(raw.get("is_workflow_bot")) or id_ == "USLACKBOT",
        guest=bool(raw.get("is_restricted")) or bool(raw.get("is_ultra_restricted")) or bool(raw.get("is_stranger")),
    )


def stranger(id_: str, told: Mapping[str, Any], account: str) -> User:
    """Give somebody who is in no list, with what a message tells: user_profile, bot_profile or username."""
    profile = _mapping(told.get("user_profile"))
    bot = _mapping(told.get("bot_profile"))
    is_bot = id_.startswith("B") or bool(bot) or id_ == "USLACKBOT"
    called = _text(bot.get("name")) or _text(told.get("username")) or ("slackbot" if id_ == "USLACKBOT" else "")
    return User(
        Ref(SERVICE, f"{account}/{id_}"),
        id_,
        _text(profile.get("name")) or called,
        _text(profile.get("real_name")) or called,
        _text(profile.get("display_name")),
        _text(profile.get("first_name")),
        bot=is_bot,
        guest=bool(profile.get("is_restricted")) or bool(profile.get("is_ultra_restricted")),
        unknown=not is_bot,
    )


def room(raw: Mapping[str, Any], kind: str, *, account: str, team: str) -> Room | None:
    """Read one row of channels, groups, dms, mpims or file_conversations; None for one without an id."""
    id_ = identifier(raw.get("id"))
    if not id_:
        return None
    members = raw.get("members")
    return Room(
        Ref(SERVICE, f"{account}/{id_}"),
        id_,
        team,
        _text(raw.get("name")),
        private=kind in {"groups", "dms", "mpims"},
        direct=kind in {"dms", "mpims"},
        general=bool(raw.get("is_general")) and kind == "channels",
        archived=bool(raw.get("is_archived")),
        topic=_text(_mapping(raw.get("topic")).get("value")),
        purpose=_text(_mapping(raw.get("purpose")).get("value")),
        members=tuple(dict.fromkeys(filter(None, map(identifier, members)))) if isinstance(members, list) else (),
    )


def picture(raw: Mapping[str, Any]) -> str:
    """Give the address of somebody's picture, empty where it is one that Slack drew."""
    profile = _mapping(raw.get("profile"))
    if not profile.get("avatar_hash") or str(profile["avatar_hash"]).startswith("g"):
        return ""  # a hash that begins with g is a gravatar's stand-in
    return next((_text(profile.get(f"image_{size}")) for size in (512, 192, 72) if profile.get(f"image_{size}")), "")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    # Lone surrogates are no text, and no database takes them.
    return value.replace("\x00", "").encode("utf-8", "replace").decode() if value.isascii() is False else value
