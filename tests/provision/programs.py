"""Ansible's modules run as Ansible runs them, against programs that stand in for occ and mmctl."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.repo.test_home import ROOT

LIBRARY = ROOT / "playbooks" / "library"


def module(name: str, arguments: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """Run one of our modules in a process of its own; gives what it answers."""

    told = {"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}}
    run = (
        "import sys, runpy, types, importlib.util\n"
        f"for path in {sorted(map(str, (ROOT / 'playbooks/module_utils').glob('*.py')))!r}:\n"
        "    name = 'ansible.module_utils.' + path.rsplit('/', 1)[1][:-3]\n"
        "    spec = importlib.util.spec_from_file_location(name, path)\n"
        "    made = importlib.util.module_from_spec(spec); spec.loader.exec_module(made)\n"
        "    sys.modules[name] = made\n"
        "import ansible.module_utils.basic as basic\n"
        "basic._ANSIBLE_ARGS = sys.stdin.buffer.read()\n"
        "basic._ANSIBLE_PROFILE = 'legacy'\n"
        f"runpy.run_path({str(LIBRARY / f'{name}.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", run], input=json.dumps(told), capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.stdout.strip(), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


class Occ:
    """A program that stands in for occ: what it holds lies in a file beside it, and each call is noted."""

    def __init__(self, folder: Path, *, system=None, apps=None, enabled=(), disabled=(), store=()) -> None:
        self.state = folder / "state.json"
        self.program = folder / "occ"
        self.program.write_text(_OCC)
        self.write({
            "system": system or {}, "apps": apps or {}, "enabled": dict.fromkeys(enabled, "1.0"),
            "disabled": dict.fromkeys(disabled, "1.0"), "store": list(store), "calls": [],
        })  # fmt: skip

    @property
    def command(self) -> list[str]:
        return [sys.executable, str(self.program)]

    def read(self) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(self.state.read_text())
        return held

    def write(self, held: dict[str, Any]) -> None:
        self.state.write_text(json.dumps(held))

    @property
    def acts(self) -> list[str]:
        """The calls that were no mere question."""
        return [call for call in self.read()["calls"] if call.split()[0] not in {"config:list", "app:list"}]


_OCC = """
import json, pathlib, sys
state = pathlib.Path(__file__).with_name("state.json")
held = json.loads(state.read_text())
held["calls"].append(" ".join(sys.argv[1:]))
match sys.argv[1:]:
    case ["status", *_]:
        print(json.dumps({"installed": True, "maintenance": False, "needsDbUpgrade": False}))
    case ["config:list", *_]:
        # PHP writes an empty array as a list.
        print(json.dumps({"system": held["system"] or [], "apps": {k: v or [] for k, v in held["apps"].items()}}))
    case ["config:import"]:
        given = json.load(sys.stdin)
        held["system"].update(given["system"])
        for app, keys in given["apps"].items():
            kept = held["apps"].setdefault(app, {})
            for key, value in keys.items():  # the type it has, it keeps
                kept[key] = value in {"1", "yes"} if isinstance(kept.get(key), bool) else value
    case ["config:system:delete", key]:
        del held["system"][key]
    case ["config:app:delete", app, key]:
        del held["apps"][app][key]
    case ["app:list", *_]:
        print(json.dumps({"enabled": held["enabled"], "disabled": held["disabled"]}))
    case ["app:enable", app]:
        held["enabled"][app] = held["disabled"].pop(app)
    case ["app:disable", app]:
        held["disabled"][app] = held["enabled"].pop(app)
    case ["app:install", app] if app in held["store"]:
        held["enabled"][app] = "1.0"
    case other:
        state.write_text(json.dumps(held))
        sys.exit(f"cannot {other}")
state.write_text(json.dumps(held))
"""
