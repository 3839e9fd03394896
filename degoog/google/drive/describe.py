"""What is found in a Drive, described for the ledger: names, fingerprints, where it hangs, what will be lost."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

from degoog.google.drive.documents import Format, becomes
from degoog.google.drive.file import FORM, GOOGLE, SCRIPT, SHORTCUT, File
from degoog.google.drive.inventory import Entry
from degoog.google.drive.listing import SharedDrive
from degoog.i18n import _
from degoog.model import FailReason, Found, Item, Kind, Loss, LossKind, Ref, Stage

SERVICE = "drive"
_PLACES = "drive-place"  # folders that degoog itself adds
SHARED_WITH_ME = Ref(_PLACES, "shared-with-me")
SHARED_DRIVES = Ref(_PLACES, "shared-drives")
ORPHANS = Ref(_PLACES, "orphans")
_POINTER = "pointer:"
_NO_COLOUR = "#8f8f8f"  # what Drive says of a folder that nobody coloured


def ref(id_: str) -> Ref:
    """Give the key of a file."""
    return Ref(SERVICE, id_)


def holder(place: Ref) -> Found:
    """Give a folder that degoog itself adds; a name once given stays, whatever the language of the next run."""
    name = {
        SHARED_WITH_ME: _("Shared with me"),
        SHARED_DRIVES: _("Shared drives"),
        ORPHANS: _("Orphans"),
    }[place]
    return Found(Item(ref=place, parent=None, kind=Kind.FOLDER, name=name, stage=Stage.HOLDERS, place=place.id))


def shared_drive(drive: SharedDrive) -> Found:
    """Give the folder of a shared drive, below that of all shared drives."""
    return Found(
        Item(
            ref=ref(drive.id),
            parent=SHARED_DRIVES,
            kind=Kind.FOLDER,
            name=drive.name,
            stage=Stage.HOLDERS,
            place=_place(SHARED_DRIVES, drive.name),
            link=f"https://drive.google.com/drive/folders/{drive.id}",
        )
    )


def found(entry: Entry, parent: Ref | None, *, wanted: Format, tied: str = "", others: tuple[str, ...] = ()) -> Found:
    """Describe a file that hangs below `parent`. `tied` is what a form fills, `others` where else it lies."""
    file = entry.file
    name, kind, content = _arrives(file, wanted)
    size = file.size if kind is Kind.FILE and not content.startswith(_POINTER) else None
    item = Item(
        ref=ref(file.id),
        parent=parent,
        kind=kind,
        name=name,
        stage=Stage.HOLDERS if file.folder else Stage.CONTENT,
        content=content,
        place=_place(parent, name),
        size=size,
        path=name,
        modified=file.modified,
        created=file.created,
        owner=file.owner,
        media=file.media,
        starred=file.starred,
        link=_link(file.link, file.id, file.key),
        losses=(
            *_losses(entry, kind, content, tied, others),
            *((Loss(LossKind.ORPHAN),) if parent == ORPHANS else ()),
        ),
    )
    if file.folder or content.startswith(_POINTER):
        return Found(item)
    if file.encrypted:
        text = _("It is encrypted on its owner's side: not even Google can read it. Its owner can download it by hand.")
        return Found(item, FailReason.UNREADABLE, text)
    return Found(item)


def is_pointer(item: Item) -> bool:
    """Whether only a page with a link comes."""
    return item.content.startswith(_POINTER)


def is_its_own(item: Item) -> bool:
    """Whether a pointer is that of this item: its page is made of the item alone, and nobody is asked for it."""
    mark = item.content.removeprefix(_POINTER).split(":")[1]
    return mark == _mark(item.ref.id, item.name, "" if item.media == SHORTCUT else item.owner)


def leads_to(item: Item) -> str:
    """Give where a pointer leads: to its original, or for a shortcut to what it stood for."""
    if item.media != SHORTCUT:
        return item.link
    target, _colon, rest = item.content.removeprefix(_POINTER).partition(":")
    return _link("", target, rest.partition(":")[2])


def ending_of(item: Item) -> str:
    """Give the ending that a document's name says it arrives with."""
    return item.content.rpartition(":")[2]


def key_of(item: Item) -> str:
    """Give the resource key without which an old shared file is not found; empty for most."""
    return (parse_qs(urlsplit(item.link).query).get("resourcekey") or [""])[0]


def _arrives(file: File, wanted: Format) -> tuple[str, Kind, str]:
    """Give the name with which a file arrives, as what, and the fingerprint of its content."""
    if file.folder:
        return file.name, Kind.FOLDER, ""
    if file.media == SHORTCUT:
        name = _named(file.name, "html")
        return name, Kind.FILE, f"{_POINTER}{file.target}:{_mark(file.id, name, '')}:{file.target_key}"
    if not file.google:
        stamp = f"md5:{file.md5}" if file.md5 else f"revision:{file.revision or file.modified}"
        return file.name, Kind.FILE, stamp
    form = becomes(file.media, wanted)
    if form is None:
        name = _named(file.name, "html")
        return name, Kind.FILE, f"{_POINTER}:{_mark(file.id, name, file.owner)}:"
    # An export is never the same twice: only its time tells that a document changed (facts/google.md §1.3).
    when = file.modified.isoformat() if file.modified else ""
    return _named(file.name, form[0]), Kind.DOCUMENT, f"modified:{when}:{form[0]}"


def _named(name: str, ending: str) -> str:
    return name if name.lower().endswith(f".{ending}") else f"{name}.{ending}"


def _losses(entry: Entry, kind: Kind, content: str, tied: str, others: tuple[str, ...]) -> Iterator[Loss]:
    file = entry.file
    for permission in file.permissions:
        theirs = permission.role == "owner" and permission.who.lower() in {"", file.owner.lower()}
        if not (theirs or permission.inherited or permission.key in entry.shared):
            yield Loss(LossKind.SHARING, permission.detail, permission.who, permission.role)
    if file.description:
        yield Loss(LossKind.DESCRIPTION, file.description)
    if kind is Kind.FOLDER and file.colour.lower() not in {"", _NO_COLOUR}:
        yield Loss(LossKind.COLOUR, file.colour)
    if others:
        yield Loss(LossKind.PLACES, ", ".join(others))
    if content.startswith(_POINTER) and file.media != SHORTCUT:
        yield Loss(LossKind.POINTER, _what(file.media))
    if file.media == FORM:
        text = _("its answers go to the spreadsheet “{name}”").format(name=tied) if tied else _("its answers")
        yield Loss(LossKind.TIE, text)
    if file.media == SCRIPT:
        yield Loss(LossKind.TIE, _("what the script acts on"))


def _what(media: str) -> str:
    """Name what Google cannot export."""
    words = {
        FORM: _("a form"),
        f"{GOOGLE}site": _("a site"),
        f"{GOOGLE}map": _("a map of My Maps"),
        f"{GOOGLE}jam": _("a Jamboard"),
        f"{GOOGLE}fusiontable": _("a Fusion Table"),
    }
    return words.get(media) or _("something that another application keeps")


def _link(link: str, id_: str, key: str) -> str:
    link = link or f"https://drive.google.com/open?id={id_}"
    if not key or "resourcekey=" in link:
        return link
    return f"{link}{'&' if '?' in link else '?'}resourcekey={key}"


def _place(parent: Ref | None, name: str) -> str:
    return blake2b(f"{parent}\n{name}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _mark(id_: str, name: str, owner: str) -> str:
    return blake2b(f"{id_}\n{name}\n{owner}".encode("utf-8", "replace"), digest_size=8).hexdigest()
