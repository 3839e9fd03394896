"""The same raw requests to the sandbox's Nextcloud and, where DEGOOG_TEST_NEXTCLOUD names one, to a real one.

What passes here on both is what the stand-in may be believed. A run removes the accounts it made.
"""

import hashlib
import os
import re
import socket
import threading
import time
import uuid
from base64 import b64encode
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import pytest

from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.wire import OCS, Wire, part, refusal, rows

PASSWORD = "Une-longue-phrase-de-passe-1"
ODD = "é 😀 #%+;&=,'!()[]~^`{}@$\u202eα\u00a0z"
STATE = ("oc:fileid", "d:getetag", "oc:size", "d:getlastmodified")


def _servers():
    yield "sandbox"
    if os.environ.get("DEGOOG_TEST_NEXTCLOUD"):
        yield "real"


@pytest.fixture(scope="module", params=_servers())
def admin(request, tmp_path_factory):
    if request.param == "real":
        given = urlsplit(os.environ["DEGOOG_TEST_NEXTCLOUD"])
        url = f"{given.scheme}://{given.netloc.rpartition('@')[2]}{given.path.rstrip('/')}"
        with httpx.Client(timeout=120) as client:
            yield Wire(url, given.username or "", given.password or "", client)
    else:
        with NextcloudSandbox(tmp_path_factory.mktemp("nextcloud")) as sandbox, httpx.Client() as client:
            yield Wire(sandbox.url, "admin", sandbox.admin_password, client)


def _make(admin, quota="none"):
    login = f"degoog-{uuid.uuid4().hex[:12]}"
    made = admin.ocs("POST", "/cloud/users", data={"userid": login, "password": PASSWORD, "quota": quota})
    assert made.status_code == 200, made.text
    given = admin.ocs("GET", "/core/getapppassword", auth=(login, PASSWORD))
    return Wire(admin.url, login, given.json()["ocs"]["data"]["apppassword"], admin.client)


@pytest.fixture(scope="module")
def account(admin):
    wire = _make(admin)
    yield wire
    admin.ocs("DELETE", f"/cloud/users/{wire.login}")


@pytest.fixture(scope="module")
def poor(admin):
    wire = _make(admin, "2 MB")
    yield wire
    admin.ocs("DELETE", f"/cloud/users/{wire.login}")


@pytest.fixture
def at(account):
    """A folder of the test's own."""
    path = f"/{uuid.uuid4().hex[:12]}"
    assert account("MKCOL", path).status_code == 201
    return path


def _epoch(date):
    return int(parsedate_to_datetime(date).timestamp())


def _mtime(wire, path):
    return _epoch(wire.one(path, "d:getlastmodified"))


def _bulk(wire, *parts, end=b"--B--\r\n", content_type="multipart/related; boundary=B", **given):
    content = b"".join(parts) + end
    headers = {"Content-Type": content_type}
    return wire.raw("POST", "/remote.php/dav/bulk", content=content, headers=headers, **given)


def _md5(path, content, *more):
    return part(path, content, [("X-File-MD5", hashlib.md5(content).hexdigest()), *more])


def _raw_put(wire, target, *, announced, sent):
    """Begin a PUT on a bare socket; returns the socket."""
    given = urlsplit(wire.url)
    connection = socket.create_connection((given.hostname, given.port or 80), timeout=60)
    token = b64encode(f"{wire.login}:{wire.password}".encode()).decode()
    head = f"PUT {target} HTTP/1.1\r\nHost: {given.netloc}\r\nAuthorization: Basic {token}\r\n"
    connection.sendall(f"{head}Content-Length: {announced}\r\n\r\n".encode() + sent)
    return connection


def _until(true, seconds=15.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.1)


# --- doors


def test_status_is_told_to_anyone(admin):
    status = admin.raw("GET", "/status.php", auth=None).json()
    assert (status["installed"], status["maintenance"], status["productname"]) == (True, False, "Nextcloud")
    assert int(status["version"].split(".")[0]) >= 30


def test_ocs_wants_its_header(admin):
    refused = admin.raw("GET", "/ocs/v2.php/cloud/user", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()) == (412, {"message": "CSRF check failed"})


def test_capabilities_tell_chunking_bulk_and_the_rules_of_names(account):
    known = account.ocs("GET", "/cloud/capabilities").json()["ocs"]["data"]["capabilities"]
    assert (known["dav"]["bulkupload"], known["dav"]["chunking"]) == ("1.0", "1.0")
    files = known["files"]
    assert files["chunked_upload"]["max_size"] > 0
    assert files["forbidden_filenames"] == [".htaccess"]
    assert set(files["forbidden_filename_extensions"]) == {".part", ".filepart"}
    assert set(files["forbidden_filename_characters"]) == {"\\", "/"}
    assert (files["forbidden_filename_basenames"], files["windows_compatible_filenames"]) == ([], False)


def test_capabilities_told_to_strangers_say_nothing_of_files(admin):
    known = admin.ocs("GET", "/cloud/capabilities", auth=None).json()["ocs"]["data"]["capabilities"]
    assert "files" not in known
    assert "bruteforce" in known


def test_an_app_password_is_given_for_the_real_one_only(admin, account):
    refused = account.ocs("GET", "/core/getapppassword")
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (403, 403)
    given = admin.ocs("GET", "/core/getapppassword", auth=(account.login, PASSWORD))
    assert len(given.json()["ocs"]["data"]["apppassword"]) == 72


def test_an_app_password_revokes_itself(admin, account):
    real = (account.login, PASSWORD)
    token = admin.ocs("GET", "/core/getapppassword", auth=real).json()["ocs"]["data"]["apppassword"]
    assert admin.ocs("DELETE", "/core/apppassword", auth=(account.login, token)).status_code == 200
    gone = admin.ocs("GET", "/cloud/user", auth=(account.login, token))
    assert (gone.status_code, gone.json()["ocs"]["meta"]["statuscode"]) == (401, 997)
    assert account.ocs("GET", "/cloud/user").status_code == 200
    assert admin.ocs("DELETE", "/core/apppassword", auth=real).status_code == 403


def test_the_own_account_is_described(account):
    data = account.ocs("GET", "/cloud/user").json()["ocs"]["data"]
    assert (data["id"], data["enabled"], data["groups"]) == (account.login, True, [])
    assert data["quota"]["quota"] == -3


def test_xml_is_the_default_of_ocs(account):
    told = account.raw("GET", "/ocs/v2.php/cloud/user", headers={"OCS-APIRequest": "true"})
    assert told.headers["content-type"].startswith("application/xml")
    assert f"<id>{account.login}</id>" in told.text


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"userid": "{login}", "password": PASSWORD}, 102),
        ({"userid": "{LOGIN}", "password": PASSWORD}, 102),
        ({"userid": "a/b", "password": PASSWORD}, 101),
        ({"userid": "degoog-never", "password": "court"}, 107),
        ({"userid": "degoog-never"}, 108),
    ],
)
def test_an_account_that_cannot_be_made_has_a_code(admin, account, form, code):
    names = {"{login}": account.login, "{LOGIN}": account.login.upper()}
    data = {key: names.get(value, value) for key, value in form.items()}
    refused = admin.ocs("POST", "/cloud/users", data=data)
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (400, code)


def test_making_an_account_is_not_atomic(admin):
    login = f"degoog-{uuid.uuid4().hex[:12]}"
    refused = admin.ocs("POST", "/cloud/users", data={"userid": login, "password": PASSWORD, "quota": "zz"})
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (400, 101)
    left_behind = admin.ocs("GET", f"/cloud/users/{login}").status_code == 200
    admin.ocs("DELETE", f"/cloud/users/{login}")
    assert left_behind


def test_only_administrators_make_accounts(account):
    refused = account.ocs("POST", "/cloud/users", data={"userid": "degoog-x", "password": PASSWORD})
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (403, 403)


def test_an_unknown_account_is_404(admin, account):
    missing = admin.ocs("GET", "/cloud/users/degoog-nobody")
    assert (missing.status_code, missing.json()["ocs"]["meta"]["statuscode"]) == (404, 404)
    assert account.ocs("GET", f"/cloud/users/{admin.login}").status_code == 404
    assert admin.ocs("DELETE", "/cloud/users/degoog-nobody").status_code == 404


def test_a_login_flow_answers_404_until_it_is_granted(admin):
    for door in ("/index.php/login/v2", "/login/v2"):
        flow = admin.raw("POST", door, auth=None, headers={"User-Agent": "degoog"}).json()
        assert flow["login"].startswith(f"{admin.url}/login/v2/flow/")
        assert flow["poll"]["endpoint"] == f"{admin.url}/login/v2/poll"
        polled = httpx.post(flow["poll"]["endpoint"], data={"token": flow["poll"]["token"]})
        assert (polled.status_code, polled.json()) == (404, [])


def test_dav_asks_who_it_is(account):
    for auth in (None, (account.login, "nothing")):
        refused = account.raw("PROPFIND", account.files(), auth=auth)
        assert refusal(refused) == (401, "NotAuthenticated")
        assert refused.headers["www-authenticate"] == 'Basic realm="Nextcloud", charset="UTF-8"'
    account.ocs("GET", "/cloud/user")


def test_the_administrator_may_not_write_into_anothers_home(admin, account):
    refused = admin.raw("PUT", account.files("/a.txt"), content=b"x")
    assert refusal(refused) == (403, "Forbidden")
    (closed,) = rows(admin.raw("PROPFIND", account.files(), headers={"Depth": "1"}))
    assert set(closed.properties) == {"d:resourcetype"}


def test_a_home_nobody_has_is_404(account):
    assert refusal(account.raw("PROPFIND", "/remote.php/dav/files/degoog-nobody/")) == (404, "NotFound")


def test_options_name_the_methods(account):
    told = account("OPTIONS", "/")
    assert told.status_code == 200
    assert {"PROPFIND", "MOVE"} <= set(told.headers["allow"].split(", "))


def test_methods_without_a_plugin_are_501(account, at):
    account("PUT", f"{at}/a", b"x")
    for method in ("LOCK", "POST", "FOO"):
        assert refusal(account(method, f"{at}/a")) == (501, "NotImplemented")


# --- reading


def test_a_new_file_is_201_and_an_overwritten_one_204(account, at):
    new = account("PUT", f"{at}/a.txt", b"hello", x_oc_mtime="1234567890")
    assert new.status_code == 201
    assert new.headers["etag"] == new.headers["oc-etag"] == account.one(f"{at}/a.txt", "d:getetag")
    assert re.fullmatch(r'"[0-9a-f]{32}"', new.headers["etag"])
    assert new.headers["oc-fileid"] == account.one(f"{at}/a.txt", "oc:id")
    assert re.fullmatch(r"\d{8}\w+", new.headers["oc-fileid"])
    again = account("PUT", f"{at}/a.txt", b"hello2")
    assert (again.status_code, again.headers["oc-fileid"]) == (204, new.headers["oc-fileid"])
    assert again.headers["etag"] != new.headers["etag"]
    assert account("GET", f"{at}/a.txt").content == b"hello2"


def test_a_file_has_these_properties(account, at):
    path = f"{at}/{ODD}.txt"
    headers = {"x_oc_mtime": "1234567890", "x_oc_ctime": "1134567890", "oc_checksum": "SHA1:anything"}
    put = account("PUT", path, b"hello", **headers)
    assert (put.headers["x-oc-mtime"], put.headers["x-oc-ctime"]) == ("accepted", "accepted")
    names = (
        "d:getlastmodified",
        "d:creationdate",
        "d:getcontentlength",
        "d:getcontenttype",
        "d:resourcetype",
    )
    assert account.get(path, *names) == [
        "Fri, 13 Feb 2009 23:31:30 GMT",
        "2005-12-14T13:44:50+00:00",
        "5",
        "text/plain",
        "",
    ]
    more = ("oc:size", "oc:checksums", "oc:favorite", "oc:permissions", "nc:creation_time", "d:displayname")
    assert account.get(path, *more) == ["5", "SHA1:anything", "0", "RGDNVW", "1134567890", f"{ODD}.txt"]
    assert account.one(path, "oc:owner-id") == account.login
    assert int(account.one(path, "nc:upload_time")) > 1_600_000_000
    assert account.get(path, "d:quota-used-bytes", "x:source-id") == [None, None]


def test_a_folder_has_these_properties(account, at):
    names = ("d:resourcetype", "oc:permissions", "oc:favorite", "nc:creation_time", "oc:size")
    assert account.get(at, *names) == ["d:collection", "RGDNVCK", "0", "0", "0"]
    assert account.get(at, "d:getcontentlength", "oc:checksums", "nc:upload_time") == [None, None, None]
    assert account.get("/", "d:quota-available-bytes", "d:displayname") == ["-3", account.login]
    assert re.fullmatch(r'"[0-9a-f]{13}"', account.one(at, "d:getetag"))


def test_without_a_body_the_usual_properties_are_listed(account, at):
    account("PUT", f"{at}/a", b"x")
    listed = account.find(at, depth="1")
    usual = {"d:getlastmodified", "d:resourcetype", "d:getetag"}
    assert set(listed[0].properties) == usual | {"d:quota-used-bytes", "d:quota-available-bytes"}
    assert set(listed[1].properties) == usual | {"d:getcontentlength", "d:getcontenttype"}


def test_hrefs_are_lower_case_hexadecimal_with_colon_and_at_sign_raw(account, at):
    account("PUT", f'{at}/a:b@{ODD}?*<>|"', b"x")
    account("MKCOL", f"{at}/dossier")
    folder, first, second = (row.href for row in account.find(at, depth="1"))
    assert folder == account.files(at) + "/"
    tail = "%c3%a9%20%f0%9f%98%80%20%23%25%2b%3b%26%3d%2c%27%21()%5b%5d~%5e%60%7b%7d@%24%e2%80%ae%ce%b1%c2%a0z"
    assert first == account.files(at) + "/a:b@" + tail + "%3f%2a%3c%3e%7c%22"
    assert second == account.files(at) + "/dossier/"


def test_a_listing_is_in_the_order_of_code_points(account, at):
    names = ["z", "a", "Z", "é", " x", "10", "2", "😀"]
    for name in names:
        account("PUT", f"{at}/{name}", b"x")
    assert [row.name for row in account.find(at, depth="1")][1:] == sorted(names)


def test_the_whole_tree_is_listed_when_infinity_is_asked_and_one_level_without_depth(account, at):
    account("PUT", f"{at}/b/c/d", b"x", x_nc_webdav_auto_mkcol="1")
    account("PUT", f"{at}/a", b"x")
    assert [row.name for row in account.find(at, depth="infinity")][1:] == ["a", "b", "c", "d"]
    assert [row.name for row in rows(account("PROPFIND", at))][1:] == ["a", "b"]


def test_ranges_are_served(account, at):
    account("PUT", f"{at}/a.txt", b"hello2")
    for asked, content, told in (
        ("bytes=1-3", b"ell", "bytes 1-3/6"),
        ("bytes=2-", b"llo2", "bytes 2-5/6"),
        ("bytes=-2", b"o2", "bytes 4-5/6"),
        ("bytes=4-99", b"o2", "bytes 4-5/6"),
    ):
        got = account("GET", f"{at}/a.txt", range=asked)
        assert (got.status_code, got.content, got.headers["content-range"]) == (206, content, told)
    assert refusal(account("GET", f"{at}/a.txt", range="bytes=6-")) == (416, "RequestedRangeNotSatisfiable")


def test_head_tells_what_get_would(account, at):
    put = account("PUT", f"{at}/a.txt", b"hello2", x_oc_mtime="1234567890")
    head = account("HEAD", f"{at}/a.txt")
    assert (head.status_code, head.headers["content-length"], head.headers["etag"]) == (
        200,
        "6",
        put.headers["etag"],
    )
    assert head.headers["last-modified"] == "Fri, 13 Feb 2009 23:31:30 GMT"
    assert account("GET", f"{at}/a.txt", if_none_match=put.headers["etag"]).status_code == 304


def test_what_is_not_there_is_404(account, at):
    for method in ("GET", "PROPFIND", "DELETE", "PATCH"):
        assert refusal(account(method, f"{at}/rien")) == (404, "NotFound")
    assert account("HEAD", f"{at}/rien").status_code == 404
    assert refusal(account("MOVE", f"{at}/rien", destination=account.to(f"{at}/b"))) == (404, "NotFound")


def test_broken_xml_is_400(account, at):
    assert refusal(account("PROPFIND", at, b"<d:propfind")) == (400, "BadRequest")
    assert refusal(account("PROPPATCH", at, b"<d:prop")) == (400, "BadRequest")


# --- writing


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
        assert abs(_mtime(account, path) - time.time()) < 120
    refused = account("PUT", f"{at}/c", b"z", x_oc_ctime="abc")
    assert refusal(refused) == (500, "InvalidArgumentException")
    assert account("PUT", f"{at}/d", b"z", x_oc_ctime="0").status_code == 201


def test_times_far_away_are_kept(account, at):
    for given, kept in (("86401", 86401), ("1234567890.7", 1234567890), ("4102444800", 4102444800)):
        account("PUT", f"{at}/{given}", b"z", x_oc_mtime=given)
        assert _mtime(account, f"{at}/{given}") == kept


def test_an_overwrite_without_a_time_is_now_and_keeps_the_created_time(account, at):
    path = f"{at}/a"
    account("PUT", path, b"x", x_oc_mtime="1234567890", x_oc_ctime="1134567890")
    account("PUT", path, b"yy")
    assert abs(_mtime(account, path) - time.time()) < 120
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


# --- etags, ids and times


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
    assert _mtime(account, path) == 1234567891


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
        assert abs(_mtime(account, folder) - time.time()) < 120
    assert account.get(at, "oc:size") == ["1"]


def test_folder_times_set_deepest_first_stay(account, at):
    account("PUT", f"{at}/b/c/f", b"x", x_nc_webdav_auto_mkcol="1")
    for number, folder in enumerate((f"{at}/b/c", f"{at}/b", at)):
        account.set(folder, d_lastmodified=str(1000000000 - number))
    kept = [_mtime(account, folder) for folder in (f"{at}/b/c", f"{at}/b", at)]
    assert kept == [1000000000, 999999999, 999999998]


def test_a_childs_time_raises_the_folders_above_but_never_lowers_them(account, at):
    account("MKCOL", f"{at}/b")
    account.set(f"{at}/b", d_lastmodified="1000000000")
    account.set(at, d_lastmodified="1000000000")
    account.set(f"{at}/b", d_lastmodified="1000005000")
    assert _mtime(account, at) == 1000005000
    account.set(f"{at}/b", d_lastmodified="1000000001")
    assert _mtime(account, at) == 1000000001
    account.set(at, d_lastmodified="1000009000")
    account.set(f"{at}/b", d_lastmodified="1000000002")
    assert _mtime(account, at) == 1000009000


def test_trap_setting_a_folders_time_again_does_nothing_when_only_a_childs_content_changed(account, at):
    account("PUT", f"{at}/f", b"1")
    account.set(at, d_lastmodified="1000000000")
    account("PUT", f"{at}/f", b"22")
    assert abs(_mtime(account, at) - time.time()) < 120
    assert account.set(at, d_lastmodified="1000000000") == {"d:lastmodified": 200}
    assert abs(_mtime(account, at) - time.time()) < 120
    account.set(at, d_lastmodified="1000000001")
    account.set(at, d_lastmodified="1000000000")
    assert _mtime(account, at) == 1000000000


def test_an_overwrite_with_an_old_time_gives_the_folder_that_time(account, at):
    account("PUT", f"{at}/f", b"1")
    account.set(at, d_lastmodified="1000000000")
    account("PUT", f"{at}/f", b"22", x_oc_mtime="1234567890")
    assert _mtime(account, at) == 1234567890


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


# --- moving, copying, deleting


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


# --- names


@pytest.mark.parametrize("name", [".htaccess", ".HTACCESS", "x.part", "X.PaRt", ".part", "x.filepart", "a\\b"])
def test_a_reserved_name_is_400(account, at, name):
    assert refusal(account("PUT", f"{at}/{name}", b"x")) == (400, "InvalidPath")
    assert account.find(at, depth="1")[1:] == []


@pytest.mark.parametrize("name", ["a\x01b", "a\tb", "x" * 251, "é" * 125 + "a"])
def test_a_name_with_control_characters_or_over_250_bytes_is_400(account, at, name):
    assert refusal(account("PUT", f"{at}/{name}", b"x")) == (400, "InvalidPath")
    assert refusal(account("MKCOL", f"{at}/{name}")) == (400, "InvalidPath")


def test_trap_a_name_that_looks_unfinished_is_always_said_to_be_there(account, at):
    assert refusal(account("MKCOL", f"{at}/x.part")) == (405, "MethodNotAllowed")
    assert account.get(f"{at}/x.part", "d:getetag", "oc:fileid") == ['""', None]
    assert refusal(account("GET", f"{at}/x.part")) == (503, "ServiceUnavailable")
    assert refusal(account("MKCOL", f"{at}/x.PART")) == (400, "InvalidPath")
    assert not account.exists(f"{at}/x.filepart")
    assert refusal(account("MKCOL", f"{at}/.htaccess")) == (400, "InvalidPath")


@pytest.mark.parametrize(
    "name",
    [
        'a:b*?"<>|',
        "fin ",
        " début",
        "fin.",
        "...",
        "CON",
        "aux.txt",
        "a\x7fb",
        "\u200b",
        "x.part.txt",
        "x.part ",
        "é" * 125,
        "~$x",
        ".DS_Store",
        "+",
        "%41",
        "part",
    ],
)
def test_other_odd_names_are_kept_as_they_are(account, at, name):
    assert account("PUT", f"{at}/{name}", b"x").status_code == 201
    assert [row.name for row in account.find(at, depth="1")][1:] == [name]


def test_names_are_composed(account, at):
    assert account("PUT", f"{at}/e\u0301.txt", b"x").status_code == 201
    assert account("PUT", f"{at}/\u00e9.txt", b"yy").status_code == 204
    assert [row.name for row in account.find(at, depth="1")][1:] == ["\u00e9.txt"]
    (asked,) = account.find(f"{at}/e\u0301.txt")
    assert asked.name == "e\u0301.txt"


def test_case_tells_files_apart(account, at):
    assert account("PUT", f"{at}/Case", b"x").status_code == 201
    assert account("PUT", f"{at}/case", b"x").status_code == 201


def test_an_encoded_slash_is_a_slash_and_a_line_feed_never_arrives(account, at):
    assert refusal(account.raw("PUT", account.files(at) + "/a%2Fb", content=b"x")) == (404, "NotFound")
    assert account("PUT", f"{at}/a\nb", b"x").status_code == 404


# --- chunked uploads


def _chunks(wire, *contents):
    folder = f"/{uuid.uuid4().hex}"
    assert wire.upload("MKCOL", folder).status_code == 201
    for number, content in enumerate(contents, 1):
        assert wire.upload("PUT", f"{folder}/{number:05d}", content).status_code == 201
    return folder


def test_chunks_become_a_file_and_their_folder_vanishes(account, at):
    folder = _chunks(account, b"hello", b"world")
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


def test_an_upload_can_be_listed_and_resumed(account):
    folder = _chunks(account, b"hello", b"wor")
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
    folder = _chunks(account, b"hello")
    wrong = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"), oc_total_length="6")
    assert refusal(wrong) == (400, "BadRequest")
    assert "do not sum up to 6 but to 5" in wrong.text
    right = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"), oc_total_length="5")
    assert right.status_code == 201


def test_destinations_chunks_are_refused_at(account, at):
    account("PUT", f"{at}/a", b"x")
    account("MKCOL", f"{at}/d")
    folder = _chunks(account, b"hello")
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
    folder = _chunks(account)
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
    folder = _chunks(account, b"HELLO!")
    moved = account.upload("MOVE", f"{folder}/.file", destination=account.to(path), x_oc_mtime="1234567890")
    assert moved.status_code == 204
    assert account.get(path, *names) == before
    versions = f"/remote.php/dav/versions/{account.login}/versions/{before[0]}"
    kept = rows(account.raw("PROPFIND", versions, headers={"Depth": "1"}))[1:]
    assert sorted(row.value("d:getcontentlength") or "" for row in kept) == ["5", "6"]


def test_a_bad_time_at_the_move_is_500_and_leaves_both_the_file_and_the_chunks(account, at):
    folder = _chunks(account, b"hello")
    moved = account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a"), x_oc_mtime="0")
    assert refusal(moved) == (500, "InvalidArgumentException")
    assert account("GET", f"{at}/a").content == b"hello"
    assert account.upload("PROPFIND", folder, depth="0").status_code == 207


def test_an_upload_without_chunks_is_an_empty_file(account, at):
    folder = _chunks(account)
    assert account.upload("MOVE", f"{folder}/.file", destination=account.to(f"{at}/a")).status_code == 201
    assert account.one(f"{at}/a", "oc:size") == "0"


# --- bulk


def test_a_bulk_request_writes_many_files(account, at):
    entries = {f"{at}/a.txt": b"one", f"{at}/{ODD}.txt": b"", f"{at[1:]}/no-slash": b"two"}
    told = _bulk(account, *(_md5(path, content, ("X-OC-Mtime", "1234567890")) for path, content in entries.items()))
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
    told = _bulk(
        account,
        part(f"{at}/a", b"x", [("OC-Checksum", sha), ("X-File-Mtime", "1234567890.5")]),
        part(f"{at}/b", b"x", [("OC-Checksum", loud), ("X-File-MD5", "ignored")]),
        content_type='multipart/related; boundary="B"',
    )
    assert [entry["error"] for entry in told.json().values()] == [False, False]
    assert _mtime(account, f"{at}/a") == 1234567890


def test_a_bulk_entry_overwrites_without_asking(account, at):
    account("PUT", f"{at}/a", b"x")
    number = account.one(f"{at}/a", "oc:fileid")
    assert not _bulk(account, _md5(f"{at}/a", b"yy")).json()[f"{at}/a"]["error"]
    assert account.get(f"{at}/a", "oc:fileid", "oc:size") == [number, "2"]


def test_a_refused_bulk_entry_does_not_stop_the_others(account, at):
    account("MKCOL", f"{at}/d")
    account("PUT", f"{at}/f", b"x")
    refused = ["/no/b", "/.htaccess", "/../x", "/" + "x" * 251, "/d", "/f/x", "/a\tb", "/d\\no\\x"]
    refused += ["/x.filepart", "/x.PART"]
    told = _bulk(
        account,
        *(_md5(at + path, b"x") for path in refused),
        _md5(f"{at}/m", b"x", ("X-OC-Mtime", "0")),
        _md5("", b"x"),
        _md5(f"{at}/after", b"x"),
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
    told = _bulk(account, _md5(f"{at}/a%20b", b"x"), _md5(f"{at}/fin ", b"x"), _md5(f"{at}//./c", b"x"))
    assert set(told.json()) == {f"{at}/a%20b", f"{at}/fin", f"{at}//./c"}
    assert [row.name for row in account.find(at, depth="1")][1:] == ["a%20b", "c", "fin"]


def test_trap_a_name_that_looks_unfinished_kills_the_bulk_request(account, at):
    told = _bulk(account, _md5(f"{at}/a", b"x"), _md5(f"{at}/b.part", b"x"), _md5(f"{at}/c", b"x"))
    assert refusal(told) == (500, "Error")
    assert (account.exists(f"{at}/a"), account.exists(f"{at}/c")) == (True, False)


def test_a_bulk_entry_whose_hash_is_wrong_ends_the_request(account, at):
    wrong = part(f"{at}/b", b"x", [("X-File-MD5", "0" * 32)])
    told = _bulk(account, _md5(f"{at}/a", b"x"), wrong, _md5(f"{at}/c", b"x"))
    assert told.status_code == 400
    assert list(told.json()) == [f"{at}/a"]
    assert [account.exists(f"{at}/{name}") for name in "abc"] == [True, False, False]


@pytest.mark.parametrize(
    "headers",
    [[], [("X-File-MD5", hashlib.md5(b"x").hexdigest().upper())], [("X-File-MD5", "")]],
    ids=["no hash", "upper-case hash", "empty hash"],
)
def test_a_bulk_entry_without_a_good_hash_is_400(account, at, headers):
    told = _bulk(account, part(f"{at}/a", b"x", headers))
    assert (told.status_code, told.json()) == (400, [])


def test_a_bulk_body_that_is_cut_is_400_with_what_was_written(account, at):
    told = _bulk(account, _md5(f"{at}/a", b"x"), end=b"--B--")
    assert (told.status_code, list(told.json())) == (400, [f"{at}/a"])
    assert _bulk(account).json() == []


def test_bulk_wants_multipart_related(account):
    for content_type in (
        "multipart/mixed; boundary=B",
        "multipart/related",
        "multipart/related; x=y; boundary=B",
    ):
        assert refusal(_bulk(account, content_type=content_type)) == (400, "BadRequest")
    assert refusal(_bulk(account, auth=None)) == (401, "NotAuthenticated")


# --- quota


def test_the_quota_refuses_with_507(poor):
    assert refusal(poor("PUT", "/big", b"x" * 3_000_000)) == (507, "InsufficientStorage")
    assert poor("PUT", "/ok", b"x" * 1_500_000).status_code == 201
    assert refusal(poor("PUT", "/ok", b"y" * 1_500_000)) == (507, "InsufficientStorage")
    assert refusal(poor("COPY", "/ok", destination=poor.to("/ok2"))) == (507, "InsufficientStorage")
    told = _bulk(poor, _md5("/bulk", b"x" * 1_000_000), _md5("/small", b"x")).json()
    assert told["/bulk"] == {"error": True, "message": f'Could not create path "/{poor.login}/files/bulk"'}
    assert not told["/small"]["error"]
    assert not poor.exists("/bulk")
    folder = _chunks(poor, b"x" * 1_000_000)
    refused = poor.upload("PUT", f"{folder}/2", b"x", destination=poor.to("/c"), oc_total_length="9000000")
    assert refusal(refused) == (507, "InsufficientStorage")
    moved = poor.upload("MOVE", f"{folder}/.file", destination=poor.to("/c"))
    assert refusal(moved) == (507, "InsufficientStorage")


def test_trap_the_quota_shown_is_up_to_five_minutes_old(admin):
    wire = _make(admin, "2 MB")
    names = ("d:quota-available-bytes", "d:quota-used-bytes")
    try:
        assert wire.get("/", *names) == ["2097152", "0"]
        wire("PUT", "/a", b"x" * 1000)
        assert wire.get("/", *names) == ["2097152", "0"]
        assert wire.one("/", "oc:size") == "1000"
    finally:
        admin.ocs("DELETE", f"/cloud/users/{wire.login}")


# --- connections that break


def test_a_new_file_cut_in_the_middle_leaves_nothing(account, at):
    connection = _raw_put(account, account.files(f"{at}/a"), announced=500_000, sent=b"Q" * 200_000)
    connection.close()
    _until(lambda: account("PUT", f"{at}/witness", b"x").status_code in {201, 204})
    assert not account.exists(f"{at}/a")


def test_a_chunk_cut_in_the_middle_leaves_nothing(account):
    folder = _chunks(account, b"one")
    for name in ("00001", "00002"):
        target = f"/remote.php/dav/uploads/{account.login}{folder}/{name}"
        _raw_put(account, target, announced=500_000, sent=b"Q" * 200_000).close()
    threading.Event().wait(1)
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
    connection = _raw_put(account, account.files(path), announced=500_000, sent=b"Q" * 200_000)
    _until(lambda: refusal(account("GET", path)) == (423, "FileLocked"))
    connection.close()
    _until(lambda: account.one(at, "d:getetag") != etag_above)
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


def test_a_file_being_written_is_locked(account, at):
    path = f"{at}/a"
    account("PUT", path, b"x")
    connection = _raw_put(account, account.files(path), announced=100, sent=b"Q" * 50)
    try:
        _until(lambda: refusal(account("GET", path)) == (423, "FileLocked"))
        assert refusal(account("PUT", path, b"yy")) == (423, "FileLocked")
        assert refusal(account("DELETE", path)) == (423, "FileLocked")
        assert refusal(account("COPY", path, destination=account.to(f"{at}/b"))) == (423, "FileLocked")
        assert refusal(account("MOVE", path, destination=account.to(f"{at}/b"))) == (500, "LockedException")
        told = _bulk(account, _md5(path, b"x"), _md5(f"{at}/c", b"x")).json()
        assert told[path]["message"] == f'"/{account.login}/files{path}" is locked'
        assert not told[f"{at}/c"]["error"]
        folder = _chunks(account, b"x")
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
