"""Numbers, sizes, durations and dates as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from babel.dates import format_date
from babel.numbers import format_decimal

from degoog.i18n import _, language, n_

_UNITS = ("B", "kB", "MB", "GB", "TB")
_FRENCH_UNITS = ("o", "ko", "Mo", "Go", "To")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def _locale() -> str:
    return "fr" if language() == "fr" else "en_GB"


def count(number: int) -> str:
    """Write `3412` as `3 412` (a narrow space that does not break) or `3,412`."""
    return str(format_decimal(number, locale=_locale()))


def size(number: int) -> str:
    """Write bytes with decimal units and at most one decimal: `5,2 Go`, `5.2 GB`."""
    french = language() == "fr"
    step, value = 0, float(number)
    while step < len(_UNITS) - 1 and round(value, 1 if value < 100 else 0) >= 1000:
        step, value = step + 1, value / 1000
    digits = "#,##0" if step == 0 or value >= 100 else "#,##0.#"
    shown = format_decimal(value, format=digits, locale=_locale())
    return f"{shown}\u202f{_FRENCH_UNITS[step]}" if french else f"{shown}\u00a0{_UNITS[step]}"


def duration(seconds: float) -> str:
    """Write a length of time with the precision one would use aloud: `40 s`, `5 min`, `1 h 10`, `2 jours`."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return _("{seconds} s").format(seconds=whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    if whole < 2 * _DAY:
        hours, rest = divmod(minutes, 60)
        return (
            _("{hours} h {minutes:02d}").format(hours=hours, minutes=rest)
            if rest
            else _("{hours} h").format(hours=hours)
        )
    days = round(whole / _DAY)
    return n_("{days} day", "{days} days", days).format(days=days)


def remaining(seconds: float) -> str:
    """Write what is left, rounded as an estimate deserves: `encore 1 h 10 environ`."""
    if seconds < 45:
        return _("less than a minute left")
    if seconds < 10 * _MINUTE:
        step = _MINUTE
    elif seconds < _HOUR:
        step = 5 * _MINUTE
    elif seconds < 6 * _HOUR:
        step = 10 * _MINUTE
    else:
        step = _HOUR
    return _("about {duration} left").format(duration=duration(max(step, round(seconds / step) * step)))


def day(value: date) -> str:
    """Write a date in full: `22 novembre 2026`, `1er novembre 2026`, `22 November 2026`."""
    text = str(format_date(value, format="long", locale=_locale()))
    return text.replace("1 ", "1er ", 1) if language() == "fr" and value.day == 1 else text


def month(value: date) -> str:
    """Write a month: `novembre 2026`, `November 2026`."""
    return str(format_date(value, format="MMMM y", locale=_locale()))


def written(text: str) -> str:
    """Write a day or a month that was given as `2027-05-15` or `2027-02`."""
    year, month_, *rest = (int(part) for part in text.split("-"))
    return day(date(year, month_, rest[0])) if rest else month(date(year, month_, 1))


def moment(value: datetime, zone: tzinfo) -> str:
    """Write a date and time in the structure's time zone: `22 novembre 2026 à 18 h 05`."""
    local = value.astimezone(zone)
    return _("{day} at {hour}:{minute:02d}").format(day=day(local.date()), hour=local.hour, minute=local.minute)
