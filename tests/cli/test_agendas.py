"""`plan|migrate|verify calendars|contacts|tasks`: from files, a Takeout, Google; again, after a kill, later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from degoog.sandbox.google import AGENDA_SCOPES, Fault, GoogleSandbox, Trouble
from degoog.sandbox.google.drawing import draw_association
from degoog.sandbox.takeout import draw_takeout
from tests.cli.files import LOGIN, files_in, lines, summary, told
from tests.google_stand_in import judged_google

WHO = "camille@lauze.example"


def event(uid: str, title: str, *more: str) -> list[str]:
    return [
        "BEGIN:VEVENT", f"UID:{uid}@lauze.example", "DTSTAMP:20260101T000000Z",
        "DTSTART;TZID=Europe/Paris:20260312T180000", "DTEND;TZID=Europe/Paris:20260312T190000", f"SUMMARY:{title}",
        *more, "END:VEVENT",
    ]  # fmt: skip


def agenda(*events: list[str], path: str = "agenda.ics") -> None:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Agenda de la Lauze", "X-WR-TIMEZONE:Europe/Paris"]
    told_lines = [*head, *(line for one in events for line in one), "END:VCALENDAR", ""]
    Path(path).write_text("\r\n".join(told_lines), encoding="utf-8", newline="")


def usual() -> list[list[str]]:
    return [
        event("serie", "Réunion du bureau", "RRULE:FREQ=WEEKLY;COUNT=10"),
        event("serie", "Réunion, décalée", "RECURRENCE-ID;TZID=Europe/Paris:20260319T180000"),
        *(event(f"e{n}", f"Atelier {n}") for n in range(20)),
    ]


FROM_FILE = ("migrate", "calendars", "--source", "ics:agenda.ics")
THERE = (*FROM_FILE, "--to", "nextcloud")


def stored(cloud) -> dict[str, bytes]:
    return {
        f"{name}/{thing}": one.data
        for name, shelf in cloud.agenda(LOGIN).calendars.items()
        for thing, one in shelf.things.items()
    }


def test_an_agenda_becomes_a_folder_of_events(call):
    agenda(*usual())

    ended = call(*FROM_FILE, "--to", "folder:out")

    assert ended.code == 0
    assert "Agenda de la Lauze/2026-03-12 Réunion du bureau.ics" in files_in(Path("out"))
    assert len(files_in(Path("out"))) == 21
    assert "21 items that arrived are proven identical" in told(ended.out)


def test_screens_count_events_and_calendars(call):
    agenda(*usual())

    out = told(call("plan", "calendars", "--source", "ics:agenda.ics", "--to", "folder:out").out)

    assert "Will be moved: 21 events and 1 calendar." in out
    in_french = call("--lang", "fr", "plan", "calendars", "--source", "ics:agenda.ics", "--to", "folder:out").out
    assert "21 événements" in told(in_french)


def test_an_agenda_arrives_in_nextcloud_and_nothing_moves_twice(call, cloud):
    agenda(*usual())
    assert call(*THERE, environ=cloud.environ).code == 0
    before = stored(cloud)

    again = summary(call(*THERE, "--json", environ=cloud.environ).out)

    assert (again["moved"], again["unchanged"]) == (0, 22)
    assert stored(cloud) == before
    assert len(before) == 21
    assert call("verify", "calendars", "--to", "nextcloud", "--full", environ=cloud.environ).code == 0


def test_what_changed_is_brought_up_to_date_in_place(call, cloud):
    agenda(*usual())
    call(*THERE, environ=cloud.environ)
    paths = set(stored(cloud))
    changed = usual()
    changed[5] = event("e3", "Atelier 3, reporté")
    agenda(*changed)

    again = summary(call(*THERE, "--json", environ=cloud.environ).out)

    assert (again["moved"], again["unchanged"]) == (1, 21)
    assert set(stored(cloud)) == paths
    assert any("reporté" in data.decode() for data in stored(cloud).values())


def test_what_somebody_changed_in_nextcloud_stays_and_is_reported(call, cloud):
    agenda(*usual())
    call(*THERE, environ=cloud.environ)
    shelf = cloud.agenda(LOGIN).calendars["Agenda de la Lauze"]
    thing = shelf.things["2026-03-12 Atelier 3.ics"]
    thing.data = thing.data.replace(b"Atelier 3", b"Atelier trois")
    changed = usual()
    changed[5] = event("e3", "Atelier 3, reporté")
    agenda(*changed)

    ended = call(*THERE, environ=cloud.environ)

    assert b"Atelier trois" in shelf.things["2026-03-12 Atelier 3.ics"].data
    assert "beside something else" in told(ended.out)


def test_one_broken_event_is_named_with_its_line_and_the_others_arrive(call):
    broken = [line.replace("20260312T180000", "20260230T180000") for line in event("x", "Cassé")]
    agenda(*usual(), broken, event("y", "Après"))

    ended = call(*FROM_FILE, "--to", "folder:out", "--json")

    assert (ended.code, summary(ended.out)["failed"]) == (3, 1)
    assert len(files_in(Path("out"))) == 22
    failed = [line for line in lines(ended.out) if line.get("reason") == "broken"]
    number = Path("agenda.ics").read_text(encoding="utf-8").splitlines().index("SUMMARY:Cassé") - 4
    assert any(f"line {number}" in line.get("detail", "") for line in failed), failed


class Killed(BaseException):
    """The machine loses its power."""


class Fuse(httpx.AsyncBaseTransport):
    """Kills before, or after, the n-th request that writes."""

    def __init__(self, left: int, *, after: bool) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._left = left
        self._after = after

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        writes = request.method in {"PUT", "MKCALENDAR"}
        self._left -= writes
        due = writes and not self._left
        if due and not self._after:
            raise Killed
        response = await self._inner.handle_async_request(request)
        if due:
            await response.aread()
            raise Killed
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("left", [1, 2, 5, 12, 21])
def test_killed_and_run_again_everything_is_there_once(call, cloud, left, after):
    agenda(*usual())
    with pytest.raises(Killed):
        call(*THERE, environ=cloud.environ, transport=Fuse(left, after=after))

    ended = summary(call(*THERE, "--json", environ=cloud.environ).out)

    assert (ended["exit"], ended["pending"], ended["failed"]) == (0, 0, 0)
    uids = sorted(one.uid for one in cloud.agenda(LOGIN).calendars["Agenda de la Lauze"].things.values())
    assert uids == sorted(["serie@lauze.example", *(f"e{n}@lauze.example" for n in range(20))])
    assert "beside" not in ended["losses"]


def test_the_calendar_contacts_and_tasks_of_a_takeout(call, cloud, tmp_path):
    (folder := tmp_path / "drawn").mkdir()
    drawn = draw_takeout(folder, seed=3, files=6, parts=2, other_products=True)
    sources = [word for part in drawn.parts for word in ("--source", f"takeout:{part}")]

    for road in ("calendars", "contacts", "tasks"):
        ended = call("migrate", road, *sources, "--to", "nextcloud", environ=cloud.environ)
        assert ended.code == 0, ended.out + ended.err

    desk = cloud.agenda(LOGIN)
    assert sum(len(shelf.things) for shelf in desk.calendars.values()) >= 3
    (book,) = (shelf for name, shelf in desk.books.items() if name == "Contacts")
    assert any("CATEGORIES:Bénévoles" in one.data.decode() for one in book.things.values())
    assert [name for name, shelf in desk.calendars.items() if shelf.components == ("VTODO",)] == ["À faire au jardin"]


def test_contacts_of_a_file_arrive_and_nothing_moves_twice(call, cloud):
    cards = [f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Personne {n}\r\nTEL:{n}\r\nEND:VCARD\r\n" for n in range(5)]
    Path("c.vcf").write_text("".join(cards), encoding="utf-8", newline="")
    words = ("migrate", "contacts", "--source", "vcf:c.vcf", "--to", "nextcloud")
    assert call(*words, environ=cloud.environ).code == 0

    again = summary(call(*words, "--json", environ=cloud.environ).out)

    assert (again["moved"], again["unchanged"]) == (0, 6)
    assert len(cloud.agenda(LOGIN).books["Contacts"].things) == 5


@pytest.fixture
def google() -> Iterator[GoogleSandbox]:
    with judged_google(draw_association(seed=3, ordinary=5).world, seed=3) as running:
        yield running


@pytest.mark.parametrize("road", ["calendars", "contacts", "tasks"])
def test_straight_from_google_then_again_then_only_what_changed(call, cloud, google, road):
    token = google.access_token(WHO, scopes=AGENDA_SCOPES)
    environ = cloud.environ | {"DEGOOG_GOOGLE_TOKEN": token, "DEGOOG_GOOGLE_API_URL": google.url}
    words = ("migrate", road, "--source", "google", "--to", "nextcloud", "--json")

    first = summary(call(*words, environ=environ).out)
    again = summary(call(*words, environ=environ).out)

    assert (first["exit"], first["failed"]) == (0, 0)
    assert first["moved"] > 5
    assert (again["moved"], again["unchanged"]) == (0, first["moved"])
    if road == "calendars":
        google.agenda.change(WHO, next(iter(google.agenda.calendars[WHO].events)), {"summary": "Changé"})
        later = summary(call(*words, environ=environ).out)
        assert later["moved"] == 1


@pytest.mark.parametrize(
    ("road", "method"), [("calendars", "calendar.events.list"), ("tasks", "tasks.tasks.list"),
                         ("contacts", "people.people.connections.list")]
)  # fmt: skip
def test_one_that_google_does_not_give_is_named_with_its_reason_and_nothing_of_it_is_gone(
    call, cloud, google, road, method
):
    token = google.access_token(WHO, scopes=AGENDA_SCOPES)
    environ = cloud.environ | {"DEGOOG_GOOGLE_TOKEN": token, "DEGOOG_GOOGLE_API_URL": google.url}
    words = ("migrate", road, "--source", "google", "--to", "nextcloud", "--json")
    whole = summary(call(*words, environ=environ).out)
    google.agenda.forget_tokens(WHO)
    google.faults.add(Fault(Trouble.FORBIDDEN, on=method, item=WHO if road == "calendars" else "*", times=2))

    ended = call(*words, environ=environ)
    call("report")
    page = Path("report", "report.html").read_text(encoding="utf-8")
    google.faults.clear()
    again = summary(call(*words, environ=environ).out)

    refused = summary(ended.out)
    assert (ended.code, refused["failed"]) == (3, 1 if road != "tasks" else 2)
    assert "Google does not give its" in page
    assert refused["found"] == whole["found"]
    assert refused["gone"] == 0
    assert (again["exit"], again["failed"], again["moved"]) == (0, 0, refused["failed"])  # seen whole again


# Everybody

PEOPLE = """name,google,nextcloud
Camille,camille@lauze.example,camille
Maëlle,maelle@lauze.example,maelle
Yann-Ael,yann-ael@lauze.example,yann
"""
ROADS = """
google:
  mode: delegation
roads:
""" + "".join(
    f"""  {road}:
    source: google
    to: nextcloud
    accounts: people
"""
    for road in ("calendars", "contacts", "tasks")
)


@pytest.fixture
def association(call, workspace, google, cloud, tmp_path) -> dict[str, str]:
    text = (workspace / "workspace.yml").read_text(encoding="utf-8").partition("roads:")[0]
    (workspace / "workspace.yml").write_text(text + ROADS, encoding="utf-8")
    (workspace / "people.csv").write_text(PEOPLE, encoding="utf-8")
    key = tmp_path / "key.json"
    key.write_text(json.dumps(google.service_account(scopes=AGENDA_SCOPES)), encoding="utf-8")
    cloud.add_user("maelle", "x")
    words = ("connect", "nextcloud", "--account", "maelle", "--password-stdin")
    environ = {**cloud.environ, "DEGOOG_GOOGLE_API_URL": google.url, "DEGOOG_GOOGLE_CREDENTIALS": str(key)}
    assert call(*words, typed=cloud.app_password("maelle"), environ=environ).code == 0
    return environ


def stayed(reason: str) -> set[str]:
    """What stayed for that reason, as the report lists it."""
    rows = lines(Path("report", "items.jsonl").read_text(encoding="utf-8"))
    return {row["name"] for row in rows if row.get("reason") == reason}


@pytest.mark.parametrize("road", ["calendars", "contacts", "tasks"])
def test_everybody_s_go_to_their_own_account_and_nobody_s_to_another(call, association, cloud, road):
    ended = call("migrate", road, "--json", environ=association)
    again = summary(call("migrate", road, "--json", environ=association).out)
    verified = call("verify", road, environ=association)

    all_ = summary(ended.out)
    assert (all_["exit"], all_["failed"], all_["pending"]) == (0, 0, 0)
    assert all_["found"] == all_["moved"] + all_["skipped"]
    assert (again["moved"], again["unchanged"]) == (0, all_["moved"])
    assert verified.code == 0
    desks = {login: cloud.agenda(login) for login in (LOGIN, "maelle")}
    held = {login: desk.books if road == "contacts" else desk.calendars for login, desk in desks.items()}
    filled = {login: {name for name, shelf in one.items() if shelf.things} for login, one in held.items()}
    assert (
        filled
        == {
            "calendars": {LOGIN: {WHO, "Ateliers", "Le jardin (à nous)"}, "maelle": {"maelle@lauze.example"}},
            "contacts": {LOGIN: {"Contacts"}, "maelle": {"Contacts"}},
            "tasks": {LOGIN: {"Mes tâches", "Jardin 🌱"}, "maelle": {"Mes tâches"}},
        }[road]
    )
    call("report", environ=association)
    alone = stayed("no_target_account")
    if road == "calendars":
        assert "yann-ael@lauze.example" in alone
        assert {"maelle@lauze.example", "Jardin partagé"} <= stayed("moved_by_owner")
    assert WHO not in alone


def test_other_contacts_come_where_they_are_wanted_and_only_then_is_their_permission_asked_for(
    call, association, cloud, google, workspace
):
    google.tokens.delegated -= {scope for scope in AGENDA_SCOPES if "other" in scope}
    assert call("migrate", "contacts", environ=association).code == 0
    assert "Other contacts" not in cloud.agenda(LOGIN).books
    file = workspace / "workspace.yml"
    wanted = file.read_text(encoding="utf-8").replace("  contacts:\n", "  contacts:\n    other: true\n")
    file.write_text(wanted, encoding="utf-8")

    refused = call("migrate", "contacts", environ=association)
    google.service_account(scopes=AGENDA_SCOPES)
    ended = call("migrate", "contacts", environ=association)

    assert refused.code == 4
    assert "contacts.other.readonly" in "".join(refused.out.split()) + "".join(refused.err.split())
    assert ended.code == 0
    assert len(cloud.agenda(LOGIN).books["Other contacts"].things) == 5


def test_for_everybody_at_a_folder_each_gets_one(call, association):
    assert call("migrate", "tasks", "--to", "folder:out", environ=association).code == 0

    assert sorted(path.name for path in Path("out").iterdir() if not path.name.startswith(".")) == ["camille", "maelle"]
    assert files_in(Path("out", "maelle"))


def test_everybody_needs_a_service_account(call, association, google):
    token = google.access_token(WHO, scopes=AGENDA_SCOPES)

    ended = call("plan", "contacts", environ=association | {"DEGOOG_GOOGLE_TOKEN": token})

    assert ended.code == 2
    assert "needs a service account" in told(ended.err)


def test_without_a_source_or_a_target_one_is_told_what_to_write(call):
    for road in ("calendars", "contacts", "tasks"):
        ended = call("migrate", road)
        assert ended.code == 2
        assert "--source" in ended.err
        agenda(*usual())
    assert "--to" in call(*FROM_FILE).err


def test_a_changed_title_is_no_changed_name(call):
    agenda(*usual())
    call(*FROM_FILE, "--to", "folder:out")
    agenda(*usual()[:-1], event("e19", "Atelier vélo"))

    out = told(call("plan", "calendars", "--source", "ics:agenda.ics", "--to", "folder:out").out)

    assert "Changed at the source, will be brought up to date: 1 event" in out
    assert "name will be changed" not in out
