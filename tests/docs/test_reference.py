"""Options and exit codes: what is documented exists, what exists is documented."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from degoog.cli.program import program
from tests.docs.pages import PAGES, ROOT, blocks
from tools import commands as reference

REFERENCE = ROOT / "docs" / "commands.md"


def walk(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from walk(command, f"{path}{name} ")


COMMANDS = dict(walk(program))


def options(command: click.Command) -> set[str]:
    found = {word for parameter in command.params for word in (*parameter.opts, *parameter.secondary_opts)}
    return {word for word in found if word.startswith("--")} | {"--help"}


def test_the_reference_is_up_to_date():
    assert REFERENCE.read_text(encoding="utf-8") == reference.text(), "run: .venv/bin/python -m tools.commands"


@pytest.mark.parametrize("page", [page for page in PAGES if page != REFERENCE], ids=lambda page: page.name)
def test_a_command_that_is_shown_exists_with_its_options(page):
    lines = [command.line for block in blocks(page) for command in block.commands if block.language == "console"]
    lines += re.findall(r"`(degoog [^`]+)`", page.read_text(encoding="utf-8"))
    wrong = []
    for line in lines:
        for words in re.findall(r"\bdegoog((?: +[^\s;|>]+)*)", line):
            known = options(program)
            path = ""
            for word in words.split():
                if f"{path}{word}" in COMMANDS:
                    known |= options(COMMANDS[f"{path}{word}"])
                    path = f"{path}{word} "
            named = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", words))
            if (not path and not named) or not named <= known:
                wrong.append(line)

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_option_that_is_named_exists(page):
    every = set().union(options(program), *map(options, COMMANDS.values()))
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = {option for code in re.findall(r"`([^`\n]+)`", text) for option in re.findall(r"^--[a-z][a-z-]*", code)}

    assert named - every - {"--check", "--transfers", "--follow-deletions"} == set()


def test_every_command_is_in_the_reference():
    headings = set(re.findall(r"^## degoog (.+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE))

    assert headings == {path for path, command in COMMANDS.items() if not isinstance(command, click.Group)}
