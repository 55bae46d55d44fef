"""Comments: who reads them, who may change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.comments import CommentPost, CommentPut, CommentsQuery
from nightdesk_services.marshal.services import shapes, talk
from nightdesk_services.marshal.services.attachments import AttachmentService
from nightdesk_services.marshal.services.notices import NoticeService
from nightdesk_services.marshal.services.resources import Resources, Thing
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.store import now

_LONGEST_NOTICE = 200


class CommentService:
    """Comments on things of every type, each type in a collection of its own."""

    def __init__(
        self,
        records: Mapping[str, Records],
        resources: Resources,
        attachments: AttachmentService,
        notices: NoticeService,
    ) -> None:
        self._records = records
        self._resources = resources
        self._attachments = attachments
        self._notices = notices

    async def listing(self, access: Access, kind: str, key: str, query: CommentsQuery) -> list[Document]:
        """Return the comments on a thing.

        They come oldest first, as people talk; those that were searched for by their text come newest
        first and in pages.
        """
        thing = await self._resources.named(access, kind, key)
        found = access.visible(await self._records[kind].on(thing.field, thing.key))
        if kind == "sources":
            found = [one for one in found if one.get("channel") == query.channel]
        if query.text is None:
            found.reverse()
        else:
            wanted = query.text.casefold()
            found = [one for one in found if wanted in one["text"].casefold()][query.span]
        return [self._shown(access, one, query.include_talk) for one in found]

    async def get(self, access: Access, kind: str, key: str, number: int, talk_too: bool) -> Document:
        """Return one comment."""
        return self._shown(access, await self.find(access, kind, key, number), talk_too)

    async def find(self, access: Access, kind: str, key: str, number: int) -> Document:
        """Return a comment as it is stored.

        Raises
        ------
        NotFound
            If there is none that the person may know of.
        """
        thing = await self._resources.named(access, kind, key)
        found = await self._records[kind].get(number)
        if found is None or found.get(thing.field) != thing.key or not access.sees(found["group_ids"]):
            raise NotFound(f"no comment {number} on {key}")
        return found

    async def create(self, access: Access, kind: str, key: str, post: CommentPost) -> int:
        """Say something and return the comment's id."""
        thing = await self._resources.held(access, kind, key)
        group_ids = await self._readers(access, thing, post)
        kept = await self._attachments.keep(post.attachment) if post.attachment else {}
        mentions = talk.mentioned(access.directory, post.text, group_ids)
        made = await self._records[kind].insert(
            {
                thing.field: thing.key,
                "text": post.text,
                "author": access.author,
                "group_ids": group_ids,
                "bot": access.bot or access.identity.acls is not None,
                "system": False,
                "channel": post.channel,
                "parent_id": post.parent_id,
                "mentions": mentions,
                "reactions": [],
                "edits": [],
                **kept,
            }
        )
        await self._tell(access, thing, post.text, mentions)
        return int(made["_id"])

    async def change(self, access: Access, kind: str, key: str, number: int, put: CommentPut) -> None:
        """Change a comment's words, file or readers, as its author; former words are kept."""
        former = await self.find(access, kind, key, number)
        access.require_author(former, "comment")
        thing = await self._resources.held(access, kind, key)
        fields: dict[str, Any] = {}
        if put.group_ids is not None:
            fields["group_ids"] = self._resources.readers(access, thing, put.group_ids)
            fields["former_group_ids"] = sorted({*former.get("former_group_ids", ()), *former["group_ids"]})
        if put.text is not None and put.text != former["text"]:
            fields["text"] = put.text
            edit = {name: former[name] for name in ("text", "group_ids")} | {"at": now(), "by": access.author}
            fields["edits"] = [*former.get("edits", ()), edit][-talk.MOST_EDITS :]
        if put.text is None and put.group_ids is None and put.attachment is None:
            raise Invalid("give text, attachment or group_ids")
        if put.attachment is not None:
            fields |= await self._attachments.keep(put.attachment)
        after = former | fields
        fields["mentions"] = talk.mentioned(access.directory, after["text"], after["group_ids"])
        await self._records[kind].change(number, fields)
        if put.attachment is not None:
            await self._attachments.remove(former)
        fresh = [user_id for user_id in fields["mentions"] if user_id not in former.get("mentions", ())]
        await self._tell(access, thing, after["text"], fresh)

    async def remove(self, access: Access, kind: str, key: str, number: int) -> None:
        """Take a comment back, with its file and its history."""
        found = await self.find(access, kind, key, number)
        access.require_author(found, "comment")
        erased: Document = {"text": "", "edits": [], "reactions": [], "mentions": [], "attachment_name": None}
        await self._records[kind].bury(number, {**erased, "attachment_id": None})
        await self._attachments.remove(found)

    async def history(self, access: Access, kind: str, key: str, number: int) -> list[Document]:
        """Return the former words of a comment, oldest first, as far as they were for the person."""
        found = await self.find(access, kind, key, number)
        return [
            {name: edit[name] for name in ("text", "at", "by")}
            for edit in found.get("edits", ())
            if access.sees(edit["group_ids"])
        ]

    async def react(self, access: Access, kind: str, key: str, number: int, emoji: str) -> Document:
        """Put an emoji under a comment, once a person, and return all that are there."""
        found = await self.find(access, kind, key, number)
        talk.require_room(found, emoji)
        mine = {"emoji": emoji, "user_id": access.user_id}
        stamp = {"$addToSet": {"reactions": mine}, "$set": {"modified": now()}}
        await self._records[kind].update({"_id": number}, stamp)
        return talk.reactions(access.directory, await self.find(access, kind, key, number))

    async def unreact(self, access: Access, kind: str, key: str, number: int, emoji: str) -> Document:
        """Take one's emoji back and return those that are left."""
        await self.find(access, kind, key, number)
        mine = {"emoji": emoji, "user_id": access.user_id}
        if not await self._records[kind].update(
            {"_id": number, "reactions": mine}, {"$pull": {"reactions": mine}, "$set": {"modified": now()}}
        ):
            raise NotFound(f"emoji: you did not put {emoji} under comment {number}")
        return talk.reactions(access.directory, await self.find(access, kind, key, number))

    async def _readers(self, access: Access, thing: Thing, post: CommentPost) -> list[int]:
        """Return who shall read a new comment: an answer is for those who read what it answers."""
        if post.parent_id is None:
            return self._resources.readers(access, thing, post.group_ids)
        try:
            parent = await self.find(access, thing.kind, str(thing.key), post.parent_id)
        except NotFound as error:
            raise Invalid(f"parent_id: {error.message}") from error
        theirs = sorted(group_id for group_id in parent["group_ids"] if access.sees([group_id]))
        if not post.group_ids:
            return theirs
        wanted = self._resources.readers(access, thing, post.group_ids)
        if strange := sorted(set(wanted).difference(theirs)):
            raise Invalid(f"group_ids: group {strange[0]} does not read comment {post.parent_id}")
        return wanted

    async def _tell(self, access: Access, thing: Thing, text: str, user_ids: list[int]) -> None:
        short = text if len(text) <= _LONGEST_NOTICE else f"{text[: _LONGEST_NOTICE - 1]}…"
        for user_id in user_ids:
            if user_id != access.user_id:
                said = f"{access.username} mentioned you on {thing.key}: {short}"
                await self._notices.tell(user_id, said, thing.url, "mention")

    def _shown(self, access: Access, document: Document, talk_too: bool) -> Document:
        shown = shapes.comment(access, document)
        return shown | talk.shown(access.directory, document) if talk_too else shown
