"""Who may log in to the Nextcloud stand-in: accounts, app passwords, login flows, bad logins counted."""

import base64
import binascii
import random
import re
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_ALPHABET = string.ascii_letters + string.digits
_MAX_FAILURES = 10
_FAILURES_SECONDS = 30 * 60
_MIN_PASSWORD = 10


class TooManyFailures(Exception):
    """More than ten bad logins within half an hour: nobody may log in any more, valid tokens included."""


class BadLogin(Exception):
    """Wrong name or password; the failure has been counted."""


@dataclass(slots=True)
class Account:
    """One person."""

    login: str
    password: str
    display_name: str
    email: str | None = None
    quota: int | None = None
    enabled: bool = True
    app_passwords: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and with which password."""

    account: Account
    password: str

    @property
    def has_app_password(self) -> bool:
        """Whether the password is an app password."""
        return self.password in self.account.app_passwords


@dataclass(slots=True)
class Flow:
    """One Login Flow v2: the page's token, the poll's token, and the credentials once granted."""

    login_token: str
    poll_token: str
    granted: tuple[str, str] | None = None


class Accounts:
    """All accounts. Secrets are drawn from the seed, so that two runs see the same."""

    def __init__(self, *, clock: Callable[[], float], seed: int) -> None:
        self.by_login: dict[str, Account] = {}
        self.groups: dict[str, str] = {}
        self.mails: list[str] = []  # addresses that got a welcome
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - passwords of a stand-in on loopback
        self._failures: list[float] = []
        self._flows: dict[str, Flow] = {}
        self._guard = threading.RLock()

    def draw(self, length: int) -> str:
        """A new secret."""
        with self._guard:
            return "".join(self._random.choices(_ALPHABET, k=length))

    def find(self, login: str) -> Account | None:
        """By login, whatever its case."""
        return self.by_login.get(login.lower())

    def add(self, account: Account) -> None:
        """Enter an account; the caller has made sure that it is new."""
        self.by_login[account.login.lower()] = account

    def refusal(self, login: str, password: str, email: str = "") -> tuple[int, str] | None:
        """Why such an account cannot be made, as OCS codes and words; None when it can."""
        if not re.fullmatch(r"[a-zA-Z0-9 _.@'-]+", login):
            message = 'Only the following characters are allowed in an Login: "a-z", "A-Z", "0-9", spaces'
            return 101, message + ' and "_.@-\'"'
        if self.find(login) is not None:
            return 102, "User already exists"
        if not password and not email:
            return 108, "An email address is required, to send a password link to the user."
        if password and len(password) < _MIN_PASSWORD:
            return 107, f"Password needs to be at least {_MIN_PASSWORD} characters long."
        return None

    def new_app_password(self, account: Account) -> str:
        """72 characters that open DAV and OCS."""
        made = self.draw(72)
        account.app_passwords.add(made)
        return made

    def caller(self, authorization: str) -> Caller | None:
        """Who that header says it is; None without one. Raises BadLogin and TooManyFailures."""
        kind, _, encoded = authorization.partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            login, _, password = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            login = password = ""
        with self._guard:
            now = self._clock()
            self._failures = [at for at in self._failures if now - at < _FAILURES_SECONDS]
            if len(self._failures) > _MAX_FAILURES:
                raise TooManyFailures
            account = self.find(login)
            if account is None or password not in {account.password, *account.app_passwords}:
                self._failures.append(now)
                raise BadLogin
            self._failures.clear()
            if not account.enabled:
                raise BadLogin
            return Caller(account, password)

    def forgive(self) -> None:
        """Forget the bad logins, as `occ security:bruteforce:reset` does."""
        with self._guard:
            self._failures.clear()

    # --- Login Flow v2

    def open_flow(self) -> Flow:
        """A new flow, not yet granted."""
        flow = Flow(self.draw(128), self.draw(128))
        self._flows[flow.poll_token] = flow
        return flow

    def find_flow(self, token_or_link: str) -> Flow | None:
        """By either of its tokens, or by the link that ends in one."""
        token = token_or_link.rstrip("/").rpartition("/")[2]
        flows = list(self._flows.values())
        return next((flow for flow in flows if token in {flow.login_token, flow.poll_token}), None)

    def grant(self, flow: Flow, account: Account) -> None:
        """The account's holder says yes."""
        flow.granted = (account.login, self.new_app_password(account))

    def poll(self, token: str) -> tuple[str, str] | None:
        """Login and app password, once, after the flow was granted; None otherwise."""
        flow = self._flows.get(token)
        if flow is None or flow.granted is None:
            return None
        del self._flows[token]
        return flow.granted
