"""The routes of accounts, teams and what is kept for an account."""

from __future__ import annotations

from typing import Any

from degoog.sandbox.http_server import Response
from degoog.sandbox.mattermost.answers import ApiError, Asked, Routes, answer, found, ok
from degoog.sandbox.mattermost.world import Team, User

routes = Routes()
_PREFERENCES = "preferences"


def _user(asked: Asked, id_: str) -> User:
    return asked.me if id_ == "me" else found(asked.world.users.get(id_), "app.user.missing_account.const")


def _team(asked: Asked, id_: str) -> Team:
    return found(asked.world.teams.get(id_), "app.team.get.find.app_error")


@routes.on("GET", "/users")
def _users(asked: Asked) -> Response:
    return asked.page([user.shown() for user in asked.world.users.values()])


@routes.on("POST", "/users")
def _new_user(asked: Asked) -> Response:
    body = asked.body
    if asked.world.user(body["username"]):
        raise ApiError(400, "app.user.save.username_exists.app_error", "An account with that username already exists.")
    made = asked.world.add_user(body["username"], body["email"], password=body.get("password", ""))
    return answer(made.shown(), 201)


@routes.on("GET", "/users/me")
def _me(asked: Asked) -> Response:
    return answer(asked.me.shown())


@routes.on("POST", "/users/usernames")
def _by_names(asked: Asked) -> Response:
    users = [user for name in asked.body if (user := asked.world.user(name))]
    return answer([user.shown() for user in users])


@routes.on("POST", "/users/ids")
def _by_ids(asked: Asked) -> Response:
    return answer([asked.world.users[id_].shown() for id_ in asked.body if id_ in asked.world.users])


@routes.on("GET", "/users/username/{name}")
def _by_name(asked: Asked, name: str) -> Response:
    return answer(found(asked.world.user(name), "app.user.get_by_username.app_error").shown())


@routes.on("GET", "/users/{id}/channels")
def _channels_of(asked: Asked, id_: str) -> Response:
    user = _user(asked, id_)
    inside = [one.shown() for one in asked.world.channels.values() if user.id in one.members and not one.delete_at]
    return answer(inside)


@routes.on("GET", "/users/{id}/preferences/{category}/name/{name}")
def _preference(asked: Asked, id_: str, category: str, name: str) -> Response:
    value = _preferences(_user(asked, id_)).get((category, name))
    if value is None:
        raise ApiError(400, "app.preference.get.app_error")
    return answer({"user_id": id_, "category": category, "name": name, "value": value})


@routes.on("PUT", "/users/{id}/preferences")
def _set_preferences(asked: Asked, id_: str) -> Response:
    _preferences(_user(asked, id_)).update({(one["category"], one["name"]): one["value"] for one in asked.body})
    return ok()


@routes.on("POST", "/users/{id}/preferences/delete")
def _delete_preferences(asked: Asked, id_: str) -> Response:
    for one in asked.body:
        _preferences(_user(asked, id_)).pop((one["category"], one["name"]), None)
    return ok()


def _preferences(user: User) -> dict[tuple[str, str], str]:
    known: dict[tuple[str, str], str] = user.kept.setdefault(_PREFERENCES, {})
    return known


@routes.on("GET", "/teams")
def _teams(asked: Asked) -> Response:
    return asked.page([team.shown() for team in asked.world.teams.values()])


@routes.on("POST", "/teams")
def _new_team(asked: Asked) -> Response:
    body = asked.body
    if asked.world.team(body["name"]):
        raise ApiError(400, "app.team.save.existing.app_error", "A team with that name already exists.")
    team = asked.world.add_team(body["name"], body["display_name"], body["type"])
    asked.world.join_team(team, asked.me)
    _said_to_have_joined(asked, team, asked.me)
    return answer(team.shown(), 201)


def _said_to_have_joined(asked: Asked, team: Team, user: User) -> None:
    """As 11.6 does: in both channels that every team has, in the name of who joined."""
    for name, notice in (("town-square", "system_join_team"), ("off-topic", "system_join_channel")):
        if (channel := asked.world.channel(team.id, name)) is not None:
            channel.members.setdefault(user.id, channel.count)
            asked.world.notice(channel, user, notice, username=user.username)


@routes.on("GET", "/teams/name/{name}")
def _team_by_name(asked: Asked, name: str) -> Response:
    return answer(found(asked.world.team(name), "app.team.get_by_name.missing.app_error").shown())


@routes.on("GET", "/teams/{id}/stats")
def _team_stats(asked: Asked, id_: str) -> Response:
    count = len(_team(asked, id_).members)
    return answer({"team_id": id_, "total_member_count": count, "active_member_count": count})


@routes.on("GET", "/teams/{id}/members")
def _team_members(asked: Asked, id_: str) -> Response:
    return asked.page([{"team_id": id_, "user_id": user} for user in sorted(_team(asked, id_).members)])


@routes.on("POST", "/teams/{id}/members")
def _join_team(asked: Asked, id_: str) -> Response:
    team, user = _team(asked, id_), _user(asked, asked.body["user_id"])
    if user.id not in team.members:
        if len(team.members) >= asked.world.settings["TeamSettings"]["MaxUsersPerTeam"]:
            raise ApiError(400, "app.team.join_user_to_team.max_accounts.app_error", "This team has reached its limit.")
        asked.world.join_team(team, user)
        _said_to_have_joined(asked, team, user)
    told: dict[str, Any] = {"team_id": id_, "user_id": user.id}
    return answer(told, 201)
