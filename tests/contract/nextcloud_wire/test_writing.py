"""How files are written one at a time: parents, conditions, hashes, times."""

import hashlib
import time

from tests.contract.nextcloud_wire.wire import (
    STATE,
    mtime,
    refusal,
)


def test_parents_must_be_there(account, at):
    assert refusal(account("PUT", f"{at}/no/a.txt", b"x")) == (404, "NotFound")
    assert refusal(account("MKCOL", f"{at}/no/a")) == (409, "Conflict")
    account("PUT", f"{at}/file", b"x")
    assert refusal(account("PUT", f"{at}/file/a", b"x")) == (404, "NotFound")
    assert refusal(account("MKCOL", f"{at}/file/a")) == (409, "Conflict")


def test_parents_are_made_when_asked(account, at):
    assert account("PUT", f"{at}/m/n/a.txt", b"x", x_nc_webdav_auto_mkcol="1").status_code == 201
    assert account("GET", f"{at}/m/n/a.txt").content == b"x"


def test_a_folder_is_made_once_and_has_an_id(account, at):
    made = account("MKCOL", f"{at}/d")
    assert (made.status_code, made.headers["oc-fileid"]) == (201, account.one(f"{at}/d", "oc:id"))
    again = account("MKCOL", f"{at}/d")
    assert refusal(again) == (405, "MethodNotAllowed")
    assert "allow" in again.headers
    assert refusal(account("PUT", f"{at}/d", b"x")) == (409, "Conflict")


def test_conditions_are_kept(account, at):
    path = f"{at}/a.txt"
    assert refusal(account("PUT", path, b"x", if_match="*")) == (412, "PreconditionFailed")
    etag = account("PUT", path, b"x", if_none_match="*").headers["etag"]
    assert refusal(account("PUT", path, b"y", if_none_match="*")) == (412, "PreconditionFailed")
    wrong = account("PUT", path, b"y", if_match='"other"')
    assert (refusal(wrong), wrong.headers["etag"]) == ((412, "PreconditionFailed"), etag)
    assert refusal(account("DELETE", path, if_match='"other"')) == (412, "PreconditionFailed")
    assert account("PUT", path, b"yy", if_match=etag).status_code == 204


def test_the_server_hashes_what_it_stores(account, at):
    put = account("PUT", f"{at}/a", b"hello", x_hash="sha256")
    assert put.headers["x-hash-sha256"] == hashlib.sha256(b"hello").hexdigest()
    every = account("PUT", f"{at}/a", b"hello2", x_hash="all").headers
    assert every["x-hash-md5"] == hashlib.md5(b"hello2").hexdigest()
    assert every["x-hash-sha1"] == hashlib.sha1(b"hello2").hexdigest()
    assert every["x-hash-sha256"] == hashlib.sha256(b"hello2").hexdigest()
    for ignored in ("SHA256", "foo"):
        headers = account("PUT", f"{at}/a", b"hello", x_hash=ignored).headers
        assert not [name for name in headers if name.startswith("x-hash")]


def test_the_server_hashes_again_when_asked_and_keeps_the_result(account, at):
    account("PUT", f"{at}/a", b"hello", oc_checksum="SHA1:wrong", x_oc_mtime="1234567890")
    before = account.get(f"{at}/a", *STATE)
    for kind in ("sha256", "SHA1", "md5"):
        told = account("PATCH", f"{at}/a", x_recalculate_hash=kind)
        expected = f"{kind.upper()}:{hashlib.new(kind.lower(), b'hello').hexdigest()}"
        assert (told.status_code, told.headers["oc-checksum"]) == (204, expected)
        assert account.one(f"{at}/a", "oc:checksums") == expected
    assert account.get(f"{at}/a", *STATE) == before
    assert account("PATCH", f"{at}/a", x_recalculate_hash="foo").status_code == 500
    assert refusal(account("PATCH", at, x_recalculate_hash="sha1")) == (501, "NotImplemented")


def test_a_checksum_sent_along_is_kept_unverified_until_the_file_changes(account, at):
    path = f"{at}/a"
    assert account("PUT", path, b"x", oc_checksum="garbage").status_code == 201
    assert account.one(path, "oc:checksums") == "garbage"
    account("PUT", path, b"yy")
    assert account.one(path, "oc:checksums") is None
    account("PUT", path, b"x", oc_checksum="SHA1:abc")
    account.set(path, d_lastmodified="1234567000")
    assert account.one(path, "oc:checksums") is None


def test_a_time_up_to_one_day_or_no_number_is_500_after_the_file_was_written(account, at):
    for number, bad in enumerate(("0", "-5", "86400", "abc", "0x55555555")):
        path = f"{at}/{number}"
        refused = account("PUT", path, b"z", x_oc_mtime=bad)
        assert refusal(refused) == (500, "InvalidArgumentException")
        assert account("GET", path).content == b"z"
        assert abs(mtime(account, path) - time.time()) < 120
    refused = account("PUT", f"{at}/c", b"z", x_oc_ctime="abc")
    assert refusal(refused) == (500, "InvalidArgumentException")
    assert account("PUT", f"{at}/d", b"z", x_oc_ctime="0").status_code == 201


def test_times_far_away_are_kept(account, at):
    for given, kept in (("86401", 86401), ("1234567890.7", 1234567890), ("4102444800", 4102444800)):
        account("PUT", f"{at}/{given}", b"z", x_oc_mtime=given)
        assert mtime(account, f"{at}/{given}") == kept


def test_an_overwrite_without_a_time_is_now_and_keeps_the_created_time(account, at):
    path = f"{at}/a"
    account("PUT", path, b"x", x_oc_mtime="1234567890", x_oc_ctime="1134567890")
    account("PUT", path, b"yy")
    assert abs(mtime(account, path) - time.time()) < 120
    assert account.one(path, "nc:creation_time") == "1134567890"


def test_an_empty_file_is_a_file(account, at):
    assert account("PUT", f"{at}/a", b"").status_code == 201
    assert account.one(f"{at}/a", "oc:size") == "0"
    assert account("GET", f"{at}/a").content == b""


def test_trap_a_file_sent_with_chunked_transfer_encoding_is_stored_empty(account, at):
    """On the real server it is a race that a short body sometimes wins; a long one never does."""
    pieces = (b"x" * 65536 for _ in range(50))
    put = account.raw("PUT", account.files(f"{at}/a"), content=pieces, headers={"X-Hash": "sha256"})
    assert put.status_code == 201
    assert put.headers["x-hash-sha256"] == hashlib.sha256(b"").hexdigest()
    assert account.one(f"{at}/a", "oc:size") == "0"
