"""What is migrated and what became of it: the values every other module speaks in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Stage(IntEnum):
    """A road ends a stage before the next begins."""

    HOLDERS = 0  # folders, calendars, channels, people: by depth
    CONTENT = 1
    PROPERTIES = 2  # what hangs on content: created time, star, source id
    LAST = 3  # folder times, deepest first


class Kind(StrEnum):
    """What an item is at its source."""

    FOLDER = "folder"
    FILE = "file"
    DOCUMENT = "document"  # a Google document that arrives converted
    PRODUCT = "product"  # a whole part of an archive that this road leaves where it is
    PERSON = "person"  # an account that channels need: an author, a member
    TEAM = "team"
    CHANNEL = "channel"
    EMOJI = "emoji"  # one that people drew themselves
    MESSAGE = "message"
    CALENDAR = "calendar"
    EVENT = "event"  # with all its changed occurrences
    ADDRESS_BOOK = "address_book"
    CONTACT = "contact"
    TASK_LIST = "task_list"
    TASK = "task"


# Holders that are more than their name: the source is asked to describe them (`Source.read`) before they are made.
DESCRIBED = frozenset(
    {
        *(Kind.PERSON, Kind.TEAM, Kind.CHANNEL, Kind.EMOJI),
        *(Kind.CALENDAR, Kind.ADDRESS_BOOK, Kind.TASK_LIST),
    }
)

# What lies at the target under a name that its description, the target or degoog gives: a chat's names and numbers,
# the day and title of an event.
GIVEN_NAMES = frozenset(
    {
        *(Kind.PERSON, Kind.TEAM, Kind.CHANNEL, Kind.EMOJI, Kind.MESSAGE),
        *(Kind.EVENT, Kind.CONTACT, Kind.TASK),
    }
)


class Outcome(StrEnum):
    """Where an item stands after a run; `moved` was settled by that run, `unchanged` by an earlier one."""

    PENDING = "pending"
    MOVED = "moved"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    GONE = "gone"  # vanished at the source since an earlier walk: listed apart, outside what was found


class SkipReason(StrEnum):
    """Why an item is left where it is, by rule and not by accident."""

    FILTERED = "filtered"  # the run's include and exclude rules
    PARENT_SKIPPED = "parent_skipped"  # it lies in a folder that is skipped
    MOVED_BY_OWNER = "moved_by_owner"
    NO_TARGET_ACCOUNT = "no_target_account"
    NOT_SUPPORTED = "not_supported"  # a product degoog does not migrate (Mail, Photos, Keep)
    OTHER_ROAD = "other_road"  # calendars, contacts, tasks: another command moves them
    NOT_EXPORTED = "not_exported"  # Google's own archive says it left this out
    PRIVATE = "private"  # a private channel, or a conversation, that workspace.yml does not name
    NOT_AGREED = "not_agreed"  # somebody of a conversation has not agreed, or no longer does
    NOTICE = "notice"  # what a chat says by itself: who joined, who left
    BUSY_ONLY = "busy_only"  # a calendar of which only the busy times may be seen
    SUBSCRIBED = "subscribed"  # a calendar that somebody else keeps: holidays, a school's
    BIRTHDAYS = "birthdays"  # made from the contacts, which bring them along


class FailReason(StrEnum):
    """Why one item could not be moved; each has a remedy in `degoog.report.remedies`."""

    DAMAGED = "damaged"  # the archive's bytes do not match their checksum or cannot be unpacked
    MISSING_PART = "missing_part"  # the archive lists it, none of the parts given holds it
    UNSAFE_PATH = "unsafe_path"  # absolute, or climbs out of the archive
    LINK = "link"  # a link or a device inside an archive
    BOMB = "bomb"  # unpacks to more than the archive declares
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"  # the source would not give it
    DEFERRED = "deferred"  # not today: it stays pending, and the next run asks again
    FLAGGED = "flagged"  # the source takes it for malware
    FORBIDDEN_NAME = "forbidden_name"
    LOCKED = "locked"  # somebody is writing it at the target
    TOO_LARGE = "too_large"
    HASH_MISMATCH = "hash_mismatch"  # what arrived is not what was sent
    CONNECTION = "connection"  # the transfer broke, several times
    PARENT_FAILED = "parent_failed"  # its folder could not be made
    REJECTED = "rejected"  # the target said no, for a reason given in the detail
    BROKEN = "broken"  # an event, contact or task that cannot be understood; detail: where it stands
    TRASHED = "trashed"  # the target has it in its trash and takes it nowhere else


class Departure(StrEnum):
    """What a run that followed deletions did at the target with something that is gone at the source."""

    FOLLOWED = "followed"  # it lies in the target's trash, or in the workspace where the target has none
    EDITED = "edited"  # somebody changed it there: kept
    OCCUPIED = "occupied"  # something that stays lies in it: kept
    NOT_OURS = "not_ours"  # it lay there before degoog came, or stands for something else as well: kept
    UNSURE = "unsure"  # the source could not be read whole, or it is elsewhere there: kept
    REFUSED = "refused"  # the target would not give it up: kept
    ABSENT = "absent"  # it no longer lies where degoog put it


class LossKind(StrEnum):
    """What arrived but changed on the way."""

    NAME = "name"  # the target does not allow the name; detail: the original
    SHARING = "sharing"  # who had which role
    CREATED = "created"  # the target keeps no creation time
    STAR = "star"
    TIME = "time"  # a modified time the target cannot hold; detail: the original
    UNPROVEN = "unproven"  # the target could not confirm the bytes
    BESIDE = "beside"  # something else held its name: ours lies beside it; detail: the wanted path
    ORPHAN = "orphan"  # its folder is not visible at the source
    PROPERTY = "property"  # a property the target refused; detail: which and why
    ATTACHMENT = "attachment"  # a file of a message that could not be had; detail: its name and why
    WORDING = "wording"  # a message reads otherwise; detail: what has no equal
    REACTION = "reaction"  # a reaction without a person or an emoji to show it; detail: which
    ROOT = "root"  # the message that a conversation answered is gone; it goes on under a line that says so
    SPLIT = "split"  # a message too long, or with too many files, in several
    EMAIL = "email"  # nobody knows the person's address
    GUEST = "guest"  # a guest became an author who cannot log in
    PICTURE = "picture"  # a person's picture could not be had
    AUTHOR = "author"  # nothing is known of a message's author but an id
    DESCRIPTION = "description"  # what somebody wrote about it; detail: the text
    COLOUR = "colour"  # of a folder; detail: as #rrggbb
    PLACES = "places"  # it lay in other folders too; detail: which
    FORMAT = "format"  # a document that came in another format than asked for; detail: which and why
    POINTER = "pointer"  # a page with a link to the original came in its place; detail: why
    TIE = "tie"  # it works with something else, and that ends with the move; detail: with what
    UID = "uid"  # an identity used twice, or none: it got one; detail: the original
    ZONE = "zone"  # a time zone that nobody knows; detail: its name
    TEXT = "text"  # characters that could not be read
    RECURRENCE = "recurrence"  # a rule of repetition that cannot be kept; detail: the rule
    LINK = "link"  # a file hangs on it that stays where it was; detail: its address
    PHOTO = "photo"  # too large for the target
    GUESTS = "guests"  # the source does not tell all the guests
    FIELD = "field"  # something the format has no place for; detail: what it said


@dataclass(frozen=True, slots=True)
class Ref:
    """A stable name of a thing at its source: never a path that changes when it is renamed, where one can help it."""

    service: str
    id: str

    def __str__(self) -> str:
        return f"{self.service}:{self.id}"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that changed on the way. `who` and `role` are only for `sharing`.

    `of` is the part of a unit that a conversion speaks of, None for its head.
    """

    kind: LossKind
    detail: str = ""
    who: str = ""
    role: str = ""
    of: Ref | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A key that an item has while less is known of it, and the `content` fingerprint that goes with it."""

    ref: Ref
    content: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing found at the source, described without its content.

    `content` and `place` are fingerprints: a new `content` is read again, a new `place` alone is a move at the
    target. `size` is in bytes, None where it is known only after reading. Times are aware. `path` is where the
    source shows it, for people; it identifies nothing. `count` is more than 1 only where one line of the ledger
    stands for many things (the mails of an archive). `unit` makes it a part: the ref of the head it is read and put
    with (a reply, of its thread's first message); a head has none, and lies in the same holder. `aliases` are
    its keys while less was known of it.
    """

    ref: Ref
    parent: Ref | None
    kind: Kind
    name: str
    stage: Stage
    content: str = ""
    place: str = ""
    size: int | None = None
    path: str = ""
    modified: datetime | None = None
    created: datetime | None = None
    owner: str = ""
    media: str = ""
    starred: bool = False
    link: str = ""
    count: int = 1
    losses: tuple[Loss, ...] = ()
    unit: Ref | None = None
    aliases: tuple[Alias, ...] = ()

    @property
    def holder(self) -> bool:
        """Whether other items can lie in it."""
        return self.stage is Stage.HOLDERS


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk yields: an item, and a verdict where the source already knows that it will not move.

    `hides`: there is more behind it that the walk cannot see. What an earlier walk saw there is not gone.
    """

    item: Item
    verdict: SkipReason | FailReason | None = None
    detail: str = ""
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the entries a message came to at the target, named as the target lists it.

    `at` is when it is said, in milliseconds since 1970 UTC. `digest` is `algorithm:hex`, empty for the entry that
    the message's own proof speaks of.
    """

    name: str
    at: int
    reactions: int
    files: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a conversation holds, counted: messages, threads among them, what hangs on them, the first and the last.

    `first` and `last` are aware, None where nothing is known of any time.
    """

    messages: int = 0
    threads: int = 0
    reactions: int = 0
    files: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What the target confirmed: `digest` is `algorithm:hex` as the target computed it, empty where it could not.

    `pieces` are the entries a message came to, the one that `digest` speaks of first; empty for anything else.
    """

    id: str
    size: int | None = None
    digest: str = ""
    etag: str = ""
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a put was about to do, written before its first byte; on resume a target that matches it is adopted."""

    path: str
    size: int | None = None
    digest: str = ""  # `algorithm:hex` where known before reading, else empty
    upload: str = ""  # the id of a resumable upload


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item goes, relative to the lane's folder, and what the ledger remembers of it.

    `path` is posix, of names already safe for the target. `was` is where it lies now when it must only move.
    `proof` is what was last proven, None when it never arrived. `intent` is left from a run that died.
    """

    path: str
    was: str = ""
    proof: Proof | None = None
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry as a target lists it. `digest` only where the listing itself carries one computed by the target.

    `piece` is what it says of itself where it is one of a message's.
    """

    name: str
    id: str
    holder: bool
    size: int | None = None
    etag: str = ""
    digest: str = ""
    piece: Piece | None = None
