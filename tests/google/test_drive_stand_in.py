"""Everything the stand-in's association holds, as its drawer expects it: computed apart from the code under test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from degoog.errors import Refused
from degoog.google.client import Client
from degoog.google.credentials import GivenToken
from degoog.google.drive import DriveSource, Format
from degoog.model import FailReason, Found, Item, Kind, LossKind
from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import Drawn, Expected, Fate, Place, Why, draw_association
from degoog.secrets import Secret
from tests.contract.source_contract import paths, taken
from tests.google_stand_in import judged_google

PEOPLE = ("camille@lauze.example", "maelle@lauze.example", "noemie.castagne@maraichage.example")
IN_NO_OFFICE_FORMAT = {"Sans bureautique", "Aucune conversion"}  # which come as a PDF and as a page


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_association(seed=1, ordinary=60)


@pytest.fixture(scope="module")
def google(drawn: Drawn) -> Iterator[GoogleSandbox]:
    with judged_google(drawn.world, seed=1) as google:
        yield google


def source(google: GoogleSandbox, who: str, wanted: Format = Format.OOXML) -> DriveSource:
    client = Client(GivenToken(Secret(google.access_token(who))), account=who, api_url=google.url)
    return DriveSource(client, documents=wanted)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("wanted", Format)
def test_everything_is_found_where_it_lies_and_comes_as_it_should(google, drawn, who, wanted):
    expected: dict[str, Expected] = {}
    for place in Place:
        expected |= drawn.of(who, place)

    async def go() -> list[str]:
        async with source(google, who, wanted) as drive:
            founds = {found.item.ref.id: found async for found in drive.walk()}
            names = {ref.id: path for ref, path in paths(list(founds.values())).items()}
            strangers = [id_ for id_ in founds if id_ not in expected and founds[id_].item.content]
            wrong = [f"nobody expects {names[id_]}" for id_ in strangers]
            for id_, one in expected.items():
                wrong += [f"{one.path}: {why}" async for why in looked_at(drive, founds.get(id_), one)]
                if id_ in founds and not matches(names[id_], one):
                    wrong.append(f"{one.path} lies at {names[id_]}")
            return wrong

    assert asyncio.run(go()) == []


async def looked_at(drive: DriveSource, found: Found | None, one: Expected):
    """What is wrong with one thing."""
    if one.fate is Fate.TRASHED:
        if found is not None:
            yield "it lies in the trash"
        return
    if found is None:
        yield "it is missing"
        return
    item = found.item
    if found.verdict is not None or one.fate is Fate.REFUSED:
        try:
            if found.verdict is None:
                await taken(await drive.read(item))
            reason = found.verdict
        except Refused as refused:
            reason = refused.reason
        if reason is not (FailReason.FLAGGED if one.why is Why.FLAGGED else FailReason.UNREADABLE):
            yield f"{reason} is not {one.why}"
        return
    match one.fate:
        case Fate.FOLDER:
            good = item.holder
        case Fate.BYTES:
            assert one.content is not None
            good = item.kind is Kind.FILE and await taken(await drive.read(item)) == one.content.read()
        case Fate.CONVERTED:
            good = await converted(drive, item, one)
        case _fate:
            shortcut = one.why is Why.SHORTCUT
            told = any(loss.kind is LossKind.POINTER for loss in item.losses)
            good = b"<html" in await taken(await drive.read(item)) and told is not shortcut
    if not good:
        yield f"it does not come as {one.fate}"
    if item.starred is not one.starred:
        yield "its star"
    if (item.modified, item.created) != (one.modified, one.created):
        yield f"its times are {item.modified} and {item.created}"


async def converted(drive: DriveSource, item: Item, one: Expected) -> bool:
    blob = await drive.read(item)
    if one.path[-1] in IN_NO_OFFICE_FORMAT:
        return blob.suffix in {".pdf", ".html"} and bool(blob.losses)
    return blob.suffix == "" and await taken(blob) in [content.read() for content in (one.formats or {}).values()]


def matches(path: tuple[str, ...], one: Expected) -> bool:
    """Whether it lies where it should: below a folder that says what it is, its ending apart."""
    below = path[-len(one.path) :]
    *above, last = one.path
    return list(below[:-1]) == above and below[-1] in {last, *(f"{last}.{ending}" for ending in ENDINGS)}


ENDINGS = ("docx", "odt", "xlsx", "ods", "pptx", "odp", "svg", "json", "mp4", "html", "pdf")


def test_no_token_goes_where_none_is_asked_for(google, drawn):
    assert google.requests.count("GET", door="usercontent.get") > 0
