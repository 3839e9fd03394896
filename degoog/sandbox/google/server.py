"""The sandbox's Google: every host of it below one address, `<url>/<host>/…`, on loopback."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from string import ascii_letters, digits
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import quote

from degoog.sandbox.google import formats, ical
from degoog.sandbox.google.answers import ApiError, Asked, lacks_scope, not_configured, not_found, refusal
from degoog.sandbox.google.calendar import CalendarDoor
from degoog.sandbox.google.contacts import PeopleDoor
from degoog.sandbox.google.downloads import Waiting, allow, export_of, redrawn
from degoog.sandbox.google.drive import DriveDoor
from degoog.sandbox.google.faults import GooglePlan, Trouble
from degoog.sandbox.google.hands import Hands
from degoog.sandbox.google.hosts import API, host_and_path, understood
from degoog.sandbox.google.people import Person
from degoog.sandbox.google.resources import Sight
from degoog.sandbox.google.tasks import TasksDoor
from degoog.sandbox.google.tokens import TOKEN_URL, Tokens
from degoog.sandbox.google.world import World
from degoog.sandbox.http_server import Drop, HttpServer, Request, Response
from degoog.sandbox.request_log import Entry, RequestLog

DRIVE_SCOPES = (f"{API}drive.readonly",)
AGENDA_SCOPES = tuple(
    API + scope
    for scope in (
        "calendar.readonly", "calendar.acls.readonly", "contacts.readonly", "contacts.other.readonly", "tasks.readonly",
        "directory.readonly",
    )
)  # fmt: skip
"""What the roads of calendars, contacts and tasks ask for."""
_LETTERS = ascii_letters + digits


class Door(Protocol):
    """One API."""

    def answer(self, asked: Asked, person: Person) -> Response:
        """The answer to a request that may be made. Raises ApiError."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, for who checks both against Google's own documents."""

    host: str
    verb: str
    path: str
    query: Mapping[str, list[str]]
    method: str
    status: int
    content_type: str
    answer: bytes


@dataclass(slots=True)
class Settings:
    """What may be changed while the server runs."""

    latency: float = 0.0
    """Every answer takes so many seconds more."""
    disabled: set[str] = field(default_factory=set)
    """APIs that the project did not enable: `drive`, `calendar`, `people`, `tasks`."""
    quota: dict[str, int] = field(default_factory=dict)
    """Storage limits, by address."""


class GoogleSandbox:
    """A Google on 127.0.0.1, from `with` to its end.

    `faults` and `settings` may be changed while it runs; `hands` does what people do meanwhile. `clock` and `sleep`
    are for tests of time; `witness` is handed every exchange with an API.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: GooglePlan | None = None,
        seed: int = 0,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        witness: Callable[[Exchange], None] = lambda _exchange: None,
    ) -> None:
        self.faults = faults or GooglePlan(seed=seed)
        self.requests = RequestLog()
        self.settings = Settings(latency=latency)
        self._random = Random(f"google {seed}")  # noqa: S311 - the secrets of a stand-in are no secrets
        self._random_guard = threading.Lock()
        self._sleep = sleep
        self._witness = witness
        self.tokens = Tokens(world.directory, seed=seed, clock=clock, draw=self._draw)
        self._service = Person(email=self.tokens.service_account, name="degoog", domain="")
        world.directory.people[self._service.email] = self._service
        self.drive = world.drive_store(clock)
        self.agenda = world.agenda(clock)
        self.contacts = world.contacts(clock)
        self.task_lists = world.tasks()
        self.hands = Hands(self.drive)
        self._drive_door = DriveDoor(self.drive, Waiting(self._draw), lambda who: self.settings.quota.get(who.email))
        self._doors: dict[str, Door] = {
            "drive": self._drive_door,
            "calendar": CalendarDoor(self.agenda),
            "people": PeopleDoor(self.contacts),
            "tasks": TasksDoor(self.task_lists),
        }
        self._meanwhile: list[tuple[str, int, Callable[[], None]]] = []
        self._server = HttpServer(self._answer)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering. May be called twice."""
        self._server.close()

    # --- keys to the doors

    def access_token(self, email: str, *, scopes: Iterable[str] = DRIVE_SCOPES, life: float = 3599) -> str:
        """A token as after a sign-in. Raises KeyError without such an account."""
        return self.tokens.issue(self._person(email), scopes, life=life)

    def authorized_user(self, email: str, *, scopes: Iterable[str] = DRIVE_SCOPES) -> dict[str, str]:
        """What a file of credentials of an authorised user holds. Raises KeyError without such an account."""
        return {
            "type": "authorized_user",
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "refresh_token": self.tokens.remember(self._person(email), scopes),
            "universe_domain": "googleapis.com",
        }

    def client_file(self) -> dict[str, Any]:
        """What the console gives for an OAuth client of the kind "Desktop app"."""
        return {
            "installed": {
                "client_id": self.tokens.client_id,
                "project_id": "lauze-migration",
                "auth_uri": "https://accounts.google.com/o/oauth2/auth",
                "token_uri": TOKEN_URL,
                "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
                "client_secret": self.tokens.client_secret,
                "redirect_uris": ["http://localhost"],
            }
        }

    def service_account(self, *, scopes: Iterable[str] = DRIVE_SCOPES) -> dict[str, str]:
        """What a service account's key file holds; these scopes are delegated to it in the whole domain."""
        self.tokens.delegated |= frozenset(scopes)
        return {
            "type": "service_account",
            "project_id": "lauze-migration",
            "private_key_id": "0f" * 20,
            "private_key": self.tokens.key.pem(),
            "client_email": self.tokens.service_account,
            "client_id": self.tokens.service_client,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": TOKEN_URL,
            "universe_domain": "googleapis.com",
        }

    def private_address(self, calendar: str) -> str:
        """Where who has the link reads a calendar as iCalendar, at this server. Raises KeyError."""
        path = ical.private_path(self.agenda.calendars[calendar])
        return f"{self.url}/calendar.google.com/{quote(path)}"

    def consent(self, email: str, *, untick: Iterable[str] = ()) -> None:
        """This person sits before the browser and says yes, but for these scopes. Raises KeyError."""
        self.tokens.consenting = self._person(email)
        self.tokens.unticked = frozenset(untick)

    def meanwhile(self, method: str, act: Callable[[], None], *, after: int = 0) -> None:
        """Do this once, just before the answer to a request of this method (`drive.files.list`), `after` others."""
        self._meanwhile.append((method, self._asked(method) + after, act))

    def _asked(self, method: str) -> int:
        return sum(self.requests.count(verb, door=method) for verb in ("GET", "POST"))

    def _person(self, email: str) -> Person:
        person = self.tokens.directory.find(email)
        if person is None:
            raise KeyError(email)
        return person

    def _draw(self, length: int) -> str:
        with self._random_guard:
            return "".join(self._random.choices(_LETTERS, k=length))

    # --- answering

    def _answer(self, request: Request) -> Response:
        started = time.monotonic()
        asked = understood(request)
        status = 0
        try:
            if self.settings.latency:
                self._sleep(self.settings.latency)
            try:
                response = self._with_faults(asked)
            except ApiError as error:
                response = error.newer_response() if asked.method.startswith("people.") else error.response()
            self._show(asked, response)
            response = _spoiled(asked, response, asked_before=len(self.requests))
            status = 0 if response.cut_after is not None else response.status
        finally:
            entry = Entry(request.method, request.path, status, asked.account, time.monotonic() - started)
            self.requests.note(entry, door=asked.method)
        return response

    def _show(self, asked: Asked, response: Response) -> None:
        host, path = host_and_path(asked.request)
        answer = response.body if isinstance(response.body, bytes) else b""
        kind = response.headers.get("Content-Type", "")
        verb = asked.request.method
        self._witness(Exchange(host, verb, path, asked.query, asked.method, response.status, kind, answer))

    def _with_faults(self, asked: Asked) -> Response:
        person = self._who(asked)
        asked.account = person.email if person else ""
        asked.faults = self.faults.strikes(
            asked.method, item=asked.item, account=asked.account, request=_told_apart(asked)
        )
        self._do_meanwhile(asked.method)
        for fault in asked.faults:
            if fault.kind in {Trouble.SLOW, Trouble.TIMEOUT}:
                self._sleep(fault.seconds)
            if fault.kind is Trouble.DROP_REQUEST:
                raise Drop
            if fault.kind in {Trouble.EXPIRE, Trouble.REVOKE} and person:
                self._end_of_token(asked, fault.kind)
            instead = refusal(asked, fault)
            if isinstance(instead, ApiError):
                raise instead
            if instead is not None:
                return instead
        return self._routed(asked, person)

    def _who(self, asked: Asked) -> Person | None:
        """Who asks; None where the method asks for no token. Raises ApiError where the token does not do."""
        if not asked.scopes:
            return None
        bearer = self.tokens.bearer(asked)
        if asked.method.partition(".")[0] in self.settings.disabled:
            raise not_configured(asked)
        if not bearer.scopes & asked.scopes:
            raise lacks_scope(asked, " ".join(sorted(asked.scopes)))
        return bearer.person

    def _end_of_token(self, asked: Asked, kind: Trouble) -> None:
        self.tokens.expire(asked.request.header("authorization").partition(" ")[2].strip())
        if kind is Trouble.REVOKE:
            self.tokens.revoke_all(asked.account)
        self.tokens.bearer(asked)

    def _do_meanwhile(self, method: str) -> None:
        with self.drive.lock:
            due = [one for one in self._meanwhile if one[0] == method and one[1] <= self._asked(method)]
            self._meanwhile = [one for one in self._meanwhile if one not in due]
            for _, _, act in due:
                act()

    def _routed(self, asked: Asked, person: Person | None) -> Response:
        without: dict[str, Callable[[Asked], Response]] = {
            "oauth2.auth": self.tokens.sign_in,
            "oauth2.token": self.tokens.token,
            "oauth2.revoke": self.tokens.revoke,
            "oauth2.tokeninfo": self.tokens.info,
            "usercontent.get": self._drive_door.waiting.fetch,
            "photos.get": self.contacts.photo,
            "ical.get": lambda one: ical.answer(one, self.agenda),
        }
        if asked.method in without:
            return without[asked.method](asked)
        if person is None:
            html = b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>"
            return Response(404, {"Content-Type": "text/html; charset=UTF-8"}, html)
        if asked.method == "docs.export":
            return self._export_link(asked, person)
        return self._doors[asked.method.partition(".")[0]].answer(asked, person)

    def _export_link(self, asked: Asked, person: Person) -> Response:
        """An export link sends on to the host of user contents, where no token is asked for."""
        with self.drive.lock:
            node = self.drive.nodes.get(asked.item)
            if node is None or self.drive.access(person, node).role is None:
                raise not_found(asked.item)
            allow(asked, Sight(self.drive, person, node))
            short = asked.one("exportFormat") or asked.one("format")
            mime = formats.SCRIPT_JSON if node.mime == formats.SCRIPT else formats.by_short_name(node.mime, short)
            link = self._drive_door.waiting.link(export_of(node, mime or short), mime or short)
        return Response(307, {"Location": link, "Content-Type": "text/html; charset=UTF-8", "Server": "ESF"})


def _told_apart(asked: Asked) -> str:
    """What tells a request from others of its method: the item, and the page."""
    return json.dumps([asked.method, asked.item, asked.one("pageToken"), asked.one("mimeType"), asked.one("driveId")])


def _spoiled(asked: Asked, response: Response, *, asked_before: int) -> Response:
    """The answer after the faults that strike it on its way."""
    body = response.body if isinstance(response.body, bytes) else b""
    for fault in asked.faults:
        match fault.kind:
            case Trouble.DROP_ANSWER:
                raise Drop
            case Trouble.CUT:
                response.cut_after = min(fault.bytes, max(len(body) - 1, 0))
            case Trouble.SHORT if response.status < 300:
                response.body = body[: max(0, len(body) - fault.bytes)]
            case Trouble.REDRAWN if body.startswith(b"PK"):
                response.body = redrawn(body, minutes=asked_before)
            case Trouble.ALTER if body and response.status < 300:
                middle = len(body) // 2
                response.body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    return response
