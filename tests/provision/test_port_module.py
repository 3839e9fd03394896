"""Ports of one machine: each structure has its own, and keeps it."""

import socket

import pytest

from tests.provision.programs import module


@pytest.fixture
def first() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def test_a_port_is_chosen_once_and_kept(tmp_path, first):
    asked = {"name": "lauze-mattermost", "first": first, "kept": str(tmp_path / "ports")}
    chosen = module("degoog_port", asked)
    assert (chosen["changed"], chosen["port"]) == (True, first)
    again = module("degoog_port", {**asked, "first": first + 50})
    assert (again["changed"], again["port"]) == (False, first)


def test_two_structures_never_have_the_same(tmp_path, first):
    ports = [
        module("degoog_port", {"name": name, "first": first, "kept": str(tmp_path)})["port"]
        for name in ("lauze-mattermost", "voisins-mattermost", "trois-mattermost")
    ]
    assert len(set(ports)) == 3


def test_a_port_on_which_something_listens_is_passed_over(tmp_path):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        taken = door.getsockname()[1]
        given = module("degoog_port", {"name": "lauze-mattermost", "first": taken, "kept": str(tmp_path)})
    assert given["port"] > taken


def test_a_look_chooses_and_keeps_nothing(tmp_path, first):
    looked = module("degoog_port", {"name": "lauze-mattermost", "first": first, "kept": str(tmp_path)}, check=True)
    assert looked["changed"]
    assert list(tmp_path.iterdir()) == []
