# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a structure's server is: looked at, never changed."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.degoog_health import looked

DOCUMENTATION = r"""
module: degoog_health
short_description: Look how a server is
description:
  - Certificates, backups, room, services, updates, Nextcloud's and Mattermost's own word, and the life of releases.
options:
  settings:
    description: What to look at, as the role health writes it for its timer.
    type: dict
    required: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
author: The degoog developers
"""

EXAMPLES = r"""
- name: Look how the server is
  degoog_health:
    settings: "{{ health_settings }}"
"""

RETURN = r"""
found:
  description: What was found, good and bad.
  type: list
  elements: dict
  returned: always
"""


def main():
    module = AnsibleModule(
        argument_spec={"settings": {"type": "dict", "required": True, "no_log": False}}, supports_check_mode=True
    )
    module.exit_json(changed=False, found=looked(module.params["settings"]))


if __name__ == "__main__":
    main()
