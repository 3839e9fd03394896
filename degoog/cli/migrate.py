"""`degoog migrate`: move what is pending."""

from __future__ import annotations

from typing import Unpack

from degoog.cli import options
from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import group
from degoog.cli.options import EndsGiven
from degoog.i18n import N_

command = group(
    "migrate",
    help=N_("Move things to their new place; run again, it goes on where it stopped."),
    example="degoog migrate files --source takeout:takeout-001.zip --to folder:./archive",
)


def _road(name: str, *, about: str, example: str) -> None:
    @declare(name, help=about, example=example)
    @options.ends_and_filters
    @options.dry_run
    @options.jobs
    @options.limit_rate
    @options.ask
    @options.follow_deletions
    def migrate(
        context: Context,
        *,
        dry_run: bool,
        jobs: int | None,
        limit_rate: int | None,
        ask: bool | None,
        follow_deletions: bool,
        **ends: Unpack[EndsGiven],
    ) -> int:
        from degoog.cli import departing, journey

        trip = journey.Trip(context, name, **ends)
        follow = departing.follow(context, trip.name, ask=ask, rehearsal=dry_run) if follow_deletions else None
        return journey.migrate(
            context, trip, rehearsal=dry_run, ask=bool(ask), jobs=jobs, rate=limit_rate, follow=follow
        )

    command.add_command(migrate)


_road(
    "files",
    about=N_("Move files and folders; what has arrived already is not moved again."),
    example="degoog migrate files --source takeout:takeout-001.zip --to folder:./archive\n"
    "degoog migrate files --dry-run",
)
_road(
    "calendars",
    about=N_("Move calendars and their events; nobody is sent an invitation."),
    example="degoog migrate calendars --source ics:agenda.ics --to folder:./agendas\n"
    "degoog migrate calendars --source takeout:takeout-001.zip --to nextcloud",
)
_road(
    "contacts",
    about=N_("Move contacts, their groups and pictures."),
    example="degoog migrate contacts --source vcf:contacts.vcf --to folder:./contacts\n"
    "degoog migrate contacts --source takeout:takeout-001.zip --to nextcloud",
)
_road(
    "tasks",
    about=N_("Move lists of tasks."),
    example="degoog migrate tasks --source takeout:takeout-001.zip --to folder:./taches\n"
    "degoog migrate tasks --source ics:taches.ics --to nextcloud",
)
_road(
    "channels",
    about=N_("Move channels, people and messages; what has arrived already is not moved again."),
    example="degoog migrate channels --source slack:export.zip --to mattermost\n"
    "degoog migrate channels --source slack:export.zip --to folder:./bundle",
)
