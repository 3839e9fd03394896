"""The pages of Drive's listings: `files.list` and `changes.list`, with tokens that only this server can read."""

import base64
import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from degoog.sandbox.google.answers import ApiError, Asked, invalid
from degoog.sandbox.google.faults import Trouble
from degoog.sandbox.google.fields import ALL, Mask, below, parsed, picked
from degoog.sandbox.google.nodes import EPOCH, Node
from degoog.sandbox.google.people import Person
from degoog.sandbox.google.query import compiled
from degoog.sandbox.google.resources import Json, Sight, drive_resource, file_resource, written
from degoog.sandbox.google.store import DriveStore, Entry

_DEFAULT_FILE: Mask = {"kind": {}, "id": {}, "name": {}, "mimeType": {}}
_DEFAULT_LIST: Mask = {"kind": {}, "incompleteSearch": {}, "nextPageToken": {}, "files": _DEFAULT_FILE}
_ORDERS: dict[str, Callable[[str, Node], Any]] = {
    "createdTime": lambda _email, node: node.created,
    "folder": lambda _email, node: not node.folder,
    "modifiedTime": lambda _email, node: node.modified,
    "modifiedByMeTime": lambda _email, node: node.modified,
    "name": lambda _email, node: node.name.casefold(),
    "name_natural": lambda _email, node: [p.zfill(20) if p.isdecimal() else p for p in re.split(r"(\d+)", node.name)],
    "quotaBytesUsed": lambda _email, node: node.content.size if node.content else 0,
    "recency": lambda _email, node: max(node.created, node.modified),
    "sharedWithMeTime": lambda _email, node: node.shared_at or EPOCH,
    "starred": lambda email, node: email in node.starred_by,
    "viewedByMeTime": lambda email, node: email in node.opened_by,
}


def mask_of(asked: Asked, default: Mask) -> Mask:
    """What the request's `fields` wants."""
    text = asked.one("fields")
    return parsed(text) if text else default


def sealed(kind: str, **told: object) -> str:
    """A page token: only this server reads it."""
    text = json.dumps([kind, told], sort_keys=True)
    mark = hashlib.sha256(f"page {text}".encode()).hexdigest()[:8]
    return "~!!~" + base64.urlsafe_b64encode(f"{mark}{text}".encode()).decode()


def unsealed(token: str, kind: str) -> dict[str, Any]:
    """What a page token says. Raises ApiError for one of another listing, or of another making."""
    try:
        text = base64.urlsafe_b64decode(token.removeprefix("~!!~")).decode()
        found, told = json.loads(text[8:])
    except ValueError:
        raise invalid("pageToken") from None
    if found != kind or hashlib.sha256(f"page {text[8:]}".encode()).hexdigest()[:8] != text[:8]:
        raise invalid("pageToken")
    return dict(told)


def page_end(asked: Asked, size: int) -> int:
    """How many items this page holds, by the request and by the faults that strike it."""
    if asked.struck(Trouble.EMPTY_PAGE):
        return 0
    short = asked.struck(Trouble.SHORT_PAGE)
    return min(size, short.items) if short else size


class FilesList:
    """`files.list` for one person.

    Where no order is asked for, a token says after which item the next page begins: an item that comes or goes between
    two pages moves no other. With `orderBy` it says how many to pass over, so that others are met twice or not at all.
    """

    def __init__(self, store: DriveStore, person: Person) -> None:
        self._store = store
        self._person = person

    def answer(self, asked: Asked) -> Json:
        """One page. Raises ApiError."""
        mask = mask_of(asked, _DEFAULT_LIST)
        nodes = self._corpus(asked)
        test = compiled(asked.one("q"))
        order = asked.one("orderBy")
        if order:
            nodes = self._ordered(nodes, order)
        labels = frozenset(filter(None, asked.one("includeLabels").split(",")))
        at = self._start(asked, nodes)
        most = page_end(asked, asked.number("pageSize", default=100, most=1000))
        found: list[Sight] = []
        while at < len(nodes) and len(found) < most:
            sight = Sight(self._store, self._person, nodes[at], labels)
            at += 1
            if test(sight):
                found.append(sight)
        more = any(test(Sight(self._store, self._person, node)) for node in islice(nodes, at, None))
        if not more and not asked.struck(Trouble.EMPTY_PAGE):
            return self._page(asked, mask, found, "")
        after: object = at if order else _place(nodes[at - 1]) if at else None
        return self._page(asked, mask, found, sealed("files", of=self._print(asked), after=after))

    def _page(self, asked: Asked, mask: Mask, found: list[Sight], token: str) -> Json:
        incomplete = asked.struck(Trouble.INCOMPLETE)
        if incomplete:
            found = found[: -incomplete.items]
        page: Json = {"kind": "drive#fileList", "incompleteSearch": incomplete is not None}
        if token:
            page["nextPageToken"] = token
        page = picked(page, mask)
        wanted = below(mask, "files")
        if wanted is not None:
            page["files"] = [file_resource(sight, wanted) for sight in found]
        return page

    def _print(self, asked: Asked) -> str:
        """What must stay the same from page to page."""
        names = ("q", "corpora", "driveId", "orderBy", "includeItemsFromAllDrives", "spaces")
        return hashlib.sha256(json.dumps([asked.one(name) for name in names]).encode()).hexdigest()[:12]

    def _start(self, asked: Asked, nodes: list[Node]) -> int:
        token = asked.one("pageToken")
        if not token:
            return 0
        told = unsealed(token, "files")
        after = told["after"]
        if told["of"] != self._print(asked):
            raise invalid("pageToken")
        if after is None:
            return 0
        start = int(after) if isinstance(after, int) else bisect_right(nodes, tuple(after), key=_place)
        repeat = asked.struck(Trouble.REPEAT)
        return max(0, start - repeat.items) if repeat else start

    def _corpus(self, asked: Asked) -> list[Node]:
        supports, includes = asked.flag("supportsAllDrives"), asked.flag("includeItemsFromAllDrives")
        corpora, drive = asked.one("corpora", "drive" if asked.one("driveId") else "user"), asked.one("driveId")
        if asked.one("spaces", "drive") != "drive":
            return []
        if includes and not supports:
            raise invalid("supportsAllDrives", "The supportsAllDrives parameter must be true.")
        match corpora:
            case "user":
                mine = self._store.of_user(self._person)
                others = self._store.elsewhere(self._person) if includes else []
                return sorted([*mine, *others], key=_place) if others else mine
            case "drive":
                if not drive or not includes:
                    missing = "includeItemsFromAllDrives" if drive else "driveId"
                    raise invalid(missing, f"The {missing} parameter must be specified for corpora=drive.")
                self._member(drive)
                return self._store.of_drive(drive)
            case "allDrives" if includes:
                found = [*self._store.of_user(self._person)]
                for id_, top in ((id_, self._store.nodes[id_]) for id_ in self._store.drives):
                    if self._store.access(self._person, top).named:
                        found += self._store.of_drive(id_)
                return sorted({node.id: node for node in found}.values(), key=_place)
            case "domain":
                return [
                    node for node in self._store.of_user(self._person) if any(g.kind == "domain" for g in node.grants)
                ]
            case _:
                raise invalid("corpora")

    def _member(self, drive: str) -> None:
        if drive not in self._store.drives or not self._store.access(self._person, self._store.nodes[drive]).named:
            raise ApiError(404, "notFound", f"Shared drive not found: {drive}", location="driveId")

    def _ordered(self, nodes: list[Node], order: str) -> list[Node]:
        found = sorted(nodes, key=_place)
        for word in reversed(order.split(",")):
            name, _, direction = word.strip().partition(" ")
            if name not in _ORDERS or direction not in {"", "desc", "asc"}:
                raise invalid("orderBy")
            found.sort(key=partial(_ORDERS[name], self._person.email), reverse=direction == "desc")
        return found


def _place(node: Node) -> tuple[float, str]:
    return node.order, node.id


_DEFAULT_CHANGE: Mask = {
    "kind": {}, "removed": {}, "fileId": {}, "driveId": {}, "changeType": {}, "time": {}, "file": _DEFAULT_FILE,
    "drive": {"kind": {}, "id": {}, "name": {}},
}  # fmt: skip
_DEFAULT_CHANGES: Mask = {"kind": {}, "nextPageToken": {}, "newStartPageToken": {}, "changes": _DEFAULT_CHANGE}


class ChangesList:
    """`changes.list` for one person. A token is a place in the log: it does not expire."""

    def __init__(self, store: DriveStore, person: Person) -> None:
        self._store = store
        self._person = person

    def start(self, asked: Asked) -> Json:
        """The token for what changes from now on."""
        drive = asked.one("driveId")
        if drive:
            self._may(asked, drive)
        token = self._token(len(self._store.log), drive)
        return dict(picked({"kind": "drive#startPageToken", "startPageToken": token}, mask_of(asked, ALL)))

    def answer(self, asked: Asked) -> Json:
        """One page. An item that changed several times is told once, at its last change, as it is now."""
        mask = mask_of(asked, _DEFAULT_CHANGES)
        token, drive = asked.one("pageToken"), asked.one("driveId")
        if not token:
            raise ApiError(400, "required", "Required parameter: pageToken", location="parameters.pageToken")
        if drive:
            self._may(asked, drive)
        position = self._position(token, drive)
        log = self._store.log
        last = {(entry.id, entry.of_drive): entry.number for entry in log[position:]}
        most = page_end(asked, asked.number("pageSize", default=100, most=1000))
        removed = asked.one("includeRemoved", "true") != "false"
        wanted = below(mask, "changes") or {}
        changes: list[Json] = []
        at = position
        while at < len(log) and len(changes) < most:
            entry = log[at]
            at += 1
            if last[entry.id, entry.of_drive] == entry.number and self._concerns(asked, entry, drive):
                change = self._change(entry, wanted)
                if removed or not change["removed"]:
                    changes.append({name: value for name, value in change.items() if below(wanted, name) is not None})
        page: Json = {"kind": "drive#changeList"}
        more = at < len(log) or asked.struck(Trouble.EMPTY_PAGE) is not None
        page["nextPageToken" if more else "newStartPageToken"] = self._token(at, drive)
        page = picked(page, mask)
        if "changes" in mask or "*" in mask:
            page["changes"] = changes
        return page

    def _token(self, position: int, drive: str) -> str:
        return str(7_000_000 + position) if not drive else sealed("changes", at=position, drive=drive)

    def _position(self, token: str, drive: str) -> int:
        if not drive:
            if not token.isdecimal() or not 0 <= int(token) - 7_000_000 <= len(self._store.log):
                raise invalid("pageToken")
            return int(token) - 7_000_000
        told = unsealed(token, "changes")
        if told["drive"] != drive:
            raise invalid("pageToken")
        return int(told["at"])

    def _may(self, asked: Asked, drive: str) -> None:
        known = drive in self._store.drives and self._store.access(self._person, self._store.nodes[drive]).named
        if not known or not asked.flag("supportsAllDrives"):
            raise ApiError(404, "notFound", f"Shared drive not found: {drive}", location="driveId")

    def _concerns(self, asked: Asked, entry: Entry, drive: str) -> bool:
        if self._person.email not in entry.watchers:
            return False
        if drive:
            return entry.drive == drive
        if entry.drive:
            return asked.flag("supportsAllDrives") and asked.flag("includeItemsFromAllDrives")
        if asked.flag("restrictToMyDrive"):
            node = self._store.nodes.get(entry.id)
            return node is None or node.owner == self._person.email
        return True

    def _change(self, entry: Entry, wanted: Mask) -> Json:
        store, person = self._store, self._person
        node = store.nodes.get(entry.id)
        there = node is not None and store.sees(person, node)
        change: Json = {
            "kind": "drive#change",
            "changeType": "drive" if entry.of_drive else "file",
            "time": written(entry.time),
            "removed": not there,
        }
        change["driveId" if entry.of_drive else "fileId"] = entry.id
        if entry.drive:
            change["driveId"] = entry.drive
        if node is not None and there:
            if entry.of_drive:
                shown = below(wanted, "drive")
                if shown is not None:
                    change["drive"] = picked(drive_resource(store, person, store.drives[entry.id]), shown)
            elif (shown := below(wanted, "file")) is not None:
                change["file"] = file_resource(Sight(store, person, node), shown)
        return change
