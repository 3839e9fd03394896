"""Somebody of the stand-in's association, and what a source of agendas gives of theirs."""

from __future__ import annotations

from typing import Any

from degoog.google.client import Client
from degoog.google.credentials import GivenToken
from degoog.model import Found
from degoog.sandbox.google import AGENDA_SCOPES, GoogleSandbox
from degoog.secrets import Secret

WHO = "camille@lauze.example"


def client(google: GoogleSandbox, who: str = WHO) -> Client:
    token = google.access_token(who, scopes=AGENDA_SCOPES)
    return Client(GivenToken(Secret(token)), account=who, api_url=google.url)


async def everything(source: Any) -> tuple[list[Found], dict[str, Any]]:
    """What a source tells of, and what it gives of everything that moves."""
    async with source:
        founds = [found async for found in source.walk()]
        read = {}
        for found in founds:
            if found.verdict is None:
                read[found.item.ref.id] = await source.read(found.item)
        return founds, read
