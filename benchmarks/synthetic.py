"""Plans a large synthetic tree into a ledger, in a process of its own: `python -m benchmarks.synthetic LEDGER ITEMS`.

Prints one JSON object: how many items were planned, and the seconds of the walk and of what follows it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from degoog.convert.names import PORTABLE, Names
from degoog.engine import plan
from degoog.ledger import Ledger
from degoog.model import Found, Item, Kind, Ref, Stage
from degoog.ports import Event

_FILES_A_FOLDER = 16  # shared drives of associations: some twelve to twenty
_FOLDERS_A_FOLDER = 5
_WORDS = (
    "Compte rendu", "Budget prévisionnel", "Adhésions", "Photos fête d’été", "Subvention", "Statuts", "Planning",
    "Factures", "Affiche", "Bénévoles", "Réunion CA", "Facture 🧾", "Convention", "ordre du jour", "Trésorerie",
)  # fmt: skip
_ENDINGS = ("docx", "xlsx", "pdf", "jpg", "odt", "csv")
_BEGIN = datetime(2012, 1, 1, tzinfo=UTC)


class Tree:
    """A source of so many items, computed from their numbers: nothing of it is held in memory."""

    account = "synthetic@example.org"

    def __init__(self, items: int) -> None:
        self._items = items
        self._folders = max(1, items // (_FILES_A_FOLDER + 1))

    async def walk(self) -> AsyncIterator[Found]:
        """Give folders and the files in them mixed, as an API lists them: often a file before its folder."""
        files = self._items - self._folders
        for number in range(max(files, self._folders)):
            if number < files:
                yield Found(self._file(number))
            if number < self._folders:
                yield Found(self._folder(number))

    def _folder(self, number: int) -> Item:
        parent = None if number < _FOLDERS_A_FOLDER else _ref("d", (number - _FOLDERS_A_FOLDER) // _FOLDERS_A_FOLDER)
        name = f"{_WORDS[number % len(_WORDS)]} {2000 + number % 26}"
        return Item(
            _ref("d", number), parent, Kind.FOLDER, name, Stage.HOLDERS, place=_place(parent, name),
            modified=_BEGIN + timedelta(minutes=number), owner="contact@example.org",
        )  # fmt: skip

    def _file(self, number: int) -> Item:
        parent = _ref("d", number * 7919 % self._folders)
        # One in twenty has the name of a neighbour, as Drive allows.
        name = f"{_WORDS[number % len(_WORDS)]} {number // 20 if number % 20 else 0}.{_ENDINGS[number % len(_ENDINGS)]}"
        return Item(
            _ref("f", number), parent, Kind.FILE, name, Stage.CONTENT, content=f"{number:032x}",
            place=_place(parent, name), size=number * 37 % 5_000_000, modified=_BEGIN + timedelta(seconds=number * 300),
            created=_BEGIN, owner="contact@example.org", media="application/octet-stream",
            link=f"https://drive.google.com/open?id={number:033d}",
        )  # fmt: skip


class _Nobody:
    def notify(self, event: Event) -> None:
        """Take no note."""


def main() -> None:
    """Plan, and say how long it took."""
    path, items = Path(sys.argv[1]), int(sys.argv[2])
    with Ledger(path) as ledger:
        lane = ledger.lane(road="files", source=Tree.account, address="nowhere", identity="nowhere")
        run = ledger.begin("plan", "files")
        began = time.perf_counter()
        asyncio.run(plan(Tree(items), lane, Names(PORTABLE), run=run, observer=_Nobody()))  # type: ignore[arg-type]
        seconds = time.perf_counter() - began
        balance = lane.balance(run)
        ledger.end(run, exit_code=0)
    print(json.dumps({"items": balance.found, "seconds": seconds, "holds": balance.holds}))


def _ref(kind: str, number: int) -> Ref:
    return Ref("drive", f"1{kind}{number:031d}")


def _place(parent: Ref | None, name: str) -> str:
    return blake2b(f"{parent}\n{name}".encode(), digest_size=12).hexdigest()


if __name__ == "__main__":
    main()
