"""What changed is counted where Ansible hides the rest of it too."""

import json

import pytest

from degoog.provision import runner
from degoog.provision.runner import Order

BOOK = """\
- name: Try
  hosts: all
  gather_facts: false
  tasks:
    - name: One secret that changes
      ansible.builtin.command: {cmd: "true"}
      no_log: true
    - name: Two secrets that change
      ansible.builtin.command: {cmd: "true"}
      no_log: true
      loop: [a, b]
    - name: A secret that does not
      ansible.builtin.command: {cmd: "true"}
      changed_when: false
      no_log: true
      loop: [a, b]
"""


@pytest.mark.filterwarnings("ignore")
def test_a_change_of_something_secret_is_counted_once_and_shows_nothing(tmp_path):
    book, inventory = tmp_path / "book.yml", tmp_path / "inventory.yml"
    book.write_text(BOOK)
    inventory.write_text(json.dumps({"all": {"hosts": {"here": {"ansible_connection": "local"}}}}))
    outcome = runner.run(Order(str(book), inventory, {}))
    assert outcome.troubles == []
    assert [(change.task, change.diffs) for change in outcome.changes] == [
        ("One secret that changes", ()), ("Two secrets that change", ())
    ]  # fmt: skip
