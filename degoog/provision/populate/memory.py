"""What degoog made at a server, and under which ids, so that renamed things are known again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from degoog.errors import Refused, Usage
from degoog.files import write_atomically
from degoog.i18n import _

CLOUD, CHAT = "space-nextcloud.json", "space-mattermost.json"


@dataclass(frozen=True, slots=True)
class Known:
    """A thing that was made or found: its id at the server, what was last set there, and whether degoog made it."""

    id: str = ""
    value: str = ""
    made: bool = True


class Memory:
    """The memory of one server. Each change is on the disk before the next request leaves.

    A thing is noted before it is made, without an id; a run that dies in between therefore finds its own again.
    """

    def __init__(self, path: Path, server: str) -> None:
        self._path = path
        self._server = server
        self._all = _load(path)

    def get(self, *key: str) -> Known | None:
        """Give what is known of a thing, named by its kind and its key."""
        told = self._mine().get("/".join(key))
        return None if told is None else Known(str(told["id"]), str(told["value"]), bool(told["made"]))

    def made(self, *key: str) -> bool:
        """Tell whether degoog made it."""
        known = self.get(*key)
        return known is not None and known.made

    def keep(self, known: Known, *key: str) -> None:
        """Note a thing."""
        if self.get(*key) != known:
            self._all.setdefault(self._server, {})["/".join(key)] = asdict(known)
            self._save()

    @contextmanager
    def intent(self, known: Known, *key: str) -> Iterator[None]:
        """Note a thing that is about to be made; it is forgotten again where the server would not."""
        before = self.get(*key)
        self.keep(before or known, *key)
        try:
            yield
        except Refused:
            if before is None:
                self.forget(*key)
            raise

    def forget(self, *key: str) -> None:
        """Forget a thing."""
        if self._mine().pop("/".join(key), None) is not None:
            self._save()

    def all(self, kind: str) -> dict[tuple[str, ...], Known]:
        """Give everything of a kind that degoog made: the rest of its key → what is known."""
        found = {}
        for name in self._mine():
            first, *rest = name.split("/")
            known = self.get(name)
            if first == kind and known is not None and known.made:
                found[tuple(rest)] = known
        return found

    def _mine(self) -> dict[str, dict[str, object]]:
        return self._all.get(self._server, {})

    def _save(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._path, json.dumps(self._all, indent=1, ensure_ascii=False).encode(), mode=0o600)


def _load(path: Path) -> dict[str, dict[str, dict[str, object]]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        text = _(
            "{path} cannot be read: it is what degoog remembers of the space. "
            "To do: bring it back from a copy, or delete it; what is there already is then taken for somebody else's."
        )
        raise Usage(text.format(path=path)) from error
    return told if isinstance(told, dict) else {}


def logins(home: Path) -> list[str]:
    """Name the accounts of which provisioning holds an app password: the owner of the calendars, and people's."""
    found = (name.partition("/") for server in _load(home / CLOUD).values() for name in server)
    return sorted({login for kind, _slash, login in found if kind in {"owner", "app-password"}})


def guests(home: Path) -> list[str]:
    """Name the accounts that provisioning made: a first password of theirs may be kept."""
    found = (name.partition("/") for server in _load(home / CLOUD).values() for name in server)
    return sorted({login for kind, _slash, login in found if kind == "account"})
