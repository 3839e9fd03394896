"""How PHP reads numbers out of text, where the stand-in's answers depend on it."""

import re

from degoog.sandbox.nextcloud_answers import DavError

_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*\Z")
_LEADING = re.compile(r"\s*[+-]?\d+")
_DAY = 24 * 60 * 60


def php_integer(text: str) -> int:
    """`(int)$text`: the leading digits, or 0."""
    if _NUMERIC.match(text):
        return int(float(text)) if re.search(r"[.eE]", text) else int(text)
    found = _LEADING.match(text)
    return int(found.group()) if found else 0


def checked_time(text: str) -> int | str:
    """A time as MtimeSanitizer takes it, or why it does not."""
    if not _NUMERIC.match(text):
        return f'X-OC-MTime header must be a valid integer (unix timestamp), got "{text}".'
    if php_integer(text) <= _DAY:
        return f'X-OC-MTime header must be a valid positive unix timestamp greater than one day, got "{text}".'
    return php_integer(text)


def strict_time(text: str) -> int:
    """The same; raises the 500 that a bad time becomes."""
    value = checked_time(text)
    if isinstance(value, str):
        raise DavError(500, "InvalidArgumentException", value)
    return value
