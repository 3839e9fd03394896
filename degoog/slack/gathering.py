"""Reading exports through once: who and what there is, where each message stands, what is damaged."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from degoog.convert.slack.events import NOTICES
from degoog.errors import Refused, Usage
from degoog.i18n import _
from degoog.model import FailReason, SkipReason
from degoog.slack import entries, lists
from degoog.slack.consent import Consent
from degoog.slack.gathered import Gathered, Place, Problem, merged
from degoog.slack.pack import LARGEST_DAY, LARGEST_LIST, Pack, Part, Role
from degoog.slack.roster import CHANNELS, PAGES, Listed, Roster, shares
from degoog.slack.store import Day, Row, Store

_ENOUGH = 200  # messages that tell which workspace they are of
_TELLING = ("user", "username", "user_profile", "bot_id", "bot_profile")  # what a message tells of its author
_FOLDER = "degoog folder"  # where the canvas of a channel lay


class Stopped(Exception):
    """The person interrupted; nothing was written."""


class Gathering:
    """Fills a store from exports of one workspace, the older first: what a later one says of a thing counts."""

    def __init__(self, packs: Sequence[Pack], store: Store, consent: Consent, stop: threading.Event) -> None:
        self.found = Gathered()
        self._packs = packs
        self._store = store
        self._consent = consent
        self._roster = Roster(self.found, consent)
        self._stop = stop
        self._listed: list[Listed] = []
        self._wrote: set[str] = set()
        self._noticed: dict[tuple[int, int], tuple[str, dict[str, Any]]] = {}  # of who is in no list

    def run(self) -> Gathered:
        """Read everything once. Raises `Usage` where the exports are of different workspaces, `Stopped`."""
        for number, pack in enumerate(self._packs):
            self._index(number, pack)
        order = sorted(range(len(self._packs)), key=self._newest)
        accounts = set()
        for number in order:
            account = self._account(number)
            accounts.add(account)
            self._roster.people(self._listed[number], account)
        if len(accounts) > 1:
            raise Usage(
                _(
                    "These exports are of different Slack workspaces ({names}). To do: run the command once for each."
                ).format(names=", ".join(sorted(accounts)))
            )
        self.found.account = accounts.pop()
        for number in order:
            self._roster.rooms(number, self._listed[number])
        self._consent.check(place.room for place in self.found.places.values())
        self._strangers_in_rooms()
        for number in order:
            for day in self._store.days(number):
                self._read_day(day)
        for number in order:
            self._pages(number)
        self._store.finish()
        for (room, micro), (author, told) in self._noticed.items():  # a notice that was answered is a message
            row = self._store.message(room, micro)
            if row is not None and not row.notice:
                self._know(author, told)
        self.found.problems = merged(self.found.problems)
        if len(self.found.spaces) == 1 and self.found.domain:
            self.found.spaces = {
                id_: dataclasses.replace(space, name=space.name or self.found.domain)
                for id_, space in self.found.spaces.items()
            }
        return self.found

    # What there is

    def _index(self, number: int, pack: Pack) -> None:
        days: list[Day] = []
        listed: Listed = []
        other: Counter[str] = Counter()
        for part in pack.parts():
            if self._stop.is_set():
                raise Stopped
            if part.member.problem is not None and part.role is not Role.LIST:
                self._problem(pack, part, Refused(part.member.problem, ""))
            elif part.role is Role.DAY:
                days.append(
                    Day(number, part.space, part.folder, part.name, self._store.add_member(number, part.member))
                )
                if len(days) == 10_000:
                    self._store.add_days(days)
                    days.clear()
            elif part.role is Role.LIST:
                listed.append((part.space, part.name, self._list(pack, part)))
            elif part.role is Role.CANVAS:
                rows = [row | {_FOLDER: part.folder} for row in self._list(pack, part)]
                listed.append((part.space, "canvases", rows))
            elif part.role is Role.UPLOAD:
                values = (part.file, self._store.add_member(number, part.member), part.name)
                self._store.sql.execute("INSERT OR REPLACE INTO upload VALUES (?, ?, ?)", values)
            elif part.role is Role.OTHER and not part.name.startswith("."):
                other[part.folder or part.name] += 1
        self._store.add_days(days)
        self._listed.append(listed)
        for _space, name, rows in listed:
            if name == "content_flags" and rows:
                told = _("what people reported to Slack")
                path = f"{pack.path.name}/{name}.json"
                self.found.problems.append(Problem(path, SkipReason.NOT_SUPPORTED, told, len(rows)))
        for name, count in sorted(other.items()):
            self.found.problems.append(
                Problem(f"{pack.path.name}/{name}", SkipReason.NOT_SUPPORTED, _("no part of a Slack export"), count)
            )

    def _list(self, pack: Pack, part: Part) -> list[Any]:
        out: list[Any] = []
        try:
            text = entries.text_of(pack.read(part.member, limit=LARGEST_LIST))
            if part.name in {"users", "org_users", *CHANNELS, *PAGES, "usergroups"}:
                out += (element.value for element in entries.elements(text))
            else:
                value = json.loads(text)
                out += value if isinstance(value, list) else [value]
        except entries.Cut as cut:
            self._problem(pack, part, _cut(cut))
        except (ValueError, RecursionError):
            self._problem(pack, part, Refused(FailReason.DAMAGED, _("It is no JSON.")))
        except Refused as refused:
            self._problem(pack, part, refused)
        return [one for one in out if isinstance(one, dict)]

    def _account(self, number: int) -> str:
        """Give the workspace's id: without it in a list (users.json is missing, or damaged) messages tell it."""
        listed = self._listed[number]
        return self._roster.account(listed) or self._said_in(number) or self._roster.nameless(listed)

    def _said_in(self, number: int) -> str:
        told: Counter[str] = Counter()
        for day in self._store.days(number):
            _archive, member = self._store.member(day.member)
            with contextlib.suppress(Refused, entries.Cut):
                for element in entries.elements(entries.text_of(self._packs[number].read(member, limit=LARGEST_DAY))):
                    team = entries.identifier(element.value.get("team")) if isinstance(element.value, dict) else ""
                    told[team] += team.startswith("T")
            if told.total() >= _ENOUGH:
                break
        return told.most_common(1)[0][0] if told.total() else ""

    def _newest(self, number: int) -> str:
        row = self._store.sql.execute("SELECT max(day) FROM day WHERE archive = ?", (number,)).fetchone()
        return row[0] or ""

    def _strangers_in_rooms(self) -> None:
        """Give an account to the members of conversations that come along and are in no list."""
        for place in self.found.places.values():
            if place.verdict is None and place.room.direct:
                for id_ in place.room.members:
                    self._know(id_, {})

    # What was said

    def _read_day(self, day: Day) -> None:
        if self._stop.is_set():
            raise Stopped
        pack = self._packs[day.archive]
        where = "/".join(filter(None, (day.space and f"teams/{day.space}", day.folder, f"{day.day}.json")))
        place = self._place(day)
        _archive, member = self._store.member(day.member)
        part = Part(Role.DAY, member._replace(path=where), day.space, day.folder, day.day)
        try:
            content = pack.read(member, limit=LARGEST_DAY)
            text = entries.text_of(content)
        except Refused as refused:
            self._problem(pack, part, refused)
            return
        if place is None or place.verdict is not None:
            count, cut = _count(text)
            if place is not None:
                place.left += count
            else:
                detail = _("the export does not say which channel this folder is")
                self.found.problems.append(Problem(where, FailReason.UNREADABLE, detail, max(1, count)))
        else:
            if entries.spoilt(content, text):
                self._problem(pack, part, _spoilt())
            rows: list[Row] = []
            cut = None
            try:
                for element in entries.elements(text):
                    row = self._message(element, place.number, day.member)
                    if row is None:
                        self._problem(pack, part, Refused(FailReason.DAMAGED, _("a message without a time")))
                    else:
                        rows.append(row)
            except entries.Cut as error:
                cut = error
            self._store.add_messages(rows)
        if cut is not None:
            self._problem(pack, part, _cut(cut))

    def _place(self, day: Day) -> Place | None:
        id_ = self._roster.room(day.archive, day.space, day.folder)
        if not id_ and day.folder.startswith("FC"):
            file = day.folder.removeprefix("FC:").removeprefix("FC_").partition(":")[0].partition("_")[0]
            id_ = next((room for room in self.found.places if room[1:] == file[1:]), "")
        return self.found.places.get(id_)

    def _message(self, element: entries.Element, room: int, member: int) -> Row | None:
        raw = element.value
        if not isinstance(raw, dict) or (micro := entries.micros(raw.get("ts"))) is None:
            return None
        ts = raw["ts"]
        thread = entries.micros(raw.get("thread_ts"))
        subtype = raw.get("subtype")
        notice = subtype in NOTICES or (subtype == "tombstone" and not raw.get("reply_count"))
        author = entries.author(raw)
        if author not in self._wrote and notice:
            if author not in self.found.users:
                self._noticed[room, micro] = author, {key: raw[key] for key in _TELLING if key in raw}
        elif author not in self._wrote:
            self._wrote.add(author)
            self._know(author, raw)
        weight = 0
        if raw.get("files") or raw.get("file") or raw.get("attachments"):
            for file in entries.files(raw):
                self._note_file(file)
                size = file.get("size")
                weight += size if isinstance(size, int) and size > 0 and file.get("mode") != "external" else 0
        return Row(
            room, micro, None if ts == entries.digits(micro) else ts, None if thread == micro else thread, member,
            element.start, element.stop, entries.fingerprint(raw), int(notice), weight, None,
        )  # fmt: skip

    def _know(self, id_: str, told: Mapping[str, Any]) -> None:
        if id_ not in self.found.users:
            self.found.users[id_] = lists.stranger(id_, told, self.found.account)

    def _note_file(self, file: Mapping[str, Any]) -> None:
        """Remember that a file hangs somewhere, and the token that opens all of an export's files."""
        self._store.sql.execute("INSERT OR IGNORE INTO hung VALUES (?)", (str(file.get("id")),))
        if not self.found.token or not self.found.domain:
            url = str(file.get("url_private_download") or file.get("url_private") or "")
            if "xoxe-" in url and not self.found.token:
                self.found.token = url[url.index("xoxe-") :].partition("&")[0]
            permalink = str(file.get("permalink") or "")
            if not self.found.domain and permalink.startswith("https://") and ".slack.com/" in permalink:
                self.found.domain = permalink.removeprefix("https://").partition(".slack.com/")[0]

    def _pages(self, archive: int) -> None:
        """Put canvases, lists and transcripts that hang on no message into the channel they are shared in."""
        for space, name, rows in self._listed[archive]:
            for row in rows if name in PAGES else ():
                id_ = str(row.get("id"))
                if self._store.sql.execute("SELECT 1 FROM hung WHERE file = ?", (id_,)).fetchone():
                    continue
                ids = [*shares(row), self._roster.room(archive, space, str(row.get(_FOLDER)))]
                places = [self.found.places[one] for one in ids if one in self.found.places]
                open_ = [place for place in places if place.verdict is None]
                self._store.sql.execute("INSERT OR IGNORE INTO hung VALUES (?)", (id_,))
                if open_ and self._make(row, open_[0]):
                    continue
                reason = SkipReason.PRIVATE if places else SkipReason.NOT_SUPPORTED
                detail = "" if places else _("shared in no channel of the export")
                # By its id alone: what it is called is as private as what it says.
                self.found.problems.append(Problem(f"{name}/{id_}", reason, detail))

    def _make(self, row: Mapping[str, Any], place: Place) -> bool:
        created = row.get("created")
        author = entries.identifier(row.get("user"))
        if not isinstance(created, int) or not 0 < created < 10**11 or not author:
            return False
        file = {key: value for key, value in row.items() if key != _FOLDER}
        raw = {"type": "message", "user": author, "text": "", "files": [file]}
        self._know(author, raw)
        micro = created * 1_000_000
        for step in range(1000):
            made = Row(
                place.number, micro + step, None, None, None, 0, 0, entries.fingerprint(raw), 0,
                row["size"] if isinstance(row.get("size"), int) else 0, None,
            )  # fmt: skip
            raw["ts"] = entries.digits(micro + step)
            if self._store.add_made(made, json.dumps(raw)):
                return True
        return False

    def _problem(self, pack: Pack, part: Part, refused: Refused) -> None:
        where = part.member.path or "/".join(filter(None, (part.space, part.folder, part.name)))
        self.found.problems.append(Problem(f"{pack.path.name}/{where}"[:500], refused.reason, refused.detail))


def _spoilt() -> Refused:
    text = _("Some of its characters are no UTF-8: “�” stands in their place, and all the rest was read.")
    return Refused(FailReason.DAMAGED, text)


def _cut(cut: entries.Cut) -> Refused:
    text = _("Its JSON is damaged after {number} entries; those before it were read.")
    return Refused(FailReason.DAMAGED, text.format(number=cut.number))


def _count(text: str) -> tuple[int, entries.Cut | None]:
    count = 0
    try:
        for _element in entries.elements(text):
            count += 1
    except entries.Cut as cut:
        return count, cut
    return count, None
