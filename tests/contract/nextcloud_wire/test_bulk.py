"""Many small files in one request."""

import hashlib

import pytest

from tests.contract.nextcloud_wire.wire import (
    ODD,
    bulk,
    md5_part,
    mtime,
    part,
    refusal,
)


def test_a_bulk_request_writes_many_files(account, at):
    entries = {f"{at}/a.txt": b"one", f"{at}/{ODD}.txt": b"", f"{at[1:]}/no-slash": b"two"}
    told = bulk(account, *(md5_part(path, content, ("X-OC-Mtime", "1234567890")) for path, content in entries.items()))
    assert told.status_code == 200
    assert told.headers["content-type"].startswith("text/html")
    answers = told.json()
    assert set(answers) == set(entries)
    for path, content in entries.items():
        stored = "/" + path.strip("/")
        names = (
            "d:getetag",
            "oc:id",
            "oc:permissions",
            "d:getlastmodified",
            "nc:upload_time",
            "oc:checksums",
        )
        assert account.get(stored, *names) == [
            f'"{answers[path]["etag"]}"',
            answers[path]["fileid"],
            answers[path]["permissions"],
            "Fri, 13 Feb 2009 23:31:30 GMT",
            "0",
            None,
        ]
        assert account("GET", stored).content == content


def test_a_bulk_entry_may_name_its_time_and_hash_otherwise(account, at):
    sha = f"sha256:{hashlib.sha256(b'x').hexdigest()}"
    loud = f"SHA1:{hashlib.sha1(b'x').hexdigest()}"
    told = bulk(
        account,
        part(f"{at}/a", b"x", [("OC-Checksum", sha), ("X-File-Mtime", "1234567890.5")]),
        part(f"{at}/b", b"x", [("OC-Checksum", loud), ("X-File-MD5", "ignored")]),
        content_type='multipart/related; boundary="B"',
    )
    assert [entry["error"] for entry in told.json().values()] == [False, False]
    assert mtime(account, f"{at}/a") == 1234567890


def test_a_bulk_entry_overwrites_without_asking(account, at):
    account("PUT", f"{at}/a", b"x")
    number = account.one(f"{at}/a", "oc:fileid")
    assert not bulk(account, md5_part(f"{at}/a", b"yy")).json()[f"{at}/a"]["error"]
    assert account.get(f"{at}/a", "oc:fileid", "oc:size") == [number, "2"]


def test_a_refused_bulk_entry_does_not_stop_the_others(account, at):
    account("MKCOL", f"{at}/d")
    account("PUT", f"{at}/f", b"x")
    refused = ["/no/b", "/.htaccess", "/../x", "/" + "x" * 251, "/d", "/f/x", "/a\tb", "/d\\no\\x"]
    refused += ["/x.filepart", "/x.PART"]
    told = bulk(
        account,
        *(md5_part(at + path, b"x") for path in refused),
        md5_part(f"{at}/m", b"x", ("X-OC-Mtime", "0")),
        md5_part("", b"x"),
        md5_part(f"{at}/after", b"x"),
    )
    assert told.status_code == 200
    answers = told.json()
    assert {path for path, entry in answers.items() if not entry["error"]} == {f"{at}/after"}
    prefix = f'"/{account.login}/files{at}'
    assert answers[f"{at}/no/b"]["message"] == f'Could not create path {prefix}/no/b"'
    assert answers[f"{at}/d"]["message"] == f'Could not create path {prefix}/d"'
    assert answers[f"{at}/f/x"]["message"] == f'Could not create path {prefix}/f/x"'
    assert answers[f"{at}/.htaccess"]["message"] == f"Invalid path: files{at}/.htaccess"
    assert answers[f"{at}/../x"]["message"] == f'Invalid path "{at}/../x"'
    assert "greater than one day" in answers[f"{at}/m"]["message"]
    assert not account.exists(f"{at}/m")


def test_trap_bulk_paths_are_not_percent_decoded_and_are_trimmed(account, at):
    told = bulk(account, md5_part(f"{at}/a%20b", b"x"), md5_part(f"{at}/fin ", b"x"), md5_part(f"{at}//./c", b"x"))
    assert set(told.json()) == {f"{at}/a%20b", f"{at}/fin", f"{at}//./c"}
    assert [row.name for row in account.find(at, depth="1")][1:] == ["a%20b", "c", "fin"]


def test_trap_a_name_that_looks_unfinished_kills_the_bulk_request(account, at):
    told = bulk(account, md5_part(f"{at}/a", b"x"), md5_part(f"{at}/b.part", b"x"), md5_part(f"{at}/c", b"x"))
    assert refusal(told) == (500, "Error")
    assert (account.exists(f"{at}/a"), account.exists(f"{at}/c")) == (True, False)


def test_a_bulk_entry_whose_hash_is_wrong_ends_the_request(account, at):
    wrong = part(f"{at}/b", b"x", [("X-File-MD5", "0" * 32)])
    told = bulk(account, md5_part(f"{at}/a", b"x"), wrong, md5_part(f"{at}/c", b"x"))
    assert told.status_code == 400
    assert list(told.json()) == [f"{at}/a"]
    assert [account.exists(f"{at}/{name}") for name in "abc"] == [True, False, False]


@pytest.mark.parametrize(
    "headers",
    [[], [("X-File-MD5", hashlib.md5(b"x").hexdigest().upper())], [("X-File-MD5", "")]],
    ids=["no hash", "upper-case hash", "empty hash"],
)
def test_a_bulk_entry_without_a_good_hash_is_400(account, at, headers):
    told = bulk(account, part(f"{at}/a", b"x", headers))
    assert (told.status_code, told.json()) == (400, [])


def test_a_bulk_body_that_is_cut_is_400_with_what_was_written(account, at):
    told = bulk(account, md5_part(f"{at}/a", b"x"), end=b"--B--")
    assert (told.status_code, list(told.json())) == (400, [f"{at}/a"])
    assert bulk(account).json() == []


def test_bulk_wants_multipart_related(account):
    for content_type in (
        "multipart/mixed; boundary=B",
        "multipart/related",
        "multipart/related; x=y; boundary=B",
    ):
        assert refusal(bulk(account, content_type=content_type)) == (400, "BadRequest")
    assert refusal(bulk(account, auth=None)) == (401, "NotAuthenticated")
