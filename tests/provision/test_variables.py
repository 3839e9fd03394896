"""workspace.yml in the words of the playbooks."""

import re

import pytest

from degoog import config
from degoog.errors import Usage
from degoog.problems import Problems
from degoog.provision import artefacts
from degoog.provision.variables import variables
from degoog.secrets import Secret

TEXT = """\
id: jardins-de-la-lauze-et-de-ses-voisins
structure: Les Jardins de la Lauze
nextcloud: {url: "https://cloud.lauze.example"}
mattermost: {url: "https://discussion.lauze.example"}
servers:
  tls: {mode: letsencrypt, email: referente@lauze.example}
  mail: {host: smtp.lauze.example, user: robot, sender: robot@lauze.example}
"""


def told(text: str, tmp_path, **more):
    return variables(config.parse(text.encode(), base=tmp_path), base=tmp_path, mail_password=more.get("password"))


def test_what_the_playbooks_are_told(tmp_path):
    given = told(TEXT, tmp_path, password=Secret("s3cret"))
    assert given["degoog_nextcloud_domain"] == "cloud.lauze.example"
    assert given["degoog_mattermost_domain"] == "discussion.lauze.example"
    assert given["degoog_mail"]["password"] == "s3cret"
    assert given["degoog_archives"]["mode"] == "official"
    assert len(given["degoog_artefacts"]["nextcloud"]["sha256"]) == 64


def test_an_account_made_of_the_id_is_short_enough_for_debian(tmp_path):
    id_ = told(TEXT, tmp_path)["degoog_id"]
    assert len(f"nc-{id_}") <= 32
    assert not id_.endswith("-")


def test_two_long_ids_that_begin_alike_do_not_share_a_machine_s_accounts(tmp_path):
    begun = TEXT.split("\n", 1)[1]
    made = {
        told(f"id: jardins-de-la-lauze-et-voisins-{end}\n{begun}", tmp_path)["degoog_id"] for end in ("4f2a", "8b3c")
    }
    assert len(made) == 2
    assert told(f"id: lauze-4f2a\n{begun}", tmp_path)["degoog_id"] == "lauze-4f2a"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("https://cloud.lauze.example", "https://lauze.example/cloud", "a name of its own"),
        ("https://cloud.lauze.example", "https://cloud.lauze.example:8443", "a name of its own"),
    ],
)
def test_what_cannot_be_installed_is_refused_before_anything_is_touched(tmp_path, before, after, said):
    with pytest.raises(Usage, match=said):
        told(TEXT.replace(before, after), tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [(TEXT[: TEXT.index("servers:")], "servers:"), (re.sub("mattermost:.*\n", "", TEXT), "mattermost")],
)
def test_what_is_not_said_at_all_is_asked_for(tmp_path, text, said):
    with pytest.raises(Usage, match=said):
        told(text, tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{mode: letsencrypt, email: referente@lauze.example}", "{mode: letsencrypt}", "email"),
        ("{mode: letsencrypt, email: referente@lauze.example}", "{mode: supplied, key: k.pem}", "certificate"),
        ("  mail:", "  archives: {mode: local}\n  mail:", "folder"),
        ("  mail:", "  archives: {mode: mirror}\n  mail:", "base"),
    ],
)
def test_what_is_half_said_of_the_servers_is_named_with_its_cure(tmp_path, before, after, said):
    with pytest.raises(Problems) as caught:
        told(TEXT.replace(before, after), tmp_path)
    (problem,) = caught.value.problems
    assert said in problem.cure


def test_a_release_without_a_checksum_is_refused():
    with pytest.raises(Usage, match="no checksum for Nextcloud 99"):
        artefacts.chosen("nextcloud", "99.0.0")


@pytest.mark.parametrize("program", ["nextcloud", "mattermost"])
def test_every_pin_has_a_whole_checksum_an_address_and_an_end(program):
    for pin in artefacts.known(program):
        assert len(bytes.fromhex(pin.sha256)) == 32
        assert pin.url.startswith("https://")
        assert pin.url.endswith(pin.file)
        assert pin.end_of_life


def test_no_variable_bears_the_name_of_a_method_that_jinja_would_give_in_its_place(tmp_path):
    nested = [value for value in told(TEXT, tmp_path).values() if isinstance(value, dict)]
    assert len(nested) > 3
    assert not {key for value in nested for key in value} & set(dir(dict))
