"""What an event means: the occurrences of two years, as the source has them and as they were read back, compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from degoog.convert.calendar_object import RawObject
from degoog.convert.instances import Instance, Span, differences, instances, laid, meant, taken_up
from degoog.convert.zones import known
from degoog.i18n import _
from degoog.model import Item
from degoog.shelf import Laid, Shelf

if TYPE_CHECKING:
    from degoog.google.calendars import GoogleCalendars


_HOUR = timedelta(hours=1)


class Events:
    """See `ports.Meaning`. `google` is asked for its own expanded view, which then is what is meant."""

    def __init__(self, span: Span, *, google: GoogleCalendars | None = None) -> None:
        self._span = span
        self._google = google
        self._shelf: Shelf | None = None

    @classmethod
    def now(cls, seconds: float, *, google: GoogleCalendars | None = None) -> Self:
        """Give it for the two years around a moment, in seconds since 1970."""
        return cls(Span.around(datetime.fromtimestamp(seconds, UTC)), google=google)

    async def prepare(self) -> None:
        """Lay Google's occurrences on a shelf, so that memory does not grow with them."""
        if self._google is None:
            return
        self._shelf = Shelf()
        async for ref, raw in self._google.shown(self._span.first, self._span.last):
            one = Instance(_when(raw["start"]), _when(raw["end"]), str(raw.get("summary") or ""))
            day = one.begins[:10] if _leaps(raw["start"]) else ""
            self._shelf.lay(
                Laid(
                    holder="",
                    key=str(ref),
                    kind="",
                    master=True,
                    number=0,
                    title="",
                    day=day,
                    modified="",
                    digest="",
                    problem="",
                    groups="",
                    data=laid([one]),
                )
            )
        self._shelf.sort()

    def differences(self, item: Item, raw: RawObject, data: bytes) -> Iterable[str]:
        """Tell which occurrences differ, by day."""
        try:
            there = instances(data, self._span)
            expected = meant(raw, self._span) if self._shelf is None else Counter[Instance]()
        except ValueError as error:
            return (_("It cannot be read: {why}").format(why=error),)
        if self._shelf is None:
            return differences(expected, there)
        pieces = self._shelf.pieces("", "", str(item.ref))
        shown: Counter[Instance] = sum((taken_up(one.data) for one in pieces), Counter())
        # What clocks leap over in spring Google shows an hour later, and the expander leaves out.
        leapt = {one.day for one in pieces if one.day}
        return differences(
            *(Counter({i: n for i, n in side.items() if i.begins[:10] not in leapt}) for side in (shown, there))
        )


def _leaps(told: dict[str, Any]) -> bool:
    """Whether it begins in the hour after its zone's clocks were put forward: there begins what they leapt over."""
    zone = known(str(told.get("timeZone") or ""))
    if zone is None or "dateTime" not in told:
        return False
    at = datetime.fromisoformat(str(told["dateTime"])).astimezone(UTC)
    before, after = ((at - hours).astimezone(zone.tz).utcoffset() for hours in (_HOUR, timedelta(0)))
    return before is not None and after is not None and before < after


def _when(told: dict[str, Any]) -> str:
    if "date" in told:
        return date.fromisoformat(str(told["date"])).isoformat()
    return datetime.fromisoformat(str(told["dateTime"])).astimezone(UTC).isoformat()
