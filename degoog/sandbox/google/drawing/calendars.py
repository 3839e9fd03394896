"""Draws the calendars of "Les Jardins de la Lauze": every trap of real ones, and what must become of each calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from degoog.sandbox.google.agenda import Calendar, CalendarRole, CalendarRule, Json, ListEntry
from degoog.sandbox.google.drawing.events import at, cancelled, changed, day, days, event, guest, hours
from degoog.sandbox.google.drawing.people import CAMILLE, CLEMENCE, MAELLE, NOEMIE, OFFICE, YANN
from degoog.sandbox.google.people import DOMAIN

GARDEN = "c_jardin0000000000000000000000@group.calendar.google.com"
WORKSHOPS = "c_ateliers00000000000000000000@group.calendar.google.com"
EMPTY = "c_vide000000000000000000000000@group.calendar.google.com"
HOLIDAYS = "fr.french#holiday@group.v.calendar.google.com"
BIRTHDAYS = "addressbook#contacts@group.v.calendar.google.com"
IMPORTED = "k3lunaisons0000000000000000000@import.calendar.google.com"
ROOM = "c_1884cabane@resource.calendar.google.com"
_HTML = (
    '<p>Ordre du jour&nbsp;:</p><ul><li>Le <b>budget</b> ; les semis, etc.</li><li>Voir <a href="https://lauze.example'
    '/mare?a=1&amp;b=2">le projet de mare</a></li></ul><br>À bientôt — l’équipe'
)


class CalendarFate(StrEnum):
    """What becomes of a calendar in somebody's list."""

    EVENTS = "events"
    FREE_BUSY = "free_busy"
    """Only whether its owner is busy can be seen."""
    SUBSCRIBED = "subscribed"
    """Google's, or another site's: it can be subscribed to anew."""
    BIRTHDAYS = "birthdays"
    """Made from the contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCalendar:
    """A calendar in one person's list; `uids` are those of its events that are not deleted."""

    account: str
    id: str
    name: str
    owner: str
    role: CalendarRole
    hidden: bool
    fate: CalendarFate
    uids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCalendars:
    """The calendars, everybody's lists of them, and the answer."""

    calendars: tuple[Calendar, ...]
    lists: Mapping[str, tuple[ListEntry, ...]] = field(default_factory=dict)
    expected: tuple[ExpectedCalendar, ...] = ()


def draw_calendars(files: Mapping[str, str]) -> DrawnCalendars:
    """All of it. `files` gives the ids of Drive files that events have attached, by title."""
    mine = Calendar(id=CAMILLE, summary=CAMILLE, owner=CAMILLE, working_hours={
        "workingHoursEnabled": True, "availableTimes": [
            {"dayOfWeek": "monday", "periodStart": 540, "periodEnd": 720},
            {"dayOfWeek": "tuesday", "periodStart": 540, "periodEnd": 1020}]},
        labels={"eventLabels": [{"id": "0f4c1c39-1b7a-4d59-9f3c-2f6de0b0a001", "name": "Bureau", "backgroundColor":
            "#039be5"}]})  # fmt: skip
    _fill(mine, [*_simple(mine.id, files), *_series(mine.id), *_kinds(mine.id), *_odd(mine.id)])
    mine.unseen.add(_id_of(mine, "Vous avez gagné !"))
    garden = Calendar(id=GARDEN, summary="Jardin partagé", owner=CAMILLE, description="Qui arrose quand.\nMerci !",
        location="1 chemin de la Lauze", rules=(
            CalendarRule(CalendarRole.WRITER, "user", MAELLE), CalendarRule(CalendarRole.READER, "user", YANN),
            CalendarRule(CalendarRole.WRITER_WITHOUT_PRIVATE, "group", OFFICE),
            CalendarRule(CalendarRole.FREE_BUSY, "domain", DOMAIN), CalendarRule(CalendarRole.READER, "default"),
            CalendarRule(CalendarRole.READER, "user", CLEMENCE)))  # fmt: skip
    _fill(garden, _watering(GARDEN))
    workshops = Calendar(id=WORKSHOPS, summary="Ateliers", owner=CAMILLE)
    _fill(workshops, [event(WORKSHOPS, f"Atelier n° {n}", *hours(f"2026-{n:02d}-14 14:00", 2)) for n in range(1, 13)])
    maelle = Calendar(id=MAELLE, summary=MAELLE, owner=MAELLE, rules=(
        CalendarRule(CalendarRole.READER, "user", CAMILLE),))  # fmt: skip
    _fill(maelle, [
        event(MAELLE, "Marché de Noël", *hours("2026-12-12 09:00", 8)),
        event(MAELLE, "Rendez-vous personnel", *hours("2026-12-13 09:00", 1), {"visibility": "private"}),
    ])  # fmt: skip
    yann = Calendar(id=YANN, summary=YANN, owner=YANN, rules=(CalendarRule(CalendarRole.FREE_BUSY, "domain", DOMAIN),))
    _fill(yann, [event(YANN, "Absent", *hours("2026-12-01 09:00", 4))])
    public = (CalendarRule(CalendarRole.READER, "default"),)
    holidays = Calendar(id=HOLIDAYS, summary="Jours fériés en France", rules=public)
    _fill(holidays, [event(HOLIDAYS, "Noël", *days("2026-12-25"), {"visibility": "public", "transparency":
        "transparent"})])  # fmt: skip
    birthdays = Calendar(id=BIRTHDAYS, summary="Anniversaires", rules=public)
    _fill(birthdays, [event(BIRTHDAYS, "Anniversaire de Noémie", *days("2026-05-04"), {"eventType": "birthday"})])
    imported = Calendar(id=IMPORTED, summary="Lunaisons", rules=public)
    _fill(imported, [event(IMPORTED, "Pleine lune", *days("2026-11-24"))])
    others = (
        Calendar(id=EMPTY, summary="", owner=CAMILLE, zone="America/Martinique"),
        Calendar(id=ROOM, summary="La cabane", rules=(CalendarRule(CalendarRole.READER, "domain", DOMAIN),)),
        Calendar(id=NOEMIE, summary=NOEMIE, owner=NOEMIE),
    )
    calendars = (mine, garden, workshops, maelle, yann, holidays, birthdays, imported, *others)
    lists = {
        CAMILLE: (
            ListEntry(calendar=CAMILLE, background="#9fe1e7", reminders=(("popup", 10), ("email", 1440))),
            ListEntry(calendar=GARDEN, override="Le jardin (à nous)", background="#16a765", reminders=()),
            ListEntry(calendar=WORKSHOPS, hidden=True, selected=False),
            ListEntry(calendar=MAELLE), ListEntry(calendar=YANN, selected=False), ListEntry(calendar=HOLIDAYS),
            ListEntry(calendar=BIRTHDAYS), ListEntry(calendar=IMPORTED), ListEntry(calendar=EMPTY),
            ListEntry(calendar=ROOM),
        ),
        MAELLE: (ListEntry(calendar=MAELLE), ListEntry(calendar=GARDEN)),
        YANN: (ListEntry(calendar=YANN), ListEntry(calendar=GARDEN)),
        NOEMIE: (ListEntry(calendar=NOEMIE),),
    }  # fmt: skip
    by_id = {calendar.id: calendar for calendar in calendars}
    roles = {
        (CAMILLE, MAELLE): CalendarRole.READER, (CAMILLE, YANN): CalendarRole.FREE_BUSY, (CAMILLE, HOLIDAYS):
        CalendarRole.READER, (CAMILLE, BIRTHDAYS): CalendarRole.READER, (CAMILLE, IMPORTED): CalendarRole.READER,
        (CAMILLE, ROOM): CalendarRole.READER, (MAELLE, GARDEN): CalendarRole.WRITER, (YANN, GARDEN):
        CalendarRole.READER,
    }  # fmt: skip
    expected = [
        _expected(email, entry, by_id[entry.calendar], roles.get((email, entry.calendar), CalendarRole.OWNER))
        for email, entries in lists.items()
        for entry in entries
    ]
    return DrawnCalendars(calendars=calendars, lists=lists, expected=tuple(expected))


def _expected(email: str, entry: ListEntry, calendar: Calendar, role: CalendarRole) -> ExpectedCalendar:
    fates = {HOLIDAYS: CalendarFate.SUBSCRIBED, IMPORTED: CalendarFate.SUBSCRIBED, BIRTHDAYS: CalendarFate.BIRTHDAYS}
    fate = fates.get(calendar.id, CalendarFate.FREE_BUSY if role is CalendarRole.FREE_BUSY else CalendarFate.EVENTS)
    live = [
        one for one in calendar.events.values() if one["status"] != "cancelled" and one["id"] not in calendar.unseen
    ]
    return ExpectedCalendar(
        account=email, id=calendar.id, name=entry.override or calendar.summary, owner=calendar.owner, role=role,
        hidden=entry.hidden, fate=fate, uids=frozenset(one["iCalUID"] for one in live),
    )  # fmt: skip


def _fill(calendar: Calendar, events: Iterable[Json]) -> None:
    calendar.events.update({one["id"]: one for one in events})


def _id_of(calendar: Calendar, summary: str) -> str:
    return next(id_ for id_, one in calendar.events.items() if one.get("summary") == summary)


def _simple(me: str, files: Mapping[str, str]) -> list[Json]:
    """Events that happen once: guests, texts, privacy, reminders, zones, days."""
    statutes = files.get("Statuts", "1gone0000000000000000000000000000")
    return [
        event(me, "CA de novembre", *hours("2026-11-17 18:30", 2), {
            "attendees": [
                guest(me, "accepted", organizer=True, displayName="Camille Vidal"), guest(MAELLE, "accepted",
                    displayName="Roudaut, Maëlle", comment="J’apporte les clés ; et du thé"),
                guest(YANN, "declined", optional=True), guest(CLEMENCE, "tentative", additionalGuests=2),
                guest(NOEMIE), guest(ROOM, "accepted", resource=True, displayName="La cabane")],
            "description": _HTML, "location": "La cabane, 1 chemin de la Lauze; au fond, à droite\n(2e portail)",
            "sequence": 3, "guestsCanModify": True, "hangoutLink": "https://meet.google.com/abc-defg-hij",
            "conferenceData": {"conferenceId": "abc-defg-hij", "conferenceSolution": {"key": {"type": "hangoutsMeet"},
                "name": "Google Meet", "iconUri": "https://fonts.gstatic.com/meet.png"}, "entryPoints": [
                    {"entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij"},
                    {"entryPointType": "phone", "uri": "tel:+33-1-87-40-00-00", "label": "+33 1 87 40 00 00",
                     "pin": "123456789"}]},
            "attachments": [
                {"fileUrl": f"https://drive.google.com/open?id={statutes}&authuser=0", "title": "Statuts",
                 "mimeType": "application/vnd.google-apps.document", "fileId": statutes},
                {"fileUrl": "https://lauze.example/plan.pdf", "title": "Plan, de la mare", "mimeType":
                 "application/pdf"}]}),
        event(me, "Invitée par Maëlle", *hours("2026-11-20 10:00", 1), {
            "organizer": {"email": MAELLE, "displayName": "Maëlle Roudaut"}, "creator": {"email": MAELLE},
            "attendees": [guest(MAELLE, "accepted", organizer=True), guest(me, "tentative")]}),
        event(me, "Entre nous", *hours("2026-11-21 10:00", 1), {
            "organizer": {"email": NOEMIE}, "creator": {"email": NOEMIE}, "guestsCanSeeOtherGuests": False,
            "guestsCanInviteOthers": False, "attendees": [guest(NOEMIE, "accepted", organizer=True), guest(me),
            guest(CLEMENCE)]}),
        event(me, "Longue description", *hours("2026-10-01 09:00", 1), {"description": "Été à l’ombre ; sécheresse, "
            "pluie\\vent…\n" * 400}),
        event(me, "Privé", *hours("2026-10-02 09:00", 1), {"visibility": "private", "reminders": {"useDefault": False,
            "overrides": [{"method": "email", "minutes": 2880}, {"method": "popup", "minutes": 0}]}}),
        event(me, "Confidentiel", *hours("2026-10-02 11:00", 1), {"visibility": "confidential", "transparency":
            "transparent", "reminders": {"useDefault": False}}),
        event(me, "Public, à confirmer", *hours("2026-10-02 14:00", 1), {"visibility": "public", "status": "tentative",
            "colorId": "11", "source": {"title": "L’annonce", "url": "https://lauze.example/annonce?id=3"}}),
        event(me, "Étiqueté", *hours("2026-10-03 09:00", 1), {"eventLabelId": "0f4c1c39-1b7a-4d59-9f3c-2f6de0b0a001",
            "extendedProperties": {"private": {"projet": "mare; 2026"}, "shared": {"clé é": "sur\ndeux lignes"}}}),
        event(me, "Un jour", *days("2026-08-15")),
        event(me, "Trois jours : fête", *days("2026-09-11", 3)),
        event(me, "Vol Paris – New York", at("2026-07-01 13:30"), at("2026-07-01 15:45", "America/New_York")),
        event(me, "Appel avec Calcutta", *hours("2026-07-02 10:00", 1, "Asia/Calcutta")),
        event(me, "En heure de Greenwich", *hours("2026-07-03 10:00", 1, "UTC")),
        event(me, "Zone au nom étrange", *hours("2026-07-04 10:00", 1, "Etc/GMT-2")),
        event(me, "Instant sans durée", *hours("2026-07-05 10:00", 0), {"endTimeUnspecified": True}),
    ]  # fmt: skip


def _series(me: str) -> list[Json]:
    """Recurring events, with what people do to single occurrences."""
    weekly = event(me, "Réunion du lundi", *hours("2026-01-05 09:00", 1), {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO"],
        "attendees": [guest(me, "accepted", organizer=True), guest(MAELLE, "accepted")]})  # fmt: skip
    daily = event(me, "Permanence", *days("2026-04-01"), {"recurrence": ["RRULE:FREQ=DAILY;COUNT=20"]})
    split = event(me, "Cours de greffe", *hours("2026-02-03 18:00", 2), {"recurrence": [
        "RRULE:FREQ=WEEKLY;UNTIL=20260316T225959Z;BYDAY=TU"]})  # fmt: skip
    rest_id = f"{split['id']}_R20260317T170000"
    rest = event(me, "Cours de greffe (nouvel horaire)", *hours("2026-03-17 19:00", 2), {"id": rest_id, "iCalUID":
        split["iCalUID"], "recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20260601T215959Z;BYDAY=TU"]})  # fmt: skip
    third_id = f"{split['id']}_R20260602T170000"
    other_uid = event(me, "Cours de greffe (été)", *hours("2026-06-02 19:00", 2), {"id": third_id, "iCalUID":
        f"{third_id}@google.com", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]})  # fmt: skip
    lonely = changed(
        event(NOEMIE, "Conseil des semences", *hours("2026-05-07 14:00", 2)),
        at("2026-05-14 14:00"),
        {"summary": "Invitée à une seule séance", "organizer": {"email": NOEMIE}, "attendees": [
            guest(NOEMIE, "accepted", organizer=True), guest(me, "accepted")]},
    )  # fmt: skip
    moved = changed(weekly, at("2026-03-30 09:00"), {"start": at("2026-03-31 14:00"), "end": at("2026-03-31 15:30"),
        "summary": "Réunion (déplacée au mardi)", "sequence": 1})  # fmt: skip
    before = changed(weekly, at("2026-01-12 09:00"), {"start": at("2026-01-02 09:00"), "end": at("2026-01-02 10:00")})
    guests = changed(weekly, at("2026-11-02 09:00"), {"attendees": [guest(me, "declined", organizer=True), guest(MAELLE,
        "declined"), guest(YANN, "accepted")], "description": "Exceptionnellement avec Yann-Aël."})  # fmt: skip

    def rule(name: str, begin: str, *lines: str, zone: str = "Europe/Paris") -> Json:
        return event(me, name, *hours(begin, 1, zone), {"recurrence": list(lines)})

    return [
        weekly, moved, before, guests, cancelled(weekly, at("2026-05-25 09:00")), cancelled(weekly, at(
            "2026-10-26 09:00")),
        daily, cancelled(daily, day("2026-04-06")), changed(daily, day("2026-04-10"), {"summary": "Permanence double",
            "end": day("2026-04-12")}),
        split, rest, other_uid, lonely,
        rule("Dernier vendredi", "2026-01-30 17:00", "RRULE:FREQ=MONTHLY;BYDAY=-1FR"),
        rule("Le 31", "2026-01-31 08:00", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=6"),
        rule("Premier jour ouvré", "2026-01-01 08:00", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=12"),
        rule("29 février", "2024-02-29 12:00", "RRULE:FREQ=YEARLY"),
        rule("AG annuelle", "2025-03-15 14:00", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=3SA"),
        rule("Toutes les deux semaines", "2026-01-01 20:00", "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TH,SU"),
        rule("Heure d’été", "2026-03-27 02:30", "RRULE:FREQ=DAILY;COUNT=5"),
        rule("À New York", "2026-03-06 21:00", "RRULE:FREQ=WEEKLY;COUNT=6", zone="America/New_York"),
        rule("Dates choisies", "2026-06-01 10:00", "RDATE;TZID=Europe/Paris:20260610T100000,20260620T153000",
            "EXDATE;TZID=Europe/Paris:20260601T100000"),
        rule("Sauf quelques-unes", "2026-09-01 10:00", "RRULE:FREQ=DAILY;COUNT=10",
            "EXDATE:20260903T080000Z", "EXDATE;TZID=Europe/Paris:20260905T100000", "EXRULE:FREQ=WEEKLY;BYDAY=MO"),
        rule("Sans aucune occurrence", "2026-09-01 11:00", "RRULE:FREQ=DAILY;COUNT=2",
            "EXDATE:20260901T090000Z,20260902T090000Z"),
    ]  # fmt: skip


def _kinds(me: str) -> list[Json]:
    """Google's own kinds of event."""
    return [
        event(me, "Absente : congés", *hours("2026-08-03 00:00", 120), {"eventType": "outOfOffice", "visibility":
            "public", "outOfOfficeProperties": {"autoDeclineMode": "declineAllConflictingInvitations", "declineMessage":
            "De retour lundi"}}),
        event(me, "Comptes au calme", *hours("2026-09-08 09:00", 3), {"eventType": "focusTime", "focusTimeProperties":
            {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"}}),
        event(me, "Maison", *days("2026-09-09"), {"eventType": "workingLocation", "visibility": "public",
            "transparency": "transparent", "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}}}),
        event(me, "Anniversaire de Maëlle", *days("2026-02-14"), {"eventType": "birthday", "transparency":
            "transparent", "visibility": "private", "recurrence": ["RRULE:FREQ=YEARLY"], "birthdayProperties": {"type":
            "birthday", "contact": "people/c1001"}}),
        event(me, "Train pour Lyon", *hours("2026-10-20 07:12", 3), {"eventType": "fromGmail", "location": "Gare",
            "source": {"title": "Votre billet", "url": "https://mail.google.com/mail?extsrc=cal&plid=x"}, "locked":
            True}),
    ]  # fmt: skip


def _odd(me: str) -> list[Json]:
    """What should not be, and is."""
    untitled = event(me, "sans titre", *hours("2026-06-15 10:00", 1))
    del untitled["summary"]
    return [
        untitled,
        event(me, "Titre\nsur deux lignes 🌻, et ; \\", *hours("2026-06-16 10:00", 1)),
        event(me, "D’Outlook", *hours("2026-06-17 10:00", 1), {"iCalUID":
            "040000008200E00074C5B7101A82E00800000000A0B1C2D3E4F5DA01000000000000000010000000"}),
        event(me, "Très ancien", *days("1601-01-01")),
        event(me, "Avant l’époque", *hours("1969-07-20 21:56", 1, "UTC")),
        event(me, "Effacé", *hours("2026-06-18 10:00", 1), {"status": "cancelled"}),
        event(me, "Vous avez gagné !", *hours("2026-06-19 10:00", 1), {"organizer": {"email": "spam@ailleurs.example"},
            "attendees": [guest(me)]}),
        event(me, "Rappel sans fin", *hours("2026-06-20 10:00", 1), {"reminders": {"useDefault": False, "overrides": [
            {"method": "popup", "minutes": minutes} for minutes in (5, 10, 60, 1440, 40320)]}}),
    ]  # fmt: skip


def _watering(me: str) -> list[Json]:
    """A calendar shared by several: private events among the others."""
    tour = event(me, "Arrosage", *hours("2026-05-01 19:00", 1), {"recurrence": [
        "RRULE:FREQ=DAILY;UNTIL=20260930T215959Z"], "creator": {"email": MAELLE}})  # fmt: skip
    rain = [cancelled(tour, at(f"2026-06-{number:02d} 19:00")) for number in range(2, 20, 3)]
    return [
        tour, *rain,
        event(me, "Réserve : codes du cadenas", *hours("2026-05-02 10:00", 1), {"visibility": "private",
            "description": "0000"}),
        event(me, "Livraison de fumier", *days("2026-10-10")),
    ]  # fmt: skip
