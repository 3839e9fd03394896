"""What goes wrong on purpose at the sandbox's Google: by method, by file, by account; the same each time for a seed."""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from degoog.sandbox.plan import Plan


class Trouble(StrEnum):
    """What a fault does to the request it strikes. The words in quotes are Google's `reason`."""

    USER_RATE = "user_rate"
    """403 "userRateLimitExceeded"."""
    RATE = "rate"
    """403 "rateLimitExceeded"."""
    TOO_MANY = "too_many"
    """429 "rateLimitExceeded"; `retry_after` adds the header, which Google seldom sends."""
    DAILY = "daily"
    """403 "dailyLimitExceeded": the project's day is used up."""
    QUOTA = "quota"
    """403 "quotaExceeded"."""
    SHARING_RATE = "sharing_rate"
    """403 "sharingRateLimitExceeded"."""
    DOWNLOAD_QUOTA = "download_quota"
    """403 "downloadQuotaExceeded": this file, for about a day."""
    INTERNAL = "internal"
    """500 "internalError"."""
    BACKEND = "backend"
    """503 "backendError"."""
    BAD_GATEWAY = "bad_gateway"
    """502, as a page of HTML: the front end answers, not the API."""
    UNAVAILABLE = "unavailable"
    """503, as a page of HTML."""
    TIMEOUT = "timeout"
    """504, as JSON "backendError"; with `seconds`, after so long."""
    SLOW = "slow"
    """Answered after `seconds`."""
    DROP_REQUEST = "drop_request"
    """The connection is closed before anything is done."""
    DROP_ANSWER = "drop_answer"
    """Carried out, then the connection is closed before the answer."""
    CUT = "cut"
    """The connection breaks after `bytes` of the body, whose whole length was announced."""
    SHORT = "short"
    """`bytes` are missing at the end of a download, and the length announced is that of what is sent."""
    ALTER = "alter"
    """One bit of a download changes on the way."""
    REDRAWN = "redrawn"
    """An export has other bytes and the same content, as each of Google's has: the times inside its zip."""
    EXPIRE = "expire"
    """The access token dies now: 401 "authError" to this request and to all with it."""
    REVOKE = "revoke"
    """As `expire`, and the account's refresh tokens die too: `invalid_grant`."""
    SHORT_PAGE = "short_page"
    """A page of a listing has `items` items at most, with a token for the rest."""
    EMPTY_PAGE = "empty_page"
    """A page has no item, and a token for the rest."""
    INCOMPLETE = "incomplete"
    """`incompleteSearch` is true, and the last `items` of the page are missing."""
    REPEAT = "repeat"
    """A page that is not the first begins with the last `items` items of the page before."""
    REJECT_TOKEN = "reject_token"  # noqa: S105 - a page token
    """400 "invalid", location `pageToken`, where there is one."""
    GONE = "gone"
    """410 "fullSyncRequired", as Calendar says it (People: 400 EXPIRED_SYNC_TOKEN), where a token is given."""
    NOT_FOUND = "not_found"
    """404 "notFound"."""
    FLAGGED = "flagged"
    """403 "cannotDownloadAbusiveFile", unless abuse is acknowledged by who may."""
    FORBIDDEN = "forbidden"
    """403 "cannotDownloadFile"."""
    TOO_LARGE = "too_large"
    """403 "exportSizeLimitExceeded"."""
    NOT_EXPORTABLE = "not_exportable"
    """403 "fileNotExportable"."""
    NOT_CONFIGURED = "not_configured"
    """403 "accessNotConfigured": the API is not enabled in the project."""
    SCOPE = "scope"
    """403 "insufficientPermissions": as if the token lacked the scope."""
    DOMAIN_POLICY = "domain_policy"
    """403 "domainPolicy": the domain's administrators disabled Drive apps."""
    APP_BLOCKED = "app_blocked"
    """403 "appNotAuthorizedToFile"."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble and whom it strikes.

    `on` is a glob on the method's id in the discovery documents, with `:media` for contents: `drive.files.list`,
    `drive.files.get`, `drive.files.get:media`, `drive.files.export`, `drive.files.download`, `drive.operations.get`,
    `drive.changes.list`, … and `docs.export` (an export link), `usercontent.get` (what an export link or a long
    download leads to), `oauth2.token`, `oauth2.revoke`, `oauth2.tokeninfo`, `oauth2.auth`. `item` is a glob on the
    id of the file (or calendar) that is asked for; `account` one on the address of who asks.
    """

    kind: Trouble
    on: str = "*"
    item: str = "*"
    account: str = "*"
    after: int = 0
    """So many matching requests pass first."""
    times: int | None = None
    """Strikes at most so often; None: always."""
    rate: float = 1.0
    """The share of matching requests it strikes, drawn from the plan's seed, the request and the attempt."""
    seconds: float = 0.0
    bytes: int = 0
    items: int = 1
    retry_after: int | None = None

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """From plain data, as in a JSON file. Raises ValueError or TypeError on an unknown kind or key."""
        return cls(**{**given, "kind": Trouble(given["kind"])})

    def concerns(self, on: str, item: str, account: str) -> bool:
        """Whether such a request may be struck at all."""
        pairs = ((on, self.on), (item, self.item), (account, self.account))
        return all(fnmatch.fnmatchcase(value, pattern) for value, pattern in pairs)


class GooglePlan(Plan[Fault]):
    """The faults in force at Google: `{"faults": [{"kind": "too_many", "on": "drive.files.*", "rate": 0.05}, …]}`."""

    @staticmethod
    def read(given: Mapping[str, Any]) -> Fault:
        """Read one fault."""
        return Fault.from_dict(given)

    def strikes(self, on: str, *, item: str, account: str, request: str) -> list[Fault]:
        """The faults that strike this request now, counted. `request` tells it from others, its page token apart."""
        with self._guard:
            return [
                fault
                for number, (fault, tally) in enumerate(self._faults)
                if fault.concerns(on, item, account) and self._draw(number, fault, tally, f"{account}|{request}")
            ]
