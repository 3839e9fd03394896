# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is a structure's server well? The one place that knows, for `degoog health` and for the timer on the machine itself.

Only Python's own library: the role health puts this very file on the machine. As a program, `degoog_health.py SETTINGS`
looks, writes what it saw into a file, and mails once when something turns bad and once when all is well again.
"""

from __future__ import annotations

import json
import shutil
import smtplib
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

GOOD, NOTE, BAD = "good", "note", "bad"
DAY, HOUR = 86400, 3600
CERTIFICATE_SHORT, CERTIFICATE_BAD = 21, 10  # days: certbot renews with 30 left
CERTIFICATES_SHORT = {
    "letsencrypt": "certificate_short",
    "supplied": "certificate_short_supplied",
    "internal": "certificate_short_internal",
}
BACKUP_OLD, RESTORE_OLD = 2 * DAY, 45 * DAY
CRON_OLD = HOUR
RELEASE_SOON = 60  # days


def looked(settings, *, run=None, now=None):
    """Give what was found, as dicts with check, level, code and the values of its sentence."""
    run, now = run or _run, now or time.time()
    found = []
    for check in (_certificates, _backup, _disk, _services, _packages, _nextcloud, _mattermost, _releases):
        found += check(settings, run, now)
    return found


def _finding(check, level, code, **values):
    return {"check": check, "level": level, "code": code, "values": values}


def _certificates(settings, run, now):
    for domain in settings["domains"]:
        code, out = run(["openssl", "x509", "-enddate", "-noout", "-in", f"{settings['tls']}/{domain}/fullchain.pem"])
        if code != 0:
            yield _finding("certificate", BAD, "certificate_missing", domain=domain)
            continue
        ends = datetime.strptime(out.strip().partition("=")[2], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
        days = int((ends.timestamp() - now) // DAY)
        level = BAD if days < CERTIFICATE_BAD else NOTE if days < CERTIFICATE_SHORT else GOOD
        kind = "certificate" if level == GOOD else CERTIFICATES_SHORT[settings.get("certificates", "letsencrypt")]
        yield _finding("certificate", level, kind, domain=domain, days=days)


def _backup(settings, _run, now):
    kept = _read(Path(settings["state"]) / "backup.json")
    backup, restored = kept.get("backup") or {}, kept.get("restore_test") or {}
    if not backup:
        yield _finding("backup", BAD, "backup_none")
    elif not backup.get("ok"):
        yield _finding("backup", BAD, "backup_failed", why=str(backup.get("why", "")))
    else:
        hours = int((now - _moment(backup["at"])) // HOUR)
        old = hours * HOUR > BACKUP_OLD
        yield _finding("backup", BAD if old else GOOD, "backup_old" if old else "backup", hours=hours)
    if not backup:
        return
    if not restored:
        yield _finding("restore", NOTE, "restore_none")
    elif not restored.get("ok"):
        yield _finding("restore", BAD, "restore_failed", why=str(restored.get("why", "")))
    else:
        days = int((now - _moment(restored["at"])) // DAY)
        old = days * DAY > RESTORE_OLD
        yield _finding("restore", NOTE if old else GOOD, "restore_old" if old else "restore", days=days)


def _disk(settings, _run, _now):
    seen = set()
    for folder in ("/", settings["home"]):
        if not Path(folder).exists() or Path(folder).stat().st_dev in seen:
            continue
        seen.add(Path(folder).stat().st_dev)
        usage = shutil.disk_usage(folder)
        percent = round(100 * usage.used / (usage.used + usage.free))
        level = BAD if percent >= 95 else NOTE if percent >= 85 else GOOD
        code, free = "disk" if level == GOOD else "disk_full", round(usage.free / 1e9, 1)
        yield _finding("disk", level, code, folder=folder, percent=percent, gigabytes=free)


def _services(settings, run, _now):
    down = [unit for unit in settings["units"] if run(["systemctl", "is-active", "--quiet", unit])[0] != 0]
    for unit in down:
        yield _finding("service", BAD, "service_down", unit=unit)
    if not down:
        yield _finding("service", GOOD, "services", number=len(settings["units"]))


def _packages(_settings, run, _now):
    code, out = run(["apt-get", "--simulate", "--quiet", "-o", "Debug::NoLocking=1", "upgrade"])
    waiting = sum(line.startswith("Inst ") and "ecurity" in line for line in out.splitlines())
    if code != 0:
        yield _finding("packages", NOTE, "packages_unknown")
    elif waiting:
        yield _finding("packages", NOTE, "packages_waiting", number=waiting)
    else:
        yield _finding("packages", GOOD, "packages")
    if Path("/run/reboot-required").exists():
        yield _finding("reboot", NOTE, "reboot")


def _nextcloud(settings, run, now):
    occ = settings.get("occ")
    if not occ:
        return
    status = _json(run([*occ, "status", "--output=json"])[1])
    if not status.get("installed"):
        yield _finding("nextcloud", BAD, "nextcloud_silent")
        return
    if status.get("needsDbUpgrade"):
        yield _finding("nextcloud", BAD, "nextcloud_unfinished")
    elif status.get("maintenance"):
        yield _finding("nextcloud", BAD, "nextcloud_shut")
    else:
        yield _finding("nextcloud", GOOD, "nextcloud", version=status.get("versionstring", ""))
        last = run([*occ, "config:app:get", "core", "lastcron"])[1].strip()
        minutes = int((now - float(last)) // 60) if last.isdigit() else -1
        late = minutes < 0 or minutes * 60 > CRON_OLD
        code = "cron_never" if minutes < 0 else "cron_late" if late else "cron"
        yield _finding("cron", BAD if late else GOOD, code, minutes=minutes)
        for category in _json(run([*occ, "setupchecks", "--output=json"])[1]).values():
            for name, check in category.items():
                if check.get("severity") in {"warning", "error"}:
                    level = BAD if check["severity"] == "error" else NOTE
                    why = str(check.get("description", ""))[:300]
                    yield _finding("setup", level, "setup", name=str(check.get("name", name)), why=why)


def _mattermost(settings, run, _now):
    port = settings.get("mattermost_port")
    if not port:
        return
    given = Path(settings.get("mattermost_port_file", "/nowhere"))
    port = given.read_text().strip() if given.exists() else port
    url = f"http://127.0.0.1:{port}/api/v4"
    if _json(run(["GET", f"{url}/system/ping"])[1]).get("status") != "OK":
        yield _finding("mattermost", BAD, "mattermost_silent")
        return
    client = _json(run(["GET", f"{url}/config/client?format=old"])[1])
    if client.get("BuildEnterpriseReady", "false") != "false":
        yield _finding("mattermost", BAD, "mattermost_edition")
    else:
        yield _finding("mattermost", GOOD, "mattermost", version=client.get("Version", ""))


def _releases(settings, _run, now):
    today = datetime.fromtimestamp(now, UTC).date()
    for service, lives in settings["lives"].items():
        link = Path(settings["home"]) / service / "current"
        if not link.is_symlink():
            continue
        version = link.readlink().name
        life = lives.get(version, "")
        if not life:
            continue
        days = (_over(life) - today).days
        level = BAD if days <= 0 else NOTE if days < RELEASE_SOON else GOOD
        code = {BAD: "release_ended", NOTE: "release_ends", GOOD: "release"}[level]
        yield _finding("release", level, code, service=service.capitalize(), version=version, life=life)


def _over(life):
    """Give the first day on which a release is no longer mended; its life is a month or a day."""
    year, month, *day = (int(part) for part in life.split("-"))
    if day:
        return date(year, month, day[0]) + timedelta(days=1)
    return date(year + month // 12, month % 12 + 1, 1)


def _run(words):
    """Run a program, or with GET fetch an address; gives its exit code and what it printed."""
    if words[0] == "GET":
        try:
            with urllib.request.urlopen(words[1], timeout=20) as answer:  # noqa: S310 - this machine's own address
                return 0, answer.read().decode()
        except OSError as error:
            return 1, str(error)
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, done.stdout


def _json(text):
    try:
        told = json.loads(text[text.index("{") :])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _read(path):
    try:
        return _json(path.read_text())
    except OSError:
        return {}


def _moment(text):
    return datetime.fromisoformat(text).timestamp()


def key(finding):
    """Give what tells one trouble from another; what changes by the hour is no part of it."""
    values = finding["values"]
    named = (str(values[name]) for name in ("domain", "unit", "folder", "name", "service") if name in values)
    return " ".join([finding["code"], *named])


def worded(finding, words):
    """Give the sentence of a finding, and its cure where it has one."""
    told = words[finding["code"]]
    return told["what"].format(**finding["values"]), told["cure"].format(**finding["values"])


def watch(settings, *, found, now, send):
    """Keep what was found, and send one mail for what turned bad since the last, or for all being well again."""
    path = Path(settings["state"]) / "health.json"
    before = set(_read(path).get("told", []))
    bad = {key(one): one for one in found if one["level"] == BAD}
    told = before & set(bad)
    words = settings["words"]
    title = {"structure": settings["structure"]}
    if not settings["mail"].get("to"):
        told = set(bad)
    elif set(bad) - before:
        lines = [line for one in bad.values() for line in _lines(one, words)]
        if send(settings["mail"], words["mail_bad"]["what"].format(**title), lines):
            told = set(bad)
    elif before and not bad:
        send(settings["mail"], words["mail_good"]["what"].format(**title), [words["mail_good"]["cure"]])
    path.parent.mkdir(parents=True, exist_ok=True)
    at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"at": at, "well": not bad, "found": found, "told": sorted(told)}, indent=2) + "\n")
    new.replace(path)


def _lines(finding, words):
    what, cure = worded(finding, words)
    return [f"- {what}", f"  {cure}", ""]


def send(mail, subject, lines):
    """Send a mail; False where the mail server does not take it, so that the next look tries again."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, mail["from"], mail["to"]
    message.set_content("\n".join(lines))
    try:
        where = (mail["host"], int(mail["port"]))
        trust = ssl.create_default_context()
        whole = mail["secure"] == "ssl"
        with smtplib.SMTP_SSL(*where, timeout=30, context=trust) if whole else smtplib.SMTP(*where, timeout=30) as door:
            if mail["secure"] == "tls":
                door.starttls(context=trust)
            if mail["user"]:
                door.login(mail["user"], Path(mail["password_file"]).read_text().strip())
            door.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        sys.stderr.write(f"mail: {error}\n")
        return False
    return True


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    moment = time.time()
    watch(given, found=looked(given, now=moment), now=moment, send=send)
