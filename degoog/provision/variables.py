"""workspace.yml in the words of the playbooks: plain values, and apart from them the secrets."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from degoog.config_schema import Workspace
from degoog.config_servers import Servers
from degoog.errors import Usage
from degoog.i18n import _
from degoog.provision import health
from degoog.provision.artefacts import Artefact, applications, chosen, known, mostlymatter
from degoog.provision.backups import Backing
from degoog.secrets import Secret

_LONGEST_ID = 28  # Debian's account names have 32 characters, ours begin with "nc-" or "mm-"
_MARK = 6  # of a long id's digest


def name_on_machines(id_: str) -> str:
    """Give what a workspace's accounts, folders and services are named after: two ids never give the same name."""
    if len(id_) <= _LONGEST_ID:
        return id_
    mark = hashlib.sha256(id_.encode()).hexdigest()[:_MARK]
    return f"{id_[: _LONGEST_ID - _MARK - 1].rstrip('-')}-{mark}"


def servers(workspace: Workspace) -> Servers:
    """Give what workspace.yml says of the servers. Raises `Usage` where it says nothing, or no name for them."""
    if workspace.servers is None:
        raise Usage(
            _(
                "workspace.yml does not say how the servers are to be installed. To do: add “servers:” with “tls:”; "
                "docs/servers.md shows it."
            )
        )
    return workspace.servers


def pins_of(how: Servers, *, base: Path) -> Path | None:
    """Give the file of pins that takes the place of degoog's own, if there is one."""
    return base / how.archives.pins if how.archives.pins else None


def wanted(how: Servers, service: str, *, base: Path) -> Artefact:
    """Give the release of a service that workspace.yml asks for, else degoog's own choice. Raises `Usage`."""
    pins = pins_of(how, base=base)
    release = chosen(service, getattr(how, service), pins=pins)
    if service == "mattermost" and how.mattermost_edition == "mostlymatter":
        return mostlymatter(release, pins=pins)
    return release


def variables(
    workspace: Workspace, *, base: Path, mail_password: Secret | None, backing: Backing | None = None
) -> dict[str, object]:
    """Give the variables of the playbooks; paths in workspace.yml start at `base`.

    What is secret among them is revealed: they are written nowhere but into a file that only this user can read.
    Raises `Usage`.
    """
    how = servers(workspace)
    pins = pins_of(how, base=base)
    cloud = wanted(how, "nextcloud", base=base)
    # The application store brings them, and looks at their signatures, wherever the server may reach it.
    apps = applications(cloud.major, pins) if how.archives.mode != "official" else {}
    mail: dict[str, object] = {}
    if how.mail is not None:
        mail = {
            "host": how.mail.host, "port": how.mail.port, "secure": how.mail.secure, "user": how.mail.user or "",
            "from": how.mail.sender, "password": mail_password.reveal() if mail_password else "",
        }  # fmt: skip
    return {
        "degoog_id": name_on_machines(workspace.id),
        "degoog_structure": workspace.structure,
        "degoog_language": workspace.language,
        "degoog_timezone": workspace.timezone,
        "degoog_admin": how.admin,
        "degoog_email": how.email or how.tls.email or "",
        "degoog_nextcloud_domain": _domain(workspace.nextcloud.url if workspace.nextcloud else "", "nextcloud"),
        "degoog_mattermost_domain": _domain(workspace.mattermost.url if workspace.mattermost else "", "mattermost"),
        "degoog_tls": {
            "mode": how.tls.mode, "email": how.tls.email or "",
            "certificate": str(base / how.tls.certificate) if how.tls.certificate else "",
            "key": str(base / how.tls.key) if how.tls.key else "",
        },
        "degoog_mail": mail,
        "degoog_backup": backing.variables(workspace) if backing else {},
        "degoog_archives": {
            "mode": how.archives.mode, "base": (how.archives.base or "").rstrip("/"),
            "folder": str(base / how.archives.folder) if how.archives.folder else "",
            "public_keys": str(base / how.archives.keys) if how.archives.keys else "",
        },
        "degoog_artefacts": {
            "nextcloud": cloud.variables(),
            "mattermost": wanted(how, "mattermost", base=base).variables(),
        },
        "degoog_lives": {
            name: {one.version: one.end_of_life for one in known(name, pins)} for name in ("nextcloud", "mattermost")
        },
        "degoog_health": {"words": health.words(), "alerts": _alerts(how)},
        "degoog_apps": [release.variables() for release in apps.values()],
    }  # fmt: skip


def _alerts(how: Servers) -> str:
    """Give whom the servers write to when something is not well: who is told, else who hears of certificates."""
    return (how.mail.alerts if how.mail else None) or how.tls.email or ""


def _domain(url: str, service: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise Usage(
            _(
                "workspace.yml does not give {service} an address that begins with https://. "
                "To do: write it under “{service}:”, “url:”."
            ).format(service=service)
        )
    if parts.port not in {None, 443} or parts.path not in {"", "/"}:
        raise Usage(
            _("{url} cannot be installed: only a name of its own, such as https://cloud.lauze.example, can.").format(
                url=url
            )
        )
    return parts.hostname
