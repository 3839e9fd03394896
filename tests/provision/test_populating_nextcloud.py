"""Populating a Nextcloud: what is made, what is known again, what is never touched."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json

import httpx
import pytest

from degoog.access import Access
from degoog.errors import Unavailable
from degoog.people import Person
from degoog.problems import Problems
from degoog.provision.populate.actions import Drop, Grant, MakeGroup, NameFolder
from degoog.provision.populate.site import AppPasswords, Removals
from degoog.sandbox.faults import Fault, FaultKind, FaultPlan
from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.secrets import Secret
from degoog.space import Right, Space
from tests.provision.spaces import DAY, Provisioner, people, space

TEMPLATES = ("association", "cae", "esus", "fondation", "insertion", "mutuelle", "reseau", "scic", "scop")
OVERLAYS = ("antennes", "labo", "lieu", "partenaire-public", "promotion")


@pytest.fixture
def cloud(tmp_path):
    with NextcloudSandbox(tmp_path / "cloud") as server:
        yield server


@pytest.fixture
def who(cloud, tmp_path):
    return Provisioner(tmp_path / "home", Access(cloud.url, "admin", Secret(cloud.admin_password)))


def run(going):
    return asyncio.run(going)


def small(**more) -> Space:
    told = {
        "groups": {"tous": {"name": "Tous", "everyone": True}, "bureau": {"name": "Bureau", "quota": "20 GB"}},
        "folders": {
            "vie": {"name": "01 Vie", "groups": {"tous": "rw", "bureau": "rwds"}, "quota": "5 GB", "tree": ["A"]}
        },
        "calendars": {"commun": {"name": "Commun", "groups": {"tous": "rw", "bureau": "r"}}},
    }
    return Space.model_validate(told | more)


def renamed(made: Space, part: str, key: str, **changes) -> Space:
    told = {name: dict(one) for name, one in getattr(made, part).items()}
    thing = getattr(made, part)[key].model_copy(update=changes)
    return made.model_copy(update={part: {**getattr(made, part), key: thing}, "template": tuple(told)[:0]})


def without(made: Space, part: str, key: str) -> Space:
    return made.model_copy(update={part: {name: one for name, one in getattr(made, part).items() if name != key}})


def folder(cloud, name):
    return next(one for one in cloud.team_folders.all.values() if one.name == name)


ANNA = Person(name="Anna Test", email="anna@lauze.example", nextcloud="anna", groups=("bureau",), line=2)


@pytest.mark.parametrize("name", [*TEMPLATES, *OVERLAYS])
def test_every_template_populates_and_a_second_run_changes_nothing(who, cloud, name):
    made = space(name) if name in TEMPLATES else space("association", name)

    done, failures = run(who.make(made, people(made)))
    again = run(who.look(made, people(made)))

    assert failures == []
    assert done
    assert again.actions == ()
    assert set(made.groups) <= set(cloud.accounts.groups)
    for wished in made.folders.values():
        found = folder(cloud, wished.name)
        assert found.groups == {group: int(right) for group, right in wished.groups.items()}
        assert {path.strip("/") for path in cloud.paths(f"__groupfolders/{found.number}")} >= set(wished.tree)
    shelves = cloud.agenda(made.account).calendars
    assert {key: shelves[key].groups for key in made.calendars} == {
        k: dict(c.groups) for k, c in made.calendars.items()
    }


def test_looking_writes_nothing_anywhere(who, cloud, tmp_path):
    run(who.look(small(), (ANNA,)))

    assert {entry.method for entry in cloud.requests} <= {"GET", "PROPFIND"}
    assert not (tmp_path / "home").exists()


def test_people_get_an_account_their_room_and_a_link_to_choose_a_password(who, cloud):
    run(who.make(small(), (ANNA,)))

    anna = cloud.accounts.find("anna")
    assert anna.groups == {"bureau", "tous"}
    assert anna.quota == 20 * 1024**3
    assert cloud.accounts.mails == ["anna@lauze.example"]


def test_a_person_without_an_address_gets_a_first_password_that_is_kept(who, cloud):
    run(who.make(small(), (Person(name="Bob Sans", line=2),)))

    assert cloud.accounts.find("bob.sans").password == who.kept["bob.sans/first"].reveal()
    assert cloud.accounts.mails == []


def test_app_passwords_are_made_only_when_asked_for_and_work(who, cloud):
    run(who.make(small(), (ANNA,), app_passwords=AppPasswords.MADE))

    anna = cloud.accounts.find("anna")
    assert who.kept["anna"].reveal() in anna.app_passwords
    assert (anna.email, cloud.accounts.mails) == ("anna@lauze.example", ["anna@lauze.example"])


def test_calendars_belong_to_an_account_of_nobodys(who, cloud):
    run(who.make(small()))

    assert set(cloud.agenda("agendas").calendars) >= {"commun"}
    assert "agendas" in who.kept
    assert "commun" not in cloud.agenda("admin").calendars


def test_a_folder_renamed_by_people_is_known_by_its_id_and_left_so(who, cloud):
    run(who.make(small()))
    folder(cloud, "01 Vie").name = "Notre vie"

    assert run(who.look(small())).actions == ()


def test_a_folder_renamed_in_the_description_is_renamed(who, cloud):
    run(who.make(small()))
    new = renamed(small(), "folders", "vie", name="01 Vie commune")

    done, _failures = run(who.make(new))

    assert [type(one) for one in done] == [NameFolder]
    assert len(cloud.team_folders.all) == 1
    assert run(who.look(new)).actions == ()


def test_what_was_there_before_is_used_and_never_weakened(who, cloud):
    cloud.accounts.groups |= {"bureau": "Le bureau historique", "amis": "Amis"}
    cloud.add_user("anna", "a very long password", quota=50 * 1024**3)
    cloud.accounts.find("anna").email = "anna@lauze.example"
    run(_team_folder(cloud, "01 Vie", {"tous": 31, "amis": 31}))

    run(who.make(small(), (ANNA,)))

    assert cloud.accounts.groups["bureau"] == "Le bureau historique"
    assert cloud.accounts.find("anna").quota == 50 * 1024**3
    assert folder(cloud, "01 Vie").groups == {"tous": 31, "amis": 31, "bureau": 31}
    assert folder(cloud, "01 Vie").quota == -3
    assert run(who.look(small(), (ANNA,))).actions == ()


def test_an_account_is_found_by_its_address_whatever_its_login(who, cloud):
    cloud.add_user("a.test", "a very long password")
    cloud.accounts.find("a.test").email = "anna@lauze.example"

    run(who.make(small(), (Person(name="Anna Test", email="Anna@Lauze.example", groups=("Bureau",), line=2),)))

    assert cloud.accounts.find("a.test").groups == {"bureau", "tous"}
    assert cloud.accounts.find("anna.test") is None


def test_nobody_gets_into_anothers_account_because_their_names_are_alike(who, cloud):
    cloud.add_user("anna.test", "a very long password")
    cloud.accounts.find("anna.test").email = "other@lauze.example"

    with pytest.raises(Problems, match="with another address"):
        run(who.look(small(), (Person(name="Anna Test", email="anna@lauze.example", line=2),)))


def test_rights_that_people_widened_stay_and_ours_follow_the_description(who, cloud):
    run(who.make(small()))
    folder(cloud, "01 Vie").groups["tous"] = 31
    narrower = renamed(small(), "folders", "vie", groups={"tous": Right.READ, "bureau": Right.READ})

    done, _failures = run(who.make(narrower))

    assert folder(cloud, "01 Vie").groups == {"tous": 31, "bureau": 1}
    assert [one.group for one in done if isinstance(one, Grant)] == ["bureau"]


def test_removals_come_only_when_asked_for_and_only_of_what_degoog_made(who, cloud):
    made = small()
    cloud.accounts.groups["amis"] = "Amis"
    run(who.make(made, (ANNA,)))
    cloud.accounts.find("anna").groups.add("amis")
    less = without(without(made, "calendars", "commun"), "groups", "bureau")
    less = renamed(less, "folders", "vie", groups={"tous": Right.WRITE | Right.READ})
    gone = Person(name="Anna Test", email="anna@lauze.example", nextcloud="anna", line=2)

    assert not any(isinstance(one, Drop) for one in run(who.look(less, (gone,))).actions)
    done, failures = run(who.make(less, (gone,), removals=Removals.OURS))

    assert failures == []
    assert {one.kind for one in done if isinstance(one, Drop)} == {"member", "grant", "calendar", "group"}
    assert cloud.accounts.find("anna").groups == {"amis", "tous"}
    assert set(cloud.accounts.groups) == {"tous", "amis", "degoog"}
    assert folder(cloud, "01 Vie").groups == {"tous": 7}
    assert cloud.agenda("agendas").calendars["commun"].deleted_at or "commun" not in cloud.agenda("agendas").calendars


def test_a_folder_that_holds_something_is_not_removed(who, cloud):
    run(who.make(small()))
    folder(cloud, "01 Vie").home.root.size = 7

    _done, failures = run(who.make(without(small(), "folders", "vie"), removals=Removals.OURS))

    assert "something lies in it" in failures[-1].why
    assert len(cloud.team_folders.all) == 1


class Killed(BaseException):
    """The program dies."""


@pytest.mark.parametrize("after", range(0, 14, 3))
def test_a_run_that_died_is_resumed_and_nothing_is_made_twice(who, cloud, after):
    made = small()
    done = []

    def told(action):
        done.append(action)
        if len(done) > after:
            raise Killed

    async def dying():
        async with who.site() as site:
            plan = await site.plan(made, (ANNA,), day=DAY, removals=Removals.NOTHING)
            await site.apply(plan, app_passwords=AppPasswords.NONE, told=told)

    with pytest.raises(Killed):
        run(dying())
    run(who.make(made, (ANNA,)))

    assert run(who.look(made, (ANNA,))).actions == ()
    assert [one.name for one in cloud.team_folders.all.values()] == ["01 Vie"]
    assert run(who.make(made, (), removals=Removals.OURS))[1] == []


@pytest.mark.parametrize(("method", "path"), [("POST", "*/groups"), ("POST", "*/folders"), ("MKCALENDAR", "*commun*")])
def test_an_answer_that_got_lost_makes_nothing_twice(who, cloud, method, path):
    cloud.faults = FaultPlan([Fault(FaultKind.DROP_ANSWER, path, frozenset({method}), times=1)])
    with contextlib.suppress(httpx.TransportError, Unavailable):
        run(who.make(small(), (ANNA,)))

    run(who.make(small(), (ANNA,)))

    assert run(who.look(small(), (ANNA,))).actions == ()
    assert len(cloud.team_folders.all) == 1
    memory = json.loads((who.home / "space-nextcloud.json").read_text())
    assert all(one["made"] for server in memory.values() for one in server.values())


def test_without_team_folders_the_owner_shares_folders_with_the_groups(who, cloud):
    cloud.team_folders.there = False

    plan = run(who.look(small()))
    _done, failures = run(who.make(small()))
    again = run(who.look(small()))

    assert any("no app “Team folders”" in note for note in plan.notes)
    assert failures == []
    assert again.actions == ()
    assert {(one.path, one.group): one.rights for one in cloud.shares.all.values()} == {
        ("/01 Vie", "tous"): 7,
        ("/01 Vie", "bureau"): 31,
    }
    assert "01 Vie/A" in {path.strip("/") for path in cloud.paths("agendas")}


def test_a_shared_folder_is_renamed_and_its_rights_changed_as_the_description_says(who, cloud):
    cloud.team_folders.there = False
    run(who.make(small()))
    new = renamed(small(), "folders", "vie", name="01 Vie commune", groups={"tous": Right.READ, "bureau": Right.ALL})

    _done, failures = run(who.make(new))

    assert failures == []
    assert {one.group: one.rights for one in cloud.shares.all.values()} == {"tous": 1, "bureau": 31}
    assert "01 Vie commune/A" in {path.strip("/") for path in cloud.paths("agendas")}
    assert run(who.look(new)).actions == ()


def test_without_rights_the_rest_is_left_for_the_host(cloud, tmp_path):
    cloud.add_user("agendas", "a very long password")
    cloud.accounts.groups |= {"tous": "Tous"}
    who = Provisioner(tmp_path / "home", Access(cloud.url, "agendas", Secret("a very long password")))

    plan = run(who.look(small(calendars={"commun": {"name": "Commun", "groups": {"tous": "rw"}}}), (ANNA,)))

    assert {type(one) for one in plan.left} >= {MakeGroup}
    assert plan.cloud
    assert not any(isinstance(one, MakeGroup) for one in plan.cloud)


def test_an_owner_that_was_there_before_is_not_taken_over(who, cloud):
    cloud.add_user("agendas", "a very long password")

    _done, failures = run(who.make(small()))

    assert "was there before" in failures[0].why
    assert cloud.accounts.find("agendas").password == "a very long password"


def test_another_server_is_another_memory(who, cloud, tmp_path):
    run(who.make(small()))
    told = json.loads((tmp_path / "home" / "space-nextcloud.json").read_text())

    assert len(told) == 1


async def _team_folder(cloud, name, groups):
    token = base64.b64encode(f"admin:{cloud.admin_password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "OCS-APIRequest": "true"}
    async with httpx.AsyncClient(base_url=f"{cloud.url}/index.php/apps/groupfolders/folders", headers=headers) as http:
        await http.post("", data={"mountpoint": name})
    folder(cloud, name).groups |= groups
