"""Classifications of objects, by the classes of taxonomies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.classifications import (
    ClassificationPost,
    ClassificationPut,
    ClassificationsQuery,
    Span,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.resources import SOURCES, Resources
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.labels import Labels
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.taxonomies import Taxonomies
from nightdesk_services.marshal.storage.votes import Votes


class ClassificationService:
    """Who reads classifications, who may change them, and what people think of them."""

    def __init__(
        self, records: Records, votes: Votes, labels: Labels, taxonomies: Taxonomies, resources: Resources
    ) -> None:
        self._records = records
        self._votes = votes
        self._labels = labels
        self._taxonomies = taxonomies
        self._resources = resources

    async def listing(self, access: Access, obj_id: str) -> list[Document]:
        """Return the classifications of an object, newest first."""
        return [shapes.classification(access, c) for c in access.visible(await self._records.of([obj_id]))]

    async def page(self, access: Access, query: ClassificationsQuery) -> Document:
        """Return one page of all that the person sees, oldest first."""
        found, total = await self._records.page(_seen(access, query), query.span)
        shown = [shapes.classification(access, c) for c in found]
        if query.include_taxonomy:
            shown = [one | {"taxonomy": await self._taxonomy(access, one["taxonomy_id"])} for one in shown]
        return {"classifications": shown, "totalMatches": total}

    async def objects(self, access: Access, span: Span) -> list[str]:
        """Return the objects of which the person sees a classification."""
        return await self._records.objects(_seen(access, span))

    async def get(self, access: Access, number: int, with_taxonomy: bool) -> Document:
        """Return one classification."""
        shown = shapes.classification(access, await self._find(access, number))
        if with_taxonomy:
            shown["taxonomy"] = await self._taxonomy(access, shown["taxonomy_id"])
        return shown

    async def create(self, access: Access, posts: Sequence[ClassificationPost]) -> list[int]:
        """Classify objects and return the classifications' ids; all are checked before one is stored."""
        checked = []
        for post in posts:
            await self._check(access, post.taxonomy_id, post.classification)
            thing = await self._resources.held(access, SOURCES, post.obj_id)
            checked.append((post, self._resources.readers(access, thing, post.group_ids)))
        return [await self._add(access, post, group_ids) for post, group_ids in checked]

    async def change(self, access: Access, number: int, put: ClassificationPut) -> None:
        """Change a classification, as its author; a former probability is kept."""
        former = await self._find(access, number)
        access.require_author(former, "classification")
        fields: dict[str, Any] = put.model_dump(exclude_none=True) | {"ml": put.ml}
        if put.taxonomy_id is not None or put.classification is not None:
            after = former | fields
            await self._check(access, after["taxonomy_id"], after["classification"])
        if put.group_ids is not None:
            thing = await self._resources.held(access, SOURCES, former["obj_id"])
            fields["group_ids"] = self._resources.readers(access, thing, put.group_ids)
            fields["former_group_ids"] = sorted({*former.get("former_group_ids", ()), *former["group_ids"]})
        if put.probability is not None and put.probability != former.get("probability"):
            edit = await self._votes.edit(access.author, number, former.get("probability"), put.probability)
            fields["edits"] = [*former.get("edits", ()), edit]
        await self._records.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Take a classification back."""
        access.require_author(await self._find(access, number), "classification")
        await self._records.bury(number, {})

    async def remove_all(self, access: Access, obj_id: str, label: bool) -> None:
        """Take all classifications of an object back: all that the person sees, or none."""
        found = access.visible(await self._records.of([obj_id]))
        for one in found:
            access.require_author(one, f"classification ({one['classification']}, {one['_id']})")
        for one in found:
            await self._records.bury(one["_id"], {})
            if label:
                await self._note(access, obj_id, one["group_ids"])

    async def vote(self, access: Access, number: int, vote: int) -> None:
        """Vote for or against a classification; a former vote is replaced."""
        await self._find(access, number)
        await self._votes.put(number, access.user_id, vote)

    async def unvote(self, access: Access, number: int) -> None:
        """Take one's vote back."""
        await self._find(access, number)
        if not await self._votes.remove(number, access.user_id):
            raise NotFound(f"you have no vote on classification {number}")

    async def _add(self, access: Access, post: ClassificationPost, group_ids: list[int]) -> int:
        fields = post.model_dump(exclude={"vote", "label"})
        empty: Document = {"votes": [], "edits": []}
        made = await self._records.insert(fields | empty | {"group_ids": group_ids, "author": access.author})
        number = int(made["_id"])
        if post.vote:
            await self._votes.put(number, access.user_id, 1)
        if post.label:
            await self._note(access, post.obj_id, group_ids)
        return number

    async def _note(self, access: Access, obj_id: str, group_ids: Iterable[int]) -> None:
        await self._labels.add(obj_id, access.user_id, [i for i in group_ids if access.sees([i])])

    async def _check(self, access: Access, taxonomy_id: int, name: str) -> None:
        taxonomy = await self._taxonomies.get(taxonomy_id)
        if taxonomy is None or not access.sees(taxonomy["group_ids"]):
            raise Invalid(f"taxonomy_id: no taxonomy {taxonomy_id}")
        if name not in set(classes(taxonomy["hierarchy"])):
            raise Invalid(f"classification: {name!r} is not in {taxonomy['name']}")

    async def _taxonomy(self, access: Access, taxonomy_id: int) -> Document | None:
        found = await self._taxonomies.get(taxonomy_id)
        if found is None or not access.sees(found["group_ids"]):
            return None
        return shapes.named(found, "group_ids") | {"groups": shapes.groups(access, found["group_ids"])}

    async def _find(self, access: Access, number: int) -> Document:
        found = await self._records.get(number)
        if found is None or not access.sees(found["group_ids"]):
            raise NotFound(f"no classification {number}")
        return found


def classes(node: Document) -> Iterable[str]:
    """Return the names of all classes of a hierarchy."""
    yield node["class"]
    for child in node.get("subclasses", ()):
        yield from classes(child)


def _seen(access: Access, span: Span) -> Document:
    bounds = between(span.start_date, span.end_date)
    return access.condition | ({"created_at": bounds} if bounds else {})
