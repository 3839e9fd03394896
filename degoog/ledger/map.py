"""The map of a lane: what was moved where, as one file kept at the target, and a lost ledger restored from it.

Gzipped JSON lines. The first is an object: `degoog_map` (the format's version, 1), `road`, `source`, `address`,
`identity`. Each other line is an array, one settled item: the columns named in `_COLUMNS`, then the keys it had while
less was known of it as arrays of ref and content, then its losses as arrays of origin, kind, detail, who, role.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from typing import IO, Any

from degoog.errors import Usage
from degoog.i18n import _
from degoog.ledger.book import Ledger
from degoog.ledger.lane import Lane
from degoog.ledger.walk import transaction
from degoog.ports import Naming

_VERSION = 1
_COLUMNS = (
    "ref", "parent", "kind", "stage", "name", "content", "place", "size", "modified", "created", "owner", "media",
    "starred", "link", "count", "settled", "done_content", "done_place", "lies", "proof_id", "proof_size",
    "proof_digest", "proof_etag", "new_link", "found", "unit",
)  # fmt: skip
_PAGE = 1000
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps would make one a line


def map_name(road: str, source: str) -> str:
    """Give the file's name at the target; two source accounts never share one."""
    return f"{road}-{hashlib.sha256(source.encode()).hexdigest()[:12]}.jsonl.gz"


def write_map(lane: Lane, file: IO[bytes]) -> None:
    """Write everything that arrived, in flat memory."""
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as out:
        (identity,) = lane.ledger.connection.execute("SELECT identity FROM lane WHERE id = ?", (lane.id,)).fetchone()
        head = {"degoog_map": _VERSION, "road": lane.road, "source": lane.source, "address": lane.address}
        out.write(_line(head | {"identity": identity}))
        for row in _rows(lane):
            out.write(_line(row))


def read_map(ledger: Ledger, file: IO[bytes], *, naming: Naming, identity: str, address: str) -> tuple[Lane, int]:
    """Restore a lane that this ledger does not have; gives it with the number of items restored.

    Raises `Usage` for a damaged file, one of another server, or where the ledger already has items of that lane.
    """
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as lines:
            head = json.loads(next(lines))
            if head["degoog_map"] != _VERSION or head["identity"] != identity:
                raise Usage(
                    _("The map kept at the target is of another degoog or another server. Nothing was changed.")
                )
            with transaction(ledger.connection):
                lane = ledger.lane(road=head["road"], source=head["source"], address=address, identity=identity)
                count = _restore(lane, (json.loads(line) for line in lines), naming)
    except (EOFError, OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise Usage(
            _("The map kept at the target is damaged ({error}). Nothing was changed.").format(error=error)
        ) from error
    return lane, count


def _line(value: object) -> bytes:
    return _ENCODE(value).encode() + b"\n"


def _rows(lane: Lane) -> Iterator[list[Any]]:
    connection, after = lane.ledger.connection, 0
    sql = (
        f"SELECT id, {', '.join(_COLUMNS)},"  # noqa: S608
        " (SELECT json_group_array(json_array(ref, content)) FROM alias WHERE alias.item = item.id),"
        " (SELECT json_group_array(json_array(origin, kind, detail, who, role)) FROM loss WHERE loss.item = item.id)"
        f" FROM item WHERE lane = ? AND lies IS NOT NULL AND id > ? ORDER BY id LIMIT {_PAGE}"
    )
    while rows := connection.execute(sql, (lane.id, after)).fetchall():
        for id_, *columns, aliases, losses in rows:
            yield [*columns, *(json.loads(more) if more != "[]" else [] for more in (aliases, losses))]
            after = id_


def _restore(lane: Lane, rows: Iterator[list[Any]], naming: Naming) -> int:
    connection = lane.ledger.connection
    if connection.execute("SELECT EXISTS (SELECT 1 FROM item WHERE lane = ?)", (lane.id,)).fetchone()[0]:
        raise Usage(_("This ledger is not lost: it already knows this migration. Nothing was changed."))
    given = ("safe", "fold", "named", "named_for", *_COLUMNS)
    sql = (
        f"INSERT INTO item (lane, walk, source_verdict, source_detail, state, {', '.join(given)})"  # noqa: S608
        f" VALUES (?, 1, '', '', 'done', {', '.join('?' * len(given))})"
    )
    count = 0
    for *columns, losses in rows:
        aliases = columns.pop() if len(columns) > len(_COLUMNS) else []
        given_now = [*columns, *[None] * (len(_COLUMNS) - len(columns))]  # a map of before may know fewer
        row = dict(zip(_COLUMNS, given_now, strict=True))
        named, safe = row["lies"].rpartition("/")[2], naming.safe(row["name"])
        made = connection.execute(
            sql, (lane.id, safe, naming.fold(safe), named, row["done_place"], *given_now)
        ).lastrowid
        connection.executemany(
            "INSERT INTO loss (item, origin, kind, detail, who, role) VALUES (?, ?, ?, ?, ?, ?)",
            ([made, *loss] for loss in losses),
        )
        connection.executemany(
            "INSERT INTO alias (lane, item, ref, content) VALUES (?, ?, ?, ?)",
            ([lane.id, made, *alias] for alias in aliases),
        )
        count += row["count"] > 0
    connection.execute(
        "UPDATE item SET up = coalesce((SELECT p.id FROM item p WHERE p.lane = item.lane AND p.ref = item.parent"
        " AND p.stage = 0), 0) WHERE lane = ?",
        (lane.id,),
    )
    connection.execute(
        "UPDATE item SET head = (SELECT h.id FROM item h WHERE h.lane = item.lane AND h.ref = item.unit)"
        " WHERE lane = ? AND unit IS NOT NULL",
        (lane.id,),
    )
    # Names are unique per holder, and holders were only known at the end.
    connection.create_function("fold", 1, naming.fold, deterministic=True)
    connection.execute("UPDATE OR IGNORE item SET key = fold(named) WHERE lane = ?", (lane.id,))
    connection.execute("UPDATE lane SET walk = 1, walking = 1, found = ? WHERE id = ?", (count, lane.id))
    return count
