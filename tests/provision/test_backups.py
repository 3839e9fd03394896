"""Where backups go and what goes wrong with them, in the words of the playbooks and of people."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from degoog import config, data, i18n
from degoog.config_schema import Workspace
from degoog.problems import Problems
from degoog.provision import backups, story
from degoog.provision.backups import Backing
from degoog.provision.runner import Trouble
from degoog.secrets import Secret

PROGRAM = data.path("playbooks", "roles", "backup", "files", "backup")


def workspace(where: str, **more) -> Workspace:
    lines = "".join(f"    {key}: {value}\n" for key, value in {"repository": where, **more}.items())
    text = (
        f"id: lauze-4f2a\nstructure: Les Jardins de la Lauze\nservers:\n  tls: {{mode: internal}}\n  backup:\n{lines}"
    )
    return config.parse(text.encode(), base=Path())


def backing(where: str, **more) -> Backing:
    servers = workspace(where, **more).servers
    assert servers is not None
    assert servers.backup is not None
    return Backing(servers.backup, Secret("pass phrase"), Secret("s3cret"))


SPACE = workspace("/mnt/disque")


def test_every_trouble_of_the_program_is_told_in_words_with_its_cure():
    source = "".join(path.read_text(encoding="utf-8") for path in PROGRAM.glob("*.py"))
    said = set(re.findall(r'Trouble\("(\w+)"', source)) | set(re.findall(r'\("(\w+)", r"', source))
    said |= set(re.findall(r'otherwise="(\w+)"', source)) | set(re.findall(r'why="(\w+)"', source)) | {"known"}
    assert {"password", "full", "damaged", "interrupted"} <= said
    for why in said - {"other", "absent"}:  # absent never leaves the program
        told = backups.words(why, host="serveur")
        assert told.cure
        assert told != backups.words("other", host="serveur"), why


def test_a_trouble_of_the_program_reaches_the_screen_of_a_playbook():
    told = story.tell(Trouble("serveur", "backup", "List the backups", "x\nBACKUP_TROUBLE unreachable"))
    assert "serveur does not reach" in told.what
    assert told.wait


def test_it_speaks_french_too():
    i18n.use("fr")
    try:
        assert "ne laisse pas entrer serveur" in backups.words("refused", host="serveur").what
    finally:
        i18n.use("en")


def test_an_account_and_its_password_reach_restic_as_it_wants_them():
    rest = backing("rest:https://garde.example/lauze", login="lauze").variables(SPACE)
    assert rest["repository"] == "rest:https://garde.example/lauze"
    assert rest["address"] == "rest:https://lauze:s3cret@garde.example/lauze"
    assert rest["environment"] == {}
    odd = replace(backing("rest:https://garde.example/lauze", login="lauze@x"), access=Secret("à/b:c@d"))
    assert odd.variables(SPACE)["address"] == "rest:https://lauze%40x:%C3%A0%2Fb%3Ac%40d@garde.example/lauze"
    objects = backing("s3:https://objets.example/lauze", login="AK").variables(SPACE)
    assert objects["environment"] == {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "s3cret"}
    assert "s3cret" not in str(objects["address"])


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("sftp:garde@depot.example:/lauze", "depot.example ssh-ed25519 AAAA"),
        ("sftp://garde@depot.example:2222/lauze", "[depot.example]:2222 ssh-ed25519 AAAA"),
        ("rest:https://garde.example/lauze", ""),
    ],
)
def test_the_key_of_the_other_machine_is_pinned(where, line):
    assert backing(where, host_key="ssh-ed25519 AAAA comment").variables(SPACE)["pinned"] == line


def test_the_stamp_differs_where_a_machine_is_to_be_set_up_otherwise():
    one = backing("/mnt/disque")
    stamps = {
        one.variables(SPACE)["stamp"],
        backing("/mnt/autre").variables(SPACE)["stamp"],
        backing("/mnt/disque", at='"04:00"').variables(SPACE)["stamp"],
        Backing(one.how, Secret("another")).variables(SPACE)["stamp"],
    }
    assert len(stamps) == 4
    assert Backing(one.how, one.password, one.access, drawn=True).variables(SPACE)["stamp"] in stamps


def test_a_folder_of_the_server_itself_is_not_elsewhere():
    assert not backing("/mnt/disque").elsewhere
    assert backing("sftp:garde@depot.example:/lauze").elsewhere


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("depot.example", "is no place for backups"),
        ("sftp:depot.example", "is no place for backups"),
        ("rest:https://lauze:s3cret@garde.example/lauze", "a password stands in"),
    ],
)
def test_what_is_no_place_is_refused_with_its_cure(where, said):
    with pytest.raises(Problems) as caught:
        backing(where)
    (problem,) = caught.value.problems
    assert said in problem.what
    assert problem.cure


def test_an_hour_that_is_none_is_refused():
    with pytest.raises(Problems):
        backing("/mnt/disque", at='"25:00"')
