"""Do what the ledger says is pending: stage by stage, in batches, settled only when the target has confirmed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, cast

from degoog.engine.flow import Feed, Sleep, Slow, Throttle, watched
from degoog.errors import Refused, Unavailable
from degoog.happenings import Begun, Done
from degoog.i18n import _
from degoog.ledger import Lane, Row
from degoog.model import DESCRIBED, FailReason, Intent, Item, Loss, Outcome, Place, Ref, Stage
from degoog.ports import (
    Batch,
    Blob,
    Convert,
    Failed,
    Make,
    Move,
    Observer,
    P,
    Part,
    Q,
    Result,
    Settled,
    Source,
    Target,
    Task,
    Touch,
    Unknown,
    Write,
)

_TRIES = 3  # transfers of one item in one run
_BROKEN_IN_A_ROW = 24  # then it is the service, not the items
_AHEAD = 2  # batches that a slow target has in hand: one it works on, and one that is ready to follow


@dataclass(frozen=True, slots=True)
class Road(Generic[P, Q]):
    """Both ends of a road, the conversion between them, and its lane in the ledger."""

    source: Source[P]
    target: Target[Q]
    convert: Convert[P, Q]
    lane: Lane


@dataclass(slots=True)
class _Run(Generic[P, Q]):
    road: Road[P, Q]
    run: int
    observer: Observer
    stop: asyncio.Event
    throttle: Throttle | None
    sleep: Sleep
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    broken: int = 0
    error: Unavailable | None = None


async def migrate(
    road: Road[P, Q],
    *,
    run: int,
    observer: Observer,
    jobs: int | None = None,
    stop: asyncio.Event | None = None,
    throttle: Throttle | None = None,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Do everything pending in the lane, stage after stage.

    `stop`, once set, ends the run after what is in hand: every open batch is closed and settled. `jobs` is how many
    batches are open at once (the target's own figure by default). Raises `Unavailable` when a service stopped the
    run; what was confirmed before is settled, everything else stays pending.
    """
    state = _Run(road, run, observer, stop or asyncio.Event(), throttle, sleep)
    for row in road.lane.in_doubt():
        if row.place.intent is not None:
            await _step_aside(state, row, row.place.intent.path)
    for step in _steps(road, run, observer):
        feed = Feed(step.rows)
        at_once = 1 if step.alone else jobs or road.target.parallel
        workers = [asyncio.create_task(_work(state, step, feed)) for _n in range(at_once)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        if state.error is not None:
            raise state.error
        if state.stop.is_set():
            return


@dataclass(frozen=True, slots=True)
class _Step:
    """What can be done side by side; `alone`: one thing after the other."""

    stage: Stage
    rows: Iterator[Row]
    alone: bool = False


def _steps(road: Road[Any, Any], run: int, observer: Observer) -> Iterator[_Step]:
    """Give the steps in order. Rows are read from the ledger as they are asked for.

    Moves within the target come before what is new at the same depth, one by one, for they may stand in one
    another's way.
    """
    lane, depths = road.lane, road.lane.depths()
    observer.notify(Begun(Stage.HOLDERS, *lane.amount(Stage.HOLDERS), lane.road))
    for depth in depths:
        lane.fail_children_of_failed(run)
        yield _Step(Stage.HOLDERS, lane.pending(Stage.HOLDERS, depth=depth, arrived=True), alone=True)
        yield _Step(Stage.HOLDERS, lane.pending(Stage.HOLDERS, depth=depth, arrived=False))
    lane.fail_children_of_failed(run)
    observer.notify(Begun(Stage.CONTENT, *lane.amount(Stage.CONTENT), lane.road))
    yield _Step(Stage.CONTENT, lane.pending(Stage.CONTENT, arrived=True), alone=True)
    yield _Step(Stage.CONTENT, lane.pending(Stage.CONTENT, arrived=False, in_walk_order=road.source.sequential))
    observer.notify(Begun(Stage.PROPERTIES, *lane.amount(Stage.PROPERTIES), lane.road))
    yield _Step(Stage.PROPERTIES, lane.to_touch(Stage.PROPERTIES))
    lane.spread_last_touches()
    observer.notify(Begun(Stage.LAST, *lane.amount(Stage.LAST), lane.road))
    for depth in reversed(depths):
        yield _Step(Stage.LAST, lane.to_touch(Stage.LAST, depth=depth))


async def _work(state: _Run[P, Q], step: _Step, feed: Feed) -> None:
    """Fill batches and close them until nothing is left, or the run stops."""
    batch, held = state.road.target.batch(), dict[str, _Held]()
    slow = step.stage is Stage.CONTENT and not step.alone and isinstance(state.road.target, Slow)
    at_once = _AHEAD if slow else 1
    closing: deque[asyncio.Task[None]] = deque()
    try:
        while state.error is None:
            prepared = None if state.stop.is_set() else await _next(state, step.stage, feed)
            if prepared is not None:
                row, task, losses = prepared
                batch.put(task)
                held |= _held(row, task, losses)
                if not (batch.full or step.alone):
                    if closing:
                        await asyncio.sleep(0)  # what is on its way goes first: it need not wait for the next batch
                    continue
            if held:
                closing.append(asyncio.create_task(_try_close(state, batch, held, feed)))
                batch, held = state.road.target.batch(), {}
                if len(closing) == at_once:
                    await _ended(closing)
                await asyncio.sleep(
                    0
                )  # a road on one disk may never wait: the loop must get its turn to hear of Ctrl-C
            elif closing:
                await _ended(closing)  # what came back from it is tried again
            else:
                return
        while closing:  # what is in hand is ended
            await _ended(closing)
    finally:
        for one in closing:
            one.cancel()
        await asyncio.gather(*closing, return_exceptions=True)


async def _ended(closing: deque[asyncio.Task[None]]) -> None:
    """Wait for the first of some batches; whoever is interrupted meanwhile still has it."""
    await closing[0]
    closing.popleft()


async def _try_close(state: _Run[P, Q], batch: Batch[Q], held: dict[str, _Held], feed: Feed) -> None:
    try:
        await _close(state, batch, held, feed)
    except Unavailable as error:
        # The others end what they have in hand; what they hold open stays pending, with nothing sent.
        state.error = state.error or error


@dataclass(frozen=True, slots=True)
class _Held:
    """A row that a batch will answer for. `head` is the row it was given with: itself, or the head of its unit."""

    row: Row
    task: Task[Any]
    losses: tuple[Loss, ...]
    head: Row


def _held(row: Row, task: Task[Any], losses: tuple[Loss, ...]) -> dict[str, _Held]:
    """Give what a batch will answer for, by ref. Values are left to the batch: it may have let go of them."""
    if isinstance(task, Write | Make | Touch):
        task = replace(task, value=None)
    if not row.parts:
        return {str(row.item.ref): _Held(row, task, losses, row)}
    by_part: dict[Ref, list[Loss]] = {}
    for loss in losses:
        by_part.setdefault(loss.of or row.item.ref, []).append(loss)
    return {str(one.item.ref): _Held(one, task, tuple(by_part.get(one.item.ref, ())), row) for one in (row, *row.parts)}


async def _next(state: _Run[P, Q], stage: Stage, feed: Feed) -> tuple[Row, Task[Q], tuple[Loss, ...]] | None:
    """Take the next row and read it; what cannot be read is settled at once and the next one is taken."""
    if not state.road.source.sequential or stage is not Stage.CONTENT:
        return await _read_next(state, stage, feed)
    async with state.reading:
        return await _read_next(state, stage, feed)


async def _read_next(state: _Run[P, Q], stage: Stage, feed: Feed) -> tuple[Row, Task[Q], tuple[Loss, ...]] | None:
    while (row := feed.next()) is not None:
        try:
            row = await _clear_the_way(state, stage, row)
            task, losses = await _task(state, stage, row)
        except Refused as error:
            for one in (row, *row.parts):
                result = Failed(one.item, error.reason, error.detail)
                state.road.lane.settle([(one, Make(one.item, one.place), result)], run=state.run, touches={})
                _tell(state, stage, result)
            continue
        except Unavailable as error:
            state.error = state.error or error
            return None
        return row, task, losses
    return None


async def _clear_the_way(state: _Run[P, Q], stage: Stage, row: Row) -> Row:
    """Have something of ours that is about to leave step aside from where a row must go; gives the row as it is then.

    What steps aside may be the very folder in which the row lies: it is carried along.
    """
    lane, target = state.road.lane, state.road.target
    if stage > Stage.CONTENT or row.parts or (other := lane.in_the_way(row)) is None:
        return row
    parent, slash, name = row.place.path.rpartition("/")
    await _step_aside(state, other, f"{parent}{slash}{target.naming.numbered(name, 1000 + other.id)}")
    return lane.row(row.id)


async def _step_aside(state: _Run[P, Q], row: Row, path: str) -> None:
    """Move something of ours to a path that is not its last one; also ends such a move that a kill cut short."""
    lane, batch = state.road.lane, state.road.target.batch()
    lane.intend([(row.id, Intent(path))])
    batch.put(Move(row.item, Place(path, was=row.place.was, proof=row.place.proof, intent=row.place.intent)))
    for result in await batch.close():
        if isinstance(result, Settled):
            lane.stepped_aside(row, result.path)


async def _task(state: _Run[P, Q], stage: Stage, row: Row) -> tuple[Task[Q], tuple[Loss, ...]]:
    """Say what is to be done with a row: its own stage moves, makes or writes it, a later one touches it."""
    item, place = row.item, row.place
    if stage > Stage.CONTENT and item.kind not in DESCRIBED:
        return Touch(item, place, stage), ()
    if stage > Stage.CONTENT:
        _suffix, value, _losses = await _value(state, item)
        return Touch(item, place, stage, value), ()
    stays = item.holder and place.was == place.path
    if row.arrived and not stays and not state.road.lane.ours_alone(row):
        # What lies there stays for whoever else needs it; ours is written anew.
        place = Place(place.path, intent=place.intent)
    elif row.arrived and place.was != place.path:
        return Move(item, place), ()
    if item.holder and item.kind not in DESCRIBED:
        return Make(item, place), ()
    suffix, value, losses = await _value(state, item)
    place = _suffixed(state, place, suffix)
    if item.holder:
        return Make(item, place, value), losses
    return Write(item, place, value, tuple(Part(part.item, part.place) for part in row.parts)), losses


async def _value(state: _Run[P, Q], item: Item) -> tuple[str, Q, tuple[Loss, ...]]:
    """Read and convert; gives what the name must end with besides, the value, and what was lost."""
    raw = await state.road.source.read(item)
    if isinstance(raw, Blob):
        raw = cast("P", watched(raw, state.observer, state.throttle))
    value, losses = state.road.convert(item, raw)
    return (raw.suffix, value, (*raw.losses, *losses)) if isinstance(raw, Blob) else ("", value, losses)


def _suffixed(state: _Run[Any, Any], place: Place, suffix: str) -> Place:
    """Give the place of bytes that are not what their name says."""
    if not suffix or place.path.endswith(suffix):
        return place
    parent, slash, name = place.path.rpartition("/")
    return replace(place, path=f"{parent}{slash}{state.road.target.naming.safe(name + suffix)}")


async def _close(state: _Run[P, Q], batch: Batch[Q], held: dict[str, _Held], feed: Feed) -> None:
    """Send a batch: what it intends is in the ledger before its first byte leaves, what it did once confirmed."""
    lane, target = state.road.lane, state.road.target
    lane.intend((held[str(ref)].row.id, intent) for ref, intent in batch.intents())
    lane.intend((one.row.id, Intent(one.task.at.path)) for one in held.values() if isinstance(one.task, Move))
    results = await batch.close()
    done: list[tuple[Row, Task[Any], Result]] = []
    touches = {}
    for raw in results:
        entry = held[str(raw.item.ref)]
        result = _judge(state, entry, raw, feed)
        if isinstance(result, Settled):
            # What lay there before is left as it is.
            no_touch = isinstance(entry.task, Touch) or result.found
            touches[entry.row.id] = frozenset[Stage]() if no_touch else target.touches(raw.item)
        done.append((entry.row, entry.task, result))
    lane.settle(done, run=state.run, touches=touches)
    for entry_row, task, result in done:
        if not (entry_row.waits or isinstance(task, Touch)):
            continue
        _tell(state, task.stage if isinstance(task, Touch) else entry_row.item.stage, result)
    if state.broken >= _BROKEN_IN_A_ROW:
        raise Unavailable(
            _("Many transfers in a row broke off; the last one: {detail}. Nothing is lost.").format(
                detail=next((r.detail for _row, _task, r in reversed(done) if isinstance(r, Unknown | Failed)), "")
            )
        )
    if pause := max((feed.tries(row) for row, _task, r in done if isinstance(r, Unknown)), default=0):
        await state.sleep(float(2 ** (pause - 1)))


def _judge(state: _Run[P, Q], entry: _Held, result: Result, feed: Feed) -> Result:
    """Give an item whose transfer broke another try, a few times; then it has failed for this run."""
    match result:
        case Unknown():
            state.broken += 1
            if entry.row is not entry.head:
                return result  # it comes again with its head, or in the next run
            if feed.broke(entry.row) < _TRIES:
                feed.put_back(_intended(entry))
                return result
            return Failed(result.item, FailReason.CONNECTION, result.detail)
        case Settled():
            state.broken = 0
            return replace(result, losses=(*result.losses, *entry.losses))
        case Failed(reason=FailReason.DEFERRED):
            return result
        case Failed():
            state.broken = 0
            return result


def _intended(entry: _Held) -> Row:
    """Give a row as the ledger has it after a try: what lies where it was to go is ours."""
    place = entry.row.place
    return replace(entry.row, place=replace(place, intent=place.intent or Intent(entry.task.at.path)))


def _tell(state: _Run[Any, Any], stage: Stage, result: Result) -> None:
    match result:
        case Settled():
            state.observer.notify(Done(result.item, stage, Outcome.MOVED))
        case Failed(reason=FailReason.DEFERRED):
            pass  # it stays pending
        case Failed():
            state.observer.notify(Done(result.item, stage, Outcome.FAILED, result.reason, result.detail))
        case Unknown():
            pass
