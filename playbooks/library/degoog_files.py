# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files and folders as they should be, many at once: every task costs the time of a program's start over SSH."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: degoog_files
short_description: Have folders and files of a known content
description:
  - Like C(ansible.builtin.file) and C(ansible.builtin.copy), in the order given, in one go.
options:
  files:
    description:
      - Each has a C(path), and may have an C(owner), a C(group) and a C(mode) other than those below.
      - With C(content) it is a file that holds just that; C(state=directory) asks for a folder, C(state=present) for a
        file whatever it holds, C(state=absent) for nothing of that name.
    type: list
    elements: dict
    required: true
  owner:
    description: Whose they are.
    type: str
    default: root
  group:
    description: Which group's they are.
    type: str
    default: root
  mode:
    description: Who may do what with them.
    type: str
    default: "0644"
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: The degoog developers
"""

EXAMPLES = r"""
- name: Describe a service
  degoog_files:
    files:
      - {path: /etc/degoog, state: directory, mode: "0755"}
      - {path: /etc/systemd/system/degoog.service, content: "[Unit]\n"}
"""

RETURN = r"""
paths:
  description: What was not as it should be.
  type: list
  elements: str
  returned: always
"""


def main():
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "dict", "required": True},
            "owner": {"type": "str", "default": "root"},
            "group": {"type": "str", "default": "root"},
            "mode": {"type": "str", "default": "0644"},
        },
        supports_check_mode=True,
    )
    usual = {key: module.params[key] for key in ("owner", "group", "mode")}
    os.umask(0o077)  # what is new is nobody else's before it has its rights
    paths, diffs = [], []
    for wanted in module.params["files"]:
        path, diff = Path(wanted["path"]), {}
        changed = _thing(module, path, wanted, diff)
        if wanted.get("state") != "absent":
            rights = module.load_file_common_arguments({**usual, **wanted}, path=str(path))
            told = {}
            if module.set_fs_attributes_if_different(rights, changed=False, diff=told):
                changed = True
                diff.setdefault("before", _rights(told.get("before")))
                diff.setdefault("after", _rights(told.get("after")))
        if changed:
            paths.append(str(path))
            diffs.append({"before_header": str(path), "after_header": str(path), "before": "", "after": "", **diff})
    module.exit_json(changed=bool(paths), paths=paths, diff=diffs)


def _thing(module, path, wanted, diff):
    """Have the thing itself; gives whether it was another."""
    state = wanted.get("state") or "file"
    there = path.is_symlink() or path.exists()
    if state == "absent":
        if there and not module.check_mode:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        diff.update({"before": f"{path}\n"} if there else {})
        return there
    if state == "directory":
        if not path.is_dir():
            diff["after"] = f"{path}\n"
            if not module.check_mode:
                path.mkdir(mode=0o700)
            return True
        return False
    if state == "present" and path.is_file():
        return False
    content = "" if state == "present" else wanted["content"]
    before = path.read_text(errors="replace") if path.is_file() else None
    if before == content:
        return False
    diff.update({"before": before or "", "after": content})
    if not module.check_mode:
        _write(module, path, content)
    return True


def _write(module, path, content):
    """Have the file whole or as it was: it is written beside, with the rights of the one that is there."""
    number, beside = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(number, "w") as file:
        file.write(content)
    module.atomic_move(beside, str(path))


def _rights(told):
    return "".join(f"{name}: {value}\n" for name, value in sorted((told or {}).items()) if name != "path")


if __name__ == "__main__":
    main()
