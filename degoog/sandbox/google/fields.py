"""Partial answers: the `fields` parameter, as in "nextPageToken,files(id,owners/emailAddress,capabilities(canCopy))".

https://developers.google.com/workspace/drive/api/guides/performance#partial
"""

import re
from typing import Any

from degoog.sandbox.google.answers import ApiError

Mask = dict[str, "Mask"]
"""Name → what is wanted below it; nothing there means all of it. `*` stands for every name."""

_TOKEN = re.compile(r"[A-Za-z0-9_@.*-]+|[(),/]")
ALL: Mask = {"*": {}}


def parsed(text: str) -> Mask:
    """The mask that a `fields` parameter asks for. Raises ApiError where it cannot be read."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", "") or not tokens:
        raise bad_selection(text)
    mask, rest = _selection(tokens, text)
    if rest:
        raise bad_selection(text)
    return mask


def bad_selection(text: str) -> ApiError:
    """400 for a name that is no field, or a mask that cannot be read."""
    return ApiError(400, "invalidParameter", f"Invalid field selection {text}", location="fields")


def _selection(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        at, tokens = _path(tokens, text, mask)
        if tokens[:1] == ["("]:
            inner, tokens = _selection(tokens[1:], text)
            if tokens[:1] != [")"]:
                raise bad_selection(text)
            tokens = tokens[1:]
            at.update(inner)
        if tokens[:1] != [","]:
            return mask, tokens
        tokens = tokens[1:]


def _path(tokens: list[str], text: str, mask: Mask) -> tuple[Mask, list[str]]:
    """Enter `a/b/c` into the mask; give the place below it."""
    at = mask
    while True:
        if not tokens or tokens[0] in {"(", ")", ",", "/"}:
            raise bad_selection(text)
        at = at.setdefault(tokens[0], {})
        tokens = tokens[1:]
        if tokens[:1] != ["/"]:
            return at, tokens
        tokens = tokens[1:]


def below(mask: Mask, name: str) -> Mask | None:
    """What is wanted of this field: a mask, ALL, or None where it is not wanted."""
    if name in mask:
        return mask[name] or ALL
    if "*" in mask:
        return mask["*"] or ALL
    return None


def picked(value: Any, mask: Mask) -> Any:  # noqa: ANN401 - JSON
    """The part of a JSON value that the mask wants."""
    if type(value) is list:
        return [picked(one, mask) for one in value]
    if type(value) is not dict or mask.get("*") == {}:
        return value
    found = {}
    for name, inner in value.items():
        wanted = below(mask, name)
        if wanted is not None:
            found[name] = picked(inner, wanted) if type(inner) in {dict, list} else inner
    return found
