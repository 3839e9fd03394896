"""The drawn Takeouts are what their expected view says, by Python's own archive readers."""

import hashlib
import io
import json
import tarfile
import time
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from degoog.sandbox.takeout import (
    DrawnTakeout,
    ExpectedItem,
    GranteeKind,
    ItemKind,
    Language,
    Numbering,
    Packing,
    Product,
    Role,
    draw_takeout,
)
from degoog.sandbox.takeout.large import draw_large_takeout
from degoog.sandbox.takeout.names import archived_file, archived_sidecar, cut, spoiled


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> DrawnTakeout:
    return draw_takeout(tmp_path_factory.mktemp("takeout"), seed=1)


def members(takeout: DrawnTakeout) -> list[dict[str, bytes]]:
    parts = []
    for path in takeout.parts:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                parts.append({name: archive.read(name) for name in archive.namelist()})
        else:
            parts.append({})
            with tarfile.open(path) as archive:
                for info in archive:
                    taken = archive.extractfile(info)
                    parts[-1][info.name + "/" * info.isdir()] = taken.read() if taken else b""
    return parts


def merged(takeout: DrawnTakeout) -> dict[str, bytes]:
    return {name: content for part in members(takeout) for name, content in part.items()}


@pytest.mark.parametrize("packing", list(Packing))
@pytest.mark.parametrize("language", list(Language))
def test_every_expected_file_is_in_its_part_with_its_hash(tmp_path, packing, language):
    takeout = draw_takeout(tmp_path, seed=3, files=80, packing=packing, language=language)
    parts = members(takeout)
    for item in takeout.items:
        if item.kind is not ItemKind.FOLDER:
            assert item.part is not None
            content = parts[item.part][item.archive_path]
            assert (len(content), hashlib.sha256(content).hexdigest()) == (item.size, item.sha256)
        if item.sidecar:
            assert item.sidecar_part is not None
            assert item.sidecar in parts[item.sidecar_part]


def test_every_archived_file_of_drive_is_an_item_a_sidecar_or_an_extra(drawn):
    files = {name for name in merged(drawn) if name.startswith("Takeout/Drive/") and not name.endswith("/")}
    items = {item.archive_path for item in drawn.items if item.kind is not ItemKind.FOLDER}
    sidecars = {item.sidecar for item in drawn.items if item.sidecar}
    assert files == items | sidecars | set(drawn.extras)
    assert len(files) == len(items) + len(sidecars) + len(drawn.extras)


def test_no_name_is_in_two_parts(drawn):
    assert set(Counter(name for part in members(drawn) for name in part).values()) == {1}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    digests = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        (tmp_path / name).mkdir()
        takeout = draw_takeout(tmp_path / name, seed=seed, files=70)
        digests.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in takeout.parts])
    assert digests[0] == digests[1]
    assert not set(digests[0]) & set(digests[2])


def test_the_default_drawing_is_quick_and_small(tmp_path):
    start = time.process_time()
    takeout = draw_takeout(tmp_path, seed=8)
    assert time.process_time() - start < 3
    assert sum(product.bytes for product in takeout.products) < 25 << 20


def test_as_many_files_are_drawn_as_asked_for(tmp_path):
    for files in (0, 10, 120, 400):
        takeout = draw_takeout(tmp_path, seed=8, files=files)
        assert sum(item.kind is not ItemKind.FOLDER for item in takeout.items) == files


def test_converted_documents_open_as_packages_of_well_formed_xml(drawn):
    contents = merged(drawn)
    documents = [item for item in drawn.of_kind(ItemKind.DOCUMENT) if not item.archive_path.endswith(".png")]
    assert {item.archive_path.rpartition(".")[2] for item in documents} == {"docx", "xlsx", "pptx"}
    for item in documents:
        with zipfile.ZipFile(io.BytesIO(contents[item.archive_path])) as package:
            assert package.testzip() is None
            for name in package.namelist():
                ET.fromstring(package.read(name))


def test_a_sidecar_tells_what_the_view_says(drawn):
    contents = merged(drawn)
    for item in drawn.items:
        if not item.sidecar:
            continue
        told = json.loads(contents[item.sidecar])
        assert told["title"] == item.path[-1] == item.drive_path[-1]
        assert told["mime_type"] == item.mime_type
        assert told["starred"] is item.starred
        assert [p["type"] for p in told["permissions"]] == [grant.kind for grant in item.grants]
        assert (told.get("created") is None) == (item.created is None)
        links = {p.get("self_link", "").partition("/files/")[2].partition("/")[0] for p in told["permissions"]}
        assert links == {item.drive_id or ""}


def test_sidecars_and_files_are_parted_somewhere(drawn):
    assert any(item.sidecar and item.part not in (None, item.sidecar_part) for item in drawn.items)


def test_one_folder_lies_in_several_parts(drawn):
    parts = {item.part for item in drawn.items if len(item.path) == 2 and item.path[0] == "05 - Jardin"}
    assert len(parts - {None}) == 3


def test_the_traps_are_in_it(drawn):
    by_path: dict[str, list[ExpectedItem]] = {}
    for item in drawn.items:
        by_path.setdefault(item.path[-1], []).append(item)
    assert [item.archive_path.rpartition("/")[2] for item in by_path["Budget.xlsx"]] == [
        "Budget.xlsx",
        "Budget(1).xlsx",
    ]
    assert [(item.sidecar or "").rpartition("/")[2] for item in by_path["Budget.xlsx"]] == [
        "Budget.xlsx-info.json",
        "Budget.xlsx-info(1).json",
    ]
    assert len(by_path["Photos ateliers"]) == 2
    assert not by_path["Rapport"][0].certain
    assert not by_path["Rapport.docx"][0].certain
    assert by_path["vide.txt"][0].size == 0
    assert by_path["pompe ancienne.pdf"][0].modified == datetime(1601, 1, 1, tzinfo=UTC)
    assert by_path["sans date.odt"][0].modified is None
    assert by_path["tout au fond.txt"][0].archive_path.count("/") > 22
    assert by_path["Logo.png"][0].sidecar is None
    assert by_path["Charte.pdf"][0].drive_id is None
    assert any(len(name) > 200 for name in by_path)


def test_permissions_of_every_kind_are_in_it(drawn):
    grants = {grant for item in drawn.items for grant in item.grants}
    assert {grant.kind for grant in grants} == set(GranteeKind)
    assert {grant.role for grant in grants} == set(Role)
    assert any(grant.deleted for grant in grants)
    assert any(grant.expires for grant in grants)


def test_folders_without_files_are_known_from_their_sidecar_or_their_entry(tmp_path):
    told = draw_takeout(tmp_path, seed=1, files=3)
    assert {item.path[-1] for item in told.items if item.path[0] == "99 - Archives"} >= {
        "À trier (vide)",
        "Dossier sans rien",
    }
    untold = draw_takeout(tmp_path, seed=1, files=3, sidecars=False)
    assert "Takeout/Drive/99 - Archives/Dossier sans rien/" in merged(untold)
    assert not any("vide" in item.archive_path for item in untold.items)


def test_without_sidecars_names_stay_as_archived_and_nothing_else_is_known(tmp_path):
    takeout = draw_takeout(tmp_path, seed=4, files=80, sidecars=False)
    assert all(item.kind is not ItemKind.DOCUMENT for item in takeout.items)
    for item in takeout.items:
        assert "Takeout/Drive/" + "/".join(item.path) == item.archive_path
        assert (item.modified, item.drive_id, item.grants, item.starred) == (None, None, (), False)
    assert any(item.drive_path != item.path for item in takeout.items)


class Listing(HTMLParser):
    """The files of each product's block, their failures apart, by the ids and classes alone."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.folders: list[tuple[int, str]] = []
        self.name = ""
        self.product = ""
        self.listed: Counter[str] = Counter()
        self.failures: list[str] = []
        self.heading = ""

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "a"):
            self.stack.append(dict(attrs).get("class") or "")
            self.product = (dict(attrs).get("id") or "").removeprefix("service-details-") or self.product

    def handle_endtag(self, tag):
        if tag not in ("meta", "a"):
            self.stack.pop()
            self.folders = [(depth, name) for depth, name in self.folders if depth <= len(self.stack)]

    def handle_data(self, data):
        match self.stack[-1:]:
            case ["extracted-folder-name"]:
                self.folders.append((len(self.stack) - 2, data))
            case ["extracted-file-name"]:
                self.name = "/".join((*(name for _, name in self.folders), data[1:]))
                self.listed[f"{self.product}/{self.name}"] += 1
            case ["failure-message"]:
                self.failures.append(self.name)
            case ["header_title"]:
                self.heading = data


@pytest.mark.parametrize("language", list(Language))
def test_the_manifest_lists_every_file_and_what_failed(tmp_path, language):
    takeout = draw_takeout(tmp_path, seed=2, files=80, language=language)
    contents = merged(takeout)
    listing = Listing()
    listing.feed(contents[takeout.manifest or ""].decode())
    expected = Counter(
        f"{product.product}/{name.removeprefix(f'Takeout/{product.folder}/')}"
        for product in takeout.products
        for name in contents
        if name.startswith(f"Takeout/{product.folder}/") and not name.endswith("/")
    )
    failed = Counter(f"{item.product}/{'/'.join(item.path)}" for item in takeout.failed)
    assert listing.listed == expected + failed
    assert Counter(listing.failures) == Counter("/".join(item.path) for item in takeout.failed)
    assert takeout.owner in listing.heading


def test_products_weigh_what_the_archives_hold(drawn):
    contents = merged(drawn)
    assert {product.product for product in drawn.products} == set(Product)
    for product in drawn.products:
        sizes = [
            len(content)
            for name, content in contents.items()
            if name.startswith(f"Takeout/{product.folder}/") and not name.endswith("/")
        ]
        assert (product.files, product.bytes) == (len(sizes), sum(sizes))


def test_without_other_products_and_manifest_only_drive_is_left(tmp_path):
    takeout = draw_takeout(tmp_path, seed=2, files=20, manifest=False, other_products=False)
    assert {name.split("/")[1] for name in merged(takeout)} == {"Drive"}
    assert takeout.failed == ()
    assert takeout.manifest is None


def test_a_big_file_is_written_whole(tmp_path):
    takeout = draw_takeout(tmp_path, seed=2, files=5, parts=1, big_file_bytes=3_000_001, packing=Packing.TGZ)
    big = max(takeout.items, key=lambda item: item.size or 0)
    content = merged(takeout)[big.archive_path]
    assert (len(content), hashlib.sha256(content).hexdigest()) == (3_000_001, big.sha256)


def test_parts_are_named_as_google_does(tmp_path):
    plain = draw_takeout(tmp_path, seed=2, files=5)
    assert [path.name[-8:] for path in plain.parts] == ["-001.zip", "-002.zip", "-003.zip"]
    grouped = draw_takeout(tmp_path, seed=2, files=5, part_names=Numbering.GROUPED)
    assert [path.name[-10:] for path in grouped.parts] == ["-1-001.zip", "-2-001.zip", "-3-001.zip"]


@pytest.mark.parametrize(
    ("name", "archived", "sidecar"),
    [
        ("Budget.xlsx", "Budget.xlsx", "Budget.xlsx-info.json"),
        ("PV d'AG : 12/03 ?", "PV d_AG _ 12_03 _", "PV d_AG _ 12_03 _-info.json"),
        ("a" * 60 + ".pdf", "a" * 47 + ".pdf", "a" * 46 + ".json"),
        ("b" * 40 + ".pdf", "b" * 40 + ".pdf", "b" * 40 + ".pdf-i.json"),
        (".htaccess", ".htaccess", ".htaccess-info.json"),
    ],
)
def test_names_are_spoiled_as_takeout_spoils_them(name, archived, sidecar):
    assert archived_file(name) == archived
    assert archived_sidecar(name) == sidecar


def test_a_cut_never_leaves_half_a_character():
    assert cut("🌻🌻", 3) == "🌻"
    assert spoiled("tout & rien") == "tout _ rien"


def test_a_large_takeout_can_be_asked_for_any_item(tmp_path):
    large = draw_large_takeout(tmp_path, seed=1, items=1200, parts=3, sidecar_every=100)
    archives = [zipfile.ZipFile(path) for path in large.parts]
    try:
        assert sum(len(archive.namelist()) for archive in archives) == 1200 + 12
        assert all(archive.testzip() is None for archive in archives)
        for item in large:
            content = archives[item.part].read(item.archive_path)
            assert hashlib.sha256(content).hexdigest() == item.sha256
        assert len({item.path[:-1] for item in large} | {item.path[:1] for item in large}) == large.folders
        told = json.loads(archives[large.expected(300).part].read(large.expected(300).sidecar or ""))
        assert f"/files/{large.expected(300).drive_id}/" in told["permissions"][0]["self_link"]
    finally:
        for archive in archives:
            archive.close()


def test_a_part_of_more_than_65535_files_is_a_zip64(tmp_path):
    large = draw_large_takeout(tmp_path, seed=1, items=66_000, parts=1, bytes_each=8)
    with zipfile.ZipFile(large.parts[0]) as archive:
        assert len(archive.infolist()) == 66_000
