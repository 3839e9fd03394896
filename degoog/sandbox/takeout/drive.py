"""The invented Drive before Takeout touches it: nodes with true names, and how one is planted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from degoog.sandbox.takeout import documents
from degoog.sandbox.takeout.view import Grant, GranteeKind, ItemKind, Role

FOLDER_TYPE = "application/vnd.google-apps.folder"

Maker = Callable[[Random, str, int], bytes]
"""Draws a file's content from its own randomness, its title and about the size wanted."""

ASSOCIATION = "Les Jardins de la Lauze"
DOMAIN = "jardins-de-la-lauze.example"

PEOPLE: tuple[tuple[str, str], ...] = (
    ("Maëlle Roudaut", f"maelle@{DOMAIN}"),
    ("Yann-Aël Ferrières", f"yann-ael@{DOMAIN}"),
    ("Noémie Castagné", "noemie.castagne@maraichage.example"),
    ("Idriss Benhaddou", "idriss@quartier-nord.example"),
    ("Zélie d'Aubrac", "zelie.daubrac@collectif-graines.example"),
    ("Ortensia Păun", "ortensia@traduction.example"),
    ("Sœur Clémence", "clemence@abbaye-du-lac.example"),
    ("Tịnh Lê", "tinh.le@compost.example"),
)

_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What Takeout makes of one kind of Google document."""

    mime_type: str
    extension: str
    make: Maker


def paragraphs(random: Random, title: str, size: int) -> list[str]:
    """A title and enough plausible sentences; zip shrinks them, so `size` is only a hint."""
    sentences = (
        "La séance est ouverte à 18 h 30, le quorum étant atteint.",
        "Le compte rendu précédent est approuvé à l'unanimité.",
        "Les adhérent·es présent·es proposent un atelier bouture au printemps.",
        "La subvention de la commune couvre les deux tiers des dépenses.",
        "Prochaine réunion : le deuxième mardi du mois, à la cabane.",
    )
    count = max(3, min(size // 60, 400))
    return [title, *(f"{random.choice(sentences)} ({random.randrange(10**6)})" for _ in range(count))]


def word(random: Random, title: str, size: int) -> bytes:
    """A Word document about the association's life."""
    return documents.docx(paragraphs(random, title, size))


def rows(random: Random, title: str, size: int) -> list[list[str | float]]:
    """A title, heads and plausible accounts."""
    heads: list[list[str | float]] = [[title], ["Date", "Libellé", "Débit", "Crédit"]]
    labels = ("Semences", "Adhésions", "Terreau", "Assurance", "Buvette", "Don")
    lines: list[list[str | float]] = [
        [f"{1 + n % 28:02d}/{1 + n % 12:02d}", random.choice(labels), random.randrange(900) / 4, 0.0]
        for n in range(max(4, min(size // 40, 800)))
    ]
    return heads + lines


def sheet(random: Random, title: str, size: int) -> bytes:
    """An Excel workbook of plausible accounts."""
    return documents.xlsx(rows(random, title, size))


def slides(random: Random, title: str, size: int) -> bytes:
    """A PowerPoint presentation of a few slides."""
    return documents.pptx([title, *(f"Point {n} – {random.randrange(1000)}" for n in range(1 + size // 9000))])


def open_document(random: Random, title: str, size: int) -> bytes:
    """An OpenDocument text."""
    return documents.odt(paragraphs(random, title, size))


def pdf(random: Random, title: str, size: int) -> bytes:
    """A PDF of about `size` bytes."""
    return documents.pdf(title, padding=random.randbytes(max(0, size - 900)))


def jpeg(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    """A photograph of about `size` bytes."""
    return documents.jpeg(random, size=size)


def png(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    """A picture of about `size` bytes that programs can open."""
    return documents.png(random, side=max(1, int((size / 3) ** 0.5)))


def mp4(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    """A video of about `size` bytes, by its head."""
    return documents.mp4(random, size=size)


def noise(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    """Exactly `size` bytes that no program knows."""
    return random.randbytes(size)


def text(random: Random, title: str, size: int) -> bytes:
    """A text of a few lines."""
    return "\n".join(paragraphs(random, title, size)).encode()


def table(random: Random, title: str, size: int) -> bytes:
    """A CSV of fictional members, in the Windows encoding that spreadsheets here still write."""
    rows = [f"{title};;", "Nom;Adresse;Cotisation"]
    for n in range(max(2, min(size // 50, 2000))):
        name, address = random.choice(PEOPLE)
        rows.append(f"{name} {n};{address};{random.randrange(5, 60)}")
    return "\r\n".join(rows).encode("cp1252", errors="replace")


def empty(random: Random, title: str, size: int) -> bytes:  # noqa: ARG001 - a Maker
    """Nothing: files of 0 bytes exist."""
    return b""


_GOOGLE = "application/vnd.google-apps"
DOC = Conversion(mime_type=f"{_GOOGLE}.document", extension=".docx", make=word)
SHEET = Conversion(mime_type=f"{_GOOGLE}.spreadsheet", extension=".xlsx", make=sheet)
SLIDES = Conversion(mime_type=f"{_GOOGLE}.presentation", extension=".pptx", make=slides)
DRAWING = Conversion(mime_type=f"{_GOOGLE}.drawing", extension=".png", make=png)


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A folder, a file or a Google document of the invented Drive.

    `told` says what the archive lets out: "all", "no id" (permissions without `self_link`), "no date" or
    "nothing" (no sidecar). `entry` is for a folder without content: whether the archive has an entry for it.
    """

    parent: "Node | None"
    name: str
    kind: ItemKind
    mime_type: str
    conversion: Conversion | None = None
    content: bytes = b""
    stream: int = 0
    drive_id: str = ""
    created: datetime
    modified: datetime
    content_modified: datetime
    starred: bool = False
    grants: tuple[Grant, ...] = ()
    told: Literal["all", "no id", "no date", "nothing"] = "all"
    entry: bool = False
    commented: bool = False

    @property
    def drive_path(self) -> tuple[str, ...]:
        """True names from the root of Drive."""
        above = self.parent.drive_path if self.parent else ()
        return (*above, self.name)


@dataclass(slots=True, kw_only=True)
class Plot:
    """Plants nodes, each with an id, times and permissions drawn from one randomness."""

    random: Random
    owner: str
    made: datetime
    nodes: list[Node] = field(default_factory=list)
    files: int = 0
    _folders: dict[tuple[str, ...], Node] = field(default_factory=dict)

    def folder(self, *names: str) -> Node | None:
        """The folder at this path, made with its parents where it is missing; None is the root."""
        if not names:
            return None
        if names not in self._folders:
            self._folders[names] = self.new_folder(self.folder(*names[:-1]), names[-1])
        return self._folders[names]

    def new_folder(self, parent: Node | None, name: str) -> Node:
        """A folder of its own, even where one of this name exists."""
        return self._plant(parent, name, ItemKind.FOLDER, FOLDER_TYPE)

    def file(self, parent: Node | None, name: str, make: Maker, *, size: int, mime_type: str) -> Node:
        """An uploaded file."""
        node = self._plant(parent, name, ItemKind.FILE, mime_type)
        node.content = make(self.random, name, size)
        self.files += 1
        return node

    def stream(self, parent: Node | None, name: str, *, size: int) -> Node:
        """A file of noise of which only the size is kept: its bytes are drawn while they are written."""
        node = self._plant(parent, name, ItemKind.FILE, "application/octet-stream")
        node.stream = size
        self.files += 1
        return node

    def document(self, parent: Node | None, title: str, conversion: Conversion, *, size: int = 4000) -> Node:
        """A Google document, and what Takeout converts it to."""
        node = self._plant(parent, title, ItemKind.DOCUMENT, conversion.mime_type)
        node.conversion = conversion
        node.content = conversion.make(self.random, title, size)
        self.files += 1
        return node

    def _plant(self, parent: Node | None, name: str, kind: ItemKind, mime_type: str) -> Node:
        created = self.made - timedelta(milliseconds=self.random.randrange(1, 315_000_000_000))
        content_modified = created + (self.made - created) * self.random.random() * 0.9
        node = Node(
            parent=parent,
            name=name,
            kind=kind,
            mime_type=mime_type,
            drive_id=self._id(33 if kind is not ItemKind.DOCUMENT else 44),
            created=_milliseconds(created),
            content_modified=_milliseconds(content_modified),
            modified=_milliseconds(content_modified + timedelta(seconds=self.random.choice((0, 0, 0, 86_400)))),
            starred=self.random.random() < 0.05,
            grants=self._grants(),
        )
        self.nodes.append(node)
        return node

    def _id(self, length: int) -> str:
        return "1" + "".join(self.random.choices(_ID_LETTERS, k=length - 1))

    def _grants(self) -> tuple[Grant, ...]:
        mine = Grant(kind=GranteeKind.USER, role=Role.OWNER, who=self.owner, name=ASSOCIATION)
        if self.random.random() < 0.6:
            return (mine,)
        name, address = self.random.choice(PEOPLE)
        role = self.random.choice((Role.WRITER, Role.COMMENTER, Role.READER))
        return (mine, Grant(kind=GranteeKind.USER, role=role, who=address, name=name))


def _milliseconds(time: datetime) -> datetime:
    """Drive keeps milliseconds."""
    return time.astimezone(UTC).replace(microsecond=time.microsecond // 1000 * 1000)
