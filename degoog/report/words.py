"""A few words for each value of the model: for tables, where a sentence would be too long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache

from degoog.i18n import _, language, n_
from degoog.ledger.checking import Verdict
from degoog.model import Departure, FailReason, Kind, LossKind, Outcome, SkipReason


def word(value: Departure | Outcome | Kind | SkipReason | FailReason | LossKind | Verdict) -> str:
    """Give the words for a value, without a capital or a full stop."""
    return _table(type(value), language())[value]


def outcome(value: Outcome, number: int) -> str:
    """Give the words for so many items with one outcome, to stand after their number."""
    return {
        Outcome.MOVED: n_("moved", "moved", number),
        Outcome.UNCHANGED: n_("already there, unchanged", "already there, unchanged", number),
        Outcome.SKIPPED: n_("left out", "left out", number),
        Outcome.FAILED: n_("could not be moved", "could not be moved", number),
        Outcome.PENDING: n_("still to be moved", "still to be moved", number),
        Outcome.GONE: n_("no longer at the source", "no longer at the source", number),
    }[value]


def reason(text: str) -> str:
    """Give the words for a reason as the ledger holds it; what is not known is given as it is."""
    tables = (_table(kind, language()) for kind in (SkipReason, FailReason, Departure))
    return next((table[text] for table in tables if text in table), text)


def role(text: str) -> str:
    """Give the words for a right as Google names it; what is not known is given as it is."""
    return {
        "owner": _("owner"),
        "organizer": _("manages the shared drive"),
        "fileOrganizer": _("may move and change"),
        "writer": _("may change"),
        "commenter": _("may comment"),
        "reader": _("may read"),
    }.get(text, text)


@cache
def _table(kind: type[StrEnum], _language: str) -> Mapping[str, str]:
    """Give a table of words; kept for each language, as a million lines ask for it."""
    tables: dict[type[StrEnum], Callable[[], Mapping[str, str]]] = {
        Outcome: _outcomes,
        Kind: _kinds,
        SkipReason: _skips,
        FailReason: _fails,
        LossKind: _losses,
        Verdict: _verdicts,
        Departure: _departures,
    }
    return tables[kind]()


def _outcomes() -> Mapping[str, str]:
    return {value: outcome(value, 1) for value in Outcome}


def _kinds() -> Mapping[str, str]:
    return {
        Kind.FOLDER: _("folder"),
        Kind.FILE: _("file"),
        Kind.DOCUMENT: _("Google document"),
        Kind.PRODUCT: _("part of the archive"),
        Kind.PERSON: _("person"),
        Kind.TEAM: _("team"),
        Kind.CHANNEL: _("channel"),
        Kind.EMOJI: _("emoji"),
        Kind.MESSAGE: _("message"),
        Kind.CALENDAR: _("calendar"),
        Kind.EVENT: _("event"),
        Kind.ADDRESS_BOOK: _("address book"),
        Kind.CONTACT: _("contact"),
        Kind.TASK_LIST: _("list of tasks"),
        Kind.TASK: _("task"),
    }


def _skips() -> Mapping[str, str]:
    return {
        SkipReason.FILTERED: _("by your rules (include, exclude)"),
        SkipReason.PARENT_SKIPPED: _("with the folder it lies in"),
        SkipReason.MOVED_BY_OWNER: _("moved by its owner"),
        SkipReason.NO_TARGET_ACCOUNT: _("its owner has no connected account"),
        SkipReason.NOT_SUPPORTED: _("of a kind that degoog does not move"),
        SkipReason.OTHER_ROAD: _("moves with a command of its own"),
        SkipReason.NOT_EXPORTED: _("missing from Google's archive"),
        SkipReason.PRIVATE: _("private"),
        SkipReason.NOT_AGREED: _("somebody has not agreed"),
        SkipReason.NOTICE: _("automatic notice"),
        SkipReason.BUSY_ONLY: _("shows only when somebody is busy"),
        SkipReason.SUBSCRIBED: _("kept by somebody else"),
        SkipReason.BIRTHDAYS: _("comes with the contacts"),
    }


def _fails() -> Mapping[str, str]:
    return {
        FailReason.DAMAGED: _("damaged in the archive"),
        FailReason.MISSING_PART: _("in a part that is missing"),
        FailReason.UNSAFE_PATH: _("its path leads out of the archive"),
        FailReason.LINK: _("a link, not a file"),
        FailReason.BOMB: _("unpacks to more than announced"),
        FailReason.ENCRYPTED: _("locked with a password"),
        FailReason.UNREADABLE: _("could not be read at the source"),
        FailReason.DEFERRED: _("not to be had today"),
        FailReason.FLAGGED: _("taken for malware by the source"),
        FailReason.FORBIDDEN_NAME: _("name refused"),
        FailReason.LOCKED: _("in use in the new place"),
        FailReason.TOO_LARGE: _("too large for the new place"),
        FailReason.HASH_MISMATCH: _("arrived different"),
        FailReason.CONNECTION: _("the connection broke"),
        FailReason.PARENT_FAILED: _("its folder could not be made"),
        FailReason.REJECTED: _("refused by the new place"),
        FailReason.BROKEN: _("cannot be understood"),
        FailReason.TRASHED: _("in the trash of the new place"),
    }


def _losses() -> Mapping[str, str]:
    return {
        LossKind.NAME: _("name changed"),
        LossKind.SHARING: _("was shared with"),
        LossKind.CREATED: _("creation date not kept"),
        LossKind.STAR: _("star not kept"),
        LossKind.TIME: _("date not kept"),
        LossKind.UNPROVEN: _("not proven whole"),
        LossKind.BESIDE: _("lies beside something of the same name"),
        LossKind.ORPHAN: _("its folder cannot be seen"),
        LossKind.PROPERTY: _("property not kept"),
        LossKind.ATTACHMENT: _("without one of its files"),
        LossKind.WORDING: _("reads otherwise"),
        LossKind.REACTION: _("reaction not kept"),
        LossKind.ROOT: _("answers a message that is gone"),
        LossKind.SPLIT: _("continues in another message"),
        LossKind.EMAIL: _("address unknown"),
        LossKind.GUEST: _("was a guest"),
        LossKind.PICTURE: _("picture not kept"),
        LossKind.AUTHOR: _("not in the list of people"),
        LossKind.DESCRIPTION: _("description not kept"),
        LossKind.COLOUR: _("colour not kept"),
        LossKind.PLACES: _("lay in other folders too"),
        LossKind.FORMAT: _("came in another format"),
        LossKind.POINTER: _("a link came in its place"),
        LossKind.TIE: _("works with something that stays"),
        LossKind.UID: _("has a new identity"),
        LossKind.ZONE: _("its time zone is unknown"),
        LossKind.TEXT: _("some characters changed"),
        LossKind.RECURRENCE: _("no longer repeats as it did"),
        LossKind.LINK: _("links to a file that stays"),
        LossKind.PHOTO: _("without its picture"),
        LossKind.GUESTS: _("some guests are not known"),
        LossKind.FIELD: _("something it said was not kept"),
    }


def _verdicts() -> Mapping[str, str]:
    return {
        Verdict.PROVEN: _("proven whole"),
        Verdict.MISSING: _("missing"),
        Verdict.CHANGED: _("changed since"),
        Verdict.UNPROVEN: _("not proven"),
        Verdict.ETAG: _("to be looked at again"),
    }


def _departures() -> Mapping[str, str]:
    return {
        Departure.FOLLOWED: _("left the new place too"),
        Departure.EDITED: _("kept: changed in the new place"),
        Departure.OCCUPIED: _("kept: something that stays lies in it"),
        Departure.NOT_OURS: _("kept: it was there before, or is needed by others"),
        Departure.UNSURE: _("kept: not gone for sure"),
        Departure.REFUSED: _("kept: the new place did not give it up"),
        Departure.ABSENT: _("was no longer in the new place"),
    }
