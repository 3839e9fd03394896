"""A running stand-in with the association's world in it, and a way to ask it things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from degoog.sandbox.google import GoogleSandbox
from degoog.sandbox.google.drawing import Drawn, draw_association
from degoog.sandbox.google.drawing.people import CAMILLE
from tests.google_stand_in import judged_google

EVERY_FIELD = (
    "id,name,mimeType,parents,size,quotaBytesUsed,md5Checksum,sha1Checksum,sha256Checksum,trashed,explicitlyTrashed,"
    "createdTime,modifiedTime,viewedByMeTime,sharedWithMeTime,ownedByMe,owners,driveId,shared,permissionIds,"
    "permissions,capabilities(canDownload,canListChildren,canReadRevisions,canCopy),copyRequiresWriterPermission,"
    "downloadRestrictions,shortcutDetails,exportLinks,resourceKey,headRevisionId,version,description,starred,"
    "folderColorRgb,properties,appProperties,originalFilename,fullFileExtension,lastModifyingUser,"
    "clientEncryptionDetails,contentRestrictions,inheritedPermissionsDisabled,hasAugmentedPermissions,"
    "linkShareMetadata,webViewLink,labelInfo"
)


def ask(verb: str, url: str, **more: Any) -> httpx.Response:
    """One request on a connection of its own; redirections are not followed."""
    with httpx.Client(transport=httpx.HTTPTransport(verify=False), timeout=10) as client:
        return client.request(verb, url, **more)


class Browser:
    """Asks the stand-in as one account: Drive, unless another base is given."""

    base = "www.googleapis.com/drive/v3"

    def __init__(self, google: GoogleSandbox, email: str, **options: Any) -> None:
        self.google = google
        self.token = google.access_token(email, **options)

    def get(
        self, path: str, *, headers: dict[str, str] | None = None, verb: str = "GET", **query: Any
    ) -> httpx.Response:
        known = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return ask(verb, f"{self.google.url}/{self.base}/{path}", params=known, headers=sent)

    def json(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def files(self, **query: Any) -> dict[str, dict[str, Any]]:
        """Every page of files.list, by id; an item met twice fails."""
        given = {"fields": f"nextPageToken,incompleteSearch,files({EVERY_FIELD})", "pageSize": 50, **query}
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = self.json("files", **given)
            for file in page["files"]:
                assert file["id"] not in found
                found[file["id"]] = file
            if "nextPageToken" not in page:
                return found
            given["pageToken"] = page["nextPageToken"]

    def reason(self, path: str, **query: Any) -> tuple[int, str]:
        """The status and the reason of a refusal."""
        answer = self.get(path, **query)
        return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


@pytest.fixture(scope="session")
def association() -> Drawn:
    """Only looked at: tests that change it draw their own."""
    return draw_association(seed=1)


@pytest.fixture(scope="module")
def shared_google(association: Drawn) -> Iterator[GoogleSandbox]:
    with judged_google(association.world, seed=1) as running:
        yield running


@pytest.fixture
def drawn() -> Drawn:
    return draw_association(seed=2, ordinary=10)


@pytest.fixture
def google(drawn: Drawn) -> Iterator[GoogleSandbox]:
    with judged_google(drawn.world, seed=2, sleep=lambda _seconds: None) as running:
        yield running


@pytest.fixture
def camille(google: GoogleSandbox) -> Browser:
    return Browser(google, CAMILLE)
