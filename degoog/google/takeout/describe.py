"""What is found in a Takeout, described for the ledger: folders, files, products and what is wrong with some."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from degoog.google.takeout.completeness import Absent
from degoog.google.takeout.parts import Part, key_of
from degoog.google.takeout.products import Product, left_out
from degoog.google.takeout.sidecar import Sidecar, true_name
from degoog.google.takeout.tree import Entry
from degoog.i18n import _
from degoog.model import Alias, FailReason, Found, Item, Kind, Ref, SkipReason, Stage

SERVICE = "takeout"
DRIVE = "drive"
_SEPARATOR = re.compile(r"[/\\]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Where:
    """A folder as what lies in it needs to know it. Directly under Drive: no ref and an empty path."""

    ref: Ref | None
    path: str

    def of(self, name: str) -> str:
        """Give the path of something in it."""
        return f"{self.path}/{name}" if self.path else name


def path_ref(path: str) -> Ref:
    """Give the key of what has no id: its path below the product's folder."""
    return Ref(SERVICE, path if path.isascii() else unicodedata.normalize("NFC", path))


def ref_of(path: str, sidecar: Sidecar | None) -> Ref:
    """Give the key of a file or folder."""
    return Ref(DRIVE, sidecar.id) if sidecar is not None and sidecar.id else path_ref(path)


def unowned_ref(path: str, entry: Entry, sidecar: Sidecar | None) -> Ref:
    """Give the key of what has no id in an archive that does not say whose it is.

    Another archive like it may be somebody else's: the same path is the same file only with the same content.
    """
    return Ref(SERVICE, f"{path_ref(path).id}#{_fingerprint(entry, sidecar)}")


def file_item(entry: Entry, where: Where, ref: Ref, sidecar: Sidecar | None, owner: str) -> Item:
    """Describe a file, with what its sidecar adds."""
    path = where.of(entry.name)
    fingerprint = _fingerprint(entry, sidecar)
    if sidecar is None:
        return Item(
            ref=ref,
            parent=where.ref,
            kind=Kind.FILE,
            name=entry.name if entry.folder else _SEPARATOR.split(entry.name)[-1] or entry.name,
            stage=Stage.CONTENT,
            content=fingerprint,
            place=_place(where.ref, entry.name),
            size=entry.size,
            path=path,
            modified=_moment(entry.mtime),
            owner=owner,
            aliases=_aliases(path, ref, entry),
        )
    name, converted = true_name(entry.name, sidecar)
    return Item(
        ref=ref,
        parent=where.ref,
        kind=Kind.DOCUMENT if converted else Kind.FILE,
        name=name,
        stage=Stage.CONTENT,
        content=fingerprint,
        place=_place(where.ref, name),
        size=entry.size,
        path=path,
        modified=sidecar.modified,
        created=sidecar.created,
        owner=owner or sidecar.owner,
        media=sidecar.media,
        starred=sidecar.starred,
        link=_link(ref),
        losses=sidecar.losses,
        aliases=_aliases(path, ref, entry),
    )


def folder_item(name: str, where: Where, ref: Ref, sidecar: Sidecar | None, owner: str) -> Item:
    """Describe a folder, with what its sidecar adds."""
    title = true_name(name, sidecar)[0] if sidecar is not None else name
    alias = path_ref(where.of(name))
    return Item(
        ref=ref,
        parent=where.ref,
        kind=Kind.FOLDER,
        name=title,
        stage=Stage.HOLDERS,
        place=_place(where.ref, title),
        path=where.of(name),
        modified=sidecar.modified if sidecar else None,
        created=sidecar.created if sidecar else None,
        owner=owner or (sidecar.owner if sidecar else ""),
        media=sidecar.media if sidecar else "",
        starred=sidecar.starred if sidecar else False,
        link=_link(ref),
        losses=sidecar.losses if sidecar else (),
        aliases=(Alias(alias),) if alias != ref else (),
    )


def verdict(item: Item, problem: str, method: int = 0) -> Found:
    """Give an item its verdict, where the index already tells that it cannot be moved."""
    return Found(item, FailReason(problem), why(problem, method)) if problem else Found(item)


def why(problem: str, method: int) -> str:
    """Say what a problem of the index means."""
    match FailReason(problem):
        case FailReason.UNSAFE_PATH:
            return _("Its path in the archive leads outside the archive. degoog wrote nothing there.")
        case FailReason.LINK:
            return _("It is a link or a device, or lies below one: an archive of Google's holds none.")
        case FailReason.BOMB:
            return _("It is packed the way archives are that fill a disk. degoog did not unpack it.")
        case FailReason.ENCRYPTED:
            return _("It is encrypted. Unpack it with its password and put the file where it belongs.")
        case _:
            text = _(
                "It is packed in a way degoog cannot read (method {method}). Zip the archive again in the usual way."
            )
            return text.format(method=method)


def product_found(product: Product, name: str, files: int, size: int | None, owner: str) -> Found:
    """Give the one line of a product that this road leaves where it is."""
    reason, detail = left_out(product, name)
    key = product.value if product is not Product.OTHER else unicodedata.normalize("NFC", name)
    item = Item(
        ref=Ref("takeout-product", key),
        parent=None,
        kind=Kind.PRODUCT,
        name=name,
        stage=Stage.CONTENT,
        content=f"{files}:{size}",
        size=size,
        path=name,
        owner=owner,
        count=files,
    )
    return Found(item, reason, detail)


def broken_part(part: Part, why: str) -> Found:
    """Give the one line of a part that cannot be read."""
    text = _("{name} cannot be used: {why}. Download this part again from Google Takeout, then run the same command.")
    size = part.path.stat().st_size
    return Found(_part(part.key, part.name, size), FailReason.DAMAGED, text.format(name=part.name, why=why), hides=True)


def missing_part(name: str) -> Found:
    """Give the one line of a part that was not given."""
    text = _(
        "{name} is missing between the other parts. Download it from Google Takeout, then name it with the others."
    )
    return Found(_part(key_of(name), name, None), FailReason.MISSING_PART, text.format(name=name), hides=True)


def missing_file(absent: Absent, where: Where, gaps: tuple[str, ...], owner: str) -> Found:
    """Give the line of a file that the manifest lists and no part holds."""
    if gaps:
        text = _(
            "Google's list of the archive names it, but none of the parts given holds it. Not given: {parts}. "
            "Download what is missing, then name it with the others."
        ).format(parts=", ".join(gaps[:5]))
    else:
        text = _(
            "Google's list of the archive names it, but none of the parts given holds it. Name all the parts; "
            "if you did, download them again."
        )
    return Found(_absent(absent, where, owner), FailReason.MISSING_PART, text, hides=True)


def orphan(
    named: str, where: Where, ref: Ref, sidecar: Sidecar, *, why: str | None, gaps: tuple[str, ...], owner: str
) -> Found:
    """Give the line of a file `named` so of which the parts hold only the sidecar. `why`: see `why_unexported`."""
    item = Item(
        ref=ref,
        parent=where.ref,
        kind=Kind.FILE,
        name=true_name(named, sidecar)[0],
        stage=Stage.CONTENT,
        path=where.of(named),
        modified=sidecar.modified,
        created=sidecar.created,
        owner=owner or sidecar.owner,
        media=sidecar.media,
        starred=sidecar.starred,
        link=_link(ref),
        losses=sidecar.losses,
    )
    if why is not None:
        return Found(item, SkipReason.NOT_EXPORTED, _why_not_exported(why))
    if gaps:
        text = _(
            "Google's description of it is in the archive, but none of the parts given holds the file. Not given: "
            "{parts}. Download what is missing, then name it with the others."
        ).format(parts=", ".join(gaps[:5]))
    else:
        text = _(
            "Google's description of it is in the archive, but none of the parts given holds the file. Name all the "
            "parts; if you did, download the file from Google Drive by hand."
        )
    return Found(item, FailReason.MISSING_PART, text, hides=True)


def not_exported(absent: Absent, where: Where, owner: str) -> Found:
    """Give the line of a file that Google did not put into the archive."""
    return Found(_absent(absent, where, owner), SkipReason.NOT_EXPORTED, _why_not_exported(absent.why))


def not_exported_unnamed(files: int, owner: str) -> Found:
    """Give the one line of files that Google counts as not exported without naming them."""
    item = Item(
        ref=Ref("takeout-product", "DRIVE-not-exported"),
        parent=None,
        kind=Kind.PRODUCT,
        name=_("Not exported by Google"),
        stage=Stage.CONTENT,
        content=str(files),
        owner=owner,
        count=files,
    )
    text = _("Google did not put them into the archive and does not name them. Compare with Google Drive by hand.")
    return Found(item, SkipReason.NOT_EXPORTED, text)


def _why_not_exported(words: str) -> str:
    text = _("Google did not put it into the archive. Download it from Google Drive by hand.")
    return " ".join([text, _("Google says: {words}").format(words=words)]) if words else text


def _absent(absent: Absent, where: Where, owner: str) -> Item:
    above = where.path if absent.folder is not None else absent.path
    path = f"{above}/{absent.name}" if above else absent.name
    return Item(
        ref=path_ref(path),
        parent=where.ref,
        kind=Kind.FILE,
        name=absent.name,
        stage=Stage.CONTENT,
        path=path,
        owner=owner,
    )


def _aliases(path: str, ref: Ref, entry: Entry) -> tuple[Alias, ...]:
    """Give the keys of a file where its sidecar, or the page that names the owner, lies in a part not given."""
    content = _fingerprint(entry, None)
    keys = (unowned_ref(path, entry, None), path_ref(path))
    return tuple(Alias(key, content) for key in keys if key != ref)


def _fingerprint(entry: Entry, sidecar: Sidecar | None) -> str:
    if sidecar is not None and sidecar.modified is not None and true_name(entry.name, sidecar)[1]:
        # Two exports of an unchanged document are not the same bytes.
        return f"modified:{sidecar.modified.isoformat()}"
    return f"{entry.size}:{entry.crc:08x}"


def _part(key: str, name: str, size: int | None) -> Item:
    ref = Ref("takeout-part", key)
    return Item(ref=ref, parent=None, kind=Kind.PRODUCT, name=name, stage=Stage.CONTENT, size=size, path=name)


def _place(parent: Ref | None, name: str) -> str:
    return blake2b(f"{parent}\n{name}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _link(ref: Ref) -> str:
    return f"https://drive.google.com/open?id={ref.id}" if ref.service == DRIVE else ""


def _moment(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
