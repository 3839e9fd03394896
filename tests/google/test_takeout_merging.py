"""Parts are one tree: what repeats is one item, what differs stays apart, what is odd survives."""

from datetime import UTC, datetime

import pytest

from degoog.model import FailReason, Kind, LossKind
from tests.google.reading import digest, seen, zipped

TOP = "Takeout/Drive/"
TOLD = '{"title": "%s", "mime_type": "%s", "starred": true, "created": "%s", "content_last_modified": "%s"}'


def sidecar(title="a", media="", created="2020-02-03T04:05:06.789Z", modified="2021-02-03T04:05:06Z") -> bytes:
    return (TOLD % (title, media, created, modified)).encode()


def test_the_same_entry_in_two_parts_is_one_item(tmp_path):
    one = zipped(tmp_path / "t-001.zip", {TOP + "d/a.txt": b"a", TOP + "d/b.txt": b"b"})
    two = zipped(tmp_path / "t-002.zip", {TOP + "d/a.txt": b"a", TOP + "d/c.txt": b"c"})
    view = seen(one, two)
    assert sorted(view.files) == ["d/a.txt", "d/b.txt", "d/c.txt"]
    assert len(view.found) == 4


def test_one_path_with_two_contents_is_two_items_in_any_order(tmp_path):
    one = zipped(tmp_path / "t-001.zip", {TOP + "a.txt": b"a"})
    two = zipped(tmp_path / "t-002.zip", {TOP + "a.txt": b"other"})
    view = seen(one, two)
    assert {view.contents[str(f.item.ref)] for f in view.found} == {digest(b"a"), digest(b"other")}
    assert seen(two, one).found == view.found


def test_names_that_differ_by_normalisation_or_case_stay_apart(tmp_path):
    part = zipped(
        tmp_path / "t.zip", {TOP + n: n.encode() for n in ("é.txt", "e\u0301.txt", "É.txt", "E.txt", "e.txt")}
    )
    view = seen(part)
    assert len(view.found) == len({f.item.ref for f in view.found}) == len(set(view.contents.values())) == 5


def test_a_folder_spelled_in_two_normal_forms_is_one_folder(tmp_path):
    one = zipped(tmp_path / "t-001.zip", {TOP + "é/a.txt": b"a"})
    two = zipped(tmp_path / "t-002.zip", {TOP + "e\u0301/b.txt": b"b"})
    view = seen(one, two)
    assert [f.item.name for f in view.found if f.item.kind is Kind.FOLDER] == ["é"]


def test_a_file_and_a_folder_of_one_name_have_two_keys(tmp_path):
    view = seen(zipped(tmp_path / "t.zip", {TOP + "x": b"x", TOP + "x/y": b"y"}))
    assert len({f.item.ref for f in view.found}) == 3


def test_two_files_with_one_drive_id_are_both_kept(tmp_path):
    told = b'{"title": "a.txt", "starred": false, "id": "1234567890abc"}'
    files = {TOP + "a.txt": b"a", TOP + "a.txt-info.json": told, TOP + "d/a.txt": b"a", TOP + "d/a.txt-info.json": told}
    view = seen(zipped(tmp_path / "t.zip", files))
    assert sorted(view.files) == ["a.txt", "d/a.txt"]
    assert len({item.ref for item in view.files.values()}) == 2


def test_a_sidecar_without_its_file_tells_of_a_file_that_is_missing(tmp_path):
    view = seen(zipped(tmp_path / "t.zip", {TOP + "a.txt-info.json": sidecar("a.txt"), TOP + "b.txt": b"b"}))
    assert sorted(view.files) == ["b.txt"]
    missing = view.of("a.txt")
    assert (missing.verdict, missing.hides, missing.item.starred) == (FailReason.MISSING_PART, True, True)


def test_what_looks_like_a_sidecar_but_has_one_is_a_file(tmp_path):
    told = {TOP + "a.txt-info.json": sidecar("a.txt"), TOP + "a.txt-info.json-info.json": sidecar("a.txt-info.json")}
    view = seen(zipped(tmp_path / "t.zip", told))
    assert sorted(view.files) == ["a.txt-info.json"]


@pytest.mark.parametrize("content", [b"{}", b"[]", b"not json", b'"text"', b"\xff\xfe\x00", b"[" * 90_000, b""])
def test_a_file_that_only_looks_like_a_sidecar_is_a_file(tmp_path, content):
    view = seen(zipped(tmp_path / "t.zip", {TOP + "a.txt": b"a", TOP + "a.txt-info.json": content}))
    assert view.contents[str(view.files["a.txt-info.json"].ref)] == digest(content)
    assert view.files["a.txt"].name == "a.txt"


def test_a_sidecar_larger_than_any_is_a_file(tmp_path):
    view = seen(zipped(tmp_path / "t.zip", {TOP + "a": b"a", TOP + "a-info.json": sidecar() + b" " * (2 << 20)}))
    assert sorted(view.files) == ["a", "a-info.json"]


def test_a_folder_known_only_by_its_sidecar_is_a_folder(tmp_path):
    told = sidecar("Vide ?", "application/vnd.google-apps.folder")
    view = seen(zipped(tmp_path / "t.zip", {TOP + "Vide _-info.json": told, TOP + "a.txt": b"a"}))
    assert [f.item.name for f in view.found if f.item.kind is Kind.FOLDER] == ["Vide ?"]
    assert set(view.files) == {"a.txt"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.docx", "a.docx-info.json"),
        ("a.docx", "a-info.json"),
        ("a(1).docx", "a.docx-info(1).json"),
        ("a(1).docx", "a-info(1).json"),
        (
            "Un nom très long qui dépasse ce que Google garde.docx",
            "Un nom très long qui dépasse ce que Google ga-.json",
        ),
        (
            "Un nom très long qui dépasse ce que Google garde.docx",
            "Un nom très long qui dépasse ce que Google gar.json",
        ),
    ],
)
def test_every_spelling_of_a_sidecars_name_is_understood(tmp_path, name, told):
    title = "Un nom très long qui dépasse ce que Google garde de ses noms" if name.startswith("Un") else "a"
    content = sidecar(title, "application/vnd.google-apps.document")
    (item,) = seen(zipped(tmp_path / "t.zip", {TOP + name: b"x", TOP + told: content})).files.values()
    assert (item.name, item.kind, item.starred) == (title + ".docx", Kind.DOCUMENT, True)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("1601-01-01T00:00:00.000Z", datetime(1601, 1, 1, tzinfo=UTC)),
        ("2020-05-06T07:08:09+02:00", datetime(2020, 5, 6, 5, 8, 9, tzinfo=UTC)),
        ("2020-05-06", datetime(2020, 5, 6, tzinfo=UTC)),
    ],
)
def test_times_of_any_year_are_kept_in_utc(tmp_path, text, want):
    files = {TOP + "a": b"a", TOP + "a-info.json": sidecar(created=text, modified=text)}
    (item,) = seen(zipped(tmp_path / "t.zip", files)).files.values()
    assert (item.created, item.modified) == (want, want)


@pytest.mark.parametrize("text", ["hier", "99999-13-45T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_an_absurd_time_is_none_and_its_text_is_a_loss(tmp_path, text):
    files = {TOP + "a": b"a", TOP + "a-info.json": sidecar(created=text, modified=text)}
    (item,) = seen(zipped(tmp_path / "t.zip", files)).files.values()
    assert (item.created, item.modified) == (None, None)
    assert {(loss.kind, loss.detail) for loss in item.losses} == {(LossKind.TIME, text), (LossKind.CREATED, text)}


@pytest.mark.parametrize(
    ("name", "title", "media", "want"),
    [
        ("Rapport.docx", "Rapport", "application/vnd.google-apps.document", "Rapport.docx"),
        ("Rapport.docx", "Rapport.docx", "application/vnd.openxmlformats", "Rapport.docx"),
        ("a_b.pdf", "a/b.pdf", "application/pdf", "a/b.pdf"),
        ("scan", "scan", "image/png", "scan"),
        ("a.txt", "..", "text/plain", "a.txt"),
        ("a.txt", "   ", "text/plain", "a.txt"),
    ],
)
def test_true_names_come_back(tmp_path, name, title, media, want):
    files = {TOP + name: b"a", f"{TOP}{name}-info.json": sidecar(title, media)}
    (item,) = seen(zipped(tmp_path / "t.zip", files)).files.values()
    assert item.name == want


def test_a_converted_document_is_unchanged_while_its_time_is(tmp_path):
    told = sidecar("Compte rendu", "application/vnd.google-apps.document")
    one = zipped(tmp_path / "1.zip", {TOP + "Compte rendu.docx": b"export", TOP + "Compte rendu-info.json": told})
    two = zipped(tmp_path / "2.zip", {TOP + "Compte rendu.docx": b"other!", TOP + "Compte rendu-info.json": told})
    (first,), (second,) = seen(one).files.values(), seen(two).files.values()
    assert first.content == second.content


def test_a_hole_in_the_numbers_is_a_failed_line_where_no_list_says_more(tmp_path):
    one = zipped(tmp_path / "takeout-20260105T080000Z-001.zip", {TOP + "a": b"a"})
    four = zipped(tmp_path / "takeout-20260105T080000Z-004 (1).zip", {TOP + "b": b"b"})
    lines = seen(one, four).with_verdict(FailReason.MISSING_PART)
    assert [line.item.name for line in lines] == [f"takeout-20260105T080000Z-00{number}.zip" for number in (2, 3)]
    assert all("missing" in line.detail for line in lines)


def test_a_zip_that_is_no_takeout_is_its_files(tmp_path):
    view = seen(zipped(tmp_path / "photos.zip", {"Sortie/a.jpg": b"a", "b.txt": b"b", "__MACOSX/._b.txt": b"m"}))
    assert sorted(view.files) == ["Sortie/a.jpg", "b.txt"]
    assert [one.item.name for one in view.found if one.verdict == "not_supported"] == ["__MACOSX"]


def test_files_beside_the_products_are_counted(tmp_path):
    view = seen(zipped(tmp_path / "t.zip", {"Takeout/lisez-moi.txt": b"abc", TOP + "a": b"a"}))
    (line,) = view.with_verdict("not_supported")
    assert (line.item.count, line.item.size) == (1, 3)


def test_archives_that_do_not_say_whose_they_are_never_take_one_persons_file_for_anothers(tmp_path):
    """Neither lane nor path tells them apart: a changed content would be replaced in the new place."""
    hers = seen(zipped(tmp_path / "hers.zip", {TOP + "budget.ods": b"hers", TOP + "same.txt": b"same"}))
    his = seen(zipped(tmp_path / "his.zip", {TOP + "budget.ods": b"his", TOP + "same.txt": b"same"}))
    assert hers.files["budget.ods"].ref != his.files["budget.ods"].ref
    assert hers.files["same.txt"].ref == his.files["same.txt"].ref


def test_where_an_archive_says_whose_it_is_a_changed_file_keeps_its_key(tmp_path):
    manifest = {"Takeout/archive_browser.html": b"<h1>Archive for anna@lauze.example</h1>"}
    before = seen(zipped(tmp_path / "1.zip", {TOP + "budget.ods": b"before"} | manifest))
    after = seen(zipped(tmp_path / "2.zip", {TOP + "budget.ods": b"after"} | manifest))
    assert before.files["budget.ods"].ref == after.files["budget.ods"].ref
