"""Reads a Slack export and converts all its messages, as a process: `python -m benchmarks.conversion ZIP`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from degoog.convert.slack.conversion import Conversion
from degoog.convert.talk import Thread
from degoog.slack import SlackSource

ZONE = ZoneInfo("Europe/Paris")


async def convert(path: Path) -> None:
    """Tell how many messages became posts, and how long it took, reading the export included."""
    began, posts = time.process_time(), 0
    async with SlackSource([path], zone=ZONE) as source:
        opened = time.process_time()
        conversion = Conversion(lambda: source.everyone, zone=ZONE)
        async for found in source.walk():
            if found.verdict is None and found.item.unit is None:
                made, _losses = conversion(found.item, await source.read(found.item))
                if isinstance(made, Thread):
                    posts += 1 + len(made.replies)
        ended = time.process_time()
    print(json.dumps({"posts": posts, "opening": opened - began, "seconds": ended - began}))


if __name__ == "__main__":
    asyncio.run(convert(Path(sys.argv[1])))
