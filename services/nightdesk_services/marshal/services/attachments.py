"""Files that people attach to comments: what may come in, and how it goes out without harm."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.comments import Attachment
from nightdesk_services.marshal.services import images
from nightdesk_services.marshal.storage.attachments import Attachments

MOST_BYTES: Final = 10 * 1024 * 1024
_MB: Final = 1024 * 1024

# What a browser shows without running anything in it; all else is bytes to keep.
_SHOWN: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/plain; charset=utf-8",
    "json": "text/plain; charset=utf-8",
    "dat": "text/plain; charset=utf-8",
    "ascii": "text/plain; charset=utf-8",
    "log": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
}
_FITS: Final = ("fits", "fit", "fts")


@dataclass(frozen=True)
class Sent:
    """A file as it is sent."""

    body: bytes
    content_type: str
    disposition: str


class AttachmentService:
    """Keeps attached files."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    async def keep(self, sent: Attachment) -> Document:
        """Store a file and return what its comment remembers of it.

        Raises
        ------
        Invalid
            If it is empty, too large, or not in Base64.
        """
        body = _decoded(sent)
        number = await self._attachments.insert(sent.name, body)
        return {"attachment_id": number, "attachment_name": sent.name, "attachment_size": len(body)}

    async def remove(self, comment: Document) -> None:
        """Remove a comment's file, if it has one."""
        if comment.get("attachment_id") is not None:
            await self._attachments.remove(comment["attachment_id"])

    async def original(self, comment: Document) -> Sent:
        """Return a comment's file to keep."""
        name, body = await self._get(comment)
        return Sent(body, "application/octet-stream", _disposition("attachment", name))

    async def preview(self, comment: Document) -> Sent:
        """Return a comment's file to look at: a FITS file as a picture.

        Raises
        ------
        Invalid
            If a browser had better not show it.
        """
        name, body = await self._get(comment)
        ending = _ending(name)
        if ending in _FITS:
            try:
                body = await asyncio.to_thread(images.png, body)
            except ValueError as error:
                raise Invalid(f"attachment: no preview of {name}: {error}") from error
            return Sent(body, "image/png", _disposition("inline", f"{name}.png"))
        if ending not in _SHOWN:
            raise Invalid(f"attachment: there is no preview of a file like {name}; download it")
        return Sent(body, _SHOWN[ending], _disposition("inline", name))

    async def text(self, comment: Document) -> Document:
        """Return a comment's file as text.

        Raises
        ------
        Invalid
            If it is none.
        """
        name, body = await self._get(comment)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise Invalid(f"attachment: {name} is no text in UTF-8; download it") from error
        return {"commentId": comment["_id"], "attachment": text, "attachmentName": name}

    async def counts(self) -> Document:
        """Return how many files lie in the store, and how many were moved to disk."""
        stored, moved = await self._attachments.counts()
        return {"totalWithAttachmentBytes": stored, "totalWithoutAttachmentBytes": moved}

    async def move(self, page_number: int, num_per_page: int, page: slice) -> Document:
        """Move one page of the files in the store to disk."""
        total = await self._attachments.move(page)
        return {"totalMatches": total, "pageNumber": page_number, "numPerPage": num_per_page}

    async def _get(self, comment: Document) -> tuple[str, bytes]:
        number = comment.get("attachment_id")
        found = None if number is None else await self._attachments.get(number)
        if found is None:
            raise NotFound(f"comment {comment['_id']} has no attachment")
        return found


def _decoded(sent: Attachment) -> bytes:
    text = sent.body
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        body = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Invalid(f"attachment.body: {sent.name} is not in Base64") from error
    if not body:
        raise Invalid(f"attachment.body: {sent.name} is empty")
    if len(body) > MOST_BYTES:
        raise Invalid(
            f"attachment.body: {sent.name} has {len(body) / _MB:.1f} MB; at most {MOST_BYTES // _MB} MB"
        )
    return body


def _ending(name: str) -> str:
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix[1:] if path.suffix == ".gz" else path.suffix[1:]


def _disposition(how: str, name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
