"""What a template asks, and how an answer is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import Field

from degoog import filters
from degoog.i18n import _
from degoog.problems import Wrong, instead, nearest
from degoog.section import Section, Text
from degoog.space import spelling

Answer = str | bool | tuple[str, ...] | date | None

_LONGEST = 40  # of a name that others are made of
_YES = {"yes", "y", "oui", "o", "true", "vrai", "1"}
_NO = {"no", "n", "non", "false", "faux", "0"}


class Type(StrEnum):
    """What an answer is."""

    YES = "yes"
    TEXT = "text"
    LIST = "list"
    DATE = "date"
    CHOICE = "choice"


class Question(Section):
    """One question of a template. `must`: only yes, or at least one, lets things begin."""

    ask: Text
    type: Type
    choices: Mapping[str, Text] = Field(default_factory=dict)
    default: str | None = None
    must: bool = False


def read(question: Question, text: str) -> Answer:
    """Read what a person wrote. Raises `Wrong`."""
    text = text.strip()
    match question.type:
        case Type.YES:
            return _yes(question, text)
        case Type.LIST:
            return _list(question, text)
        case Type.DATE:
            return filters.day(text) if text else None
        case Type.CHOICE:
            return _choice(question, text)
        case Type.TEXT:
            return text


def example(question: Question) -> Answer:
    """Give an answer that lets a template be looked at before anybody has answered."""
    return True if question.must and question.type is Type.YES else read(question, question.default or "")


def _yes(question: Question, text: str) -> bool:
    folded = text.casefold()
    if folded not in _YES | _NO:
        raise Wrong(_("“{text}” is neither yes nor no.").format(text=text), _("write yes or no."))
    if question.must and folded in _NO:
        raise Wrong(_("this template cannot be used then."), _("choose another template, or another tool for that."))
    return folded in _YES


def _list(question: Question, text: str) -> tuple[str, ...]:
    parts = tuple(spelling.folder(part) for piece in re.split(r"[,;\n]", text) if (part := piece.strip()))
    if question.must and not parts:
        raise Wrong(_("at least one is needed here."), _("write one, or leave this template out."))
    seen: dict[str, str] = {}
    for part in parts:
        name = spelling.slug(part)
        if len(part) > _LONGEST or len(name) > _LONGEST:
            raise Wrong(_("the name “{text}” is too long.").format(text=part), _("shorten it to 40 letters."))
        if not name:
            raise Wrong(_("“{text}” has no letter that an address can hold.").format(text=part), _("write it out."))
        if name in seen:
            raise Wrong(
                _("“{one}” and “{other}” would have one and the same address.").format(one=seen[name], other=part),
                _("keep only one of the two, or name them more differently."),
            )
        seen[name] = part
    return parts


def _choice(question: Question, text: str) -> str:
    keys = list(question.choices)
    if text.isdecimal() and 1 <= int(text) <= len(keys):
        return keys[int(text) - 1]
    if text in question.choices:
        return text
    found = nearest(text, question.choices.values())
    if found:
        return next(key for key, words in question.choices.items() if words == found)
    raise Wrong(_("“{text}” is not one of the answers.").format(text=text), instead(text, keys))
