"""Comments on things of every type, their files, reactions and history."""

from __future__ import annotations

import base64
import json
from typing import Any

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.handlers.things import ThingHandler
from nightdesk_services.marshal.models import comments as models
from nightdesk_services.marshal.services.attachments import Sent
from nightdesk_services.marshal.services.resources import COMMENTS


class Comments(ThingHandler):
    """The comments on a thing."""

    @needs("comments", "read")
    async def get(self, key: str) -> None:
        """List them."""
        query = self.query(models.CommentsQuery)
        self.answer(await self.marshal.comments.listing(self.access, self.kind, key, query))

    @needs("comments", "write", acl="Comment")
    async def post(self, key: str) -> None:
        """Say something; the body is JSON, or a form with a file."""
        if self.request.headers.get("Content-Type", "").startswith("multipart/form-data"):
            self.request.body = json.dumps(self._form()).encode()
        post = self.body(models.CommentPost)
        self.answer({"comment_id": await self.marshal.comments.create(self.access, self.kind, key, post)})

    def _form(self) -> dict[str, Any]:
        """Return a form in the shape of the JSON that says the same."""
        sent: dict[str, Any] = {name: self.get_body_argument(name) for name in self.request.body_arguments}
        files = [file for listed in self.request.files.values() for file in listed]
        if len(files) > 1:
            raise Invalid("attachment: one file a comment")
        for file in files:
            sent["attachment"] = {"name": file.filename, "body": base64.b64encode(file.body).decode()}
        return sent


class Comment(ThingHandler):
    """One comment."""

    @needs("comments", "read")
    async def get(self, key: str, number: str) -> None:
        """Show it."""
        talk = self.query(models.CommentQuery).include_talk
        self.answer(await self.marshal.comments.get(self.access, self.kind, key, int(number), talk))

    @needs("comments", "write", acl="Comment")
    async def put(self, key: str, number: str) -> None:
        """Change it."""
        put = self.body(models.CommentPut)
        await self.marshal.comments.change(self.access, self.kind, key, int(number), put)
        self.answer()

    @needs("comments", "write")
    async def delete(self, key: str, number: str) -> None:
        """Take it back."""
        await self.marshal.comments.remove(self.access, self.kind, key, int(number))
        self.answer()


class CommentHistory(ThingHandler):
    """A comment's former words."""

    @needs("comments", "read")
    async def get(self, key: str, number: str) -> None:
        """List them."""
        self.answer(await self.marshal.comments.history(self.access, self.kind, key, int(number)))


class CommentReactions(ThingHandler):
    """The emoji under a comment."""

    @needs("comments", "write", acl="Comment")
    async def post(self, key: str, number: str) -> None:
        """Put one there."""
        emoji = self.body(models.ReactionPost).emoji
        self.answer(await self.marshal.comments.react(self.access, self.kind, key, int(number), emoji))

    @needs("comments", "write", acl="Comment")
    async def delete(self, key: str, number: str) -> None:
        """Take one's own back; the address names it."""
        emoji = self.query(models.ReactionQuery).emoji
        self.answer(await self.marshal.comments.unreact(self.access, self.kind, key, int(number), emoji))


class CommentAttachment(ThingHandler):
    """A comment's file."""

    @needs("comments", "read")
    async def get(self, key: str, number: str) -> None:
        """Send it to keep, to look at, or as text."""
        query = self.query(models.AttachmentQuery)
        comment = await self.marshal.comments.find(self.access, self.kind, key, int(number))
        if query.preview.lower() in ("true", "1"):
            self._send(await self.marshal.attachments.preview(comment))
        elif query.download.lower() in ("true", "1"):
            self._send(await self.marshal.attachments.original(comment))
        else:
            self.answer(await self.marshal.attachments.text(comment))

    def _send(self, sent: Sent) -> None:
        self.set_header("Content-Type", sent.content_type)
        self.set_header("Content-Disposition", sent.disposition)
        # whatever somebody attached, a browser runs nothing of it
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.finish(sent.body)


class Attachments(ApiHandler):
    """Where attached files lie."""

    @needs("system", "read", acl="System admin")
    async def get(self) -> None:
        """Count them."""
        self.answer(await self.marshal.attachments.counts())

    @needs("system", "write", acl="System admin")
    async def post(self) -> None:
        """Move some from the store to disk."""
        page = self.query(models.AttachmentPage)
        self.answer(await self.marshal.attachments.move(page.page_number, page.num_per_page, page.span))


ROUTES: Routes = [
    (f"{kind}/{OBJECT}/comments{rest}", handler)
    for kind in COMMENTS
    for rest, handler in (
        ("", Comments),
        (f"/{ID}", Comment),
        (f"/{ID}/history", CommentHistory),
        (f"/{ID}/reactions", CommentReactions),
        (f"/{ID}/attachment", CommentAttachment),
        (f"/{ID}/attachment.pdf", CommentAttachment),
    )
]
ROUTES += [("comment_attachment", Attachments)]
