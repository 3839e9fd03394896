"""What files and folders show: properties, listings, ranges."""

import re

from tests.contract.nextcloud_wire.wire import ODD, refusal, rows


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
