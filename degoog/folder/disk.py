"""What is done with one file on a disk: written, hashed, dated, recognised."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from pathlib import Path
from stat import S_ISREG

from degoog.errors import Refused, Unavailable
from degoog.i18n import _, trouble
from degoog.model import FailReason, Item, Kind, Proof
from degoog.ports import Blob, Failed

EXACT = 2.0  # seconds; what FAT rounds a time to


def appeared(beside: Path, here: Path) -> bool:
    """Let a file appear in a place that was free, whole or not at all; False where somebody was quicker."""
    try:
        here.hardlink_to(beside)  # unlike a rename, it never takes the place of anything
    except FileExistsError:
        return False
    except OSError:  # a disk without hard links
        beside.replace(here)
    return True


def holds(here: Path, stat: os.stat_result, size: int, digest: str) -> bool:
    """Whether a file has these very bytes."""
    same = bool(digest) and S_ISREG(stat.st_mode) and stat.st_size == size
    return same and f"sha256:{hash_file(here, 'sha256')}" == digest


def same_document(item: Item, stat: os.stat_result) -> bool:
    """Whether a file is a document that came another way (an archive): no two conversions of one are the same bytes.

    The same name in the same place and the same time of its last change are enough to bring no second one.
    """
    when = item.modified.timestamp() if item.kind is Kind.DOCUMENT and item.modified is not None else None
    return when is not None and abs(when - stat.st_mtime) <= EXACT


def still_ours(here: Path, stat: os.stat_result, proof: Proof | None) -> bool:
    """Whether a file is what we last put there: nobody's work is ever replaced."""
    if proof is None or not S_ISREG(stat.st_mode):
        return False
    return etag(stat) == proof.etag or (
        stat.st_size == proof.size and f"sha256:{hash_file(here, 'sha256')}" == proof.digest
    )


async def write_beside(beside: Path, blob: Blob) -> str:
    """Write the bytes and give their hash. Raises `Refused` where they are not as many as announced."""
    digest, length = hashlib.sha256(), 0
    with beside.open("wb") as out:
        async with blob.open() as chunks:
            async for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                length += len(chunk)
    if length != blob.size:
        raise Refused(
            FailReason.DAMAGED, _("{length} bytes came instead of {size}.").format(length=length, size=blob.size)
        )
    return f"sha256:{digest.hexdigest()}"


async def hash_blob(blob: Blob) -> str:
    """Read a source to its end: `sha256:hex`."""
    digest = hashlib.sha256()
    async with blob.open() as chunks:
        async for chunk in chunks:
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def hash_file(here: Path, algorithm: str) -> str:
    """Hash a file: the hex alone. Raises `OSError`, and `ValueError` for an algorithm nobody here knows."""
    with here.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def set_time(here: Path, item: Item) -> None:
    """Set the modified time, as well as the disk can."""
    if item.modified is not None:
        seconds = item.modified.timestamp()
        with contextlib.suppress(OSError, OverflowError):  # what came of it is looked at afterwards
            os.utime(here, (seconds, seconds))


def etag(stat: os.stat_result) -> str:
    """Give what changes when somebody writes the file."""
    return f"{stat.st_mtime_ns}-{stat.st_size}"


def lstat(here: Path) -> os.stat_result | None:
    """Tell what lies there, links not followed; None where nothing does."""
    try:
        return here.lstat()
    except FileNotFoundError:
        return None


def refused(item: Item, error: OSError) -> Failed:
    """Say what a disk's error means. Raises `Unavailable` where going on would only fail again."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
        raise Unavailable(
            _("The disk cannot take more ({error}). Nothing is lost. Make room, then run again.").format(
                error=trouble(error)
            )
        ) from error
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return Failed(item, FailReason.PARENT_FAILED, trouble(error))
    if error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}:
        return Failed(item, FailReason.FORBIDDEN_NAME, trouble(error))
    return Failed(item, FailReason.REJECTED, trouble(error))
