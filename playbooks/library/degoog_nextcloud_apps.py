# SPDX-License-Identifier: AGPL-3.0-or-later
"""Applications of Nextcloud, unpacked from archives that were brought: checked first, the old code kept beside."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: degoog_nextcloud_apps
short_description: Put applications of Nextcloud in their place, or take the former ones back
description:
  - An archive holds one folder, named like the application. Its checksum decides whether it is unpacked.
  - What an application was before is kept in C(kept), and comes back with C(state=former).
  - An application that is in its place and whose archive has not been brought is told in C(lacking).
options:
  apps:
    description: The releases wanted, each with C(id), C(version), C(file) and C(sha256).
    type: list
    elements: dict
    default: []
  into:
    description: The folder of applications.
    type: path
    required: true
  shelf:
    description: Where the archives were brought.
    type: path
    required: true
  kept:
    description: Where the former code is kept.
    type: path
    required: true
  newer:
    description: Whether applications that are there are replaced by the releases wanted.
    type: bool
    default: true
  state:
    description: The releases wanted, or those of before.
    type: str
    choices: [wanted, former]
    default: wanted
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: The degoog developers
"""

EXAMPLES = r"""
- name: Have the calendar
  degoog_nextcloud_apps:
    apps: [{id: calendar, version: 6.0.1, file: calendar-6.0.1.tar.gz, sha256: "…"}]
    into: /srv/degoog/lauze/nextcloud/apps
    shelf: /srv/degoog/lauze/nextcloud/shelf
    kept: /srv/degoog/lauze/nextcloud/apps-before
"""

RETURN = r"""
lacking:
  description: The releases whose archive is to be brought.
  type: list
  elements: dict
  returned: always
"""

NOTE = ".degoog-app"


def main():
    module = AnsibleModule(
        argument_spec={
            "apps": {"type": "list", "elements": "dict", "default": []},
            "into": {"type": "path", "required": True},
            "shelf": {"type": "path", "required": True},
            "kept": {"type": "path", "required": True},
            "newer": {"type": "bool", "default": True},
            "state": {"type": "str", "choices": ["wanted", "former"], "default": "wanted"},
        },
        supports_check_mode=True,
    )
    into, kept = Path(module.params["into"]), Path(module.params["kept"])
    if module.params["state"] == "former":
        former = sorted(kept.iterdir()) if kept.is_dir() else []
        if not module.check_mode:
            for app in former:
                shutil.rmtree(into / app.name, ignore_errors=True)
                shutil.move(app, into / app.name)
        module.exit_json(changed=bool(former), lacking=[])
    absent = [
        app
        for app in module.params["apps"]
        if _present(into / app["id"]) != app["sha256"] and (module.params["newer"] or not (into / app["id"]).exists())
    ]
    brought = [app for app in absent if (Path(module.params["shelf"]) / app["file"]).exists()]
    for app in brought:
        _checked(module, app)
    if not module.check_mode:
        for app in brought:
            _put(module, app, into, kept)
    module.exit_json(
        changed=bool(brought) or (module.check_mode and bool(absent)),
        lacking=[app for app in absent if app not in brought],
        diff={"before": "", "after": "".join(f"{app['id']} {app['version']}\n" for app in absent)},
    )


def _present(folder):
    note = folder / NOTE
    return note.read_text().strip() if note.exists() else ""


def _checked(module, app):
    packed = Path(module.params["shelf"]) / app["file"]
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    if digest != app["sha256"]:
        module.fail_json(msg=f"ARCHIVE_DIFFERS {app['file']}: its checksum is {digest}, {app['sha256']} was expected.")


def _put(module, app, into, kept):
    new = into / f".{app['id']}.new"
    shutil.rmtree(new, ignore_errors=True)
    with tarfile.open(Path(module.params["shelf"]) / app["file"]) as packed:
        # Debian 12's Python has no filters yet; the checksum has decided already what lies in it.
        packed.extractall(new, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # noqa: S202 - checked
    if not (new / app["id"]).is_dir():
        shutil.rmtree(new)
        module.fail_json(msg=f"{app['file']} does not hold a folder {app['id']}.")
    (new / app["id"] / NOTE).write_text(app["sha256"] + "\n")
    there = into / app["id"]
    if there.exists():
        kept.mkdir(mode=0o755, exist_ok=True)
        if (kept / app["id"]).exists():  # of a run that was cut off: what is kept is older, and stays
            shutil.rmtree(there)
        else:
            shutil.move(there, kept / app["id"])
    shutil.move(new / app["id"], there)
    shutil.rmtree(new)


if __name__ == "__main__":
    main()
