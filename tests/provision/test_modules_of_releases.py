"""Our Ansible modules that look at releases and put applications in their place."""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from tests.provision.programs import Occ, module


def packed(folder: Path, app: str, version: str, *, inside: str = "") -> dict[str, str]:
    """Pack an application as its makers do; gives what the pins say of it."""
    folder.mkdir(exist_ok=True)
    made = folder / "made" / (inside or app)
    (made / "appinfo").mkdir(parents=True, exist_ok=True)
    (made / "appinfo/info.xml").write_text(f"<info><version>{version}</version></info>")
    archive = folder / f"{app}-{version}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(made, arcname=inside or app)
    return {
        "id": app, "version": version, "file": archive.name, "sha256": hashlib.sha256(archive.read_bytes()).hexdigest()
    }  # fmt: skip


@pytest.fixture
def places(tmp_path) -> dict[str, str]:
    for name in ("apps", "shelf"):
        (tmp_path / name).mkdir()
    return {"into": str(tmp_path / "apps"), "shelf": str(tmp_path / "shelf"), "kept": str(tmp_path / "before")}


def version(places: dict[str, str], app: str) -> str:
    return (Path(places["into"]) / app / "appinfo/info.xml").read_text()


def test_an_application_is_put_in_its_place_once(places):
    notes = packed(Path(places["shelf"]), "notes", "4.0")
    first = module("degoog_nextcloud_apps", {"apps": [notes], **places})
    again = module("degoog_nextcloud_apps", {"apps": [notes], **places})
    assert (first["changed"], again["changed"], first["lacking"]) == (True, False, [])
    assert "4.0" in version(places, "notes")


def test_what_has_not_been_brought_is_told(places):
    absent = {"id": "notes", "version": "4.0", "file": "notes-4.0.tar.gz", "sha256": "0"}
    answer = module("degoog_nextcloud_apps", {"apps": [absent], **places})
    assert (answer["changed"], [app["id"] for app in answer["lacking"]]) == (False, ["notes"])


def test_an_archive_that_was_altered_is_refused_and_nothing_is_replaced(places):
    notes = packed(Path(places["shelf"]), "notes", "4.0")
    module("degoog_nextcloud_apps", {"apps": [notes], **places})
    newer = packed(Path(places["shelf"]), "notes", "5.0") | {"sha256": "0" * 64}
    answer = module("degoog_nextcloud_apps", {"apps": [newer], **places})
    assert answer["failed"]
    assert "ARCHIVE_DIFFERS notes-5.0.tar.gz" in answer["msg"]
    assert "4.0" in version(places, "notes")


def test_an_archive_that_holds_something_else_is_refused(places):
    odd = packed(Path(places["shelf"]), "notes", "4.0", inside="other")
    answer = module("degoog_nextcloud_apps", {"apps": [odd], **places})
    assert answer["failed"]
    assert not list(Path(places["into"]).iterdir())


def test_the_former_code_comes_back_even_after_two_tries(places):
    shelf = Path(places["shelf"])
    for number in ("4.0", "5.0", "5.1"):
        module("degoog_nextcloud_apps", {"apps": [packed(shelf, "notes", number)], **places})
        if number == "4.0":
            assert not Path(places["kept"]).exists()
    assert module("degoog_nextcloud_apps", {**places, "state": "former"})["changed"]
    assert "4.0" in version(places, "notes")
    assert not module("degoog_nextcloud_apps", {**places, "state": "former"})["changed"]


def test_what_is_there_is_left_alone_where_only_what_is_absent_is_wanted(places):
    shelf = Path(places["shelf"])
    module("degoog_nextcloud_apps", {"apps": [packed(shelf, "notes", "4.0")], **places})
    answer = module("degoog_nextcloud_apps", {"apps": [packed(shelf, "notes", "5.0")], "newer": False, **places})
    assert (answer["changed"], answer["lacking"]) == (False, [])


def test_a_look_puts_nothing_in_its_place(places):
    notes = packed(Path(places["shelf"]), "notes", "4.0")
    assert module("degoog_nextcloud_apps", {"apps": [notes], **places}, check=True)["changed"]
    assert not list(Path(places["into"]).iterdir())


def test_what_is_installed_is_told_with_the_applications_that_are_no_part_of_the_release(tmp_path):
    occ = Occ(tmp_path, system={"version": "33.0.7.1"}, enabled=["files", "notes", "deck"])
    cloud = tmp_path / "home/nextcloud"
    (cloud / "releases/33.0.7").mkdir(parents=True)
    (cloud / "releases/33.0.7/index.php").write_text("1234567")
    (cloud / "releases/32.0.5").mkdir()
    (cloud / "apps/notes").mkdir(parents=True)
    (cloud / "apps/tables").mkdir()
    (cloud / "current").symlink_to(cloud / "releases/33.0.7")
    (cloud / "upgrading.json").write_text(json.dumps({"before": "32.0.5", "version": "33.0.7"}))
    seen = module("degoog_seen", {"home": str(tmp_path / "home"), "occ": occ.command})["seen"]
    told = seen["nextcloud"]
    assert (told["current"], told["releases"]) == ("33.0.7", ["32.0.5", "33.0.7"])
    assert (told["tables"], told["apps"], told["size"]) == ("33.0.7.1", {"notes": "1.0"}, 7)
    assert told["begun"] == {"before": "32.0.5", "version": "33.0.7"}
    assert "mattermost" not in seen
    assert seen["free"] > 0


def test_a_machine_without_anything_has_nothing_to_tell(tmp_path):
    assert set(module("degoog_seen", {"home": str(tmp_path / "nowhere")})["seen"]) == {"free", "backup"}
