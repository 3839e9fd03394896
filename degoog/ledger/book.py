"""One ledger file: its lanes, its runs, and how it is opened, copied and closed."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from degoog import __version__
from degoog.errors import Usage
from degoog.i18n import _
from degoog.ledger.lane import Lane
from degoog.ledger.schema import bring_up_to_date
from degoog.ports import NOWHERE

Clock = Callable[[], float]

# Narrows a query on lanes `l` to those of `Ledger.only`; all of them otherwise.
IN_SCOPE = "(l.id IN (SELECT lane FROM temp.scope) OR NOT EXISTS (SELECT 1 FROM temp.scope))"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command. Times are in seconds since 1970; `exit` is None while it runs, or when it was killed."""

    id: int
    command: str
    road: str
    version: str
    began: float
    ended: float | None
    exit: int | None
    bytes: int
    stopped: str


class Ledger:
    """A SQLite file, readable by its owner only. Usable as a context manager; one thread at a time."""

    def __init__(self, path: Path, *, clock: Clock = time.time) -> None:
        """Open or make the ledger at `path`. Raises `Usage` where it cannot be opened or is newer than degoog."""
        self.path = path
        self.clock = clock
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made by us first, so that it is never readable by others, not even for an instant; SQLite gives
            # its -wal and -shm files the rights of the database.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            # A settled batch must survive a power cut as well as a kill.
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA journal_size_limit = 67108864")  # a large plan's journal is given back
            self.connection.execute("PRAGMA foreign_keys = ON")
            self.connection.execute("PRAGMA busy_timeout = 10000")
            self.connection.execute("PRAGMA cache_size = -16000")
            self.connection.execute("PRAGMA temp_store = FILE")
            bring_up_to_date(self.connection)
            self.connection.execute("CREATE TEMP TABLE scope (lane INTEGER PRIMARY KEY)")
        except (OSError, sqlite3.DatabaseError) as error:
            raise Usage(
                _(
                    "The ledger {path} cannot be opened ({error}). Nothing was changed. If it is damaged, "
                    "put it aside and run: degoog ledger rebuild"
                ).format(path=path, error=error)
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing is pending in memory."""
        self.connection.close()

    def copy(self, path: Path) -> Ledger:
        """Give a copy to rehearse on, as it stands now."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        copy = sqlite3.connect(path)
        self.connection.backup(copy)
        copy.close()
        return Ledger(path, clock=self.clock)

    def lane(self, *, road: str, source: str, address: str, identity: str) -> Lane:
        """Give the lane of a road between two accounts, made if new; one that waited for its target goes on.

        Raises `Usage` where another server now answers at the address of a lane that has begun.
        """
        found = self.connection.execute(
            "SELECT id, address FROM lane WHERE road = ? AND source = ? AND identity = ?", (road, source, identity)
        ).fetchone()
        if found is not None:
            if found[1] != address:
                self.connection.execute("UPDATE lane SET address = ? WHERE id = ?", (address, found[0]))
            return Lane(self, int(found[0]))
        lately = self.connection.execute(
            "SELECT id FROM lane WHERE road = ? AND source = ? AND (identity LIKE ? || '%' OR ?) ORDER BY id DESC",
            (road, source, NOWHERE, identity.startswith(NOWHERE)),
        ).fetchone()
        if lately is not None:  # it waited for this target, or its target is no longer connected
            if not identity.startswith(NOWHERE):
                self.connection.execute(
                    "UPDATE lane SET identity = ?, address = ? WHERE id = ?", (identity, address, lately[0])
                )
            return Lane(self, int(lately[0]))
        other = self.connection.execute(
            "SELECT id, EXISTS (SELECT 1 FROM item WHERE item.lane = lane.id AND lies IS NOT NULL) FROM lane"
            " WHERE road = ? AND source = ? AND address = ?",
            (road, source, address),
        ).fetchone()
        if other is not None and not other[1]:  # nothing has arrived there yet
            self.connection.execute("UPDATE lane SET identity = ? WHERE id = ?", (identity, other[0]))
            return Lane(self, int(other[0]))
        if other is not None:
            raise Usage(
                _(
                    "{address} is no longer the place this migration began with: it is another server, or a new "
                    "folder. Nothing was written. To do: to start over, begin in a new workspace folder; if the "
                    "address is wrong, correct it."
                ).format(address=address)
            )
        made = self.connection.execute(
            "INSERT INTO lane (road, source, address, identity) VALUES (?, ?, ?, ?)", (road, source, address, identity)
        )
        return Lane(self, int(made.lastrowid or 0))

    def lanes(self, road: str | None = None, *, identity: str | None = None) -> list[Lane]:
        """Give the lanes of a road or all, of one target or all, in the order they were made."""
        rows = self.connection.execute(
            "SELECT id FROM lane l WHERE (?1 IS NULL OR road = ?1) AND (?2 IS NULL OR identity = ?2)"  # noqa: S608
            f" AND {IN_SCOPE} ORDER BY id",
            (road, identity),
        ).fetchall()
        return [Lane(self, int(id_)) for (id_,) in rows]

    @contextmanager
    def only(self, *lanes: Lane) -> Iterator[None]:
        """Have whoever reads the ledger see these lanes only, for as long as the context lasts."""
        self.connection.executemany("INSERT INTO temp.scope VALUES (?)", ((lane.id,) for lane in lanes))
        try:
            yield
        finally:
            self.connection.execute("DELETE FROM temp.scope")

    def begin(self, command: str, road: str, *, typed: Sequence[str] = ()) -> int:
        """Enter a run, and what was typed to say where things come from; gives its number."""
        made = self.connection.execute(
            "INSERT INTO run (command, road, version, began, typed) VALUES (?, ?, ?, ?, ?)",
            (command, road, __version__, self.now(), json.dumps(list(typed))),
        )
        return int(made.lastrowid or 0)

    def typed(self, road: str) -> list[str]:
        """Give what was typed for the last run that looked through a road's source."""
        last = self.connection.execute(
            "SELECT typed FROM run WHERE road = ? AND command IN ('plan', 'migrate') ORDER BY id DESC LIMIT 1", (road,)
        ).fetchone()
        return [str(word) for word in json.loads(last[0])] if last else []

    def end(self, run: int, *, exit_code: int, sent: int = 0, stopped: str = "") -> None:
        """Close a run with its exit code, the bytes it sent and, if it was stopped, why."""
        self.connection.execute(
            "UPDATE run SET ended = ?, exit = ?, bytes = ?, stopped = ? WHERE id = ?",
            (self.now(), exit_code, sent, stopped, run),
        )

    def runs(self, road: str | None = None) -> list[Run]:
        """Give the runs of a road, or all, oldest first."""
        rows = self.connection.execute(
            "SELECT id, command, road, version, began, ended, exit, bytes, stopped FROM run"
            " WHERE ?1 IS NULL OR road = ?1 ORDER BY id",
            (road,),
        )
        return [
            Run(id_, command, its_road, version, began / 1000, ended and ended / 1000, exit_code, sent, stopped)
            for id_, command, its_road, version, began, ended, exit_code, sent, stopped in rows
        ]

    def now(self) -> int:
        """Give the time as the ledger writes it: milliseconds since 1970 UTC."""
        return int(self.clock() * 1000)
