"""A real browser with a report in it. Without Chromium these tests say what to install; in CI that is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from degoog import i18n
from degoog.ledger.checking import Verdict
from degoog.report import report
from tests import lauze

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(
            f"The page's tests need Chromium, and {CHROMIUM} is not there. On Debian: apt-get install chromium. "
            "Elsewhere: name it in the environment, CHROMIUM=/path/to/chromium.",
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=["en", "fr"])
def address(request, tmp_path_factory) -> str:
    """Where a lively report lies, in each language; 260 photos make its table long."""
    folder = tmp_path_factory.mktemp(request.param)
    i18n.use(request.param)
    book = lauze.lively(folder / "ledger.db", extra_files=260)
    book.verify({"D2": Verdict.CHANGED, "D5": Verdict.MISSING})
    zone = ZoneInfo("Europe/Paris")
    written = report(book.ledger, folder / "report", clock=book.clock, zone=zone, structure="Les Jardins de la Lauze")
    book.ledger.close()
    i18n.use("en")
    return written.html.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The report on a desktop's screen; a word on the console, an error or a request fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("request", lambda request: complaints.append(f"request: {request.url}") if _outside(request.url) else None)
    page.goto(address)
    complaints[:] = [complaint for complaint in complaints if not complaint.endswith(address)]
    yield page
    context.close()
    assert complaints == []


def _outside(url: str) -> bool:
    return not url.startswith(("file:", "data:"))
