"""The Takeout source finds what the drawer says is in the archives: the drawer knows, it does not read."""

import asyncio
from pathlib import Path

import pytest

from degoog.errors import Usage
from degoog.google.takeout import TakeoutSource
from degoog.model import Found, Kind, LossKind, SkipReason
from degoog.sandbox.takeout import (
    DrawnTakeout,
    ExpectedItem,
    ItemKind,
    Language,
    Numbering,
    Packing,
    Product,
    Role,
    draw_takeout,
)
from tests.google.reading import Seen, seen

TOP = "Takeout/Drive/"
OTHER_ROADS = {Product.CALENDAR, Product.CONTACTS, Product.TASKS}


@pytest.fixture(scope="module", params=list(Packing))
def takeout(request, tmp_path_factory) -> tuple[DrawnTakeout, Seen]:
    drawn = draw_takeout(tmp_path_factory.mktemp("drawn"), seed=3, files=200, packing=request.param)
    return drawn, seen(*drawn.parts)


def certain(drawn: DrawnTakeout) -> list[ExpectedItem]:
    return [item for item in drawn.items if item.certain]


def found(view: Seen, expected: ExpectedItem):
    return (view.folders | view.files)[expected.archive_path.removeprefix(TOP)]


def test_every_folder_and_file_is_found_once_and_nothing_else(takeout):
    drawn, view = takeout
    paths = [one.item.path for one in view.found if one.verdict is None]
    expected = [item.archive_path for item in drawn.items] + list(drawn.extras)
    assert sorted(TOP + path for path in paths) == sorted(expected)


def test_every_key_is_used_once(takeout):
    refs = [one.item.ref for one in takeout[1].found]
    assert len(refs) == len(set(refs))


def test_every_file_has_its_bytes_and_its_size(takeout):
    drawn, view = takeout
    for expected in drawn.items:
        if expected.sha256:
            item = found(view, expected)
            assert (view.contents[str(item.ref)], item.size) == (expected.sha256, expected.size)


def test_names_are_the_true_ones_and_documents_keep_their_extension(takeout):
    drawn, view = takeout
    for expected in certain(drawn):
        name = expected.path[-1]
        if expected.kind is ItemKind.DOCUMENT:
            name += expected.archive_path[expected.archive_path.rindex(".") :]
        assert found(view, expected).name == name


def test_kinds_times_stars_and_types_are_those_of_the_sidecars(takeout):
    drawn, view = takeout
    for expected in certain(drawn):
        item = found(view, expected)
        assert (str(item.kind), item.created, item.starred) == (str(expected.kind), expected.created, expected.starred)
        assert item.media == (expected.mime_type or "")
        if expected.content_modified is not None:
            assert item.modified == expected.content_modified


def test_the_key_is_the_id_of_the_sidecar_else_the_path(takeout):
    drawn, view = takeout
    for expected in certain(drawn):
        path = expected.archive_path.removeprefix(TOP)
        want = ("drive", expected.drive_id) if expected.drive_id else ("takeout", path)
        ref = found(view, expected).ref
        assert (ref.service, ref.id) == want


def test_sharing_is_a_loss_for_each_but_the_owner(takeout):
    drawn, view = takeout
    for expected in certain(drawn):
        losses = [loss for loss in found(view, expected).losses if loss.kind is LossKind.SHARING]
        grants = [grant for grant in expected.grants if grant.role is not Role.OWNER]
        assert [loss.role for loss in losses] == [grant.role.value for grant in grants]
        for loss, grant in zip(losses, grants, strict=True):
            assert loss.who == grant.who or grant.who is None
            assert f"type={grant.kind.value}" in loss.detail
            assert ("expires=" in loss.detail) == (grant.expires is not None)
            assert ("deleted" in loss.detail) == grant.deleted


def test_everything_hangs_from_the_folder_it_lies_in(takeout):
    view = takeout[1]
    for path, item in (view.folders | view.files).items():
        above = path.rpartition("/")[0]
        assert item.parent == (view.folders[above].ref if above else None)


def test_folders_come_before_what_lies_in_them(takeout):
    given = {None}
    for one in takeout[1].found:
        assert one.item.parent in given
        given.add(one.item.ref)


def test_other_products_are_one_line_each_with_count_and_bytes(takeout):
    drawn, view = takeout
    lines = {one.item.name: one for one in view.found if one.item.kind is Kind.PRODUCT}
    others = [product for product in drawn.products if product.product is not Product.DRIVE]
    assert set(lines) == {product.folder for product in others}
    for product in others:
        line = lines[product.folder]
        road = SkipReason.OTHER_ROAD if product.product in OTHER_ROADS else SkipReason.NOT_SUPPORTED
        assert (line.item.count, line.item.size, line.verdict) == (product.files, product.bytes, road)
        assert line.detail


def test_what_google_did_not_export_is_listed_with_its_words(takeout):
    drawn, view = takeout
    lines = view.with_verdict(SkipReason.NOT_EXPORTED)
    assert {one.item.path for one in lines} == {"/".join(failed.path) for failed in drawn.failed}
    assert all(drawn.failed[0].message in one.detail for one in lines)


def test_the_owner_is_the_account(takeout):
    drawn, view = takeout
    assert view.account == drawn.owner
    assert all(item.owner == drawn.owner for item in view.files.values())


def test_only_a_tgz_is_sequential(takeout):
    drawn, view = takeout
    assert view.sequential == (drawn.parts[0].suffix == ".tgz")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("manifest", [True, False])
@pytest.mark.parametrize("sidecars", [True, False])
def test_any_language_with_or_without_manifest_and_sidecars_gives_every_item(tmp_path, language, manifest, sidecars):
    drawn = draw_takeout(tmp_path, seed=8, files=70, language=language, manifest=manifest, sidecars=sidecars)
    view = seen(*drawn.parts)
    paths = [TOP + one.item.path for one in view.found if one.verdict is None]
    assert sorted(paths) == sorted([item.archive_path for item in drawn.items] + list(drawn.extras))
    others = {product.folder for product in drawn.products if product.product is not Product.DRIVE}
    assert {one.item.name for one in view.found if one.item.kind is Kind.PRODUCT} == others
    assert view.account == (drawn.owner if manifest else "takeout")


def test_grouped_part_names_are_no_gap(tmp_path):
    drawn = draw_takeout(tmp_path, seed=5, files=65, part_names=Numbering.GROUPED, manifest=False)
    assert not seen(*drawn.parts).with_verdict("missing_part")


def test_a_missing_grouped_part_is_named(tmp_path):
    drawn = draw_takeout(tmp_path, seed=5, files=65, part_names=Numbering.GROUPED, manifest=False)
    missing = seen(drawn.parts[0], drawn.parts[2]).with_verdict("missing_part")
    (line,) = [one for one in missing if one.item.kind is Kind.PRODUCT]
    assert line.item.name == drawn.parts[1].name


def test_two_exports_of_the_same_drive_have_the_same_keys_and_documents_fingerprints(tmp_path):
    (tmp_path / "zip").mkdir()
    (tmp_path / "tgz").mkdir()
    first = draw_takeout(tmp_path / "zip", seed=6, files=70, parts=2)
    second = draw_takeout(tmp_path / "tgz", seed=6, files=70, parts=4, packing=Packing.TGZ)
    before, after = seen(*first.parts), seen(*second.parts)
    assert {(item.ref, item.content, item.place) for item in before.files.values()} == {
        (item.ref, item.content, item.place) for item in after.files.values()
    }


def test_the_order_in_which_the_parts_are_named_changes_nothing(tmp_path):
    drawn = draw_takeout(tmp_path, seed=9, files=65)
    one, other = seen(*drawn.parts), seen(*reversed(drawn.parts))
    assert one.found == other.found


def test_walking_again_gives_the_same(tmp_path):
    drawn = draw_takeout(tmp_path, seed=9, files=65)

    async def twice() -> tuple[list[Found], list[Found]]:
        async with TakeoutSource(drawn.parts) as source:
            return [one async for one in source.walk()], [one async for one in source.walk()]

    first, second = asyncio.run(twice())
    assert first == second


def test_nothing_is_left_on_the_disk(tmp_path):
    parts, scratch = tmp_path / "parts", tmp_path / "scratch"
    parts.mkdir()
    scratch.mkdir()
    drawn = draw_takeout(parts, seed=2, files=62, packing=Packing.TGZ, big_file_bytes=9 << 20)
    view = seen(*drawn.parts, scratch=scratch)
    assert view.files
    assert list(Path(scratch).iterdir()) == []


def test_the_archives_of_two_people_are_not_moved_as_one(tmp_path):
    parts: list[Path] = []
    for owner in ("anna@lauze.example", "benoit@lauze.example"):
        (tmp_path / owner).mkdir()
        parts += draw_takeout(tmp_path / owner, seed=1, files=5, parts=1, owner=owner).parts

    async def go() -> None:
        async with TakeoutSource(parts):
            pass

    with pytest.raises(Usage, match="two people"):
        asyncio.run(go())
