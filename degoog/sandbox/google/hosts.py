"""Which method of which API a request asks for: Google's hosts and paths, and the scopes each method needs."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote

from degoog.sandbox.google.answers import Asked
from degoog.sandbox.http_server import Request

API = "https://www.googleapis.com/auth/"
_ANY = ("drive", "drive.metadata", "drive.metadata.readonly", "drive.readonly")
_CONTENT = ("drive", "drive.readonly")
_MEDIA = frozenset({"drive.files.get", "drive.revisions.get"})

Route = tuple[str, str, str, tuple[str, ...]]
"""HTTP method, path, the method's id in the discovery documents, and the scopes of which one is needed."""

_DRIVE: tuple[Route, ...] = (
    ("GET", "about", "drive.about.get", _ANY),
    ("GET", "files", "drive.files.list", _ANY),
    ("GET", "files/(?P<item>[^/]+)", "drive.files.get", _ANY),
    ("GET", "files/(?P<item>[^/]+)/export", "drive.files.export", _CONTENT),
    ("POST", "files/(?P<item>[^/]+)/download", "drive.files.download", _CONTENT),
    ("GET", "files/(?P<item>[^/]+)/listLabels", "drive.files.listLabels", _ANY),
    ("GET", "files/(?P<item>[^/]+)/permissions", "drive.permissions.list", _ANY),
    ("GET", "files/(?P<item>[^/]+)/revisions", "drive.revisions.list", _ANY),
    ("GET", "files/(?P<item>[^/]+)/revisions/(?P<part>[^/]+)", "drive.revisions.get", _ANY),
    ("GET", "files/(?P<item>[^/]+)/comments", "drive.comments.list", _CONTENT),
    ("GET", "operations/(?P<item>[^/]+)", "drive.operations.get", _CONTENT),
    ("GET", "drives", "drive.drives.list", _CONTENT),
    ("GET", "drives/(?P<item>[^/]+)", "drive.drives.get", _CONTENT),
    ("GET", "changes/startPageToken", "drive.changes.getStartPageToken", _ANY),
    ("GET", "changes", "drive.changes.list", _ANY),
)

_EVENTS = (
    "calendar", "calendar.events", "calendar.events.owned", "calendar.events.owned.readonly",
    "calendar.events.public.readonly", "calendar.events.readonly", "calendar.readonly", "calendar.app.created",
    "calendar.events.freebusy",
)  # fmt: skip
_LISTS = ("calendar", "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly")
_CALENDARS = ("calendar", "calendar.calendars", "calendar.calendars.readonly", "calendar.readonly")
_CALENDAR: tuple[Route, ...] = (
    ("GET", "users/me/calendarList", "calendar.calendarList.list", _LISTS),
    ("GET", "users/me/calendarList/(?P<item>[^/]+)", "calendar.calendarList.get", _LISTS),
    (
        "GET",
        "users/me/settings",
        "calendar.settings.list",
        ("calendar", "calendar.readonly", "calendar.settings.readonly"),
    ),
    ("GET", "colors", "calendar.colors.get", _LISTS),
    ("GET", "calendars/(?P<item>[^/]+)", "calendar.calendars.get", _CALENDARS),
    (
        "GET",
        "calendars/(?P<item>[^/]+)/acl",
        "calendar.acl.list",
        ("calendar", "calendar.acls", "calendar.acls.readonly"),
    ),
    ("GET", "calendars/(?P<item>[^/]+)/events", "calendar.events.list", _EVENTS),
    ("GET", "calendars/(?P<item>[^/]+)/events/(?P<part>[^/]+)", "calendar.events.get", _EVENTS),
    ("GET", "calendars/(?P<item>[^/]+)/events/(?P<part>[^/]+)/instances", "calendar.events.instances", _EVENTS),
)
_CONTACTS = ("contacts", "contacts.readonly")
_PERSON = (*_CONTACTS, "contacts.other.readonly", "directory.readonly", "userinfo.email", "userinfo.profile")
_PEOPLE: tuple[Route, ...] = (
    ("GET", "people/me/connections", "people.people.connections.list", _CONTACTS),
    ("GET", "people/(?P<item>[^/:]+)", "people.people.get", _PERSON),
    ("GET", "people:batchGet", "people.people.getBatchGet", _PERSON),
    ("GET", "people:listDirectoryPeople", "people.people.listDirectoryPeople", ("directory.readonly",)),
    ("GET", "otherContacts", "people.otherContacts.list", ("contacts.other.readonly",)),
    ("GET", "contactGroups", "people.contactGroups.list", _CONTACTS),
    ("GET", "contactGroups/(?P<item>[^/]+)", "people.contactGroups.get", _CONTACTS),
)
_OF_TASKS = ("tasks", "tasks.readonly")
_TASKS: tuple[Route, ...] = (
    ("GET", "users/@me/lists", "tasks.tasklists.list", _OF_TASKS),
    ("GET", "users/@me/lists/(?P<item>[^/]+)", "tasks.tasklists.get", _OF_TASKS),
    ("GET", "lists/(?P<item>[^/]+)/tasks", "tasks.tasks.list", _OF_TASKS),
    ("GET", "lists/(?P<item>[^/]+)/tasks/(?P<part>[^/]+)", "tasks.tasks.get", _OF_TASKS),
)

# Host and first part of the path → what is below.
_APIS: tuple[tuple[str, str, Iterable[Route]], ...] = (
    ("www.googleapis.com", "drive/v3/", _DRIVE),
    ("www.googleapis.com", "calendar/v3/", _CALENDAR),
    ("people.googleapis.com", "v1/", _PEOPLE),
    ("tasks.googleapis.com", "tasks/v1/", _TASKS),
)
_OAUTH = {
    ("accounts.google.com", "GET", "o/oauth2/v2/auth"): "oauth2.auth",
    ("accounts.google.com", "GET", "o/oauth2/auth"): "oauth2.auth",
    ("oauth2.googleapis.com", "POST", "token"): "oauth2.token",
    ("oauth2.googleapis.com", "POST", "revoke"): "oauth2.revoke",
    ("oauth2.googleapis.com", "GET", "tokeninfo"): "oauth2.tokeninfo",
    ("oauth2.googleapis.com", "POST", "tokeninfo"): "oauth2.tokeninfo",
}


def understood(request: Request) -> Asked:
    """The request as one of a method; of no method where Google has none there."""
    host, path = host_and_path(request)
    query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
    asked = Asked(request, host, _OAUTH.get((host, request.method, path), ""), query=query)
    if host in {"docs.google.com", "script.google.com"} and path.lower().endswith("/export"):
        asked.method, asked.item = "docs.export", asked.one("id")
        asked.scopes = _full(_CONTENT)
    elif host == "calendar.google.com" and path.startswith("calendar/ical/"):
        asked.method, asked.item = "ical.get", unquote(path.split("/")[2])
    elif host == "lh3.googleusercontent.com":
        asked.method, asked.item = "photos.get", path.rpartition("/")[2]
    elif host.endswith(".googleusercontent.com") or host == "drive.usercontent.google.com":
        asked.method, asked.item = "usercontent.get", path.rpartition("/")[2]
    for known, base, routes in _APIS:
        if host == known and path.startswith(base):
            _route(asked, path.removeprefix(base), routes)
    return asked


def _route(asked: Asked, path: str, routes: Iterable[Route]) -> None:
    for verb, pattern, method, scopes in routes:
        found = re.fullmatch(pattern, path.replace("%40me", "@me"))
        if found and verb == asked.request.method:
            media = asked.one("alt") == "media" and method in _MEDIA
            asked.method = f"{method}:media" if media else method
            asked.scopes = _full(_CONTENT if media else scopes)
            named = found.groupdict()
            asked.item, asked.part = unquote(named.get("item", "")), unquote(named.get("part", ""))
            return


def _full(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(API + scope for scope in scopes)


def host_and_path(request: Request) -> tuple[str, str]:
    """The host, and the path below it as it was sent."""
    host, _, path = request.target.partition("?")[0].removeprefix("/").partition("/")
    return host, path
