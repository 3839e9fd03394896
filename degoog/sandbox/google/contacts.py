"""People's doors: contacts, other contacts, groups, the domain's directory, photos.

https://developers.google.com/people/api/rest
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from degoog.sandbox.google.answers import ApiError, Asked, as_json, sync_token_expired
from degoog.sandbox.google.fields import ALL, picked
from degoog.sandbox.google.listings import mask_of, sealed, unsealed
from degoog.sandbox.google.pages import fingerprint, page_of
from degoog.sandbox.google.people import Directory, Person
from degoog.sandbox.http_server import Response
from degoog.sandbox.takeout import documents

Json = dict[str, Any]
SYNC_LIFE = 7 * 86_400
FIELDS = frozenset({
    "addresses", "ageRanges", "biographies", "birthdays", "calendarUrls", "clientData", "coverPhotos", "emailAddresses",
    "events", "externalIds", "genders", "imClients", "interests", "locales", "locations", "memberships", "metadata",
    "miscKeywords", "names", "nicknames", "occupations", "organizations", "phoneNumbers", "photos", "relations",
    "sipAddresses", "skills", "urls", "userDefined",
})  # fmt: skip
"""What `personFields` may name; `fileAses` only as part of a contact's own mask."""
OTHER_FIELDS = frozenset({"emailAddresses", "metadata", "names", "phoneNumbers", "photos"})
SYSTEM_GROUPS = ("myContacts", "starred", "friends", "family", "coworkers", "all", "chatBuddies", "blocked")


@dataclass(slots=True)
class AddressBook:
    """One account's contacts: JSON as People writes it, without what each request adds."""

    people: dict[str, Json] = field(default_factory=dict)
    """By resource name, `people/c…`."""
    others: dict[str, Json] = field(default_factory=dict)
    """By resource name, `otherContacts/c…`."""
    groups: dict[str, str] = field(default_factory=dict)
    """The account's own groups: resource name → name."""
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    number: int = 0


class Contacts:
    """Everybody's address book. Hold `lock` while reading more than one thing."""

    def __init__(self, directory: Directory, *, clock: Callable[[], float]) -> None:
        self.directory = directory
        self.books: dict[str, AddressBook] = {}
        self.photos: dict[str, int] = {}
        """Photo → about how many bytes it has at its full size."""
        self.lock = threading.RLock()
        self._clock = clock

    @property
    def now(self) -> float:
        """The server's time."""
        return self._clock()

    def book(self, email: str) -> AddressBook:
        """An account's address book; an empty one where nothing was planted."""
        return self.books.setdefault(email, AddressBook())

    def put(self, email: str, person: Json) -> None:
        """A new contact, or a changed one under its resource name."""
        with self.lock:
            book = self.book(email)
            book.number += 1
            _shelf(book, person["resourceName"])[person["resourceName"]] = person
            book.changed[person["resourceName"]] = book.number
            book.gone.pop(person["resourceName"], None)

    def remove(self, email: str, name: str) -> None:
        """Delete a contact. Raises KeyError."""
        with self.lock:
            book = self.book(email)
            del _shelf(book, name)[name]
            book.number += 1
            book.gone[name] = book.number

    def photo(self, asked: Asked) -> Response:
        """A photo at the size its address ends with (`=s100`): bigger is more bytes."""
        key, _, wanted = asked.item.partition("=")
        size = self.photos.get(key)
        if size is None:
            return Response(404, {"Content-Type": "text/html; charset=UTF-8"}, b"<html>404</html>")
        side = int(wanted[1:]) if wanted[:1] == "s" and wanted[1:].isdecimal() else 0
        side = side or int(asked.one("sz", "0").replace("x", "") or 0)
        told = min(size, side * side) if side else min(size, 96 * 96)
        noise = Random(f"photo {key} {side}")  # noqa: S311 - fixtures want to be repeatable
        return Response(200, {"Content-Type": "image/jpeg", "Server": "fife"}, documents.jpeg(noise, size=told))


class PeopleDoor:
    """Answers for one server."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def answer(self, asked: Asked, person: Person) -> Response:
        """The answer to a request that may be made. Raises ApiError."""
        answers: dict[str, Callable[[Asked, Person], Json]] = {
            "people.people.connections.list": self._connections,
            "people.people.get": self._person,
            "people.people.getBatchGet": self._several,
            "people.otherContacts.list": self._others,
            "people.contactGroups.list": self._groups,
            "people.contactGroups.get": self._group,
            "people.people.listDirectoryPeople": self._directory,
        }
        with self._contacts.lock:
            found = answers[asked.method](asked, person)
        return as_json(200, picked(found, mask_of(asked, ALL)))

    def _connections(self, asked: Asked, person: Person) -> Json:
        wanted = _wanted(asked, "personFields", FIELDS | {"fileAses"})
        book = self._contacts.book(person.email)
        kept = self._kept(asked, book, book.people)
        page, token = page_of(asked, kept, size="pageSize", default=100, most=1000)
        found: Json = {
            "connections": [_only(one, wanted) for one in page],
            "totalPeople": len(book.people),
            "totalItems": len(book.people),
        }
        if not found["connections"]:
            del found["connections"]
        return found | self._ending(asked, token, book)

    def _kept(self, asked: Asked, book: AddressBook, people: dict[str, Json]) -> list[Json]:
        """All of them, or what changed since the token that is given."""
        if not asked.one("syncToken"):
            return sorted(people.values(), key=lambda one: book.changed.get(one["resourceName"], 0))
        since = self._since(asked)
        kind = "otherContacts/" if people is book.others else "people/"
        kept = [one for name, one in people.items() if book.changed.get(name, 0) > since]
        return kept + [
            {"resourceName": name, "etag": "%gone", "metadata": {"deleted": True, "objectType": "PERSON"}}
            for name, number in book.gone.items()
            if number > since and name.startswith(kind)
        ]

    def _ending(self, asked: Asked, token: str, book: AddressBook) -> Json:
        if token:
            return {"nextPageToken": token}
        if asked.one("requestSyncToken") != "true" and not asked.one("syncToken"):
            return {}
        told = {"at": book.number, "of": fingerprint(asked, "pageSize"), "made": self._contacts.now}
        return {"nextSyncToken": sealed("people", **told)}

    def _since(self, asked: Asked) -> int:
        told = unsealed(asked.one("syncToken"), "people")
        if told["of"] != fingerprint(asked, "pageSize"):
            raise ApiError(400, "invalid", "Sync token does not match the request's parameters.")
        if told["made"] + SYNC_LIFE < self._contacts.now:
            raise sync_token_expired()
        return int(told["at"])

    def _person(self, asked: Asked, person: Person) -> Json:
        wanted = _wanted(asked, "personFields", FIELDS | {"fileAses"})
        return _only(self._found(asked.item, person), wanted)

    def _found(self, item: str, person: Person) -> Json:
        if item in {"me", person.number}:
            return _profile(person)
        found = self._contacts.book(person.email).people.get(f"people/{item}")
        if found is None:
            raise ApiError(404, "notFound", "Requested entity was not found.")
        return found

    def _several(self, asked: Asked, person: Person) -> Json:
        wanted = _wanted(asked, "personFields", FIELDS | {"fileAses"})
        found = []
        for name in asked.query.get("resourceNames", ()):
            one = _only(self._found(name.removeprefix("people/"), person), wanted)
            found.append({"httpStatusCode": 200, "requestedResourceName": name, "person": one})
        return {"responses": found}

    def _others(self, asked: Asked, person: Person) -> Json:
        wanted = _wanted(asked, "readMask", OTHER_FIELDS)
        book = self._contacts.book(person.email)
        kept = self._kept(asked, book, book.others)
        page, token = page_of(asked, kept, size="pageSize", default=100, most=1000)
        found: Json = {"otherContacts": [_only(one, wanted) for one in page], "totalSize": len(book.others)}
        return found | self._ending(asked, token, book)

    def _groups(self, asked: Asked, person: Person) -> Json:
        groups = self._all_groups(person)
        page, token = page_of(asked, groups, size="pageSize", default=30, most=1000)
        found: Json = {"contactGroups": page, "totalItems": len(groups)}
        book = self._contacts.book(person.email)
        return found | ({"nextPageToken": token} if token else {"nextSyncToken": sealed("groups", at=book.number)})

    def _group(self, asked: Asked, person: Person) -> Json:
        name = f"contactGroups/{asked.item}"
        for group in self._all_groups(person):
            if group["resourceName"] == name:
                most = asked.number("maxMembers", default=0, most=1000, least=0)
                members = self._members(person, name)[:most]
                return {**group, "memberResourceNames": members} if members else group
        raise ApiError(404, "notFound", "Requested entity was not found.")

    def _all_groups(self, person: Person) -> list[Json]:
        own = self._contacts.book(person.email).groups
        named = [(f"contactGroups/{name}", name, "SYSTEM_CONTACT_GROUP") for name in SYSTEM_GROUPS]
        named += [(resource, name, "USER_CONTACT_GROUP") for resource, name in own.items()]
        return [
            {"resourceName": resource, "etag": "%grp", "groupType": kind, "name": name, "formattedName": name,
             "memberCount": len(self._members(person, resource))}
            for resource, name, kind in named
        ]  # fmt: skip

    def _members(self, person: Person, group: str) -> list[str]:
        return [
            name
            for name, one in self._contacts.book(person.email).people.items()
            if any(m["contactGroupMembership"]["contactGroupResourceName"] == group for m in one.get("memberships", ()))
        ]

    def _directory(self, asked: Asked, person: Person) -> Json:
        wanted = _wanted(asked, "readMask", FIELDS)
        if not asked.one("sources"):
            raise _bad("sources is required.")
        if not person.domain:
            raise ApiError(403, "forbidden", "Must be a G Suite domain user.")
        # support.google.com/a/answer/60218: who is suspended is not in the directory.
        everybody = self._contacts.directory.people.values()
        known = [one for one in everybody if one.domain == person.domain and not one.suspended]
        page, token = page_of(asked, known, size="pageSize", default=100, most=1000)
        found: Json = {"people": [_only(_profile(one), wanted) for one in page]}
        return found | ({"nextPageToken": token} if token else {})


def _shelf(book: AddressBook, name: str) -> dict[str, Json]:
    return book.others if name.startswith("otherContacts/") else book.people


def _wanted(asked: Asked, name: str, allowed: frozenset[str]) -> frozenset[str]:
    given = frozenset(filter(None, (one.strip() for one in asked.one(name).split(","))))
    if not given:
        raise _bad(f"{name} mask is required. Please specify one or more valid paths.")
    for one in sorted(given - allowed):
        raise _bad(f'Invalid {name} mask path: "{one}". Valid paths are documented.')
    return given


def _bad(message: str) -> ApiError:
    return ApiError(400, "badRequest", message)


def _only(person: Json, wanted: frozenset[str]) -> Json:
    return {name: value for name, value in person.items() if name in wanted | {"resourceName", "etag"}}


def _profile(person: Person) -> Json:
    source = {"primary": True, "source": {"type": "PROFILE", "id": person.number}}
    return {
        "resourceName": f"people/{person.number}",
        "etag": "%profile",
        "names": [{"metadata": source, "displayName": person.name, "unstructuredName": person.name}],
        "emailAddresses": [{"metadata": source, "value": person.email}],
        "metadata": {"sources": [{"type": "PROFILE", "id": person.number, "etag": "#1"}], "objectType": "PERSON"},
    }


def updated(seconds: int) -> str:
    """A time in a person's metadata."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.000000Z"
