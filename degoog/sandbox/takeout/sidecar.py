"""The `-info.json` that Takeout lays beside a file when "additional information" was asked for.

Its keys are those of the Drive API v2 in snake case, as read by ONLYOFFICE's migrator and by a published JSON
schema of such files; JSON is escaped as Gson does (`'` is `\\u0027`). `commenter` is `reader` with an
additional role.
"""

import hashlib
import html
import json
from datetime import datetime

from degoog.sandbox.takeout.drive import Node
from degoog.sandbox.takeout.view import Grant, GranteeKind, Role

# Five characters that Gson escapes so that JSON can stand in a web page; none has a meaning in JSON itself.
_GSON = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&='"})


def gson(value: object) -> bytes:
    """The value as Gson prints it: two blanks a level, letters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=2).translate(_GSON).encode()


def written_time(time: datetime) -> str:
    """RFC 3339 with milliseconds, the year in four digits."""
    return f"{time.year:04d}-{time:%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def sidecar(node: Node) -> bytes:
    """The sidecar of a node."""
    told: dict[str, object] = {
        "starred": node.starred,
        "viewers_can_download": True,
        "editors_can_edit_access": True,
    }
    if node.told != "no date":
        told["last_modified_by_any_user"] = written_time(node.modified)
        told["last_modified_by_me"] = written_time(node.modified)
        told["content_last_modified"] = written_time(node.content_modified)
        told["created"] = written_time(node.created)
    told["permissions"] = [_permission(node, grant) for grant in node.grants]
    told["title"] = node.name
    told["mime_type"] = node.mime_type
    return gson(told)


def _permission(node: Node, grant: Grant) -> dict[str, object]:
    """One permission; only its `self_link` says which file it belongs to."""
    anyone = grant.kind is GranteeKind.ANYONE
    permission_id = "anyoneWithLink" if anyone else _number_of(grant)
    told: dict[str, object] = {"id": permission_id}
    if grant.name is not None:
        told["name"] = grant.name
    told["type"] = grant.kind.value
    told["role"] = "reader" if grant.role is Role.COMMENTER else grant.role.value
    if grant.role is Role.COMMENTER:
        told["additional_roles"] = ["commenter"]
    told["kind"] = "drive#permission"
    if node.told != "no id":
        told["self_link"] = f"https://www.googleapis.com/drive/v2/files/{node.drive_id}/permissions/{permission_id}"
    if grant.kind in (GranteeKind.USER, GranteeKind.GROUP) and grant.who is not None:
        told["email_address"] = grant.who
        told["domain"] = grant.who.partition("@")[2]
    if grant.kind is GranteeKind.DOMAIN:
        told["domain"] = grant.who
    if anyone:
        told["with_link"] = True
    if grant.expires is not None:
        told["expiration_date"] = written_time(grant.expires)
    told["etag"] = f'"{permission_id[:8]}"'
    told["deleted"] = grant.deleted
    told["pending_owner"] = False
    return told


def _number_of(grant: Grant) -> str:
    """The permission id of an account: twenty digits, the same on every file shared with it."""
    digest = hashlib.sha256((grant.who or "deleted").encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big'):020d}"


def comments_page(node: Node) -> bytes:
    """The page of comments of a document; its title is the archived document's name."""
    title = html.escape(node.name + (node.conversion.extension if node.conversion else ""))
    return (
        f"<html><head><title>{title}</title>"
        '<meta http-equiv="content-type" content="text/html; charset=UTF-8"/>'
        '</head><body><div class="comment"><p class="author">Maëlle Roudaut</p><p>Il manque l’article 7.</p>'
        "</div></body></html>\n"
    ).encode()
