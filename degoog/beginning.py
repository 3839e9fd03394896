"""The first files of a workspace: workspace.yml, people.csv and the schema that helps editors."""

from __future__ import annotations

import json
import secrets as random
import textwrap
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import jinja2

from degoog import config, data, people
from degoog.errors import Usage
from degoog.files import write_atomically
from degoog.i18n import _, trouble
from degoog.space import Space
from degoog.space.schema import letters

SCHEMA = "workspace.schema.json"


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` was told. `url` is the Nextcloud's address, empty where it is not known yet."""

    structure: str
    language: str
    timezone: str
    url: str = ""
    sources: tuple[str, ...] = ()
    to: str = "nextcloud"
    into: str = "/Google Drive"
    space: Space | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be written where; nothing is on disk yet."""

    folder: Path
    workspace: bytes
    keeps_people: bool

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files a person will see."""
        made = [self.folder / config.FILE]
        return tuple(made if self.keeps_people else [*made, self.folder / people.FILE])


def new_identifier() -> str:
    """Draw the id of a workspace: it begins with a letter, so that YAML never takes it for a number."""
    return "w" + random.token_hex(5)


def draft(folder: Path, answers: Answers, *, identifier: str) -> Draft:
    """Prepare the files of a new workspace; raises `Usage` where there is one already."""
    if (folder / config.FILE).exists():
        raise Usage(
            _(
                "{folder} already has a {file}: degoog does not overwrite it. To do: edit it, or give --workspace DIR."
            ).format(folder=folder, file=config.FILE)
        )
    text = render(answers, identifier=identifier).encode()
    config.parse(text, base=folder)
    return Draft(folder, text, keeps_people=(folder / people.FILE).exists())


def write(made: Draft) -> None:
    """Write the files of a new workspace. An existing people.csv stays as it is. Raises `Usage` where it may not."""
    home = made.folder / ".degoog"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(home / SCHEMA, (files("degoog") / "schema" / SCHEMA).read_bytes())
        if not made.keeps_people:
            people.write(made.folder / people.FILE, [])
        write_atomically(made.folder / config.FILE, made.workspace)
    except OSError as error:
        text = _("Nothing can be written in {folder}: {why}. Choose another folder, or mend its rights.")
        raise Usage(text.format(folder=made.folder, why=trouble(error))) from error


def render(answers: Answers, *, identifier: str) -> str:
    """Give the text of a new workspace.yml, commented in the language in use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data.path("templates")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # this is YAML; every value goes through `quoted`
    )
    environment.filters |= {"comment": _comment, "quoted": _quoted, "letters": letters, "room": _room}
    environment.globals["_"] = _
    return environment.get_template("workspace.yml.j2").render(
        id=identifier,
        structure=answers.structure,
        language=answers.language,
        timezone=answers.timezone,
        url=answers.url,
        sources=answers.sources,
        to=answers.to,
        into=answers.into,
        space=answers.space,
    )


def _comment(text: str, indent: int = 0) -> str:
    margin = " " * indent + "# "
    return "\n".join(textwrap.wrap(text, 100 - indent, initial_indent=margin, subsequent_indent=margin))


def _quoted(text: str) -> str:
    """Write a text as YAML: JSON's strings are YAML's, whatever they hold."""
    return json.dumps(text, ensure_ascii=False)


def _room(size: int) -> str:
    """Write a size as the file is read: `20 GB`, or bytes."""
    for unit, step in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if size and size % step == 0:
            return f"{size // step} {unit}"
    return f"{size} B" if not size else str(size)
