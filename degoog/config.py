"""workspace.yml → frozen typed values; all problems at once, each with its line and its cure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from degoog import document
from degoog.config_schema import RuleSection, Workspace
from degoog.document import Fault
from degoog.errors import Usage
from degoog.i18n import _, trouble
from degoog.space import rules

FILE = "workspace.yml"


def load(folder: Path) -> Workspace:
    """Read `workspace.yml` of a folder.

    Raises `Usage` where there is none, and `Problems` that names everything there is to mend in it.
    """
    path = folder / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Usage(
            _("There is no {file} in {folder}. Run “degoog init” to write one, or give --workspace DIR.").format(
                file=FILE, folder=folder
            )
        ) from None
    except OSError as error:
        raise Usage(_("{path} cannot be read: {why}.").format(path=path, why=trouble(error))) from error
    return parse(raw, base=folder, name=FILE)


def parse(raw: bytes, *, base: Path, name: str = FILE) -> Workspace:
    """Read the bytes of a workspace file; relative paths in it start at `base`. Raises `Problems`."""
    return document.read(
        raw,
        model=Workspace,
        name=name,
        context={"base": base.absolute()},
        inner={"include": RuleSection, "exclude": RuleSection},
        rules=_rules,
    )


def _rules(workspace: Workspace) -> Iterator[Fault]:
    if workspace.space is not None:
        for fault in rules.faults(workspace.space):
            needs = ("space", *fault.needs) if fault.needs else ()
            yield Fault(("space", *fault.at), fault.what, fault.cure, needs)
