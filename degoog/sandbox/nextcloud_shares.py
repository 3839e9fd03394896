"""The stand-in's shares: folders and files shared with groups, as Nextcloud 32 keeps them (nextcloud.md §9)."""

import itertools
from dataclasses import dataclass

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_accounts import Account, Accounts
from degoog.sandbox.nextcloud_answers import ocs
from degoog.sandbox.nextcloud_people import form
from degoog.sandbox.nextcloud_store import Store

GROUP = "1"


@dataclass(slots=True)
class Share:
    """One share with a group."""

    number: str
    owner: str
    path: str
    node: int
    group: str
    rights: int


class Shares:
    """All shares, and the door below /apps/files_sharing/api/v1/shares. Only groups are imitated."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self.all: dict[str, Share] = {}
        self._store = store
        self._accounts = accounts
        self._numbers = itertools.count(1)

    def answer(self, request: Request, account: Account, path: list[str]) -> Response:
        """Dispatch."""
        mine = {number: share for number, share in self.all.items() if share.owner == account.login}
        match request.method, path:
            case "GET", []:
                return _ok(request, [_shown(share) for share in mine.values()])
            case "POST", []:
                return self._make(request, account, mine)
            case "PUT", [number] if number in mine:
                mine[number].rights = int(form(request)["permissions"])
                return _ok(request, _shown(mine[number]))
        return ocs(request, 404, code=404, message="Wrong share ID, share does not exist", data=[])

    def _make(self, request: Request, account: Account, mine: dict[str, Share]) -> Response:
        told = form(request)
        names = [name for name in told.get("path", "").split("/") if name]
        with self._store.lock:
            node = self._store.homes[account.login].find(names)
        if node is None:
            return ocs(request, 404, code=404, message="Wrong path, file/folder does not exist", data=[])
        group = told.get("shareWith", "")
        if told.get("shareType") != GROUP or group not in self._accounts.groups:
            return ocs(request, 404, code=404, message="Please specify a valid group", data=[])
        for share in mine.values():
            if (share.node, share.group) == (node.id, group):
                return _ok(request, _shown(share))  # with its old rights: a second request changes nothing
        number = str(next(self._numbers))
        path = "/" + "/".join(names)
        self.all[number] = Share(number, account.login, path, node.id, group, int(told.get("permissions", "31")))
        return _ok(request, _shown(self.all[number]))


def _shown(share: Share) -> dict[str, object]:
    return {
        "id": share.number,
        "share_type": 1,
        "uid_owner": share.owner,
        "permissions": share.rights,
        "path": share.path,
        "item_type": "folder",
        "file_source": share.node,
        "item_source": share.node,
        "share_with": share.group,
    }


def _ok(request: Request, data: object) -> Response:
    return ocs(request, 200, code=200, message="OK", data=data)
