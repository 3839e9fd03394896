"""degoog init."""

import json
import stat

import pytest

from degoog import config, people


def test_a_few_questions_make_a_workspace(call, tmp_path):
    typed = "Les Jardins de la Lauze\ncloud.lauze.example/apps/files\n\no\n"

    ended = call("init", "--lang", "fr", typed=typed, interactive=True)

    assert ended.code == 0
    folder = tmp_path / "workspace"
    made = config.load(folder)
    assert (made.structure, made.language) == ("Les Jardins de la Lauze", "fr")
    assert made.nextcloud is not None
    assert made.nextcloud.url == "https://cloud.lauze.example"
    assert people.read(folder) == ()
    assert "degoog connect nextcloud" in ended.err


def test_a_wrong_address_is_asked_again(call, tmp_path):
    ended = call("init", typed="Lauze\nhttp://cloud.lauze.example\n\n\ny\n", interactive=True)

    assert ended.code == 0
    assert "https://cloud.lauze.example" in ended.err
    assert config.load(tmp_path / "workspace").nextcloud is None


def test_a_folder_that_cannot_be_written_in_is_named(call, tmp_path):
    (tmp_path / "workspace" / ".degoog").write_text("mine")

    ended = call("init", "--name", "Lauze", "--yes")

    assert ended.code == 2
    assert "Nothing can be written in" in ended.err
    assert not (tmp_path / "workspace" / "workspace.yml").exists()


def test_it_shows_what_it_will_write_and_writes_nothing_without_a_yes(call, tmp_path):
    ended = call("init", typed="Lauze\n\n\n\n", interactive=True)

    assert ended.code == 0
    assert "workspace.yml" in ended.err
    assert not list((tmp_path / "workspace").iterdir())


def test_who_asks_for_no_questions_gets_none_on_a_terminal_either(call, tmp_path):
    ended = call("init", "--name", "Lauze", "--yes", typed="", interactive=True)

    assert ended.code == 0
    assert config.load(tmp_path / "workspace").space is None


@pytest.mark.parametrize(
    "name", ["Lauze: la 'vraie' \"#1\"", "123", "yes", "ـ حدائق 🌻", "- a\n  b", "{{ id }}", "\\n"]
)
def test_any_name_comes_back_as_it_was_given(call, tmp_path, name):
    assert call("init", "--name", name, "--yes").code == 0

    assert config.load(tmp_path / "workspace").structure == name


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_file_is_commented_in_the_persons_language_and_helps_editors(call, workspace, language):
    (workspace / config.FILE).unlink()
    call("init", "--name", "Lauze", "--yes", "--lang", language)

    text = (workspace / config.FILE).read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=.degoog/workspace.schema.json\n")
    assert ("Ce fichier décrit" if language == "fr" else "This file describes") in text
    assert json.loads((workspace / ".degoog" / "workspace.schema.json").read_text())["title"]


def test_the_examples_in_the_file_work_once_uncommented(call, workspace):
    path = workspace / config.FILE
    text = path.read_text(encoding="utf-8")
    for line in ("source:", "  - takeout:takeout-001.zip", "exclude:", "  - Archives/**", "  - type: video",
                 "    larger_than: 2 GB", "  - modified_before: 2015-01-01"):  # fmt: skip
        text = text.replace(f"    # {line}\n", f"    {line}\n")
    path.write_text(text, encoding="utf-8")

    files = config.load(workspace).roads.files
    assert len(files.exclude) == 3
    assert len(files.source) == 1


def test_an_existing_workspace_is_never_overwritten(call, workspace):
    before = (workspace / config.FILE).read_bytes()

    assert call("init", "--name", "Autre", "--yes").code == 2
    assert (workspace / config.FILE).read_bytes() == before


def test_an_existing_list_of_people_stays(call, tmp_path):
    path = tmp_path / "workspace" / people.FILE
    path.write_text("name\nZoé\n", encoding="utf-8")

    ended = call("init", "--name", "Lauze", "--yes")

    assert path.read_text(encoding="utf-8") == "name\nZoé\n"
    assert people.FILE not in ended.err


def test_without_anybody_to_ask_the_missing_option_is_named(call):
    ended = call("init")

    assert ended.code == 2
    assert "--name" in ended.err


def test_a_wrong_time_zone_names_the_nearest_and_writes_nothing(call, tmp_path):
    ended = call("init", "--name", "Lauze", "--timezone", "Europe/Pari", "--yes")

    assert ended.code == 2
    assert "Europe/Paris" in ended.err
    assert not (tmp_path / "workspace" / config.FILE).exists()


def test_two_workspaces_have_two_ids(call, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        call("init", "--name", "Lauze", "--yes", "--workspace", str(tmp_path / name))

    assert config.load(tmp_path / "a").id != config.load(tmp_path / "b").id


def test_degoogs_own_folder_is_private(workspace):
    assert stat.S_IMODE((workspace / ".degoog").stat().st_mode) == 0o700


def test_a_program_is_told_what_was_written(call, tmp_path):
    ended = call("init", "--name", "Lauze", "--yes", "--json")

    (line,) = map(json.loads, ended.out.splitlines())
    assert line["event"] == "summary"
    assert line["exit"] == 0
    assert line["written"] == [str(tmp_path / "workspace" / name) for name in (config.FILE, people.FILE)]
