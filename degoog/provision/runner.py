"""Ansible, told what to do and watched while it does it: the only module that knows ansible_runner, and only when used.

provisioning.md §5: artifacts hold whatever a run was given, so each run has a private folder that goes with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from degoog import data, scratch
from degoog.errors import Usage
from degoog.i18n import _
from degoog.secrets import Secret

_SHORTEST = {"PATH", "HOME", "LANG", "LC_ALL", "SSH_AUTH_SOCK", "TERM", "USER", "TMPDIR"}
_LIMIT = 3600  # seconds a playbook may take


@dataclass(frozen=True, slots=True)
class Step:
    """A task begins: which role it belongs to, and how many of all have begun; `total` is 0 until it is known."""

    role: str
    task: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A task that changed something, or would: on which machine, and the lines before and after where it shows them."""

    host: str
    role: str
    task: str
    diffs: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A task that failed for good, or a machine that did not answer; `late` where the time for the run was up."""

    host: str
    role: str
    task: str
    message: str
    unreachable: bool = False
    late: bool = False


@dataclass(slots=True)
class Outcome:
    """How a run ended. `stopped` where somebody asked it to. `told` is what a playbook said of each machine.

    `handed` is what it brought here, by the names of the files: what is secret is in no event and no log.
    """

    status: str = ""
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    changes: list[Difference] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    stopped: bool = False
    handed: dict[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: a playbook of ours on an inventory. `check` only looks. `become` is sudo's password, if it asks."""

    playbook: str
    inventory: Path
    variables: Mapping[str, object]
    check: bool = False
    become: Secret | None = None
    limit: str = ""
    seconds: int = _LIMIT


def run(
    order: Order, *, watch: Callable[[Step], None] = lambda _step: None, stop: Callable[[], bool] = lambda: False
) -> Outcome:
    """Run it to its end. Nothing of what it was given is left on this machine.

    Raises `Usage` without Ansible, and where the inventory or the playbook cannot be read.
    """
    ansible = _ansible()
    book = data.path("playbooks", order.playbook)
    with scratch.lent() as private:
        told, handed = private / "variables.json", private / "handed"
        handed.mkdir(mode=0o700)
        told.touch(mode=0o600)
        told.write_text(json.dumps({**order.variables, "degoog_handed": str(handed)}), encoding="utf-8")
        words = ["-e", f"@{told}", *(["--limit", order.limit] if order.limit else [])]
        environment = _environment(private)
        counting = _Counting(book, order.inventory, words, environment)
        watcher = _Watcher(watch, counting.total)
        words += ["--check", "--diff"] if order.check else []
        words += ["--ask-become-pass"] if order.become else []
        kept, mask = dict(os.environ), os.umask(0o077)  # what is brought here is for this user only
        _only(environment)  # ansible_runner writes the whole environment down
        try:
            runner = ansible.run(
                private_data_dir=str(private), playbook=str(book), inventory=str(order.inventory.absolute()),
                cmdline=" ".join(f"'{word}'" for word in words), suppress_env_files=True, quiet=True,
                timeout=order.seconds, event_handler=watcher.take, cancel_callback=stop, rotate_artifacts=1,
                ident="degoog",
                passwords={r"^BECOME password.*:\s*?$": order.become.reveal()} if order.become else None,
            )  # fmt: skip
        finally:
            _only(kept)
            os.umask(mask)
            counting.end()
        outcome = watcher.outcome
        outcome.status = runner.status
        outcome.stopped = runner.status == "canceled"
        outcome.handed = {path.name: Secret(path.read_text(encoding="utf-8")) for path in handed.iterdir()}
        if runner.status == "timeout":
            outcome.troubles.append(Trouble("", *watcher.at, "", late=True))
        elif runner.status not in {"successful", "canceled"} and not outcome.troubles:
            if counting.refused:
                raise Usage(_("Ansible cannot begin: {why}").format(why=counting.refused))
            outcome.troubles.append(Trouble("", *watcher.at, _last_words(runner)))
        return outcome


def _ansible() -> Any:  # noqa: ANN401 - a library without types
    try:
        import ansible_runner  # noqa: PLC0415 - migrations run on machines without it
    except ImportError as error:
        raise Usage(
            _("Installing servers needs Ansible. To do: pip install 'degoog[servers]', then run the command again.")
        ) from error
    return ansible_runner


def _environment(private: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _SHORTEST}
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return kept | {
        "ANSIBLE_CONFIG": str(data.path("playbooks", "ansible.cfg")),
        "ANSIBLE_LOCAL_TEMP": str(private / "local"),
        "ANSIBLE_HOME": str(private / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
    }


def _only(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


class _Counting:
    """Counts the tasks of a playbook beside the run itself: asking Ansible takes it seconds.

    `refused` is why an inventory or a playbook cannot be read.
    """

    def __init__(self, book: Path, inventory: Path, words: Sequence[str], environment: Mapping[str, str]) -> None:
        program = str(Path(sys.executable).parent / "ansible-playbook")
        self._asked = subprocess.Popen(  # noqa: S603 - our own playbook
            [program, "--list-tasks", "-i", str(inventory), *words, str(book)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(environment),
        )  # fmt: skip
        self._listed = threading.Thread(target=self._wait, daemon=True)
        self._total = 0
        self.refused = ""
        self._listed.start()

    def _wait(self) -> None:
        listed, complaint = self._asked.communicate()
        self._total = sum("TAGS:" in line and "play #" not in line for line in listed.splitlines())
        self.refused = complaint.strip()[-600:] if self._asked.returncode > 0 else ""

    def total(self) -> int:
        """Give how many tasks there are, 0 for as long as that is not known."""
        return self._total

    def end(self) -> None:
        """Have it end, which it has long since unless the run was cut short."""
        self._listed.join(timeout=10)
        if self._asked.poll() is None:
            self._asked.kill()
        self._listed.join()


def _last_words(runner: Any) -> str:  # noqa: ANN401 - a library without types
    runner.stdout.seek(0)
    return str(runner.stdout.read())[-600:].strip()


class _Watcher:
    """Takes what Ansible tells, event by event."""

    def __init__(self, watch: Callable[[Step], None], total: Callable[[], int]) -> None:
        self.outcome = Outcome()
        self.at = ("", "")  # the role and the task that began last
        self._watch = watch
        self._total = total
        self._done = 0

    def take(self, event: Mapping[str, Any]) -> bool:
        """Take one event; True, or ansible_runner forgets it and all its counts."""
        what, told = event.get("event", ""), event.get("event_data", {})
        role, task, host = told.get("role", ""), told.get("task", ""), told.get("host", "")
        result = told.get("res") or {}
        match what:
            case "playbook_on_task_start":
                self._done += 1
                self.at = (role, task)
                total = self._total()
                self._watch(Step(role, task, self._done, max(total, self._done) if total else 0))
            case "runner_on_ok" if isinstance(result.get("msg"), dict):  # a debug task that gives an object
                self.outcome.told[host] = {**self.outcome.told.get(host, {}), **result["msg"]}
            case "runner_on_ok" if result.get("changed"):
                diffs = result.get("diff") or []
                shown = tuple(one for one in ([diffs] if isinstance(diffs, dict) else diffs) if one)
                self.outcome.changes.append(Difference(host, role, task, shown))
            case "runner_on_ok" | "runner_item_on_ok" if "censored" in result and _changed(event):
                # ansible_runner leaves nothing of what is secret, not even that it changed; its screen line does.
                change = Difference(host, role, task)
                if change not in self.outcome.changes[-1:]:
                    self.outcome.changes.append(change)
            case "runner_on_failed" if not told.get("ignore_errors"):
                self.outcome.troubles.append(Trouble(host, role, task, _message(result)))
            case "runner_on_unreachable":
                self.outcome.troubles.append(Trouble(host, role, task, _message(result), unreachable=True))
        return True


def _changed(event: Mapping[str, Any]) -> bool:
    return str(event.get("stdout", "")).lstrip().startswith("changed:")


def _message(result: Mapping[str, Any]) -> str:
    inner = [one for one in result.get("results", []) if one.get("failed")]
    told = inner[0] if inner else result
    parts = (str(told.get(key, "")).strip() for key in ("msg", "response", "url", "stderr", "stdout"))
    return "\n".join(dict.fromkeys(part for part in parts if part))[:2000]
