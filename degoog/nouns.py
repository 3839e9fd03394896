"""What the things of each road are called: files and folders, events and calendars, messages and channels."""

from __future__ import annotations

from degoog import wording
from degoog.i18n import _, n_
from degoog.model import Stage


def road(name: str) -> str:
    """Give a road's name, as a heading."""
    return {
        "files": _("Files"),
        "channels": _("Channels"),
        "calendars": _("Calendars"),
        "contacts": _("Contacts"),
        "tasks": _("Tasks"),
    }[name]


def content(name: str, number: int) -> str:
    """Give so much of what a road moves: `412 events`."""
    match name:
        case "files":
            text = n_("{number} file", "{number} files", number)
        case "channels":
            text = n_("{number} message", "{number} messages", number)
        case "calendars":
            text = n_("{number} event", "{number} events", number)
        case "contacts":
            text = n_("{number} contact", "{number} contacts", number)
        case "tasks":
            text = n_("{number} task", "{number} tasks", number)
        case _:
            raise ValueError(name)
    return text.format(number=wording.count(number))


def holders(name: str, number: int) -> str:
    """Give so many of what a road's things lie in: `3 calendars`."""
    match name:
        case "files":
            text = n_("{number} folder", "{number} folders", number)
        case "channels":
            text = n_("{number} channel or person", "{number} channels and people", number)
        case "calendars":
            text = n_("{number} calendar", "{number} calendars", number)
        case "contacts":
            text = n_("{number} address book", "{number} address books", number)
        case "tasks":
            text = n_("{number} list", "{number} lists", number)
        case _:
            raise ValueError(name)
    return text.format(number=wording.count(number))


def stage(name: str, which: Stage) -> str:
    """Give what a stage of a road works on, as a heading."""
    match which:
        case Stage.HOLDERS:
            return {
                "files": _("Folders"),
                "channels": _("Channels and people"),
                "calendars": _("Calendars"),
                "contacts": _("Address books"),
                "tasks": _("Lists"),
            }[name]
        case Stage.CONTENT:
            return {
                "files": _("Files"),
                "channels": _("Messages"),
                "calendars": _("Events"),
                "contacts": _("Contacts"),
                "tasks": _("Tasks"),
            }[name]
        case Stage.PROPERTIES:
            return _("Dates and properties")
        case Stage.LAST:
            return _("Last touches")


def so_far(name: str, which: Stage, done: int, items: int) -> str:
    """Say how far a stage is: `3 412 fichiers sur 8 431`."""
    match which, name:
        case Stage.HOLDERS, "files":
            text = n_("{done} of {items} folder", "{done} of {items} folders", items)
        case Stage.HOLDERS, "channels":
            text = n_("{done} of {items} channel or person", "{done} of {items} channels and people", items)
        case Stage.HOLDERS, "calendars":
            text = n_("{done} of {items} calendar", "{done} of {items} calendars", items)
        case Stage.HOLDERS, "contacts":
            text = n_("{done} of {items} address book", "{done} of {items} address books", items)
        case Stage.HOLDERS, "tasks":
            text = n_("{done} of {items} list", "{done} of {items} lists", items)
        case Stage.CONTENT, "files":
            text = n_("{done} of {items} file", "{done} of {items} files", items)
        case Stage.CONTENT, "channels":
            text = n_("{done} of {items} message", "{done} of {items} messages", items)
        case Stage.CONTENT, "calendars":
            text = n_("{done} of {items} event", "{done} of {items} events", items)
        case Stage.CONTENT, "contacts":
            text = n_("{done} of {items} contact", "{done} of {items} contacts", items)
        case Stage.CONTENT, "tasks":
            text = n_("{done} of {items} task", "{done} of {items} tasks", items)
        case _:
            text = n_("{done} of {items} detail", "{done} of {items} details", items)
    return text.format(done=wording.count(done), items=wording.count(items))
