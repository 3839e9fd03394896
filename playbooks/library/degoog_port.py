# SPDX-License-Identifier: AGPL-3.0-or-later
"""A port of this machine for one service of one structure: chosen once, kept, and never given twice."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: degoog_port
short_description: Have a port of the loopback interface, the same at every run
description:
  - Several structures live on one machine; each of their services needs a port that no other has.
  - The first time, the first port is taken that nobody was given and on which nothing listens. From then on it is read.
options:
  name:
    description: Whose port it is.
    type: str
    required: true
  first:
    description: Where to begin to look.
    type: int
    required: true
  kept:
    description: The folder of what was given, one file a name.
    type: path
    default: /etc/degoog/ports
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
author: The degoog developers
"""

EXAMPLES = r"""
- name: Have a port for Mattermost
  degoog_port:
    name: lauze-4f2a-mattermost
    first: 8065
"""

RETURN = r"""
port:
  description: The port.
  type: int
  returned: always
"""

MANY = 200


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "first": {"type": "int", "required": True},
            "kept": {"type": "path", "default": "/etc/degoog/ports"},
        },
        supports_check_mode=True,
    )
    kept, name = Path(module.params["kept"]), module.params["name"]
    if not module.check_mode:
        kept.mkdir(mode=0o755, parents=True, exist_ok=True)
    if (given := _read(kept / name)) is not None:
        module.exit_json(changed=False, port=given)
    if module.check_mode:
        module.exit_json(changed=True, port=_choose(module, kept))
    folder = os.open(kept, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # two runs for two structures must not choose the same
    port = _choose(module, kept)
    new = kept / f".{name}.new"
    new.write_text(f"{port}\n", encoding="ascii")
    new.chmod(0o644)
    new.rename(kept / name)
    module.exit_json(changed=True, port=port)


def _read(path):
    try:
        return int(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _choose(module, kept):
    taken = {_read(path) for path in kept.glob("[!.]*")}
    first = module.params["first"]
    for port in range(first, first + MANY):
        if port not in taken and _free(port):
            return port
    return module.fail_json(msg=f"no port is free from {first} on")


def _free(port):
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main()
