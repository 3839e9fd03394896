"""Google's documents as a judge: what they forbid is found, in requests and in answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from tests.google_documents import Judge, document, find, methods, parsed, wrong_answer, wrong_request

FILES = "drive/v3/files"


@dataclass
class Told:
    path: str
    method: str
    query: dict[str, list[str]] = field(default_factory=dict)
    value: object = None
    status: int = 200
    verb: str = "GET"
    host: str = "www.googleapis.com"
    content_type: str = "application/json; charset=UTF-8"

    @property
    def answer(self) -> bytes:
        return json.dumps(self.value).encode()


@pytest.mark.parametrize("service", ["drive", "calendar", "people", "tasks"])
def test_the_documents_are_there_and_every_path_leads_to_its_method(service):
    about = document(service)
    for method in methods(service).values():
        path = str(method.get("flatPath", method["path"]))
        for name in [part.split("}")[0] for part in path.split("{")[1:]]:
            path = path.replace(f"{{{name}}}", "x")
        base = f"{about['rootUrl']}{about['servicePath']}".removeprefix("https://")
        host, _, rest = f"{base}{path}".partition("/")
        found = find(host, method["httpMethod"], rest)
        assert found is not None
        assert found[1]["id"] == method["id"] or found[1]["path"] == method["path"]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (Told(FILES, "drive.files.list", {"pagesize": ["10"]}), "no parameter pagesize"),
        (Told(FILES, "drive.files.list", {"pageSize": ["2000"]}), "not from 1 to 1000"),
        (Told(FILES, "drive.files.list", {"pageSize": ["dix"]}), "not an integer"),
        (Told(FILES, "drive.files.list", {"supportsAllDrives": ["True"]}), "not true or false"),
        (Told(FILES, "drive.files.list", {"supportsTeamDrives": ["true"]}), "deprecated"),
        (Told(FILES, "drive.files.list", {"q": ["a", "b"]}), "given 2 times"),
        (Told(FILES, "drive.files.list", {"alt": ["xml"]}), "not one of"),
        (Told(FILES, "drive.files.list", {"alt": ["media"]}), "gives no media"),
        (Told(FILES, "drive.files.list", {"fields": ["files(id,title)"]}), "title is no field"),
        (Told(FILES, "drive.files.list", {"fields": ["files(id,viewersCanCopyContent)"]}), "deprecated"),
        (Told(FILES, "drive.files.list", {"fields": ["files(id"]}), "do not close"),
        (Told(FILES, "drive.files.get"), "takes drive.files.list for"),
        (Told(f"{FILES}/x/export", "drive.files.export"), "mimeType is missing"),
        (Told(f"{FILES}/x/y/z", ""), "no method"),
        (Told(FILES, "", verb="PATCH"), "no method"),
    ],
)
def test_a_request_that_google_would_not_know_is_found(told, word):
    assert word in "\n".join(wrong_request(told))


def test_a_good_request_passes():
    mask = "nextPageToken,files(id,owners/emailAddress,capabilities(canDownload),exportLinks/*,properties)"
    told = Told(FILES, "drive.files.list", {"pageSize": ["1000"], "fields": [mask], "corpora": ["user"]})

    assert list(wrong_request(told)) == []
    assert list(wrong_request(Told("files/x", "oauth2.token", host="oauth2.googleapis.com"))) == []


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({"files": {}}, "not of type array"),
        ({"files": [{"id": 3}]}, "not of type string"),
        ({"files": [{"titre": "x"}]}, "no field titre"),
        ({"files": [{"size": "gros"}]}, "not an integer in a string"),
        ({"files": [{"modifiedTime": "hier"}]}, "not a time"),
        ({"files": [{"modifiedTime": "2024-01-01T00:00:00"}]}, "wants a T and a zone"),
        ({"files": [{"trashed": "false"}]}, "not of type boolean"),
        ({"files": [{"owners": [{"adresse": "x"}]}]}, "no field adresse"),
    ],
)
def test_an_answer_that_google_would_not_give_is_found(value, word):
    assert word in "\n".join(wrong_answer(Told(FILES, "drive.files.list", value=value)))


def test_an_answer_with_more_than_was_asked_for_is_found():
    told = Told(FILES, "drive.files.list", {"fields": ["files(id)"]}, {"files": [{"id": "a", "name": "b"}]})

    assert list(wrong_answer(told)) == ["answer.files.name was not asked for"]


@pytest.mark.parametrize(
    "error",
    [
        {},
        {"error": "invalid"},
        {"error": {"code": 404, "message": "x"}},
        {"error": {"code": 403, "message": "x", "errors": [{"reason": "y"}]}},
    ],
)
def test_a_refusal_of_another_shape_is_found(error):
    assert list(wrong_answer(Told(FILES, "drive.files.list", value=error, status=403)))


def test_the_judge_ends_a_test_with_all_it_saw():
    judge = Judge()
    judge(Told(FILES, "drive.files.list", {"a": ["1"]}, {"b": 1}))
    judge(Told(FILES, "drive.files.list", value={"files": []}))

    assert judge.seen == 2
    with pytest.raises(AssertionError, match=r"(?s)no parameter a.*no field b"):
        judge.verdict()


def test_masks_are_read_as_google_reads_them():
    assert parsed("a,b/c,d(e,f(g),h/i)") == {"a": {}, "b": {"c": {}}, "d": {"e": {}, "f": {"g": {}}, "h": {"i": {}}}}
