"""The road of channels: out of Slack's exports, to a Mattermost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from degoog import access
from degoog.config_schema import ChannelsRoad, Workspace
from degoog.convert.people import Accounts, Assigned, Wanted
from degoog.convert.slack.conversion import Conversion
from degoog.convert.slack.values import User
from degoog.ends import CHANNEL_SOURCES, Destination, Origin, SourceKind, TargetKind
from degoog.errors import Usage
from degoog.i18n import _
from degoog.people import Person, find
from degoog.ports import Earlier, Leg, Target
from degoog.roads import CHANNELS, Given, Outside, no_such_source, sources_of, target_of
from degoog.roads.ahead import Ahead, unfolded
from degoog.roads.archives import parts

if TYPE_CHECKING:
    from degoog.slack import SlackSource
    from degoog.slack.consent import Consent
    from degoog.slack.gathered import Gathered
    from degoog.slack.source import Fetches


class Channels:
    """Teams, people, channels and messages."""

    name = CHANNELS

    def section(self, workspace: Workspace | None) -> ChannelsRoad:
        """Give what workspace.yml says of channels."""
        return workspace.roads.channels if workspace else ChannelsRoad()

    def legs(self, given: Given, outside: Outside, earlier: Earlier) -> Sequence[Leg]:
        """Give the one lane: a workspace of Slack and a server."""
        section = self.section(outside.workspace)
        missing = _(
            "Where do the channels come from? To do: add --source slack:export.zip, or write roads: channels: source: "
            "in workspace.yml."
        )
        source = self._source(sources_of(section, given, missing=missing), section, outside)
        target, accounts = self._target(self._to(given, outside), outside)
        workspace = outside.workspace
        convert = Conversion(
            lambda: source.everyone,
            accounts=accounts,
            assigned=partial(assigned, outside.people()),
            team=(workspace.mattermost.team or "") if workspace and workspace.mattermost else "",
            zone=_zone(workspace),
            resolve=earlier,
            earlier=earlier.name,
        )
        return [Leg(Ahead(source, convert), target, unfolded)]

    def targets(self, given: Given, outside: Outside) -> Sequence[Target[Any]]:
        """Give where they went."""
        return [self._target(self._to(given, outside), outside)[0]]

    def _to(self, given: Given, outside: Outside) -> Destination:
        missing = _(
            "Where do the channels go? To do: add --to mattermost or --to folder:DIR, or write roads: channels: to: in "
            "workspace.yml."
        )
        if given.into:
            raise Usage(
                _(
                    "--into is for files: channels arrive in a team. To do: leave it out, and write the team's name in "
                    "workspace.yml (mattermost: team: {name})."
                ).format(name=given.into.strip("/") or "lauze")
            )
        return target_of(self.section(outside.workspace), given, missing=missing)

    def _source(self, origins: Sequence[Origin], section: ChannelsRoad, outside: Outside) -> SlackSource:
        from degoog.slack import SlackSource

        for origin in origins:
            if origin.kind is not SourceKind.SLACK:
                raise no_such_source(origin, CHANNEL_SOURCES)
        return SlackSource(
            [path for origin in origins for path in parts(origin.path, suffixes=(".zip",))],
            consent=_consent(section, outside),
            fetches=partial(_fetches, section, outside),
            reachable=partial(_reachable, outside.people()),
            zone=_zone(outside.workspace),
        )

    def _target(self, to: Destination, outside: Outside) -> tuple[Target[Any], Callable[[], Accounts]]:
        match to.kind:
            case TargetKind.MATTERMOST:
                from degoog.http import Pacing, Time
                from degoog.mattermost.client import Client
                from degoog.mattermost.limits import Limits
                from degoog.mattermost.target import MattermostChannels

                reached = access.mattermost(outside.workspace, outside.secrets(), outside.environ)
                client = Client(
                    reached.url,
                    reached.password,
                    pacing=Pacing(outside.time or Time()),
                    observer=outside.observer,
                    transport=outside.transport,
                )
                written = outside.workspace.mattermost if outside.workspace else None
                target = MattermostChannels(client, limits=Limits(written.limits if written else "keep"))
                return target, lambda: target.accounts
            case TargetKind.FOLDER:
                from degoog.mattermost.folder import BundleFolder

                bundle = BundleFolder(to.path)
                return bundle, lambda: bundle.accounts
            case TargetKind.NEXTCLOUD:
                raise Usage(_("Nextcloud takes files, not channels. To do: use --to mattermost or --to folder:DIR."))


def _consent(section: ChannelsRoad, outside: Outside) -> Consent:
    from degoog.slack.consent import Consent

    if not section.private and section.direct == "leave":
        return Consent()
    agreements = outside.agreements()
    return Consent(
        private=frozenset(name.lstrip("#") for name in section.private),
        withdrawn=frozenset(name.lstrip("#") for name in agreements.withdrawn_channels),
        spoken_of=frozenset(name.lstrip("#") for name in agreements.channels),
        direct=section.direct == "agreed",
        agreed=agreements.agreed,
    )


def _fetches(section: ChannelsRoad, outside: Outside, found: Gathered) -> Fetches:
    """Give where files come from: with the export's own token, and a person's where there is one."""
    from degoog.secrets import Secret
    from degoog.slack.downloads import Downloads
    from degoog.slack.source import NoFetching

    if section.attachments == "leave":
        return NoFetching()
    return Downloads(
        token=Secret(found.token) if found.token else None,
        account=access.slack_token(outside.secrets()),
        url=access.slack_files_url(outside.environ),
        observer=outside.observer,
        transport=outside.transport,
        time=outside.time,
    )


def assigned(people: Sequence[Person], wanted: Wanted) -> Assigned | None:
    """Give what people.csv says of somebody: by Slack's id, name or address."""
    for account in (wanted.id, wanted.handle, f"@{wanted.handle}", wanted.email):
        if account and (person := find(people, "slack", account)) is not None:
            return Assigned(person.mattermost, person.email)
    address = wanted.email.casefold()
    for person in people:
        if address and address in {person.email.casefold(), person.google.casefold()}:
            return Assigned(person.mattermost, person.email)
    return None


def _reachable(people: Sequence[Person], user: User) -> bool:
    """Whether somebody's address is known, or their account."""
    said = assigned(people, Wanted(user.ref, user.id, user.handle, user.shown, user.email))
    return bool(user.email or (said and (said.email or said.username)))


def _zone(workspace: Workspace | None) -> ZoneInfo:
    return ZoneInfo(workspace.timezone if workspace else "Europe/Paris")
