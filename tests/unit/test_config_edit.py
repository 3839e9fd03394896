"""Writing the Nextcloud into a workspace.yml that a person also writes."""

import pytest

from degoog import config, config_edit
from degoog.beginning import Answers, render

URL, LOGIN = "https://cloud.lauze.example", "camille"
HEAD = "id: wa9c3 # gardé\nstructure: Lauze\n"


def set_in(folder, text):
    (folder / config.FILE).write_text(text, encoding="utf-8")
    config_edit.set_nextcloud(folder, url=URL, login=LOGIN)
    known = config.load(folder).nextcloud
    assert known is not None
    assert (known.url, known.login) == (URL, LOGIN)
    return (folder / config.FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "section",
    [
        "",
        "# nextcloud:\n#   url: https://cloud.lauze.example\n",
        "nextcloud:\n  url: https://old.lauze.example\n  # une remarque\n  login: alex\n",
        "nextcloud: # ici\n  url: https://cloud.lauze.example\n",
        "nextcloud:\n",
        "nextcloud: {url: https://old.lauze.example}\n",
        '"nextcloud":\n    url: https://old.lauze.example\n',
    ],
)
def test_address_and_account_are_set_whatever_form_the_section_has(tmp_path, section):
    text = set_in(tmp_path, HEAD + section + "# fin\nlanguage: fr\n")

    assert "# gardé" in text
    assert "# fin" in text


def test_a_file_as_init_writes_it_changes_in_its_section_only(tmp_path):
    before = render(Answers("Lauze", "fr", "Europe/Paris"), identifier="wa9c3")

    after = set_in(tmp_path, before)

    gone = [line for line in before.splitlines() if line not in after.splitlines()]
    come = [line for line in after.splitlines() if line not in before.splitlines()]
    assert gone == ["# nextcloud:", "#   url: https://cloud.lauze.example"]
    assert come == ["nextcloud:", f'  url: "{URL}"', f'  login: "{LOGIN}"']


def test_a_login_that_yaml_would_misread_comes_back_as_it_was(tmp_path):
    (tmp_path / config.FILE).write_text(HEAD, encoding="utf-8")

    config_edit.set_nextcloud(tmp_path, url=URL, login="123: #no")

    known = config.load(tmp_path).nextcloud
    assert known is not None
    assert known.login == "123: #no"


def test_a_file_without_a_last_newline_is_completed(tmp_path):
    set_in(tmp_path, HEAD.rstrip("\n"))
