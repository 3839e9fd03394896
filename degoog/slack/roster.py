"""Who and where: the lists of an export become people, workspaces and rooms; what a later export says counts."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from degoog.convert.slack.values import Workspace
from degoog.i18n import _
from degoog.model import FailReason, Ref
from degoog.slack import entries, lists
from degoog.slack.consent import Consent
from degoog.slack.gathered import Gathered, Place, Problem
from degoog.slack.lists import SERVICE

CHANNELS = ("channels", "groups", "dms", "mpims", "file_conversations")
PAGES = frozenset({"canvases", "lists", "huddle_transcripts"})
Listed = list[tuple[str, str, list[Any]]]  # the workspace's folder, the list's name, its rows


class Roster:
    """Fills what is found from the lists of one export after the other.

    `folders`: rooms by export, workspace and folder. A channel that was renamed leaves its name to another one: what
    a folder's name means is only known inside its own export.
    """

    def __init__(self, found: Gathered, consent: Consent) -> None:
        self.found = found
        self.folders: dict[tuple[int, str, str], str] = {}
        self._consent = consent

    def account(self, listed: Listed) -> str:
        """Give the workspace's id or a Grid's own id, empty where no list tells it."""
        users = [row for _space, name, rows in listed if name in {"users", "org_users"} for row in rows]
        grid = Counter(str(one["enterprise_user"].get("enterprise_id")) for one in users if _grid(one))
        if any(space for space, _name, _rows in listed) and grid:
            return grid.most_common(1)[0][0]
        teams = Counter(id_ for one in users if (id_ := entries.identifier(one.get("team_id"))).startswith("T"))
        return teams.most_common(1)[0][0] if teams else ""

    def nameless(self, listed: Listed) -> str:
        """Give what stands for the id of a workspace of which nothing tells it."""
        rooms = [row for _space, name, rows in listed if name == "channels" for row in rows]
        general = next((str(row.get("id")) for row in rooms if row.get("is_general")), "")
        return f"slack-{general or min((str(row.get('id')) for row in rooms), default='export')}"

    def people(self, listed: Listed, account: str) -> None:
        """Take in the people, groups and emoji of one export of the workspace with that id."""
        for _space, name, rows in listed:
            if name in {"users", "org_users"}:
                for row in rows:
                    if (user := lists.user(row, account)) is not None:
                        self.found.users[user.id] = user
                        self.found.pictures[user.id] = lists.picture(row)
            elif name == "usergroups":
                self.found.groups |= {str(row.get("id")): str(row.get("handle") or row.get("name")) for row in rows}
            elif name == "emoji":
                self.found.emoji |= {
                    str(key): str(value)
                    for row in rows
                    for key, value in (row.get("emoji") or row).items()
                    if isinstance(value, str) and key != "ok"
                }
            elif name == "team":
                self.found.domain = str(rows[0].get("domain") or "") if rows else ""
        if not any(name in {"users", "org_users"} for _space, name, _rows in listed):
            text = _("the list of people is missing: authors are known by what their messages tell")
            self.found.problems.append(Problem("users.json", FailReason.MISSING_PART, text))

    def rooms(self, archive: int, listed: Listed) -> None:
        """Take in the workspaces and rooms of one export, once everybody in them is known."""
        account = self.found.account
        spaces = sorted({space for space, _name, _rows in listed if space})
        ids = {space: self._space_id(space, listed) for space in spaces} or {"": account}
        for space, id_ in ids.items():
            self.found.spaces[id_] = Workspace(Ref(SERVICE, id_ if id_ != account else account), id_, space)
        first = next(iter(ids.values()))
        # Slack lets no two channels share a name; should an export all the same, the public one has the folder.
        for space, kind, rows in sorted((one for one in listed if one[1] in CHANNELS), key=_by_kind):
            shared = self._public_pages(listed) if kind == "file_conversations" else frozenset[str]()
            for row in rows:
                team = ids.get(space) or next(
                    (one for one in row.get("shared_team_ids") or () if one in ids.values()), first
                )
                room = lists.room(row, kind, account=account, team=team)
                if room is None:
                    continue
                folders = {room.name, room.id, str(row.get("name") or "")} - {""}
                if kind == "file_conversations":
                    file, _colon, title = room.name.removeprefix("FC:").partition(":")
                    room = dataclasses.replace(room, name=f"canvas {title or file}", private=file not in shared)
                verdict = self._consent.verdict(room, self.found.users)
                if verdict is not None and kind == "file_conversations":
                    room = dataclasses.replace(room, name=f"canvas {file}")  # its title is private too
                known = self.found.places.get(room.id)
                number = known.number if known else len(self.found.places) + 1
                pins = frozenset(str(one.get("id")) for one in row.get("pins") or () if isinstance(one, dict))
                self.found.places[room.id] = Place(number, room, verdict, pins=pins)
                self.folders[archive, space, room.id] = room.id
                for folder in folders:
                    self.folders.setdefault((archive, space, folder), room.id)

    def room(self, archive: int, space: str, folder: str) -> str:
        """Give the id of the room whose folder this is in that export, empty where its lists do not say."""
        return self.folders.get((archive, space, folder)) or self.folders.get((archive, "", folder)) or ""

    def _space_id(self, space: str, listed: Listed) -> str:
        users = [row for where, name, rows in listed if where == space and name == "users" for row in rows]
        teams = Counter(id_ for one in users if (id_ := entries.identifier(one.get("team_id"))).startswith("T"))
        return teams.most_common(1)[0][0] if teams else space

    def _public_pages(self, listed: Listed) -> frozenset[str]:
        """Give the files that are shared in a public channel: what is said beside them is public too."""
        public = {row.get("id") for _space, name, rows in listed if name == "channels" for row in rows}
        return frozenset(
            str(row.get("id"))
            for _space, name, rows in listed
            if name in PAGES
            for row in rows
            if public & set(shares(row))
        )


def _by_kind(one: tuple[str, str, list[Any]]) -> int:
    return CHANNELS.index(one[1])


def _grid(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("enterprise_user"), dict) and bool(row["enterprise_user"].get("enterprise_id"))


def shares(row: Mapping[str, Any]) -> Iterator[str]:
    """Give the channels a file is shared in; the export has a list where the API has an object."""
    shares = row.get("shares")
    if isinstance(shares, list):
        yield from (str(one.get("channel")) for one in shares if isinstance(one, dict))
    elif isinstance(shares, dict):
        for kind in shares.values():
            yield from (str(channel) for channel in kind) if isinstance(kind, dict) else ()
    yield from (str(one) for one in row.get("channels") or () if isinstance(one, str))
