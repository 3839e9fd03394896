"""`degoog … channels`: a Slack export becomes an import file, again and later, and is found by its old links."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from degoog.sandbox.mattermost.server import TOKEN, MattermostSandbox
from degoog.sandbox.slack import DrawnExport, SlackHosts, draw_export
from degoog.sandbox.slack.host import sizes
from tests.cli.files import summary, told
from tests.slack.packing import USERS, pack, said

FROM = ("--source", "slack:export.zip")
TO = ("--to", "folder:bundle")
HERE = ("migrate", "channels", *FROM, *TO)
BUNDLE = Path("bundle/import.zip")


@pytest.fixture
def export(call) -> DrawnExport:
    """An export in the folder where degoog is called."""
    assert call
    return draw_export(Path("export.zip"), messages=70)


@pytest.fixture
def environ() -> Iterator[dict[str, str]]:
    """Slack's hosts, as the environment names them."""
    with SlackHosts(sizes()) as hosts:
        yield {"DEGOOG_SLACK_FILES_URL": hosts.url}


def lines() -> list[dict[str, Any]]:
    """Everything in the import file, line by line."""
    with zipfile.ZipFile(BUNDLE) as bundle:
        (name,) = [name for name in bundle.namelist() if name.endswith(".jsonl")]
        return [json.loads(line) for line in bundle.read(name).splitlines()]


def words() -> str:
    """All that is said in it."""
    with zipfile.ZipFile(BUNDLE) as bundle:
        (name,) = [name for name in bundle.namelist() if name.endswith(".jsonl")]
        return bundle.read(name).decode()


def test_a_plan_says_what_would_move_and_why_the_rest_would_not(call, export, environ):
    ended = call("plan", "channels", *FROM, *TO, environ=environ)

    assert ended.code == 0
    assert "messages" in told(ended.out)
    assert "private channels or private conversations" in told(ended.out)
    assert "1 person has no e-mail address, and could not log in: Sans Courriel." in told(ended.out)
    assert not BUNDLE.exists()


def test_who_is_in_people_csv_is_not_asked_for(call, export, environ):
    Path("people.csv").write_text("name,slack,email\nSans Courriel,U0SANS,sans@lauze.example\n", encoding="utf-8")
    ended = call("plan", "channels", *FROM, *TO, environ=environ)

    assert ended.code == 0
    assert "no e-mail address" not in told(ended.out)


def test_an_export_becomes_a_file_to_import(call, export, environ):
    ended = call(*HERE, environ=environ)

    said = words()
    public = [one for one in export.messages if one.room.startswith("C") and not one.notice]
    assert ended.code == 0
    assert {one["type"] for one in lines()} >= {"version", "team", "channel", "user", "post"}
    assert all(word in said for one in public for word in one.words if word.startswith("mot"))


def test_nothing_private_is_in_it(call, export, environ):
    call(*HERE, environ=environ)

    private = [one for one in export.messages if one.room[0] in "DG"]
    assert private
    assert not any(word in words() for one in private for word in one.words)


def test_what_workspace_yml_names_comes_along(call, export, environ):
    Path("workspace.yml").write_text(
        "id: w0000000001\nstructure: Les Jardins de la Lauze\n"
        "roads:\n  channels:\n    private: [bureau]\n    direct: agreed\n",
        encoding="utf-8",
    )
    Path("agreements.csv").write_text(
        "kind,channel_or_pair,person,date,proof,withdrawn\n"
        'direct,"camille, jo.martin",camille,2026-11-01,courriel,\n'
        'direct,"camille, jo.martin",jo.martin,2026-11-02,courriel,\n'
        "direct,*,awa,2026-11-02,,2026-11-20\n",
        encoding="utf-8",
    )
    ended = call(*HERE, "--json", environ=environ)

    said = words()
    moved = {one.room for one in export.messages if one.room[0] in "DG" and all(word in said for word in one.words)}
    assert moved == {"G0BUREAU", "D0CAMJO"}
    assert summary(ended.out)["reasons"] | {"notice": 8} == {"notice": 8, "private": 1, "not_agreed": 2}


WORKSPACE = "id: w0000000001\nstructure: Les Jardins de la Lauze\nroads:\n  channels:\n    "


@pytest.mark.parametrize("command", ["plan", "migrate"])
def test_a_private_channel_misspelt_is_named_with_the_nearest_one(call, export, environ, command):
    Path("workspace.yml").write_text(f"{WORKSPACE}private: [bureua, potager]\n", encoding="utf-8")
    ended = call(command, "channels", *FROM, *TO, environ=environ)

    assert ended.code == 2
    assert "names the channel “bureua”" in told(ended.err + ended.out)
    assert "write “bureau”" in told(ended.err + ended.out)
    assert "potager" not in ended.err + ended.out


def test_a_channel_misspelt_in_agreements_csv_is_named_too(call, export, environ):
    Path("workspace.yml").write_text(f"{WORKSPACE}private: [bureau]\n", encoding="utf-8")
    Path("agreements.csv").write_text(
        "kind,channel_or_pair,person,date,proof,withdrawn\nchannel,burau,camille,2026-11-01,,2026-11-20\n",
        encoding="utf-8",
    )
    ended = call(*HERE, environ=environ)

    assert ended.code == 2
    assert "agreements.csv names the channel “burau”" in told(ended.err + ended.out)
    assert "write “bureau”" in told(ended.err + ended.out)


def test_a_private_channel_named_with_a_public_export_says_what_is_missing(call, environ):
    draw_export(Path("export.zip"), messages=70, private=False)
    Path("workspace.yml").write_text(f"{WORKSPACE}private: [bureau]\n", encoding="utf-8")
    ended = call(*HERE, environ=environ)

    assert ended.code == 2
    assert "give an export of all conversations" in told(ended.err + ended.out)


def test_consent_withdrawn_after_the_move_tells_what_is_to_be_deleted_and_where(call, export, environ):
    Path("workspace.yml").write_text(f"{WORKSPACE}private: [bureau]\n    direct: agreed\n", encoding="utf-8")
    agreed = 'direct,"camille, jo.martin",camille,2026-11-01,,\ndirect,"camille, jo.martin",jo.martin,2026-11-02,,{}\n'
    head = "kind,channel_or_pair,person,date,proof,withdrawn\n"
    Path("agreements.csv").write_text(head + agreed.format(""), encoding="utf-8")
    call(*HERE, environ=environ)
    before = words()
    Path("agreements.csv").write_text(
        head + agreed.format("2026-11-20") + "channel,bureau,camille,2026-11-01,,2026-11-20\n", encoding="utf-8"
    )

    planned = told(call("plan", "channels", *FROM, *TO, environ=environ).out)
    moved = told(call(*HERE, environ=environ).out)
    call("report")

    page = Path("report/report.html").read_text(encoding="utf-8")
    for screen in (planned, moved, page):
        assert "bureau” may no longer come along, and 6 messages of it arrived earlier" in screen
        assert "mmctl channel delete" in screen
        assert screen.count("may no longer come along") == 2
    assert words() == before


def test_into_is_not_ignored(call, export, environ):
    ended = call(*HERE, "--into", "/Archives", environ=environ)

    assert ended.code == 2
    assert "mattermost: team: Archives" in told(ended.err + ended.out)


def test_a_folder_without_an_export_is_answered_with_a_cure(call):
    Path("empty").mkdir()
    ended = call("plan", "channels", "--source", "slack:empty", *TO)

    assert ended.code == 2
    assert "There is no archive (.zip) in the folder" in told(ended.err + ended.out)
    assert "To do: give the file itself" in told(ended.err + ended.out)


def test_the_same_export_again_changes_nothing(call, export, environ):
    call(*HERE, environ=environ)
    ended = call(*HERE, "--json", environ=environ)

    assert (summary(ended.out)["moved"], summary(ended.out)["pending"], ended.code) == (0, 0, 0)


@pytest.mark.parametrize("check", [("--full",), ("--sample", "100%"), ()])
def test_every_way_of_looking_finds_what_arrived(call, export, environ, check):
    call(*HERE, environ=environ)
    ended = call("verify", "channels", *TO, *check, "--json", environ=environ)

    proof = summary(ended.out)["proof"]
    assert (proof["proven"], proof["missing"], proof["changed"]) == (proof["arrived"], 0, 0)
    assert proof["arrived"] > 0
    assert ended.code == 0


def test_a_slack_export_that_lacks_something_sends_nobody_to_google(call):
    channels = [{"id": "C1", "name": "general", "is_general": True}]
    message = {"type": "message", "user": "U1", "text": "bonjour", "ts": "1700000001.000100"}
    with zipfile.ZipFile("export.zip", "w") as archive:
        archive.writestr("channels.json", json.dumps(channels))
        archive.writestr("general/2023-11-14.json", json.dumps([message]))
    ended = call(*HERE)

    assert ended.code == 3
    assert "add it with one more --source" in told(ended.out)
    assert "Google" not in told(ended.out)
    assert "takeout" not in ended.out


def test_a_later_export_brings_only_what_is_new(call, export, environ):
    call(*HERE, environ=environ)
    draw_export(Path("later.zip"), messages=70, later=9)
    ended = call("migrate", "channels", "--source", "slack:later.zip", *TO, "--json", environ=environ)

    assert summary(ended.out)["moved"] == 9
    assert summary(ended.out)["exit"] == 0


def test_two_exports_of_one_workspace_are_one(call, export, environ):
    draw_export(Path("later.zip"), messages=70, later=9)
    ended = call(*HERE, "--source", "slack:later.zip", "--json", environ=environ)

    assert summary(ended.out)["failed"] == summary(ended.out)["pending"] == 0
    assert "c0generalx18" in words()


def channel_taken_over() -> tuple[Path, Path]:
    """Two exports: a channel, then that channel under another name and a new one under its old name."""

    def export(day: int, names: dict[str, str], words: str) -> Path:
        channels = [{"id": id_, "name": name, "members": ["U1"]} for id_, name in names.items()]
        days = {f"{name}/2023-11-{day}.json": [said(day, f"{words} {id_}")] for id_, name in names.items()}
        return pack(Path(f"{day}.zip"), {"users.json": USERS, "channels.json": channels, **days})

    names = {"C2": "jardin"}
    return export(14, names, "avant"), export(15, {"C2": "jardin-2025", "C3": "jardin"}, "<#C2> <#C3>")


TAKEN_OVER = {("jardin", "avant C2"), ("jardin", "~jardin ~jardin-c3 C2"), ("jardin-c3", "~jardin ~jardin-c3 C3")}


def test_a_channel_that_takes_the_name_another_one_had_in_an_earlier_export_is_another(call):
    found = set()
    for export in channel_taken_over():
        assert call("migrate", "channels", "--source", f"slack:{export}", *TO).code == 0
        found |= {(one["post"]["channel"], one["post"]["message"]) for one in lines() if one["type"] == "post"}

    assert found == TAKEN_OVER


def test_on_a_mattermost_too_each_keeps_its_own(call):
    with MattermostSandbox() as chat:
        environ = {"DEGOOG_MATTERMOST_URL": chat.url, "DEGOOG_MATTERMOST_TOKEN": TOKEN}
        for export in channel_taken_over():
            words = ("migrate", "channels", "--source", f"slack:{export}", "--to", "mattermost")
            assert call(*words, environ=environ).code == 0
        names = {channel.id: channel.name for channel in chat.world.channels.values() if channel.team}
        posts = [post for post in chat.world.posts.values() if post.channel in names and not post.type]

    assert {(names[post.channel], post.message) for post in posts} == TAKEN_OVER


def test_what_waits_for_slacks_files_is_told_with_its_reason_and_arrives_later(call, export, environ):
    ended = call(*HERE, environ={"DEGOOG_SLACK_FILES_URL": "http://127.0.0.1:9"})
    call("report")

    assert ended.code == 4
    assert "8 items cannot be had from the source today." in told(ended.out)
    assert "have not been moved yet" not in told(ended.out)
    assert Path("report/items.csv").read_text(encoding="utf-8").count("files.slack.com does not answer") == 8
    assert summary(call(*HERE, "--json", environ=environ).out)["pending"] == 0


def test_files_that_are_gone_are_named_one_by_one(call, export, environ):
    call(*HERE, environ=environ)
    call("report")

    tables = "\n".join(path.read_text(encoding="utf-8-sig") for path in Path("report").glob("*.csv"))
    assert "F0LIMITE: no longer in Slack" in tables
    assert "expiré.pdf: its link has expired" in tables


def test_an_old_link_finds_its_message_and_its_channel(call, export, environ):
    call(*HERE, environ=environ)
    message = next(one for one in export.messages if one.room == "C0POTAGER")
    link = f"https://jardins-lauze.slack.com/archives/C0POTAGER/p{message.ts.replace('.', '')}"

    assert call("find", f"{link}?thread_ts=1.2").code == 0
    assert call("find", "https://jardins-lauze.slack.com/archives/C0POTAGER").code == 0
    assert call("find", "https://jardins-lauze.slack.com/archives/C0POTAGER/p1111111111111111").code == 3


def test_no_words_of_a_message_are_in_the_ledger_or_the_log(call, export, environ, caplog):
    call(*HERE, environ=environ)

    ledger = b"".join(path.read_bytes() for path in Path(".degoog").glob("ledger.db*"))
    assert "F0PLAN" in caplog.text
    for secret in ("mot001", "gras", export.token):
        assert secret not in caplog.text
        assert secret.encode() not in ledger


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--source", "slack:rien.zip", *TO), "cannot be read"),
        (("--source", "takeout:export.zip", *TO), "slack:export.zip"),
        (TO, "--source slack:export.zip"),
        (FROM, "--to mattermost"),
        ((*FROM, "--to", "nextcloud"), "Nextcloud takes files, not channels"),
        ((*FROM, "--to", "mattermost"), "Mattermost"),
        ((*FROM, "--to", "folder:export.zip"), "Choose another folder"),
    ],
)
def test_what_is_missing_is_said_with_its_cure(call, export, words, says):
    ended = call("migrate", "channels", *words)

    assert ended.code == 2
    assert says in told(ended.err + ended.out)


def test_a_zip_that_is_no_export_is_said_to_be_none(call):
    with zipfile.ZipFile("export.zip", "w") as other:
        other.writestr("photos/a.jpg", b"x")
    ended = call(*HERE)

    assert ended.code == 2
    assert "does not look like a Slack export" in told(ended.err + ended.out)


def test_the_french_says_it_in_french(call, export, environ):
    ended = call("--lang", "fr", *HERE, environ=environ)

    assert "avis écrits par la messagerie" in told(ended.out)
    assert "*(aussi envoyé dans le canal)*" in words()


def test_a_lost_ledger_is_restored_from_the_map_beside_the_import_file(call, export, environ):
    first = summary(call(*HERE, "--json", environ=environ).out)
    for file in Path(".degoog").glob("ledger.db*"):
        file.unlink()

    told_again = call("ledger", "rebuild", "channels", *FROM, *TO, environ=environ)
    assert told_again.code == 0, told_again.err
    again = summary(call(*HERE, "--json", environ=environ).out)

    assert (again["moved"], again["unchanged"]) == (0, first["moved"])
