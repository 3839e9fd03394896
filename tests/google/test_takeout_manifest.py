"""archive_browser.html is understood in the shapes that public archives show, and never trusted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from degoog.google.takeout.manifest import Entry, Listed, NotExported, NotExportedCount, Owner, Service, read
from degoog.model import FailReason, SkipReason
from tests.google.reading import seen, zipped

TOP = "Takeout/Drive/"
FLAT = """<h1 class="header_title">Archive for someone@example.org</h1>
<div id="service-details-PHOTOS" class="service-detail"><div class="service-header"><h1>Google Photos</h1>
1 files exported successfully • 1.2 GB</div><div class="file-leaf"><div class="extracted-file-name">r.jpg</div></div>
</div>
<div id="service-details-DRIVE" class="service-detail"><div class="service-header"><h1>Mon espace</h1>
2 files exported successfully • 3 files failed • 300 MB</div>
<div class="extracted-folder-name">Docs</div>
<div class="file-leaf"><div class="extracted-file-name">b &amp; c.txt</div></div>
<div class="extracted-folder-name">Sous-dossier</div>
<div class="file-leaf"><div class="extracted-file-name">e.txt</div></div></div>"""


def entries(page: str, size: int = 1 << 16) -> list[Entry]:
    data = page.encode()
    return list(read(data[start : start + size] for start in range(0, len(data), size)))


def test_a_flat_page_gives_owner_services_files_and_the_number_that_failed():
    got = entries(FLAT)
    assert Owner("someone@example.org") in got
    assert [one for one in got if isinstance(one, Service)] == [
        Service("PHOTOS", "Google Photos"),
        Service("DRIVE", "Mon espace"),
    ]
    assert [one for one in got if isinstance(one, Listed)] == [
        Listed("PHOTOS", "", "r.jpg"),
        Listed("DRIVE", "Docs", "b & c.txt"),
        Listed("DRIVE", "Sous-dossier", "e.txt"),
    ]
    assert NotExportedCount("DRIVE", 3) in got


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_pieces_of_any_size_give_the_same(size):
    assert entries(FLAT, size) == entries(FLAT)


def test_what_a_script_says_is_no_listing():
    page = '<div id="service-details-DRIVE"><script>"<div class=\\"extracted-file-name\\">x</div>"</script></div>'
    assert entries(page) == []


def test_a_failure_after_a_name_makes_it_a_file_that_was_not_exported():
    page = (
        '<div id="service-details-DRIVE"><div class="file-leaf"><div class="extracted-file-name"> a</div>'
        '<div class="failure-message">Service failed</div></div><div class="file-leaf">'
        '<div class="extracted-file-name"> b</div><div class="failure-message"></div></div></div>'
    )
    assert entries(page) == [NotExported("DRIVE", "", "a", "Service failed"), Listed("DRIVE", "", "b")]


def test_a_block_of_failures_is_understood():
    page = '<div id="service-details-DRIVE"><div class="service-errors"><ul><li>a.gform</li><li>b</li></ul></div></div>'
    assert entries(page) == [NotExported("DRIVE", "", "a.gform"), NotExported("DRIVE", "", "b")]


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' adivclsexrtoln-efm\n", max_size=300))
def test_no_page_is_an_error(page):
    entries('<div id="service-details-DRIVE">' + page)


def test_drive_under_its_name_in_any_language_is_recognised_by_the_page(tmp_path):
    part = zipped(tmp_path / "t.zip", {"Takeout/archive_browser.html": FLAT.encode(), "Takeout/Mon espace/e.txt": b"e"})
    view = seen(part)
    assert set(view.files) == {"e.txt"}
    assert view.account == "someone@example.org"


def test_a_page_that_shows_folders_without_their_path_invents_nothing_missing(tmp_path):
    files = {"Takeout/Mon espace/Docs/b _ c.txt": b"b", "Takeout/Mon espace/Docs/Sous-dossier/e.txt": b"e"}
    view = seen(zipped(tmp_path / "t.zip", {"Takeout/Archiv_Übersicht.html": FLAT.encode(), **files}))
    assert view.with_verdict(FailReason.MISSING_PART) == []
    assert len(view.files) == 2


def test_a_listed_file_that_no_part_holds_is_failed_with_the_cure(tmp_path):
    files = {"Takeout/Mon espace/Docs/b & c.txt": b"b"}
    (line,) = seen(zipped(tmp_path / "t.zip", {"Takeout/archive_browser.html": FLAT.encode(), **files})).with_verdict(
        FailReason.MISSING_PART
    )
    assert line.item.path == "Sous-dossier/e.txt"
    assert "download" in line.detail


def test_failures_that_are_only_counted_are_one_line(tmp_path):
    view = seen(zipped(tmp_path / "t.zip", {"Takeout/archive_browser.html": FLAT.encode(), TOP + "a": b""}))
    (line,) = view.with_verdict(SkipReason.NOT_EXPORTED)
    assert line.item.count == 3


def test_a_product_of_which_no_part_was_given_is_still_a_line(tmp_path):
    view = seen(zipped(tmp_path / "t.zip", {"Takeout/archive_browser.html": FLAT.encode(), TOP + "a": b""}))
    (line,) = view.with_verdict(SkipReason.NOT_SUPPORTED)
    assert (line.item.name, line.item.count) == ("Google Photos", 1)
