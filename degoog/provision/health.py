"""How servers are, in words: what the machines find (playbooks/module_utils/degoog_health.py) and what to do about it.

The machines carry the same words, in the structure's language, for the mail they write when something turns bad.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from degoog import wording
from degoog.i18n import _
from degoog.provision import backups


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found on one machine, in words; `cure` is empty where there is nothing to do."""

    host: str
    check: str
    level: Level
    what: str
    cure: str


def read(host: str, told: Mapping[str, Any]) -> Found:
    """Put in words what a machine found."""
    spoken = words()[told["code"]]
    values = dict(told["values"])
    if "life" in values:
        values["life"] = wording.written(values["life"])
    cure = spoken["cure"].format(**values)
    if told["code"] in {"backup_failed", "restore_failed"}:
        why = backups.words(values["why"], host=host)
        values["why"], cure = why.what, why.cure
    return Found(host, told["check"], Level(told["level"]), spoken["what"].format(**values), cure)


def words() -> dict[str, dict[str, str]]:
    """Give the sentence of each finding and its cure, with places for its values."""
    cures = _cures()
    return {code: {"what": what, "cure": cures.get(code, "")} for code, what in _sentences().items()}


def _sentences() -> dict[str, str]:
    return {
        "certificate": _("The certificate of {domain} is good for {days} more days"),
        "certificate_short": _("The certificate of {domain} is good for {days} more days only"),
        "certificate_short_supplied": _("The certificate of {domain} is good for {days} more days only"),
        "certificate_short_internal": _("The certificate of {domain} is good for {days} more days only"),
        "certificate_missing": _("{domain} has no certificate that can be read"),
        "backup": _("The last backup is {hours} h old"),
        "backup_old": _("The last backup is {hours} h old"),
        "backup_none": _("No backup was ever made"),
        "backup_failed": _("The last backup failed: {why}"),
        "restore": _("The last restore test, {days} days ago, went well"),
        "restore_old": _("The last restore test is {days} days old"),
        "restore_none": _("No restore test was made yet"),
        "restore_failed": _("The last restore test failed: {why}"),
        "disk": _("The disk of {folder} is {percent} % full, {gigabytes} GB are free"),
        "disk_full": _("The disk of {folder} is {percent} % full, only {gigabytes} GB are free"),
        "services": _("The {number} services run"),
        "service_down": _("{unit} does not run"),
        "packages": _("No security update waits"),
        "packages_waiting": _("{number} security updates wait; they install themselves within a day"),
        "packages_unknown": _("It cannot be known whether security updates wait"),
        "reboot": _("The machine wants to be restarted, to finish an update"),
        "nextcloud": _("Nextcloud {version} answers"),
        "nextcloud_silent": _("Nextcloud does not answer"),
        "nextcloud_unfinished": _("Nextcloud is in the middle of an upgrade"),
        "nextcloud_shut": _("Nextcloud is shut for maintenance"),
        "cron": _("Nextcloud's background jobs ran {minutes} minutes ago"),
        "cron_late": _("Nextcloud's background jobs last ran {minutes} minutes ago"),
        "cron_never": _("Nextcloud's background jobs never ran"),
        "setup": _("Nextcloud says of itself: {name}: {why}"),
        "mattermost": _("Mattermost {version} answers, and is the free edition"),
        "mattermost_silent": _("Mattermost does not answer"),
        "mattermost_edition": _("Mattermost is not the free edition that was installed"),
        "release": _("{service} {version} is mended by its makers until {life}"),
        "release_ends": _("{service} {version} is mended by its makers until {life} only"),
        "release_ended": _("{service} {version} is no longer mended by its makers since {life}"),
        "mail_bad": _("{structure}: a server needs you"),
        "mail_good": _("{structure}: the server is well again"),
    }


def _cures() -> dict[str, str]:
    again = _("run “degoog provision”; if it comes back, show this to whoever helps you.")
    return {
        "certificate_short": _("it should have been renewed: on the machine, “certbot renew” says why it was not."),
        "certificate_short_supplied": _(
            "put the next one of your authority in the place that “certificate:” names, then: degoog provision"
        ),
        "certificate_short_internal": _("have another one made: degoog provision"),
        "certificate_missing": again,
        "backup_old": _("see on the machine why it no longer runs, or make one: degoog backup"),
        "backup_none": _("set one up under “servers:” in workspace.yml (docs/servers.md), then: degoog provision"),
        "backup_failed": _("mend what it says, then make one: degoog backup"),
        "restore_old": _("see on the machine why it no longer runs."),
        "restore_none": _("wait for the next one: a backup that was never restored proves nothing."),
        "restore_failed": _("take this as if there were no backup: mend what it says."),
        "disk_full": _("make room, or have a larger disk, before it is full."),
        "service_down": again,
        "reboot": _("restart it at a quiet hour: reboot"),
        "nextcloud_silent": again,
        "nextcloud_unfinished": _("end it: degoog upgrade"),
        "nextcloud_shut": _("if nobody works on it: occ maintenance:mode --off"),
        "cron_late": again,
        "cron_never": again,
        "mattermost_silent": again,
        "mattermost_edition": _("have the team edition put back: degoog provision"),
        "release_ends": _("go to the next one: degoog upgrade"),
        "release_ended": _("go to the next one: degoog upgrade"),
        "mail_good": _("Nothing is left to mend."),
    }
