"""Drive's doors: which method a path asks for, and its answer."""

from collections.abc import Callable, Iterable

from degoog.sandbox.google import downloads, formats
from degoog.sandbox.google.answers import ApiError, Asked, as_json, not_found
from degoog.sandbox.google.downloads import Waiting
from degoog.sandbox.google.fields import ALL, Mask, picked
from degoog.sandbox.google.listings import ChangesList, FilesList, mask_of, sealed, unsealed
from degoog.sandbox.google.nodes import SHORTCUT, Node, Revision, Role
from degoog.sandbox.google.people import Person, number_of
from degoog.sandbox.google.resources import Json, Sight, drive_resource, file_resource, label, permissions, written
from degoog.sandbox.google.store import DriveStore
from degoog.sandbox.http_server import Response

_DEFAULTS: dict[str, Mask] = {
    "file": {"kind": {}, "id": {}, "name": {}, "mimeType": {}},
    "drive": {"kind": {}, "id": {}, "name": {}},
    "permission": {"kind": {}, "id": {}, "type": {}, "role": {}},
    "revision": {"kind": {}, "id": {}, "mimeType": {}, "modifiedTime": {}},
}


class DriveDoor:
    """Answers for one server. `quota` gives an account's storage limit in bytes, None for none."""

    def __init__(self, store: DriveStore, waiting: Waiting, quota: Callable[[Person], int | None]) -> None:
        self._store = store
        self.waiting = waiting
        self._quota = quota

    def answer(self, asked: Asked, person: Person) -> Response:
        """The answer to a request that may be made. Raises ApiError."""
        with self._store.lock:
            match asked.method:
                case "drive.files.get:media":
                    return downloads.media(asked, self._file(asked, person))
                case "drive.files.export":
                    return downloads.exported(asked, self._file(asked, person, any_drive=True))
                case "drive.revisions.get:media":
                    return self._old_content(asked, person)
                case _:
                    return as_json(200, self._json(asked, person))

    def _json(self, asked: Asked, person: Person) -> Json:
        store, changes = self._store, ChangesList(self._store, person)
        answers: dict[str, Callable[[], Json]] = {
            "drive.about.get": lambda: self._about(asked, person),
            "drive.files.list": lambda: FilesList(store, person).answer(asked),
            "drive.files.get": lambda: file_resource(self._file(asked, person), mask_of(asked, _DEFAULTS["file"])),
            "drive.files.download": lambda: self.waiting.begin(asked, self._file(asked, person, any_drive=True)),
            "drive.operations.get": lambda: self.waiting.look(asked),
            "drive.files.listLabels": lambda: self._labels(asked, person),
            "drive.permissions.list": lambda: self._permissions(asked, person),
            "drive.revisions.list": lambda: self._revision_list(asked, person),
            "drive.revisions.get": lambda: self._revision(asked, person),
            "drive.comments.list": lambda: self._comments(asked, person),
            "drive.drives.list": lambda: self._drives(asked, person),
            "drive.drives.get": lambda: self._drive(asked, person),
            "drive.changes.getStartPageToken": lambda: changes.start(asked),
            "drive.changes.list": lambda: changes.answer(asked),
        }
        return answers[asked.method]()

    # --- finding what is asked for

    def _file(self, asked: Asked, person: Person, *, any_drive: bool = False) -> Sight:
        """The item asked for. Raises ApiError 404 where there is none, or none for this person."""
        store, id_ = self._store, asked.item
        node = store.nodes.get(store.root_of(person.email).id if id_ == "root" else id_)
        if node is None:
            raise not_found(id_)
        access = store.access(person, node)
        if access.role is None or (node.drive and not any_drive and not asked.flag("supportsAllDrives")):
            raise not_found(id_)
        if access.named is None and node.resource_key and not _has_key(asked, node):
            raise not_found(id_)
        labels = frozenset(filter(None, asked.one("includeLabels").split(",")))
        return Sight(store, person, node, labels)

    def _drive(self, asked: Asked, person: Person) -> Json:
        id_ = asked.item
        drive = self._store.drives.get(id_)
        as_admin = self._as_admin(asked, person)
        if drive is None or not (as_admin or self._store.access(person, self._store.nodes[id_]).named):
            raise ApiError(404, "notFound", f"Shared drive not found: {id_}", location="driveId")
        return _shown(drive_resource(self._store, person, drive), mask_of(asked, _DEFAULTS["drive"]))

    def _as_admin(self, asked: Asked, person: Person) -> bool:
        if not asked.flag("useDomainAdminAccess"):
            return False
        if not person.admin:
            message = "The requesting user must be a domain administrator."
            raise ApiError(403, "insufficientFilePermissions", message, location="useDomainAdminAccess")
        return True

    # --- methods

    def _about(self, asked: Asked, person: Person) -> Json:
        if not asked.one("fields"):
            raise _fields_required()
        store, limit = self._store, self._quota(person)
        used = {True: 0, False: 0}
        for node in store.of_user(person):
            if node.owner == person.email and node.content is not None:
                used[store.in_trash(node)] += node.content.size
        about = {
            "kind": "drive#about",
            "user": {
                "kind": "drive#user", "displayName": person.name, "me": True, "permissionId": number_of(person.email),
                "emailAddress": person.email, "photoLink": f"https://lh3.googleusercontent.com/a/{person.number}=s64",
            },
            "storageQuota": {
                **({"limit": str(limit)} if limit is not None else {}),
                "usage": str(used[True] + used[False]),
                "usageInDrive": str(used[True] + used[False]),
                "usageInDriveTrash": str(used[True]),
            },
            "exportFormats": {mime: list(kinds) for mime, kinds in formats.EXPORT_FORMATS.items()},
            "importFormats": {},
            "maxUploadSize": "5242880000000",
            "appInstalled": False,
            "canCreateDrives": bool(person.domain),
            "folderColorPalette": ["#ac725e", "#d06b64", "#16a765", "#42d692", "#8f8f8f", "#b99aff"],
        }  # fmt: skip
        return _shown(about, mask_of(asked, ALL))

    def _permissions(self, asked: Asked, person: Person) -> Json:
        if asked.item in self._store.drives and asked.flag("useDomainAdminAccess"):
            self._as_admin(asked, person)
            sight = Sight(self._store, person, self._store.nodes[asked.item])
        else:
            sight = self._file(asked, person)
            if not sight.at_least(Role.WRITER) and not sight.node.drive:
                message = "The user does not have sufficient permissions for this file."
                raise ApiError(403, "insufficientFilePermissions", message)
        found = permissions(sight)
        most = 100 if sight.node.drive else max(len(found), 1)
        return self._paged(asked, "permissions", found, most=most, default=most, shown="permission")

    def _drives(self, asked: Asked, person: Person) -> Json:
        as_admin = self._as_admin(asked, person)
        found = []
        for drive in sorted(self._store.drives.values(), key=lambda drive: drive.id):
            member = self._store.access(person, self._store.nodes[drive.id]).named
            if member or (as_admin and person.domain):
                shown = drive_resource(self._store, person, drive)
                found.append({**shown, "orgUnitId": "03ph8a2z"} if as_admin else shown)
        return self._paged(asked, "drives", found, most=100, default=10, shown="drive")

    def _labels(self, asked: Asked, person: Person) -> Json:
        labels = [label(id_) for id_ in self._file(asked, person, any_drive=True).node.labels]
        return self._paged(asked, "labels", labels, most=100, default=100, size="maxResults")

    def _comments(self, asked: Asked, person: Person) -> Json:
        if not asked.one("fields"):
            raise _fields_required()
        self._file(asked, person, any_drive=True)
        return self._paged(asked, "comments", [], most=100, default=20)

    def _revision_list(self, asked: Asked, person: Person) -> Json:
        revisions = self._revisions(self._file(asked, person, any_drive=True))
        return self._paged(asked, "revisions", revisions, most=1000, default=200, shown="revision")

    def _revisions(self, sight: Sight) -> list[Json]:
        node = sight.node
        if not sight.downloadable or node.folder or node.mime == SHORTCUT:
            message = "The user does not have sufficient permissions for this file."
            raise ApiError(403, "insufficientFilePermissions", message)
        head = Revision(id=node.head, modified=node.modified, by=node.modified_by or node.owner, content=node.content)
        return [_revision(node, revision) for revision in (*node.revisions, head)]

    def _revision(self, asked: Asked, person: Person) -> Json:
        for found in self._revisions(self._file(asked, person, any_drive=True)):
            if found["id"] == asked.part:
                return _shown(found, mask_of(asked, _DEFAULTS["revision"]))
        raise ApiError(404, "notFound", f"Revision not found: {asked.part}.", location="revisionId")

    def _old_content(self, asked: Asked, person: Person) -> Response:
        sight = self._file(asked, person, any_drive=True)
        node = sight.node
        if asked.part == node.head:
            return downloads.media(asked, sight)
        for revision in node.revisions:
            if revision.id == asked.part and revision.content is not None:
                downloads.allow(asked, sight)
                return downloads.content(asked, revision.content, node.mime)
        raise ApiError(404, "notFound", f"Revision not found: {asked.part}.", location="revisionId")

    def _paged(
        self,
        asked: Asked,
        name: str,
        items: list[Json],
        *,
        most: int,
        default: int,
        shown: str = "",
        size: str = "pageSize",
    ) -> Json:
        """A listing that is short enough to be worked out whole for each page."""
        start, token = 0, asked.one("pageToken")
        if token:
            start = int(unsealed(token, asked.method)["at"])
        end = start + asked.number(size, default=default, most=most)
        page: Json = {"kind": f"drive#{name.removesuffix('s')}List"}
        if end < len(items):
            page["nextPageToken"] = sealed(asked.method, at=end)
        one = _DEFAULTS.get(shown, ALL)
        mask = mask_of(asked, {"kind": {}, "nextPageToken": {}, name: one})
        return _shown({**page, name: items[start:end]}, mask)


def _fields_required() -> ApiError:
    return ApiError(400, "required", "The 'fields' parameter is required for this method.", location="fields")


def _shown(value: Json, mask: Mask) -> Json:
    found = picked(value, mask)
    return dict(found)


def _revision(node: Node, revision: Revision) -> Json:
    told: Json = {
        "kind": "drive#revision", "id": revision.id, "mimeType": node.mime, "modifiedTime": written(revision.modified),
    }  # fmt: skip
    if revision.content is not None:
        sums = revision.content.sums
        told |= {
            "keepForever": False, "published": False, "md5Checksum": sums.md5, "size": str(revision.content.size),
            "originalFilename": node.name,
        }  # fmt: skip
    return told


def _has_key(asked: Asked, node: Node) -> bool:
    """Whether the request's header carries the item's resource key: `id/key[,id/key]`."""
    pairs: Iterable[str] = asked.request.header("x-goog-drive-resource-keys").split(",")
    return f"{node.id}/{node.resource_key}" in {pair.strip() for pair in pairs}
