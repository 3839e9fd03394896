# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mattermost's settings as they should be: read through its local socket, compared, and only what differs is set."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.degoog_settings import diff, differences, narrowed

DOCUMENTATION = r"""
module: degoog_mmctl_config
short_description: Set Mattermost's settings through mmctl
description:
  - The server rewrites its config.json, so a template would fight it. This reads C(mmctl config show), compares, and
    has C(mmctl config patch) read the difference from a file that only the caller can read (provisioning.md §3.3).
options:
  mmctl:
    description: The command, as a list, with what selects the local socket.
    type: list
    elements: str
    required: true
  socket:
    description: The server's local socket.
    type: path
  settings:
    description: Sections of keys.
    type: dict
    required: true
  secret:
    description: Keys whose values are never shown.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: The degoog developers
"""

EXAMPLES = r"""
- name: Set where Mattermost is reached
  degoog_mmctl_config:
    mmctl: [/opt/mattermost/current/bin/mmctl, --local]
    settings:
      ServiceSettings:
        SiteURL: https://discussion.lauze.example
"""

RETURN = r"""
changed_keys:
  description: The keys that were not as they should be, by section.
  type: dict
  returned: always
"""


def main():
    module = AnsibleModule(
        argument_spec={
            "mmctl": {"type": "list", "elements": "str", "required": True},
            "socket": {"type": "path"},
            "settings": {"type": "dict", "required": True},
            "secret": {"type": "list", "elements": "str", "default": [], "no_log": False},
        },
        supports_check_mode=True,
    )
    mmctl, secret = module.params["mmctl"], module.params["secret"]
    around = {"MMCTL_LOCAL_SOCKET_PATH": module.params["socket"]} if module.params["socket"] else {}
    _code, out, _err = module.run_command([*mmctl, "--json", "config", "show"], check_rc=True, environ_update=around)
    try:
        present = json.loads(out)
    except ValueError as error:
        module.fail_json(msg=f"mmctl config show did not answer with JSON ({error}): {out[:200]}")
    found = differences(module.params["settings"], present)
    if found and not module.check_mode:
        handle, path = tempfile.mkstemp(suffix=".json", dir=module.tmpdir)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(found, file)
            module.run_command([*mmctl, "config", "patch", path], check_rc=True, environ_update=around)
        finally:
            Path(path).unlink()
    module.exit_json(
        changed=bool(found),
        changed_keys={section: sorted(keys) for section, keys in found.items()},
        diff=diff(narrowed(present, found), found, secret, "Mattermost"),
    )


if __name__ == "__main__":
    main()
