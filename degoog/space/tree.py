"""A space as a person looks at it before anything is made: a tree of lines in plain words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from degoog.i18n import _
from degoog.space.schema import Group, Right, Space, Team
from degoog.wording import day, size

_WIDTH = 80


def lines(space: Space) -> Iterator[str]:
    """Yield the tree, line by line: groups, folders and who may do what, calendars, teams and their channels."""
    yield _("Groups")
    yield from _branches([(f"{group.name} ({_about(key, group)})", []) for key, group in space.groups.items()])
    yield _("Folders")
    folders = sorted(space.folders.values(), key=lambda folder: folder.name)
    yield from _branches([(folder.name, list(_folder(folder.groups, space))) for folder in folders])
    yield _("Calendars")
    yield from _branches(
        [
            (one.name, list(_access({group: _looks(writes=writes) for group, writes in one.groups.items()}, space)))
            for one in space.calendars.values()
        ]
    )
    for slug, team in space.teams.items():
        yield _("Mattermost team “{name}” ({slug})").format(name=team.name, slug=slug)
        yield from _branches(list(_channels(team, space)))


def able(right: Right) -> str:
    """Say what a right lets people do."""
    words = [_("write") if right & Right.WRITE else _("read")]
    words += [_("delete")] * bool(right & Right.DELETE) + [_("share")] * bool(right & Right.SHARE)
    return ", ".join(words)


def _about(key: str, group: Group) -> str:
    notes = [key]
    notes += [_("everybody")] * group.everyone + [_("guests")] * group.external
    notes += [_("{size} each").format(size=size(group.quota))] if group.quota is not None else []
    notes += [_("until {day}").format(day=day(group.ends))] if group.ends else []
    return ", ".join(notes)


def _folder(groups: Mapping[str, Right], space: Space) -> Iterator[str]:
    yield from _access({group: able(right) for group, right in groups.items()}, space)


def _looks(*, writes: bool) -> str:
    return _("write") if writes else _("read")


def _access(groups: Mapping[str, str], space: Space) -> Iterator[str]:
    for word in dict.fromkeys(groups.values()):
        names = [space.groups[group].name for group, able in groups.items() if able == word]
        yield _("{able}: {names}").format(able=word, names=", ".join(names))


def _channels(team: Team, space: Space) -> Iterator[tuple[str, list[str]]]:
    for channel in team.channels.values():
        names = ", ".join(space.groups[group].name for group in channel.groups)
        yield channel.name, [_("private: {names}").format(names=names)] if channel.private else []


def _branches(rows: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    rows = list(rows)
    for number, (name, notes) in enumerate(rows, 1):
        last = number == len(rows)
        yield f"{'└─' if last else '├─'} {name}"
        for note in notes:
            margin = f"{' ' if last else '│'}     "
            yield from textwrap.wrap(note, _WIDTH, initial_indent=margin, subsequent_indent=margin + "  ")
