"""What `degoog upgrade` does: look at the machines, show the way, have it backed up, and go it step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from degoog import wording
from degoog.cli import applying, asking, safeguarding
from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.errors import Usage
from degoog.i18n import _
from degoog.secrets import Secret

if TYPE_CHECKING:
    from degoog.provision.artefacts import AppRelease, Artefact
    from degoog.provision.runner import Outcome
    from degoog.provision.upgrades import Step, Way

WAITS, MISUSED = 5, 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was asked."""

    only: str | None = None
    without: tuple[str, ...] = ()
    backup: bool = True
    limit: str = ""
    sudo: bool = False
    yes: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a look gave: the ways, or how the look itself went wrong."""

    ways: tuple[Way, ...] = ()
    code: int = 0
    become: Secret | None = field(default=None, repr=False)


def look(context: Context, asked: Asked) -> int:
    """Show the steps; 5 where there are any, 2 where something stands in the way."""
    found = _seen(context, asked)
    if found.code or _barred(context, found.ways):
        return found.code or MISUSED
    if not _told(context, found.ways):
        return 0
    context.show(_("To go it: degoog upgrade"))
    context.emit("summary", steps=sum(len(way.steps) for way in found.ways), exit=WAITS)
    return WAITS


def upgrade(context: Context, asked: Asked) -> int:
    """Go the way, one release after the other. The same command goes on where one was cut off."""
    found = _seen(context, asked)
    if found.code or _barred(context, found.ways):
        return found.code or MISUSED
    if not _told(context, found.ways):
        return 0
    ways = [way for way in found.ways if way.steps]
    _backed_up(ways, asked)
    if not asked.yes and not asking.yes(
        context, _("Each service is shut for some minutes while it is upgraded. Begin?"), option="--yes"
    ):
        return 0
    if (code := _backup(context, ways, asked, found.become)) is not None:
        return code
    for way in ways:
        for step in way.steps:
            outcome = _go(context, way, step, found.become)
            if outcome.troubles or outcome.stopped:
                return applying.troubled(context, outcome)
            _arrived(context, way, step, outcome)
    context.emit("summary", steps=sum(len(way.steps) for way in ways), exit=0)
    return 0


def _seen(context: Context, asked: Asked) -> Found:
    from degoog.provision import artefacts, orders, upgrades, variables

    become = None
    if asked.sudo:
        become = Secret(asking.hidden(context, _("The password of sudo on the machine:"), option=orders.SUDO))
    workspace, folder = context.workspace, context.folder
    order = orders.make(workspace, folder, context.environ, playbook="look.yml", limit=asked.limit, become=become)
    outcome = applying.run(context, order)
    if outcome.troubles or outcome.stopped:
        return Found(code=applying.troubled(context, outcome))
    how = variables.servers(workspace)
    pins = variables.pins_of(how, base=folder)
    seen = [
        upgrades.Seen.of(host.name, service, outcome.told[host.name])
        for host in orders.hosts(workspace, folder)
        for service in ("nextcloud", "mattermost")
        if service in host.groups and service in outcome.told.get(host.name, {}) and asked.only in {None, service}
    ]
    wanted = {name: variables.wanted(how, name, base=folder) for name in {one.service for one in seen}}
    pinned = {name: (wanted[name], *artefacts.known(name, pins)) for name in wanted}
    through = [
        release
        for one in seen
        if one.apps
        for release in (
            upgrades.releases(one, wanted[one.service], pinned[one.service])[0]
            or [release for release in pinned[one.service] if release.version == one.current]
        )
    ]
    if how.archives.mode == "official":
        store = _store(context, through)
    else:
        store = {release.version: artefacts.applications(release.major, pins) for release in through}
    ways = tuple(
        upgrades.way(
            one, wanted[one.service], pinned[one.service], lambda release: store.get(release.version),
            without=asked.without,
        )
        for one in seen
    )  # fmt: skip
    return Found(ways, become=become)


def _store(context: Context, through: list[Artefact]) -> Mapping[str, Mapping[str, AppRelease] | None]:
    from degoog.provision import appstore

    versions = dict.fromkeys(release.version for release in through)
    return asyncio.run(appstore.releases(versions, transport=context.transport, time=context.time))


def _barred(context: Context, ways: tuple[Way, ...]) -> bool:
    """Say what stands in the way; nothing has been touched."""
    obstacles = list(dict.fromkeys(obstacle for way in ways for obstacle in way.obstacles))
    for obstacle in obstacles:
        context.show(wrapped(str(obstacle)))
        context.emit("obstacle", what=obstacle.what, cure=obstacle.cure)
    if obstacles:
        context.show(wrapped(_("Nothing was changed.")))
        context.emit("summary", obstacles=len(obstacles), exit=MISUSED)
    return bool(obstacles)


def _told(context: Context, ways: tuple[Way, ...]) -> bool:
    """Show each way; False where there is none to go."""
    for way in ways:
        for step in way.steps:
            context.emit(
                "upgrade", host=way.seen.host, service=way.seen.service, before=step.before, after=step.after.version,
                apps={app.app: app.version for app in step.apps}, without=list(step.without),
                end_of_life=step.after.end_of_life,
            )  # fmt: skip
            context.show(_line(context, way, step))
            for app in step.without:
                context.show("    " + _("without {app}, which is switched off; its data stay").format(app=app))
        if not way.steps:
            _rests(context, way)
    if any(way.steps for way in ways):
        return True
    context.emit("summary", steps=0, exit=0)
    return False


def _line(context: Context, way: Way, step: Step) -> str:
    name = way.seen.service.capitalize()
    if step.applications_only and not step.resumed:
        newer = ", ".join(f"{app.app} {way.seen.apps[app.app]} → {app.version}" for app in step.apps)
        text = _("{host} · {program} {version}, its applications: {newer}").format(
            host=way.seen.host, program=name, version=step.before, newer=newer
        )
        return "  " + text
    text = _("{host} · {program} {before} → {after}").format(
        host=way.seen.host, program=name, before=step.before, after=step.after.version
    )
    if step.resumed:
        text += " " + _("(begun, to be ended)")
    return "  " + text + _life(context, step.after.end_of_life)


def _life(context: Context, end: str) -> str:
    from degoog.provision import upgrades

    if not end:
        return ""
    if upgrades.ended(end, context.now().date()):
        return " · " + _("no longer mended by its makers since {date}").format(date=wording.written(end))
    return " · " + _("mended by its makers until {date}").format(date=wording.written(end))


def _rests(context: Context, way: Way) -> None:
    context.show(
        "  "
        + _("{host} · {program} {version}: nothing newer to go to").format(
            host=way.seen.host, program=way.seen.service.capitalize(), version=way.seen.current
        )
        + _life(context, way.life)
    )


def _backed_up(ways: list[Way], asked: Asked) -> None:
    """Raise `Usage` where there would be no backup and nobody said so."""
    bare = sorted({way.seen.host for way in ways if not way.seen.backup and not way.seen.begun})
    if bare and asked.backup:
        raise Usage(
            _(
                "No backup is set up on {host}, and an upgrade should have one. To do: set one up (docs/servers.md), "
                "or say that you go without: degoog upgrade --no-backup"
            ).format(host=", ".join(bare))
        )


def _backup(context: Context, ways: list[Way], asked: Asked, become: Secret | None) -> int | None:
    """Have each machine back itself up; gives the exit code where that went wrong. What has begun is not backed up."""
    from degoog.provision import orders

    if not asked.backup:
        return None
    for host in sorted({way.seen.host for way in ways if way.seen.backup and not way.seen.begun}):
        context.say(_("{host}: a backup comes first.").format(host=host))
        order = orders.make(
            context.workspace, context.folder, context.environ, playbook="backup-before.yml", limit=host, become=become
        )
        outcome = applying.run(context, replace(order, seconds=safeguarding.DAY))
        if outcome.troubles or outcome.stopped:
            return applying.troubled(context, outcome)
    return None


def _go(context: Context, way: Way, step: Step, become: Secret | None) -> Outcome:
    from degoog.provision import orders

    context.say(_line(context, way, step).strip())
    told = {
        "before": step.before, "release": step.after.variables(),
        "apps": [app.variables() for app in step.apps], "without": list(step.without),
    }  # fmt: skip
    order = orders.make(
        context.workspace, context.folder, context.environ, playbook=f"upgrade-{way.seen.service}.yml",
        limit=way.seen.host, become=become, more={"degoog_step": told},
    )  # fmt: skip
    return applying.run(context, replace(order, seconds=safeguarding.DAY))


def _arrived(context: Context, way: Way, step: Step, outcome: Outcome) -> None:
    name = way.seen.service.capitalize()
    told = outcome.told.get(way.seen.host, {})
    missing, kept = list(told.get("missing", ())), list(told.get("kept", ()))
    context.emit(
        "upgraded", host=way.seen.host, service=way.seen.service, version=step.after.version, missing=missing, kept=kept
    )
    context.show(
        _("{host} has {program} {version}.").format(host=way.seen.host, program=name, version=step.after.version)
    )
    applying.missing(context, told)
    for app in kept:
        context.show(
            wrapped(
                _("“{app}” could not be brought to its newer release; the one that was there goes on.").format(app=app)
            )
        )
