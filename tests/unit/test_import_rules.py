"""Imports run one way, as docs/architecture.md draws them: cli → roads → services → http, convert, people → model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import degoog

PACKAGE = Path(degoog.__file__).parent

# Everybody speaks these.
WORDS = {"happenings", "model", "errors", "i18n", "problems", "wording"}
# The services, one package each: what talks to one outside thing.
SERVICES = {"folder", "loose", "google", "slack", "nextcloud", "mattermost"}
# What a person wrote: read by cli and roads, and handed down from there.
WRITTEN = {
    "addresses",
    "agreements",
    "config",
    "config_servers",
    "config_edit",
    "config_schema",
    "ends",
    "filters",
    "people",
}
_BELOW_SERVICES = {
    *WORDS,
    "addresses",
    "convert",
    "documents",
    "files",
    "http",
    "people",
    "ports",
    "secrets",
    "scratch",
    "shelf",
    "zips",
}

# What each module or package of degoog may import from the others. A new one gets a line here, or fails.
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "i18n": set(),
    "files": set(),
    "data": set(),
    "errors": {"model"},
    "problems": {"errors", "i18n"},
    "wording": {"i18n"},
    "addresses": {"errors", "i18n", "problems"},
    "ends": {"errors", "i18n", "problems"},
    "filters": {"errors", "i18n", "model", "problems"},
    "people": {"errors", "files", "i18n", "problems"},
    "agreements": {"errors", "i18n", "problems"},
    "section": set(),
    "document": {"errors", "i18n", "problems"},
    "space": {"document", "errors", "filters", "i18n", "problems", "section", "wording"},
    "templates": {*WORDS, "data", "document", "filters", "section", "space"},
    "config_servers": {"i18n", "problems", "section"},
    "config_schema": {
        "addresses",
        "config_servers",
        "ends",
        "errors",
        "filters",
        "i18n",
        "problems",
        "section",
        "space",
    },
    "config": {"config_schema", "document", "errors", "files", "i18n", "problems", "space"},
    "config_edit": {"config", "errors", "files", "i18n", "problems"},
    "secrets": {"errors", "files", "i18n"},
    "authority": set(),
    "runlog": {"secrets"},
    "access": {"addresses", "config_schema", "errors", "i18n", "problems", "secrets"},
    "beginning": {*WORDS, *WRITTEN, "data", "files", "space", "templates"},
    "ports": {"happenings", "model"},
    "nouns": {"i18n", "model", "wording"},
    "observe": {*WORDS, "nouns", "ports"},
    "convert": {*WORDS, "ports"},
    "documents": {"model"},
    "scratch": set(),
    "shelf": set(),
    "zips": {*WORDS},
    "http": {*WORDS, "ports", "secrets"},
    "ledger": {*WORDS, "", "ports"},
    "engine": {*WORDS, "ledger", "ports"},
    "rehearsal": {*WORDS, "ports"},
    "stopping": set(),
    "happenings": {"model"},
    "deletions": {"engine", "files", "ledger", "ports"},
    "runs": {*WORDS, "deletions", "engine", "ledger", "ports", "rehearsal", "scratch", "stopping"},
    "report": {*WORDS, "", "data", "files", "ledger", "nouns"},
    **dict.fromkeys(SERVICES, _BELOW_SERVICES),
    "doctor": {*WORDS, *WRITTEN, "access", "provision", "secrets", *SERVICES},
    "directory": {*_BELOW_SERVICES, *WRITTEN, *SERVICES, "access", "space"},
    "papers": {"i18n", "secrets", "space", "wording", "people", "config_schema", "agreements"},
    "provision": {*_BELOW_SERVICES, *WRITTEN, "access", "data", "nextcloud", "mattermost", "space"},
    "roads": {*_BELOW_SERVICES, *WRITTEN, *SERVICES, "access"},
    "sandbox": set(),
    "cli": {
        *WORDS,
        *WRITTEN,
        *(
            "",
            "access",
            "authority",
            "beginning",
            "data",
            "directory",
            "doctor",
            "document",
            "engine",
            "files",
            "http",
            "ledger",
            "nouns",
            "observe",
            "ports",
        ),
        *("papers", "provision", "report", "roads", "runlog", "runs", "sandbox", "secrets", "space", "templates"),
        *SERVICES,
    },
    "": set(),
    "__main__": {"cli"},
}

# Libraries that only one place knows, so that another could take their place.
ONLY_IN = {
    "ansible_runner": {"provision"},
    "babel": {"report", "wording"},
    "click": {"cli"},
    "cryptography": {"google", "provision"},
    "filelock": {"ledger", "folder"},
    "dateutil": {"convert"},
    "icalendar": {"convert"},
    "httpx": {
        "http",
        *SERVICES,
        "provision",
        *("authority", "cli", "directory", "doctor", "roads"),
    },  # these hand a transport down
    "jinja2": {"beginning", "papers", "provision", "report", "templates"},
    "keyring": {"secrets"},
    "pydantic": {"config_schema", "document", "section", "space", "templates", "config_servers"},
    "ruamel": {"config_edit", "document", "provision"},
    "segno": {"papers"},
    "tqdm": {"observe"},
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def room(module: Path) -> str:
    """Give the top-level name a file belongs to: `ledger` for degoog/ledger/lane.py, "" for degoog/__init__.py."""
    name = module.relative_to(PACKAGE).with_suffix("").parts[0]
    return "" if name == "__init__" else name


def imported(module: Path) -> Iterator[tuple[int, str]]:
    """Give every name a file imports, wherever it stands in it, with its line."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import hides where a thing comes from"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def inside(module: Path) -> Iterator[tuple[int, str, str]]:
    """Give the imports of degoog's own modules: line, room, full name."""
    for line, name in imported(module):
        first, *rest = name.split(".")
        if first == "degoog":
            top = rest[0] if rest else ""
            known = top in MAY_IMPORT or (PACKAGE / top).is_dir() or (PACKAGE / f"{top}.py").exists()
            yield line, top if known else "", name


def shown(module: Path) -> str:
    return module.relative_to(PACKAGE.parent).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_a_module_imports_only_from_the_rooms_below_it(module):
    here = room(module)
    assert here in MAY_IMPORT, f"give degoog.{here} a line in MAY_IMPORT, and a place in docs/architecture.md"

    wrong = [
        f"{shown(module)}:{line} imports {name}"
        for line, top, name in inside(module)
        if top != here and top not in MAY_IMPORT[here]
    ]

    assert not wrong, f"degoog.{here} may import {sorted(MAY_IMPORT[here])}: {wrong}"


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_a_library_is_known_in_one_place_only(module):
    wrong = [
        f"{shown(module)}:{line} imports {name}"
        for line, name in imported(module)
        if room(module) not in ONLY_IN.get(name.split(".")[0], {room(module)})
    ]

    assert not wrong


def test_only_the_demo_command_knows_the_sandbox():
    assert {shown(module) for module in MODULES if any(top == "sandbox" for _line, top, _name in inside(module))} <= {
        "degoog/cli/demo.py",
        *(shown(module) for module in MODULES if room(module) == "sandbox"),
    }


def test_a_service_knows_a_secret_only_by_its_type():
    names = {
        name
        for module in MODULES
        if room(module) in SERVICES | {"http"}
        for _line, top, name in inside(module)
        if top == "secrets"
    }

    assert names <= {"degoog.secrets.Secret"}


def test_connect_and_doctor_knock_at_a_service_and_go_no_further():
    names = {
        f"{shown(module)} imports {name}"
        for module in MODULES
        if room(module) in {"cli", "doctor"}
        for _line, top, name in inside(module)
        if top in SERVICES and name.split(".")[2] not in {"health", "login"}
    }

    assert names == set()


def test_provisioning_uses_the_administration_of_a_service_and_nothing_else_of_it():
    names = {
        name
        for module in MODULES
        if room(module) == "provision"
        for _line, top, name in inside(module)
        if top in SERVICES
    }

    assert all(".admin" in name for name in names)


def test_no_room_reaches_itself_through_others():
    def below(start: str) -> set[str]:
        reached: set[str] = set()
        to_visit = set(MAY_IMPORT[start])
        while to_visit:
            name = to_visit.pop()
            reached.add(name)
            to_visit |= MAY_IMPORT.get(name, set()) - reached
        return reached

    assert not {name for name in MAY_IMPORT if name in below(name)}
