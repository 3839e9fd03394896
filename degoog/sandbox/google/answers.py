"""How Google's APIs word their answers and refusals: JSON, with the old `errors` list beside the new `status`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from degoog.sandbox.google.faults import Fault, Trouble
from degoog.sandbox.http_server import Request, Response

JSON = "application/json; charset=UTF-8"
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    410: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
PROJECT = "482910375516"
_SERVICES = {"drive": "Google Drive", "calendar": "Google Calendar", "people": "People", "tasks": "Google Tasks"}


@dataclass(slots=True)
class Asked:
    """A request at one of Google's hosts, understood: which method, about which item, by whom."""

    request: Request
    host: str
    method: str
    """Its id in the discovery documents, as in `Fault.on`."""
    item: str = ""
    """The id of the file (or calendar, or operation) that it is about."""
    part: str = ""
    """What it names inside the item: a revision, an event."""
    scopes: frozenset[str] = frozenset()
    """Of these scopes a token needs one; none: no token is asked for."""
    account: str = ""
    query: Mapping[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def one(self, name: str, default: str = "") -> str:
        """A query parameter's value; of several, the last."""
        return self.query.get(name, [default])[-1]

    def flag(self, name: str) -> bool:
        """A boolean query parameter. Raises ApiError on anything but true and false."""
        value = self.one(name, "false").lower()
        if value not in {"true", "false"}:
            raise invalid(name, f"Invalid value at '{name}' (TYPE_BOOL), \"{value}\"")
        return value == "true"

    def number(self, name: str, *, default: int, most: int, least: int = 1) -> int:
        """An integer query parameter; what is above `most` is taken as `most`. Raises ApiError."""
        text = self.one(name, str(default))
        if not text.lstrip("-").isdecimal() or int(text) < least:
            raise invalid(name, f"Invalid value '{text}'. Values must be within the range: [{least}, {most}]")
        return min(int(text), most)

    def struck(self, kind: Trouble) -> Fault | None:
        """The fault of this kind that strikes this request."""
        return next((fault for fault in self.faults if fault.kind is kind), None)


class ApiError(Exception):
    """A refusal in the form of Google's APIs."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
        details: list[Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        first: dict[str, Any] = {"message": message, "domain": domain, "reason": reason, **(more or {})}
        if location:
            kind = "header" if location == "Authorization" else "parameter"
            first |= {"location": location, "locationType": kind}
        self._error: dict[str, Any] = {"code": code, "message": message, "errors": [first]}
        if code in _STATUS:
            self._error["status"] = _STATUS[code]
        if details:
            self._error["details"] = details
        self._headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        return as_json(self.code, {"error": self._error}, self._headers)

    def newer_response(self) -> Response:
        """The answer of an API made since: without the old `errors` list."""
        error = {name: value for name, value in self._error.items() if name != "errors"}
        return as_json(self.code, {"error": error}, self._headers)


def as_json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """A value as Google writes JSON: indented by a space, in UTF-8."""
    told = {
        "Content-Type": JSON,
        "Server": "ESF",
        "Vary": "Origin, X-Origin, Referer",
        "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
        **(headers or {}),
    }
    return Response(status, told, json.dumps(value, ensure_ascii=False, indent=1).encode())


def page_of_html(status: int, title: str) -> Response:
    """What Google's front end says when no API answered."""
    text = (
        f"<!DOCTYPE html>\n<html lang=en>\n<title>Error {status} ({title})!!1</title>\n<p><b>{status}.</b> "
        "<ins>That’s an error.</ins>\n<p>The server encountered a temporary error and could not complete your "
        "request.<p>Please try again in 30 seconds. <ins>That’s all we know.</ins>\n"
    )
    return Response(status, {"Content-Type": "text/html; charset=UTF-8", "Server": "ESF"}, text.encode())


def invalid(parameter: str, message: str = "Invalid Value") -> ApiError:
    """400 for a parameter."""
    return ApiError(400, "invalid", message, location=parameter)


def not_found(file_id: str) -> ApiError:
    """404 for a file: gone, or not visible to who asks, which Google does not tell apart."""
    return ApiError(404, "notFound", f"File not found: {file_id}.", location="fileId")


def unauthenticated() -> ApiError:
    """401 for a token that is missing, unknown, expired or revoked."""
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    asked = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return ApiError(401, "authError", message, location="Authorization", headers={"WWW-Authenticate": asked})


def lacks_scope(asked: Asked, wanted: str) -> ApiError:
    """403 for a token without any of the method's scopes."""
    challenge = f'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="{wanted}"'
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": f"{_service(asked)}.googleapis.com", "method": asked.method},
    }
    return ApiError(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        headers={"WWW-Authenticate": challenge},
        details=[info],
    )


def not_configured(asked: Asked) -> ApiError:
    """403 for an API that the project did not enable."""
    host = f"{_service(asked)}.googleapis.com"
    name = _SERVICES.get(_service(asked), "Google Drive")
    message = (
        f"{name} API has not been used in project {PROJECT} before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/{host}/overview?project={PROJECT} then retry. If you enabled "
        "this API recently, wait a few minutes for the action to propagate to our systems and retry."
    )
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {"service": host, "consumer": f"projects/{PROJECT}"},
    }
    return ApiError(
        403,
        "accessNotConfigured",
        message,
        domain="usageLimits",
        more={"extendedHelp": "https://console.developers.google.com"},
        details=[info],
    )


def _service(asked: Asked) -> str:
    return asked.method.partition(".")[0]


def refusal(asked: Asked, fault: Fault) -> Response | ApiError | None:
    """What the fault plan wants answered instead of the true answer; None where the fault is of another sort."""
    if fault.kind in _SIMPLE:
        code, reason, domain, message = _SIMPLE[fault.kind]
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return ApiError(code, reason, message, domain=domain, headers=headers)
    if fault.kind in {Trouble.REJECT_TOKEN, Trouble.GONE}:
        return _token_refused(asked, fault.kind)
    makers: dict[Trouble, Callable[[], Response | ApiError]] = {
        Trouble.BAD_GATEWAY: lambda: page_of_html(502, "Server Error"),
        Trouble.UNAVAILABLE: lambda: page_of_html(503, "Service Unavailable"),
        Trouble.NOT_CONFIGURED: lambda: not_configured(asked),
        Trouble.SCOPE: lambda: lacks_scope(asked, " ".join(sorted(asked.scopes))),
        Trouble.NOT_FOUND: lambda: not_found(asked.item),
    }
    return makers[fault.kind]() if fault.kind in makers else None


def _token_refused(asked: Asked, kind: Trouble) -> ApiError | None:
    """A page token or a sync token that is good no longer, where there is one."""
    if kind is Trouble.REJECT_TOKEN:
        return invalid("pageToken") if asked.one("pageToken") else None
    if not asked.one("syncToken") and not asked.one("pageToken"):
        return None
    if _service(asked) == "people":
        return sync_token_expired()
    return sync_token_gone() if _service(asked) == "calendar" else ApiError(410, "gone", "Gone", location="pageToken")


def sync_token_gone() -> ApiError:
    """410, Calendar's way: https://developers.google.com/workspace/calendar/api/guides/sync#full_sync_required"""
    message = "Sync token is no longer valid, a full sync is required."
    return ApiError(410, "fullSyncRequired", message, domain="calendar", location="syncToken")


def sync_token_expired() -> ApiError:
    """400, People's way."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "EXPIRED_SYNC_TOKEN",
        "domain": "people.googleapis.com",
    }
    message = "Sync token is expired. Clear local cache and retry call without the sync token."
    return ApiError(400, "failedPrecondition", message, details=[info])


_USAGE = "usageLimits"
# reason → code, reason, domain, message. https://developers.google.com/workspace/drive/api/guides/handle-errors
_SIMPLE: dict[Trouble, tuple[int, str, str, str]] = {
    Trouble.USER_RATE: (403, "userRateLimitExceeded", _USAGE, "User Rate Limit Exceeded. Rate of requests for user "
                        "exceed configured project quota, you may consider re-evaluating expected per-user traffic to "
                        "the API and adjust project quota limits accordingly."),
    Trouble.RATE: (403, "rateLimitExceeded", _USAGE, "Rate Limit Exceeded"),
    Trouble.TOO_MANY: (429, "rateLimitExceeded", _USAGE, "Too many requests. Rate limit exceeded."),
    Trouble.DAILY: (403, "dailyLimitExceeded", _USAGE, "Daily Limit Exceeded. The quota will be reset at midnight "
                    "Pacific Time (PT). You may monitor your quota usage and adjust limits in the API Console."),
    Trouble.QUOTA: (403, "quotaExceeded", _USAGE, "Quota exceeded for quota metric 'Queries' and limit 'Queries per "
                    f"day' of service 'drive.googleapis.com' for consumer 'project_number:{PROJECT}'."),
    Trouble.SHARING_RATE: (403, "sharingRateLimitExceeded", "global", "Rate limit exceeded. User message: "
                           "\"Sorry, you have exceeded your sharing quota.\""),
    Trouble.DOWNLOAD_QUOTA: (403, "downloadQuotaExceeded", "global", "The download quota for this file has been "
                             "exceeded."),
    Trouble.INTERNAL: (500, "internalError", "global", "Internal Error"),
    Trouble.BACKEND: (503, "backendError", "global", "The service is currently unavailable."),
    Trouble.TIMEOUT: (504, "backendError", "global", "Deadline expired before operation could complete."),
    Trouble.FORBIDDEN: (403, "cannotDownloadFile", "global", "This file cannot be downloaded by the user."),
    Trouble.TOO_LARGE: (403, "exportSizeLimitExceeded", "global", "This file is too large to be exported."),
    Trouble.NOT_EXPORTABLE: (403, "fileNotExportable", "global", "Export only supports Docs Editors files."),
    Trouble.DOMAIN_POLICY: (403, "domainPolicy", "global", "The domain administrators have disabled Drive apps."),
    Trouble.APP_BLOCKED: (403, "appNotAuthorizedToFile", "global", "The user has not granted the app access to this "
                          "file, or the app has been blocked by the domain's administrator."),
}  # fmt: skip
