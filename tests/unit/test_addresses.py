"""Addresses of servers, as people paste them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degoog import addresses
from degoog.problems import Wrong


@pytest.mark.parametrize(
    ("pasted", "used"),
    [
        ("cloud.lauze.example", "https://cloud.lauze.example"),
        (" https://cloud.lauze.example/ ", "https://cloud.lauze.example"),
        ("https://cloud.lauze.example/index.php/apps/files/?dir=/A", "https://cloud.lauze.example"),
        ("https://lauze.example/nuage/apps/files/files/12", "https://lauze.example/nuage"),
        ("https://cloud.lauze.example:8443/login?redirect=/", "https://cloud.lauze.example:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://nas.local", "http://nas.local"),
    ],
)
def test_what_stands_in_the_address_bar_becomes_the_servers_address(pasted, used):
    assert addresses.server(pasted) == used
    assert addresses.server(used) == used


@pytest.mark.parametrize(
    "pasted", ["", "ftp://a.example", "https://", "http://cloud.lauze.example", "deux mots", "https://a.example:99999"]
)
def test_anything_else_is_refused_with_a_cure(pasted):
    with pytest.raises(Wrong) as caught:
        addresses.server(pasted)
    assert caught.value.cure


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(Wrong) as caught:
        addresses.server("https://camille:kestrel@cloud.lauze.example")
    assert "kestrel" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_wrong(text):
    with suppress(Wrong):
        assert addresses.server(text).startswith(("https://", "http://"))
