"""The inventory: which machine does what, and how to reach it. Hosts only; all else stands in workspace.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from degoog.errors import Usage
from degoog.i18n import _
from degoog.problems import Problem, Problems, instead

GROUPS = ("nextcloud", "mattermost")


@dataclass(frozen=True, slots=True)
class Host:
    """A machine reached over SSH."""

    name: str
    address: str
    user: str
    port: int
    groups: frozenset[str]


def read(path: Path) -> tuple[Host, ...]:
    """Give the machines of an inventory. Raises `Usage` where there is no such file, `Problems` for what to mend."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Usage(
            _(
                "There is no inventory at {path}. To do: copy inventory.example to it, and write your server's "
                "address in it."
            ).format(path=path)
        ) from None
    try:
        tree = YAML(typ="rt", pure=True).load(text)
    except YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, MarkedYAMLError) and error.problem_mark else 1
        problem = Problem(line, _("this is not YAML."), _("compare with inventory.example, above all the blanks."))
        raise Problems(path.name, [problem]) from error
    problems = list(_problems(tree))
    if problems:
        raise Problems(path.name, problems)
    return tuple(_hosts(tree["all"]))


def _problems(tree: Any) -> Iterator[Problem]:  # noqa: ANN401 - whatever somebody wrote
    if not isinstance(tree, CommentedMap) or not isinstance(tree.get("all"), CommentedMap):
        yield Problem(1, _("it does not begin with “all:”."), _("begin as inventory.example does."))
        return
    everything = tree["all"]
    hosts, children = everything.get("hosts"), everything.get("children")
    if not isinstance(hosts, CommentedMap) or not hosts:
        cure = _("write “hosts:” and one machine under it, as in inventory.example.")
        yield Problem(_line(tree, "all"), _("it names no machine."), cure)
        return
    for name, host in hosts.items():
        line = _line(hosts, name)
        if not isinstance(host, CommentedMap) or not host.get("ansible_host"):
            cure = _("write “ansible_host: ADDRESS” under it.")
            yield Problem(line, _("“{name}” has no address.").format(name=name), cure)
    if not isinstance(children, CommentedMap):
        cure = _("write “children:” with “nextcloud:” and “mattermost:”, as in inventory.example.")
        yield Problem(_line(tree, "all"), _("it does not say what each machine does."), cure)
        return
    for group, inside in children.items():
        line = int(children.lc.key(group)[0]) + 1
        if group not in GROUPS:
            what = _("“{name}” is nothing degoog can install.").format(name=group)
            yield Problem(line, what, instead(str(group), GROUPS))
            continue
        members = inside.get("hosts") if isinstance(inside, CommentedMap) else None
        if not isinstance(members, CommentedMap) or not members:
            what = _("“{name}” names no machine.").format(name=group)
            cure = _("write under its “hosts:” the name of a machine above and “:”, as in inventory.example.")
            yield Problem(line, what, cure)
            continue
        for member in members:
            if member not in hosts:
                what = _("“{name}” is not one of the machines above.").format(name=member)
                yield Problem(_line(members, member), what, instead(str(member), [str(host) for host in hosts]))


def _line(parent: CommentedMap, key: object) -> int:
    return int(parent.lc.key(key)[0]) + 1


def _hosts(everything: CommentedMap) -> Iterator[Host]:
    members = {
        group: set((inside or {}).get("hosts") or ()) for group, inside in everything.get("children", {}).items()
    }
    for name, host in everything["hosts"].items():
        yield Host(
            name=str(name),
            address=str(host["ansible_host"]),
            user=str(host.get("ansible_user", "root")),
            port=int(host.get("ansible_port", 22)),
            groups=frozenset(group for group, names in members.items() if name in names),
        )
