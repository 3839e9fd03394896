"""The products people tick beside Drive: calendar, contacts, tasks, notes, photos, mail; small but whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from degoog.sandbox.takeout import documents
from degoog.sandbox.takeout.drive import ASSOCIATION, DOMAIN, PEOPLE
from degoog.sandbox.takeout.names import PRODUCT_FOLDERS, cut
from degoog.sandbox.takeout.sidecar import gson, written_time
from degoog.sandbox.takeout.view import Language, Product

ALBUM = {Language.FRENCH: "Photos de {}", Language.ENGLISH: "Photos from {}", Language.GERMAN: "Fotos von {}"}
ALBUM_DATA = {
    Language.FRENCH: "métadonnées.json",
    Language.ENGLISH: "metadata.json",
    Language.GERMAN: "Metadaten.json",
}
MAILBOX = {
    Language.FRENCH: "Tous les messages, y compris ceux du dossier Spam -002.mbox",
    Language.ENGLISH: "All mail Including Spam and Trash-002.mbox",
    Language.GERMAN: "Alle Nachrichten, einschließlich Spam und Papierkorb-002.mbox",
}
ALL_CONTACTS = {
    Language.FRENCH: "Tous les contacts",
    Language.ENGLISH: "All Contacts",
    Language.GERMAN: "Alle Kontakte",
}


def other_products(
    random: Random, *, language: Language, owner: str, made: datetime
) -> Iterator[tuple[Product, str, bytes]]:
    """(product, path below `Takeout/`, content) of every file of the other products."""
    folder = PRODUCT_FOLDERS[language]
    yield Product.CALENDAR, f"{folder[Product.CALENDAR]}/{ASSOCIATION}.ics", _calendar(made)
    yield Product.CALENDAR, f"{folder[Product.CALENDAR]}/Prêt de la serre 🌿.ics", _calendar(made)
    group = ALL_CONTACTS[language]
    yield Product.CONTACTS, f"{folder[Product.CONTACTS]}/{group}/{group}.vcf", _contacts(PEOPLE)
    yield Product.CONTACTS, f"{folder[Product.CONTACTS]}/Bénévoles/Bénévoles.vcf", _contacts(PEOPLE[:3])
    yield Product.TASKS, f"{folder[Product.TASKS]}/Tasks.json", _tasks(made)
    for note in ("Liste de courses", "Codes portail _ cabane"):
        yield Product.KEEP, f"{folder[Product.KEEP]}/{note}.json", _note(note, made)
        yield (
            Product.KEEP,
            f"{folder[Product.KEEP]}/{note}.html",
            f"<html><body>{note}</body></html>".encode(),
        )
    yield from _photos(random, folder[Product.PHOTOS], language)
    yield Product.MAIL, f"{folder[Product.MAIL]}/{MAILBOX[language]}", _mailbox(owner, made)


def _calendar(made: datetime) -> bytes:
    start = f"{made - timedelta(days=30):%Y%m%d}"
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
            "VERSION:2.0",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            f"X-WR-CALNAME:{ASSOCIATION}",
            "X-WR-TIMEZONE:Europe/Paris",
            "BEGIN:VEVENT",
            f"DTSTART;VALUE=DATE:{start}",
            "RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=12",
            f"DTSTAMP:{made:%Y%m%dT%H%M%SZ}",
            f"UID:jardin-ca-mensuel@{DOMAIN}",
            "SUMMARY:Réunion du CA",
            f"ATTENDEE;CN={PEOPLE[0][0]};PARTSTAT=ACCEPTED:mailto:{PEOPLE[0][1]}",
            "STATUS:CONFIRMED",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    ).encode()


def _contacts(people: tuple[tuple[str, str], ...]) -> bytes:
    return "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:;{name};;;\r\nEMAIL;TYPE=INTERNET:{address}\r\nEND:VCARD\r\n"
        for name, address in people
    ).encode()


def _tasks(made: datetime) -> bytes:
    item = {
        "id": "MTIzNDU2Nzg5",
        "kind": "tasks#task",
        "title": "Commander le paillage",
        "status": "needsAction",
        "updated": written_time(made - timedelta(days=3)),
    }
    listed = {"kind": "tasks#tasks", "id": "bGlzdGU", "title": "À faire au jardin", "items": [item]}
    return gson({"kind": "tasks#taskLists", "items": [listed]})


def _note(title: str, made: datetime) -> bytes:
    micros = int((made - timedelta(days=200)).timestamp()) * 1_000_000
    return gson(
        {
            "color": "DEFAULT",
            "isTrashed": False,
            "isPinned": False,
            "isArchived": False,
            "textContent": "Terreau\nFicelle\nGodets",
            "title": title,
            "userEditedTimestampUsec": micros,
        }
    )


def _photos(random: Random, folder: str, language: Language) -> Iterator[tuple[Product, str, bytes]]:
    for year in (2022, 2023):
        album = f"{folder}/{ALBUM[language].format(year)}"
        yield Product.PHOTOS, f"{album}/{ALBUM_DATA[language]}", gson({"title": ALBUM[language].format(year)})
        for _ in range(3):
            name = f"PXL_{year}0{random.randrange(1, 10)}14_1{random.randrange(100000):05d}.jpg"
            told = {
                "title": name,
                "photoTakenTime": {"timestamp": str(1_650_000_000 + random.randrange(10**7))},
            }
            yield Product.PHOTOS, f"{album}/{name}", documents.jpeg(random, size=20_000)
            yield Product.PHOTOS, f"{album}/{cut(name + '.supplemental-metadata', 46)}.json", gson(told)


def _mailbox(owner: str, made: datetime) -> bytes:
    letters = []
    for number, (name, address) in enumerate(PEOPLE):
        sent = made - timedelta(days=3 * number)
        letters.append(
            f"From {1_700_000_000_000 + number}@xxx {sent:%a %b %d %H:%M:%S +0000 %Y}\r\n"
            f"X-GM-THRID: {1_700_000_000_000 + number}\r\nX-Gmail-Labels: Inbox,Opened\r\n"
            f"From: {name.encode('ascii', 'replace').decode()} <{address}>\r\nTo: <{owner}>\r\n"
            f"Date: {sent:%a, %d %b %Y %H:%M:%S +0000}\r\nMessage-ID: <{number}@{DOMAIN}>\r\n"
            "Subject: Atelier de samedi\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
            "Bonjour,\r\n>From now on on se retrouve à 9 h.\r\n\r\n"
        )
    return "".join(letters).encode()
