"""degoog provision, after the machines: its accesses come by themselves, and it goes on to what the servers hold."""

import json
from pathlib import Path

import httpx
import pytest

from degoog.provision.runner import Order, Outcome, Trouble
from degoog.sandbox.mattermost import MattermostSandbox
from degoog.sandbox.mattermost.server import TOKEN
from degoog.sandbox.nextcloud import NextcloudSandbox
from degoog.secrets import Secret

CLOUD, TALK = "cloud.lauze.example", "discussion.lauze.example"
SERVERS = f"""
mattermost:
  url: https://{TALK}
inventory: inventory.yml
servers:
  admin: admin
  email: referente@lauze.example
  tls: {{mode: letsencrypt, email: certificats@lauze.example}}
"""


class Names(httpx.AsyncBaseTransport):
    """What DNS and the machines' certificates do: the servers' names lead to those that stand in for them."""

    def __init__(self, **places: str) -> None:
        self.places = {CLOUD: places["cloud"], TALK: places["talk"]}
        self.asleep = False

    async def handle_async_request(self, request):
        if self.asleep:
            raise httpx.ConnectError("nobody", request=request)
        place = httpx.URL(self.places[request.url.host])
        url = request.url.copy_with(scheme=place.scheme, host=place.host, port=place.port)
        led = httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
        led.extensions.update(request.extensions)
        async with httpx.AsyncHTTPTransport() as way:
            answer = await way.handle_async_request(led)
            body = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=request)


class Machines:
    """Plays the playbooks: the first installs, the second hands over what it is asked for."""

    def __init__(self, password: str, *, mailed: bool = True) -> None:
        self.accesses = {"nextcloud": password, "mattermost": TOKEN}
        self.mailed = mailed
        self.orders: list[Order] = []
        self.trouble: Trouble | None = None

    def __call__(self, order: Order) -> Outcome:
        self.orders.append(order)
        outcome = Outcome(status="successful")
        if order.playbook == "handover.yml":
            if self.trouble:
                return Outcome(status="failed", troubles=[self.trouble])
            asked = order.variables["degoog_asked"]
            assert isinstance(asked, list)
            for service in asked if "degoog_password" not in order.variables else ():
                told = {"login": "admin", "secret": self.accesses[service], "mailed": self.mailed, "id": "t1"}
                outcome.handed[f"{service}.json"] = Secret(json.dumps(told))
        return outcome

    @property
    def played(self) -> list[str]:
        return [order.playbook for order in self.orders]


@pytest.fixture
def cloud(tmp_path):
    with NextcloudSandbox(tmp_path / "cloud") as running:
        yield running


@pytest.fixture
def names(cloud):
    with MattermostSandbox() as talk:
        yield Names(cloud=cloud.url, talk=talk.url)


@pytest.fixture
def machines(cloud):
    return Machines(cloud.admin_password)


@pytest.fixture
def described(call):
    words = ("init", "--name", "Les Jardins de la Lauze", "--template", "association", "--lang", "en", "--yes")
    assert call(*words, "--nextcloud-url", CLOUD).code == 0
    path = Path("workspace.yml")
    path.write_text(path.read_text("utf-8").replace("# language", "language") + SERVERS, "utf-8")
    groups = {group: {"hosts": {"serveur": None}} for group in ("nextcloud", "mattermost")}
    hosts = {"serveur": {"ansible_host": "192.0.2.1"}}
    Path("inventory.yml").write_text(json.dumps({"all": {"hosts": hosts, "children": groups}}))
    return path


WORDS = ("provision", "--lang", "en")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_one_run_installs_gets_its_accesses_and_fills_the_servers(call, described, names, machines, cloud, keyring):
    ended = call(*WORDS, "--yes", ansible=machines, transport=names)
    assert ended.code == 0, ended.out + ended.err
    assert machines.played == ["site.yml", "handover.yml"]
    assert cloud.team_folders.all, "the team folders are there"
    assert {entry.split("/", 1)[1] for entry in keyring.known} >= {"mattermost/token", "nextcloud/admin"}
    assert "degoog has access to them as admin" in flat(ended.out)
    assert "the mails sent to referente@lauze.example" in flat(ended.out)
    assert not any(secret.reveal() in ended.out + ended.err for secret in keyring.known.values())


def test_run_again_it_checks_its_accesses_and_keeps_them(call, described, names, machines, keyring):
    call(*WORDS, "--yes", ansible=machines, transport=names)
    before, written = dict(keyring.known), described.read_text("utf-8")
    again = call(*WORDS, "--yes", "--only", "install", "--json", ansible=machines, transport=names)
    assert machines.played == ["site.yml", "handover.yml", "site.yml"]
    assert (keyring.known, described.read_text("utf-8")) == (before, written)
    lines = [json.loads(line) for line in again.out.splitlines()]
    assert [(line["state"], line["new"]) for line in lines if line["event"] == "access"] == [("good", False)] * 2
    assert lines[-1] == {"event": "summary", "changed": 0, "exit": 0}


def test_where_no_mail_leaves_the_person_is_told_how_to_choose_a_password(call, described, names, machines):
    machines.mailed = False
    ended = call(*WORDS, "--only", "install", ansible=machines, transport=names)
    assert "degoog provision --set-password" in flat(ended.out)


def test_a_password_is_typed_twice_and_only_the_machine_learns_it(call, described, machines):
    words = (*WORDS, "--set-password")
    typed = call(*words, interactive=True, typed="quatre mots bons\nquatre mots bons\n", ansible=machines)
    assert typed.code == 0, typed.err
    (order,) = machines.orders
    assert (order.playbook, order.variables["degoog_password"]) == ("handover.yml", "quatre mots bons")
    assert "quatre mots bons" not in typed.out + typed.err
    differs = call(*words, interactive=True, typed="quatre mots bons\nquatre mots faux\n", ansible=machines)
    assert (differs.code, len(machines.orders)) == (2, 1)


def test_without_a_keyring_it_is_said_before_anything_is_installed(call, described, names, machines, tmp_path):
    refused = call(*WORDS, "--only", "install", store=None, ansible=machines, transport=names)
    assert (refused.code, machines.played) == (2, [])
    assert "add --store file" in flat(refused.err)
    kept = call(*WORDS, "--only", "install", "--store", "file", store=None, ansible=machines, transport=names)
    assert kept.code == 0, kept.err
    assert (tmp_path / "config" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert machines.played == ["site.yml", "handover.yml"]


def test_servers_that_cannot_be_asked_from_here_are_said_to_be_so_and_nothing_is_drawn_twice(
    call, described, names, machines
):
    names.asleep = True
    first = call(*WORDS, "--only", "install", ansible=machines, transport=names)
    again = call(*WORDS, "--only", "install", ansible=machines, transport=names)
    assert (first.code, again.code) == (0, 0)
    assert f"https://{CLOUD} does not answer here yet" in flat(again.out)
    assert machines.played == ["site.yml", "handover.yml", "site.yml"]


def test_a_trouble_of_the_hand_over_is_told_and_the_next_run_goes_on(call, described, names, machines, keyring):
    machines.trouble = Trouble(
        "serveur", "handover", "See to Nextcloud's first account", "occ user:auth-tokens:add: no"
    )
    stopped = call(*WORDS, "--only", "install", ansible=machines, transport=names)
    assert (stopped.code, keyring.known) == (4, {})
    assert "The same command goes on from there" in flat(stopped.out)
    machines.trouble = None
    assert call(*WORDS, "--only", "install", ansible=machines, transport=names).code == 0
    assert len(keyring.known) == 2


def test_a_release_has_the_servers_forget_them(call, described, names, machines, keyring):
    call(*WORDS, "--only", "install", ansible=machines, transport=names)
    released = call("release", "--yes", "--lang", "en", transport=names)
    assert keyring.known == {}
    assert "the access token of degoog is deleted" in flat(released.err), released.err


def test_an_application_that_could_not_be_had_is_told_with_what_to_do(call, described, names, machines):
    def without(order):
        outcome = machines(order)
        if order.playbook == "site.yml":
            outcome.told["serveur"] = {**outcome.told.get("serveur", {}), "missing": ["groupfolders"]}
        return outcome

    words = ("provision", "--only", "install")
    ended = call(*words, transport=names, ansible=without)
    lines = map(json.loads, call(*words, "--json", transport=names, ansible=without).out.splitlines())

    assert ended.code == 0, ended.out
    assert "Nextcloud goes without its application “groupfolders”" in flat(ended.out)
    assert "the next degoog provision tries it again" in flat(ended.out)
    assert [line for line in lines if line["event"] == "missing"] == [
        {"event": "missing", "host": "serveur", "app": "groupfolders"}
    ]  # fmt: skip
