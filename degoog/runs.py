"""One run from beginning to end: open both ends, hold the lane, plan, migrate or verify, keep the map, balance."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from degoog import deletions, scratch, wording
from degoog.engine import Check, Differs, Road, Throttle, Verified, compare, follow_deletions, migrate, plan, verify
from degoog.errors import Refused, Unavailable, Usage
from degoog.i18n import _
from degoog.ledger import Balance, Lane, Ledger
from degoog.ledger.departed import Leaving
from degoog.ledger.find import Earlier as Known
from degoog.ledger.map import map_name, read_map, write_map
from degoog.ledger.walk import Keep
from degoog.model import Stage
from degoog.ports import Blob, Earlier, Leg, Observer, Source, Target
from degoog.rehearsal import Rehearsal
from degoog.stopping import interruptible

_log = logging.getLogger(__name__)

HOME = ".degoog"  # in the workspace folder
LEDGER = "ledger.db"
INTERRUPTED = 130
AnyRoad = Road[Any, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan knows before the first byte: `room` is what fits at the target, None where nobody knows.

    `leaving` is what would leave the target with what is gone, None where deletions are not followed; `many` where
    that is so much that a person is to be asked; `sheltered` where the target keeps nothing of it.
    """

    ledger: Ledger
    lanes: tuple[Lane, ...]
    run: int
    items: int
    bytes: int
    room: int | None
    rehearsal: bool
    leaving: Leaving | None = None
    many: bool = False
    sheltered: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `stopped` says why it stopped early, empty when it came to its end.

    `agreed` is false where the plan was made and whoever was asked did not want it carried out. `followed` where
    deletions were followed. `unasked` is how many were not because nobody could be asked, and `shelter` the folder in
    which lies what a target without a trash gave up.
    """

    run: int
    balance: Balance
    exit: int
    seconds: float
    stopped: str = ""
    agreed: bool = True
    followed: bool = False
    unasked: int = 0
    shelter: Path | None = None


@dataclass(slots=True)
class Journey:
    """A migration to run: the ends of each of its lanes, the ledger's place, and how fast.

    `legs` is asked for them once the ledger is open; `typed` is what was typed to say where from. `agree` may refuse
    after the plan; `stopping` is told at once that somebody asked to stop. `follow` is asked, after the plan, whether
    what is gone at the source leaves the target too, None where nobody could be asked; without it nothing leaves.
    """

    road: str
    legs: Callable[[Earlier], Sequence[Leg]]
    ledger: Path
    observer: Observer
    command: str
    keep: Keep | None = None
    typed: Sequence[str] = ()
    jobs: int | None = None
    rate: float | None = None
    rehearsal: bool = False
    agree: Callable[[Planned], bool] = lambda _planned: True
    stopping: Callable[[], None] = lambda: None
    follow: Callable[[Planned], bool | None] | None = None
    ended: Callable[[Ledger, Sequence[Lane], Ended], None] = lambda _ledger, _lanes, _ended: None
    clock: Callable[[], float] = field(default=time.monotonic)


async def run_migration(journey: Journey) -> Ended:
    """Plan every lane, then migrate what is pending; gives how it ended, whatever stopped it.

    Raises `Usage` for what must be mended first, and any error of degoog's own after the ledger has noted the run's
    end. A rehearsal works on a copy of the ledger and leaves nothing.
    """
    with _book(journey) as ledger:
        async with AsyncExitStack() as stack:
            roads: list[AnyRoad] = []
            held: set[int] = set()

            def hold(lane: Lane) -> None:
                if lane.id not in held:
                    stack.enter_context(lane.lock())
                    held.add(lane.id)

            for leg in journey.legs(Known(ledger, journey.road)):
                source = await stack.enter_async_context(leg.source)
                target = await stack.enter_async_context(Rehearsal(leg.target) if journey.rehearsal else leg.target)
                lane = ledger.lane(
                    road=journey.road, source=source.account, address=target.address, identity=target.identity
                )
                hold(lane)
                roads.append(Road(source, target, leg.convert, lane))
            return await _run(journey, ledger, roads, hold=hold)


async def run_verification(
    targets: Sequence[Target[Any]], ledger: Ledger, *, road: str, observer: Observer, check: Check, share: float
) -> tuple[Verified, list[Lane]]:
    """Compare everything that was moved to some targets with what they hold now; gives the lanes looked at too.

    Raises `Usage` where nothing was moved to any of them.
    """
    verified = Verified()
    looked_at: list[Lane] = []
    for target in targets:
        async with target:
            for lane in ledger.lanes(road, identity=target.identity):
                if any(lane.id == one.id for one in looked_at):
                    continue  # degoog's own account is also somebody's
                with lane.lock():
                    verified += await verify(target, lane, observer=observer, check=check, share=share)
                looked_at.append(lane)
    if not looked_at:
        raise Usage(
            _("Nothing was migrated to {address} from this workspace. To do: run degoog migrate first.").format(
                address=", ".join(target.address for target in targets)
            )
        )
    return verified, looked_at


async def run_comparison(
    legs: Callable[[Earlier], Sequence[Leg]], ledger: Ledger, *, road: str, tell: Callable[[Lane, Differs], None]
) -> None:
    """Read both ends of each lane again, where their meanings can be compared, and tell of each item that was."""
    for leg in legs(Known(ledger, road)):
        if leg.meaning is None:
            continue
        async with leg.source as source, leg.target as target:
            lane = ledger.lane(road=road, source=source.account, address=target.address, identity=target.identity)
            with lane.lock():
                async for differs in compare(leg, lane, leg.meaning):
                    tell(lane, differs)


async def run_rebuilding(leg: Leg, *, road: str, ledger: Ledger) -> int:
    """Restore a lost ledger's lane from the map kept at the target; gives the number of items restored.

    Raises `Usage` where there is no map.
    """
    async with leg.source as source, leg.target as target:
        with tempfile.TemporaryFile() as file:
            try:
                async with target.load_map(map_name(road, source.account)) as chunks:
                    async for chunk in chunks:
                        file.write(chunk)
            except Refused as refused:
                raise Usage(
                    _(
                        "{address} keeps no map of a migration from {source}. Nothing was changed. To do: check where "
                        "from and where to; if both are right, simply migrate again: what is there already is "
                        "recognised."
                    ).format(address=target.address, source=source.account)
                ) from refused
            file.seek(0)
            _lane, count = read_map(
                ledger, file, naming=target.naming, identity=target.identity, address=target.address
            )
            return count


def existing(workspace: Path) -> Path:
    """Give the ledger of a workspace. Raises `Usage` where nothing was begun there."""
    path = workspace / HOME / LEDGER
    if not path.exists():
        raise Usage(
            _(
                "No migration was begun in {folder}. To do: go to the folder where you ran degoog migrate, "
                "or name it with --workspace."
            ).format(folder=workspace)
        )
    return path


@contextlib.contextmanager
def _book(journey: Journey) -> Iterator[Ledger]:
    if not journey.rehearsal:
        with Ledger(journey.ledger) as ledger:
            yield ledger
        return
    with scratch.lent() as folder:
        copy = folder / LEDGER
        if journey.ledger.exists():
            with Ledger(journey.ledger) as ledger:
                ledger.copy(copy).close()
        with Ledger(copy) as ledger:
            yield ledger


@dataclass(slots=True)
class _Course:
    """How a run of several lanes goes: one that a service stopped does not keep the others from their turn."""

    journey: Journey
    stop: asyncio.Event
    roads: list[AnyRoad]
    run: int
    hold: Callable[[Lane], None]
    shelter: Path
    stopped: list[str] = field(default_factory=list)

    async def each(self, roads: Sequence[AnyRoad], step: Callable[[AnyRoad], Awaitable[AnyRoad]]) -> list[AnyRoad]:
        """Have each lane take a step; gives those that did, as the step gives them.

        Two stopped in a row mean that all would be.
        """
        went, in_a_row = [], 0
        for road in roads:
            if self.stop.is_set() or in_a_row == 2:
                break
            try:
                went.append(await step(road))
            except Unavailable as unavailable:
                said = str(unavailable)
                whose = _("{account}: {what}").format(account=road.lane.source, what=said)
                self.stopped.append(said if len(roads) == 1 else whose)
                in_a_row += 1
            else:
                in_a_row = 0
        return went

    async def walk(self, road: AnyRoad) -> AnyRoad:
        """Look through a source; what it has may belong to another lane."""
        journey = self.journey
        lane = await plan(
            road.source, road.lane, road.target.naming,
            run=self.run, observer=journey.observer, keep=journey.keep, stop=self.stop, hold=self.hold,
        )  # fmt: skip
        if lane.id != road.lane.id:
            belongs = replace(road, lane=lane)
            self.roads[self.roads.index(road)] = belongs
            return belongs
        return road

    async def move(self, road: AnyRoad) -> AnyRoad:
        """Do what is pending."""
        journey = self.journey
        _check_room(road.lane, await road.target.free(), road.source)
        pace = Throttle(journey.rate) if journey.rate else None
        await migrate(road, run=self.run, observer=journey.observer, jobs=journey.jobs, stop=self.stop, throttle=pace)
        if not self.stop.is_set():
            await _keep_map(road.lane, road.target, self.run)
        return road

    async def part(self, road: AnyRoad) -> AnyRoad:
        """Have what is gone leave; what left a folder has changed its time, which is set anew."""
        keep = deletions.shelter(None if self.journey.rehearsal else self.shelter / str(road.lane.id))
        observer = self.journey.observer
        await follow_deletions(road, run=self.run, observer=observer, stop=self.stop, shelter=keep)
        return await self.move(road)


async def _run(journey: Journey, ledger: Ledger, roads: list[AnyRoad], *, hold: Callable[[Lane], None]) -> Ended:
    began, run = journey.clock(), ledger.begin(journey.command, journey.road, typed=journey.typed)
    stopped, code, agreed, unasked = "", 0, True, 0
    follow: bool | None = False
    shelter = journey.ledger.parent / deletions.FOLDER / str(run)
    try:
        async with interruptible(journey.stopping) as stop:
            course = _Course(journey, stop, roads, run, hold, shelter)
            walked = await course.each(roads, course.walk)
            if walked and not stop.is_set():
                planned = await _planned(journey, ledger, walked, run)
                agreed = journey.agree(planned)
                if agreed and journey.follow is not None and not stop.is_set():
                    follow = journey.follow(planned)
                    unasked = planned.leaving.items if follow is None and planned.leaving else 0
                if agreed and not stop.is_set():
                    moved = await course.each(walked, course.move)
                    if follow and not stop.is_set():
                        await course.each(moved, course.part)
            stopped = "\n".join(dict.fromkeys(course.stopped))
            code = INTERRUPTED if stop.is_set() else 4 if stopped else 0
    except Unavailable as unavailable:
        stopped, code = str(unavailable), 4
    except asyncio.CancelledError:  # a second Ctrl-C
        code = INTERRUPTED
    except BaseException as unexpected:
        code = 2 if isinstance(unexpected, Usage) else 1
        ledger.end(run, exit_code=code, stopped=type(unexpected).__name__)
        raise
    balances = [road.lane.balance(run) for road in roads]
    balance = sum(balances, Balance())
    holds = all(one.holds for one in balances)
    code = code or (0 if holds and not agreed else _verdict(balance, holds=holds)) or (4 if unasked else 0)
    ended = Ended(
        run, balance, code, journey.clock() - began, stopped, agreed,
        followed=bool(follow), unasked=unasked, shelter=shelter if shelter.exists() else None,
    )  # fmt: skip
    ledger.end(run, exit_code=ended.exit, sent=balance.bytes, stopped=stopped)
    _log.info("run %s: %s, exit %s", run, balance, ended.exit)
    journey.ended(ledger, [road.lane for road in roads], ended)
    return ended


def _verdict(balance: Balance, *, holds: bool) -> int:
    if not holds:
        _log.critical("the balance does not hold: %s", balance)
        return 1
    if balance.pending or balance.touches:
        return 4
    return 3 if balance.failed else 0


async def _planned(journey: Journey, ledger: Ledger, roads: Sequence[AnyRoad], run: int) -> Planned:
    amounts = {stage: [road.lane.amount(stage) for road in roads] for stage in (Stage.HOLDERS, Stage.CONTENT)}
    rooms = {road.target.identity: await road.target.free() for road in roads}
    known = [room for room in rooms.values() if room is not None]
    ahead = None if journey.follow is None else [await deletions.ahead(road) for road in roads]
    return Planned(
        ledger,
        tuple(road.lane for road in roads),
        run,
        sum(items for stage in amounts.values() for items, _size in stage),
        sum(size for _items, size in amounts[Stage.CONTENT]),
        sum(known) if known and len(known) == len(rooms) else None,
        rehearsal=journey.rehearsal,
        leaving=None if ahead is None else sum((one.leaving for one in ahead), Leaving()),
        many=any(one.many for one in ahead or ()),
        sheltered=any(one.sheltered for one in ahead or ()),
    )


def _check_room(lane: Lane, room: int | None, source: Source[Any]) -> None:
    """Raise `Unavailable` where what is to come cannot fit, before anything is written."""
    _items, need = lane.amount(Stage.CONTENT)
    if room is not None and need > room:
        raise Unavailable(
            _(
                "There is not enough room: {need} are to come, {room} are free at the target. Nothing was moved. "
                "To do: make room or ask for a larger quota, then run the same command again."
            ).format(need=wording.size(need), room=wording.size(room))
        )
    if source.sequential:
        spool, free = lane.largest(), shutil.disk_usage(tempfile.gettempdir()).free
        if spool > free:
            raise Unavailable(
                _(
                    "This computer needs {need} of free space in {folder} for the time of the migration and has "
                    "{room}. Nothing was moved. To do: make room, then run the same command again."
                ).format(need=wording.size(spool), room=wording.size(free), folder=tempfile.gettempdir())
            )


async def _keep_map(lane: Lane, target: Target[Any], run: int) -> None:
    """Save the map of what moved at the target, when this run or one that could not save it has changed it."""
    if not lane.unmapped:
        return
    with tempfile.TemporaryFile() as file:
        write_map(lane, file)

        @asynccontextmanager
        async def open_() -> AsyncIterator[AsyncIterator[bytes]]:
            file.seek(0)
            yield _chunks(file)

        await target.save_map(map_name(lane.road, lane.source), Blob(file.tell(), open_))
        lane.mapped(run)


async def _chunks(file: Any) -> AsyncIterator[bytes]:  # noqa: ANN401 - tempfile's own wrapper
    while chunk := file.read(1 << 18):
        yield chunk
