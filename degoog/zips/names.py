"""The names inside a zip, whatever wrote it: UTF-8, or the code page of somebody's computer.

Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.4.4 (flag bit 11), 4.6.9 (Unicode path extra field) and appendix D.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

UTF8_FLAG = 0x0800
_UNICODE_PATH = 0x7075
_CODE_PAGES = ("cp850", "cp437", "cp1252", "latin-1")
# Letters of the languages of those who are likely to have zipped an archive again; the French ones weigh double.
_FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÇÉÈÊËÎÏÔÙÛÜŒÆ’«»°€")
_EUROPEAN = frozenset("áãåñóòõøíìúýßÁÃÅÄÑÓÒÕØÖÍÌÚÝ")


def decode_name(raw: bytes, flags: int, extra: bytes) -> str:
    """Give the path a member was meant to have; never fails."""
    if raw.isascii():
        return raw.decode("ascii")
    if flags & UTF8_FLAG:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return guess_name(raw)
    if extra:
        unicode_path = _unicode_path(raw, extra)
        if unicode_path is not None:
            return unicode_path
    return guess_name(raw)


def guess_name(raw: bytes) -> str:
    """Read bytes of an unknown code page: UTF-8 where they are valid UTF-8, else what gives the most likely letters."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return max((raw.decode(page, "replace") for page in _CODE_PAGES), key=_likelihood)


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the identifier and content of each extra field; stops at the first that does not fit."""
    position = 0
    while position + 4 <= len(extra):
        identifier, length = struct.unpack_from("<HH", extra, position)
        position += 4
        if position + length > len(extra):
            return
        yield identifier, extra[position : position + length]
        position += length


def _likelihood(text: str) -> int:
    score = 0
    for character in text:
        if character > "\x7f":
            score += 2 if character in _FRENCH else 1 if character in _EUROPEAN else -1
    return score


def _unicode_path(raw: bytes, extra: bytes) -> str | None:
    for identifier, field in extra_fields(extra):
        if identifier == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (checksum,) = struct.unpack_from("<L", field, 1)
            if checksum == zlib.crc32(raw):
                try:
                    return field[5:].decode("utf-8")
                except UnicodeDecodeError:
                    return None
    return None
