"""Secrets: a value that prints as stars, and where it is kept (the only module that knows the keyring).

A secret is looked for in the environment, then in this machine's keyring, then, where somebody chose it, in a file
that only this user can read. It never lies in the workspace, the ledger, a log or an exception.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import platformdirs

from degoog.errors import Usage
from degoog.files import write_atomically
from degoog.i18n import _


class Secret:
    """A text that nothing shows by accident; `reveal` only where a header is made."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the text itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(********)"

    def __str__(self) -> str:
        return "********"

    def __format__(self, spec: str) -> str:
        return "********"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class Service(StrEnum):
    """Services that want a secret."""

    NEXTCLOUD = "nextcloud"
    MATTERMOST = "mattermost"
    GOOGLE = "google"
    SLACK = "slack"
    BACKUP = "backup"
    BACKUP_ACCESS = "backup-access"


class Keeper(StrEnum):
    """Where secrets are kept."""

    KEYRING = "keyring"
    FILE = "file"


_VARIABLES = {
    Service.NEXTCLOUD: ("DEGOOG_NEXTCLOUD_PASSWORD", "DEGOOG_NEXTCLOUD_USER"),
    Service.MATTERMOST: ("DEGOOG_MATTERMOST_TOKEN", ""),
    Service.GOOGLE: ("DEGOOG_GOOGLE_TOKEN", ""),
    Service.SLACK: ("DEGOOG_SLACK_TOKEN", ""),
    Service.BACKUP: ("DEGOOG_BACKUP_PASSWORD", ""),
    Service.BACKUP_ACCESS: ("DEGOOG_BACKUP_ACCESS", ""),
}


class Store(Protocol):
    """A place that keeps secrets by name."""

    def get(self, entry: str) -> Secret | None:
        """Give one, None where there is none."""

    def set(self, entry: str, secret: Secret) -> None:
        """Keep one, replacing an earlier one."""

    def delete(self, entry: str) -> None:
        """Forget one; no matter whether there is one."""


class Keyring:
    """This machine's keyring: Secret Service or KWallet, Keychain, the Credential Locker."""

    def __init__(self, backend: _Backend) -> None:
        self._backend = backend

    def get(self, entry: str) -> Secret | None:
        """Give one, None where there is none."""
        value = self._call(lambda: self._backend.get_password("degoog", entry))
        return Secret(value) if value else None

    def set(self, entry: str, secret: Secret) -> None:
        """Keep one, replacing an earlier one."""
        self._call(lambda: self._backend.set_password("degoog", entry, secret.reveal()))

    def delete(self, entry: str) -> None:
        """Forget one."""
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415  # loading the keyring takes a while

        try:
            self._call(lambda: self._backend.delete_password("degoog", entry))
        except PasswordDeleteError:
            return

    @staticmethod
    def _call(function: Callable[[], str | None]) -> str | None:
        from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415

        try:
            return function()
        except PasswordDeleteError:
            raise
        except KeyringError as error:
            raise Usage(
                _(
                    "This machine's keyring does not open: {why}. Unlock it (log in to your session), then start again."
                ).format(why=type(error).__name__)
            ) from None


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class SecretFile:
    """One file in the user's own configuration folder: readable by this user only, and refused where it is not."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether somebody chose to keep secrets in a file on this machine."""
        return self.path.exists()

    def get(self, entry: str) -> Secret | None:
        """Give one, None where there is none. Raises `Usage` where others could read the file."""
        value = self._load().get(entry)
        return Secret(value) if value else None

    def set(self, entry: str, secret: Secret) -> None:
        """Keep one, replacing an earlier one."""
        self._save(self._load() | {entry: secret.reveal()})

    def delete(self, entry: str) -> None:
        """Forget one."""
        known = self._load()
        if known.pop(entry, None) is not None:
            self._save(known)

    def _load(self) -> dict[str, str]:
        try:
            self.check()
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise Usage(
                _("{path} cannot be read ({why}). Delete it and run “degoog connect” again.").format(
                    path=self.path, why=type(error).__name__
                )
            ) from None
        return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}

    def _save(self, content: Mapping[str, str]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.parent.chmod(0o700)
        write_atomically(self.path, json.dumps(dict(content), indent=1).encode(), mode=0o600)

    def check(self) -> None:
        """Raise `Usage` where somebody else could read it."""
        for path, cure in ((self.path.parent, "chmod 700"), (self.path, "chmod 600")):
            known = path.stat()
            if os.name == "posix" and (stat.S_IMODE(known.st_mode) & 0o077 or known.st_uid != os.getuid()):
                raise Usage(
                    _(
                        "{path} holds passwords and other users of this machine could read it: degoog does not use it. "
                        "To do: {cure} {path}, and change these passwords if you do not know who had access."
                    ).format(path=path, cure=cure)
                )


def secret_file(environ: Mapping[str, str]) -> SecretFile:
    """Give the file for machines without a keyring: `DEGOOG_SECRETS_FILE`, else in the user's configuration folder."""
    given = environ.get("DEGOOG_SECRETS_FILE")
    return SecretFile(Path(given) if given else platformdirs.user_config_path("degoog") / "secrets.json")


def machine_keyring() -> Keyring | None:
    """Give this machine's keyring, None where it has none that keeps secrets safely."""
    import keyring  # noqa: PLC0415  # looks for backends on import: slow, and often not needed
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        backend = keyring.get_keyring()
        usable = float(backend.priority) >= 1
    except (KeyringError, RuntimeError, TypeError, ValueError):
        return None
    return Keyring(backend) if usable else None


class Secrets:
    """The secrets of one workspace. `told` hears each secret that is handed out, so that logs can mask it."""

    def __init__(
        self,
        workspace: str,
        *,
        environ: Mapping[str, str],
        keyring: Callable[[], Store | None],
        file: SecretFile,
        told: Callable[[Secret], None],
    ) -> None:
        self._workspace = workspace
        self._environ = environ
        self._keyring = keyring
        self.file = file
        self._told = told

    def find(self, service: Service, account: str) -> Secret | None:
        """Look in the environment, the keyring, then the file; None where nobody knows it."""
        secret = self._from_environment(service, account) or self._kept(self.entry(service, account))
        if secret:
            self._told(secret)
        return secret

    def kept(self, service: Service, account: str) -> Secret | None:
        """Give what is kept on this machine, whatever the environment says; None where nothing is."""
        secret = self._kept(self.entry(service, account))
        if secret:
            self._told(secret)
        return secret

    def keep(self, service: Service, account: str, secret: Secret, *, keeper: Keeper) -> None:
        """Keep one where the person chose; raises `Usage` where this machine has no keyring."""
        self._told(secret)
        self.store(keeper).set(self.entry(service, account), secret)

    def forget(self, service: Service, account: str) -> None:
        """Delete one wherever it is kept."""
        for store in self._stores():
            store.delete(self.entry(service, account))

    def store(self, keeper: Keeper) -> Store:
        """Give the chosen store; raises `Usage` where this machine has no keyring."""
        if keeper is Keeper.FILE:
            return self.file
        found = self._keyring()
        if found is None:
            raise Usage(
                _(
                    "This machine has no keyring to keep a password in. To do: add --store file to keep it in {path}, "
                    "which only you can read, or give passwords in environment variables."
                ).format(path=self.file.path)
            )
        return found

    @property
    def has_keyring(self) -> bool:
        """Whether this machine has a keyring."""
        return self._keyring() is not None

    def entry(self, service: Service, account: str) -> str:
        """Name an entry, so that two clients never share one."""
        return f"{self._workspace}/{service}/{account}"

    def _kept(self, entry: str) -> Secret | None:
        return next((secret for store in self._stores() if (secret := store.get(entry))), None)

    def _stores(self) -> Iterable[Store]:
        if (found := self._keyring()) is not None:
            yield found
        if self.file.exists:
            yield self.file

    def _from_environment(self, service: Service, account: str) -> Secret | None:
        variable, whose = _VARIABLES[service]
        user = self._environ.get(whose, "") if whose else ""
        if user and account and user != account:
            return None
        value = self._environ.get(variable, "")
        return Secret(value) if value else None
