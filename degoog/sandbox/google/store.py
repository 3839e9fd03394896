"""The sandbox's Drive as Google keeps it: everything of everybody, who may see what, and the log of changes."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from degoog.sandbox.google.nodes import FOLDER, Grant, Grantee, Node, Role, SharedDrive
from degoog.sandbox.google.people import Directory, Person


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may do with an item: by name (an account, a group, a membership), and by a link."""

    named: Role | None = None
    linked: Role | None = None

    @property
    def role(self) -> Role | None:
        """The stronger of both."""
        return _stronger(self.named, self.linked)


NOBODY = Access()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log of changes; `watchers` are the accounts that could see the item before or after."""

    number: int
    time: datetime
    id: str
    drive: str
    of_drive: bool
    watchers: frozenset[str]


def _stronger(one: Role | None, other: Role | None) -> Role | None:
    if one is None or other is None:
        return one or other
    return one if one.rank >= other.rank else other


class DriveStore:
    """All nodes and shared drives. Hold `lock` while reading more than one thing."""

    def __init__(self, directory: Directory, *, clock: Callable[[], float]) -> None:
        self.directory = directory
        self.nodes: dict[str, Node] = {}
        self.drives: dict[str, SharedDrive] = {}
        self.children: dict[str, dict[str, None]] = {}
        self.log: list[Entry] = []
        self.lock = threading.RLock()
        self.generation = 0
        self._clock = clock
        self._memo: dict[str, dict[str, Access]] = {}
        self._trash: dict[str, bool] = {}
        self._lists: dict[tuple[str, str], list[Node]] = {}

    @property
    def now(self) -> datetime:
        """The server's time, to the millisecond."""
        time = datetime.fromtimestamp(self._clock(), UTC)
        return time.replace(microsecond=time.microsecond // 1000 * 1000)

    # --- what there is

    def plant(self, node: Node) -> Node:
        """Put an item there as if it had always been: no line in the log. Raises ValueError for an id in use."""
        if node.id in self.nodes:
            raise ValueError(f"{node.id} exists already")
        self.nodes[node.id] = node
        for parent in node.parents:
            self.children.setdefault(parent, {})[node.id] = None
        self.forget()
        return node

    def plant_drive(self, drive: SharedDrive) -> SharedDrive:
        """Put a shared drive there, with its top folder."""
        self.drives[drive.id] = drive
        top = Node(id=drive.id, name="Drive", mime=FOLDER, drive=drive.id, created=drive.created, alias="drive")
        self.plant(top)
        return drive

    def root_of(self, email: str) -> Node:
        """The top of somebody's My Drive. Raises KeyError where it was never planted."""
        return self.nodes[root_id(self.directory, email)]

    def forget(self) -> None:
        """What was worked out from the nodes is worked out anew."""
        self.generation += 1
        self._memo.clear()
        self._trash.clear()
        self._lists.clear()

    def below(self, node: Node) -> Iterator[Node]:
        """Everything in a folder, at any depth, each once."""
        seen, waiting = {node.id}, [node.id]
        while waiting:
            for id_ in self.children.get(waiting.pop(), ()):
                if id_ not in seen:
                    seen.add(id_)
                    waiting.append(id_)
                    yield self.nodes[id_]

    # --- who sees it

    def access(self, person: Person, node: Node) -> Access:
        """What this person may do with an item."""
        memo = self._memo.setdefault(person.email, {})
        return self._access(person, self.directory.groups_of(person.email), node, memo, ())

    def _access(
        self, person: Person, groups: frozenset[str], node: Node, memo: dict[str, Access], above: tuple[str, ...]
    ) -> Access:
        if node.id in memo:
            return memo[node.id]
        named, linked = self._own(person, groups, node.grants)
        if node.owner and node.owner.lower() == person.email.lower():
            named = Role.OWNER
        inherited = (*above, node.id)
        if node.drive and node.alias:
            members, _ = self._own(person, groups, self.drives[node.drive].members)
            named = _stronger(named, members)
        for parent_id in node.parents:
            parent = self.nodes.get(parent_id)
            if parent is None or parent_id in inherited:
                continue
            over = self._access(person, groups, parent, memo, inherited)
            if node.limited and over.named not in {Role.OWNER, Role.ORGANIZER}:
                continue
            named = _stronger(named, Role.WRITER if over.named is Role.OWNER else over.named)
            linked = _stronger(linked, over.linked)
        found = Access(named, linked)
        if node.folder and not any(id_ in node.parents for id_ in above):  # a ring is not worked out halfway
            memo[node.id] = found
        return found

    def _own(self, person: Person, groups: frozenset[str], grants: Iterable[Grant]) -> tuple[Role | None, Role | None]:
        named: Role | None = None
        linked: Role | None = None
        for grant in grants:
            if grant.deleted or (grant.expires is not None and grant.expires <= self.now):
                continue
            who = grant.who.lower()
            match grant.kind:
                case Grantee.USER if who == person.email.lower():
                    named = _stronger(named, grant.role)
                case Grantee.GROUP if who in groups:
                    named = _stronger(named, grant.role)
                case Grantee.DOMAIN if person.domain and who == person.domain.lower():
                    linked = _stronger(linked, grant.role)
                case Grantee.ANYONE:
                    linked = _stronger(linked, grant.role)
        return named, linked

    def sees(self, person: Person, node: Node) -> bool:
        """Whether the item shows up in this person's listings: named, or by a link once opened."""
        access = self.access(person, node)
        return access.named is not None or (access.linked is not None and person.email in node.opened_by)

    def watchers(self, node: Node) -> frozenset[str]:
        """The accounts whose listings show this item."""
        return frozenset(person.email for person in self.directory.people.values() if self.sees(person, node))

    def parents_seen(self, person: Person, node: Node) -> list[str]:
        """The ids of the parents that this person can see."""
        return [
            id_ for id_ in node.parents if id_ in self.nodes and self.access(person, self.nodes[id_]).role is not None
        ]

    def in_trash(self, node: Node) -> bool:
        """Whether it was trashed, or lies in a folder that was."""
        path: list[str] = []
        at: Node | None = node
        answer = False
        while at is not None and at.id not in path:
            known = self._trash.get(at.id)
            if known is not None or at.trashed:
                answer = at.trashed or bool(known)
                break
            path.append(at.id)
            at = self.nodes.get(at.parents[0]) if at.parents else None
        self._trash.update(dict.fromkeys(path, answer))
        return answer or node.trashed

    # --- listings

    def of_user(self, person: Person) -> list[Node]:
        """What the corpus `user` holds: everything this person sees, shared drives left out, in listing order."""
        return self._listed("user", person.email, lambda node: not node.drive and self.sees(person, node))

    def elsewhere(self, person: Person) -> list[Node]:
        """What the corpus `user` holds of shared drives: what was opened, or shared with this person alone."""
        return self._listed(
            "elsewhere",
            person.email,
            lambda node: bool(node.drive) and bool(person.email in node.opened_by or self._alone(person, node)),
        )

    def _alone(self, person: Person, node: Node) -> bool:
        return bool(node.grants) and self._own(person, frozenset(), node.grants)[0] is not None

    def of_drive(self, drive: str) -> list[Node]:
        """Everything in one shared drive, in listing order."""
        return self._listed("drive", drive, lambda node: node.drive == drive)

    def _listed(self, corpus: str, whose: str, holds: Callable[[Node], bool]) -> list[Node]:
        key = (corpus, whose)
        if key not in self._lists:
            found = [node for node in self.nodes.values() if not node.alias and holds(node)]
            found.sort(key=lambda node: (node.order, node.id))
            self._lists[key] = found
        return self._lists[key]


def root_id(directory: Directory, email: str) -> str:
    """The id of somebody's My Drive."""
    person = directory.find(email)
    if person is None:
        raise KeyError(email)
    return f"0A{person.number[-15:]}Uk9PVA"
