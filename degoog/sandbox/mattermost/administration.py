"""The routes that provisioning uses: teams by id, people put in by the batch, accounts closed."""

from __future__ import annotations

from degoog.sandbox.http_server import Response
from degoog.sandbox.mattermost.answers import ApiError, Asked, Routes, answer, found, ok
from degoog.sandbox.mattermost.world import Channel, Team, User

routes = Routes()


def _team(asked: Asked, id_: str) -> Team:
    return found(asked.world.teams.get(id_), "app.team.get.find.app_error")


def _user(asked: Asked, id_: str) -> User:
    return found(asked.world.users.get(id_), "app.user.missing_account.const")


@routes.on("GET", "/teams/{id}")
def _one_team(asked: Asked, id_: str) -> Response:
    return answer(_team(asked, id_).shown())


@routes.on("PUT", "/teams/{id}/patch")
def _patch_team(asked: Asked, id_: str) -> Response:
    team = _team(asked, id_)
    team.display_name = asked.body.get("display_name", team.display_name)
    return answer(team.shown())


@routes.on("POST", "/teams/{id}/members/batch")
def _join(asked: Asked, id_: str) -> Response:
    team = _team(asked, id_)
    people = [_user(asked, one["user_id"]) for one in asked.body]
    if len(team.members | {user.id for user in people}) > asked.world.settings["TeamSettings"]["MaxUsersPerTeam"]:
        raise ApiError(400, "app.team.join_user_to_team.max_accounts.app_error", "This team has reached its limit.")
    for user in people:
        asked.world.join_team(team, user)
    return answer([{"team_id": id_, "user_id": user.id} for user in people], 201)


@routes.on("DELETE", "/channels/{id}/members/{user}")
def _leave(asked: Asked, id_: str, user: str) -> Response:
    channel: Channel = found(asked.world.channels.get(id_), "app.channel.get.existing.app_error")
    channel.members.pop(user, None)
    return ok()


@routes.on("PUT", "/users/{id}/active")
def _activate(asked: Asked, id_: str) -> Response:
    _user(asked, id_).delete_at = 0 if asked.body["active"] else asked.world.now()
    return ok()


@routes.on("POST", "/users/tokens/revoke")
def _revoke(asked: Asked) -> Response:
    asked.me.kept["revoked"] = asked.body["token_id"]
    return ok()


@routes.on("POST", "/users/{id}/sessions/revoke/all")
def _end_sessions(asked: Asked, id_: str) -> Response:
    _user(asked, id_).kept["sessions"] = "ended"
    return ok()
