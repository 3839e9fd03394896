"""The stand-in's provisioning doors: accounts and groups, as an administrator gets them (nextcloud.md §1)."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_accounts import Account, Accounts
from degoog.sandbox.nextcloud_answers import ocs
from degoog.sandbox.nextcloud_store import Store

Shown = Callable[[Account], dict[str, object]]


def form(request: Request) -> dict[str, str]:
    """A form's fields."""
    return dict(parse_qsl(request.body.read_all().decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class PeopleDoor:
    """Answers below /cloud/users and /cloud/groups that come to an administrator; None for what is none of its own."""

    store: Store
    accounts: Accounts
    shown: Shown

    def answer(self, request: Request, path: list[str]) -> Response | None:
        """Dispatch."""
        match request.method, path:
            case "GET", ["users", "details"]:
                return self._details(request)
            case "GET", ["groups", "details"]:
                return self._groups(request)
            case "POST", ["groups"]:
                return self._make_group(request)
            case method, ["groups", group]:
                return self._group(request, method, group)
            case method, ["users", login, word]:
                return self._about(request, method, login, word)
        return None

    def _details(self, request: Request) -> Response:
        found = {account.login: self.shown(account) for account in self._page(request, self._logins())}
        return _ok(request, {"users": found or []})

    def _groups(self, request: Request) -> Response:
        known = [{"id": "admin", "displayname": "admin"}]
        known += [{"id": group, "displayname": name} for group, name in sorted(self.accounts.groups.items())]
        start, size = int(request.query.get("offset", "0")), int(request.query.get("limit", "1000"))
        return _ok(request, {"groups": known[start : start + size]})

    def _make_group(self, request: Request) -> Response:
        told = form(request)
        group = told.get("groupid", "")
        if not group or group in self.accounts.groups or group == "admin":
            return _no(request, 400, 102 if group else 101, "group exists" if group else "Invalid group name")
        self.accounts.groups[group] = told.get("displayname") or group
        return _ok(request, [])

    def _group(self, request: Request, method: str, group: str) -> Response:
        if group not in self.accounts.groups:
            return _no(request, 400, 101, "")
        if method == "DELETE":
            del self.accounts.groups[group]
            for account in self.accounts.by_login.values():
                account.groups.discard(group)
        elif method == "PUT":
            self.accounts.groups[group] = form(request).get("value", group)
        return _ok(request, [])

    def _about(self, request: Request, method: str, login: str, word: str) -> Response | None:
        account = self.accounts.find(login)
        if account is None:
            return _no(request, 404, 998, "")
        match method, word:
            case (("POST" | "DELETE"), "groups"):
                group = (form(request) or request.query).get("groupid", "")
                if group not in self.accounts.groups:
                    return _no(request, 400, 102, "")
                if method == "POST":
                    account.groups.add(group)
                else:
                    account.groups.discard(group)
            case "PUT", ("enable" | "disable"):
                account.enabled = word == "enable"
            case "POST", "welcome":
                if not account.email:
                    return _no(request, 400, 101, "Email address not available")
                self.accounts.mails.append(account.email)
            case _:
                return None
        return _ok(request, [])

    def _logins(self) -> list[Account]:
        return sorted(self.accounts.by_login.values(), key=lambda account: account.login)

    @staticmethod
    def _page(request: Request, accounts: list[Account]) -> list[Account]:
        start, size = int(request.query.get("offset", "0")), int(request.query.get("limit", "1000"))
        return accounts[start : start + size]


def _ok(request: Request, data: object) -> Response:
    return ocs(request, 200, code=200, message="OK", data=data)


def _no(request: Request, status: int, code: int, message: str) -> Response:
    return ocs(request, status, code=code, message=message, data=[])
