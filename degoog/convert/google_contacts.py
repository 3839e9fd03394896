"""A person as the People API writes them, as a vCard 3.0 (RFC 2426), with Apple's labels for labels of one's own.

https://developers.google.com/people/api/rest/v1/people; each rule is a row of docs/conversions.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from degoog.convert.content_lines import Line, escaped, made, text
from degoog.convert.google_tasks import stamp
from degoog.convert.vcards import RawCard, picture

Raw = Mapping[str, Any]
# What `personFields` asks for: every field a contact can have.
FIELDS = (
    "addresses,biographies,birthdays,calendarUrls,clientData,emailAddresses,events,externalIds,genders,imClients,"
    "interests,locales,locations,memberships,metadata,miscKeywords,names,nicknames,occupations,organizations,"
    "phoneNumbers,photos,relations,sipAddresses,skills,urls,userDefined"
)
# All that Google tells of somebody it noted by itself.
OTHER_FIELDS = "emailAddresses,metadata,names,phoneNumbers,photos"
_PHONES = {
    "home": "HOME", "work": "WORK", "mobile": "CELL", "homeFax": "HOME,FAX", "workFax": "WORK,FAX", "otherFax": "FAX",
    "pager": "PAGER", "workMobile": "WORK,CELL", "workPager": "WORK,PAGER", "main": "PREF",
}  # fmt: skip
_PLACES = {"home": "HOME", "work": "WORK"}
_SPOKEN = (("phoneticGivenName", "FIRST"), ("phoneticMiddleName", "MIDDLE"), ("phoneticFamilyName", "LAST"))
# Written as one word and text, under Google's name: no vCard has a property for them that programs read.
_WORDS = (
    ("occupations", "value"), ("interests", "value"), ("skills", "value"), ("locales", "value"), ("genders", "value"),
    ("miscKeywords", "value"), ("locations", "value"),
)  # fmt: skip


def person(raw: Raw, *, groups: Mapping[str, str], photo: tuple[bytes, str] | None = None) -> RawCard:
    """Give the card of a person. `groups`: names by resource name; `photo`: its bytes and media type."""
    making = _Card()
    making.lines.append(made("UID", uid_of(str(raw.get("resourceName", "")))))
    sources = (raw.get("metadata") or {}).get("sources") or ()
    if changed := next((stamp(one.get("updateTime")) for one in sources if one.get("updateTime")), ""):
        making.lines.append(made("REV", changed))
    making.lines += _names(raw)
    making.addresses(raw)
    making.lines += _work(raw)
    making.dates(raw)
    making.rest(raw)
    if photo is not None:
        making.lines.append(picture(*photo))
    named = [groups[name] for name in memberships(raw) if name in groups]
    return RawCard(tuple(making.lines), groups=tuple(dict.fromkeys(named)))


def uid_of(resource: str) -> str:
    """Give a contact's UID: Google gives contacts none, only a resource name that stays."""
    return f"{resource.rpartition('/')[2]}@contacts.google.com"


def memberships(raw: Raw) -> Iterator[str]:
    """Give the resource names of the groups a person is in."""
    for one in raw.get("memberships") or ():
        if name := (one.get("contactGroupMembership") or {}).get("contactGroupResourceName"):
            yield str(name)


def photo_of(raw: Raw) -> str:
    """Give the address of a picture that somebody chose; empty for none, and for a letter that Google drew."""
    return next((str(one["url"]) for one in raw.get("photos") or () if one.get("url") and not one.get("default")), "")


def _names(raw: Raw) -> Iterator[Line]:
    for one in (raw.get("names") or ())[:1]:
        yield text("FN", str(one.get("displayName") or one.get("unstructuredName") or ""))
        parts = ("familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
        yield made("N", ";".join(escaped(str(one.get(part) or "")) for part in parts))
        for key, word in _SPOKEN:
            if one.get(key):
                yield text(f"X-PHONETIC-{word}-NAME", str(one[key]))
    for one in raw.get("nicknames") or ():
        yield text("NICKNAME", str(one.get("value") or ""))
    for one in (raw.get("fileAses") or ())[:1]:
        yield text("X-FILE-AS", str(one.get("value") or ""))


def _work(raw: Raw) -> Iterator[Line]:
    for one in raw.get("organizations") or ():
        yield made("ORG", ";".join(escaped(str(one[part])) for part in ("name", "department") if one.get(part)))
        for name, key in (
            ("TITLE", "title"), ("ROLE", "jobDescription"), ("X-PHONETIC-ORG", "phoneticName"),
            ("X-GOOGLE-ORG-LOCATION", "location"), ("X-GOOGLE-ORG-SYMBOL", "symbol"),
            ("X-GOOGLE-ORG-DOMAIN", "domain"),
        ):  # fmt: skip
            if one.get(key):
                yield text(name, str(one[key]))
        for name, key in (("X-GOOGLE-ORG-SINCE", "startDate"), ("X-GOOGLE-ORG-UNTIL", "endDate")):
            if date := _date(one.get(key)):
                yield made(name, date)


class _Card:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._labels = 0

    def addresses(self, raw: Raw) -> None:
        """Add everything that leads to a person."""
        for one in raw.get("emailAddresses") or ():
            self._add("EMAIL", escaped(str(one.get("value") or "")), one, _PLACES, usual="INTERNET")
        for one in raw.get("phoneNumbers") or ():
            self._add("TEL", escaped(str(one.get("value") or "")), one, _PHONES)
        for one in raw.get("addresses") or ():
            parts = ("poBox", "extendedAddress", "streetAddress", "city", "region", "postalCode", "country")
            value = ";".join(escaped(str(one.get(part) or "")) for part in parts)
            if not value.strip(";"):
                value = f";;{escaped(str(one.get('formattedValue') or ''))};;;;"
            self._add("ADR", value, one, _PLACES)
        for one in raw.get("urls") or ():
            self._add("URL", escaped(str(one.get("value") or "")), one, {**_PLACES, "profile": "PROFILE"})
        for one in raw.get("calendarUrls") or ():
            self._add("CALURI", escaped(str(one.get("url") or "")), one, {})
        for one in raw.get("imClients") or ():
            protocol = str(one.get("protocol") or "x").lower()
            self._add("IMPP", escaped(f"{protocol}:{one.get('username') or ''}"), one, _PLACES)
        for one in raw.get("sipAddresses") or ():
            self._add("X-SIP", escaped(str(one.get("value") or "")), one, _PLACES)

    def dates(self, raw: Raw) -> None:
        """Add birthdays, anniversaries and days of one's own."""
        for one in raw.get("birthdays") or ():
            if date := _date(one.get("date")):
                self.lines.append(made("BDAY", date))
            elif one.get("text"):
                self.lines.append(text("BDAY", str(one["text"]), VALUE="text"))
        for one in raw.get("events") or ():
            if date := _date(one.get("date")):
                if one.get("type") == "anniversary":
                    self.lines.append(made("X-ANNIVERSARY", date))
                self._add("X-ABDATE", date, one, {})

    def rest(self, raw: Raw) -> None:
        """Add what else is known."""
        for one in raw.get("relations") or ():
            self._add("X-ABRELATEDNAMES", escaped(str(one.get("person") or "")), one, {})
        for one in raw.get("externalIds") or ():
            self._add("X-GOOGLE-EXTERNAL-ID", escaped(str(one.get("value") or "")), one, {})
        for one in raw.get("userDefined") or ():
            self._add("X-GOOGLE-CUSTOM", escaped(str(one.get("value") or "")), {"type": one.get("key")}, {})
        for one in raw.get("clientData") or ():
            self._add("X-GOOGLE-CLIENT-DATA", escaped(str(one.get("value") or "")), {"type": one.get("key")}, {})
        for one in raw.get("biographies") or ():
            self.lines.append(text("NOTE", str(one.get("value") or "")))
        for field, key in _WORDS:
            name = f"X-GOOGLE-{field.upper().rstrip('S')}"
            self.lines += [text(name, str(one[key])) for one in raw.get(field) or () if one.get(key)]

    def _add(self, name: str, value: str, one: Raw, known: Mapping[str, str], *, usual: str = "") -> None:
        """Add a value with its sort: a word that vCards have, else a label of its own, in Apple's way."""
        if not value.strip(";"):
            return
        sort = str(one.get("type") or "")
        words = [word for word in (usual, *known.get(sort, "").split(",")) if word]
        params = "".join(f";TYPE={word}" for word in words)
        if sort and sort not in known:
            self._labels += 1
            group = f"item{self._labels}"
            self.lines.append(Line(name, params, value, group))
            label = str(one.get("formattedType") or sort)
            self.lines.append(Line("X-ABLABEL", "", escaped(label), group))
        else:
            self.lines.append(Line(name, params, value))


def _date(told: object) -> str:
    """Write a date, whose year may be unknown."""
    match told:
        case {"year": int(year), "month": int(month), "day": int(day)}:
            return f"{year:04d}-{month:02d}-{day:02d}"
        case {"month": int(month), "day": int(day)}:
            return f"--{month:02d}-{day:02d}"
        case {"year": int(year), "month": int(month)}:
            return f"{year:04d}-{month:02d}"
    return ""
