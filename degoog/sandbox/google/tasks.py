"""Tasks' doors: lists and tasks, with what is hidden, assigned or deleted left out unless asked for.

https://developers.google.com/workspace/tasks/reference/rest
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from degoog.sandbox.google.answers import ApiError, Asked, as_json, invalid
from degoog.sandbox.google.fields import ALL, picked
from degoog.sandbox.google.listings import mask_of
from degoog.sandbox.google.pages import page_of
from degoog.sandbox.google.people import Person
from degoog.sandbox.http_server import Response

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class TaskList:
    """A list of tasks: JSON as Tasks writes it, in the order of their positions."""

    id: str
    title: str
    updated: str = "2026-11-01T08:00:00.000Z"
    tasks: list[Json] = field(default_factory=list)


class TaskLists:
    """Everybody's lists; the first of an account is its default one."""

    def __init__(self) -> None:
        self.of: dict[str, list[TaskList]] = {}
        self.lock = threading.RLock()

    def find(self, email: str, id_: str) -> TaskList | None:
        """A list by its id, or the default one."""
        lists = self.of.get(email, [])
        if id_ == "@default":
            return lists[0] if lists else None
        return next((one for one in lists if one.id == id_), None)


class TasksDoor:
    """Answers for one server."""

    def __init__(self, lists: TaskLists) -> None:
        self._lists = lists

    def answer(self, asked: Asked, person: Person) -> Response:
        """The answer to a request that may be made. Raises ApiError."""
        answers: dict[str, Callable[[Asked, Person], Json]] = {
            "tasks.tasklists.list": self._all_lists,
            "tasks.tasklists.get": self._one_list,
            "tasks.tasks.list": self._tasks,
            "tasks.tasks.get": self._task,
        }
        with self._lists.lock:
            found = answers[asked.method](asked, person)
        return as_json(200, picked(found, mask_of(asked, ALL)))

    def _all_lists(self, asked: Asked, person: Person) -> Json:
        shown = [_shown_list(one) for one in self._lists.of.get(person.email, [])]
        page, token = page_of(asked, shown, size="maxResults", default=1000, most=1000)
        return _paged({"kind": "tasks#taskLists", "etag": '"L"', "items": page}, token)

    def _one_list(self, asked: Asked, person: Person) -> Json:
        return _shown_list(self._found(asked, person))

    def _tasks(self, asked: Asked, person: Person) -> Json:
        found = self._found(asked, person)
        shown = [task for task in found.tasks if _wanted(asked, task)]
        page, token = page_of(asked, [_shown(found, task) for task in shown], size="maxResults", default=20, most=100)
        return _paged({"kind": "tasks#tasks", "etag": '"T"', "items": page}, token)

    def _task(self, asked: Asked, person: Person) -> Json:
        found = self._found(asked, person)
        for task in found.tasks:
            if task["id"] == asked.part:
                return _shown(found, task)
        raise ApiError(404, "notFound", "Task not found.")

    def _found(self, asked: Asked, person: Person) -> TaskList:
        found = self._lists.find(person.email, asked.item)
        if found is None:
            raise ApiError(404, "notFound", "Task list not found.")
        return found


def _wanted(asked: Asked, task: Json) -> bool:
    """By the parameters: completed ones are shown unless refused, hidden, assigned and deleted ones only if asked."""
    bounds = {"dueMin": "due", "dueMax": "due", "completedMin": "completed", "completedMax": "completed"}
    for name, about in bounds.items():
        limit, value = asked.one(name), str(task.get(about, ""))
        if limit and (not value or (value < limit if name.endswith("Min") else value >= limit)):
            return False
    completed = asked.one("showCompleted", "true")
    if completed not in {"true", "false"}:
        raise invalid("showCompleted")
    if task.get("status") == "completed" and completed == "false":
        return False
    if asked.one("updatedMin") and task["updated"] < asked.one("updatedMin"):
        return False
    switches = {"hidden": "showHidden", "deleted": "showDeleted", "assignmentInfo": "showAssigned"}
    return all(asked.flag(switch) for name, switch in switches.items() if task.get(name))


def _shown_list(found: TaskList) -> Json:
    return {
        "kind": "tasks#taskList", "id": found.id, "etag": '"l"', "title": found.title, "updated": found.updated,
        "selfLink": f"https://www.googleapis.com/tasks/v1/users/@me/lists/{found.id}",
    }  # fmt: skip


def _shown(found: TaskList, task: Json) -> Json:
    return {
        "kind": "tasks#task", "etag": '"t"',
        "selfLink": f"https://www.googleapis.com/tasks/v1/lists/{found.id}/tasks/{task['id']}",
        "webViewLink": f"https://tasks.google.com/task/{task['id']}", "links": [], **task,
    }  # fmt: skip


def _paged(page: Json, token: str) -> Json:
    return {**page, "nextPageToken": token} if token else page
