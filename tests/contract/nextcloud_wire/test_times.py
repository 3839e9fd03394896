"""When etags and times change, and when they do not."""

import time

import pytest

from tests.contract.nextcloud_wire.wire import STATE, mtime, refusal


def test_trap_same_length_and_same_time_is_the_same_etag_whatever_the_bytes(account, at):
    path = f"{at}/a"
    first = account("PUT", path, b"hello", x_oc_mtime="1234567890").headers
    second = account("PUT", path, b"HELLO", x_oc_mtime="1234567890").headers
    assert second["etag"] == first["etag"]
    third = account("PUT", path, b"HELLO", x_oc_mtime="1234567891").headers
    assert third["etag"] != first["etag"]


def test_trap_a_file_written_twice_in_a_second_keeps_its_etag_even_at_another_length(account, at):
    for attempt in range(20):
        first = account("PUT", f"{at}/{attempt}", b"hello").headers["etag"]
        if account("PUT", f"{at}/{attempt}", b"HELLO!").headers["etag"] == first:
            return
    pytest.fail("the etag changed each time")


def test_setting_a_files_time_changes_its_etag_unless_it_has_that_time(account, at):
    path = f"{at}/a"
    etag = account("PUT", path, b"hello", x_oc_mtime="1234567890").headers["etag"]
    assert account.set(path, d_lastmodified="1234567890") == {"d:lastmodified": 200}
    assert account.one(path, "d:getetag") == etag
    account.set(path, d_lastmodified="1234567891")
    assert account.one(path, "d:getetag") != etag
    assert mtime(account, path) == 1234567891


def test_stars_properties_and_created_times_change_no_etag(account, at):
    account("PUT", f"{at}/a", b"hello")
    before = account.get(f"{at}/a", *STATE), account.get(at, *STATE)
    statuses = account.set(f"{at}/a", oc_favorite="1", nc_creation_time="1111111111", x_source__id="é&amp;😀")
    assert set(statuses.values()) == {200}
    names = ("oc:favorite", "nc:creation_time", "x:source-id")
    assert account.get(f"{at}/a", *names) == ["1", "1111111111", "é&😀"]
    assert (account.get(f"{at}/a", *STATE), account.get(at, *STATE)) == before


def test_a_write_gives_all_folders_above_a_new_etag_and_the_time_of_now(account, at):
    account("MKCOL", f"{at}/b")
    account("MKCOL", f"{at}/b/c")
    for folder in (f"{at}/b/c", f"{at}/b", at):
        account.set(folder, d_lastmodified="1000000000")
    before = [account.one(folder, "d:getetag") for folder in ("/", at, f"{at}/b", f"{at}/b/c")]
    account("PUT", f"{at}/b/c/f", b"x", x_oc_mtime="1234567890")
    for etag, folder in zip(before, ("/", at, f"{at}/b", f"{at}/b/c"), strict=True):
        assert account.one(folder, "d:getetag") != etag
        assert abs(mtime(account, folder) - time.time()) < 120
    assert account.get(at, "oc:size") == ["1"]


def test_folder_times_set_deepest_first_stay(account, at):
    account("PUT", f"{at}/b/c/f", b"x", x_nc_webdav_auto_mkcol="1")
    for number, folder in enumerate((f"{at}/b/c", f"{at}/b", at)):
        account.set(folder, d_lastmodified=str(1000000000 - number))
    kept = [mtime(account, folder) for folder in (f"{at}/b/c", f"{at}/b", at)]
    assert kept == [1000000000, 999999999, 999999998]


def test_a_childs_time_raises_the_folders_above_but_never_lowers_them(account, at):
    account("MKCOL", f"{at}/b")
    account.set(f"{at}/b", d_lastmodified="1000000000")
    account.set(at, d_lastmodified="1000000000")
    account.set(f"{at}/b", d_lastmodified="1000005000")
    assert mtime(account, at) == 1000005000
    account.set(f"{at}/b", d_lastmodified="1000000001")
    assert mtime(account, at) == 1000000001
    account.set(at, d_lastmodified="1000009000")
    account.set(f"{at}/b", d_lastmodified="1000000002")
    assert mtime(account, at) == 1000009000


def test_trap_setting_a_folders_time_again_does_nothing_when_only_a_childs_content_changed(account, at):
    account("PUT", f"{at}/f", b"1")
    account.set(at, d_lastmodified="1000000000")
    account("PUT", f"{at}/f", b"22")
    assert abs(mtime(account, at) - time.time()) < 120
    assert account.set(at, d_lastmodified="1000000000") == {"d:lastmodified": 200}
    assert abs(mtime(account, at) - time.time()) < 120
    account.set(at, d_lastmodified="1000000001")
    account.set(at, d_lastmodified="1000000000")
    assert mtime(account, at) == 1000000000


def test_an_overwrite_with_an_old_time_gives_the_folder_that_time(account, at):
    account("PUT", f"{at}/f", b"1")
    account.set(at, d_lastmodified="1000000000")
    account("PUT", f"{at}/f", b"22", x_oc_mtime="1234567890")
    assert mtime(account, at) == 1234567890


def test_a_patch_is_all_or_nothing(account, at):
    account("PUT", f"{at}/a", b"x")
    statuses = account.set(f"{at}/a", x_source__id="n", d_getlastmodified="x")
    assert statuses == {"d:getlastmodified": 403, "x:source-id": 424}
    assert account.one(f"{at}/a", "x:source-id") is None
    for name in ("oc_fileid", "oc_size", "oc_checksums", "d_displayname"):
        assert list(account.set(f"{at}/a", **{name: "5"}).values()) == [403]


def test_times_a_patch_refuses(account, at):
    account("PUT", f"{at}/a", b"x")
    assert account.set(f"{at}/a", d_lastmodified="0") == {"d:lastmodified": 403}
    for bad in ("-5", "abc"):
        body = f'<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:lastmodified>{bad}</d:lastmodified>'
        body += "</d:prop></d:set></d:propertyupdate>"
        assert refusal(account("PROPPATCH", f"{at}/a", body.encode())) == (500, "InvalidArgumentException")


def test_a_property_is_removed(account, at):
    account.set(at, x_source__id="n")
    removed = account.patch(at, "<d:remove><d:prop><x:source-id/></d:prop></d:remove>")
    assert removed == {"x:source-id": 204}
    assert account.one(at, "x:source-id") is None
