"""Which releases a server goes through, and what keeps it from setting out."""

from datetime import date
from typing import Any

import pytest

from degoog.provision import upgrades
from degoog.provision.artefacts import AppRelease, Artefact
from degoog.provision.upgrades import Seen


def release(version: str, **more) -> Artefact:
    return Artefact("nextcloud", version, f"nextcloud-{version}.tar.bz2", "https://x.example", "0" * 64, "", **more)


PINNED = [release(version) for version in ("35.0.2", "34.0.1", "34.0.4", "33.0.7", "33.0.8")]


def seen(current: str = "33.0.7", **more) -> Seen:
    told: dict[str, Any] = {
        "begun": {}, "tables": f"{current}.1", "unfinished": False, "apps": {}, "size": 900_000_000,
        "free": 20_000_000_000, "memory": 3900, "php": "8.4", "backup": True, "service": "nextcloud",
    }  # fmt: skip
    return Seen(host="serveur", current=current, **(told | more))


def works_with(**majors: list[int]) -> upgrades.Catalogue:
    return lambda one: {app: AppRelease(app, f"{one.major}.0") for app, known in majors.items() if one.major in known}


def versions(way: upgrades.Way) -> list[tuple[str, str]]:
    return [(step.before, step.after.version) for step in way.steps]


def test_no_major_is_gone_over_and_the_newest_known_release_of_each_is_taken():
    way = upgrades.way(seen(), PINNED[0], PINNED, works_with())
    assert versions(way) == [("33.0.7", "34.0.4"), ("34.0.4", "35.0.2")]
    assert way.obstacles == ()


def test_mattermost_goes_straight_to_the_release_wanted():
    way = upgrades.way(seen("9.11.0", service="mattermost"), release("11.7.9"), [], works_with())
    assert versions(way) == [("9.11.0", "11.7.9")]


def test_a_server_with_the_release_wanted_has_no_way_to_go():
    assert upgrades.way(seen("35.0.2"), PINNED[0], PINNED, works_with()).steps == ()


def test_a_major_without_a_checksum_is_not_gone_over_in_silence():
    way = upgrades.way(seen("31.0.1"), PINNED[0], PINNED, works_with())
    assert "any release of 32" in way.obstacles[0].what


def test_an_application_without_a_release_for_one_of_the_majors_keeps_the_server_where_it_is():
    way = upgrades.way(
        seen(apps={"notes": "4.0", "deck": "1"}), PINNED[0], PINNED, works_with(notes=[34, 35], deck=[34])
    )
    assert [obstacle.what for obstacle in way.obstacles] == [
        "The application “deck” has no release for Nextcloud 35 yet."
    ]
    assert "--without deck" in way.obstacles[0].cure


def test_an_application_one_does_without_is_left_at_the_major_that_lacks_it():
    way = upgrades.way(
        seen(apps={"notes": "4.0", "deck": "1"}), PINNED[0], PINNED, works_with(notes=[34, 35], deck=[34]),
        without=["deck", "notes"],
    )  # fmt: skip
    assert way.obstacles == ()
    assert [step.without for step in way.steps] == [(), ("deck",)]
    assert [[app.app for app in step.apps] for step in way.steps] == [["deck", "notes"], ["notes"]]


def test_a_list_of_applications_that_cannot_be_had_stops_before_a_major_only():
    apps = {"notes": "4.0"}
    over = upgrades.way(seen(apps=apps), release("34.0.1"), PINNED, lambda _one: None)
    within = upgrades.way(seen(apps=apps), release("33.0.8"), PINNED, lambda _one: None)
    assert "cannot be known" in over.obstacles[0].what
    assert (versions(within), within.obstacles) == ([("33.0.7", "33.0.8")], ())


def test_each_release_on_the_way_must_work_with_the_machines_php():
    between = release("34.0.1", php=("8.1", "8.2"))
    way = upgrades.way(seen(), PINNED[0], [PINNED[0], between], works_with())
    assert [obstacle.what for obstacle in way.obstacles] == [
        "Nextcloud 34.0.1 does not work with PHP 8.4, which serveur has."
    ]


@pytest.mark.parametrize(("lack", "said"), [({"free": 2_000_000_000}, "left on its disk"), ({"memory": 480}, "memory")])
def test_room_and_memory_are_looked_at_first(lack, said):
    (obstacle,) = upgrades.way(seen(**lack), PINNED[0], PINNED, works_with()).obstacles
    assert said in obstacle.what


def test_what_has_begun_is_ended_first_from_where_it_came():
    begun = {"before": "33.0.7", "version": "34.0.1"}
    way = upgrades.way(seen("34.0.1", begun=begun, unfinished=True), PINNED[0], PINNED, works_with())
    assert versions(way) == [("33.0.7", "34.0.1"), ("34.0.1", "35.0.2")]
    assert [step.resumed for step in way.steps] == [True, False]


def test_what_has_begun_towards_the_release_wanted_is_still_to_be_ended():
    begun = {"before": "34.0.1", "version": "35.0.2"}
    assert versions(upgrades.way(seen("35.0.2", begun=begun), PINNED[0], PINNED, works_with())) == [
        ("34.0.1", "35.0.2")
    ]


def test_there_is_no_way_back():
    way = upgrades.way(seen("35.0.3"), PINNED[0], PINNED, works_with())
    assert (way.steps, "no way back" in way.obstacles[0].what) == ((), True)


def test_an_end_given_as_a_month_or_a_day_has_come_when_it_is_past():
    today = date(2026, 11, 25)
    ends = {"2026-10": True, "2026-11": False, "2026-11-24": True, "2026-11-25": False, "": False}
    assert {end: upgrades.ended(end, today) for end in ends} == ends


def test_newer_applications_are_a_step_within_the_release_in_use():
    found = {"notes": AppRelease("notes", "5.1.0"), "deck": AppRelease("deck", "1.0"), "mail": AppRelease("mail", "9")}
    way = upgrades.way(seen("35.0.2", apps={"notes": "5.0.0", "deck": "1.0"}), PINNED[0], PINNED, lambda _one: found)
    assert versions(way) == [("35.0.2", "35.0.2")]
    assert way.steps[0].applications_only
    assert [app.app for app in way.steps[0].apps] == ["notes"]


def test_without_a_list_of_applications_a_server_that_has_its_release_stays_as_it_is():
    assert upgrades.way(seen("35.0.2", apps={"notes": "5.0.0"}), PINNED[0], PINNED, lambda _one: None).steps == ()
