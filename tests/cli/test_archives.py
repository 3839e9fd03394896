"""degoog archives, from servers that stand in for the makers'."""

import json
from pathlib import Path

import httpx

from degoog.provision import artefacts


def world(request: httpx.Request) -> httpx.Response:
    if request.url.host == "apps.nextcloud.com":
        return httpx.Response(200, json=[])
    return httpx.Response(200, content=b"not the release")


def test_a_release_that_is_not_the_pinned_one_is_said_and_not_kept(call):
    ended = call("archives", "shelf", transport=httpx.MockTransport(world))
    assert ended.code == 2
    assert "checksum differs" in " ".join(ended.err.split())
    assert not list(Path("shelf").glob("nextcloud-*.bz2"))


def test_a_store_that_does_not_answer_is_said(call):
    ended = call("archives", "shelf", transport=httpx.MockTransport(lambda _request: httpx.Response(404)))
    assert ended.code == 4
    assert "no list of applications" in " ".join(ended.err.split())


def test_a_program_is_told_which_archive_it_was(call):
    ended = call("archives", "shelf", "--json", transport=httpx.MockTransport(world))
    (line,) = map(json.loads, ended.out.splitlines())
    assert line["event"] == "error"
    assert artefacts.known("nextcloud")[0].file in line["message"]
