"""An account's Google calendars as a source: events as they were made, and what changed since an earlier walk.

https://developers.google.com/workspace/calendar/api/v3/reference (facts/google.md §2.1).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import quote

from degoog.convert import google_events, moments
from degoog.convert.calendar_object import RawObject
from degoog.convert.components import Component
from degoog.convert.google_tasks import stamp
from degoog.convert.masters import uid_for, uid_of
from degoog.convert.titles import file_name
from degoog.convert.traits import Traits, color
from degoog.errors import Refused, Unavailable
from degoog.google.client import Client
from degoog.google.fault import Fault
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Loss, LossKind, Ref, SkipReason, Stage
from degoog.ports import Gone, Outdated
from degoog.shelf import Laid, Shelf

SERVICE = "google-calendar"
_EVENT = "VEVENT"
_PAUSE = 500
_API = "/calendar/v3"
_SHOWN = {"singleEvents": "false", "showDeleted": "false", "showHiddenInvitations": "false"}
# What Google keeps itself: https://developers.google.com/workspace/calendar/api/concepts/events-calendars
_BIRTHDAYS = ("#contacts@group.v.calendar.google.com", "addressbook#contacts@group.v.calendar.google.com")
_OTHERS = ("@group.v.calendar.google.com", "@import.calendar.google.com")
# What changes without the event changing.
_VOLATILE = frozenset({"etag", "htmlLink", "kind"})
Raw = dict[str, Any]


class GoogleCalendars:
    """See `ports.Source` and `ports.Following`. The client is entered with the source."""

    sequential = False

    def __init__(self, client: Client, *, others: frozenset[str] = frozenset()) -> None:
        """Calendars of `others` are left to them: addresses in small letters, of those whose own lane moves them."""
        self._client = client
        self._others = others
        self._shelf: Shelf | None = None
        self._calendars: dict[str, Raw] = {}
        self._tokens: dict[str, str] = {}
        self._told: list[str] = []  # calendars whose events were asked for

    @property
    def account(self) -> str:
        """Whose calendars these are."""
        return self._client.account or "google"

    @property
    def bookmark(self) -> str:
        """A sync token for each calendar."""
        return json.dumps({"version": 1, "tokens": self._tokens}, sort_keys=True)

    async def walk(self) -> AsyncIterator[Found]:
        """Every calendar, hidden ones too, and its events: masters and changed occurrences, not expanded."""
        shelf = self._begin()
        async for raw in self._listed():
            refused, verdict = "", self._verdict(raw)
            if verdict is None:
                self._told.append(str(raw["id"]))
                try:
                    async for event in self._events(str(raw["id"]), {}):
                        _lay(shelf, str(raw["id"]), event)
                except Refused as error:
                    refused = error.detail
            yield await self._calendar(raw, verdict, refused)
        shelf.sort()
        for id_ in self._told:
            for count, found in enumerate(self._found(shelf, id_)):
                yield found
                if not count % _PAUSE:
                    await asyncio.sleep(0)

    async def changes(self, bookmark: str, known: Callable[[Ref], Kind | None]) -> AsyncIterator[Found | Gone]:
        """What changed since: asked for by sync token, each changed event then whole. Raises `Outdated` (410)."""
        tokens = _read(bookmark)
        shelf = self._begin()
        async for raw in self._listed():
            id_, verdict = str(raw["id"]), self._verdict(raw)
            if verdict is not None:
                yield await self._calendar(raw, verdict)
                continue
            if id_ not in tokens and known(Ref(SERVICE, id_)) is not None:
                raise Outdated  # refused until now: what is no longer in it would not be told
            self._told.append(id_)
            refused, gone = "", []
            try:
                gone = [ref async for ref in self._since(shelf, id_, tokens.get(id_, "")) if known(ref) is not None]
            except Refused as error:
                refused = error.detail
                self._tokens.pop(id_, None)
                self._tokens |= {id_: tokens[id_]} if id_ in tokens else {}
            yield await self._calendar(raw, None, refused)
            for ref in gone:
                yield Gone(ref)
        for id_ in tokens:
            if id_ not in self._told:
                yield Gone(Ref(SERVICE, id_))
        shelf.sort()
        for id_ in self._told:
            for found in self._found(shelf, id_):
                yield found

    async def shown(self, first: datetime, last: datetime) -> AsyncIterator[tuple[Ref, Raw]]:
        """Give every occurrence between two moments as Google itself works it out, with the event it belongs to.

        https://developers.google.com/calendar/api/v3/reference/events/list: singleEvents.
        """
        span = {"singleEvents": "true", "timeMin": first.isoformat(), "timeMax": last.isoformat()}
        async for calendar in self._listed():
            id_ = str(calendar["id"])
            if self._verdict(calendar) is not None:
                continue
            async for raw in self._events(id_, {}, span=span):
                if not google_events.is_cancelled(raw):
                    yield _ref(id_, _key(raw)), raw

    async def read(self, item: Item) -> RawObject | Traits:
        """Describe a calendar, or give an event with its changed occurrences."""
        holder = item.ref.id if item.holder else item.parent.id if item.parent else ""
        if holder not in self._calendars:
            async for _raw in self._listed():
                pass
        calendar = self._calendars.get(holder)
        if calendar is None:
            raise Refused(FailReason.UNREADABLE, _("Google no longer shows this calendar."))
        if item.holder:
            return _traits(calendar)
        return await self._object(calendar, item)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._shelf is not None:
            self._shelf.close()
            self._shelf = None
        await self._client.__aexit__(None, None, None)

    # Asking Google.

    def _begin(self) -> Shelf:
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = Shelf()
        self._tokens, self._told = {}, []
        return self._shelf

    async def _listed(self) -> AsyncIterator[Raw]:
        params = {"maxResults": "250", "showHidden": "true"}
        while True:
            try:
                page = await self._client.get(f"{_API}/users/me/calendarList", params)
            except Fault as fault:
                text = _("Google does not give the list of calendars ({why}). Nothing is lost; run the command again.")
                raise Unavailable(text.format(why=fault)) from fault
            for raw in page.get("items") or ():
                self._calendars[str(raw["id"])] = raw
                yield raw
            if not page.get("nextPageToken"):
                return
            params["pageToken"] = str(page["nextPageToken"])

    async def _events(
        self, calendar: str, since: dict[str, str], *, span: dict[str, str] | None = None
    ) -> AsyncIterator[Raw]:
        """Give events, and note the token that comes with the last page; `span` has them expanded."""
        params = {"maxResults": "2500", **_SHOWN, **since, **(span or {})}
        while True:
            try:
                page = await self._client.get(f"{_API}/calendars/{quote(calendar, safe='')}/events", params)
            except Fault as fault:
                if fault.status == 410 and since:
                    raise Outdated from fault
                raise Refused(FailReason.UNREADABLE, _unread(fault)) from fault
            for raw in page.get("items") or ():
                yield raw
            if not page.get("nextPageToken"):
                self._tokens[calendar] = str(page.get("nextSyncToken") or "")
                return
            params["pageToken"] = str(page["nextPageToken"])

    async def _since(self, shelf: Shelf, calendar: str, token: str) -> AsyncIterator[Ref]:
        """Lay what changed since a token, all there is without one; gives what is no longer there."""
        keys: dict[str, list[Raw]] = {}
        async for event in self._events(calendar, {"syncToken": token} if token else {}):
            if token:
                keys.setdefault(_key(event), []).append(event)
            else:
                _lay(shelf, calendar, event)
        for key, told in keys.items():
            if not await self._again(shelf, calendar, key, told):
                yield _ref(calendar, key)

    async def _again(self, shelf: Shelf, calendar: str, key: str, told: Sequence[Raw] = ()) -> bool:
        """Ask for an event with all that belongs to it, and lay it; False where it is no longer there.

        `told` is what is known of it already: all there is of a series one was invited to only in part.
        """
        path = f"{_API}/calendars/{quote(calendar, safe='')}/events"
        try:
            master = await self._client.get(f"{path}/{quote(key, safe='')}", {})
            uid = str(master.get("iCalUID") or "")
            if google_events.is_cancelled(master) or not uid:
                return False
            params = {"maxResults": "2500", "showDeleted": "true", "singleEvents": "false", "iCalUID": uid}
            page = await self._client.get(path, params)
        except Fault as fault:
            if fault.status not in {404, 410}:
                raise Refused(FailReason.UNREADABLE, _unread(fault)) from fault
            alone = [raw for raw in told if "recurringEventId" in raw and not google_events.is_cancelled(raw)]
            for raw in alone:
                _lay(shelf, calendar, raw)
            return bool(alone)
        laid = False
        for raw in page.get("items") or ():
            if _key(raw) == key and not (google_events.is_cancelled(raw) and "recurringEventId" not in raw):
                _lay(shelf, calendar, raw)
                laid = True
        if laid and not any(raw.get("id") == key for raw in page.get("items") or ()):
            _lay(shelf, calendar, master)
        return laid

    async def _calendar(self, raw: Raw, verdict: SkipReason | None, refused: str = "") -> Found:
        """Tell of a calendar. `refused` is why its events are not given: it fails then, settled earlier or not."""
        id_ = str(raw["id"])
        told = json.dumps(str(_traits(raw))) + json.dumps(raw.get("defaultReminders"), sort_keys=True)
        losses = await self._shared(id_) if verdict is None and raw.get("accessRole") == "owner" else ()
        name = str(raw.get("summaryOverride") or raw.get("summary") or id_)
        item = Item(
            Ref(SERVICE, id_), None, Kind.CALENDAR, name, Stage.HOLDERS, content="" if refused else _hash(told),
            losses=losses, owner=str(raw.get("dataOwner") or ""),
        )  # fmt: skip
        return Found(item, FailReason.UNREADABLE, refused) if refused else Found(item, verdict)

    def _verdict(self, raw: Raw) -> SkipReason | None:
        id_ = str(raw["id"])
        if id_.endswith(_BIRTHDAYS):
            return SkipReason.BIRTHDAYS
        if id_.endswith(_OTHERS):
            return SkipReason.SUBSCRIBED
        # Somebody's first calendar has their address for its id; of others Google tells the owner.
        if str(raw.get("dataOwner") or id_).casefold() in self._others:
            return SkipReason.MOVED_BY_OWNER
        return SkipReason.BUSY_ONLY if raw.get("accessRole") == "freeBusyReader" else None

    async def _shared(self, calendar: str) -> tuple[Loss, ...]:
        """Tell who else has which right; Google tells it to owners only."""
        try:
            page = await self._client.get(f"{_API}/calendars/{quote(calendar, safe='')}/acl", {"maxResults": "250"})
        except Fault:
            return ()
        losses = []
        for rule in page.get("items") or ():
            scope = rule.get("scope") or {}
            who = str(scope.get("value") or scope.get("type") or "")
            if rule.get("role") != "none" and who not in {calendar, self._client.account}:
                losses.append(Loss(LossKind.SHARING, who=who, role=str(rule.get("role"))))
        return tuple(losses)

    # Telling what is there.

    def _found(self, shelf: Shelf, calendar: str) -> Iterator[Found]:
        for pile in shelf.piles(calendar, _EVENT):
            item = Item(
                ref=_ref(calendar, pile.key),
                parent=Ref(SERVICE, calendar),
                kind=Kind.EVENT,
                name=file_name(
                    pile.title, ".ics", day=date.fromisoformat(pile.day) if pile.day else None,
                    otherwise=_("Without a title"),
                ),
                stage=Stage.CONTENT,
                content=_hash(pile.digests + json.dumps(self._calendars[calendar].get("defaultReminders"))),
                place=calendar,
                modified=_utc(pile.modified),
            )  # fmt: skip
            yield Found(item)
        for laid in shelf.broken(calendar, _EVENT):
            item = Item(
                _ref(calendar, laid.key), Ref(SERVICE, calendar), Kind.EVENT,
                file_name(laid.title, ".ics", otherwise=_("Without a title")), Stage.CONTENT, content=laid.digest,
                place=calendar,
            )  # fmt: skip
            yield Found(item, SkipReason(laid.problem))

    async def _object(self, calendar: Raw, item: Item) -> RawObject:
        id_, key = str(calendar["id"]), item.ref.id.rpartition("|")[2]
        shelf = self._shelf or self._begin()
        laid = shelf.pieces(id_, _EVENT, key)
        if not laid:  # settled in an earlier run's walk, and not among what changed since
            await self._again(shelf, id_, key)
            laid = shelf.pieces(id_, _EVENT, key)
        if not laid:
            raise Refused(FailReason.UNREADABLE, _("Google no longer shows this event."))
        raws = [json.loads(one.data) for one in laid]
        zone = str(calendar.get("timeZone") or "")
        uid = next((str(raw["iCalUID"]) for raw in raws if raw.get("iCalUID")), uid_for(key.encode()))
        namesakes = shelf.namesakes(id_, uid)
        if key in namesakes[1:]:
            master = _component(raws[0], uid, zone, [])
            uid = uid_of(uid, [master], namesakes.index(key))
        components = tuple(_component(raw, uid, zone, calendar.get("defaultReminders") or []) for raw in raws)
        losses = tuple(Loss(LossKind.GUESTS) for raw in raws[:1] if raw.get("attendeesOmitted"))
        return RawObject(components, zone=zone, uid=uid, losses=losses)


def _component(raw: Raw, uid: str, zone: str, reminders: list[Raw]) -> Component:
    if google_events.is_cancelled(raw):
        return google_events.cancelled(raw, uid=uid, zone=zone)
    try:
        return google_events.component(raw, zone=zone, reminders=reminders)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(FailReason.BROKEN, _("Google gives it in a form that cannot be read.")) from error


def _lay(shelf: Shelf, calendar: str, raw: Raw) -> None:
    told = json.dumps({k: v for k, v in raw.items() if k not in _VOLATILE}, sort_keys=True, ensure_ascii=False)
    data = told.encode("utf-8", "replace")
    begins = raw.get("start") or raw.get("originalStartTime") or {}
    day = str(begins.get("date") or begins.get("dateTime") or "")[:10]
    shelf.lay(
        Laid(
            holder=calendar,
            key=_key(raw),
            kind=_EVENT,
            master="recurringEventId" not in raw,
            number=0,
            title=str(raw.get("summary") or ""),
            day=day if moments.parse(day.replace("-", "")) else "",
            modified=stamp(raw.get("updated")),
            digest=hashlib.sha256(data).hexdigest(),
            problem=SkipReason.BIRTHDAYS if raw.get("eventType") == "birthday" else "",
            groups=str(raw.get("iCalUID") or ""),
            data=data,
        )
    )


def _unread(fault: Fault) -> str:
    return _("Google does not give its events: {why}").format(why=fault)


def _key(raw: Raw) -> str:
    """An occurrence belongs to its series, whether one has that or not."""
    return str(raw.get("recurringEventId") or raw["id"])


def _ref(calendar: str, key: str) -> Ref:
    return Ref(SERVICE, f"{calendar}|{key}")


def _traits(raw: Raw) -> Traits:
    return Traits(
        str(raw.get("summaryOverride") or raw.get("summary") or raw["id"]),
        _EVENT,
        color(str(raw.get("backgroundColor") or "")),
        str(raw.get("timeZone") or ""),
        str(raw.get("description") or ""),
    )


def _read(bookmark: str) -> dict[str, str]:
    try:
        told = json.loads(bookmark)
    except ValueError:
        told = None
    match told:
        case {"version": 1, "tokens": dict(tokens)}:
            return {str(id_): str(token) for id_, token in tokens.items()}
    raise Outdated


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _utc(value: str) -> datetime | None:
    found = moments.parse(value) if value else None
    return found if isinstance(found, datetime) else None
