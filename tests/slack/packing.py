"""Small exports packed by hand, and what a source finds in them."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from degoog.convert.slack.values import Talk
from degoog.model import Found, Kind
from degoog.slack import SlackSource
from degoog.slack.consent import Consent

USERS = [
    {"id": "U1", "team_id": "T1", "name": "ann", "profile": {"real_name": "Ann", "email": "ann@lauze.example"}},
    {"id": "U2", "team_id": "T1", "name": "bob", "profile": {}},
]
CHANNELS = [{"id": "C1", "name": "general", "is_general": True, "members": ["U1"]}, {"id": "C2", "name": "jardin"}]
BASE: dict[str, object] = {"channels.json": CHANNELS, "users.json": USERS}


def said(number: int, text: str = "", **more: object) -> dict[str, object]:
    return {"type": "message", "user": "U1", "text": text or f"t{number}", "ts": f"17000000{number:02}.000100", **more}


def pack(path: Path, members: Mapping[str, object]) -> Path:
    """Write an export; bytes as they are, everything else as JSON."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return path


def walk(*paths: Path, consent: Consent | None = None) -> tuple[str, list[Found]]:
    """Give the account and all that is found."""

    async def go() -> tuple[str, list[Found]]:
        async with SlackSource(paths, consent=consent) as source:
            return source.account, [found async for found in source.walk()]

    return asyncio.run(go())


def talks(*paths: Path, consent: Consent | None = None) -> list[Talk]:
    """Read every conversation."""

    async def go() -> list[Talk]:
        out = []
        async with SlackSource(paths, consent=consent) as source:
            async for found in source.walk():
                if found.verdict is None and found.item.kind is Kind.MESSAGE and found.item.unit is None:
                    talk = await source.read(found.item)
                    assert isinstance(talk, Talk)
                    out.append(talk)
        return out

    return asyncio.run(go())


def texts(*paths: Path, consent: Consent | None = None) -> list[str]:
    """Give the texts of everything that moves, in order."""
    return [
        one.text
        for talk in talks(*paths, consent=consent)
        for one in ([talk.root] if talk.root else []) + list(talk.replies)
    ]


def messages(found: list[Found]) -> list[str]:
    return [one.item.ref.id for one in found if one.item.kind is Kind.MESSAGE and one.verdict is None]


def problems(found: list[Found]) -> dict[str, str]:
    """Give what could not be read, or is left, with why."""
    return {one.item.path: str(one.verdict) for one in found if one.item.kind is Kind.PRODUCT}


__all__ = ["BASE", "CHANNELS", "USERS", "messages", "pack", "problems", "said", "talks", "texts", "walk"]
