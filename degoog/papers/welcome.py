"""Welcome sheets: one page a person, with addresses, first steps and QR codes for the telephone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from degoog import i18n
from degoog.i18n import _
from degoog.papers.page import code, page
from degoog.secrets import Secret
from degoog.space import Right, Space, tree

# The makers' own pages, which lead to each kind of telephone and computer.
CLOUD_APPS = "https://nextcloud.com/install/"
CHAT_APPS = "https://mattermost.com/apps/"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to be welcomed. `first` is a password for the first time, only where the person has no address."""

    name: str
    login: str
    chat_login: str
    email: str
    language: str
    groups: frozenset[str]
    first: Secret | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the structure's servers are; empty where there is none. `contacts`: who helps."""

    structure: str
    cloud: str
    chat: str
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sheet:
    language: str
    guest: Guest
    first: str
    groups: tuple[str, ...]
    folders: tuple[tuple[str, str], ...]
    calendars: tuple[str, ...]
    channels: tuple[str, ...]
    codes: tuple[tuple[Markup, str, str], ...]
    chat: bool  # Mattermost gives no account to who has no address
    dav: str
    ios: str
    words: Mapping[str, str]
    texts: Mapping[str, str]


def sheets(space: Space, guests: Sequence[Guest], place: Place) -> bytes:
    """Write the sheets of some people, one after the other, each in the person's language."""
    made = [sheet for guest in guests for sheet in _sheet(space, guest, place)]
    return page("welcome.html.j2", {"sheets": made, "place": place, "language": i18n.language()})


def _sheet(space: Space, guest: Guest, place: Place) -> Iterator[_Sheet]:
    with _speaking(guest.language):
        folders = [
            (folder.name, tree.able(right))
            for folder in sorted(space.folders.values(), key=lambda folder: folder.name)
            if (right := _right(folder.groups, guest.groups))
        ]
        channels = [
            channel.name
            for team in space.teams.values()
            if guest.groups & set(team.groups)
            for channel in team.channels.values()
            if not channel.private or guest.groups & set(channel.groups)
        ]
        yield _Sheet(
            language=i18n.language(),
            guest=guest,
            first=guest.first.reveal() if guest.first else "",
            groups=tuple(space.groups[key].name for key in space.groups if key in guest.groups),
            folders=tuple(folders),
            calendars=tuple(one.name for one in space.calendars.values() if guest.groups & set(one.groups)),
            channels=tuple(channels),
            codes=tuple(_codes(place, guest)),
            chat=bool(place.chat and guest.email),
            dav=f"{place.cloud}/remote.php/dav" if place.cloud else "",
            ios=f"{urlsplit(place.cloud).netloc}/remote.php/dav/principals/users/{quote(guest.login)}/",
            words=_words(space, guest, place),
            texts=_texts(),
        )


def _codes(place: Place, guest: Guest) -> Iterator[tuple[Markup, str, str]]:
    if place.cloud:
        yield code(place.cloud), _("Your files and calendars"), place.cloud
        yield code(CLOUD_APPS), _("The Nextcloud application"), CLOUD_APPS
    if place.chat and guest.email:
        yield code(place.chat), _("Your conversations"), place.chat
        yield code(CHAT_APPS), _("The Mattermost application"), CHAT_APPS


def _right(groups: Mapping[str, Right], mine: frozenset[str]) -> Right:
    found = Right.NONE
    for group, right in groups.items():
        found |= right if group in mine else Right.NONE
    return found


def _words(space: Space, guest: Guest, place: Place) -> dict[str, str]:
    mail = _(
        "You have received, or will receive, a message from Nextcloud at {email}. It holds a link with which you "
        "choose your password. Nothing came? Open {url}, click “Forgot password?” and write your login."
    ).format(email=guest.email, url=place.cloud)
    if place.contacts:
        asked = _("Ask for your first password: somebody of those below gives it to you. Then choose your own.")
    else:
        asked = _("Ask for your first password from the person who gave you this sheet. Then choose your own.")
    first = _("Log in with this password for the first time, then choose your own: Settings, Security, Password.")
    return {
        "title": _("Welcome, {name}").format(name=guest.name),
        "intro": space.welcome,
        "password": mail if guest.email else first if guest.first else asked,
        "contacts": ", ".join(place.contacts),
    }


def _texts() -> dict[str, str]:
    return {
        "login": _("Your login, for everything"),
        "first": _("Password for the first time only"),
        "cloud": _("Files and calendars (Nextcloud)"),
        "chat": _("Conversations (Mattermost)"),
        "choose": _("Choose your password"),
        "chat_password": _("For conversations, do the same once: open their address, then “Forgot your password?”."),
        "phone": _("On your telephone"),
        "scan": _("Point the camera at a square: it opens the address under it."),
        "calendars": _("Calendars and contacts in other programs"),
        "on_android": _("Android (DAVx⁵):"),
        "on_iphone": _("iPhone, iPad:"),
        "on_thunderbird": _("Thunderbird:"),
        "ios": _("Settings, Calendar, Accounts, Add an account, Other, CalDAV (and CardDAV); server:"),
        "thunderbird": _("New calendar, On the network; address:"),
        "find": _("What you will find"),
        "groups": _("You are in:"),
        "folders": _("Folders:"),
        "shared": _("Calendars:"),
        "channels": _("Channels:"),
        "help": _("A question? Ask:"),
    }


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = i18n.language()
    i18n.use(language or before)
    try:
        yield
    finally:
        i18n.use(before)
