"""A folder with all that an installation without the internet needs: releases, applications, and the pins of both.

Filled on a computer that is connected; `archives: {mode: local}` and `mirror` take everything from it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML

from degoog import data, files
from degoog.errors import Unavailable, Usage
from degoog.http import Pacing, Time, open_client
from degoog.i18n import _
from degoog.provision.artefacts import AppRelease, Artefact, number

PINS = "pins.yml"
_HOPS = 5  # application archives lie behind a redirect or two


@dataclass(slots=True)
class Filled:
    """What came of it. `lacking` are applications that have no release for a major, as `app (major)`."""

    fetched: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


def usual_applications() -> tuple[str, ...]:
    """Give the applications that the playbooks install."""
    read = YAML(typ="safe", pure=True).load(data.path("playbooks", "roles", "nextcloud", "defaults", "main.yml"))
    return tuple(read["nextcloud_apps"])


async def fill(
    folder: Path,
    *,
    releases: Mapping[str, Sequence[Artefact]],
    applications: Mapping[str, Mapping[str, AppRelease] | None],
    wanted: Iterable[str],
    tell: Callable[[str, int, int], None],
    transport: httpx.AsyncBaseTransport | None = None,
    time: Time | None = None,
) -> Filled:
    """Fetch what is not there yet; `releases` by program, `applications` of the store by version of Nextcloud.

    A release whose checksum is not the pinned one is not kept. Raises `Usage` for such a one, `Unavailable` where
    nothing can be fetched; called again it goes on.
    """
    _make(folder)
    filled = Filled()
    client = open_client(judge=lambda _answer: None, pacing=Pacing(time=time or Time()), transport=transport, time=time)
    chosen = _chosen(applications, list(wanted), filled)
    every = [one for ones in releases.values() for one in ones]
    total = len(every) + len(chosen)
    apps: dict[str, dict[str, dict[str, Any]]] = {}
    async with client:
        for done, release in enumerate(every):
            tell(release.file, done, total)
            await _release(client, folder, release, filled)
        for done, (app, majors) in enumerate(chosen.items(), start=len(every)):
            file = f"{app.app}-{app.version}.tar.gz"
            tell(file, done, total)
            digest = await _application(client, folder / file, app.url, filled)
            apps.setdefault(app.app, {})[app.version] = {
                "file": file, "url": app.url, "sha256": digest, "nextcloud": majors
            }  # fmt: skip
    _write(folder / PINS, releases, apps)
    return filled


def _chosen(
    applications: Mapping[str, Mapping[str, AppRelease] | None], wanted: Sequence[str], filled: Filled
) -> dict[AppRelease, list[str]]:
    """Give each application's release with the majors it is for."""
    chosen: dict[AppRelease, list[str]] = {}
    for version, found in applications.items():
        if found is None:
            raise Unavailable(
                _("apps.nextcloud.com gives no list of applications for Nextcloud {version}. Try again later.").format(
                    version=version
                )
            )
        major = str(number(version)[0])
        for app in wanted:
            if app in found:
                majors = chosen.setdefault(found[app], [])
                majors.extend([major] if major not in majors else [])
            else:
                filled.lacking.append(f"{app} ({major})")
    return chosen


async def _release(client: httpx.AsyncClient, folder: Path, release: Artefact, filled: Filled) -> None:
    place = folder / release.file
    if release.signature and not _digest_if_any(folder / release.signature.file):
        await _fetch(client, release.signature.url, folder / release.signature.file)
    if _digest_if_any(place) == release.sha256:
        filled.kept.append(release.file)
        return
    part = place.with_name(f"{place.name}.part")
    digest = await _fetch(client, release.url, part)
    if digest != release.sha256:
        part.unlink()
        raise Usage(
            _(
                "The archive {file} is not the one its makers published: its checksum differs. It was not kept. To do: "
                "try again; if it still differs, do not use it, and tell degoog's developers."
            ).format(file=release.file)
        )
    part.replace(place)
    filled.fetched.append(release.file)


async def _application(client: httpx.AsyncClient, place: Path, url: str, filled: Filled) -> str:
    if there := _digest_if_any(place):
        filled.kept.append(place.name)
        return there
    part = place.with_name(f"{place.name}.part")
    digest = await _fetch(client, url, part)
    part.replace(place)
    filled.fetched.append(place.name)
    return digest


async def _fetch(client: httpx.AsyncClient, url: str, place: Path) -> str:
    """Fetch a file, following where it was moved to, over HTTPS only; gives its checksum."""
    for _hop in range(_HOPS):
        if not url.startswith("https://"):
            raise Unavailable(_("{url} is not reached over HTTPS; it was not fetched.").format(url=url))
        try:
            async with client.stream("GET", url) as answer:
                if answer.has_redirect_location:
                    url = str(answer.url.join(answer.headers["Location"]))
                    continue
                if answer.status_code != httpx.codes.OK:
                    break
                digest = hashlib.sha256()
                with place.open("wb") as file:
                    async for piece in answer.aiter_bytes():
                        digest.update(piece)
                        file.write(piece)
                return digest.hexdigest()
        except httpx.HTTPError as error:
            raise Unavailable(_("{url} cannot be fetched: {why}").format(url=url, why=str(error))) from error
    raise Unavailable(_("{url} cannot be fetched. Try again later.").format(url=url))


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _digest_if_any(place: Path) -> str:
    """Give a file's checksum, empty where there is no such file."""
    if not place.exists():
        return ""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(place: Path, releases: Mapping[str, Sequence[Artefact]], apps: dict[str, Any]) -> None:
    pins: dict[str, Any] = {
        program: {one.version: one.pin() for one in ones} for program, ones in releases.items() if ones
    }
    text = io.BytesIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # the first release of a program is the one that is installed
    writer.dump({**pins, "apps": apps}, text)
    files.write_atomically(place, text.getvalue())
