"""What Nextcloud's error answers mean for patience."""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass

import httpx

from degoog.http import Again, Stop, Verdict
from degoog.i18n import _
from degoog.nextcloud import dav


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge (see `degoog.http`) for one account on one server. The first refused password ends everything."""

    url: str
    login: str

    def __call__(self, response: httpx.Response) -> Verdict:
        """Say whether to go on, wait or stop."""
        if response.status_code < 400:
            return None
        fault = dav.fault(response)
        return self._stop(response, fault) or self._again(response, fault)

    def _stop(self, response: httpx.Response, fault: dav.Fault) -> Stop | None:
        text = ""
        if fault.status == 401:
            text = _(
                "{url} refused the password of {login}. Run `degoog connect nextcloud`, then the same command again."
            )
        elif fault.name == "DisabledUserException":  # nextcloud.md §1: 503, not 401
            text = _("The account {login} is disabled on {url}. Have it enabled, then run the same command again.")
        elif fault.status == 429 and "retry-after" not in response.headers and _counted_out(response, fault):
            # nextcloud.md §6 (lib/private/Security/Bruteforce/Throttler.php): valid passwords are refused too.
            text = _(
                "{url} counted too many wrong passwords from this network and refuses everyone here for now, right "
                "passwords too. Wait half an hour, or have the server's administrator run "
                "`occ security:bruteforce:reset`; then run the same command again. Nothing is lost."
            )
        return Stop(text.format(url=self.url, login=self.login)) if text else None

    def _again(self, response: httpx.Response, fault: dav.Fault) -> Again | None:
        verdict: Again | None = None
        if fault.name == "ServerMaintenanceMode" or "x-nextcloud-maintenance-mode" in response.headers:
            why = _("Nextcloud is in maintenance")
            verdict = Again(why, after=30.0, refused=True, spent=maintenance(self.url))
        elif fault.status == 429 and fault.message.startswith("Too many calendars"):
            verdict = None  # an hour's limit: the target says what to do
        elif fault.status == 429:
            verdict = Again(_("Nextcloud asks for patience"), refused=True)
        elif locked(fault):
            verdict = Again(_("A file is locked in Nextcloud"), refused=True, everyone=False, times=4)
        elif fault.status in {502, 503, 504}:
            verdict = Again(_("Nextcloud does not answer"))
        elif fault.status == 500:
            verdict = Again(_("Nextcloud had a problem"), everyone=False, times=1)
        return verdict


def locked(fault: dav.Fault) -> bool:
    """Whether somebody is writing the file just now: nextcloud.md §6, 423 on PUT but 500 on MOVE."""
    return fault.status == 423 or fault.name in {"FileLocked", "LockedException"}


def full(path: str) -> str:
    """Tell that the account's quota leaves no room for a file or folder."""
    text = _("The Nextcloud account has no room left for {path}. Have its quota raised; then run the same command.")
    return text.format(path=posixpath.basename(path))


def maintenance(url: str) -> str:
    """Tell that the server is in maintenance."""
    return _("The Nextcloud at {url} is in maintenance. Nothing is lost; run the same command later.").format(url=url)


def _counted_out(response: httpx.Response, fault: dav.Fault) -> bool:
    if fault.name == "TooManyRequests":
        return not fault.message  # a limit of one thing (“Too many calendars created”) says which
    try:
        return "maximum delay" in json.dumps(response.json()).lower()
    except ValueError:
        return False
