"""What "Les Jardins de la Lauze" keeps in its Drive: the traps of real Drives, then ordinary files."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from degoog.sandbox.takeout import drive
from degoog.sandbox.takeout.drive import DOC, DOMAIN, DRAWING, PEOPLE, SHEET, SLIDES, Maker, Node, Plot
from degoog.sandbox.takeout.view import Grant, GranteeKind, Role

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TEXT = "text/plain"
CSV = "text/csv"
VIDEO = "video/mp4"
JSON = "application/json"
BINARY = "application/octet-stream"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"

_GOVERNANCE = ("00 - Gouvernance",)
_ACCOUNTS = ("01 - Comptabilité",)
_GRANTS = ("02 - Subventions",)
_PRESS = ("03 - Communication",)
_MEMBERS = ("04 - Adhérent·es",)
_GARDEN = ("05 - Jardin",)
_HELPERS = ("06 - Bénévoles & salarié·es",)

_LONG = "Compte rendu détaillé de la réunion du groupe de travail sur l’arrosage économe en eau des parcelles"

_SHARES: tuple[Grant, ...] = (
    Grant(kind=GranteeKind.USER, role=Role.WRITER, who=PEOPLE[0][1], name=PEOPLE[0][0]),
    Grant(kind=GranteeKind.USER, role=Role.COMMENTER, who=PEOPLE[3][1], name=PEOPLE[3][0]),
    Grant(kind=GranteeKind.GROUP, role=Role.WRITER, who=f"bureau@{DOMAIN}", name="Bureau"),
    Grant(kind=GranteeKind.DOMAIN, role=Role.READER, who=DOMAIN, name="Les Jardins de la Lauze"),
    Grant(kind=GranteeKind.ANYONE, role=Role.READER),
    Grant(kind=GranteeKind.USER, role=Role.READER, deleted=True),
)


def plant(plot: Plot, *, files: int) -> None:
    """Fill the plot with this many files: first the traps, in order, then ordinary ones.

    With fewer files than traps the last traps are left out. Empty folders are planted in any case.
    """
    for step in _traps(plot):
        if plot.files >= files:
            break
        step()
    _empty_folders(plot)
    # However many files there are, a drawing stays small: the more files, the smaller each.
    scale = min(1.0, 150 / max(files, 1))
    while plot.files < files:
        _ordinary(plot, scale=scale)


def _empty_folders(plot: Plot) -> None:
    """One that only its sidecar tells of, one that has an entry in the archive."""
    plot.new_folder(plot.folder("99 - Archives"), "À trier (vide)")
    plot.new_folder(plot.folder("99 - Archives"), "Dossier sans rien").entry = True


Step = Callable[[], Node]


def _traps(plot: Plot) -> Iterator[Step]:  # noqa: PLR0915 - a list, long because real Drives are
    def upload(folder: tuple[str, ...], name: str, make: Maker, mime_type: str, *, size: int = 900) -> Step:
        return lambda: plot.file(plot.folder(*folder), name, make, size=size, mime_type=mime_type)

    def google(folder: tuple[str, ...], title: str, conversion: drive.Conversion) -> Step:
        return lambda: plot.document(plot.folder(*folder), title, conversion)

    def changed(step: Step, change: Callable[[Node], None]) -> Step:
        def both() -> Node:
            node = step()
            change(node)
            return node

        return both

    minutes = (*_GOVERNANCE, "PV de CA")
    # The same name twice in one folder, by every road that leads there.
    yield upload(_ACCOUNTS, "Budget.xlsx", drive.sheet, EXCEL)
    yield upload(_ACCOUNTS, "Budget.xlsx", drive.sheet, EXCEL, size=2000)
    yield google(_GOVERNANCE, "Rapport", DOC)
    yield upload(_GOVERNANCE, "Rapport.docx", drive.word, WORD)
    yield upload(_ACCOUNTS, "Reçu fiscal.pdf", drive.pdf, PDF)
    yield upload(_ACCOUNTS, "Reçu fiscal.PDF", drive.pdf, PDF)
    yield google(_ACCOUNTS, "Trésorerie", SHEET)
    yield google(_ACCOUNTS, "Trésorerie", SHEET)
    yield google(_ACCOUNTS, "Trésorerie", SHEET)
    yield upload(_GARDEN, "Plan(1).pdf", drive.pdf, PDF)
    yield upload((*_PRESS, "Photos ateliers"), "IMG_0001.jpg", drive.jpeg, JPEG, size=6000)
    yield lambda: plot.file(
        plot.new_folder(plot.folder(*_PRESS), "Photos ateliers"),
        "IMG_0001.jpg",
        drive.jpeg,
        size=7000,
        mime_type=JPEG,
    )
    # Characters that an archive does not take, and letters that two systems write differently.
    yield google(minutes, "PV de l'AG 12/03/2024 : quorum ?", DOC)
    yield upload(_PRESS, 'Affiche "Fête des semences" <version finale> | A3*.pdf', drive.pdf, PDF)
    yield upload(_HELPERS, "Repas & buvette 100 % bio.txt", drive.text, TEXT)
    yield upload(_HELPERS, "chemin\\de\\Windows.txt", drive.text, TEXT)
    yield upload(_MEMBERS, unicodedata.normalize("NFC", "Réunion d’été.txt"), drive.text, TEXT)
    yield upload(_MEMBERS, unicodedata.normalize("NFD", "Réunion d’été.txt"), drive.text, TEXT)
    yield upload(_GARDEN, "🌱 Semis.txt", drive.text, TEXT)
    yield upload(_GARDEN, "Équipe 👩‍🌾👨🏽‍🌾 (famille 👩‍👩‍👧).png", drive.png, PNG, size=3000)
    yield upload(_MEMBERS, "دليل المتطوعين.pdf", drive.pdf, PDF)
    yield upload(_MEMBERS, "מדריך \u202eהפוך\u202c.txt", drive.text, TEXT)
    yield upload(_GARDEN, "一覧表 – 土.csv", drive.table, CSV)
    # Long names: the first two are the same after the cut, the third is cut inside an emoji.
    yield upload(minutes, f"{_LONG} n° 1.pdf", drive.pdf, PDF)
    yield upload(minutes, f"{_LONG} n° 2.pdf", drive.pdf, PDF)
    yield upload(minutes, "🌻" * 40 + ".jpg", drive.jpeg, JPEG)
    yield google(minutes, f"{_LONG} ({'très ' * 30}longue)", DOC)
    yield upload((*_GARDEN, f"Dossier {_LONG}"), "notes.txt", drive.text, TEXT)
    yield upload(_GRANTS, "Dossier de demande de subvention 2024.pdf", drive.pdf, PDF)
    yield upload(_GRANTS, "Dossier de demande de subvention 2025 - v2.pdf", drive.pdf, PDF)
    # Names that some system refuses or hides.
    yield upload(_GARDEN, "À faire...", drive.text, TEXT)
    yield upload(_GARDEN, "espace finale ", drive.text, TEXT)
    yield upload((*_GARDEN, "Serre "), "relevés.csv", drive.table, CSV)
    yield upload(("Site web",), ".htaccess", drive.text, TEXT)
    yield upload(("Site web",), ".env.exemple", drive.text, TEXT)
    yield upload(("Site web",), "sauvegarde.x.part", drive.noise, BINARY)
    yield upload(("Site web",), "CON", drive.text, TEXT)
    yield upload(("Site web",), "aux.txt", drive.text, TEXT)
    yield upload(("Site web",), "~$Bilan.docx", drive.noise, WORD, size=162)
    yield upload(("Site web",), "Thumbs.db", drive.noise, BINARY, size=512)
    yield upload((), "Lisez-moi d’abord.txt", drive.text, TEXT)
    # A user's own files that look like sidecars.
    yield upload(("Capteurs",), "capteur-info.json", lambda *_: b'{"capteur": 3}\n', JSON)
    yield upload(("Capteurs",), "meteo.csv", drive.table, CSV)
    yield upload(("Capteurs",), "meteo.csv-info.json", lambda *_: b'{"title": "meteo", "mm": 12}\n', JSON)
    # Sizes and times at the edge.
    yield upload(_GARDEN, "vide.txt", drive.empty, TEXT)
    yield changed(upload(_GARDEN, "pompe ancienne.pdf", drive.pdf, PDF), _in_1601)
    yield changed(upload(_GARDEN, "sans date.odt", drive.open_document, OPEN_DOCUMENT), _undated)
    yield changed(upload(_PRESS, "Logo.png", drive.png, PNG, size=5000), _untold)
    yield changed(upload(_PRESS, "Logo-at-2021-05-06T07_08_09.010Z-pinned.png", drive.png, PNG, size=5000), _untold)
    yield changed(upload((*_PRESS, "Presse"), "article.pdf", drive.pdf, PDF), _untold)
    yield changed(upload(_HELPERS, "Charte.pdf", drive.pdf, PDF), _without_id)
    yield lambda: _deep(plot)
    # Sharing of every kind, stars, comments.
    yield changed(google(_HELPERS, "Planning bénévoles", SHEET), _shared_with_all)
    yield changed(google(_GOVERNANCE, "Statuts", DOC), _commented)
    yield changed(google(_GRANTS, "Bilan du projet", SLIDES), _starred)
    yield google(_GARDEN, "Plan des parcelles", DRAWING)
    yield upload(_PRESS, "Fête de la courge.mp4", drive.mp4, VIDEO, size=3_000_000)
    yield upload((*_PRESS, "Photos ateliers"), "DSC_0042.JPG", drive.jpeg, JPEG, size=1_800_000)
    yield upload((*_ACCOUNTS, "2023", "Factures"), "Liasse numérisée.pdf", drive.pdf, PDF, size=2_200_000)


def _deep(plot: Plot) -> Node:
    """A file below more than twenty folders."""
    levels = tuple(f"Sous-dossier {level:02d}" for level in range(1, 23))
    return plot.file(plot.folder("99 - Archives", *levels), "tout au fond.txt", drive.text, size=300, mime_type=TEXT)


def _in_1601(node: Node) -> None:
    node.created = node.modified = node.content_modified = datetime(1601, 1, 1, tzinfo=UTC)


def _undated(node: Node) -> None:
    node.told = "no date"


def _untold(node: Node) -> None:
    node.told = "nothing"


def _without_id(node: Node) -> None:
    node.told = "no id"


def _starred(node: Node) -> None:
    node.starred = True


def _commented(node: Node) -> None:
    node.commented = True
    node.starred = True


def _shared_with_all(node: Node) -> None:
    ends = node.modified + timedelta(days=90)
    guest = Grant(kind=GranteeKind.USER, role=Role.READER, who=PEOPLE[5][1], name=PEOPLE[5][0])
    node.grants = (node.grants[0], *_SHARES, replace(guest, expires=ends))


_SUPPLIERS = (
    "Graines d’Oc",
    "Terreau & Cie",
    "EDF Collectivités",
    "Imprimerie du Lac",
    "Quincaillerie Vidal",
    "MAIF",
)
_SUBJECTS = (
    "compost",
    "greffe",
    "taille des fruitiers",
    "paillage",
    "semis",
    "récup’ d’eau",
    "mare",
    "ruches",
)


def _ordinary(plot: Plot, *, scale: float) -> None:
    """Plant one everyday file; sizes are skewed: many small, few large."""
    random = plot.random
    size = int(min(2_500_000, random.lognormvariate(10, 1.3)) * scale)
    year, month, day = random.randrange(2017, 2026), random.randrange(1, 13), random.randrange(1, 29)
    date, subject = f"{year}-{month:02d}-{day:02d}", random.choice(_SUBJECTS)
    supplier = random.choice(_SUPPLIERS)
    uploads: tuple[tuple[tuple[str, ...], str, Maker, str], ...] = (
        ((*_ACCOUNTS, str(year), "Factures"), f"{date} Facture {supplier}.pdf", drive.pdf, PDF),
        ((*_ACCOUNTS, str(year), "Relevés bancaires"), f"Relevé {year}-{month:02d}.pdf", drive.pdf, PDF),
        (
            (*_PRESS, "Photos ateliers", f"{date} {subject}"),
            f"IMG_{random.randrange(9999):04d}.JPG",
            drive.jpeg,
            JPEG,
        ),
        (
            (*_PRESS, "Photos ateliers", f"{date} {subject}"),
            f"DSC{random.randrange(99999):05d}.jpg",
            drive.jpeg,
            JPEG,
        ),
        ((*_PRESS, "Affiches"), f"Affiche {subject} {year}.png", drive.png, PNG),
        ((*_MEMBERS, str(year)), f"Adhésions {year}-{month:02d}.csv", drive.table, CSV),
        ((*_GRANTS, f"{year} - Région"), f"Budget prévisionnel {subject}.xlsx", drive.sheet, EXCEL),
        ((*_HELPERS, "Fiches"), f"Fiche {subject} {year}.odt", drive.open_document, OPEN_DOCUMENT),
        ((*_GARDEN, "Relevés"), f"pluviométrie {date}.csv", drive.table, CSV),
    )
    google: tuple[tuple[tuple[str, ...], str, drive.Conversion], ...] = (
        ((*_GOVERNANCE, "PV de CA", str(year)), f"PV CA {date}", DOC),
        ((*_GOVERNANCE, "AG", str(year)), f"Rapport d’activité {year}", DOC),
        ((*_GRANTS, f"{year} - Région"), f"Suivi des heures {subject}", SHEET),
        ((*_HELPERS, "Ateliers"), f"Atelier {subject} {date}", SLIDES),
    )
    if random.random() < 0.3:
        folder, title, conversion = random.choice(google)
        plot.document(plot.folder(*folder), title, conversion, size=size)
    else:
        folder, name, make, mime_type = random.choice(uploads)
        plot.file(plot.folder(*folder), name, make, size=size, mime_type=mime_type)
