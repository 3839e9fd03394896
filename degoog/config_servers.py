"""What workspace.yml says of servers of one's own: certificates, mail, backups, where releases come from."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from degoog.i18n import _
from degoog.problems import Wrong
from degoog.section import Section, Text


class Tls(Section):
    """How the servers' names are certified."""

    mode: Literal["letsencrypt", "supplied", "internal"] = Field(
        "letsencrypt", description="Let's Encrypt, certificates of yours, or an authority of the server's own."
    )
    email: Text | None = Field(None, description="Where Let's Encrypt writes before a certificate ends.")
    certificate: Text | None = Field(None, description="With supplied: the certificate and its chain, a file here.")
    key: Text | None = Field(None, description="With supplied: its key, a file here.")

    @model_validator(mode="after")
    def _complete(self) -> Tls:
        if self.mode == "letsencrypt" and not self.email:
            raise Wrong(_("Let's Encrypt wants an address."), _("write “email:” under “tls:”."))
        if self.mode == "supplied" and not (self.certificate and self.key):
            raise Wrong(_("certificates of yours want two files."), _("write “certificate:” and “key:” under “tls:”."))
        return self


class Mail(Section):
    """Through which server the servers send mail; its password comes from DEGOOG_MAIL_PASSWORD."""

    host: Text
    port: int = Field(587, ge=1, le=65535)
    secure: Literal["", "tls", "ssl"] = "tls"
    user: Text | None = None
    sender: Text = Field(description="The address mails come from.")
    alerts: Text | None = Field(None, description="Who is written to when a server is not well.")


class Archives(Section):
    """Where releases come from."""

    mode: Literal["official", "mirror", "local"] = Field(
        "official", description="Their makers, a mirror of theirs, or a folder of this computer."
    )
    base: Text | None = Field(None, description="With mirror: its address.")
    folder: Text | None = Field(None, description="With local: the folder.")
    keys: Text | None = Field(
        None, description="A folder here with the public keys of the makers, to check signatures: nextcloud.asc, …"
    )
    pins: Text | None = Field(
        None, description="A file like playbooks/vars/artefacts.yml, for releases degoog does not know."
    )

    @model_validator(mode="after")
    def _complete(self) -> Archives:
        if self.mode == "mirror" and not self.base:
            raise Wrong(_("a mirror has an address."), _("write “base:” under “archives:”."))
        if self.mode == "local" and not self.folder:
            raise Wrong(_("it does not say in which folder."), _("write “folder:” under “archives:”."))
        return self


class Keep(Section):
    """How many backups are kept."""

    daily: int = Field(7, ge=1, description="The last of each of so many days.")
    weekly: int = Field(4, ge=0, description="The last of each of so many weeks.")
    monthly: int = Field(12, ge=0, description="The last of each of so many months.")


class Backup(Section):
    """Where backups go; their password is in the keyring, or comes from DEGOOG_BACKUP_PASSWORD."""

    repository: Text = Field(description="sftp:ACCOUNT@MACHINE:/FOLDER, rest:https://…, s3:https://…, or a folder.")
    at: str = Field(
        "02:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="When, each day, on the machine's clock."
    )
    keep: Keep = Keep()
    login: Text | None = Field(
        None, description="For rest: and s3:, the account there; its password comes from DEGOOG_BACKUP_ACCESS."
    )
    host_key: Text | None = Field(
        None, description="For sftp:, the key of the machine that keeps the backups, such as “ssh-ed25519 AAAA…”."
    )

    @model_validator(mode="after")
    def _sound(self) -> Backup:
        where = self.repository
        if not re.match(r"sftp:(//)?[\w.-]+@[\w.-]+(:\d+)?[:/]/?\S|rest:https?://\S+$|s3:\S+$|/\S", where):
            raise Wrong(
                _("“{repository}” is no place for backups.").format(repository=where),
                _("write for example “sftp:ACCOUNT@MACHINE:/FOLDER”; docs/servers.md shows the others."),
            )
        if re.search(r"//[^/@]*:[^/@]*@", where):
            raise Wrong(
                _("a password stands in “repository:”."),
                _("take it out: “login:” names the account, its password comes from DEGOOG_BACKUP_ACCESS."),
            )
        return self


class Servers(Section):
    """What is installed on machines of one's own."""

    admin: Text = Field("referente", description="The first account of both services, for who looks after them.")
    email: Text | None = Field(
        None, description="Its address, where a link to choose its password is sent; else the one under tls."
    )
    tls: Tls
    mail: Mail | None = None
    archives: Archives = Archives()
    backup: Backup | None = None
    nextcloud: Text | None = Field(None, description="The release of Nextcloud, where it is not degoog's own choice.")
    mattermost: Text | None = Field(None, description="The release of Mattermost, likewise.")
    mattermost_edition: Literal["team", "mostlymatter"] = Field(
        "team", description="Its makers' free edition, or Framasoft's, without their limit of accounts."
    )
