"""The seams of a road, protocols and their values: source, target, batch, observer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar, runtime_checkable

from degoog.happenings import Begun, Compared, Counted, Done, Transferred, Waiting
from degoog.model import Departure, FailReason, Found, Intent, Item, Kind, Loss, Place, Proof, Ref, Seen, Stage

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)
Q = TypeVar("Q")
Q_co = TypeVar("Q_co", covariant=True)
Q_contra = TypeVar("Q_contra", contravariant=True)

# How the identity begins of a target that is not connected yet: the lane becomes the real one's.
NOWHERE = "nowhere:"

Bytes = AbstractAsyncContextManager[AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes of known length that can be read as often as asked.

    `open()` gives a context whose value iterates over chunks (at most 1 MiB each). Leaving the context early is
    allowed. A source whose bytes turn out damaged raises `Refused` from the iteration, before its end.
    `digest` is `algorithm:hex` where the source vouches for one (crc32, md5, sha256), else empty.
    `losses` is what was lost in making the bytes; `suffix` is what the name must end with besides, where they are not
    what the item's name says (a document that only came as `.pdf`).
    """

    size: int
    open: Callable[[], Bytes]
    digest: str = ""
    losses: tuple[Loss, ...] = ()
    suffix: str = ""


class Source(Protocol[P_co]):
    """Where things come from. Never changes anything there."""

    @property
    def account(self) -> str:
        """Whose data this is: an address where known; half of the lane's key."""

    @property
    def sequential(self) -> bool:
        """True where `read` must follow the order of `walk`, one at a time (a tgz)."""

    def walk(self) -> AsyncIterator[Found]:
        """Everything there is, once, in any order. Ending without an exception means complete."""

    async def read(self, item: Item) -> P_co:
        """Give the content, or the description of a holder, again as often as asked; of a head, its whole unit.

        Raises `Refused` for this item, `Unavailable` for all.
        """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that a source no longer has, with all that lies in it and is not told of in the same walk."""

    ref: Ref


class Outdated(Exception):
    """What changed cannot be told from this bookmark: only a walk through everything can tell."""


@runtime_checkable
class Following(Protocol):
    """What a source has besides that can tell what changed since an earlier walk."""

    @property
    def bookmark(self) -> str:
        """Where the walk that has just ended leaves off: kept with the lane, and given back by the next run."""

    def changes(self, bookmark: str, known: Callable[[Ref], Kind | None]) -> AsyncIterator[Found | Gone]:
        """What changed since, each thing once, as `walk` would tell it; what is not told of is as it was.

        `known` gives the kind of what the last walk found, None for what it did not. Raises `Outdated`, also in the
        middle: nothing of it has counted then.
        """


@runtime_checkable
class Overlooking(Protocol):
    """A source that may have to do with a part of what there is."""

    def overlooks(self, ref: Ref) -> bool:
        """Whether the last walk may have missed something though it is there: it is not gone for sure."""


@runtime_checkable
class MaybeUnowned(Protocol):
    """A source that may not know whose data it has: its `account` is then `unowned`, which stands for nobody."""

    unowned: str


class Naming(Protocol):
    """A target's rules for names. Pure and stable: the same name gives the same answer within a lane."""

    def safe(self, name: str) -> str:
        """Give the nearest allowed name: normalised, never empty, extension kept. Idempotent."""

    def fold(self, name: str) -> str:
        """Give the key under which two names of one folder would be the same to this target."""

    def numbered(self, name: str, number: int) -> str:
        """Give the safe name with a number before its extension (`Budget (2).xlsx`)."""


@dataclass(frozen=True, slots=True)
class Make:
    """Make a holder; one that is there already is adopted, and `found` where no intent or proof says it is ours.

    `value` is the road's own description (Q), for kinds in `model.DESCRIBED`; None for all others. A description
    that changed comes again, with the proof of what is there.
    """

    item: Item
    at: Place
    value: Any = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a unit that waits for its outcome, and what the ledger remembers of it."""

    item: Item
    at: Place


@dataclass(frozen=True, slots=True)
class Write(Generic[Q_co]):
    """Put content at a place: new when `at.proof` is None, else in place of what that proof describes.

    `value` is always the whole unit. `close` answers for each of `parts`, those that wait, and for the head, `item`;
    where the head itself was settled before (`at.proof`, and the same content), its answer changes nothing.
    """

    item: Item
    at: Place
    value: Q_co
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Move what lies at `at.was` to `at.path`; its content is unchanged, its proof is `at.proof`.

    Where nothing lies at `at.was`, a killed run may have moved it: it is looked for by `at.proof.id` in the folders
    of both paths, and found there it is settled (or moved on); a holder whose id a target may give again, only where
    the intent of such a run is left. A foreign thing at `at.path` is kept: ours goes beside.
    """

    item: Item
    at: Place


@dataclass(frozen=True, slots=True)
class Touch:
    """Set what belongs to `stage` on an item that has arrived: properties, or a folder's times.

    `value` is the road's own description, as in `Make`.
    """

    item: Item
    at: Place
    stage: Stage
    value: Any = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The target confirmed it durably. `path` is where it really lies, which may be beside the place asked for.

    `found`: the same bytes, or the holder, lay there before degoog came. They count as arrived, but are never
    replaced, moved nor touched.
    """

    item: Item
    path: str
    proof: Proof
    losses: tuple[Loss, ...] = ()
    link: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done, and trying again in this run will not help."""

    item: Item
    reason: FailReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it arrived: the item stays pending and its intent stays written."""

    item: Item
    detail: str = ""


Task = Make | Write[Q] | Move | Touch
Result = Settled | Failed | Unknown
Convert = Callable[[Item, P], tuple[Q, tuple[Loss, ...]]]


class Batch(Protocol[Q_contra]):
    """Tasks of one stage that are sent together. Nothing leaves before `close`."""

    def put(self, task: Make | Write[Q_contra] | Move | Touch) -> None:
        """Add a task; the answer comes from `close`."""

    @property
    def full(self) -> bool:
        """Whether the engine should close it now."""

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        """What `close` is about to do, for the ledger to hold before the first byte leaves."""

    async def close(self) -> Sequence[Result]:
        """Send everything; one result for each task put and each of its parts.

        Raises `Unavailable` when the target stopped answering.

        A target that finds what an intent describes adopts it: same place, size and digest is `Settled` without a
        write, and `found` where no intent says that degoog put it there. What is there and is neither ours nor the
        same is kept: ours goes beside it, with a loss `beside`.
        """


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies there stays: it is not what was proven, or the target does not give it up."""

    why: Departure
    detail: str = ""


class Trash(Protocol):
    """How a target gives up what degoog put there. Each thing is looked at before, and only goes as it was seen.

    All of it raises `Unavailable` where the target stopped answering: nobody knows then what became of it.
    """

    async def lasting(self) -> bool:
        """Whether people find there what was given up. Where not, the engine keeps a copy before."""

    async def look(self, item: Item, at: Place) -> str | Kept:
        """Give a mark of what lies at `at.path`: it changes with each change of it, of a holder also of what is in it.

        `Kept` where that is not what `at.proof` describes. What lies in a holder is not looked at.
        """

    async def discard(self, item: Item, at: Place, mark: str) -> Kept | None:
        """Give up what lies there, a holder with all that is in it, if it still bears the mark; None once done."""


class Target(Protocol[Q_contra]):
    """Where things go. Never overwrites or deletes what degoog did not create."""

    @property
    def address(self) -> str:
        """Where this is, for people: server, account and folder. With the source's account it names the lane."""

    @property
    def identity(self) -> str:
        """Which server and account, or folder, answers there: a lane refuses to go on with another."""

    @property
    def naming(self) -> Naming:
        """The rules for names, read from the target once it is entered."""

    @property
    def parallel(self) -> int:
        """How many batches are worth having open at once."""

    @property
    def trash(self) -> Trash | None:
        """How it gives things up; None for a target from which nothing is ever taken away."""

    def touches(self, item: Item) -> frozenset[Stage]:
        """Which later stages have something to do for this item."""

    def batch(self) -> Batch[Q_contra]:
        """Open a batch."""

    async def free(self) -> int | None:
        """Bytes that still fit, None where the target cannot say."""

    def list(self, path: str) -> AsyncIterator[Seen]:
        """What lies directly in a holder, degoog's own files left out; nothing where there is no such holder."""

    async def digest(self, path: str, algorithm: str) -> str:
        """Have the target compute `algorithm:hex` of the bytes it stores; empty where it cannot."""

    def fetch(self, path: str) -> Bytes:
        """Download what lies at a path. Raises `Refused`, `Bodiless` where it has no bytes of its own."""

    async def save_map(self, name: str, blob: Blob) -> None:
        """Keep one file of degoog's own at the target, replacing an earlier one of that name."""

    def load_map(self, name: str) -> Bytes:
        """Read it back; raises `Refused` where there is none."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


# A link at the source gives the new place of what it points at, None where that has not arrived.
Resolve = Callable[[str], str | None]


class Earlier(Protocol):
    """What earlier runs tell a later one: where links lead now, as `Resolve`, and what holders were called."""

    def __call__(self, link: str, /) -> str | None:
        """Give the new place of what a link points at."""

    def name(self, ref: Ref) -> str:
        """Give the name a holder has in the new place, empty where it has not arrived."""


def as_it_is(_item: Item, value: Any) -> tuple[Any, tuple[Loss, ...]]:  # noqa: ANN401 - whatever it is, it stays
    """Convert nothing: what is read is what is put."""
    return value, ()


class Meaning(Protocol):
    """What two forms of one thing mean to people, compared."""

    async def prepare(self) -> None:
        """Ask the source for what it shows by itself, where it does."""

    def differences(self, item: Item, raw: Any, data: bytes) -> Iterable[str]:  # noqa: ANN401 - the road's own value
        """Tell how what the source gives and what the target gave back differ."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A lane's two ends and the conversion between them, before the ledger knows it; how their meanings compare."""

    source: Source[Any]
    target: Target[Any]
    convert: Convert[Any, Any] = as_it_is
    meaning: Meaning | None = None


Event = Counted | Begun | Transferred | Done | Compared | Waiting


class Observer(Protocol):
    """Whoever watches a run: progress bars, JSON lines, nobody."""

    def notify(self, event: Event) -> None:
        """Take note; must return at once and never raise."""
