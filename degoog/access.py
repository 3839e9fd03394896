"""How to reach a server: its address, the account and its secret, from the environment or the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from degoog import addresses
from degoog.config_schema import Workspace
from degoog.errors import Usage
from degoog.i18n import _
from degoog.problems import Wrong
from degoog.secrets import Secret, Secrets, Service


@dataclass(frozen=True, slots=True)
class Access:
    """What one account needs to log in."""

    url: str
    login: str
    password: Secret


def nextcloud_url(workspace: Workspace | None, environ: Mapping[str, str]) -> str:
    """Give the Nextcloud's address: `DEGOOG_NEXTCLOUD_URL`, else workspace.yml; empty where neither says it.

    Raises `Usage` where the variable holds no address.
    """
    if given := environ.get("DEGOOG_NEXTCLOUD_URL"):
        try:
            return addresses.server(given)
        except Wrong as wrong:
            raise Usage(
                _("DEGOOG_NEXTCLOUD_URL: {what} To do: {cure}").format(what=wrong.what, cure=wrong.cure)
            ) from None
    return workspace.nextcloud.url if workspace and workspace.nextcloud else ""


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
