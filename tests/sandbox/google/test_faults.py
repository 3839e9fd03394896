"""The fault plan's words do what they say, to whom they say, and the same each time."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import fields
from pathlib import Path

import httpx
import pytest

from degoog.sandbox.google import Fault, GooglePlan, GoogleSandbox, Trouble
from degoog.sandbox.google.drawing import Place
from degoog.sandbox.google.drawing.people import CAMILLE, MAELLE
from degoog.sandbox.google.formats import ODT
from tests.sandbox.google.conftest import Browser

REASONS = [
    (Trouble.USER_RATE, 403, "userRateLimitExceeded"),
    (Trouble.RATE, 403, "rateLimitExceeded"),
    (Trouble.TOO_MANY, 429, "rateLimitExceeded"),
    (Trouble.DAILY, 403, "dailyLimitExceeded"),
    (Trouble.QUOTA, 403, "quotaExceeded"),
    (Trouble.SHARING_RATE, 403, "sharingRateLimitExceeded"),
    (Trouble.DOWNLOAD_QUOTA, 403, "downloadQuotaExceeded"),
    (Trouble.INTERNAL, 500, "internalError"),
    (Trouble.BACKEND, 503, "backendError"),
    (Trouble.TIMEOUT, 504, "backendError"),
    (Trouble.NOT_FOUND, 404, "notFound"),
    (Trouble.FLAGGED, 403, "cannotDownloadAbusiveFile"),
    (Trouble.FORBIDDEN, 403, "cannotDownloadFile"),
    (Trouble.TOO_LARGE, 403, "exportSizeLimitExceeded"),
    (Trouble.NOT_EXPORTABLE, 403, "fileNotExportable"),
    (Trouble.NOT_CONFIGURED, 403, "accessNotConfigured"),
    (Trouble.SCOPE, 403, "insufficientPermissions"),
    (Trouble.DOMAIN_POLICY, 403, "domainPolicy"),
    (Trouble.APP_BLOCKED, 403, "appNotAuthorizedToFile"),
]


@pytest.mark.parametrize(("kind", "status", "reason"), REASONS)
def test_a_refusal_has_googles_status_and_reason_once_then_all_is_well(google, drawn, camille, kind, status, reason):
    path = f"files/{drawn.named('Plan étoilé.png').id}"
    google.faults.add(Fault(kind, on="drive.files.get:media", times=1))

    assert camille.reason(path, alt="media") == (status, reason)
    assert camille.get(path, alt="media").status_code == 200
    assert google.faults.struck(kind) == google.requests.with_status(status) == 1


def test_a_retry_after_is_sent_only_where_the_plan_says(google, camille):
    google.faults.add(Fault(Trouble.TOO_MANY, times=1, retry_after=7))
    google.faults.add(Fault(Trouble.TOO_MANY, after=1, times=1))

    assert camille.get("files").headers["Retry-After"] == "7"
    assert "Retry-After" not in camille.get("files").headers


@pytest.mark.parametrize("kind", [Trouble.BAD_GATEWAY, Trouble.UNAVAILABLE])
def test_the_front_end_answers_with_a_page(google, camille, kind):
    google.faults.add(Fault(kind))
    answer = camille.get("files")

    assert answer.status_code in {502, 503}
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_file_or_an_account_can_be_struck_alone(google, drawn):
    one, other = drawn.named("Statuts").id, drawn.named("Rapport").id
    google.faults.add(Fault(Trouble.INTERNAL, item=one, account=MAELLE))

    assert Browser(google, MAELLE).get(f"files/{one}").status_code == 500
    assert Browser(google, CAMILLE).get(f"files/{one}").status_code == 200
    assert Browser(google, CAMILLE).get(f"files/{other}").status_code == 200


def test_content_is_cut_short_or_altered_on_its_way(google, drawn, camille):
    one = drawn.named("Plan étoilé.png")
    whole = one.content.read()
    path = f"files/{one.id}"
    for kind in (Trouble.CUT, Trouble.SHORT, Trouble.ALTER):
        google.faults.add(Fault(kind, on="*:media", times=1, bytes=100))
        if kind is Trouble.CUT:
            with pytest.raises(httpx.RemoteProtocolError):
                camille.get(path, alt="media")
        else:
            got = camille.get(path, alt="media").content
            assert got != whole
            assert len(got) == len(whole) - (100 if kind is Trouble.SHORT else 0)
    assert camille.get(path, alt="media").content == whole


def test_an_export_may_differ_each_time_and_say_the_same(google, drawn, camille):
    one = drawn.named("Rapport")
    google.faults.add(Fault(Trouble.REDRAWN, on="drive.files.export"))
    first, second = (camille.get(f"files/{one.id}/export", mimeType=ODT).content for _ in range(2))

    assert first != second
    with zipfile.ZipFile(io.BytesIO(first)) as a, zipfile.ZipFile(io.BytesIO(second)) as b:
        assert a.namelist() == b.namelist() == ["mimetype", "META-INF/manifest.xml", "content.xml"]
        assert [a.read(name) for name in a.namelist()] == [b.read(name) for name in b.namelist()]


def test_the_connection_is_closed_before_or_after(google, camille):
    for kind in (Trouble.DROP_REQUEST, Trouble.DROP_ANSWER):
        google.faults.add(Fault(kind, times=1))
        with pytest.raises(httpx.RemoteProtocolError):
            camille.get("files")
    assert [entry.status for entry in google.requests] == [0, 0]


def test_a_token_dies_in_the_middle_and_a_new_one_lives(google, camille):
    google.faults.add(Fault(Trouble.EXPIRE, on="drive.files.list", after=2, times=1))
    statuses = [camille.get("files").status_code for _ in range(4)]
    camille.token = google.access_token(CAMILLE)

    assert statuses == [200, 200, 401, 401]
    assert camille.get("files").status_code == 200


def test_pages_may_be_short_or_empty_and_lose_nothing(google, drawn, camille):
    whole = set(camille.files())
    google.faults.add(Fault(Trouble.SHORT_PAGE, on="drive.files.list", items=3, rate=0.5))
    google.faults.add(Fault(Trouble.EMPTY_PAGE, on="drive.files.list", times=4))

    assert set(camille.files()) == whole
    assert google.faults.struck(Trouble.EMPTY_PAGE) == 4
    assert google.faults.struck(Trouble.SHORT_PAGE) > 0


def test_an_empty_last_page_is_followed_by_another(google, drawn, camille):
    whole = len(camille.files())
    google.faults.add(Fault(Trouble.EMPTY_PAGE, on="drive.files.list", after=1, times=1))
    first = camille.json("files", pageSize=whole - 1)
    empty = camille.json("files", pageSize=whole - 1, pageToken=first["nextPageToken"])
    last = camille.json("files", pageSize=whole - 1, pageToken=empty["nextPageToken"])

    assert (len(first["files"]), empty["files"], len(last["files"])) == (whole - 1, [], 1)
    assert "nextPageToken" not in last


def test_an_incomplete_search_says_so(google, camille):
    google.faults.add(Fault(Trouble.INCOMPLETE, on="drive.files.list", items=2))
    page = camille.json("files", pageSize=10)

    assert page["incompleteSearch"]
    assert len(page["files"]) == 8


def test_a_page_may_begin_with_what_was_told_already(google, camille):
    google.faults.add(Fault(Trouble.REPEAT, on="drive.files.list", items=2, after=1))
    first = camille.json("files", pageSize=10)
    second = camille.json("files", pageSize=10, pageToken=first["nextPageToken"])

    assert [file["id"] for file in second["files"]][:2] == [file["id"] for file in first["files"]][-2:]


def test_a_page_token_may_be_refused_and_the_first_page_is_never(google, camille):
    google.faults.add(Fault(Trouble.REJECT_TOKEN, on="drive.files.list"))
    first = camille.json("files", pageSize=10)

    assert camille.reason("files", pageSize=10, pageToken=first["nextPageToken"]) == (400, "invalid")


def test_slow_answers_take_their_time(drawn):
    naps: list[float] = []
    with GoogleSandbox(drawn.world, sleep=naps.append, latency=0.1) as google:
        google.faults.add(Fault(Trouble.SLOW, on="drive.about.get", seconds=9))
        Browser(google, CAMILLE).get("about", fields="user")
    assert naps == [0.1, 9]


def test_a_rate_strikes_the_same_requests_each_time_whatever_their_order():
    def struck(order):
        plan = GooglePlan([Fault(Trouble.INTERNAL, rate=0.3)], seed=4)
        return {n for n in order if plan.strikes("drive.files.get", item=str(n), account=CAMILLE, request=str(n))}

    assert struck(range(400)) == struck(reversed(range(400)))
    assert 80 < len(struck(range(400))) < 160


def test_a_plan_is_written_as_json_and_unknown_words_are_refused():
    plan = GooglePlan.from_json('{"seed": 3, "faults": [{"kind": "user_rate", "on": "drive.*", "times": 2}]}')

    assert plan.seed == 3
    assert plan.strikes("drive.files.list", item="", account="", request="") == [
        Fault(Trouble.USER_RATE, on="drive.*", times=2)
    ]
    with pytest.raises(ValueError, match="flood"):
        GooglePlan.from_dict({"faults": [{"kind": "flood"}]})
    with pytest.raises(TypeError):
        GooglePlan.from_dict({"faults": [{"kind": "rate", "path": "*"}]})


def test_every_word_of_a_plan_is_documented():
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    words = {word for line in page.splitlines() if line.startswith("|") for word in re.findall(r"`(\w+)`", line)}

    assert {kind.value for kind in Trouble} | {field.name for field in fields(Fault)} <= words


def test_an_api_that_is_not_enabled_says_where_to_enable_it(google, camille):
    google.settings.disabled.add("drive")
    error = camille.get("about", fields="user").json()["error"]

    assert error["errors"][0]["reason"] == "accessNotConfigured"
    assert "overview?project=" in error["message"]
    assert error["details"][0]["reason"] == "SERVICE_DISABLED"


def test_something_done_meanwhile_is_done_once_at_its_time(google, drawn, camille):
    one = drawn.named("Rapport").id
    seen = []
    google.meanwhile(
        "drive.files.get", lambda: seen.append(google.requests.count("GET", door="drive.files.get")), after=1
    )
    for _ in range(4):
        camille.get(f"files/{one}")

    assert seen == [1]
    assert drawn.of(CAMILLE, Place.MY_DRIVE)[one]
