"""Commands and options whose help is put in the reader's language when it is shown."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps
from pathlib import Path
from typing import Any

import click

from degoog.cli.context import Context, Session
from degoog.i18n import LANGUAGES, N_, _


class _Formatter(click.HelpFormatter):
    def write_heading(self, heading: str) -> None:
        self.write(" " * self.current_indent + _("{heading}:").format(heading=heading) + "\n")


class _Call(click.Context):
    formatter_class = _Formatter


class Option(click.Option):
    """An option; `help` and `metavar` are marked with `N_` and translated here."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Give the option's line in the language in use."""
        spoken = copy(self)
        spoken.help = _(self.help) if self.help else ""
        spoken.metavar = _(self.metavar) if self.metavar else self.metavar
        return super(Option, spoken).get_help_record(ctx)


class Argument(click.Argument):
    """An argument; its `metavar` is marked with `N_` and translated here, in the usage and in what is said of it."""

    def make_metavar(self, ctx: click.Context) -> str:
        """Name it in the language in use."""
        return _(super().make_metavar(ctx))


class Common(Option):
    """An option that every command takes, before or after its name."""


class _Spoken(click.Command):
    """What commands and groups share: translated help and an example at its end."""

    context_class = _Call
    example = ""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        spoken = copy(self)
        spoken.help = _(self.help) if self.help else ""
        super(_Spoken, spoken).format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 200) -> str:  # noqa: ARG002  # click's signature
        text = _(self.help) if self.help else ""
        return text.split("\n\n")[0].replace("\n", " ").strip()

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_(piece) if piece else piece for piece in super().collect_usage_pieces(ctx)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = _("Show this message and exit.")
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                is_common = isinstance(parameter, Common) or parameter.name in {"help", "version"}
                (common if is_common else own).append(record)
        if own:
            with formatter.section(_("Options")):
                formatter.write_dl(own)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)
        with formatter.section(_("Common options")):
            formatter.write_dl(common)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        if self.example:
            with formatter.section(_("Example")):
                for line in self.example.splitlines():
                    formatter.write(f"  {line}\n")


class Command(_Spoken):
    """A command of degoog."""


class Group(_Spoken, click.Group):
    """A command that has commands of its own."""

    command_class = Command


def option(*names: str, cls: type[click.Option] = Option, **attributes: Any) -> Callable[[Any], Any]:  # noqa: ANN401  # click's own
    """Declare an option as click does, with a help that is translated when shown."""
    return click.option(*names, cls=cls, **attributes)


def argument(*names: str, **attributes: Any) -> Callable[[Any], Any]:  # noqa: ANN401  # click's own
    """Declare an argument as click does, with a name that is translated when shown."""
    return click.argument(*names, cls=Argument, **attributes)


def _remember(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    if value not in {None, False} and parameter.name:
        ctx.ensure_object(Session).settings[parameter.name] = value


def common_options() -> list[click.Option]:
    """Give the options that every command takes."""
    shared: dict[str, Any] = {"expose_value": False, "callback": _remember}
    return [
        Common(
            ["--workspace"],
            type=click.Path(path_type=Path, file_okay=False),
            metavar=N_("DIR"),
            help=N_("The folder of the workspace (default: here)."),
            **shared,
        ),
        Common(["--json"], is_flag=True, help=N_("One JSON object a line on the standard output."), **shared),
        Common(["--quiet"], is_flag=True, help=N_("No talk and no progress; errors are still told."), **shared),
        Common(["--lang"], type=click.Choice(LANGUAGES), help=N_("Speak French or English."), **shared),
    ]


def command(name: str, *, help: str, example: str) -> Callable[[Callable[..., int | None]], Command]:  # noqa: A002
    """Declare a command: its help is one sentence marked with `N_`, its function gets a `Context` first.

    The function returns its exit code, or None for 0.
    """

    def declare(function: Callable[..., int | None]) -> Command:
        made = click.command(name, cls=Command, help=help, options_metavar="[options]")(_with_context(function))
        made.example = example
        made.params.extend(common_options())
        return made

    return declare


def group(name: str, *, help: str, example: str) -> Group:  # noqa: A002
    """Make a command that only holds others."""
    made = Group(name, help=help, options_metavar="[options]", subcommand_metavar=N_("COMMAND"))
    made.example = example
    made.params.extend(common_options())
    return made


def _with_context(function: Callable[..., int | None]) -> Callable[..., int]:
    @wraps(function)
    def call(**options: object) -> int:
        ctx = click.get_current_context()
        session = ctx.ensure_object(Session)
        context: Context = session.begin(ctx.command_path)
        return function(context, **options) or 0

    return call
