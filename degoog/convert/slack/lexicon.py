"""What the names in a message stand for: people, channels, groups, emoji, dates, links; each as a piece of a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from degoog import wording
from degoog.convert.slack import emoji
from degoog.convert.slack.runs import Is, Run, link
from degoog.i18n import _

_FILE = re.compile(r"https://[\w.-]+\.slack\.com/files/")
_MESSAGE = re.compile(r"https://[\w.-]+\.slack\.com/archives/([CDG][A-Z0-9]+)/p(\d{10})(\d{6})")
_SECRET = re.compile(r"([?&])(?:t|token)=xox[a-z]-[^&#\s]*(&?)")
_SKIN = re.compile(r"skin-tone-([2-6])$")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Who and what is called how in the chat that is joined.

    `usernames`: accounts, by Slack's id. `names`: what people are called where they have no account. `rooms`: the
    channels that come along, by Slack's id, by their new name. `groups`: handles of user groups, where known.
    `emoji`: custom ones that come along, by Slack's name. `public`: ids of channels that everybody reads and that come
    along, None where nobody knows. `resolve` gives a link's new place, None where it has none.
    """

    usernames: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    rooms: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    emoji: Mapping[str, str] = field(default_factory=dict)
    public: frozenset[str] | None = None
    resolve: Callable[[str], str | None] = lambda _link: None
    zone: tzinfo = UTC


class Speech:
    """One message being put into Markdown, said in the room of that id. `notes` gathers what has no equal, in words."""

    __slots__ = ("lexicon", "notes", "room_of")

    def __init__(self, lexicon: Lexicon, room_of: str = "") -> None:
        self.lexicon = lexicon
        self.room_of = room_of
        self.notes: set[str] = set()

    def person(self, id_: str, label: str = "", style: int = 0) -> Run:
        """Give a mention where there is an account, else the name alone."""
        known = self.lexicon.usernames.get(id_)
        if known:
            return Run(f"@{known}", style, Is.NAME)
        self.notes.add(_("somebody unknown is mentioned"))
        name = self.lexicon.names.get(id_) or label.lstrip("@") or f"unknown-{id_}"
        return Run(f"@{name}", style)

    def room(self, id_: str, label: str = "", style: int = 0) -> Run:
        """Give a link to a channel by its new name; what did not come along is only named."""
        known = self.lexicon.rooms.get(id_)
        if known:
            return Run(f"~{known}", style, Is.NAME)
        shown = label or _("private-channel")
        return Run(f"#{shown}", style)

    def group(self, id_: str, label: str = "", style: int = 0) -> Run:
        """Name a group of people; nobody is called by it in the new place."""
        name = label.lstrip("@") or self.lexicon.groups.get(id_) or f"group-{id_}"
        return Run(f"@{name}", style)

    def everybody(self, range_: str, style: int = 0) -> Run:
        """Give `@here`, `@channel` or `@all`."""
        return Run({"everyone": "@all", "here": "@here"}.get(range_, "@channel"), style, Is.NAME)

    def emoji(self, name: str, unicode: str = "", style: int = 0) -> Run:
        """Give an emoji by Mattermost's name, by its character, or by the name alone."""
        if known := emoji.system(name):
            return Run(f":{known}:", style & ~8, Is.READY)
        if character := emoji.character(name) or _characters(unicode):
            return Run(character, style & ~8, Is.READY)
        if alone := _SKIN.match(name):
            return Run(f":skin-tone-{alone[1]}:", style & ~8, Is.READY)
        if custom := self.lexicon.emoji.get(name):
            return Run(f":{custom}:", style & ~8, Is.READY)
        self.notes.add(_("emoji without an image: {name}").format(name=f":{name}:"))
        return Run(f":{name}:", style)

    def link(self, url: str, label: str = "", style: int = 0) -> Run:
        """Give a link, to its new place where it has one; a label alone where the address is none to follow."""
        url = without_secret(url)
        if url.startswith("mailto:") and label in {"", url, url.removeprefix("mailto:")}:
            return Run(url.removeprefix("mailto:").partition("?")[0], style, Is.READY)
        if url.startswith("tel:"):
            return Run(label or url.removeprefix("tel:"), style)
        new = self.lexicon.resolve(url)
        made = link(label if new is None or label != url else "", new or url)
        if made is None:
            if label and label != url:
                self.notes.add(_("a link that leads nowhere outside Slack"))
            return Run(label or url, style)
        if "/archives/" in url and (where := self._about(url)):
            # It leads to Slack, and will not for ever: so it also says what it led to.
            return Run(f"{made.text} {where}", style & ~8, Is.READY)
        if new is None and _FILE.match(url):
            self.notes.add(_("a link to a file in Slack, which will not be there for ever"))
        return made._replace(style=style & ~8)

    def _about(self, url: str) -> str:
        """Say which message a link to one leads to: in which channel, when. Empty for any other link."""
        match = _MESSAGE.match(url)
        if match is None:
            return ""
        where = self.room(match[1], _("another conversation")).text.lstrip("#")
        return f"({where}, {self.moment(int(match[2]))})"

    def moment(self, seconds: float) -> str:
        """Write a moment in the workspace's zone and language."""
        return wording.moment(datetime.fromtimestamp(seconds, UTC), self.lexicon.zone)

    def date(self, timestamp: str, form: str, fallback: str, url: str = "", style: int = 0) -> Run:
        """Write a date as Slack's format string asks (https://docs.slack.dev/messaging/formatting-message-text)."""
        try:
            at = datetime.fromtimestamp(int(float(timestamp)), UTC).astimezone(self.lexicon.zone)
            text = re.sub(r"\{(\w+)\}", lambda match: _part(match[1], at), form) if form else ""
        except (ValueError, OverflowError, OSError):
            text = ""
        shown = text or fallback or timestamp
        return self.link(url, shown, style) if url else Run(shown, style)


def _part(token: str, at: datetime) -> str:
    match token:
        case "time":
            return f"{at:%H:%M}"
        case "time_secs":
            return f"{at:%H:%M:%S}"
        case "date_num":
            return f"{at:%Y-%m-%d}"
        case "ago":
            return wording.day(at.date())
        case _ if token.startswith("date"):
            return wording.day(at.date())
        case _:
            return f"{{{token}}}"


def without_secret(url: str) -> str:
    """Give an address without the token that an export puts into it."""
    if "xox" not in url:
        return url
    clean = _SECRET.sub(lambda match: match[1] if match[2] else "", url)
    return re.sub(r"xox[a-z]-[\w-]+", "", clean)


def _characters(unicode: str) -> str:
    try:
        return "".join(chr(int(code, 16)) for code in unicode.split("-")) if unicode else ""
    except (ValueError, OverflowError):
        return ""
