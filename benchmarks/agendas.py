"""Calendars: conversion on one core, memory over 5,000 and 50,000 events, and a run against a sequential client."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx

from benchmarks.child import degoog, environment, run
from benchmarks.figures import at_least, at_most, memory, plain, say
from degoog.convert.calendar_object import RawObject, calendar_object
from degoog.convert.components import component, pieces
from degoog.sandbox.faults import Fault, FaultKind, FaultPlan
from degoog.sandbox.nextcloud import NextcloudSandbox

_LOGIN = "camille"
_ANSWER = 0.05  # seconds a PUT takes, as on a server that does something


def missing() -> str:
    """Nothing."""
    return ""


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Convert in this process; run degoog, and the other client, in processes of their own."""
    _conversion(20_000 // (10 if options.quick else 1))
    small, large = (_drawn(scratch / f"{n}.ics", n) for n in (5_000, 50_000 // (5 if options.quick else 1)))
    peaks = []
    for path in (small, large):
        to = f"folder:{scratch / path.stem}"
        words = (
            "migrate",
            "calendars",
            "--source",
            f"ics:{path}",
            "--to",
            to,
            "--workspace",
            scratch / f"w{path.stem}",
        )
        ran = degoog(*words).check()
        say(memory(f"{path.stem} events to a folder: peak memory", ran))
        peaks.append(ran.peak)
    say(at_most("peak memory of ten times the events, against once", peaks[1] / peaks[0], 1.5, unit=" ×"))
    _http(options, scratch)


def _conversion(items: int) -> None:
    with tempfile.TemporaryFile() as file:
        file.writelines(_lines(items))
        file.seek(0)
        began = time.process_time()
        for piece in pieces(iter(lambda: file.read(1 << 18), b"")):
            if piece.kind == "VEVENT":
                calendar_object(RawObject((component(piece),), zone="Europe/Paris"))
        spent = time.process_time() - began
    say(at_least("events read and converted a second of processor time", items / spent, 5_000))


def _http(options: argparse.Namespace, scratch: Path) -> None:
    """The same events to the same stand-in, whose every PUT takes a while; the two take turns."""
    items = 400 // (4 if options.quick else 1)
    path = _drawn(scratch / "http.ics", items)
    ratios = []
    for turn in range(options.rounds):
        faults = FaultPlan([Fault(FaultKind.SLOW, methods=frozenset({"PUT"}), seconds=_ANSWER)])
        with NextcloudSandbox(scratch / f"cloud{turn}", faults=faults) as server:
            server.add_user(_LOGIN, "never used here")
            password = server.app_password(_LOGIN)
            given = {
                "DEGOOG_NEXTCLOUD_URL": server.url, "DEGOOG_NEXTCLOUD_USER": _LOGIN,
                "DEGOOG_NEXTCLOUD_PASSWORD": password,
            }  # fmt: skip
            command = [sys.executable, "-m", "benchmarks.agendas", str(path), server.url, password]
            other = run(command, env=environment())
            if other.code:
                raise SystemExit(other.errors)
            words = ("migrate", "calendars", "--source", f"ics:{path}", "--to", "nextcloud")
            ours = degoog(*words, "--workspace", scratch / f"w{turn}", env=given).check()
        ratios.append(ours.seconds / other.seconds)
        say(plain(f"{items} events: degoog, sequential client", f"{ours.seconds:.1f} s, {other.seconds:.1f} s"))
    say(at_most("degoog's time against a sequential client's", sorted(ratios)[len(ratios) // 2], 1.0, unit=" ×"))


def _lines(items: int) -> Iterator[bytes]:
    yield b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Agenda\r\nX-WR-TIMEZONE:Europe/Paris\r\n"
    for n in range(items):
        yield (
            f"BEGIN:VEVENT\r\nUID:{n}@lauze.example\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART;TZID=Europe/Paris:2026{n % 12 + 1:02d}{n % 28 + 1:02d}T180000\r\n"
            f"DTEND;TZID=Europe/Paris:2026{n % 12 + 1:02d}{n % 28 + 1:02d}T193000\r\nRRULE:FREQ=WEEKLY;COUNT=10\r\n"
            f"SUMMARY:Réunion {n}\r\nDESCRIPTION:Ordre du jour\\nbudget\\, semis\r\nLOCATION:Salle\r\n"
            "ATTENDEE;CN=Awa;PARTSTAT=ACCEPTED:mailto:awa@lauze.example\r\nEND:VEVENT\r\n"
        ).encode()
    yield b"END:VCALENDAR\r\n"


def _drawn(path: Path, items: int) -> Path:
    with path.open("wb") as file:
        file.writelines(_lines(items))
    return path


def _sequential(path: Path, url: str, password: str) -> None:
    """What a client does that sends one event after the other, and remembers nothing."""
    home = f"{url}/remote.php/dav/calendars/{_LOGIN}/seul"
    with httpx.Client(auth=(_LOGIN, password), timeout=60) as client, path.open("rb") as file:
        client.request("MKCALENDAR", home)
        for piece in pieces(iter(lambda: file.read(1 << 18), b"")):
            if piece.kind == "VEVENT":
                body = (
                    b"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\n"
                    + piece.data
                    + b"\nEND:VEVENT\nEND:VCALENDAR\n"
                )
                name = quote(component(piece).value("UID"))
                client.put(f"{home}/{name}.ics", content=body).raise_for_status()


if __name__ == "__main__":
    _sequential(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
