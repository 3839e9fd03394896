"""`degoog plan`: what a migration would do."""

from __future__ import annotations

from typing import Unpack

from degoog.cli import options
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import group
from degoog.cli.options import EndsGiven
from degoog.i18n import N_

command = group(
    "plan",
    help=N_("Look through the source and show what would move, and what would not."),
    example="degoog plan files --source takeout:takeout-001.zip --to folder:./archive",
)


def _road(name: str, *, about: str, example: str) -> None:
    @declare(name, help=about, example=example)
    @options.ends_and_filters
    @options.follow_deletions
    def plan(context: Context, *, follow_deletions: bool, **ends: Unpack[EndsGiven]) -> int:
        from degoog.cli import departing, journey

        follow = departing.follow(context, name, ask=False, rehearsal=True) if follow_deletions else None
        return journey.plan(context, journey.Trip(context, name, **ends), follow=follow)

    command.add_command(plan)


_road(
    "files",
    about=N_("Look through the files and show what would move; nothing is moved."),
    example="degoog plan files --source takeout:takeout-001.zip --to folder:./archive",
)
_road(
    "calendars",
    about=N_("Look through the calendars and show what would move; nothing is moved."),
    example="degoog plan calendars --source ics:agenda.ics --to folder:./agendas",
)
_road(
    "contacts",
    about=N_("Look through the contacts and show what would move; nothing is moved."),
    example="degoog plan contacts --source vcf:contacts.vcf --to folder:./contacts",
)
_road(
    "tasks",
    about=N_("Look through the lists of tasks and show what would move; nothing is moved."),
    example="degoog plan tasks --source takeout:takeout-001.zip --to folder:./taches",
)
_road(
    "channels",
    about=N_("Look through the channels and show what would move; nothing is moved."),
    example="degoog plan channels --source slack:export.zip --to mattermost",
)
