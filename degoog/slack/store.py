"""Where every message of the exports stands, for the time of a run: a private temporary database without their words.

SQLite makes it readable by its owner only, without a name, and gone with the connection
(https://sqlite.org/inmemorydb.html#temp_db): nothing is left when the run ends or dies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from degoog.zips.member import Member

# `micro` is the timestamp in microseconds; `ts` its text where that says more. `thread` is the micro of the message
# it answers. `member` is NULL for what no day file holds: `made` has its JSON, or nothing for a root that is gone.
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32768;
CREATE TABLE member (id INTEGER PRIMARY KEY, archive INTEGER, offset INTEGER, finish INTEGER, packed INTEGER,
  size INTEGER, crc INTEGER, method INTEGER);
CREATE TABLE day (archive INTEGER, space TEXT, folder TEXT, day TEXT, member INTEGER);
CREATE TABLE upload (file TEXT PRIMARY KEY, member INTEGER, name TEXT) WITHOUT ROWID;
CREATE TABLE message (room INTEGER, micro INTEGER, ts TEXT, thread INTEGER, member INTEGER, start INTEGER,
  stop INTEGER, print BLOB, notice INTEGER, weight INTEGER, at INTEGER, PRIMARY KEY (room, micro)) WITHOUT ROWID;
CREATE TABLE made (room INTEGER, micro INTEGER, json TEXT, PRIMARY KEY (room, micro)) WITHOUT ROWID;
CREATE TABLE hung (file TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Row(NamedTuple):
    """One message: see the tables."""

    room: int
    micro: int
    ts: str | None
    thread: int | None
    member: int | None
    start: int
    stop: int
    print: bytes
    notice: int
    weight: int
    at: int | None


class Day(NamedTuple):
    """One day of one folder of one archive."""

    archive: int
    space: str
    folder: str
    day: str
    member: int


PAGE = 2000
_COLUMNS = ", ".join(Row._fields)
_PLACES = ", ".join("?" * len(Row._fields))
# Only constants go into these sentences.
_REPLACE = f"INSERT OR REPLACE INTO message ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608
_ADD = f"INSERT OR IGNORE INTO message ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608
_ADD_ROOTS = f"""INSERT OR IGNORE INTO message ({_COLUMNS})
  SELECT DISTINCT room, thread, NULL, NULL, NULL, 0, 0, x'', 0, 0, NULL FROM message
  WHERE thread IS NOT NULL AND NOT notice"""  # noqa: S608
_PAGE = f"SELECT {_COLUMNS} FROM message WHERE room = ? AND micro > ? ORDER BY micro LIMIT {PAGE}"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM message WHERE room = ? AND micro = ?"  # noqa: S608
_ANSWERS = (
    f"""SELECT {_COLUMNS} FROM message INDEXED BY answer WHERE room = ? AND thread = ? AND NOT notice ORDER BY micro"""  # noqa: S608
)


class Store:
    """The temporary database."""

    def __init__(self) -> None:
        self.sql = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self.sql.executescript(_TABLES)
        self.sql.execute("BEGIN")

    def close(self) -> None:
        """Forget everything."""
        self.sql.close()

    def add_member(self, archive: int, member: Member) -> int:
        """Note a member of an archive; gives its number."""
        values = (archive, member.offset, member.finish, member.packed, member.size, member.crc, member.method)
        cursor = self.sql.execute("INSERT INTO member VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", values)
        return int(cursor.lastrowid or 0)

    def member(self, number: int) -> tuple[int, Member]:
        """Give a member again, with its archive's number."""
        row = self.sql.execute("SELECT * FROM member WHERE id = ?", (number,)).fetchone()
        _id, archive, offset, finish, packed, size, crc, method = row
        return archive, Member(
            path="", folder=False, problem=None, offset=offset, finish=finish, packed=packed, size=size, crc=crc,
            method=method, mtime=None,
        )  # fmt: skip

    def add_days(self, days: Iterable[Day]) -> None:
        """Note day files."""
        self.sql.executemany("INSERT INTO day VALUES (?, ?, ?, ?, ?)", days)

    def days(self, archive: int) -> Iterator[Day]:
        """Give an archive's day files, folder by folder, in order of time."""
        query = "SELECT * FROM day WHERE archive = ? ORDER BY space, folder, day"
        yield from (Day(*row) for row in self.sql.execute(query, (archive,)).fetchall())

    def add_messages(self, rows: Iterable[Row]) -> None:
        """Note messages; one that is known already is as the later export has it."""
        self.sql.executemany(_REPLACE, rows)

    def add_made(self, row: Row, json: str) -> bool:
        """Note a message that stands for something beside the day files; false where one stands there already."""
        done = self.sql.execute(_ADD, row).rowcount
        if done:
            self.sql.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", (row.room, row.micro, json))
        return bool(done)

    def finish(self) -> None:
        """Draw the consequences of all that was noted: roots that are gone, and each message's own millisecond."""
        execute = self.sql.execute
        # A root that is gone has a line of its own; what is answered is no mere notice.
        execute(_ADD_ROOTS)
        execute("CREATE INDEX answer ON message (room, thread, micro) WHERE thread IS NOT NULL")
        execute(
            "UPDATE message SET notice = 0 WHERE notice AND EXISTS"
            " (SELECT 1 FROM message r WHERE r.room = message.room AND r.thread = message.micro AND NOT r.notice)"
        )
        moved: list[tuple[int, int, int]] = []
        before, room = -1, -1
        for here, micro in execute("SELECT room, micro FROM message ORDER BY room, micro"):
            if here != room:
                room, before = here, -1
            at = max(micro // 1000, before + 1)
            if at != micro // 1000:
                moved.append((at, here, micro))
            before = at
        self.sql.executemany("UPDATE message SET at = ? WHERE room = ? AND micro = ?", moved)
        execute("COMMIT")

    def messages(self, room: int) -> Iterator[Row]:
        """Give a room's messages in order of time, in memory that does not grow with them."""
        last = -1
        while rows := self.sql.execute(_PAGE, (room, last)).fetchall():
            for row in rows:
                yield Row(*row)
            last = rows[-1][1]

    def message(self, room: int, micro: int) -> Row | None:
        """Give one message."""
        row = self.sql.execute(_ONE, (room, micro)).fetchone()
        return Row(*row) if row else None

    def answers(self, room: int, micro: int) -> list[Row]:
        """Give what answers a message, in order of time, notices left out."""
        return [Row(*row) for row in self.sql.execute(_ANSWERS, (room, micro))]

    def made(self, room: int, micro: int) -> str:
        """Give the JSON of a message that no day file holds; empty for a root that is gone."""
        row = self.sql.execute("SELECT json FROM made WHERE room = ? AND micro = ?", (room, micro)).fetchone()
        return row[0] if row else ""

    def upload(self, file: str) -> int | None:
        """Give the member that holds a file's bytes."""
        row = self.sql.execute("SELECT member FROM upload WHERE file = ?", (file,)).fetchone()
        return row[0] if row else None
