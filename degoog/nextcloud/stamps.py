"""Times, star and source id of an item, as Nextcloud's headers and properties hold them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from degoog.model import Item, Loss, LossKind
from degoog.nextcloud import bulk, dav

CREATED = f"{dav.NC}creation_time"
STAR = f"{dav.OC}favorite"
MODIFIED = f"{dav.D}lastmodified"
# nextcloud.md §2: less is answered with 500, after the file was written (apps/dav/lib/Connector/Sabre/MtimeSanitizer).
FIRST = 86401

_CREATED_HEADER = "X-OC-CTime"
_LOSS = {CREATED: LossKind.CREATED, STAR: LossKind.STAR}


def seconds(moment: datetime) -> int:
    """Give whole seconds since 1970, never less than the server takes."""
    return max(FIRST, int(moment.timestamp()))


def headers(item: Item) -> dict[str, str]:
    """Give the times that travel with a file's bytes."""
    given = {}
    if item.modified is not None:
        given["X-OC-Mtime"] = str(seconds(item.modified))
    if item.created is not None and item.created.timestamp() >= FIRST:
        given[_CREATED_HEADER] = str(int(item.created.timestamp()))
    return given


def losses(item: Item) -> tuple[Loss, ...]:
    """Tell which modified time the server cannot hold."""
    if item.modified is None or item.modified.timestamp() >= FIRST:
        return ()
    return (Loss(LossKind.TIME, item.modified.isoformat()),)


def properties(item: Item) -> dict[str, str]:
    """Give what is kept beside the bytes: where it comes from, creation time, star."""
    given = {dav.SOURCE_ID: str(item.ref)}
    if item.created is not None:
        given[CREATED] = str(int(item.created.timestamp()))
    if item.starred:
        given[STAR] = "1"
    return given


def owed(item: Item) -> bool:
    """Whether a file needs a request of its own once its bytes are there.

    That request costs the server more than a small file in bulk, and only those come without their creation time.
    The source id goes along with it and is no reason for it: the map kept at the target has all of them, and the server
    forgets such a property when a folder above is renamed (apps/dav/lib/DAV/CustomPropertiesBackend.php, move).
    """
    alone = item.size is not None and item.size > bulk.LARGEST
    return item.starred or (item.created is not None and not (alone and _CREATED_HEADER in headers(item)))


def refused(statuses: Mapping[str, int]) -> tuple[Loss, ...]:
    """Turn the properties a server refused into losses."""
    return tuple(
        Loss(_LOSS.get(name, LossKind.PROPERTY), f"{name.rpartition('}')[2]}: {status}")
        for name, status in statuses.items()
    )
