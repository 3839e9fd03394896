"""`degoog completion`: the lines that make a shell complete degoog's commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from degoog.cli.context import Context
from degoog.cli.kit import argument
from degoog.cli.kit import command as declare
from degoog.i18n import N_


@declare(
    "completion",
    help=N_("Print what a shell needs to complete degoog's commands with the Tab key."),
    example='bash:  eval "$(degoog completion bash)"        # in ~/.bashrc\n'
    'zsh:   eval "$(degoog completion zsh)"         # in ~/.zshrc\n'
    "fish:  degoog completion fish > ~/.config/fish/completions/degoog.fish",
)
@argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(context: Context, shell: str) -> None:
    """Print the script of a shell."""
    made = get_completion_class(shell)
    root = click.get_current_context().find_root()
    if made is not None:
        script = made(root.command, {}, "degoog", "_DEGOOG_COMPLETE").source()
        context.show(script)
        context.emit("summary", shell=shell, script=script, exit=0)
