"""Whether everything is ready: a list of checks, each of which answers OK or says what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import httpx

from degoog import access, config, people, wording
from degoog.config_schema import RoadSection, Workspace
from degoog.ends import SourceKind
from degoog.errors import DegoogError, Usage
from degoog.google import health as google
from degoog.i18n import _, n_
from degoog.mattermost import health as chat_health
from degoog.nextcloud import health
from degoog.problems import Problems
from degoog.provision import certificates, inventory, orders, preflight, runner
from degoog.secrets import Secrets

_ROOM = 2_000_000_000
_SKEW = 120


class Level(StrEnum):
    """How a check ended; `note` is worth knowing and stops nothing."""

    OK = "ok"
    NOTE = "note"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: one sentence, and for what is not OK what to do, with a link where one helps.

    `awaited` where it is what “degoog provision” brings.
    """

    check: str
    level: Level
    what: str
    cure: str = ""
    link: str = ""
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What the checks look at. `workspace` is None where its file is missing or has problems.

    `run` is who runs a playbook on the machines.
    """

    folder: Path
    environ: Mapping[str, str]
    workspace: Workspace | None
    secrets: Secrets
    now: Callable[[], datetime]
    transport: httpx.AsyncBaseTransport | None = None
    run: Callable[[runner.Order], runner.Outcome] = runner.run


async def examine(ground: Ground) -> AsyncIterator[Finding]:
    """Make every check that applies, in an order in which the first bad one is the first to mend."""
    for check in (_python, _disk, _workspace, _people, _keyring):
        for finding in check(ground):
            yield finding
    async for finding in _google(ground):
        yield finding
    async for finding in _nextcloud(ground):
        yield finding
    async for finding in _mattermost(ground):
        yield finding
    for finding in _servers(ground):
        yield finding


def _python(_ground: Ground) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", Level.OK, _("Python {version}").format(version=version))


def _disk(ground: Ground) -> Iterator[Finding]:
    free = shutil.disk_usage(ground.folder).free
    what = _("{size} free on this disk").format(size=wording.size(free))
    if free >= _ROOM:
        yield Finding("disk", Level.OK, what)
    else:
        cure = _("free some space: degoog needs {size} for its ledger and for files on their way.")
        yield Finding("disk", Level.FAIL, what, cure.format(size=wording.size(_ROOM)))


def _workspace(ground: Ground) -> Iterator[Finding]:
    if not (ground.folder / config.FILE).exists():
        what = _("there is no {file} in {folder}").format(file=config.FILE, folder=ground.folder)
        yield Finding("workspace", Level.FAIL, what, _("run “degoog init”, or give --workspace DIR."))
        return
    try:
        workspace = config.load(ground.folder)
    except DegoogError as error:
        yield from _of_file("workspace", error)
    else:
        what = _("{file} describes {structure}").format(file=config.FILE, structure=workspace.structure)
        yield Finding("workspace", Level.OK, what)


def _people(ground: Ground) -> Iterator[Finding]:
    if not (ground.folder / people.FILE).exists():
        return
    try:
        known = people.read(ground.folder)
    except DegoogError as error:
        yield from _of_file("people", error)
        return
    what = n_("{file} names {number} person", "{file} names {number} people", len(known))
    yield Finding("people", Level.OK, what.format(file=people.FILE, number=wording.count(len(known))))


def _of_file(check: str, error: DegoogError) -> Iterator[Finding]:
    if not isinstance(error, Problems):
        yield Finding(check, Level.FAIL, str(error))
        return
    for problem in error.problems:
        what = _("{file}, line {line}: {what}").format(file=error.file, line=problem.line, what=problem.what)
        yield Finding(check, Level.FAIL, what, problem.cure)


def _keyring(ground: Ground) -> Iterator[Finding]:
    try:
        if ground.secrets.has_keyring:
            yield Finding("keyring", Level.OK, _("this computer's keyring keeps the passwords"))
        elif ground.secrets.file.exists:
            ground.secrets.file.check()
            where = _("passwords are kept in {path}, which only you can read").format(path=ground.secrets.file.path)
            yield Finding("keyring", Level.NOTE, where)
        else:
            cure = _("nothing, if passwords come from environment variables; else “degoog connect … --store file”.")
            yield Finding("keyring", Level.NOTE, _("this computer has no keyring"), cure)
    except Usage as error:
        yield Finding("keyring", Level.FAIL, str(error))


async def _google(ground: Ground) -> AsyncIterator[Finding]:
    if not _wants_google(ground):
        return
    try:
        known = access.google(ground.workspace, lambda: ground.secrets, ground.environ)
        everybody = [one.google or one.email for one in people.read(ground.folder)]
        question = google.Question(
            known.secret, known.account, [one for one in everybody if one], known.api_url, ground.transport,
            _scopes(ground.workspace),
        )  # fmt: skip
        for finding in _clock(ground, await google.clock(question), check="google-clock"):
            yield finding
    except DegoogError as error:
        yield Finding("google", Level.FAIL, str(error))
        return
    async for answered in google.examine(question):
        level = Level.OK if answered.good else Level.FAIL
        yield Finding(answered.check, level, answered.what, answered.cure, answered.link)


def _scopes(workspace: Workspace | None) -> tuple[str, ...]:
    """Give the permissions that the roads which read Google need; those of files where none says so."""
    sections = {} if workspace is None else _read(workspace)
    roads = [
        name for name, section in sections.items() if any(origin.kind is SourceKind.GOOGLE for origin in section.source)
    ]
    other = workspace is not None and workspace.roads.contacts.other
    return google.needed([*roads, *(["other contacts"] if other and "contacts" in roads else [])])


def _read(workspace: Workspace) -> dict[str, RoadSection]:
    """Give the roads that may read Google."""
    roads = workspace.roads
    return {"files": roads.files, "calendars": roads.calendars, "contacts": roads.contacts, "tasks": roads.tasks}


def _wants_google(ground: Ground) -> bool:
    """Whether Google is read by its API at all: many have an archive of it and nothing else."""
    given = any(ground.environ.get(f"DEGOOG_GOOGLE_{name}") for name in ("TOKEN", "CREDENTIALS"))
    workspace = ground.workspace
    return given or (
        workspace is not None
        and (
            workspace.google is not None
            or any(
                origin.kind is SourceKind.GOOGLE for section in _read(workspace).values() for origin in section.source
            )
        )
    )


def _clock(ground: Ground, theirs: datetime | None, *, check: str = "clock") -> Iterator[Finding]:
    if theirs is None:
        return
    skew = abs((theirs - ground.now()).total_seconds())
    if skew > _SKEW:
        cure = _("set this computer's clock to the internet's time; if it is right, tell your host.")
        what = _("this computer's clock and the server's differ by {time}").format(time=wording.duration(skew))
        yield Finding(check, Level.FAIL, what, cure)
    else:
        yield Finding(check, Level.OK, _("the clocks agree"))


async def _nextcloud(ground: Ground) -> AsyncIterator[Finding]:
    try:
        url = access.nextcloud_url(ground.workspace, ground.environ)
    except Usage as error:
        yield Finding("nextcloud", Level.FAIL, str(error))
        return
    if not url:
        if ground.workspace is not None:
            cure = _("run “degoog connect nextcloud”; to copy into a folder of this computer, none is needed.")
            yield Finding("nextcloud", Level.NOTE, _("no Nextcloud is known yet"), cure)
        return
    async with health.open_client(ground.transport) as client:
        try:
            status = await health.status(client, url)
        except DegoogError as error:
            yield _to_come(ground, "nextcloud", url) or Finding("nextcloud", Level.FAIL, str(error))
            return
        for finding in _of_server(ground, url, status):
            yield finding
        async for finding in _of_account(ground, client, url):
            yield finding


async def _mattermost(ground: Ground) -> AsyncIterator[Finding]:
    """Only where somebody named one: most associations come for their files first."""
    try:
        url = access.mattermost_url(ground.workspace, ground.environ)
    except Usage as error:
        yield Finding("mattermost", Level.FAIL, str(error))
        return
    if not url:
        return
    try:
        version = await chat_health.version(url, transport=ground.transport)
        yield Finding("mattermost", Level.OK, _("{url} answers: Mattermost {version}").format(url=url, version=version))
    except DegoogError as error:
        yield _to_come(ground, "mattermost", url) or Finding("mattermost", Level.FAIL, str(error))
        return
    try:
        known = access.mattermost(ground.workspace, ground.secrets, ground.environ)
        told = await chat_health.account(known.url, known.password, transport=ground.transport)
    except Usage:
        what = _("degoog has no access to {url} yet").format(url=url)
        yield Finding("token", Level.FAIL, what, _("run “degoog connect mattermost”."))
        return
    except DegoogError as error:
        yield Finding("token", Level.FAIL, str(error))
        return
    if told.admin:
        yield Finding("token", Level.OK, _("{login} may import into Mattermost").format(login=told.username))
    else:
        what = _("{login} may not import into Mattermost").format(login=told.username)
        cure = _("have this account made a system administrator, or run “degoog connect mattermost” with one that is.")
        yield Finding("token", Level.FAIL, what, cure)


def _to_come(ground: Ground, service: str, url: str) -> Finding | None:
    """Say of a service that does not answer that it is not there yet; None where somebody had an access to it."""
    workspace = ground.workspace
    if workspace is None or workspace.servers is None or not orders.inventory_of(workspace, ground.folder).exists():
        return None
    try:
        if service == "nextcloud":
            login = access.nextcloud_login(workspace, ground.environ) or workspace.servers.admin
            access.nextcloud(workspace, ground.secrets, ground.environ, account=login)
        else:
            access.mattermost(workspace, ground.secrets, ground.environ)
    except Usage:
        what = _("{url} is not there yet").format(url=url)
        return Finding(service, Level.NOTE, what, _("“degoog provision” installs it."), awaited=True)
    return None


def _of_server(ground: Ground, url: str, status: health.Status) -> Iterator[Finding]:
    what = _("{url} answers: Nextcloud {version}").format(url=url, version=status.version)
    yield Finding("nextcloud", Level.OK, what)
    yield from _clock(ground, status.clock)


async def _of_account(ground: Ground, client: httpx.AsyncClient, url: str) -> AsyncIterator[Finding]:
    try:
        known = access.nextcloud(ground.workspace, ground.secrets, ground.environ)
    except Usage:
        what = _("degoog has no access to {url} yet").format(url=url)
        yield Finding("login", Level.FAIL, what, _("run “degoog connect nextcloud”."))
        return
    try:
        account = await health.account(client, known.url, known.login, known.password)
    except DegoogError as error:
        yield Finding("login", Level.FAIL, str(error), link=f"{url}/settings/user/security")
        return
    yield Finding("login", Level.OK, _("logged in as {login}").format(login=known.login))
    if account.free is None:
        yield Finding("quota", Level.OK, _("no limit of space for this account"))
    elif account.free > 0:
        yield Finding("quota", Level.OK, _("{size} free for this account").format(size=wording.size(account.free)))
    else:
        cure = _("delete something there, or ask your host for more space.")
        yield Finding("quota", Level.FAIL, _("no space is left for this account"), cure, url)
    if account.may_write:
        yield Finding("write", Level.OK, _("this account may create files and folders"))
    else:
        cure = _("ask your host why this account may only read.")
        yield Finding("write", Level.FAIL, _("this account may not create files"), cure, url)


def _servers(ground: Ground) -> Iterator[Finding]:
    """Look at the machines on which servers are to be installed, where workspace.yml describes any."""
    workspace = ground.workspace
    if workspace is None or workspace.servers is None:
        return
    try:
        hosts = orders.hosts(workspace, ground.folder)
        order = orders.make(workspace, ground.folder, ground.environ, playbook="preflight.yml", now=ground.now())
        domains = {group: str(order.variables[f"degoog_{group}_domain"]) for group in inventory.GROUPS}
        doors = list(preflight.doors(hosts))
        seen = ground.run(order) if all(one.good for one in doors) else runner.Outcome()
        names = preflight.names(hosts, domains, told=seen.told)
        looked = [*names, *doors, *preflight.machines(seen, now=ground.now())]
    except DegoogError as error:
        yield from _of_file("servers", error)
        return
    if ends := certificates.ending(workspace.servers.tls, base=ground.folder, now=ground.now()):
        yield Finding("certificate", Level.NOTE if ends.cure else Level.OK, ends.what, ends.cure)
    for one in looked:
        level = Level.FAIL if not one.good else Level.OK if one.sure else Level.NOTE
        yield Finding(one.check, level, one.what, one.cure)
