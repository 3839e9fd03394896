"""What one must know before deciding: of what kind and whose it all is, what ends with the move, how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from degoog.i18n import _, n_
from degoog.ledger import Ledger, counts
from degoog.model import Kind, LossKind
from degoog.report import changes
from degoog.report.foretold import foretold
from degoog.report.plain import line
from degoog.wording import count, duration, size

_OWNERS = 8
# What one may expect of Google's Drive and a home's network, several files at once.
_FILES_A_SECOND = 10
_BYTES_A_SECOND = 10_000_000
_BYTES_A_DAY = 10**12  # facts/google.md §1.7: what a project takes out in a day before charges apply
_ENDING = (LossKind.TIE, LossKind.POINTER, LossKind.PLACES, LossKind.DESCRIPTION)


def ending(ledger: Ledger, *, road: str) -> Iterator[str]:
    """Tell what works together with something that stays: whoever uses it must hear of it before the move."""
    number = counts.lost_ahead(ledger, LossKind.TIE, road=road)
    if number:
        happened, _means, todo = changes.lost(number)[LossKind.TIE]
        yield f"{happened.format(number=count(number))} {todo}"


def whats(ledger: Ledger, *, road: str) -> Iterator[str]:
    """Tell what kinds of things were found, and whose they are; for `plan`, which tells all."""
    yield from _kinds(ledger, road)
    yield from _owners(ledger, road)


def losing(ledger: Ledger, *, road: str) -> Iterator[str]:
    """Tell what will be lost on the way; for `plan`, which tells all."""
    for kind in _ENDING[1:]:
        number = counts.lost_ahead(ledger, kind, road=road)
        if number:
            yield foretold(kind, number)


def effort(ledger: Ledger, *, road: str) -> Iterator[str]:
    """Tell how much Google will be asked, how long that takes at the least, and whether a day is enough."""
    work = counts.asked_of_google(ledger, road=road)
    if not work.items:
        return
    seconds = max(work.items / _FILES_A_SECOND, work.bytes / _BYTES_A_SECOND)
    yield n_(
        "Google will be asked {number} time: about {time}, with a good connection.",
        "Google will be asked {number} times: about {time}, with a good connection.",
        work.items,
    ).format(number=count(work.items), time=duration(seconds))
    if work.bytes > _BYTES_A_DAY:
        days = -(-work.bytes // _BYTES_A_DAY)
        yield _("Google lets {size} a day out of a project without charge: this takes {time}.").format(
            size=size(_BYTES_A_DAY), time=duration(timedelta(days=days).total_seconds())
        )


def _kinds(ledger: Ledger, road: str) -> Iterator[str]:
    sums: dict[Kind, counts.Tally] = {}
    for (kind, _outcome), tally in counts.kinds(ledger, road=road).items():
        sums[kind] = sums.get(kind, counts.Tally()) + tally
    files, documents, folders = (sums.get(kind, counts.Tally()) for kind in (Kind.FILE, Kind.DOCUMENT, Kind.FOLDER))
    if not (files.items and documents.items):
        return
    yield _("Of these: {files}, {documents}, {folders}.").format(
        files=n_("{number} file", "{number} files", files.items).format(number=count(files.items)),
        documents=n_("{number} Google document", "{number} Google documents", documents.items).format(
            number=count(documents.items)
        ),
        folders=n_("{number} folder", "{number} folders", folders.items).format(number=count(folders.items)),
    )


def _owners(ledger: Ledger, road: str) -> Iterator[str]:
    known = counts.owners(ledger, road=road, limit=_OWNERS)
    if len(known) < 2:
        return
    yield _("Whose they are:")
    for owner, tally in known:
        items = n_("{number} item", "{number} items", tally.items).format(number=count(tally.items))
        held = f"{items}, {size(tally.bytes)}"
        yield "  " + _("{account}: {what}").format(account=line(owner), what=held)
