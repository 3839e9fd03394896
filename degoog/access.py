"""How to reach a server: its address, the account and its secret, from the environment or the workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from degoog import addresses
from degoog.config_schema import Workspace
from degoog.errors import Usage
from degoog.i18n import _, trouble
from degoog.problems import Wrong
from degoog.secrets import Secret, Secrets, Service

TOKEN = "token"  # noqa: S105 - the name under which the one access token is kept, not its value


@dataclass(frozen=True, slots=True)
class Access:
    """What one account needs to log in."""

    url: str
    login: str
    password: Secret


DELEGATION = "delegation"  # under which a service account's key is kept: it is nobody's


@dataclass(frozen=True, slots=True)
class GoogleAccess:
    """What proves to Google who asks, one of Google's files or a token; for which account, empty where unknown."""

    secret: Secret
    account: str
    api_url: str


def google_api_url(workspace: Workspace | None, environ: Mapping[str, str]) -> str:
    """Give the server that stands in for Google: `DEGOOG_GOOGLE_API_URL`, else workspace.yml; empty for Google itself.

    Raises `Usage` where the variable holds no address.
    """
    if given := environ.get("DEGOOG_GOOGLE_API_URL"):
        try:
            return addresses.server(given)
        except Wrong as wrong:
            raise Usage(
                _("DEGOOG_GOOGLE_API_URL: {what} To do: {cure}").format(what=wrong.what, cure=wrong.cure)
            ) from None
    return (workspace.google.api_url or "") if workspace and workspace.google else ""


def google(workspace: Workspace | None, secrets: Callable[[], Secrets], environ: Mapping[str, str]) -> GoogleAccess:
    """Give the access to Google: `DEGOOG_GOOGLE_TOKEN`, the file of `DEGOOG_GOOGLE_CREDENTIALS`, else what is kept.

    Raises `Usage` that says how to give one.
    """
    api_url = google_api_url(workspace, environ)
    section = workspace.google if workspace else None
    account = (section.account or "") if section else ""
    if environ.get("DEGOOG_GOOGLE_TOKEN") or not (path := environ.get("DEGOOG_GOOGLE_CREDENTIALS")):
        whose = DELEGATION if section and section.mode == DELEGATION else account
        secret = secrets().find(Service.GOOGLE, whose)
        if secret is None:
            raise Usage(_("degoog is not connected to Google yet. To do: run “degoog connect google”."))
        return GoogleAccess(secret, account, api_url)
    return GoogleAccess(credentials_file(Path(path)), account, api_url)


def directory_of(account: str) -> str:
    """Give the name under which a person's consent to read the directory is kept, apart from the migration's."""
    return f"{account}/directory"


def credentials_file(path: Path) -> Secret:
    """Read one of Google's files. Raises `Usage` where it cannot be read."""
    try:
        return Secret(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = trouble(error) if isinstance(error, OSError) else type(error).__name__
        raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=why)) from None


def nextcloud_url(workspace: Workspace | None, environ: Mapping[str, str]) -> str:
    """Give the Nextcloud's address: `DEGOOG_NEXTCLOUD_URL`, else workspace.yml; empty where neither says it.

    Raises `Usage` where the variable holds no address.
    """
    return _from(environ, "DEGOOG_NEXTCLOUD_URL") or (
        workspace.nextcloud.url if workspace and workspace.nextcloud else ""
    )


def mattermost_url(workspace: Workspace | None, environ: Mapping[str, str]) -> str:
    """Give the Mattermost's address: `DEGOOG_MATTERMOST_URL`, else workspace.yml, likewise."""
    return _from(environ, "DEGOOG_MATTERMOST_URL") or (
        workspace.mattermost.url if workspace and workspace.mattermost else ""
    )


def mattermost(workspace: Workspace | None, secrets: Secrets, environ: Mapping[str, str]) -> Access:
    """Give what is needed to talk to Mattermost: an access token, whose account only the server knows.

    Raises `Usage` that says which of address and token is missing, and how to give it.
    """
    url = mattermost_url(workspace, environ)
    if not url:
        raise Usage(
            _(
                "degoog does not know the address of your Mattermost. "
                "To do: write it in workspace.yml (mattermost: url:), or run “degoog connect mattermost”."
            )
        )
    token = secrets.find(Service.MATTERMOST, TOKEN)
    if token is None:
        text = _("degoog is not connected to {url} yet. To do: run “{command}”.")
        raise Usage(text.format(url=url, command="degoog connect mattermost"))
    return Access(url, "", token)


def _from(environ: Mapping[str, str], variable: str) -> str:
    if not (given := environ.get(variable)):
        return ""
    try:
        return addresses.server(given)
    except Wrong as wrong:
        text = _("{variable}: {what} To do: {cure}")
        raise Usage(text.format(variable=variable, what=wrong.what, cure=wrong.cure)) from None


def nextcloud_login(workspace: Workspace | None, environ: Mapping[str, str]) -> str:
    """Give the account degoog uses: `DEGOOG_NEXTCLOUD_USER`, else workspace.yml; empty where neither says it."""
    return environ.get("DEGOOG_NEXTCLOUD_USER") or (
        (workspace.nextcloud.login or "") if workspace and workspace.nextcloud else ""
    )


def nextcloud(
    workspace: Workspace | None, secrets: Secrets, environ: Mapping[str, str], *, account: str = ""
) -> Access:
    """Give what is needed to log in to Nextcloud, as `account` or as the workspace's own.

    Raises `Usage` that says which of address, account and password is missing, and how to give it.
    """
    url = nextcloud_url(workspace, environ)
    if not url:
        raise Usage(
            _(
                "degoog does not know the address of your Nextcloud. "
                "To do: write it in workspace.yml (nextcloud: url:), or run “degoog connect nextcloud”."
            )
        )
    login = account or nextcloud_login(workspace, environ)
    password = secrets.find(Service.NEXTCLOUD, login) if login else None
    if not login or password is None:
        command = f"degoog connect nextcloud --account {login}" if account else "degoog connect nextcloud"
        raise Usage(_("degoog is not connected to {url} yet. To do: run “{command}”.").format(url=url, command=command))
    return Access(url, login, password)


def slack_token(secrets: Secrets) -> Secret | None:
    """Give the token of a person or an application in Slack; None where nobody gave one, for most needs none."""
    return secrets.find(Service.SLACK, "slack")


def slack_files_url(environ: Mapping[str, str]) -> str:
    """Give what stands in for Slack's hosts: `DEGOOG_SLACK_FILES_URL`; empty for Slack itself."""
    return _address("DEGOOG_SLACK_FILES_URL", environ)


def _address(variable: str, environ: Mapping[str, str]) -> str:
    """Read an address out of the environment, empty where it is not set. Raises `Usage` where it is none."""
    given = environ.get(variable)
    if not given:
        return ""
    try:
        return addresses.server(given)
    except Wrong as wrong:
        text = _("{variable}: {what} To do: {cure}")
        raise Usage(text.format(variable=variable, what=wrong.what, cure=wrong.cure)) from None
