"""Ledgers of the fictional association « Les Jardins de la Lauze », filled through the ledger's own doors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from degoog.convert.names import Names, Rules
from degoog.ledger import Lane, Ledger, Row
from degoog.ledger.checking import Verdict
from degoog.model import FailReason, Found, Item, Kind, Loss, LossKind, Proof, Ref, SkipReason, Stage
from degoog.ports import Failed, Make, Result, Settled, Write

NOW = 1_795_370_700.0  # 22 November 2026, 18:45 UTC
NAMING = Names(Rules(characters='\\/:*?"<>|', case_sensitive=False))
CLOUD = "https://nuage.lauze.example"


class Clock:
    """A clock that a test winds by hand."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def folder(id_: str, name: str, parent: str | None = None, **more) -> Found:
    return _found(id_, name, parent, Kind.FOLDER, Stage.HOLDERS, **more)


def document(id_: str, name: str, parent: str | None = None, size: int = 1000, **more) -> Found:
    return _found(id_, name, parent, Kind.FILE, Stage.CONTENT, size=size, **more)


def _found(
    id_: str, name: str, parent: str | None, kind: Kind, stage: Stage, *, verdict=None, detail="", **more
) -> Found:
    given = {
        "content": f"c-{id_}", "place": f"{parent}/{name}", "link": f"https://drive.google.com/file/d/{id_}/view",
        "modified": datetime(2024, 3, 1, 9, 30, tzinfo=UTC), **more,
    }  # fmt: skip
    item = Item(Ref("drive", id_), Ref("drive", parent) if parent else None, kind, name, stage, **given)
    return Found(item, verdict, detail)


@dataclass
class Book:
    """A ledger and the hands that fill it. What is in none of the answers arrives, proven."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    address: str = f"{CLOUD} (camille), /Google Drive"

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.path, clock=self.clock)
        self.lane: Lane = self.ledger.lane(
            road="files", source="camille@lauze.example", address=self.address, identity=f"{CLOUD}:camille"
        )

    def walk(self, founds: Iterable[Found]) -> int:
        run = self.ledger.begin("migrate", "files")
        walk = self.lane.walk(NAMING)
        walk.enter(list(founds))
        walk.finish(run)
        return run

    def settle(
        self,
        run: int,
        *,
        fails: Mapping[str, tuple[FailReason, str]] | None = None,
        losses: Mapping[str, tuple[Loss, ...]] | None = None,
        unproven: Iterable[str] = (),
        pending: Iterable[str] = (),
        link: Callable[[Row], str] = lambda row: f"{CLOUD}/f/{row.id}",
        tick: float = 1.0,
        exit_code: int = 0,
    ) -> None:
        unproven, left = set(unproven), set(pending)

        def answer(row: Row) -> Result:
            if row.item.ref.id in (fails or {}):
                return Failed(row.item, *(fails or {})[row.item.ref.id])
            digest = hashlib.sha256(row.item.content.encode()).hexdigest()
            digest = "" if row.item.holder or row.item.ref.id in unproven else f"sha256:{digest}"
            proof = Proof(f"n{row.id}", row.item.size, digest, f"e{row.id}")
            return Settled(row.item, row.place.path, proof, (losses or {}).get(row.item.ref.id, ()), link(row))

        for stage, depth in [*((Stage.HOLDERS, depth) for depth in self.lane.depths()), (Stage.CONTENT, None)]:
            self.lane.fail_children_of_failed(run)
            page = []
            for row in self.lane.pending(stage, depth=depth):
                if row.item.ref.id in left:
                    continue
                self.clock.now += tick
                task = Make(row.item, row.place) if row.item.holder else Write(row.item, row.place, None)
                page.append((row, task, answer(row)))
                if len(page) == 200 or tick:
                    self.lane.settle(page, run=run, touches={})
                    page.clear()
            self.lane.settle(page, run=run, touches={})
        self.ledger.end(run, exit_code=exit_code, sent=self.lane.balance(run).bytes)

    def verify(self, verdicts: Mapping[str, Verdict] | None = None) -> None:
        """Judge everything that arrived: proven, but for the refs named."""
        comparison = self.lane.compare()
        for holder in comparison.holders():
            comparison.begin(holder)
            for suspect in comparison.suspects():
                unproven = Verdict.PROVEN if suspect.digest or suspect.item.holder else Verdict.UNPROVEN
                comparison.judge(suspect, (verdicts or {}).get(suspect.item.ref.id, unproven))
        comparison.finish()


def quiet(path: Path) -> Book:
    """Three folders and four files, all arrived and proven."""
    book = Book(path)
    run = book.walk(
        [
            folder("F1", "Bureau"), folder("F2", "Comptabilité", "F1"), folder("F3", "Potager"),
            document("D1", "Budget 2026.ods", "F2", 12_000), document("D2", "Procès-verbal AG.odt", "F1", 8_000),
            document("D3", "semis.jpg", "F3", 3_400_000), document("D4", "statuts.pdf", None, 90_000),
        ]
    )  # fmt: skip
    book.settle(run)
    return book


NASTY = (
    '<script>alert("non")</script>.odt',
    "</td></table><img src=x onerror=alert(1)>.txt",
    "facture \u202efdp.exe",
    '=HYPERLINK("http://mal.example";"clic")',
    "ligne\nsuivante\t\x1b[31m.txt",
    "🌱 semis 🥕 d’été.ods",
    "תקציב שנתי.odt",
    "a" * 180 + ".txt",
    "javascript:alert(1)",
    "{{ 7*7 }} {% raw %}.txt",
)


def lively(path: Path, *, extra_files: int = 0) -> Book:
    """A migration as they are: most arrived, some refused, renamed, shared, left out; nasty names everywhere."""
    book = Book(path)
    shared = (
        Loss(LossKind.SHARING, who="jo@lauze.example", role="writer"),
        Loss(LossKind.SHARING, who="tout le monde avec le lien", role="reader"),
    )
    founds = [
        folder("F1", "Bureau", losses=shared), folder("F2", "Comptabilité", "F1"), folder("F3", "Potager : plans"),
        folder("F4", "Photos"), folder("F5", "Ancien site", verdict=SkipReason.FILTERED),
        document("D1", "Budget 2026.ods", "F2", 48_000, losses=shared, owner="jo@lauze.example"),
        document("D2", "Procès-verbal AG ?.odt", "F1", 8_000),
        document("D3", "index.html", "F5", 1_200),
        document("D4", "Contrat de location.pdf", "F1", 400_000, owner="voisine@ailleurs.example"),
        document("D5", "Film de la fête.mp4", "F4", 1_900_000_000),
        document("D6", "Liste des adhérents.xlsx", "F1", 70_000),
        document("D7", "Trésorerie.gsheet", "F2", 9_000, verdict=SkipReason.NOT_EXPORTED, detail="SERVICE_FAILURE"),
        document("D8", "à moitié.zip", "F4", 3_000_000, verdict=FailReason.DAMAGED, detail="takeout-002.zip: CRC-32"),
        document("D9", "plan.odg", "inconnu", 30_000),
        document("D10", "sans preuve.mp3", "F4", 5_000_000),
        document("D11", "modèle.odt", "F1", 15_000),
        Found(
            Item(
                Ref("takeout", "mail"), None, Kind.PRODUCT, "Mail", Stage.CONTENT, size=2_400_000_000, count=18_412
            ),
            SkipReason.NOT_SUPPORTED,
        ),
        *(document(f"N{n}", name, "F3", 100 + n) for n, name in enumerate(NASTY)),
        *(document(f"P{n}", f"IMG_{n:04}.jpg", "F4", 2_000_000 + n * 37_000) for n in range(extra_files)),
    ]  # fmt: skip
    run = book.walk(founds)
    book.settle(
        run,
        fails={
            "D4": (FailReason.UNREADABLE, "its owner forbids downloading"),
            "D6": (FailReason.LOCKED, ""),
        },
        losses={"D11": (Loss(LossKind.BESIDE, "Bureau/modèle.odt"),), "D5": (Loss(LossKind.CREATED),)},
        unproven=["D10"],
        exit_code=3,
        tick=7,
        link=lambda row: "javascript:alert(1)" if row.item.ref.id == "N8" else f"{CLOUD}/f/{row.id}",
    )
    return book
