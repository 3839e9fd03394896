"""Deletions that are followed: how many are so many that a person is asked, and where copies are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from degoog.engine import Road, Shelter, departed
from degoog.files import replacing
from degoog.ledger.departed import Leaving
from degoog.ports import Bytes

FOLDER = "deleted"  # among degoog's own in the workspace: what targets without a trash gave up, by run
_HANDFUL = 5
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Ahead:
    """What following the deletions of one lane comes to. `sheltered` where its target keeps nothing of it."""

    leaving: Leaving
    sheltered: bool

    @property
    def many(self) -> bool:
        """Whether a person is to be asked first: an emptied source must not empty the target without a word."""
        return self.leaving.items > _HANDFUL or self.leaving.items > _SHARE * self.leaving.lying


async def ahead(road: Road[Any, Any]) -> Ahead:
    """Tell what would leave the target of a lane whose source has just been walked."""
    trash = road.target.trash
    if trash is None:
        return Ahead(Leaving(), sheltered=False)
    leaving = departed(road).leaving()
    return Ahead(leaving, sheltered=bool(leaving.items) and not await trash.lasting())


def shelter(folder: Path | None) -> Shelter:
    """Give what keeps copies under a folder; None keeps nothing, for a rehearsal."""
    return _nothing if folder is None else partial(_copy, folder)


async def _nothing(path: str, data: Bytes) -> None:
    """Keep nothing: nothing is given up."""


async def _copy(folder: Path, path: str, data: Bytes) -> None:
    """Have a copy whole on the disk before the target gives it up."""
    there = folder.joinpath(*(part if part.strip(".") else "_" for part in path.split("/")))
    there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(there, mode=0o600) as file:
        async with data as chunks:
            async for chunk in chunks:
                file.write(chunk)
