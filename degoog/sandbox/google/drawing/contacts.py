"""Draws address books and lists of tasks: every field and trap that a migration must not lose."""

from collections.abc import Iterable
from typing import Any

from degoog.sandbox.google.contacts import AddressBook
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE
from degoog.sandbox.google.tasks import TaskList

Json = dict[str, Any]
PHOTO, DEFAULT_PHOTO, LARGE_PHOTO = "cm/portrait-noemie", "cm/lettre-x", "cm/portrait-enorme"


def draw_photos() -> dict[str, int]:
    """The photos there are: the last part of their address, and their bytes at full size."""
    return {
        PHOTO.rpartition("/")[2]: 60_000, DEFAULT_PHOTO.rpartition("/")[2]: 900,
        LARGE_PHOTO.rpartition("/")[2]: 8_000_000,
    }  # fmt: skip


def draw_address_books() -> dict[str, AddressBook]:
    """Camille's, with every field there is, and a small one of Maëlle's."""
    groups = {"contactGroups/2a01": "Bénévoles", "contactGroups/2a02": "Fournisseurs & Cie", "contactGroups/2a03":
              "Vide"}  # fmt: skip
    people = [_full(), *_odd(), *(ordinary(number) for number in range(1, 131))]
    others = [
        {"resourceName": f"otherContacts/c9{number:03d}", "etag": "%o", "emailAddresses": [_of(9000 + number,
         value=f"inconnu{number}@ailleurs.example")]} for number in range(1, 6)
    ]  # fmt: skip
    camille = AddressBook(
        people={one["resourceName"]: one for one in people},
        others={str(one["resourceName"]): one for one in others},
        groups=groups,
    )
    maelle = AddressBook(people={one["resourceName"]: one for one in (ordinary(201), ordinary(202))})
    return {CAMILLE: camille, MAELLE: maelle}


def _of(number: int, **values: object) -> Json:
    source = {"type": "CONTACT", "id": f"{number:x}"}
    return {"metadata": {"primary": True, "source": source}, **values}


def _person(number: int, more: Json, *, groups: Iterable[str] = ("myContacts",)) -> Json:
    source = {"type": "CONTACT", "id": f"{number:x}", "etag": "#s", "updateTime": "2026-02-03T10:11:12.345678Z"}
    return {
        "resourceName": f"people/c{number}",
        "etag": f"%Eg{number}",
        "metadata": {"sources": [source], "objectType": "PERSON"},
        "memberships": [
            _of(number, contactGroupMembership={"contactGroupId": g, "contactGroupResourceName": f"contactGroups/{g}"})
            for g in groups
        ],
        **more,
    }


def _photo(number: int, key: str, **more: object) -> Json:
    return _of(number, url=f"https://lh3.googleusercontent.com/{key}=s100", **more)


def _full() -> Json:
    """Somebody of whom everything is known."""
    n = 1001
    return _person(n, {
        "names": [_of(n, displayName="Dr Noémie Zoé Castagné, fille", displayNameLastFirst="Castagné, Noémie Zoé",
            familyName="Castagné", givenName="Noémie", middleName="Zoé", honorificPrefix="Dr", honorificSuffix="fille",
            phoneticFamilyName="kastagné", phoneticGivenName="noémi", phoneticMiddleName="zoé",
            unstructuredName="Dr Noémie Zoé Castagné, fille")],
        "nicknames": [_of(n, value="Nono")], "fileAses": [_of(n, value="Castagné, N.")],
        "emailAddresses": [_of(n, value="noemie.castagne@maraichage.example", type="work", formattedType="Work",
            displayName="Noémie C."), _of(n, value="noemie@perso.example", type="home", formattedType="Home"),
            _of(n, value="nono@asso.example", type="Trésorerie", formattedType="Trésorerie")],
        "phoneNumbers": [_of(n, value="06 12 34 56 78", canonicalForm="+33612345678", type="mobile", formattedType=
            "Mobile"), _of(n, value="05 61 00 00 00", type="workFax", formattedType="Work Fax"), _of(n, value="114",
            type="Cabane", formattedType="Cabane")],
        "addresses": [_of(n, type="home", formattedType="Home", formattedValue="12 rue des Lilas ; bât. B\nBP 3\n31000 "
            "Toulouse\nOccitanie\nFrance", poBox="BP 3", streetAddress="12 rue des Lilas ; bât. B", extendedAddress=
            "2e étage", city="Toulouse", region="Occitanie", postalCode="31000", country="France", countryCode="FR"),
            _of(n, type="Champ", formattedType="Champ", formattedValue="Lieu-dit La Lauze")],
        "organizations": [_of(n, type="work", formattedType="Work", name="Maraîchage du Lac", department=
            "Semis, plants", title="Gérante", jobDescription="Tout", phoneticName="maréchage", symbol="MDL", domain=
            "maraichage.example", location="Toulouse", current=True, startDate={"year": 2019, "month": 3, "day": 1}),
            _of(n, name="Réseau Semences", title="Trésorière", endDate={"year": 2018, "month": 12})],
        "birthdays": [_of(n, date={"month": 5, "day": 4}, text="4 mai")],
        "events": [_of(n, type="anniversary", formattedType="Anniversary", date={"year": 2012, "month": 6, "day": 30}),
            _of(n, type="Adhésion", formattedType="Adhésion", date={"year": 2017, "month": 1, "day": 15})],
        "relations": [_of(n, person="Idriss", type="spouse", formattedType="Spouse"), _of(n, person="Zélie d’Aubrac",
            type="Marraine", formattedType="Marraine")],
        "urls": [_of(n, value="https://maraichage.example", type="homePage", formattedType="Home Page"), _of(n,
            value="https://blog.example/nono", type="blog", formattedType="Blog")],
        "imClients": [_of(n, username="@nono:matrix.example", protocol="Matrix", formattedProtocol="Matrix"), _of(n,
            username="nono@jabber.example", protocol="jabber", formattedProtocol="Jabber", type="home")],
        "sipAddresses": [_of(n, value="sip:nono@sip.example", type="work", formattedType="Work")],
        "userDefined": [_of(n, key="Taille de bottes", value="39 ; étroites"), _of(n, key="Allergie, grave", value=
            "Noix\nNoisettes")],
        "calendarUrls": [_of(n, url="https://maraichage.example/nono.ics", type="freeBusy", formattedType="Free/Busy")],
        "externalIds": [_of(n, value="2017-042", type="Adhérente n°", formattedType="Adhérente n°")],
        "locations": [_of(n, value="Serre 3", type="desk", current=True)],
        "biographies": [_of(n, value="Rencontrée à la foire, 2015 ;\naime les courges 🎃", contentType="TEXT_PLAIN")],
        "genders": [_of(n, value="female", formattedValue="Female")],
        "occupations": [_of(n, value="maraîchère")], "interests": [_of(n, value="semences paysannes")],
        "miscKeywords": [_of(n, value="courges", type="OUTLOOK_KEYWORD", formattedType="Keyword")],
        "clientData": [_of(n, key="import", value="2017")],
        "photos": [_photo(n, PHOTO)],
    }, groups=("myContacts", "starred", "2a01", "2a02"))  # fmt: skip


def _odd() -> list[Json]:
    """Little known, or known in odd ways."""

    def named(n: int, name: str, more: Json) -> Json:
        return _person(n, {"names": [_of(n, displayName=name, unstructuredName=name, givenName=name)], **more})

    return [
        _person(1002, {"emailAddresses": [_of(1002, value="sans-nom@ailleurs.example")]}),
        _person(1003, {"organizations": [_of(1003, name="Graines d’Oc")]}),
        named(1004, "דבורה ליבנה", {"birthdays": [_of(1004, date={"year": 1604, "month": 2, "day": 29})]}),
        named(1005, "Nom; avec, ponctuation\\", {"phoneNumbers": [_of(1005, value="+33 (0)5.61;ext=12")]}),
        named(1006, "Photo par défaut", {"photos": [_photo(1006, DEFAULT_PHOTO, default=True)]}),
        named(1007, "Photo énorme", {"photos": [_photo(1007, LARGE_PHOTO)]}),
        named(1008, "Doublon", {"emailAddresses": [_of(1008, value="doublon@lauze.example")]}),
        named(1009, "Doublon", {"emailAddresses": [_of(1009, value="doublon@lauze.example")]}),
        _person(1010, {}),
        named(1011, "Hors de mes contacts", {"memberships": []}),
    ]


def ordinary(number: int) -> Json:
    """A member of whom little is known."""
    name = f"Adhérent·e {number}"
    return _person(number, {
        "names": [_of(number, displayName=name, unstructuredName=name, givenName="Adhérent·e", familyName=str(number))],
        "emailAddresses": [_of(number, value=f"adherent{number}@exemple.example", type="home")],
    }, groups=("myContacts", "2a01"))  # fmt: skip


def draw_task_lists() -> dict[str, list[TaskList]]:
    """Camille's lists: subtasks, done and hidden ones, assigned ones, and more than a page."""

    def task(number: int, title: str, more: Json | None = None) -> Json:
        return {
            "id": f"dGFjaGU{number:04d}", "title": title, "updated": "2026-10-01T08:00:00.000Z", "position":
            f"{number:020d}", "status": "needsAction", **(more or {}),
        }  # fmt: skip

    done: Json = {"status": "completed", "completed": "2026-09-30T17:00:00.000Z"}
    hidden: Json = {**done, "hidden": True}
    first = task(1, "Préparer l’AG", {"due": "2026-12-01T00:00:00.000Z", "notes": "Salle ; traiteur,\nconvocations 📮"})
    links = [{"type": "email", "description": "Devis de la salle", "link": "https://mail.google.com/mail/#all/18c"}]
    mine = TaskList(id="TVRBPT0default", title="Mes tâches", tasks=[
        first, task(2, "Réserver la salle", {"parent": first["id"], **done}),
        task(3, "Envoyer les convocations", {"parent": first["id"], "due": "2026-11-10T00:00:00.000Z"}),
        task(4, "Faite dans le navigateur", hidden), task(5, "", {"notes": "Sans titre"}),
        task(6, "Avec un lien", {"links": links}),
        task(7, "Confiée dans un document", {"assignmentInfo": {"linkToTask": "https://docs.google.com/document/d/1x",
            "surfaceType": "DOCUMENT", "driveResourceInfo": {"driveFileId": "1x"}}}),
        task(8, "Jetée", {"deleted": True}), task(9, "Il y a longtemps", {"due": "1601-01-01T00:00:00.000Z"}),
    ])  # fmt: skip
    plots = [task(100 + n, f"Parcelle {n}", hidden if n % 4 == 0 else None) for n in range(1, 151)]
    garden = TaskList(id="TVRBPT0jardin", title="Jardin 🌱", tasks=plots)
    return {CAMILLE: [mine, garden, TaskList(id="TVRBPT0vide", title="Vide")], MAELLE: [
        TaskList(id="TVRBPT0maelle", title="Mes tâches", tasks=[task(300, "Arroser")])]}  # fmt: skip
