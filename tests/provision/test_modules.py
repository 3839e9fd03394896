"""Our Ansible modules: desired state in, the difference computed, applied or only shown."""

import json
import os
import stat
import sys

import pytest

from tests.provision.programs import Occ, module


@pytest.fixture
def occ(tmp_path) -> Occ:
    return Occ(
        tmp_path,
        system={"trusted_domains": ["localhost", "old.example"], "loglevel": 2, "mail_smtppassword": "old"},
        apps={"core": {"backgroundjobs_mode": "ajax"}, "empty": {}},
        enabled=["files", "survey_client"],
        disabled=["calendar"],
        store=["notes"],
    )


WANTED = {
    "system": {"trusted_domains": ["cloud.example"], "loglevel": 2, "updatechecker": False},
    "apps": {"core": {"backgroundjobs_mode": "cron"}},
}


def test_settings_that_differ_are_set_and_no_others(occ):
    answer = module("degoog_occ_config", {"occ": occ.command, **WANTED})
    assert answer["changed"]
    assert answer["changed_keys"] == {"system": ["trusted_domains", "updatechecker"], "apps": ["core"]}
    held = occ.read()
    assert held["system"]["trusted_domains"] == ["cloud.example"], "a list is replaced whole"
    assert held["system"]["mail_smtppassword"] == "old"
    assert held["apps"]["core"]["backgroundjobs_mode"] == "cron"


def test_the_second_time_nothing_is_set(occ):
    module("degoog_occ_config", {"occ": occ.command, **WANTED})
    acts = occ.acts
    assert not module("degoog_occ_config", {"occ": occ.command, **WANTED})["changed"]
    assert occ.acts == acts


def test_a_look_shows_the_difference_and_sets_nothing(occ):
    answer = module("degoog_occ_config", {"occ": occ.command, **WANTED}, check=True)
    assert answer["changed"]
    assert "old.example" in answer["diff"]["before"]
    assert "cloud.example" in answer["diff"]["after"]
    assert occ.acts == []


@pytest.mark.parametrize(("kept", "wanted", "after"), [(False, "no", False), (True, "no", False), (False, "yes", True)])
def test_what_nextcloud_keeps_as_yes_or_no_is_compared_as_such(tmp_path, kept, wanted, after):
    occ = Occ(tmp_path, apps={"core": {"shareapi_default_expire_date": kept}})
    asked = {"occ": occ.command, "apps": {"core": {"shareapi_default_expire_date": wanted}}}
    assert module("degoog_occ_config", asked)["changed"] is (kept is not after)
    assert occ.read()["apps"]["core"]["shareapi_default_expire_date"] is after
    assert not module("degoog_occ_config", asked)["changed"]


def test_a_number_kept_as_a_number_is_not_set_again(tmp_path):
    occ = Occ(tmp_path, apps={"core": {"limit": 7}})
    assert not module("degoog_occ_config", {"occ": occ.command, "apps": {"core": {"limit": "7"}}})["changed"]


def test_of_an_object_what_does_not_differ_stays(tmp_path):
    occ = Occ(tmp_path, system={"redis": {"host": "/run/old.sock", "port": 0, "timeout": 1.5}})
    asked = {"occ": occ.command, "system": {"redis": {"host": "/run/new.sock", "port": 0}}}
    assert module("degoog_occ_config", asked)["changed"]
    assert occ.read()["system"]["redis"] == {"host": "/run/new.sock", "port": 0, "timeout": 1.5}
    assert not module("degoog_occ_config", asked)["changed"]


def test_a_key_that_should_not_be_there_is_taken_away(occ):
    asked = {"occ": occ.command, "system": {"mail_smtppassword": None}, "apps": {"core": {"backgroundjobs_mode": None}}}
    assert module("degoog_occ_config", asked)["changed"]
    held = occ.read()
    assert "mail_smtppassword" not in held["system"]
    assert held["apps"]["core"] == {}
    assert not module("degoog_occ_config", asked)["changed"]


def test_a_secret_is_neither_shown_nor_on_a_command_line(occ):
    asked = {"occ": occ.command, "system": {"mail_smtppassword": "n3w"}, "secret": ["mail_smtppassword"]}
    answer = module("degoog_occ_config", asked)
    assert occ.read()["system"]["mail_smtppassword"] == "n3w"
    shown = {key: value for key, value in answer.items() if key != "invocation"}
    assert "n3w" not in json.dumps(shown)
    assert not any("n3w" in call for call in occ.acts)


def test_an_occ_that_answers_nonsense_fails_with_what_it_said(tmp_path):
    program = tmp_path / "occ"
    program.write_text("print('Nextcloud is in maintenance mode')")
    answer = module("degoog_occ_config", {"occ": [sys.executable, str(program)]})
    assert answer["failed"]
    assert "maintenance mode" in answer["msg"]


def test_applications_are_enabled_installed_and_disabled(occ):
    asked = {"occ": occ.command, "enabled": ["files", "calendar", "notes"], "disabled": ["survey_client"]}
    answer = module("degoog_occ_apps", asked)
    assert answer["changed"]
    assert set(occ.read()["enabled"]) == {"files", "calendar", "notes"}
    assert not module("degoog_occ_apps", asked)["changed"]


def test_a_look_at_applications_changes_none(occ):
    assert module("degoog_occ_apps", {"occ": occ.command, "enabled": ["calendar"]}, check=True)["changed"]
    assert occ.acts == []


def test_an_application_that_can_be_missed_is_told_and_one_that_cannot_fails(occ):
    asked = {"occ": occ.command, "enabled": ["deck"]}
    answer = module("degoog_occ_apps", {**asked, "optional": ["deck"]})
    assert (answer["changed"], answer["missing"], answer.get("failed", False)) == (False, ["deck"], False)
    assert module("degoog_occ_apps", asked)["failed"]


def test_without_the_store_what_is_not_there_is_not_asked_for(occ):
    asked = {"occ": occ.command, "enabled": ["notes", "calendar"], "optional": ["notes"], "store": False}
    answer = module("degoog_occ_apps", asked)
    assert answer["missing"] == ["notes"]
    assert occ.acts == ["app:enable calendar"]


MMCTL = """
import json, pathlib, stat, sys
state = pathlib.Path(__file__).with_name("config.json")
held = json.loads(state.read_text())
match sys.argv[1:]:
    case ["--local", "--json", "config", "show"]:
        print(json.dumps(held))
    case ["--local", "config", "patch", path]:
        assert stat.S_IMODE(pathlib.Path(path).stat().st_mode) == 0o600
        for section, keys in json.loads(pathlib.Path(path).read_text()).items():
            held.setdefault(section, {}).update(keys)
        state.write_text(json.dumps(held))
    case other:
        sys.exit(f"cannot {other}")
"""


def test_mattermosts_settings_are_patched_with_the_difference_only(tmp_path):
    program, state = tmp_path / "mmctl", tmp_path / "config.json"
    program.write_text(MMCTL)
    state.write_text(json.dumps({"ServiceSettings": {"SiteURL": "", "EnableLocalMode": True}}))
    asked = {
        "mmctl": [sys.executable, str(program), "--local"],
        "settings": {"ServiceSettings": {"SiteURL": "https://d.example"}, "EmailSettings": {"SMTPPassword": "p4ss"}},
        "secret": ["SMTPPassword"],
    }
    looked = module("degoog_mmctl_config", asked, check=True)
    assert looked["changed"]
    assert json.loads(state.read_text())["ServiceSettings"]["SiteURL"] == ""
    done = module("degoog_mmctl_config", asked)
    assert done["changed_keys"] == {"ServiceSettings": ["SiteURL"], "EmailSettings": ["SMTPPassword"]}
    assert "p4ss" not in json.dumps({key: value for key, value in done.items() if key != "invocation"})
    held = json.loads(state.read_text())
    assert held["ServiceSettings"] == {"SiteURL": "https://d.example", "EnableLocalMode": True}
    assert not module("degoog_mmctl_config", asked)["changed"]
    assert stat.S_ISREG(state.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".json"] == ["config.json"]


def test_files_and_folders_are_had_in_one_go_and_left_alone_the_second_time(tmp_path):
    (tmp_path / "gone").write_text("x")
    (tmp_path / "drifted").write_text("old\n")
    us = {"owner": str(os.getuid()), "group": str(os.getgid())}
    wanted = {
        **us,
        "files": [
            {"path": str(tmp_path / "folder"), "state": "directory", "mode": "0750"},
            {"path": str(tmp_path / "folder/file"), "content": "été\n"},
            {"path": str(tmp_path / "drifted"), "content": "new\n", "mode": "0600"},
            {"path": str(tmp_path / "log"), "state": "present"},
            {"path": str(tmp_path / "gone"), "state": "absent"},
        ],
    }
    looked = module("degoog_files", wanted, check=True)
    assert [path.rpartition("/")[2] for path in looked["paths"]] == ["folder", "file", "drifted", "log", "gone"]
    assert ("old\n", "new\n") in [(diff["before"], diff["after"]) for diff in looked["diff"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drifted", "gone"], "a look changes nothing"

    assert module("degoog_files", wanted)["changed"]
    assert (tmp_path / "folder/file").read_text() == "été\n"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "folder", *tmp_path.rglob("*"))}
    assert modes == {"folder": 0o750, "file": 0o644, "drifted": 0o600, "log": 0o644}
    (tmp_path / "log").write_text("a line\n")
    assert module("degoog_files", wanted)["paths"] == []
    assert (tmp_path / "log").read_text() == "a line\n"

    (tmp_path / "drifted").chmod(0o644)
    assert module("degoog_files", wanted)["paths"] == [str(tmp_path / "drifted")]
    assert stat.S_IMODE((tmp_path / "drifted").stat().st_mode) == 0o600
