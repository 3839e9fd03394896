"""Administering a Nextcloud: accounts, groups, and the team folders of its app `groupfolders`.

Provisioning API: https://docs.nextcloud.com/server/latest/admin_manual/configuration_user/user_provisioning_api.html
Team folders: https://github.com/nextcloud/groupfolders#api; measured in nextcloud.md §1 and §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from degoog.errors import Refused, Unavailable
from degoog.i18n import _
from degoog.model import FailReason
from degoog.nextcloud.client import Client

_PAGE = 500
_FOLDERS = "/index.php/apps/groupfolders/folders"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the server lists it; `quota` in bytes, None for no limit."""

    login: str
    name: str
    email: str
    quota: int | None
    enabled: bool
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class TeamFolder:
    """A team folder: its name, its quota (None: no limit), and the rights of each group as Nextcloud's numbers."""

    id: str
    name: str
    quota: int | None
    groups: Mapping[str, int]
    size: int


class Admin:
    """What an administrator may do, over HTTP. Each method raises `Refused` with the server's words where it would not.

    The client must be entered.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def is_administrator(self) -> bool:
        """Tell whether the client's account may do all this."""
        code, data = await self._client.ocs("GET", "/cloud/user")
        return code == 200 and isinstance(data, dict) and "admin" in (data.get("groups") or ())

    async def accounts(self) -> dict[str, Account]:
        """List every account by its login."""
        found: dict[str, Account] = {}
        while True:
            path = f"/cloud/users/details?limit={_PAGE}&offset={len(found)}"
            data = await self._ocs("GET", path)
            users = data.get("users") if isinstance(data, dict) else None
            page = users if isinstance(users, dict) else {}  # PHP writes an empty map as a list
            found |= {login: _account(told) for login, told in page.items() if isinstance(told, dict) and "id" in told}
            if len(page) < _PAGE:
                return found

    async def groups(self) -> dict[str, str]:
        """List every group: id → name."""
        found: dict[str, str] = {}
        while True:
            data = await self._ocs("GET", f"/cloud/groups/details?limit={_PAGE}&offset={len(found)}")
            page = data.get("groups") or []
            found |= {str(one["id"]): str(one["displayname"]) for one in page}
            if len(page) < _PAGE:
                return found

    async def make_group(self, group: str, name: str) -> None:
        """Make a group; one that is there already stays as it is."""
        await self._ocs("POST", "/cloud/groups", {"groupid": group, "displayname": name}, fine=(102,))

    async def name_group(self, group: str, name: str) -> None:
        """Change the name people see."""
        await self._ocs("PUT", f"/cloud/groups/{quote(group, safe='')}", {"key": "displayname", "value": name})

    async def remove_group(self, group: str) -> None:
        """Remove a group, not its members; no matter whether it is there."""
        await self._ocs("DELETE", f"/cloud/groups/{quote(group, safe='')}", fine=(101,))

    async def make_account(
        self, login: str, *, name: str, email: str = "", password: str = "", language: str = ""
    ) -> None:
        """Make an account. Without a password the server sends the address a link to choose one (newUser.sendEmail).

        Making one is not atomic (§1): an account that is there already is fine, and is brought in line afterwards.
        """
        told = {"userid": login, "displayName": name, "email": email, "password": password, "language": language}
        given = {key: value for key, value in told.items() if value}
        await self._ocs("POST", "/cloud/users", given, fine=(102,))

    async def change_account(self, login: str, key: str, value: str) -> None:
        """Change one property of an account: `email`, `quota`, `displayname`, `password`…"""
        await self._ocs("PUT", _user(login), {"key": key, "value": value})

    async def welcome(self, login: str) -> None:
        """Have the server send its message of welcome once more."""
        await self._ocs("POST", f"{_user(login)}/welcome")

    async def enable(self, login: str, *, enabled: bool) -> None:
        """Let somebody in, or no longer, with no device or program either (nextcloud.md §1); nothing is deleted."""
        await self._ocs("PUT", f"{_user(login)}/{'enable' if enabled else 'disable'}")

    async def join(self, login: str, group: str) -> None:
        """Put an account into a group; may be repeated."""
        await self._ocs("POST", f"{_user(login)}/groups", {"groupid": group})

    async def leave(self, login: str, group: str) -> None:
        """Take an account out of a group; may be repeated."""
        await self._ocs("DELETE", f"{_user(login)}/groups", {"groupid": group})

    # --- team folders

    async def team_folders(self) -> dict[str, TeamFolder] | None:
        """List the team folders by id; None where the server has no such app."""
        response = await self._client.request("GET", self._client.url + _FOLDERS, headers=_HEADERS)
        if response.status_code in {403, 404, 412}:
            return None
        data = _data(response)
        values = data.values() if isinstance(data, dict) else data  # PHP writes an empty map as a list
        return {folder.id: folder for folder in map(_folder, values or ())}

    async def make_team_folder(self, name: str) -> str:
        """Make a team folder; give its id."""
        return str((await self._folders("", mountpoint=name))["id"])

    async def name_team_folder(self, folder: str, name: str) -> None:
        """Give it another name."""
        await self._folders(f"/{folder}/mountpoint", mountpoint=name)

    async def set_team_quota(self, folder: str, quota: int) -> None:
        """Limit its size, in bytes."""
        await self._folders(f"/{folder}/quota", quota=str(quota))

    async def grant(self, folder: str, group: str, rights: int) -> None:
        """Give a group these rights in it, no more and no fewer. A group comes with all rights, then is limited."""
        await self._folders(f"/{folder}/groups", group=group)
        await self._folders(f"/{folder}/groups/{quote(group, safe='')}", permissions=str(rights))

    async def withdraw(self, folder: str, group: str) -> None:
        """Take a group's rights away; may be repeated."""
        await self._folders(f"/{folder}/groups/{quote(group, safe='')}", method="DELETE")

    async def remove_team_folder(self, folder: str) -> None:
        """Remove a team folder with all that lies in it."""
        await self._folders(f"/{folder}", method="DELETE")

    async def _folders(self, path: str, *, method: str = "POST", **form: str) -> Any:  # noqa: ANN401 - JSON as it came
        content = "&".join(f"{key}={quote(value, safe='')}" for key, value in form.items()).encode()
        headers = _HEADERS | ({"Content-Type": _FORM} if form else {})
        response = await self._client.request(
            method, f"{self._client.url}{_FOLDERS}{path}", headers=headers, content=content if form else None
        )
        if response.status_code >= 400:
            raise Refused(FailReason.REJECTED, _said(response))
        return _data(response)

    async def _ocs(
        self, method: str, path: str, data: Mapping[str, str] | None = None, *, fine: tuple[int, ...] = ()
    ) -> Any:  # noqa: ANN401 - JSON as it came
        code, answer = await self._client.ocs(method, path, data=data)
        if code in {200, *fine}:
            return answer
        raise Refused(FailReason.REJECTED, _("the server answered {code}").format(code=code))


_HEADERS = {"OCS-APIRequest": "true", "Accept": "application/json"}


def _user(login: str) -> str:
    return f"/cloud/users/{quote(login, safe='')}"


def _account(told: Mapping[str, Any]) -> Account:
    quota = told.get("quota")
    limit = quota.get("quota") if isinstance(quota, dict) else None
    number = int(limit) if isinstance(limit, int | float) else -3
    return Account(
        login=str(told["id"]),
        name=str(told.get("displayname") or told["id"]),
        email=str(told.get("email") or "").casefold(),
        quota=number if number >= 0 else None,
        enabled=bool(told.get("enabled", True)),
        groups=frozenset(map(str, told.get("groups") or ())),
    )


def _folder(told: Mapping[str, Any]) -> TeamFolder:
    groups = told.get("groups")
    quota = int(told.get("quota", -3))
    return TeamFolder(
        id=str(told["id"]),
        name=str(told["mount_point"]),
        quota=quota if quota >= 0 else None,
        groups={str(group): int(rights) for group, rights in groups.items()} if isinstance(groups, dict) else {},
        size=int(told.get("size") or 0),
    )


def _data(response: Any) -> Any:  # noqa: ANN401 - httpx's own, and JSON as it came
    try:
        return response.json()["ocs"]["data"]
    except (ValueError, KeyError, TypeError) as error:
        text = _("The app for team folders gave an answer that cannot be read (status {status}).")
        raise Unavailable(text.format(status=response.status_code)) from error


def _said(response: Any) -> str:  # noqa: ANN401 - httpx's own
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return str(response.status_code)
