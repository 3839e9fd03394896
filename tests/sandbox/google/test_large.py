"""A large Drive is drawn at once, listed a thousand a page, and each item worked out from its number."""

from __future__ import annotations

import json
import subprocess
import sys

from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import Fate, LargeAgenda, LargeDrive
from degoog.sandbox.google.drawing.people import CAMILLE
from tests.sandbox.google.agenda import calendar, people
from tests.sandbox.google.conftest import Browser, ask

MASK = "nextPageToken,files(id,name,mimeType,parents,size,md5Checksum,trashed,modifiedTime)"


def test_ten_thousand_items_take_eleven_pages_and_are_what_the_numbers_say():
    large = LargeDrive(files=10_000, seed=3)
    with GoogleSandbox(large.world()) as google:
        browser = Browser(google, CAMILLE)
        found = browser.files(pageSize=1000, fields=MASK, q="trashed = false")
        asked = google.requests.count("GET", door="drive.files.list")
        some = large.expected(4_711)
        assert some.content is not None
        got = browser.get(f"files/{some.id}", alt="media").content

    assert (len(found), asked) == (large.items, 11)
    assert set(found) == {one.id for one in large}
    assert got == some.content.read()
    assert len(got) == 64
    for number in (0, 19, 9_999):
        one = large.expected(number)
        file = found[one.id]
        assert file["name"] == one.path[-1]
        assert found[file["parents"][0]]["name"] == one.path[-2]
        if one.fate is Fate.BYTES:
            assert one.content is not None
            assert file["md5Checksum"] == one.content.sums.md5


def test_folders_come_among_files_so_that_nobody_counts_on_an_order():
    with GoogleSandbox(LargeDrive(files=5000).world()) as google:
        found = list(Browser(google, CAMILLE).files(pageSize=1000, fields=MASK).values())
    places = [number for number, file in enumerate(found) if "folder" in file["mimeType"]]

    assert max(places) - min(places) > len(found) / 2


def test_a_large_agenda_is_what_the_numbers_say_and_expands_to_as_many_occurrences():
    large = LargeAgenda(events=3000, exceptions=400, people=1500)
    with GoogleSandbox(large.world()) as google:
        browser = calendar(google, CAMILLE)
        found, _ = browser.everything("calendars/primary/events", "items", maxResults=2500)
        asked = google.requests.count("GET", door="calendar.events.list")
        expanded, _ = browser.everything("calendars/primary/events", "items", maxResults=2500, singleEvents=True)
        known, _ = people(google, CAMILLE).everything(
            "people/me/connections", "connections", personFields="names", pageSize=1000
        )

    assert (len(found), asked) == (3401, 2)
    assert len(expanded) == 3405
    assert len(known) == 1500
    assert {one["summary"] for one in found} >= {large.event(2999)["summary"], "Le jour 399"}


def test_a_process_of_its_own_tells_its_keys_and_ends_with_its_input():
    command = [sys.executable, "-m", "degoog.sandbox.google", "--files", "300"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        address = f"{told['url']}/www.googleapis.com/drive/v3/files?pageSize=1000"
        answer = ask("GET", address, headers={"Authorization": f"Bearer {told['tokens'][CAMILLE]}"})
        assert len(answer.json()["files"]) == 303
        process.communicate("", timeout=10)

    assert process.returncode == 0
    assert told["service_account"]["type"] == "service_account"
    assert told["authorized_users"][CAMILLE]["refresh_token"]


def test_it_needs_nothing_of_degoog_but_the_sandbox():
    look = "import sys, degoog.sandbox.google.drawing; print([n for n in sys.modules if n.startswith('degoog.')])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert all(name.startswith("degoog.sandbox") for name in eval(told.stdout))
