"""The expanded view of a calendar: each occurrence as an event of its own, exceptions in their places."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from degoog.sandbox.google import recurrence

Json = dict[str, Any]
Moment = datetime | date


@dataclass(frozen=True, slots=True, order=True)
class Instance:
    """One occurrence, for comparing two calendars: times in UTC, days as they are."""

    start: str
    end: str
    uid: str
    summary: str
    status: str


def moment(told: Json, zone: str) -> Moment:
    """A start or an end as Google tells it; in its own time zone, or the calendar's."""
    if "date" in told:
        return date.fromisoformat(told["date"])
    return datetime.fromisoformat(told["dateTime"]).astimezone(ZoneInfo(told.get("timeZone", zone)))


def told(at: Moment, zone: str) -> Json:
    """The other way round."""
    if not isinstance(at, datetime):
        return {"date": at.isoformat()}
    return {"dateTime": at.isoformat().replace("+00:00", "Z"), "timeZone": zone}


def stamp(at: Moment) -> str:
    """What an occurrence's id ends with."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(at, datetime) else f"{at:%Y%m%d}"


def utc(at: Moment) -> datetime:
    """A moment in UTC; a day is its midnight."""
    return at.astimezone(UTC) if isinstance(at, datetime) else datetime.combine(at, time(), UTC)


def expanded(events: Iterable[Json], zone: str, *, begin: datetime, end: datetime) -> list[Json]:
    """Every occurrence that overlaps [begin, end), by start: masters gone, cancelled ones left out."""
    singles: list[Json] = []
    masters: dict[str, Json] = {}
    exceptions: dict[str, dict[str, Json]] = defaultdict(dict)
    for event in events:
        if "recurringEventId" in event:
            original = moment(event["originalStartTime"], zone)
            exceptions[event["recurringEventId"]][stamp(original)] = event
        elif event.get("recurrence"):
            masters[event["id"]] = event
        elif event.get("status") != "cancelled":
            singles.append(event)
    found = list(singles)
    for id_, master in masters.items():
        if master.get("status") != "cancelled":
            found += _of_series(master, exceptions.get(id_, {}), zone, end)
    for id_, changed in exceptions.items():
        if id_ not in masters:
            found += [event for event in changed.values() if event.get("status") != "cancelled"]
    kept = [one for one in found if _overlaps(one, zone, begin, end)]
    return sorted(kept, key=lambda one: (utc(moment(one["start"], zone)), one["id"]))


def _overlaps(event: Json, zone: str, begin: datetime, end: datetime) -> bool:
    start, stop = utc(moment(event["start"], zone)), utc(moment(event["end"], zone))
    return start < end and (stop > begin or (start == stop and start >= begin))


def _of_series(master: Json, changed: dict[str, Json], zone: str, end: datetime) -> list[Json]:
    first, last = moment(master["start"], zone), moment(master["end"], zone)
    own = master["start"].get("timeZone", zone)
    series = recurrence.read(master["recurrence"], ZoneInfo(own))
    starts = recurrence.occurrences(first, series, before=end + timedelta(days=1))
    by_stamp = {stamp(at): at for at in starts}
    found = []
    for mark, at in by_stamp.items():
        if mark not in changed:
            found.append(_occurrence(master, at, first, last, own))
    found += [event for event in changed.values() if event.get("status") != "cancelled"]
    return found


def _occurrence(master: Json, at: Moment, first: Moment, last: Moment, zone: str) -> Json:
    if isinstance(at, datetime) and isinstance(first, datetime) and isinstance(last, datetime):
        # As long as the first one in real time, even across a change of clocks.
        stop: Moment = (at.astimezone(UTC) + (utc(last) - utc(first))).astimezone(last.tzinfo)
        end_zone = master["end"].get("timeZone", zone)
    else:
        stop, end_zone = at + (_day(last) - _day(first)), zone
    shown = {name: value for name, value in master.items() if name != "recurrence"}
    return {
        **shown,
        "id": f"{master['id']}_{stamp(at)}",
        "recurringEventId": master["id"],
        "originalStartTime": told(at, zone),
        "start": told(at, zone),
        "end": told(stop, end_zone),
    }


def _day(at: Moment) -> date:
    return at.date() if isinstance(at, datetime) else at


def compared(events: Iterable[Json], zone: str, *, begin: datetime, end: datetime) -> list[Instance]:
    """The expanded view as values that two calendars can be compared by."""
    found = []
    for event in expanded(events, zone, begin=begin, end=end):
        start, stop = moment(event["start"], zone), moment(event["end"], zone)
        found.append(
            Instance(
                stamp(start), stamp(stop), event["iCalUID"], event.get("summary", ""), event.get("status", "confirmed")
            )
        )
    return sorted(found)
