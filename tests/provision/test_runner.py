"""What a run of Ansible tells: changes, of what is secret too, how far it is, and why it cannot begin."""

import json

import pytest

from degoog.errors import Usage
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


@pytest.mark.filterwarnings("ignore")
def test_what_ansible_cannot_read_is_said_in_its_words(tmp_path):
    book, inventory = tmp_path / "book.yml", tmp_path / "inventory.yml"
    book.write_text("- name: Try\n  hosts: all\n  tasks: {not a list\n")
    inventory.write_text(json.dumps({"all": {"hosts": {"here": {"ansible_connection": "local"}}}}))
    with pytest.raises(Usage, match=r"Ansible cannot begin: .*YAML"):
        runner.run(Order(str(book), inventory, {}))


@pytest.mark.filterwarnings("ignore")
def test_a_run_whose_time_is_up_is_a_trouble_that_names_the_task_it_was_at(tmp_path):
    book, inventory = tmp_path / "book.yml", tmp_path / "inventory.yml"
    book.write_text(BOOK.replace('{cmd: "true"}', "{cmd: sleep 60}", 1))
    inventory.write_text(json.dumps({"all": {"hosts": {"here": {"ansible_connection": "local"}}}}))
    steps: list[runner.Step] = []
    (trouble,) = runner.run(Order(str(book), inventory, {}, seconds=4), watch=steps.append).troubles
    assert (trouble.late, [trouble.task]) == (True, [step.task for step in steps] or [""])


@pytest.mark.filterwarnings("ignore")
def test_the_number_of_tasks_is_told_as_soon_as_it_is_known(tmp_path):
    book, inventory = tmp_path / "book.yml", tmp_path / "inventory.yml"
    book.write_text(BOOK.replace('{cmd: "true"}', "{cmd: sleep 1}"))
    inventory.write_text(json.dumps({"all": {"hosts": {"here": {"ansible_connection": "local"}}}}))
    steps: list[runner.Step] = []
    runner.run(Order(str(book), inventory, {}), watch=steps.append)
    assert [step.done for step in steps] == [1, 2, 3]
    assert steps[-1].total == 3
    assert {step.total for step in steps} <= {0, 3}
