"""Which sidecar belongs to which file where the names alone do not say, and which are nobody's."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterator, Sequence

from degoog.google.takeout.sidecar import EXPORTED, Sidecar, SidecarName, sidecar_name, split_extension
from degoog.google.takeout.tree import COLUMNS, Entry, Role, Tree

_LOOKED_AT = 200  # neighbours compared with one odd sidecar
_LAST = "\U0010ffff"
_NUMBER = re.compile(r"(.+)(\(\d+\))", re.DOTALL)
_ALIKE = 20

Reader = Callable[[Entry], Sidecar | None]


def pair(tree: Tree, drives: Sequence[int], read: Reader) -> None:
    """Find a file or folder for every sidecar without one; what is no sidecar becomes a file, the rest are orphans.

    First those whose number agrees (`Budget(1).xlsx` and `Budget.xlsx-info(1).json`), then what is left among what
    is left, because Google numbers files and sidecars apart.
    """
    tree.sql.execute("CREATE TEMP TABLE loose (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL)")
    for top in drives:
        # Shorter names first: a file of that name may itself be the file of a longer one.
        tree.sql.execute(
            """INSERT INTO loose (entry) SELECT s.id FROM entries s WHERE s.role = 1 AND s.top = ? AND NOT EXISTS (
                 SELECT 1 FROM entries f WHERE f.folder = s.folder AND f.name = s.target AND f.role = 0
                 AND f.variant = s.variant AND f.id != s.id) ORDER BY length(s.name), s.id""",
            (top,),
        )
    for candidates in (_same_number, _any_number):
        for number, entry in _loose(tree):
            sidecar, named = read(entry), sidecar_name(entry.name)
            if sidecar is None or named is None:
                _make_ordinary(tree, entry)
            elif not _settle(tree, entry, sidecar, candidates(tree, entry, named, sidecar)):
                continue
            tree.sql.execute("DELETE FROM loose WHERE id = ?", (number,))
    for _number, entry in _loose(tree):
        sidecar, named = read(entry), sidecar_name(entry.name)
        if sidecar is not None and named is not None and sidecar.folder:
            # An empty folder has no entry of its own in every archive.
            folder = tree.make_folder(entry, named.stem + named.version)
            if _settle(tree, entry, sidecar, [folder]):
                continue
        elif sidecar is not None and not _described(tree, entry):
            tree.sql.execute("UPDATE entries SET role = ? WHERE id = ?", (int(Role.ORPHAN), entry.id))
            continue
        _make_ordinary(tree, entry)
    tree.sql.execute("DROP TABLE loose")


def cut_head(named: SidecarName) -> str:
    """Give the letters that a cut name must share with its file's."""
    return named.stem[:_ALIKE]


def cut_alike(named: SidecarName, name: str, number: str | None) -> bool:
    """Whether two names, each cut at a length of its own, can be of the same thing."""
    stem, extension = split_extension(name)
    match = _NUMBER.fullmatch(stem)
    stem, version = (match[1], match[2]) if match else (stem, "")
    if number is not None and version != number:
        return False
    return (stem + extension).startswith(named.stem) or named.stem.startswith(stem)


def _make_ordinary(tree: Tree, entry: Entry) -> None:
    tree.sql.execute("UPDATE entries SET role = ?, target = NULL WHERE id = ?", (int(Role.ITEM), entry.id))


def _described(tree: Tree, entry: Entry) -> bool:
    """Whether it has a sidecar of its own: then it is a file that somebody kept in Drive."""
    sql = "SELECT 1 FROM entries WHERE folder = ? AND target = ? AND role IN (1, 4)"
    return tree.sql.execute(sql, (entry.folder, entry.name)).fetchone() is not None


def _loose(tree: Tree) -> Iterator[tuple[int, Entry]]:
    last = 0
    while True:
        row = tree.sql.execute("SELECT id, entry FROM loose WHERE id > ? ORDER BY id LIMIT 1", (last,)).fetchone()
        if row is None:
            return
        last = row[0]
        entry = tree.entry(row[1])
        if entry is not None:
            yield last, entry


def _settle(tree: Tree, entry: Entry, sidecar: Sidecar, found: Sequence[Entry | int]) -> bool:
    """Give a sidecar the first that is free: a folder by its number, or a file. Tell whether there was one."""
    for target in found:
        if isinstance(target, int):
            if not tree.sql.execute("SELECT 1 FROM folders WHERE id = ? AND sidecar IS NULL", (target,)).fetchone():
                continue
            tree.sql.execute("UPDATE folders SET sidecar = ? WHERE id = ?", (entry.id, target))
            if sidecar.id:
                tree.sql.execute("UPDATE OR IGNORE folders SET drive = ? WHERE id = ?", (sidecar.id, target))
            return True
        if _free(tree, target, entry):
            tree.sql.execute(
                "UPDATE entries SET target = ?, variant = (SELECT variant FROM entries WHERE id = ?) WHERE id = ?",
                (target.name, target.id, entry.id),
            )
            return True
    return False


def _same_number(tree: Tree, entry: Entry, named: SidecarName, sidecar: Sidecar) -> list[Entry | int]:
    """Give what a sidecar may belong to by its name alone, the likeliest first."""
    if named.cut:
        return [
            *_cut_folders(tree, entry, named, sidecar, named.version),
            *_cut_files(tree, entry, named, sidecar, named.version),
        ]
    stem = named.stem + named.version
    folder = None if sidecar.media and not sidecar.folder else tree.subfolder(entry.folder, stem)
    folders = [] if folder is None else [folder]
    if sidecar.folder:
        return [*folders]
    exact = _between(tree, entry.folder, named.target, named.target)
    rest = [
        other
        for other in _between(tree, entry.folder, f"{stem}.", f"{stem}/")
        if split_extension(other.name)[0] == stem and _compatible(sidecar, other.name)
    ]
    return [*exact, *folders, *_likeliest(rest, sidecar)]


def _any_number(tree: Tree, entry: Entry, named: SidecarName, sidecar: Sidecar) -> list[Entry | int]:
    """Give what it may belong to if numbers mean nothing; name, title and kind must agree then."""
    if named.cut:
        return [*_cut_folders(tree, entry, named, sidecar, None), *_cut_files(tree, entry, named, sidecar, None)]
    if sidecar.folder:
        return []
    stem, extension = split_extension(named.stem)
    rest = [
        other
        for other in _between(tree, entry.folder, stem, stem + _LAST)
        if _unnumbered(other.name)
        in {(named.stem, ""), (named.stem, split_extension(other.name)[1]), (stem, extension)}
        and _titled(sidecar, other.name)
        and _compatible(sidecar, other.name)
    ]
    return [*_likeliest(rest, sidecar)]


def _cut_files(tree: Tree, entry: Entry, named: SidecarName, sidecar: Sidecar, number: str | None) -> list[Entry]:
    """Give files whose cut name may be that of the sidecar's, with this number or, None, with any."""
    if sidecar.folder:
        return []
    head = cut_head(named)
    found = [
        other
        for other in _between(tree, entry.folder, head, head + _LAST)
        if cut_alike(named, other.name, number) and _titled(sidecar, other.name) and _compatible(sidecar, other.name)
    ]
    return _likeliest(found, sidecar)


def _cut_folders(tree: Tree, entry: Entry, named: SidecarName, sidecar: Sidecar, number: str | None) -> list[int]:
    if sidecar.media and not sidecar.folder:
        return []
    head = cut_head(named)
    rows = tree.sql.execute(
        "SELECT id, name FROM folders WHERE parent = ? AND nfc >= ? AND nfc <= ? ORDER BY nfc LIMIT ?",
        (entry.folder, head, head + _LAST, _LOOKED_AT),
    )
    return [row[0] for row in rows.fetchall() if cut_alike(named, row[1], number) and _titled(sidecar, row[1])]


def _between(tree: Tree, folder: int, low: str, high: str) -> list[Entry]:
    rows = tree.sql.execute(
        f"""SELECT {COLUMNS} FROM entries WHERE folder = ? AND name >= ? AND name <= ? AND role = 0
            ORDER BY name, id LIMIT ?""",  # noqa: S608
        (folder, low, high, _LOOKED_AT),
    )
    return [Entry(*row) for row in rows.fetchall()]


def _free(tree: Tree, target: Entry, sidecar: Entry) -> bool:
    """Whether no other sidecar has this file already."""
    row = tree.sql.execute(
        """SELECT 1 FROM entries s, entries f WHERE f.id = ? AND s.folder = f.folder AND s.target = f.name
             AND s.variant = f.variant AND s.role = 1 AND s.id != ? LIMIT 1""",
        (target.id, sidecar.id),
    ).fetchone()
    return row is None and target.id != sidecar.id


def _unnumbered(name: str) -> tuple[str, str]:
    stem, extension = split_extension(name)
    match = _NUMBER.fullmatch(stem)
    return match[1] if match else stem, extension


def _titled(sidecar: Sidecar, name: str) -> bool:
    """Whether a title could have become this name: Google puts `_` for what a file system may refuse."""
    title = sidecar.title[:_ALIKE]
    name = "".join(_unnumbered(name))
    return bool(title) and all(a == b or a in "_-" for a, b in zip(name[: len(title)], title, strict=False))


def _compatible(sidecar: Sidecar, name: str) -> bool:
    """Whether a file of this extension can be what the sidecar describes."""
    extension = split_extension(name)[1].lower()
    if sidecar.google:
        return extension in EXPORTED
    titled = split_extension(sidecar.title)[1].lower()
    return not titled or titled == extension


def _likeliest(found: list[Entry], sidecar: Sidecar) -> list[Entry]:
    def unlikely(entry: Entry) -> tuple[bool, bool]:
        other_type = bool(sidecar.media) and mimetypes.guess_type(entry.name)[0] != sidecar.media
        return entry.name != sidecar.title, other_type

    return sorted(found, key=unlikely)
