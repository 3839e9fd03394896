"""The sandbox's Nextcloud: a stand-in on loopback with the real server's answers, and its traps."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from degoog.sandbox import nextcloud_listings as listings
from degoog.sandbox.faults import Fault, FaultKind, FaultPlan
from degoog.sandbox.http_server import Drop, HttpServer, Request, Response, decode_path
from degoog.sandbox.nextcloud_accounts import Account, Accounts, BadLogin, Caller, TooManyFailures
from degoog.sandbox.nextcloud_agendas import AgendaDoor, Agendas, Desk
from degoog.sandbox.nextcloud_answers import OCA, SABRE, DavError, as_json, multistatus, not_found, ocs
from degoog.sandbox.nextcloud_bulk import BulkDoor
from degoog.sandbox.nextcloud_dav import DAV_ROOT, FilesDoor
from degoog.sandbox.nextcloud_names import DEFAULT_RULES, WINDOWS_RULES, NameRules, segments
from degoog.sandbox.nextcloud_ocs import VERSION, LoginDoor, OcsDoor
from degoog.sandbox.nextcloud_shares import Shares
from degoog.sandbox.nextcloud_store import Home, Node, Store
from degoog.sandbox.nextcloud_team_folders import ROOT as TEAM_FOLDERS
from degoog.sandbox.nextcloud_team_folders import TeamFolders
from degoog.sandbox.nextcloud_transfers import Transfers
from degoog.sandbox.nextcloud_uploads import UploadsDoor
from degoog.sandbox.refusals import refuse
from degoog.sandbox.request_log import Entry, RequestLog

ADMIN = "admin"
OLD_ROOT = "/remote.php/webdav/"  # the files of whoever logs in


class NextcloudSandbox:
    """A Nextcloud on 127.0.0.1, from `with` to its end; its files lie under `root`, a folder of its own.

    `faults` may be replaced or changed while it runs. `clock` and `sleep` are for tests of time.
    """

    def __init__(
        self,
        root: Path,
        *,
        faults: FaultPlan | None = None,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.faults = faults or FaultPlan(seed=seed)
        self.requests = RequestLog()
        self.rules: NameRules = DEFAULT_RULES
        self._sleep = sleep
        self._store = Store(root / "blobs", clock=clock)
        self._accounts = Accounts(clock=clock, seed=seed)
        self.agendas = Agendas(self._accounts)
        self.admin_password = self._accounts.draw(16)
        self.add_user(ADMIN, self.admin_password)
        self._server = HttpServer(self._answer)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.shares = Shares(self._store, self._accounts)
        self.transfers = Transfers(self._store, self._accounts)
        self._ocs = OcsDoor(
            self._store, self._accounts, lambda: self.rules, ADMIN, self.url, self.shares, self.transfers
        )
        self._login = LoginDoor(self._accounts, self.url)
        self.team_folders = TeamFolders(self._store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering. May be called twice."""
        self._server.close()

    # --- the administrator's side

    @property
    def admin_url(self) -> str:
        """The address with the administrator's credentials, in the form of DEGOOG_TEST_NEXTCLOUD."""
        return self.url.replace("//", f"//{ADMIN}:{self.admin_password}@")

    def add_user(self, login: str, password: str, quota: int | None = None) -> None:
        """A new account with an empty home; `quota` in bytes. Raises ValueError when there is one already."""
        if self._accounts.find(login) is not None:
            raise ValueError(f"{login} exists already")
        self._accounts.add(Account(login, password, login, quota=quota))
        with self._store.lock:
            self._store.new_home(login, quota=quota)

    def set_quota(self, login: str, quota: int | None) -> None:
        """Change an account's quota, in bytes; None: no limit."""
        self._store.homes[login].quota = quota

    def app_password(self, login: str) -> str:
        """A new app password for that account. Raises KeyError without such an account."""
        return self._accounts.new_app_password(self._accounts.by_login[login.lower()])

    def grant(self, token_or_link: str, login: str) -> None:
        """Say yes to a Login Flow v2, as that account's holder. KeyError for an unknown flow or login."""
        flow = self._accounts.find_flow(token_or_link)
        if flow is None:
            raise KeyError(token_or_link)
        self._accounts.grant(flow, self._accounts.by_login[login.lower()])

    def forgive_bad_logins(self) -> None:
        """End the 429 that follows more than ten bad logins."""
        self._accounts.forgive()

    def want_windows_names(self) -> None:
        """What an administrator may ask for: refuse the names that Windows refuses."""
        self.rules = WINDOWS_RULES

    # --- looking in from behind

    def _node(self, login: str, path: str) -> Node:
        node = self._store.homes[login].find(segments(path))
        if node is None:
            raise FileNotFoundError(path)
        return node

    def read(self, login: str, path: str) -> bytes:
        """A file's bytes as they lie on the disk. Raises FileNotFoundError."""
        with self._store.lock:
            return self._store.blob_path(self._node(login, path).blob).read_bytes()

    def write(self, login: str, path: str, content: bytes) -> None:
        """As if the account's holder had saved a file in the browser; its folder must exist."""
        *folder, name = segments(path)
        with self._store.lock:
            home = self._store.homes[login]
            parent, node = self._node(login, "/".join(folder)), home.find([*folder, name])
            blob = node.blob if node is not None else self._store.new_blob()
            if node is not None:
                self._store.keep_version(node)
            self._store.blob_path(blob).write_bytes(content)
            if node is None:
                self._store.made_file(parent, name, blob=blob, size=len(content))
            else:
                self._store.rewrote_file(node, size=len(content))

    def paths(self, login: str) -> dict[str, int | None]:
        """Every path in that home, sorted, with its size; None for folders."""
        with self._store.lock:
            nodes = [node for node in self._store.homes[login].root.walk() if node.parent is not None]
            return dict(sorted((node.path, None if node.children is not None else node.size) for node in nodes))

    def agenda(self, login: str) -> Desk:
        """An account's calendars, address books and inbox."""
        return self.agendas.of(login)

    def trash(self, login: str) -> list[str]:
        """The paths of what was deleted, oldest first."""
        return [path for _, path, _ in self._store.homes[login].trash]

    def versions(self, login: str, path: str) -> int:
        """How many earlier versions of that file are kept."""
        with self._store.lock:
            return len(self._node(login, path).versions or ())

    @property
    def accounts(self) -> Accounts:
        """Everybody's accounts and groups, and the addresses that got a welcome."""
        return self._accounts

    def uploads(self, login: str) -> dict[str, list[str]]:
        """The chunked uploads under way: folder → chunks."""
        with self._store.lock:
            return {name: sorted(upload.chunks) for name, upload in self._store.homes[login].uploads.items()}

    # --- answering

    def _answer(self, request: Request) -> Response:
        started = time.monotonic()
        status = 0
        try:
            response = self._with_faults(request)
            status = response.status
        finally:
            entry = Entry(request.method, request.path, status, request.login, time.monotonic() - started)
            self.requests.note(entry, door=_door(request.path))
        return response

    def _with_faults(self, request: Request) -> Response:
        paths = [request.path]
        if request.header("destination"):
            paths.append(decode_path(request.header("destination").removeprefix(self.url)))
        faults = self.faults.strikes(request.method, *paths)
        for fault in faults:
            refused = self._before(request, fault)
            if refused is not None:
                return refused
        response = self._routed(request)
        if any(fault.kind in {FaultKind.DROP_ANSWER, FaultKind.CUT_BODY} for fault in faults):
            response.close()
            raise Drop
        return response

    def _before(self, request: Request, fault: Fault) -> Response | None:
        match fault.kind:
            case FaultKind.SLOW:
                self._sleep(fault.seconds)
            case FaultKind.CUT_BODY:
                request.body.cut_after = fault.bytes
            case FaultKind.BIT_FLIP:
                request.body.flip_next = True
            case FaultKind.BIT_ROT:
                request.rot = True
            case FaultKind.DROP_REQUEST:
                raise Drop
            case FaultKind.DROP_ANSWER:
                pass
            case _:
                return refuse(request, fault)
        return None

    def _routed(self, request: Request) -> Response:  # noqa: PLR0911 - one return a door
        if "\n" in request.path:
            return Response(404, {"Content-Type": "text/html"}, b"<html>404 Not Found</html>")
        if request.path == "/status.php":
            return self._status(request)
        door = _door(request.path)
        if door in {"dav", "old dav"}:
            try:
                return self._dav(request) if door == "dav" else self._old_dav(request)
            except DavError as error:
                return error.response()
        if door == "ocs":
            return self._ocs_answer(request)
        if f"{request.path}/".startswith(f"{TEAM_FOLDERS}/"):
            return self._team_folders(request)
        found = self._login.answer(request)
        return found or Response(404, {"Content-Type": "text/html; charset=UTF-8"}, b"<h1>Not found</h1>")

    def _status(self, _request: Request) -> Response:
        version = ".".join(map(str, VERSION))
        status = {
            "installed": True,
            "maintenance": self.in_maintenance,
            "needsDbUpgrade": False,
            "version": f"{version}.2",
            "versionstring": version,
            "edition": "",
            "productname": "Nextcloud",
            "extendedSupport": False,
        }
        return as_json(200, status, {"Content-Type": "application/json"})

    @property
    def in_maintenance(self) -> bool:
        """Whether a fault of that kind is in force; status.php says so, and goes on answering."""
        return self.faults.holds(FaultKind.MAINTENANCE)

    def _ocs_answer(self, request: Request) -> Response:
        try:
            caller = self._accounts.caller(request.header("authorization"))
        except TooManyFailures:
            return ocs(request, 429, code=429, message="Reached maximum delay", data=[])
        except BadLogin:
            refused = ocs(request, 401, code=997, message="Unauthorised", data=[])
            refused.headers["WWW-Authenticate"] = 'Basic realm="Authorisation Required"'
            return refused
        request.login = caller.account.login if caller else ""
        return self._ocs.answer(request, caller)

    def _team_folders(self, request: Request) -> Response:
        try:
            caller = self._accounts.caller(request.header("authorization"))
        except (BadLogin, TooManyFailures):
            caller = None
        if caller is None:
            return as_json(401, {"message": "Current user is not logged in"})
        return self.team_folders.answer(request, caller.account, admin=caller.account.login == ADMIN)

    def _dav_caller(self, request: Request) -> Caller:
        refused = {"WWW-Authenticate": 'Basic realm="Nextcloud", charset="UTF-8"'}
        try:
            caller = self._accounts.caller(request.header("authorization"))
        except TooManyFailures as error:
            extra = '  <o:hint xmlns:o="o:">too many requests</o:hint>\n'
            raise DavError(429, OCA + "TooManyRequests", "", None, extra) from error
        except BadLogin as error:
            message = "Username or password was incorrect"
            raise DavError(401, SABRE + "NotAuthenticated", message, refused) from error
        if caller is None:
            message = "No 'Authorization: Basic' header found."
            raise DavError(401, SABRE + "NotAuthenticated", message, refused)
        request.login = caller.account.login
        return caller

    def _dav(self, request: Request) -> Response:  # noqa: PLR0911 - one return a kind
        account = self._dav_caller(request).account
        login = account.login
        home = self._store.homes[login]
        match segments(request.path.removeprefix(DAV_ROOT)):
            case ["files", owner, *names] if owner == login:
                if ".." in names:
                    raise DavError(500, "OCP\\Files\\InvalidPathException", "")
                if len(names) > 1 and (folder := self.team_folders.seen(account, names[0])):
                    return FilesDoor(self._store, folder.home, self.rules).answer(request, names[1:])
                return FilesDoor(self._store, home, self.rules).answer(request, names)
            case ["files", owner, *names]:
                return self._elsewhere(request, owner, names)
            case ["uploads", _, *names]:
                return UploadsDoor(self._store, home, self.rules).answer(request, names)
            case ["bulk"] if request.method == "POST":
                trouble = self._bulk_trouble(login)
                return BulkDoor(self._store, home, self.rules, trouble).answer(request)
            case [("calendars" | "addressbooks"), *_rest] as path:
                return self._agenda(request, account, path)
            case [("trashbin" | "versions"), owner, *names] if owner == login:
                return self._left(request, home, names)
        raise not_found(request.path.removeprefix(DAV_ROOT))

    def _left(self, request: Request, home: Home, names: list[str]) -> Response:
        """What was deleted, and what files were before."""
        match request.method, names:
            case "PROPFIND", ["trash"]:
                return multistatus(listings.trash(self._store, home))
            case "PROPFIND", ["versions", number]:
                return multistatus(listings.versions(self._store, home, number))
            case "MOVE", ["versions", number, time]:
                return listings.restore(self._store, home, number, time)
        raise not_found("/".join(names))

    def _agenda(self, request: Request, account: Account, path: list[str]) -> Response:
        match path:
            case ["calendars", owner, *names] if owner == account.login:
                return AgendaDoor(self.agendas, account, books=False).answer(request, names)
            case ["addressbooks", "users", owner, *names] if owner == account.login:
                return AgendaDoor(self.agendas, account, books=True).answer(request, names)
        raise not_found("/".join(path))

    def _old_dav(self, request: Request) -> Response:
        """The old address of the files of whoever logs in; only looking is imitated here."""
        if request.method != "PROPFIND":
            raise not_found(request.path)
        root = f"{DAV_ROOT}files/{self._dav_caller(request).account.login}/"
        request.path = root + request.path.removeprefix(OLD_ROOT.rstrip("/")).lstrip("/")
        response = self._dav(request)
        if isinstance(response.body, bytes):
            response.body = response.body.replace(f"<d:href>{root}".encode(), f"<d:href>{OLD_ROOT}".encode())
        return response

    def _elsewhere(self, request: Request, owner: str, names: list[str]) -> Response:
        """Another account's home: nobody may look into it or write there, not even the administrator."""
        if self._accounts.find(owner) is None:
            raise DavError(404, SABRE + "NotFound", f"Principal with name {owner} not found")
        if request.method == "PROPFIND" and not names:
            return multistatus([listings.closed_home(owner)])
        if len(names) == 1 and request.method in {"PUT", "MKCOL"}:
            message = f"Permission denied to create file (filename {names[0]})"
            raise DavError(403, SABRE + "Forbidden", message)
        raise not_found("/".join(["", *names]))

    def _bulk_trouble(self, login: str) -> Callable[[str], str | None]:
        def trouble(path: str) -> str | None:
            full = f"/{login}/files{path}"
            at = f"{DAV_ROOT}files/{login}{path}"
            if self.faults.strikes("BULK", at, only=FaultKind.LOCKED):
                return f'"{full}" is locked'
            if self.faults.strikes("BULK", at, only=FaultKind.QUOTA):
                return f'Could not create path "{full}"'
            return None

        return trouble


def _door(path: str) -> str:
    if path.startswith(DAV_ROOT):
        return "dav"
    if f"{path}/".startswith(OLD_ROOT):
        return "old dav"
    return "ocs" if re.match(r"/ocs/v[12]\.php/", path) else "page"
