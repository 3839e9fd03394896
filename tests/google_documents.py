"""Google's own discovery documents as the judge of requests and answers: ours, and the stand-in's.

They lie inside google-api-python-client, of which nothing else is used. Nothing here knows the code it judges.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import unquote

DOCUMENTS = {"drive": "drive.v3", "calendar": "calendar.v3", "people": "people.v1", "tasks": "tasks.v1"}
# Hosts and methods that no discovery document describes.
UNDESCRIBED = ("oauth2.", "docs.", "usercontent.", "photos.", "ical.")

# Parameters that are masks over one schema.
MASKS = {"personFields": "Person", "readMask": "Person", "groupFields": "ContactGroup"}

Json = dict[str, Any]


class Exchange(Protocol):
    """A request and its answer, as `degoog.sandbox.google` hands them to a witness."""

    @property
    def host(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> Mapping[str, list[str]]: ...
    @property
    def method(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def answer(self) -> bytes: ...


@cache
def document(service: str) -> Json:
    """The discovery document of a service."""
    path = files("googleapiclient") / "discovery_cache" / "documents" / f"{DOCUMENTS[service]}.json"
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def methods(service: str) -> dict[str, Json]:
    """Every method of a service, by its id."""
    return {method["id"]: method for method in _walk(document(service))}


def _walk(resource: Json) -> Iterator[Json]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _walk(inner)


class Judge:
    """Collects what is wrong with the exchanges it is shown. `verdict` ends a test with all of it."""

    def __init__(self) -> None:
        self.wrongs: list[str] = []
        self.seen = 0

    def __call__(self, exchange: Exchange) -> None:
        """Look at one exchange; an error of the judge's own is a wrong too."""
        self.seen += 1
        try:
            found = [*wrong_request(exchange), *wrong_answer(exchange)]
        except Exception as error:  # noqa: BLE001 - it runs in a server's thread: told by `verdict`
            found = [f"the judge itself: {error!r}"]
        self.wrongs += [f"{exchange.verb} {exchange.host}/{exchange.path}: {wrong}" for wrong in found]

    def verdict(self) -> None:
        """Fail with everything that was wrong, each once."""
        assert not self.wrongs, "\n".join(dict.fromkeys(self.wrongs))


# --- requests


def described(method: str) -> bool:
    """Whether a discovery document describes this method."""
    return not method.startswith(UNDESCRIBED)


def wrong_request(exchange: Exchange) -> Iterator[str]:
    """What Google's documents do not allow in this request."""
    if not described(exchange.method):
        return
    found = find(exchange.host, exchange.verb, exchange.path)
    if found is None:
        yield "no method of Google's has this path"
        return
    service, method, named = found
    if method["id"] != exchange.method.removesuffix(":media"):
        yield f"the stand-in takes {method['id']} for {exchange.method}"
    known = {**document(service)["parameters"], **method.get("parameters", {})}
    for name, values in exchange.query.items():
        if name not in known or known[name]["location"] != "query":
            yield f"{method['id']} has no parameter {name}"
            continue
        if known[name].get("deprecated"):
            yield f"the parameter {name} is deprecated"
        if len(values) > 1 and not known[name].get("repeated"):
            yield f"the parameter {name} is given {len(values)} times"
        for value in values:
            yield from _wrong_value(name, value, known[name])
    for name, parameter in known.items():
        given = exchange.query if parameter["location"] == "query" else named
        if parameter.get("required") and not given.get(name):
            yield f"the required parameter {name} is missing"
    for name, schema in MASKS.items():
        fields = [one for value in exchange.query.get(name, ()) for one in value.split(",")]
        unknown = set(fields) - set(document(service)["schemas"].get(schema, {}).get("properties", {}))
        if name in method.get("parameters", {}) and unknown:
            yield f"{name}: {sorted(unknown)} are no fields of {schema}"
    media = exchange.query.get("alt") == ["media"]
    if media and not method.get("supportsMediaDownload"):
        yield f"{method['id']} gives no media"
    if exchange.query.get("fields") and "response" in method:
        try:
            mask = parsed(exchange.query["fields"][-1])
        except ValueError as error:
            yield f"fields: {error}"
        else:
            yield from _wrong_mask(mask, {"$ref": method["response"]["$ref"]}, service, "fields")


def find(host: str, verb: str, path: str) -> tuple[str, Json, dict[str, str]] | None:
    """The service, the method and the path's parameters of a request."""
    for service in DOCUMENTS:
        about = document(service)
        base = f"{about['rootUrl']}{about['servicePath']}".removeprefix("https://")
        address = f"{host}/{path}"
        if not address.startswith(base):
            continue
        rest = address.removeprefix(base)
        candidates = sorted(methods(service).values(), key=lambda method: "{" in method["path"])
        for method in candidates:
            pattern = _pattern(str(method.get("flatPath", method["path"])), method["path"])
            matched = re.fullmatch(pattern, rest)
            if matched and method["httpMethod"] == verb:
                return service, method, {name: unquote(value) for name, value in matched.groupdict().items()}
    return None


def _pattern(flat: str, path: str) -> str:
    """A template as a regular expression: `{x}` is one segment, `{+x}` what the flat path spells out."""
    template = path
    plus = re.search(r"\{\+(\w+)\}", path)
    if plus:
        head, _, tail = path.partition(plus.group(0))
        inner = flat.removeprefix(head).removesuffix(tail) if tail else flat.removeprefix(head)
        spelt = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in inner.split("/"))
        return f"{re.escape(head)}(?P<{plus.group(1)}>{spelt}){re.escape(tail)}"
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(f"(?P<{part}>[^/]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts))


def _wrong_value(name: str, value: str, parameter: Json) -> Iterator[str]:
    if "enum" in parameter and value not in parameter["enum"]:
        yield f"{name} is {value!r}, not one of {parameter['enum']}"
    if parameter["type"] == "boolean" and value not in {"true", "false"}:
        yield f"{name} is {value!r}, not true or false"
    if parameter["type"] == "integer":
        if not re.fullmatch(r"-?\d+", value):
            yield f"{name} is {value!r}, not an integer"
        else:
            least, most = int(parameter.get("minimum", -(2**63))), int(parameter.get("maximum", 2**63))
            if not least <= int(value) <= most:
                yield f"{name} is {value}, not from {least} to {most}"
    if parameter.get("format") in {"date-time", "google-datetime"}:
        yield from _wrong_time(name, value)


# --- masks

Mask = dict[str, Any]


def parsed(text: str) -> Mask:
    """A `fields` mask as nested names; an empty one below a name means all of it. Raises ValueError."""
    tokens = re.findall(r"[\w@.*-]+|[(),/]", text.replace(" ", ""))
    if "".join(tokens) != text.replace(" ", ""):
        raise ValueError(f"cannot be read: {text}")
    root: Mask = {}
    stack, at = [root], root
    for number, token in enumerate(tokens):
        if token == "(":
            stack.append(at)
        elif token == ")":
            stack.pop()
        elif token == ",":
            at = stack[-1]
        elif token != "/":
            base = at if number and tokens[number - 1] == "/" else stack[-1]
            at = base.setdefault(token, {})
    if len(stack) != 1:
        raise ValueError(f"brackets do not close: {text}")
    return root


def _wrong_mask(mask: Mask, schema: Json, service: str, where: str) -> Iterator[str]:
    schema = _resolved(schema, service)
    while schema.get("type") == "array":
        schema = _resolved(schema["items"], service)
    if "additionalProperties" in schema:
        return
    for name, inner in mask.items():
        if name == "*":
            continue
        if name not in schema.get("properties", {}):
            yield f"{where}: {name} is no field of {schema.get('id', 'this')}"
        else:
            if schema["properties"][name].get("deprecated"):
                yield f"{where}: {name} is deprecated"
            yield from _wrong_mask(inner, schema["properties"][name], service, f"{where}/{name}")


# --- answers


def wrong_answer(exchange: Exchange) -> Iterator[str]:
    """What Google's documents do not allow in this answer."""
    found = find(exchange.host, exchange.verb, exchange.path)
    if not described(exchange.method) or found is None or not exchange.content_type.startswith("application/json"):
        return
    service, method, _ = found
    media = exchange.method.endswith(":media") or exchange.method == "drive.files.export"
    if exchange.status < 300 and media:
        return
    value = json.loads(exchange.answer) if exchange.answer else {}
    if exchange.status >= 400:
        yield from _wrong_error(value, exchange.status)
        return
    if "response" not in method:
        if value:
            yield "an answer where Google gives none"
        return
    schema = {"$ref": method["response"]["$ref"]}
    yield from wrong_value(value, schema, service, method["response"]["$ref"])
    if exchange.query.get("fields"):
        yield from _unwanted(value, parsed(exchange.query["fields"][-1]), "answer")


def _wrong_error(value: object, status: int) -> Iterator[str]:
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict) or set(error) - {"code", "message", "errors", "status", "details"}:
        yield f"an error of another shape: {value}"
    elif error.get("code") != status or not isinstance(error.get("message"), str):
        yield f"an error that says {error.get('code')} under HTTP {status}"
    elif "errors" not in error and "status" in error:
        return  # an API made since has no such list
    elif not all({"message", "domain", "reason"} <= set(one) for one in error.get("errors", [{}])):
        yield f"an error without its reason: {error}"


def wrong_value(value: object, schema: Json, service: str, where: str) -> Iterator[str]:
    """What a schema does not allow in a JSON value."""
    schema = _resolved(schema, service)
    check = _TYPES.get(schema.get("type", "any"))
    if check is not None and not check(value):
        yield f"{where} is {value!r}, not of type {schema['type']}"
        return
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name, inner in value.items():
            if name in properties:
                yield from wrong_value(inner, properties[name], service, f"{where}.{name}")
            elif "additionalProperties" in schema:
                yield from wrong_value(inner, schema["additionalProperties"], service, f"{where}.{name}")
            elif schema.get("type") != "any":
                yield f"{where} has no field {name}"
    elif isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            yield from wrong_value(inner, schema["items"], service, f"{where}[{number}]")
    elif isinstance(value, str):
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where} is {value!r}, not one of {schema['enum']}"
        yield from _wrong_text(where, value, str(schema.get("format", "")))


def _wrong_text(where: str, value: str, format_: str) -> Iterator[str]:
    if format_ in {"date-time", "google-datetime"}:
        yield from _wrong_time(where, value)
    elif format_ == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            yield f"{where} is {value!r}, not a date"
    elif format_ in {"int64", "uint64"} and not re.fullmatch(r"-?\d+", value):
        yield f"{where} is {value!r}, not an integer in a string"


def _wrong_time(where: str, value: str) -> Iterator[str]:
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        yield f"{where} is {value!r}, not a time of RFC 3339"
        return
    if time.tzinfo is None or "T" not in value:
        yield f"{where} is {value!r}: RFC 3339 wants a T and a zone"


def _unwanted(value: object, mask: Mask, where: str) -> Iterator[str]:
    """What was given though the request's mask does not ask for it."""
    if isinstance(value, list):
        for inner in value:
            yield from _unwanted(inner, mask, where)
    elif isinstance(value, dict) and mask and "*" not in mask:
        for name, inner in value.items():
            if name not in mask:
                yield f"{where}.{name} was not asked for"
            else:
                yield from _unwanted(inner, mask[name], f"{where}.{name}")


def _resolved(schema: Json, service: str) -> Json:
    while "$ref" in schema:
        schema = document(service)["schemas"][schema["$ref"]]
    return schema


_TYPES: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, Sequence) and not isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
}
