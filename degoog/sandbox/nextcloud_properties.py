"""DAV properties in the Nextcloud stand-in: what it shows (PROPFIND) and what it accepts (PROPPATCH)."""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from degoog.sandbox.nextcloud_answers import DAV, NC, OC, SABRE, DavError, Name, Row, http_date
from degoog.sandbox.nextcloud_store import Home, Node, Store, Upload
from degoog.sandbox.php import php_integer, strict_time

_QUOTA_SECONDS = 300

_ALLPROP = [
    (DAV, "getlastmodified"),
    (DAV, "getcontentlength"),
    (DAV, "resourcetype"),
    (DAV, "quota-used-bytes"),
    (DAV, "quota-available-bytes"),
    (DAV, "getetag"),
    (DAV, "getcontenttype"),
]
_PROTECTED = {
    *((DAV, local) for local in ("getlastmodified", "getcontentlength", "displayname", "quota-used-bytes")),
    (DAV, "quota-available-bytes"),
    *((OC, local) for local in ("fileid", "id", "size", "checksums", "permissions", "owner-id")),
}


def _name(tag: str) -> Name:
    namespace, _, local = tag.rpartition("}")
    return namespace.removeprefix("{"), local


def _parse(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314 - loopback, and what a client under test sent
    except ET.ParseError as error:
        raise DavError(400, SABRE + "BadRequest", str(error)) from error


def asked(body: bytes) -> list[Name] | None:
    """The properties a PROPFIND names; None when it wants the usual ones."""
    if not body.strip():
        return None
    prop = _parse(body).find("{DAV:}prop")
    return None if prop is None else [_name(child.tag) for child in prop]


def row(path: str, values: Mapping[Name, str | None], names: list[Name] | None) -> Row:
    """One resource's line in a multistatus, from all it has and what was asked."""
    if names is None:
        return Row(path, {200: {name: values[name] for name in _ALLPROP if name in values}})
    found = {name: values[name] for name in names if name in values}
    missing: dict[Name, str | None] = {name: None for name in names if name not in values}
    return Row(path, {200: found, 404: missing})


def content_type(name: str) -> str:
    """By the name's ending, never by what the client said."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


@dataclass(frozen=True, slots=True)
class PropertyReader:
    """Shows a home's nodes as properties; the caller holds the store's lock."""

    store: Store
    home: Home

    def of(self, node: Node) -> dict[Name, str | None]:
        """Everything the node has, as XML content."""
        created = datetime.fromtimestamp(max(node.creation_time, 0), UTC)
        values: dict[Name, str | None] = {
            (DAV, "getlastmodified"): http_date(node.mtime),
            (DAV, "getetag"): f"&quot;{node.etag}&quot;",
            (DAV, "creationdate"): created.isoformat(),
            (DAV, "displayname"): escape(node.name or self.home.login),
            (OC, "fileid"): str(node.id),
            (OC, "id"): node.dav_id,
            (OC, "size"): str(node.size),
            (OC, "favorite"): str(int(node.favorite)),
            (OC, "owner-id"): escape(self.home.login),
            (NC, "creation_time"): str(node.creation_time),
        }
        if node.children is None:
            values |= self._of_file(node)
        else:
            values |= self._of_folder(node)
        for name, content in self.home.properties.get(node.path, {}).items():
            values.setdefault(name, escape(content))
        return values

    def _of_file(self, node: Node) -> dict[Name, str | None]:
        values: dict[Name, str | None] = {
            (DAV, "resourcetype"): None,
            (DAV, "getcontentlength"): str(node.size),
            (DAV, "getcontenttype"): content_type(node.name),
            (OC, "permissions"): "RGDNVW",
            (NC, "upload_time"): str(node.upload_time),
        }
        if node.checksum:
            values[OC, "checksums"] = f"<oc:checksum>{escape(node.checksum)}</oc:checksum>"
        return values

    def _of_folder(self, node: Node) -> dict[Name, str | None]:
        used, free = self._quota(node)
        return {
            (DAV, "resourcetype"): "<d:collection/>",
            (DAV, "quota-used-bytes"): str(used),
            (DAV, "quota-available-bytes"): str(free),
            (OC, "permissions"): "RGDNVCK",
        }

    def _quota(self, node: Node) -> tuple[int, int]:
        now = self.store.now()
        until, used, free = self.home.shown_quota.get(node.path, (0.0, 0, 0))
        if now >= until:
            used, free = node.size, -3 if self.home.free is None else self.home.free
            self.home.shown_quota[node.path] = (now + _QUOTA_SECONDS, used, free)
        return used, free


def of_ghost() -> dict[Name, str | None]:
    """What is told of a name that looks unfinished, whether or not there is anything."""
    return {
        (DAV, "getcontentlength"): "0",
        (DAV, "resourcetype"): None,
        (DAV, "getetag"): "&quot;&quot;",
        (DAV, "getcontenttype"): None,
    }


def of_upload(upload: Upload) -> dict[Name, str | None]:
    """A folder of chunks shows its time and nothing else."""
    return {(DAV, "getlastmodified"): http_date(upload.mtime), (DAV, "resourcetype"): "<d:collection/>"}


def of_chunk(*, size: int, mtime: int, etag: str) -> dict[Name, str | None]:
    """A chunk, or the `.file` they will become."""
    return {
        (DAV, "getlastmodified"): http_date(mtime),
        (DAV, "getcontentlength"): str(size),
        (DAV, "resourcetype"): None,
        (DAV, "getetag"): f"&quot;{etag}&quot;",
        (DAV, "getcontenttype"): "application/octet-stream",
    }


def patch(store: Store, home: Home, node: Node, body: bytes) -> dict[int, dict[Name, str | None]]:
    """Carry out a PROPPATCH: all of it or, when one property is refused, nothing. Returns names by status."""
    document = _parse(body)
    changes = [(_name(prop.tag), prop) for prop in document.findall("{DAV:}set/{DAV:}prop/*")]
    removals = [_name(prop.tag) for prop in document.findall("{DAV:}remove/{DAV:}prop/*")]
    return change(store, home, node, changes, removals)


def of_new_folder(body: bytes) -> list[tuple[Name, ET.Element]]:
    """What an extended MKCOL (RFC 5689) wants its folder to have; raises 400 where sabre does."""
    document = _parse(body)
    if document.tag != "{DAV:}mkcol":
        message = f"Expected {{DAV:}}mkcol but received {document.tag} as the root element"
        raise DavError(400, SABRE + "BadRequest", message)
    changes = [(_name(prop.tag), prop) for prop in document.findall("{DAV:}set/{DAV:}prop/*")]
    if (DAV, "resourcetype") not in [name for name, _prop in changes]:
        raise DavError(400, SABRE + "BadRequest", "The mkcol request must include a {DAV:}resourcetype property")
    return [(name, prop) for name, prop in changes if name != (DAV, "resourcetype")]


def change(
    store: Store, home: Home, node: Node, changes: list[tuple[Name, ET.Element]], removals: Sequence[Name] = ()
) -> dict[int, dict[Name, str | None]]:
    """Set and remove properties: all of them or, when one is refused, none. Returns names by status."""
    refused = [name for name, prop in changes if name in _PROTECTED or _is_zero_time(name, prop.text or "")]
    if refused:
        others = [name for name, _ in changes if name not in refused] + [*removals]
        return {403: dict.fromkeys(refused), 424: dict.fromkeys(others)}
    for name, prop in sorted(changes, key=lambda change: change[0] != (DAV, "lastmodified")):
        _apply(store, home, node, name, prop.text or "")
    kept = home.properties.get(node.path, {})
    for name in removals:
        kept.pop(name, None)
    return {200: dict.fromkeys(name for name, _ in changes), 204: dict.fromkeys(removals)}


def _is_zero_time(name: Name, value: str) -> bool:
    return name == (DAV, "lastmodified") and value in {"", "0"}


def _apply(store: Store, home: Home, node: Node, name: Name, value: str) -> None:
    match name:
        case ("DAV:", "lastmodified"):
            store.touch(node, strict_time(value))
        case ("DAV:", "creationdate"):
            node.creation_time = int(datetime.fromisoformat(value).timestamp())
        case ("http://owncloud.org/ns", "favorite"):
            node.favorite = value in {"1", "true"}
        case ("http://nextcloud.org/ns", "creation_time"):
            node.creation_time = php_integer(value)
        case _:
            home.properties.setdefault(node.path, {})[name] = value
