# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mattermost's first account, made where it is missing: a token for degoog, a link or a password for its holder."""

from __future__ import annotations

import http.client
import json
import secrets
import socket

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.degoog_handed import keep

DOCUMENTATION = r"""
module: degoog_mattermost_account
short_description: Make a system administrator of Mattermost and give a token of it
description:
  - Speaks over the local socket, which trusts whoever may open it, so that no password stands on a command line. What
    C(mmctl) would do, by the same addresses (server/channels/api4/user_local.go).
  - The token goes into a file for its owner only and is shown nowhere.
options:
  socket:
    description: The socket of local mode.
    type: path
    required: true
  login:
    description: The account's name.
    type: str
    required: true
  email:
    description: Its address; Mattermost wants one.
    type: str
    required: true
  mail:
    description: Whether the server can send mail there.
    type: bool
    default: false
  language:
    description: Its language.
    type: str
    default: en
  handed:
    description: Where the token goes; empty where none is wanted.
    type: path
  password:
    description: The password its holder chose; empty leaves it as it is.
    type: str
    default: ""
  forget:
    description: The id of an earlier token that is no longer known; empty where there is none.
    type: str
    default: ""
attributes:
  check_mode:
    support: none
  diff_mode:
    support: none
author: The degoog developers
"""

EXAMPLES = r"""
- name: See to Mattermost's first account
  degoog_mattermost_account:
    socket: /run/mattermost/local.socket
    login: referente
    email: referente@lauze.example
    handed: /run/degoog-handover/mattermost.json
"""

RETURN = r"""
mailed:
  description: Whether a link by which to choose a password was sent.
  type: bool
  returned: always
"""

ROLES = "system_user system_admin"


class _Local(http.client.HTTPConnection):
    """A connection over a socket of this machine."""

    def __init__(self, path):
        super().__init__("local", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


class _Server:
    def __init__(self, module):
        self.module = module

    def ask(self, method, path, told=None):
        """Ask; gives the status and the answer."""
        connection = _Local(self.module.params["socket"])
        try:
            body = None if told is None else json.dumps(told)
            connection.request(method, f"/api/v4{path}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            self.module.fail_json(msg=f"Mattermost's local socket does not answer: {error}")
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text or b"null")
        except ValueError:
            return answer.status, None

    def done(self, method, path, told=None):
        """Ask for what must succeed; gives the answer."""
        status, answer = self.ask(method, path, told)
        if status >= 400:
            why = answer.get("message", "") if isinstance(answer, dict) else ""
            self.module.fail_json(msg=f"Mattermost, {method} {path}: status {status} {why}".strip())
        return answer


def main():
    module = AnsibleModule(
        argument_spec={
            "socket": {"type": "path", "required": True},
            "login": {"type": "str", "required": True},
            "email": {"type": "str", "required": True},
            "mail": {"type": "bool", "default": False},
            "language": {"type": "str", "default": "en"},
            "handed": {"type": "path"},
            "password": {"type": "str", "default": "", "no_log": True},
            "forget": {"type": "str", "default": ""},
        },
    )
    server = _Server(module)
    given = module.params
    user, made = _account(server, given)
    if "system_admin" not in user.get("roles", "").split():
        server.done("PUT", f"/users/{user['id']}/roles", {"roles": ROLES})
    if given["password"]:
        server.done("PUT", f"/users/{user['id']}/password", {"new_password": given["password"]})
    mailed = False
    if given["handed"]:
        if given["forget"]:
            server.ask("POST", "/users/tokens/revoke", {"token_id": given["forget"]})
        token = server.done("POST", f"/users/{user['id']}/tokens", {"description": "degoog"})
        if made and given["mail"]:
            mailed = server.ask("POST", "/users/password/reset/send", {"email": user["email"]})[0] < 400
        told = {"login": user["username"], "secret": token["token"], "id": token["id"], "mailed": mailed}
        keep(given["handed"], told)
    module.exit_json(changed=True, mailed=mailed)


def _account(server, given):
    """Give the account, and whether it was made now. Its first password is drawn, and forgotten."""
    status, user = server.ask("GET", f"/users/username/{given['login']}")
    if status == 200:
        return user, False
    told = {
        "username": given["login"], "email": given["email"], "locale": given["language"], "email_verified": True,
        "password": f"{secrets.token_urlsafe(40)}aZ9!",
    }  # fmt: skip
    return server.done("POST", "/users", told), True


if __name__ == "__main__":
    main()
