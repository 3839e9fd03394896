"""Asking the stand-in's Calendar, People and Tasks, every page of a listing."""

from __future__ import annotations

from typing import Any

from degoog.sandbox.google import AGENDA_SCOPES, GoogleSandbox
from tests.sandbox.google.conftest import Browser


class AgendaBrowser(Browser):
    def __init__(self, google: GoogleSandbox, email: str, base: str) -> None:
        super().__init__(google, email, scopes=AGENDA_SCOPES)
        self.base = base

    def everything(self, path: str, key: str, **query: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The items of all pages, and the last page."""
        found, given = [], dict(query)
        while True:
            page = self.json(path, **given)
            found += page.get(key, [])
            if "nextPageToken" not in page:
                return found, page
            assert "nextSyncToken" not in page
            given["pageToken"] = page["nextPageToken"]


def calendar(google: GoogleSandbox, email: str) -> AgendaBrowser:
    return AgendaBrowser(google, email, "www.googleapis.com/calendar/v3")


def people(google: GoogleSandbox, email: str) -> AgendaBrowser:
    return AgendaBrowser(google, email, "people.googleapis.com/v1")


def tasks(google: GoogleSandbox, email: str) -> AgendaBrowser:
    return AgendaBrowser(google, email, "tasks.googleapis.com/tasks/v1")
