"""What one account hands over to another: its files by the server's own transfer, its calendars by copies."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import httpx

from degoog.convert import traits
from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.model import FailReason
from degoog.nextcloud import dav
from degoog.nextcloud.agenda_door import COLOR, DELETED, C, Door
from degoog.nextcloud.client import Client

__all__ = ["Calendar", "Copied", "Handover"]

_SET = f"{C}supported-calendar-component-set"
_OWNER = f"{dav.OC}owner-principal"
_SIZE = f"{dav.OC}size"
_FREE = f"{dav.D}quota-available-bytes"
# apps/files/lib/Controller/TransferOwnershipController.php (Nextcloud 32): asked by the owner, accepted by the other,
# done by a background job; the number of what is to be accepted is told in a notification only.
_TRANSFER = "/apps/files/api/v1/transferownership"
_NOTIFICATIONS = "/apps/notifications/api/v2/notifications"
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_TRIES = 20  # names tried for a calendar whose name lies in the trash


@dataclass(frozen=True, slots=True)
class Calendar:
    """One of an account's own calendars, and the names of what lies in it."""

    uri: str
    name: str
    color: str
    components: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """How many objects are at the other account now, and the names of those that the server would not take."""

    number: int
    refused: tuple[str, ...]


class Handover:
    """From one account to another on the same server; both clients are entered. Nothing is taken away or deleted.

    Every method raises `Unavailable` where the server does not answer as it should.
    """

    def __init__(self, giver: Client, heir: Client) -> None:
        self._giver = giver
        self._heir = heir

    # --- calendars

    async def calendars(self) -> list[Calendar]:
        """List the giver's own: not what others share with it, nor what the server makes by itself."""
        names = (f"{dav.D}displayname", f"{dav.D}resourcetype", COLOR, _SET, _OWNER, DELETED)
        url = self._giver.calendars()
        response = await self._giver.request(
            "PROPFIND", url, headers=_XML | {"Depth": "1"}, content=dav.propfind(names)
        )
        if response.status_code != 207:
            raise Unavailable(_("The calendars of {login} cannot be listed.").format(login=self._giver.login))
        door = Door(self._giver, url, component="VEVENT")
        found = []
        for answer in dav.parse(response.content):
            uri = answer.path.rpartition("/")[2]
            if self._own(answer) and uri != "contact_birthdays" and not uri.startswith("app-generated--"):
                held = answer.found.get(_SET)
                words = tuple(str(one.get("name")) for one in held) if held is not None else ("VEVENT",)
                try:
                    objects = [one.name async for one in door.list(uri) if not one.holder]
                except (dav.Fault, httpx.TransportError) as error:
                    raise _silent(error) from error
                name = answer.text(f"{dav.D}displayname") or uri
                found.append(Calendar(uri, name, traits.color(answer.text(COLOR)), words, tuple(objects)))
        return found

    async def copy(self, calendar: Calendar, *, name: str) -> Copied:
        """Copy a calendar into one of the heir's of that name; what an earlier run copied is left as it is.

        No invitation comes of it. What the server refuses is named; the giver's calendar stays as it was.
        """
        source = Door(self._giver, self._giver.calendars(), component="VEVENT")
        target = Door(self._heir, self._heir.calendars(), component="VEVENT")
        refused = []
        number = 0
        try:
            to = await self._made(target, calendar, name)
            for one in calendar.objects:
                stored = await source.get(f"{calendar.uri}/{one}")
                if stored is None:  # deleted meanwhile
                    continue
                try:
                    await target.put(f"{to}/{one}", stored.data)  # None: an earlier run wrote it
                    number += 1
                except dav.Fault:
                    refused.append(one)
        except (dav.Fault, httpx.TransportError) as error:
            raise _silent(error) from error
        return Copied(number, tuple(refused))

    def _own(self, answer: dav.Answer) -> bool:
        kind = answer.found.get(f"{dav.D}resourcetype")
        owner = answer.text(_OWNER)
        mine = owner in {"", f"principals/users/{self._giver.server.user}"}
        return mine and kind is not None and kind.find(f"{C}calendar") is not None and not answer.text(DELETED)

    async def _made(self, target: Door, calendar: Calendar, name: str) -> str:
        """Make the heir's calendar, or find the one that an earlier run made; one in the trash is let lie there."""
        first = f"{self._giver.server.user}-{calendar.uri}"[:200]
        for number in range(1, _TRIES):
            uri = first if number == 1 else f"{first}-{number}"
            there = await target.about(uri)
            if there is not None and there.deleted:
                continue
            if there is None:
                response = await self._heir.request(
                    "MKCALENDAR", target.url(uri), headers=_XML, content=_asked(calendar, name)
                )
                if response.is_error:
                    raise dav.fault(response)
            return uri
        raise dav.Fault(409, message=first)

    # --- files

    async def room(self) -> tuple[int, int | None]:
        """Give how many bytes the giver has, and how many the heir has room for, None where nobody knows."""
        size = await self._number(self._giver, _SIZE)
        free = await self._number(self._heir, _FREE)
        return max(size, 0), free if free >= 0 else None  # negative: no limit, or unknown

    async def give_files(self) -> None:
        """Have the server move all files of the giver into a folder of the heir's; it does so later, by itself.

        An offer that an earlier run left open is the one that is accepted. Raises `Refused` where the server would not.
        """
        offer = await self._offer()
        if offer is None:
            form = {"recipient": self._heir.server.user, "path": "/"}
            code, _told = await self._giver.ocs("POST", _TRANSFER, data=form)
            if code != 200:
                text = _("the server does not let {login} hand files over (answer {code})")
                raise Refused(FailReason.REJECTED, text.format(login=self._giver.login, code=code))
            offer = await self._offer()
        if offer is None:
            text = _("the offer did not reach {login}: is the application “Notifications” enabled?")
            raise Refused(FailReason.REJECTED, text.format(login=self._heir.login))
        code, _told = await self._heir.ocs("POST", f"{_TRANSFER}/{offer}")
        if code != 200:
            text = _("the server does not let {login} accept the files (answer {code})")
            raise Refused(FailReason.REJECTED, text.format(login=self._heir.login, code=code))

    async def _offer(self) -> str | None:
        """Give the number of the giver's last offer of all files that the heir has not answered."""
        code, told = await self._heir.ocs("GET", _NOTIFICATIONS)
        numbers = [
            int(one["object_id"])
            for one in (told if code == 200 and isinstance(told, list) else ())
            if _offers(one, self._giver.server.user)
        ]
        return str(max(numbers)) if numbers else None

    async def _number(self, client: Client, name: str) -> int:
        response = await client.request(
            "PROPFIND", client.files("/"), headers=_XML | {"Depth": "0"}, content=dav.propfind((name,))
        )
        answers = dav.parse(response.content) if response.status_code == 207 else []
        if not answers:
            raise Unavailable(_("The files of {login} cannot be listed.").format(login=client.login))
        text = answers[0].text(name)
        return int(text) if text.lstrip("-").isdecimal() else -1


def _offers(notification: object, giver: str) -> bool:
    match notification:
        case {
            "app": "files",
            "object_type": "transfer",
            "object_id": str(number),
            "actions": [_first, *_more],  # without any it only tells that one is over
            "subjectRichParameters": {"user": {"id": str(who)}},
        }:
            return who == giver and number.isdecimal()
        case _other:
            return False


def _asked(calendar: Calendar, name: str) -> bytes:
    color = f"<a:calendar-color>{calendar.color}</a:calendar-color>" if calendar.color else ""
    held = "".join(f"<c:comp name={quoteattr(word)}/>" for word in calendar.components)
    shown = escape("".join(letter for letter in name if letter >= " "))
    return (
        "<c:mkcalendar xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:a='http://apple.com/ns/ical/'>"
        f"<d:set><d:prop><d:displayname>{shown}</d:displayname>{color}"
        f"<c:supported-calendar-component-set>{held}</c:supported-calendar-component-set>"
        "</d:prop></d:set></c:mkcalendar>"
    ).encode()


def _silent(error: Exception) -> Unavailable:
    text = _("Nextcloud did not answer as it should ({why}). Nothing is lost; run the same command again.")
    return Unavailable(text.format(why=str(error) or type(error).__name__))
