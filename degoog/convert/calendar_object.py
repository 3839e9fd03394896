"""One calendar resource out of everything that has one UID: what CalDAV stores as one (RFC 4791 §4.1).

Each rule is a row of docs/conversions.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import lru_cache

from degoog.convert import moments, zones
from degoog.convert.components import NO_LINE, NOT_UTF8, UNCLOSED, Component
from degoog.convert.content_lines import Line, clean, made, quoted, text, unescaped, written
from degoog.convert.exceptions import left_out
from degoog.convert.html_text import is_html, plain
from degoog.errors import Refused
from degoog.i18n import _
from degoog.model import FailReason, Loss, LossKind
from degoog.ports import Resolve

PRODID = "-//degoog//degoog//EN"
# apps/dav/lib/CalDAV/Plugin.php advertises a max-resource-size of 10000000 (nextcloud.md §7).
LARGEST = 10_000_000
_HEAD = written(["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN"])
# RFC 5545 §3.6.1, §3.6.2: "MUST NOT occur more than once".
_ONCE = frozenset(
    {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "DUE", "DURATION", "SUMMARY", "CLASS", "CREATED", "DESCRIPTION", "GEO",
        "LAST-MODIFIED", "LOCATION", "ORGANIZER", "PRIORITY", "SEQUENCE", "STATUS", "TRANSP", "URL", "RECURRENCE-ID",
        "COMPLETED", "PERCENT-COMPLETE", "COLOR",
    }
)  # fmt: skip
_DATES = frozenset({"DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"})
_NEED = {"VEVENT": "DTSTART"}


@dataclass(frozen=True, slots=True)
class RawObject:
    """All components of one UID as the source has them.

    `definitions` are the VTIMEZONEs found beside them, by their TZID. `zone` is the calendar's own. `losses` are those
    that reading them has caused already. `uid` is given where the components' own cannot be kept.
    """

    components: tuple[Component, ...]
    definitions: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    zone: str = ""
    uid: str = ""
    losses: tuple[Loss, ...] = ()


def calendar_object(
    raw: RawObject, *, resolve: Resolve = lambda _link: None, largest: int = LARGEST
) -> tuple[bytes, tuple[Loss, ...]]:
    """Give the resource and what changed on the way.

    `resolve` gives the new link of something that moved. Raises `Refused` for what no calendar can hold.
    """
    making = _Making(raw, resolve)
    masters = [making.component(one) for one in raw.components if one.first("RECURRENCE-ID") is None]
    changed = [making.component(one) for one in raw.components if one.first("RECURRENCE-ID") is not None]
    components = making.joined(masters, changed)
    return making.written(components, largest), tuple(dict.fromkeys((*raw.losses, *making.losses)))


class _Making:
    def __init__(self, raw: RawObject, resolve: Resolve) -> None:
        self._raw = raw
        self._resolve = resolve
        self._used: dict[str, None] = {}
        self.losses: list[Loss] = []
        own = zones.known(raw.zone) if raw.zone else None
        self._zone: tzinfo = own.tz if own else UTC
        self._zone_id = own.id if own else ""

    def lose(self, kind: LossKind, detail: str = "") -> None:
        self.losses.append(Loss(kind, detail[:500]))

    # One component.

    def component(self, raw: Component) -> Component:
        """Mend a component; raises `Refused` where it says too little."""
        self._check(raw)
        lines: list[Line] = []
        seen: set[str] = set()
        depth = 0
        for line in raw.lines:
            if line.name == "BEGIN":
                depth += 1
            elif line.name == "END":
                depth -= 1
            elif not depth and line.name in _ONCE:
                if line.name in seen:
                    if all(line != other for other in lines):
                        self.lose(LossKind.FIELD, str(line))
                    continue
                seen.add(line.name)
            lines += self._line(line, depth)
        lines = self._completed(raw, lines, seen)
        return raw._replace(lines=tuple(lines))

    def _check(self, raw: Component) -> None:
        where = _("line {line}").format(line=raw.number) if raw.number else _("as Google gives it")
        if raw.problem:
            why = _("it has no end") if raw.problem == UNCLOSED else _("it is larger than anything a calendar holds")
            raise Refused(FailReason.BROKEN, f"{where}: {why}")
        needed = _NEED.get(raw.kind)
        if needed and raw.first(needed) is None:
            raise Refused(FailReason.BROKEN, f"{where}: " + _("it does not say when it begins"))
        for name in ("DTSTART", "RECURRENCE-ID", "DTEND", "DUE"):
            line = raw.first(name)
            if line is not None and moments.parse(line.value) is None:
                why = _("“{value}” is not a date").format(value=line.value[:40])
                raise Refused(FailReason.BROKEN, f"{where}: {why}")
        for fault in raw.told:
            if fault == NOT_UTF8:
                self.lose(LossKind.TEXT)
            else:
                self.lose(LossKind.FIELD, fault.removeprefix(NO_LINE).strip())

    def _line(self, line: Line, depth: int) -> list[Line]:
        """Apply the rules for one line; it may become none, or several."""
        if clean(line.value) != line.value:
            self.lose(LossKind.TEXT, line.name)
            line = line._replace(value=clean(line.value))
        if "TZID" in line.params.upper():
            line = self._zoned(line)
        if depth:
            return [line]
        match line.name:
            case name if name in _DATES:
                return self._dated(line)
            case "RRULE" | "EXRULE":
                return self._rule(line)
            case "ATTACH":
                return [self._attached(line)]
            case "METHOD":
                return []
        return [line]

    def _zoned(self, line: Line) -> Line:
        name = line.param("TZID")
        zone = zones.known(name)
        if line.value.endswith("Z") or (line.name in _DATES and "VALUE=DATE" in line.params and "T" not in line.value):
            return line.without("TZID")  # RFC 5545 §3.2.19: not on UTC, not on dates
        if zone is not None:
            self._used[zone.id] = None
            return line if zone.id == name else line._replace(params=_with_zone(line, zone.id))
        if name in self._raw.definitions:
            self._used[name] = None
            return line
        self.lose(LossKind.ZONE, name)
        if not self._zone_id:
            return line.without("TZID")
        self._used[self._zone_id] = None
        return line._replace(params=_with_zone(line, self._zone_id))

    def _dated(self, line: Line) -> list[Line]:
        values = [value.strip() for value in line.value.split(",") if value.strip()]
        if line.name in {"EXDATE", "RDATE"} and "PERIOD" not in line.params.upper():
            sound = [value for value in values if moments.parse(value) is not None]
            for value in values:
                if value not in sound:
                    self.lose(LossKind.RECURRENCE, f"{line.name}:{value}")
            if not sound:
                return []
            values = sound
        line = line._replace(value=",".join(values))
        if all("T" not in value for value in values) and "VALUE=" not in line.params.upper():
            line = line._replace(params=f"{line.params};VALUE=DATE")
        elif any("T" in value for value in values) and line.param("VALUE") == "DATE":
            line = line.without("VALUE")
        return [line]

    def _rule(self, line: Line) -> list[Line]:
        if not moments.rule_is_sound(line.value):
            self.lose(LossKind.RECURRENCE, str(line))
            return [text(f"X-DEGOOG-{line.name}", line.value)]
        return [line._replace(value=line.value.strip(";"))]

    def _attached(self, line: Line) -> Line:
        link = line.value
        if "://" not in link[:12]:
            return line
        new = self._resolve(unescaped(link))
        if new is None:
            self.lose(LossKind.LINK, link)
            return line
        return line._replace(value=new)

    def _completed(self, raw: Component, lines: list[Line], seen: set[str]) -> list[Line]:
        if self._raw.uid:
            if raw.value("UID") and raw.value("UID") != self._raw.uid:
                self.lose(LossKind.UID, raw.value("UID"))
            lines = [made("UID", self._raw.uid), *(line for line in lines if line.name != "UID")]
        if "DTSTAMP" not in seen:
            known = raw.value("LAST-MODIFIED") or raw.value("CREATED") or "19700101T000000Z"
            lines.insert(1, made("DTSTAMP", known))
        if {"DTEND", "DURATION"} <= seen:
            lines = [line for line in lines if line.name != "DURATION" or lines.index(line) > _alarms(lines)]
        if "DTEND" in seen:
            lines = self._ended(lines)
        if any(line.name == "EXRULE" for line in lines):
            lines = self._without_rules(lines)
        description = raw.first("DESCRIPTION")
        if description is not None and is_html(description.value):
            lines = _described(lines, unescaped(description.value))
        return lines

    def _without_rules(self, lines: list[Line]) -> list[Line]:
        """Write rules of exceptions, which no calendar reads any more, as the dates they leave out."""
        start = next((line for line in lines if line.name == "DTSTART"), None)
        if start is None:
            return lines
        rules = [line.value for line in lines if line.name == "RRULE"]
        exceptions = [line for line in lines if line.name == "EXRULE"]
        dates, more = left_out(start, rules, [line.value for line in exceptions], self._zone)
        if more:
            for line in exceptions:
                self.lose(LossKind.RECURRENCE, str(line))
        kept = [line for line in lines if line.name != "EXRULE" or more]
        cut = _alarms(kept)
        return [*kept[:cut], *_exdates(start, dates), *kept[cut:]]

    def _ended(self, lines: list[Line]) -> list[Line]:
        start = next(line for line in lines if line.name == "DTSTART")
        end = next(line for line in lines if line.name == "DTEND")
        if moments.is_day(start) == moments.is_day(end):
            begins, ends = moments.of(start, self._zone), moments.of(end, self._zone)
            if begins is None or ends is None or begins <= ends:
                return lines
        self.lose(LossKind.TIME, str(end))
        return [line for line in lines if line is not end]

    # All components of one UID.

    def joined(self, masters: Sequence[Component], changed: Sequence[Component]) -> list[Component]:
        """Put master and changed occurrences together; what was cancelled becomes a date left out."""
        latest: dict[float, Component] = {}
        for one in changed:
            line = one.first("RECURRENCE-ID")
            key = moments.seconds(line, self._zone) if line is not None else 0.0
            if key not in latest or _newer(one, latest[key]):
                latest[key] = one
        if not masters:
            return list(latest.values())
        master = masters[0]
        start = master.first("DTSTART")
        if start is None:  # a task without dates cannot be left out of any
            return [master, *latest.values()]
        left_out, kept = [], []
        for one in latest.values():
            line = one.first("RECURRENCE-ID")
            if one.value("STATUS").upper() == "CANCELLED" and line is not None:
                left_out.append(moments.like(line, start, self._zone))
            else:
                kept.append(one)
        return [self._without(master, start, left_out), *kept]

    def _without(self, master: Component, start: Line, left_out: list[str]) -> Component:
        present = {value for line in master.lines if line.name == "EXDATE" for value in line.value.split(",")}
        new = [value for value in dict.fromkeys(left_out) if value not in present]
        if not new:
            return master
        lines = _exdates(start, new)
        cut = _alarms(list(master.lines))
        return master._replace(lines=(*master.lines[:cut], *lines, *master.lines[cut:]))

    def written(self, components: Sequence[Component], largest: int) -> bytes:
        """Write the resource; attachments that lie inside it are taken out, largest first, until it fits."""
        parts = [list(one.lines) for one in components]
        data = self._bytes(components, parts)
        while len(data) > largest:
            inside = [
                (len(line.value), at, number)
                for at, lines in enumerate(parts)
                for number, line in enumerate(lines)
                if line.name == "ATTACH" and line.param("ENCODING").upper() == "BASE64"
            ]
            if not inside:
                raise Refused(
                    FailReason.TOO_LARGE,
                    _("{size} bytes; a calendar takes {largest}.").format(size=len(data), largest=largest),
                )
            _size, at, number = max(inside)
            self.lose(LossKind.ATTACHMENT, _name_of(parts[at].pop(number)))
            data = self._bytes(components, parts)
        return data

    def _bytes(self, components: Sequence[Component], parts: Sequence[list[Line]]) -> bytes:
        out = [_HEAD]
        for name in self._used:
            if zones.known(name) is not None:
                out.append(_zone_bytes(name))
            else:
                out.append(written(["BEGIN:VTIMEZONE", *self._raw.definitions[name], "END:VTIMEZONE"]))
        for one, lines in zip(components, parts, strict=True):
            out.append(written([f"BEGIN:{one.kind}", *lines, f"END:{one.kind}"]))
        return b"".join([*out, b"END:VCALENDAR\r\n"])


def _newer(one: Component, other: Component) -> bool:
    def key(component: Component) -> tuple[int, str]:
        number = component.value("SEQUENCE")
        return (int(number) if number.isdecimal() else 0, component.value("LAST-MODIFIED"))

    return key(one) >= key(other)


def _alarms(lines: Sequence[Line]) -> int:
    return next((number for number, line in enumerate(lines) if line.name == "BEGIN"), len(lines))


def _exdates(start: Line, dates: Sequence[str]) -> list[Line]:
    # A zone's name and VALUE=DATE, and no other parameter of the start.
    params = "".join(f";{name}={quoted(value)}" for name, value in _zone_and_value(start))
    return [Line("EXDATE", params, ",".join(dates[at : at + 50])) for at in range(0, len(dates), 50)]


def _zone_and_value(line: Line) -> list[tuple[str, str]]:
    if moments.is_day(line):
        return [("VALUE", "DATE")]
    return [("TZID", line.param("TZID"))] if line.param("TZID") else []


def _with_zone(line: Line, zone: str) -> str:
    return line.without("TZID").params + f";TZID={quoted(zone)}"


def _described(lines: list[Line], html: str) -> list[Line]:
    """Give the description as text, and keep the HTML where programs that can show it look for it."""
    cut = _alarms(lines)
    kept = any(line.name == "X-ALT-DESC" for line in lines)
    out = []
    for number, line in enumerate(lines):
        if line.name == "DESCRIPTION" and number < cut:
            out.append(text("DESCRIPTION", plain(html)))
            if not kept:
                out.append(text("X-ALT-DESC", html, FMTTYPE="text/html"))
        else:
            out.append(line)
    return out


def _name_of(line: Line) -> str:
    name = line.param("X-FILENAME") or line.param("FILENAME") or line.param("X-APPLE-FILENAME")
    try:
        size = len(base64.b64decode(line.value))
    except (binascii.Error, ValueError):
        size = len(line.value)
    return f"{name or line.param('FMTTYPE') or 'ATTACH'} ({size})"


@lru_cache(maxsize=256)
def _zone_bytes(name: str) -> bytes:
    return written(zones.definition(name))
