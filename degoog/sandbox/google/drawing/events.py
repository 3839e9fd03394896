"""How an event of the drawn calendars is written: Google's JSON, from few words."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from degoog.sandbox.google.instances import stamp

Json = dict[str, Any]
PARIS = "Europe/Paris"


def event(calendar: str, name: str, start: Json, end: Json, more: Mapping[str, Any] | None = None) -> Json:
    """One event, its id and UID drawn from its name; `more` outranks what is usual."""
    id_ = hashlib.sha256(f"{calendar} {name}".encode()).hexdigest()[:26]
    usual = {
        "id": id_,
        "status": "confirmed",
        "created": "2024-01-10T09:00:00.000Z",
        "updated": "2024-02-11T10:30:00.000Z",
        "summary": name,
        "creator": {"email": calendar},
        "organizer": {"email": calendar},
        "start": start,
        "end": end,
        "iCalUID": f"{id_}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }
    return {**usual, **(more or {})}


def at(text: str, zone: str = PARIS) -> Json:
    """A time: "2026-03-02 18:30" on the clocks of a zone."""
    time = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return {"dateTime": time.isoformat().replace("+00:00", "Z"), "timeZone": zone}


def day(text: str) -> Json:
    """A day."""
    return {"date": text}


def hours(begin: str, length: float, zone: str = PARIS) -> tuple[Json, Json]:
    """A start, and the end so many hours later in real time."""
    first = datetime.fromisoformat(begin).replace(tzinfo=ZoneInfo(zone))
    last = (first.astimezone(UTC) + timedelta(hours=length)).astimezone(ZoneInfo(zone))
    return at(begin, zone), {"dateTime": last.isoformat().replace("+00:00", "Z"), "timeZone": zone}


def days(begin: str, length: int = 1) -> tuple[Json, Json]:
    """A day, and the day after the last."""
    return day(begin), day((date.fromisoformat(begin) + timedelta(days=length)).isoformat())


def changed(master: Json, original: Json, more: Mapping[str, Any]) -> Json:
    """An occurrence that somebody changed; it keeps the times of the series unless `more` says others."""
    first, last = _moment(master["start"]), _moment(master["end"])
    begin = _moment(original)
    zone = original.get("timeZone", PARIS)
    end: Json = (
        {"dateTime": (begin + (last - first)).isoformat(), "timeZone": zone}
        if isinstance(begin, datetime)
        else {"date": (begin + (last - first)).isoformat()}
    )
    kept = {name: value for name, value in master.items() if name != "recurrence"}
    return {
        **kept,
        "id": f"{master['id']}_{stamp(begin)}",
        "recurringEventId": master["id"],
        "originalStartTime": original,
        "start": original,
        "end": end,
        **more,
    }


def cancelled(master: Json, original: Json) -> Json:
    """An occurrence that somebody took out."""
    return {
        "id": f"{master['id']}_{stamp(_moment(original))}",
        "status": "cancelled",
        "recurringEventId": master["id"],
        "originalStartTime": original,
        "iCalUID": master["iCalUID"],
    }


def _moment(told: Json) -> Any:  # noqa: ANN401 - a day or a time
    if "date" in told:
        return date.fromisoformat(told["date"])
    return datetime.fromisoformat(told["dateTime"]).astimezone(ZoneInfo(told.get("timeZone", PARIS)))


def guest(email: str, answer: str = "needsAction", **more: Any) -> Json:  # noqa: ANN401 - JSON
    """Somebody invited."""
    return {"email": email, "responseStatus": answer, **more}
