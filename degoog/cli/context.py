"""What a command is given: the workspace, the language, where to write, who watches, and the log."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click

from degoog import i18n
from degoog.cli.paragraphs import wrapped
from degoog.errors import Usage
from degoog.i18n import _
from degoog.runlog import RunLog

if TYPE_CHECKING:  # loading these takes a while, and `degoog --help` needs none
    import httpx

    from degoog.config_schema import Workspace
    from degoog.http import Time
    from degoog.observe import Watcher
    from degoog.provision.runner import Order, Outcome
    from degoog.secrets import Secrets, Store

_log = logging.getLogger(__name__)

HOME = ".degoog"


class Session:
    """One call of the program: the options every command takes, wherever they stood, and the command's context."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        interactive: bool | None = None,
        keyring: Callable[[], Store | None] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        time: Time | None = None,
        ansible: Callable[[Order], Outcome] | None = None,
    ) -> None:
        self.settings: dict[str, Any] = {}
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.interactive = interactive
        self.keyring = keyring
        self.transport = transport
        self.time = time
        self.ansible = ansible
        self.context: Context | None = None
        self.log = RunLog(now=datetime.now(UTC))

    def begin(self, command: str) -> Context:
        """Make the context of the command that runs."""
        self.context = Context(self, command)
        return self.context


class Context:
    """What a command works with. `stdout` carries results, or JSON lines with --json; talk goes to stderr."""

    def __init__(self, session: Session, command: str) -> None:
        settings = session.settings
        self.folder: Path = (settings.get("workspace") or Path()).absolute()
        self.workspace_given: Path | None = settings.get("workspace")
        self.json: bool = bool(settings.get("json"))
        self.quiet: bool = bool(settings.get("quiet"))
        self.environ = session.environ
        self.command = command
        self._interactive = session.interactive
        self._keyring = session.keyring
        self._transport = session.transport
        self.time = session.time
        self.ansible = session.ansible
        self.log = session.log
        _log.info("%s, in %s", command, self.folder)

    @property
    def language(self) -> str:
        """`fr` or `en`."""
        return i18n.language()

    @property
    def interactive(self) -> bool:
        """Whether somebody can be asked."""
        return (sys.stdin.isatty() if self._interactive is None else self._interactive) and not self.json

    @property
    def zone(self) -> tzinfo:
        """The time zone of the workspace, else this machine's."""
        workspace = self.workspace_if_any
        return ZoneInfo(workspace.timezone) if workspace else datetime.now().astimezone().tzinfo or UTC

    def now(self) -> datetime:
        """Give the time, in UTC."""
        return datetime.now(UTC)

    def home(self) -> Path:
        """Give `<workspace>/.degoog`, made where it is missing and readable by this user only; the log goes there.

        Raises `Usage` where nothing can be written there.
        """
        home = self.folder / HOME
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.log.settle(home / "logs")
        except OSError as error:
            text = _("Nothing can be written in {folder}: {why}. Choose another folder, or mend its rights.")
            raise Usage(text.format(folder=home, why=i18n.trouble(error))) from error
        return home

    @cached_property
    def workspace(self) -> Workspace:
        """What workspace.yml says; raises `Usage` where there is none, `Problems` where it has some."""
        from degoog import config

        found = config.load(self.folder)
        self.home()
        return found

    @cached_property
    def workspace_if_any(self) -> Workspace | None:
        """What workspace.yml says, None where there is no such file; raises `Problems` where it has some."""
        from degoog import config

        return self.workspace if (self.folder / config.FILE).exists() else None

    def read_again(self) -> None:
        """Forget what workspace.yml said: degoog has written in it."""
        for name in ("workspace", "workspace_if_any"):
            self.__dict__.pop(name, None)

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets of this workspace; without a workspace file only those of the environment are found."""
        return self.secrets_of(self.workspace_if_any)

    def secrets_of(self, workspace: Workspace | None) -> Secrets:
        """Give the secrets of a workspace, or only those of the environment."""
        from degoog import secrets

        return secrets.Secrets(
            workspace.id if workspace else "",
            environ=self.environ,
            keyring=cache(self._keyring or secrets.machine_keyring),
            file=secrets.secret_file(self.environ),
            told=self.log.hide,
        )

    @property
    def transport(self) -> httpx.AsyncBaseTransport | None:
        """What requests go through: None for the usual way; else one that trusts the servers' own authority."""
        from degoog import access, authority

        pem = self.folder / HOME / authority.FILE
        if self._transport is not None or not pem.exists():
            return self._transport
        workspace = self.workspace_if_any
        urls = (access.nextcloud_url(workspace, {}), access.mattermost_url(workspace, {}))
        return authority.Trusting(pem, [urlsplit(url).hostname or "" for url in urls])

    def watcher(self) -> Watcher:
        """Give who watches a run, as --json, --quiet and the terminal ask: `with context.watcher() as observer:`."""
        from degoog import observe

        watchers: list[observe.Watcher] = []
        if self.json:
            watchers.append(observe.JsonLines(sys.stdout, clock=time.monotonic))
        if not self.quiet and not (self.json and sys.stdout.isatty()):
            watchers.append(observe.progress(sys.stderr, clock=time.monotonic, environ=self.environ))
        return observe.Several(*watchers)

    def say(self, text: str = "") -> None:
        """Talk to the person, on stderr; nothing with --quiet."""
        if not self.quiet:
            click.echo(wrapped(text), err=True)

    def show(self, text: str = "") -> None:
        """Print a result on stdout; nothing with --json, where `emit` speaks."""
        if not self.json:
            click.echo(text)

    def emit(self, event: str, **fields: object) -> None:
        """Print one JSON object on stdout; only with --json."""
        if self.json:
            click.echo(json.dumps({"event": event, **fields}, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
