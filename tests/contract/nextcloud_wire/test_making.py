"""Folders that have their properties from the start (RFC 5689)."""

from tests.contract.nextcloud_wire.wire import DECLARED, refusal

KIND = "<d:resourcetype><d:collection/></d:resourcetype>"
XML = "application/xml; charset=utf-8"


def made_with(properties: str, *, kind: str = KIND) -> bytes:
    return f"<d:mkcol {DECLARED}><d:set><d:prop>{kind}{properties}</d:prop></d:set></d:mkcol>".encode()


def test_a_folder_is_made_with_its_star_its_creation_time_and_a_property_of_ours(account, at):
    body = made_with("<oc:favorite>1</oc:favorite><nc:creation_time>1500000000</nc:creation_time><x:id>abc</x:id>")
    response = account("MKCOL", f"{at}/d", body, content_type=XML)
    assert response.status_code == 201
    assert response.headers["oc-fileid"]
    assert account.get(f"{at}/d", "oc:favorite", "nc:creation_time", "x:id") == ["1", "1500000000", "abc"]


def test_a_body_that_is_not_called_xml_makes_nothing(account, at):
    assert refusal(account("MKCOL", f"{at}/d", made_with(""))) == (415, "UnsupportedMediaType")
    assert account("PROPFIND", f"{at}/d", depth="0").status_code == 404


def test_a_body_that_does_not_say_what_it_makes_is_refused(account, at):
    body = made_with("<oc:favorite>1</oc:favorite>", kind="")
    assert refusal(account("MKCOL", f"{at}/d", body, content_type=XML)) == (400, "BadRequest")
