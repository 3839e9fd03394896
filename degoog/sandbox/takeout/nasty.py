"""Draws the archives that go wrong: cut, damaged, hostile, or packed again by hand.

Most drawings have good items beside the bad, so that a test can ask for both: the bad is named, the good
arrives.
"""

import hashlib
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from random import Random

from degoog.sandbox.takeout.bombs import overlapping
from degoog.sandbox.takeout.drawing import draw_takeout
from degoog.sandbox.takeout.rawzip import DEFLATED, ENCRYPTED, Member, RawZip, deflated, honest

_DRIVE = "Takeout/Drive"
_NAME = "takeout-20260105T080000Z-001"
_SYMLINK = 0o120777 << 16


class Nasty(StrEnum):
    """What is wrong with an archive."""

    MISSING_PART = "missing part"
    """The manifest names files of a part that is not there."""
    TRUNCATED = "truncated"
    TRUNCATED_TGZ = "truncated tgz"
    DAMAGED_MEMBER = "damaged member"
    """One file's bytes do not have the checksum they should."""
    DAMAGED_DIRECTORY = "damaged directory"
    DAMAGED_TGZ = "damaged tgz"
    """Only the checksum at the very end of the gzip stream tells, past where a tar reader stops."""
    CLIMBING_PATH = "climbing path"
    ABSOLUTE_PATH = "absolute path"
    WINDOWS_PATH = "windows path"
    SYMLINK = "symlink"
    SYMLINK_TGZ = "symlink tgz"
    HARDLINK_TGZ = "hardlink tgz"
    DEVICE_TGZ = "device tgz"
    BOMB_RATIO = "bomb by ratio"
    BOMB_LYING = "bomb that lies about its size"
    BOMB_OVERLAPPING = "bomb of overlapping members"
    DUPLICATE_ENTRIES = "duplicate entries"
    NAMES_CP437 = "names in cp437"
    NAMES_CP850 = "names in cp850"
    NAMES_LATIN1 = "names in latin-1"
    NAMES_UTF8_UNFLAGGED = "names in utf-8 without the flag"
    OTHER_TOP = "another top folder"
    NO_TOP = "no top folder"
    ADMIN_LAYOUT = "admin export layout"
    """As the Workspace admin's export: `My Drive`, `My Computer`, `Trash`, `Unorganized` below `Drive`."""
    ENCRYPTED = "encrypted"
    ZERO_LENGTH = "zero length"
    EMPTY_ZIP = "empty zip"
    NOT_AN_ARCHIVE = "not an archive"
    NO_DRIVE = "no drive"
    UNKNOWN_LANGUAGE = "unknown language"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNasty:
    """The archives, the good files in them (path as stored, decoded as it was meant, to sha256), and the bad.

    `good` promises nothing where the whole archive is at fault, though some of it may be readable. `bad` are
    paths as stored, or the name of the archive where all of it is at fault; for a missing part, the
    files that the manifest names and no archive holds.
    """

    kind: Nasty
    parts: tuple[Path, ...]
    good: dict[str, str]
    bad: tuple[str, ...]


def draw_nasty(folder: Path, kind: Nasty) -> DrawnNasty:
    """Write the archives of this kind into `folder`, which must exist; the same bytes each time."""
    return _DRAWERS[kind](folder, kind)


_GOOD = {
    f"{_DRIVE}/Statuts.txt": b"Article 1\n",
    f"{_DRIVE}/Photos/\u00e9t\u00e9.jpg": b"\xff\xd8\xff soleil",
}


def _hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


Drawer = Callable[[Path, Nasty], DrawnNasty]


def _with_bad(add: Callable[[RawZip], tuple[str, ...]]) -> Drawer:
    """A zip of the good files and what `add` writes, which returns the bad paths."""

    def draw(folder: Path, kind: Nasty) -> DrawnNasty:
        path = folder / f"{_NAME}.zip"
        good = list(_GOOD.items())
        with path.open("wb") as file, RawZip(file) as archive:
            archive.add(*honest(*good[0]))
            bad = add(archive)
            archive.add(*honest(*good[1]))
        return DrawnNasty(kind=kind, parts=(path,), good=_hashes(_GOOD), bad=bad)

    return draw


def _hostile_path(name: str) -> Drawer:
    def add(archive: RawZip) -> tuple[str, ...]:
        archive.add(*honest(name, b"evil\n"))
        return (name,)

    return _with_bad(add)


def _symlink(archive: RawZip) -> tuple[str, ...]:
    name = f"{_DRIVE}/lien"
    member, data = honest(name, b"../../../../etc/passwd")
    archive.add(replace(member, attributes=_SYMLINK), data)
    archive.add(*honest(f"{name}/dessous.txt", b"evil\n"))
    return (name, f"{name}/dessous.txt")


def _damaged_member(archive: RawZip) -> tuple[str, ...]:
    name = f"{_DRIVE}/Budget.csv"
    member, data = honest(name, b"Semences;120\n" * 50)
    archive.add(member, data.replace(b"120", b"920", 1))
    return (name,)


def _bomb_ratio(archive: RawZip) -> tuple[str, ...]:
    name = f"{_DRIVE}/zeros.bin"
    archive.add(*honest(name, bytes(64 << 20), method=DEFLATED))
    return (name,)


def _bomb_lying(archive: RawZip) -> tuple[str, ...]:
    name, content = f"{_DRIVE}/petit.txt", bytes(64 << 20)
    data = deflated(content)
    member = Member(name=name.encode(), crc=zlib.crc32(content), packed=len(data), size=1000, method=DEFLATED)
    archive.add(member, data)
    return (name,)


def _bomb_overlapping(archive: RawZip) -> tuple[str, ...]:
    names = [f"{_DRIVE}/bombe/{number:02d}.bin" for number in range(40)]
    for member, offset in overlapping(names, kernel=bytes(8 << 20), into=archive):
        archive.list(member, offset)
    return tuple(names)


def _duplicates(archive: RawZip) -> tuple[str, ...]:
    name = f"{_DRIVE}/Double.txt"
    archive.add(*honest(name, b"le premier\n"))
    archive.add(*honest(name, b"le second, autre\n"))
    return (name, name)


def _encrypted(archive: RawZip) -> tuple[str, ...]:
    name = f"{_DRIVE}/secret.pdf"
    member, data = honest(name, bytes(12) + b"illisible")
    archive.add(replace(member, flags=member.flags | ENCRYPTED), data)
    return (name,)


def _plain(files: dict[str, bytes], *, encoding: str = "utf-8", flags: int = 0x0800) -> Drawer:
    """A zip of good files only, with names in an encoding of their own."""

    def draw(folder: Path, kind: Nasty) -> DrawnNasty:
        path = folder / f"{_NAME}.zip"
        with path.open("wb") as file, RawZip(file) as archive:
            for name, content in files.items():
                archive.add(*honest(name.encode(encoding), content, flags=flags))
        return DrawnNasty(kind=kind, parts=(path,), good=_hashes(files), bad=())

    return draw


def _whole(content: Callable[[], bytes], *, suffix: str = ".zip") -> Drawer:
    """A file that is at fault as a whole."""

    def draw(folder: Path, kind: Nasty) -> DrawnNasty:
        path = folder / (_NAME + suffix)
        path.write_bytes(content())
        return DrawnNasty(kind=kind, parts=(path,), good={}, bad=(path.name,))

    return draw


def _zip_of_several() -> bytes:
    buffer = io.BytesIO()
    with RawZip(buffer) as archive:
        for number in range(20):
            noise = Random(number).randbytes(2000)  # noqa: S311 - fixtures want to be repeatable
            archive.add(*honest(f"{_DRIVE}/Facture {number:02d}.txt", noise))
    return buffer.getvalue()


def _with_damaged_directory() -> bytes:
    data = bytearray(_zip_of_several())
    start = data.index(b"PK\1\2")
    data[start : start + 300] = bytes(300)
    return bytes(data)


def _tar_of(*special: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info in special:
            archive.addfile(info)
        for path, content in _GOOD.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _tar_of_noise() -> bytes:
    info = tarfile.TarInfo(f"{_DRIVE}/Film.bin")
    info.size = 60_000
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        noise = Random(1).randbytes(info.size)  # noqa: S311 - fixtures want to be repeatable
        archive.addfile(info, io.BytesIO(noise))
    return buffer.getvalue()


def _gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _special_tgz(kind_of_member: bytes, target: str) -> Drawer:
    def draw(folder: Path, kind: Nasty) -> DrawnNasty:
        info = tarfile.TarInfo(f"{_DRIVE}/lien")
        info.type = kind_of_member
        info.linkname = target
        path = folder / f"{_NAME}.tgz"
        path.write_bytes(_gzipped(_tar_of(info)))
        return DrawnNasty(kind=kind, parts=(path,), good=_hashes(_GOOD), bad=(info.name,))

    return draw


def _damaged_tgz() -> bytes:
    data = bytearray(_gzipped(_tar_of_noise()))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


def _missing_part(folder: Path, kind: Nasty) -> DrawnNasty:
    """Three parts are drawn and one that does not hold the manifest is taken away."""
    drawn = draw_takeout(folder, seed=7, files=80)
    assert drawn.manifest  # noqa: S101 - asked for
    names = {}
    for path in drawn.parts:
        with zipfile.ZipFile(path) as archive:
            names[path] = archive.namelist()
    gone = next(path for path, listed in names.items() if drawn.manifest not in listed)
    gone.unlink()
    good = {
        item.archive_path: item.sha256
        for item in drawn.items
        if item.part is not None and item.sha256 and drawn.parts[item.part] != gone
    }
    kept = tuple(path for path in drawn.parts if path != gone)
    bad = tuple(name for name in names[gone] if not name.endswith("/"))
    return DrawnNasty(kind=kind, parts=kept, good=good, bad=bad)


def _moved(top: str) -> dict[str, bytes]:
    return {path.replace("Takeout/", top, 1): content for path, content in _GOOD.items()}


_ACCENTED = {
    f"{_DRIVE}/Comptabilité/Reçu d'été.txt": b"12\n",
    f"{_DRIVE}/Procès-verbal.txt": b"ouvert\n",
}
_ADMIN = {
    f"{_DRIVE}/My Drive/Statuts.txt": b"Article 1\n",
    f"{_DRIVE}/My Computer/Ordinateur du bureau/note.txt": b"note\n",
    f"{_DRIVE}/Trash/vieux.txt": b"vieux\n",
    f"{_DRIVE}/Unorganized/orphelin.txt": b"orphelin\n",
}
_UNKNOWN = {
    "Takeout/Hajtás/Jegyzőkönyv.txt": b"jegyz\n",
    "Takeout/Hajtás/Jegyzőkönyv.txt-info.json": b'{"starred": false, "permissions": [], '
    b'"created": "2024-01-02T03:04:05.000Z", "content_last_modified": "2024-01-02T03:04:05.000Z", '
    b'"title": "Jegyz\xc5\x91k\xc3\xb6nyv.txt", "mime_type": "text/plain"}',
    "Takeout/Naptár/egyesület.ics": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
}

_DRAWERS: dict[Nasty, Drawer] = {
    Nasty.MISSING_PART: _missing_part,
    Nasty.TRUNCATED: _whole(lambda: _zip_of_several()[:20_000]),
    Nasty.TRUNCATED_TGZ: _whole(lambda: _gzipped(_tar_of_noise())[:30_000], suffix=".tgz"),
    Nasty.DAMAGED_MEMBER: _with_bad(_damaged_member),
    Nasty.DAMAGED_DIRECTORY: _whole(_with_damaged_directory),
    Nasty.DAMAGED_TGZ: _whole(_damaged_tgz, suffix=".tgz"),
    Nasty.CLIMBING_PATH: _hostile_path(f"{_DRIVE}/../../../evil.txt"),
    Nasty.ABSOLUTE_PATH: _hostile_path("/etc/degoog-evil.txt"),
    Nasty.WINDOWS_PATH: _hostile_path("C:\\Windows\\degoog-evil.txt"),
    Nasty.SYMLINK: _with_bad(_symlink),
    Nasty.SYMLINK_TGZ: _special_tgz(tarfile.SYMTYPE, "../../../../etc/passwd"),
    Nasty.HARDLINK_TGZ: _special_tgz(tarfile.LNKTYPE, "../../etc/passwd"),
    Nasty.DEVICE_TGZ: _special_tgz(tarfile.CHRTYPE, ""),
    Nasty.BOMB_RATIO: _with_bad(_bomb_ratio),
    Nasty.BOMB_LYING: _with_bad(_bomb_lying),
    Nasty.BOMB_OVERLAPPING: _with_bad(_bomb_overlapping),
    Nasty.DUPLICATE_ENTRIES: _with_bad(_duplicates),
    Nasty.NAMES_CP437: _plain(_ACCENTED, encoding="cp437", flags=0),
    Nasty.NAMES_CP850: _plain({**_ACCENTED, f"{_DRIVE}/À Évaluer/Ça.txt": b"x\n"}, encoding="cp850", flags=0),
    Nasty.NAMES_LATIN1: _plain(_ACCENTED, encoding="latin-1", flags=0),
    Nasty.NAMES_UTF8_UNFLAGGED: _plain(_ACCENTED, flags=0),
    Nasty.OTHER_TOP: _plain(_moved("Mon archive/Takeout/")),
    Nasty.NO_TOP: _plain(_moved("")),
    Nasty.ADMIN_LAYOUT: _plain(_ADMIN),
    Nasty.ENCRYPTED: _with_bad(_encrypted),
    Nasty.ZERO_LENGTH: _whole(lambda: b""),
    Nasty.EMPTY_ZIP: _plain({}),
    Nasty.NOT_AN_ARCHIVE: _whole(lambda: b"<!DOCTYPE html><title>Connexion</title>\n"),
    Nasty.NO_DRIVE: _plain({"Takeout/Keep/note.json": b'{"title": "note"}'}),
    Nasty.UNKNOWN_LANGUAGE: _plain(_UNKNOWN),
}
