"""Releases and applications that come from a mirror: had from there, and what is said where it does not give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from tests.servers import archives, mirror
from tests.servers.commands import run
from tests.servers.conftest import CLOUD, OCC, TALK, https
from tests.servers.mirror import Mirror

pytestmark = [
    pytest.mark.parametrize("what", ["stand-ins"]),
    pytest.mark.skipif(archives.REAL, reason="the newer releases are stand-ins"),
]

HOME = "/srv/degoog/lauze-4f2a"
RELEASES = {"nextcloud": ("34.0.1", "33.0.7"), "mattermost": ("11.8.0", "11.7.9")}
APPS = {
    "groupfolders": {"21.0.1": ["33"], "22.0.0": ["34"]},
    "notes": {"4.12.0": ["33"], "5.0.0": ["34"]},
    "notify_push": {"1.2.0": ["33", "34"]},
}


@pytest.fixture(scope="module")
def serving(server, workspace) -> Iterator[Mirror]:
    """A mirror of what lies on this run's shelf."""
    with mirror.serving(f"{server.site.network}.1", workspace.shelf) as giving:
        yield giving


@pytest.fixture(autouse=True)
def described(workspace, serving) -> Iterator[None]:
    """Have workspace.yml say that archives come from the mirror, and from nowhere else."""
    told_to(workspace, f"mode: mirror\n    base: {serving.base}/")
    serving.asked.clear()
    yield
    serving.instead = None
    workspace.describe()


def told_to(workspace, text: str) -> None:
    workspace.describe(releases=RELEASES, apps=APPS)
    path = workspace.folder / "workspace.yml"
    path.write_text(path.read_text().replace(f"mode: local\n    folder: {workspace.shelf}", text))


def upgraded(workspace) -> tuple[int, str]:
    """Go to the newer release of Mattermost; gives how that ended and what was said."""
    ended = workspace.degoog("upgrade", "--yes", "--no-backup", "--only", "mattermost")
    return ended.exit, " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (HTTPStatus.NOT_FOUND, 2, "does not give mattermost-11.8.0.tar.gz to serveur: it answered 404"),
        (
            HTTPStatus.INTERNAL_SERVER_ERROR,
            4,
            "does not give mattermost-11.8.0.tar.gz to serveur for now: it answered 500",
        ),
    ],
)
def test_a_mirror_that_gives_nothing_is_said_to_and_what_runs_goes_on(
    server, workspace, serving, what, answer, code, said
):
    serving.instead = answer
    ended, told = upgraded(workspace)
    assert (ended, said in told) == (code, True), told
    assert f"{serving.base.removeprefix('http://')} does not give" in told
    assert "What was done before stays, and does no harm." in told
    assert https(server, TALK, "/api/v4/system/ping")[0] == 200


@pytest.mark.parametrize("how", ["mode: mirror\n    base: http://{bridge}:9", "mode: official"])
def test_a_mirror_or_makers_out_of_reach_are_named_and_what_runs_goes_on(server, workspace, what, how):
    told_to(workspace, how.format(bridge=f"{server.site.network}.1"))
    ended, told = upgraded(workspace)
    place = f"{server.site.network}.1:9" if "mirror" in how else "archives.example"
    assert (ended, f"serveur cannot fetch mattermost-11.8.0.tar.gz: it does not reach {place}" in told) == (4, True), (
        told
    )
    assert "What was done before stays, and does no harm." in told
    assert https(server, TALK, "/api/v4/system/ping")[0] == 200


def test_a_mirror_that_gives_another_archive_is_not_believed(server, workspace, what):
    packed = workspace.shelf / "mattermost-11.8.0.tar.gz"
    kept = packed.read_bytes()
    try:
        packed.write_bytes(kept + b"altered")
        ended, told = upgraded(workspace)
    finally:
        packed.write_bytes(kept)
    assert ended == 2, told
    assert "The archive mattermost-11.8.0.tar.gz is not the one its makers published" in told
    assert not server.succeeds(f"test -e {HOME}/mattermost/releases/mattermost-11.8.0.tar.gz")


def test_releases_and_applications_come_from_the_mirror(server, workspace, serving, what):
    ended = workspace.degoog("upgrade", "--yes", "--no-backup")
    assert ended.exit == 0, ended.out
    assert sorted(serving.asked) == [
        "groupfolders-22.0.0.tar.gz", "mattermost-11.8.0.tar.gz", "nextcloud-34.0.1.tar.gz", "notes-5.0.0.tar.gz",
    ]  # fmt: skip
    assert json.loads(https(server, CLOUD, "/status.php")[2])["versionstring"] == "34.0.1"
    assert json.loads(https(server, TALK, "/api/v4/config/client?format=old")[2])["Version"] == "11.8.0"
    told = json.loads(server.sh(f"{OCC} app:list --output=json"))["enabled"]
    assert {app: told.get(app) for app in ("groupfolders", "notes")} == {"groupfolders": "22.0.0", "notes": "5.0.0"}


def test_what_is_missing_is_brought_from_the_mirror_and_a_second_run_asks_for_nothing(server, workspace, serving, what):
    server.sh(f"rm {HOME}/mattermost/releases/11.8.0/.degoog-complete; {OCC} app:disable notes")
    server.sh(f"rm -r {HOME}/nextcloud/apps/notes")
    mended = workspace.degoog("provision")
    assert mended.exit == 0, mended.out
    assert sorted(serving.asked) == ["mattermost-11.8.0.tar.gz", "notes-5.0.0.tar.gz"]
    serving.asked.clear()
    again = workspace.degoog("provision", "--json")
    assert (again.exit, again.lines[-1]["changed"], serving.asked) == (0, 0, []), again.out[-3000:]
    assert "notes" in json.loads(server.sh(f"{OCC} app:list --output=json"))["enabled"]


def test_releases_are_read_by_their_services_however_strict_root_is_about_new_files(server, workspace, what):
    server.sh("echo 'UMASK 027' >> /etc/login.defs")
    known = ("-o", f"UserKnownHostsFile={server.folder}/known_hosts", "-i", server.site.key)
    assert run("ssh", *known, f"root@{server.address}", "umask").strip() == "0027"
    server.sh(f"rm {HOME}/*/releases/*/.degoog-complete")
    mended = workspace.degoog("provision")
    assert mended.exit == 0, mended.out
    kept_from = "! -type l ! -perm -o=r"
    assert server.sh(f"find {HOME}/nextcloud/current/ {HOME}/mattermost/current/ {kept_from}").split() == []
    server.sh("systemctl restart degoog-lauze-4f2a-mattermost degoog-lauze-4f2a-php")
    assert https(server, CLOUD, "/core/css/server.css")[0] == 200
    assert https(server, CLOUD, "/status.php")[0] == 200
