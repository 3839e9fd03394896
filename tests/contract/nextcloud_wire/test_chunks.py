"""Uploads in chunks."""

import hashlib
import uuid

from tests.contract.nextcloud_wire.wire import (
    chunks,
    refusal,
    rows,
)


def test_chunks_become_a_file_and_their_folder_vanishes(account, at):
    folder = chunks(account, b"hello", b"world")
    headers = {"x_oc_mtime": "1234567890", "x_oc_ctime": "1134567890", "oc_checksum": "SHA1:abc"}
    moved = account.upload(
        "MOVE",
        f"{folder}/.file",
        destination=account.to(f"{at}/a"),
        oc_total_length="10",
        x_hash="sha256",
        **headers,
    )
    assert moved.status_code == 201
    assert moved.headers["x-hash-sha256"] == hashlib.sha256(b"helloworld").hexdigest()
    assert moved.headers["x-oc-mtime"] == moved.headers["x-oc-ctime"] == "accepted"
    assert [moved.headers["etag"], moved.headers["oc-fileid"]] == account.get(f"{at}/a", "d:getetag", "oc:id")
    names = ("d:getlastmodified", "nc:creation_time", "oc:checksums", "oc:size")
    assert account.get(f"{at}/a", *names) == ["Fri, 13 Feb 2009 23:31:30 GMT", "1134567890", "SHA1:abc", "10"]
    assert refusal(account.upload("PROPFIND", folder)) == (404, "NotFound")


def test_each_chunk_is_hashed_on_request(account):
    folder = chunks(account)
    for status in (201, 204):
        put = account.upload("PUT", f"{folder}/00001", b"hello", x_hash="sha1")
        assert (put.status_code, put.headers["x-hash-sha1"]) == (status, hashlib.sha1(b"hello").hexdigest())


def test_an_upload_can_be_listed_and_resumed(account):
    folder = chunks(account, b"hello", b"wor")
    replaced = account.upload("PUT", f"{folder}/00002", b"world")
    assert (replaced.status_code, "etag" in replaced.headers) == (204, True)
    listed = rows(account.upload("PROPFIND", folder, depth="1"))
    assert [row.name for row in listed] == [folder[1:], ".file", "00001", "00002"]
    assert [row.value("d:getcontentlength") for row in listed] == [None, "10", "5", "5"]
    assert refusal(account.upload("MKCOL", folder)) == (405, "MethodNotAllowed")
    assert account.upload("DELETE", f"{folder}/00002").status_code == 204
    assert account.upload("DELETE", folder).status_code == 204
    assert refusal(account.upload("DELETE", folder)) == (404, "NotFound")


def test_chunks_are_assembled_in_natural_order(account, at):
    folder = f"/{uuid.uuid4().hex}"
    account.upload("MKCOL", folder)
    for name in ("10", "2", "1"):
        account.upload("PUT", f"{folder}/{name}", name.encode())
    account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"))
    assert account("GET", f"{at}/a").content == b"1210"


def test_a_wrong_total_is_400_and_the_chunks_stay(account, at):
    folder = chunks(account, b"hello")
    wrong = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"), oc_total_length="6")
    assert refusal(wrong) == (400, "BadRequest")
    assert "do not sum up to 6 but to 5" in wrong.text
    right = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"), oc_total_length="5")
    assert right.status_code == 201


def test_destinations_chunks_are_refused_at(account, at):
    account("PUT", f"{at}/a", b"x")
    account("MKCOL", f"{at}/d")
    folder = chunks(account, b"hello")
    for target, headers, expected in (
        ("no/a", {}, (409, "Conflict")),
        ("a.part", {}, (400, "InvalidPath")),
        ("d", {}, (400, "BadRequest")),
        ("a", {"overwrite": "F"}, (412, "PreconditionFailed")),
        ("a", {"if_none_match": "*"}, (412, "PreconditionFailed")),
        ("a", {"if_match": '"other"'}, (412, "PreconditionFailed")),
    ):
        moved = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/{target}"), **headers)
        assert refusal(moved) == expected, target
    assert account.upload("DELETE", folder).status_code == 204


def test_chunks_that_say_where_they_go_are_checked_at_once(account, at):
    folder = chunks(account)
    refused = account.upload("PUT", f"{folder}/1", b"x", destination=account.to(f"{at}/no/a"))
    assert refusal(refused) == (404, "NotFound")
    assert refusal(account.upload("PUT", f"/{uuid.uuid4().hex}/1", b"x")) == (404, "NotFound")
    assert refusal(account.upload("PUT", "/loose", b"x")) == (403, "Forbidden")


def test_a_chunked_overwrite_keeps_id_star_and_properties_and_adds_a_version(account, at):
    path = f"{at}/a"
    account("PUT", path, b"hello", x_oc_mtime="1134567890", x_oc_ctime="1134567890")
    account.set(path, oc_favorite="1", x_source__id="S")
    names = ("oc:fileid", "oc:favorite", "x:source-id", "nc:creation_time")
    before = account.get(path, *names)
    folder = chunks(account, b"HELLO!")
    moved = account.upload("MOVE", f"{folder}/.file", destination=account.to(path), x_oc_mtime="1234567890")
    assert moved.status_code == 204
    assert account.get(path, *names) == before
    versions = f"/remote.php/dav/versions/{account.login}/versions/{before[0]}"
    kept = rows(account.raw("PROPFIND", versions, headers={"Depth": "1"}))[1:]
    assert sorted(row.value("d:getcontentlength") or "" for row in kept) == ["5", "6"]


def test_a_bad_time_at_the_move_is_500_and_leaves_both_the_file_and_the_chunks(account, at):
    folder = chunks(account, b"hello")
    moved = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"), x_oc_mtime="0")
    assert refusal(moved) == (500, "InvalidArgumentException")
    assert account("GET", f"{at}/a").content == b"hello"
    assert account.upload("PROPFIND", folder, depth="0").status_code == 207


def test_an_upload_without_chunks_is_an_empty_file(account, at):
    folder = chunks(account)
    assert account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a")).status_code == 201
    assert account.one(f"{at}/a", "oc:size") == "0"
