"""The stand-in's CalDAV and CardDAV doors, as Nextcloud 32 answers there (nextcloud.md §7, §8)."""

import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from degoog.sandbox import nextcloud_agenda_text as agenda_text
from degoog.sandbox import nextcloud_properties as properties
from degoog.sandbox.http_server import Drop, Request, Response, decode_path
from degoog.sandbox.nextcloud_accounts import Account, Accounts
from degoog.sandbox.nextcloud_agenda_text import CALDAV, CARDDAV, Wanted
from degoog.sandbox.nextcloud_answers import DAV, OC, SABRE, DavError, Name, Row, empty, multistatus
from degoog.sandbox.nextcloud_dav import DAV_ROOT, destination, method_not_allowed

_LARGEST_EVENT, _LARGEST_CARD = 10_485_760, 5_242_880
_DELETED: Name = ("http://nextcloud.com/ns", "deleted-at")
_RETENTION: Name = ("http://nextcloud.com/ns", "trash-bin-retention-duration")
_FROM: Name = ("http://nextcloud.com/ns", "calendar-uri")
_DATA: Name = (CALDAV, "calendar-data")
_CTAG: Name = ("http://calendarserver.org/ns/", "getctag")
_COLOR: Name = ("http://apple.com/ns/ical/", "calendar-color")
_QUIET = {"PUT": ("x-nc-scheduling", "schedule-reply"), "DELETE": ("schedule-reply",)}


@dataclass(slots=True)
class Thing:
    """An event, task or card."""

    data: bytes
    uid: str

    @property
    def etag(self) -> str:
        """Nextcloud's: the MD5 of what it stores."""
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Shelf:
    """A calendar or an address book. What is deleted from a calendar keeps its UID taken, in the trash."""

    components: tuple[str, ...]
    values: dict[Name, str] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    trash: dict[str, Thing] = field(default_factory=dict)
    deleted_at: str = ""
    groups: dict[str, bool] = field(default_factory=dict)  # invited, and whether each may write
    owner: str = ""  # who shares it; empty where it is the account's own

    @property
    def ctag(self) -> str:
        """What changes with each change in it."""
        lines = [f"{name} {thing.etag}" for name, thing in sorted(self.things.items())]
        return hashlib.md5("\n".join([repr(self.values), *lines]).encode(), usedforsecurity=False).hexdigest()

    @property
    def book(self) -> bool:
        """Whether it holds cards."""
        return self.components == ("VCARD",)


@dataclass(slots=True)
class Desk:
    """What one account has; `inbox` is what others' events have put there."""

    calendars: dict[str, Shelf] = field(default_factory=dict)
    books: dict[str, Shelf] = field(default_factory=dict)
    inbox: list[str] = field(default_factory=list)


class Agendas:
    """All accounts' calendars and address books. `mails` are the addresses that invitations were mailed to."""

    def __init__(self, accounts: Accounts) -> None:
        self.lock = threading.RLock()
        self.mails: list[str] = []
        self.retention = 2_592_000  # seconds for which deleted events are kept
        self._accounts = accounts
        self.groups = accounts.groups
        self._desks: dict[str, Desk] = {}

    def of(self, login: str) -> Desk:
        """Give an account's desk, with what a first login makes."""
        if login not in self._desks:
            name: Name = (DAV, "displayname")
            self._desks[login] = Desk(
                {"personal": Shelf(("VEVENT",), {name: "Personal"})},
                {"contacts": Shelf(("VCARD",), {name: "Contacts"})},
            )
        return self._desks[login]

    def invite(self, sender: Account, data: bytes, verb: str) -> bool:
        """Deliver an organiser's event to its guests as the server does by itself; tell whether it did."""
        guests = agenda_text.guests_of(data, organizer=sender.email or "")
        for address in guests:
            guest = next((one for one in self._accounts.by_login.values() if one.email == address), None)
            if guest is None:
                self.mails.append(address)
                continue
            desk = self.of(guest.login)
            desk.inbox.append(f"{verb} {agenda_text.uid_of(data)}")
            if verb == "REQUEST":
                uid = agenda_text.uid_of(data)
                desk.calendars["personal"].things[f"{uid}.ics"] = Thing(data, uid)
        return bool(guests)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request, its body, and the path it names below the account's calendars or address books."""

    request: Request
    body: bytes
    names: list[str]


@dataclass(frozen=True, slots=True)
class AgendaDoor:
    """Answers for one account; `names` is the path below its calendars, or below its address books."""

    agendas: Agendas
    account: Account
    books: bool

    def answer(self, request: Request, names: list[str]) -> Response:
        """Dispatch by method; raises DavError for what sabre refuses."""
        methods: dict[str, Callable[[Asking], Response]] = {
            "PROPFIND": self._propfind,
            "PROPPATCH": self._proppatch,
            "REPORT": self._report,
            "MKCALENDAR": self._make,
            "MKCOL": self._make,
            "GET": self._get,
            "PUT": self._put,
            "DELETE": self._delete,
            "MOVE": self._move,
            "POST": self._share,
        }
        if request.method not in methods:
            raise DavError(501, SABRE + "NotImplemented", "")
        asking = Asking(request, request.body.read_all(), names)
        if request.body.torn:
            raise Drop
        with self.agendas.lock:
            return methods[request.method](asking)

    # --- finding

    @property
    def _shelves(self) -> dict[str, Shelf]:
        desk = self.agendas.of(self.account.login)
        return desk.books if self.books else desk.calendars

    def _shelf(self, name: str) -> Shelf:
        if name not in self._shelves:
            what = "Addressbook" if self.books else "Calendar"
            raise DavError(404, SABRE + "NotFound", f"{what} with name '{name}' could not be found")
        return self._shelves[name]

    def _thing(self, names: list[str]) -> Thing:
        if len(names) != 2 or names[1] not in self._shelf(names[0]).things:
            raise DavError(404, SABRE + "NotFound", "Calendar object not found")
        return self._shelf(names[0]).things[names[1]]

    # --- reading

    def _propfind(self, asking: Asking) -> Response:
        asked = properties.asked(asking.body)
        root = DAV_ROOT + ("addressbooks/users/" if self.books else "calendars/") + self.account.login + "/"
        deep = asking.request.header("depth") == "1"
        if not asking.names:
            rows = [properties.row(root, {(DAV, "resourcetype"): "<d:collection/>"}, asked)]
            kin = self._shelves.items() if deep else ()
            rows += [properties.row(f"{root}{name}/", self._shown(shelf), asked) for name, shelf in kin]
            extra = ("inbox", "outbox", "trashbin") if deep and not self.books else ()
            rows += [
                properties.row(f"{root}{name}/", {(DAV, "resourcetype"): "<d:collection/>"}, asked) for name in extra
            ]
            return multistatus(rows)
        if asking.names == ["trashbin"] and not self.books:
            kept = {(DAV, "resourcetype"): "<d:collection/>", _RETENTION: str(self.agendas.retention)}
            return multistatus([properties.row(f"{root}trashbin/", kept, asked)])
        if len(asking.names) == 2:
            return multistatus(
                [properties.row(root + "/".join(asking.names), _of_thing(self._thing(asking.names)), asked)]
            )
        shelf = self._shelf(asking.names[0])
        rows = [properties.row(f"{root}{asking.names[0]}/", self._shown(shelf), asked)]
        things = shelf.things.items() if deep else ()
        return multistatus(
            rows + [properties.row(f"{root}{asking.names[0]}/{n}", _of_thing(t), asked) for n, t in things]
        )

    def _shown(self, shelf: Shelf) -> dict[Name, str | None]:
        owner = f"principals/users/{shelf.owner or self.account.login}"
        return _of_shelf(shelf) | {(OC, "owner-principal"): owner}

    def _report(self, asking: Asking) -> Response:
        if asking.names == ["trashbin", "objects"] and not self.books:
            return self._trashed(asking)
        uid = agenda_text.uid_asked(asking.body)
        asked = properties.asked(asking.body)
        root = DAV_ROOT + ("addressbooks/users/" if self.books else "calendars/") + self.account.login
        things = self._shelf(asking.names[0]).things.items()
        found = [(name, thing) for name, thing in things if uid in thing.uid]
        return multistatus(
            properties.row(f"{root}/{asking.names[0]}/{name}", _of_thing(thing), asked) for name, thing in found
        )

    def _trashed(self, asking: Asking) -> Response:
        """What was deleted from calendars that are still there: only a query lists it, a PROPFIND does not."""
        root, asked = f"{DAV_ROOT}calendars/{self.account.login}/trashbin/objects/", properties.asked(asking.body)
        gone = [(name, thing) for name, shelf in self._shelves.items() for thing in shelf.trash.values()]
        return multistatus(
            properties.row(f"{root}{number}.ics", _escaped({_DATA: thing.data.decode(), _FROM: name}), asked)
            for number, (name, thing) in enumerate(gone)
        )

    def _get(self, asking: Asking) -> Response:
        thing = self._thing(asking.names)
        kind = "text/vcard; charset=utf-8" if self.books else "text/calendar; charset=utf-8"
        return Response(200, {"Content-Type": kind, "ETag": f'"{thing.etag}"'}, thing.data)

    # --- writing

    def _make(self, asking: Asking) -> Response:
        wanted = agenda_text.wanted(asking.body)
        if self.books != (asking.request.method == "MKCOL") or (self.books and not wanted.book):
            raise DavError(
                403, SABRE + "InvalidResourceType", "The {DAV:}collection you specified is not supported here"
            )
        if len(asking.names) != 1:
            raise DavError(409, SABRE + "Conflict", "Parent node does not exist")
        if asking.names[0] in self._shelves or asking.names[0] in {"inbox", "outbox", "trashbin"}:
            raise method_not_allowed()  # a deleted calendar too
        components = ("VCARD",) if self.books else wanted.components or ("VEVENT", "VTODO")
        self._shelves[asking.names[0]] = Shelf(components, dict(wanted.values))
        return empty(201)

    def _share(self, asking: Asking) -> Response:
        """Always 200: who does not exist is left out in silence (§7)."""
        shelf = self._shelf(asking.names[0])
        for group, writes in agenda_text.invited(asking.body).items():
            if writes is None:
                shelf.groups.pop(group, None)
            elif group in self.agendas.groups:
                shelf.groups[group] = writes
        return empty(200)

    def _proppatch(self, asking: Asking) -> Response:
        wanted: Wanted = agenda_text.wanted(asking.body)
        self._shelf(asking.names[0]).values.update(wanted.values)
        return multistatus([Row(asking.request.path, {200: dict.fromkeys(wanted.values)})])

    def _put(self, asking: Asking) -> Response:
        if len(asking.names) != 2:
            raise DavError(409, SABRE + "Conflict", "PUT is not allowed on non-files.")
        shelf, data = self._shelf(asking.names[0]), asking.body
        old = shelf.things.get(asking.names[1])
        _check_conditions(asking.request, old)
        _check_size(data, shelf)
        data, altered = agenda_text.card(data) if shelf.book else agenda_text.event(data, shelf.components)
        uid = agenda_text.uid_of(data)
        if any(thing.uid == uid for name, thing in shelf.things.items() if name != asking.names[1]):
            kind, where = ("VCard", "addressbook") if shelf.book else ("Calendar", "calendar")
            raise DavError(
                400, SABRE + "BadRequest", f"{kind} object with uid already exists in this {where} collection."
            )
        if old is None and uid in shelf.trash:
            raise DavError(500, "OC\\DB\\Exceptions\\DbalException", agenda_text.unique_violation(uid))
        shelf.things[asking.names[1]] = thing = Thing(data, uid)
        invited = not shelf.book and self._speaks(asking.request) and self.agendas.invite(self.account, data, "REQUEST")
        status = 201 if old is None else 204
        return empty(status, {} if altered or invited else {"ETag": f'"{thing.etag}"', "OC-ETag": f'"{thing.etag}"'})

    def _delete(self, asking: Asking) -> Response:
        if len(asking.names) == 1 and (self.books or not self.agendas.retention):
            self._shelf(asking.names[0])
            del self._shelves[asking.names[0]]
            return empty(204)
        if len(asking.names) == 1:
            self._shelf(asking.names[0]).deleted_at = "2026-11-25T19:01:57+00:00"
            return empty(204)
        thing, shelf = self._thing(asking.names), self._shelf(asking.names[0])
        _check_conditions(asking.request, thing)
        del shelf.things[asking.names[1]]
        if not shelf.book:
            if self.agendas.retention:
                shelf.trash[thing.uid] = thing
            if self._speaks(asking.request):
                self.agendas.invite(self.account, thing.data, "CANCEL")
        return empty(204)

    def _move(self, asking: Asking) -> Response:
        thing = self._thing(asking.names)
        path = decode_path(urlsplit(destination(asking.request)).path)
        *_above, collection, name = path.strip("/").split("/")
        shelf = self._shelf(collection)
        if name in shelf.things and asking.request.header("overwrite").upper() == "F":
            message = "The destination node already exists, and the overwrite header is set to false"
            raise DavError(412, SABRE + "PreconditionFailed", message)
        del self._shelf(asking.names[0]).things[asking.names[1]]
        shelf.things[name] = thing
        return empty(201)

    @staticmethod
    def _speaks(request: Request) -> bool:
        """Whether the server writes to guests: PUT knows both headers, DELETE only the second (nextcloud.md §7)."""
        silent = {"x-nc-scheduling": "false", "schedule-reply": "f"}
        return not any(request.header(name).lower() == silent[name] for name in _QUIET[request.method])


def _check_conditions(request: Request, old: Thing | None) -> None:
    if request.header("if-none-match") == "*" and old is not None:
        message = "An If-None-Match header was specified, but the ETag matched (or * was specified)."
        raise DavError(412, SABRE + "PreconditionFailed", message)
    wanted = request.header("if-match")
    if wanted and (old is None or wanted != f'"{old.etag}"'):
        message = "An If-Match header was specified, but none of the specified ETags matched."
        raise DavError(412, SABRE + "PreconditionFailed", message)


def _check_size(data: bytes, shelf: Shelf) -> None:
    largest = _LARGEST_CARD if shelf.book else _LARGEST_EVENT
    if len(data) > largest:
        what = "VCard object" if shelf.book else "VEvent or VTodo object"
        raise DavError(403, SABRE + "Forbidden", f"{what} exceeds {largest} bytes")


def _of_shelf(shelf: Shelf) -> dict[Name, str | None]:
    if shelf.book:
        kind = f'<x2:addressbook xmlns:x2="{CARDDAV}"/>'
        return {(DAV, "resourcetype"): f"<d:collection/>{kind}", _CTAG: shelf.ctag, **_escaped(shelf.values)}
    held = "".join(f'<x3:comp xmlns:x3="{CALDAV}" name="{word}"/>' for word in shelf.components)
    found: dict[Name, str | None] = {
        (DAV, "resourcetype"): f'<d:collection/><x2:calendar xmlns:x2="{CALDAV}"/>',
        (CALDAV, "supported-calendar-component-set"): held,
        _CTAG: shelf.ctag,
        (OC, "invite"): "".join(map(_invitation, shelf.groups.items())),
        **_escaped(shelf.values),
    }
    return found | ({_DELETED: shelf.deleted_at} if shelf.deleted_at else {})


def _invitation(invited: tuple[str, bool]) -> str:
    group, writes = invited
    access = "<oc:read-write/>" if writes else "<oc:read/>"
    href = f"<d:href>principal:principals/groups/{quote(group)}</d:href>"
    return f"<oc:user>{href}<oc:invite-accepted/><oc:access>{access}</oc:access></oc:user>"


def _of_thing(thing: Thing) -> dict[Name, str | None]:
    size = str(len(thing.data))
    return {(DAV, "getetag"): f'"{thing.etag}"', (DAV, "getcontentlength"): size, (DAV, "resourcetype"): None}


def _escaped(values: dict[Name, str]) -> dict[Name, str | None]:
    return {name: re.sub("[&<>]", lambda found: f"&#{ord(found[0])};", value) for name, value in values.items()}
