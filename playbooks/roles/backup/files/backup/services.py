# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two services of a structure: where what is theirs lies, how they are held still, whether they answer."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import subprocess
import time
from pathlib import Path

import database
from trouble import Trouble, run


class Nextcloud:
    """Nextcloud: maintenance mode holds its files and its database still together."""

    name = "nextcloud"
    folders = ("config", "data", "apps")

    def __init__(self, settings):
        self.home = Path(settings["home"], "nextcloud")
        self.user = f"nc-{settings['id']}"
        self.domain = settings["nextcloud"]
        self._id = settings["id"]
        self._held = Path(settings["state"], "nextcloud-held")
        self._notify = f"degoog-{settings['id']}-push.service"

    def occ(self, *words):
        """Run one of occ's commands."""
        environment = f"NEXTCLOUD_CONFIG_DIR={self.home}/config"
        start = ("runuser", "-u", self.user, "--", "env", environment, "php", self.home / "current/occ")
        return run(*start, "--no-interaction", *words, otherwise="service", cwd="/")

    def version(self):
        """Give the installed version, also where nothing of it runs any more."""
        said = (self.home / "current/version.php").read_text()
        return re.search(r"OC_VersionString\s*=\s*'([\d.]+)", said)[1]

    def hold(self):
        """Hold it still, and note that it was us; gives whether it is still."""
        try:
            if not json.loads(self.occ("status", "--output=json"))["maintenance"]:
                self._held.touch()
                self.occ("maintenance:mode", "--on")
        except (Trouble, ValueError):
            return False
        return True

    def release(self):
        """Let it go on, if it was us who held it. May be called at any time, also after a run that was cut off."""
        if self._held.exists():
            self.occ("maintenance:mode", "--off")
            self._held.unlink()

    def stop(self):
        """Have nothing of it write any more."""
        self.hold()
        systemctl("stop", f"degoog-{self._id}-nextcloud-cron.timer", f"degoog-{self._id}-nextcloud-cron.service")
        # An accessory never keeps the whole from working, so nobody minds how it takes it.
        subprocess.run(["systemctl", "stop", self._notify], check=False, capture_output=True)

    def resume(self):
        """Have it go on with the files and rows that are there."""
        # What Redis and PHP remember is of the files and rows of before: caches and short locks, nothing else.
        run("redis-cli", "-s", f"/run/degoog-{self._id}-redis/redis.sock", "FLUSHDB", otherwise="service")
        systemctl("restart", f"degoog-{self._id}-php.service")
        self.release()
        systemctl("start", f"degoog-{self._id}-nextcloud-cron.timer")
        if subprocess.run(["systemctl", "is-enabled", self._notify], check=False, capture_output=True).returncode == 0:
            subprocess.run(["systemctl", "start", self._notify], check=False)

    def start(self, *, still):
        """Take what was brought back into use; `still` says whether it was held still when it was saved."""
        self._held.touch()  # what comes back was saved in maintenance mode
        self.resume()
        if json.loads(self.occ("status", "--output=json"))["needsDbUpgrade"]:
            self.occ("upgrade")
        # docs.nextcloud.com, administration manual, "Restoring backup": clients keep what they have and ask.
        self.occ("maintenance:data-fingerprint")
        if not still:
            self.occ("files:scan", "--all")

    def answers(self):
        """Whether it serves its status page, out of maintenance."""
        status, body = _ask(self.domain, "/status.php")
        told = json.loads(body) if status == 200 else {}
        return told.get("installed") is True and told.get("maintenance") is False

    def lost_rows(self, _since):
        """Give how many things people wrote since, where the database says when: Nextcloud's files say it better."""
        return 0


class Mattermost:
    """Mattermost: its files are written once and never changed, so a database saved before them finds them all."""

    name = "mattermost"
    folders = ("config", "data", "plugins", "client-plugins")

    def __init__(self, settings):
        self.home = Path(settings["home"], "mattermost")
        self.user = f"mm-{settings['id']}"
        self.domain = settings["mattermost"]
        self._record = Path(f"/etc/degoog/{settings['id']}-mattermost.json")
        self._unit = f"degoog-{settings['id']}-mattermost"

    def version(self):
        """Give the installed version."""
        return json.loads(self._record.read_text())["version"]

    def hold(self):
        """Nothing is to be held."""
        return True

    def release(self):
        """Nothing was held."""

    def stop(self):
        """Have nothing of it write any more."""
        systemctl("stop", self._unit)

    def resume(self):
        """Have it go on with the files and rows that are there."""
        systemctl("start", self._unit)

    def start(self, *, still):  # noqa: ARG002 - Nextcloud wants it
        """Take what was brought back into use."""
        self.resume()

    def answers(self):
        """Whether it answers to a ping, from outside."""
        return _ask(self.domain, "/api/v4/system/ping")[0] == 200

    def lost_rows(self, since):
        """Give how many messages were written since a moment (seconds since 1970)."""
        if database.ask(self.user, "SELECT to_regclass('public.posts')") != "posts":
            return 0
        return int(database.ask(self.user, f"SELECT count(*) FROM posts WHERE createat > {int(since * 1000)}"))


def of(settings):
    """Give the services that this machine holds of the structure."""
    return [kind(settings) for kind in (Nextcloud, Mattermost) if settings[kind.name]]


def systemctl(*words):
    """Have systemd do something."""
    run("systemctl", *words, otherwise="service")


def _ask(domain, path):
    """Ask this machine's own web server as a browser would, by the service's name: it refuses every other."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # this very machine, whatever its certificate
    connection = http.client.HTTPSConnection(domain, timeout=30)
    try:
        plain = socket.create_connection(("127.0.0.1", 443), timeout=30)
        connection.sock = trust.wrap_socket(plain, server_hostname=domain)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error).encode()
    finally:
        connection.close()


def wait(service, *, seconds=180, pause=time.sleep):
    """Wait until a service answers. Raises `Trouble`."""
    for _second in range(seconds):
        if service.answers():
            return
        pause(1)
    raise Trouble("service", service.name)
