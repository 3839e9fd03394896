# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service that runs with what its files say now: told to when they are newer than the last time it was told."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: degoog_applied
short_description: Have a service run, with what its files say
description:
  - A handler is lost when a play stops before its end, and the next run finds nothing changed. This compares the files
    themselves with the moment the service was last told, which it keeps in C(/var/lib/degoog/applied).
  - A folder counts with all that lies in it. What was taken away counts by its folder's own time.
options:
  service:
    description: The systemd unit.
    type: str
    required: true
  files:
    description: Files and folders whose change must reach the service.
    type: list
    elements: path
    default: []
  how:
    description: How the service takes note of them.
    type: str
    choices: [reloaded, restarted]
    default: restarted
  probe:
    description:
      - A command that fails where the service runs and has lost its effect, as a table that somebody flushed. It is
        restarted then.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
author: The degoog developers
"""

EXAMPLES = r"""
- name: Have nginx serve what is written
  degoog_applied:
    service: nginx
    files: [/etc/nginx]
    how: reloaded
"""

RETURN = r"""
newer:
  description: The files that the service had not been told of.
  type: list
  elements: str
  returned: always
"""

KEPT = Path("/var/lib/degoog/applied")
# Mattermost says why it does not start, then with hundreds of lines how each part of it stops, then how it is called.
_CHATTER = re.compile(r'\{.*"level": ?"(?:debug|info)"')
_WHY = re.compile(r"\b(?:error|emerg|fatal|panic)\b", re.IGNORECASE)


def main():
    module = AnsibleModule(
        argument_spec={
            "service": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "path", "default": []},
            "how": {"type": "str", "choices": ["reloaded", "restarted"], "default": "restarted"},
            "probe": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    service, stamp = module.params["service"], KEPT / module.params["service"]
    told = stamp.stat().st_mtime_ns if stamp.exists() else 0
    newer = sorted({str(path) for path in _all(module.params["files"]) if path.lstat().st_mtime_ns > told})
    active = module.run_command(["systemctl", "is-active", "--quiet", service])[0] == 0
    enabled = module.run_command(["systemctl", "is-enabled", "--quiet", service])[0] == 0
    probe = module.params["probe"]
    works = not probe or module.run_command(probe)[0] == 0
    changed = bool(newer) or not active or not enabled or not works
    if changed and not module.check_mode:
        _apply(module, service, enabled=enabled, active=active)
        KEPT.mkdir(mode=0o755, parents=True, exist_ok=True)
        # Files written while the service was being told count as newer next time.
        newest = max((path.lstat().st_mtime_ns for path in _all(module.params["files"])), default=0)
        stamp.touch()
        os.utime(stamp, ns=(newest, newest))
    module.exit_json(changed=changed, newer=newer, active=active, enabled=enabled)


def _apply(module, service, *, enabled, active):
    began = int(time.time())
    module.run_command(["systemctl", "daemon-reload"], check_rc=True)
    if not enabled:
        module.run_command(["systemctl", "enable", service], check_rc=True)
    how = "reload" if active and module.params["how"] == "reloaded" else "restart"
    code, _out, problem = module.run_command(["systemctl", how, service])
    if code == 0:
        code, problem = _stays(module, service)
    if code != 0:
        _code, journal, _err = module.run_command(
            ["journalctl", "--unit", service, "--lines", "500", "--since", f"@{began}", "--no-pager", "--output", "cat"]
        )
        lines = [line[:300] for line in journal.splitlines() if not _CHATTER.match(line)]
        reasons = [line for line in lines[-60:] if _WHY.search(line)][-6:]
        why = reasons[-1] if reasons else problem
        # The reasons first: what is too long is cut at its end.
        told = "\n".join(dict.fromkeys([problem.strip(), *reversed(reasons), *lines[-15:]]))
        module.fail_json(msg=f"{service} does not take note of its settings: {why.strip()}\n{told}")


def _stays(module, service):
    """Wait until it runs: some programs say that they have started, then find that they cannot."""
    state = ""
    for _second in range(10):
        time.sleep(1)
        state = module.run_command(["systemctl", "is-active", service])[1].strip()
        if state in {"active", "failed"}:
            break
    return (0, "") if state == "active" else (1, f"it is {state}")


def _all(files):
    for name in files:
        path = Path(name)
        if path.is_dir():
            yield path
            yield from path.rglob("*")
        elif path.exists():
            yield path


if __name__ == "__main__":
    main()
