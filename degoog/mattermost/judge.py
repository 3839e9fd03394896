"""What Mattermost's error answers mean for patience."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from degoog.http import Again, Stop, Verdict
from degoog.i18n import _


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge (see `degoog.http`) for one token on one server. The first refused token ends everything."""

    url: str

    def __call__(self, response: httpx.Response) -> Verdict:
        """Say whether to go on, wait or stop."""
        status = response.status_code
        if status == 401:
            text = _("{url} refused the access token. Run `degoog connect mattermost`, then the same command again.")
            return Stop(text.format(url=self.url))
        if status == 429:
            # api/server.go RateLimiter: Retry-After, else X-RateLimit-Reset, both in seconds.
            after = response.headers.get("x-ratelimit-reset", "")
            waits = float(after) if after.isdigit() and "retry-after" not in response.headers else None
            return Again(_("Mattermost asks for patience"), after=waits, refused=True)
        if status in {502, 503, 504}:
            return Again(_("Mattermost does not answer"))
        if status == 500:
            return Again(_("Mattermost had a problem"), everyone=False, times=1)
        return None
