"""The papers of the RGPD, in French: register sheets, information letter, agreement form, closing checklist.

They are pre-filled from the workspace as it is. They are no legal advice, and each says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from degoog.config_schema import Workspace
from degoog.papers.page import page
from degoog.people import Person
from degoog.space import Folder
from degoog.wording import day as written

# Words that announce data of article 9, or a follow-up of people.
_SENSITIVE = ("accompagnement", "santé", "sante", "parcours", "rqth", "suivi", "health", "counsel", "integration")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the papers say of the structure, as workspace.yml has it."""

    structure: str
    cloud: str
    chat: str
    slack: bool
    people: int
    groups: tuple[str, ...]
    confidential: tuple[str, ...]
    sensitive: tuple[str, ...]
    retention: tuple[str, ...]
    contacts: tuple[str, ...]
    private_channels: tuple[str, ...]
    today: str
    earliest: str


def facts(workspace: Workspace, people: Sequence[Person], *, today: date, notice: int) -> Facts:
    """Read what the papers need. `notice`: the days between the letter and the migration."""
    space = workspace.space
    folders = list(space.folders.values()) if space else []
    names = [folder.name for folder in folders]
    here = [person for person in people if not person.has_left]
    teams = space.teams.values() if space else ()
    return Facts(
        structure=workspace.structure,
        cloud=urlsplit(workspace.nextcloud.url).netloc if workspace.nextcloud else "",
        chat=urlsplit(workspace.mattermost.url).netloc if workspace.mattermost else "",
        slack=any(person.slack for person in here) or workspace.mattermost is not None,
        people=len(here),
        groups=tuple(group.name for group in space.groups.values()) if space else (),
        confidential=tuple(folder.name for folder in folders if folder.confidential),
        sensitive=tuple(name for name in names if any(word in name.casefold() for word in _SENSITIVE)),
        retention=tuple(_retention(folders)),
        contacts=tuple(person.name for person in here if "referents-numeriques" in person.groups),
        private_channels=tuple(channel.name for team in teams for channel in team.channels.values() if channel.private),
        today=written(today),
        earliest=written(today + timedelta(days=notice)),
    )


def papers(told: Facts) -> dict[str, bytes]:
    """Give the papers by file name."""
    values = {"facts": told}
    return {
        "registre.html": page("rgpd_register.html.j2", values),
        "lettre-information.html": page("rgpd_letter.html.j2", values),
        "accord-messages-prives.html": page("rgpd_agreement.html.j2", values),
        "fermeture-des-anciens-comptes.html": page("rgpd_closing.html.j2", values),
    }


def _retention(folders: Sequence[Folder]) -> Iterator[str]:
    """Find the lengths of time that folders say themselves, like “Paie (à garder 5 ans)”."""
    for folder in folders:
        for name in (folder.name, *folder.tree):
            if any(word in name for word in ("à garder", "à effacer", "kept ", "deleted ")):
                yield name if name == folder.name else f"{folder.name} / {name}"
