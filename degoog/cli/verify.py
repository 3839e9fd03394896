"""`degoog verify`: compare the new place with what was proven."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

from degoog.cli import options
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import group
from degoog.cli.options import EndsGiven
from degoog.errors import Usage
from degoog.i18n import N_, _

Function = Callable[..., int | None]

command = group(
    "verify",
    help=N_("Compare the new place with what was sent."),
    example="degoog verify files --to folder:./archive",
)


def _road(
    name: str, *, about: str, example: str, source: Callable[[Function], Function] = lambda function: function
) -> None:
    @declare(name, help=about, example=example)
    @source
    @options.to
    @options.into
    @options.full
    @options.sample
    def verify(context: Context, *, full: bool, sample: float | None, **ends: Unpack[EndsGiven]) -> int:
        from degoog.cli import journey

        if full and sample:
            raise Usage(_("--full and --sample cannot be used together. To do: choose one."))
        return journey.verify(context, journey.Trip(context, name, **ends), full=full, sample=sample)

    command.add_command(verify)


_road(
    "files",
    about=N_("Compare every file in the new place with what was sent."),
    example="degoog verify files --to folder:./archive\ndegoog verify files --sample 5%",
)
_road(
    "calendars",
    about=N_("Compare every event in the new place with what was sent; with --full, each day of two years."),
    example="degoog verify calendars --to folder:./agendas\n"
    "degoog verify calendars --full --source ics:agenda.ics --to folder:./agendas",
    source=options.source,
)
_road(
    "contacts",
    about=N_("Compare every contact in the new place with what was sent."),
    example="degoog verify contacts --to folder:./contacts",
)
_road(
    "tasks",
    about=N_("Compare every task in the new place with what was sent."),
    example="degoog verify tasks --to folder:./taches",
)
_road(
    "channels",
    about=N_("Compare every message in the new place with what was sent."),
    example="degoog verify channels --to mattermost\ndegoog verify channels --sample 5%",
)
