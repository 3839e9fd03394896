"""The ledger's tables, as numbered migrations: a ledger of an older degoog is brought up to date when it is opened."""

from __future__ import annotations

import sqlite3

from degoog.errors import Usage
from degoog.i18n import _

# Times are whole milliseconds since 1970 UTC (negative before). `item.up` is the row of the holder it lies in at the
# target, 0 for the lane's own folder. `item.count` is 0 for a holder degoog itself adds. `lane.walk` is the last
# complete walk, `walking` the one under way, `found` what the source yielded in it. Names are unique per
# (lane, up, key): the database itself refuses a collision.
_FIRST = """
CREATE TABLE lane (
  id INTEGER PRIMARY KEY,
  road TEXT NOT NULL,
  source TEXT NOT NULL,
  address TEXT NOT NULL,
  identity TEXT NOT NULL,
  walk INTEGER NOT NULL DEFAULT 0,
  walking INTEGER NOT NULL DEFAULT 0,
  found INTEGER NOT NULL DEFAULT 0,
  UNIQUE (road, source, identity),
  UNIQUE (road, source, address)
) STRICT;
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  road TEXT NOT NULL,
  version TEXT NOT NULL,
  began INTEGER NOT NULL,
  ended INTEGER,
  exit INTEGER,
  bytes INTEGER NOT NULL DEFAULT 0,
  stopped TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL REFERENCES lane (id),
  ref TEXT NOT NULL,
  parent TEXT,
  kind TEXT NOT NULL,
  stage INTEGER NOT NULL,
  name TEXT NOT NULL,
  content TEXT NOT NULL,
  place TEXT NOT NULL,
  size INTEGER,
  modified INTEGER,
  created INTEGER,
  owner TEXT NOT NULL,
  media TEXT NOT NULL,
  starred INTEGER NOT NULL,
  link TEXT NOT NULL,
  count INTEGER NOT NULL,
  walk INTEGER NOT NULL,
  source_verdict TEXT NOT NULL,
  source_detail TEXT NOT NULL,
  verdict TEXT NOT NULL DEFAULT '',
  up INTEGER,
  safe TEXT NOT NULL,
  fold TEXT NOT NULL,
  named TEXT,
  key TEXT,
  named_for TEXT,
  depth INTEGER,
  path TEXT,
  source_path TEXT,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'skipped', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  run INTEGER,
  settled INTEGER,
  done_content TEXT,
  done_place TEXT,
  lies TEXT,
  proof_id TEXT,
  proof_size INTEGER,
  proof_digest TEXT,
  proof_etag TEXT,
  new_link TEXT NOT NULL DEFAULT '',
  checked TEXT NOT NULL DEFAULT '',
  checked_at INTEGER,
  UNIQUE (lane, ref)
) STRICT;
CREATE UNIQUE INDEX item_name ON item (lane, up, key) WHERE key IS NOT NULL;
CREATE INDEX item_work ON item (lane, stage, up, id) WHERE state = 'pending';
CREATE INDEX item_leaving ON item (lane, lies) WHERE state = 'pending' AND lies IS NOT NULL;
CREATE INDEX item_up ON item (lane, up, stage);
CREATE TABLE touch (
  item INTEGER NOT NULL REFERENCES item (id),
  stage INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (item, stage)
) STRICT, WITHOUT ROWID;
CREATE TABLE intent (
  item INTEGER PRIMARY KEY REFERENCES item (id),
  path TEXT NOT NULL,
  size INTEGER,
  digest TEXT NOT NULL,
  upload TEXT NOT NULL
) STRICT;
CREATE TABLE loss (
  item INTEGER NOT NULL REFERENCES item (id),
  origin TEXT NOT NULL CHECK (origin IN ('source', 'target')),
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  who TEXT NOT NULL,
  role TEXT NOT NULL
) STRICT;
CREATE INDEX loss_item ON loss (item);
"""

# `item.found`: its bytes lay at the target before degoog came. Several items may lie in one such file. `lane.mapped`:
# the last run of which the map kept at the target knows.
_FOUND = """
ALTER TABLE item ADD COLUMN found INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN mapped INTEGER NOT NULL DEFAULT 0;
CREATE INDEX item_lies ON item (lies) WHERE lies IS NOT NULL AND stage = 1;
"""

# A lane is read as it lies in the file, and what is to touch without looking at what is not.
_READ_IN_ORDER = """
CREATE INDEX item_lane ON item (lane);
CREATE INDEX touch_work ON touch (stage, item) WHERE pending;
"""

# `lane.bookmark`: where the last complete walk left off, in the source's own words; empty where it has none.
_BOOKMARK = """
ALTER TABLE lane ADD COLUMN bookmark TEXT NOT NULL DEFAULT '';
"""

# `item.unit` is the ref of the head that a part is put with, `head` that head's row; both NULL for what is put alone.
_PARTS = """
ALTER TABLE item ADD COLUMN unit TEXT;
ALTER TABLE item ADD COLUMN head INTEGER;
CREATE INDEX item_part ON item (head) WHERE head IS NOT NULL;
CREATE INDEX item_part_work ON item (lane, up, head) WHERE state = 'pending' AND head IS NOT NULL;
"""

# Keys that items had, or would have, while less was known of them; `content` is the fingerprint that goes with one.
_ALIASES = """
CREATE TABLE alias (
  lane INTEGER NOT NULL REFERENCES lane (id),
  ref TEXT NOT NULL,
  item INTEGER NOT NULL REFERENCES item (id),
  content TEXT NOT NULL,
  PRIMARY KEY (lane, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_item ON alias (item);
"""

# Who else lies in a holder is asked before it moves.
_SHARED_HOLDERS = """
CREATE INDEX item_lies_in ON item (lies) WHERE lies IS NOT NULL AND stage = 0;
"""

# `item.departure`: what a run that followed deletions did with it, while it is gone. `lane.hides`: the last complete
# walk knows that it did not see everything.
_DEPARTURES = """
ALTER TABLE item ADD COLUMN departure TEXT NOT NULL DEFAULT '';
ALTER TABLE lane ADD COLUMN hides INTEGER NOT NULL DEFAULT 0;
"""

# `run.typed`: the words that said where things come from and which of them come along, a JSON list.
_TYPED = """
ALTER TABLE run ADD COLUMN typed TEXT NOT NULL DEFAULT '[]';
"""

# The entries that a message came to: `name` as the target lists it, `at` when it is said.
_PIECES = """
CREATE TABLE piece (
  item INTEGER NOT NULL REFERENCES item (id),
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  reactions INTEGER NOT NULL,
  files INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (item, name)
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS = (
    _FIRST, _FOUND, _READ_IN_ORDER, _BOOKMARK, _PARTS, _ALIASES, _SHARED_HOLDERS, _DEPARTURES, _TYPED, _PIECES,
)  # fmt: skip


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Apply the migrations a ledger lacks, each in a transaction of its own. Raises `Usage` for a newer ledger."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise Usage(
            _(
                "This ledger was written by a newer degoog. Nothing was changed. "
                "Update degoog, then run the same command again."
            )
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
