"""Whether the parts of a space go together: groups that exist, names that differ, rights that keep their promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from degoog.document import Fault, Loc
from degoog.i18n import _
from degoog.problems import instead
from degoog.space.schema import Channel, Folder, Right, Space


def faults(space: Space) -> Iterator[Fault]:
    """Give everything that is wrong with a space as a whole; places are relative to it."""
    yield from _groups(space)
    yield from _names(space)
    yield from _folders(space.folders)
    for name, team in space.teams.items():
        yield from _channels(("teams", name, "channels"), team.channels)


def _groups(space: Space) -> Iterator[Fault]:
    used: list[tuple[Loc, str]] = []
    for key, folder in space.folders.items():
        used += [(("folders", key, "groups", group), group) for group in folder.groups]
    for key, calendar in space.calendars.items():
        used += [(("calendars", key, "groups", group), group) for group in calendar.groups]
    for name, team in space.teams.items():
        used += [(("teams", name, "groups"), group) for group in team.groups]
        for slug, channel in team.channels.items():
            used += [(("teams", name, "channels", slug, "groups"), group) for group in channel.groups]
    for at, group in used:
        if group not in space.groups:
            cure = instead(group, list(space.groups)) if space.groups else _("add it under “groups:”.")
            yield Fault(at, _("there is no group “{group}”.").format(group=group), cure, ("groups", group))


def _names(space: Space) -> Iterator[Fault]:
    yield from _twice((("groups", key), group.name) for key, group in space.groups.items())
    yield from _twice((("folders", key), folder.name) for key, folder in space.folders.items())
    yield from _twice((("calendars", key), calendar.name) for key, calendar in space.calendars.items())
    yield from _twice((("teams", key), team.name) for key, team in space.teams.items())


def _folders(folders: Mapping[str, Folder]) -> Iterator[Fault]:
    for key, folder in folders.items():
        if folder.confidential:
            for group, right in folder.groups.items():
                if right & Right.SHARE:
                    yield Fault(
                        ("folders", key, "groups", group),
                        _("“{name}” is confidential, and this group may share what lies in it.").format(
                            name=folder.name
                        ),
                        _("take the letter “s” away."),
                    )
        if not folder.groups:
            what = _("nobody could open “{name}”.").format(name=folder.name)
            yield Fault(("folders", key), what, _("give a group a right in it, under “groups:”."))
        seen: set[str] = set()
        for number, path in enumerate(folder.tree):
            if path.casefold() in seen:
                what = _("the folder “{name}” is there twice.").format(name=path)
                yield Fault(("folders", key, "tree", number), what, _("keep only one of the two."))
            seen.add(path.casefold())


def _channels(at: Loc, channels: Mapping[str, Channel]) -> Iterator[Fault]:
    yield from _twice(((*at, slug), channel.name) for slug, channel in channels.items())
    for slug in ("general", "hors-sujet"):
        if slug in channels and channels[slug].private:
            what = _("the channel “{name}” is there in every team, and open to all its members.").format(name=slug)
            yield Fault((*at, slug), what, _("delete “private: true”, or choose another key."))


def _twice(named: Iterable[tuple[Loc, str]]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for at, name in named:
        first = seen.setdefault(name.casefold(), str(at[-1]))
        if first != at[-1]:
            what = _("“{key}” has the same name: “{name}”.").format(key=first, name=name)
            yield Fault((*at, "name"), what, _("give one of the two another name."))
