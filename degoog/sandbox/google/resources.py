"""How Drive shows an item to somebody: one function a field, so that only what is asked for is worked out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from degoog.sandbox.google import formats
from degoog.sandbox.google.fields import Mask, bad_selection, below, picked
from degoog.sandbox.google.nodes import FOLDER, SHORTCUT, Grant, Grantee, Node, Role, SharedDrive
from degoog.sandbox.google.people import Person, number_of
from degoog.sandbox.google.store import DriveStore

Json = dict[str, Any]


def written(time: datetime) -> str:
    """RFC 3339 with milliseconds, as Drive writes times."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z" if time.year >= 1000 else time.isoformat()


@dataclass(frozen=True)
class Sight:
    """An item in the eyes of one person, for one answer. `labels` are the label ids asked for."""

    store: DriveStore
    person: Person
    node: Node
    labels: frozenset[str] = frozenset()

    @cached_property
    def role(self) -> Role | None:
        """What the person may do."""
        return self.store.access(self.person, self.node).role

    def at_least(self, role: Role) -> bool:
        """Whether the person may do as much as this role."""
        mine = self.role
        return mine is not None and mine.rank >= role.rank

    @property
    def mine(self) -> bool:
        """Whether the person owns it."""
        return bool(self.node.owner) and self.node.owner.lower() == self.person.email.lower()

    @property
    def downloadable(self) -> bool:
        """Whether the person may have its content."""
        drive = self.store.drives.get(self.node.drive)
        forbidden = self.node.undownloadable or (drive and "copyRequiresWriterPermission" in drive.restrictions)
        return not forbidden or self.at_least(Role.WRITER)


def file_resource(sight: Sight, mask: Mask) -> Json:
    """The item's fields that the mask wants. Raises ApiError for a name that is no field."""
    names = list(_FIELDS) if "*" in mask else list(mask)
    found: Json = {}
    for name in names:
        make = _FIELDS.get(name)
        if make is None:
            if name in _NEVER:
                continue
            raise bad_selection(name)
        value = make(sight)
        if value is not None:
            found[name] = picked(value, below(mask, name) or {}) if type(value) in {dict, list} else value
    return found


def user(sight: Sight, email: str) -> Json | None:
    """Somebody, as Drive shows people to people."""
    if not email:
        return None
    directory = sight.store.directory
    return {
        "kind": "drive#user",
        "displayName": directory.name(email),
        "photoLink": f"https://lh3.googleusercontent.com/a/{number_of(email)}=s64",
        "me": email.lower() == sight.person.email.lower(),
        "permissionId": number_of(email),
        "emailAddress": email,
    }


def permission(sight: Sight, grant: Grant, *, inherited_from: str | None, member: bool) -> Json:
    """One permission. `inherited_from` is the id of the item that has it; None where it is the item's own."""
    anyone = "anyoneWithLink" if not grant.discoverable else "anyone"
    found: Json = {
        "kind": "drive#permission",
        "id": number_of(grant.who) if grant.kind is not Grantee.ANYONE else anyone,
        "type": grant.kind.value,
        "role": grant.role.value,
    }
    if grant.kind in {Grantee.USER, Grantee.GROUP}:
        found |= {"displayName": sight.store.directory.name(grant.who), "deleted": grant.deleted}
        if grant.deleted:
            found["displayName"] = ""
        else:
            found["emailAddress"] = grant.who
        if grant.kind is Grantee.USER:
            found["pendingOwner"] = False
    if grant.kind is Grantee.DOMAIN:
        found |= {"domain": grant.who, "displayName": grant.who}
    if grant.kind in {Grantee.DOMAIN, Grantee.ANYONE}:
        found["allowFileDiscovery"] = grant.discoverable
    if grant.expires is not None:
        found["expirationTime"] = written(grant.expires)
    detail: Json = {
        "permissionType": "member" if member else "file",
        "role": grant.role.value,
        "inherited": inherited_from is not None,
    }
    if inherited_from is not None and sight.node.drive:
        detail["inheritedFrom"] = inherited_from
    found["permissionDetails"] = [detail]
    return found


def permissions(sight: Sight) -> list[Json]:
    """All permissions of an item: its owner's, its own, those of the folders above, those of the drive's members."""
    store, node = sight.store, sight.node
    found: dict[str, Json] = {}

    def add(grant: Grant, *, inherited_from: str | None, member: bool = False) -> None:
        made = permission(sight, grant, inherited_from=inherited_from, member=member)
        kept = found.setdefault(made["id"], made)
        if Role(kept["role"]).rank < grant.role.rank:
            found[made["id"]] = made

    if node.owner:
        add(Grant(kind=Grantee.USER, role=Role.OWNER, who=node.owner), inherited_from=None)
    for grant in node.grants:
        add(grant, inherited_from=None)
    seen, at = {node.id}, node
    while at.parents and not at.limited and at.parents[0] not in seen and at.parents[0] in store.nodes:
        at = store.nodes[at.parents[0]]
        seen.add(at.id)
        for grant in at.grants:
            add(grant, inherited_from=at.id)
    if node.drive:
        for grant in store.drives[node.drive].members:
            if not node.limited or grant.role is Role.ORGANIZER:
                add(grant, inherited_from=node.drive if not node.alias else None, member=True)
    return list(found.values())


def drive_resource(store: DriveStore, person: Person, drive: SharedDrive) -> Json:
    """A shared drive."""
    sight = Sight(store, person, store.nodes[drive.id])
    organizer = sight.at_least(Role.ORGANIZER)
    reads = sight.role is not None
    names = (
        "adminManagedRestrictions", "copyRequiresWriterPermission", "domainUsersOnly", "driveMembersOnly",
        "sharingFoldersRequiresOrganizerPermission",
    )  # fmt: skip
    return {
        "kind": "drive#drive",
        "id": drive.id,
        "name": drive.name,
        "colorRgb": drive.color,
        "backgroundImageLink": f"https://lh3.googleusercontent.com/drive/{drive.id}",
        "capabilities": {
            "canAddChildren": sight.at_least(Role.WRITER),
            "canCopy": reads,
            "canDownload": reads and (sight.downloadable),
            "canEdit": sight.at_least(Role.WRITER),
            "canListChildren": reads,
            "canManageMembers": organizer,
            "canReadRevisions": reads,
            "canRenameDrive": organizer,
            "canDeleteDrive": organizer,
        },
        "createdTime": written(drive.created),
        "hidden": drive.hidden,
        "restrictions": {name: name in drive.restrictions for name in names},
    }


# --- the fields of a file; None: not there


def _size(sight: Sight) -> str | None:
    node = sight.node
    if node.content is not None:
        return str(node.content.size)
    return "1024" if node.exports else None  # what a document takes in storage, not what an export weighs


def _sum(name: str) -> Callable[[Sight], str | None]:
    def tell(sight: Sight) -> str | None:
        node = sight.node
        return getattr(node.content.sums, name) if node.content is not None and name in node.checksums else None

    return tell


def _parents(sight: Sight) -> list[str] | None:
    return sight.store.parents_seen(sight.person, sight.node) or None


def _capabilities(sight: Sight) -> Json:
    node, writer = sight.node, sight.at_least(Role.WRITER)
    down = sight.downloadable
    return {
        "canAddChildren": node.folder and writer,
        "canComment": sight.at_least(Role.COMMENTER) and not node.folder,
        "canCopy": down and not node.folder,
        "canDelete": sight.mine or sight.at_least(Role.ORGANIZER),
        "canDownload": down and not node.folder,
        "canEdit": writer,
        "canListChildren": node.folder,
        "canModifyContent": writer,
        "canReadRevisions": down and not node.folder and node.mime != SHORTCUT,
        "canRename": writer,
        "canShare": writer,
        "canTrash": sight.mine or sight.at_least(Role.FILE_ORGANIZER),
    }


def _restrictions(sight: Sight) -> Json | None:
    if not sight.node.undownloadable:
        return None
    restriction = {"restrictedForReaders": True, "restrictedForWriters": False}
    return {
        "itemDownloadRestriction": restriction,
        "effectiveDownloadRestrictionWithContext": dict(restriction),
    }


def _shortcut(sight: Sight) -> Json | None:
    node = sight.node
    if node.mime != SHORTCUT:
        return None
    found = {"targetId": node.target, "targetMimeType": node.target_mime}
    return {**found, "targetResourceKey": node.target_key} if node.target_key else found


def _shared(sight: Sight) -> bool | None:
    node = sight.node
    return None if node.drive else len(permissions(sight)) > 1


def _permissions(sight: Sight) -> list[Json] | None:
    return permissions(sight) if not sight.node.drive and sight.at_least(Role.WRITER) else None


def _of_mine(tell: Callable[[Sight], object]) -> Callable[[Sight], object]:
    """A field that items of shared drives do not have."""
    return lambda sight: None if sight.node.drive else tell(sight)


def _of_blob(tell: Callable[[Node], object]) -> Callable[[Sight], object]:
    return lambda sight: tell(sight.node) if sight.node.blob else None


def _of_drive(tell: Callable[[Sight], object]) -> Callable[[Sight], object]:
    return lambda sight: tell(sight) if sight.node.drive and not sight.node.alias else None


def _extension(name: str) -> str:
    return name.rpartition(".")[2] if "." in name.strip(".") else ""


def _shared_with_me(sight: Sight) -> str | None:
    node = sight.node
    if node.drive or sight.mine or node.shared_at is None or not node.grants:
        return None
    return written(node.shared_at)


def _name(sight: Sight) -> str:
    return "My Drive" if sight.node.alias == "root" else sight.node.name


def _labels(sight: Sight) -> Json | None:
    if not sight.labels:
        return None
    return {"labels": [label(id_) for id_ in sight.node.labels if id_ in sight.labels]}


def label(id_: str) -> Json:
    """A label on a file, without fields of its own."""
    return {"kind": "drive#label", "id": id_, "revisionId": "1", "fields": {}}


_FIELDS: dict[str, Callable[[Sight], object]] = {
    "kind": lambda _sight: "drive#file",
    "id": lambda sight: sight.node.id,
    "name": _name,
    "mimeType": lambda sight: sight.node.mime,
    "parents": _parents,
    "driveId": lambda sight: sight.node.drive or None,
    "teamDriveId": lambda sight: sight.node.drive or None,
    "size": _size,
    "quotaBytesUsed": lambda sight: _size(sight) or "0",
    "md5Checksum": _sum("md5"),
    "sha1Checksum": _sum("sha1"),
    "sha256Checksum": _sum("sha256"),
    "trashed": lambda sight: sight.store.in_trash(sight.node),
    "explicitlyTrashed": lambda sight: sight.node.trashed,
    "createdTime": lambda sight: written(sight.node.created),
    "modifiedTime": lambda sight: written(sight.node.modified),
    "modifiedByMe": lambda sight: sight.node.modified_by == sight.person.email,
    "viewedByMe": lambda sight: sight.person.email in sight.node.opened_by,
    "sharedWithMeTime": _shared_with_me,
    "sharingUser": lambda sight: user(sight, sight.node.owner) if _shared_with_me(sight) else None,
    "ownedByMe": _of_mine(lambda sight: sight.mine),
    "owners": _of_mine(lambda sight: [user(sight, sight.node.owner)]),
    "shared": _shared,
    "permissions": _permissions,
    "permissionIds": lambda sight: [one["id"] for one in permissions(sight)] if sight.at_least(Role.WRITER) else None,
    "writersCanShare": _of_mine(lambda _sight: True),
    "hasAugmentedPermissions": _of_drive(lambda sight: bool(sight.node.grants)),
    "inheritedPermissionsDisabled": lambda sight: sight.node.limited if sight.node.folder else None,
    "capabilities": _capabilities,
    "copyRequiresWriterPermission": lambda sight: sight.node.undownloadable,
    "viewersCanCopyContent": lambda sight: not sight.node.undownloadable,
    "downloadRestrictions": _restrictions,
    "shortcutDetails": _shortcut,
    "exportLinks": lambda sight: formats.export_links(sight.node.mime, sight.node.id) or None,
    "resourceKey": lambda sight: sight.node.resource_key or None,
    "linkShareMetadata": lambda sight: (
        {"securityUpdateEligible": True, "securityUpdateEnabled": True} if sight.node.resource_key else None
    ),
    "headRevisionId": _of_blob(lambda node: node.head),
    "version": lambda sight: str(sight.node.version),
    "description": lambda sight: sight.node.description or None,
    "starred": lambda sight: sight.person.email in sight.node.starred_by,
    "folderColorRgb": lambda sight: (sight.node.color or "#8f8f8f") if sight.node.mime == FOLDER else None,
    "properties": lambda sight: sight.node.properties or None,
    "originalFilename": _of_blob(lambda node: node.name),
    "fullFileExtension": _of_blob(lambda node: _extension(node.name)),
    "fileExtension": _of_blob(lambda node: _extension(node.name)),
    "lastModifyingUser": lambda sight: user(sight, sight.node.modified_by or sight.node.owner),
    "clientEncryptionDetails": lambda sight: {"encryptionState": "encrypted"} if sight.node.encrypted else None,
    "webViewLink": lambda sight: formats.web_link(sight.node.mime, sight.node.id, sight.node.resource_key),
    "webContentLink": _of_blob(lambda node: f"https://drive.google.com/uc?id={node.id}&export=download"),
    "iconLink": lambda sight: f"https://drive-thirdparty.googleusercontent.com/16/type/{sight.node.mime}",
    "spaces": lambda _sight: ["drive"],
    "isAppAuthorized": lambda _sight: False,
    "hasThumbnail": lambda _sight: False,
    "thumbnailVersion": lambda _sight: "0",
    "labelInfo": _labels,
}
# Fields that are asked for in earnest and that no item of the sandbox has.
_NEVER = frozenset({
    "appProperties", "contentHints", "contentRestrictions", "imageMediaMetadata", "modifiedByMeTime", "thumbnailLink",
    "trashedTime", "trashingUser", "videoMediaMetadata", "viewedByMeTime",
})  # fmt: skip
