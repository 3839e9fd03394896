"""A task as Google's Tasks API and Takeout write it, as a VTODO (RFC 5545 §3.6.2).

https://developers.google.com/tasks/reference/rest/v1/tasks
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from degoog.convert.components import Component
from degoog.convert.content_lines import Line, made, text


def task_uid(id_: str) -> str:
    """Give a task's UID: Google gives tasks none, only an id."""
    return f"{id_}@tasks.google.com"


def task(raw: Mapping[str, Any]) -> Component:
    """Give the VTODO of a task.

    `due` has a date only: its hour cannot be read through the interface (google.md §2.4). `position` orders tasks
    among their siblings, as text.
    """
    lines: list[Line] = [made("UID", task_uid(str(raw.get("id", ""))))]
    updated = stamp(raw.get("updated"))
    if updated:
        lines += [made("DTSTAMP", updated), made("LAST-MODIFIED", updated)]
    lines.append(text("SUMMARY", str(raw.get("title") or "")))
    if notes := raw.get("notes"):
        lines.append(text("DESCRIPTION", str(notes)))
    if due := stamp(raw.get("due")):
        lines.append(made("DUE", due[:8], VALUE="DATE"))
    if raw.get("status") == "completed":
        lines += [made("STATUS", "COMPLETED"), made("PERCENT-COMPLETE", "100")]
        if completed := stamp(raw.get("completed")):
            lines.append(made("COMPLETED", completed))
    else:
        lines.append(made("STATUS", "NEEDS-ACTION"))
    if parent := raw.get("parent"):
        lines.append(text("RELATED-TO", task_uid(str(parent))))
    position = str(raw.get("position") or "")
    if position.isdecimal():
        lines.append(made("X-APPLE-SORT-ORDER", str(int(position))))
    for link in _links(raw):
        lines.append(made("ATTACH", link))
    if page := raw.get("webViewLink"):
        lines.append(made("URL", str(page)))
    return Component("VTODO", tuple(lines))


def stamp(moment: object) -> str:
    """Write an RFC 3339 time in UTC, as iCalendar has it; empty for what is none."""
    if not isinstance(moment, str) or not moment:
        return ""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    there = at.astimezone(UTC)
    return f"{there.year:04d}{there:%m%dT%H%M%S}Z"


def _links(raw: Mapping[str, Any]) -> list[str]:
    links = raw.get("links")
    found = [link.get("link") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    return [link for link in found if isinstance(link, str) and "://" in link]
