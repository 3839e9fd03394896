"""Write docs/commands.md, the reference of the command line: `python -m tools.commands`.

It says in English what `degoog COMMAND --help` says in the reader's language; a test compares it with the commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from degoog import i18n
from degoog.cli.kit import Common
from degoog.cli.program import program

PLACE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"

_HEAD = """# Commands

Every command also answers `--help`, in French or in English. [Exit codes](exit-codes.md) and
[the lines that `--json` prints](json.md) have a page each. This page is written by `python -m tools.commands`.

## Common options

Every command takes them, before or after its name.
"""


def text() -> str:
    """Give what the committed page must hold."""
    i18n.use("en")
    common = [parameter for parameter in program.params if isinstance(parameter, click.Option)]
    parts = [_HEAD, "\n".join(_table(program, common)) + "\n"]
    for path, command in _commands(program):
        own = [one for one in command.params if isinstance(one, click.Option) and not isinstance(one, Common)]
        arguments = " ".join(one.make_metavar(click.Context(command)) for one in command.params if _is_argument(one))
        example = getattr(command, "example", "")
        parts.append(f"## degoog {path}\n")
        parts.append(f"{command.help}\n")
        parts.append(f"    degoog {path} [options] {arguments}".rstrip() + "\n")
        if own:
            parts.append("\n".join(_table(command, own)) + "\n")
        if example:
            parts.append("For example:\n\n" + "\n".join(f"    {line}" for line in example.splitlines()) + "\n")
    return "\n".join(parts).rstrip("\n") + "\n"


def _is_argument(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Argument)


def _commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ")
        elif command is not None:
            yield f"{path}{name}", command


def _table(command: click.Command, options: list[click.Option]) -> Iterator[str]:
    yield "| Option | What it does |"
    yield "| --- | --- |"
    for option in options:
        record = option.get_help_record(click.Context(command))
        if record is not None:
            names, said = (cell.replace("|", "\\|") for cell in record)
            yield f"| `{names}` | {said} |"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
