"""What somebody who leaves had goes to somebody who stays, where degoog may act for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from degoog.access import Access
from degoog.errors import Refused, Usage
from degoog.i18n import _, n_
from degoog.nextcloud.admin_handover import Calendar, Handover
from degoog.nextcloud.admin_login import client
from degoog.provision.populate.site import Doors
from degoog.secrets import Secret
from degoog.wording import count, size


@dataclass(frozen=True, slots=True)
class Hands:
    """Both accounts, on one Nextcloud."""

    giver: Access
    heir: Access


@dataclass(frozen=True, slots=True)
class Estate:
    """What there is to hand over. `of` is whose it is, as it will be named at the heir's."""

    of: str
    bytes: int
    calendars: tuple[Calendar, ...]


def hands(doors: Doors, giver: str, heir: str, held: Callable[[str], Secret | None]) -> Hands | None:
    """Give both accounts; None where there is no Nextcloud, or no password of one of them. `held` looks for one."""
    cloud = doors.cloud
    if cloud is None:
        return None
    found = [held(login) or (cloud.password if login == cloud.login else None) for login in (giver, heir)]
    if found[0] is None or found[1] is None:
        return None
    return Hands(Access(cloud.url, giver, found[0]), Access(cloud.url, heir, found[1]))


async def look(doors: Doors, given: Hands, of: str) -> Estate:
    """See what there is; changes nothing. Raises `Usage` where the heir has too little room, and `Unavailable`."""
    async with _opened(doors, given) as handover:
        bytes_, free = await handover.room()
        if free is not None and bytes_ > free:
            raise Usage(
                _(
                    "The files of {name} ({size}) do not fit where {heir} has room for {free}. Nothing was changed. "
                    "To do: raise the quota of {heir}, then run the same command again."
                ).format(name=of, size=size(bytes_), heir=given.heir.login, free=size(free))
            )
        return Estate(of, bytes_, tuple(await handover.calendars()))


def words(estate: Estate, heir: str) -> Iterator[str]:
    """Say what handing over means, line by line."""
    for one in estate.calendars:
        yield n_(
            "copy the calendar “{name}” ({number} entry) to {heir}, as “{new}”; nobody is sent an invitation",
            "copy the calendar “{name}” ({number} entries) to {heir}, as “{new}”; nobody is sent an invitation",
            len(one.objects),
        ).format(name=one.name, number=count(len(one.objects)), heir=heir, new=_named(estate, one))
    yield _("have the server move all files ({size}) into a new folder of {heir}'s").format(
        size=size(estate.bytes), heir=heir
    )


async def hand_over(doors: Doors, given: Hands, estate: Estate) -> AsyncIterator[tuple[str, bool]]:
    """Copy the calendars, then have the files moved. Gives what was done, and whether all of it was.

    May be repeated: what is copied is not copied twice. Raises `Unavailable`.
    """
    heir = given.heir.login
    async with _opened(doors, given) as handover:
        for one in estate.calendars:
            copied = await handover.copy(one, name=_named(estate, one))
            text = n_(
                "Calendar “{name}”: {number} entry is with {heir} now.",
                "Calendar “{name}”: {number} entries are with {heir} now.",
                copied.number,
            )
            yield text.format(name=one.name, number=count(copied.number), heir=heir), True
            for name in copied.refused:
                text = _("Calendar “{name}”: the server refused {entry}; it stays in the account that is closed.")
                yield text.format(name=one.name, entry=name), False
        try:
            await handover.give_files()
        except Refused as why:
            yield _("The files were not handed over: {why}. For your host:").format(why=why), False
            return
    yield _("Files: the server moves them to {heir} by itself, usually within the hour.").format(heir=heir), True


def _named(estate: Estate, calendar: Calendar) -> str:
    return f"{calendar.name} ({estate.of})"


@asynccontextmanager
async def _opened(doors: Doors, given: Hands) -> AsyncIterator[Handover]:
    giver, heir = (
        client(one.url, one.login, one.password, pacing=doors.pacing, transport=doors.transport)
        for one in (given.giver, given.heir)
    )
    async with giver, heir:
        yield Handover(giver, heir)
