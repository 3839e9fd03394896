"""The inventory: hosts and how to reach them, every problem at once."""

import pytest

from degoog.errors import Usage
from degoog.problems import Problems
from degoog.provision import inventory
from tests.repo.test_home import ROOT


def written(tmp_path, text: str):
    path = tmp_path / "inventory.yml"
    path.write_text(text)
    return path


def test_the_example_is_an_inventory_of_one_machine_that_does_both():
    (host,) = inventory.read(ROOT / "inventory.example")
    assert (host.name, host.address, host.user, host.port) == ("serveur", "203.0.113.10", "root", 22)
    assert host.groups == {"nextcloud", "mattermost"}


def test_a_missing_inventory_says_what_to_copy(tmp_path):
    with pytest.raises(Usage, match=r"copy inventory\.example"):
        inventory.read(tmp_path / "inventory.yml")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("hosts: x\n", 1, "does not begin with"),
        ("all:\n  hosts:\n", 1, "names no machine"),
        ("all:\n  hosts:\n    a:\n      ansible_user: root\n  children: {}\n", 3, "“a” has no address"),
        ("all:\n  hosts:\n    a: {ansible_host: h}\n", 1, "what each machine does"),
        ("all:\n  hosts:\n    a: {ansible_host: h}\n  children:\n    nextclout: {}\n", 5, "“nextclout” is nothing"),
        (
            "all:\n  hosts:\n    a: {ansible_host: h}\n  children:\n    nextcloud:\n      hosts:\n        b:\n",
            7,
            "“b” is not one of the machines",
        ),
        (
            "all:\n  hosts:\n    a: {ansible_host: h}\n  children:\n    mattermost:\n      hosts:\n",
            5,
            "names no machine",
        ),
        ("all:\n  hosts:\n    a: {ansible_host: h}\n  children:\n    mattermost:\n", 5, "names no machine"),
        ("all: [\n", 2, "not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, line, what):
    with pytest.raises(Problems) as caught:
        inventory.read(written(tmp_path, text))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert what in problem.what
    assert problem.cure
