"""Comments, classifications and annotations: who reads them, who may change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.words import ClassificationPost, CommentPost, CommentPut
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.taxonomies import Taxonomies


async def readers(access: Access, objects: ObjectService, obj_id: str, wanted: list[int] | None) -> list[int]:
    """Return the groups that shall read what is said of an object.

    Without a wish these are the person's groups that hold the object, so that nothing leaves a group by
    default; what nobody holds is everybody's.
    """
    held = await objects.holders(access, obj_id)
    if wanted:
        return sorted(access.chosen(wanted))
    return held or [SITEWIDE]


class CommentService:
    """Comments on objects."""

    def __init__(self, comments: Records, objects: ObjectService) -> None:
        self._comments = comments
        self._objects = objects

    async def listing(self, access: Access, obj_id: str) -> list[Document]:
        """Return the comments on an object, oldest first, as people talk."""
        found = access.visible(await self._comments.of([obj_id]))
        return [shapes.comment(access, c) for c in reversed(found)]

    async def get(self, access: Access, obj_id: str, comment_id: int) -> Document:
        """Return one comment."""
        return shapes.comment(access, await self._find(access, obj_id, comment_id))

    async def create(self, access: Access, obj_id: str, post: CommentPost) -> int:
        """Say something and return the comment's id."""
        made = await self._comments.insert(
            {
                "obj_id": obj_id,
                "text": post.text,
                "author": access.author,
                "group_ids": await readers(access, self._objects, obj_id, post.group_ids),
                "bot": access.bot,
                "system": False,
            }
        )
        return int(made["_id"])

    async def change(self, access: Access, obj_id: str, comment_id: int, put: CommentPut) -> None:
        """Change a comment's words or readers."""
        former = await self._find(access, obj_id, comment_id)
        access.require_author(former, "comment")
        fields: dict[str, Any] = {}
        if put.text is not None:
            fields["text"] = put.text
        if put.group_ids is not None:
            fields["group_ids"] = sorted(access.chosen(put.group_ids))
            known = {*former.get("former_group_ids", ()), *former["group_ids"]}
            fields["former_group_ids"] = sorted(known)
        if not fields:
            raise Invalid("give text or group_ids")
        await self._comments.change(comment_id, fields)

    async def remove(self, access: Access, obj_id: str, comment_id: int) -> None:
        """Take a comment back."""
        access.require_author(await self._find(access, obj_id, comment_id), "comment")
        await self._comments.bury(comment_id, {"text": ""})

    async def _find(self, access: Access, obj_id: str, comment_id: int) -> Document:
        found = await self._comments.get(comment_id)
        if found is None or found["obj_id"] != obj_id or not access.sees(found["group_ids"]):
            raise NotFound(f"no comment {comment_id} on {obj_id}")
        return found


class ClassificationService:
    """Classifications of objects, and the taxonomies they come from."""

    def __init__(self, records: Records, taxonomies: Taxonomies, objects: ObjectService) -> None:
        self._records = records
        self._taxonomies = taxonomies
        self._objects = objects

    async def listing(self, access: Access, obj_id: str) -> list[Document]:
        """Return the classifications of an object, newest first."""
        return [shapes.classification(access, c) for c in access.visible(await self._records.of([obj_id]))]

    async def create(self, access: Access, post: ClassificationPost) -> int:
        """Classify an object and return the classification's id."""
        taxonomy = await self._taxonomies.get(post.taxonomy_id)
        if taxonomy is None or not access.sees(taxonomy["group_ids"]):
            raise Invalid(f"taxonomy_id: no taxonomy {post.taxonomy_id}")
        if post.classification not in set(classes(taxonomy["hierarchy"])):
            raise Invalid(f"classification: {post.classification!r} is not in {taxonomy['name']}")
        group_ids = await readers(access, self._objects, post.obj_id, post.group_ids)
        made = await self._records.insert(
            {**post.model_dump(), "group_ids": group_ids, "author": access.author}
        )
        return int(made["_id"])

    async def remove(self, access: Access, classification_id: int) -> None:
        """Take a classification back."""
        found = await self._records.get(classification_id)
        if found is None or not access.sees(found["group_ids"]):
            raise NotFound(f"no classification {classification_id}")
        access.require_author(found, "classification")
        await self._records.bury(classification_id, {})

    async def taxonomies(self, access: Access) -> list[Document]:
        """Return the taxonomies of the person's groups."""
        return [_taxonomy(access, found) for found in access.visible(await self._taxonomies.all())]

    async def taxonomy(self, access: Access, taxonomy_id: int) -> Document:
        """Return one taxonomy."""
        found = await self._taxonomies.get(taxonomy_id)
        if found is None or not access.sees(found["group_ids"]):
            raise NotFound(f"no taxonomy {taxonomy_id}")
        return _taxonomy(access, found)


class AnnotationService:
    """What programs found out about objects."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def listing(self, access: Access, obj_id: str) -> list[Document]:
        """Return the annotations of an object, newest first."""
        return [shapes.annotation(access, a) for a in access.visible(await self._records.of([obj_id]))]


def classes(node: Document) -> Iterable[str]:
    """Return the names of all classes of a hierarchy."""
    yield node["class"]
    for child in node.get("subclasses", ()):
        yield from classes(child)


def _taxonomy(access: Access, document: Document) -> Document:
    return shapes.named(document, "group_ids") | {"groups": shapes.groups(access, document["group_ids"])}
