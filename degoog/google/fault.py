"""What is wrong, as Google's APIs say it.

https://developers.google.com/workspace/drive/api/guides/handle-errors: `error.errors[].reason`; newer services say
`error.details[].reason` (google.rpc.ErrorInfo); the token endpoint `error` and `error_description` (RFC 6749 §5.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

_LINK = re.compile(r"https://console\.(?:developers|cloud)\.google\.com/\S+[^\s.,)]")


class Fault(Exception):
    """An error answer. `reasons` are Google's own words for the cause, `link` where its message says to go."""

    def __init__(self, status: int, reasons: tuple[str, ...] = (), message: str = "", link: str = "") -> None:
        super().__init__(status, reasons, message)
        self.status = status
        self.reasons = reasons
        self.message = message
        self.link = link

    def is_one_of(self, *reasons: str) -> bool:
        """Whether one of these is the cause."""
        return any(reason in self.reasons for reason in reasons)

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.status), *self.reasons[:1], self.message) if part)


def fault(response: httpx.Response) -> Fault:
    """Read an error answer, whose body must have been read; what is not JSON has no reason."""
    return of_text(response.status_code, response.text)


def of_text(status: int, text: str) -> Fault:
    """Read the body of an error answer."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return Fault(status)
    match told:
        case {"error": dict(error)}:
            message = str(error.get("message", ""))
            linked = _LINK.search(message)
            link = next(_links(error), "") or (linked[0] if linked else "")
            return Fault(status, tuple(dict.fromkeys(_reasons(error))), message, link)
        case {"error": str(word), **more}:
            return Fault(status, (word,), str(more.get("error_description", "")))
        case _other:
            return Fault(status)


def _reasons(error: dict[str, Any]) -> Iterator[str]:
    for name in ("errors", "details"):
        entries = error.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("reason"), str):
                yield entry["reason"]
    if isinstance(error.get("status"), str):
        yield error["status"]


def _links(error: dict[str, Any]) -> Iterator[str]:
    details = error.get("details")
    for entry in details if isinstance(details, list) else ():
        match entry:
            case {"metadata": {"activationUrl": str(url)}} if _LINK.fullmatch(url):
                yield url
            case {"links": [{"url": str(url)}, *_more]} if _LINK.fullmatch(url):
                yield url
