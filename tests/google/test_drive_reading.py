"""What comes of each file: its bytes, an export, a page that leads there, or a reason."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from degoog.errors import Refused, Unavailable
from degoog.google.drive import DriveSource
from degoog.google.drive.reading import Flagged
from degoog.model import FailReason, Item, LossKind
from degoog.ports import Blob
from tests.google.answering import DOCX, GOOGLE, Drive, always, error, once, packed

DOC = "/drive/v3/files/doc"
EXPORT = f"{DOC}/export"
LINK = "https://docs.google.com/feeds/download/documents/export/Export?id=doc&exportFormat=docx"


def read(drive: Drive, id_: str, **options: Any) -> tuple[Item, Blob, bytes]:
    async def go() -> tuple[Item, Blob, bytes]:
        async with DriveSource(drive.client(), **options) as source:
            items = {found.item.ref.id: found.item async for found in source.walk()}
            blob = await source.read(items[id_])
            async with blob.open() as chunks:
                data = b"".join([chunk async for chunk in chunks])
            assert len(data) == blob.size
            return items[id_], blob, data

    return asyncio.run(go())


class Broken(httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def __aiter__(self):
        yield self.data
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def test_a_file_comes_with_its_checksum():
    drive = Drive()
    drive.add("f1", data=b"abc")

    _item, blob, data = read(drive, "f1")

    assert (data, blob.digest) == (b"abc", "md5:900150983cd24fb0d6963f7d28e17f72")
    assert drive.seen[-1].headers["accept-encoding"] == "identity"
    assert drive.seen[-1].url.params["supportsAllDrives"] == "true"


def test_an_empty_file_is_asked_for_once():
    drive = Drive()
    drive.add("f1", data=b"")

    assert read(drive, "f1")[2] == b""
    assert len(drive.asked("/drive/v3/files/f1")) == 1


def test_a_download_that_breaks_off_goes_on_where_it_broke():
    data = bytes(range(256)) * 4000
    drive = Drive()
    drive.add("f1", data=data)
    drive.before.append(once("/drive/v3/files/f1", httpx.Response(200, stream=Broken(data[:700_000]))))

    assert read(drive, "f1")[2] == data
    assert [request.headers.get("range") for request in drive.asked("/drive/v3/files/f1")] == [None, "bytes=524288-"]


def test_a_truncated_answer_goes_on_too_and_a_server_without_ranges_is_read_past():
    data = bytes(range(256)) * 4000
    drive = Drive()
    drive.add("f1", data=data)
    drive.before.append(
        once("/drive/v3/files/f1", httpx.Response(200, content=data[:300_000]), httpx.Response(200, content=data))
    )

    assert read(drive, "f1")[2] == data


def test_bytes_that_were_altered_are_never_kept():
    drive = Drive()
    drive.add("f1", data=b"abc" * 300_000)
    drive.data["f1"] = b"abd" * 300_000

    with pytest.raises(Refused) as refused:
        read(drive, "f1")
    assert refused.value.reason is FailReason.HASH_MISMATCH


@pytest.mark.parametrize("answer", [httpx.Response(200, content=b"abcdef"), httpx.Response(416)])
def test_another_length_than_announced_is_never_kept(answer):
    drive = Drive()
    drive.add("f1", data=b"abc")
    drive.before.append(once("/drive/v3/files/f1", answer))

    with pytest.raises(Refused) as refused:
        read(drive, "f1")
    assert refused.value.reason is FailReason.HASH_MISMATCH


def test_a_download_that_never_gets_further_fails_alone():
    drive = Drive()
    drive.add("f1", data=b"abc")
    drive.before.append(lambda request: httpx.Response(200, content=b"") if "alt" in request.url.params else None)

    with pytest.raises(Refused) as refused:
        read(drive, "f1")
    assert refused.value.reason is FailReason.CONNECTION


@pytest.mark.parametrize(
    ("status", "reason", "outcome"),
    [
        (403, "downloadQuotaExceeded", FailReason.DEFERRED),
        (403, "cannotDownloadAbusiveFile", FailReason.FLAGGED),
        (403, "cannotDownloadFile", FailReason.UNREADABLE),
        (403, "insufficientFilePermissions", FailReason.UNREADABLE),
        (403, "fileNotDownloadable", FailReason.UNREADABLE),
        (404, "notFound", FailReason.UNREADABLE),
    ],
)
def test_what_google_says_of_one_file_concerns_it_alone(status, reason, outcome):
    drive = Drive()
    drive.add("f1")
    drive.before.append(always("/drive/v3/files/f1", status, reason))

    with pytest.raises(Refused) as refused:
        read(drive, "f1")
    assert refused.value.reason is outcome
    assert len(drive.asked("/drive/v3/files/f1")) == (2 if status == 404 else 1)


def test_ones_own_flagged_files_come_where_one_asked_for_them():
    drive = Drive()
    drive.add("f1", data=b"eicar")
    drive.before.append(
        lambda request: (
            error(403, "cannotDownloadAbusiveFile")
            if "alt" in request.url.params and "acknowledgeAbuse" not in request.url.params
            else None
        )
    )

    assert read(drive, "f1", flagged=Flagged.TAKE)[2] == b"eicar"


def test_what_is_forbidden_is_asked_for_as_its_owner_where_one_may():
    mine, hers = Drive(), Drive(address="ana@lauze.example")
    mine.add("f1", data=b"abc", owners=[{"emailAddress": "ana@lauze.example"}])
    mine.before.append(always("/drive/v3/files/f1", 403, "cannotDownloadFile"))
    hers.add("f1", data=b"abc")

    async def go() -> bytes:
        async with DriveSource(mine.client(), as_owner={"ana@lauze.example": hers.client()}.get) as source:
            (found,) = [found async for found in source.walk()]
            async with (await source.read(found.item)).open() as chunks:
                return b"".join([chunk async for chunk in chunks])

    assert asyncio.run(go()) == b"abc"


def test_an_owner_for_whom_nobody_may_act_does_not_stop_the_run():
    mine, hers = Drive(), Drive()
    mine.add("f1", owners=[{"emailAddress": "ana@lauze.example"}])
    mine.before.append(always("/drive/v3/files/f1", 403, "cannotDownloadFile"))
    hers.before.append(always("/drive/v3/files/f1", 401, "authError"))

    with pytest.raises(Refused) as refused:
        read(mine, "f1", as_owner=lambda _owner: hers.client())
    assert refused.value.reason is FailReason.UNREADABLE


def test_a_daily_limit_in_the_middle_stops_the_run():
    drive = Drive()
    drive.add("f1")
    drive.before.append(always("/drive/v3/files/f1", 403, "dailyLimitExceeded"))

    with pytest.raises(Unavailable):
        read(drive, "f1")


def test_an_old_shared_file_is_asked_for_with_its_resource_key():
    drive = Drive()
    drive.add("f1", resourceKey="0-abc_DEF")

    item, _blob, _data = read(drive, "f1")

    assert item.link == "https://drive.google.com/file/d/f1/view?resourcekey=0-abc_DEF"
    assert drive.seen[-1].headers["X-Goog-Drive-Resource-Keys"] == "f1/0-abc_DEF"


# Documents


def documented() -> Drive:
    drive = Drive()
    drive.add("doc", "Rapport", media=f"{GOOGLE}document", data=packed("bonjour"))
    return drive


def test_a_document_is_exported_and_opens():
    item, blob, data = read(documented(), "doc")

    assert (item.name, data, blob.suffix, blob.losses) == ("Rapport.docx", packed("bonjour"), "", ())


@pytest.mark.parametrize("reason", ["exportSizeLimitExceeded", "fileNotExportable", "badRequest"])
def test_a_document_that_is_too_large_to_export_comes_by_its_link(reason):
    drive = documented()
    drive.change("doc", exportLinks={DOCX: LINK})
    drive.before += [
        always(EXPORT, 403, reason),
        once("/feeds/download/documents/export/Export", httpx.Response(200, content=packed("long"))),
    ]

    assert read(drive, "doc")[2] == packed("long")
    assert drive.seen[-1].headers["authorization"] == "Bearer ya29.given"


def test_a_link_that_leads_out_of_google_gets_no_token():
    drive = documented()
    drive.change("doc", exportLinks={DOCX: LINK})
    away = httpx.Response(302, headers={"location": "https://evil.example/x"})
    drive.before += [
        always(EXPORT, 403, "exportSizeLimitExceeded"),
        once("/feeds/download/documents/export/Export", away),
        once("/x", httpx.Response(200, content=packed("x"))),
    ]

    read(drive, "doc")

    assert drive.seen[-1].url.host == "evil.example"
    assert "authorization" not in drive.seen[-1].headers


def test_then_by_a_long_running_download():
    drive = documented()
    operation = {"name": "operations/op1", "done": False}
    done = {"name": "operations/op1", "done": True,
            "response": {"downloadUri": "https://www.googleapis.com/download/op1"}}  # fmt: skip
    drive.before += [
        always(EXPORT, 403, "exportSizeLimitExceeded"),
        once(f"{DOC}/download", httpx.Response(200, json=operation)),
        once("/drive/v3/operations/op1", httpx.Response(200, json=operation), httpx.Response(200, json=done)),
        once("/download/op1", httpx.Response(200, content=packed("long"))),
    ]

    assert read(drive, "doc")[2] == packed("long")
    assert drive.clock.slept == [1.0, 2.0]


def test_then_as_a_pdf_that_says_so():
    drive = documented()
    pdf = b"%PDF-1.4 ... %%EOF"

    def only_pdf(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != EXPORT:
            return None
        wants_pdf = request.url.params["mimeType"] == "application/pdf"
        return httpx.Response(200, content=pdf) if wants_pdf else error(403, "fileNotExportable")

    drive.before.append(only_pdf)

    _item, blob, data = read(drive, "doc")

    assert (data, blob.suffix, [loss.kind for loss in blob.losses]) == (pdf, ".pdf", [LossKind.FORMAT])


def test_and_at_last_as_a_page_that_leads_there():
    drive = documented()
    drive.before.append(always(EXPORT, 403, "fileNotExportable", "not this one"))

    _item, blob, data = read(drive, "doc")

    assert (blob.suffix, [loss.kind for loss in blob.losses]) == (".html", [LossKind.POINTER])
    assert b"https://drive.google.com/file/d/doc/view" in data


@pytest.mark.parametrize("broken", [b"", packed("x" * 5000)[:-30], b"<html>sign in</html>"])
def test_an_export_that_does_not_open_is_asked_for_otherwise(broken):
    drive = documented()
    drive.change("doc", exportLinks={DOCX: LINK})
    drive.before += [
        once(EXPORT, httpx.Response(200, content=broken)),
        once("/feeds/download/documents/export/Export", httpx.Response(200, content=packed("whole"))),
    ]

    assert read(drive, "doc")[2] == packed("whole")


def test_what_stops_a_document_alone_is_not_taken_for_its_format():
    drive = documented()
    drive.before.append(always(EXPORT, 403, "cannotDownloadFile"))

    with pytest.raises(Refused) as refused:
        read(drive, "doc")
    assert refused.value.reason is FailReason.UNREADABLE


def test_a_large_export_is_spooled_and_read_as_often_as_asked():
    drive = documented()
    drive.data["doc"] = packed("x" * (9 << 20))

    async def go() -> None:
        async with DriveSource(drive.client()) as source:
            (found,) = [found async for found in source.walk()]
            blob = await source.read(found.item)
            for _time in range(2):
                async with blob.open() as chunks:
                    assert b"".join([chunk async for chunk in chunks]) == drive.data["doc"]

    asyncio.run(go())


# Pointers


def test_a_page_says_whose_the_original_is_and_is_harmless():
    drive = Drive()
    drive.add("f1", "<script>alert(1)</script>", media=f"{GOOGLE}form")

    _item, _blob, data = read(drive, "f1")

    assert b"&lt;script&gt;" in data
    assert b"<script>" not in data
    assert b"camille@lauze.example" in data


def test_a_shortcut_leads_to_what_it_stood_for():
    drive = Drive()
    details = {"targetId": "f9", "targetMimeType": "text/plain", "targetResourceKey": "0-k"}
    drive.add("s1", "vers", media=f"{GOOGLE}shortcut", shortcutDetails=details)

    assert b"https://drive.google.com/open?id=f9&amp;resourcekey=0-k" in read(drive, "s1")[2]
