"""The stand-in's OCS doors: capabilities, accounts and app passwords; and Login Flow v2 beside them."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_accounts import Account, Accounts, Caller
from degoog.sandbox.nextcloud_answers import as_json, ocs
from degoog.sandbox.nextcloud_names import NameRules
from degoog.sandbox.nextcloud_people import PeopleDoor, form
from degoog.sandbox.nextcloud_shares import Shares
from degoog.sandbox.nextcloud_store import Store
from degoog.sandbox.nextcloud_transfers import Transfers

VERSION = (32, 0, 1)
_UNITS = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3, "tb": 1024**4}


def parse_quota(text: str) -> int | None:
    """`5 GB` as bytes, None for no limit; raises ValueError for what the server refuses."""
    if text.lower() in {"none", "default", ""}:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?b)?\s*", text.lower())
    if found is None:
        raise ValueError(text)
    return int(float(found.group(1)) * _UNITS[found.group(2) or ""])


@dataclass(frozen=True, slots=True)
class OcsDoor:
    """Answers below /ocs/v1.php and /ocs/v2.php."""

    store: Store
    accounts: Accounts
    rules: Callable[[], NameRules]
    admin: str
    url: str
    shares: Shares
    transfers: Transfers

    def answer(  # noqa: PLR0911, PLR0912 - one return a resource
        self, request: Request, caller: Caller | None
    ) -> Response:
        """Dispatch; `caller` is None for a request without credentials."""
        path = re.sub(r"^/ocs/v[12]\.php", "", request.path).rstrip("/")
        if not request.header("ocs-apirequest") and (caller is not None or path != "/cloud/capabilities"):
            return as_json(412, {"message": "CSRF check failed"})
        if request.method == "GET" and path == "/cloud/capabilities":
            return self._ok(request, self._capabilities(caller))
        if caller is None:
            return self._no(request, 401, 997, "Current user is not logged in")
        match request.method, path.removeprefix("/").split("/"):
            case "GET", ["cloud", "user"]:
                return self._ok(request, self._account(caller.account))
            case "GET", ["core", "getapppassword"]:
                return self._app_password(request, caller)
            case "DELETE", ["core", "apppassword"]:
                return self._revoke(request, caller)
            case "GET", ["cloud", "users", login] if login != "details":
                return self._show(request, caller, login)
            case method, ["cloud", "users", *rest]:
                if caller.account.login != self.admin:
                    return self._no(request, 403, 403, "Logged in account must be at least a sub admin")
                told = PeopleDoor(self.store, self.accounts, self._account).answer(request, ["users", *rest])
                if told is not None:
                    return told
                return self._administer(request, method, rest)
            case _method, ["apps", "files_sharing", "api", "v1", "shares", *rest]:
                return self.shares.answer(request, caller.account, rest)
            case _method, ["apps", "files", "api", "v1", "transferownership", *rest]:
                return self.transfers.answer(request, caller.account, rest)
            case "GET", ["apps", "notifications", "api", "v2", "notifications"]:
                return self.transfers.notifications(request, caller.account)
            case _method, ["cloud", "groups", *rest]:
                if caller.account.login != self.admin:
                    return self._no(request, 403, 403, "Logged in account must be at least a sub admin")
                told = PeopleDoor(self.store, self.accounts, self._account).answer(request, ["groups", *rest])
                return told or self._no(request, 404, 998, "")
        return self._no(request, 404, 998, "Invalid query, please check the syntax.")

    def _ok(self, request: Request, data: object) -> Response:
        return ocs(request, 200, code=200, message="OK", data=data)

    def _no(self, request: Request, status: int, code: int, message: str) -> Response:
        return ocs(request, status, code=code, message=message, data=[])

    def _app_password(self, request: Request, caller: Caller) -> Response:
        if caller.has_app_password:
            return self._no(request, 403, 403, "You cannot request an new apppassword with an apppassword")
        return self._ok(request, {"apppassword": self.accounts.new_app_password(caller.account)})

    def _revoke(self, request: Request, caller: Caller) -> Response:
        if not caller.has_app_password:
            return self._no(request, 403, 403, "no app password in use")
        caller.account.app_passwords.discard(caller.password)
        return self._ok(request, [])

    def _show(self, request: Request, caller: Caller, login: str) -> Response:
        account = self.accounts.find(login)
        if account is None and caller.account.login == self.admin:
            return self._no(request, 404, 404, "User does not exist")
        if account is None or (caller.account.login != self.admin and account is not caller.account):
            return self._no(request, 404, 998, "")
        return self._ok(request, self._account(account))

    def _administer(self, request: Request, method: str, rest: list[str]) -> Response:
        if method == "GET" and not rest:
            wanted = request.query.get("search", "").lower()
            logins = sorted(account.login for account in self.accounts.by_login.values())
            return self._ok(request, {"users": [login for login in logins if wanted in login.lower()]})
        if method == "POST" and not rest:
            return self._create(request)
        account = self.accounts.find(rest[0]) if rest else None
        if account is None:
            return self._no(request, 404, 998, "")
        if method == "DELETE":
            del self.accounts.by_login[account.login.lower()]
            with self.store.lock:
                self.store.drop_home(account.login)
            return self._ok(request, [])
        if method == "PUT":
            return self._change(request, account)
        return self._no(request, 404, 998, "")

    def _create(self, request: Request) -> Response:
        told = form(request)
        login = told.get("userid", "").strip()
        refusal = self.accounts.refusal(login, told.get("password", ""), told.get("email", ""))
        if refusal is not None:
            return self._no(request, 400, *refusal)
        password = told.get("password") or self.accounts.draw(32)  # nobody knows it: a link by mail lets one choose
        account = Account(login, password, told.get("displayName", "") or login, told.get("email"))
        account.language = told.get("language") or "en"
        self.accounts.add(account)
        if account.email:
            self.accounts.mails.append(account.email)
        with self.store.lock:
            home = self.store.new_home(login, quota=None)
        try:
            account.quota = home.quota = parse_quota(told.get("quota", ""))
        except ValueError:
            # The account is there by then: making one is not atomic.
            return self._no(request, 400, 101, f"Invalid quota value: {told['quota']}")
        return self._ok(request, {"id": login})

    def _change(self, request: Request, account: Account) -> Response:
        told = form(request)
        value = told.get("value", "")
        match told.get("key", ""):
            case "quota":
                try:
                    account.quota = self.store.homes[account.login].quota = parse_quota(value)
                except ValueError:
                    return self._no(request, 400, 101, f"Invalid quota value: {value}")
            case "password":
                account.password = value
            case "displayname" | "display":
                account.display_name = value
            case "email":
                account.email = value
            case _:
                return self._no(request, 400, 113, "")
        return self._ok(request, [])

    def _account(self, account: Account) -> dict[str, object]:
        home = self.store.homes[account.login]
        total = -3 if home.quota is None else home.quota
        free = -3 if home.free is None else home.free
        return {
            "enabled": account.enabled,
            "id": account.login,
            "backend": "Database",
            "quota": {"free": free, "used": home.root.size, "total": total, "relative": 0, "quota": total},
            "email": account.email,
            "displayname": account.display_name,
            "display-name": account.display_name,
            "groups": [*(["admin"] if account.login == self.admin else []), *sorted(account.groups)],
            "language": account.language,
            "locale": "",
        }

    def _capabilities(self, caller: Caller | None) -> dict[str, object]:
        major, minor, micro = VERSION
        version = {
            "major": major,
            "minor": minor,
            "micro": micro,
            "string": f"{major}.{minor}.{micro}",
            "edition": "",
            "extendedSupport": False,
        }
        known: dict[str, object] = {
            "bruteforce": {"delay": 0, "allow-listed": False},
            "theming": {"name": "Nextcloud", "url": "https://nextcloud.com", "color": "#00679e"},
        }
        if caller is not None:
            known |= self._private_capabilities()
        return {"version": version, "capabilities": known}

    def _private_capabilities(self) -> dict[str, object]:
        rules = self.rules()
        return {
            "core": {"pollinterval": 60, "webdav-root": "remote.php/webdav"},
            "files": {
                "blacklisted_files": list(rules.filenames),
                "forbidden_filenames": list(rules.filenames),
                "forbidden_filename_basenames": list(rules.basenames),
                "forbidden_filename_characters": list(rules.characters),
                "forbidden_filename_extensions": list(rules.extensions),
                "bigfilechunking": True,
                "chunked_upload": {"max_size": 104857600, "max_parallel_count": 5},
                "windows_compatible_filenames": rules.windows_compatible,
                "undelete": True,
                "versioning": True,
            },
            "dav": {"chunking": "1.0", "public_shares_chunking": False, "bulkupload": "1.0"},
            "password_policy": {"minLength": 10, "policies": {"account": {"minLength": 10}}},
        }


@dataclass(frozen=True, slots=True)
class LoginDoor:
    """Login Flow v2: what a client asks, and the page its user sees."""

    accounts: Accounts
    url: str

    def answer(self, request: Request) -> Response | None:
        """None when the path is no part of it."""
        path = request.path.removeprefix("/index.php")
        if request.method == "POST" and path == "/login/v2":
            flow = self.accounts.open_flow()
            poll = {"token": flow.poll_token, "endpoint": f"{self.url}/login/v2/poll"}
            return as_json(200, {"poll": poll, "login": f"{self.url}/login/v2/flow/{flow.login_token}"})
        if request.method == "POST" and path == "/login/v2/poll":
            granted = self.accounts.poll(form(request).get("token", ""))
            if granted is None:
                return as_json(404, [])
            login, password = granted
            return as_json(200, {"server": self.url, "loginName": login, "appPassword": password})
        if path.startswith("/login/v2/flow/"):
            return self._page(request, path)
        return None

    def _page(self, request: Request, path: str) -> Response:
        flow = self.accounts.find_flow(path)
        if flow is None:
            return _html(403, "<h1>Access forbidden</h1><p>Your login token is invalid or has expired</p>")
        if request.method == "POST":
            account = self.accounts.find(form(request).get("login", ""))
            if account is not None:
                self.accounts.grant(flow, account)
                return _html(200, "<h1>Account connected</h1><p>You can close this window.</p>")
        logins = sorted(account.login for account in self.accounts.by_login.values())
        buttons = "".join(
            f'<p><button name="login" value="{html.escape(login)}">{html.escape(login)}</button></p>'
            for login in logins
        )
        return _html(200, f'<h1>Grant access</h1><p>As whom?</p><form method="post">{buttons}</form>')


def _html(status: int, body: str) -> Response:
    page = f'<!DOCTYPE html><html lang="en"><title>Nextcloud (sandbox)</title><body>{body}</body></html>'
    return Response(status, {"Content-Type": "text/html; charset=UTF-8"}, page.encode())
