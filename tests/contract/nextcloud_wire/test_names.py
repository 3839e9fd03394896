"""Which names are refused, altered or kept."""

import pytest

from tests.contract.nextcloud_wire.wire import refusal


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
