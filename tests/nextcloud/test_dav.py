"""WebDAV's XML, in pieces and damaged."""

import httpx
import pytest

from degoog.errors import Unavailable
from degoog.nextcloud import dav
from degoog.nextcloud.dav import Entry

LIST = b"""<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:s="http://sabredav.org/ns">
 <d:response><d:href>/nc/remote.php/dav/files/anna/D%c3%a9p%c3%b4t/</d:href><d:propstat><d:prop>
  <d:resourcetype><d:collection/></d:resourcetype><oc:fileid>7</oc:fileid><d:getetag>"f1"</d:getetag>
  <d:getlastmodified>Sun, 22 Nov 2026 03:01:13 GMT</d:getlastmodified></d:prop>
  <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
  <d:propstat><d:prop><d:getcontentlength/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
 </d:response>
 <d:response><d:href>/nc/remote.php/dav/files/anna/D%c3%a9p%c3%b4t/100%25%20a%23b.txt</d:href><d:propstat><d:prop>
  <d:resourcetype/><oc:fileid>8</oc:fileid><d:getetag>&quot;e2&quot;</d:getetag>
  <d:getcontentlength>12</d:getcontentlength></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
</d:multistatus>"""
FOLDER = Entry("/nc/remote.php/dav/files/anna/Dépôt", holder=True, id="7", etag="f1", modified=1795316473)
FILE = Entry("/nc/remote.php/dav/files/anna/Dépôt/100% a#b.txt", holder=False, id="8", etag="e2", size=12)


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_list_is_read_as_it_arrives(step):
    parser = dav.Multistatus()
    found = [a.entry() for n in range(0, len(LIST), step) for a in parser.feed(LIST[n : n + step])]
    parser.end()
    assert found == [FOLDER, FILE]
    assert found[1].name == "100% a#b.txt"


def test_a_list_that_was_cut_does_not_pass_for_a_whole_one():
    with pytest.raises(Unavailable, match="cut"):
        dav.parse(LIST[:-20])


def test_what_is_no_xml_is_told_as_such():
    with pytest.raises(Unavailable, match="address"):
        dav.parse(b"<!doctype html><p>Welcome<br>to the portal")


def test_a_property_that_was_refused_is_told_with_its_status():
    assert dav.parse(LIST)[0].refused == {f"{dav.D}getcontentlength": 404}


def test_an_error_is_known_by_its_exception_not_its_message():
    text = (
        '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>'
        "OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath</s:exception><s:message>Nom réservé</s:message></d:error>"
    )
    fault = dav.fault(httpx.Response(400, text=text))
    assert (fault.status, fault.name, fault.message) == (400, "InvalidPath", "Nom réservé")


@pytest.mark.parametrize("body", [b"", b"<html><body>Bad gateway<hr></html>", b"\xff\xfe\x00", b"{}"])
def test_an_error_page_of_a_proxy_is_its_status(body):
    fault = dav.fault(httpx.Response(502, content=body))
    assert (fault.status, fault.name) == (502, "")


def test_values_are_escaped_and_lose_what_xml_cannot_hold():
    body = dav.proppatch({dav.SOURCE_ID: "a<&>\"'\0\x1f\n é"})
    assert dav.parse(b"<m xmlns='DAV:'/>") == []
    assert b"a&lt;&amp;&gt;\"'\n \xc3\xa9" in body


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', '"abc-gzip"', "abc", ' "abc" '])
def test_an_etag_is_compared_without_its_dress(etag):
    assert dav.bare(etag) == "abc"
