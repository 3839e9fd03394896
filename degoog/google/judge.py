"""What Google's answers mean for a run: wait, stop, or the caller's business (facts/google.md §1.7, row by row)."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import httpx

from degoog import wording
from degoog.google.fault import Fault, fault
from degoog.google.scopes import shown
from degoog.http import Again, Stop, Verdict
from degoog.i18n import _

SLOW = ("userRateLimitExceeded", "rateLimitExceeded", "RATE_LIMIT_EXCEEDED")
TODAY = ("dailyLimitExceeded", "quotaExceeded", "dailyLimitExceededUnreg")
CLOSED = ("accessNotConfigured", "SERVICE_DISABLED")
NARROW = ("insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
BLOCKED = ("domainPolicy", "appNotAuthorized", "appNotAuthorizedToFile", "accountDisabled")
# What concerns one file only, and is never asked for again by itself.
_THIS_FILE = ("downloadQuotaExceeded", "exportSizeLimitExceeded", "insufficientFilePermissions")

ENABLE = "https://console.cloud.google.com/apis/library/drive.googleapis.com"
ADMIN_APPS = "https://admin.google.com/ac/owl"


@dataclass(frozen=True, slots=True)
class Judge:
    """See `http.Judge`. `now` and `zone` are for telling when a daily limit ends.

    `narrow` is what to say where a permission is missing, if that is not one that migrations need.
    """

    account: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    zone: tzinfo = UTC
    narrow: str = ""

    def __call__(self, response: httpx.Response) -> Verdict:
        """Judge an answer."""
        status = response.status_code
        if status < 400 or status in {404, 410, 416}:
            return None
        if status == 429 or status >= 500:
            return self._wait(status, fault(response))
        return self._forbidden(fault(response)) if status == 403 else None

    def _wait(self, status: int, what: Fault) -> Verdict:
        if what.is_one_of(*TODAY):
            return Stop(self._until_tomorrow())
        if what.is_one_of(*_THIS_FILE):
            return None
        if status == 429:
            return Again(_("Google asks for patience"), refused=True)
        return Again(_("Google had a problem"), everyone=status != 500, times=5)

    def _forbidden(self, what: Fault) -> Verdict:
        if what.is_one_of(*_THIS_FILE):
            return None
        if what.is_one_of(*TODAY):
            return Stop(self._until_tomorrow())
        if what.is_one_of(*SLOW):
            return Again(_("Google asks for patience"), refused=True)
        text = ""
        if what.is_one_of(*CLOSED):
            text = _(
                "A Google API that degoog reads is not enabled in the Google project. Nothing is lost. To do: open "
                "{link}, click “Enable”, wait a few minutes, then run the same command again."
            ).format(link=what.link or ENABLE)
        elif what.is_one_of(*NARROW):
            text = self.narrow or _(
                "degoog may not read {account}: a permission is missing ({scopes}). Nothing is lost. To do: run "
                "“degoog connect google” again and tick every box; with delegation, add what is missing at {link}."
            ).format(account=self.account or "Google", scopes=shown(), link=f"{ADMIN_APPS}/domainwidedelegation")
        elif what.is_one_of(*BLOCKED):
            text = _(
                "The organisation's rules at Google forbid degoog to read {account}. Nothing is lost. To do: have "
                "whoever manages Google Workspace trust it at {link}, then run the same command again."
            ).format(account=self.account or "Google", link=ADMIN_APPS)
        return Stop(text) if text else None

    def _until_tomorrow(self) -> str:
        """Daily quotas begin anew at midnight in California (cloud.google.com/docs/quotas)."""
        there = self.now().astimezone(zoneinfo.ZoneInfo("America/Los_Angeles"))
        midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return _(
            "Google's limit for one day is reached. Nothing is lost. To do: run the same command again after {when}."
        ).format(when=wording.moment(midnight.astimezone(UTC), self.zone))
