"""Nextcloud's application store, asked which applications exist for a release."""

import asyncio

import httpx

from degoog.provision import appstore
from degoog.provision.artefacts import AppRelease
from tests.cli.files import Hurried

# As the store answers: GET /api/v1/platform/34.0.1/apps.json.
LIST = [
    {"id": "notes", "releases": [
        {"version": "5.0.0-beta.2", "isNightly": False, "download": "https://x.example/n-5b.tar.gz"},
        {"version": "4.9.1", "isNightly": False, "download": "https://x.example/n-491.tar.gz"},
        {"version": "4.12.0", "isNightly": False, "download": "https://x.example/n-4120.tar.gz"},
        {"version": "9.0.0", "isNightly": True, "download": "https://x.example/n-9.tar.gz"}]},
    {"id": "unfinished", "releases": [{"version": "0.1.0-alpha", "isNightly": False, "download": "https://x.example"}]},
    {"id": "gone", "releases": []},
]  # fmt: skip


def asked(answer: httpx.Response) -> tuple[dict[str, dict[str, AppRelease] | None], list[str]]:
    paths = []

    def serve(request: httpx.Request) -> httpx.Response:
        paths.append(str(request.url))
        return answer

    found = asyncio.run(appstore.releases(["34.0.1"], transport=httpx.MockTransport(serve), time=Hurried().time))
    return found, paths


def test_the_newest_finished_release_of_each_application_is_given():
    found, paths = asked(httpx.Response(200, json=LIST))
    assert found == {"34.0.1": {"notes": AppRelease("notes", "4.12.0", url="https://x.example/n-4120.tar.gz")}}
    assert paths == ["https://apps.nextcloud.com/api/v1/platform/34.0.1/apps.json"]


def test_a_store_that_gives_no_list_is_not_taken_for_an_empty_one():
    assert asked(httpx.Response(404))[0] == {"34.0.1": None}
    assert asked(httpx.Response(200, text="<html>"))[0] == {"34.0.1": None}
