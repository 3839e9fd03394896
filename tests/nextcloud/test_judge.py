"""What Nextcloud's errors mean: wait, stop, or the caller's business."""

import httpx
import pytest

from degoog.errors import Unavailable
from degoog.http import Again, Stop
from degoog.model import FailReason
from degoog.nextcloud.dav import Fault
from degoog.nextcloud.files_batch import judged
from degoog.nextcloud.judge import Judge
from degoog.ports import Failed, Unknown
from tests.contract.desk import file
from tests.nextcloud.answering import error

JUDGE = Judge("https://cloud.example", "anna")
SABRE = "Sabre\\DAV\\Exception\\"
OCA = "OCA\\DAV\\Connector\\Sabre\\Exception\\"


@pytest.mark.parametrize("status", [200, 201, 207, 304, 403, 404, 405, 409, 412, 507])
def test_most_answers_are_the_callers_business(status):
    assert JUDGE(httpx.Response(status)) is None


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (error(401, SABRE + "NotAuthenticated"), "degoog connect nextcloud"),
        (error(503, OCA + "DisabledUserException"), "disabled"),
        (error(429, OCA + "TooManyRequests"), "half an hour"),
        (httpx.Response(429, json={"message": "Reached maximum delay"}), "half an hour"),
    ],
)
def test_some_end_everything_and_name_their_cure(answer, text):
    verdict = JUDGE(answer)
    assert isinstance(verdict, Stop)
    assert text in verdict.message


def test_maintenance_is_waited_for_and_then_told():
    for answer in (
        error(503, OCA + "ServerMaintenanceMode"),
        httpx.Response(503, headers={"X-Nextcloud-Maintenance-Mode": "1"}),
    ):
        verdict = JUDGE(answer)
        assert isinstance(verdict, Again)
        assert verdict.refused
        assert "maintenance" in verdict.spent


@pytest.mark.parametrize("answer", [error(423, OCA + "FileLocked"), error(500, "OCP\\Lock\\LockedException")])
def test_a_lock_is_waited_for_by_one_alone_and_then_given_back(answer):
    verdict = JUDGE(answer)
    assert isinstance(verdict, Again)
    assert (verdict.refused, verdict.everyone, verdict.spent) == (True, False, "")


def test_a_limit_of_calls_is_waited_for():
    for answer in (
        error(429, OCA + "TooManyRequests", "Too many shares created"),
        httpx.Response(429, headers={"Retry-After": "5"}),
    ):
        assert isinstance(JUDGE(answer), Again)


def test_a_limit_of_an_hour_is_given_back_to_who_knows_what_to_do():
    assert JUDGE(error(429, OCA + "TooManyRequests", "Too many calendars created")) is None


def test_a_gateway_without_answer_says_nothing_of_what_was_done():
    verdict = JUDGE(httpx.Response(504, text="<html>"))
    assert isinstance(verdict, Again)
    assert not verdict.refused


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(400, OCA + "InvalidPath"), FailReason.FORBIDDEN_NAME),
        (Fault(403, SABRE + "Forbidden"), FailReason.REJECTED),
        (Fault(404, SABRE + "NotFound"), FailReason.PARENT_FAILED),
        (Fault(409, SABRE + "Conflict"), FailReason.PARENT_FAILED),
        (Fault(413), FailReason.TOO_LARGE),
        (Fault(423, OCA + "FileLocked"), FailReason.LOCKED),
        (Fault(500, "OCP\\Lock\\LockedException"), FailReason.LOCKED),
    ],
)
def test_for_one_item_an_error_is_a_reason(fault, reason):
    result = judged(file("a"), "a", fault)
    assert isinstance(result, Failed)
    assert result.reason is reason


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_leaves_the_item_open(status):
    assert isinstance(judged(file("a"), "a", Fault(status)), Unknown)


def test_a_full_quota_is_everyones():
    with pytest.raises(Unavailable, match="no room left for a"):
        judged(file("a"), "b/a", Fault(507, SABRE + "InsufficientStorage"))
