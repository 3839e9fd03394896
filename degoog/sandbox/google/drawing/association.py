"""Draws the Google of "Les Jardins de la Lauze": every trap of real ones, then as many ordinary files as wanted."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from degoog.sandbox.google import formats as f
from degoog.sandbox.google.drawing.calendars import draw_calendars
from degoog.sandbox.google.drawing.contacts import draw_address_books, draw_photos, draw_task_lists
from degoog.sandbox.google.drawing.conversions import exports, heavy
from degoog.sandbox.google.drawing.people import (
    CAMILLE,
    CLEMENCE,
    MAELLE,
    NOEMIE,
    ORTENSIA,
    YANN,
    directory,
    everybody,
    link,
    office,
)
from degoog.sandbox.google.drawing.planter import Planter, Spot
from degoog.sandbox.google.drawing.view import Drawn
from degoog.sandbox.google.nodes import FOLDER, GOOGLE_APPS, SHORTCUT, Grant, Grantee, Role, user
from degoog.sandbox.google.world import World
from degoog.sandbox.takeout import drive as make

_LONG = "Compte rendu détaillé de la réunion du groupe de travail sur l’arrosage économe en eau des parcelles"
_JPEG, _TEXT, _BINARY = "image/jpeg", "text/plain", "application/octet-stream"
ENDS = datetime(2027, 6, 30, 22, tzinfo=UTC)


def draw_association(*, seed: int = 1, ordinary: int = 60) -> Drawn:
    """Everything of everybody: about 250 traps, and `ordinary` everyday files in Camille's Drive.

    The same arguments give the same ids, names, times and bytes.
    """
    planter = Planter(random=Random(f"drive {seed}"), directory=directory())  # noqa: S311 - fixtures are repeatable
    top = planter.my_drive(CAMILLE)
    _uploads(planter, top)
    _names(planter, top)
    _documents(planter, top)
    _shortcuts_and_rings(planter, top)
    _sharing(planter, top)
    _others(planter, top)
    _shared_drives(planter)
    for number in range(ordinary):
        _ordinary(planter, top, number)
    calendars = draw_calendars({node.name: node.id for node in planter.nodes})
    world = World(
        directory=planter.directory,
        nodes=planter.nodes,
        drives=planter.drives,
        calendars=calendars.calendars,
        calendar_lists=calendars.lists,
        address_books=draw_address_books(),
        photos=draw_photos(),
        task_lists=draw_task_lists(),
    )
    return Drawn(world=world, expected=tuple(planter.expected), calendars=calendars.expected)


def _uploads(p: Planter, top: Spot) -> None:
    """Sizes, times and properties at the edge; the same name twice."""
    books = p.path(top, "01 - Comptabilité")
    p.file(books, "Budget.xlsx", make.sheet, f.XLSX)
    p.file(books, "Budget.xlsx", make.sheet, f.XLSX, size=2000)
    p.file(books, "Reçu fiscal.pdf", make.pdf, f.PDF)
    p.file(books, "Reçu fiscal.PDF", make.pdf, f.PDF)
    for name in ("Factures", "Factures"):
        p.file(p.folder(books, name), "EDF janvier.pdf", make.pdf, f.PDF)
    garden = p.path(top, "05 - Jardin")
    p.file(garden, "vide.txt", make.empty, _TEXT)
    p.file(garden, "pompe ancienne.pdf", make.pdf, f.PDF, created=_at(1601), modified=_at(1601))
    p.file(garden, "avant 1970.txt", make.text, _TEXT, created=_at(1969), modified=_at(1969))
    p.file(garden, "photo de 2012.jpg", make.jpeg, _JPEG, size=5000, checksums=frozenset({"md5"}))
    p.file(garden, "sans aucune somme.bin", make.noise, _BINARY, size=3000, checksums=frozenset())
    p.file(garden, "Fête de la courge.mp4", make.mp4, f.MP4, size=12_000_000)
    p.file(garden, "Plan étoilé.png", make.png, f.PNG, size=4000, starred_by=frozenset({CAMILLE}), description=(
        "Le plan de 2021.\nVoir aussi celui de la mare ; « à jour »."), labels=("lbl-interne", "lbl-plan"))  # fmt: skip
    p.file(garden, "propriétés.csv", make.table, f.CSV, properties={"saison": "2024", "clé é": "valeur ; x"})
    p.folder(top, "Dossier vert", color="#16a765", starred_by=frozenset({CAMILLE}), description="Rien dedans.")
    p.path(top, "99 - Archives", *(f"Sous-dossier {level:02d}" for level in range(1, 23)))
    deep = p.path(top, "99 - Archives", *(f"Sous-dossier {level:02d}" for level in range(1, 23)))
    p.file(deep, "tout au fond.txt", make.text, _TEXT)
    bin_ = p.folder(top, "À la corbeille", trashed=True)
    p.file(p.folder(bin_, "dedans"), "jeté avec son dossier.txt", make.text, _TEXT)
    p.file(top, "jeté seul.txt", make.text, _TEXT, trashed=True)
    p.document(top, "Brouillon jeté", f.DOCUMENT, trashed=True)


def _names(p: Planter, top: Spot) -> None:
    """Names that some system refuses, hides or takes for another."""
    odd = p.path(top, "Noms")
    for name in (
        "PV de l'AG 12/03/2024 : quorum ?", 'Affiche "Fête" <version finale> | A3*.txt', "chemin\\de\\Windows.txt",
        unicodedata.normalize("NFC", "Réunion d’été.txt"), unicodedata.normalize("NFD", "Réunion d’été.txt"),
        "🌱 Semis.txt", "دليل المتطوعين.txt",
        "Équipe 👩‍🌾👨🏽‍🌾 (famille 👩‍👩‍👧).txt", "מדריך \u202eהפוך\u202c.txt", "一覧表 – 土.csv",
        "À faire...", "espace finale ", " espace initiale", ".htaccess", ".", "..", "CON", "aux.txt", "~$Bilan.docx",
        "Thumbs.db", "sauvegarde.x.part", "ligne\nsuivante.txt", "tabulation\tici.txt", "Untitled", "casse.txt",
        "CASSE.txt", f"{_LONG} n° 1.txt", f"{_LONG} {'très ' * 40}longue.txt", "🌻" * 70 + ".txt", " ", "a" * 260,
    ):  # fmt: skip
        p.file(odd, name, make.text, _TEXT)
    for name in ("Serre ", "a/b", "Même nom", "Même nom", "."):
        p.file(p.folder(odd, name), "relevés.csv", make.table, f.CSV)
    p.file(odd, "Même nom", make.text, _TEXT)


def _documents(p: Planter, top: Spot) -> None:
    """Google's own kinds: those that export, those that do it badly, those that do not."""
    board = p.path(top, "00 - Gouvernance")
    p.document(board, "Rapport", f.DOCUMENT)
    p.file(board, "Rapport.docx", make.word, f.DOCX)
    p.document(board, "Rapport.odt", f.DOCUMENT)
    for _ in range(3):
        p.document(board, "Trésorerie", f.SPREADSHEET)
    p.document(board, "Bilan / projet : 2025", f.PRESENTATION, starred_by=frozenset({CAMILLE}))
    p.document(board, "Plan des parcelles", f.DRAWING)
    p.document(board, "Relances automatiques", f.SCRIPT)
    p.document(board, "Visite du jardin (Vids)", f.VID)
    p.document(board, "Livre blanc illustré", f.DOCUMENT, made=heavy(f.DOCUMENT, seed="lourd", size=10_600_000))
    p.document(board, "Album de l’année", f.PRESENTATION, made=heavy(f.PRESENTATION, seed="album", size=10_700_000))
    p.document(board, "Sans bureautique", f.DOCUMENT, made=exports(
        f.DOCUMENT, "Sans bureautique", seed="sans", without=frozenset({f.DOCX, f.ODT, f.RTF})))  # fmt: skip
    p.document(board, "Document vide", f.DOCUMENT, made=exports(f.DOCUMENT, "", seed="vide", size=0))
    p.document(board, "Aucune conversion", f.SPREADSHEET, made={})
    kinds = (f.FORM, f.SITE, f.MAP, f.JAM, f.FUSION_TABLE, f.THIRD_PARTY, *(
        GOOGLE_APPS + kind for kind in ("mail-layout", "unknown", "photo", "video", "audio", "file")))  # fmt: skip
    for mime in kinds:
        p.unexportable(board, f"Chose de sorte {mime.removeprefix(GOOGLE_APPS)}", mime)
    answers = p.document(board, "Inscriptions (réponses)", f.SPREADSHEET)
    p.unexportable(board, "Inscriptions", f.FORM, properties={"destination": answers.node.id})


def _shortcuts_and_rings(p: Planter, top: Spot) -> None:
    """Shortcuts to what is there, elsewhere, gone or above; folders that hang from themselves; orphans."""
    place = p.path(top, "Raccourcis")
    plan = p.file(p.path(top, "05 - Jardin"), "Plan général.pdf", make.pdf, f.PDF)
    p.shortcut(place, "Plan général.pdf", plan.node.id, f.PDF)
    p.shortcut(place, "vers un dossier", p.path(top, "05 - Jardin").node.id, FOLDER)
    p.shortcut(place, "vers plus haut", top.node.id, FOLDER)
    p.shortcut(place, "vers moi-même", place.node.id, FOLDER)
    p.shortcut(place, "vers rien", "1gone0000000000000000000000000000", f.DOCUMENT)
    p.shortcut(place, "vers un lien à clé", "1key00000000000000000000000000000", f.PDF, key="0-raccourci")
    p.shortcut(place, "vers un raccourci", "1gone0000000000000000000000000001", SHORTCUT)
    here, there = p.path(top, "02 - Subventions"), p.path(top, "03 - Communication")
    p.file(here, "de deux dossiers (avant 2020).pdf", make.pdf, f.PDF, parents=(here.node.id, there.node.id))
    lost = p.nowhere(CAMILLE)
    p.file(lost, "orphelin.pdf", make.pdf, f.PDF)
    p.document(lost, "Document orphelin", f.DOCUMENT)
    p.file(p.folder(lost, "Dossier orphelin"), "enfant d’orphelin.txt", make.text, _TEXT)
    ring = "1ring0000000000000000000000000000"
    p.file(p.folder(lost, "Dans lui-même", id=ring, parents=(ring,)), "dans l’anneau.txt", make.text, _TEXT)
    one, two = "1ringA000000000000000000000000000", "1ringB000000000000000000000000000"
    first = p.folder(lost, "Anneau A", id=one, parents=(two,))
    p.folder(first, "Anneau B", id=two)
    p.file(first, "dans l’anneau A.txt", make.text, _TEXT)


def _sharing(p: Planter, top: Spot) -> None:
    """Shared in every way; forbidden, flagged and encrypted content."""
    shared = p.folder(top, "06 - Bénévoles & salarié·es", grants=(office(), user(YANN, Role.READER)))
    p.document(shared, "Planning bénévoles", f.SPREADSHEET)
    p.file(shared, "Charte.pdf", make.pdf, f.PDF, grants=(
        user(CLEMENCE, Role.COMMENTER), user(NOEMIE, Role.WRITER, expires=ENDS), link(),
        Grant(kind=Grantee.USER, role=Role.READER, who="parti@lauze.example", deleted=True)))  # fmt: skip
    p.file(shared, "De la main de Maëlle.odt", make.open_document, f.ODT, owner=MAELLE)
    closed = p.folder(shared, "Paie (accès limité)", limited=True, grants=(user(MAELLE, Role.WRITER),))
    p.file(closed, "Fiche de paie.pdf", make.pdf, f.PDF)
    p.file(top, "Affiche publique.pdf", make.pdf, f.PDF, grants=(replace(link(), discoverable=True),))
    p.document(top, "Statuts", f.DOCUMENT, grants=(everybody(), user(MAELLE, Role.COMMENTER)), opened_by=frozenset(
        {YANN}))  # fmt: skip
    p.file(top, "facture_urgente.exe", make.noise, _BINARY, size=2000, abusive=True)
    p.file(top, "Chiffré côté client.pdf", make.pdf, f.PDF, encrypted=True)
    p.file(top, "Interdit de copie.pdf", make.pdf, f.PDF, undownloadable=True, grants=(user(YANN),))


def _others(p: Planter, top: Spot) -> None:
    """What others own and Camille sees, in folders of theirs or alone; and what is Camille's in a folder of theirs."""
    maelle, yann = p.my_drive(MAELLE), p.my_drive(YANN)
    fair = p.folder(maelle, "Foire aux plants", grants=(user(CAMILLE, Role.WRITER), user(YANN)))
    p.file(p.folder(fair, "Photos"), "IMG_0001.jpg", make.jpeg, _JPEG, size=6000)
    p.document(fair, "Exposants", f.SPREADSHEET)
    p.file(fair, "De la main de Camille.pdf", make.pdf, f.PDF, owner=CAMILLE)
    p.file(maelle, "IMG_0001.jpg", make.jpeg, _JPEG, size=7000)
    p.file(maelle, "Liste privée.txt", make.text, _TEXT)
    p.file(yann, "Lisez-moi.txt", make.text, _TEXT, grants=(user(CAMILLE),))
    p.file(yann, "Interdit aux lecteurs.pdf", make.pdf, f.PDF, undownloadable=True, grants=(user(CAMILLE),))
    p.document(yann, "Interdit aussi", f.DOCUMENT, undownloadable=True, grants=(user(CAMILLE),))
    p.file(yann, "virus partagé.zip", make.noise, f.ZIP, abusive=True, grants=(user(CAMILLE),))
    p.file(p.my_drive(ORTENSIA), "Ce qui reste d’Ortensia.pdf", make.pdf, f.PDF, grants=(user(CAMILLE),))
    outside = p.my_drive(NOEMIE)
    seeds = p.folder(outside, "Semences paysannes", grants=(user(CAMILLE),))
    p.file(seeds, "Catalogue.pdf", make.pdf, f.PDF)
    p.file(p.folder(seeds, "2024"), "Commande groupée.csv", make.table, f.CSV)
    p.document(outside, "Convention de partenariat", f.DOCUMENT, grants=(user(CAMILLE), user(MAELLE)))
    p.file(outside, "par lien, ouvert.txt", make.text, _TEXT, grants=(link(),), opened_by=frozenset({CAMILLE}))
    p.file(outside, "par lien à clé.pdf", make.pdf, f.PDF, id="1key00000000000000000000000000000", grants=(link(),),
           opened_by=frozenset({CAMILLE}), resource_key="0-raccourci")  # fmt: skip
    p.file(outside, "par lien, jamais ouvert.txt", make.text, _TEXT, grants=(link(),))
    p.shortcut(top, "Lisez-moi (raccourci vers Yann)", p.nodes[-1].id, _TEXT)


def _shared_drives(p: Planter) -> None:
    """Fourteen shared drives: more than a page of `drives.list`; two of one name, one hidden, one not Camille's."""
    board = p.drive("Bureau", user(CAMILLE, Role.ORGANIZER), office(Role.WRITER), user(YANN))
    folder = p.path(board, "Assemblées", "2025")
    p.document(folder, "Feuille de présence", f.SPREADSHEET)
    p.file(folder, "Pouvoirs.pdf", make.pdf, f.PDF)
    p.file(board, "PV.pdf", make.pdf, f.PDF)
    p.file(board, "PV.pdf", make.pdf, f.PDF, size=1500)
    p.file(board, "jeté.txt", make.text, _TEXT, trashed=True)
    p.file(board, "spam du bureau.zip", make.noise, f.ZIP, abusive=True)
    p.file(board, "montré à Noémie.pdf", make.pdf, f.PDF, grants=(user(NOEMIE),))
    p.shortcut(board, "raccourci vers le jardin", p.nodes[0].id, FOLDER)
    p.unexportable(board, "Sondage", f.FORM)
    garden = p.drive("Potager partagé", user(YANN, Role.ORGANIZER), user(CAMILLE), restrictions=["domainUsersOnly"])
    p.file(p.path(garden, "Semis"), "Calendrier lunaire.ods", make.noise, f.ODS)
    p.file(garden, "pluviométrie.csv", make.table, f.CSV, description="Relevés de la cabane")
    training = p.drive("Formations", user(MAELLE, Role.ORGANIZER), user(CAMILLE), restrictions=[
        "copyRequiresWriterPermission"])  # fmt: skip
    p.file(training, "Livret.pdf", make.pdf, f.PDF)
    p.document(training, "Programme", f.DOCUMENT)
    hidden = p.drive("Archives 2019", user(MAELLE, Role.ORGANIZER), hidden=True)
    p.file(hidden, "Bilan 2019.pdf", make.pdf, f.PDF)
    for name in ("Commission jardin", "Commission jardin", *(f"Commission n° {number}" for number in range(1, 9))):
        drive = p.drive(name, user(CAMILLE, Role.FILE_ORGANIZER))
        p.file(drive, "ordre du jour.txt", make.text, _TEXT)


def _ordinary(p: Planter, top: Spot, number: int) -> None:
    """One everyday file of the association."""
    year, month = 2018 + number % 8, 1 + number % 12
    size = int(min(900_000, p.random.lognormvariate(9, 1.2)))
    match number % 5:
        case 0:
            folder = p.path(top, "01 - Comptabilité", str(year), "Factures")
            p.file(folder, f"{year}-{month:02d} Facture n° {number}.pdf", make.pdf, f.PDF, size=size)
        case 1:
            folder = p.path(top, "03 - Communication", "Photos ateliers", str(year))
            p.file(folder, f"IMG_{number:04d}.JPG", make.jpeg, _JPEG, size=size)
        case 2:
            p.document(p.path(top, "00 - Gouvernance", "PV de CA", str(year)), f"PV CA n° {number}", f.DOCUMENT)
        case 3:
            p.document(p.path(top, "02 - Subventions", str(year)), f"Suivi des heures {number}", f.SPREADSHEET)
        case _:
            p.file(p.path(top, "04 - Adhérent·es", str(year)), f"Adhésions {number}.csv", make.table, f.CSV)


def _at(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC) + timedelta(milliseconds=250)
