"""Populating a Mattermost: what is made, what is known again, what is never touched."""

from __future__ import annotations

import asyncio

import pytest

from degoog.access import Access
from degoog.people import Person
from degoog.provision.populate.actions import DescribeChannel, Drop
from degoog.provision.populate.site import Removals
from degoog.sandbox.mattermost import MattermostSandbox
from degoog.sandbox.mattermost.server import TOKEN
from degoog.secrets import Secret
from degoog.space import Space
from tests.provision.spaces import Provisioner, people, space

TEMPLATES = ("association", "cae", "esus", "fondation", "insertion", "mutuelle", "reseau", "scic", "scop")
OVERLAYS = ("antennes", "labo", "lieu", "partenaire-public", "promotion")
ANNA = Person(name="Anna Test", email="anna@lauze.example", nextcloud="anna", groups=("bureau",), line=2)


@pytest.fixture
def chat():
    with MattermostSandbox() as server:
        yield server


@pytest.fixture
def who(chat, tmp_path):
    return Provisioner(tmp_path / "home", chat=Access(chat.url, "", Secret(TOKEN)))


def run(going):
    return asyncio.run(going)


def small(**more) -> Space:
    channels = {
        "general": {"name": "Général", "purpose": "Tout le monde."},
        "hors-sujet": {"name": "Hors-sujet"},
        "vie": {"name": "Vie", "groups": ["tous"]},
        "bureau": {"name": "Bureau", "private": True, "groups": ["bureau"], "header": "À lire"},
    } | more
    return Space.model_validate(
        {
            "groups": {"tous": {"name": "Tous", "everyone": True}, "bureau": {"name": "Bureau"}},
            "teams": {"lauze": {"name": "Lauze", "groups": ["tous"], "channels": channels}},
        }
    )


def channel(chat, name):
    return chat.world.channel(chat.world.team("lauze").id, name)


def inside(chat, name):
    return {chat.world.users[id_].username for id_ in channel(chat, name).members}


@pytest.mark.parametrize("name", [*TEMPLATES, *OVERLAYS])
def test_every_template_populates_and_a_second_run_changes_nothing(who, chat, name):
    made = space(name) if name in TEMPLATES else space("association", name)

    done, failures = run(who.make(made, people(made)))
    again = run(who.look(made, people(made)))

    assert failures == []
    assert done
    assert again.actions == ()
    assert {team.name for team in chat.world.teams.values()} == set(made.teams)


def test_the_channels_every_team_has_keep_their_addresses_and_get_their_names(who, chat):
    run(who.make(small(), (ANNA,)))

    assert channel(chat, "town-square").display_name == "Général"
    assert channel(chat, "off-topic").display_name == "Hors-sujet"
    assert channel(chat, "general") is None
    assert channel(chat, "bureau").type == "P"
    assert channel(chat, "bureau").header == "À lire"


def test_people_are_in_the_channels_of_their_groups(who, chat):
    run(who.make(small(), (ANNA, Person("Bob Test", "bob@lauze.example", line=3))))

    assert inside(chat, "bureau") - {"admin"} == {"anna"}
    assert inside(chat, "vie") - {"admin"} == {"anna", "bob.test"}


def test_an_account_is_found_by_its_address_whatever_its_name(who, chat):
    chat.world.add_user("a.test", "anna@lauze.example")

    run(who.make(small(), (ANNA,)))

    assert "a.test" in inside(chat, "bureau")
    assert chat.world.user("anna") is None


def test_a_channel_renamed_by_people_is_left_so_and_one_renamed_in_the_description_follows(who, chat):
    run(who.make(small()))
    channel(chat, "vie").display_name = "Notre vie"
    assert run(who.look(small())).actions == ()

    done, _failures = run(who.make(small(bureau={"name": "Le bureau", "private": True, "groups": ["bureau"]})))

    assert [type(one) for one in done] == [DescribeChannel]
    assert channel(chat, "bureau").display_name == "Le bureau"
    assert channel(chat, "vie").display_name == "Notre vie"


def test_what_was_there_before_keeps_its_words(who, chat):
    team = chat.world.add_team("lauze", "La Lauze d'avant")
    chat.world.channel(team.id, "town-square").display_name = "Place du village"
    chat.world.add_channel(team.id, "vie", "La vie", "O").purpose = "Ancien but"

    run(who.make(small(vie={"name": "Vie", "purpose": "Nouveau but", "groups": ["tous"]}), (ANNA,)))

    assert chat.world.team("lauze").display_name == "La Lauze d'avant"
    assert channel(chat, "town-square").display_name == "Place du village"
    assert (channel(chat, "vie").display_name, channel(chat, "vie").purpose) == ("La vie", "Ancien but")
    assert "anna" in inside(chat, "vie")


def test_removals_come_only_when_asked_for_and_only_of_what_degoog_made(who, chat):
    run(who.make(small(), (ANNA,)))
    chat.world.add_channel(chat.world.team("lauze").id, "amis", "Amis", "O")
    less = small()
    told = {key: one for key, one in less.teams["lauze"].channels.items() if key != "vie"}
    less = less.model_copy(update={"teams": {"lauze": less.teams["lauze"].model_copy(update={"channels": told})}})
    anna = Person(name="Anna Test", email="anna@lauze.example", nextcloud="anna", line=2)

    assert run(who.look(less, (anna,))).actions == ()
    done, failures = run(who.make(less, (anna,), removals=Removals.OURS))

    assert failures == []
    assert all(isinstance(one, Drop) for one in done)
    assert channel(chat, "vie").delete_at
    assert not channel(chat, "amis").delete_at
    assert "anna" not in inside(chat, "bureau")
    assert not chat.world.user("anna").delete_at


def test_looking_writes_nothing(who, chat):
    run(who.look(small(), (ANNA,)))

    assert {entry.method for entry in chat.log} == {"GET"}
