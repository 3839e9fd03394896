"""Files that come with degoog and are not Python: templates, playbooks; in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """Give the place of a data file: `path("templates", "workspace.yml.j2")`.

    The wheel carries these folders as `degoog/_data/`; in a checkout they lie beside the package.
    """
    installed = _PACKAGE / "_data"
    return (installed if installed.is_dir() else _PACKAGE.parent).joinpath(*parts)
