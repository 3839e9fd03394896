"""What the account that owns the structure's calendars has, and shares with groups: calendars, and folders.

Calendars: nextcloud.md §7; folders are shared so where the server has no team folders, §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.model import FailReason
from degoog.nextcloud import dav
from degoog.nextcloud.client import Client

_CALDAV = "{urn:ietf:params:xml:ns:caldav}"
_COLOR = "{http://apple.com/ns/ical/}calendar-color"
_INVITE = f"{dav.OC}invite"
_GROUP = "principal:principals/groups/"
_XML = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class CalendarSeen:
    """A calendar: its name, and the groups that were invited, with whether each may write."""

    uri: str
    name: str
    color: str
    groups: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class FolderSeen:
    """A folder at the top of the account's files, and the groups it is shared with: group → (share's id, rights)."""

    id: str
    name: str
    groups: Mapping[str, tuple[str, int]]


class Owner:
    """Calendars and folders of the client's account. Each method raises `Refused` where the server would not."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def login(self) -> str:
        """The account's id."""
        return self._client.server.user

    async def calendars(self, uri: str = "") -> dict[str, CalendarSeen]:
        """List its calendars, or only one, by the last part of their address."""
        names = (f"{dav.D}displayname", f"{dav.D}resourcetype", _COLOR, _INVITE)
        headers = {"Depth": "0" if uri else "1", **_XML}
        response = await self._client.request(
            "PROPFIND", self._calendar(uri), headers=headers, content=dav.propfind(names)
        )
        if response.status_code == 404:
            return {}
        if response.status_code != 207:
            raise Unavailable(_("The calendars of {login} cannot be listed.").format(login=self._client.login))
        found = {}
        for answer in dav.parse(response.content):
            kind = answer.found.get(f"{dav.D}resourcetype")
            if kind is not None and kind.find(f"{_CALDAV}calendar") is not None:
                last = answer.path.rpartition("/")[2]
                color = answer.text(_COLOR)[:7].lower()
                found[last] = CalendarSeen(last, answer.text(f"{dav.D}displayname"), color, dict(_invited(answer)))
        return found

    async def make_calendar(self, uri: str, *, name: str, color: str) -> None:
        """Make a calendar; one that is there already is fine."""
        properties = f"<d:set><d:prop>{_described(name, color)}</d:prop></d:set>"
        body = f"<c:mkcalendar xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'>{properties}</c:mkcalendar>"
        await self._dav("MKCALENDAR", uri, body, fine=(201, 405))

    async def describe_calendar(self, uri: str, *, name: str, color: str) -> None:
        """Give it another name and colour."""
        body = f"<d:set><d:prop>{_described(name, color)}</d:prop></d:set>"
        await self._dav("PROPPATCH", uri, f"<d:propertyupdate xmlns:d='DAV:'>{body}</d:propertyupdate>", fine=(207,))

    async def invite(self, uri: str, group: str, *, writes: bool) -> None:
        """Share a calendar with a group. The server says 200 whatever happens (§7), so the invitation is read back.

        Raises `Refused` where it is not there afterwards: the server knows no such group.
        """
        access = "<o:read-write/>" if writes else ""
        await self._share(uri, f"<o:set><d:href>{_GROUP}{quote(group, safe='')}</d:href>{access}</o:set>")
        seen = (await self.calendars(uri)).get(uri)
        if seen is None or seen.groups.get(group) is not writes:
            text = _("the invitation of the group “{group}” did not arrive: does the group exist?")
            raise Refused(FailReason.REJECTED, text.format(group=group))

    async def uninvite(self, uri: str, group: str) -> None:
        """Share it no longer with a group."""
        await self._share(uri, f"<o:remove><d:href>{_GROUP}{quote(group, safe='')}</d:href></o:remove>")

    async def remove_calendar(self, uri: str) -> None:
        """Put a calendar into the trash."""
        await self._dav("DELETE", uri, "", fine=(204, 404))

    async def _share(self, uri: str, change: str) -> None:
        body = f"<o:share xmlns:o='http://owncloud.org/ns' xmlns:d='DAV:'>{change}</o:share>"
        await self._dav("POST", uri, body, fine=(200,))

    async def _dav(self, method: str, uri: str, body: str, *, fine: tuple[int, ...]) -> None:
        url = self._calendar(uri)
        response = await self._client.request(method, url, headers=_XML, content=body.encode() or None)
        if response.status_code not in fine:
            raise Refused(FailReason.REJECTED, str(dav.fault(response)))

    # --- folders

    async def folders(self) -> dict[str, FolderSeen]:
        """List the folders at the top of its files by id, with the groups each is shared with."""
        response = await self._client.request(
            "PROPFIND", self._client.files("/"), headers={"Depth": "1"}, content=dav.propfind()
        )
        if response.status_code != 207:
            raise Unavailable(_("The files of {login} cannot be listed.").format(login=self._client.login))
        code, told = await self._client.ocs("GET", "/apps/files_sharing/api/v1/shares?reshares=false")
        shares: dict[str, dict[str, tuple[str, int]]] = {}
        for one in told if code == 200 and isinstance(told, list) else ():
            if one.get("share_type") == 1:
                held = shares.setdefault(str(one["file_source"]), {})
                held[str(one["share_with"])] = (str(one["id"]), int(one["permissions"]))
        entries = [answer.entry() for answer in dav.parse(response.content)[1:]]
        return {one.id: FolderSeen(one.id, one.name, shares.get(one.id, {})) for one in entries if one.holder}

    async def make_folder(self, path: str) -> str:
        """Make a folder, one that is there already is fine; give its id."""
        url = self._client.files(f"/{path}")
        response = await self._client.request("MKCOL", url)
        if response.status_code not in {201, 405}:
            raise Refused(FailReason.REJECTED, str(dav.fault(response)))
        response = await self._client.request("PROPFIND", url, headers={"Depth": "0"}, content=dav.propfind())
        answers = dav.parse(response.content) if response.status_code == 207 else []
        if not answers:
            raise Refused(FailReason.REJECTED, str(response.status_code))
        return answers[0].entry().id

    async def name_folder(self, was: str, name: str) -> None:
        """Give a folder at the top another name."""
        target = {"Destination": self._client.files(f"/{name}"), "Overwrite": "F"}
        response = await self._client.request("MOVE", self._client.files(f"/{was}"), headers=target)
        if response.status_code not in {201, 204}:
            raise Refused(FailReason.REJECTED, str(dav.fault(response)))

    async def share_folder(self, name: str, group: str, rights: int, *, share: str = "") -> None:
        """Share a folder with a group; `share` is the one to change, where there is one (§9)."""
        if not share:
            form = {"path": f"/{name}", "shareType": "1", "shareWith": group, "permissions": str(rights)}
            code, _answer = await self._client.ocs("POST", "/apps/files_sharing/api/v1/shares", data=form)
        else:
            path = f"/apps/files_sharing/api/v1/shares/{share}"
            code, _answer = await self._client.ocs("PUT", path, data={"permissions": str(rights)})
        if code != 200:
            text = _("the server does not share it with the group “{group}”: does the group exist?")
            raise Refused(FailReason.REJECTED, text.format(group=group))

    def _calendar(self, uri: str) -> str:
        user = quote(self._client.server.user, safe="")
        return f"{self._client.url}/remote.php/dav/calendars/{user}/" + (f"{quote(uri, safe='')}/" if uri else "")


def _described(name: str, color: str) -> str:
    shown = escape(name.replace("\n", " "))
    drawn = f"<a:calendar-color xmlns:a='http://apple.com/ns/ical/'>{color}</a:calendar-color>"
    return f"<d:displayname>{shown}</d:displayname>{drawn}"


def _invited(answer: dav.Answer) -> list[tuple[str, bool]]:
    found = []
    invite = answer.found.get(_INVITE)
    for user in invite.findall(f"{dav.OC}user") if invite is not None else ():
        href = user.findtext(f"{dav.D}href", "").strip()
        if href.startswith(_GROUP):
            writes = user.find(f"{dav.OC}access/{dav.OC}read-write") is not None
            found.append((unquote(href.removeprefix(_GROUP)), writes))
    return found
