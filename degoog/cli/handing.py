"""What somebody who leaves had, on the screen: looked at before anything is asked, handed over once it is agreed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from degoog.cli import populating
from degoog.cli.context import Context
from degoog.errors import Unavailable
from degoog.i18n import _
from degoog.provision.populate import handing, leaving
from degoog.provision.populate.handing import Estate, Hands
from degoog.provision.populate.site import Doors
from degoog.secrets import Service


@dataclass(frozen=True, slots=True)
class Given:
    """What there is to hand over, and how."""

    doors: Doors
    hands: Hands
    estate: Estate


def find(context: Context, login: str, heir: str, name: str) -> Given | None:
    """Look at what degoog can hand over; None where that is the host's, and it is said why. Raises `Usage`."""
    if not heir:
        return None
    doors = populating.doors(context)
    found = handing.hands(doors, login, heir, lambda one: context.secrets.kept(Service.NEXTCLOUD, one))
    if found is None:
        if doors.cloud is not None:
            text = _(
                "degoog has no access to the accounts of both {login} and {heir}, so their host hands over. To have "
                "degoog do it: first degoog connect nextcloud --account LOGIN, opened by each of them."
            )
            context.say(text.format(login=login, heir=heir) + "\n")
        return None
    try:
        estate = asyncio.run(handing.look(doors, found, name))
    except Unavailable as error:  # closed already, or an access that was taken back: the host still can
        context.say(f"{error}\n")
        return None
    return Given(doors, found, estate)


def hand_over(context: Context, given: Given) -> bool:
    """Do it and tell; False where something stays behind in the account. Raises `Unavailable`."""
    return asyncio.run(_hand_over(context, given))


async def _hand_over(context: Context, given: Given) -> bool:
    whole = True
    async for line, good in handing.hand_over(given.doors, given.hands, given.estate):
        whole = whole and good
        context.say(f"  {line}")
        context.emit("handed", what=line, done=good)
    if not whole:
        context.say(f"  {leaving.files_by_host(given.hands.giver.login, given.hands.heir.login)}")
    return whole
