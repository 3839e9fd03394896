"""What a Mattermost's importer refuses of a line by itself (channels/app/imports/import_validators.go, 11.x)."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST_POST = 16383
_TEAM = re.compile(r"[a-z0-9]+([a-z\-0-9]+|(__)?)[a-z0-9]+\Z")
_CHANNEL = re.compile(r"[a-z0-9]+([a-z\-_0-9]+|(__)?)[a-z0-9]*\Z")
_USERNAME = re.compile(r"[a-z0-9.\-_]{1,64}\Z")
_PROPS = 800_000
_RESERVED = ("admin", "api", "boards", "channel", "claim", "error", "files", "help", "landing", "login", "mfa", "oauth",
             "playbooks", "plug", "plugins", "post", "signup")  # fmt: skip


class Wrong(Exception):
    """A line that ends the import; its text is the error's id."""


def team(data: dict[str, Any]) -> None:
    """Check a team's line."""
    name = _given(data, "name", "validate_team_import_data.name_missing")
    _held(len(name) <= 64 and _TEAM.match(name), "validate_team_import_data.name_characters")
    _held(not name.startswith(_RESERVED), "validate_team_import_data.name_reserved")
    _given(data, "display_name", "validate_team_import_data.display_name_missing")
    _held(data.get("type") in {"O", "I"}, "validate_team_import_data.type_invalid")


def channel(data: dict[str, Any]) -> None:
    """Check a channel's line."""
    _given(data, "team", "validate_channel_import_data.team_missing")
    name = _given(data, "name", "validate_channel_import_data.name_missing")
    _held(len(name.encode()) <= 64, "validate_channel_import_data.name_length")
    _held(_CHANNEL.match(name.lower()), "validate_channel_import_data.name_characters")
    _held(len(data.get("display_name") or name) <= 64, "validate_channel_import_data.display_name_length")
    _held(data.get("type") in {"O", "P"}, "validate_channel_import_data.type_invalid")
    _held(len(data.get("header") or "") <= 1024, "validate_channel_import_data.header_length")
    _held(len(data.get("purpose") or "") <= 250, "validate_channel_import_data.purpose_length")


def user(data: dict[str, Any]) -> None:
    """Check an account's line."""
    name = _given(data, "username", "validate_user_import_data.username_missing")
    _held(_USERNAME.match(name.lower()), "validate_user_import_data.username_invalid")
    email = _given(data, "email", "validate_user_import_data.email_missing")
    _held(0 < len(email.encode()) <= 128, "validate_user_import_data.email_length")
    _held("auth_data" not in data or "password" not in data, "validate_user_import_data.auth_data_and_password")
    for key, most in (("nickname", 64), ("first_name", 64), ("last_name", 64), ("position", 128)):
        _held(len(data.get(key) or "") <= most, f"validate_user_import_data.{key}_length")


def bot(data: dict[str, Any]) -> None:
    """Check a bot's line."""
    name = _given(data, "username", "validate_user_import_data.username_missing")
    _held(_USERNAME.match(name.lower()), "validate_user_import_data.username_invalid")
    _held(len(data.get("display_name") or "") <= 64, "validate_user_import_data.first_name_length")
    owner = _given(data, "owner", "validate_bot_import_data.owner_missing")
    _held(_USERNAME.match(owner), "validate_user_import_data.username_invalid")


def emoji(data: dict[str, Any]) -> None:
    """Check a custom emoji's line."""
    name = _given(data, "name", "validate_emoji_import_data.name_missing")
    _held(re.fullmatch(r"[a-zA-Z0-9+_-]{1,64}", name), "validate_emoji_import_data.name_invalid")
    _given(data, "image", "validate_emoji_import_data.image_missing")


def post(data: dict[str, Any]) -> None:
    """Check a post's line."""
    _given(data, "team", "validate_post_import_data.team_missing")
    _given(data, "channel", "validate_post_import_data.channel_missing")
    _said(data, "post")


def direct_post(data: dict[str, Any]) -> None:
    """Check the line of a post among a few."""
    members = data.get("channel_members")
    _held(members is not None, "validate_direct_post_import_data.channel_members_required")
    _held(len(members or ()) >= 2, "validate_direct_post_import_data.channel_members_too_few")
    _held(len(members or ()) <= 8, "validate_direct_post_import_data.channel_members_too_many")
    _said(data, "direct_post")


def _said(data: dict[str, Any], kind: str) -> None:
    where = f"validate_{kind}_import_data"
    _given(data, "user", f"{where}.user_missing")
    message = data.get("message")
    _held(message is not None, f"{where}.message_missing")
    _held(len(str(message)) <= LONGEST_POST, f"{where}.message_length")
    _held(data.get("create_at"), f"{where}.create_at_zero")
    props = json.dumps(data.get("props") or {}, ensure_ascii=False)
    _held(len(props) <= _PROPS, "validate_post_import_data.props_too_large")
    for reaction in data.get("reactions") or ():
        _given(reaction, "user", "validate_reaction_import_data.user_missing")
        name = _given(reaction, "emoji_name", "validate_reaction_import_data.emoji_name_missing")
        _held(len(name) <= 64, "validate_reaction_import_data.emoji_name_length")
        early = int(reaction.get("create_at") or 0) < int(data["create_at"])
        _held(not early, "validate_reaction_import_data.create_at_before_parent")
    for reply in data.get("replies") or ():
        _said(reply, "reply")


def _given(data: dict[str, Any], key: str, error: str) -> str:
    _held(data.get(key), error)
    return str(data[key])


def _held(fine: object, error: str) -> None:
    if not fine:
        raise Wrong(f"app.import.{error}.error")
