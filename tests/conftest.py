"""The layers of the test suite: run in this order, named on screen, stopped at the end of the first that fails."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no fault of a test's. CI tries the same examples at every run; a developer's machine tries new ones.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


TESTS = Path(__file__).parent

# Fast first. Each layer is the tests whose path fits one of its patterns; all others are `unit`.
LAYERS: dict[str, tuple[str, ...]] = {
    "imports": ("unit/test_import_rules.py",),
    "repo": ("repo/*",),
    "unit": (),
    "contract": ("contract/*", "*/test_contract*.py"),
    "crash": ("crash/*", "*/test_crash*.py"),
    "cli": ("cli/*",),
    "docs": ("docs/*",),
    "page": ("page/*",),
    "wheel": ("wheel/*",),
    "servers": ("servers/*",),
}
ASKED_FOR = {"servers"}  # boots machines, as root: `make test-servers`


LEFT_OUT = (
    "The layer page was left out: it needs a browser. On Debian: apt install chromium. Elsewhere: "
    "make test CHROMIUM=/path/to/chromium. / La couche page n’a pas été vérifiée\u202f: il lui faut un navigateur "
    "(sous Debian\u202f: apt install chromium)."
)


def layer_of(path: Path) -> str:
    """Tell the layer of a test file."""
    inside = path.relative_to(TESTS).as_posix()
    fits = (layer for layer, patterns in LAYERS.items() if any(fnmatchcase(inside, pattern) for pattern in patterns))
    return next(fits, "unit")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--layer", choices=LAYERS, help="run only this layer of the suite")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the files of other layers unread: reading them all takes longer than many a layer."""
    only = config.getoption("--layer")
    if only and collection_path.suffix == ".py" and collection_path.name.startswith("test_"):
        return layer_of(collection_path) != only or None
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    only = config.getoption("--layer")
    wanted = {only} if only else set(LAYERS) - ASKED_FOR
    config.hook.pytest_deselected(items=[item for item in items if layer_of(item.path) not in wanted])
    items[:] = [item for item in items if layer_of(item.path) in wanted]
    order = list(LAYERS)
    items.sort(key=lambda item: order.index(layer_of(item.path)))


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("numprocesses", None):  # with xdist the layers run mixed: headings would mislead
        config.pluginmanager.register(_Headings(), "degoog-headings")


class _Headings:
    """Says which layer is running, and ends the run with the first one that failed."""

    def __init__(self) -> None:
        self._now = ""
        self._seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None):
        layer = layer_of(item.path)
        if layer != self._now:
            counts = Counter(layer_of(other.path) for other in item.session.items)
            screen = item.config.pluginmanager.getplugin("terminalreporter")
            assert isinstance(screen, pytest.TerminalReporter)
            screen.write("\n" if self._now else "")
            screen.write_line(f"== {layer} ({counts[layer]})")
            self._now = layer
        begun = time.monotonic()
        result = yield
        self._seconds[layer] = self._seconds.get(layer, 0) + time.monotonic() - begun
        if nextitem is not None and layer_of(nextitem.path) != layer and item.session.testsfailed:
            item.session.shouldfail = f"the layer {layer} failed: the layers after it were not run"
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        spent = " · ".join(f"{layer} {seconds:.0f} s" for layer, seconds in self._seconds.items())
        terminalreporter.write_line(f"time by layer: {spent}")
        reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
        for reason, times in reasons.items():
            terminalreporter.write_line(f"{times} {reason.replace('Skipped', 'skipped', 1)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged may hold half a character: such a report could not be handed from one process to another."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report
