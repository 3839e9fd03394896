# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nextcloud's settings as they should be: read, compared, and only what differs is set."""

from __future__ import annotations

import json

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.degoog_settings import diff, differences, narrowed

DOCUMENTATION = r"""
module: degoog_occ_config
short_description: Set Nextcloud's settings through occ
description:
  - Reads C(occ config:list --private), compares it with what is wanted, and gives C(occ config:import) the difference
    on its standard input, so that no value ever stands on a command line.
  - A list is one value; C(config:import) replaces it whole, so that entries taken away are gone (provisioning.md §3.1).
options:
  occ:
    description: The command, as a list.
    type: list
    elements: str
    required: true
  system:
    description: The keys of config.php; null asks for a key's absence.
    type: dict
    default: {}
  apps:
    description: The keys of each application; values are text, as occ stores them.
    type: dict
    default: {}
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
- name: Set where Nextcloud is reached
  degoog_occ_config:
    occ: [/usr/bin/php, /srv/degoog/lauze/nextcloud/occ]
    system:
      trusted_domains: [cloud.lauze.example]
"""

RETURN = r"""
changed_keys:
  description: The keys that were not as they should be.
  type: dict
  returned: always
"""


def main():
    module = AnsibleModule(
        argument_spec={
            "occ": {"type": "list", "elements": "str", "required": True},
            "system": {"type": "dict", "default": {}},
            "apps": {"type": "dict", "default": {}},
            "secret": {"type": "list", "elements": "str", "default": [], "no_log": False},
        },
        supports_check_mode=True,
    )
    occ, secret = module.params["occ"], module.params["secret"]
    wanted = {"system": module.params["system"], "apps": _texts(module.params["apps"])}

    _code, out, _err = module.run_command([*occ, "config:list", "--private", "--output=json"], check_rc=True)
    present = _read(module, out)
    wanted["apps"] = _as_kept(wanted["apps"], present["apps"])
    found = differences(wanted, present)
    result = {
        "changed": bool(found),
        "changed_keys": {part: sorted(values) for part, values in found.items()},
        "diff": diff(narrowed(present, found), found, secret, "Nextcloud"),
    }
    if found and not module.check_mode:
        _apply(module, occ, found, present)
    module.exit_json(**result)


def _read(module, out):
    try:
        told = json.loads(out)
    except ValueError as error:
        module.fail_json(msg=f"occ config:list did not answer with JSON ({error}): {out[:200]}")
    # An empty PHP array is a list in JSON.
    return {
        "system": told.get("system") or {},
        "apps": {name: keys or {} for name, keys in (told.get("apps") or {}).items()},
    }


def _texts(apps):
    return {name: {key: _text(value) for key, value in keys.items()} for name, keys in apps.items()}


def _text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _as_kept(wanted, present):
    """Give texts the type in which Nextcloud keeps them: it knows of some keys that they are yes or no, or numbers."""
    return {
        app: {key: _typed(value, present.get(app, {}).get(key)) for key, value in keys.items()}
        for app, keys in wanted.items()
    }


def _typed(value, kept):
    if isinstance(value, str) and isinstance(kept, bool):  # lib/private/AppConfig.php, convertTypedValue
        return value.lower() in {"1", "true", "yes", "on"}
    if isinstance(value, str) and isinstance(kept, int):
        return int(value) if value.lstrip("-").isdigit() else value
    return value


def _given(value):
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)


def _whole(kept, found):
    """Give a key's value with what differs in it: an object is imported whole, what is left out of it would be gone."""
    if not isinstance(found, dict) or not isinstance(kept, dict):
        return found
    inner = kept | {key: _whole(kept.get(key), value) for key, value in found.items()}
    return {key: value for key, value in inner.items() if value is not None}


def _apply(module, occ, found, present):
    gone = [("system", None, key) for key, value in found.get("system", {}).items() if value is None]
    gone += [
        ("app", app, key) for app, keys in found.get("apps", {}).items() for key, value in keys.items() if value is None
    ]
    for kind, app, key in gone:
        command = [f"config:{kind}:delete", *([app] if app else []), key]
        module.run_command([*occ, *command], check_rc=True)
    changes = {
        "system": {
            key: _whole(present["system"].get(key), value)
            for key, value in found.get("system", {}).items()
            if value is not None
        },
        "apps": {
            app: {key: _given(value) for key, value in keys.items() if value is not None}
            for app, keys in found.get("apps", {}).items()
        },
    }
    if changes["system"] or any(changes["apps"].values()):
        module.run_command([*occ, "config:import"], data=json.dumps(changes), check_rc=True)


if __name__ == "__main__":
    main()
