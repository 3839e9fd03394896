"""The routes of channels, posts, files and emoji."""

from __future__ import annotations

from degoog.sandbox.http_server import Response
from degoog.sandbox.mattermost.answers import ApiError, Asked, Routes, answer, found, ok
from degoog.sandbox.mattermost.world import Channel, File, Post

routes = Routes()


def _channel(asked: Asked, id_: str) -> Channel:
    return found(asked.world.channels.get(id_), "app.channel.get.existing.app_error")


@routes.on("GET", "/channels")
def _channels(asked: Asked) -> Response:
    archived = asked.request.query.get("include_deleted") == "true"
    return asked.page(
        [one.shown() for one in asked.world.channels.values() if one.team and (archived or not one.delete_at)]
    )


@routes.on("POST", "/channels")
def _new_channel(asked: Asked) -> Response:
    body = asked.body
    if asked.world.channel(body["team_id"], body["name"]):
        raise ApiError(400, "store.sql_channel.save_channel.exists.app_error", "A channel with that name exists.")
    made = asked.world.add_channel(body["team_id"], body["name"], body["display_name"], body["type"])
    made.header, made.purpose = body.get("header", ""), body.get("purpose", "")
    made.members[asked.me.id] = 0
    return answer(made.shown(), 201)


@routes.on("POST", "/channels/direct")
def _new_direct(asked: Asked) -> Response:
    return answer(asked.world.direct([asked.world.users[id_] for id_ in asked.body]).shown(), 201)


@routes.on("GET", "/teams/{team}/channels/name/{name}")
def _channel_by_name(asked: Asked, team: str, name: str) -> Response:
    world = asked.world
    known = world.channel(team, name) or world.channel("", name)
    if known is not None and known.delete_at and asked.request.query.get("include_deleted") != "true":
        known = None
    return answer(found(known, "app.channel.get_by_name.missing.app_error").shown())


@routes.on("GET", "/channels/{id}")
def _one_channel(asked: Asked, id_: str) -> Response:
    return answer(_channel(asked, id_).shown())


@routes.on("PUT", "/channels/{id}/patch")
def _patch(asked: Asked, id_: str) -> Response:
    channel, body = _channel(asked, id_), asked.body
    if channel.delete_at:
        raise ApiError(400, "api.channel.patch_update_channel.deleted.app_error")
    for key, notice in (
        ("display_name", "displayname_change"), ("header", "header_change"), ("purpose", "purpose_change"),
    ):  # fmt: skip
        if key in body:
            setattr(channel, key, body[key])
            asked.world.notice(channel, asked.me, f"system_{notice}", username=asked.me.username)
    return answer(channel.shown())


@routes.on("DELETE", "/channels/{id}")
def _archive(asked: Asked, id_: str) -> Response:
    channel = _channel(asked, id_)
    if channel.name == "town-square":
        raise ApiError(400, "api.channel.delete_channel.cannot.app_error")
    channel.delete_at = asked.world.now()
    return ok()


@routes.on("GET", "/channels/{id}/members")
def _members(asked: Asked, id_: str) -> Response:
    inside = _channel(asked, id_).members
    return asked.page([{"channel_id": id_, "user_id": user, "msg_count": seen} for user, seen in inside.items()])


@routes.on("POST", "/channels/{id}/members")
def _join(asked: Asked, id_: str) -> Response:
    channel, user = _channel(asked, id_), asked.world.users[asked.body["user_id"]]
    team = asked.world.teams.get(channel.team)
    if team is not None and user.id not in team.members:
        raise ApiError(404, "app.channel.get_member.missing.app_error")
    if user.id not in channel.members:
        channel.members[user.id] = channel.count
        if user is asked.me:
            asked.world.notice(channel, user, "system_join_channel", username=user.username)
        else:
            asked.world.notice(channel, asked.me, "system_add_to_channel", addedUsername=user.username)
    return answer({"channel_id": id_, "user_id": user.id}, 201)


@routes.on("POST", "/channels/members/{user}/view")
def _view(asked: Asked, user: str) -> Response:
    channel = _channel(asked, asked.body["channel_id"])
    if user not in channel.members:
        raise ApiError(404, "app.channel.get_member.missing.app_error")
    channel.members[user] = channel.count
    return ok()


@routes.on("POST", "/channels/members/{user}/mark_read")
def _mark_read(asked: Asked, user: str) -> Response:
    if not asked.body:
        raise ApiError(400, "api.context.invalid_body_param.app_error")
    for id_ in asked.body:
        channel = _channel(asked, id_)
        if user in channel.members:
            channel.members[user] = channel.count
    return ok()


@routes.on("GET", "/channels/{id}/posts")
def _posts(asked: Asked, id_: str) -> Response:
    size = min(int(asked.request.query.get("per_page", 60)), 200)
    lying = (post for post in asked.world.by_channel.get(_channel(asked, id_).id, ()) if not post.delete_at)
    posts = sorted(lying, key=lambda post: post.create_at, reverse=True)
    if before := asked.request.query.get("before"):
        at = asked.world.posts[before].create_at
        posts = [post for post in posts if post.create_at < at]
    shown = posts[:size]
    return answer({"order": [post.id for post in shown], "posts": {post.id: asked.world.post(post) for post in shown}})


@routes.on("POST", "/posts")
def _say(asked: Asked) -> Response:
    body, world = asked.body, asked.world
    channel = _channel(asked, body["channel_id"])
    if channel.delete_at:
        raise ApiError(400, "api.post.create_post.can_not_post_to_deleted.error")
    files = [world.loose.pop(id_) for id_ in body.get("file_ids", ()) if id_ in world.loose]
    at = body.get("create_at") or world.now()
    said = Post(world.new_id(), channel.id, asked.me.id, body["message"], at, root=body.get("root_id", ""), files=files)
    return answer(world.say(said).shown(), 201)


@routes.on("POST", "/posts/ids")
def _posts_by_id(asked: Asked) -> Response:
    known = (asked.world.posts.get(id_) for id_ in asked.body)
    return answer([asked.world.post(post) for post in known if post is not None and not post.delete_at])


@routes.on("GET", "/posts/{id}")
def _post(asked: Asked, id_: str) -> Response:
    post = found(asked.world.posts.get(id_), "app.post.get.app_error")
    if post.delete_at:
        raise ApiError(404, "app.post.get.app_error")
    return answer(post.shown())


@routes.on("POST", "/reactions")
def _react(asked: Asked) -> Response:
    body = asked.body
    post = found(asked.world.posts.get(body["post_id"]), "app.post.get.app_error")
    at = post.reactions.setdefault((asked.me.id, body["emoji_name"]), asked.world.now())
    return answer({**body, "user_id": asked.me.id, "create_at": at}, 201)


@routes.on("DELETE", "/posts/{id}")
def _delete_post(asked: Asked, id_: str) -> Response:
    found(asked.world.posts.get(id_), "app.post.get.app_error").delete_at = asked.world.now()
    return ok()


@routes.on("POST", "/files")
def _upload(asked: Asked) -> Response:
    given = asked.request.query
    _channel(asked, given["channel_id"])
    file = File(asked.world.new_id(), given["filename"], asked.raw)
    asked.world.loose[file.id] = file
    return answer({"file_infos": [file.shown()]}, 201)


@routes.on("GET", "/files/{id}")
def _file(asked: Asked, id_: str) -> Response:
    held = (file for post in asked.world.posts.values() for file in post.files if file.id == id_)
    return Response(200, {"Content-Type": "application/octet-stream"}, found(next(held, None), "app.file").data)


@routes.on("GET", "/emoji/name/{name}")
def _emoji(asked: Asked, name: str) -> Response:
    id_ = found(asked.world.emoji.get(name), "app.emoji.get_by_name.no_result")
    return answer({"id": id_, "name": name})
