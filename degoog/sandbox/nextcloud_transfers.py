"""The stand-in's handing over of files between accounts, and the notifications that tell of it, as Nextcloud 32 does.

apps/files/lib/Controller/TransferOwnershipController.php and BackgroundJob/TransferOwnership.php, seen at a real one:
the owner offers, the other accepts, a background job moves, also out of an account that is disabled by then.
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_accounts import Account, Accounts
from degoog.sandbox.nextcloud_answers import ocs
from degoog.sandbox.nextcloud_people import form
from degoog.sandbox.nextcloud_store import Node, Store


@dataclass(slots=True)
class Transfer:
    """Files that one account offers to another."""

    number: int
    giver: Account
    heir: Account
    node: Node
    accepted: bool = False


class Transfers:
    """All offers, the doors below /apps/files/api/v1/transferownership and /apps/notifications, and the job."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self.all: dict[int, Transfer] = {}
        self.notifies = True
        """Whether the application "Notifications" is there."""
        self._store = store
        self._accounts = accounts
        self._numbers = itertools.count(1)

    def answer(self, request: Request, account: Account, path: list[str]) -> Response:
        """Offer, accept, or refuse."""
        offer = self.all.get(int(path[0])) if path and path[0].isdecimal() else None
        match request.method, path:
            case "POST", []:
                return self._offer(request, account)
            case (("POST" | "DELETE"), [_number]) if offer is None:
                return ocs(request, 404, code=404, message="", data=[])
            case (("POST" | "DELETE"), [_number]) if offer is not None and offer.heir is not account:
                return ocs(request, 403, code=403, message="", data=[])
            case "POST", [_number] if offer is not None:
                offer.accepted = True
                return _ok(request, [])
            case "DELETE", [_number] if offer is not None:
                del self.all[offer.number]
                return _ok(request, [])
        return ocs(request, 404, code=998, message="Invalid query, please check the syntax.", data=[])

    def notifications(self, request: Request, account: Account) -> Response:
        """What the account has not answered yet."""
        if not self.notifies:
            return ocs(request, 404, code=998, message="Invalid query, please check the syntax.", data=[])
        mine = [one for one in self.all.values() if one.heir is account and not one.accepted]
        return _ok(request, [_shown(one) for one in reversed(mine)])

    def run(self) -> None:
        """What the background job does: all of it into one new folder."""
        with self._store.lock:
            for offer in [one for one in self.all.values() if one.accepted]:
                del self.all[offer.number]
                now = datetime.fromtimestamp(self._store.now(), UTC)
                name = f"Transferred from {offer.giver.display_name} on {now:%Y-%m-%d %H-%M-%S}"
                folder = self._store.make_folder(self._store.homes[offer.heir.login].root, name)
                home = self._store.homes[offer.giver.login]
                whole = offer.node is home.root
                for node in list((offer.node.children or {}).values()) if whole else [offer.node]:
                    self._store.move(home, node, folder, node.name)

    def _offer(self, request: Request, account: Account) -> Response:
        told = form(request)
        heir = self._accounts.find(told.get("recipient", ""))
        names = [name for name in told.get("path", "").split("/") if name]
        with self._store.lock:
            node = self._store.homes[account.login].find(names)
        if heir is None or node is None:
            return ocs(request, 400, code=400, message="", data=[])
        number = next(self._numbers)
        self.all[number] = Transfer(number, account, heir, node)
        return _ok(request, [])


def _shown(offer: Transfer) -> dict[str, object]:
    user = {"type": "user", "id": offer.giver.login, "name": offer.giver.display_name}
    return {
        "notification_id": offer.number,
        "app": "files",
        "user": offer.heir.login,
        "object_type": "transfer",
        "object_id": str(offer.number),
        "subject": f"Incoming ownership transfer from @{offer.giver.display_name}",
        "subjectRich": "Incoming ownership transfer from {user}",
        "subjectRichParameters": {"user": user},
        "actions": [{"label": "Accept", "type": "POST"}, {"label": "Reject", "type": "DELETE"}],
    }


def _ok(request: Request, data: object) -> Response:
    return ocs(request, 200, code=200, message="OK", data=data)
