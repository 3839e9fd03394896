"""Plants items one below the other, and notes at once where each person finds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypedDict, Unpack

from degoog.sandbox.google.contents import Content, Maker, drawn
from degoog.sandbox.google.drawing.conversions import Exports, exports
from degoog.sandbox.google.drawing.view import Expected, Fate, Place, Why
from degoog.sandbox.google.formats import EXPORT_FORMATS
from degoog.sandbox.google.nodes import FOLDER, SHORTCUT, Grant, Grantee, Node, Role, SharedDrive
from degoog.sandbox.google.people import Directory
from degoog.sandbox.google.store import root_id

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BORN = datetime(2017, 3, 1, 8, tzinfo=UTC)
_SPAN = timedelta(days=3100)


class More(TypedDict, total=False):
    """What an item may have beside its name: fields of `Node`."""

    id: str
    parents: tuple[str, ...]
    owner: str
    created: datetime
    modified: datetime
    content: Content
    exports: Exports
    grants: tuple[Grant, ...]
    starred_by: frozenset[str]
    opened_by: frozenset[str]
    description: str
    color: str
    properties: Mapping[str, str]
    labels: tuple[str, ...]
    target: str
    target_mime: str
    target_key: str
    resource_key: str
    abusive: bool
    undownloadable: bool
    encrypted: bool
    limited: bool
    trashed: bool
    checksums: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Where one person finds an item, and whether more than reading is theirs."""

    place: Place
    top: str
    path: tuple[str, ...]
    writes: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A planted item, and who finds it where."""

    node: Node
    seen: Mapping[str, Seen]
    trashed: bool = False


@dataclass(slots=True, kw_only=True)
class Planter:
    """Everything planted so far. Titles, times and ids come from one randomness."""

    random: Random
    directory: Directory
    nodes: list[Node] = field(default_factory=list)
    drives: list[SharedDrive] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    _made: dict[tuple[str, str], Spot] = field(default_factory=dict)

    # --- tops

    def my_drive(self, email: str) -> Spot:
        """The top of somebody's My Drive."""
        top = Node(id=root_id(self.directory, email), name="My Drive", mime=FOLDER, owner=email, alias="root")
        return Spot(top, {email: Seen(Place.MY_DRIVE, email, (), writes=True)})

    def nowhere(self, email: str) -> Spot:
        """No folder at all: what is planted here is its owner's orphan."""
        return Spot(Node(id="", name="", mime=FOLDER, owner=email), {email: Seen(Place.ORPHAN, email, (), writes=True)})

    def drive(self, name: str, *members: Grant, restrictions: Iterable[str] = (), hidden: bool = False) -> Spot:
        """A shared drive, and its top."""
        drive = SharedDrive(
            id=f"0A{self._id(17)}PVA",
            name=name,
            created=self._time(),
            members=members,
            restrictions=frozenset(restrictions),
            hidden=hidden,
        )
        self.drives.append(drive)
        top = Node(id=drive.id, name="Drive", mime=FOLDER, drive=drive.id, alias="drive")
        seen = {
            email: Seen(Place.SHARED_DRIVE, drive.id, (), _writes(grant.role))
            for grant in members
            for email in self._holders(grant)
        }
        return Spot(top, seen)

    # --- items

    def folder(self, parent: Spot, name: str, **more: Unpack[More]) -> Spot:
        """A folder; of the same name as another, still another."""
        return self._plant(parent, name, FOLDER, Fate.FOLDER, more)

    def path(self, parent: Spot, *names: str) -> Spot:
        """The folder at this path below another, made where there is none."""
        for name in names:
            key = (parent.node.id, name)
            if key not in self._made:
                self._made[key] = self.folder(parent, name)
            parent = self._made[key]
        return parent

    def file(self, parent: Spot, name: str, make: Maker, mime: str, *, size: int = 900, **more: Unpack[More]) -> Spot:
        """An uploaded file."""
        id_ = "1" + self._id(32)
        content = drawn(make, name, seed=f"{id_} {self.random.random()}", size=size)
        given: More = {"id": id_, "content": content, **more}
        return self._plant(parent, name, mime, Fate.BYTES, given)

    def document(
        self, parent: Spot, name: str, mime: str, *, made: Exports | None = None, **more: Unpack[More]
    ) -> Spot:
        """A Google document of a kind that can be exported."""
        id_ = "1" + self._id(43)
        found = exports(mime, name, seed=f"{id_} {self.random.random()}") if made is None else made
        given: More = {"id": id_, "exports": found, **more}
        return self._plant(parent, name, mime, Fate.CONVERTED, given)

    def unexportable(self, parent: Spot, name: str, mime: str, **more: Unpack[More]) -> Spot:
        """A Google thing that no export exists of."""
        return self._plant(parent, name, mime, Fate.POINTER, more, why=Why.NOT_EXPORTABLE)

    def shortcut(self, parent: Spot, name: str, to: str, kind: str, *, key: str = "") -> Spot:
        """A shortcut to an item by its id and media type; it need not be there."""
        given: More = {"target": to, "target_mime": kind, "target_key": key}
        return self._plant(parent, name, SHORTCUT, Fate.POINTER, given, why=Why.SHORTCUT)

    def _plant(self, parent: Spot, name: str, mime: str, fate: Fate, more: More, *, why: Why = Why.NONE) -> Spot:
        """Plant one item. `more` outranks what is usual."""
        given: More = {**self._usual(parent, more.get("created") or self._time()), **more}
        node = Node(name=name, mime=mime, drive=parent.node.drive, order=self.random.random(), **given)
        if node.grants:
            node.shared_at = node.modified
        self.nodes.append(node)
        spot = Spot(node, self._seen(parent, node), trashed=node.trashed or parent.trashed)
        for email, seen in spot.seen.items():
            self.expected.append(self._expect(spot, email, seen, fate, why))
        return spot

    def _usual(self, parent: Spot, created: datetime) -> More:
        return {
            "id": "1" + self._id(32),
            "parents": (parent.node.id,) if parent.node.id else (),
            "owner": "" if parent.node.drive else parent.node.owner,
            "created": created,
            "modified": _milliseconds(created + (BORN + _SPAN - created) * self.random.random()),
        }

    def _seen(self, parent: Spot, node: Node) -> dict[str, Seen]:
        below = {email: replace(seen, path=(*seen.path, node.name)) for email, seen in parent.seen.items()}
        if node.limited:
            below = {email: seen for email, seen in below.items() if email == node.owner}
        for grant in node.grants:
            for email in self._holders(grant):
                if grant.kind in {Grantee.DOMAIN, Grantee.ANYONE} and email not in node.opened_by:
                    continue
                at = below.get(email, Seen(Place.SHARED_WITH_ME, node.owner or node.drive, (node.name,), writes=False))
                below[email] = replace(at, writes=at.writes or _writes(grant.role))
        if node.owner in below:
            below[node.owner] = replace(below[node.owner], writes=True)
        return below

    def _holders(self, grant: Grant) -> list[str]:
        """The accounts a permission reaches."""
        if grant.deleted:
            return []
        people = list(self.directory.people.values())
        match grant.kind:
            case Grantee.USER:
                return [person.email for person in people if person.email == grant.who]
            case Grantee.GROUP:
                members = self.directory.groups.get(grant.who, frozenset())
                return [person.email for person in people if person.email in members]
            case Grantee.DOMAIN:
                return [person.email for person in people if person.domain == grant.who]
            case Grantee.ANYONE:
                return [person.email for person in people]

    def _expect(self, spot: Spot, email: str, seen: Seen, fate: Fate, why: Why) -> Expected:
        node = spot.node
        drive = next((drive for drive in self.drives if drive.id == node.drive), None)
        forbidden = node.undownloadable or (drive and "copyRequiresWriterPermission" in drive.restrictions)
        if spot.trashed:
            fate, why = Fate.TRASHED, Why.NONE
        elif fate in {Fate.BYTES, Fate.CONVERTED}:
            if node.abusive:
                fate, why = Fate.REFUSED, Why.FLAGGED
            elif forbidden and not seen.writes:
                fate, why = Fate.REFUSED, Why.DOWNLOAD_FORBIDDEN
            elif node.encrypted:
                fate, why = Fate.REFUSED, Why.ENCRYPTED
        return Expected(
            account=email,
            id=node.id,
            mime=node.mime,
            place=seen.place,
            top=seen.top,
            path=seen.path,
            fate=fate,
            why=why,
            owner=node.owner,
            content=node.content,
            formats=node.exports if node.mime in EXPORT_FORMATS else None,
            created=node.created,
            modified=node.modified,
            starred=email in node.starred_by,
            description=node.description,
            grants=node.grants,
            target=node.target,
        )

    def _id(self, length: int) -> str:
        return "".join(self.random.choices(_LETTERS, k=length))

    def _time(self) -> datetime:
        return _milliseconds(BORN + _SPAN * self.random.random() * 0.9)


def _writes(role: Role) -> bool:
    return role in {Role.OWNER, Role.ORGANIZER, Role.FILE_ORGANIZER, Role.WRITER}


def _milliseconds(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
