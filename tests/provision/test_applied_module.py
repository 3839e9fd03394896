"""A service that does not start: what its journal says of why is told, however much it says besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.provision.programs import module

WHY = "Error starting server, err:listen tcp 127.0.0.1:8065: bind: address already in use"

USAGE = "Usage:\n  mattermost [command]\n" + "  --option   what it is for\n" * 20


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What journalctl will show, where systemctl can start nothing."""
    programs, shown = tmp_path / "bin", tmp_path / "journal"
    programs.mkdir()
    said = {"systemctl": "echo 'Job for it failed.' >&2; exit 1", "journalctl": f"tail -n $4 {shown}"}
    for name, does in said.items():
        (programs / name).write_text(f"#!/bin/sh\n[ $1 != daemon-reload ] && [ $1 != enable ] || exit 0\n{does}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return shown


def line(level: str, text: str) -> str:
    return json.dumps({"timestamp": "2026-11-26 10:29:57.641 Z", "level": level, "msg": text}) + "\n"


def test_why_it_does_not_start_is_found_among_much_that_is_beside_the_point(journal):
    journal.write_text(line("error", WHY) + line("debug", "Worker stopping") * 300 + f"Error: {WHY}\n" + USAGE)

    told = module("degoog_applied", {"service": "degoog-nobody"})

    assert told["failed"]
    assert told["msg"].splitlines()[0] == f"degoog-nobody does not take note of its settings: Error: {WHY}"
    assert "Job for it failed." in told["msg"]
    assert "Worker" not in told["msg"]


def test_only_the_last_of_what_it_says_is_told(journal):
    journal.write_text("".join(f"line {number}\n" for number in range(1000)))

    told = module("degoog_applied", {"service": "degoog-nobody"})["msg"].splitlines()

    assert told[0] == "degoog-nobody does not take note of its settings: Job for it failed."
    assert told[2:] == [f"line {number}" for number in range(985, 1000)]


def test_the_reason_comes_before_what_was_said_at_other_times(journal):
    before, now = "nginx: [emerg] cannot load certificate\n", "nginx: [emerg] bind() to 0.0.0.0:443 failed\n"
    journal.write_text(before + "a line that is long\n" * 100 + now * 5 + "nginx: [emerg] still could not bind()\n")

    told = module("degoog_applied", {"service": "degoog-nobody"})["msg"].splitlines()

    assert told[0].endswith("nginx: [emerg] still could not bind()")
    assert told[2:4] == ["nginx: [emerg] still could not bind()", now.strip()]
    assert not [line for line in told if "certificate" in line]
