"""Lines of the ledger with work to do: the queries that find them and the values they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from degoog.ledger.walk import moment
from degoog.model import Intent, Item, Kind, Place, Proof, Ref, Stage

ROW = """
SELECT i.id, i.ref, i.parent, i.kind, i.name, i.stage, i.content, i.place, i.size, i.modified, i.created, i.owner,
       i.media, i.starred, i.link, i.count, coalesce(u.lies || '/', '') || i.named, i.lies,
       i.proof_id, i.proof_size, i.proof_digest, i.proof_etag,
       n.path, n.size, n.digest, n.upload, i.done_content, i.done_place, i.up, i.unit, i.state
FROM item i LEFT JOIN item u ON u.id = i.up LEFT JOIN intent n ON n.item = i.id
"""

PENDING = (
    ROW
    + """
WHERE i.lane = :lane AND i.stage = :stage AND i.state = 'pending' AND i.walk >= :walk AND i.head IS NULL
  AND (i.up = 0 OR u.state = 'done') AND (:depth IS NULL OR i.depth = :depth)
"""
)

IN_WALK_ORDER = (" AND i.id > :id ORDER BY i.id",)
# A page goes on in the holder in which the last one ended, else with the next holder: SQLite has no index for both in
# one comparison of rows, where one of the columns is the rowid, and would read a long channel from its beginning.
BY_HOLDER = (" AND i.up = :up AND i.id > :id ORDER BY i.id", " AND i.up > :up ORDER BY i.up, i.id")

# Heads that were settled before, of which a part waits.
_HEADS = """(
  SELECT DISTINCT p.up, p.head FROM item p JOIN item h ON h.id = p.head
  WHERE p.lane = :lane AND p.state = 'pending' AND p.head IS NOT NULL AND p.walk >= :walk
    AND (p.up, p.head) > (:up, :id) AND h.state = 'done'
  ORDER BY p.up, p.head LIMIT 500)"""

HEADS_OF_PENDING = f"""
{ROW.replace("FROM item i", f"FROM {_HEADS} AS w CROSS JOIN item i ON i.id = w.head")}
WHERE i.up = 0 OR u.state = 'done' ORDER BY w.up, w.head
"""

PENDING_PARTS = f"""
{ROW}
WHERE i.head IN (SELECT value FROM json_each(:heads)) AND i.state = 'pending' AND i.walk >= :walk
ORDER BY i.head, i.id
"""  # noqa: S608 - constants only

# From the touches to the items, never the other way: most items have none, or none left.
TO_TOUCH = (
    ROW.replace("FROM item i", "FROM touch t CROSS JOIN item i ON i.id = t.item")
    + """
WHERE t.stage = :stage AND t.pending AND t.item > :after AND i.lane = :lane AND i.walk >= :walk
  AND i.lies IS NOT NULL AND (:depth IS NULL OR i.depth = :depth) ORDER BY t.item LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the ledger with work to do. `arrived` once it was settled; `changed` when it must be read again.

    `waits` is False for a head that was settled before and is given for its `parts` only.
    """

    id: int
    item: Item
    place: Place
    arrived: bool
    changed: bool
    up: int
    waits: bool = True
    parts: tuple[Row, ...] = ()


def parse_ref(text: str) -> Ref:
    """Give a ref back from the form the ledger stores."""
    service, _colon, id_ = text.partition(":")
    return Ref(service, id_)


def read(row: tuple[Any, ...]) -> Row:
    """Give a line of `ROW` back as values."""
    (
        id_, ref, parent, kind, name, stage, content, place, size, modified, created, owner, media, starred, link,
        count, path, lies, proof_id, proof_size, proof_digest, proof_etag, intent_path, intent_size, intent_digest,
        intent_upload, done_content, done_place, up, unit, state,
    ) = row  # fmt: skip
    item = Item(
        ref=parse_ref(ref), parent=parent and parse_ref(parent), kind=Kind(kind), name=name, stage=Stage(stage),
        content=content, place=place, size=size, modified=moment(modified), created=moment(created), owner=owner,
        media=media, starred=bool(starred), link=link, count=count, unit=unit and parse_ref(unit),
    )  # fmt: skip
    arrived = done_content is not None
    # A thing that keeps its place stays where it really lies, which may be beside the place once asked for.
    keeps_place = arrived and done_place == place
    return Row(
        id=id_,
        item=item,
        place=Place(
            path=lies if keeps_place else path,
            was=lies or "",
            proof=Proof(proof_id or "", proof_size, proof_digest or "", proof_etag or "") if arrived else None,
            intent=None if intent_path is None else Intent(intent_path, intent_size, intent_digest, intent_upload),
        ),
        arrived=arrived,
        changed=done_content != content,
        up=up,
        waits=state == "pending",
    )
