"""What happened on a machine, in words: which step, what went wrong, how things stand, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable

from degoog.i18n import _
from degoog.provision import backups, fetching
from degoog.provision.runner import Trouble
from degoog.provision.told import Told

_FAILED = "non-zero return code"  # Ansible's own words


def step(role: str) -> str:
    """Give the name of a step as a person knows it."""
    names = {
        "base": _("The machine itself"),
        "postgresql": _("The database"),
        "nginx": _("The web server"),
        "tls": _("The certificates"),
        "redis": _("The memory of locks"),
        "php": _("PHP"),
        "archive": _("The archives"),
        "nextcloud": _("Nextcloud"),
        "mattermost": _("Mattermost"),
        "backup": _("The backups"),
        "notify_push": _("What tells of changes"),
        "health": _("The watch over the servers"),
        "handover": _("The accesses"),
    }
    return names.get(role) or _("Looking at the machine")


def task(name: str) -> str:
    """Give the name of a task in the reader's language: the catalogues hold every name of the playbooks."""
    return _(name)


def tell(trouble: Trouble) -> Told:
    """Say what a trouble is."""
    if trouble.unreachable:
        return _unreachable(trouble)
    if trouble.late:
        return _late(trouble)
    for pattern, words in (*_KNOWN, *(_OF_LETSENCRYPT if trouble.role == "tls" else ())):
        if found := re.search(pattern, trouble.message, re.IGNORECASE):
            return words(trouble, found)
    if not trouble.host:
        return Told(
            _("Ansible did not come to its end: {why}").format(why=_why(trouble).rstrip(".") + "."),
            _("show this to whoever helps you; then run the same command again, it goes on from there."),
        )
    return Told(
        _("{host}, {step}: “{task}” did not work: {why}").format(
            host=trouble.host, step=step(trouble.role), task=task(trouble.task), why=_why(trouble).rstrip(".") + "."
        ),
        _("show this to whoever helps you; then run the same command again, it goes on from there."),
    )


def _why(trouble: Trouble) -> str:
    """Give the line that says most: a command's own last words say more than that it failed."""
    lines = [line.strip() for line in trouble.message.splitlines() if line.strip()]
    if lines[1:] and lines[0] == _FAILED:
        return " ".join(lines[1:][-2:])
    return lines[0] if lines else _("no reason was given")


def state(troubles: list[Trouble]) -> str:
    """Say how things stand after troubles."""
    if all(trouble.unreachable and not trouble.role for trouble in troubles):
        return _("Nothing was changed there.")
    return _("What was done before stays, and does no harm. The same command goes on from there.")


def _unreachable(trouble: Trouble) -> Told:
    if re.search(r"permission denied|publickey", trouble.message, re.IGNORECASE):
        return Told(
            _("{host} does not let you in.").format(host=trouble.host),
            _("check ansible_user and your SSH key: ssh must work by hand first; then run the command again."),
            wait=False,
        )
    if re.search(r"host key verification failed|identification has changed", trouble.message, re.IGNORECASE):
        return Told(
            _("{host} is not known to your SSH, or is no longer the machine it was.").format(host=trouble.host),
            _("log in once by hand (ssh {host}) and compare its fingerprint with your host's.").format(
                host=trouble.host
            ),
            wait=False,
        )
    if trouble.role:
        return Told(
            _("The connection to {host} was cut.").format(host=trouble.host),
            _("check that the machine is on and your network holds; then run the same command again."),
        )
    return Told(
        _("{host} does not answer over SSH.").format(host=trouble.host),
        _("check its address and port in the inventory, and that the machine is on; then run the command again."),
    )


def _late(trouble: Trouble) -> Told:
    if not trouble.task:
        what = _("The time for this was up before anything had begun.")
    else:
        where = _("“{task}” ({step})") if trouble.role else _("“{task}”")
        what = _(
            "The time for this was up at {where}, and degoog waited no longer: the machine may still be doing what it "
            "had begun."
        ).format(where=where.format(task=task(trouble.task), step=step(trouble.role)))
    return Told(what, _("wait a little, then run the same command again: it goes on from there."), standing=True)


def _sudo(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("{host} refused the password of sudo.").format(host=trouble.host),
        _(
            "run the command again with --ask-sudo (“degoog doctor”: with DEGOOG_SUDO_PASSWORD) and give the password "
            "of the account in the inventory."
        ),
        wait=False,
    )


def _sudo_asks(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("sudo asks for a password on {host}, and none was given.").format(host=trouble.host),
        _("run the command again with --ask-sudo (“degoog doctor”: with DEGOOG_SUDO_PASSWORD)."),
        wait=False,
    )


def _full(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("The disk of {host} is full.").format(host=trouble.host),
        _("make room there (df -h shows where), then run the same command again."),
    )


def _differs(_trouble: Trouble, found: re.Match[str]) -> Told:
    return Told(
        _("The archive {file} is not the one its makers published: its checksum differs. It was not used.").format(
            file=found["file"]
        ),
        _("fetch it again; if it still differs, do not use it, and tell degoog's developers."),
        wait=False,
    )


def _unsigned(_trouble: Trouble, found: re.Match[str]) -> Told:
    return Told(
        _("The archive {file} does not bear a good signature of its makers' known key. It was not used.").format(
            file=found["file"]
        ),
        _("check that the key in “archives: keys:” is theirs; if it is, do not use this archive."),
        wait=False,
    )


def _mirror(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("{host} cannot fetch Debian's packages.").format(host=trouble.host),
        _("check that the machine reaches the internet, or wait for its mirror; then run the command again."),
    )


def _port(trouble: Trouble, found: re.Match[str]) -> Told:
    return Told(
        _("Another program on {host} already uses the port {port}.").format(host=trouble.host, port=found["port"]),
        _("stop it (ss -ltnp shows which it is), then run the same command again."),
    )


def _not_here(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("Let's Encrypt gave {host} no certificate: its names do not lead there, or port 80 is shut.").format(
            host=trouble.host
        ),
        _("have both names point to this machine; “degoog doctor” says when they do; then run the command again."),
    )


def _limited(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("Let's Encrypt gives no more certificates for the names of {host} for now: too many were asked for.").format(
            host=trouble.host
        ),
        _("wait, a week at the most (letsencrypt.org/docs/rate-limits); then run the same command again."),
    )


def _refused(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("Let's Encrypt refuses a certificate to {host}: it does not give any for one of its names.").format(
            host=trouble.host
        ),
        _("check both addresses in workspace.yml, and the CAA record of your domain; then run the command again."),
        wait=False,
    )


def _backup(trouble: Trouble, found: re.Match[str]) -> Told:
    told = backups.words(found["why"], host=trouble.host)
    return Told(told.what, told.cure, wait=told.wait)


def _busy(trouble: Trouble) -> Told:
    told = backups.words("busy", host=trouble.host)
    return Told(told.what, told.cure)


def _no_authority(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("{host} does not reach Let's Encrypt.").format(host=trouble.host),
        _("check that the machine reaches the internet and knows names, or wait; then run the same command again."),
    )


def _debian(trouble: Trouble, _found: re.Match[str]) -> Told:
    return Told(
        _("{host} is not a Debian that degoog knows.").format(host=trouble.host),
        _("use a machine with Debian 12 or 13."),
        wait=False,
    )


def _undone(trouble: Trouble, found: re.Match[str]) -> Told:
    return Told(
        _("{host}: the upgrade did not begin to change the tables; {program} {version} runs again, as before.").format(
            host=trouble.host, program=found["program"], version=found["version"]
        ),
        _("mend what is said above, then run the same command again."),
        standing=True,
    )


def _half(trouble: Trouble, found: re.Match[str]) -> Told:
    return Told(
        _(
            "{host} is in the middle of the upgrade to {program} {version}, and shut: what it holds is safe, the "
            "tables of before lie in /srv/degoog, in “before”."
        ).format(host=trouble.host, program=found["program"], version=found["version"]),
        _("mend what is said above, then run the same command again: it goes on from there."),
        standing=True,
    )


def _unfinished(trouble: Trouble, found: re.Match[str]) -> Told:
    return Told(
        _("{host} is in the middle of an upgrade of {program}.").format(host=trouble.host, program=found["program"]),
        _("run “degoog upgrade”: it goes on from there."),
        wait=False,
        standing=True,
    )


_KNOWN: tuple[tuple[str, Callable[[Trouble, re.Match[str]], Told]], ...] = (
    (r"UPGRADE_UNDONE (?P<program>\w+) (?P<version>\S+)", _undone),
    (r"UPGRADE_HALF (?P<program>\w+) (?P<version>\S+)", _half),
    (r"UPGRADE_UNFINISHED (?P<program>\w+)", _unfinished),
    (r"incorrect sudo password", _sudo),
    (r"missing sudo password|a password is required", _sudo_asks),
    (r"no space left on device|disk full|not enough free space", _full),
    (r"BACKUP_TROUBLE (?P<why>\w+)", _backup),
    (r"unit \S+-backup-restore\.service was already loaded", lambda trouble, _found: _busy(trouble)),
    (r"ARCHIVE_DIFFERS (?P<file>\S+):", _differs),
    (r"SIGNATURE_DIFFERS (?P<file>\S+)", _unsigned),
    # get_url names the file it fetched into; the runner adds the address.
    (r"(?s)\AThe checksum for .* did not match .*\nhttps?://\S*/(?P<file>[^\s/?]+)", _differs),
    (fetching.FAILED, lambda trouble, found: fetching.tell(found["url"], trouble.message, host=trouble.host)),
    (fetching.CUT_OFF, lambda trouble, _found: fetching.cut_off(trouble.host)),
    (r"bind\(\) to \S*:(?P<port>\d+) failed", _port),
    (r"listen tcp \S*:(?P<port>\d+): bind: address already in use", _port),
    (r"failed to fetch|unable to fetch some archives|failed to update apt cache|could not resolve .*debian", _mirror),
    (r"degoog installs on debian", _debian),
)

# Only where certificates are asked for: an id may be “acme”, and is in every path.
_OF_LETSENCRYPT: tuple[tuple[str, Callable[[Trouble, re.Match[str]], Told]], ...] = (
    (r"acme\S*letsencrypt.*(max retries|resol|refused|timed out)", _no_authority),
    (r"too many (certificates|failed authorizations|new orders|registrations)|acme:error:rateLimited", _limited),
    # Debian 12's certbot 2.1 ends so, with the reason in its log alone, whenever an order is refused.
    (
        r"acme:error:(rejectedIdentifier|caa)|policy forbids|will not issue|AttributeError: can't set attribute",
        _refused,
    ),
    (r"certbot|acme|challenge", _not_here),
)
