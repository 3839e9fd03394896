"""What moves, copies and deletions keep and lose."""

import re
import uuid

from tests.contract.nextcloud_wire.wire import ODD, STATE, refusal, rows


def test_a_moved_file_keeps_all_it_has(account, at):
    account("MKCOL", f"{at}/d")
    account("PUT", f"{at}/a", b"x", x_oc_mtime="1234567890", oc_checksum="SHA1:abc")
    account.set(f"{at}/a", oc_favorite="1", x_source__id="S", nc_creation_time="1111111111")
    names = (*STATE, "oc:favorite", "x:source-id", "nc:creation_time", "oc:checksums")
    before = account.get(f"{at}/a", *names)
    moved = account("MOVE", f"{at}/a", destination=account.to(f"{at}/d/{ODD}"))
    assert (moved.status_code, moved.headers["etag"]) == (201, before[1])
    assert account.get(f"{at}/d/{ODD}", *names) == before
    assert not account.exists(f"{at}/a")


def test_trap_a_moved_folder_keeps_its_own_properties_but_not_those_of_what_is_inside(account, at):
    account("PUT", f"{at}/d/f", b"x", x_nc_webdav_auto_mkcol="1")
    account.set(f"{at}/d", x_source__id="D")
    account.set(f"{at}/d/f", x_source__id="F", oc_favorite="1")
    number = account.one(f"{at}/d/f", "oc:fileid")
    moved = account("MOVE", f"{at}/d", destination=account.to(f"{at}/e"))
    assert (moved.status_code, moved.headers["oc-fileid"]) == (201, account.one(f"{at}/e", "oc:id"))
    assert account.one(f"{at}/e", "x:source-id") == "D"
    assert account.get(f"{at}/e/f", "x:source-id", "oc:favorite", "oc:fileid") == [None, "1", number]


def test_trap_what_takes_the_place_of_a_moved_file_finds_its_properties(account, at):
    account("PUT", f"{at}/d/f", b"x", x_nc_webdav_auto_mkcol="1")
    account.set(f"{at}/d/f", x_source__id="F")
    account("MOVE", f"{at}/d", destination=account.to(f"{at}/e"))
    account("PUT", f"{at}/d/f", b"another", x_nc_webdav_auto_mkcol="1")
    assert account.one(f"{at}/d/f", "x:source-id") == "F"


def test_a_copy_has_an_id_of_its_own_but_the_same_etag(account, at):
    account("PUT", f"{at}/a", b"x", x_oc_mtime="1234567890", x_oc_ctime="1134567890", oc_checksum="SHA1:a")
    account.set(f"{at}/a", oc_favorite="1", x_source__id="S")
    copied = account("COPY", f"{at}/a", destination=account.to(f"{at}/b"))
    assert (copied.status_code, copied.headers["oc-fileid"]) == (201, account.one(f"{at}/b", "oc:id"))
    names = ("d:getetag", "d:getlastmodified", "nc:creation_time")
    assert account.get(f"{at}/b", *names) == account.get(f"{at}/a", *names)
    assert account.one(f"{at}/b", "oc:fileid") != account.one(f"{at}/a", "oc:fileid")
    names = ("oc:favorite", "x:source-id", "oc:checksums")
    assert account.get(f"{at}/b", *names) == ["0", None, None]


def test_a_plain_move_onto_a_file_takes_its_place_with_another_id(account, at):
    account("PUT", f"{at}/a", b"x")
    account("PUT", f"{at}/b", b"yy")
    number = account.one(f"{at}/a", "oc:fileid")
    refused = account("MOVE", f"{at}/a", destination=account.to(f"{at}/b"), overwrite="F")
    assert refusal(refused) == (412, "PreconditionFailed")
    assert account("MOVE", f"{at}/a", destination=account.to(f"{at}/b")).status_code == 204
    assert account.one(f"{at}/b", "oc:fileid") == number
    trashed = rows(account.raw("PROPFIND", f"/remote.php/dav/trashbin/{account.login}/trash"))
    assert any(re.fullmatch(r"b\.d\d+", row.name) for row in trashed)


def test_moves_that_make_no_sense_are_refused(account, at):
    account("MKCOL", f"{at}/d")
    for method in ("MOVE", "COPY"):
        for target, expected in (
            (account.to(f"{at}/d"), (403, "Forbidden")),
            (account.to(f"{at}/d/e"), (409, "Conflict")),
            (account.to(f"{at}/no/e"), (409, "Conflict")),
            (account.to(f"{at}/x.part"), (400, "InvalidPath")),
            (account.to(f"{at}/.htaccess"), (400, "InvalidPath")),
            (account.url + "/elsewhere/x", (403, "Forbidden")),
        ):
            assert refusal(account(method, f"{at}/d", destination=target)) == expected
        assert refusal(account(method, f"{at}/d")) == (400, "BadRequest")
    assert account("MOVE", f"{at}/d", destination=account.files(f"{at}/path-only")).status_code == 201


def test_what_is_deleted_is_in_the_trash(account, at):
    name = uuid.uuid4().hex
    account("PUT", f"{at}/{name}", b"x")
    account.set(f"{at}/{name}", x_source__id="S")
    assert account("DELETE", f"{at}/{name}").status_code == 204
    trashed = rows(account.raw("PROPFIND", f"/remote.php/dav/trashbin/{account.login}/trash"))
    assert [row for row in trashed if row.name.startswith(name)]
    account("PUT", f"{at}/{name}", b"x")
    assert account.one(f"{at}/{name}", "x:source-id") is None
    assert refusal(account("DELETE", "/")) == (403, "Forbidden")
