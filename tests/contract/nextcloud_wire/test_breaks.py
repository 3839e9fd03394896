"""Connections that break in the middle, and files somebody is writing to."""

import hashlib

from tests.contract.nextcloud_wire.wire import (
    OCS,
    STATE,
    begin_put,
    bulk,
    chunks,
    cut,
    hold,
    md5_part,
    refusal,
    rows,
    until,
)


def test_a_new_file_cut_in_the_middle_leaves_nothing(account, at):
    connection = begin_put(account, account.files(f"{at}/a"), announced=500_000, sent=b"Q" * 200_000)
    cut(connection)
    assert not account.exists(f"{at}/a")


def test_a_chunk_cut_in_the_middle_leaves_nothing(account):
    folder = chunks(account, b"one")
    for name in ("00001", "00002"):
        target = f"/remote.php/dav/uploads/{account.login}{folder}/{name}"
        cut(begin_put(account, target, announced=500_000, sent=b"Q" * 200_000))
    listed = rows(account.upload("PROPFIND", folder, depth="1"))
    assert [row.name for row in listed][1:] == [".file", "00001"]
    assert account.upload("GET", f"{folder}/00001").content == b"one"
    account.upload("DELETE", folder)


def test_trap_an_overwrite_cut_in_the_middle_truncates_the_file_while_listings_show_the_old_one(account, at):
    path = f"{at}/a"
    old = b"0123456789" * 1000
    account("PUT", path, old, x_oc_mtime="1234567890", oc_checksum="SHA1:abc")
    before = account.get(path, *STATE, "oc:checksums")
    etag_above = account.one(at, "d:getetag")
    cut(hold(account, path, announced=500_000, sent=b"Q" * 200_000))
    until(lambda: account.one(at, "d:getetag") != etag_above)
    assert account.get(path, *STATE, "oc:checksums") == before
    hashed = account("PATCH", path, x_recalculate_hash="sha256").headers["oc-checksum"]
    assert hashed != f"SHA256:{hashlib.sha256(old).hexdigest()}"
    assert account.get(path, *STATE) == before[:4]
    left = account("GET", path).content
    assert left == b"Q" * len(left)
    assert hashed == f"SHA256:{hashlib.sha256(left).hexdigest()}"
    after = account.get(path, *STATE)
    assert (after[0], after[2]) == (before[0], str(len(left)))
    assert after[1] != before[1]


def test_a_file_being_read_is_locked_for_writers(account, at):
    path = f"{at}/a"
    account("PUT", path, b"x" * 30_000_000)
    given = {"auth": (account.login, account.password)}
    with account.client.stream("GET", account.url + account.files(path), **given):
        account.client.cookies.clear()
        assert refusal(account("PUT", path, b"y")) == (423, "FileLocked")
        assert refusal(account("DELETE", path)) == (423, "FileLocked")
        assert account("GET", path, range="bytes=0-1").content == b"xx"
    until(lambda: account("PUT", path, b"y").status_code == 204)


def test_a_file_being_written_is_locked(account, at):
    path = f"{at}/a"
    account("PUT", path, b"x")
    connection = hold(account, path, announced=100, sent=b"Q" * 50)
    try:
        assert refusal(account("GET", path)) == (423, "FileLocked")
        assert refusal(account("PUT", path, b"yy")) == (423, "FileLocked")
        assert refusal(account("DELETE", path)) == (423, "FileLocked")
        assert refusal(account("COPY", path, destination=account.to(f"{at}/b"))) == (423, "FileLocked")
        assert refusal(account("MOVE", path, destination=account.to(f"{at}/b"))) == (500, "LockedException")
        told = bulk(account, md5_part(path, b"x"), md5_part(f"{at}/c", b"x")).json()
        assert told[path]["message"] == f'"/{account.login}/files{path}" is locked'
        assert not told[f"{at}/c"]["error"]
        folder = chunks(account, b"x")
        moved = account.upload("MOVE", f"{folder}/.file", destination=account.to(path))
        assert refusal(moved) == (423, "FileLocked")
        connection.sendall(b"Q" * 50)
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
    finally:
        connection.close()
    assert account("GET", path).content == b"Q" * 100


def test_ocs_is_asked_without_cookies_here(account):
    assert not account.client.cookies
    assert account.raw("GET", "/ocs/v2.php/cloud/user", headers=OCS).status_code == 200
