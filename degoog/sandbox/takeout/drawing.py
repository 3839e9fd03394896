"""Draws a whole Takeout from a seed, and says what is in it."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from degoog.sandbox.takeout import association
from degoog.sandbox.takeout.drive import DOMAIN, Node, Plot
from degoog.sandbox.takeout.manifest import FAILURE, manifest
from degoog.sandbox.takeout.names import (
    PRODUCT_FOLDERS,
    Numbering,
    archived_comments,
    archived_file,
    archived_folder,
    archived_sidecar,
)
from degoog.sandbox.takeout.parts import Entry, shuffled_into_parts, write_tgz, write_zip
from degoog.sandbox.takeout.products import other_products
from degoog.sandbox.takeout.sidecar import comments_page, gson, sidecar
from degoog.sandbox.takeout.view import (
    DrawnTakeout,
    ExpectedItem,
    ExpectedProduct,
    FailedItem,
    ItemKind,
    Language,
    Packing,
    Product,
)
from degoog.sandbox.takeout.view import Numbering as PartNames

MANIFEST = "Takeout/archive_browser.html"


def draw_takeout(
    folder: Path,
    *,
    seed: int,
    files: int = 120,
    parts: int = 3,
    packing: Packing = Packing.ZIP,
    language: Language = Language.FRENCH,
    owner: str = f"contact@{DOMAIN}",
    manifest: bool = True,
    sidecars: bool = True,
    other_products: bool = True,
    big_file_bytes: int = 0,
    part_names: PartNames = PartNames.PLAIN,
) -> DrawnTakeout:
    """Write the parts of one Takeout into `folder`, and return them with all that they hold.

    `files` counts files and documents of Drive; the first sixty-odd are traps, and fewer leave some out.
    `big_file_bytes` adds one file of that size, drawn while it is written. The same arguments give the same
    bytes, by default less than 25 MB in about a second. `folder` must exist; files of the same names are
    replaced.
    """
    random = Random(f"takeout {seed}")  # noqa: S311 - fixtures want to be repeatable
    made = datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(seconds=2 * random.randrange(10_000_000))
    job = str(uuid.UUID(int=random.getrandbits(128), version=4))
    plot = Plot(random=random, owner=owner, made=made)
    association.plant(plot, files=files)
    if big_file_bytes:
        plot.stream(plot.folder("03 - Communication", "Vidéos"), "Film du jardin (rushes).bin", size=big_file_bytes)
    archived = _Archived.of(plot, language=language, sidecars=sidecars, seed=seed)
    if other_products:
        archived.add_other_products(random, language=language, owner=owner, made=made)
    failed = _failures(language) if manifest else ()
    if manifest:
        archived.add_manifest(language=language, owner=owner, made=made, job=job, failed=failed)
    dealt = shuffled_into_parts(archived.entries, parts=parts, random=random)
    paths = tuple(
        folder / f"takeout-{made:%Y%m%dT%H%M%SZ}-{_part_number(part_names, number)}.{packing}"
        for number in range(1, parts + 1)
    )
    write = write_zip if packing is Packing.ZIP else write_tgz
    for path, entries in zip(paths, dealt, strict=True):
        write(path, entries, made=made)
    return DrawnTakeout(
        parts=paths,
        owner=owner,
        language=language,
        made=made,
        job=job,
        items=tuple(archived.located(dealt)),
        extras=tuple(archived.extras),
        products=tuple(archived.products),
        failed=failed,
        manifest=MANIFEST if manifest else None,
    )


def _part_number(part_names: PartNames, number: int) -> str:
    return f"{number:03d}" if part_names is PartNames.PLAIN else f"{number}-001"


def _failures(language: Language) -> tuple[FailedItem, ...]:
    """What Google never exports, or not at this size."""
    names = (
        ("06 - Bénévoles _ salarié·es", "Inscription aux ateliers (réponses)"),
        ("05 - Jardin", "Carte des parcelles"),
        ("03 - Communication", "Catalogue _ 400 pages_.docx"),
    )
    return tuple(FailedItem(product=Product.DRIVE, path=path, message=FAILURE[language]) for path in names)


@dataclass(slots=True, kw_only=True)
class _Archived:
    """The entries of all parts together, in Takeout's order, and the view of them."""

    drive_folder: str
    entries: list[Entry]
    items: list[ExpectedItem]
    extras: list[str]
    products: list[ExpectedProduct]

    @classmethod
    def of(cls, plot: Plot, *, language: Language, sidecars: bool, seed: int) -> "_Archived":
        """Archive the nodes of a Drive, parents first."""
        drive_folder = PRODUCT_FOLDERS[language][Product.DRIVE]
        root = f"Takeout/{drive_folder}"
        archived = cls(drive_folder=drive_folder, entries=[], items=[], extras=[], products=[])
        numbering = Numbering()
        at: dict[Node | None, str] = {None: root}
        told: dict[Node | None, tuple[str, ...]] = {None: ()}
        rivals = _Rivals()
        inhabited = {node.parent for node in plot.nodes}
        for node in plot.nodes:
            above, base = at[node.parent], _archived_name(node)
            path, number = numbering.claim(above, base)
            at[node] = path
            entry = _entry(node, path, seed=seed, inhabited=node in inhabited)
            companion = comments = None
            if sidecars and node.told != "nothing":
                companion, sidecar_number = numbering.claim(above, archived_sidecar(node.name))
                rivals.add(path, f"{above}/{base}", number, sidecar_number)
            else:
                rivals.add(path, f"{above}/{base}", number, None, has_sidecar=False)
            if node.commented:
                comments, _ = numbering.claim(above, archived_comments(node.name))
                archived.extras.append(comments)
            told[node] = (*told[node.parent], node.name if companion else path.rpartition("/")[2])
            archived.entries += [entry] if entry else []
            archived.entries += [Entry(path=companion, content=sidecar(node))] if companion else []
            archived.entries += [Entry(path=comments, content=comments_page(node))] if comments else []
            if entry or companion or node in inhabited:
                archived.items.append(_item(node, told[node], path, entry=entry, sidecar=companion, comments=comments))
        workspaces = f"{root}/Workspaces.json"
        archived.entries.append(Entry(path=workspaces, content=gson({"workspaces": []})))
        archived.extras.append(workspaces)
        archived.items = [replace(item, certain=rivals.settled(item.archive_path)) for item in archived.items]
        archived._count(Product.DRIVE, drive_folder, archived.entries)
        return archived

    def add_other_products(self, random: Random, *, language: Language, owner: str, made: datetime) -> None:
        """Append the entries of every other product, mixed among those of Drive."""
        of_product: dict[Product, list[Entry]] = defaultdict(list)
        for product, path, content in other_products(random, language=language, owner=owner, made=made):
            of_product[product].append(Entry(path=f"Takeout/{path}", content=content))
        for product, entries in of_product.items():
            self.entries += entries
            self._count(product, PRODUCT_FOLDERS[language][product], entries)

    def add_manifest(
        self, *, language: Language, owner: str, made: datetime, job: str, failed: tuple[FailedItem, ...]
    ) -> None:
        """Append the page that lists everything before it."""
        listed = {
            product.folder: [
                entry.path.removeprefix(f"Takeout/{product.folder}/")
                for entry in self.entries
                if entry.path.startswith(f"Takeout/{product.folder}/") and not entry.is_folder
            ]
            for product in self.products
        }
        page = manifest(
            language=language,
            owner=owner,
            made=made,
            job=job,
            products=self.products,
            listed=listed,
            failed=failed,
        )
        self.entries.append(Entry(path=MANIFEST, content=page))

    def located(self, dealt: tuple[list[Entry], ...]) -> Iterable[ExpectedItem]:
        """The items with the part that each, and its sidecar, came to lie in."""
        part_of = {entry.path.rstrip("/"): number for number, entries in enumerate(dealt) for entry in entries}
        for item in self.items:
            yield replace(
                item,
                part=part_of.get(item.archive_path),
                sidecar_part=part_of[item.sidecar] if item.sidecar else None,
            )

    def _count(self, product: Product, folder: str, entries: Iterable[Entry]) -> None:
        sizes = [entry.size for entry in entries if not entry.is_folder]
        self.products.append(ExpectedProduct(product=product, folder=folder, files=len(sizes), bytes=sum(sizes)))


def _archived_name(node: Node) -> str:
    if node.kind is ItemKind.FOLDER:
        return archived_folder(node.name)
    return archived_file(node.name + (node.conversion.extension if node.conversion else ""))


def _entry(node: Node, path: str, *, seed: int, inhabited: bool) -> Entry | None:
    if node.kind is not ItemKind.FOLDER:
        return Entry(path=path, content=node.content, stream=node.stream, seed=f"{seed} {path}")
    return Entry(path=f"{path}/") if node.entry and not inhabited else None


def _item(
    node: Node,
    told: tuple[str, ...],
    path: str,
    *,
    entry: Entry | None,
    sidecar: str | None,
    comments: str | None,
) -> ExpectedItem:
    """What the archive tells of a node: without a sidecar a document is a file, and knows no times."""
    dated = sidecar is not None and node.told != "no date"
    kind = node.kind if sidecar or node.kind is not ItemKind.DOCUMENT else ItemKind.FILE
    return ExpectedItem(
        path=told,
        drive_path=node.drive_path,
        archive_path=path,
        kind=kind,
        mime_type=node.mime_type if sidecar else None,
        size=entry.size if entry and kind is not ItemKind.FOLDER else None,
        sha256=entry.sha256() if entry and kind is not ItemKind.FOLDER else None,
        created=node.created if dated else None,
        modified=node.modified if dated else None,
        content_modified=node.content_modified if dated else None,
        starred=node.starred if sidecar else False,
        grants=node.grants if sidecar else (),
        drive_id=node.drive_id if sidecar and node.told != "no id" else None,
        part=None,
        sidecar=sidecar,
        sidecar_part=None,
        comments=comments,
        certain=True,
    )


class _Rivals:
    """Which items can be told apart by name and number alone, and which might take another's sidecar."""

    def __init__(self) -> None:
        self._wanted: dict[str, str] = {}
        self._of: dict[str, list[tuple[int | None, int | None, bool]]] = defaultdict(list)

    def add(self, path: str, base: str, number: int | None, sidecar: int | None, *, has_sidecar: bool = True) -> None:
        """An item at `path`, that would be `base` were it alone; its number and its sidecar's."""
        self._wanted[path] = base.casefold()
        self._of[base.casefold()].append((number, sidecar, has_sidecar))

    def settled(self, path: str) -> bool:
        """Whether only one sidecar can belong to the item at this path."""
        group = self._of[self._wanted[path]]
        if not any(has_sidecar for _, _, has_sidecar in group) or len(group) == 1:
            return True
        numbers = Counter(sidecar for _, sidecar, has_sidecar in group if has_sidecar)
        return all(has and file == own and numbers[own] == 1 for file, own, has in group)
