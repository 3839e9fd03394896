"""One trouble on a machine, in words."""

from __future__ import annotations

from dataclasses import dataclass

from degoog.i18n import _


@dataclass(frozen=True, slots=True)
class Told:
    """What happened and what to do. `wait` where trying again later may help without mending anything.

    `standing` where the words also say how things stand now.
    """

    what: str
    cure: str
    wait: bool = True
    standing: bool = False

    def __str__(self) -> str:
        return _("{what} To do: {cure}").format(what=self.what, cure=self.cure)
