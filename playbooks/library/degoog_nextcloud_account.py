# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nextcloud's first account: an app password for degoog, a link for its holder, or a password they chose."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.degoog_handed import keep

DOCUMENTATION = r"""
module: degoog_nextcloud_account
short_description: Give an app password of an account of Nextcloud, or set its password
description:
  - C(occ user:auth-tokens:add) draws an app password, which goes into a file for its owner only and is shown nowhere.
  - Where the server sends mail, the account's holder gets one link by which to choose a password.
options:
  occ:
    description: The command that runs occ as the account Nextcloud runs under, as a list of words.
    type: list
    elements: str
    required: true
  login:
    description: The account.
    type: str
    required: true
  email:
    description: Its address; empty leaves it as it is.
    type: str
    default: ""
  mail:
    description: Whether the server can send mail.
    type: bool
    default: false
  handed:
    description: Where the app password goes; empty where none is wanted.
    type: path
  password:
    description: The password its holder chose; empty leaves it as it is.
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
- name: See to Nextcloud's first account
  degoog_nextcloud_account:
    occ: [php, occ]
    login: referente
    handed: /run/degoog-handover/nextcloud.json
"""

RETURN = r"""
mailed:
  description: Whether a link by which to choose a password was sent.
  type: bool
  returned: always
"""


class _Account:
    def __init__(self, module):
        self.module = module
        self.login = module.params["login"]

    def occ(self, *words, told=""):
        return self.module.run_command([*self.module.params["occ"], *words], data=told or None, binary_data=False)

    def done(self, *words, told=""):
        code, out, problem = self.occ(*words, told=told)
        if code != 0:
            # No secret is in it: what was typed is echoed by nobody, an app password is only in an answer that is good.
            self.module.fail_json(msg=f"occ {words[0]}: {(problem or out).strip()[-500:]}")
        return out

    def invite(self):
        """Send the link by which to choose a password, once in the account's life."""
        if not self.module.params["mail"] or not self.module.params["email"]:
            return False
        if self.occ("user:setting", self.login, "degoog", "invited")[0] == 0:
            return False
        if self.occ("user:welcome", "--reset-password", self.login)[0] != 0:
            return False
        self.done("user:setting", self.login, "degoog", "invited", "1")
        return True

    def app_password(self):
        """Draw one. It is the last line of the answer, alone."""
        return self.done("user:auth-tokens:add", "--no-interaction", self.login).strip().splitlines()[-1].strip()


def main():
    module = AnsibleModule(
        argument_spec={
            "occ": {"type": "list", "elements": "str", "required": True},
            "login": {"type": "str", "required": True},
            "email": {"type": "str", "default": ""},
            "mail": {"type": "bool", "default": False},
            "handed": {"type": "path"},
            "password": {"type": "str", "default": "", "no_log": True},
        },
    )
    account = _Account(module)
    email, password, handed = module.params["email"], module.params["password"], module.params["handed"]
    mailed = False
    if email:
        account.done("user:setting", account.login, "settings", "email", email)
    if password:
        account.done("user:resetpassword", account.login, told=f"{password}\n{password}\n")
    if handed:
        drawn = account.app_password()
        mailed = account.invite()
        keep(handed, {"login": account.login, "secret": drawn, "mailed": mailed})
    module.exit_json(changed=True, mailed=mailed)


if __name__ == "__main__":
    main()
