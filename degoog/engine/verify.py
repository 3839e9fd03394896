"""Ask the target what it holds and compare with what was proven."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from hashlib import new as new_hash
from typing import Any

from degoog.errors import Bodiless, Refused
from degoog.happenings import Begun, Compared, Done
from degoog.ledger import Lane
from degoog.ledger.checking import Suspect, Verdict
from degoog.model import Outcome, Seen, Stage
from degoog.ports import Observer, Target


class Check(StrEnum):
    """How thoroughly `verify` looks."""

    LIST = "list"  # same id, size and etag as when proven is proven; only a changed etag is hashed again
    FULL = "full"  # the target hashes everything again
    SAMPLE = "sample"  # a share is downloaded and hashed here


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found, in items. `extra` are things at the target that degoog did not put there."""

    proven: int = 0
    missing: int = 0
    changed: int = 0
    unproven: int = 0
    extra: int = 0

    def __add__(self, other: Verified) -> Verified:
        return Verified(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def sound(self) -> bool:
        """Whether everything that was moved is there and proven."""
        return not (self.missing or self.changed or self.unproven)


async def verify(
    target: Target[Any],
    lane: Lane,
    *,
    observer: Observer,
    check: Check = Check.LIST,
    share: float = 0.05,
    dice: random.Random | None = None,
) -> Verified:
    """Compare a lane's settled items with what the target shows, holder by holder, and note each verdict.

    `share` (0 to 1) is what `Check.SAMPLE` downloads. Nothing is written at the target. Raises `Unavailable`.
    """
    dice = dice or random.Random()  # noqa: S311 - a sample, not a secret
    comparison = lane.compare()
    observer.notify(Begun(Stage.CONTENT, comparison.items(), 0, lane.road))
    for holder in comparison.holders():
        page: list[Seen] = []
        comparison.begin(holder)
        async for seen in target.list(holder.there):
            page.append(seen)
            if len(page) == 1000:
                comparison.saw(page)
                page.clear()
        comparison.saw(page)
        for suspect in comparison.suspects():
            again = check is Check.FULL or (check is Check.SAMPLE and dice.random() < share)
            verdict = suspect.verdict
            if suspect.digest and (verdict is Verdict.ETAG or (verdict is Verdict.PROVEN and again)):
                verdict = await _hash_again(target, suspect, download=check is Check.SAMPLE and again)
            verdict = Verdict.CHANGED if verdict is Verdict.ETAG else verdict
            comparison.judge(suspect, verdict)
            observer.notify(Done(suspect.item, Stage.CONTENT, Outcome.UNCHANGED, verdict))
        if (held := comparison.held()) is not None:
            observer.notify(Compared(holder.there, *held))
    return Verified(**{str(verdict): count for verdict, count in comparison.finish().items()})


async def _hash_again(target: Target[Any], suspect: Suspect, *, download: bool) -> Verdict:
    algorithm, _colon, expected = suspect.digest.partition(":")
    found = ""
    if download:
        try:
            found = await _download(target, suspect.path, algorithm)
        except Bodiless:
            pass
        except Refused:
            return Verdict.MISSING
    if not found:
        found = (await target.digest(suspect.path, algorithm)).partition(":")[2]
    if not found:
        return Verdict.UNPROVEN
    return Verdict.PROVEN if found == expected else Verdict.CHANGED


async def _download(target: Target[Any], path: str, algorithm: str) -> str:
    digest = new_hash(algorithm, usedforsecurity=False)
    async with target.fetch(path) as chunks:
        async for chunk in chunks:
            digest.update(chunk)
    return digest.hexdigest()
