# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nextcloud's applications as they should be: enabled, or not."""

from __future__ import annotations

import json

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: degoog_occ_apps
short_description: Enable and disable Nextcloud's applications through occ
description:
  - An application that is wanted and not there is installed from the application store, unless C(store) is false; then
    it is told as missing.
  - An application that can be missed (C(optional)) never makes the task fail; it is told in C(missing).
options:
  occ:
    description: The command, as a list.
    type: list
    elements: str
    required: true
  enabled:
    description: Applications that should be enabled.
    type: list
    elements: str
    default: []
  disabled:
    description: Applications that should not be.
    type: list
    elements: str
    default: []
  optional:
    description: Those of C(enabled) without which the server is still good.
    type: list
    elements: str
    default: []
  store:
    description: Whether this server may reach the application store.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: The degoog developers
"""

EXAMPLES = r"""
- name: Have the calendar, and no usage survey
  degoog_occ_apps:
    occ: [/usr/bin/php, /srv/degoog/lauze/nextcloud/occ]
    enabled: [calendar]
    disabled: [survey_client]
"""

RETURN = r"""
missing:
  description: Applications that are wanted and could not be had.
  type: list
  elements: str
  returned: always
"""


def main():
    module = AnsibleModule(
        argument_spec={
            "occ": {"type": "list", "elements": "str", "required": True},
            "enabled": {"type": "list", "elements": "str", "default": []},
            "disabled": {"type": "list", "elements": "str", "default": []},
            "optional": {"type": "list", "elements": "str", "default": []},
            "store": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    occ = module.params["occ"]
    _code, out, _err = module.run_command([*occ, "app:list", "--output=json"], check_rc=True)
    told = json.loads(out)
    on, off = set(told.get("enabled") or {}), set(told.get("disabled") or {})

    to_enable = [app for app in module.params["enabled"] if app not in on]
    to_disable = [app for app in module.params["disabled"] if app in on]
    out_of_reach = [app for app in to_enable if app not in off and not module.params["store"]]
    to_enable = [app for app in to_enable if app not in out_of_reach]
    missing, after = list(out_of_reach), (on | set(to_enable)) - set(to_disable)

    if not module.check_mode:
        for app in to_disable:
            module.run_command([*occ, "app:disable", app], check_rc=True)
        for app in to_enable:
            command = "app:enable" if app in off else "app:install"
            code, said, problem = module.run_command([*occ, command, app])
            if code != 0:
                missing.append(app)
                after.discard(app)
                module.warn(f"{app}: {(problem or said).strip()[:300]}")
    essential = [app for app in missing if app not in module.params["optional"]]
    result = {
        "changed": after != on,
        "missing": missing,
        "diff": {"before": _lines(on - after, after - on, "before"), "after": _lines(on - after, after - on, "after")},
    }
    if essential and not module.check_mode:
        module.fail_json(msg=f"These applications could not be had: {', '.join(essential)}.", **result)
    module.exit_json(**result)


def _lines(gone, new, which):
    return "".join(f"{app}\n" for app in sorted(gone if which == "before" else new))


if __name__ == "__main__":
    main()
