"""How first accounts are handed over: our two modules against programs that stand in, and what is read of it."""

from __future__ import annotations

import json
import socketserver
import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from degoog.errors import Usage
from degoog.provision import handover
from degoog.provision.runner import Order, Outcome
from degoog.secrets import Secret
from tests.provision.programs import module

OCC = """
import json, pathlib, sys
state = pathlib.Path(__file__).with_name("state.json")
held = json.loads(state.read_text()) if state.exists() else {"settings": {}, "calls": [], "drawn": 0}
held["calls"].append(sys.argv[1:])
code = 0
match sys.argv[1:]:
    case ["user:auth-tokens:add", "--no-interaction", login]:
        held["drawn"] += 1
        print("No password provided. The generated app password will have limited capabilities.")
        print("app password:")
        print(f"s3cret{held['drawn']}")
    case ["user:setting", login, app, key]:
        code = 0 if f"{app}/{key}" in held["settings"] else 1
    case ["user:setting", login, app, key, value]:
        held["settings"][f"{app}/{key}"] = value
    case ["user:welcome", "--reset-password", login]:
        print("Failed to send email" if held["settings"]["settings/email"] == "nobody@lauze.example" else "")
        code = int(held["settings"]["settings/email"] == "nobody@lauze.example")
    case ["user:resetpassword", login]:
        held["password"] = [sys.stdin.readline().strip(), sys.stdin.readline().strip()]
    case other:
        code = 9
state.write_text(json.dumps(held))
sys.exit(code)
"""


@pytest.fixture
def occ(tmp_path):
    program = tmp_path / "occ"
    program.write_text(OCC)
    return lambda **asked: module(
        "degoog_nextcloud_account", {"occ": [sys.executable, str(program)], "login": "referente", **asked}
    )


def state(tmp_path):
    return json.loads((tmp_path / "state.json").read_text())


def test_an_app_password_goes_into_a_file_for_its_owner_and_nowhere_else(occ, tmp_path):
    handed = tmp_path / "handed.json"
    handed.write_text("left by a run that was cut off")
    answer = occ(handed=str(handed))
    assert json.loads(handed.read_text()) == {"login": "referente", "secret": "s3cret1", "mailed": False}
    assert stat.S_IMODE(handed.stat().st_mode) == 0o600
    assert "s3cret1" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("mail", "email", "first", "second"),
    [
        (True, "referente@lauze.example", True, False),
        (True, "nobody@lauze.example", False, False),
        (False, "referente@lauze.example", False, False),
        (True, "", False, False),
    ],
)
def test_the_link_is_sent_once_and_only_where_mail_leaves(occ, tmp_path, mail, email, first, second):
    asked = {"handed": str(tmp_path / "handed.json"), "mail": mail, "email": email}
    assert [occ(**asked)["mailed"], occ(**asked)["mailed"]] == [first, second]


def test_a_chosen_password_is_typed_twice_and_on_no_command_line(occ, tmp_path):
    answer = occ(password="quatre mots à la suite")
    assert state(tmp_path)["password"] == ["quatre mots à la suite"] * 2
    assert "quatre" not in json.dumps(state(tmp_path)["calls"])
    assert "quatre" not in json.dumps(answer)
    assert state(tmp_path)["drawn"] == 0


class Mattermost(BaseHTTPRequestHandler):
    """Local mode: whoever reaches the socket is trusted."""

    users: dict[str, dict[str, str]]
    calls: list[tuple[str, str, object]]

    def reply(self):
        told = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
        self.calls.append((self.command, self.path, told))
        match [self.command, *self.path.split("/")[3:]]:
            case ["GET", "users", "username", name]:
                found = self.users.get(name)
                return self.answer(200 if found else 404, found or {"message": "no such user"})
            case ["POST", "users"]:
                self.users[told["username"]] = {"id": "u1", "roles": "system_user", **told}
                return self.answer(201, self.users[told["username"]])
            case ["PUT", "users", "u1", "roles"]:
                self.users["referente"]["roles"] = told["roles"]
                return self.answer(200, {})
            case ["POST", "users", "u1", "tokens"]:
                return self.answer(200, {"id": "t2", "token": "t0ken", **told})
            case ["PUT", "users", "u1", "password"] if told["new_password"] == "refused by its rules":
                return self.answer(400, {"message": "too weak"})
            case _other:
                return self.answer(200, {"status": "OK"})

    do_GET = do_POST = do_PUT = reply  # noqa: N815 - the library's own names

    def answer(self, status, told):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told):
        pass

    def address_string(self):
        return "local"


@pytest.fixture
def chat(tmp_path):
    handler = type("Handler", (Mattermost,), {"users": {}, "calls": []})
    path = str(tmp_path / "local.socket")
    with socketserver.ThreadingUnixStreamServer(path, handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = {"socket": path, "login": "referente", "email": "referente@lauze.example"}
        yield handler, lambda **more: module("degoog_mattermost_account", {**asked, **more})
        server.shutdown()


def test_a_system_administrator_is_made_once_and_gives_a_token(chat, tmp_path):
    handler, call = chat
    handed = tmp_path / "handed.json"
    first = call(handed=str(handed), mail=True)
    again = call(handed=str(handed), mail=True, forget="t1")
    assert json.loads(handed.read_text()) == {"login": "referente", "secret": "t0ken", "id": "t2", "mailed": False}
    assert (first["mailed"], again["mailed"]) == (True, False)
    assert handler.users["referente"]["roles"] == "system_user system_admin"
    assert sum(call[:2] == ("POST", "/api/v4/users") for call in handler.calls) == 1
    assert ("POST", "/api/v4/users/tokens/revoke", {"token_id": "t1"}) in handler.calls
    assert "t0ken" not in json.dumps([first, again])


def test_a_first_password_is_drawn_and_different_each_time(chat, tmp_path):
    handler, call = chat
    call(handed=str(tmp_path / "x"))
    first = handler.users.pop("referente")["password"]
    call(handed=str(tmp_path / "x"))
    assert first != handler.users["referente"]["password"]
    assert 40 < len(first) <= 72


def test_a_refusal_of_mattermost_is_told_without_what_was_typed(chat):
    _handler, call = chat
    answer = call(password="refused by its rules")
    assert answer["failed"]
    assert "too weak" in answer["msg"]
    assert "refused by its rules" not in json.dumps(answer)


def test_what_is_brought_is_read_and_its_token_remembered_until_it_is_given_back(tmp_path):
    told = {"login": "referente", "secret": "t0ken", "id": "t2", "mailed": True}
    outcome = Outcome(handed={"mattermost.json": Secret(json.dumps(told)), "mattermost.pem": Secret("PEM\n")})
    handed = handover.read(outcome, "mattermost")
    assert handed == handover.Handed("referente", Secret("t0ken"), mailed=True, token="t2")
    assert handover.read(outcome, "nextcloud") is None
    assert handover.authority(outcome) == "PEM\n"
    handover.remember(tmp_path, "t2")
    order = handover.order(Order("site.yml", tmp_path, {"degoog_id": "x"}), {"mattermost"}, home=tmp_path)
    assert (order.playbook, order.variables["degoog_forget"]) == ("handover.yml", "t2")
    assert (handover.forget(tmp_path), handover.forget(tmp_path)) == ("t2", "")


@pytest.mark.parametrize("password", ["court", "x" * 73, "with a\ttab in it"])
def test_a_password_that_a_service_would_refuse_is_refused_first(password):
    with pytest.raises(Usage):
        handover.fit(Secret(password))
