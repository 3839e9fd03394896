"""A Slack export moved to a real Mattermost: degoog's own time beside that of the server's import jobs."""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import chat
from benchmarks.child import degoog
from benchmarks.figures import at_most, memory, plain, say
from degoog.sandbox.slack import SlackHosts, association, draw_export
from degoog.sandbox.slack.host import sizes

_SIZES = (12_000, 60_000)
_BOUND = 0.10
_MEMORY = 300 * 10**6


def missing() -> str:
    """A real Mattermost."""
    return chat.missing()


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Move each size to a team of its own, with people of its own."""
    for size in _SIZES:
        with chat.site() as site:
            print(f"  Mattermost {site.version}")
            _moved(site, scratch / str(size), size // (10 if options.quick else 1))


def _moved(site: chat.Site, place: Path, messages: int) -> None:
    place.mkdir()
    drawn = draw_export(place / "export.zip", messages=messages, private=False, files=False)
    _describe(site, place)
    began = int(time.time() * 1000)
    command = ("migrate", "channels", "--source", f"slack:{drawn.path}", "--to", "mattermost", "--workspace", place)
    with SlackHosts(sizes()) as hosts:
        ran = degoog(*command, env=site.environ | {"DEGOOG_SLACK_FILES_URL": hosts.url}).check()
    if ran.summary["moved"] < messages:
        raise SystemExit(f"it did not move everything: {ran.summary}")
    jobs = site.jobs(began)
    imported, running = _covered([(made, end) for made, _start, end in jobs]), _covered([job[1:] for job in jobs])
    own = ran.seconds - imported
    label = f"{messages:,} messages"
    say(plain(f"{label}: in all, in {len(jobs)} imports", f"{ran.seconds:.1f} s ({ran.cpu:.1f} cpu)"))
    say(plain(f"{label}: imports, as the server tells; of that, at work", f"{imported:.1f} s; {running:.1f} s"))
    first, last = min(made for made, _start, _end in jobs), max(end for _made, _start, end in jobs)
    before, after = (first - began) / 1000, ran.seconds - (last - began) / 1000
    where = f"{before:.1f} before the first, {own - before - after:.1f} between, {after:.1f} after the last"
    say(plain(f"{label}: everything else", f"{own:.1f} s: {where}"))
    say(at_most(f"{label}: everything else, beside the imports", own / imported, _BOUND))
    say(plain(f"{label}: likewise, beside the imports at work", f"{(ran.seconds - imported) / running:.2f}"))
    say(memory(f"{label}: peak memory", ran, bound=_MEMORY))
    if stages := ", ".join(f"{stage} {spent:.1f}" for stage, spent in ran.stages.items() if spent >= 0.1):
        print(f"      {stages}")


def _describe(site: chat.Site, place: Path) -> None:
    """Have the export's people be nobody whom the server knows already."""
    (place / "workspace.yml").write_text(
        f"id: {site.team}\nstructure: Les Jardins de la Lauze\n"
        f"mattermost: {{url: {site.url}, team: {site.team}, limits: raise}}\n",
        encoding="utf-8",
    )  # fmt: skip
    with (place / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("name", "slack", "email", "mattermost"))
        for id_ in association.active():
            name = f"{site.team}.{id_.lower()}"
            rows.writerow((id_, id_, f"{name}@{site.domain}", name))


def _covered(spans: Sequence[tuple[int, int]]) -> float:
    """Give how long at least one of some spans (in milliseconds) lasted, in seconds."""
    covered, until = 0, 0
    for begin, end in sorted(spans):
        covered += max(0, end - max(begin, until))
        until = max(until, end)
    return covered / 1000
