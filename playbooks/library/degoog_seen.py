# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a structure is installed on this machine, how it is, and what room there is: looked at, never changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: degoog_seen
short_description: Tell which releases and applications are installed
description:
  - Reads the links to the releases in use, asks occ how Nextcloud is (provisioning.md §3.1), and measures the room that
    an upgrade will need. What is not installed is left out of the answer.
options:
  home:
    description: The structure's folder on this machine.
    type: path
    required: true
  occ:
    description: The command occ, as a list, as Nextcloud's own account.
    type: list
    elements: str
    default: []
  backup:
    description: The systemd unit that makes a backup.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
author: The degoog developers
"""

EXAMPLES = r"""
- name: Look what is installed
  degoog_seen:
    home: /srv/degoog/lauze
    occ: [runuser, -u, nc-lauze, --, php, /srv/degoog/lauze/nextcloud/current/occ]
"""

RETURN = r"""
seen:
  description: What is installed, by service, and the room.
  type: dict
  returned: always
"""

BEGUN = "upgrading.json"


def main():
    module = AnsibleModule(
        argument_spec={
            "home": {"type": "path", "required": True},
            "occ": {"type": "list", "elements": "str", "default": []},
            "backup": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    home = Path(module.params["home"])
    room = os.statvfs(home if home.exists() else "/")
    seen = {"free": room.f_bavail * room.f_frsize, "backup": _unit(module, module.params["backup"])}
    for service in ("nextcloud", "mattermost"):
        there = _release(home / service)
        if there:
            seen[service] = there
    if "nextcloud" in seen and module.params["occ"]:
        seen["nextcloud"].update(_nextcloud(module, home / "nextcloud"))
    module.exit_json(changed=False, seen=seen)


def _release(home):
    """Give the release in use, those beside it, their size, and the upgrade that has begun and not ended."""
    if not (home / "current").is_symlink():
        return {}
    current = (home / "current").readlink().name
    begun = home / BEGUN
    return {
        "current": current,
        "releases": sorted(path.name for path in (home / "releases").iterdir() if path.is_dir()),
        "size": _size(home / "releases" / current),
        "begun": json.loads(begun.read_text()) if begun.exists() else {},
    }


def _nextcloud(module, home):
    status = _asked(module, "status")
    system = _asked(module, "config:list", "system").get("system") or {}
    apps = _asked(module, "app:list")
    ours = {path.name for path in (home / "apps").iterdir()} if (home / "apps").is_dir() else set()
    on = apps.get("enabled") or {}
    return {
        "installed": bool(status.get("installed")),
        "maintenance": bool(status.get("maintenance")),
        "unfinished": bool(status.get("needsDbUpgrade")),
        "tables": str(system.get("version", "")),
        # What is not part of a release must have one of its own for the next major.
        "apps": {app: str(version) for app, version in on.items() if app in ours},
    }


def _asked(module, *words):
    _code, out, _err = module.run_command([*module.params["occ"], *words, "--output=json"])
    try:
        told = json.loads(out[out.index("{") :])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _unit(module, unit):
    return bool(unit) and module.run_command(["systemctl", "cat", unit])[0] == 0


def _size(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_symlink())


if __name__ == "__main__":
    main()
