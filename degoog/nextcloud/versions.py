"""Giving back what a bulk request overwrote: a file that somebody made in the moment before ours was written.

Nextcloud numbers files in the order in which they are made. In one request each new file has a higher number than the
one before; a lower one is that of a file that was there already (measured on 32.0.1). Its content is then the newest of
its earlier versions (apps/files_versions/lib/Sabre), and restoring that gives back its bytes and its time.
"""

from __future__ import annotations

from degoog.nextcloud import dav
from degoog.nextcloud.client import Client

_ASKED = (f"{dav.D}resourcetype", f"{dav.D}getcontentlength")


async def give_back(client: Client, number: str, *, written: int) -> bool:
    """Restore what a file held before it was overwritten; False where it is new and held nothing.

    `written` is the modified time of what was written over it, which names the present version. Raises `dav.Fault`
    and httpx's `TransportError` where the server does not give it back.
    """
    ask = dav.propfind(_ASKED)
    response = await client.request("PROPFIND", client.versions(number), headers={"Depth": "1"}, content=ask)
    if response.status_code == 404:
        return False
    if response.is_error:
        raise dav.fault(response)
    entries = [answer.entry() for answer in dav.parse(response.content)]
    earlier = [int(entry.name) for entry in entries if not entry.holder and entry.name.isdecimal()]
    earlier = [moment for moment in earlier if moment != written]
    if not earlier:
        return False
    headers = {"Destination": client.restoring()}
    moved = await client.request("MOVE", client.versions(number, str(max(earlier))), headers=headers)
    if moved.is_error:
        raise dav.fault(moved)
    return True
