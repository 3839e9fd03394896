"""One run from beginning to end: open both ends, hold the lane, plan, migrate or verify, keep the map, balance."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from degoog import wording
from degoog.engine import Check, Road, Throttle, Verified, migrate, plan, verify
from degoog.errors import Refused, Unavailable, Usage
from degoog.i18n import _
from degoog.ledger import Balance, Lane, Ledger
from degoog.ledger.map import map_name, read_map, write_map
from degoog.ledger.walk import Keep
from degoog.model import Stage
from degoog.ports import Blob, Convert, Observer, Source, Target
from degoog.rehearsal import Rehearsal

_log = logging.getLogger(__name__)

HOME = ".degoog"  # in the workspace folder
LEDGER = "ledger.db"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan knows before the first byte: `room` is what fits at the target, None where nobody knows."""

    ledger: Ledger
    lane: Lane
    run: int
    items: int
    bytes: int
    room: int | None
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `stopped` says why it stopped early, empty when it came to its end.

    `agreed` is false where the plan was made and whoever was asked did not want it carried out.
    """

    run: int
    balance: Balance
    exit: int
    seconds: float
    stopped: str = ""
    agreed: bool = True


@dataclass(slots=True)
class Journey:
    """A migration to run: both ends, the ledger's place, and how fast.

    `agree` may refuse after the plan; `stopping` is told at once that somebody asked to stop.
    """

    road: str
    source: Source[Any]
    target: Target[Any]
    convert: Convert[Any, Any]
    ledger: Path
    observer: Observer
    command: str
    keep: Keep | None = None
    jobs: int | None = None
    rate: float | None = None
    rehearsal: bool = False
    agree: Callable[[Planned], bool] = lambda _planned: True
    stopping: Callable[[], None] = lambda: None
    ended: Callable[[Ledger, Lane, Ended], None] = lambda _ledger, _lane, _ended: None
    clock: Callable[[], float] = field(default=time.monotonic)


async def run_migration(journey: Journey) -> Ended:
    """Plan, then migrate what is pending; gives how it ended, whatever stopped it.

    Raises `Usage` for what must be mended first, and any error of degoog's own after the ledger has noted the run's
    end. A rehearsal works on a copy of the ledger and leaves nothing.
    """
    with _book(journey) as ledger:
        target = Rehearsal(journey.target) if journey.rehearsal else journey.target
        async with journey.source as source, target:
            lane = ledger.lane(
                road=journey.road, source=source.account, address=target.address, identity=target.identity
            )
            with lane.lock():
                return await _run(journey, ledger, lane, source, target)


async def run_verification(
    target: Target[Any], ledger: Ledger, *, road: str, observer: Observer, check: Check, share: float
) -> tuple[Verified, list[Lane]]:
    """Compare everything that was moved to a target with what it holds now; gives the lanes it looked at too.

    Raises `Usage` where nothing was moved there.
    """
    async with target:
        lanes = ledger.lanes(road, identity=target.identity)
        if not lanes:
            raise Usage(
                _("Nothing was migrated to {address} from this workspace. To do: run degoog migrate first.").format(
                    address=target.address
                )
            )
        verified = Verified()
        for lane in lanes:
            with lane.lock():
                verified += await verify(target, lane, observer=observer, check=check, share=share)
        return verified, lanes


async def run_rebuilding(source: Source[Any], target: Target[Any], *, road: str, ledger: Ledger) -> int:
    """Restore a lost ledger's lane from the map kept at the target; gives the number of items restored.

    Raises `Usage` where there is no map.
    """
    async with source, target:
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
    with tempfile.TemporaryDirectory(prefix="degoog-") as folder:
        copy = Path(folder) / LEDGER
        if journey.ledger.exists():
            with Ledger(journey.ledger) as ledger:
                ledger.copy(copy).close()
        with Ledger(copy) as ledger:
            yield ledger


async def _run(journey: Journey, ledger: Ledger, lane: Lane, source: Source[Any], target: Target[Any]) -> Ended:
    began, run = journey.clock(), ledger.begin(journey.command, journey.road)
    stopped, code, agreed = "", 0, True
    try:
        async with _interruptible(journey.stopping) as stop:
            await plan(source, lane, target.naming, run=run, observer=journey.observer, keep=journey.keep, stop=stop)
            if not stop.is_set():
                planned = await _planned(journey, ledger, lane, run, target)
                agreed = journey.agree(planned)
            if not stop.is_set() and agreed:
                _check_room(planned, source)
                road = Road(source, target, journey.convert, lane)
                pace = Throttle(journey.rate) if journey.rate else None
                await migrate(road, run=run, observer=journey.observer, jobs=journey.jobs, stop=stop, throttle=pace)
                if not stop.is_set():
                    await _keep_map(lane, target, run)
            code = INTERRUPTED if stop.is_set() else 0
    except Unavailable as unavailable:
        stopped, code = str(unavailable), 4
    except asyncio.CancelledError:  # a second Ctrl-C
        code = INTERRUPTED
    except BaseException as unexpected:
        code = 2 if isinstance(unexpected, Usage) else 1
        ledger.end(run, exit_code=code, stopped=type(unexpected).__name__)
        raise
    balance = lane.balance(run)
    code = code or (0 if balance.holds and not agreed else _verdict(balance))
    ended = Ended(run, balance, code, journey.clock() - began, stopped, agreed)
    ledger.end(run, exit_code=ended.exit, sent=balance.bytes, stopped=stopped)
    _log.info("run %s: %s, exit %s", run, balance, ended.exit)
    journey.ended(ledger, lane, ended)
    return ended


def _verdict(balance: Balance) -> int:
    if not balance.holds:
        _log.critical("the balance does not hold: %s", balance)
        return 1
    if balance.pending or balance.touches:
        return 4
    return 3 if balance.failed else 0


async def _planned(journey: Journey, ledger: Ledger, lane: Lane, run: int, target: Target[Any]) -> Planned:
    amounts = [lane.amount(stage) for stage in Stage]
    items = amounts[Stage.HOLDERS][0] + amounts[Stage.CONTENT][0]
    return Planned(
        ledger, lane, run, items, amounts[Stage.CONTENT][1], await target.free(), rehearsal=journey.rehearsal
    )


def _check_room(planned: Planned, source: Source[Any]) -> None:
    """Raise `Unavailable` where what is to come cannot fit, before anything is written."""
    if planned.room is not None and planned.bytes > planned.room:
        raise Unavailable(
            _(
                "There is not enough room: {need} are to come, {room} are free at the target. Nothing was moved. "
                "To do: make room or ask for a larger quota, then run the same command again."
            ).format(need=wording.size(planned.bytes), room=wording.size(planned.room))
        )
    if source.sequential:
        spool, free = planned.lane.largest(), shutil.disk_usage(tempfile.gettempdir()).free
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


@asynccontextmanager
async def _interruptible(stopping: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
    """Give an event that Ctrl-C or a polite kill sets; the second one cancels what is in hand."""
    stop, loop, task = asyncio.Event(), asyncio.get_running_loop(), asyncio.current_task()

    def ask() -> None:
        if not stop.is_set():
            stop.set()
            stopping()
        elif task is not None:
            task.cancel()

    taken = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            loop.add_signal_handler(number, ask)
            taken.append(number)
    try:
        yield stop
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
