"""The stand-in's Tasks: lists, and the tasks that are shown only to who asks for them."""

from __future__ import annotations

from degoog.sandbox.google import Fault, Trouble
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE
from tests.sandbox.google.agenda import tasks

ALL = {"showHidden": True, "showAssigned": True, "showCompleted": True}


def test_lists_and_all_their_tasks_can_be_had(shared_google, association):
    browser = tasks(shared_google, CAMILLE)
    lists, _ = browser.everything("users/@me/lists", "items", maxResults=2)

    assert [one["title"] for one in lists] == ["Mes tâches", "Jardin 🌱", "Vide"]
    for one, planted in zip(lists, association.world.task_lists[CAMILLE], strict=True):
        found, _ = browser.everything(f"lists/{one['id']}/tasks", "items", maxResults=100, **ALL)
        assert [task["id"] for task in found] == [task["id"] for task in planted.tasks if not task.get("deleted")]


def test_hidden_assigned_and_deleted_tasks_are_left_out_unless_asked_for(shared_google):
    browser = tasks(shared_google, CAMILLE)

    def titles(**query):
        return {task["title"] for task in browser.everything("lists/@default/tasks", "items", **query)[0]}

    usual = titles()
    assert "Réserver la salle" in usual
    assert titles(showHidden=True) - usual == {"Faite dans le navigateur"}
    assert titles(showAssigned=True) - usual == {"Confiée dans un document"}
    assert titles(showDeleted=True) - usual == {"Jetée"}
    assert usual - titles(showCompleted=False) == {"Réserver la salle"}


def test_twenty_tasks_are_a_page_and_a_hundred_the_most(shared_google):
    browser = tasks(shared_google, CAMILLE)
    path = "lists/TVRBPT0jardin/tasks"

    assert len(browser.json(path)["items"]) == 20
    assert len(browser.json(path, maxResults=100, showHidden=True)["items"]) == 100


def test_a_task_tells_its_parent_place_and_day(shared_google):
    browser = tasks(shared_google, CAMILLE)
    found = {task["title"]: task for task in browser.json("lists/@default/tasks", maxResults=100, **ALL)["items"]}
    child = found["Envoyer les convocations"]

    assert child["parent"] == found["Préparer l’AG"]["id"]
    assert child["due"].endswith("T00:00:00.000Z")
    assert child["position"] > found["Préparer l’AG"]["position"]
    assert browser.json(f"lists/@default/tasks/{child['id']}") == child


def test_nobody_sees_the_lists_of_others_and_pages_may_be_short(google):
    camille, maelle = tasks(google, CAMILLE), tasks(google, MAELLE)
    google.faults.add(Fault(Trouble.SHORT_PAGE, on="tasks.tasks.list", items=7))

    assert maelle.get("lists/TVRBPT0jardin/tasks").status_code == 404
    found, _ = camille.everything("lists/TVRBPT0jardin/tasks", "items", showHidden=True)
    assert len(found) == 150
