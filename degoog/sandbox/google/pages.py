"""Pages of listings that are worked out whole: Calendar, People and Tasks."""

import hashlib
import json
from collections.abc import Sequence
from typing import TypeVar

from degoog.sandbox.google.answers import Asked, invalid
from degoog.sandbox.google.faults import Trouble
from degoog.sandbox.google.listings import page_end, sealed, unsealed

_T = TypeVar("_T")


def fingerprint(asked: Asked, *but: str) -> str:
    """What must stay the same from page to page, and from a sync to the next: every parameter but these."""
    apart = {"pageToken", "syncToken", "fields", "requestSyncToken", *but}
    kept = {name: values for name, values in asked.query.items() if name not in apart}
    text = json.dumps([asked.method, asked.item, asked.account, kept], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def page_of(asked: Asked, items: Sequence[_T], *, size: str, default: int, most: int) -> tuple[list[_T], str]:
    """The items of the page that is asked for, and the token for the next; empty after the last.

    Raises ApiError for a token of another listing, or where the parameters changed.
    """
    start, token = 0, asked.one("pageToken")
    if token:
        told = unsealed(token, "page")
        if told["of"] != fingerprint(asked, size):
            raise invalid("pageToken")
        start = int(told["at"])
        repeat = asked.struck(Trouble.REPEAT)
        start = max(0, start - repeat.items) if repeat else start
    given = asked.number(size, default=default, most=most, least=0)
    end = start + page_end(asked, given or default)
    more = end < len(items) or asked.struck(Trouble.EMPTY_PAGE) is not None
    return list(items[start:end]), sealed("page", of=fingerprint(asked, size), at=end) if more else ""
