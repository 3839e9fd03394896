"""The search language of `files.list`: `trashed = false and 'ID' in parents and name contains 'bilan'`.

https://developers.google.com/workspace/drive/api/guides/ref-search-terms
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from degoog.sandbox.google.answers import ApiError, invalid
from degoog.sandbox.google.nodes import Grantee, Role
from degoog.sandbox.google.resources import Sight, permissions

Test = Callable[[Sight], bool]

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\['\\])*)'|(<=|>=|!=|[=<>(){}])|([A-Za-z][A-Za-z.]*))", re.DOTALL)
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_EQUAL: dict[str, Callable[[object, object], bool]] = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b}


def compiled(text: str) -> Test:
    """The test that a `q` parameter asks for; an empty one lets everything pass. Raises ApiError."""
    if not text.strip():
        return lambda _sight: True
    reader = _Reader(text)
    test = reader.either()
    if reader.tokens:
        raise _bad()
    return test


def _bad() -> ApiError:
    return invalid("q")


class _Reader:
    """Recursive descent over the tokens: (kind, text) with kind `value`, `sign` or `word`."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise _bad()
            value, sign, word = found.groups()
            if value is not None:
                self.tokens.append(("value", re.sub(r"\\(['\\])", r"\1", value)))
            else:
                self.tokens.append(("sign", sign) if sign else ("word", word))
            at = found.end()

    def take(self, kind: str, *texts: str) -> str:
        """The next token, which must be of this kind (and one of these)."""
        if not self.tokens or self.tokens[0][0] != kind or (texts and self.tokens[0][1] not in texts):
            raise _bad()
        return self.tokens.pop(0)[1]

    def follows(self, kind: str, text: str) -> bool:
        """Whether this token is next."""
        return self.tokens[:1] == [(kind, text)]

    def either(self) -> Test:
        """One or more tests joined by `or`."""
        tests = [self.both()]
        while self.follows("word", "or"):
            self.tokens.pop(0)
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda sight: any(test(sight) for test in tests)

    def both(self) -> Test:
        """One or more tests joined by `and`."""
        tests = [self.negation()]
        while self.follows("word", "and"):
            self.tokens.pop(0)
            tests.append(self.negation())
        return tests[0] if len(tests) == 1 else lambda sight: all(test(sight) for test in tests)

    def negation(self) -> Test:
        """A test, or `not` a test."""
        if self.follows("word", "not"):
            self.tokens.pop(0)
            inner = self.negation()
            return lambda sight: not inner(sight)
        if self.follows("sign", "("):
            self.tokens.pop(0)
            inner = self.either()
            self.take("sign", ")")
            return inner
        if self.tokens and self.tokens[0][0] == "value":
            value = self.take("value")
            self.take("word", "in")
            return _contained(self.take("word"), value)
        return self.term(self.take("word"))

    def term(self, name: str) -> Test:
        """A test that begins with a field's name."""
        if name == "sharedWithMe":
            return self.switch(lambda sight: not sight.mine and sight.node.shared_at is not None, bare=True)
        if name == "trashed":
            return self.switch(lambda sight: sight.store.in_trash(sight.node))
        if name == "starred":
            return self.switch(lambda sight: sight.person.email in sight.node.starred_by)
        if name in {"properties", "appProperties"}:
            return self.property(name)
        if name in _TIMES:
            compare, time = _COMPARE[self.take("sign", *_COMPARE)], _time(self.take("value"))
            tell = _TIMES[name]
            return lambda sight: (got := tell(sight)) is not None and compare(got, time)
        if name in _TEXTS:
            return self.text(_TEXTS[name])
        raise _bad()

    def switch(self, tell: Test, *, bare: bool = False) -> Test:
        """`field = true`, `field != true`; `bare`: the name alone will do."""
        if bare and not (self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in _EQUAL):
            return tell
        equal = _EQUAL[self.take("sign", "=", "!=")]
        wanted = self.take("word", "true", "false") == "true"
        return lambda sight: equal(tell(sight), wanted)

    def text(self, tell: Callable[[Sight], str]) -> Test:
        """`field = 'x'`, `field != 'x'`, `field contains 'x'`."""
        if self.follows("word", "contains"):
            self.tokens.pop(0)
            part = self.take("value").casefold()
            return lambda sight: part in tell(sight).casefold()
        equal, value = _EQUAL[self.take("sign", "=", "!=")], self.take("value")
        return lambda sight: equal(tell(sight), value)

    def property(self, name: str) -> Test:
        """`properties has { key='x' and value='y' }`."""
        self.take("word", "has")
        self.take("sign", "{")
        self.take("word", "key")
        self.take("sign", "=")
        key = self.take("value")
        self.take("word", "and")
        self.take("word", "value")
        self.take("sign", "=")
        value = self.take("value")
        self.take("sign", "}")
        return lambda sight: name == "properties" and sight.node.properties.get(key) == value


def _contained(name: str, value: str) -> Test:
    """`'value' in parents|owners|writers|readers`."""
    if name == "parents":
        return lambda sight: _folder(sight, value) in sight.node.parents
    roles = {"owners": {Role.OWNER}, "writers": {Role.OWNER, Role.WRITER}, "readers": set(Role)}.get(name)
    if roles is None:
        raise _bad()

    def test(sight: Sight) -> bool:
        wanted = (sight.person.email if value == "me" else value).lower()
        return any(
            one["role"] in roles and str(one.get("emailAddress", "")).lower() == wanted for one in permissions(sight)
        )

    return test


def _folder(sight: Sight, given: str) -> str:
    return sight.store.root_of(sight.person.email).id if given == "root" else given


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise _bad() from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _visibility(sight: Sight) -> str:
    kinds = {(grant.kind, grant.discoverable) for grant in sight.node.grants}
    if (Grantee.ANYONE, True) in kinds:
        return "anyoneCanFind"
    if (Grantee.ANYONE, False) in kinds:
        return "anyoneWithLink"
    if (Grantee.DOMAIN, True) in kinds:
        return "domainCanFind"
    return "domainWithLink" if (Grantee.DOMAIN, False) in kinds else "limited"


_TIMES: dict[str, Callable[[Sight], datetime | None]] = {
    "modifiedTime": lambda sight: sight.node.modified,
    "createdTime": lambda sight: sight.node.created,
    "sharedWithMeTime": lambda sight: None if sight.mine else sight.node.shared_at,
    "viewedByMeTime": lambda _sight: None,
}
_TEXTS: dict[str, Callable[[Sight], str]] = {
    "name": lambda sight: sight.node.name,
    "fullText": lambda sight: f"{sight.node.name}\n{sight.node.description}",
    "mimeType": lambda sight: sight.node.mime,
    "visibility": _visibility,
    "shortcutDetails.targetId": lambda sight: sight.node.target,
}
