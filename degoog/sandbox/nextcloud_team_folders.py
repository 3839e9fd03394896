"""The stand-in's team folders: the API of the app `groupfolders` 20, and how its members see a folder (§9)."""

import itertools
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_accounts import Account
from degoog.sandbox.nextcloud_answers import as_json
from degoog.sandbox.nextcloud_people import form
from degoog.sandbox.nextcloud_store import Home, Store

ROOT = "/index.php/apps/groupfolders/folders"


@dataclass(slots=True)
class TeamFolder:
    """A folder of nobody's; `home` holds its files."""

    number: int
    name: str
    home: Home
    quota: int = -3
    groups: dict[str, int] = field(default_factory=dict)

    def rights(self, account: Account) -> int:
        """What somebody may do in it."""
        found = 0
        for group, rights in self.groups.items():
            found |= rights if group in account.groups else 0
        return found


class TeamFolders:
    """All team folders, and the app's door. Without `there` the app is not installed."""

    def __init__(self, store: Store) -> None:
        self.there = True
        self.all: dict[int, TeamFolder] = {}
        self._store = store
        self._numbers = itertools.count(1)

    def seen(self, account: Account, name: str) -> TeamFolder | None:
        """Find the folder that somebody sees under a name at the top of their files."""
        folders = self.all.values() if self.there else ()
        return next((one for one in folders if one.name == name and one.rights(account) & 1), None)

    def answer(self, request: Request, account: Account, *, admin: bool) -> Response:
        """Answer below the app's address."""
        if not self.there:
            return Response(404, {"Content-Type": "text/html; charset=UTF-8"}, b"<h1>Not found</h1>")
        if not request.header("ocs-apirequest"):
            return as_json(412, {"message": "CSRF check failed"})
        path = [unquote(part) for part in re.split("/", request.path.removeprefix(ROOT)) if part]
        if request.method == "GET" and not path:
            mine = [one for one in self.all.values() if admin or one.rights(account)]
            return _ok({str(one.number): _shown(one) for one in mine} or [])
        if not admin:
            return as_json(403, {"message": "Logged in account must be an admin"})
        return self._change(request, path)

    def _change(self, request: Request, path: list[str]) -> Response:
        told = form(request)
        if request.method == "POST" and not path:
            return self._make(told.get("mountpoint", ""))
        folder = self.all.get(int(path[0])) if path and path[0].isdecimal() else None
        if folder is None:
            return as_json(404, {"message": "Groupfolder not found"})
        match request.method, path[1:]:
            case "POST", ["groups"]:
                folder.groups.setdefault(
                    told.get("group", ""), 31
                )  # any name: nobody asks whether there is such a group
            case "POST", ["groups", group]:
                folder.groups[group] = int(told["permissions"])
            case "DELETE", ["groups", group]:
                folder.groups.pop(group, None)
            case "POST", ["quota"]:
                folder.quota = int(told["quota"])
            case "POST", ["mountpoint"]:
                folder.name = told["mountpoint"]
            case "DELETE", []:
                del self.all[folder.number]
            case _:
                return as_json(404, {"message": "Not found"})
        return _ok({"success": True, "folder": _shown(folder)})

    def _make(self, name: str) -> Response:
        if any(one.name == name for one in self.all.values()):
            return as_json(400, {"message": "Mount point already exists"})
        number = next(self._numbers)
        with self._store.lock:
            home = self._store.new_home(f"__groupfolders/{number}", quota=None)
        self.all[number] = TeamFolder(number, name, home)
        return _ok(_shown(self.all[number]))


def _shown(folder: TeamFolder) -> dict[str, object]:
    return {
        "id": folder.number,
        "mount_point": folder.name,
        "quota": folder.quota,
        "acl": False,
        "size": folder.home.root.size,
        "groups": folder.groups or [],
        "manage": [],
    }


def _ok(data: object) -> Response:
    meta = {"status": "ok", "statuscode": 100, "message": "OK", "totalitems": "", "itemsperpage": ""}
    return as_json(200, {"ocs": {"meta": meta, "data": data}})
