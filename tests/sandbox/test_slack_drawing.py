"""The drawn export is what it says, read with nothing but Python's own zip and JSON."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path

import httpx
import pytest

from degoog.sandbox.faults import Fault, FaultKind
from degoog.sandbox.slack import SlackHosts, draw_export
from degoog.sandbox.slack.host import content, sizes


def _days(path: Path) -> dict[str, list[dict[str, object]]]:
    with zipfile.ZipFile(path, metadata_encoding="utf-8") as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if "/20" in name}


def test_an_export_is_the_same_each_time_for_a_seed(tmp_path):
    draw_export(tmp_path / "a.zip", seed=3, messages=60)
    draw_export(tmp_path / "b.zip", seed=3, messages=60)
    draw_export(tmp_path / "c.zip", seed=4, messages=60)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert (tmp_path / "a.zip").read_bytes() != (tmp_path / "c.zip").read_bytes()


def test_the_answer_counts_what_lies_in_the_zip(tmp_path):
    drawn = draw_export(tmp_path / "a.zip", messages=200)
    days = _days(drawn.path)

    assert sum(map(len, days.values())) == drawn.counts.total() == len(drawn.messages)
    told = Counter(message.ts for message in drawn.messages)
    assert Counter(str(message["ts"]) for said in days.values() for message in said) == told


def test_names_are_utf8_that_does_not_say_so(tmp_path):
    drawn = draw_export(tmp_path / "a.zip", messages=70)

    with zipfile.ZipFile(drawn.path) as archive:
        infos = [info for info in archive.infolist() if not info.filename.isascii()]
    assert infos
    assert not any(info.flag_bits & 0x800 for info in infos)


def test_a_later_export_holds_the_same_and_more(tmp_path):
    first = draw_export(tmp_path / "a.zip", messages=140)
    later = draw_export(tmp_path / "b.zip", messages=140, later=30)

    before = {str(message["ts"]) for said in _days(first.path).values() for message in said}
    after = {str(message["ts"]) for said in _days(later.path).values() for message in said}
    assert before < after
    assert len(after - before) == 30


@pytest.fixture
def hosts():
    with SlackHosts(sizes()) as hosts:
        yield hosts


def test_a_file_is_given_to_who_has_the_token_and_begins_where_one_asks(hosts):
    address = f"{hosts.url}/files.slack.com/files-pri/T0LAUZE01-F0PLAN/download/plan.png"
    token = {"token": "xoxe-1234567890-drawn-by-the-sandbox"}

    whole = httpx.get(address, params=token)
    rest = httpx.get(address, params=token, headers={"Range": "bytes=1000-"})
    without = httpx.get(address)

    assert whole.content == content("F0PLAN", 120_000)
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert without.status_code in {200, 302}
    assert b"PNG" not in without.content
    assert len(without.content) != 120_000


def test_a_fault_cuts_an_answer(hosts):
    hosts.faults.add(Fault(FaultKind.CUT_BODY, "*F0PLAN*", times=1, bytes=70))
    address = f"{hosts.url}/files.slack.com/files-pri/T0LAUZE01-F0PLAN/download/plan.png"

    with pytest.raises(httpx.TransportError):
        httpx.get(address, params={"token": "xoxe-1234567890-drawn-by-the-sandbox"})
