"""What the Nextcloud stand-in lists beside files: the trash, versions, a home that is not the caller's."""

from urllib.parse import quote

from degoog.sandbox.http_server import Response
from degoog.sandbox.nextcloud_answers import DAV, NC, Row, http_date, not_found
from degoog.sandbox.nextcloud_dav import DAV_ROOT
from degoog.sandbox.nextcloud_store import Home, Store


def closed_home(owner: str) -> Row:
    """Another account's home: that it is there, and no more."""
    return Row(f"{DAV_ROOT}files/{owner}/", {200: {(DAV, "resourcetype"): "<d:collection/>"}})


def trash(store: Store, home: Home) -> list[Row]:
    """What was deleted, newest first."""
    root = f"{DAV_ROOT}trashbin/{home.login}/trash/"
    rows = [Row(root, {200: {(DAV, "resourcetype"): "<d:collection/>"}})]
    with store.lock:
        for name, path, size in reversed(home.trash):
            where: dict[tuple[str, str], str | None] = {
                (DAV, "getcontentlength"): str(size),
                (NC, "trashbin-original-location"): path.lstrip("/"),
            }
            rows.append(Row(root + quote(name), {200: where}))
    return rows


def versions(store: Store, home: Home, number: str) -> list[Row]:
    """A file's present version and the earlier ones, by the file's id; raises 404 without such a file."""
    root = f"{DAV_ROOT}versions/{home.login}/versions/{number}/"
    with store.lock:
        node = next((node for node in home.root.walk() if str(node.id) == number), None)
        if node is None:
            raise not_found(f"/{number}")
        rows = [Row(root, {200: {(DAV, "resourcetype"): "<d:collection/>"}})]
        for mtime, size in [*((time, size) for time, size, _blob in node.versions or ()), (node.mtime, node.size)]:
            values: dict[tuple[str, str], str | None] = {
                (DAV, "getlastmodified"): http_date(mtime),
                (DAV, "getcontentlength"): str(size),
                (DAV, "resourcetype"): None,
            }
            rows.append(Row(f"{root}{mtime}", {200: values}))
        return rows


def restore(store: Store, home: Home, number: str, time: str) -> Response:
    """Make an earlier version of a file its present one; raises 404 without such a file or version."""
    with store.lock:
        node = next((node for node in home.root.walk() if str(node.id) == number), None)
        if node is None or not time.isdecimal() or not store.restore_version(node, int(time)):
            raise not_found(f"/{number}/{time}")
    return Response(201)
